/**
 * Ops as JavaScript expressions.
 *
 * An op is a call of its row's `eval` unless it is one of `INLINE`, which says the same in place and
 * leaves the row's function for rare operands, or one of `IRREGULAR`, whose row has no `eval`. That
 * every inlined form gives what its row gives is what `emit-ops.test.ts` shows.
 *
 * The inlined forms use what is known of operands: literals, and variables that hold small numbers
 * because of the op that made them (`facts`). `t` is a scratch variable of the emitted function.
 */
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { opRow, type Irregular, type OpName } from "../ops/table.ts";
import * as words from "../ops/words.ts";
import { HeapStruct, Immediate, payloadBits, sameReference, toStorage, zeroOf } from "./heap.ts";
import type { LLFunction, LLGlobal, LLOp, LLTable, LLValue } from "../ll/program.ts";
import type { Storage, StructType } from "../ll/types.ts";

/**
 * What is known of a value, as far as it matters to the JavaScript that computes with it: nothing,
 * that it is a number (a word that may be no bigint), or a number that is not negative.
 */
export type Fact = "number" | "natural" | null;

/** What the emission of an op needs of the function that it is in. */
export interface OpEmitter {
  /** The JavaScript of a value: a variable or a literal. */
  atom(value: LLValue): string;
  fact(value: LLValue): Fact;
  /** A name for a helper function or an object. */
  use(name: string, helper: unknown): string;
  constant(object: unknown): string;
  /** Expressions that evaluate to the cell of a function, the cell of a global, the rows of a table. */
  callee(fn: LLFunction): string;
  global(global: LLGlobal): string;
  table(table: LLTable): string;
  /** An op that is known to be the one before, for `overflowed`. */
  before(op: LLOp): LLOp | undefined;
  /** The index of the traceback site of an op, -1 when it has none. */
  site(op: LLOp): number;
  /** The same for an op that says where an exception was caught. */
  caughtSite(op: LLOp): number;
  /** What is done at a mark for a debugger; empty when nobody debugs. */
  mark(op: LLOp): string;
}

const MAX = "9007199254740991";
const MIN = "-9007199254740991";

/** The JavaScript expression of an op; empty when there is nothing to do. */
export function expression(op: LLOp, emitter: OpEmitter): string {
  const name = op.name as OpName;
  const irregular = (IRREGULAR as Partial<Record<string, Emit>>)[name];
  if (irregular !== undefined) return irregular(op, emitter);
  return INLINE[name]?.(op, emitter) ?? callOfRow(op, emitter);
}

/** The op as a call of its definition. */
function callOfRow(op: LLOp, emitter: OpEmitter): string {
  const evaluate = opRow(op.name).eval;
  if (evaluate === null) throw new InternalError(`op ${op.name} has no meaning`);
  const args = op.args.map((arg) => emitter.atom(arg));
  return `${emitter.use(op.name, evaluate)}(${args.join(", ")})`;
}

type Emit = (op: LLOp, emitter: OpEmitter) => string;
/** Null: call the row after all. */
type Inline = (op: LLOp, emitter: OpEmitter) => string | null;

// ---------------------------------------------------------------- inlined forms

function infix(operator: string): Inline {
  return ({ args }, e) => `${e.atom(args[0]!)} ${operator} ${e.atom(args[1]!)}`;
}

function prefix(operator: string): Inline {
  return ({ args }, e) => `${operator}${e.atom(args[0]!)}`;
}

/** Tests that operands are numbers, as far as that is not known. */
function areNumbers(values: readonly LLValue[], e: OpEmitter): string[] {
  return values
    .filter((value) => e.fact(value) === null)
    .map((value) => `typeof ${e.atom(value)} === "number"`);
}

function literalOf(value: LLValue | undefined): number | null {
  if (value?.kind !== "const" || value.value.kind !== "int") return null;
  const word = words.wrap(value.value.value);
  return typeof word === "number" ? word : null;
}

/** The fast result if the tests hold, else the row's. */
function guarded(tests: readonly string[], fast: string, op: LLOp, e: OpEmitter): string {
  return tests.length === 0 ? fast : `${tests.join(" && ")} ? ${fast} : ${callOfRow(op, e)}`;
}

