/**
 * The WebAssembly of single ops. The table is exhaustive: an op of the op table without a row here is
 * a type error. What needs to know its surroundings (allocations, frames of the shadow stack,
 * tracebacks) is emitted by `function.ts`.
 *
 * A row pushes what it needs and leaves the op's result on the stack. References and addresses are
 * words of 64 bits; `wrap` makes the address of memory of one.
 */
import { assert, InternalError } from "../../dsl/syntax/diagnostics.ts";
import type { LLOp, LLValue } from "../ll/program.ts";
import { isBelow, storageSize } from "../ll/types.ts";
import type { ArrayType, FnType, Storage, StructType } from "../ll/types.ts";
import type { OpName, PlacedOp } from "../ops/table.ts";
import type { Signature } from "./binary.ts";
import { layoutIn } from "./layout.ts";
import { tagBits, WORD } from "./memory.ts";
import type { Opcode } from "./opcodes.ts";

/** Functions of the runtime that ops call by name: written in Wright (`runtime/wasm`) or in `helpers.ts`. */
export type RuntimeCall = string;

/** What rows write to. */
export interface OpWriter {
  op(name: Opcode, ...immediates: number[]): void;
  push(value: LLValue): void;
  constI64(value: bigint | number): void;
  constI32(value: number): void;
  constF64(value: number): void;
  /** Access to memory: a natural alignment, since objects and fields have it, and an offset. */
  memory(name: Opcode, alignment: number, offset: number): void;
  callRuntime(name: RuntimeCall, signature: Signature): void;
  callFunction(op: LLOp): void;
  callIndirect(signature: FnType): void;
  /** The classes that a reference may be a tagged word of. */
  immediatesOf(value: LLValue): readonly StructType[];
  /** Address of the table that gives the class of a tag. */
  taggedClasses(): number;
  tableAddress(op: LLOp): number;
  /** An index as a value and a small number that is added to it. */
  sumOf(index: LLValue): { readonly base: LLValue; readonly plus: number };
  ifThen(then: () => void, hint?: Hint): void;
  ifElse(type: "i32" | "i64", then: () => void, otherwise: () => void, hint?: Hint): void;
}

/** What is known of a test: how it nearly always ends. */
export type Hint = "likely" | "unlikely";

export type Row = (op: LLOp, w: OpWriter) => void;

const TRACK = 2;
/** Constants up to here become the offset of an access. */
const LARGEST_OFFSET = 1 << 20;
export const I = 0x7f;
export const L = 0x7e;
export const D = 0x7c;
const II_I: Signature = { params: [L, L], results: [L] };
const D_D: Signature = { params: [D], results: [D] };
const DD_D: Signature = { params: [D, D], results: [D] };

/** All arguments, then these instructions. */
function plain(...names: Opcode[]): Row {
  return (op, w) => {
    for (const arg of op.args) w.push(arg);
    for (const name of names) w.op(name);
  };
}

function runtime(name: RuntimeCall, signature: Signature): Row {
  return (op, w) => {
    for (const arg of op.args) w.push(arg);
    w.callRuntime(name, signature);
  };
}

const wrapped = (value: LLValue, w: OpWriter): void => {
  w.push(value);
  w.op("i32_wrap_i64");
};

// ---- memory ---------------------------------------------------------------------------------------------

/** Address on the stack → value. */
export function load(w: OpWriter, storage: Storage, offset: number): void {
  const size = storageSize(storage);
  switch (storage.kind) {
    case "f64":
      return w.memory("f64_load", size, offset);
    case "f32":
      w.memory("f32_load", size, offset);
      return w.op("f64_promote_f32");
    case "bool":
      return w.memory("i32_load8_u", size, offset);
    case "i8":
      return w.memory("i64_load8_s", size, offset);
    case "u8":
      return w.memory("i64_load8_u", size, offset);
    case "i16":
      return w.memory("i64_load16_s", size, offset);
    case "u16":
      return w.memory("i64_load16_u", size, offset);
    case "i32":
      return w.memory("i64_load32_s", size, offset);
    case "u32":
      return w.memory("i64_load32_u", size, offset);
    default:
      return w.memory("i64_load", size, offset);
  }
}

