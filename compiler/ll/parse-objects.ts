/** Reading prebuilt objects and constants. */
import {
  HeapArray,
  HeapStruct,
  Immediate,
  newArray,
  newString,
  newStruct,
  setItem,
  toStorage,
  type HeapObject,
  type MachineValue,
} from "../eval/heap.ts";
import { machineValue } from "../eval/values.ts";
import { wrap } from "../ops/words.ts";
import { declare, find, findField, findHolder, type Context } from "./parse-types.ts";
import type { Cursor } from "./tokens.ts";
import type { LLConstant } from "./program.ts";
import { layoutOf, type Storage, type StructType } from "./types.ts";

/** `#1 = name …`: makes the object with nothing in it, so that others can mention it. */
export function declareObject(context: Context, cursor: Cursor): void {
  const label = readLabel(cursor);
  cursor.expect("=");
  const holder = findHolder(context, cursor.name());
  const layout = layoutOf(holder);
  const object =
    layout.kind === "struct" ? newStruct(layout) : newArray(layout, arrayLength(cursor));
  declare(context.objects, label, object);
}

/** The number of items the rest of an array's item lists. */
function arrayLength(cursor: Cursor): number {
  while (!cursor.sees("[") && cursor.token.kind !== "string") cursor.next();
  if (cursor.token.kind === "string") return cursor.string().length;
  cursor.expect("[");
  return cursor.list("]", () => skipHeapValue(cursor)).length;
}

/** The text may mention objects that are not declared yet, so values are only counted. */
function skipHeapValue(cursor: Cursor): void {
  const { text } = cursor.next();
  if (text === "#" || text === "&") cursor.next();
  if (text === "imm") {
    cursor.expect("(");
    cursor.list(")", () => cursor.next());
  }
}

export function defineObject(context: Context, cursor: Cursor): void {
  const object = find(context.objects, readLabel(cursor), "object") as HeapStruct | HeapArray;
  cursor.expect("=");
  cursor.next();
  if (cursor.take("hash")) object.hash = cursor.integer();
  if (cursor.take("{")) cursor.list("}", () => readFieldValue(context, cursor, object));
  if (object instanceof HeapArray) readItems(context, cursor, object);
  if (!cursor.atEnd) cursor.fail("expected the end of the object");
}

function readFieldValue(context: Context, cursor: Cursor, object: HeapStruct | HeapArray): void {
  const field = findField(object.type, cursor.name());
  cursor.expect("=");
  object.fields[field.index] = readHeapValue(context, cursor, field.storage);
}

function readItems(context: Context, cursor: Cursor, array: HeapArray): void {
  if (cursor.token.kind === "string") {
    (array.items as Uint8Array).set(bytesOfLiteral(cursor.string()));
    return;
  }
  cursor.expect("[");
  let index = 0;
  cursor.list("]", () => setItem(array, index++, readHeapValue(context, cursor, array.type.item)));
}

function readHeapValue(context: Context, cursor: Cursor, storage: Storage): MachineValue {
  const constant = parseConstant(context, cursor);
  const value = storage.kind === "addr" && constant.kind === "null" ? 0 : machineValue(constant);
  const isFloat = storage.kind === "f32" || storage.kind === "f64";
  if ((constant.kind === "float") !== isFloat)
    cursor.fail(`expected a value for ${storage.kind} before`);
  return toStorage(storage, value);
}

export function parseConstant(context: Context, cursor: Cursor): LLConstant {
  const { token } = cursor;
  if (token.kind === "string") return { kind: "object", object: literal(context, cursor.string()) };
  if (token.kind === "number") return parseNumber(cursor.next().text);
  if (cursor.take("&")) {
    return { kind: "function", function: find(context.functions, cursor.name(), "function") };
  }
  if (cursor.sees("#")) {
    return { kind: "object", object: find(context.objects, readLabel(cursor), "object") };
  }
  switch (cursor.name()) {
    case "true":
      return { kind: "bool", value: true };
    case "false":
      return { kind: "bool", value: false };
    case "null":
      return { kind: "null" };
    case "void":
      return { kind: "void" };
    case "inf":
      return { kind: "float", value: Infinity };
    case "nan":
      return { kind: "float", value: NaN };
    case "imm":
      return { kind: "object", object: parseImmediate(context, cursor) };
    default:
      return cursor.fail("expected a value", token);
  }
}

function parseNumber(text: string): LLConstant {
  if (text === "-inf") return { kind: "float", value: -Infinity };
  return /[.e]/.test(text)
    ? { kind: "float", value: Number(text) }
    : { kind: "int", value: BigInt.asIntN(64, BigInt(text)) };
}

function parseImmediate(context: Context, cursor: Cursor): HeapObject {
  cursor.expect("(");
  const struct: StructType = find(context.structs, cursor.name(), "struct");
  cursor.expect(",");
  const payload = wrap(BigInt(cursor.next().text));
  cursor.expect(")");
  return new Immediate(struct, payload);
}

/** The label of an object: `#1`, or `#name` in text written by hand. */
export function readLabel(cursor: Cursor): string {
  cursor.expect("#");
  return cursor.next().text;
}

function literal(context: Context, text: string): HeapArray {
  const known = context.strings.get(text);
  if (known !== undefined) return known;
  const string = newString(context.well.str, bytesOfLiteral(text));
  context.strings.set(text, string);
  return string;
}

/** Code units are bytes, as in the AST's strings. */
function bytesOfLiteral(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
