/**
 * Floats: IEEE doubles. Arithmetic, square root and rounding are exact to the last bit on every
 * target; the transcendental functions are as good as the target's library, so their last bit may
 * differ between engines.
 */
import * as floats from "./floats.ts";
import { commuting, pure, type OpRow } from "./row.ts";

const UNARY = { args: ["float"], result: "float" } as const;
const BINARY = { args: ["float", "float"], result: "float" } as const;
const COMPARE = { args: ["float", "float"], result: "bool" } as const;
const TEST = { args: ["float"], result: "bool" } as const;

export const FLOAT_OPS = {
  float_add: commuting(BINARY, "a + b", (a: number, b: number) => a + b, "($0 + $1)"),
  float_sub: pure(BINARY, "a - b", (a: number, b: number) => a - b, "($0 - $1)"),
  float_mul: commuting(BINARY, "a * b", (a: number, b: number) => a * b, "($0 * $1)"),
  float_div: pure(
    BINARY,
    "a / b; IEEE: division by 0 gives an infinity or nan",
    (a: number, b: number) => a / b,
    "($0 / $1)",
  ),
  float_neg: pure(UNARY, "-a, sign of zero included", (a: number) => -a, "(-$0)"),
  float_abs: pure(UNARY, "a without its sign", Math.abs, "fabs($0)"),

  float_eq: commuting(
    COMPARE,
    "a == b; nan equals nothing",
    (a: number, b: number) => a === b,
    "($0 == $1)",
  ),
  float_ne: commuting(
    COMPARE,
    "a != b; true for nan",
    (a: number, b: number) => a !== b,
    "($0 != $1)",
  ),
  float_lt: pure(COMPARE, "a < b; false for nan", (a: number, b: number) => a < b, "($0 < $1)"),
  float_le: pure(COMPARE, "a <= b; false for nan", (a: number, b: number) => a <= b, "($0 <= $1)"),
  float_gt: pure(COMPARE, "a > b; false for nan", (a: number, b: number) => a > b, "($0 > $1)"),
  float_ge: pure(COMPARE, "a >= b; false for nan", (a: number, b: number) => a >= b, "($0 >= $1)"),

  float_sqrt: pure(UNARY, "square root, correctly rounded", Math.sqrt, "sqrt($0)"),
  float_floor: pure(UNARY, "rounded down to an integer", Math.floor, "floor($0)"),
  float_ceil: pure(UNARY, "rounded up to an integer", Math.ceil, "ceil($0)"),
  float_trunc: pure(UNARY, "rounded towards 0 to an integer", Math.trunc, "trunc($0)"),
  float_rint: pure(UNARY, "rounded to the nearest integer, ties to even", floats.rint, "rint($0)"),

  float_pow: pure(
    BINARY,
    "a to the power of b, as C's pow: 1 to any power is 1",
    floats.pow,
    "pow($0, $1)",
  ),
  float_fmod: pure(
    BINARY,
    "the exact remainder of a / b rounded towards 0; sign of a",
    (a: number, b: number) => a % b,
    "fmod($0, $1)",
  ),
  float_sin: pure(UNARY, "sine", Math.sin, "sin($0)"),
  float_cos: pure(UNARY, "cosine", Math.cos, "cos($0)"),
  float_tan: pure(UNARY, "tangent", Math.tan, "tan($0)"),
  float_asin: pure(UNARY, "arc sine", Math.asin, "asin($0)"),
  float_acos: pure(UNARY, "arc cosine", Math.acos, "acos($0)"),
  float_atan: pure(UNARY, "arc tangent", Math.atan, "atan($0)"),
  float_atan2: pure(BINARY, "the angle of the point (b, a)", Math.atan2, "atan2($0, $1)"),
  float_sinh: pure(UNARY, "hyperbolic sine", Math.sinh, "sinh($0)"),
  float_cosh: pure(UNARY, "hyperbolic cosine", Math.cosh, "cosh($0)"),
  float_tanh: pure(UNARY, "hyperbolic tangent", Math.tanh, "tanh($0)"),
  float_asinh: pure(UNARY, "inverse hyperbolic sine", Math.asinh, "asinh($0)"),
  float_acosh: pure(UNARY, "inverse hyperbolic cosine", Math.acosh, "acosh($0)"),
  float_atanh: pure(UNARY, "inverse hyperbolic tangent", Math.atanh, "atanh($0)"),
  float_exp: pure(UNARY, "e to the power of a", Math.exp, "exp($0)"),
  float_exp2: pure(UNARY, "2 to the power of a", (a: number) => 2 ** a, "exp2($0)"),
  float_expm1: pure(UNARY, "exp(a) - 1, accurate near 0", Math.expm1, "expm1($0)"),
  float_log: pure(UNARY, "natural logarithm", Math.log, "log($0)"),
  float_log2: pure(UNARY, "logarithm to base 2", Math.log2, "log2($0)"),
  float_log10: pure(UNARY, "logarithm to base 10", Math.log10, "log10($0)"),
  float_log1p: pure(UNARY, "log(1 + a), accurate near 0", Math.log1p, "log1p($0)"),
  float_cbrt: pure(UNARY, "cube root", Math.cbrt, "cbrt($0)"),
  float_hypot: commuting(
    BINARY,
    "sqrt(a*a + b*b) without overflow on the way",
    (a: number, b: number) => Math.hypot(a, b),
    "hypot($0, $1)",
  ),

  float_is_nan: pure(
    TEST,
    "whether a is not a number",
    Number.isNaN as (a: number) => boolean,
    "($0 != $0)",
  ),
  float_is_inf: pure(
    TEST,
    "whether a is an infinity",
    (a: number) => a === Infinity || a === -Infinity,
    "(fabs($0) == (double)INFINITY)",
  ),
  float_ldexp: pure(
    { args: ["float", "int"], result: "float" },
    "a times 2 to the power of b, rounded once",
    floats.ldexp,
    "wr_float_ldexp($0, $1)",
  ),
  float_copysign: pure(
    BINARY,
    "the magnitude of a with the sign of b",
    floats.copysign,
    "copysign($0, $1)",
  ),
} as const satisfies Record<string, OpRow>;