/** `t` is tested against the safe range, on the sides where the result may leave it. */
function additive(operator: "+" | "-"): Inline {
  return (op, e) => {
    const [a, b] = op.args as [LLValue, LLValue];
    const step = literalOf(b);
    const grows = step !== null && (operator === "+") === step >= 0;
    const range =
      step === null
        ? [`(t = SUM) <= ${MAX}`, `t >= ${MIN}`]
        : grows
          ? [`(t = SUM) <= ${MAX}`]
          : [`(t = SUM) >= ${MIN}`];
    const sum = `${e.atom(a)} ${operator} ${e.atom(b)}`;
    const tests = [...areNumbers(op.args, e), ...range.map((test) => test.replace("SUM", sum))];
    return guarded(tests, "t", op, e);
  };
}

const multiply: Inline = (op, e) => {
  const product = `${e.atom(op.args[0]!)} * ${e.atom(op.args[1]!)}`;
  const tests = [...areNumbers(op.args, e), `(t = ${product}) <= ${MAX}`, `t >= ${MIN}`];
  return guarded(tests, "t + 0", op, e);
};

/** Both operands are 32-bit numbers, so that JavaScript's operator is the one for words. */
function bitwise(operator: "&" | "|" | "^"): Inline {
  return (op, e) => {
    const [a, b] = op.args as [LLValue, LLValue];
    const mask = literalOf(b);
    const fast = `${e.atom(a)} ${operator} ${e.atom(b)}`;
    // The low bits of a number of either sign are what the conversion to 32 bits keeps.
    if (operator === "&" && mask !== null && mask >= 0 && mask < 2 ** 31) {
      return guarded(areNumbers([a], e), fast, op, e);
    }
    const tests = op.args.flatMap((value) => {
      const literal = literalOf(value);
      if (literal !== null && (literal | 0) === literal) return [];
      return [...areNumbers([value], e), `(${e.atom(value)} | 0) === ${e.atom(value)}`];
    });
    return guarded(tests, fast, op, e);
  };
}

const shiftLeft: Inline = (op, e) => {
  const count = literalOf(op.args[1]);
  if (count === null) return null;
  const shifted = `(t = ${e.atom(op.args[0]!)} * ${2 ** count})`;
  return guarded(
    [...areNumbers([op.args[0]!], e), `${shifted} <= ${MAX}`, `t >= ${MIN}`],
    "t",
    op,
    e,
  );
};

const shiftRight: Inline = (op, e) => {
  const count = literalOf(op.args[1]);
  if (count === null) return null;
  const a = e.atom(op.args[0]!);
  const wide = `Math.floor(${a} / ${2 ** count})`;
  const fast = count < 32 ? `((${a} | 0) === ${a} ? ${a} >> ${count} : ${wide})` : wide;
  return guarded(areNumbers([op.args[0]!], e), fast, op, e);
};

/** Remainder by a positive literal. Adding 0 turns -0 into 0. */
const floorMod: Inline = (op, e) => {
  const divisor = literalOf(op.args[1]);
  if (divisor === null || divisor <= 0) return null;
  const fast = `((t = ${e.atom(op.args[0]!)} % ${divisor}) < 0 ? t + ${divisor} : t + 0)`;
  return guarded(areNumbers([op.args[0]!], e), fast, op, e);
};

/** The usual bounds check: no natural number is below a negative one taken as unsigned. */
const unsignedLess: Inline = ({ args }, e) => {
  if (e.fact(args[1]!) !== "natural") return null;
  const a = e.atom(args[0]!);
  const below = `${a} < ${e.atom(args[1]!)}`;
  return e.fact(args[0]!) === "natural" ? below : `(${a} >= 0 && ${below})`;
};

function narrowing(fast: (a: string) => string): Inline {
  return (op, e) => guarded(areNumbers(op.args, e), fast(e.atom(op.args[0]!)), op, e);
}

/** Immediates are compared by value; where neither side can be one, identity will do. */
function identity(negated: boolean): Inline {
  return ({ args }, e) => {
    const [a, b] = args.map((arg) => e.atom(arg)) as [string, string];
    if (args.some(isNeverImmediate)) return `${a} ${negated ? "!==" : "==="} ${b}`;
    const same = `(${a} === ${b} || ${e.use("sameReference", sameReference)}(${a}, ${b}))`;
    return negated ? `!${same}` : same;
  };
}

