/**
 * Text to tokens, in one pass over the characters. No layout here: the scanner emits an `EndOfLine`
 * token for every physical line that holds a token, and `layout.ts` makes blocks of them.
 *
 * It is written by hand rather than handed to chevrotain's lexer because it is twice as fast, tells
 * what is wrong with a literal, and can look into f-strings: `f"a{x!r:>4}b"` becomes FStart `f"`,
 * FText `a`, FOpen, Name `x`, FConversion `!r`, FFormat `:>4`, FClose, FText `b`, FEnd.
 */
import type { IToken, TokenType } from "chevrotain";
import type { CodeName } from "../syntax/catalogue.ts";
import {
  fieldExtent,
  isQuote,
  isTripleQuote,
  STRING_PREFIX,
  stringEnd,
  type FieldExtent,
} from "./strings.ts";
import { indexOf, KEYWORDS, SIGNS, T } from "./tokens.ts";

/** chevrotain's token, under a name that other folders may import. */
export type Token = IToken;

/** A mistake found in a chunk's text, at chunk-relative offsets. */
export interface Problem {
  readonly code: CodeName;
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly help?: string;
  readonly note?: { readonly message: string; readonly start: number; readonly end: number };
}

export interface Comment {
  readonly start: number;
  readonly end: number;
}

export interface Scanned {
  readonly tokens: IToken[];
  readonly comments: readonly Comment[];
  readonly problems: readonly Problem[];
}

const OTHER = 0;
const SPACE = 1;
const LETTER = 2;
const DIGIT = 3;

/** What an ASCII character may start. */
const CLASS_OF = new Uint8Array(128);
for (const c of " \t\r\f") CLASS_OF[c.charCodeAt(0)] = SPACE;
for (let c = 0; c < 128; c++) {
  const text = String.fromCharCode(c);
  if (/[A-Za-z_]/.test(text)) CLASS_OF[c] = LETTER;
  else if (/[0-9]/.test(text)) CLASS_OF[c] = DIGIT;
}

/** Signs by their first character, longest first. */
const SIGNS_BY_START: (readonly { readonly text: string; readonly type: TokenType }[])[] = [];
for (const [text, type] of [...SIGNS].sort(([a], [b]) => b.length - a.length)) {
  const c = text.charCodeAt(0);
  SIGNS_BY_START[c] = [...(SIGNS_BY_START[c] ?? []), { text, type }];
}

const LONGEST_KEYWORD = Math.max(...[...KEYWORDS.keys()].map((text) => text.length));

export function makeToken(type: TokenType, image: string, startOffset: number): IToken {
  return { image, startOffset, tokenTypeIdx: indexOf(type), tokenType: type };
}

export function tokenEnd(token: IToken): number {
  return token.startOffset + token.image.length;
}

export function scan(text: string): Scanned {
  return new Scanner(text).scan();
}

class Scanner {
  readonly #text: string;
  readonly #tokens: IToken[] = [];
  readonly #comments: Comment[] = [];
  readonly #problems: Problem[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Scanned {
    this.#scanRange(0, this.#text.length);
    return { tokens: this.#tokens, comments: this.#comments, problems: this.#problems };
  }

