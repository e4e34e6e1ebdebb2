/** Reading types, structs and arrays, and the context that all of `parse.ts` shares. */
import { Cursor, TextError } from "./tokens.ts";
import { ADDR, addTail, BOOL, FLOAT, INT, markFinalized, ref, VOID } from "./types.ts";
import type { SourceFile } from "../../dsl/syntax/source.ts";
import type { HeapArray, HeapObject } from "../eval/heap.ts";
import type { LLFunction, LLGlobal, LLTable, WellKnown } from "./program.ts";
import type { ArrayType, Field, FnType, LLType, RefType, Storage, StructType } from "./types.ts";

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What the items read so far have declared. */
export interface Context {
  readonly structs: Map<string, Mutable<StructType>>;
  readonly drafts: Map<StructType, StructDraft>;
  readonly arrays: Map<string, Mutable<ArrayType>>;
  readonly globals: Map<string, LLGlobal>;
  readonly tables: Map<string, LLTable>;
  readonly functions: Map<string, Mutable<LLFunction>>;
  readonly objects: Map<string, HeapObject>;
  /** Strings written out where they are used: equal text, same object. */
  readonly strings: Map<string, HeapArray>;
  readonly files: Map<string, SourceFile>;
  well: WellKnown;
}

/** What a struct's item says that makes sense only once its parent is laid out. */
interface StructDraft {
  readonly own: readonly FieldDraft[];
  readonly immediate: { readonly tag: number; readonly field: string } | null;
  readonly weak: string | null;
  readonly finalizer: string | null;
  /** What follows the fields. */
  readonly items: Storage | null;
}

type FieldDraft = Omit<Field, "index">;

export function find<T>(map: ReadonlyMap<string, T>, name: string, what: string): T {
  const found = map.get(name);
  if (found === undefined) throw new TextError(`there is no ${what} named ${name}`);
  return found;
}

export function declare<T>(map: Map<string, T>, name: string, value: T): void {
  if (map.has(name)) throw new TextError(`${name} is declared twice`);
  map.set(name, value);
}

// ---------------------------------------------------------------- types

export function parseType(context: Context, cursor: Cursor): LLType {
  const word = cursor.name();
  switch (word) {
    case "void":
      return VOID;
    case "bool":
      return BOOL;
    case "int":
      return INT;
    case "float":
      return FLOAT;
    case "addr":
      return ADDR;
    case "ref":
      return parseRef(context, cursor);
    case "fn":
      return parseSignature(context, cursor);
    default:
      return cursor.fail(`${word} is no type`);
  }
}

function parseRef(context: Context, cursor: Cursor): RefType {
  if (!cursor.take("<")) return ref(null);
  const to = findHolder(context, cursor.name());
  cursor.expect(">");
  return ref(to);
}

export function parseSignature(context: Context, cursor: Cursor): FnType {
  cursor.expect("(");
  const params = cursor.list(")", () => parseType(context, cursor));
  cursor.expect("->");
  return { kind: "fn", params, result: parseType(context, cursor) };
}

export function findHolder(context: Context, name: string): StructType | ArrayType {
  return context.structs.get(name) ?? find(context.arrays, name, "struct or array");
}

const STORAGES = new Set("i8 i16 i32 i64 u8 u16 u32 f32 f64 bool addr".split(" "));

export function parseStorage(context: Context, cursor: Cursor): Storage {
  const { token } = cursor;
  if (STORAGES.has(token.text)) return { kind: cursor.next().text } as Storage;
  const type = parseType(context, cursor);
  if (type.kind !== "ref" && type.kind !== "fn") return cursor.fail("expected a storage", token);
  return type;
}

// ---------------------------------------------------------------- structs and arrays

export function declareStruct(context: Context, cursor: Cursor): void {
  const name = cursor.name();
  declare(context.structs, name, {
    kind: "struct",
    name,
    parent: null,
    fields: [],
    classId: -1,
    lastSubclassId: -1,
    immediate: null,
    mayBeImmediate: false,
    weakField: null,
    finalizer: null,
    mayBeFinalized: false,
    tail: null,
  });
}