function isNeverImmediate(value: LLValue): boolean {
  if (value.kind === "const") return value.value.kind === "null";
  const { type } = value;
  if (type.kind !== "ref" || type.to === null) return false;
  return type.to.kind === "array" || !type.to.mayBeImmediate;
}

export const INLINE: Partial<Readonly<Record<OpName, Inline>>> = {
  int_add: additive("+"),
  int_sub: additive("-"),
  int_mul: multiply,
  int_add_ovf: additive("+"),
  int_sub_ovf: additive("-"),
  int_mul_ovf: multiply,
  int_and: bitwise("&"),
  int_or: bitwise("|"),
  int_xor: bitwise("^"),
  int_lshift: shiftLeft,
  int_rshift: shiftRight,
  int_mod: floorMod,
  int_eq: infix("==="),
  int_ne: infix("!=="),
  int_lt: infix("<"),
  int_le: infix("<="),
  int_gt: infix(">"),
  int_ge: infix(">="),
  uint_lt: unsignedLess,
  int_zext8: narrowing((a) => `${a} & 255`),
  int_zext16: narrowing((a) => `${a} & 65535`),
  int_zext32: narrowing((a) => `${a} >>> 0`),
  int_sext32: narrowing((a) => `${a} | 0`),
  int_to_float: narrowing((a) => a),
  bool_to_int: ({ args }, e) => `${e.atom(args[0]!)} ? 1 : 0`,
  bool_not: prefix("!"),
  bool_and: infix("&&"),
  bool_or: infix("||"),
  bool_eq: infix("==="),
  bool_xor: infix("!=="),
  float_add: infix("+"),
  float_sub: infix("-"),
  float_mul: infix("*"),
  float_div: infix("/"),
  float_neg: prefix("- "),
  float_eq: infix("==="),
  float_ne: infix("!=="),
  float_lt: infix("<"),
  float_le: infix("<="),
  float_gt: infix(">"),
  float_ge: infix(">="),
  ref_eq: identity(false),
  ref_ne: identity(true),
  ref_is_null: ({ args }, e) => `${e.atom(args[0]!)} === null`,
  ref_not_null: ({ args }, e) => `${e.atom(args[0]!)} !== null`,
  ref_cast: ({ args }, e) => e.atom(args[0]!),
  class_id: ({ args }, e) => `${e.atom(args[0]!)}.type.classId`,
  likely: ({ args }, e) => e.atom(args[0]!),
  unlikely: ({ args }, e) => e.atom(args[0]!),
};

/** Facts about the results of ops. */
export function factOf(op: LLOp, e: Pick<OpEmitter, "fact">): Fact {
  const { aux } = op;
  switch (op.name) {
    case "array_len":
    case "class_id":
    case "bool_to_int":
    case "int_clz":
    case "int_ctz":
    case "int_popcount":
    case "int_zext8":
    case "int_zext16":
    case "int_zext32":
    case "identity_hash":
      return "natural";
    case "int_sext8":
    case "int_sext16":
    case "int_sext32":
      return "number";
    case "int_and":
      // Not negative, and no larger than a safe operand.
      return op.args.some((arg) => e.fact(arg) === "natural") ? "natural" : null;
    case "getfield":
      return storageFact(aux.field!.storage);
    case "getitem":
      return storageFact(aux.array!.item);
    case "raw_load":
      return storageFact(aux.storage!);
    default:
      return null;
  }
}

function isWeak({ aux }: LLOp): boolean {
  return aux.struct !== undefined && aux.struct.weakField === aux.field!.index;
}

function storageFact(storage: Storage): Fact {
  switch (storage.kind) {
    case "u8":
    case "u16":
    case "u32":
      return "natural";
    case "i8":
    case "i16":
    case "i32":
      return "number";
    default:
      return null;
  }
}

// ---------------------------------------------------------------- irregular ops

/** The value as the storage keeps it. */
function stored(value: LLValue, storage: Storage, e: OpEmitter): string {
  const text = e.atom(value);
  switch (storage.kind) {
    case "i8":
    case "i16":
    case "i32":
    case "u8":
    case "u16":
    case "u32":
    case "f32":
      return `${e.use("toStorage", toStorage)}(${e.constant(storage)}, ${text})`;
    default:
      return text;
  }
}

