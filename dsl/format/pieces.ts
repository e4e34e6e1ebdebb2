/**
 * A block as a list of pieces: what is printed one below the other, how deep, and after how many
 * blank lines. Blank lines as in Black: two around definitions at the top level and one inside
 * blocks, elsewhere what was written up to that; none at the start of a block. Definitions of one
 * line (`def show(self): abstract`) may follow one another without.
 *
 * From a comment `# fmt: off` to `# fmt: on` in the same block, or to the block's end, and for a line
 * that ends in `# fmt: skip`, the text stays as it was.
 */
import type { Doc } from "prettier";
import { T } from "../grammar/tokens.ts";
import { hasMovableSuite, lineDoc, suiteColon } from "./docs.ts";
import { flat } from "./flat.ts";
import { firstLeaf, isLeaf, type Block, type Entry, type Item, type Line } from "./tree.ts";

export interface Piece {
  readonly blanks: number;
  /** Blocks around it. */
  readonly depth: number;
  /** A document, or lines that are printed as they are: the first indented, the others not. */
  readonly content: Doc | { readonly verbatim: readonly string[] };
}

export const INDENTATION = 4;
export const WIDTH = 100;

/** What to print for `root`, the tree of `text`. */
export function piecesOf(root: Block, text: string): Piece[] {
  const pieces: Piece[] = [];
  addBlock(root, { depth: 0, inEnum: false, text, pieces });
  return pieces;
}

interface Place {
  readonly depth: number;
  readonly inEnum: boolean;
  readonly text: string;
  readonly pieces: Piece[];
}

const DEFINITIONS = new Set([T.Def, T.Class, T.Mixin, T.Struct, T.Enum, T.Extern, T.At]);
const CONTINUATIONS = new Set([T.Else, T.Elif, T.Except, T.Finally]);

function addBlock({ entries }: Block, place: Place): void {
  const { depth, text, pieces } = place;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]!;
    const blanks = blanksBefore(entries, i, depth);
    if (entry.kind === "note") {
      pieces.push({ blanks, depth, content: entry.text });
      if (entry.text !== "# fmt: off" || i + 1 === entries.length) continue;
      const last = lastOff(entries, i + 1);
      const from = entries[i + 1]!;
      addVerbatim(from, entries[last]!, Math.min(from.blanks, depth === 0 ? 2 : 1), place);
      i = last;
      continue;
    }
    if (entry.trailing?.endsWith("# fmt: skip") === true) {
      const end = lineEnd(text, entry.end);
      pieces.push({ blanks, depth, content: verbatim(text, entry, end, depth) });
    } else addLine(entry, blanks, place);
    if (entry.body !== null) {
      const inEnum = isLeaf(entry.items[0], T.Enum);
      addBlock(entry.body, { depth: depth + 1, inEnum, text, pieces });
    }
  }
}

/** A line, or several where `;` separates statements; an enum's members may share a line. */
function addLine(line: Line, blanks: number, { depth, inEnum, pieces }: Place): void {
  if (inEnum || suiteColon(line.items) >= 0) {
    pieces.push({ blanks, depth, content: lineDoc(line, { inEnum }) });
    return;
  }
  const parts = statementsOf(line.items);
  parts.forEach((items, i) => {
    const trailing = i === parts.length - 1 ? line.trailing : null;
    const content = lineDoc({ ...line, items, trailing }, { inEnum });
    pieces.push({ blanks: i === 0 ? blanks : 0, depth, content });
  });
}

function statementsOf(items: readonly Item[]): (readonly Item[])[] {
  if (!items.some((item) => isLeaf(item, T.Semicolon))) return [items];
  const parts: Item[][] = [[]];
  for (const item of items) {
    if (isLeaf(item, T.Semicolon)) parts.push([]);
    else parts.at(-1)!.push(item);
  }
  return parts.filter((part) => part.length > 0);
}

// -------------------------------------------------------------------- blank lines

