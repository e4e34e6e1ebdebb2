/**
 * Fold: what is known is computed now.
 *
 *     %c = int_add(2, 3)                            →  5
 *     %n = class_id(%square: Square)                →  4        no class is below Square
 *     %f = table_get(1) table=Shape.area.table      →  Square.area
 *     %r = call_indirect(%f, %x)                    →  call(%x) callee=Square.area
 *     %k = getfield(#3) field=key                   →  what the frozen object holds there
 *
 * An op without effect and with constant arguments is evaluated by its row in the op table; the
 * rules below know algebra, classes and frozen objects. Laws: a rule gives an existing value or one
 * op in the place of one op, and never moves anything.
 */
import { newOp } from "../../dsl/flow/graph.ts";
import { HeapArray, Immediate, getItem, type HeapObject, type MachineValue } from "../eval/heap.ts";
import { constantOf, machineValue, zeroValue } from "../eval/values.ts";
import { mapReads } from "../ll/contain.ts";
import type { LL, LLAux, LLConst, LLFunction, LLGraph, LLOp, LLValue } from "../ll/program.ts";
import { BOOL, INT, typeOfObject } from "../ll/types.ts";
import type { ArrayType, LLType, StructType } from "../ll/types.ts";
import { mayRaise, opRow, type OpName } from "../ops/table.ts";
import { simplifyGraph } from "./simplify.ts";
import { Replacements, sameValue } from "./ssa.ts";

/** What an op becomes: a value, or another op for the same result. */
export type Folded =
  | { readonly value: LLValue }
  | { readonly op: OpName; readonly args: LLValue[]; readonly aux?: LLAux };

export interface FoldContext {
  /** The op that defines a variable; undefined for parameters. */
  definition(value: LLValue): LLOp | undefined;
}

type Rule = (op: LLOp, context: FoldContext) => Folded | null;

const ROUNDS = 4;

/** Says how many rewrites there were. */
export function fold(fn: LLFunction): number {
  const graph = fn.graph!;
  let total = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const count = foldGraph(graph) + simplifyGraph(graph);
    total += count;
    if (count === 0) break;
  }
  return total;
}

function foldGraph(graph: LLGraph): number {
  const replacements = new Replacements();
  const definitions: (LLOp | undefined)[] = [];
  const context: FoldContext = {
    definition: (value) => (value.kind === "var" ? definitions[value.id] : undefined),
  };
  let rewrites = 0;
  for (const block of graph.blocks) {
    const ops: LLOp[] = [];
    block.ops.forEach((original, index) => {
      original.args = original.args.map((arg) => replacements.get(arg));
      let op = original;
      for (let i = 0; i < 8; i++) {
        const folded = foldOp(op, context);
        if (folded === null) break;
        rewrites++;
        if ("value" in folded) {
          replacements.set(op.result, folded.value);
          if (block.exit.kind === "try" && index === block.ops.length - 1)
            block.exit = { kind: "goto", link: block.exit.normal };
          return;
        }
        op = newOp<LL>(folded.op, folded.args, op.result, withSite(folded.aux ?? {}, op), op.span);
      }
      ops.push(op);
      definitions[op.result.id] = op;
    });
    block.ops = ops;
    const { exit } = block;
    // Whatever an op became may no longer raise.
    if (exit.kind === "try" && (ops.length === 0 || !mayRaise(ops.at(-1)!)))
      block.exit = { kind: "goto", link: exit.normal };
    else if (exit.kind === "branch") {
      const negated = context.definition(replacements.get(exit.condition));
      if (negated?.name === "bool_not") {
        block.exit = {
          ...exit,
          condition: negated.args[0]!,
          then: exit.otherwise,
          otherwise: exit.then,
        };
        rewrites++;
      }
    }
  }
  // Links backwards saw values that were replaced later.
  for (const block of graph.blocks) mapReads(block, (value) => replacements.get(value));
  return rewrites;
}

