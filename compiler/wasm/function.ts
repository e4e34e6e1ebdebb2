/**
 * One function as WebAssembly: what each op becomes. Single ops are rows of a table (`ops.ts`); here are
 * those that need to know their surroundings. Control flow is `control.ts`, values `writer.ts`.
 */
import type { LLBlock, LLFunction, LLOp, LLValue } from "../ll/program.ts";
import { framesAt, framesCaught, type Frame } from "../ll/sites.ts";
import { opRow } from "../ops/table.ts";
import { newArray, newStruct, type Failure } from "./allocation.ts";
import { I32, I64, type FunctionBody } from "./binary.ts";
import { FlowWriter } from "./control.ts";
import { ROWS, type Row } from "./ops.ts";
import {
  checkStacks,
  enterFrame,
  leaveFrame,
  loadFromFrame,
  markFrame,
  storeInFrame,
  weightOf,
} from "./stacks.ts";
import { CodeWriter, signatureOf, type ModuleContext } from "./writer.ts";

export function emitFunction(fn: LLFunction, module: ModuleContext): FunctionBody {
  const w = new CodeWriter(fn, fn.graph!, module);
  const weight = weightOf(w);
  new FlowWriter(w, weight, (block, index, failure) => {
    const op = block.ops[index]!;
    const at = op.aux.site ?? op.span;
    if (at !== null && at !== w.places.at(-1)?.span)
      w.places.push({ offset: w.code.length, span: at });
    if (op.name === "stack_check") checkStacks(w, weight, failure);
    else writeOp(w, block, index, failure);
  }).write();
  w.op("unreachable");
  w.op("end");
  return {
    name: fn.name,
    type: module.typeIndex(signatureOf(fn)),
    locals: w.locals,
    code: w.code,
    places: w.places,
    hints: w.hints,
  };
}

function writeOp(w: CodeWriter, block: LLBlock, index: number, failure: Failure | null): void {
  const op = block.ops[index]!;
  switch (op.name) {
    case "new":
      return newStruct(w, block, index, failure);
    case "new_array":
      return newArray(w, block, index, failure);
    case "traceback_add":
      return addToTraceback(w, framesAt(w.fn, op.aux.site!));
    case "traceback_note":
      w.push(op.args[0]!);
      w.callRuntime("wr_exc_set", { params: [I64], results: [] });
      addToTraceback(w, op.aux.site === undefined ? [] : framesCaught(w.fn, op.aux.site));
      w.callRuntime("exc_take", { params: [], results: [I64] });
      return w.op("drop");
    case "ss_enter":
      return enterFrame(w, block, index);
    case "ss_mark":
      return markFrame(w, op);
    case "ss_leave":
      return leaveFrame(w);
    case "ss_store":
      return storeInFrame(w, op);
    case "ss_load":
      return loadFromFrame(w, op);
    case "int_add_ovf":
    case "int_sub_ovf":
    case "int_mul_ovf":
      // Written together with `overflowed`, which comes next.
      return;
    case "overflowed":
      return overflowed(w, block.ops[index - 1]!, op);
    default:
      return plainOp(w, op);
  }
}

function plainOp(w: CodeWriter, op: LLOp): void {
  const { effect } = opRow(op.name);
  const isVoid = op.result.type.kind === "void";
  if (!isVoid && !w.reads.has(op.result) && (effect === "none" || effect === "read")) return;
  if (READ_TWICE.has(op.name)) w.settle();
  (ROWS as Partial<Record<string, Row>>)[op.name]!(op, w);
  if (!isVoid) w.result(op.result);
}

/** The result goes into its local last: it may be the local of an argument. */
function overflowed(w: CodeWriter, arithmetic: LLOp, op: LLOp): void {
  const [a, b] = arithmetic.args as [LLValue, LLValue];
  const wrapped = w.temporary(I64, "wrapped");
  w.settle();
  w.push(a);
  w.push(b);
  if (arithmetic.name === "int_mul_ovf") {
    w.op("i64_mul");
    w.op("local_set", wrapped);
    w.push(a);
    w.push(b);
    w.callRuntime("mul_overflows", { params: [I64, I64], results: [I32] });
  } else {
    const isAdd = arithmetic.name === "int_add_ovf";
    w.op(isAdd ? "i64_add" : "i64_sub");
    w.op("local_set", wrapped);
    // Signs: a sum differs from both of its terms, a difference from a where a and b differ.
    w.push(a);
    if (isAdd) w.op("local_get", wrapped);
    else w.push(b);
    w.op("i64_xor");
    if (isAdd) w.push(b);
    else w.push(a);
    w.op("local_get", wrapped);
    w.op("i64_xor");
    w.op("i64_and");
    w.constI64(0);
    w.op("i64_lt_s");
  }
  if (w.reads.has(arithmetic.result)) {
    w.op("local_get", wrapped);
    w.op("local_set", w.local(arithmetic.result));
  }
  w.result(op.result);
}

function addToTraceback(w: CodeWriter, frames: readonly Frame[]): void {
  for (const frame of frames) {
    w.constI64(w.module.memory.site(frame));
    w.callRuntime("wr_traceback_add", { params: [I64], results: [] });
  }
}

/** Ops whose rows push an argument more than once: it must be in its local. */
const READ_TWICE: ReadonlySet<string> = new Set([
  "float_bits",
  "float_is_nan",
  "class_id",
  "class_in_range",
  "int_truncdiv",
  "gc_write_barrier",
  "gc_write_barrier_items",
  "gc_weak_target",
]);