  #push(type: TokenType, start: number, end: number): void {
    this.#tokens.push(makeToken(type, this.#text.slice(start, end), start));
  }

  #problem(code: CodeName, start: number, end: number, message: string, help?: string): void {
    this.#problems.push({ code, start, end, message, ...(help === undefined ? {} : { help }) });
  }

  #scanRange(from: number, limit: number): void {
    const text = this.#text;
    const tokens = this.#tokens;
    let lineHasTokens = false;
    let i = from;
    while (i < limit) {
      const c = text.charCodeAt(i);
      const kind = c < 128 ? CLASS_OF[c]! : OTHER;
      if (kind === SPACE) {
        i++;
        continue;
      }
      if (c === 10) {
        if (lineHasTokens) tokens.push(makeToken(T.EndOfLine, "\n", i));
        lineHasTokens = false;
        i++;
        continue;
      }
      if (c === 35) {
        let end = text.indexOf("\n", i);
        if (end < 0 || end > limit) end = limit;
        this.#comments.push({ start: i, end });
        i = end;
        continue;
      }
      lineHasTokens = true;
      if (kind === LETTER) i = this.#word(i, limit);
      else if (kind === DIGIT) i = this.#number(i);
      else if (isQuote(c)) i = this.#string(i, i);
      else if (c === 46 && isDigit(text.charCodeAt(i + 1))) i = this.#number(i);
      else i = this.#sign(i, c);
    }
  }

  #word(start: number, limit: number): number {
    const text = this.#text;
    let end = start + 1;
    let c = 0;
    while (end < limit && (c = text.charCodeAt(end)) < 128 && CLASS_OF[c]! >= LETTER) end++;
    if (end < limit) {
      if (end - start <= 2 && isQuote(c) && STRING_PREFIX.test(text.slice(start, end))) {
        return this.#string(start, end);
      }
      if (c >= 128 && isLetter(text, end)) return this.#foreignWord(start);
    }
    const image = text.slice(start, end);
    const keyword = end - start <= LONGEST_KEYWORD ? KEYWORDS.get(image) : undefined;
    this.#tokens.push(makeToken(keyword ?? T.Name, image, start));
    return end;
  }

  /** A name with letters outside ASCII: one complaint, and still one name. */
  #foreignWord(start: number): number {
    const word = /[\p{ID_Continue}_]+/uy;
    word.lastIndex = start;
    const image = word.exec(this.#text)?.[0] ?? this.#text[start]!;
    this.#tokens.push(makeToken(T.Name, image, start));
    this.#problem(
      "E0101",
      start,
      start + image.length,
      `'${image}' is not a name: names are written with ASCII letters, digits and '_'`,
    );
    return start + image.length;
  }

  #number(start: number): number {
    const text = this.#text;
    // Nearly all numbers are short and decimal.
    let quick = start;
    while (isDigit(text.charCodeAt(quick))) quick++;
    const next = text.charCodeAt(quick);
    if (next !== 46 && !isWordCharacter(next) && quick - start < 19) {
      if (quick === start + 1 || text.charCodeAt(start) !== 48) {
        this.#push(T.Int, start, quick);
        return quick;
      }
    }
    NUMBER.lastIndex = start;
    let end = start + NUMBER.exec(text)![0].length;
    const good = end;
    while (end < text.length && isWordCharacter(text.charCodeAt(end))) end++;
    const image = text.slice(start, end);
    const isFloat = /^[0-9_]*\.|^[0-9][0-9_]*[eE]/.test(image) && !/^0[xX]/.test(image);
    this.#push(isFloat ? T.Float : T.Int, start, end);
    const wrong = numberProblem(image, isFloat, end !== good);
    if (wrong !== null) this.#problem(wrong.code, start, end, wrong.message);
    return end;
  }

  /** `start` is where the prefix starts, `quote` the opening quote. */
  #string(start: number, quote: number): number {
    const text = this.#text;
    const prefix = text.slice(start, quote).toLowerCase();
    const { end, closed } = stringEnd(text, quote, prefix);
    const triple = isTripleQuote(text, quote) && end >= quote + 3;
    if (!closed) {
      const shownEnd = triple ? quote + 3 : end;
      const wanted = triple ? text.slice(quote, quote + 3) : text[quote]!;
      this.#problem("E0103", start, shownEnd, `this string is never closed: expected ${wanted}`);
    } else if (prefix.includes("b")) {
      this.#problem(
        "E0104",
        start,
        end,
        "there are no bytes literals: a str is a sequence of bytes",
        "leave out the 'b'",
      );
    } else if (prefix.includes("u")) {
      this.#problem("E0104", start, end, "strings have no 'u' prefix", "leave out the 'u'");
    }
    if (prefix.includes("f")) this.#fString(start, quote, end, closed, prefix.includes("r"));
    else this.#push(T.Str, start, end);
    return end;
  }

  #fString(start: number, quote: number, end: number, closed: boolean, raw: boolean): void {
    const text = this.#text;
    const triple = isTripleQuote(text, quote) && end >= quote + 3;
    const width = triple ? 3 : 1;
    const textEnd = closed ? end - width : end;
    let i = quote + width;
    let textStart = i;
    this.#push(T.FStart, start, i);
    const flush = () => {
      if (i > textStart) this.#push(T.FText, textStart, i);
    };
    while (i < textEnd) {
      const c = text.charCodeAt(i);
      if (c === 92 && !raw) i += text.charCodeAt(i + 1) === 123 ? 1 : 2;
      else if (c === 123 && text.charCodeAt(i + 1) === 123) i += 2;
      else if (c === 123) {
        const field = fieldExtent(text, i + 1, textEnd, triple);
        if (field === null) {
          this.#problem(
            "E0103",
            i,
            i + 1,
            "this '{' of the f-string is never closed",
            "write '{{' for a brace",
          );
          i++;
        } else {
          flush();
          this.#field(i, field);
          i = textStart = field.close + 1;
        }
      } else if (c === 125) {
        if (text.charCodeAt(i + 1) === 125) i += 2;
        else {
          this.#problem(
            "E0103",
            i,
            i + 1,
            "this '}' of the f-string closes nothing",
            "write '}}' for a brace",
          );
          i++;
        }
      } else i++;
    }
    i = textEnd;
    flush();
    this.#push(T.FEnd, textEnd, end);
  }

  #field(open: number, field: FieldExtent): void {
    this.#push(T.FOpen, open, open + 1);
    this.#scanRange(open + 1, field.expressionEnd);
    if (field.conversion >= 0) {
      this.#push(T.FConversion, field.conversion - 1, field.conversion + 1);
      const letter = this.#text[field.conversion]!;
      if (letter !== "r" && letter !== "s") {
        this.#problem(
          "E0103",
          field.conversion - 1,
          field.conversion + 1,
          `unknown conversion '!${letter}': expected '!r' or '!s'`,
        );
      }
    }
    if (field.format >= 0) {
      this.#push(T.FFormat, field.format - 1, field.close);
      if (this.#text.slice(field.format, field.close).includes("{")) {
        this.#problem(
          "E0104",
          field.format,
          field.close,
          "a format is fixed text: it cannot hold a field of its own",
        );
      }
    }
    this.#push(T.FClose, field.close, field.close + 1);
  }

  #sign(start: number, c: number): number {
    const text = this.#text;
    for (const sign of SIGNS_BY_START[c] ?? []) {
      if (sign.text.length === 1 || text.startsWith(sign.text, start)) {
        this.#tokens.push(makeToken(sign.type, sign.text, start));
        return start + sign.text.length;
      }
    }
    if (c === 92) {
      // A backslash at the end of a line joins it with the next.
      const next = text.charCodeAt(start + 1) === 13 ? start + 2 : start + 1;
      if (text.charCodeAt(next) === 10) return next + 1;
    }
    if (c >= 128 && isLetter(text, start)) return this.#foreignWord(start);
    const length = text.codePointAt(start)! > 0xffff ? 2 : 1;
    const shown = text.slice(start, start + length);
    const [message, help] = STRANGE_SIGNS[shown] ?? [
      `unexpected character ${c < 32 ? `U+${c.toString(16).padStart(4, "0")}` : `'${shown}'`}`,
    ];
    this.#problem("E0101", start, start + length, message, help);
    return start + length;
  }
}

