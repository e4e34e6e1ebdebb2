/**
 * Constants: C expressions for values in code, and the frozen heap as static data.
 *
 * Each prebuilt object is a C object with the layout that allocated ones have, declared before any
 * is defined, so that cycles are nothing special. Arrays need a struct per length. Code in other
 * files knows an object as an array of unknown size, `extern char o_12[]`, so that the compiler
 * draws no conclusions about accesses through it.
 */
import { InternalError, unreachable } from "../../dsl/syntax/diagnostics.ts";
import { HeapArray, HeapStruct, Immediate, type HeapObject, type Word } from "../eval/heap.ts";
import { isFunctionValue } from "../passes/reachable.ts";
import { identifier, stringLiteral } from "./names.ts";
import type { Names } from "./names.ts";
import { members, storageType } from "./types.ts";
import { bytesOfCards, mayReferToAllocated, storageSize } from "../ll/types.ts";
import type { LLConst, LLConstant, LLFunction, LLTable } from "../ll/program.ts";
import type { ImmediateInfo, LLType, Storage } from "../ll/types.ts";

export type Prebuilt = HeapStruct | HeapArray;

/** Identity hashes are 24 bits, in header and evaluator alike (runtime/native/wright.h). */
const HASH_MASK = 0xffffff;

export class Constants {
  readonly #names: Names;
  /** Prebuilt objects that text made so far mentions; each file declares its own. */
  readonly mentioned = new Set<Prebuilt>();
  /** Functions that it mentions. */
  readonly functions = new Set<LLFunction>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** An atom: a literal, a name, or parenthesised. */
  value(value: LLConst): string {
    return this.constant(value.value, value.type);
  }

  constant(constant: LLConstant, type: LLType): string {
    switch (constant.kind) {
      case "int":
        return type.kind === "addr"
          ? `((wr_addr)${intText(constant.value)})`
          : intText(constant.value);
      case "float":
        return floatText(constant.value);
      case "bool":
        return String(constant.value);
      case "null":
        return "NULL";
      case "void":
        return "0";
      case "object":
        return this.reference(constant.object);
      case "function":
        return `((wr_fn)${this.function(constant.function)})`;
    }
  }

  function(fn: LLFunction): string {
    this.functions.add(fn);
    return this.#names.fn(fn);
  }

  reference(object: HeapObject): string {
    if (object instanceof Immediate) {
      return `((wr_ref)${taggedWord(object.type.immediate!, object.payload)})`;
    }
    this.mentioned.add(object);
    const cards = cardsOf(object);
    return `((wr_ref)${cards === 0 ? this.objectName(object) : `(${this.objectName(object)} + ${cards})`})`;
  }

  objectName(object: Prebuilt): string {
    return this.#names.object(object, nameHint);
  }

  /** Declarations of what was mentioned, for a file of code; starts a new list. */
  takeDeclarations(): string[] {
    const lines = [...this.mentioned].map((object) => `extern char ${this.objectName(object)}[];`);
    this.mentioned.clear();
    return lines;
  }
}

/** The bytes before it in its C object, which are for the collector. */
function cardsOf(object: Prebuilt): number {
  return object instanceof HeapArray ? bytesOfCards(object.type, object.items.length) : 0;
}

const LONGEST_HINT = 24;

/**
 * The first characters of a string, the type's name of anything else. What distinguishes strings
 * beyond those is a hash and no number, which would change when others come or go.
 */
function nameHint(object: Prebuilt): string {
  if (object instanceof HeapArray && object.type.name === "str") {
    const bytes = object.items as Uint8Array;
    const start = String.fromCharCode(...Array.from(bytes.slice(0, LONGEST_HINT), Number));
    const says = bytes.length <= LONGEST_HINT && identifier(start) === start;
    return says ? `str_${start}` : `str_${start}_${hashOf(bytes)}`;
  }
  return object.type.name;
}

/** FNV-1a, eight hexadecimal digits. */
function hashOf(bytes: ArrayLike<number>): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ Number(bytes[i]), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