/** Typed arrays truncate numbers by themselves, but refuse bigints. */
function storedItem(value: LLValue, storage: Storage, e: OpEmitter): string {
  const text = e.atom(value);
  switch (storage.kind) {
    case "i8":
    case "i16":
    case "i32":
    case "u8":
    case "u16":
    case "u32":
      if (e.fact(value) !== null) return text;
      return `typeof ${text} === "number" ? ${text} : ${e.use("sext32", words.sext32)}(${text})`;
    case "bool":
      return `${text} ? 1 : 0`;
    default:
      return text;
  }
}

/** Zeros as literals: what a fresh object of the struct holds. */
function zeroFields(struct: StructType): string {
  return `[${struct.fields.map((field) => String(zeroOf(field.storage))).join(", ")}]`;
}

/** A rough size in bytes of an object in JavaScript's heap, for the memory limit. */
export function structSize(struct: StructType): number {
  return 88 + 8 * struct.fields.length;
}

function isImmediateOf(a: string, struct: StructType, e: OpEmitter): string {
  return `(${a} instanceof ${e.use("Immediate", Immediate)} && ${a}.type === ${e.constant(struct)})`;
}

function inRange(a: string, { classId, lastSubclassId }: StructType): string {
  if (classId === lastSubclassId) return `${a} !== null && ${a}.type.classId === ${classId}`;
  return `${a} !== null && (t = ${a}.type.classId) >= ${classId} && t <= ${lastSubclassId}`;
}

function machine(method: string): Emit {
  return ({ args }, e) => `rt.${method}(${args.map((arg) => e.atom(arg)).join(", ")})`;
}

function memory(method: string): Emit {
  return ({ args }, e) => `rt.memory.${method}(${args.map((arg) => e.atom(arg)).join(", ")})`;
}

function argument(op: LLOp, index: number, e: OpEmitter): string {
  return e.atom(op.args[index]!);
}

