/**
 * Tests of a language: every function `test_…` of every `…_test.wr` below its folder.
 *
 * Each file of tests is a program of its own: a small runner, which exists in memory only, imports the
 * tests and calls the one that its first argument names.
 */
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { parseModule } from "../dsl/grammar/parser.ts";
import { sourceFile } from "../dsl/syntax/source.ts";
import { readText, shown, type Project } from "./project.ts";

export const RUNNER = "wright_test_runner";

export interface TestFile {
  readonly path: string;
  readonly tests: readonly string[];
}

/** With `wanted` in their names, if it is given. */
export function findTests(project: Project, wanted: string | undefined): TestFile[] {
  const files: TestFile[] = [];
  for (const path of testPaths(project.folder)) {
    const text = readText(path);
    if (text === null) continue;
    const tests = testNames(path, text).filter(
      (name) => wanted === undefined || name.includes(wanted),
    );
    if (tests.length > 0) files.push({ path, tests });
  }
  return files;
}

function testPaths(folder: string): string[] {
  const paths: string[] = [];
  for (const entry of readdirSync(folder === "" ? "." : folder, { withFileTypes: true })) {
    if (entry.name.startsWith(".") || entry.name === "node_modules" || entry.name === "out")
      continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) paths.push(...testPaths(path));
    else if (entry.name.endsWith("_test.wr")) paths.push(path);
  }
  return paths.sort();
}

/** Top-level functions `test_…` without parameters, in order. Mistakes in the file show when it is compiled. */
function testNames(path: string, text: string): string[] {
  const { module } = parseModule(sourceFile(path, text));
  return module.chunks
    .flatMap((chunk) => chunk.body)
    .flatMap((one) =>
      one.kind === "def" && one.name.text.startsWith("test_") && one.params.length === 0
        ? [one.name.text]
        : [],
    );
}

/** The program that runs tests of a file: the path it has as an entry, and its text. */
export function testProgram(
  project: Project,
  path: string,
  tests: readonly string[],
): { entry: string; text: string } {
  const inside = relative(project.folder, path).slice(0, -".wr".length);
  const module = inside.split(sep).join(".");
  const calls = tests.map((name) => `    if wanted == "${name}":\n        ${name}()\n`);
  const text = [
    `from ${module} import ${tests.join(", ")}\n\n`,
    "def main(argv: list[str]) -> int:\n",
    "    wanted = argv[1]\n",
    ...calls,
    "    return 0\n",
  ].join("");
  return { entry: shown(join(project.folder, `${RUNNER}.wr`)), text };
}
