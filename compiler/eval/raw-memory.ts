/**
 * Raw memory of the evaluator: what addresses mean.
 *
 * One address space with three parts, told apart by magnitude:
 *
 * - memory of `raw_alloc`: offsets into one buffer that grows;
 * - windows: the items of a collected array while foreign code uses them (`array_items_addr`); a
 *   window is reused after some hundred others, which is later than the next op that collects;
 * - handles: objects and functions as addresses (`ref_to_addr`). They can be stored, compared and
 *   turned back, but not looked into.
 *
 * The null address is 0, and small numbers are no addresses, so that using one is found out.
 */
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { wrap, zext32, zext8 } from "../ops/words.ts";
import { HeapArray, Immediate, getItem, setItem } from "./heap.ts";
import type { HeapObject, Items, MachineValue, RawAddress, Word } from "./heap.ts";
import type { LLFunction } from "../ll/program.ts";
import { storageSize } from "../ll/types.ts";
import type { Storage, StructType } from "../ll/types.ts";

const FIRST_ADDRESS = 4096;
const ALIGNMENT = 16;
const WINDOW_BASE = 2 ** 46;
const WINDOW_SIZE = 2 ** 33;
const WINDOW_COUNT = 512;
const HANDLE_BASE = 2 ** 48;
const HANDLE_STEP = 16;

type Handle = Exclude<HeapObject, Immediate> | LLFunction;

export class RawMemory {
  #view = new DataView(new ArrayBuffer(1 << 16));
  #end = FIRST_ADDRESS;
  /** Blocks in use and their sizes. */
  readonly #sizes = new Map<number, number>();
  /** Blocks that were given back, by size. */
  readonly #free = new Map<number, number[]>();
  readonly #limit: number;
  readonly #immediates: readonly StructType[];

  readonly #windows: (HeapArray | null)[] = Array<HeapArray | null>(WINDOW_COUNT).fill(null);
  readonly #windowOf = new Map<HeapArray, number>();
  #nextWindow = 0;

  readonly #handles: Handle[] = [];
  readonly #handleOf = new Map<Handle, number>();

  constructor(immediates: readonly StructType[], limit: number) {
    this.#immediates = immediates;
    this.#limit = limit;
  }

  // -------------------------------------------------------------- allocation

