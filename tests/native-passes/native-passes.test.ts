/**
 * What the passes before native code do to graphs: two texts each.
 *
 *     ; test pass=exceptions
 *     …a program…
 *     ; expect
 *     …its functions afterwards; BLESS=1 rewrites this part
 *
 * A pass runs after those that come before it in `compiler/passes/native.ts`; "effects" shows heads
 * of functions only. Every result is verified.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseProgram } from "../../compiler/ll/parse.ts";
import { printFunction } from "../../compiler/ll/print.ts";
import { assertVerified } from "../../compiler/ll/verify.ts";
import { insertBarriers } from "../../compiler/passes/barriers.ts";
import { callGraph, computeEffects } from "../../compiler/passes/call-graph.ts";
import { makeExceptionsExplicit } from "../../compiler/passes/exceptions.ts";
import { joinTests } from "../../compiler/passes/join-tests.ts";
import { reenterLoops } from "../../compiler/passes/reenter-loops.ts";
import { insertRoots } from "../../compiler/passes/roots.ts";
import { insertStackChecks } from "../../compiler/passes/stack-checks.ts";
import type { LLProgram } from "../../compiler/ll/program.ts";
import { fixtures, ROOT } from "../support.ts";

const folder = join(ROOT, "tests/native-passes");
const MARK = "; expect\n";
const NOT_SHOWN = new Set(["describe_exception", "$entry"]);

function runPass(name: string, program: LLProgram): void {
  if (name === "join-tests") return joinTests(program);
  if (name === "reenter-loops") return reenterLoops(program);
  const calls = callGraph(program);
  if (name === "stack-checks") return insertStackChecks(program, calls);
  const effects = computeEffects(program, calls);
  if (name === "effects") return;
  makeExceptionsExplicit(program, effects);
  if (name === "barriers") insertBarriers(program, effects);
  if (name === "roots") insertRoots(program, effects);
}

function show(name: string, program: LLProgram): string {
  const functions = program.functions.filter((fn) => !NOT_SHOWN.has(fn.name));
  const texts = functions.map((fn) => printFunction(fn));
  const shown =
    name === "effects" ? texts.map((text) => text.split("\n")[0]!.replace(/ \{$/, "")) : texts;
  return `${shown.join("\n")}\n`;
}

for (const fixture of fixtures(folder, ".ll")) {
  test(fixture, () => {
    const path = join(folder, `${fixture}.ll`);
    const text = readFileSync(path, "utf8");
    const [source, expected = ""] = text.split(MARK);
    const pass = /^; test pass=(\S+)/m.exec(source!)![1]!;
    const program = parseProgram(source!);
    runPass(pass, program);
    assertVerified(program, pass);
    const found = show(pass, program);
    if (process.env["BLESS"] === "1") writeFileSync(path, `${source!}${MARK}${found}`);
    else expect(found).toBe(expected);
  });
}
