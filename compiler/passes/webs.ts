/**
 * Webs: variables of different blocks that are one variable to the machine.
 *
 * Blocks are self-contained, so a value that lives through ten blocks is ten variables, handed on by
 * links. A web joins a link's argument with the parameter it is passed for whenever no two members
 * of the joined web are alive at once; then that hand-over costs nothing. The C emitter makes one
 * local of a web, `roots` gives it one slot of the shadow stack.
 *
 * Lifetimes never leave a block, which makes interference a matter of comparing intervals of one
 * block. A variable lives from the op that makes it (-1 for parameters) to the last that reads it
 * (the number of ops for the exit); two that meet in one op, one read and one made, do not overlap.
 */
import { exitLinks } from "../../dsl/flow/graph.ts";
import { valuesRead } from "./reachable.ts";
import type { LLBlock, LLGraph, LLVariable } from "../ll/program.ts";

export interface Interval {
  readonly block: LLBlock;
  readonly from: number;
  readonly to: number;
}

export interface Web {
  readonly members: LLVariable[];
  /** By block id. */
  readonly intervals: Map<number, Interval[]>;
}

/** Where each variable of a graph lives. */
export function lifetimes(graph: LLGraph): Map<LLVariable, Interval> {
  const found = new Map<LLVariable, Interval>();
  for (const block of graph.blocks) {
    const lastRead = lastReads(block);
    const add = (variable: LLVariable, from: number) =>
      found.set(variable, { block, from, to: lastRead.get(variable) ?? from });
    for (const param of block.params) add(param, -1);
    block.ops.forEach((op, index) => add(op.result, index));
    if (block.exit.kind === "try") add(block.exit.exception, block.ops.length);
  }
  return found;
}

/** The index of the last op that reads a variable; the number of ops when the exit does. */
export function lastReads(block: LLBlock): Map<LLVariable, number> {
  const last = new Map<LLVariable, number>();
  block.ops.forEach((op, index) => {
    for (const value of op.args) if (value.kind === "var") last.set(value, index);
  });
  for (const value of valuesRead({ ...block, ops: [] })) {
    if (value.kind === "var") last.set(value, block.ops.length);
  }
  return last;
}

/** Whether two lifetimes of one block have an op in common. Never read counts as a point. */
export function overlap(a: Interval, b: Interval): boolean {
  if (a.from === b.from) return a.from >= 0 || (a.to > -1 && b.to > -1);
  return a.from < b.to && b.from < a.to;
}

/** Whether some members of two webs are alive at once. */
export function interfere(
  a: ReadonlyMap<number, readonly Interval[]>,
  b: ReadonlyMap<number, readonly Interval[]>,
): boolean {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  for (const [block, ours] of small) {
    const theirs = large.get(block);
    if (theirs === undefined) continue;
    if (ours.some((one) => theirs.some((other) => overlap(one, other)))) return true;
  }
  return false;
}

/** Adds the lifetimes of one web to another's. */
export function absorb(
  into: Map<number, Interval[]>,
  from: ReadonlyMap<number, readonly Interval[]>,
): void {
  for (const [block, intervals] of from) {
    const known = into.get(block);
    if (known === undefined) into.set(block, [...intervals]);
    else known.push(...intervals);
  }
}

/**
 * The webs of the variables that `include` accepts. `mayJoin` says whether two variables can be one
 * at all (they have the same machine type).
 */
export function buildWebs(
  graph: LLGraph,
  include: (variable: LLVariable) => boolean,
  mayJoin: (a: LLVariable, b: LLVariable) => boolean,
): Map<LLVariable, Web> {
  const webs = new Map<LLVariable, Web>();
  for (const [variable, interval] of lifetimes(graph)) {
    if (!include(variable)) continue;
    webs.set(variable, {
      members: [variable],
      intervals: new Map([[interval.block.id, [interval]]]),
    });
  }
  for (const block of graph.blocks) {
    for (const { target, args } of exitLinks(block.exit)) {
      args.forEach((arg, index) => {
        const param = target.params[index]!;
        if (arg.kind !== "var" || !mayJoin(arg, param)) return;
        const a = webs.get(arg);
        const b = webs.get(param);
        if (a === undefined || b === undefined || a === b) return;
        if (!interfere(a.intervals, b.intervals)) join(webs, a, b);
      });
    }
  }
  return webs;
}

function join(webs: Map<LLVariable, Web>, a: Web, b: Web): void {
  const [into, from] = a.members.length >= b.members.length ? [a, b] : [b, a];
  into.members.push(...from.members);
  absorb(into.intervals, from.intervals);
  for (const member of from.members) webs.set(member, into);
}
