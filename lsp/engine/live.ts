/**
 * An analysis that may go on: what it was made from, to see whether an edit left everything but bodies
 * of functions alone (`annotate/again.ts`).
 */
import { again } from "../../dsl/annotate/again.ts";
import type { LiveProgram } from "../../dsl/annotate/annotate.ts";
import { sameFrame } from "../../dsl/bind/frames.ts";
import { changedNames, type Outlines } from "../../dsl/bind/outline.ts";
import type { BoundProgram, ClassSymbol, FunctionSymbol } from "../../dsl/bind/symbols.ts";
import type { ParsedModule } from "../../dsl/grammar/parser.ts";
import type { ChunkTree, FunctionDef } from "../../dsl/syntax/ast.ts";
import type { Diagnostic } from "../../dsl/syntax/diagnostics.ts";
import type { Chunk } from "../../dsl/syntax/source.ts";

export interface Live {
  readonly program: LiveProgram;
  /** Of the program that it was last taken to: as long as it is this one, symbols are what they were. */
  shape: object;
  readonly outlines: Outlines;
  readonly functions: readonly FunctionSymbol[];
  readonly classes: readonly ClassSymbol[];
  /** As of the last edit that it was taken through. */
  readonly defs: Map<FunctionSymbol, FunctionDef | null>;
  trees: ReadonlyMap<string, readonly ChunkTree[]>;
  /** It was left half-way through an edit. */
  isBroken: boolean;
}

export function liveOf(program: LiveProgram, bound: BoundProgram, outlines: Outlines): Live {
  const functions = functionsOf(bound);
  return {
    program,
    shape: bound.shape,
    outlines,
    functions,
    classes: classesOf(bound),
    defs: new Map(functions.map((fn) => [fn, fn.def])),
    trees: treesOf(bound),
    isBroken: false,
  };
}

/**
 * Takes `live` through edits, to `bound`: the annotator's diagnostics now. Null when more changed than
 * bodies of functions, which leaves `live` as it was, or when only a look at the whole program can
 * tell, which breaks it.
 */
export function goOn(
  live: Live,
  bound: BoundProgram,
  outlines: Outlines,
  parsed: (path: string) => ParsedModule | undefined,
  isCancelled: () => boolean,
): readonly Diagnostic[] | null {
  const trees = treesOf(bound);
  const edited = [...trees.keys()].filter((path) => live.trees.get(path) !== trees.get(path));
  const isSameShape = live.shape === bound.shape;
  if (!isSameShape && !isSameAround(live, bound, outlines, edited)) return null;
  const paths = new Set(edited);
  // Symbols that bodies were given to belong to the edited modules; after binding anew, copies of a
  // mixin's methods may not.
  const modules = bound.modules.filter((one) => !isSameShape || paths.has(one.path));
  const changed = new Set(
    modules.flatMap((one) => one.functions.filter((fn) => fn.def !== live.defs.get(fn))),
  );
  if ([...changed].some(isEntangled)) return null;
  for (const fn of changed) live.defs.set(fn, fn.def);
  live.trees = trees;
  live.shape = bound.shape;
  live.isBroken = true;
  const found = again(live.program, {
    bound,
    changed,
    isAlive: aliveIn(paths, parsed),
    isCancelled,
  });
  live.isBroken = found === null;
  return found;
}

/** Whether nothing but bodies of functions is new in a program that was bound anew. */
function isSameAround(
  live: Live,
  bound: BoundProgram,
  outlines: Outlines,
  edited: readonly string[],
): boolean {
  const trees = treesOf(bound);
  return (
    trees.size === live.trees.size &&
    sameItems(functionsOf(bound), live.functions) &&
    sameItems(classesOf(bound), live.classes) &&
    edited.every((path) => {
      const before = live.trees.get(path);
      return before !== undefined && sameFrame(before, trees.get(path)!);
    }) &&
    changedNames(live.outlines, outlines) === null
  );
}

/** Whether a chunk is part of the program, where only these files have changed. */
function aliveIn(
  paths: ReadonlySet<string>,
  parsed: (path: string) => ParsedModule | undefined,
): (chunk: Chunk) => boolean {
  let alive: Set<Chunk> | null = null;
  return (chunk) => {
    if (!paths.has(chunk.file.path)) return true;
    alive ??= new Set(
      [...paths].flatMap((path) =>
        (parsed(path)?.chunks ?? []).flatMap(({ tree, parts }) => [tree.chunk, ...parts]),
      ),
    );
    return alive.has(chunk);
  };
}

function classesOf(bound: BoundProgram): ClassSymbol[] {
  return bound.modules.flatMap((module) => module.classes);
}

function functionsOf(bound: BoundProgram): FunctionSymbol[] {
  return bound.modules.flatMap((module) => module.functions);
}

function treesOf(bound: BoundProgram): Map<string, readonly ChunkTree[]> {
  return new Map(bound.modules.map((module) => [module.path, module.tree.chunks]));
}

function sameItems<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** More than the function's own graph follows from its body. */
function isEntangled(fn: FunctionSymbol): boolean {
  return fn.isGenerator || (fn.name === "__init__" && fn.owner !== null && fn.owner.items !== null);
}
