/**
 * Where strings end and what they mean.
 *
 * The scanner and the chunk splitter must agree on where a string ends, f-strings with nested
 * quotes included; so both ask `stringEnd`. The meaning of a string is bytes: `decodeString`
 * resolves escapes and returns the UTF-8 encoding as code units 0..255.
 */

export interface StringExtent {
  /** One past the closing quote, or where the text of an unterminated string stops. */
  readonly end: number;
  readonly closed: boolean;
}

const NEWLINE = 10;
const HASH = 35;
const QUOTE = 34;
const APOSTROPHE = 39;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

export function isQuote(code: number): boolean {
  return code === QUOTE || code === APOSTROPHE;
}

export function isTripleQuote(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return text.charCodeAt(at + 1) === code && text.charCodeAt(at + 2) === code;
}

/** The prefix letters written directly before the quote at `quote`: where they start. */
export function prefixStart(text: string, quote: number, from: number): number {
  let start = quote;
  while (start > from && quote - start < 3 && isWordCode(text.charCodeAt(start - 1))) start--;
  const prefix = text.slice(start, quote);
  return STRING_PREFIX.test(prefix) ? start : quote;
}

/** Prefixes that Wright or Python knows; the scanner says which of them Wright has. */
export const STRING_PREFIX = /^(?:[rfbu]|rf|fr|rb|br)?$/i;

function isWordCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95
  );
}

/** The extent of the string whose opening quote is at `quote`; with an `f` in `prefix`, fields are skipped. */
export function stringEnd(
  text: string,
  quote: number,
  prefix: string,
  limit: number = text.length,
): StringExtent {
  const code = text.charCodeAt(quote);
  const triple = isTripleQuote(text, quote);
  const hasFields = prefix !== "" && /f/i.test(prefix);
  let i = quote + (triple ? 3 : 1);
  while (i < limit) {
    const c = text.charCodeAt(i);
    if (c === code) {
      if (!triple) return { end: i + 1, closed: true };
      if (isTripleQuote(text, i) && i + 3 <= limit) return { end: i + 3, closed: true };
      i++;
    } else if (c === BACKSLASH) {
      i += hasFields && text.charCodeAt(i + 1) === OPEN_BRACE ? 1 : 2;
    } else if (c === NEWLINE && !triple) {
      return { end: i, closed: false };
    } else if (hasFields && c === OPEN_BRACE) {
      if (text.charCodeAt(i + 1) === OPEN_BRACE) i += 2;
      else {
        const field = fieldExtent(text, i + 1, limit, triple);
        i = field === null ? i + 1 : field.close + 1;
      }
    } else i++;
  }
  return { end: limit, closed: false };
}

export interface FieldExtent {
  /** The expression ends here. */
  readonly expressionEnd: number;
  /** The `r` or `s` of `!r`, as an offset, or -1. */
  readonly conversion: number;
  /** Where the text after `:` starts, or -1. */
  readonly format: number;
  /** The closing brace. */
  readonly close: number;
}

/** Parts of the replacement field whose `{` is just before `start`; null when it is not closed. */
export function fieldExtent(
  text: string,
  start: number,
  limit: number,
  multiline: boolean,
): FieldExtent | null {
  let depth = 0;
  let i = start;
  while (i < limit) {
    const c = text.charCodeAt(i);
    switch (c) {
      case QUOTE:
      case APOSTROPHE: {
        const prefix = text.slice(prefixStart(text, i, start), i);
        const nested = stringEnd(text, i, prefix, limit);
        if (!nested.closed) return null;
        i = nested.end;
        continue;
      }
      case NEWLINE:
        if (!multiline) return null;
        break;
      case HASH:
        return null;
      case 40: // (
      case 91: // [
      case OPEN_BRACE:
        depth++;
        break;
      case 41: // )
      case 93: // ]
        if (depth > 0) depth--;
        break;
      case CLOSE_BRACE:
        if (depth === 0) return { expressionEnd: i, conversion: -1, format: -1, close: i };
        depth--;
        break;
      case 33: // !
        if (depth === 0 && text.charCodeAt(i + 1) !== 61) {
          const after = text.charCodeAt(i + 2);
          if (after === CLOSE_BRACE) {
            return { expressionEnd: i, conversion: i + 1, format: -1, close: i + 2 };
          }
          if (after === 58) return formatExtent(text, i, i + 1, i + 3, limit, multiline);
        }
        break;
      case 58: // :
        if (depth === 0) return formatExtent(text, i, -1, i + 1, limit, multiline);
        break;
    }
    i++;
  }
  return null;
}

function formatExtent(
  text: string,
  expressionEnd: number,
  conversion: number,
  format: number,
  limit: number,
  multiline: boolean,
): FieldExtent | null {
  let depth = 0;
  for (let i = format; i < limit; i++) {
    const c = text.charCodeAt(i);
    if (c === NEWLINE && !multiline) return null;
    if (isQuote(c)) return null;
    if (c === OPEN_BRACE) depth++;
    else if (c === CLOSE_BRACE) {
      if (depth === 0) return { expressionEnd, conversion, format, close: i };
      depth--;
    }
  }
  return null;
}

export interface Decoded {
  /** Bytes as code units 0..255. */
  readonly value: string;
  readonly problems: readonly {
    readonly start: number;
    readonly end: number;
    readonly message: string;
  }[];
}