// ---- literals -----------------------------------------------------------------------------------

const INT64_MIN = -(1n << 63n);

export function intText(value: Word): string {
  const word = BigInt(value);
  if (word === INT64_MIN) return "INT64_MIN";
  const small = word >= -0x7fffffffn && word <= 0x7fffffffn;
  const text = small ? String(word) : `INT64_C(${word})`;
  return word < 0n ? (small ? `(${text})` : text) : text;
}

export function floatText(value: number): string {
  if (Number.isNaN(value)) return "((double)NAN)";
  if (!Number.isFinite(value)) return value > 0 ? "((double)INFINITY)" : "(-(double)INFINITY)";
  const text = Object.is(value, -0) ? "-0.0" : String(value);
  const decimal = /[.e]/.test(text) ? text : `${text}.0`;
  return decimal.startsWith("-") ? `(${decimal})` : decimal;
}

/** The word of an immediate (ARCHITECTURE, decision 12). */
function taggedWord({ tag }: ImmediateInfo, payload: Word): string {
  const bits = BigInt(payload);
  const word = tag === 0 ? (bits << 1n) | 1n : (bits << 8n) | (BigInt(tag - 1) << 2n) | 2n;
  return `UINT64_C(0x${BigInt.asUintN(64, word).toString(16)})`;
}

// ---- the frozen heap --------------------------------------------------------------------------------

export interface Data {
  readonly objects: ReadonlySet<Prebuilt>;
  readonly tables: readonly LLTable[];
  readonly names: Names;
}

/** Definitions of all objects and of the collector's list of roots among them. */
export function objectDefinitions({ objects, names }: Data): string {
  const constants = new DataConstants(names);
  const arrayStructs = new Map<string, string>();
  const declarations: string[] = [];
  const definitions: string[] = [];
  for (const object of objects) {
    const type =
      object instanceof HeapArray
        ? sizedStruct(object, names, arrayStructs)
        : structOf(object, names);
    const name = constants.objectName(object);
    const cards = cardsOf(object);
    const whole = cards === 0 ? type : cardedStruct(type, cards, arrayStructs);
    const text = initializer(object, constants, names);
    declarations.push(`extern ${whole} ${name};`);
    definitions.push(`${whole} ${name} = {${cards === 0 ? text : `.object_ = {${text}}`}};`);
  }
  const roots = [...objects]
    .filter(({ type }) => mayReferToAllocated(type))
    .map((object) => `  ${constants.reference(object)},`);
  return [
    ...arrayStructs.values(),
    ...declarations,
    ...definitions,
    `const int64_t wr_prebuilt_root_count = ${roots.length};`,
    `wr_ref const wr_prebuilt_roots[${Math.max(roots.length, 1)}] = {`,
    ...(roots.length === 0 ? ["  NULL,"] : roots),
    "};",
  ].join("\n");
}

/** In the file of data objects have their true types, so their addresses are taken. */
class DataConstants extends Constants {
  override reference(object: HeapObject): string {
    if (object instanceof Immediate) return super.reference(object);
    return `((wr_ref)&${this.objectName(object)}${cardsOf(object) === 0 ? "" : ".object_"})`;
  }
}

function structOf(object: HeapStruct, names: Names): string {
  return `struct ${names.struct(object.type)}`;
}

/** `struct T_str_5`, declared when first needed. */
function sizedStruct(object: HeapArray, names: Names, declared: Map<string, string>): string {
  const { type } = object;
  const count = object.items.length;
  const name = `struct ${names.struct(type)}_of_${count}`;
  if (!declared.has(name)) {
    const items = `  ${storageType(type.item)} items_[${count}];`;
    declared.set(name, `${name} {\n${members(type, names)}\n${items}\n};`);
  }
  return name;
}

/** `struct T_array_of_5000_carded`: the object behind what the collector keeps of it. */
function cardedStruct(type: string, cards: number, declared: Map<string, string>): string {
  const name = `${type}_carded`;
  const members = `  _Alignas(8) unsigned char cards_[${cards}];\n  ${type} object_;`;
  declared.set(name, `${name} {\n${members}\n};`);
  return name;
}

