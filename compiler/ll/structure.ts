/**
 * Flow graphs as structured code: loops, labelled blocks and jumps out of them, for targets without
 * goto (JavaScript, WebAssembly).
 *
 * The method is Norman Ramsey's ("Beyond Relooper", ICFP 2022). A block is placed inside its
 * immediate dominator. If several forward links lead to it, it is put behind a label that they
 * break out of; if a single one does, it takes that link's place; links back to a dominator
 * continue its loop. A graph with a loop of two entries has no such form (null is the answer); none
 * comes from Wright source.
 *
 * All code ends in a jump, so what would be nested as the `else` of a test may follow it instead:
 * `next` marks the one link whose target's code comes right behind. Depth then follows the nesting
 * of the source, not its length.
 */
import { exitLinks } from "../../dsl/flow/graph.ts";
import { reachableBlocks } from "./contain.ts";
import type { LLBlock, LLGraph, LLLink } from "./program.ts";

export type Shape =
  /** A block's ops and exit; one jump per link, in the order of `exitLinks`. */
  | { readonly kind: "block"; readonly block: LLBlock; readonly jumps: readonly Jump[] }
  /** The body is repeated by `continue` jumps to the header, which it begins with. */
  | { readonly kind: "loop"; readonly header: LLBlock; readonly body: readonly Shape[] }
  /** `break` jumps to the target lead behind the body, where the target's code is. */
  | { readonly kind: "label"; readonly target: LLBlock; readonly body: readonly Shape[] };

export type Jump =
  | { readonly kind: "continue" | "break" | "next" }
  | { readonly kind: "inline"; readonly body: readonly Shape[] };

export function structure(graph: LLGraph): Shape[] | null {
  const flow = analyse(graph);
  return flow === null ? null : sequence(flow, graph.entry);
}

interface Flow {
  /** Position in reverse postorder. */
  readonly position: ReadonlyMap<LLBlock, number>;
  readonly loopHeaders: ReadonlySet<LLBlock>;
  /** Blocks to which more than one forward link leads. */
  readonly merges: ReadonlySet<LLBlock>;
  /** Merges by immediate dominator, in reverse postorder. */
  readonly mergesBelow: ReadonlyMap<LLBlock, readonly LLBlock[]>;
  /** Number of blocks that a block dominates. */
  readonly weight: ReadonlyMap<LLBlock, number>;
}

function analyse(graph: LLGraph): Flow | null {
  const order = reachableBlocks(graph);
  const position = new Map(order.map((block, i) => [block, i]));
  const dominators = immediateDominators(order, position);
  const loopHeaders = new Set<LLBlock>();
  const forward = new Map<LLBlock, number>();
  for (const [i, block] of order.entries()) {
    for (const { target } of exitLinks(block.exit)) {
      const j = position.get(target)!;
      if (j > i) forward.set(target, (forward.get(target) ?? 0) + 1);
      else if (dominates(dominators, j, i)) loopHeaders.add(target);
      else return null;
    }
  }
  const merges = new Set(order.filter((block) => (forward.get(block) ?? 0) > 1));
  return { position, loopHeaders, merges, ...dominatorTree(order, dominators, merges) };
}

function dominatorTree(
  order: readonly LLBlock[],
  dominators: readonly number[],
  merges: ReadonlySet<LLBlock>,
): Pick<Flow, "mergesBelow" | "weight"> {
  const mergesBelow = new Map<LLBlock, LLBlock[]>();
  const weight = new Map(order.map((block) => [block, 1]));
  for (const [i, block] of order.entries()) {
    if (!merges.has(block)) continue;
    const above = order[dominators[i]!]!;
    const known = mergesBelow.get(above);
    if (known === undefined) mergesBelow.set(above, [block]);
    else known.push(block);
  }
  for (let i = order.length - 1; i > 0; i--) {
    const above = order[dominators[i]!]!;
    weight.set(above, weight.get(above)! + weight.get(order[i]!)!);
  }
  return { mergesBelow, weight };
}

/** Positions of immediate dominators, as in Cooper, Harvey and Kennedy's simple algorithm. */
function immediateDominators(
  order: readonly LLBlock[],
  position: ReadonlyMap<LLBlock, number>,
): number[] {
  const predecessors: number[][] = order.map(() => []);
  for (const [i, block] of order.entries()) {
    for (const { target } of exitLinks(block.exit)) predecessors[position.get(target)!]!.push(i);
  }
  const found: number[] = order.map((_, i) => (i === 0 ? 0 : -1));
  for (let changed = true; changed;) {
    changed = false;
    for (let i = 1; i < order.length; i++) {
      const known = predecessors[i]!.filter((before) => found[before]! >= 0);
      const dominator = known.reduce((a, b) => commonDominator(found, a, b));
      if (found[i] !== dominator) changed = true;
      found[i] = dominator;
    }
  }
  return found;
}

function commonDominator(dominators: readonly number[], a: number, b: number): number {
  while (a !== b) {
    if (a > b) a = dominators[a]!;
    else b = dominators[b]!;
  }
  return a;
}

function dominates(dominators: readonly number[], above: number, below: number): boolean {
  let at = below;
  while (at > above) at = dominators[at]!;
  return at === above;
}

// ---------------------------------------------------------------- placing

/** The code of a block and of all that it dominates. */
function sequence(flow: Flow, first: LLBlock): Shape[] {
  const whole: Shape[] = [];
  let shapes = whole;
  let block: LLBlock | null = first;
  while (block !== null) {
    if (flow.loopHeaders.has(block)) {
      const body: Shape[] = [];
      shapes.push({ kind: "loop", header: block, body });
      shapes = body;
    }
    const placed = place(flow, block);
    const merges: readonly LLBlock[] = flow.mergesBelow.get(block) ?? [];
    if (merges.length === 0) {
      shapes.push(placed.shape);
      block = placed.next;
      continue;
    }
    let body: Shape[] = [placed.shape];
    if (placed.next !== null) body.push(...sequence(flow, placed.next));
    for (const merge of merges.slice(0, -1)) {
      body = [{ kind: "label", target: merge, body }, ...sequence(flow, merge)];
    }
    const last = merges.at(-1)!;
    shapes.push({ kind: "label", target: last, body });
    block = last;
  }
  return whole;
}

/** A block with its jumps, and the block whose code is to follow. */
function place(flow: Flow, block: LLBlock): { shape: Shape; next: LLBlock | null } {
  const links = exitLinks(block.exit);
  const isInline = (link: LLLink) =>
    !flow.merges.has(link.target) && flow.position.get(link.target)! > flow.position.get(block)!;
  const next = heaviest(flow, links.filter(isInline));
  const jumps = links.map((link): Jump => {
    if (link.target === next) return { kind: "next" };
    if (isInline(link)) return { kind: "inline", body: sequence(flow, link.target) };
    const isBack = flow.position.get(link.target)! <= flow.position.get(block)!;
    return { kind: isBack ? "continue" : "break" };
  });
  return { shape: { kind: "block", block, jumps }, next };
}

function heaviest(flow: Flow, links: readonly LLLink[]): LLBlock | null {
  let best: LLBlock | null = null;
  for (const { target } of links) {
    if (best === null || flow.weight.get(target)! > flow.weight.get(best)!) best = target;
  }
  return best;
}
