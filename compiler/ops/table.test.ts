/**
 * Every row against an independent model. The integer model is plain bigint arithmetic, which words
 * fall back on only for rare operands.
 */
import { describe, expect, test } from "vitest";
import { contradictions, FAMILIES, OP_NAMES, OPS, opRow, type OpName } from "./table.ts";
import { PLAIN, type OpRow } from "./row.ts";
import { SAMPLE_BOOLS, SAMPLE_FLOATS, SAMPLE_WORDS } from "./samples.ts";
import { isWord, wrap } from "./words.ts";
import type { MachineValue, Word } from "../eval/heap.ts";

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const u = (a: bigint) => BigInt.asUintN(64, a);
const floor = (a: bigint, b: bigint) => (a - (((a % b) + b) % b)) / b;
const bits = (a: bigint) => u(a).toString(2).padStart(64, "0");

type IntModel = (a: bigint, b: bigint) => bigint | boolean;

const INT_MODEL: Readonly<Partial<Record<OpName, IntModel>>> = {
  int_add: (a, b) => a + b,
  int_sub: (a, b) => a - b,
  int_mul: (a, b) => a * b,
  int_neg: (a) => -a,
  int_and: (a, b) => a & b,
  int_or: (a, b) => a | b,
  int_xor: (a, b) => a ^ b,
  int_invert: (a) => ~a,
  int_lshift: (a, b) => a << b,
  int_rshift: (a, b) => a >> b,
  uint_rshift: (a, b) => u(a) >> b,
  int_floordiv: floor,
  int_mod: (a, b) => a - floor(a, b) * b,
  int_truncdiv: (a, b) => a / b,
  int_truncmod: (a, b) => a % b,
  uint_div: (a, b) => u(a) / u(b),
  uint_mod: (a, b) => u(a) % u(b),
  int_mulhi: (a, b) => (a * b) >> 64n,
  uint_mulhi: (a, b) => (u(a) * u(b)) >> 64n,
  int_eq: (a, b) => a === b,
  int_ne: (a, b) => a !== b,
  int_lt: (a, b) => a < b,
  int_le: (a, b) => a <= b,
  int_gt: (a, b) => a > b,
  int_ge: (a, b) => a >= b,
  uint_lt: (a, b) => u(a) < u(b),
  uint_le: (a, b) => u(a) <= u(b),
  uint_gt: (a, b) => u(a) > u(b),
  uint_ge: (a, b) => u(a) >= u(b),
  int_add_ovf: (a, b) => a + b,
  int_sub_ovf: (a, b) => a - b,
  int_mul_ovf: (a, b) => a * b,
  int_clz: (a) => BigInt((bits(a) + "1").indexOf("1")),
  int_ctz: (a) => BigInt(a === 0n ? 64 : 63 - bits(a).lastIndexOf("1")),
  int_popcount: (a) => BigInt(bits(a).replaceAll("0", "").length),
  int_sext8: (a) => BigInt.asIntN(8, a),
  int_sext16: (a) => BigInt.asIntN(16, a),
  int_sext32: (a) => BigInt.asIntN(32, a),
  int_zext8: (a) => BigInt.asUintN(8, a),
  int_zext16: (a) => BigInt.asUintN(16, a),
  int_zext32: (a) => BigInt.asUintN(32, a),
};

function evaluate(row: OpRow, ...args: MachineValue[]): MachineValue {
  return (row.eval as (...all: MachineValue[]) => MachineValue)(...args);
}

function holds(row: OpRow, ...args: MachineValue[]): boolean {
  const requires = row.requires as ((...all: MachineValue[]) => boolean) | undefined;
  return requires === undefined || requires(...args);
}

