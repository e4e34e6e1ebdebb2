/** What JavaScript's own float functions leave out or define differently from C. */
import { MAX_WORD, MIN_WORD, wrap } from "./words.ts";
import type { Word } from "../eval/heap.ts";

const view = new DataView(new ArrayBuffer(8));

export function fromInt(a: Word): number {
  return Number(a);
}

export function fromUint(a: Word): number {
  return Number(BigInt.asUintN(64, BigInt(a)));
}

/** Rounded towards zero and clamped to the signed words; nan gives 0. */
export function toInt(a: number): Word {
  if (Number.isNaN(a)) return 0;
  if (a >= 2 ** 63) return wrap(MAX_WORD);
  if (a <= -(2 ** 63)) return wrap(MIN_WORD);
  return wordOf(Math.trunc(a));
}

/** Rounded towards zero and clamped to the unsigned words; nan gives 0. */
export function toUint(a: number): Word {
  if (Number.isNaN(a) || a <= -1) return 0;
  if (a >= 2 ** 64) return -1;
  return wordOf(Math.trunc(a));
}

function wordOf(whole: number): Word {
  return Number.isSafeInteger(whole) ? whole + 0 : wrap(BigInt(whole));
}

/** Nans are alike in JavaScript, so all have the bits of the canonical one. */
export function toBits(a: number): Word {
  if (Number.isNaN(a)) return wrap(0x7ff8_0000_0000_0000n);
  view.setFloat64(0, a);
  return wrap(view.getBigInt64(0));
}

export function fromBits(a: Word): number {
  view.setBigInt64(0, BigInt(a));
  return view.getFloat64(0);
}

/** To the nearest integer, ties to even, keeping the sign of zero. */
export function rint(a: number): number {
  if (!(Math.abs(a) < 2 ** 52)) return a;
  const big = a < 0 || Object.is(a, -0) ? -(2 ** 52) : 2 ** 52;
  // The sum has no room for a fraction, so the addition itself rounds as wanted.
  return copysign(a + big - big, a);
}

/** C's pow: 1 to any power, and -1 to an infinite one, is 1 even where JavaScript says nan. */
export function pow(a: number, b: number): number {
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1;
  return a ** b;
}

export function copysign(a: number, b: number): number {
  const negative = b < 0 || Object.is(b, -0);
  const magnitude = Math.abs(a);
  return negative ? -magnitude : magnitude;
}

/**
 * `a` times 2**`exponent`, rounded once. The factor is applied in steps, as in musl's scalbn: going
 * up, a step is exact or overflows for good; going down, every step but the last keeps 53 bits
 * above the subnormal numbers, so that only the last one rounds.
 */
export function ldexp(a: number, exponent: Word): number {
  let left = Number(exponent);
  let result = a;
  for (let steps = 0; left > 1023 && steps < 2; steps++) {
    result *= 2 ** 1023;
    left -= 1023;
  }
  for (let steps = 0; left < -1022 && steps < 2; steps++) {
    result *= 2 ** -(1022 - 53);
    left += 1022 - 53;
  }
  return result * 2 ** Math.min(Math.max(left, -1022), 1023);
}
