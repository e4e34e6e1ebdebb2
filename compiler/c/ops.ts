/**
 * The C of single ops. A regular op's C is a template in its row; this module owes a function for
 * exactly those whose row says null, except allocations and what belongs to control flow, which
 * `function.ts` emits because they need to know what comes next.
 */
import { assert, InternalError } from "../../dsl/syntax/diagnostics.ts";
import { opRow, type Irregular, type OpName, type PlacedOp } from "../ops/table.ts";
import {
  storageSize,
  valueType,
  type ArrayType,
  type Storage,
  type StructType,
} from "../ll/types.ts";
import type { Constants } from "./constants.ts";
import {
  candidates,
  classIdOf,
  isInRange,
  isTaggedAs,
  payloadFits,
  payloadOf,
  taggedWordOf,
  type ImmediateClass,
} from "./immediates.ts";
import type { Names } from "./names.ts";
import { cType, isNarrow, signatureType, storageType } from "./types.ts";
import type { LLOp, LLValue } from "../ll/program.ts";

/** What the C of an op depends on beside the op. */
export interface OpContext {
  readonly names: Names;
  readonly constants: Constants;
  readonly immediates: readonly ImmediateClass[];
  /** The C atom of a value. */
  readonly atom: (value: LLValue) => string;
}

type Expression = (op: LLOp, context: OpContext) => string;

/** The C expression of an op; empty for an op that does nothing in C. */
export function expression(op: LLOp, context: OpContext): string {
  const template = opRow(op.name).c;
  if (template !== null) {
    return template.replace(/\$(\d+)/g, (_, index) => context.atom(op.args[Number(index)]!));
  }
  const irregular = (IRREGULAR as Partial<Record<string, Expression>>)[op.name];
  if (irregular === undefined) throw new InternalError(`op ${op.name} has no C`);
  return irregular(op, context);
}

const IRREGULAR: Record<Exclude<Irregular<"c">, PlacedOp>, Expression> = {
  call: (op, c) => `${c.constants.function(op.aux.callee!)}(${list(op.args, c)})`,
  call_indirect: (op, c) => {
    const [target, ...args] = op.args;
    return `((${signatureType(op.aux.signature!)})${c.atom(target!)})(${list(args, c)})`;
  },

  getfield: (op, c) => fieldAccess(op, c),
  setfield: (op, c) =>
    `${fieldAccess(op, c)} = ${narrowed(c.atom(op.args[1]!), op.aux.field!.storage)}`,
  array_len: (op, c) => `${object(op.aux.array!, op.args[0]!, c)}->length_`,
  getitem: (op, c) => item(op, c),
  setitem: (op, c) => `${item(op, c)} = ${narrowed(c.atom(op.args[2]!), op.aux.array!.item)}`,
  array_copy: (op, c) => {
    const [source, from, target, to, count] = op.args;
    const array = op.aux.array!;
    const size = storageSize(array.item);
    const bytes = size === 1 ? `(size_t)${c.atom(count!)}` : `(size_t)${c.atom(count!)} * ${size}`;
    const left = `${object(array, target!, c)}->items_ + ${c.atom(to!)}`;
    const right = `${object(op.aux.source ?? array, source!, c)}->items_ + ${c.atom(from!)}`;
    return `memmove(${left}, ${right}, ${bytes})`;
  },
  array_fill: (op, c) => {
    const [array, start, count, value] = op.args;
    const { item: storage } = op.aux.array!;
    const items = `${object(op.aux.array!, array!, c)}->items_ + ${c.atom(start!)}`;
    const stored = narrowed(c.atom(value!), storage);
    return `wr_fill_${fillKind(storage)}(${items}, ${c.atom(count!)}, ${stored})`;
  },
  global_get: (op) => notFrozen(op),
  global_set: (op) => notFrozen(op),
  table_get: (op, c) => `${c.names.table(op.aux.table!)}[${c.atom(op.args[0]!)}]`,

  ref_cast: (op, c) => c.atom(op.args[0]!),
  class_id: (op, c) => classIdOf(c.atom(op.args[0]!), candidates(c.immediates, op.args[0]!)),
  class_in_range: (op, c) =>
    isInRange(c.atom(op.args[0]!), op.aux.struct!, candidates(c.immediates, op.args[0]!)),
  imm_is: (op, c) => isTaggedAs(c.atom(op.args[0]!), immediate(op)),
  imm_make: (op, c) => taggedWordOf(c.atom(op.args[0]!), immediate(op)),
  imm_value: (op, c) => payloadOf(c.atom(op.args[0]!), immediate(op)),
  imm_fits: (op, c) => payloadFits(c.atom(op.args[0]!), immediate(op)),
  identity_hash: (op, c) => `wr_identity_hash(${c.atom(op.args[0]!)})`,

  addr_to_ref: (op, c) => `((wr_ref)${c.atom(op.args[0]!)})`,
  raw_load: (op, c) => rawPlace(op, c),
  raw_store: (op, c) => `${rawPlace(op, c)} = ${narrowed(c.atom(op.args[2]!), op.aux.storage!)}`,
  array_items_addr: (op, c) => `((wr_addr)${object(op.aux.array!, op.args[0]!, c)}->items_)`,
  hint: () => "",

  exc_set: (op, c) => `wr_exc_set(${c.atom(op.args[0]!)})`,
  fatal: (op, c) => `wr_fatal(${c.atom(op.args[0]!)})`,
};

