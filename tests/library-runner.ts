/** The tests of the library in Wright, `…_test.wr` beside its modules, as programs that run them. */
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "vitest";
import type { CompilerHost } from "../compiler/driver.ts";
import { parseModule } from "../dsl/grammar/parser.ts";
import { sourceFile } from "../dsl/syntax/source.ts";
import { folderHost, type Outcome } from "./run/engines.ts";
import { ROOT } from "./support.ts";

const FOLDER = "dsl/lib/wright";
export const MAIN = "library_tests.wr";

/** Paths of the test files, within the library. */
export const LIBRARY_TESTS: readonly string[] = readdirSync(join(ROOT, FOLDER), {
  recursive: true,
  encoding: "utf8",
})
  .filter((path) => path.endsWith("_test.wr"))
  .sort();

function testNames(path: string): string[] {
  const { module } = parseModule(sourceFile(path, readFileSync(join(ROOT, FOLDER, path), "utf8")));
  return module.chunks
    .flatMap((chunk) => chunk.body)
    .flatMap((one) =>
      one.kind === "def" && one.name.text.startsWith("test_") ? [one.name.text] : [],
    );
}

/** A program, `MAIN`, that runs every test of these files and says which ones it has run. */
export function libraryRunner(paths: readonly string[]): {
  readonly host: CompilerHost;
  readonly expected: string;
} {
  const modules = paths.map((path) => ({
    path,
    name: basename(path, ".wr"),
    tests: testNames(path),
  }));
  const imports = modules.map(({ name }) => `import ${name}\n`).join("");
  const calls = modules.flatMap(({ name, tests }) =>
    tests.map((one) => `    ${name}.${one}()\n    print("${name}.${one}")\n`),
  );
  const main = `${imports}\n\ndef main(argv: list[str]) -> int:\n${calls.join("")}    return 0\n`;
  const sources = modules.map(
    ({ path, name }) => [`${name}.wr`, readFileSync(join(ROOT, FOLDER, path), "utf8")] as const,
  );
  const host = folderHost("tests", { [MAIN]: main, ...Object.fromEntries(sources) });
  const expected = modules
    .flatMap(({ name, tests }) => tests.map((one) => `${name}.${one}\n`))
    .join("");
  return { host, expected };
}

/** Tests print what they like; that all of them came to their end is what counts. */
export function expectAllRun(outcome: Outcome, expected: string): void {
  expect(outcome.stderr).toBe("");
  const names = expected.trimEnd().split("\n");
  const run = outcome.stdout.split("\n").filter((line) => names.includes(line));
  expect(run).toEqual(names);
  expect(outcome.code).toBe(0);
}
