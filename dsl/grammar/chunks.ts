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
import { commonHead, commonTail } from "../syntax/common.ts";
import { startsStatement } from "./layout.ts";
import { isQuote, isTripleQuote, prefixStart, stringEnd } from "./strings.ts";

const CONTINUES = /(?:else|elif|except|finally|case)\b/y;

/** What a forgotten `"""` must not swallow. */
const DEFINITION = /\n(?=(?:def|class|enum|mixin|struct|extern def|@\w+)[ \n(])/g;

/** Characters that matter inside a line. */
const SPECIAL = new Uint8Array(128);
for (const c of "\"'#()[]{}\n\\") SPECIAL[c.charCodeAt(0)] = 1;

/** A text with the offsets at which its chunks start; the first is 0. */
export interface Cut {
  readonly text: string;
  readonly starts: readonly number[];
  /** No triple quote is missing. */
  readonly isPaired: boolean;
  /** So many of the first chunks, and of the last, are those of the cut that this one was made from. */
  readonly sameHead: number;
  readonly sameTail: number;
}

/**
 * Cuts a text. With `previous`, the cut of what the text was before an edit, only what lies around the
 * edit is looked at: at the start of a chunk nothing is open, so what follows does not depend on what
 * came before.
 */
export function cutText(text: string, previous?: Cut): Cut {
  const again = previous?.isPaired === true ? cutAgain(text, previous) : null;
  if (again !== null) return again;
  const starts = text === "" ? [] : cut(text, { mindDefinitions: false });
  // A triple quote is missing somewhere, so every later string is inside out. Let no string
  // reach over a definition; if the quotes pair up wrongly before that, so be it.
  const found = starts ?? cut(text, { mindDefinitions: true })!;
  return { text, starts: found, isPaired: starts !== null, sameHead: 0, sameTail: 0 };
}

function cutAgain(text: string, previous: Cut): Cut | null {
  const { text: before, starts: old } = previous;
  if (text === "" || old.length === 0) return null;
  const head = commonHead(before, text);
  const shift = text.length - before.length;
  const tail = text.length - commonTail(before, text, head);
  // 1. Where the chunk before the edited one starts: where that ends, the edit may have a say.
  const certain = firstFields(text, head);
  let from = old.length;
  while (from > 0 && old[from - 1]! >= certain) from--;
  from = Math.max(0, from - 2);
  // 2. From there to a place in what stayed at which a chunk started before, too.
  let next = 0;
  const joins = (start: number): boolean => {
    while (next < old.length && old[next]! < start - shift) next++;
    return start >= tail && old[next] === start - shift;
  };
  const found = cut(text, { mindDefinitions: false, from: old[from]!, isEnd: joins });
  if (found === null) return null;
  const last = found.at(-1)!;
  const sameTail = found.length > 1 && joins(last) ? old.length - next : 0;
  const rest = sameTail === 0 ? [] : old.slice(next + 1).map((start) => start + shift);
  const starts = [...old.slice(0, from), ...found, ...rest];
  // 3. What is the same as it was.
  const most = Math.min(starts.length, old.length) - sameTail;
  let sameHead = 0;
  while (sameHead < most && ends(starts, sameHead) <= head && isSameEnd(starts, old, sameHead))
    sameHead++;
  return { text, starts, isPaired: true, sameHead, sameTail };
}

function ends(starts: readonly number[], chunk: number): number {
  return starts[chunk + 1] ?? Number.POSITIVE_INFINITY;
}

function isSameEnd(a: readonly number[], b: readonly number[], chunk: number): boolean {
  return ends(a, chunk) === ends(b, chunk);
}

/**
 * Where the first f-string with three quotes before `limit` stands, or else `limit`: where a field in it
 * is not closed, what comes long after it decides where it ends.
 */
function firstFields(text: string, limit: number): number {
  let first = limit;
  for (const quotes of ['"""', "'''"]) {
    for (let at = text.indexOf(quotes); at >= 0 && at < first; at = text.indexOf(quotes, at + 3))
      if (/f.?$/i.test(text.slice(Math.max(0, at - 2), at))) first = at;
  }
  return first;
}

interface CutOptions {
  readonly mindDefinitions: boolean;
  /** Where a chunk starts; the first, unless it is said. */
  readonly from?: number;
  /** Asked at the start of each further chunk, whether it is the last that is wanted. */
  readonly isEnd?: (start: number) => boolean;
}

/** Where chunks start; null when a triple quote is missing. */
function cut(
  text: string,
  { mindDefinitions, from = 0, isEnd = () => false }: CutOptions,
): number[] | null {
  const starts = [from];
  let hasCode = false; // only comments so far
  let afterDecorator = false;
  let depth = 0;
  let column = 0; // of the line that the open brackets belong to
  let joined = false; // a backslash ended the last line
  let lineStart = from;
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
          if (hasCode && !afterDecorator) {
            starts.push(lineStart);
            if (isEnd(lineStart)) return starts;
          }
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
          const definition = mindDefinitions ? definitionIn(text, i, end) : -1;
          if (definition >= 0) {
            i = definition;
            depth = 0;
            break;
          }
          if (!closed && !mindDefinitions) return null;
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
