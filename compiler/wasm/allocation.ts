/**
 * Objects and arrays: room in the nursery is claimed on the spot, everything else is asked of the
 * collector on a slow path. That one saves what lives across it on the shadow stack and reads it back,
 * as objects may have moved; the function that does so is shared by all sites that save as many
 * values (`savingAllocation`): values in, the object and the values out.
 */
import { setNext } from "../ll/new-objects.ts";
import type { LLBlock, LLOp, LLValue } from "../ll/program.ts";
import { storageSize, type ArrayType, type StructType } from "../ll/types.ts";
import { liveAcross } from "../passes/roots.ts";
import { I32, I64, type ValueType } from "./binary.ts";
import { savingAllocation, type Allocation } from "./helpers.ts";
import { layoutIn } from "./layout.ts";
import { WORD } from "./memory.ts";
import type { CodeWriter } from "./writer.ts";

/** Requests above this go to the collector, as natively (runtime/native/gc.h). */
const INLINE_ALLOCATION_LIMIT = 4096;
/** Up to so many words are zeroed one by one. */
const FEW_WORDS = 8;

/** Where an op with a slow path goes that has failed. */
export interface Failure {
  readonly jump: () => void;
  /** If what is on the stack is true. */
  readonly jumpIf: () => void;
}

/** The nursery's room between two locals. */
interface Room {
  readonly start: number;
  readonly end: number;
}

function roomOf(w: CodeWriter): Room {
  return { start: w.temporary(I32, "start"), end: w.temporary(I32, "end") };
}

export function newStruct(
  w: CodeWriter,
  block: LLBlock,
  index: number,
  failure: Failure | null,
): void {
  const op = block.ops[index]!;
  const type = op.aux.struct!;
  const size = layoutIn(type).end;
  const slow = (): void => {
    w.constI64(size);
    w.constI64(type.classId);
    slowPath(w, block, index, "wr_gc_new_object", failure);
  };
  if (type.finalizer !== null || size > INLINE_ALLOCATION_LIMIT) return slow();
  const room = roomOf(w);
  const { fields } = setNext(block, index, w.waysIn);
  ifRoomFor(
    w,
    size,
    room,
    () => {
      claim(w, type, room, fields);
      finish(w, op, room);
    },
    slow,
  );
}

export function newArray(
  w: CodeWriter,
  block: LLBlock,
  index: number,
  failure: Failure | null,
): void {
  const count = constantLength(block.ops[index]!.args[0]!);
  const type = block.ops[index]!.aux.array!;
  const size = count === null ? Infinity : sizeOfArray(type, count);
  if (count !== null && size <= INLINE_ALLOCATION_LIMIT)
    return newArrayOf(w, block, index, count, size, failure);
  const op = block.ops[index]!;
  const layout = layoutIn(type);
  const length = w.temporary(I64, "length");
  const room = roomOf(w);
  const shift = Math.log2(storageSize(type.item));
  const set = setNext(block, index, w.waysIn);
  w.push(op.args[0]!);
  w.op("local_set", length);
  w.open("block");
  w.open("block");
  // 1. Too long for the nursery, or negative?
  w.op("local_get", length);
  w.constI64(INLINE_ALLOCATION_LIMIT >> shift);
  w.op("i64_gt_u");
  w.jumpIf(0, "unlikely");
  // 2. Would it end beyond what there is?
  w.loadWord(WORD.nurseryFree);
  w.op("local_tee", room.start);
  w.op("local_get", length);
  w.op("i32_wrap_i64");
  if (shift > 0) {
    w.constI32(shift);
    w.op("i32_shl");
  }
  const odd = (layout.end | (1 << shift)) % 8 === 0 ? 0 : 7;
  w.constI32(layout.end + odd);
  w.op("i32_add");
  if (odd !== 0) {
    w.constI32(-8);
    w.op("i32_and");
  }
  w.op("i32_add");
  w.op("local_tee", room.end);
  w.loadWord(WORD.nurseryTop);
  w.op("i32_gt_u");
  w.jumpIf(0, "unlikely");
  // 3. There is room: header, fields, length and items.
  claim(w, type, room, set.fields);
  w.op("local_get", room.start);
  w.op("local_get", length);
  w.memory("i64_store", 8, layout.length);
  finish(w, op, room);
  if (!set.items) zeroUntil(w, room, layout.end);
  w.op("br", 1);
  w.close();
  w.constI64(type.classId);
  w.op("local_get", length);
  slowPath(w, block, index, "wr_gc_new_array", failure);
  w.close();
}

