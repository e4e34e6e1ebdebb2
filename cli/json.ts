/**
 * JSON with places: what `JSON.parse` does not keep. Used for langwright.json, so that a mistake in it
 * is shown like a mistake in a program.
 */
import type { Chunk, Span } from "../dsl/syntax/source.ts";
import { span } from "../dsl/syntax/source.ts";

export type JsonValue =
  | { readonly kind: "null"; readonly span: Span }
  | { readonly kind: "boolean"; readonly span: Span; readonly value: boolean }
  | { readonly kind: "number"; readonly span: Span; readonly value: number }
  | { readonly kind: "string"; readonly span: Span; readonly value: string }
  | { readonly kind: "array"; readonly span: Span; readonly items: readonly JsonValue[] }
  | { readonly kind: "object"; readonly span: Span; readonly members: readonly JsonMember[] };

export interface JsonMember {
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: JsonValue;
}

export class JsonSyntaxError extends Error {
  readonly span: Span;
  constructor(message: string, at: Span) {
    super(message);
    this.span = at;
  }
}

/** Throws a `JsonSyntaxError` at the first mistake. */
export function parseJson(chunk: Chunk): JsonValue {
  const parser = new Parser(chunk);
  const value = parser.value();
  parser.end();
  return value;
}

const LITERALS = { null: null, true: true, false: false } as const;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /[A-Za-z_]+/y;
const SPACE = /[ \t\r\n]*/y;

class Parser {
  readonly #chunk: Chunk;
  readonly #text: string;
  #at = 0;

  constructor(chunk: Chunk) {
    this.#chunk = chunk;
    this.#text = chunk.text;
  }

  value(): JsonValue {
    this.#skipSpace();
    const start = this.#at;
    const next = this.#text[start];
    if (next === "{") return this.#object();
    if (next === "[") return this.#array();
    if (next === '"') return { kind: "string", ...this.#string() };
    const number = this.#match(NUMBER);
    if (number !== null) return { kind: "number", value: Number(number), span: this.#from(start) };
    const word = this.#match(WORD);
    if (word !== null && word in LITERALS) {
      const value = LITERALS[word as keyof typeof LITERALS];
      const at = this.#from(start);
      return value === null ? { kind: "null", span: at } : { kind: "boolean", value, span: at };
    }
    throw this.#error(
      start,
      word === null
        ? `expected a value, found ${this.#found(start)}`
        : `\`${word}\` is no JSON value; text is written in double quotes`,
    );
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) {
      throw this.#error(this.#at, `expected the end of the file, found ${this.#found(this.#at)}`);
    }
  }

  #object(): JsonValue {
    const start = this.#at++;
    const members: JsonMember[] = [];
    this.#skipSpace();
    if (this.#take("}")) return { kind: "object", members, span: this.#from(start) };
    do {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') {
        const comma = members.length > 0 && this.#text[this.#at] === "}";
        const wanted = comma
          ? "a comma must not stand before `}`"
          : `expected a name in double quotes, found ${this.#found(this.#at)}`;
        throw this.#error(this.#at, wanted);
      }
      const name = this.#string();
      this.#expect(":", "after the name");
      members.push({ name: name.value, nameSpan: name.span, value: this.value() });
      this.#skipSpace();
    } while (this.#take(","));
    this.#expect("}", "or `,` after the value");
    return { kind: "object", members, span: this.#from(start) };
  }

  #array(): JsonValue {
    const start = this.#at++;
    const items: JsonValue[] = [];
    this.#skipSpace();
    if (this.#take("]")) return { kind: "array", items, span: this.#from(start) };
    do {
      items.push(this.value());
      this.#skipSpace();
    } while (this.#take(","));
    this.#expect("]", "or `,` after the item");
    return { kind: "array", items, span: this.#from(start) };
  }

  #string(): { readonly value: string; readonly span: Span } {
    const start = this.#at;
    const text = this.#match(STRING);
    if (text === null)
      throw this.#error(
        start,
        "this text is not closed, or holds an escape that JSON does not know",
      );
    return { value: JSON.parse(text) as string, span: this.#from(start) };
  }

  #expect(character: string, where: string): void {
    this.#skipSpace();
    if (this.#take(character)) return;
    throw this.#error(
      this.#at,
      `expected \`${character}\` ${where}, found ${this.#found(this.#at)}`,
    );
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined || found === "") return null;
    this.#at += found.length;
    return found;
  }

  #skipSpace(): void {
    this.#match(SPACE);
  }

  #found(at: number): string {
    const character = this.#text[at];
    return character === undefined ? "the end of the file" : `\`${character}\``;
  }

  #from(start: number): Span {
    return span(this.#chunk, start, this.#at);
  }

  #error(at: number, message: string): JsonSyntaxError {
    return new JsonSyntaxError(message, span(this.#chunk, at, Math.min(at + 1, this.#text.length)));
  }
}