/** All tuples of samples of the row's argument kinds. */
export function sampleArguments(row: OpRow): MachineValue[][] {
  const samples = {
    int: SAMPLE_WORDS,
    addr: SAMPLE_WORDS,
    float: SAMPLE_FLOATS,
    bool: SAMPLE_BOOLS,
  };
  return row.args.reduce<MachineValue[][]>(
    (tuples, kind) =>
      tuples.flatMap((tuple) =>
        (samples[kind as keyof typeof samples] as readonly MachineValue[]).map((value) => [
          ...tuple,
          value,
        ]),
      ),
    [[]],
  );
}

describe("integer ops agree with bigint arithmetic", () => {
  test.each(Object.entries(INT_MODEL))("%s", (name, model) => {
    const row = opRow(name);
    for (const args of sampleArguments(row)) {
      if (!holds(row, ...args)) continue;
      const [a, b] = args.map((arg) => BigInt(arg as Word)) as [bigint, bigint];
      const exact = model(a, b);
      const expected = typeof exact === "bigint" ? wrap(exact) : exact;
      const found = evaluate(row, ...args);
      if (found !== expected || (typeof exact === "bigint" && !isWord(found))) {
        expect.fail(`${name}(${args.join(", ")}) is ${String(found)}, not ${String(expected)}`);
      }
    }
  });

  test.each(["int_add_ovf", "int_sub_ovf", "int_mul_ovf"] as const)("overflow of %s", (name) => {
    const row: OpRow = OPS[name];
    const overflow = row.overflow as (a: Word, b: Word) => boolean;
    for (const [a, b] of sampleArguments(row) as [Word, Word][]) {
      const exact = INT_MODEL[name]!(BigInt(a), BigInt(b)) as bigint;
      expect([a, b, overflow(a, b)]).toEqual([a, b, exact < MIN || exact > MAX]);
    }
  });

  test("every op on ints alone has a model", () => {
    const unmodelled = OP_NAMES.filter((name) => {
      const row: OpRow = OPS[name];
      return (
        row.eval !== null &&
        row.args.length > 0 &&
        row.args.every((kind) => kind === "int") &&
        !(name in INT_MODEL)
      );
    });
    expect(unmodelled).toEqual(["int_to_float", "uint_to_float", "bits_float", "int_to_addr"]);
  });
});

describe("conversions", () => {
  const row = (name: OpName) => opRow(name);

  test("ints to the nearest float", () => {
    for (const a of SAMPLE_WORDS) {
      expect(evaluate(row("int_to_float"), a)).toBe(Number(BigInt(a)));
      expect(evaluate(row("uint_to_float"), a)).toBe(Number(u(BigInt(a))));
    }
  });

  test("floats to ints are cut off and clamped", () => {
    for (const a of SAMPLE_FLOATS) {
      const exact = Number.isFinite(a) ? BigInt(Math.trunc(a)) : null;
      const clamp = (low: bigint, high: bigint) => {
        if (Number.isNaN(a)) return 0n;
        if (exact === null) return a > 0 ? high : low;
        return exact < low ? low : exact > high ? high : exact;
      };
      expect([a, evaluate(row("float_to_int"), a)]).toEqual([a, wrap(clamp(MIN, MAX))]);
      expect([a, evaluate(row("float_to_uint"), a)]).toEqual([a, wrap(clamp(0n, 2n ** 64n - 1n))]);
    }
  });

  test("bits and back", () => {
    const view = new DataView(new ArrayBuffer(8));
    for (const a of SAMPLE_FLOATS) {
      view.setFloat64(0, a);
      const asBits = evaluate(row("float_bits"), a);
      expect(asBits).toBe(wrap(view.getBigInt64(0)));
      expect(evaluate(row("bits_float"), asBits)).toBe(a);
    }
  });
});

