/**
 * The linear memory at the start: words of the runtime, the type table, places for tracebacks, tables,
 * and the frozen heap.
 *
 *     0        null: nothing lies here but the number of no class, so that no object is asked for first
 *     WORDS    what generated code and the runtime share: see `WORD`
 *     PROGRAM  what the runtime must know of the program: see `ProgramTable`
 *     then     everything else, in the order in which it was asked for
 *     end      where the runtime's own memory begins (a multiple of 16)
 */
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { startPosition } from "../../dsl/syntax/source.ts";
import { HeapArray, HeapStruct, Immediate, type HeapObject, type Word } from "../eval/heap.ts";
import type { LLConstant, LLFunction, LLTable } from "../ll/program.ts";
import type { Frame } from "../ll/sites.ts";
import {
  bytesOfCards,
  layoutOf,
  mayReferToAllocated,
  storageSize,
  strongFields,
  type ArrayType,
  type ImmediateInfo,
  type Storage,
  type StructType,
} from "../ll/types.ts";
import { isFunctionValue } from "../passes/reachable.ts";
import { align, layoutIn } from "./layout.ts";

/** Addresses of single words. `runtime/wasm/words.wr` names the same ones. */
export const WORD = {
  exception: 16,
  exceptionTaken: 24,
  shadow: 32,
  shadowLimit: 40,
  shadowBase: 48,
  nurseryFree: 56,
  nurseryTop: 64,
  interrupt: 72,
  asksForWeak: 120,
} as const;

/** The class number that null seems to have. */
const NO_CLASS = 0xffffffff;

/** Where the program's table lies, and its words in order. */
export const PROGRAM = 256;
const PROGRAM_WORDS = [
  "types",
  "typeCount",
  "prebuilt",
  "prebuiltCount",
  "str",
  "strArray",
  "memoryError",
  "stackOverflow",
  "name",
  "nameLength",
  "end",
] as const;
export type ProgramTable = Record<(typeof PROGRAM_WORDS)[number], number>;

/** Behind the words of runtime/wasm/memory.wr. */
const FIRST = 4096;
/** As in runtime/native/wright.h: the collector's bits of prebuilt objects, and where hashes begin. */
const PREBUILT_BITS = 1 | 2;
const CARDS_BIT = 16;
const HASH_SHIFT = 7;
const HASH_MASK = 0xffffff;

type Prebuilt = HeapStruct | HeapArray;

/** Gives the number by which the table knows a function. */
export type TableIndex = (fn: LLFunction) => number;

export class MemoryImage {
  #end = FIRST;
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  readonly #objects = new Map<Prebuilt, number>();
  readonly #pending: Prebuilt[] = [];
  readonly #tables = new Map<LLTable, number>();
  readonly #texts = new Map<string, number>();
  readonly #sites = new Map<string, number>();
  readonly #roots: number[] = [];
  readonly #tableIndex: TableIndex;

  constructor(tableIndex: TableIndex) {
    this.#tableIndex = tableIndex;
    this.#view.setUint32(0, NO_CLASS, true);
  }

  // ---- placing -------------------------------------------------------------------------------------

