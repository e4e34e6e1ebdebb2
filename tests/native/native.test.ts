/**
 * Low-level programs through the C back end, run.
 *
 * A `.ll` file says what is expected of it in its first comments:
 *
 *     ; status 42                exit status
 *     ; stdout text              what is printed, exactly
 *     ; stderr line              all lines of the error output, in order
 *     ; stderr-has text          a text that the error output contains
 *     ; env NAME=value           of the run
 *     ; no-stress                too slow to collect at every allocation
 *     ; native-only              about the collector, of which the evaluator has none
 *
 * Each runs in the evaluator, before and after the passes for native code, then natively as it is, and again while the collector moves everything at every allocation, checks
 * the heap and traps accesses to where objects used to be.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildNative, type BuildOptions } from "../../compiler/c/build.ts";
import { Machine } from "../../compiler/eval/machine.ts";
import { testHost } from "../../compiler/eval/test-host.ts";
import { parseProgram } from "../../compiler/ll/parse.ts";
import type { LLProgram } from "../../compiler/ll/program.ts";
import { assertVerified } from "../../compiler/ll/verify.ts";
import { prepareForNative } from "../../compiler/passes/native.ts";
import { fixtures, ROOT } from "../support.ts";

const folder = join(ROOT, "tests/native");
const output = mkdtempSync(join(tmpdir(), "wright-native-"));
const cache = join(ROOT, ".cache/native-tests");
afterAll(() => rmSync(output, { recursive: true, force: true }));

const STRESS = { WRIGHT_GC_STRESS: "1", WRIGHT_GC_POISON: "1", WRIGHT_GC_VERIFY: "1" };

interface Expected {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string | null;
  readonly has: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stress: boolean;
  readonly evaluator: boolean;
}

function expectations(text: string): Expected {
  const all = (key: string) =>
    [...text.matchAll(new RegExp(`^; ${key} (.*)$`, "gm"))].map((match) => match[1]!);
  const stderr = all("stderr");
  return {
    status: Number(all("status")[0] ?? 0),
    stdout: all("stdout").join("\n"),
    stderr: stderr.length === 0 ? null : stderr.join("\n") + "\n",
    has: all("stderr-has"),
    env: Object.fromEntries(all("env").map((one) => one.split("=", 2) as [string, string])),
    stress: !/^; no-stress$/m.test(text),
    evaluator: !/^; native-only$/m.test(text),
  };
}

async function build(name: string, options: Partial<BuildOptions> = {}): Promise<string> {
  const program = parseProgram(readFileSync(join(folder, `${name}.ll`), "utf8"));
  prepareForNative(program);
  const path = join(output, name);
  const result = await buildNative(program, { output: path, cache, strict: true, ...options });
  expect(result).toEqual({ ok: true, output: path });
  return path;
}

function check(path: string, expected: Expected, env: Readonly<Record<string, string>>): void {
  const run = spawnSync(path, [], {
    env: { ...env, ...expected.env },
    encoding: "utf8",
    timeout: 20_000,
  });
  const { status, stdout, stderr } = run;
  expect({ status, stdout }, stderr).toEqual({ status: expected.status, stdout: expected.stdout });
  if (expected.stderr !== null) expect(stderr).toBe(expected.stderr);
  for (const text of expected.has) expect(stderr).toContain(text);
}

function checkEvaluator(program: LLProgram, expected: Expected): void {
  const { host, output: written } = testHost();
  const status = new Machine(program, host).runMain(["program"]);
  expect({ status, stdout: written[1] }, written[2]).toEqual({
    status: expected.status,
    stdout: expected.stdout,
  });
  if (expected.stderr !== null) expect(written[2]).toBe(expected.stderr);
  for (const text of expected.has) expect(written[2]).toContain(text);
}

for (const name of fixtures(folder, ".ll")) {
  test(name, async () => {
    const text = readFileSync(join(folder, `${name}.ll`), "utf8");
    const expected = expectations(text);
    if (expected.evaluator) {
      checkEvaluator(parseProgram(text), expected);
      const program = parseProgram(text);
      prepareForNative(program);
      assertVerified(program, "native");
      checkEvaluator(program, expected);
    }
    const path = await build(name);
    check(path, expected, {});
    if (expected.stress) check(path, expected, STRESS);
  });
}

test("sanitizers find nothing", async () => {
  for (const name of ["exceptions", "collector", "immediates", "calls", "dispatch", "names"]) {
    const expected = expectations(readFileSync(join(folder, `${name}.ll`), "utf8"));
    const path = await build(name, { sanitizers: true });
    check(path, expected, { ...STRESS, ASAN_OPTIONS: "detect_leaks=0" });
  }
});

test("a missing compiler is said", async () => {
  const program = parseProgram("");
  prepareForNative(program);
  const cc = "no-such-compiler";
  const result = await buildNative(program, { output: join(output, "none"), cache, cc });
  expect(result).toMatchObject({
    ok: false,
    problem: { kind: "no-compiler", message: "the C compiler `no-such-compiler` could not be run" },
  });
});

test("debug builds speak of the source, and C files can be kept", async () => {
  const path = await build("exceptions", { debug: true, keepC: join(output, "kept") });
  check(path, expectations(readFileSync(join(folder, "exceptions.ll"), "utf8")), {});
  expect(readFileSync(join(output, "kept/code_1.c"), "utf8")).toContain('#line 12 "main.wr"');
});

test("an interrupted build leaves nothing", async () => {
  const program = parseProgram("");
  prepareForNative(program);
  const path = join(output, "interrupted");
  const result = await buildNative(program, { output: path, cache, signal: AbortSignal.abort() });
  expect(result).toMatchObject({ ok: false, problem: { kind: "interrupted" } });
  expect(readdirSync(output).filter((name) => name.startsWith("interrupted"))).toEqual([]);
});

test("a place that cannot be written to is said", async () => {
  const program = parseProgram("");
  prepareForNative(program);
  const result = await buildNative(program, { output: "/dev/null/program", cache });
  expect(result).toMatchObject({ ok: false, problem: { kind: "io" } });
});