function initializer(object: Prebuilt, constants: Constants, names: Names): string {
  const { type } = object;
  const hash = object.hash === 0 ? "" : ` | UINT32_C(${object.hash & HASH_MASK}) << WR_HASH_SHIFT`;
  const cards = cardsOf(object) === 0 ? "" : " | WR_CARDS";
  const cells = [`.h_ = {${type.classId}, WR_PREBUILT | WR_TRACK${cards}${hash}}`];
  const fieldNames = names.fieldsOf(type);
  for (const field of type.fields) {
    const text = stored(object.fields[field.index], field.storage, constants);
    if (text !== "0") cells.push(`.${fieldNames[field.index]!} = ${text}`);
  }
  if (object instanceof HeapArray) {
    cells.push(`.length_ = ${object.items.length}`);
    if (object.items.length > 0) cells.push(`.items_ = ${itemsText(object, constants)}`);
  }
  return cells.join(", ");
}

function itemsText({ items, type }: HeapArray, constants: Constants): string {
  if (type.item.kind === "u8" || type.item.kind === "i8") {
    return stringLiteral(Uint8Array.from(items as ArrayLike<number>, Number));
  }
  const texts = Array.from(items as ArrayLike<unknown>, (item) =>
    stored(item, type.item, constants),
  );
  const perLine = 16;
  const lines: string[] = [];
  for (let i = 0; i < texts.length; i += perLine)
    lines.push(texts.slice(i, i + perLine).join(", "));
  return `{${lines.join(",\n    ")}}`;
}

/** The initialiser of one field or item. */
function stored(value: unknown, storage: Storage, constants: Constants): string {
  if (value === null || value === undefined || value === false) return "0";
  if (value === true) return "1";
  if (storage.kind === "ref") return constants.reference(value as HeapObject);
  if (isFunctionValue(value))
    return constants.constant({ kind: "function", function: value }, storage as LLType);
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw new InternalError(`a frozen ${storage.kind} holds ${String(value)}`);
  }
  switch (storage.kind) {
    case "f32":
    case "f64":
      return floatText(Number(value));
    case "addr":
      return value === 0 ? "0" : `((wr_addr)${intText(value)})`;
    case "bool":
      return Number(value) === 0 ? "0" : "1";
    case "fn":
      throw new InternalError(`a frozen ${storage.kind} holds ${String(value)}`);
    case "i8":
    case "i16":
    case "i32":
    case "i64":
      return intText(BigInt.asIntN(storageSize(storage) * 8, BigInt(value)));
    case "u8":
    case "u16":
    case "u32":
      return intText(BigInt.asUintN(storageSize(storage) * 8, BigInt(value)));
    default:
      return unreachable(storage, "storage");
  }
}

// ---- tables --------------------------------------------------------------------------------------------

/** `const wr_fn t_W_Object_add[12]` */
export function tableDeclaration(table: LLTable, names: Names): string {
  return `const ${tableItemType(table)} ${names.table(table)}[${Math.max(table.rows.length, 1)}]`;
}

function tableItemType(table: LLTable): string {
  switch (table.type.kind) {
    case "bool":
      return "bool";
    case "float":
      return "double";
    case "ref":
      return "wr_ref";
    case "fn":
      return "wr_fn";
    case "addr":
      return "wr_addr";
    case "int":
    case "void":
      return "int64_t";
  }
}

export function tableDefinitions({ tables, names }: Data): string {
  const constants = new DataConstants(names);
  return tables
    .map((table) => {
      const rows = table.rows.map((row) =>
        row === null ? "0" : constants.constant(row, table.type),
      );
      const text = rows.length === 0 ? "0" : rows.join(",\n  ");
      return `${tableDeclaration(table, names)} = {\n  ${text}\n};`;
    })
    .join("\n\n");
}