export const IRREGULAR: Readonly<Record<Irregular<"eval">, Emit>> = {
  overflowed: (op, e) => {
    const before = e.before(op);
    const overflows = before === undefined ? undefined : opRow(before.name).overflow;
    if (before === undefined || overflows === undefined) {
      throw new InternalError("overflowed stands behind no op that overflows");
    }
    const args = before.args.map((arg) => e.atom(arg));
    const call = `${e.use(`${before.name}_overflows`, overflows)}(${args.join(", ")})`;
    // A result that is a number did not overflow: it would be 2**64 away from the exact one.
    const known = before.name === "int_mul_ovf" ? [] : areNumbers(before.args, e);
    return known.length === 0 ? call : `!(${known.join(" && ")}) && ${call}`;
  },

  class_in_range: (op, e) => inRange(argument(op, 0, e), op.aux.struct!),
  imm_is: (op, e) => isImmediateOf(argument(op, 0, e), op.aux.struct!, e),
  imm_make: (op, e) =>
    `new ${e.use("Immediate", Immediate)}(${e.constant(op.aux.struct!)}, ${argument(op, 0, e)})`,
  imm_value: (op, e) => `${argument(op, 0, e)}.payload`,
  imm_fits: (op, e) => {
    const a = argument(op, 0, e);
    const bits = payloadBits(op.aux.struct!.immediate!.tag);
    // All numbers fit: they have 54 bits.
    return `typeof ${a} === "number" || BigInt.asIntN(${bits}, ${a}) === ${a}`;
  },
  identity_hash: machine("identityHash"),

  new: ({ aux }, e) => {
    const struct = aux.struct!;
    const fresh = `new ${e.use("HeapStruct", HeapStruct)}(${e.constant(struct)}, ${zeroFields(struct)})`;
    const object = struct.finalizer === null ? fresh : `rt.finalizeLater(${fresh})`;
    return `((rt.room -= ${structSize(struct)}) < 0 && rt.makeRoom(0), ${object})`;
  },
  new_array: (op, e) => `rt.newArray(${e.constant(op.aux.array!)}, ${argument(op, 0, e)})`,
  getfield: (op, e) => {
    const value = `${argument(op, 0, e)}.fields[${op.aux.field!.index}]`;
    return isWeak(op) ? `rt.weakTarget(${value})` : value;
  },
  setfield: (op, e) => {
    const { index, storage } = op.aux.field!;
    const value = stored(op.args[1]!, storage, e);
    return `${argument(op, 0, e)}.fields[${index}] = ${isWeak(op) ? `rt.weaken(${value})` : value}`;
  },
  array_len: (op, e) => `${argument(op, 0, e)}.items.length`,
  getitem: (op, e) => {
    const [a, i] = [argument(op, 0, e), argument(op, 1, e)];
    const item = `((t = ${a}.items[${i}]) === undefined ? rt.badIndex(${a}, ${i}) : t)`;
    return op.aux.array!.item.kind === "bool" ? `${item} !== 0` : item;
  },
  setitem: (op, e) => {
    const [a, i] = [argument(op, 0, e), argument(op, 1, e)];
    const value = storedItem(op.args[2]!, op.aux.array!.item, e);
    return `${a}.items[${i} >= 0 && ${i} < ${a}.items.length ? ${i} : rt.badIndex(${a}, ${i})] = ${value}`;
  },
  array_copy: machine("copyItems"),
  array_fill: (op, e) => {
    const [a, start, count] = [0, 1, 2].map((index) => argument(op, index, e));
    return `rt.fillItems(${a}, ${start}, ${count}, ${storedItem(op.args[3]!, op.aux.array!.item, e)})`;
  },
  global_get: (op, e) => `${e.global(op.aux.global!)}.value`,
  global_set: (op, e) => `${e.global(op.aux.global!)}.value = ${argument(op, 0, e)}`,
  table_get: (op, e) => {
    const i = argument(op, 0, e);
    const table = e.table(op.aux.table!);
    return `((t = ${table}[${i}]) === undefined ? rt.badRow(${e.constant(op.aux.table!)}, ${i}) : t)`;
  },

  call: (op, e) => {
    const args = op.args.map((arg) => e.atom(arg));
    return `${e.callee(op.aux.callee!)}.run(${args.join(", ")})`;
  },
  call_indirect: (op, e) => {
    const [target, ...args] = op.args.map((arg) => e.atom(arg));
    return `rt.cellOf(${target}).run(${args.join(", ")})`;
  },
  exc_set: machine("setPending"),
  exc_pending: () => "rt.pending !== null",
  exc_take: machine("takePending"),
  traceback_note: (op, e) => `rt.noteRaise(${argument(op, 0, e)}, SITES[${e.caughtSite(op)}])`,
  traceback_add: (op, e) => `rt.addSites(SITES[${e.site(op)}])`,
  // JavaScript checks its stack itself.
  stack_check: () => "",
  ss_enter: (op) => `frame = rt.enterFrame(${op.aux.slot!})`,
  ss_mark: () => "",
  ss_leave: (op) => `rt.leaveFrame(${op.aux.slot!})`,
  ss_store: (op, e) => `rt.shadow[frame + ${op.aux.slot!}] = ${argument(op, 0, e)}`,
  ss_load: (op) => `rt.shadow[frame + ${op.aux.slot!}]`,

  ref_to_addr: memory("addressOf"),
  addr_to_ref: memory("referenceAt"),
  raw_load: (op, e) => {
    const address = `${e.use("add", words.add)}(${argument(op, 0, e)}, ${argument(op, 1, e)})`;
    return `rt.memory.load(${e.constant(op.aux.storage!)}, ${address})`;
  },
  raw_store: (op, e) => {
    const address = `${e.use("add", words.add)}(${argument(op, 0, e)}, ${argument(op, 1, e)})`;
    return `rt.memory.store(${e.constant(op.aux.storage!)}, ${address}, ${argument(op, 2, e)})`;
  },
  raw_copy: memory("copy"),
  raw_zero: memory("zero"),
  raw_prefetch: () => "",
  raw_alloc: memory("alloc"),
  raw_free: memory("free"),
  array_items_addr: memory("itemsAddress"),
  raw_compare: memory("compare"),

  gc_collect: machine("collect"),
  gc_finalize: machine("finalizeAll"),
  gc_stat: machine("heapStatistic"),
  interrupt_pending: machine("interruptPending"),
  // Nothing moves here, so there is nothing to note.
  gc_write_barrier: () => "",
  gc_write_barrier_items: () => "",
  gc_weak_target: (op, e) => e.atom(op.args[0]!),
  hint: (op, e) => e.mark(op),
  fatal: machine("fatal"),
};
