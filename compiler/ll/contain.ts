/**
 * Makes blocks self-contained, and puts them in order.
 *
 * Lowering and inlining build graphs in the looser form in which a block may use whatever a block
 * that dominates it defined. `containBlocks` brings such a graph into the form that everybody else
 * relies on: a value that a block needs and does not define becomes a parameter, passed by every
 * link that leads there.
 *
 *     b0: %x = …; goto b1()            b0: %x = …; goto b1(%x)
 *     b1: use %x                  →    b1(%x'): use %x'
 */
import { exitLinks, newVariable } from "../../dsl/flow/graph.ts";
import { SideSet, SideTable } from "../../dsl/flow/side-table.ts";
import type { LL, LLBlock, LLGraph, LLValue, LLVariable } from "./program.ts";

/** Calls `use` for every value that the block reads. */
export function eachRead(block: LLBlock, use: (value: LLValue) => void): void {
  for (const op of block.ops) for (const arg of op.args) use(arg);
  const { exit } = block;
  switch (exit.kind) {
    case "goto":
      break;
    case "branch":
      use(exit.condition);
      break;
    case "switch":
      use(exit.subject);
      break;
    case "return":
    case "raise":
      use(exit.value);
      break;
    case "try":
    case "unreachable":
      break;
  }
  for (const link of exitLinks(exit)) for (const arg of link.args) use(arg);
}

/** How often each variable is read; not there: never. */
export function countReads(graph: LLGraph): SideTable<LLVariable, number> {
  const reads = new SideTable<LLVariable, number>();
  const count = (value: LLValue) => {
    if (value.kind === "var") reads.set(value, (reads.get(value) ?? 0) + 1);
  };
  for (const block of graph.blocks) eachRead(block, count);
  return reads;
}

/** Replaces every value that the block reads. */
export function mapReads(block: LLBlock, map: (value: LLValue) => LLValue): void {
  for (const op of block.ops) {
    const { args } = op;
    for (let i = 0; i < args.length; i++) args[i] = map(args[i]!);
  }
  const { exit } = block;
  switch (exit.kind) {
    case "branch":
      exit.condition = map(exit.condition);
      break;
    case "switch":
      exit.subject = map(exit.subject);
      break;
    case "return":
    case "raise":
      exit.value = map(exit.value);
      break;
    case "goto":
    case "try":
    case "unreachable":
      break;
  }
  for (const link of exitLinks(exit)) {
    const { args } = link;
    for (let i = 0; i < args.length; i++) args[i] = map(args[i]!);
  }
}

/** Blocks that control reaches, in reverse postorder: a block before its successors, loops apart. */
export function reachableBlocks(graph: LLGraph): LLBlock[] {
  const seen = new SideSet<LLBlock>();
  seen.add(graph.entry);
  const order: LLBlock[] = [];
  // Successors are visited last to first, so that the first comes first in the reversed order.
  const stack = [graph.entry];
  const links = [exitLinks(graph.entry.exit)];
  const left = [links[0]!.length];
  while (stack.length > 0) {
    const top = stack.length - 1;
    if (left[top] === 0) {
      order.push(stack.pop()!);
      links.pop();
      left.pop();
      continue;
    }
    const { target } = links[top]![--left[top]!]!;
    if (seen.has(target)) continue;
    seen.add(target);
    const next = exitLinks(target.exit);
    stack.push(target);
    links.push(next);
    left.push(next.length);
  }
  return order.reverse();
}

/** Drops unreachable blocks; says how many. */
export function dropUnreachable(graph: LLGraph): number {
  const before = graph.blocks.length;
  graph.blocks = reachableBlocks(graph);
  return before - graph.blocks.length;
}

/** Brings a graph whose uses are dominated by their definitions into self-contained form. */
export function containBlocks(graph: LLGraph): void {
  dropUnreachable(graph);
  const needs = neededValues(graph);
  const renames: { readonly block: LLBlock; readonly renamed: Renaming }[] = [];
  for (const block of graph.blocks) {
    const needed = needs.get(block);
    if (needed === undefined) continue;
    const renamed: Renaming = new SideTable();
    for (const variable of needed) {
      const param = newVariable<LL>(graph, variable.type, variable.name);
      renamed.set(variable, param);
      block.params.push(param);
    }
    renames.push({ block, renamed });
  }
  for (const block of graph.blocks) {
    for (const link of exitLinks(block.exit)) {
      const needed = needs.get(link.target);
      if (needed !== undefined) link.args.push(...needed);
    }
  }
  for (const { block, renamed } of renames) {
    mapReads(block, (value) => (value.kind === "var" ? (renamed.get(value) ?? value) : value));
  }
}

type Renaming = SideTable<LLVariable, LLVariable>;

/** For each block, the values of other blocks that it or a block after it needs. */
function neededValues(graph: LLGraph): SideTable<LLBlock, Set<LLVariable>> {
  const defined = new SideTable<LLVariable, LLBlock>();
  for (const block of graph.blocks) {
    for (const param of block.params) defined.set(param, block);
    for (const op of block.ops) defined.set(op.result, block);
    if (block.exit.kind === "try") defined.set(block.exit.exception, block);
  }
  const predecessors = new SideTable<LLBlock, LLBlock[]>();
  for (const block of graph.blocks) {
    for (const link of exitLinks(block.exit)) {
      const known = predecessors.get(link.target);
      if (known === undefined) predecessors.set(link.target, [block]);
      else known.push(block);
    }
  }
  const needs = new SideTable<LLBlock, Set<LLVariable>>();
  for (const block of graph.blocks) {
    eachRead(block, (value) => {
      if (value.kind === "var" && defined.get(value) !== block) propagate(block, value);
    });
  }
  return needs;

  /** Walks up from a use to the definition. */
  function propagate(from: LLBlock, variable: LLVariable): void {
    const stack = [from];
    const home = defined.get(variable);
    while (stack.length > 0) {
      const block = stack.pop()!;
      if (block === home) continue;
      let needed = needs.get(block);
      if (needed === undefined) needs.set(block, (needed = new Set()));
      if (needed.has(variable)) continue;
      needed.add(variable);
      for (const before of predecessors.get(block) ?? []) stack.push(before);
    }
  }
}
