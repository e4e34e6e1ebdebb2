/** Tokens of the text form of low-level programs, and a cursor over them. */
import { InternalError } from "../../dsl/syntax/diagnostics.ts";

export type TokenKind = "word" | "quoted" | "number" | "string" | "punctuation" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Without the quotes for `quoted`; as written for all others. */
  readonly text: string;
  readonly line: number;
  /** One-based; a token at column 1 opens a top-level item. */
  readonly column: number;
}

const TOKEN =
  /(?<skip>[ \t\r\n]+|;[^\n]*)|(?<string>"(?:[^"\\\n]|\\.)*")|`(?<quoted>[^`\n]*)`|(?<number>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|-inf\b)|(?<word>[A-Za-z_$][\w$]*(?:\.[\w$]+)*)|(?<punctuation>->|=>|\.\.|[(){}[\]<>,:=?&#-])/gy;

export class TextError extends InternalError {}

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  let end = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [whole] = match;
    const column = match.index - lineStart + 1;
    for (const kind of ["word", "quoted", "number", "string", "punctuation"] as const) {
      const found = match.groups?.[kind];
      if (found !== undefined) tokens.push({ kind, text: found, line, column });
    }
    for (let i = whole.indexOf("\n"); i >= 0; i = whole.indexOf("\n", i + 1)) {
      line++;
      lineStart = match.index + i + 1;
    }
    end = TOKEN.lastIndex;
    if (end === text.length) break;
  }
  if (end < text.length)
    throw new TextError(`line ${line}: cannot read ${JSON.stringify(text.slice(end, end + 20))}`);
  return tokens;
}

export class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get token(): Token {
    const last = this.#tokens.at(-1);
    return (
      this.#tokens[this.#at] ?? { kind: "end", text: "the end", line: last?.line ?? 1, column: 1 }
    );
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  next(): Token {
    const { token } = this;
    this.#at++;
    return token;
  }

  /** Whether the next token is this word or punctuation. */
  sees(text: string): boolean {
    const { token } = this;
    return token.text === text && (token.kind === "word" || token.kind === "punctuation");
  }

  /** Whether the token after the next one is this punctuation. */
  seesSecond(text: string): boolean {
    const second = this.#tokens[this.#at + 1];
    return second !== undefined && second.kind === "punctuation" && second.text === text;
  }

  take(text: string): boolean {
    if (!this.sees(text)) return false;
    this.#at++;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail(`expected ${text}`);
  }

  name(): string {
    const token = this.next();
    if (token.kind !== "word" && token.kind !== "quoted") this.fail("expected a name", token);
    return token.text;
  }

  integer(): number {
    const token = this.next();
    if (token.kind !== "number" || !/^-?\d+$/.test(token.text))
      this.fail("expected a number", token);
    return Number(token.text);
  }

  string(): string {
    const token = this.next();
    if (token.kind !== "string") this.fail("expected a string", token);
    return JSON.parse(token.text) as string;
  }

  /** `item, item, …` up to `close`, which is taken too. */
  list<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.take(close)) {
      if (items.length > 0) this.expect(",");
      items.push(item());
    }
    return items;
  }

  fail(message: string, token: Token = this.token): never {
    throw new TextError(`line ${token.line}: ${message}, found ${token.text}`);
  }
}
