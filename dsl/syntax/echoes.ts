/**
 * Of a line that could not be read, only that is said. What the parser made of it is a guess, and what
 * follows from a guess (a name that is half written, a condition without its end) is no news.
 */
import type { Diagnostic } from "./diagnostics.ts";
import { position, startOffset } from "./source.ts";

/** What the parser says of text that it could not read. */
const UNREADABLE = /^E010[1-4]$/;

export function isUnreadable({ code }: { readonly code: string }): boolean {
  return UNREADABLE.test(code);
}

/** Without what is said of lines on which a syntax error begins, but for the syntax errors. */
export function withoutEchoes(all: readonly Diagnostic[]): readonly Diagnostic[] {
  const unreadable = new Set(all.filter(isUnreadable).map(lineOf));
  if (unreadable.size === 0) return all;
  return all.filter((one) => isUnreadable(one) || !unreadable.has(lineOf(one)));
}

function lineOf({ span }: Diagnostic): string {
  const { file } = span.chunk;
  return `${position(file, startOffset(span)).line} ${file.path}`;
}