function list(values: readonly LLValue[], { atom }: OpContext): string {
  return values.map(atom).join(", ");
}

function object(type: StructType | ArrayType, value: LLValue, { names, atom }: OpContext): string {
  return `((struct ${names.struct(type)} *)${atom(value)})`;
}

function fieldAccess(op: LLOp, context: OpContext): string {
  const holder = op.aux.struct ?? op.aux.array!;
  const field = context.names.field(holder, op.aux.field!);
  return `${object(holder, op.args[0]!, context)}->${field}`;
}

function item(op: LLOp, context: OpContext): string {
  return `${object(op.aux.array!, op.args[0]!, context)}->items_[${context.atom(op.args[1]!)}]`;
}

/** A value on its way into narrow storage. */
export function narrowed(atom: string, storage: Storage): string {
  return isNarrow(storage) ? `(${storageType(storage)})${atom}` : atom;
}

function rawPlace(op: LLOp, { atom }: OpContext): string {
  const storage = op.aux.storage!;
  const kind =
    storage.kind === "ref" || storage.kind === "fn" ? storage.kind : storageType(storage);
  return `*(wr_unaligned_${kind.replace(/_t$/, "").replace("wr_", "")} *)(${atom(op.args[0]!)} + ${atom(op.args[1]!)})`;
}

function fillKind(storage: Storage): string {
  const kind = valueType(storage).kind;
  return kind === "int" || kind === "float" ? storage.kind : kind;
}

function immediate(op: LLOp) {
  const info = op.aux.struct!.immediate;
  assert(info !== null, `${op.name} of ${op.aux.struct!.name}, which is no immediate class`);
  return info;
}

function notFrozen(op: LLOp): never {
  throw new InternalError(`${op.name} ${op.aux.global?.name}: the program is not frozen`);
}

/** The C type a value of an op's result needs; null for void. */
export function resultType(op: LLOp): string | null {
  return op.result.type.kind === "void" ? null : cType(op.result.type);
}

const OVERFLOW_BUILTINS: Partial<Record<OpName, string>> = {
  int_add_ovf: "__builtin_add_overflow",
  int_sub_ovf: "__builtin_sub_overflow",
  int_mul_ovf: "__builtin_mul_overflow",
};

/** The builtin behind an `…_ovf` op, or null for other ops. */
export function overflowBuiltin(name: string): string | null {
  return OVERFLOW_BUILTINS[name as OpName] ?? null;
}
