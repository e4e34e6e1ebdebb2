/** A slice of the fuzzing that `npm run fuzz` does: the engines agree on random programs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { hasCompiler } from "../run/engines.ts";
import { ROOT } from "../support.ts";
import { check, type RandomProgram } from "./check.ts";
import { randomProgram } from "./generate.ts";
import { mutant, problemOf } from "./mutate.ts";
import { buildBatchVM, runMutants, schemePrograms } from "./scheme-run.ts";
import { shrink } from "./shrink.ts";

const folder = mkdtempSync(join(tmpdir(), "wright-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const output = join(folder, "bundle");

function programs(first: number, count: number): RandomProgram[] {
  return Array.from({ length: count }, (_, i) => ({
    seed: first + i,
    text: randomProgram(first + i),
  }));
}

test("a seed gives the same program each time", () => {
  expect(randomProgram(5)).toBe(randomProgram(5));
  expect(randomProgram(5)).not.toBe(randomProgram(6));
});

test("the optimisation passes change nothing", { timeout: 240_000 }, async () => {
  expect(await check(programs(1, 40), { native: [], output, verify: true })).toEqual([]);
});

test("native programs do the same", { timeout: 240_000 }, async (ctx) => {
  if (!(await hasCompiler("gcc"))) return ctx.skip("there is no gcc");
  expect(
    await check(programs(1001, 25), { native: [{ cc: "gcc", mode: "quick" }], output }),
  ).toEqual([]);
});

test("whatever is wrong with a program, the analysis says so", { timeout: 240_000 }, () => {
  for (let seed = 1; seed <= 60; seed++) {
    const one = mutant(seed);
    expect(problemOf(one), `seed ${seed}, a mutant of ${one.path}`).toBe(null);
  }
});

test("a failing program is made small", async () => {
  const text =
    "def f(x):\n    if x > (1 + 2):\n        print(x)\n        crash(3)\n    else:\n        print(2)\n    return 0";
  const small = await shrink(text, (one) => one.includes("crash(3)") && one.startsWith("def f(x)"));
  expect(small).toBe("def f(x):\n    crash(3)");
});

test("mutants of Scheme programs end in a message", { timeout: 600_000 }, async (ctx) => {
  if (!(await hasCompiler("gcc"))) return ctx.skip("there is no gcc");
  const vm = await buildBatchVM(folder, { sanitizers: process.env.WRIGHT_FULL === "1" });
  const programs = schemePrograms([join(ROOT, "langs/scheme/tests")]);
  expect(await runMutants(vm, programs, 1, 300)).toEqual([]);
});
