/**
 * Cuts a file into chunks, one per top-level statement. A chunk is the unit of reuse: an edited
 * file keeps the trees of the chunks whose text did not change. It is also the unit of damage:
 * whatever is broken inside a chunk, the next one is parsed as if nothing had happened.
 *
 * A chunk starts at a line that begins in column 0 and is not a comment, a closing bracket, a
 * continuation (`else:`, `except …`), nor inside a string or brackets. Decorators belong to what
 * follows them. Comments and blank lines belong to the chunk before; those at the top of the file,
 * to the first chunk.
 */
import { startsStatement } from "./layout.ts";
import { isQuote, isTripleQuote, prefixStart, stringEnd } from "./strings.ts";

const CONTINUES = /(?:else|elif|except|finally|case)\b/y;

/** What a forgotten `"""` must not swallow. */
const DEFINITION = /\n(?=(?:def|class|enum|mixin|struct|extern def|@\w+)[ \n(])/g;

/** Characters that matter inside a line. */
const SPECIAL = new Uint8Array(128);
for (const c of "\"'#()[]{}\n\\") SPECIAL[c.charCodeAt(0)] = 1;

/** Offsets at which chunks start; the first is 0. */
export function chunkStarts(text: string): number[] {
  return (
    cut(text, { mindDefinitions: false }) ??
    // A triple quote is missing somewhere, so every later string is inside out. Let no string
    // reach over a definition; if the quotes pair up wrongly before that, so be it.
    cut(text, { mindDefinitions: true })!
  );
}

function cut(text: string, options: { readonly mindDefinitions: boolean }): number[] | null {
  const starts = [0];
  let hasCode = false; // only comments so far
  let afterDecorator = false;
  let depth = 0;
  let column = 0; // of the line that the open brackets belong to
  let joined = false; // a backslash ended the last line
  let lineStart = 0;
  while (lineStart < text.length) {
    // 1. Does this line start a chunk?
    let first = lineStart;
    while (text.charCodeAt(first) === 32 || text.charCodeAt(first) === 9) first++;
    const c = text.charCodeAt(first);
    const isCode = first < text.length && c !== 10 && c !== 13 && c !== 35;
    if (isCode) {
      if (depth > 0 && startsStatement(text, first, column)) depth = 0;
      if (depth === 0 && !joined) {
        column = first - lineStart;
        if (column === 0 && !isCloser(c) && !continues(text, first)) {
          if (hasCode && !afterDecorator) starts.push(lineStart);
          hasCode = true;
          afterDecorator = c === 64;
        }
      }
      hasCode = true;
    }
    joined = false;

    // 2. Skip to the next line, over strings, comments and brackets.
    let i = first;
    for (;;) {
      let sign = 0;
      while (i < text.length && SPECIAL[(sign = text.charCodeAt(i))] !== 1) i++;
      if (i >= text.length) return starts;
      if (sign === 10) break;
      if (sign === 35) {
        const end = text.indexOf("\n", i);
        if (end < 0) return starts;
        i = end;
        break;
      }
      if (isQuote(sign)) {
        const prefix = text.slice(prefixStart(text, i, first), i);
        const { end, closed } = stringEnd(text, i, prefix);
        if (isTripleQuote(text, i)) {
          const definition = options.mindDefinitions ? definitionIn(text, i, end) : -1;
          if (definition >= 0) {
            i = definition;
            depth = 0;
            break;
          }
          if (!closed && !options.mindDefinitions) return null;
        }
        i = end;
        continue;
      }
      if (sign === 92) {
        const next = text.charCodeAt(i + 1) === 13 ? i + 2 : i + 1;
        if (text.charCodeAt(next) === 10) {
          joined = true;
          i = next;
          break;
        }
      } else if (isCloser(sign)) {
        if (depth > 0) depth--;
      } else depth++;
      i++;
    }
    lineStart = i + 1;
  }
  return starts;
}

function isCloser(code: number): boolean {
  return code === 41 || code === 93 || code === 125;
}

function continues(text: string, at: number): boolean {
  CONTINUES.lastIndex = at;
  return CONTINUES.test(text);
}

/** The line break before the first definition between `from` and `to`, or -1. */
function definitionIn(text: string, from: number, to: number): number {
  DEFINITION.lastIndex = from;
  const found = DEFINITION.exec(text);
  return found !== null && found.index < to ? found.index : -1;
}
