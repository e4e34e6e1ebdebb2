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
import { exitLinks, exitOperand } from "../../dsl/flow/graph.ts";
import { SideTable } from "../../dsl/flow/side-table.ts";
import type { LLBlock, LLGraph, LLVariable } from "../ll/program.ts";

export interface Interval {
  readonly block: LLBlock;
  readonly from: number;
  readonly to: number;
}

export class Web {
  readonly members: LLVariable[];
  readonly #first: Interval;
  #all: Map<number, Interval[]> | null = null;

  constructor(variable: LLVariable, interval: Interval) {
    this.members = [variable];
    this.#first = interval;
  }

  /** By block id. Most webs are one variable, which nobody asks for this. */
  get intervals(): Map<number, Interval[]> {
    return (this.#all ??= new Map([[this.#first.block.id, [this.#first]]]));
  }
}

export type Lifetimes = SideTable<LLVariable, Interval>;

/** The web of each variable. */
export class Webs extends SideTable<LLVariable, Web> {
  count = 0;
}

/** Where each variable of a graph lives. */
export function lifetimes(graph: LLGraph): Lifetimes {
  const found: Lifetimes = new SideTable();
  eachLifetime(graph, (variable, interval) => found.set(variable, interval));
  return found;
}

function eachLifetime(
  graph: LLGraph,
  use: (variable: LLVariable, interval: Interval) => void,
): void {
  // By id, of the block at hand: no variable is read outside its block.
  const lastRead = new Int32Array(graph.nextVariable).fill(-1);
  for (const block of graph.blocks) {
    const { params, ops, exit } = block;
    for (let i = 0; i < ops.length; i++)
      for (const value of ops[i]!.args) if (value.kind === "var") lastRead[value.id] = i;
    const operand = exitOperand(exit);
    if (operand?.kind === "var") lastRead[operand.id] = ops.length;
    for (const { args } of exitLinks(exit))
      for (const value of args) if (value.kind === "var") lastRead[value.id] = ops.length;
    const add = (variable: LLVariable, from: number) =>
      use(variable, { block, from, to: Math.max(lastRead[variable.id]!, from) });
    for (const param of params) add(param, -1);
    for (let i = 0; i < ops.length; i++) add(ops[i]!.result, i);
    if (exit.kind === "try") add(exit.exception, ops.length);
  }
}

/** Whether two lifetimes of one block have an op in common. Never read counts as a point. */
export function overlap(a: Interval, b: Interval): boolean {
  if (a.from === b.from) return a.from >= 0 || (a.to > -1 && b.to > -1);
  return a.from < b.to && b.from < a.to;
}

/**
 * As `overlap`, but stricter: they have no place in common either. For where an op may write its result
 * before it has read an argument for the last time.
 */
export function touch(a: Interval, b: Interval): boolean {
  return a.from <= b.to && b.from <= a.to;
}

/** Whether some members of two webs are alive at once, as `meet` has it. */
export function interfere(
  a: ReadonlyMap<number, readonly Interval[]>,
  b: ReadonlyMap<number, readonly Interval[]>,
  meet = overlap,
): boolean {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  for (const [block, ours] of small) {
    const theirs = large.get(block);
    if (theirs === undefined) continue;
    if (ours.some((one) => theirs.some((other) => meet(one, other)))) return true;
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
): Webs {
  const webs = new Webs();
  eachLifetime(graph, (variable, interval) => {
    if (!include(variable)) return;
    webs.set(variable, new Web(variable, interval));
    webs.count++;
  });
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

function join(webs: Webs, a: Web, b: Web): void {
  const [into, from] = a.members.length >= b.members.length ? [a, b] : [b, a];
  into.members.push(...from.members);
  absorb(into.intervals, from.intervals);
  for (const member of from.members) webs.set(member, into);
  webs.count--;
}
