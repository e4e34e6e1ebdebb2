/**
 * Random low-level programs: the evaluator, the evaluator after the passes for native code (and,
 * with even seeds, those for speed before them), the executable, and the executable under stress
 * must agree on exit status and output.
 *
 * RANDOM_SEEDS=from-to runs others than the usual few.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildNative } from "../../compiler/c/build.ts";
import { Machine } from "../../compiler/eval/machine.ts";
import { testHost } from "../../compiler/eval/test-host.ts";
import { parseProgram } from "../../compiler/ll/parse.ts";
import { assertVerified } from "../../compiler/ll/verify.ts";
import { runPasses } from "../../compiler/passes/passes.ts";
import { prepareForNative } from "../../compiler/passes/native.ts";
import type { LLProgram } from "../../compiler/ll/program.ts";
import { seeded } from "../random-program.ts";
import { randomProgram } from "./random-graphs.ts";

const output = mkdtempSync(join(tmpdir(), "wright-random-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));

const [from, to] = (process.env["RANDOM_SEEDS"] ?? "1-6").split("-").map(Number) as [
  number,
  number,
];
/** Not at every allocation: some programs make many objects and keep them all. */
const STRESS = { WRIGHT_GC_STRESS: "23", WRIGHT_GC_POISON: "1", WRIGHT_GC_VERIFY: "1" };

function prepared(text: string, seed: number): LLProgram {
  const program = parseProgram(text);
  if (seed % 2 === 0) runPasses(program);
  prepareForNative(program);
  assertVerified(program, "native");
  return program;
}

function evaluated(program: LLProgram): { status: number; stderr: string } {
  const { host, output: written } = testHost();
  const status = new Machine(program, host).runMain(["program"]);
  return { status, stderr: written[2] };
}

function executed(path: string, env: Readonly<Record<string, string>>): unknown {
  const { status, stderr } = spawnSync(path, [], {
    env: { ...env },
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, stderr };
}

for (let seed = from; seed <= to; seed++) {
  test(`seed ${seed}`, async () => {
    const text = randomProgram(seeded(seed));
    // Running changes prebuilt objects, so each run has a program of its own.
    const made = parseProgram(text);
    assertVerified(made, "made");
    const expected = evaluated(made);
    expect(evaluated(prepared(text, seed))).toEqual(expected);
    const program = prepared(text, seed);
    const path = join(output, `seed${seed}`);
    const cache = join(output, "cache");
    const options = { output: path, cache, strict: true, mode: "dev" } as const;
    expect(await buildNative(program, options)).toEqual({ ok: true, output: path });
    expect(executed(path, {})).toEqual(expected);
    expect(executed(path, STRESS)).toEqual(expected);
  });
}