  /** Null (0) when there is not so much. */
  alloc(size: Word): RawAddress {
    if (typeof size !== "number" || size < 0 || size > this.#limit) return 0;
    const rounded = Math.max(1, Math.ceil(size / ALIGNMENT)) * ALIGNMENT;
    const reused = this.#free.get(rounded)?.pop();
    const address = reused ?? this.#extend(rounded);
    if (address !== 0) this.#sizes.set(address, rounded);
    return address;
  }

  #extend(size: number): number {
    const end = this.#end + size;
    if (end > this.#limit) return 0;
    if (end > this.#view.byteLength) {
      const grown = new ArrayBuffer(Math.max(end, this.#view.byteLength * 2));
      new Uint8Array(grown).set(new Uint8Array(this.#view.buffer));
      this.#view = new DataView(grown);
    }
    const address = this.#end;
    this.#end = end;
    return address;
  }

  free(address: RawAddress): void {
    if (address === 0) return;
    const size = this.#sizes.get(address as number);
    if (size === undefined) throw new InternalError(`raw_free of ${address}, which is not in use`);
    this.#sizes.delete(address as number);
    const known = this.#free.get(size);
    if (known === undefined) this.#free.set(size, [address as number]);
    else known.push(address as number);
  }

  /** How much raw memory is in use; tests look for leaks. */
  get bytesInUse(): number {
    return [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  // -------------------------------------------------------------- bytes

  /** A view of `count` bytes, good until the next allocation. */
  bytes(address: RawAddress, count: Word): Uint8Array {
    const [start, length] = [Number(address), Number(count)];
    if (length === 0) return new Uint8Array(0);
    if (start < WINDOW_BASE) {
      if (start < FIRST_ADDRESS || length < 0 || start + length > this.#view.byteLength)
        badAddress(address);
      return new Uint8Array(this.#view.buffer, start, length);
    }
    const { array, offset } = this.#window(address);
    const { items } = array;
    if (!ArrayBuffer.isView(items))
      throw new InternalError(`the items of ${array.type.name} are no bytes`);
    if (length < 0 || offset + length > items.byteLength) badAddress(address);
    return new Uint8Array(items.buffer, items.byteOffset + offset, length);
  }

  copy(target: RawAddress, source: RawAddress, count: Word): void {
    this.bytes(target, count).set(this.bytes(source, count));
  }

  zero(address: RawAddress, count: Word): void {
    this.bytes(address, count).fill(0);
  }

  compare(a: RawAddress, b: RawAddress, count: Word): Word {
    const [left, right] = [this.bytes(a, count), this.bytes(b, count)];
    const i = left.findIndex((byte, at) => byte !== right[at]);
    if (i < 0) return 0;
    return left[i]! < right[i]! ? -1 : 1;
  }

  // -------------------------------------------------------------- values

  load(storage: Storage, address: RawAddress): MachineValue {
    if (address < WINDOW_BASE)
      return this.#read(storage, this.#view, this.#checked(address, storage));
    const place = this.#window(address);
    const { items } = place.array;
    if (!ArrayBuffer.isView(items)) return getItem(place.array, itemIndex(place, storage));
    return this.#read(storage, viewOf(items), place.offset);
  }

  store(storage: Storage, address: RawAddress, value: MachineValue): void {
    if (address < WINDOW_BASE) {
      this.#write(storage, this.#view, this.#checked(address, storage), value);
      return;
    }
    const place = this.#window(address);
    const { items } = place.array;
    if (!ArrayBuffer.isView(items)) setItem(place.array, itemIndex(place, storage), value);
    else this.#write(storage, viewOf(items), place.offset, value);
  }

  #checked(address: RawAddress, storage: Storage): number {
    const start = Number(address);
    if (start < FIRST_ADDRESS || start + storageSize(storage) > this.#view.byteLength)
      badAddress(address);
    return start;
  }

  #read(storage: Storage, view: DataView, at: number): MachineValue {
    switch (storage.kind) {
      case "i8":
        return view.getInt8(at);
      case "u8":
        return view.getUint8(at);
      case "bool":
        return view.getUint8(at) !== 0;
      case "i16":
        return view.getInt16(at, true);
      case "u16":
        return view.getUint16(at, true);
      case "i32":
        return view.getInt32(at, true);
      case "u32":
        return view.getUint32(at, true);
      case "f32":
        return view.getFloat32(at, true);
      case "f64":
        return view.getFloat64(at, true);
      case "i64":
      case "addr":
        return loadWord(view, at);
      case "ref":
      case "fn":
        return this.referenceAt(loadWord(view, at));
    }
  }

  #write(storage: Storage, view: DataView, at: number, value: MachineValue): void {
    switch (storage.kind) {
      case "i8":
      case "u8":
      case "bool":
        view.setUint8(at, typeof value === "boolean" ? Number(value) : zext8(value as Word));
        break;
      case "i16":
      case "u16":
        view.setUint16(at, zext32(value as Word), true);
        break;
      case "i32":
      case "u32":
        view.setUint32(at, zext32(value as Word), true);
        break;
      case "f32":
        view.setFloat32(at, value as number, true);
        break;
      case "f64":
        view.setFloat64(at, value as number, true);
        break;
      case "i64":
      case "addr":
        view.setBigInt64(at, BigInt(value as Word), true);
        break;
      case "ref":
      case "fn":
        view.setBigInt64(at, BigInt(this.addressOf(value as HeapObject | LLFunction | null)), true);
        break;
    }
  }

  // -------------------------------------------------------------- windows and handles

  itemsAddress(array: HeapArray): RawAddress {
    let window = this.#windowOf.get(array);
    if (window === undefined) {
      window = this.#nextWindow;
      this.#nextWindow = (window + 1) % WINDOW_COUNT;
      const old = this.#windows[window];
      if (old !== null && old !== undefined) this.#windowOf.delete(old);
      this.#windows[window] = array;
      this.#windowOf.set(array, window);
    }
    return WINDOW_BASE + window * WINDOW_SIZE;
  }

  #window(address: RawAddress): { array: HeapArray; offset: number } {
    const offset = Number(address) - WINDOW_BASE;
    const array = this.#windows[Math.floor(offset / WINDOW_SIZE)];
    if (array === null || array === undefined) return badAddress(address);
    return { array, offset: offset % WINDOW_SIZE };
  }

  /** Objects as they would be stored: handles for what lies in the heap, tagged words as they are. */
  addressOf(value: HeapObject | LLFunction | null): RawAddress {
    if (value === null) return 0;
    if (value instanceof Immediate) return taggedWord(value);
    let handle = this.#handleOf.get(value);
    if (handle === undefined) {
      handle = this.#handles.push(value) - 1;
      this.#handleOf.set(value, handle);
    }
    return HANDLE_BASE + handle * HANDLE_STEP;
  }

  referenceAt(address: RawAddress): HeapObject | LLFunction | null {
    if (address === 0) return null;
    const word = BigInt.asIntN(64, BigInt(address));
    if ((word & 1n) !== 0n) return new Immediate(this.#tagged(0), wrap(word >> 1n));
    if ((word & 2n) !== 0n) {
      const tag = Number((word >> 2n) & 63n) + 1;
      return new Immediate(this.#tagged(tag), wrap(word >> 8n));
    }
    return this.#handles[(Number(address) - HANDLE_BASE) / HANDLE_STEP] ?? badAddress(address);
  }

  #tagged(tag: number): StructType {
    const struct = this.#immediates.find((one) => one.immediate?.tag === tag);
    if (struct === undefined) throw new InternalError(`no struct has tag ${tag}`);
    return struct;
  }
}

/** The native word of an immediate; `ARCHITECTURE.md`, decision 12. */
function taggedWord({ type, payload }: Immediate): Word {
  const tag = type.immediate!.tag;
  const bits = BigInt(payload);
  return wrap(tag === 0 ? (bits << 1n) | 1n : (bits << 8n) | BigInt((tag - 1) << 2) | 2n);
}

function loadWord(view: DataView, at: number): Word {
  const low = view.getUint32(at, true);
  const high = view.getInt32(at + 4, true);
  // Most words fit a number, and then no bigint is made.
  if (high >= -(2 ** 20) && high < 2 ** 20) return high * 2 ** 32 + low;
  return wrap(view.getBigInt64(at, true));
}

function viewOf(items: Exclude<Items, MachineValue[]>): DataView {
  return new DataView(items.buffer, items.byteOffset, items.byteLength);
}

/** Items that are no bytes can be reached whole only. */
function itemIndex(
  { array, offset }: { array: HeapArray; offset: number },
  storage: Storage,
): number {
  const { item } = array.type;
  const size = storageSize(item);
  const index = offset / size;
  if (item.kind !== storage.kind || !Number.isInteger(index) || index >= array.items.length) {
    throw new InternalError(`a ${storage.kind} at byte ${offset} is no item of ${array.type.name}`);
  }
  return index;
}

function badAddress(address: RawAddress): never {
  throw new InternalError(`no raw memory at address ${address}`);
}
