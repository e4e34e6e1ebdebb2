/**
 * The library's tests and the hosted languages' as WebAssembly: the same as everywhere. `npm run test:full`
 * also collects at every allocation.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { expectAllRun, LIBRARY_TESTS, libraryRunner, MAIN } from "../library-runner.ts";
import { ROOT } from "../support.ts";
import { compiled, folderHost, runWasm, STRESS, wasmModule } from "../run/engines.ts";

const MINUTES = 60_000;
const isFull = process.env["WRIGHT_FULL"] === "1";
const output = mkdtempSync(join(tmpdir(), "wright-wasm-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));

test("the library's tests", { timeout: 5 * MINUTES }, () => {
  const { host, expected } = libraryRunner(LIBRARY_TESTS);
  const program = compiled(MAIN, host, { optimise: true });
  const env = { WRIGHT_TEST_FOLDER: output };
  expectAllRun(runWasm(wasmModule(program, join(output, "library")), { env }), expected);
});

interface Hosted {
  readonly language: string;
  readonly source: string;
  /** Where its programs are, and what they end in. */
  readonly tests: string;
  readonly extension: string;
  /** Where the VM is started, and how it is told the program. */
  readonly folder: string;
  readonly argument: (name: string) => string;
  /** The exit code of programs that fail. */
  readonly failure: number;
}

const HOSTED: readonly Hosted[] = [
  ...["calc", "brainfuck"].map((language) => ({
    language,
    source: `examples/${language}`,
    tests: `examples/${language}/tests`,
    extension: language === "calc" ? ".calc" : ".b",
    folder: ".",
    argument: (name: string) =>
      `examples/${language}/tests/${name}${language === "calc" ? ".calc" : ".b"}`,
    failure: 1,
  })),
  {
    language: "som",
    source: "examples/som",
    tests: "examples/som/tests",
    extension: ".out",
    folder: "examples/som/tests",
    argument: (name) => name,
    failure: 1,
  },
  {
    language: "scheme",
    source: "langs/scheme",
    tests: "langs/scheme/tests",
    extension: ".scm",
    folder: "langs/scheme/tests",
    argument: (name) => `${name}.scm`,
    failure: 70,
  },
];

describe.for(HOSTED)("$language", ({ source, tests, extension, folder, argument, failure }) => {
  const names = readdirSync(join(ROOT, tests))
    .filter((file) => file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length));
  const stressed = isFull ? names.slice(0, 2) : [];
  let module: string | null = null;
  const build = () =>
    wasmModule(
      compiled("main.wr", folderHost(source), { optimise: true }),
      join(output, source.replaceAll("/", "-")),
    );
  const recorded = (name: string, end: string) => {
    const path = join(ROOT, tests, name + end);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  };
  const check = (name: string, env: Readonly<Record<string, string>>) => {
    module ??= build();
    const run = spawnSync(process.execPath, ["--no-warnings", module, argument(name)], {
      cwd: join(ROOT, folder),
      encoding: "utf8",
      env: { ...process.env, ...env },
    });
    const error = recorded(name, ".err");
    expect(run.stdout).toBe(recorded(name, ".out"));
    expect(run.stderr).toContain(error.trimEnd());
    if (error === "") expect(run.stderr).toBe("");
    expect(run.status).toBe(error === "" ? 0 : failure);
  };

  test.for(names)("%s", { timeout: 3 * MINUTES }, (name) => check(name, {}));

  test.for(stressed)("%s, collecting at every allocation", { timeout: 10 * MINUTES }, (name) =>
    check(name, STRESS),
  );
});
