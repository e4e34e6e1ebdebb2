/**
 * THE op table: every low-level operation, declared once.
 *
 * A row (`row.ts`) holds kinds, effects, prose, the executable meaning and the C of its op. The
 * evaluator, the passes, the back ends, the verifier, the text form and the reference page
 * (`docs/ops.md`) all derive from it. Where a column cannot express an op the row says null; whoever
 * reads that column then owes a function for exactly those names:
 *
 *     const irregular: Record<Irregular<"c">, (op: LLOp) => string> = { … };
 *
 * so that a missing or superfluous one is a type error. Rows that contradict themselves are refused
 * when this module loads.
 */
import { assert, InternalError } from "../../dsl/syntax/diagnostics.ts";
import { BOOL_OPS } from "./bool.ts";
import { CALL_OPS } from "./call.ts";
import { CONVERT_OPS } from "./convert.ts";
import { FLOAT_OPS } from "./float.ts";
import { GC_OPS } from "./gc.ts";
import { INT_OPS } from "./int.ts";
import { MEMORY_OPS } from "./memory.ts";
import { RAW_OPS } from "./raw.ts";
import { REF_OPS } from "./ref.ts";
import type { LLFunction, LLOp } from "../ll/program.ts";
import type { OpRow } from "./row.ts";

/** In the order of the reference page. */
export const FAMILIES = {
  integers: INT_OPS,
  conversions: CONVERT_OPS,
  booleans: BOOL_OPS,
  floats: FLOAT_OPS,
  references: REF_OPS,
  memory: MEMORY_OPS,
  "calls, exceptions and stacks": CALL_OPS,
  "raw memory": RAW_OPS,
  "collector and hints": GC_OPS,
} as const satisfies Record<string, Record<string, OpRow>>;

export const OPS = {
  ...INT_OPS,
  ...CONVERT_OPS,
  ...BOOL_OPS,
  ...FLOAT_OPS,
  ...REF_OPS,
  ...MEMORY_OPS,
  ...CALL_OPS,
  ...RAW_OPS,
  ...GC_OPS,
} as const;

export type OpName = keyof typeof OPS;

/** The ops whose row leaves `Column` null. */
export type Irregular<Column extends "eval" | "c"> = {
  [N in OpName]: (typeof OPS)[N][Column] extends null ? N : never;
}[OpName];

/** Ops that back ends emit with what stands around them: allocations, frames, tracebacks, overflow. */
export type PlacedOp =
  | "new"
  | "new_array"
  | "traceback_add"
  | "traceback_note"
  | "ss_enter"
  | "ss_mark"
  | "ss_leave"
  | "ss_store"
  | "ss_load"
  | "int_add_ovf"
  | "int_sub_ovf"
  | "int_mul_ovf"
  | "overflowed"
  | "stack_check";

export const OP_NAMES = Object.keys(OPS) as readonly OpName[];

const ROWS: ReadonlyMap<string, OpRow> = new Map(Object.entries(OPS));

export function isOpName(name: string): name is OpName {
  return ROWS.has(name);
}

/** The row of an op that is known to exist: graphs are verified. */
export function opRow(name: string): OpRow {
  const row = ROWS.get(name);
  if (row === undefined) throw new InternalError(`there is no op named ${name}`);
  return row;
}

/** Whether the op may leave by an exception: what its row says, and its callee where it has one. */
export function mayRaise(op: LLOp): boolean {
  return opRow(op.name).raises && calleeSays(op, (callee) => callee.raises);
}

/** Whether the op may run the collector. */
export function mayCollect(op: LLOp): boolean {
  return opRow(op.name).collects && calleeSays(op, (callee) => callee.collects);
}

function calleeSays(op: LLOp, ask: (callee: LLFunction) => boolean): boolean {
  return op.aux.callee === undefined || ask(op.aux.callee);
}

/** Whether an op whose result nobody uses may go. */
export function isRemovable(op: LLOp): boolean {
  const { effect } = opRow(op.name);
  // Of such an object the end is seen.
  if (op.name === "new" && op.aux.struct?.finalizer) return false;
  return effect === "none" || effect === "read" || effect === "alloc";
}

/** Sentences a row must satisfy; `true` from the check is a contradiction. */
const CONTRADICTIONS: readonly (readonly [string, (row: OpRow) => boolean])[] = [
  ["an op without effect does not raise", (row) => isPassive(row) && row.raises],
  ["an op without effect does not collect", (row) => isPassive(row) && row.collects],
  ["an op without effect has a result", (row) => isPassive(row) && row.result === "void"],
  [
    "an op that commutes has two arguments of one kind",
    (row) => row.commutes && (row.args.length !== 2 || row.args[0] !== row.args[1]),
  ],
  [
    "a template mentions each argument and no other",
    (row) => row.c !== null && !mentionsEachArgument(row.c, row.args.length),
  ],
  ["an op with aux has no template", (row) => row.c !== null && row.aux.length > 0],
  [
    "an op with a variable number of arguments has no template",
    (row) => row.c !== null && row.rest !== undefined,
  ],
  [
    "only an op that is evaluated by its row has a precondition",
    (row) => row.requires !== undefined && row.eval === null,
  ],
  ["prose is one line without a full stop", (row) => row.doc === "" || /\n|\.$/.test(row.doc)],
];

function isPassive(row: OpRow): boolean {
  return row.effect === "none" || row.effect === "read";
}

function mentionsEachArgument(template: string, count: number): boolean {
  const mentioned = new Set([...template.matchAll(/\$(\d+)/g)].map((match) => Number(match[1])));
  return mentioned.size === count && [...mentioned].every((index) => index < count);
}

/** The sentences that a row contradicts. Exported for the test that shows each one fail. */
export function contradictions(row: OpRow): string[] {
  return CONTRADICTIONS.filter(([, contradicts]) => contradicts(row)).map(([sentence]) => sentence);
}

for (const [name, row] of ROWS) {
  const found = contradictions(row);
  assert(found.length === 0, `op ${name}: ${found.join("; ")}`);
}