/** Address, value on the stack → nothing. */
export function store(w: OpWriter, storage: Storage, offset: number): void {
  const size = storageSize(storage);
  switch (storage.kind) {
    case "f64":
      return w.memory("f64_store", size, offset);
    case "f32":
      w.op("f32_demote_f64");
      return w.memory("f32_store", size, offset);
    case "bool":
      return w.memory("i32_store8", size, offset);
    case "i8":
    case "u8":
      return w.memory("i64_store8", size, offset);
    case "i16":
    case "u16":
      return w.memory("i64_store16", size, offset);
    case "i32":
    case "u32":
      return w.memory("i64_store32", size, offset);
    default:
      return w.memory("i64_store", size, offset);
  }
}

/**
 * Pushes the address of an item but for the offset, which is the result: that of the items, and what
 * is added to the index. (An index is never negative and what is added to it is little, so that the
 * address without the offset is in memory too.)
 */
function itemAddress(type: ArrayType, array: LLValue, index: LLValue, w: OpWriter): number {
  wrapped(array, w);
  const size = storageSize(type.item);
  const { end } = layoutIn(type);
  const { base, plus } = w.sumOf(index);
  if (base.kind === "const" && base.value.kind === "int") {
    const at = Number(BigInt.asIntN(32, BigInt(base.value.value) * BigInt(size)));
    if (at >= 0 && at < LARGEST_OFFSET) return end + at;
    w.constI32(at);
  } else {
    wrapped(base, w);
    if (size > 1) {
      w.constI32(Math.log2(size));
      w.op("i32_shl");
    }
  }
  w.op("i32_add");
  return end + plus * size;
}

function holder(op: LLOp): StructType | ArrayType {
  return op.aux.struct ?? op.aux.array!;
}

function fieldOffset(op: LLOp): number {
  return layoutIn(holder(op)).fields[op.aux.field!.index]!;
}

// ---- references -------------------------------------------------------------------------------------------

function tagOf(type: StructType): number {
  assert(type.immediate !== null, `${type.name} is no immediate class`);
  return type.immediate.tag;
}

/** Whether the value is tagged as this class: an i32. */
function isTaggedAs(value: LLValue, type: StructType, w: OpWriter): void {
  wrapped(value, w);
  if (tagOf(type) === 0) {
    w.constI32(1);
    w.op("i32_and");
  } else {
    w.constI32(0xff);
    w.op("i32_and");
    w.constI32(Number(tagBits(tagOf(type))));
    w.op("i32_eq");
  }
}

/** Whether the value is a tagged word at all, given what it may be. */
function isTagged(value: LLValue, possible: readonly StructType[], w: OpWriter): void {
  wrapped(value, w);
  w.constI32(possible.every((type) => tagOf(type) === 0) ? 1 : 3);
  w.op("i32_and");
}

/** The class number in the header: an i64. */
function headerClass(value: LLValue, w: OpWriter): void {
  wrapped(value, w);
  // Not `i32_load`: V8 loads twice then, once for the comparison and once because a load may trap.
  w.memory("i64_load32_u", 4, 0);
}

function headerInRange(value: LLValue, base: StructType, w: OpWriter): void {
  headerClass(value, w);
  w.constI64(base.classId);
  const span = base.lastSubclassId - base.classId;
  if (span === 0) return w.op("i64_eq");
  w.op("i64_sub");
  w.constI64(span);
  w.op("i64_le_u");
}

/**
 * How tagged words answer `class_in_range`: all alike, or not. Null has the number of no class, so it
 * needs no test.
 */
export function classTest(op: LLOp, w: OpWriter): ClassTest {
  const value = op.args[0]!;
  const base = op.aux.struct!;
  const possible = w.immediatesOf(value);
  const matching = possible.filter((type) => isBelow(type, base));
  return {
    tagged:
      possible.length === 0
        ? "none"
        : matching.length === 0
          ? "no"
          : matching.length === possible.length
            ? "yes"
            : "some",
    matching,
    pushIsTagged: () => isTagged(value, possible, w),
    pushInHeader: () => headerInRange(value, base, w),
  };
}