function withSite(aux: LLAux, op: LLOp): LLAux {
  const { site } = op.aux;
  return site === undefined || !("callee" in aux) ? aux : { ...aux, site };
}

/** What the op becomes, or null when nothing better is known. */
export function foldOp(op: LLOp, context: FoldContext): Folded | null {
  const row = opRow(op.name);
  if (
    op.args.length > 0 &&
    row.effect === "none" &&
    row.eval !== null &&
    op.args.every((arg) => arg.kind === "const")
  ) {
    const computed = evaluate(op, row);
    if (computed !== null) return { value: computed };
  }
  if (row.commutes && op.args[0]!.kind === "const" && op.args[1]!.kind !== "const") {
    return { op: op.name as OpName, args: [op.args[1]!, op.args[0]!], aux: op.aux };
  }
  return RULES[op.name]?.(op, context) ?? null;
}

function evaluate(op: LLOp, row: ReturnType<typeof opRow>): LLConst | null {
  // `null` stands for the null address too, which is the number 0 to an op.
  const args = (op.args as LLConst[]).map(({ value, type }) =>
    value.kind === "null" ? zeroValue(type) : machineValue(value),
  ) as never[];
  // Null is an argument where the row says ref; what looks into an object was not meant for it.
  if (op.name === "class_id" && args[0] === null) return null;
  if (row.requires !== undefined && !row.requires(...args)) return null;
  const result: MachineValue = row.eval!(...args);
  return op.result.type.kind === "addr" && result !== 0 ? null : constantOf(result, op.result.type);
}

// ---------------------------------------------------------------- helpers of rules

function int(value: bigint | number): LLConst {
  return {
    kind: "const",
    value: { kind: "int", value: BigInt.asIntN(64, BigInt(value)) },
    type: INT,
  };
}

function bool(value: boolean): LLConst {
  return { kind: "const", value: { kind: "bool", value }, type: BOOL };
}

function intOf(value: LLValue | undefined): bigint | null {
  return value?.kind === "const" && value.value.kind === "int" ? value.value.value : null;
}

function boolOf(value: LLValue | undefined): boolean | null {
  return value?.kind === "const" && value.value.kind === "bool" ? value.value.value : null;
}

function isNull(value: LLValue): boolean {
  return value.kind === "const" && value.value.kind === "null";
}

function objectOf(value: LLValue | undefined): HeapObject | null {
  return value?.kind === "const" && value.value.kind === "object" ? value.value.object : null;
}

/** The exponent of a power of two, or null. */
function logarithm(value: bigint | null): number | null {
  if (value === null || value <= 0n || (value & (value - 1n)) !== 0n) return null;
  return value.toString(2).length - 1;
}

const first =
  (...rules: readonly Rule[]): Rule =>
  (op, context) => {
    for (const rule of rules) {
      const folded = rule(op, context);
      if (folded !== null) return folded;
    }
    return null;
  };

// ---------------------------------------------------------------- algebra

/** `x op unit` is x. */
const rightUnit =
  (unit: bigint): Rule =>
  (op) =>
    intOf(op.args[1]) === unit ? { value: op.args[0]! } : null;
/** `x op zero` is zero. */
const rightZero =
  (zero: bigint): Rule =>
  (op) =>
    intOf(op.args[1]) === zero ? { value: int(zero) } : null;
/** `x op x` has a known value. */
const onEqual =
  (value: LLValue): Rule =>
  (op) =>
    sameValue(op.args[0]!, op.args[1]!) ? { value } : null;
const onEqualSelf: Rule = (op) =>
  sameValue(op.args[0]!, op.args[1]!) ? { value: op.args[0]! } : null;

