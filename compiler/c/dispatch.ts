/**
 * Interpreter loops: finds where a loop fetches an instruction and switches on it.
 *
 *     head:  op = code[pc]; if pc < 0: fail      a chain of blocks, entered at `head` only,
 *     tail:  switch op { … }                     from many places: the ends of the handlers
 *
 * The emitter repeats such a chain at every jump to its head and ends each copy in a jump through a
 * table of labels. So every handler has a fetch and an indirect jump of its own, which branch
 * predictors tell apart, and a guest's branch stays a branch: its two ways fetch separately.
 */
import { exitLinks } from "../../dsl/flow/graph.ts";
import type { SideTable } from "../../dsl/flow/side-table.ts";
import type { LLBlock, LLExit, LLGraph } from "../ll/program.ts";

export interface Dispatch {
  /** From the head to the block with the switch. */
  readonly chain: readonly LLBlock[];
  readonly least: bigint;
  readonly most: bigint;
}

export type SwitchExit = Extract<LLExit, { kind: "switch" }>;

/** A switch worth a table, and a chain cheap enough to repeat. */
const FEWEST_CASES = 6;
const FEWEST_WAYS_IN = 4;
const MOST_OPS = 24;
const MOST_COPIED_OPS = 20_000;

/** By the head of the chain. */
export function findDispatches(
  graph: LLGraph,
  waysIn: SideTable<LLBlock, number>,
): Map<LLBlock, Dispatch> {
  const found = new Map<LLBlock, Dispatch>();
  for (const block of graph.blocks) {
    if (block.exit.kind !== "switch") continue;
    const range = denseRange(block.exit);
    const chain = range === null ? null : chainTo(block, graph, waysIn);
    if (chain !== null) found.set(chain[0]!, { chain, ...range! });
  }
  dropEntangled(found);
  return found;
}

/** A chain that is left for a head, its own or another's, would be repeated inside itself for ever. */
function dropEntangled(found: Map<LLBlock, Dispatch>): void {
  const leadsToHead = ({ chain }: Dispatch) =>
    chain.some(({ exit }) => {
      const inlined = exit.kind === "switch" ? [exit.otherwise] : exitLinks(exit);
      return inlined.some((link) => link !== null && found.has(link.target));
    });
  for (let entangled = true; entangled;) {
    entangled = false;
    for (const [head, dispatch] of found) {
      if (leadsToHead(dispatch)) entangled = found.delete(head);
    }
  }
}

function denseRange(exit: SwitchExit): { least: bigint; most: bigint } | null {
  if (exit.cases.length < FEWEST_CASES) return null;
  let least: bigint | null = null;
  let most: bigint | null = null;
  for (const { value } of exit.cases) {
    if (value.kind !== "int") return null;
    if (least === null || value.value < least) least = value.value;
    if (most === null || value.value > most) most = value.value;
  }
  const width = most! - least! + 1n;
  return width <= BigInt(exit.cases.length) * 3n ? { least: least!, most: most! } : null;
}

/** The blocks from the nearest one with many ways in down to `last`; null when it does not pay. */
function chainTo(
  last: LLBlock,
  graph: LLGraph,
  waysIn: SideTable<LLBlock, number>,
): LLBlock[] | null {
  const chain = [last];
  while (waysIn.get(chain[0]!) === 1) {
    const before = graph.blocks.find((block) =>
      exitLinks(block.exit).some(({ target }) => target === chain[0]),
    );
    if (before === undefined || chain.includes(before) || before === graph.entry) return null;
    if (before.exit.kind === "switch") return null;
    chain.unshift(before);
  }
  const head = chain[0]!;
  const ways = waysIn.get(head) ?? 0;
  const ops = chain.reduce((sum, block) => sum + block.ops.length, 0);
  const pays = ways >= FEWEST_WAYS_IN && ops <= MOST_OPS && ops * ways <= MOST_COPIED_OPS;
  return pays && head !== graph.entry ? chain : null;
}
