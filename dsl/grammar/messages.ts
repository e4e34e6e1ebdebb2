/** How syntax errors speak. Every message that is not written at its rule is made here. */
import type { IParserErrorMessageProvider, IToken, TokenType } from "chevrotain";
import { KEYWORDS, rowOf, SOFT_KEYWORDS, T } from "./tokens.ts";

/** A token as it was found: quoted text, or what kind of thing it is. */
export function found(token: IToken): string {
  const row = rowOf(token.tokenTypeIdx);
  if (token.image === "" || row === undefined) return row?.title ?? "the end of the file";
  if (row.class === "string") return row.title;
  return `'${token.image}'`;
}

export function isKeyword(token: IToken): boolean {
  return KEYWORDS.has(token.image);
}

export const errorMessages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, actual }) => expectedMessage(expected, actual),
  buildNotAllInputParsedMessage: ({ firstRedundant }) => `unexpected ${found(firstRedundant)}`,
  buildNoViableAltMessage: ({ actual, customUserDescription }) =>
    wantedMessage(customUserDescription, actual[0]!),
  buildEarlyExitMessage: ({ actual, customUserDescription }) =>
    wantedMessage(customUserDescription, actual[0]!),
};

/** `what` is the `ERR_MSG` of the rule. */
function wantedMessage(what: string | undefined, actual: IToken): string {
  if (what === undefined) return `unexpected ${found(actual)}`;
  return actual.image === "" ? `expected ${what}` : `expected ${what}, found ${found(actual)}`;
}

function expectedMessage(expected: TokenType, actual: IToken): string {
  const title = rowOf(expected.tokenTypeIdx!)?.title ?? "something else";
  if (expected === T.Name && isKeyword(actual)) {
    return `'${actual.image}' is a keyword and cannot be a name`;
  }
  return actual.image === "" ? `expected ${title}` : `expected ${title}, found ${found(actual)}`;
}

/** The keyword that `word` is a misspelling of, if it looks like one. */
export function misspelledKeyword(word: string): string | null {
  if (word.length < 3) return null;
  for (const keyword of [...KEYWORDS.keys(), ...SOFT_KEYWORDS.keys()]) {
    if (keyword.length >= 3 && isNear(word, keyword)) return keyword;
  }
  return SYNONYMS[word] ?? null;
}

/** Words of other languages for the same thing. */
const SYNONYMS: Readonly<Record<string, string>> = {
  elseif: "elif",
  elsif: "elif",
  function: "def",
  func: "def",
  fun: "def",
  catch: "except",
  throw: "raise",
  switch: "match",
  foreach: "for",
  interface: "mixin",
};

/** One letter more, less or different, or two neighbours swapped. */
function isNear(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const restA = a.slice(start, endA);
  const restB = b.slice(start, endB);
  if (restA.length <= 1 && restB.length <= 1) return true;
  return restA.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
}