/** `(x + a) + b` is `x + (a + b)`; likewise for ops that associate. */
const associate =
  (name: OpName, combine: (a: bigint, b: bigint) => bigint): Rule =>
  (op, context) => {
    const b = intOf(op.args[1]);
    const inner = context.definition(op.args[0]!);
    const a = inner?.name === name ? intOf(inner.args[1]) : null;
    return a === null || b === null
      ? null
      : { op: name, args: [inner!.args[0]!, int(combine(a, b))] };
  };

/** `x - c` is `x + (-c)`, so that chains of both associate. */
const subtractConstant: Rule = (op) => {
  const c = intOf(op.args[1]);
  return c === null ? null : { op: "int_add", args: [op.args[0]!, int(-c)] };
};

const multiplyByPower: Rule = (op) => {
  const shift = logarithm(intOf(op.args[1]));
  return shift === null ? null : { op: "int_lshift", args: [op.args[0]!, int(shift)] };
};

/** Division by a power of two: rounding down is what shifting does. */
const divideByPower =
  (shift: OpName): Rule =>
  (op) => {
    const count = logarithm(intOf(op.args[1]));
    return count === null ? null : { op: shift, args: [op.args[0]!, int(count)] };
  };

const moduloPower: Rule = (op) => {
  const c = intOf(op.args[1]);
  return logarithm(c) === null ? null : { op: "int_and", args: [op.args[0]!, int(c! - 1n)] };
};

// ---------------------------------------------------------------- comparisons

const SWAPPED: Partial<Record<OpName, OpName>> = {
  int_lt: "int_gt",
  int_le: "int_ge",
  int_gt: "int_lt",
  int_ge: "int_le",
  uint_lt: "uint_gt",
  uint_le: "uint_ge",
  uint_gt: "uint_lt",
  uint_ge: "uint_le",
};

/** Constants stand on the right. */
const constantRight: Rule = (op) => {
  const swapped = SWAPPED[op.name as OpName];
  if (swapped === undefined || op.args[0]!.kind !== "const" || op.args[1]!.kind === "const")
    return null;
  return { op: swapped, args: [op.args[1]!, op.args[0]!] };
};

/** The op that gives the opposite. */
export const NEGATED: Partial<Record<OpName, OpName>> = {
  int_eq: "int_ne",
  int_ne: "int_eq",
  int_lt: "int_ge",
  int_le: "int_gt",
  int_gt: "int_le",
  int_ge: "int_lt",
  uint_lt: "uint_ge",
  uint_le: "uint_gt",
  uint_gt: "uint_le",
  uint_ge: "uint_lt",
  float_eq: "float_ne",
  float_ne: "float_eq",
  ref_eq: "ref_ne",
  ref_ne: "ref_eq",
  ref_is_null: "ref_not_null",
  ref_not_null: "ref_is_null",
  bool_eq: "bool_xor",
  bool_xor: "bool_eq",
};

const negate: Rule = (op, context) => {
  const inner = context.definition(op.args[0]!);
  if (inner === undefined) return null;
  if (inner.name === "bool_not") return { value: inner.args[0]! };
  const negated = NEGATED[inner.name as OpName];
  return negated === undefined ? null : { op: negated, args: [...inner.args] };
};

/** `x + a == b` is `x == b - a`. */
const compareSum =
  (name: OpName): Rule =>
  (op, context) => {
    const b = intOf(op.args[1]);
    const inner = context.definition(op.args[0]!);
    const a = inner?.name === "int_add" ? intOf(inner.args[1]) : null;
    return a === null || b === null ? null : { op: name, args: [inner!.args[0]!, int(b - a)] };
  };

/** A bool as a number, compared with 0 or 1. */
const compareBool =
  (equal: boolean): Rule =>
  (op, context) => {
    const inner = context.definition(op.args[0]!);
    const c = intOf(op.args[1]);
    if (inner?.name !== "bool_to_int" || (c !== 0n && c !== 1n)) return null;
    return (c === 1n) === equal
      ? { value: inner.args[0]! }
      : { op: "bool_not", args: [inner.args[0]!] };
  };

