/**
 * C names: readable, unique, and the same in every build of the same program.
 *
 * A name in Wright may hold anything (`list.append<int>`); in C what is no letter or digit becomes an
 * underscore, and a second `main_f` becomes `main_f_2`. Each kind of thing has its own prefix, so
 * that kinds never clash with one another, with C's words, or with a macro of the platform.
 */
import type { HeapArray, HeapStruct } from "../eval/heap.ts";
import type { LLFunction, LLTable } from "../ll/program.ts";
import { layoutOf, type ArrayType, type Field, type StructType } from "../ll/types.ts";

const LONGEST = 80;

export class Names {
  /** Names that exist, with the number that the next one like it gets. */
  readonly #taken = new Map<string, number>();
  readonly #given = new Map<object, string>();
  readonly #fields = new Map<readonly Field[], readonly string[]>();

  fn(fn: LLFunction): string {
    return this.#name(fn, "w_", fn.name);
  }

  /** Of a function's places for tracebacks. Names of locals have no two underscores in a row. */
  sites(fn: LLFunction): string {
    return `s_${this.fn(fn).slice(1)}`;
  }

  struct(type: StructType | ArrayType): string {
    return this.#name(layoutOf(type), "T_", type.name);
  }

  table(table: LLTable): string {
    return this.#name(table, "t_", table.name);
  }

  object<T extends HeapStruct | HeapArray>(object: T, hint: (object: T) => string): string {
    return this.#given.get(object) ?? this.#name(object, "o_", hint(object));
  }

  /** Distinct within one struct; inherited fields have the same name in the base. */
  field(type: StructType | ArrayType, field: Field): string {
    return this.fieldsOf(type)[field.index]!;
  }

  fieldsOf(type: StructType | ArrayType): readonly string[] {
    let names = this.#fields.get(type.fields);
    if (names === undefined) {
      const taken = new Map(["h_", "length_", "items_"].map((name) => [name, 2]));
      names = type.fields.map(({ name }) => unique(`${identifier(name)}_`, taken));
      this.#fields.set(type.fields, names);
    }
    return names;
  }

  #name(what: object, prefix: string, text: string): string {
    let name = this.#given.get(what);
    if (name === undefined) {
      name = unique(prefix + identifier(text).slice(0, LONGEST), this.#taken);
      this.#given.set(what, name);
    }
    return name;
  }
}

/** Letters, digits and single underscores, starting with a letter. */
export function identifier(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9]+/g, "_").replace(/_+$/, "");
  return /^[A-Za-z]/.test(plain) ? plain : `n${plain}`;
}

/** How names begin that are given to what is no local: functions, tables, types, objects, the runtime. */
const IS_RESERVED = /^(?:[wtTos]|wr)_/;

/** The same for a local, which gets a number behind it and then is no global's name either. */
export function localIdentifier(text: string): string {
  const plain = identifier(text);
  return IS_RESERVED.test(plain) ? `l_${plain}` : plain;
}

/** `taken`: the names that exist, each with the number to try next when it is asked for again. */
function unique(name: string, taken: Map<string, number>): string {
  let n = taken.get(name);
  let candidate = name;
  if (n !== undefined) {
    do candidate = `${name}_${n++}`;
    while (taken.has(candidate));
    taken.set(name, n);
  }
  taken.set(candidate, 2);
  return candidate;
}

/** A quote, a backslash, and the question mark of trigraphs. */
const NEEDS_ESCAPE = new Set([0x22, 0x5c, 0x3f]);

/** A C string literal, in pieces of a line each; every byte is written so that it means itself. */
export function stringLiteral(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let piece = "";
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && !NEEDS_ESCAPE.has(byte);
    if (plain) piece += String.fromCharCode(byte);
    else piece += `\\${byte.toString(8).padStart(3, "0")}`;
    if (piece.length >= 100) {
      pieces.push(piece);
      piece = "";
    }
  }
  if (piece !== "" || pieces.length === 0) pieces.push(piece);
  return pieces.map((one) => `"${one}"`).join("\n    ");
}

const encoder = new TextEncoder();

export function textLiteral(text: string): string {
  return stringLiteral(encoder.encode(text));
}
