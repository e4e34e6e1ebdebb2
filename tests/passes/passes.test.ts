/**
 * What each optimisation pass does to graphs: two texts each.
 *
 *     ; test pass=fold
 *     …a program…
 *     ; expect rewrites=3
 *     …its functions afterwards; BLESS=1 rewrites this part
 *
 * The pass runs on open graphs, as in the pipeline; what is shown is self-contained again, and
 * verified. Functions named `$…` are there to be called and are not shown.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseProgram } from "../../compiler/ll/parse.ts";
import { printFunction } from "../../compiler/ll/print.ts";
import type { LLProgram } from "../../compiler/ll/program.ts";
import { assertVerified } from "../../compiler/ll/verify.ts";
import { checkOrder, ORDER, PASSES, runPasses } from "../../compiler/passes/passes.ts";
import { fixtures, ROOT } from "../support.ts";

const folder = join(ROOT, "tests/passes");
const MARK = "; expect";
const HIDDEN = new Set(["describe_exception"]);

function only(name: string, program: LLProgram): string {
  let rewrites = 0;
  const skip = PASSES.map((pass) => pass.name).filter((one) => one !== name);
  runPasses(program, { skip, onPass: (report) => (rewrites = report.rewrites) });
  assertVerified(program, name);
  const shown = program.functions.filter((fn) => !HIDDEN.has(fn.name) && !fn.name.startsWith("$"));
  return `${MARK} rewrites=${rewrites}\n${shown.map((fn) => printFunction(fn)).join("\n")}\n`;
}

test.each(fixtures(folder, ".ll"))("%s", (fixture) => {
  const path = join(folder, `${fixture}.ll`);
  const text = readFileSync(path, "utf8");
  const at = text.indexOf(`\n${MARK}`) + 1;
  const source = at === 0 ? text : text.slice(0, at);
  const pass = /^; test pass=(\S+)/m.exec(source)![1]!;
  const found = only(pass, parseProgram(source));
  if (process.env["BLESS"] === "1") writeFileSync(path, source + found);
  else expect(found).toBe(text.slice(at));
});

test("every pass has a test", () => {
  const tested = new Set(
    fixtures(folder, ".ll").map(
      (fixture) =>
        /^; test pass=(\S+)/m.exec(readFileSync(join(folder, `${fixture}.ll`), "utf8"))![1],
    ),
  );
  const untested = PASSES.map((pass) => pass.name).filter(
    (name) => !/-\d+$/.test(name) && !tested.has(name),
  );
  expect(untested).toEqual([]);
});

test("an order that is broken is refused, with its reason", () => {
  const swapped = [...PASSES].reverse();
  expect(() => checkOrder(swapped, ORDER)).toThrow("must run before");
  expect(() => checkOrder(PASSES.slice(1), ORDER)).toThrow("which is no pass");
  expect(() => checkOrder([...PASSES, PASSES[0]!], ORDER)).toThrow("same name");
});