const comparison = (atEqual: boolean): Rule => first(onEqual(bool(atEqual)), constantRight);

/** Nothing is below zero, unsigned; everything is at least that. */
const unsignedZero =
  (result: boolean): Rule =>
  (op) =>
    intOf(op.args[1]) === 0n ? { value: bool(result) } : null;

/** `b == true` is b; `b == false` is its negation (and the other way round for `xor`). */
const boolEqual =
  (equal: boolean): Rule =>
  (op) => {
    const c = boolOf(op.args[1]);
    if (c === null) return null;
    return c === equal ? { value: op.args[0]! } : { op: "bool_not", args: [op.args[0]!] };
  };

const boolWith =
  (unit: boolean): Rule =>
  (op) => {
    const c = boolOf(op.args[1]);
    return c === null ? null : { value: c === unit ? op.args[0]! : bool(!unit) };
  };

// ---------------------------------------------------------------- references and classes

/** Through casts, which change nothing. */
function origin(value: LLValue, context: FoldContext): LLOp | undefined {
  let op = context.definition(value);
  while (op?.name === "ref_cast") op = context.definition(op.args[0]!);
  return op;
}

/** What is known of the class of a reference: exactly one, or at or below one; `null` is a possibility unless `exact`. */
interface Known {
  readonly struct: StructType;
  readonly exact: boolean;
  readonly notNull: boolean;
}

function classOf(value: LLValue, context: FoldContext): Known | "array" | null {
  const object = objectOf(value);
  const op = object === null ? origin(value, context) : undefined;
  const made = object?.type ?? madeOf(op);
  if (made !== null) {
    const type = typeOfObject(made);
    return type.kind === "array" ? "array" : { struct: type, exact: true, notNull: true };
  }
  if (value.type.kind !== "ref" || value.type.to === null) return null;
  if (value.type.to.kind === "array") return "array";
  const struct = value.type.to;
  return { struct, exact: struct.classId === struct.lastSubclassId, notNull: false };
}

/** What an allocation makes. */
function madeOf(op: LLOp | undefined): StructType | ArrayType | null {
  switch (op?.name) {
    case "new":
    case "imm_make":
      return op.aux.struct!;
    case "new_array":
      return op.aux.array!;
    default:
      return null;
  }
}

function isWithin(struct: StructType, ancestor: StructType): boolean {
  return ancestor.classId <= struct.classId && struct.classId <= ancestor.lastSubclassId;
}

const classInRange: Rule = (op, context) => {
  const value = op.args[0]!;
  if (isNull(value)) return { value: bool(false) };
  const known = classOf(value, context);
  if (known === null) return null;
  if (known === "array") return { value: bool(false) };
  const tested = op.aux.struct!;
  if (isWithin(known.struct, tested))
    return known.notNull ? { value: bool(true) } : { op: "ref_not_null", args: [value] };
  return known.exact || !isWithin(tested, known.struct) ? { value: bool(false) } : null;
};

const classId: Rule = (op, context) => {
  const known = classOf(op.args[0]!, context);
  return known !== null && known !== "array" && known.exact
    ? { value: int(known.struct.classId) }
    : null;
};

const immediateIs: Rule = (op, context) => {
  const value = op.args[0]!;
  const tested = op.aux.struct!;
  if (isNull(value)) return { value: bool(false) };
  const object = objectOf(value);
  if (object !== null)
    return { value: bool(object instanceof Immediate && object.type === tested) };
  const made = origin(value, context);
  if (made?.name === "new" || made?.name === "new_array") return { value: bool(false) };
  if (made?.name === "imm_make") return { value: bool(made.aux.struct === tested) };
  const known = classOf(value, context);
  return known === "array" || (known !== null && !isWithin(tested, known.struct))
    ? { value: bool(false) }
    : null;
};

