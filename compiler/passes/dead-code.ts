/**
 * Drop what nobody uses: ops without effect whose results are not read, and functions that nothing
 * mentions. Parameters of blocks that nobody reads go when the graph is closed, those of loops here.
 *
 * Optimistic, so that values which only feed one another around a loop are dead together.
 */
import { exitLinks, exitOperand } from "../../dsl/flow/graph.ts";
import { SideSet, SideTable } from "../../dsl/flow/side-table.ts";
import type { LLFunction, LLGraph, LLOp, LLProgram, LLValue, LLVariable } from "../ll/program.ts";
import { isRemovable } from "../ops/table.ts";
import { removeUnreachable } from "./reachable.ts";

/** Says how many ops and parameters went. */
export function removeDeadCode(fn: LLFunction): number {
  const graph = fn.graph!;
  const live = liveVariables(graph);
  let removed = 0;
  for (const block of graph.blocks) {
    const before = block.ops.length;
    const last = block.ops.at(-1);
    block.ops = block.ops.filter((op) => live.has(op.result) || !isDroppable(op));
    removed += before - block.ops.length;
    if (block.exit.kind === "try" && last !== undefined && block.ops.at(-1) !== last)
      block.exit = { kind: "goto", link: block.exit.normal };
  }
  return removed + dropParams(graph, live);
}

/** An allocation may raise, but nobody relies on running out of memory. */
function isDroppable(op: LLOp): boolean {
  return isRemovable(op);
}

/** Variables that some effect depends on. */
function liveVariables(graph: LLGraph): SideSet<LLVariable> {
  const live = new SideSet<LLVariable>();
  const feeds = new SideTable<LLVariable, LLValue[]>();
  const roots: LLValue[] = [];
  const add = (param: LLVariable, value: LLValue): void => {
    const known = feeds.get(param);
    if (known === undefined) feeds.set(param, [value]);
    else known.push(value);
  };
  for (const block of graph.blocks) {
    for (const op of block.ops) {
      if (isDroppable(op)) feeds.set(op.result, op.args);
      else roots.push(...op.args);
    }
    const operand = exitOperand(block.exit);
    if (operand !== null) roots.push(operand);
    for (const link of exitLinks(block.exit))
      link.target.params.forEach((param, i) => add(param, link.args[i]!));
  }
  for (let value = roots.pop(); value !== undefined; value = roots.pop()) {
    if (value.kind !== "var" || live.has(value)) continue;
    live.add(value);
    roots.push(...(feeds.get(value) ?? []));
  }
  return live;
}

function dropParams(graph: LLGraph, live: SideSet<LLVariable>): number {
  let dropped = 0;
  for (const block of graph.blocks) {
    for (const link of exitLinks(block.exit)) {
      const { target } = link;
      if (target !== graph.entry)
        link.args = link.args.filter((_, i) => live.has(target.params[i]!));
    }
  }
  for (const block of graph.blocks) {
    if (block === graph.entry) continue;
    const kept = block.params.filter((param) => live.has(param));
    dropped += block.params.length - kept.length;
    block.params = kept;
  }
  return dropped;
}

/** Says how many functions went. */
export function removeDeadFunctions(program: LLProgram): number {
  const before = program.functions.length;
  removeUnreachable(program);
  return before - program.functions.length;
}