describe("floats", () => {
  test("rint rounds ties to even and keeps the sign of zero", () => {
    const rint = (a: number) => evaluate(OPS.float_rint, a);
    const cases: readonly (readonly [number, number])[] = [
      [0.5, 0],
      [1.5, 2],
      [2.5, 2],
      [-0.5, -0],
      [-1.5, -2],
      [0.49999999999999994, 0],
      [2 ** 52 - 0.5, 2 ** 52],
      [1e300, 1e300],
      [-0, -0],
      [Infinity, Infinity],
    ];
    for (const [a, expected] of cases) expect(rint(a)).toBe(expected);
    expect(rint(NaN)).toBeNaN();
  });

  test("pow is C's where JavaScript's differs", () => {
    const pow = (a: number, b: number) => evaluate(OPS.float_pow, a, b);
    expect([pow(1, NaN), pow(1, Infinity), pow(-1, Infinity), pow(-1, -Infinity)]).toEqual([
      1, 1, 1, 1,
    ]);
    expect([pow(2, 10), pow(NaN, 0), pow(4, 0.5)]).toEqual([1024, 1, 2]);
  });

  test("ldexp rounds once", () => {
    const ldexp = (a: number, b: Word) => evaluate(OPS.float_ldexp, a, b);
    expect(ldexp(1, 1023)).toBe(2 ** 1023);
    expect(ldexp(1, 1024)).toBe(Infinity);
    expect(ldexp(2 ** -1074, 2097)).toBe(2 ** 1023);
    expect(ldexp(1, -1074)).toBe(Number.MIN_VALUE);
    expect(ldexp(1, -1075)).toBe(0);
    expect(ldexp(-1, -2000)).toBe(-0);
    expect(ldexp(1, MIN)).toBe(0);
    expect(ldexp(NaN, 3)).toBeNaN();
    // Just above half of the smallest number: rounding twice would give 0.
    expect(ldexp(1 + 2 ** -52, -1075)).toBe(Number.MIN_VALUE);
    // A tie of the last subnormal bit goes to even; rounded twice this would go up.
    expect(ldexp(1.5 - 2 ** -52, -1074)).toBe(Number.MIN_VALUE);
    // 2**-1022 + 2**-1074: exactly what a subnormal can hold.
    expect(ldexp(2 ** 52 + 1, -1074)).toBe(2 ** -1022 + Number.MIN_VALUE);
  });

  test("copysign looks at the sign bit", () => {
    const copysign = (a: number, b: number) => evaluate(OPS.float_copysign, a, b);
    expect([copysign(3, -0), copysign(-3, 0), copysign(-3, -1), copysign(0, -1)]).toEqual([
      -3, 3, -3, -0,
    ]);
  });
});

describe("rows", () => {
  test("no op is in two families", () => {
    const names = Object.values(FAMILIES).flatMap((family) => Object.keys(family));
    expect(names.length).toBe(OP_NAMES.length);
  });

  test("ops that are said to commute do", () => {
    for (const name of OP_NAMES) {
      const row: OpRow = OPS[name];
      if (!row.commutes || row.eval === null || row.args[0] === "ref") continue;
      for (const [a, b] of sampleArguments(row)) {
        expect([name, a, b, evaluate(row, a, b)]).toEqual([name, a, b, evaluate(row, b, a)]);
      }
    }
  });

  const good: OpRow = { ...PLAIN, args: ["int", "int"], result: "int", effect: "none", doc: "x" };
  test.each<[string, Partial<OpRow>]>([
    ["an op without effect does not raise", { raises: true }],
    ["an op without effect does not collect", { collects: true }],
    ["an op without effect has a result", { result: "void" }],
    ["an op that commutes has two arguments of one kind", { commutes: true, args: ["int", "ref"] }],
    ["a template mentions each argument and no other", { c: "$0 + $2" }],
    ["a template mentions each argument and no other", { c: "$0" }],
    ["an op with aux has no template", { c: "$0 + $1", aux: ["field"] }],
    ["an op with a variable number of arguments has no template", { c: "$0 + $1", rest: "int" }],
    ["only an op that is evaluated by its row has a precondition", { requires: () => true }],
    ["prose is one line without a full stop", { doc: "Adds." }],
  ])("refused: %s", (sentence, change) => {
    expect(contradictions(good)).toEqual([]);
    expect(contradictions({ ...good, ...change })).toEqual([sentence]);
  });
});
