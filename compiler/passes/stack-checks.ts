/**
 * Recursion ends in an exception: every cycle of calls gets a `stack_check`.
 *
 *     fib(n):                  fib(n):
 *       …                        stack_check()      # raises StackOverflow
 *                                …
 *
 * A check at a function's entry cuts all cycles through it, so the pass picks functions until no
 * cycle is left: in each strongly connected component the one with most calls in and out, then again
 * in what remains. A program without recursion gets none. Runs before `exceptions`, for which a
 * check is one more op that raises.
 */
import { newOp, newVariable } from "../../dsl/flow/graph.ts";
import { VOID } from "../ll/types.ts";
import { components, type CallGraph } from "./call-graph.ts";
import type { LL, LLFunction, LLProgram } from "../ll/program.ts";

export function insertStackChecks(program: LLProgram, calls: CallGraph): void {
  const withCode = program.functions.filter((fn) => fn.graph !== null);
  for (const fn of cutCycles(withCode, calls)) insertCheck(fn);
}

/** Functions without which the call graph has no cycle. */
function cutCycles(functions: readonly LLFunction[], calls: CallGraph): LLFunction[] {
  const cut: LLFunction[] = [];
  const pending = [functions];
  for (let some = pending.pop(); some !== undefined; some = pending.pop()) {
    for (const component of components(some, calls.callees)) {
      if (component.length === 1 && !calls.callees(component[0]!).has(component[0]!)) continue;
      const busiest = busiestOf(component, calls);
      cut.push(busiest);
      pending.push(component.filter((fn) => fn !== busiest));
    }
  }
  return cut;
}

/** Self-recursive functions need a check in any case, so they come first. */
function busiestOf(component: readonly LLFunction[], calls: CallGraph): LLFunction {
  const members = new Set(component);
  const callsIn = new Map<LLFunction, number>();
  const callsOut = new Map<LLFunction, number>();
  for (const fn of component) {
    for (const callee of calls.callees(fn)) {
      if (!members.has(callee)) continue;
      callsIn.set(callee, (callsIn.get(callee) ?? 0) + 1);
      callsOut.set(fn, (callsOut.get(fn) ?? 0) + 1);
    }
  }
  const weight = (fn: LLFunction) =>
    calls.callees(fn).has(fn) ? Infinity : callsIn.get(fn)! * callsOut.get(fn)!;
  return component.reduce((best, fn) => (weight(fn) > weight(best) ? fn : best));
}

function insertCheck(fn: LLFunction): void {
  const graph = fn.graph!;
  const result = newVariable<LL>(graph, VOID);
  graph.entry.ops.unshift(newOp<LL>("stack_check", [], result, {}, fn.span));
}
