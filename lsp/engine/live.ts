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

export interface Live {
  readonly program: LiveProgram;
  readonly outlines: Outlines;
  readonly functions: readonly FunctionSymbol[];
  readonly classes: readonly ClassSymbol[];
  /** As of the last edit that it was taken through. */
  defs: readonly (FunctionDef | null)[];
  trees: ReadonlyMap<string, readonly ChunkTree[]>;
  /** It was left half-way through an edit. */
  isBroken: boolean;
}

export function liveOf(program: LiveProgram, bound: BoundProgram, outlines: Outlines): Live {
  const functions = functionsOf(bound);
  return {
    program,
    outlines,
    functions,
    classes: bound.modules.flatMap((module) => module.classes),
    defs: functions.map((fn) => fn.def),
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
  const functions = functionsOf(bound);
  const classes = bound.modules.flatMap((module) => module.classes);
  const trees = treesOf(bound);
  if (!sameItems(functions, live.functions) || !sameItems(classes, live.classes)) return null;
  const edited = [...trees].filter(([path, chunks]) => live.trees.get(path) !== chunks);
  if (trees.size !== live.trees.size) return null;
  const onlyBodies = edited.every(([path, chunks]) => sameFrame(live.trees.get(path)!, chunks));
  if (!onlyBodies || changedNames(live.outlines, outlines) !== null) return null;
  const changed = new Set(functions.filter((fn, i) => fn.def !== live.defs[i]));
  if ([...changed].some(isEntangled)) return null;
  live.defs = functions.map((fn) => fn.def);
  live.trees = trees;
  const paths = new Set(edited.map(([path]) => path));
  const alive = new Set(
    [...paths].flatMap((path) =>
      (parsed(path)?.chunks ?? []).flatMap(({ tree, parts }) => [tree.chunk, ...parts]),
    ),
  );
  live.isBroken = true;
  const found = again(live.program, {
    bound,
    changed,
    isAlive: (chunk) => !paths.has(chunk.file.path) || alive.has(chunk),
    isCancelled,
  });
  live.isBroken = found === null;
  return found;
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
