/**
 * 64-bit words as JavaScript values.
 *
 * A word in signed range is a number while it is a safe integer and a bigint otherwise. It is always
 * normalised: a bigint never holds what a number could, and no number is -0; so `===` is equality,
 * `<` is signed order, and the common case never allocates. Every function here takes and gives
 * normalised words. Each has a path for two numbers that is exact because its intermediate values
 * are, and falls back to bigints where they might not be.
 */
import type { Word } from "../eval/heap.ts";

export const MIN_WORD = -(2n ** 63n);
export const MAX_WORD = 2n ** 63n - 1n;

const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const MIN_SAFE = Number.MIN_SAFE_INTEGER;
const MAX_SAFE_BIG = BigInt(MAX_SAFE);
const MIN_SAFE_BIG = BigInt(MIN_SAFE);

/** The word congruent to `value` modulo 2**64. */
export function wrap(value: bigint): Word {
  const signed = BigInt.asIntN(64, value);
  return signed <= MAX_SAFE_BIG && signed >= MIN_SAFE_BIG ? Number(signed) : signed;
}

/** The word as an unsigned bigint. */
export function unsigned(a: Word): bigint {
  return BigInt.asUintN(64, BigInt(a));
}

export function isWord(value: unknown): value is Word {
  if (typeof value === "number") return Number.isSafeInteger(value) && !Object.is(value, -0);
  if (typeof value !== "bigint") return false;
  return BigInt.asIntN(64, value) === value && (value > MAX_SAFE_BIG || value < MIN_SAFE_BIG);
}

function isSafe(value: number): boolean {
  return value <= MAX_SAFE && value >= MIN_SAFE;
}

// ---------------------------------------------------------------- arithmetic

export function add(a: Word, b: Word): Word {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (isSafe(sum)) return sum;
  }
  return wrap(BigInt(a) + BigInt(b));
}

export function sub(a: Word, b: Word): Word {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    if (isSafe(difference)) return difference;
  }
  return wrap(BigInt(a) - BigInt(b));
}

export function mul(a: Word, b: Word): Word {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    // Adding 0 turns -0 into 0.
    if (isSafe(product)) return product + 0;
  }
  return wrap(BigInt(a) * BigInt(b));
}

export function neg(a: Word): Word {
  return typeof a === "number" ? 0 - a : wrap(-a);
}

export function addOverflows(a: Word, b: Word): boolean {
  if (typeof a === "number" && typeof b === "number") return false;
  return isOutside(BigInt(a) + BigInt(b));
}

export function subOverflows(a: Word, b: Word): boolean {
  if (typeof a === "number" && typeof b === "number") return false;
  return isOutside(BigInt(a) - BigInt(b));
}

export function mulOverflows(a: Word, b: Word): boolean {
  if (typeof a === "number" && typeof b === "number" && isSafe(a * b)) return false;
  return isOutside(BigInt(a) * BigInt(b));
}

function isOutside(exact: bigint): boolean {
  return exact > MAX_WORD || exact < MIN_WORD;
}

/** The upper half of the signed 128-bit product. */
export function mulhi(a: Word, b: Word): Word {
  return wrap((BigInt(a) * BigInt(b)) >> 64n);
}

export function umulhi(a: Word, b: Word): Word {
  return wrap((unsigned(a) * unsigned(b)) >> 64n);
}

// ---------------------------------------------------------------- division

function checkDivisor(b: Word): void {
  if (b === 0) throw new RangeError("division of a word by zero: lowering must test the divisor");
}

/** Rounded down. The float quotient of two safe integers never rounds up to an integer. */
export function floordiv(a: Word, b: Word): Word {
  checkDivisor(b);
  if (typeof a === "number" && typeof b === "number") return Math.floor(a / b) + 0;
  const [x, y] = [BigInt(a), BigInt(b)];
  const quotient = x / y;
  return wrap(x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient);
}

export function mod(a: Word, b: Word): Word {
  checkDivisor(b);
  if (typeof a === "number" && typeof b === "number") {
    const remainder = a % b;
    return (remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder) + 0;
  }
  const y = BigInt(b);
  const remainder = BigInt(a) % y;
  return wrap(remainder !== 0n && remainder < 0n !== y < 0n ? remainder + y : remainder);
}

export function truncdiv(a: Word, b: Word): Word {
  checkDivisor(b);
  if (typeof a === "number" && typeof b === "number") return Math.trunc(a / b) + 0;
  return wrap(BigInt(a) / BigInt(b));
}

export function truncmod(a: Word, b: Word): Word {
  checkDivisor(b);
  if (typeof a === "number" && typeof b === "number") return (a % b) + 0;
  return wrap(BigInt(a) % BigInt(b));
}

