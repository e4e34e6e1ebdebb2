/**
 * Integers: 64-bit words that wrap. An op is signed (`int_`) or unsigned (`uint_`) where it matters.
 *
 * `…_ovf` ops give the wrapped result and are followed directly by `overflowed`, which says whether
 * that differs from the exact one: one machine instruction and a flag test.
 */
import * as words from "./words.ts";
import { commuting, PLAIN, pure, type OpRow } from "./row.ts";
import type { Word } from "../eval/heap.ts";

const UNARY = { args: ["int"], result: "int" } as const;
const BINARY = { args: ["int", "int"], result: "int" } as const;
const COMPARE = { args: ["int", "int"], result: "bool" } as const;

const divisor = { requires: (_a: Word, b: Word): boolean => b !== 0 };
const shiftCount = {
  requires: (_a: Word, count: Word): boolean => count >= 0 && count <= 63,
};

/** `c` with both operands as unsigned words. */
const unsigned = (operator: string) => `((uint64_t)$0 ${operator} (uint64_t)$1)`;
/** An unsigned operation whose result is the word of the same bits. */
const wrapping = (operator: string) => `((int64_t)((uint64_t)$0 ${operator} (uint64_t)$1))`;

const withOverflow = {
  ...PLAIN,
  ...BINARY,
  // Merging or moving one would part it from its `overflowed`.
  effect: "control",
} as const;

export const INT_OPS = {
  int_add: commuting(BINARY, "a + b, wrapping", words.add, wrapping("+")),
  int_sub: pure(BINARY, "a - b, wrapping", words.sub, wrapping("-")),
  int_mul: commuting(BINARY, "a * b, wrapping", words.mul, wrapping("*")),
  int_neg: pure(UNARY, "-a, wrapping", words.neg, "((int64_t)(0 - (uint64_t)$0))"),
  int_and: commuting(BINARY, "a & b", words.and, "($0 & $1)"),
  int_or: commuting(BINARY, "a | b", words.or, "($0 | $1)"),
  int_xor: commuting(BINARY, "a ^ b", words.xor, "($0 ^ $1)"),
  int_invert: pure(UNARY, "~a", words.invert, "(~$0)"),

  int_lshift: {
    ...pure(BINARY, "a << b, wrapping; b in 0..63", words.lshift, wrapping("<<")),
    ...shiftCount,
  },
  int_rshift: {
    ...pure(BINARY, "a >> b, copying the sign; b in 0..63", words.rshift, "((int64_t)$0 >> $1)"),
    ...shiftCount,
  },
  uint_rshift: {
    ...pure(BINARY, "a >> b, shifting in zeros; b in 0..63", words.urshift, wrapping(">>")),
    ...shiftCount,
  },

  int_floordiv: {
    ...pure(
      BINARY,
      "the quotient rounded down; b is not 0; min // -1 is min",
      words.floordiv,
      "wr_int_floordiv($0, $1)",
    ),
    ...divisor,
  },
  int_mod: {
    ...pure(
      BINARY,
      "the remainder of int_floordiv: it has the sign of b; b is not 0",
      words.mod,
      "wr_int_mod($0, $1)",
    ),
    ...divisor,
  },
  int_truncdiv: {
    ...pure(
      BINARY,
      "the quotient rounded towards 0; b is not 0; min / -1 is min",
      words.truncdiv,
      "wr_int_truncdiv($0, $1)",
    ),
    ...divisor,
  },
  int_truncmod: {
    ...pure(
      BINARY,
      "the remainder of int_truncdiv: it has the sign of a; b is not 0",
      words.truncmod,
      "wr_int_truncmod($0, $1)",
    ),
    ...divisor,
  },
  uint_div: {
    ...pure(BINARY, "the unsigned quotient; b is not 0", words.udiv, wrapping("/")),
    ...divisor,
  },
  uint_mod: {
    ...pure(BINARY, "the unsigned remainder; b is not 0", words.umod, wrapping("%")),
    ...divisor,
  },
  int_mulhi: commuting(
    BINARY,
    "the upper 64 bits of the 128-bit signed product",
    words.mulhi,
    "wr_int_mulhi($0, $1)",
  ),
  uint_mulhi: commuting(
    BINARY,
    "the upper 64 bits of the 128-bit unsigned product",
    words.umulhi,
    "wr_uint_mulhi($0, $1)",
  ),

  int_eq: commuting(COMPARE, "a == b", words.eq, "($0 == $1)"),
  int_ne: commuting(COMPARE, "a != b", words.ne, "($0 != $1)"),
  int_lt: pure(COMPARE, "a < b, signed", words.lt, "($0 < $1)"),
  int_le: pure(COMPARE, "a <= b, signed", words.le, "($0 <= $1)"),
  int_gt: pure(COMPARE, "a > b, signed", words.gt, "($0 > $1)"),
  int_ge: pure(COMPARE, "a >= b, signed", words.ge, "($0 >= $1)"),
  uint_lt: pure(COMPARE, "a < b, unsigned", words.ult, unsigned("<")),
  uint_le: pure(COMPARE, "a <= b, unsigned", words.ule, unsigned("<=")),
  uint_gt: pure(COMPARE, "a > b, unsigned", words.ugt, unsigned(">")),
  uint_ge: pure(COMPARE, "a >= b, unsigned", words.uge, unsigned(">=")),

  int_add_ovf: {
    ...withOverflow,
    doc: "a + b, wrapping; directly followed by overflowed",
    eval: words.add,
    overflow: words.addOverflows,
  },
  int_sub_ovf: {
    ...withOverflow,
    doc: "a - b, wrapping; directly followed by overflowed",
    eval: words.sub,
    overflow: words.subOverflows,
  },
  int_mul_ovf: {
    ...withOverflow,
    doc: "a * b, wrapping; directly followed by overflowed",
    eval: words.mul,
    overflow: words.mulOverflows,
  },
  overflowed: {
    ...PLAIN,
    args: [],
    result: "bool",
    effect: "control",
    doc: "whether the _ovf op directly before gave something else than the exact result",
  },

  int_clz: pure(UNARY, "the number of leading zero bits; 64 for 0", words.clz, "wr_int_clz($0)"),
  int_ctz: pure(UNARY, "the number of trailing zero bits; 64 for 0", words.ctz, "wr_int_ctz($0)"),
  int_popcount: pure(
    UNARY,
    "the number of one bits",
    words.popcount,
    "((int64_t)__builtin_popcountll((uint64_t)$0))",
  ),
} as const satisfies Record<string, OpRow>;
