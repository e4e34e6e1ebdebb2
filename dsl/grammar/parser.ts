/**
 * Text to tree: `parseModule`. A module is parsed chunk by chunk (see `chunks.ts`), each without
 * knowledge of the others, so that an edited file needs to parse only the chunks whose text changed,
 * and a mistake stays in its chunk. Parsing never throws; what could not be understood is an `error`
 * node, and the diagnostics say why.
 */
import type { ChunkTree, Module } from "../syntax/ast.ts";
import { diagnostic, type Diagnostic } from "../syntax/diagnostics.ts";
import type { Chunk, SourceFile, Span } from "../syntax/source.ts";
import { chunkStarts } from "./chunks.ts";
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
}

export interface ParsedModule {
  readonly file: SourceFile;
  readonly module: Module;
  readonly diagnostics: readonly Diagnostic[];
  readonly chunks: readonly ParsedChunk[];
}

let grammar: StatementGrammar | null = null;

/**
 * Parses `file`. With `previous`, an earlier parse of the same file, chunks with the same text are
 * reused: their trees are the same objects, and their `Chunk`s are moved to the new file, so
 * positions in `previous` mean nothing afterwards.
 */
export function parseModule(file: SourceFile, previous?: ParsedModule): ParsedModule {
  // 1. Cut the text.
  const starts = file.text === "" ? [] : chunkStarts(file.text);
  const texts = starts.map((start, i) => file.text.slice(start, starts[i + 1] ?? file.text.length));

  // 2. Reuse or parse each piece.
  const reuse = reusable(texts, previous?.chunks ?? []);
  const chunks = texts.map((text, i) => {
    const old = reuse[i];
    if (old === undefined) return parseChunk({ file, offset: starts[i]!, text: detached(text) });
    old.tree.chunk.file = file;
    old.tree.chunk.offset = starts[i]!;
    return old;
  });

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
  return { file, module, diagnostics, chunks };
}

export function parseChunk(chunk: Chunk): ParsedChunk {
  grammar ??= new StatementGrammar();
  const scanned = scan(chunk.text);
  const { tokens, problems } = layOut(chunk.text, scanned.tokens);
  const { body, diagnostics, rawModule } = grammar.parseText(chunk, tokens, [
    ...scanned.problems,
    ...problems,
  ]);
  return { tree: { chunk, body }, diagnostics, rawModule };
}

/**
 * For each text, a chunk of the previous parse with that text; no chunk is used twice. Most edits
 * leave a long beginning and a long end alone; what lies between is looked up by text.
 */
function reusable(
  texts: readonly string[],
  old: readonly ParsedChunk[],
): (ParsedChunk | undefined)[] {
  const reuse = new Array<ParsedChunk | undefined>(texts.length).fill(undefined);
  let head = 0;
  const same = (i: number, j: number) => texts[i] === old[j]!.tree.chunk.text;
  while (head < texts.length && head < old.length && same(head, head)) {
    reuse[head] = old[head];
    head++;
  }
  let tail = texts.length;
  let oldTail = old.length;
  while (tail > head && oldTail > head && same(tail - 1, oldTail - 1)) {
    reuse[--tail] = old[--oldTail];
  }
  const byText = new Map<string, ParsedChunk[]>();
  for (const chunk of old.slice(head, oldTail)) {
    const { text } = chunk.tree.chunk;
    const list = byText.get(text);
    if (list === undefined) byText.set(text, [chunk]);
    else list.push(chunk);
  }
  if (byText.size > 0) {
    for (let i = head; i < tail; i++) reuse[i] = byText.get(texts[i]!)?.shift();
  }
  return reuse;
}

/** A copy that does not keep the text it was cut from in memory, as a slice would. */
function detached(text: string): string {
  return ` ${text}`.slice(1);
}
