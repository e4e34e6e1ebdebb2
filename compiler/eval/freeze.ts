/**
 * Freezing: what module bodies computed becomes part of the program.
 *
 *     %x = global_get() global=main.table        →  (every use of %x is the object itself)
 *
 * After the initializers have run in a machine, the value of each module-level name is a constant.
 * The initializers are done with, so they go, and with them the names. Objects need no work: a
 * constant points at the evaluator's object, and emitting it emits what it reaches.
 */
import { assert } from "../../dsl/syntax/diagnostics.ts";
import { mapReads } from "../ll/contain.ts";
import { constantOf } from "./values.ts";
import type { LLBlock, LLFunction, LLProgram, LLValue, LLVariable } from "../ll/program.ts";
import type { Machine } from "./machine.ts";

export function freeze(program: LLProgram, machine: Machine): void {
  const done = new Set(program.initializers);
  program.functions = program.functions.filter((fn) => !done.has(fn));
  program.initializers = [];
  for (const fn of program.functions) {
    for (const block of fn.graph?.blocks ?? []) freezeBlock(fn, block, machine);
  }
  for (const { visible } of program.debug?.modules.values() ?? []) {
    for (const one of visible.values()) one.value = machine.globalCell(one.global).value;
  }
  program.globals.length = 0;
}

/** Values live in their block only, so the block is all there is to rewrite. */
function freezeBlock(fn: LLFunction, block: LLBlock, machine: Machine): void {
  const frozen = new Map<LLVariable, LLValue>();
  block.ops = block.ops.filter((op) => {
    assert(op.name !== "global_set", `${fn.name} binds a module-level name at run time`);
    if (op.name !== "global_get") return true;
    const global = op.aux.global!;
    frozen.set(op.result, constantOf(machine.globalCell(global).value, op.result.type));
    return false;
  });
  if (frozen.size === 0) return;
  mapReads(block, (value) => (value.kind === "var" ? (frozen.get(value) ?? value) : value));
}
