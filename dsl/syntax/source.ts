/**
 * Source texts and places in them.
 *
 * A file is cut into chunks (one per top-level statement); a span is relative to its chunk, so that
 * an edit moves chunks without touching the nodes inside those that did not change. Offsets count
 * UTF-16 code units, as the language server protocol and JavaScript strings do.
 */

export interface SourceFile {
  /** Path as the user would write it: relative to the project when inside it. Unique in a program. */
  readonly path: string;
  readonly text: string;
  /** Offsets at which lines start; the first is 0. */
  readonly lineStarts: readonly number[];
}

export interface Chunk {
  /** The file and the chunk's start may be replaced when an edited file reuses the chunk. */
  file: SourceFile;
  offset: number;
  readonly text: string;
}

/** A half-open range `[start, end)` relative to its chunk. */
export interface Span {
  readonly chunk: Chunk;
  readonly start: number;
  readonly end: number;
}

/** A one-based line and column, as shown to people. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Looks for its lines when somebody asks: few do, and an editor makes one of these at every key. It is
 * plain data all the same, for programs hold the places of their ops, and are written to files.
 */
export function sourceFile(path: string, text: string): SourceFile {
  let lineStarts: readonly number[] | null = null;
  return {
    path,
    text,
    get lineStarts() {
      return (lineStarts ??= lineStartsOf(text));
    },
  };
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}

/** A chunk that covers the whole file; used for synthetic code and whole-file messages. */
export function wholeFile(file: SourceFile): Chunk {
  return { file, offset: 0, text: file.text };
}

export function span(chunk: Chunk, start: number, end: number): Span {
  return { chunk, start, end };
}

export function startOffset(at: Span): number {
  return at.chunk.offset + at.start;
}

export function endOffset(at: Span): number {
  return at.chunk.offset + at.end;
}

/** From the start of `a` to the end of `b`; both must lie in the same chunk. */
export function spanning(a: Span, b: Span): Span {
  return { chunk: a.chunk, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

export function position(file: SourceFile, offset: number): Position {
  let low = 0;
  let high = file.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (file.lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - file.lineStarts[low]! + 1 };
}

export function startPosition(at: Span): Position {
  return position(at.chunk.file, startOffset(at));
}

/** `path:line:column`, the form every message, traceback and log uses. */
export function placeOf(at: Span): string {
  const { line, column } = startPosition(at);
  return `${at.chunk.file.path}:${line}:${column}`;
}

export function textOf(at: Span): string {
  return at.chunk.text.slice(at.start, at.end);
}