const immediateValue: Rule = (op, context) => {
  const object = objectOf(op.args[0]);
  if (object instanceof Immediate) return { value: constantOf(object.payload, INT) };
  const made = origin(op.args[0]!, context);
  return made?.name === "imm_make" ? { value: made.args[0]! } : null;
};

/** What fits 16 bits fits the tagged words of every target. */
const immediateFits: Rule = (op, context) => {
  const [value] = op.args as [LLValue];
  const constant = intOf(value);
  const isShort =
    constant !== null
      ? constant >= -0x8000n && constant <= 0xffffn
      : isShortResult(context.definition(value));
  return isShort ? { value: bool(true) } : null;
};

function isShortResult(op: LLOp | undefined): boolean {
  switch (op?.name) {
    case "getfield":
      return SHORT.has(op.aux.field!.storage.kind);
    case "getitem":
      return SHORT.has(op.aux.array!.item.kind);
    case "int_and": {
      const mask = intOf(op.args[1]);
      return mask !== null && mask >= 0n && mask <= 0xffffn;
    }
    case "int_sext8":
    case "int_sext16":
    case "int_zext8":
    case "int_zext16":
    case "bool_to_int":
      return true;
    default:
      return false;
  }
}

const SHORT: ReadonlySet<string> = new Set(["i8", "u8", "i16", "u16"]);

const nullTest =
  (whenNull: boolean): Rule =>
  (op, context) => {
    const value = op.args[0]!;
    const made = origin(value, context);
    if (made?.name === "new" || made?.name === "new_array" || made?.name === "imm_make")
      return { value: bool(!whenNull) };
    // A cast is null when what it casts is.
    const cast = context.definition(value);
    return cast?.name === "ref_cast" ? { op: op.name as OpName, args: [cast.args[0]!] } : null;
  };

const identity =
  (equal: boolean): Rule =>
  (op, context) => {
    const [a, b] = op.args as [LLValue, LLValue];
    if (isNull(b)) return { op: equal ? "ref_is_null" : "ref_not_null", args: [a] };
    if (sameValue(a, b)) return { value: bool(equal) };
    // Two allocations, or a fresh object and a prebuilt one, are different objects.
    const fresh = (value: LLValue): boolean =>
      ["new", "new_array"].includes(origin(value, context)?.name ?? "");
    const [x, y] = [origin(a, context), origin(b, context)];
    if (x !== undefined && x === y && fresh(a)) return { value: bool(equal) };
    return (fresh(a) && (fresh(b) || objectOf(b) !== null)) || (fresh(b) && objectOf(a) !== null)
      ? { value: bool(!equal) }
      : null;
  };

const cast: Rule = (op, context) => {
  const [value] = op.args as [LLValue];
  const type = op.result.type;
  if (value.kind === "const") return { value: { kind: "const", value: value.value, type } };
  if (sameStatic(value.type, type)) return { value };
  const inner = context.definition(value);
  if (inner?.name !== "ref_cast") return null;
  const source = inner.args[0]!;
  return sameStatic(source.type, type) ? { value: source } : { op: "ref_cast", args: [source] };
};

function sameStatic(a: LLType, b: LLType): boolean {
  return a.kind === "ref" && b.kind === "ref" && a.to === b.to;
}

// ---------------------------------------------------------------- memory that does not change

const finalField: Rule = (op) => {
  const object = objectOf(op.args[0]);
  const field = op.aux.field!;
  if (!field.final || object === null || object instanceof Immediate) return null;
  // On a path that is never taken, but is not known to be, the object may be of another class.
  if (object.type.kind !== "struct" || !isWithin(object.type, op.aux.struct!)) return null;
  return { value: constantOf(object.fields[field.index], op.result.type) };
};

const arrayLength: Rule = (op, context) => {
  const object = objectOf(op.args[0]);
  if (object instanceof HeapArray) return { value: int(object.items.length) };
  const made = origin(op.args[0]!, context);
  return made?.name === "new_array" ? { value: made.args[0]! } : null;
};

