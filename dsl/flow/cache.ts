/**
 * Flow graphs of functions that an edit left alone, for a program that is analysed again and again.
 *
 * A graph is built from the function's syntax and from what the names in it mean. So it serves again
 * while the function is the same node (an edited function is another one) and no name that it mentions
 * has another outline (`bind/outline.ts`); the symbols that it points at are the same objects
 * (`bind/keep.ts`). Every specialisation of a function gets the same graph.
 *
 * A generator is built each time: its frame is a class per specialisation.
 */
import { sameStatic } from "../bind/constants.ts";
import { functionNode } from "../bind/define.ts";
import { changedNames, outlinesOf, type Outlines } from "../bind/outline.ts";
import type { BoundProgram, FunctionSymbol, StaticValue } from "../bind/symbols.ts";
import { textOf } from "../syntax/source.ts";
import { build, type FlowResult } from "./build.ts";
import { isResumption } from "./generators.ts";

interface Entry {
  /** What the function was made from: its node; of a module's body, its statements. */
  readonly source: unknown;
  readonly constArgs: ReadonlyMap<string, StaticValue>;
  readonly starCount: number;
  readonly result: FlowResult;
  used: boolean;
}

export class FlowCache {
  #entries = new Map<FunctionSymbol, Entry[]>();
  #outlines: Outlines | null = null;
  #program: BoundProgram | null = null;

  /** The program is now this one. */
  rebind(program: BoundProgram): void {
    const isSame = program.shape === this.#program?.shape;
    this.#program = program;
    if (isSame) return;
    const outlines = outlinesOf(program);
    const changed = this.#outlines === null ? null : changedNames(this.#outlines, outlines);
    this.#outlines = outlines;
    if (changed !== null)
      for (const fn of this.#entries.keys()) if (mentions(fn, changed)) this.#entries.delete(fn);
  }

  /** Of the program as it is now. */
  get outlines(): Outlines {
    return this.#outlines!;
  }

  graph(
    fn: FunctionSymbol,
    constArgs: ReadonlyMap<string, StaticValue>,
    starCount: number,
  ): FlowResult {
    const known = this.#entries.get(fn) ?? [];
    const source = sourceOf(fn);
    const entry = known.find(
      (one) =>
        one.source === source && one.starCount === starCount && sameMap(one.constArgs, constArgs),
    );
    if (entry !== undefined) {
      entry.used = true;
      return entry.result;
    }
    const recordPlaces = !fn.module.isLibrary;
    const context = { program: this.#program!, constArgs, starCount, recordPlaces };
    if (fn.isGenerator || isResumption(fn)) return build(fn, context);
    const result = build(fn, context);
    const fresh = { source, constArgs, starCount, result, used: true };
    this.#entries.set(fn, [...known.filter((one) => one.source === source), fresh]);
    return result;
  }

  /** The analysis is complete: what it did not ask for is forgotten. */
  sweep(): void {
    const kept = new Map<FunctionSymbol, Entry[]>();
    for (const [fn, entries] of this.#entries) {
      const used = entries.filter((one) => one.used);
      for (const one of used) one.used = false;
      if (used.length > 0) kept.set(fn, used);
    }
    this.#entries = kept;
  }
}

function sourceOf(fn: FunctionSymbol): unknown {
  return functionNode(fn) ?? fn.body;
}

/** Constants are compared as what they are: equal numbers, the same symbols. */
function sameMap(
  a: ReadonlyMap<string, StaticValue>,
  b: ReadonlyMap<string, StaticValue>,
): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !sameStatic(value, other)) return false;
  }
  return true;
}

// -------------------------------------------------------------------- mentioned names

const WORD = /[\p{L}_][\p{L}\p{N}_]*/gu;

const words = new WeakMap<object, ReadonlySet<string>>();

/** Whether the function says one of the names, or belongs to a class of that name. */
export function mentions(fn: FunctionSymbol, names: ReadonlySet<string>): boolean {
  for (let at: FunctionSymbol | null = fn; at !== null; at = at.outer)
    if (at.owner !== null && names.has(at.owner.name)) return true;
  for (const word of wordsOf(fn)) if (names.has(word)) return true;
  return false;
}

function wordsOf(fn: FunctionSymbol): ReadonlySet<string> {
  const source = sourceOf(fn) as object;
  let found = words.get(source);
  if (found === undefined) {
    const node = functionNode(fn);
    const texts = node === null ? fn.body.map((s) => textOf(s.span)) : [textOf(node.span)];
    found = new Set(texts.flatMap((text) => text.match(WORD) ?? []));
    words.set(source, found);
  }
  return found;
}
