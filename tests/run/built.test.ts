/**
 * `npm run test:full`: the library's tests and the example languages as executables, which do what
 * the evaluator does, and in which the address and undefined-behaviour sanitizers find nothing.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { BuildOptions } from "../../compiler/c/build.ts";
import { expectAllRun, LIBRARY_TESTS, libraryRunner, MAIN } from "../library-runner.ts";
import { ROOT } from "../support.ts";
import {
  compiled,
  evaluate,
  executable,
  folderHost,
  hasCompiler,
  runNative,
  STRESS,
} from "./engines.ts";

const MINUTES = 60_000;
const isFull = process.env["WRIGHT_FULL"] === "1";
const output = mkdtempSync(join(tmpdir(), "wright-built-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));

const BUILDS: readonly (Partial<BuildOptions> & { readonly name: string; readonly cc: string })[] =
  [
    { name: "gcc -O2", cc: "gcc" },
    { name: "clang -O2", cc: "clang" },
    { name: "sanitizers", cc: "gcc", mode: "dev", sanitizers: true },
  ];

/** Where each example's VM is started, and how it is told a program of its tests. */
const EXAMPLES = [
  { language: "calc", folder: ".", argument: (name: string) => `examples/calc/tests/${name}.calc` },
  {
    language: "brainfuck",
    folder: ".",
    argument: (name: string) => `examples/brainfuck/tests/${name}.b`,
  },
  { language: "som", folder: "examples/som/tests", argument: (name: string) => name },
] as const;

/** These are rounded correctly; the others may differ by so many units in the last place. */
const EXACT = new Set(["sqrt", "fmod", "ldexp", "floor", "trunc"]);
const TOLERANCE = 4n;

describe("functions of floats", () => {
  const name = "are those of the evaluator but for the last bits";
  test(name, { timeout: 5 * MINUTES }, async (ctx) => {
    if (!isFull) return ctx.skip("takes long: in `npm run test:full`");
    if (!(await hasCompiler("gcc"))) return ctx.skip("there is no gcc");
    const program = () =>
      compiled("float_functions.wr", folderHost("tests/library"), { optimise: true });
    const path = await executable(program(), join(output, "float-functions"), { cc: "gcc" });
    const args = ["1", "1000"];
    const [native, here] = [runNative(path, { args }), evaluate(program(), { args })].map((one) =>
      one.stdout.split("\n"),
    ) as [string[], string[]];
    expect(native.length).toBe(here.length);
    const wrong = native.filter((line, i) => {
      const [name, bits] = line.split(" ") as [string, string?];
      if (bits === undefined) return false;
      const apart = BigInt(bits) - BigInt(here[i]!.split(" ")[1]!);
      return EXACT.has(name) ? apart !== 0n : apart > TOLERANCE || -apart > TOLERANCE;
    });
    expect(wrong).toEqual([]);
  });
});

// Only in `npm run test:full`: elsewhere they are no tests, rather than skipped ones.
describe.each(isFull ? BUILDS : [])("$name", ({ name, ...options }) => {
  test("the library's tests", { timeout: 20 * MINUTES }, async (ctx) => {
    if (!(await hasCompiler(options.cc))) return ctx.skip(`there is no ${options.cc}`);
    const { host, expected } = libraryRunner(LIBRARY_TESTS);
    const program = compiled(MAIN, host, { optimise: true });
    const path = await executable(program, join(output, `library-${name}`), options);
    expectAllRun(runNative(path), expected);
  });

  test.each(EXAMPLES)(
    "the tests of $language",
    { timeout: 10 * MINUTES },
    async ({ language, folder, argument }) => {
      if (!(await hasCompiler(options.cc))) return;
      const program = compiled("main.wr", folderHost(`examples/${language}`), { optimise: true });
      const path = await executable(program, join(output, `${language}-${name}`), options);
      for (const one of testsOf(language)) {
        expect(runExample(path, folder, argument(one.name), {}), one.name).toEqual(one.outcome);
        // A slice: everything is moved at every allocation.
        if (language !== "brainfuck" && one.source.length < 400)
          expect(runExample(path, folder, argument(one.name), STRESS)).toEqual(one.outcome);
      }
    },
  );
});

interface ExampleTest {
  readonly name: string;
  readonly source: string;
  readonly outcome: { readonly stdout: string; readonly failed: boolean };
}

function testsOf(language: string): ExampleTest[] {
  const folder = join(ROOT, "examples", language, "tests");
  const files = readdirSync(folder);
  return files
    .filter((file) => file.endsWith(".out"))
    .map((file) => {
      const name = file.slice(0, -".out".length);
      const program = files.find((one) => one.startsWith(`${name}.`) && !/\.(out|err)$/.test(one))!;
      return {
        name,
        source: readFileSync(join(folder, program), "latin1"),
        outcome: {
          stdout: readFileSync(join(folder, file), "latin1"),
          failed: existsSync(join(folder, `${name}.err`)),
        },
      };
    });
}

/** A sanitizer's report would be another way to fail: it is shown as what was printed. */
function runExample(
  path: string,
  folder: string,
  argument: string,
  env: Readonly<Record<string, string>>,
): ExampleTest["outcome"] {
  const run = spawnSync(path, [argument], {
    cwd: join(ROOT, folder),
    env: { ...env, ASAN_OPTIONS: "detect_leaks=0" },
    encoding: "latin1",
    maxBuffer: 2 ** 28,
    timeout: 5 * MINUTES,
  });
  const isReport = /Sanitizer|runtime error:/.test(run.stderr);
  return {
    stdout: isReport ? run.stderr : run.stdout,
    failed: run.status !== 0,
  };
}
