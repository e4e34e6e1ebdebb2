/**
 * Objects of the evaluator, which are also the prebuilt constants of a frozen program.
 *
 * A word (`int`) is a JavaScript number while it is a safe integer and a bigint otherwise, always in
 * signed 64-bit range and always normalised (a bigint never holds what a number could), so that
 * `===` is equality. See `compiler/ops/words.ts`.
 *
 * Storage keeps what it can represent: a `u8` field or item holds 0..255, an `f32` one a rounded
 * float. Stores truncate (`toStorage`), loads need not convert, with one exception: the items of a
 * `bool` array are bytes 0 and 1.
 *
 * Weak fields hold their target like any other field while module bodies run: what they make lives
 * for ever, and a frozen heap is plain data. Those that are set while the program runs hold a WeakRef.
 */
import * as words from "../ops/words.ts";
import type { ArrayType, Storage, StructType } from "../ll/types.ts";
import type { LLFunction } from "../ll/program.ts";

export type Word = number | bigint;

/** What a low-level variable may hold in the evaluator. Bools are JavaScript booleans. */
export type MachineValue = Word | boolean | HeapObject | LLFunction | RawAddress | null | undefined;

/** A raw address: an offset into the evaluator's raw memory. */
export type RawAddress = Word;

export type HeapObject = HeapStruct | HeapArray | Immediate;

export class HeapStruct {
  readonly type: StructType;
  /** By `Field.index`. */
  readonly fields: MachineValue[];
  /** Identity hash, given on first use. */
  hash = 0;
  constructor(type: StructType, fields: MachineValue[]) {
    this.type = type;
    this.fields = fields;
  }
}

export type Items =
  | MachineValue[]
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float64Array
  | Float32Array;

export class HeapArray {
  readonly type: ArrayType;
  readonly fields: MachineValue[];
  readonly items: Items;
  hash = 0;
  constructor(type: ArrayType, fields: MachineValue[], items: Items) {
    this.type = type;
    this.fields = fields;
    this.items = items;
  }
}

/**
 * A tagged word. Two are the same reference when struct and payload are equal, as for the tagged
 * words of compiled programs: `ref_eq` compares those, never JavaScript identity.
 */
export class Immediate {
  readonly type: StructType;
  readonly payload: Word;
  constructor(type: StructType, payload: Word) {
    this.type = type;
    this.payload = payload;
  }
}

/** Whether two references are the same: what `ref_eq` means. */
export function sameReference(a: HeapObject | null, b: HeapObject | null): boolean {
  if (a === b) return true;
  return (
    a instanceof Immediate && b instanceof Immediate && a.type === b.type && a.payload === b.payload
  );
}

/** Bits of payload in a native tagged word. On wasm32 it is 32 bits less. */
export function payloadBits(tag: number): number {
  return tag === 0 ? 63 : 56;
}

/** What fresh memory of this storage holds. */
export function zeroOf(storage: Storage): MachineValue {
  switch (storage.kind) {
    case "ref":
    case "fn":
      return null;
    case "bool":
      return false;
    default:
      return 0;
  }
}

/** The part of a value that this storage keeps. */
export function toStorage(storage: Storage, value: MachineValue): MachineValue {
  switch (storage.kind) {
    case "i8":
      return words.sext8(value as Word);
    case "i16":
      return words.sext16(value as Word);
    case "i32":
      return words.sext32(value as Word);
    case "u8":
      return words.zext8(value as Word);
    case "u16":
      return words.zext16(value as Word);
    case "u32":
      return words.zext32(value as Word);
    case "f32":
      return Math.fround(value as number);
    default:
      return value;
  }
}

/** Fresh items: typed where JavaScript has a type that behaves like the storage. */
export function newItems(storage: Storage, length: number): Items {
  switch (storage.kind) {
    case "i8":
      return new Int8Array(length);
    case "u8":
    case "bool":
      return new Uint8Array(length);
    case "i16":
      return new Int16Array(length);
    case "u16":
      return new Uint16Array(length);
    case "i32":
      return new Int32Array(length);
    case "u32":
      return new Uint32Array(length);
    case "f32":
      return new Float32Array(length);
    case "f64":
      return new Float64Array(length);
    default:
      return filledArray(length, zeroOf(storage));
  }
}

/** Long arrays that are made at full length are dictionaries to V8; growing one avoids that. */
function filledArray(length: number, value: MachineValue): MachineValue[] {
  if (length < 1 << 16) return new Array<MachineValue>(length).fill(value);
  const items: MachineValue[] = [];
  for (let i = 0; i < length; i++) items.push(value);
  return items;
}

export function newStruct(type: StructType): HeapStruct {
  return new HeapStruct(
    type,
    type.fields.map((field) => zeroOf(field.storage)),
  );
}

export function newArray(type: ArrayType, length: number): HeapArray {
  return new HeapArray(
    type,
    type.fields.map((field) => zeroOf(field.storage)),
    newItems(type.item, length),
  );
}

export function getItem(array: HeapArray, index: number): MachineValue {
  const item = array.items[index];
  return array.type.item.kind === "bool" ? item !== 0 : item;
}

export function setItem(array: HeapArray, index: number, value: MachineValue): void {
  const stored = toStorage(array.type.item, value);
  (array.items as MachineValue[])[index] = typeof stored === "boolean" ? Number(stored) : stored;
}

/** A `str` of these bytes: an array of bytes whose fixed fields (the cached hash) are zero. */
export function newString(type: ArrayType, bytes: Uint8Array): HeapArray {
  const string = newArray(type, bytes.length);
  (string.items as Uint8Array).set(bytes);
  return string;
}

export function bytesOf(string: HeapArray): Uint8Array {
  return string.items as Uint8Array;
}

export function textOf(string: HeapArray): string {
  return new TextDecoder().decode(bytesOf(string));
}