export function defineStruct(context: Context, cursor: Cursor): void {
  const struct = find(context.structs, cursor.name(), "struct");
  if (cursor.take(":")) struct.parent = find(context.structs, cursor.name(), "struct");
  if (cursor.take("ids")) {
    struct.classId = cursor.integer();
    cursor.expect("..");
    struct.lastSubclassId = cursor.integer();
  }
  context.drafts.set(struct, {
    immediate: cursor.take("immediate") ? { tag: cursor.integer(), field: cursor.name() } : null,
    weak: cursor.take("weak") ? cursor.name() : null,
    finalizer: cursor.take("finalizer") ? cursor.name() : null,
    items: cursor.take("of") ? parseStorage(context, cursor) : null,
    own: cursor.take("{") ? cursor.list("}", () => parseField(context, cursor)) : [],
  });
}

function parseField(context: Context, cursor: Cursor): FieldDraft {
  // A field may itself be named `final`.
  const final = !cursor.seesSecond(":") && cursor.take("final");
  const name = cursor.name();
  cursor.expect(":");
  return { name, storage: parseStorage(context, cursor), final };
}

/** Gives every struct its fields, inherited ones first, and what is said in terms of them. */
export function layOutStructs(context: Context): void {
  const done = new Set<StructType>();
  const layOut = (struct: Mutable<StructType>) => {
    if (done.has(struct)) return;
    done.add(struct);
    if (struct.parent !== null) layOut(struct.parent);
    const draft = context.drafts.get(struct)!;
    const inherited = struct.parent?.fields ?? [];
    const own = draft.own.map((field, i) => ({ ...field, index: inherited.length + i }));
    struct.fields = [...inherited, ...own];
    if (draft.immediate !== null) {
      struct.immediate = {
        tag: draft.immediate.tag,
        field: findField(struct, draft.immediate.field).index,
      };
    }
    if (draft.weak !== null) struct.weakField = findField(struct, draft.weak).index;
    if (draft.finalizer !== null) {
      struct.finalizer = find(context.functions, draft.finalizer, "function");
    }
  };
  for (const struct of context.structs.values()) layOut(struct);
  for (const struct of context.structs.values()) {
    if (struct.immediate !== null) markImmediate(struct);
    if (struct.finalizer !== null) markFinalized(struct);
  }
}

function markImmediate(struct: StructType): void {
  for (let at: StructType | null = struct; at !== null; at = at.parent) at.mayBeImmediate = true;
}

export function findField(holder: StructType | ArrayType, name: string): Field {
  const field = holder.fields.find((one) => one.name === name);
  if (field === undefined) throw new TextError(`${holder.name} has no field ${name}`);
  return field;
}

export function declareArray(context: Context, cursor: Cursor): void {
  const name = cursor.name();
  const array: ArrayType = {
    kind: "array",
    name,
    fields: [],
    item: { kind: "i64" },
    classId: -1,
    struct: null,
  };
  declare(context.arrays, name, array);
}

export function defineArray(context: Context, cursor: Cursor): void {
  const array = find(context.arrays, cursor.name(), "array");
  if (cursor.take("id")) array.classId = cursor.integer();
  cursor.expect("of");
  array.item = parseStorage(context, cursor);
  if (!cursor.take("{")) return;
  array.fields = cursor
    .list("}", () => parseField(context, cursor))
    .map((field, index) => ({ ...field, index }));
}

/** Structs with items, once their fields and numbers are settled. */
export function addTails(context: Context): void {
  for (const [struct, { items }] of context.drafts) if (items !== null) addTail(struct, items);
}

/** An array by name, or what follows a struct's fields. */
export function findArray(context: Context, name: string): ArrayType {
  return context.structs.get(name)?.tail ?? find(context.arrays, name, "array");
}

/** Numbers the types of a text that gives no numbers: classes in preorder, then arrays. */
export function numberTypes(context: Context): void {
  const structs = [...context.structs.values()];
  const arrays = [...context.arrays.values()];
  let next = 1;
  const number = (struct: StructType) => {
    struct.classId = next++;
    for (const child of structs) if (child.parent === struct) number(child);
    struct.lastSubclassId = next - 1;
  };
  if (structs.every((struct) => struct.classId < 0)) {
    for (const struct of structs) if (struct.parent === null) number(struct);
  }
  const taken = [...structs.map((one) => one.lastSubclassId), ...arrays.map((one) => one.classId)];
  next = Math.max(0, ...taken) + 1;
  for (const array of arrays) if (array.classId < 0) array.classId = next++;
}