export interface ClassTest {
  /** Whether tagged words are of the class: there are none, all are not, all are, some are. */
  readonly tagged: "none" | "no" | "yes" | "some";
  readonly matching: readonly StructType[];
  readonly pushIsTagged: () => void;
  /** For untagged words. */
  readonly pushInHeader: () => void;
}

function classInRange(op: LLOp, w: OpWriter): void {
  const test = classTest(op, w);
  if (test.tagged === "none") return test.pushInHeader();
  test.pushIsTagged();
  w.ifElse(
    "i32",
    () => {
      if (test.tagged !== "some") return w.constI32(test.tagged === "yes" ? 1 : 0);
      test.matching.forEach((type, i) => {
        isTaggedAs(op.args[0]!, type, w);
        if (i > 0) w.op("i32_or");
      });
    },
    test.pushInHeader,
  );
}

function classId(op: LLOp, w: OpWriter): void {
  const value = op.args[0]!;
  const possible = w.immediatesOf(value);
  const inHeader = (): void => {
    wrapped(value, w);
    w.memory("i64_load32_u", 4, 0);
  };
  if (possible.length === 0) return inHeader();
  isTagged(value, possible, w);
  w.ifElse(
    "i64",
    () => {
      if (possible.length === 1) return w.constI64(possible[0]!.classId);
      // Row 0 is of the class with bit 0, rows from 1 on of the others.
      wrapped(value, w);
      w.constI32(0xff);
      w.op("i32_and");
      w.constI32(2);
      w.op("i32_shl");
      w.memory("i64_load32_u", 4, w.taggedClasses());
    },
    inHeader,
  );
}

// ---- the table ------------------------------------------------------------------------------------------------

const drop: Row = () => {};

const MATH_UNARY = (name: string): Row => runtime(`wr_math_${name}`, D_D);
const MATH_BINARY = (name: string): Row => runtime(`wr_math_${name}`, DD_D);