const NOTHING: Decoded["problems"] = [];

/** The bytes of the string literal `image`, prefix and quotes included. */
export function decodeString(image: string): Decoded {
  let start = 0;
  while (!isQuote(image.charCodeAt(start))) start++;
  const raw = start > 0 && /r/i.test(image.slice(0, start));
  const width = isTripleQuote(image, start) && image.length >= start + 3 ? 3 : 1;
  const quote = image.slice(start, start + width);
  const from = start + width;
  const to =
    image.length >= from + width && image.endsWith(quote) ? image.length - width : image.length;
  return decodeText(image, from, to, { raw, braces: false });
}

/**
 * The bytes of `image` from `from` to `to`. With `braces`, doubled braces stand for one, as in the
 * text of an f-string. Offsets of problems are offsets in `image`.
 */
export function decodeText(
  image: string,
  from: number,
  to: number,
  { raw, braces }: { readonly raw: boolean; readonly braces: boolean },
): Decoded {
  let plain = true;
  for (let i = from; i < to && plain; i++) {
    const c = image.charCodeAt(i);
    if (c >= 128 || c === BACKSLASH || c === 13 || (braces && (c === 123 || c === 125))) {
      plain = false;
    }
  }
  if (plain) return { value: image.slice(from, to), problems: NOTHING };

  const problems: Decoded["problems"][number][] = [];
  let value = "";
  let i = from;
  while (i < to) {
    const c = image.charCodeAt(i);
    if (c === BACKSLASH && !raw) {
      const escape = readEscape(image, i, to);
      if (escape.problem !== null) {
        problems.push({ start: i, end: escape.end, message: escape.problem });
      }
      value += escape.bytes;
      i = escape.end;
    } else if (braces && (c === OPEN_BRACE || c === CLOSE_BRACE)) {
      value += String.fromCharCode(c);
      i += image.charCodeAt(i + 1) === c ? 2 : 1;
    } else if (c < 128) {
      // A line break is one byte, however the file writes it.
      if (c !== 13 || image.charCodeAt(i + 1) !== NEWLINE) value += String.fromCharCode(c);
      i++;
    } else {
      const point = image.codePointAt(i)!;
      value += utf8(point);
      i += point > 0xffff ? 2 : 1;
    }
  }
  return { value, problems };
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
};

/** Digits that `\x`, `\u` and `\U` must be followed by. */
const HEX_ESCAPES: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

interface Escape {
  readonly bytes: string;
  readonly end: number;
  readonly problem: string | null;
}

function readEscape(image: string, at: number, to: number): Escape {
  const letter = at + 1 < to ? image[at + 1]! : "";
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined) return { bytes: simple, end: at + 2, problem: null };
  if (letter === "\r" && image[at + 2] === "\n") return { bytes: "", end: at + 3, problem: null };
  if (letter >= "0" && letter <= "7") {
    let end = at + 1;
    while (end < to && end < at + 4 && image[end]! >= "0" && image[end]! <= "7") end++;
    const byte = Number.parseInt(image.slice(at + 1, end), 8);
    if (byte > 255) {
      return { bytes: "", end, problem: "an octal escape stands for one byte: at most \\377" };
    }
    return { bytes: String.fromCharCode(byte), end, problem: null };
  }
  const digits = HEX_ESCAPES[letter];
  if (digits !== undefined) {
    let end = at + 2;
    while (end < to && end < at + 2 + digits && /[0-9a-fA-F]/.test(image[end]!)) end++;
    if (end !== at + 2 + digits) {
      return { bytes: "", end, problem: `\\${letter} needs ${digits} hexadecimal digits` };
    }
    const value = Number.parseInt(image.slice(at + 2, end), 16);
    if (letter === "x") return { bytes: String.fromCharCode(value), end, problem: null };
    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
      return { bytes: "", end, problem: "this is not a Unicode code point" };
    }
    return { bytes: utf8(value), end, problem: null };
  }
  const end = Math.min(at + 2, to);
  return {
    bytes: image.slice(at, end),
    end,
    problem:
      letter === ""
        ? "a backslash at the end of the string escapes nothing"
        : `unknown escape '\\${letter}'; write '\\\\' for a backslash`,
  };
}

/** The UTF-8 encoding of a code point, as code units 0..255. A lone surrogate becomes U+FFFD. */
function utf8(point: number): string {
  if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
  if (point < 0x80) return String.fromCharCode(point);
  if (point < 0x800) return String.fromCharCode(0xc0 | (point >> 6), 0x80 | (point & 63));
  if (point < 0x10000) {
    return String.fromCharCode(
      0xe0 | (point >> 12),
      0x80 | ((point >> 6) & 63),
      0x80 | (point & 63),
    );
  }
  return String.fromCharCode(
    0xf0 | (point >> 18),
    0x80 | ((point >> 12) & 63),
    0x80 | ((point >> 6) & 63),
    0x80 | (point & 63),
  );
}

/** The text that `bytes` (code units 0..255) encode; bytes that are no UTF-8 stand for themselves. */
export function textOfBytes(bytes: string): string {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) result[i] = bytes.charCodeAt(i);
  return new TextDecoder().decode(result);
}
