/**
 * Switches: a chain of comparisons of one value with constants is one exit.
 *
 *     b0: branch int_eq(%op, 0) ? b1 : b2          b0: switch %op { 0: b1, 1: b3, 2: b5, else b6 }
 *     b2: branch int_eq(%op, 1) ? b3 : b4     →
 *     b4: branch int_eq(%op, 2) ? b5 : b6
 *
 * The blocks between hold nothing but their comparison. A `match` is a switch from the start.
 */
import { SideTable } from "../../dsl/flow/side-table.ts";
import type {
  LLBlock,
  LLConstant,
  LLFunction,
  LLLink,
  LLOp,
  LLValue,
  LLVariable,
} from "../ll/program.ts";
import { countReads, dropUnreachable } from "../ll/contain.ts";
import { predecessors, type Edge } from "./ssa.ts";

/** Two comparisons are as good as a switch. */
const FEWEST_CASES = 3;

/** Says how many comparisons became cases. */
export function buildSwitches(fn: LLFunction): number {
  const graph = fn.graph!;
  let count = 0;
  const before = predecessors(graph);
  const uses = countReads(graph);
  const consumed = new Set<LLBlock>();
  for (const block of graph.blocks) {
    if (consumed.has(block)) continue;
    const first = comparisonAt(block);
    if (first === null) continue;
    const chain = followChain(block, first, before, uses);
    if (chain.cases.length < FEWEST_CASES) continue;
    for (const one of chain.blocks) consumed.add(one);
    block.exit = {
      kind: "switch",
      subject: first.subject,
      cases: chain.cases,
      otherwise: chain.otherwise,
      span: first.op.span,
    };
    count += chain.cases.length;
  }
  if (count > 0) dropUnreachable(graph);
  return count;
}

/** An exit that compares a value with a constant. */
interface Comparison {
  readonly op: LLOp;
  readonly subject: LLValue;
  readonly value: LLConstant;
  readonly whenEqual: LLLink;
  readonly otherwise: LLLink;
}

function comparisonAt(block: LLBlock): Comparison | null {
  const { exit } = block;
  const op = block.ops.at(-1);
  if (exit.kind !== "branch" || op === undefined || op.result !== exit.condition) return null;
  if (op.name !== "int_eq" && op.name !== "int_ne") return null;
  const [subject, constant] = op.args as [LLValue, LLValue];
  if (subject.kind !== "var" || constant.kind !== "const") return null;
  const isEqual = op.name === "int_eq";
  return {
    op,
    subject,
    value: constant.value,
    whenEqual: isEqual ? exit.then : exit.otherwise,
    otherwise: isEqual ? exit.otherwise : exit.then,
  };
}

interface Chain {
  readonly cases: { value: LLConstant; link: LLLink }[];
  otherwise: LLLink | null;
  readonly blocks: LLBlock[];
}

function followChain(
  start: LLBlock,
  first: Comparison,
  before: SideTable<LLBlock, Edge[]>,
  uses: SideTable<LLVariable, number>,
): Chain {
  const chain: Chain = { cases: [], otherwise: first.otherwise, blocks: [start] };
  const seen = new Set<string>();
  const add = (value: LLConstant, link: LLLink): void => {
    const key = value.kind === "int" ? String(value.value) : value.kind;
    // An earlier comparison has taken this value already.
    if (seen.has(key)) return;
    seen.add(key);
    chain.cases.push({ value, link });
  };
  add(first.value, first.whenEqual);
  for (;;) {
    const next: LLBlock | undefined = chain.otherwise?.target;
    if (
      next === undefined ||
      next === start ||
      before.get(next)!.length !== 1 ||
      next.params.length > 0
    )
      return chain;
    const comparison = comparisonAt(next);
    if (
      comparison !== null &&
      comparison.subject === first.subject &&
      next.ops.length === 1 &&
      uses.get(comparison.op.result) === 1
    ) {
      add(comparison.value, comparison.whenEqual);
      chain.otherwise = comparison.otherwise;
    } else if (
      next.exit.kind === "switch" &&
      next.exit.subject === first.subject &&
      next.ops.length === 0
    ) {
      for (const one of next.exit.cases) add(one.value, one.link);
      chain.otherwise = next.exit.otherwise;
    } else return chain;
    chain.blocks.push(next);
  }
}
