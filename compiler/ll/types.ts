/**
 * Low-level types: what a value is to the machine.
 *
 * At the value level there are few kinds: `int` (a 64-bit word, signed or unsigned as the operation
 * says), `float`, `bool`, `ref` (a collected reference, possibly null, possibly a tagged immediate),
 * `addr` (a raw address), `fn` (a function pointer), `void`. Narrower widths exist in storage only:
 * loading widens, storing truncates.
 */

export type LLType =
  | { readonly kind: "void" }
  | { readonly kind: "bool" }
  | { readonly kind: "int" }
  | { readonly kind: "float" }
  | RefType
  | { readonly kind: "addr" }
  | FnType;

export interface RefType {
  readonly kind: "ref";
  /** The static type; null means any collected object. A reference may always be null. */
  readonly to: StructType | ArrayType | null;
}

export interface FnType {
  readonly kind: "fn";
  readonly params: readonly LLType[];
  readonly result: LLType;
}

/** How a value lies in memory. */
export type Storage =
  | {
      readonly kind:
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "f32" | "f64" | "bool" | "addr";
    }
  | RefType
  | FnType;

export interface Field {
  readonly name: string;
  readonly storage: Storage;
  /** Set once before the object is shared: loads of it may be folded and merged. */
  readonly final: boolean;
  /** Position among all fields of the object, inherited ones first. */
  readonly index: number;
}

/**
 * A collected object of fixed size. Inherited fields come first, so that a subclass's object can be
 * used as its base's.
 */
export interface StructType {
  readonly kind: "struct";
  /** Unique in the program, stable across builds of the same program; used in dumps and C names. */
  readonly name: string;
  readonly parent: StructType | null;
  /** All fields, inherited ones included. */
  fields: Field[];
  /**
   * Number in the preorder of the class forest; subclasses have the range [classId, lastSubclassId].
   * Structs that are no classes (tuples, closures, boxes) have ranges of one. Set by `repr`.
   */
  classId: number;
  lastSubclassId: number;
  /** How instances that fit are tagged words; null for ordinary structs. */
  immediate: ImmediateInfo | null;
  /** True when a reference of this static type may be a tagged word: it or a subclass is immediate. */
  mayBeImmediate: boolean;
  /** Index of the field that is a weak reference (cleared when its target dies), or null. */
  weakField: number | null;
  /** A function run once after the object became unreachable. */
  finalizer: import("./program.ts").LLFunction | null;
  /** An object of this static type may have a finalizer: its class or one below it has. */
  mayBeFinalized: boolean;
  /**
   * The same objects seen as arrays, when items follow the fields: ops on items name this type.
   * `new_array` of it makes them. A subclass of such a struct adds no fields.
   */
  tail: ArrayType | null;
}

/** The struct and those above it: what is known to be one of them may have a finalizer. */
export function markFinalized(struct: StructType): void {
  for (let at: StructType | null = struct; at !== null; at = at.parent) at.mayBeFinalized = true;
}

/** The greatest tag that a struct may have. */
export const LAST_TAG = 64;

export interface ImmediateInfo {
  /** 0: tag bit 0 set, 63 bits of payload (31 on wasm32). n > 0: low bits `10`, n - 1 in bits 2–7, payload from bit 8. */
  readonly tag: number;
  /** Index of the field that is the payload (an int, bool or enum storage). */
  readonly field: number;
}

/** A collected object with a length and that many items after its fixed fields. `str` is one. */
export interface ArrayType {
  readonly kind: "array";
  readonly name: string;
  /** Fixed fields before the length: `str` has its cached `hash`. */
  readonly fields: readonly Field[];
  readonly item: Storage;
  /** Arrays are in no class hierarchy; the number identifies the layout. Set by `repr`. */
  classId: number;
  /** The class whose objects these are, when this is its `tail`: its name, fields and number. */
  struct: StructType | null;
}

/** Gives the objects of a class, whose fields and number are settled, items after the fields. */
export function addTail(struct: StructType, item: Storage): void {
  const { name, fields, classId } = struct;
  struct.tail = { kind: "array", name, fields, item, classId, struct };
}

/** What lies in memory: the tail is the same object as its struct. */
export function layoutOf(type: StructType | ArrayType): StructType | ArrayType {
  return type.kind === "struct" ? (type.tail ?? type) : type;
}

/** The static type of a reference to an object of this layout. */
export function typeOfObject(type: StructType | ArrayType): StructType | ArrayType {
  return type.kind === "array" ? (type.struct ?? type) : type;
}

export const VOID: LLType = { kind: "void" };
export const BOOL: LLType = { kind: "bool" };
export const INT: LLType = { kind: "int" };
export const FLOAT: LLType = { kind: "float" };
export const ADDR: LLType = { kind: "addr" };

export function ref(to: StructType | ArrayType | null): RefType {
  return { kind: "ref", to };
}

/** What a load of this storage gives. */
export function valueType(storage: Storage): LLType {
  switch (storage.kind) {
    case "f32":
    case "f64":
      return FLOAT;
    case "bool":
      return BOOL;
    case "addr":
      return ADDR;
    case "ref":
    case "fn":
      return storage;
    default:
      return INT;
  }
}

/** Bytes in memory: the same on every target. */
export function storageSize(storage: Storage): number {
  switch (storage.kind) {
    case "i8":
    case "u8":
    case "bool":
      return 1;
    case "i16":
    case "u16":
      return 2;
    case "i32":
    case "u32":
    case "f32":
      return 4;
    default:
      return 8;
  }
}

/** Indices of the fields that hold strong references. */
export function strongFields(type: StructType | ArrayType): number[] {
  const weak = type.kind === "struct" ? type.weakField : null;
  return type.fields
    .filter((field) => field.storage.kind === "ref" && field.index !== weak)
    .map((field) => field.index);
}

/**
 * Whether a prebuilt object of this type may come to refer to an allocated one: what only has final
 * references keeps referring to prebuilt objects, which stay where they are.
 */
export function mayReferToAllocated(type: StructType | ArrayType): boolean {
  if (type.kind === "array" && type.item.kind === "ref") return true;
  if (type.kind === "struct" && type.weakField !== null) return true;
  return strongFields(type).some((index) => !type.fields[index]!.final);
}

/** Prebuilt arrays of references that are so long have cards, as long allocated ones do. */
const CARDED_FROM = 1024;
/** Items for which an array has a card, a byte; and the bytes of the prefix that lies behind the cards. */
const CARD_ITEMS = 8;
const PREFIX_BYTES = 32;

/**
 * The bytes before a prebuilt array of this length that are the collector's: zeros, a multiple of 8
 * (`runtime/gc/generations/large.wr` has the layout). 0 if it has no cards.
 */
export function bytesOfCards(type: StructType | ArrayType, length: number): number {
  if (type.kind !== "array" || type.item.kind !== "ref" || length < CARDED_FROM) return 0;
  return Math.floor((Math.floor(length / CARD_ITEMS) + 8) / 8) * 8 + PREFIX_BYTES;
}

/** Whether a class is `base` or below it. */
export function isBelow(type: StructType, base: StructType): boolean {
  return base.classId <= type.classId && type.classId <= base.lastSubclassId;
}

/** Interchangeable as machine values: all references are alike, all function pointers are alike. */
export function sameMachineType(a: LLType, b: LLType): boolean {
  return a.kind === b.kind;
}