export const ROWS: Record<Exclude<OpName, PlacedOp>, Row> = {
  int_add: plain("i64_add"),
  int_sub: plain("i64_sub"),
  int_mul: plain("i64_mul"),
  int_neg: (op, w) => {
    w.constI64(0);
    w.push(op.args[0]!);
    w.op("i64_sub");
  },
  int_and: plain("i64_and"),
  int_or: plain("i64_or"),
  int_xor: plain("i64_xor"),
  int_invert: (op, w) => {
    w.push(op.args[0]!);
    w.constI64(-1);
    w.op("i64_xor");
  },
  int_lshift: plain("i64_shl"),
  int_rshift: plain("i64_shr_s"),
  uint_rshift: plain("i64_shr_u"),
  int_floordiv: runtime("floordiv", II_I),
  int_mod: runtime("mod", II_I),
  int_truncdiv: (op, w) => guardedDivision(op, w, "i64_div_s"),
  int_truncmod: plain("i64_rem_s"),
  uint_div: plain("i64_div_u"),
  uint_mod: plain("i64_rem_u"),
  int_mulhi: runtime("mulhi", II_I),
  uint_mulhi: runtime("umulhi", II_I),
  int_eq: plain("i64_eq"),
  int_ne: plain("i64_ne"),
  int_lt: plain("i64_lt_s"),
  int_le: plain("i64_le_s"),
  int_gt: plain("i64_gt_s"),
  int_ge: plain("i64_ge_s"),
  uint_lt: plain("i64_lt_u"),
  uint_le: plain("i64_le_u"),
  uint_gt: plain("i64_gt_u"),
  uint_ge: plain("i64_ge_u"),
  int_clz: plain("i64_clz"),
  int_ctz: plain("i64_ctz"),
  int_popcount: plain("i64_popcnt"),

  int_sext8: plain("i64_extend8_s"),
  int_sext16: plain("i64_extend16_s"),
  int_sext32: plain("i64_extend32_s"),
  int_zext8: masked(0xffn),
  int_zext16: masked(0xffffn),
  int_zext32: masked(0xffffffffn),
  int_to_float: plain("f64_convert_i64_s"),
  uint_to_float: plain("f64_convert_i64_u"),
  float_to_int: plain("i64_trunc_sat_f64_s"),
  float_to_uint: plain("i64_trunc_sat_f64_u"),
  float_to_f32: plain("f32_demote_f64", "f64_promote_f32"),
  float_bits: (op, w) => {
    const [value] = op.args;
    w.push(value!);
    w.op("i64_reinterpret_f64");
    w.constI64(0x7ff8000000000000n);
    w.push(value!);
    w.push(value!);
    w.op("f64_eq");
    w.op("select");
  },
  bits_float: plain("f64_reinterpret_i64"),
  bool_to_int: plain("i64_extend_i32_u"),

  bool_not: plain("i32_eqz"),
  bool_and: plain("i32_and"),
  bool_or: plain("i32_or"),
  bool_eq: plain("i32_eq"),
  bool_xor: plain("i32_xor"),

  float_add: plain("f64_add"),
  float_sub: plain("f64_sub"),
  float_mul: plain("f64_mul"),
  float_div: plain("f64_div"),
  float_neg: plain("f64_neg"),
  float_abs: plain("f64_abs"),
  float_eq: plain("f64_eq"),
  float_ne: plain("f64_ne"),
  float_lt: plain("f64_lt"),
  float_le: plain("f64_le"),
  float_gt: plain("f64_gt"),
  float_ge: plain("f64_ge"),
  float_sqrt: plain("f64_sqrt"),
  float_floor: plain("f64_floor"),
  float_ceil: plain("f64_ceil"),
  float_trunc: plain("f64_trunc"),
  float_rint: plain("f64_nearest"),
  float_pow: MATH_BINARY("pow"),
  float_fmod: MATH_BINARY("fmod"),
  float_sin: MATH_UNARY("sin"),
  float_cos: MATH_UNARY("cos"),
  float_tan: MATH_UNARY("tan"),
  float_asin: MATH_UNARY("asin"),
  float_acos: MATH_UNARY("acos"),
  float_atan: MATH_UNARY("atan"),
  float_atan2: MATH_BINARY("atan2"),
  float_sinh: MATH_UNARY("sinh"),
  float_cosh: MATH_UNARY("cosh"),
  float_tanh: MATH_UNARY("tanh"),
  float_asinh: MATH_UNARY("asinh"),
  float_acosh: MATH_UNARY("acosh"),
  float_atanh: MATH_UNARY("atanh"),
  float_exp: MATH_UNARY("exp"),
  float_exp2: MATH_UNARY("exp2"),
  float_expm1: MATH_UNARY("expm1"),
  float_log: MATH_UNARY("log"),
  float_log2: MATH_UNARY("log2"),
  float_log10: MATH_UNARY("log10"),
  float_log1p: MATH_UNARY("log1p"),
  float_cbrt: MATH_UNARY("cbrt"),
  float_hypot: MATH_BINARY("hypot"),
  float_is_nan: (op, w) => {
    w.push(op.args[0]!);
    w.push(op.args[0]!);
    w.op("f64_ne");
  },
  float_is_inf: (op, w) => {
    w.push(op.args[0]!);
    w.op("f64_abs");
    w.constF64(Infinity);
    w.op("f64_eq");
  },
  float_ldexp: runtime("wr_math_ldexp", { params: [D, L], results: [D] }),
  float_copysign: plain("f64_copysign"),

  ref_eq: plain("i64_eq"),
  ref_ne: plain("i64_ne"),
  ref_is_null: plain("i64_eqz"),
  ref_not_null: plain("i64_eqz", "i32_eqz"),
  ref_cast: plain(),
  class_id: classId,
  class_in_range: classInRange,
  imm_is: (op, w) => isTaggedAs(op.args[0]!, op.aux.struct!, w),
  imm_make: (op, w) => {
    const tag = tagOf(op.aux.struct!);
    w.push(op.args[0]!);
    w.constI64(tag === 0 ? 1 : 8);
    w.op("i64_shl");
    w.constI64(tag === 0 ? 1n : tagBits(tag));
    w.op("i64_or");
  },
  imm_value: (op, w) => {
    w.push(op.args[0]!);
    w.constI64(tagOf(op.aux.struct!) === 0 ? 1 : 8);
    w.op("i64_shr_s");
  },
  imm_fits: (op, w) => {
    const bits = tagOf(op.aux.struct!) === 0 ? 63n : 56n;
    w.push(op.args[0]!);
    w.constI64(BigInt.asIntN(64, 1n << (bits - 1n)));
    w.op("i64_add");
    w.constI64(bits);
    w.op("i64_shr_u");
    w.op("i64_eqz");
  },
  identity_hash: runtime("wr_identity_hash", { params: [L], results: [L] }),

  getfield: (op, w) => {
    wrapped(op.args[0]!, w);
    load(w, op.aux.field!.storage, fieldOffset(op));
  },
  setfield: (op, w) => {
    wrapped(op.args[0]!, w);
    w.push(op.args[1]!);
    store(w, op.aux.field!.storage, fieldOffset(op));
  },
  array_len: (op, w) => {
    wrapped(op.args[0]!, w);
    w.memory("i64_load", 8, layoutIn(op.aux.array!).length);
  },
  getitem: (op, w) => {
    const type = op.aux.array!;
    const offset = itemAddress(type, op.args[0]!, op.args[1]!, w);
    load(w, type.item, offset);
  },
  setitem: (op, w) => {
    const type = op.aux.array!;
    const offset = itemAddress(type, op.args[0]!, op.args[1]!, w);
    w.push(op.args[2]!);
    store(w, type.item, offset);
  },
  array_copy: (op, w) => {
    const [source, from, target, to, count] = op.args;
    const type = op.aux.array!;
    const place = (array: ArrayType, object: LLValue, index: LLValue): void => {
      w.constI32(itemAddress(array, object, index, w));
      w.op("i32_add");
    };
    place(type, target!, to!);
    place(op.aux.source ?? type, source!, from!);
    wrapped(count!, w);
    w.constI32(Math.log2(storageSize(type.item)));
    w.op("i32_shl");
    w.callRuntime("copy", { params: [I, I, I], results: [] });
  },
  array_fill: (op, w) => {
    const [array, start, count, value] = op.args;
    const type = op.aux.array!;
    const size = storageSize(type.item);
    w.constI32(itemAddress(type, array!, start!, w));
    w.op("i32_add");
    wrapped(count!, w);
    w.push(value!);
    if (type.item.kind === "f64") w.op("i64_reinterpret_f64");
    else if (type.item.kind === "bool") w.op("i64_extend_i32_u");
    else if (type.item.kind === "f32")
      throw new InternalError("arrays of f32 are filled one by one");
    w.callRuntime(`fill${size * 8}`, { params: [I, I, L], results: [] });
  },
  global_get: notFrozen,
  global_set: notFrozen,
  table_get: (op, w) => {
    const table = op.aux.table!;
    wrapped(op.args[0]!, w);
    if (table.type.kind === "bool") return w.memory("i32_load8_u", 1, w.tableAddress(op));
    w.constI32(3);
    w.op("i32_shl");
    w.memory(table.type.kind === "float" ? "f64_load" : "i64_load", 8, w.tableAddress(op));
  },

  call: (op, w) => {
    for (const arg of op.args) w.push(arg);
    w.callFunction(op);
  },
  call_indirect: (op, w) => {
    const [target, ...args] = op.args;
    for (const arg of args) w.push(arg);
    wrapped(target!, w);
    w.callIndirect(op.aux.signature!);
  },
  exc_set: runtime("wr_exc_set", { params: [L], results: [] }),
  exc_pending: (_, w) => {
    w.constI32(0);
    w.memory("i64_load", 8, WORD.exception);
    w.op("i64_eqz");
    w.op("i32_eqz");
  },
  exc_take: runtime("exc_take", { params: [], results: [L] }),

  addr_add: plain("i64_add"),
  addr_sub: plain("i64_sub"),
  addr_eq: plain("i64_eq"),
  addr_lt: plain("i64_lt_u"),
  addr_is_null: plain("i64_eqz"),
  addr_to_int: plain(),
  int_to_addr: plain(),
  ref_to_addr: plain(),
  addr_to_ref: plain(),
  raw_load: (op, w) => {
    const offset = rawAddress(op, w);
    load(w, op.aux.storage!, offset);
  },
  raw_store: (op, w) => {
    const offset = rawAddress(op, w);
    w.push(op.args[2]!);
    store(w, op.aux.storage!, offset);
  },
  raw_copy: (op, w) => {
    for (const arg of op.args) wrapped(arg, w);
    w.callRuntime("copy", { params: [I, I, I], results: [] });
  },
  raw_zero: (op, w) => {
    wrapped(op.args[0]!, w);
    w.constI32(0);
    wrapped(op.args[1]!, w);
    w.op("memory_fill");
  },
  raw_prefetch: () => {},
  raw_alloc: runtime("wr_raw_alloc", { params: [L], results: [L] }),
  raw_free: runtime("wr_raw_free", { params: [L], results: [] }),
  array_items_addr: (op, w) => {
    w.push(op.args[0]!);
    w.constI64(layoutIn(op.aux.array!).end);
    w.op("i64_add");
  },
  raw_compare: runtime("wr_raw_compare", { params: [L, L, L], results: [L] }),

  gc_collect: runtime("wr_gc_collect", { params: [], results: [] }),
  gc_finalize: runtime("wr_gc_finalize", { params: [], results: [] }),
  gc_stat: runtime("wr_gc_stat", { params: [L], results: [L] }),
  interrupt_pending: (_, w) => {
    w.constI32(0);
    w.memory("i64_load", 8, WORD.interrupt);
    w.op("i64_eqz");
    w.op("i32_eqz");
  },
  gc_write_barrier: (op, w) => {
    isTracked(op.args[0]!, w);
    w.ifThen(() => {
      w.push(op.args[0]!);
      w.callRuntime("wr_gc_remember", { params: [L], results: [] });
    }, "unlikely");
  },
  gc_write_barrier_items: (op, w) => {
    isTracked(op.args[0]!, w);
    w.ifThen(() => {
      for (const arg of op.args) w.push(arg);
      w.callRuntime("wr_gc_remember_items", { params: [L, L, L], results: [] });
    }, "unlikely");
  },
  gc_weak_target: (op, w) => {
    w.constI32(0);
    w.memory("i64_load", 8, WORD.asksForWeak);
    w.op("i64_eqz");
    w.ifElse(
      "i64",
      () => w.push(op.args[0]!),
      () => {
        w.push(op.args[0]!);
        w.callRuntime("wr_gc_ask_for_weak", { params: [L], results: [L] });
      },
      "likely",
    );
  },
  hint: drop,
  fatal: (op, w) => {
    w.push(op.args[0]!);
    w.callRuntime("wr_fatal", { params: [L], results: [] });
    w.op("unreachable");
  },
  likely: plain(),
  unlikely: plain(),
};

