/**
 * The hosted example languages, run in the evaluator: each program in `tests` of an example prints
 * what stands in its `.out` file; one with an `.err` file fails with that on standard error.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Example {
  readonly language: string;
  /** Where the VM is started, and how it is told the program. */
  readonly folder: string;
  readonly argument: (name: string) => string;
}

const EXAMPLES: readonly Example[] = [
  { language: "calc", folder: ".", argument: (name) => `examples/calc/tests/${name}.calc` },
  { language: "brainfuck", folder: ".", argument: (name) => `examples/brainfuck/tests/${name}.b` },
  { language: "som", folder: "examples/som/tests", argument: (name) => name },
];

function programs(language: string): string[] {
  return readdirSync(join(root, "examples", language, "tests"))
    .filter((file) => file.endsWith(".out"))
    .map((file) => file.slice(0, -".out".length));
}

function expected(language: string, name: string, extension: string): string {
  const file = join(root, "examples", language, "tests", name + extension);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

for (const example of EXAMPLES) {
  const { language } = example;
  describe(language, () => {
    test.each(programs(language))("%s", (name) => {
      const command = [join(root, "cli/main.ts"), "run", join(root, "examples", language)];
      const run = spawnSync(process.execPath, [...command, example.argument(name)], {
        cwd: join(root, example.folder),
        encoding: "utf8",
      });
      const error = expected(language, name, ".err");
      expect(run.stdout).toBe(expected(language, name, ".out"));
      expect(run.stderr).toContain(error.trimEnd());
      expect(run.status).toBe(error === "" ? 0 : 1);
    });
  });
}