function blanksBefore(entries: readonly Entry[], i: number, depth: number): number {
  const isTop = depth === 0;
  const entry = entries[i]!;
  const previous = entries[i - 1];
  if (previous === undefined) return 0;
  const most = isTop ? 2 : 1;
  const written = Math.min(entry.blanks, most);
  if (isDecorated(entries, i)) return 0;
  if (entry.kind === "line" && CONTINUATIONS.has(firstLeaf(entry.items[0]!).type)) {
    return previous.kind === "note" ? written : 0;
  }
  if (previous.kind === "note") return written;
  if (isDefinition(previous) && hasBlock(previous, depth)) return most;
  const next = entry.kind === "note" ? afterNotes(entries, i) : entry;
  if (next !== null && isDefinition(next)) {
    const isSmall = !hasBlock(next, depth) && !isLeaf(next.items[0], T.At);
    if (!isSmall || (isTop && !isDefinition(previous))) return most;
  }
  if (isTop && isImport(previous) && !isImport(entry)) return Math.max(written, 1);
  return written;
}

/** It has a block below it, or will have one when it is printed. */
function hasBlock(at: Line, depth: number): boolean {
  if (at.body !== null) return true;
  if (!hasMovableSuite(at)) return false;
  const text = flat(lineDoc(at, { inEnum: false }))?.text;
  return text === undefined || text.length > WIDTH - depth * INDENTATION;
}

/** A decorator stands before the entry, with nothing but comments between. */
function isDecorated(entries: readonly Entry[], i: number): boolean {
  let at = i - 1;
  while (at >= 0 && entries[at]!.kind === "note") at--;
  const entry = entries[at];
  return entry?.kind === "line" && isLeaf(entry.items[0], T.At);
}

/** The line that the comments at `i` are directly above, or null. */
function afterNotes(entries: readonly Entry[], i: number): Line | null {
  for (let at = i + 1; at < entries.length; at++) {
    const entry = entries[at]!;
    if (entry.blanks > 0) return null;
    if (entry.kind === "line") return entry;
  }
  return null;
}

function isDefinition(entry: Entry): entry is Line {
  return entry.kind === "line" && DEFINITIONS.has(firstLeaf(entry.items[0]!).type);
}

function isImport(entry: Entry): boolean {
  return entry.kind === "line" && [T.Import, T.From].includes(firstLeaf(entry.items[0]!).type);
}

// -------------------------------------------------------------------- what stays as it is

/** The last entry that `# fmt: off` before entry `from` is about. */
function lastOff(entries: readonly Entry[], from: number): number {
  const on = entries.findIndex((entry, i) => {
    return i >= from && entry.kind === "note" && entry.text === "# fmt: on";
  });
  if (on === from) return from;
  return on < 0 ? entries.length - 1 : on - 1;
}

function addVerbatim(from: Entry, to: Entry, blanks: number, { depth, text, pieces }: Place): void {
  const end = lineEnd(text, endOf(to));
  pieces.push({ blanks, depth, content: verbatim(text, from, end, depth) });
}

/** The end of an entry with all of its blocks. */
function endOf(entry: Entry): number {
  if (entry.kind === "note") return entry.end;
  const last = entry.body?.entries.at(-1);
  return last === undefined ? entry.end : endOf(last);
}

/** A trailing comment included. */
function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}

/** The text from `entry` to `end`, moved to its depth; the lines inside strings stay where they are. */
function verbatim(text: string, entry: Entry, end: number, depth: number): Piece["content"] {
  const shift = depth * INDENTATION - entry.column;
  const fixed = entry.kind === "line" ? stringLines(entry) : new Set<number>();
  let at = entry.start;
  const lines = text
    .slice(entry.start, end)
    .trimEnd()
    .split("\n")
    .map((line, i) => {
      const start = at;
      at += line.length + 1;
      if (i === 0 || shift === 0 || line.trim() === "" || fixed.has(start)) return line;
      return shift > 0 ? " ".repeat(shift) + line : line.slice(Math.min(-shift, line.search(/\S/)));
    });
  return { verbatim: lines };
}

/** Offsets of the lines that begin inside a string. */
function stringLines(line: Line): Set<number> {
  const found = new Set<number>();
  const visit = (item: Item): void => {
    if (item.kind === "bracket") return item.content.forEach(visit);
    if (!item.text.includes("\n")) return;
    for (let i = item.text.indexOf("\n"); i >= 0; i = item.text.indexOf("\n", i + 1)) {
      found.add(item.start + i + 1);
    }
  };
  line.items.forEach(visit);
  line.body?.entries.forEach((entry) => {
    if (entry.kind === "line") for (const offset of stringLines(entry)) found.add(offset);
  });
  return found;
}
