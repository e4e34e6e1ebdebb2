/** Laws of words: normal form, and agreement of the number paths with the bigint ones. */
import { expect, test } from "vitest";
import { SAMPLE_WORDS } from "./samples.ts";
import * as words from "./words.ts";
import type { Word } from "../eval/heap.ts";

/** A small linear congruential generator: tests repeat. */
function* randomWords(count: number): Generator<Word> {
  let state = 0x9e37_79b9_7f4a_7c15n;
  for (let i = 0; i < count; i++) {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    // All magnitudes alike: what lies near 2**53 matters most.
    yield words.wrap(BigInt.asIntN(64, state) >> BigInt((i * 7) % 64));
  }
}

test("samples and wrapped bigints are normal", () => {
  for (const word of [...SAMPLE_WORDS, ...randomWords(2000)]) expect(words.isWord(word)).toBe(true);
});

test("numbers are words only when they are safe integers, bigints only when they are not", () => {
  expect([0, -0, 0.5, 2 ** 53, NaN].map(words.isWord)).toEqual([true, false, false, false, false]);
  expect([5n, 2n ** 53n, -(2n ** 63n), 2n ** 63n].map(words.isWord)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test("arithmetic is arithmetic modulo 2**64", () => {
  const all = [...randomWords(3000)];
  for (let i = 0; i + 1 < all.length; i++) {
    const [a, b] = [all[i]!, all[i + 1]!];
    const [x, y] = [BigInt(a), BigInt(b)];
    expect(words.add(a, b)).toBe(words.wrap(x + y));
    expect(words.sub(a, b)).toBe(words.wrap(x - y));
    expect(words.mul(a, b)).toBe(words.wrap(x * y));
    if (y === 0n) continue;
    expect(words.truncdiv(a, b)).toBe(words.wrap(x / y));
    expect(words.truncmod(a, b)).toBe(words.wrap(x % y));
    // a == (a // b) * b + a % b, and the remainder has the divisor's sign.
    const remainder = words.mod(a, b);
    expect(words.add(words.mul(words.floordiv(a, b), b), remainder)).toBe(a);
    expect(remainder === 0 || remainder < 0 === b < 0).toBe(true);
  }
});

test("quotients of safe integers next to multiples are exact", () => {
  for (const b of [3, 7, 10, 3037000499, 2 ** 31 - 1, 2 ** 52 + 1, 2 ** 53 - 1]) {
    for (const q of [1, 2, 3, Math.floor((2 ** 53 - 1) / b)]) {
      for (const d of [-1, 0, 1]) {
        const a = q * b + d;
        if (!Number.isSafeInteger(a)) continue;
        for (const [x, y] of [
          [a, b],
          [-a, b],
          [a, -b],
          [-a, -b],
        ] as const) {
          const exact =
            BigInt(x) / BigInt(y) - (BigInt(x) % BigInt(y) !== 0n && x < 0 !== y < 0 ? 1n : 0n);
          expect([x, y, words.floordiv(x + 0, y)]).toEqual([x, y, Number(exact)]);
        }
      }
    }
  }
});

test("a word cannot be divided by zero", () => {
  for (const divide of [
    words.floordiv,
    words.mod,
    words.truncdiv,
    words.truncmod,
    words.udiv,
    words.umod,
  ]) {
    expect(() => divide(1, 0)).toThrow("division of a word by zero");
  }
});