/** Whether a store of a reference into the object has to be reported (WR_TRACK in wright.h). */
function isTracked(value: LLValue, w: OpWriter): void {
  wrapped(value, w);
  w.memory("i64_load32_u", 4, 4);
  w.constI64(TRACK);
  w.op("i64_and");
  w.constI64(0);
  w.op("i64_ne");
}

function masked(mask: bigint): Row {
  return (op, w) => {
    w.push(op.args[0]!);
    w.constI64(mask);
    w.op("i64_and");
  };
}

/** The one quotient that does not fit wraps. */
function guardedDivision(op: LLOp, w: OpWriter, division: Opcode): void {
  const [a, b] = op.args;
  w.push(b!);
  w.constI64(-1);
  w.op("i64_eq");
  w.ifElse(
    "i64",
    () => {
      w.constI64(0);
      w.push(a!);
      w.op("i64_sub");
    },
    () => {
      w.push(a!);
      w.push(b!);
      w.op(division);
    },
  );
}

/** Pushes an address but for the offset, which is the result. */
function rawAddress(op: LLOp, w: OpWriter): number {
  const [address, offset] = op.args as [LLValue, LLValue];
  wrapped(address, w);
  if (offset.kind === "const" && offset.value.kind === "int") {
    const at = offset.value.value;
    if (at >= 0n && at < LARGEST_OFFSET) return Number(at);
  }
  wrapped(offset, w);
  w.op("i32_add");
  return 0;
}

function notFrozen(op: LLOp): never {
  throw new InternalError(`${op.name} ${op.aux.global?.name}: the program is not frozen`);
}