/** An array whose size is known: as an object. */
function newArrayOf(
  w: CodeWriter,
  block: LLBlock,
  index: number,
  count: number,
  size: number,
  failure: Failure | null,
): void {
  const op = block.ops[index]!;
  const type = op.aux.array!;
  const layout = layoutIn(type);
  const room = roomOf(w);
  const set = setNext(block, index, w.waysIn);
  ifRoomFor(
    w,
    size,
    room,
    () => {
      claim(w, type, room, set.fields);
      w.op("local_get", room.start);
      w.constI64(count);
      w.memory("i64_store", 8, layout.length);
      finish(w, op, room);
      if (set.items) return;
      if (size - layout.end > FEW_WORDS * 8) return zeroUntil(w, room, layout.end);
      for (let at = layout.end; at < size; at += 8) zero(w, room, at);
    },
    () => {
      w.constI64(type.classId);
      w.constI64(count);
      slowPath(w, block, index, "wr_gc_new_array", failure);
    },
  );
}

function constantLength(length: LLValue): number | null {
  if (length.kind !== "const" || length.value.kind !== "int") return null;
  const { value } = length.value;
  return value >= 0n && value <= INLINE_ALLOCATION_LIMIT ? Number(value) : null;
}

/** In bytes; the items begin behind the length and end at a whole word. */
function sizeOfArray(type: ArrayType, count: number): number {
  return (layoutIn(type).end + storageSize(type.item) * count + 7) & -8;
}

// ---- the fast path -----------------------------------------------------------------------------------------

/** `then` with the room in its locals, where the nursery has so many bytes. */
function ifRoomFor(
  w: CodeWriter,
  size: number,
  room: Room,
  then: () => void,
  otherwise: () => void,
): void {
  w.loadWord(WORD.nurseryFree);
  w.op("local_tee", room.start);
  w.constI32(size);
  w.op("i32_add");
  w.op("local_tee", room.end);
  w.loadWord(WORD.nurseryTop);
  w.op("i32_le_u");
  w.ifThenElse(then, otherwise, "likely");
}

/** The room becomes an object: its header, and zeros in its fields but those that the program sets next. */
function claim(
  w: CodeWriter,
  type: StructType | ArrayType,
  room: Room,
  set: ReadonlySet<number>,
): void {
  w.storeWord(WORD.nurseryFree, () => w.op("local_get", room.end));
  w.op("local_get", room.start);
  w.constI64(type.classId);
  w.memory("i64_store", 8, 0);
  const { fields } = layoutIn(type);
  const words = new Set<number>();
  for (const { index } of type.fields) if (!set.has(index)) words.add(fields[index]! & -8);
  for (const at of words) zero(w, room, at);
}

function finish(w: CodeWriter, op: LLOp, room: Room): void {
  w.op("local_get", room.start);
  w.op("i64_extend_i32_u");
  w.op("local_set", w.local(op.result));
}

function zero(w: CodeWriter, { start }: Room, at: number): void {
  w.op("local_get", start);
  w.constI64(0);
  w.memory("i64_store", 8, at);
}

/** Words from `offset` on up to the end of the room become zero. `start` is used up. */
function zeroUntil(w: CodeWriter, room: Room, offset: number): void {
  w.open("block");
  w.open("loop");
  w.op("local_get", room.start);
  w.constI32(offset);
  w.op("i32_add");
  w.op("local_get", room.end);
  w.op("i32_ge_u");
  w.op("br_if", 1);
  zero(w, room, offset);
  w.op("local_get", room.start);
  w.constI32(8);
  w.op("i32_add");
  w.op("local_set", room.start);
  w.op("br", 0);
  w.close();
  w.close();
}

// ---- the slow path -----------------------------------------------------------------------------------------

/** The call that may collect; its two arguments are on the stack. */
function slowPath(
  w: CodeWriter,
  block: LLBlock,
  index: number,
  allocate: Allocation,
  failure: Failure | null,
): void {
  const object = w.local(block.ops[index]!.result);
  const live = liveAcross(block, index, w.lives).map((variable) => w.local(variable));
  if (live.length === 0) {
    w.callRuntime(allocate, { params: [I64, I64], results: [I64] });
  } else {
    for (const local of live) w.op("local_get", local);
    const saved = live.map((): ValueType => I64);
    w.callRuntime(savingAllocation(allocate, live.length), {
      params: [I64, I64, ...saved],
      results: [I64, ...saved],
    });
    for (const local of live.toReversed()) w.op("local_set", local);
  }
  // Without a place to go to, what comes next looks whether an exception is pending.
  if (failure === null) return w.op("local_set", object);
  w.op("local_tee", object);
  w.op("i64_eqz");
  failure.jumpIf();
}