export function udiv(a: Word, b: Word): Word {
  checkDivisor(b);
  if (typeof a === "number" && typeof b === "number" && a >= 0 && b >= 0) return Math.floor(a / b);
  return wrap(unsigned(a) / unsigned(b));
}

export function umod(a: Word, b: Word): Word {
  checkDivisor(b);
  if (typeof a === "number" && typeof b === "number" && a >= 0 && b >= 0) return a % b;
  return wrap(unsigned(a) % unsigned(b));
}

// ---------------------------------------------------------------- bits

function isInt32(a: Word): a is number {
  return typeof a === "number" && (a | 0) === a;
}

export function and(a: Word, b: Word): Word {
  return isInt32(a) && isInt32(b) ? a & b : wrap(BigInt(a) & BigInt(b));
}

export function or(a: Word, b: Word): Word {
  return isInt32(a) && isInt32(b) ? a | b : wrap(BigInt(a) | BigInt(b));
}

export function xor(a: Word, b: Word): Word {
  return isInt32(a) && isInt32(b) ? a ^ b : wrap(BigInt(a) ^ BigInt(b));
}

export function invert(a: Word): Word {
  // -1 - a leaves the safe range for the largest number, which `sub` takes care of.
  return sub(-1, a);
}

/** `count` is in 0..63, here and below. */
export function lshift(a: Word, count: Word): Word {
  if (typeof a === "number") {
    // Exact: multiplying by a power of two only changes the exponent.
    const shifted = a * 2 ** (count as number);
    if (isSafe(shifted)) return shifted;
  }
  return wrap(BigInt(a) << BigInt(count));
}

export function rshift(a: Word, count: Word): Word {
  // Exact before it is rounded down, for the same reason.
  if (typeof a === "number") return Math.floor(a / 2 ** (count as number));
  return wrap(a >> BigInt(count));
}

export function urshift(a: Word, count: Word): Word {
  if (typeof a === "number" && a >= 0) return Math.floor(a / 2 ** (count as number));
  return wrap(unsigned(a) >> BigInt(count));
}

export function clz(a: Word): Word {
  if (a < 0) return 0;
  if (typeof a === "bigint") return 64 - a.toString(2).length;
  const high = Math.floor(a / 2 ** 32);
  return high > 0 ? Math.clz32(high) : 32 + Math.clz32(a);
}

export function ctz(a: Word): Word {
  if (a === 0) return 64;
  const bits = unsigned(a);
  const low = Number(bits & 0xffff_ffffn);
  return low !== 0 ? ctz32(low) : 32 + ctz32(Number(bits >> 32n));
}

function ctz32(a: number): number {
  return 31 - Math.clz32(a & -a);
}

export function popcount(a: Word): Word {
  const bits = unsigned(a);
  return popcount32(Number(bits & 0xffff_ffffn)) + popcount32(Number(bits >> 32n));
}

function popcount32(a: number): number {
  let bits = a - ((a >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

// ---------------------------------------------------------------- comparison

export function eq(a: Word, b: Word): boolean {
  return a === b;
}
export function ne(a: Word, b: Word): boolean {
  return a !== b;
}
export function lt(a: Word, b: Word): boolean {
  return a < b;
}
export function le(a: Word, b: Word): boolean {
  return a <= b;
}
export function gt(a: Word, b: Word): boolean {
  return a > b;
}
export function ge(a: Word, b: Word): boolean {
  return a >= b;
}

/** Unsigned order is signed order, except that negative words come after all others. */
export function ult(a: Word, b: Word): boolean {
  return a < 0 === b < 0 ? a < b : b < 0;
}
export function ule(a: Word, b: Word): boolean {
  return !ult(b, a);
}
export function ugt(a: Word, b: Word): boolean {
  return ult(b, a);
}
export function uge(a: Word, b: Word): boolean {
  return !ult(a, b);
}

// ---------------------------------------------------------------- widths

/**
 * The low 32 bits as an int32: what narrower conversions start from. JavaScript's own conversion of
 * a number takes it modulo 2**32, which is right for safe integers of either sign.
 */
function low32(a: Word): number {
  return typeof a === "number" ? a | 0 : Number(BigInt.asIntN(32, a));
}

export function sext8(a: Word): number {
  return (low32(a) << 24) >> 24;
}
export function sext16(a: Word): number {
  return (low32(a) << 16) >> 16;
}
export function sext32(a: Word): number {
  return low32(a);
}
export function zext8(a: Word): number {
  return low32(a) & 0xff;
}
export function zext16(a: Word): number {
  return low32(a) & 0xffff;
}
export function zext32(a: Word): number {
  return low32(a) >>> 0;
}
