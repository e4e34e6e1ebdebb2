/**
 * What memory an op may write: the field or the array type of which it may change something.
 *
 * Fields and arrays of different types never share a place, so a call of a function in which, and in
 * whose callees, nothing stores to `list.length` leaves what was loaded from there as it was. A
 * function of the platform may write anything; where objects may die, finalizers write what they write.
 */
import type { LLBlock, LLFunction, LLOp, LLProgram } from "../ll/program.ts";
import { opRow } from "../ops/table.ts";
import { callGraph, components, type CallGraph } from "./call-graph.ts";

/** Fields and array types; or whatever there is. */
export type Written = ReadonlySet<object> | "all";

export interface Writes {
  /** What running the op may change. */
  of(block: LLBlock, op: LLOp): Written;
}

const NOTHING: Written = new Set();

/** Answers for the program as it is now, and for every later one in which less is written. */
export function computeWrites(program: LLProgram): Writes {
  const calls = callGraph(program);
  const byFunction = new Map<LLFunction, Written>();
  const functions = program.functions.filter((fn) => fn.graph !== null);
  for (const component of components(functions, calls.callees)) {
    const members = new Set(component);
    const written = union(component.map((fn) => writtenIn(fn, members, calls, byFunction)));
    for (const fn of component) byFunction.set(fn, written);
  }
  const ofFunctions = (called: readonly LLFunction[]): Written =>
    union(called.map((fn) => byFunction.get(fn) ?? "all"));
  const finalizers = program.structs.flatMap((struct) => struct.finalizer ?? []);
  const whereObjectsDie = ofFunctions(finalizers);
  return {
    of: (block, op) => {
      const written = isCall(op) ? ofFunctions(calls.targets(block, op)) : writtenBy(op);
      return opRow(op.name).collects ? union([written, whereObjectsDie]) : written;
    },
  };
}

function isCall(op: LLOp): boolean {
  return op.name === "call" || op.name === "call_indirect";
}

/** Of a function's own ops, and of what it calls outside of its cycle of calls. */
function writtenIn(
  fn: LLFunction,
  members: ReadonlySet<LLFunction>,
  calls: CallGraph,
  known: ReadonlyMap<LLFunction, Written>,
): Written {
  const parts: Written[] = [];
  for (const callee of calls.callees(fn))
    if (!members.has(callee)) parts.push(known.get(callee) ?? "all");
  for (const block of fn.graph!.blocks)
    for (const op of block.ops) if (!isCall(op)) parts.push(writtenBy(op));
  return union(parts);
}

/** Whatever one of them may be. */
export function union(parts: readonly Written[]): Written {
  const all = new Set<object>();
  for (const part of parts) {
    if (part === "all") return part;
    for (const region of part) all.add(region);
  }
  return all.size === 0 ? NOTHING : all;
}

function writtenBy(op: LLOp): Written {
  const { effect } = opRow(op.name);
  if (effect !== "write" && effect !== "call") return NOTHING;
  switch (op.name) {
    case "setfield":
      return new Set([op.aux.field!]);
    case "setitem":
    case "array_copy":
    case "array_fill":
      return new Set([op.aux.array!]);
    case "traceback_add":
    case "traceback_note":
      return NOTHING;
    default:
      return "all";
  }
}