const NUMBER =
  /0[xX][0-9a-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|(?:[0-9][0-9_]*)?\.?[0-9_]*(?:[eE][+-]?[0-9_]+)?/y;

const STRANGE_SIGNS: Readonly<Record<string, readonly [string, string?]>> = {
  "!": ["unexpected character '!'", "write 'not' to negate, '!=' to compare"],
  "?": ["unexpected character '?'", "write 'then if test else otherwise'"],
  $: ["unexpected character '$'"],
  "\\": ["unexpected character '\\'", "a backslash joins lines only at the very end of a line"],
  "“": ["unexpected character '“'", "strings are written with straight quotes"],
  "”": ["unexpected character '”'", "strings are written with straight quotes"],
};

const LARGEST = (1n << 64n) - 1n;

function numberProblem(
  image: string,
  isFloat: boolean,
  hasTail: boolean,
): { readonly code: CodeName; readonly message: string } | null {
  if (hasTail) {
    if (/^[0-9_.eE+-]*[jJ]$/.test(image)) {
      return { code: "E0104", message: "there are no complex numbers" };
    }
    const radix = /^0[oO]/.test(image) ? "octal " : /^0[bB]/.test(image) ? "binary " : "";
    return { code: "E0103", message: `'${image}' is not a ${radix}number` };
  }
  if (/^0[xXoObB]_*$/.test(image)) {
    return { code: "E0103", message: `'${image}' is not a number: digits are missing` };
  }
  if (/__|_$|_[.eE]|[.eE+-]_/.test(image)) {
    return { code: "E0103", message: "an underscore in a number stands between two digits" };
  }
  if (/^0[0-9_]*[1-9]/.test(image) && /^[0-9_]+$/.test(image)) {
    return { code: "E0103", message: "a number does not start with 0; octal is written 0o17" };
  }
  if (!isFloat && intValue(image) > LARGEST) {
    return { code: "E0103", message: "this integer does not fit in 64 bits" };
  }
  return null;
}

/** The value of an `Int` image; 0 when it is malformed. */
export function intValue(image: string): bigint {
  if (image.length <= 9) {
    const small = Number(image);
    if (Number.isInteger(small)) return BigInt(small);
  }
  const digits = image.includes("_") ? image.replaceAll("_", "") : image;
  return /^(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|[0-9]+)$/.test(digits) ? BigInt(digits) : 0n;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordCharacter(code: number): boolean {
  return code < 128 && CLASS_OF[code]! >= LETTER;
}

function isLetter(text: string, at: number): boolean {
  return /\p{ID_Continue}/u.test(String.fromCodePoint(text.codePointAt(at)!));
}
