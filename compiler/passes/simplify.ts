/**
 * Simplify control flow, in open graphs:
 *
 * - a branch on a constant, or with two equal links, is a goto; so is a `try` after what cannot raise
 * - a block that only one goto leads to becomes part of that block
 * - an empty block is skipped; one that only tests its parameter is skipped by links that pass a
 *   constant for it (`x and y` as a condition)
 * - parameters that always have one value are gone (`ssa.ts`), and so are blocks nobody reaches
 *
 * Laws: no rewrite makes the graph larger, or moves an op across another.
 */
import { exitLinks } from "../../dsl/flow/graph.ts";
import { dropUnreachable } from "../ll/contain.ts";
import { SideSet, SideTable } from "../../dsl/flow/side-table.ts";
import type {
  LLBlock,
  LLConstant,
  LLFunction,
  LLGraph,
  LLLink,
  LLValue,
  LLVariable,
} from "../ll/program.ts";
import { mayRaise } from "../ops/table.ts";
import { eachRead } from "../ll/contain.ts";
import { open, predecessors, Replacements, sameValue } from "./ssa.ts";

/** Says how many rewrites there were. */
export function simplify(fn: LLFunction): number {
  return fn.graph === null ? 0 : simplifyGraph(fn.graph);
}

export function simplifyGraph(graph: LLGraph): number {
  let total = 0;
  for (;;) {
    let count = 0;
    for (const block of graph.blocks) count += simplifyExit(block);
    count += skipEmptyBlocks(graph);
    count += open(graph);
    count += mergeBlocks(graph);
    total += count;
    if (count === 0) return total;
  }
}

// ---------------------------------------------------------------- exits

function simplifyExit(block: LLBlock): number {
  const { exit } = block;
  switch (exit.kind) {
    case "branch": {
      const { condition } = exit;
      if (condition.kind === "const" && condition.value.kind === "bool")
        return goto(block, condition.value.value ? exit.then : exit.otherwise);
      if (sameLink(exit.then, exit.otherwise)) return goto(block, exit.then);
      return 0;
    }
    case "switch":
      return simplifySwitch(block, exit);
    case "try": {
      const last = block.ops.at(-1);
      return last === undefined || !mayRaise(last) ? goto(block, exit.normal) : 0;
    }
    default:
      return 0;
  }
}

function goto(block: LLBlock, link: LLLink): number {
  block.exit = { kind: "goto", link };
  return 1;
}

function sameLink(a: LLLink, b: LLLink): boolean {
  return a.target === b.target && a.args.every((arg, i) => sameValue(arg, b.args[i]!));
}

function simplifySwitch(
  block: LLBlock,
  exit: Extract<LLBlock["exit"], { kind: "switch" }>,
): number {
  const { subject, cases, otherwise } = exit;
  if (subject.kind === "const") {
    const taken = cases.find((one) => sameCase(one.value, subject.value))?.link ?? otherwise;
    if (taken === null) {
      block.exit = { kind: "unreachable" };
      return 1;
    }
    return goto(block, taken);
  }
  const [first] = cases;
  const only = first?.link ?? otherwise;
  if (only === null || only === undefined) {
    block.exit = { kind: "unreachable" };
    return 1;
  }
  const links = [...cases.map((one) => one.link), ...(otherwise === null ? [] : [otherwise])];
  return links.every((link) => sameLink(link, only)) ? goto(block, only) : 0;
}

function sameCase(a: LLConstant, b: LLConstant): boolean {
  return (
    (a.kind === "int" && b.kind === "int" && a.value === b.value) ||
    (a.kind === "bool" && b.kind === "bool" && a.value === b.value)
  );
}

// ---------------------------------------------------------------- merging

/** A block and its only successor, of which it is the only predecessor, are one. */
function mergeBlocks(graph: LLGraph): number {
  const before = predecessors(graph);
  const replacements = new Replacements();
  let merged = 0;
  const gone = new SideSet<LLBlock>();
  for (const block of graph.blocks) {
    if (gone.has(block)) continue;
    for (;;) {
      const { exit } = block;
      if (exit.kind !== "goto") break;
      const { target, args } = exit.link;
      if (target === block || target === graph.entry || before.get(target)!.length !== 1) break;
      target.params.forEach((param, i) => replacements.set(param, args[i]!));
      for (const op of target.ops) block.ops.push(op);
      block.exit = target.exit;
      gone.add(target);
      merged++;
    }
  }
  if (merged === 0) return 0;
  graph.blocks = graph.blocks.filter((block) => !gone.has(block));
  replacements.apply(graph);
  return merged;
}

// ---------------------------------------------------------------- threading

/**
 * Links to a block without ops go on to where it leads, when that is known. Its parameters must be
 * used by its exit only: blocks behind it may be reached around it afterwards.
 */
function skipEmptyBlocks(graph: LLGraph): number {
  const local = blocksWithLocalParams(graph);
  let count = 0;
  for (const block of graph.blocks) {
    for (const link of exitLinks(block.exit)) {
      // A chain of empty blocks may be a loop: each link is moved a bounded number of times.
      for (let steps = 0; steps < 8; steps++) {
        const { target } = link;
        if (target.ops.length > 0 || target === block || !local.has(target)) break;
        const next = continuation(target, link.args);
        if (next === null || next.target === target) break;
        // In a try exit, only the normal link may use the last op's result; args stay on their link.
        link.target = next.target;
        link.args = next.args;
        count++;
      }
    }
  }
  if (count > 0) dropUnreachable(graph);
  return count;
}

/** Where an empty block goes when it is entered with these arguments. */
function continuation(block: LLBlock, args: readonly LLValue[]): LLLink | null {
  const value = (one: LLValue): LLValue => {
    const index = one.kind === "var" ? block.params.indexOf(one) : -1;
    return index < 0 ? one : args[index]!;
  };
  const follow = (link: LLLink): LLLink => ({ target: link.target, args: link.args.map(value) });
  const { exit } = block;
  switch (exit.kind) {
    case "goto":
      return follow(exit.link);
    case "branch": {
      const condition = value(exit.condition);
      if (condition.kind !== "const" || condition.value.kind !== "bool") return null;
      return follow(condition.value.value ? exit.then : exit.otherwise);
    }
    case "switch": {
      const subject = value(exit.subject);
      if (subject.kind !== "const") return null;
      const taken =
        exit.cases.find((one) => sameCase(one.value, subject.value))?.link ?? exit.otherwise;
      return taken === null ? null : follow(taken);
    }
    default:
      return null;
  }
}

/** Blocks whose parameters no other block uses. */
function blocksWithLocalParams(graph: LLGraph): SideSet<LLBlock> {
  const home = new SideTable<LLVariable, LLBlock>();
  const local = new SideSet<LLBlock>();
  let hasParams = false;
  for (const block of graph.blocks) {
    if (block.ops.length > 0) continue;
    local.add(block);
    for (const param of block.params) home.set(param, block);
    hasParams ||= block.params.length > 0;
  }
  if (!hasParams) return local;
  for (const block of graph.blocks) {
    eachRead(block, (value) => {
      if (value.kind !== "var") return;
      const owner = home.get(value);
      if (owner !== undefined && owner !== block) local.delete(owner);
    });
  }
  return local;
}
