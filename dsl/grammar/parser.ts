/**
 * Text to tree: `parseModule`. A module is parsed chunk by chunk (see `chunks.ts`), each without
 * knowledge of the others, so that an edited file needs to parse only the chunks whose text changed,
 * and a mistake stays in its chunk. Parsing never throws; what could not be understood is an `error`
 * node, and the diagnostics say why.
 *
 * What knows more of a function than its syntax keeps it by node. So nodes live as long as they can:
 * those of a chunk whose text is the same, and, in a class that was edited, those of the methods whose
 * text is the same. The places in a method are relative to a chunk of its own, which moves with it.
 */
import type { ChunkTree, ClassDef, FunctionDef, Module, Statement } from "../syntax/ast.ts";
import { diagnostic, type Diagnostic } from "../syntax/diagnostics.ts";
import { startOffset, textOf, type Chunk, type SourceFile, type Span } from "../syntax/source.ts";
import { cutText, type Cut } from "./chunks.ts";
import { docOf } from "./definitions.ts";
import { layOut } from "./layout.ts";
import { scan } from "./scanner.ts";
import { RAW_MODULE_FIRST } from "./simple.ts";
import { StatementGrammar } from "./statements.ts";

export interface ParsedChunk {
  readonly tree: ChunkTree;
  /** Syntax errors in this chunk. */
  readonly diagnostics: readonly Diagnostic[];
  /** The `raw module` line, when this chunk is one. */
  readonly rawModule: Span | null;
  /** The chunks of the members of its classes. */
  readonly parts: readonly Chunk[];
}

export interface ParsedModule {
  readonly file: SourceFile;
  readonly module: Module;
  readonly diagnostics: readonly Diagnostic[];
  readonly chunks: readonly ParsedChunk[];
  readonly cut: Cut;
}

let grammar: StatementGrammar | null = null;

/**
 * Parses `file`. With `previous`, an earlier parse of the same file, chunks and methods with the same
 * text are reused: their trees are the same objects, and their `Chunk`s are moved to the new file, so
 * positions in `previous` mean nothing afterwards.
 */
export function parseModule(file: SourceFile, previous?: ParsedModule): ParsedModule {
  // 1. Cut the text.
  const cut = cutText(file.text, previous?.cut);
  const { starts } = cut;

  // 2. Reuse or parse each piece.
  const reuse = reusable(cut, previous?.chunks ?? []);
  const chunks = starts.map((start, i): ParsedChunk => {
    const old = reuse[i];
    if (old === undefined)
      return parseChunk({ file, offset: start, text: detached(textAt(cut, i)) });
    move(old, file, start);
    return old;
  });
  if (previous !== undefined) keepMethods(chunks, previous.chunks, cut);

  // 3. Put the module together.
  const diagnostics = chunks.flatMap((chunk) => chunk.diagnostics);
  const statements = chunks.find((chunk) => chunk.tree.body.length > 0)?.tree.body ?? [];
  for (const chunk of chunks.slice(1)) {
    if (chunk.rawModule === null || chunk.diagnostics.length > 0) continue;
    diagnostics.push(diagnostic("E0105", chunk.rawModule, RAW_MODULE_FIRST));
  }
  const module: Module = {
    path: file.path,
    chunks: chunks.map((chunk) => chunk.tree),
    raw: chunks[0] !== undefined && chunks[0].rawModule !== null,
    doc: docOf(statements),
  };
  return { file, module, diagnostics, chunks, cut };
}

export function parseChunk(chunk: Chunk): ParsedChunk {
  grammar ??= new StatementGrammar();
  const scanned = scan(chunk.text);
  const { tokens, problems } = layOut(chunk.text, scanned.tokens);
  const { body, diagnostics, rawModule, parts } = grammar.parseText(chunk, tokens, [
    ...scanned.problems,
    ...problems,
  ]);
  return { tree: { chunk, body }, diagnostics, rawModule, parts };
}

function move({ tree, parts }: ParsedChunk, file: SourceFile, offset: number): void {
  const by = offset - tree.chunk.offset;
  tree.chunk.file = file;
  tree.chunk.offset = offset;
  for (const part of parts) {
    part.file = file;
    part.offset += by;
  }
}

