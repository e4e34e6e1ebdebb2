/**
 * What stands around the bodies of functions. Two versions of a file with the same frames differ in
 * bodies alone, so whatever follows from its definitions without a look into them is the same.
 */
import type { ChunkTree, FunctionDef, Statement } from "../syntax/ast.ts";
import type { BoundProgram } from "./symbols.ts";

/**
 * Two versions of a file that differ in nothing but bodies of functions, and in that some functions of
 * the module are new, or gone: those whose definitions satisfy the conditions. `before` was noted.
 */
export function sameButFor(
  before: readonly ChunkTree[],
  now: readonly ChunkTree[],
  isGone: (def: FunctionDef) => boolean,
  isNew: (def: FunctionDef) => boolean,
): boolean {
  const old = before.filter((chunk) => !isOnly(chunk, isGone));
  const fresh = now.filter((chunk) => !isOnly(chunk, isNew));
  return (
    old.length === fresh.length &&
    old.every((chunk, i) => chunk === fresh[i] || isAlike(chunk, fresh[i]!))
  );
}

/** The chunk is one function that satisfies the condition. */
function isOnly({ body }: ChunkTree, condition: (def: FunctionDef) => boolean): boolean {
  const [first, ...others] = body;
  return first?.kind === "def" && others.length === 0 && condition(first);
}

/** What follows a definition, up to the next one, is its chunk's: empty lines and comments do not matter. */
function isAlike(before: ChunkTree, now: ChunkTree): boolean {
  const [first, ...others] = now.body;
  const isDefinition = first?.kind === "def" || first?.kind === "class";
  const old = frames.get(before);
  return (
    isDefinition &&
    others.length === 0 &&
    old !== undefined &&
    old.replace(REST, "") === frameOf(now).replace(REST, "")
  );
}

const REST = /(?:\n[ \t]*(?:#[^\n"']*)?)*$/;

/** Whether what stands around the bodies of a chunk's functions, comments left out, says one of the names. */
export function frameMentions(chunk: ChunkTree, names: ReadonlySet<string>): boolean {
  const frame = frameOf(chunk);
  if (![...names].some((name) => frame.includes(name))) return false;
  const code = frame.replace(NO_CODE, (text, prefix: string | undefined) =>
    /f/i.test(prefix ?? "") ? text : " ",
  );
  return (code.match(WORD) ?? []).some((word) => names.has(word));
}

/** A comment, or a string with its prefix: those with an `f` hold code. */
const NO_CODE =
  /#[^\n]*|([A-Za-z]*)(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')/g;

const WORD = /[\p{L}_][\p{L}\p{N}_]*/gu;

/** Two versions of a file that differ in nothing but bodies of functions; `before` was noted. */
export function sameFrame(before: readonly ChunkTree[], now: readonly ChunkTree[]): boolean {
  return (
    before.length === now.length &&
    before.every((chunk, i) => chunk === now[i] || frames.get(chunk) === frameOf(now[i]!))
  );
}

/**
 * Remembers the frames of the user's modules while their chunks are part of their files: later,
 * methods may have moved to another version of their class.
 */
export function noteFrames(program: BoundProgram): void {
  for (const { isLibrary, tree } of program.modules) if (!isLibrary) tree.chunks.forEach(frameOf);
}

const frames = new WeakMap<ChunkTree, string>();

/** The text of a chunk without the bodies of its functions. */
function frameOf(tree: ChunkTree): string {
  let frame = frames.get(tree);
  if (frame !== undefined) return frame;
  const { text } = tree.chunk;
  const parts: string[] = [];
  let at = 0;
  for (const { span, headSpan } of functionsIn(tree.body)) {
    // A method kept from an earlier version stands in another text, as far from its own start.
    const start = span.chunk.offset - tree.chunk.offset + headSpan.end;
    const end = span.chunk.offset - tree.chunk.offset + span.end;
    parts.push(text.slice(at, start));
    at = end;
  }
  parts.push(text.slice(at));
  frame = parts.join("\0");
  frames.set(tree, frame);
  return frame;
}

/** Functions and methods, in order, without those that are nested in functions. */
export function functionsIn(body: readonly Statement[]): FunctionDef[] {
  return body.flatMap((s) =>
    s.kind === "def" ? [s] : s.kind === "class" ? functionsIn(s.body) : [],
  );
}