/** The bytes of a prebuilt text. */
const constantItem: Rule = (op) => {
  const object = objectOf(op.args[0]);
  const index = intOf(op.args[1]);
  if (!(object instanceof HeapArray) || object.type.name !== "str" || index === null) return null;
  if (object.type !== op.aux.array) return null;
  if (index < 0n || index >= BigInt(object.items.length)) return null;
  return { value: constantOf(getItem(object, Number(index)), op.result.type) };
};

const tableRow: Rule = (op) => {
  const { rows, type } = op.aux.table!;
  const index = intOf(op.args[0]);
  const row = index === null ? onlyRow(rows) : (rows[Number(index)] ?? null);
  return row === null ? null : { value: { kind: "const", value: row, type } };
};

/** All rows that are no holes are the same. */
function onlyRow(rows: readonly (LLConst["value"] | null)[]): LLConst["value"] | null {
  const [row, ...others] = rows.filter((one) => one !== null);
  if (row === undefined || row === null) return null;
  const as = (value: LLConst["value"]): LLConst => ({ kind: "const", value, type: INT });
  return others.every((other) => sameValue(as(row), as(other))) ? row : null;
}

const callConstant: Rule = (op) => {
  const [code, ...args] = op.args as [LLValue, ...LLValue[]];
  if (code.kind !== "const" || code.value.kind !== "function") return null;
  return { op: "call", args, aux: { callee: code.value.function } };
};

const RULES: Readonly<Record<string, Rule>> = {
  int_add: first(
    rightUnit(0n),
    associate("int_add", (a, b) => a + b),
  ),
  int_sub: first(rightUnit(0n), onEqual(int(0)), subtractConstant),
  int_mul: first(rightUnit(1n), rightZero(0n), multiplyByPower),
  int_and: first(
    rightUnit(-1n),
    rightZero(0n),
    onEqualSelf,
    associate("int_and", (a, b) => a & b),
  ),
  int_or: first(
    rightUnit(0n),
    rightZero(-1n),
    onEqualSelf,
    associate("int_or", (a, b) => a | b),
  ),
  int_xor: first(
    rightUnit(0n),
    onEqual(int(0)),
    associate("int_xor", (a, b) => a ^ b),
  ),
  int_lshift: rightUnit(0n),
  int_rshift: rightUnit(0n),
  uint_rshift: rightUnit(0n),
  int_floordiv: first(rightUnit(1n), divideByPower("int_rshift")),
  int_mod: moduloPower,
  uint_div: first(rightUnit(1n), divideByPower("uint_rshift")),
  uint_mod: moduloPower,
  int_eq: first(onEqual(bool(true)), compareSum("int_eq"), compareBool(true)),
  int_ne: first(onEqual(bool(false)), compareSum("int_ne"), compareBool(false)),
  int_lt: comparison(false),
  int_le: comparison(true),
  int_gt: comparison(false),
  int_ge: comparison(true),
  uint_lt: first(comparison(false), unsignedZero(false)),
  uint_le: comparison(true),
  uint_gt: comparison(false),
  uint_ge: first(comparison(true), unsignedZero(true)),
  bool_not: negate,
  bool_and: first(boolWith(true), onEqualSelf),
  bool_or: first(boolWith(false), onEqualSelf),
  bool_eq: first(boolEqual(true), onEqual(bool(true))),
  bool_xor: first(boolEqual(false), onEqual(bool(false))),
  ref_eq: identity(true),
  ref_ne: identity(false),
  ref_is_null: nullTest(true),
  ref_not_null: nullTest(false),
  ref_cast: cast,
  class_id: classId,
  class_in_range: classInRange,
  imm_is: immediateIs,
  imm_value: immediateValue,
  imm_fits: immediateFits,
  getfield: finalField,
  array_len: arrayLength,
  getitem: constantItem,
  table_get: tableRow,
  call_indirect: callConstant,
};