  #take(size: number, alignment: number): number {
    const at = align(this.#end, alignment);
    this.#end = at + size;
    if (this.#end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#end));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  object(object: Prebuilt): number {
    let at = this.#objects.get(object);
    if (at === undefined) {
      const layout = layoutIn(object.type);
      const items = object instanceof HeapArray ? object.items.length * itemSize(object) : 0;
      const cards = cardsOf(object);
      at = this.#take(cards + align(layout.end + items, 8), 8) + cards;
      this.#objects.set(object, at);
      this.#pending.push(object);
      if (mayReferToAllocated(object.type)) this.#roots.push(at);
    }
    return at;
  }

  /** The word of a reference: an address or a tagged word. */
  reference(object: HeapObject): bigint {
    return object instanceof Immediate
      ? taggedWord(object.type.immediate!, object.payload)
      : BigInt(this.object(object));
  }

  /** The word that stands for a constant that is no float and no bool. */
  word(constant: LLConstant): bigint {
    switch (constant.kind) {
      case "int":
        return BigInt(constant.value);
      case "bool":
        return constant.value ? 1n : 0n;
      case "null":
      case "void":
        return 0n;
      case "object":
        return this.reference(constant.object);
      case "function":
        return BigInt(this.#tableIndex(constant.function));
      case "float":
        throw new InternalError("a float is no word");
    }
  }

  /** Rows of eight bytes; bools take one. */
  table(table: LLTable): number {
    let at = this.#tables.get(table);
    if (at !== undefined) return at;
    const size = table.type.kind === "bool" ? 1 : 8;
    at = this.#take(Math.max(1, table.rows.length) * size, 8);
    this.#tables.set(table, at);
    for (const [i, row] of table.rows.entries()) {
      if (row === null) continue;
      if (row.kind === "float") this.#view.setFloat64(at + i * size, row.value, true);
      else if (size === 1) this.#view.setUint8(at + i, Number(this.word(row)));
      else this.#setWord(at + i * size, this.word(row));
    }
    return at;
  }

  /** UTF-8, with a 0 behind it. */
  text(text: string): { readonly at: number; readonly length: number } {
    const encoded = new TextEncoder().encode(text);
    let at = this.#texts.get(text);
    if (at === undefined) {
      at = this.#take(encoded.length + 1, 1);
      this.#bytes.set(encoded, at);
      this.#texts.set(text, at);
    }
    return { at, length: encoded.length };
  }

  /** Five numbers of 32 bits: file and its length, function and its length, line. */
  site(frame: Frame): number {
    const file = frame.at.chunk.file.path;
    const { line } = startPosition(frame.at);
    const key = `${file}\0${frame.function}\0${line}`;
    let at = this.#sites.get(key);
    if (at !== undefined) return at;
    const [path, name] = [this.text(file), this.text(frame.function)];
    const numbers = [path.at, path.length, name.at, name.length, line];
    at = this.#take(numbers.length * 4, 4);
    for (const [i, number] of numbers.entries()) this.#view.setUint32(at + i * 4, number, true);
    this.#sites.set(key, at);
    return at;
  }

  words(values: readonly (number | bigint)[]): number {
    const at = this.#take(values.length * 8, 8);
    values.forEach((value, i) => this.#setWord(at + i * 8, BigInt(value)));
    return at;
  }

  /** `wr_types` of runtime/native/gc.h: rows of 64 bytes by class number. */
  typeTable(all: readonly (StructType | ArrayType)[]): { at: number; count: number } {
    const types = [...new Set(all.map(layoutOf))];
    const count = Math.max(-1, ...types.map((type) => type.classId)) + 1;
    const at = this.#take(Math.max(1, count) * 64, 8);
    for (const type of types) this.#typeRow(at + type.classId * 64, type);
    return { at, count };
  }

  #typeRow(at: number, type: StructType | ArrayType): void {
    const layout = layoutIn(type);
    const refs = strongFields(type).map((index) => layout.fields[index]!);
    const itemsAreRefs = type.kind === "array" && type.item.kind === "ref";
    const weak = type.kind === "struct" ? type.weakField : null;
    const finalizer = type.kind === "struct" ? type.finalizer : null;
    const offsets = this.#take(refs.length * 4, 4);
    refs.forEach((offset, i) => this.#view.setUint32(offsets + i * 4, offset, true));
    const name = this.text(type.name).at;
    const flags =
      (refs.length > 0 || itemsAreRefs ? 1 : 0) |
      (itemsAreRefs ? 2 : 0) |
      (weak !== null ? 4 : 0) |
      (finalizer !== null ? 8 : 0);
    const u32 = (offset: number, value: number) => this.#view.setUint32(at + offset, value, true);
    u32(0, type.kind === "struct" ? 1 : 2);
    u32(4, flags);
    u32(8, layout.end);
    u32(12, type.kind === "array" ? storageSize(type.item) : 0);
    u32(16, layout.length);
    u32(20, refs.length);
    this.#setWord(at + 24, BigInt(offsets));
    u32(32, weak === null ? 0 : layout.fields[weak]!);
    this.#setWord(at + 40, finalizer === null ? 0n : BigInt(this.#tableIndex(finalizer)));
    this.#setWord(at + 48, BigInt(name));
  }

  // ---- contents ------------------------------------------------------------------------------------

  #setWord(at: number, value: bigint): void {
    this.#view.setBigInt64(at, BigInt.asIntN(64, value), true);
  }

  #fill(object: Prebuilt): void {
    const at = this.#objects.get(object)!;
    const { type } = object;
    const layout = layoutIn(type);
    this.#view.setUint32(at, type.classId, true);
    const bits = PREBUILT_BITS | (cardsOf(object) === 0 ? 0 : CARDS_BIT);
    this.#view.setUint32(at + 4, bits | ((object.hash & HASH_MASK) << HASH_SHIFT), true);
    for (const field of type.fields)
      this.#store(at + layout.fields[field.index]!, field.storage, object.fields[field.index]);
    if (!(object instanceof HeapArray)) return;
    this.#setWord(at + layout.length, BigInt(object.items.length));
    const { items } = object;
    const size = itemSize(object);
    if (items instanceof Uint8Array) {
      this.#bytes.set(items, at + layout.end);
      return;
    }
    for (let i = 0; i < items.length; i++)
      this.#store(at + layout.end + i * size, object.type.item, items[i]);
  }

  #store(at: number, storage: Storage, value: unknown): void {
    if (value === null || value === undefined) return;
    if (storage.kind === "f64") this.#view.setFloat64(at, Number(value), true);
    else if (storage.kind === "f32") this.#view.setFloat32(at, Number(value), true);
    else this.#storeWord(at, storageSize(storage), this.#wordOf(value));
  }

