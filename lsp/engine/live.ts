/**
 * An analysis that may go on: what it was made from, to see whether an edit left everything but
 * functions alone (`annotate/again.ts`).
 */
import { again } from "../../dsl/annotate/again.ts";
import type { LiveProgram } from "../../dsl/annotate/annotate.ts";
import { frameMentions, sameButFor, sameFrame } from "../../dsl/bind/frames.ts";
import { changedNames, type Outlines } from "../../dsl/bind/outline.ts";
import type { BoundProgram, ClassSymbol, FunctionSymbol } from "../../dsl/bind/symbols.ts";
import { mentions } from "../../dsl/flow/cache.ts";
import type { ParsedModule } from "../../dsl/grammar/parser.ts";
import type { ChunkTree, FunctionDef } from "../../dsl/syntax/ast.ts";
import type { Diagnostic } from "../../dsl/syntax/diagnostics.ts";
import type { Chunk } from "../../dsl/syntax/source.ts";

export interface Live {
  readonly program: LiveProgram;
  /** Of the program that it was last taken to: as long as it is this one, symbols are what they were. */
  shape: object;
  outlines: Outlines;
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
    classes: classesOf(bound),
    defs: new Map(functions.map((fn) => [fn, fn.def])),
    trees: treesOf(bound),
    isBroken: false,
  };
}

/**
 * Takes `live` through edits, to `bound`: the annotator's diagnostics now. Null when more changed than
 * bodies of functions, and functions that are new or gone and that no class, type or signature mentions,
 * which leaves `live` as it was; or when only a look at the whole program can tell, which breaks it.
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
  const around = isSameShape ? NOTHING_AROUND : changedAround(live, bound, outlines, edited);
  if (around === null) return null;
  const paths = new Set(edited);
  // Symbols that bodies were given to belong to the edited modules; after binding anew, copies of a
  // mixin's methods may not.
  const modules = bound.modules.filter((one) => !isSameShape || paths.has(one.path));
  const functions = modules.flatMap((one) => one.functions);
  const changed = new Set(
    functions.filter((fn) => !around.added.has(fn) && fn.def !== live.defs.get(fn)),
  );
  for (const fn of around.mentioning) changed.add(fn);
  if ([...changed].some(isEntangled)) return null;
  for (const fn of [...changed, ...around.added]) live.defs.set(fn, fn.def);
  for (const fn of around.removed) live.defs.delete(fn);
  live.trees = trees;
  live.shape = bound.shape;
  live.outlines = outlines;
  live.isBroken = true;
  const found = again(live.program, {
    bound,
    changed,
    removed: around.removed,
    hasNew: around.added.size > 0,
    isAlive: aliveIn(paths, parsed),
    isCancelled,
  });
  live.isBroken = found === null;
  return found;
}

/**
 * An edit that changes nothing: code that has run before is fast when somebody waits for it. `live` is as
 * it was, or broken.
 */
export function rehearse(live: Live, bound: BoundProgram): void {
  const fn = [...live.defs.keys()].find((one) => isPlain(one) && !one.isAbstract);
  if (fn === undefined) return;
  live.isBroken = true;
  const found = again(live.program, {
    bound,
    changed: new Set([fn]),
    removed: new Set(),
    hasNew: false,
    isAlive: () => true,
    isCancelled: () => false,
  });
  live.isBroken = found === null;
}

/** What is new in a program besides bodies of functions. */
interface Around {
  readonly added: ReadonlySet<FunctionSymbol>;
  readonly removed: ReadonlySet<FunctionSymbol>;
  /** Functions that say the name of one of those, whatever that means. */
  readonly mentioning: readonly FunctionSymbol[];
}

const NOTHING_AROUND: Around = { added: new Set(), removed: new Set(), mentioning: [] };

/** What is new in a program that was bound anew; null if it is more than plain functions of modules. */
function changedAround(
  live: Live,
  bound: BoundProgram,
  outlines: Outlines,
  edited: readonly string[],
): Around | null {
  const trees = treesOf(bound);
  if (trees.size !== live.trees.size || !sameItems(classesOf(bound), live.classes)) return null;
  const functions = functionsOf(bound);
  const now = new Set(functions);
  const added = new Set(functions.filter((fn) => !live.defs.has(fn)));
  const removed = new Set([...live.defs.keys()].filter((fn) => !now.has(fn)));
  if (![...added, ...removed].every(isPlain)) return null;
  // 1. Modules say the same but for those.
  const newDefs = new Set([...added].map((fn) => fn.def));
  const goneDefs = new Set([...removed].map((fn) => live.defs.get(fn)!));
  const isSame = edited.every((path) => {
    const before = live.trees.get(path);
    if (before === undefined) return false;
    return added.size + removed.size === 0
      ? sameFrame(before, trees.get(path)!)
      : sameButFor(
          before,
          trees.get(path)!,
          (def) => goneDefs.has(def),
          (def) => newDefs.has(def),
        );
  });
  if (!isSame) return null;
  // 2. No name means something else but theirs, and only bodies of functions say those.
  const changed = changedNames(live.outlines, outlines);
  const names = new Set([...added, ...removed].map((fn) => fn.name));
  if (changed !== null && ![...changed].every((name) => names.has(name))) return null;
  if (names.size === 0) return NOTHING_AROUND;
  const own = bound.modules.filter((module) => !module.isLibrary);
  const isSaid = own.some(({ tree }) =>
    tree.chunks.some(
      (chunk) => !newDefs.has(chunk.body[0] as FunctionDef) && frameMentions(chunk, names),
    ),
  );
  if (isSaid) return null;
  const others = own.flatMap((module) => module.functions.filter((fn) => !added.has(fn)));
  return { added, removed, mentioning: others.filter((fn) => mentions(fn, names)) };
}

/** A function that follows from nothing but its text, and is nothing but itself to others. */
function isPlain(fn: FunctionSymbol): boolean {
  return (
    fn.flavour === "function" &&
    fn.owner === null &&
    fn.outer === null &&
    fn.def !== null &&
    fn.hints.size === 0 &&
    fn.name !== "main" &&
    !fn.isGenerator &&
    !fn.module.isLibrary &&
    !fn.module.tree.raw
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