// -------------------------------------------------------------------- methods of edited classes

/** Puts methods of `previous` in the place of those that say the same, in classes parsed anew. */
function keepMethods(
  chunks: ParsedChunk[],
  previous: readonly ParsedChunk[],
  { sameHead, sameTail }: Cut,
): void {
  const between = (all: readonly ParsedChunk[]) => all.slice(sameHead, all.length - sameTail);
  const reused = new Set(between(chunks));
  const known = new Set(between(previous));
  const gone = [...known].filter((chunk) => !reused.has(chunk));
  if (gone.length === 0) return;
  const old = new Map<string, [ClassDef, ParsedChunk]>();
  for (const chunk of gone)
    for (const s of chunk.tree.body) if (s.kind === "class") old.set(s.name.text, [s, chunk]);
  between(chunks).forEach((chunk, i) => {
    if (known.has(chunk)) return;
    const kept = new Map<Chunk, Chunk>();
    const body = chunk.tree.body.map((s): Statement => {
      const before = s.kind === "class" ? old.get(s.name.text) : undefined;
      if (s.kind !== "class" || before === undefined) return s;
      old.delete(s.name.text);
      return { ...s, body: membersOf([s, chunk], before, kept) };
    });
    if (kept.size === 0) return;
    const parts = chunk.parts.map((part) => kept.get(part) ?? part);
    chunks[sameHead + i] = { ...chunk, tree: { chunk: chunk.tree.chunk, body }, parts };
  });
}

type ClassIn = readonly [ClassDef, ParsedChunk];

/** The members of a class, with the old methods where those are the same; `kept` gets their chunks. */
function membersOf(now: ClassIn, before: ClassIn, kept: Map<Chunk, Chunk>): Statement[] {
  const old = new Map<string, FunctionDef>();
  for (const s of before[0].body) {
    if (s.kind === "def" && isSound(s, before)) old.set(textOf(s.span), s);
  }
  return now[0].body.map((s): Statement => {
    if (s.kind !== "def" || !isSound(s, now)) return s;
    const text = textOf(s.span);
    const known = old.get(text);
    if (known === undefined || columnOf(known.span) !== columnOf(s.span)) return s;
    // Each is used once.
    old.delete(text);
    const { chunk } = known.span;
    chunk.file = s.span.chunk.file;
    chunk.offset = startOffset(s.span) - known.span.start;
    kept.set(s.span.chunk, chunk);
    return known;
  });
}

/** It has its own chunk, and nothing is wrong in it. */
function isSound({ span: at }: FunctionDef, [, chunk]: ClassIn): boolean {
  return (
    chunk.parts.includes(at.chunk) &&
    chunk.diagnostics.every(({ span }) => span.end < at.start || span.start > at.end)
  );
}

function columnOf(at: Span): number {
  return at.start - (at.chunk.text.lastIndexOf("\n", at.start - 1) + 1);
}

/**
 * For each piece, a chunk of the previous parse with that text; no chunk is used twice. Most edits
 * leave a long beginning and a long end alone; what lies between is looked up by text.
 */
function reusable(cut: Cut, old: readonly ParsedChunk[]): readonly (ParsedChunk | undefined)[] {
  const { starts, sameHead, sameTail } = cut;
  const byText = new Map<string, ParsedChunk[]>();
  for (const chunk of old.slice(sameHead, old.length - sameTail)) {
    const { text } = chunk.tree.chunk;
    const list = byText.get(text);
    if (list === undefined) byText.set(text, [chunk]);
    else list.push(chunk);
  }
  const end = starts.length - sameTail;
  const between = starts
    .slice(sameHead, end)
    .map((_, i) =>
      byText.size === 0 ? undefined : byText.get(textAt(cut, sameHead + i))?.shift(),
    );
  return [...old.slice(0, sameHead), ...between, ...old.slice(old.length - sameTail)];
}

function textAt({ text, starts }: Cut, piece: number): string {
  return text.slice(starts[piece], starts[piece + 1] ?? text.length);
}

/** A copy that does not keep the text it was cut from in memory, as a slice would. */
function detached(text: string): string {
  return ` ${text}`.slice(1);
}
