/**
 * The form that optimisation passes work on: *open* graphs, in which a block may use whatever the
 * blocks that dominate it define. (Everybody else sees self-contained blocks.)
 *
 *     b0(x): goto b1(x)                  b0(x): goto b1()
 *     b1(y): … y …; goto b1(y)     →     b1():  … x …; goto b1()
 *
 * `open` removes every parameter that is given one and the same value by all links; `close` is
 * `containBlocks`. Passes then replace a value everywhere without threading it through links, and
 * what nobody uses is not passed on when the graph is closed.
 *
 * Law: `close` after `open` gives an equivalent graph, with at most as many parameters.
 */
import { exitLinks } from "../../dsl/flow/graph.ts";
import { containBlocks, dropUnreachable, mapReads } from "../ll/contain.ts";
import { SideSet, SideTable } from "../../dsl/flow/side-table.ts";
import type { LLBlock, LLGraph, LLValue, LLVariable } from "../ll/program.ts";
import { sameMachineType } from "../ll/types.ts";

/** Puts a graph into open form; says how many parameters went. */
export function open(graph: LLGraph): number {
  dropUnreachable(graph);
  const roots = findRoots(graph);
  return replaceByRoots(graph, roots);
}

export { containBlocks as close };

/** For each parameter, the one value that it always has; itself when there are several. */
type Roots = (LLValue | undefined)[];

/**
 * Optimistic: a parameter has no value until some link brings one, so that loops which only pass a
 * value around do not count as another one. Once a parameter is found to have several it stays so,
 * and what had its former value is asked again; that ends.
 */
function findRoots(graph: LLGraph): Roots {
  const roots: Roots = [];
  const isParam = new SideSet<LLVariable>();
  for (const block of graph.blocks) for (const param of block.params) isParam.add(param);
  for (const param of graph.entry.params) roots[param.id] = param;
  const before = predecessors(graph);
  const blocks = graph.blocks.filter((block) => block !== graph.entry && block.params.length > 0);
  let changed = true;
  while (changed) {
    changed = false;
    for (const block of blocks) {
      const edges = before.get(block)!;
      for (let i = 0; i < block.params.length; i++) {
        const param = block.params[i]!;
        const old = roots[param.id];
        if (old === param) continue;
        const root = meet(roots, isParam, edges, i, param);
        if (root === undefined || (old !== undefined && sameValue(old, root))) continue;
        roots[param.id] = root;
        changed = true;
      }
    }
  }
  return roots;
}

/** What all links bring for the i-th parameter; the parameter itself if that differs. */
function meet(
  roots: Roots,
  isParam: SideSet<LLVariable>,
  edges: readonly Edge[],
  index: number,
  param: LLVariable,
): LLValue | undefined {
  let common: LLValue | undefined;
  for (const { link } of edges) {
    const arg = link.args[index]!;
    const incoming = arg.kind === "var" && isParam.has(arg) ? roots[arg.id] : arg;
    if (incoming === undefined || incoming === param) continue;
    if (!sameMachineType(param.type, incoming.type)) return param;
    if (common === undefined) common = incoming;
    else if (!sameValue(common, incoming)) return param;
  }
  return common;
}

export function sameValue(a: LLValue, b: LLValue): boolean {
  if (a === b) return true;
  if (a.kind !== "const" || b.kind !== "const" || a.type.kind !== b.type.kind) return false;
  const [x, y] = [a.value, b.value];
  switch (x.kind) {
    case "int":
    case "bool":
      return y.kind === x.kind && x.value === y.value;
    case "float":
      return y.kind === "float" && Object.is(x.value, y.value);
    case "null":
    case "void":
      return y.kind === x.kind;
    case "object":
      return y.kind === "object" && x.object === y.object;
    case "function":
      return y.kind === "function" && x.function === y.function;
  }
}

function replaceByRoots(graph: LLGraph, roots: Roots): number {
  let removed = 0;
  const changed: LLBlock[] = [];
  const kept = new SideTable<LLBlock, readonly number[]>();
  for (const block of graph.blocks) {
    if (block.params.every((param) => roots[param.id] === param)) continue;
    changed.push(block);
    const indices = block.params
      .map((_, i) => i)
      .filter((i) => roots[block.params[i]!.id] === block.params[i]);
    removed += block.params.length - indices.length;
    kept.set(block, indices);
  }
  if (removed === 0) return 0;
  for (const block of graph.blocks) {
    for (const link of exitLinks(block.exit)) {
      const indices = kept.get(link.target);
      if (indices !== undefined) link.args = indices.map((i) => link.args[i]!);
    }
  }
  for (const block of changed) block.params = kept.get(block)!.map((i) => block.params[i]!);
  for (const block of graph.blocks) mapReads(block, (value) => finalRoot(roots, value));
  return removed;
}

/** Roots of roots were found already; a root that is a removed parameter cannot be. */
function finalRoot(roots: Roots, value: LLValue): LLValue {
  return value.kind === "var" ? (roots[value.id] ?? value) : value;
}

// ---------------------------------------------------------------- facts about graphs

/** Links by the block they lead to. */
export interface Edge {
  readonly from: LLBlock;
  readonly link: { target: LLBlock; args: LLValue[] };
}

export function predecessors(graph: LLGraph): SideTable<LLBlock, Edge[]> {
  const found = new SideTable<LLBlock, Edge[]>();
  for (const block of graph.blocks) found.set(block, []);
  for (const from of graph.blocks)
    for (const link of exitLinks(from.exit)) found.get(link.target)?.push({ from, link });
  return found;
}

/** Replaces values everywhere; replacements may be replaced themselves. */
export class Replacements {
  private readonly byId: (LLValue | undefined)[] = [];
  count = 0;

  set(variable: LLVariable, value: LLValue): void {
    if (this.byId[variable.id] === undefined) this.count++;
    this.byId[variable.id] = value;
  }

  get(value: LLValue): LLValue {
    let now = value;
    while (now.kind === "var") {
      const next = this.byId[now.id];
      if (next === undefined) return now;
      now = next;
    }
    return now;
  }

  apply(graph: LLGraph): void {
    if (this.count === 0) return;
    for (const block of graph.blocks) mapReads(block, (value) => this.get(value));
  }
}

/** The dominator tree of an open graph whose blocks are in reverse postorder (Cooper, Harvey, Kennedy). */
export interface Dominators {
  /** By position in `graph.blocks`; the entry's is itself. */
  readonly parents: readonly number[];
  readonly children: readonly (readonly number[])[];
}

export function dominators(graph: LLGraph): Dominators {
  const { blocks } = graph;
  const position = new SideTable<LLBlock, number>();
  blocks.forEach((block, i) => position.set(block, i));
  const before: number[][] = blocks.map(() => []);
  blocks.forEach((block, i) => {
    for (const link of exitLinks(block.exit)) before[position.get(link.target)!]!.push(i);
  });
  const parents: number[] = blocks.map(() => -1);
  parents[0] = 0;
  const meet = (a: number, b: number): number => {
    while (a !== b) {
      while (a > b) a = parents[a]!;
      while (b > a) b = parents[b]!;
    }
    return a;
  };
  let changed = true;
  while (changed) {
    changed = false;
    for (let i = 1; i < blocks.length; i++) {
      let parent = -1;
      for (const one of before[i]!)
        if (parents[one] !== -1) parent = parent === -1 ? one : meet(parent, one);
      if (parent !== parents[i]) {
        parents[i] = parent;
        changed = true;
      }
    }
  }
  const children: number[][] = blocks.map(() => []);
  for (let i = 1; i < blocks.length; i++) children[parents[i]!]!.push(i);
  return { parents, children };
}
