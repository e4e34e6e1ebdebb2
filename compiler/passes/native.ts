/**
 * What every back end that makes code needs done to a program first, in this order. The program is
 * changed in place and is for such back ends only afterwards: the evaluator accepts either form.
 */
import { callGraph, computeEffects } from "./call-graph.ts";
import { insertBarriers } from "./barriers.ts";
import { makeExceptionsExplicit } from "./exceptions.ts";
import { reenterLoops } from "./reenter-loops.ts";
import { joinTests } from "./join-tests.ts";
import { removeUnreachable } from "./reachable.ts";
import { insertRoots } from "./roots.ts";
import { insertStackChecks } from "./stack-checks.ts";
import type { LLProgram } from "../ll/program.ts";

export interface NativeOptions {
  /** Leave write barriers out: for collectors without generations. */
  readonly barriers?: boolean;
  /**
   * For engines of WebAssembly: they replace no running frame, so interpreters' loops are left and
   * entered now and then, and they leave tests as they are.
   */
  readonly forEngine?: boolean;
}

export function prepareForNative(
  program: LLProgram,
  { barriers = true, forEngine = false }: NativeOptions = {},
): void {
  // 1. Nothing is spent on what cannot run.
  removeUnreachable(program);
  if (forEngine) {
    joinTests(program);
    reenterLoops(program);
  }
  const calls = callGraph(program);
  // 2. Recursion ends in an exception; a check raises, so this comes before the next two.
  insertStackChecks(program, calls);
  // 3. Which functions raise, which collect.
  const effects = computeEffects(program, calls);
  // 4. Exceptions are branches and returns.
  makeExceptionsExplicit(program, effects);
  // 5. Stores of references are reported to the collector.
  if (barriers) insertBarriers(program, effects);
  // 6. References survive collections. Last: no pass may move a reference across a call any more.
  insertRoots(program, effects);
}
