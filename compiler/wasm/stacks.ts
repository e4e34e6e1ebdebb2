/**
 * The two stacks. The machine's cannot be looked at, so functions that recurse count: a global holds how
 * many bytes of it may still be used, a function takes its share on the way in and gives it back on
 * each way out (exceptions leave by `return` too). The shadow stack holds the references that
 * live across calls, where the collector finds them: a frame per function, as `passes/roots.ts` has it.
 */
import type { LLBlock, LLOp } from "../ll/program.ts";
import type { Failure } from "./allocation.ts";
import { I32 } from "./binary.ts";
import { frameEntry } from "./helpers.ts";
import { WORD } from "./memory.ts";
import type { CodeWriter } from "./writer.ts";

/** What an engine's frame takes beside locals, and per local: an estimate on the safe side. */
const FRAME_BYTES = 96;
const LOCAL_BYTES = 8;
/** WR_FRAME_NEW in wright.h. */
const FRAME_NEW = 4n;
/** From so many slots on that are empty at first, a frame is made by a call. */
const MANY_SLOTS = 4;

// ---- the machine's ---------------------------------------------------------------------------------------

/** Bytes of the machine stack that the function counts for; 0 if it does not recurse. */
export function weightOf(w: CodeWriter): number {
  const checks = w.graph.blocks.some(({ ops }) => ops.some(({ name }) => name === "stack_check"));
  return checks ? FRAME_BYTES + LOCAL_BYTES * w.webCount : 0;
}

/** Takes the function's share. StackOverflow is pending when a stack runs out. */
export function checkStacks(w: CodeWriter, weight: number, failure: Failure | null): void {
  const left = w.temporary(I32, "left");
  w.op("global_get", w.module.stackGlobal);
  w.op("local_tee", left);
  w.constI32(weight);
  w.op("i32_sub");
  w.op("global_set", w.module.stackGlobal);
  w.op("local_get", left);
  w.constI32(weight);
  w.op("i32_lt_s");
  w.loadWord(WORD.shadow);
  w.loadWord(WORD.shadowLimit);
  w.op("i32_gt_u");
  w.op("i32_or");
  w.ifThen(() => {
    w.callRuntime("wr_stack_overflow", { params: [], results: [] });
    failure?.jump();
  }, "unlikely");
}

/** On the way out. */
export function giveBack(w: CodeWriter, weight: number): void {
  if (weight === 0) return;
  w.op("local_get", w.temporary(I32, "left"));
  w.op("global_set", w.module.stackGlobal);
}

// ---- the shadow stack ------------------------------------------------------------------------------------

/** The local with the address of the function's frame. */
function frame(w: CodeWriter): number {
  return w.temporary(I32, "frame");
}

export function enterFrame(w: CodeWriter, { ops }: LLBlock, index: number): void {
  const size = ops[index]!.aux.slot!;
  const stored = new Set<number>();
  const fills = (op: LLOp | undefined) => op?.name === "ss_store" || op?.name === "ss_mark";
  for (let next = index + 1; fills(ops[next]); next++) stored.add(ops[next]!.aux.slot!);
  const local = frame(w);
  if (size - stored.size >= MANY_SLOTS) {
    w.callRuntime(frameEntry(size), { params: [], results: [I32] });
    return w.op("local_set", local);
  }
  w.loadWord(WORD.shadow);
  w.op("local_set", local);
  for (let slot = 0; slot < size; slot++) {
    if (stored.has(slot)) continue;
    w.op("local_get", local);
    w.constI64(0);
    w.memory("i64_store", 8, slot * 8);
  }
  w.storeWord(WORD.shadow, () => {
    w.op("local_get", local);
    w.constI32(size * 8);
    w.op("i32_add");
  });
}

export function leaveFrame(w: CodeWriter): void {
  w.storeWord(WORD.shadow, () => w.op("local_get", frame(w)));
}

export function markFrame(w: CodeWriter, op: LLOp): void {
  w.op("local_get", frame(w));
  w.constI64(FRAME_NEW);
  w.memory("i64_store", 8, op.aux.slot! * 8);
}

export function storeInFrame(w: CodeWriter, op: LLOp): void {
  w.op("local_get", frame(w));
  w.push(op.args[0]!);
  w.memory("i64_store", 8, op.aux.slot! * 8);
}

export function loadFromFrame(w: CodeWriter, op: LLOp): void {
  w.op("local_get", frame(w));
  w.memory("i64_load", 8, op.aux.slot! * 8);
  w.result(op.result);
}