  #storeWord(at: number, size: number, word: bigint): void {
    if (size === 8) this.#setWord(at, word);
    else if (size === 4) this.#view.setUint32(at, Number(BigInt.asUintN(32, word)), true);
    else if (size === 2) this.#view.setUint16(at, Number(BigInt.asUintN(16, word)), true);
    else this.#view.setUint8(at, Number(BigInt.asUintN(8, word)));
  }

  #wordOf(value: unknown): bigint {
    if (typeof value === "boolean") return value ? 1n : 0n;
    if (typeof value === "number" || typeof value === "bigint") return BigInt(value);
    if (isFunctionValue(value)) return BigInt(this.#tableIndex(value));
    if (value instanceof HeapStruct || value instanceof HeapArray || value instanceof Immediate)
      return this.reference(value);
    throw new InternalError(`a frozen object holds ${String(value)}`);
  }

  /** Fills in everything that was placed; what it refers to is placed on the way. */
  placeReached(): void {
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop())
      this.#fill(next);
  }

  /** Code is finished, and nothing is placed any more. */
  finish(table: Omit<ProgramTable, "prebuilt" | "prebuiltCount" | "end">): {
    readonly bytes: Uint8Array;
    readonly end: number;
  } {
    this.placeReached();
    const prebuilt = this.words(this.#roots);
    const end = align(this.#end, 16);
    const full: ProgramTable = { ...table, prebuilt, prebuiltCount: this.#roots.length, end };
    PROGRAM_WORDS.forEach((name, i) => this.#setWord(PROGRAM + i * 8, BigInt(full[name])));
    return { bytes: this.#bytes.subarray(0, this.#end), end };
  }
}

/** The bytes before it that are for the collector. */
function cardsOf(object: Prebuilt): number {
  return object instanceof HeapArray ? bytesOfCards(object.type, object.items.length) : 0;
}

function itemSize(object: HeapArray): number {
  return storageSize(object.type.item);
}

/** The word of an immediate (ARCHITECTURE, decision 12). */
function taggedWord({ tag }: ImmediateInfo, payload: Word): bigint {
  const bits = BigInt(payload);
  return BigInt.asIntN(64, tag === 0 ? (bits << 1n) | 1n : (bits << 8n) | tagBits(tag));
}

/** The low byte of the words of an immediate class that has not tag 0. */
export function tagBits(tag: number): bigint {
  return (BigInt(tag - 1) << 2n) | 2n;
}
