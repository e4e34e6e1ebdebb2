/**
 * Every example of the pages on the language does what the page says: in the evaluator one by one, and
 * those that print something once more in one native program. `BLESS=1` writes what they did into the
 * page; read the difference before committing it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { analyse, compileAnalysed, type CompilerHost } from "../compiler/driver.ts";
import type { Diagnostic } from "../dsl/syntax/diagnostics.ts";
import { ENTRY, examplesOf, type DocExample, type Expectation } from "./doc-examples.ts";
import {
  evaluate,
  executable,
  folderHost,
  hasCompiler,
  compiled,
  runNative,
} from "./run/engines.ts";
import { ROOT } from "./support.ts";

const PAGES = ["docs/language.md"];
const BLESS = process.env["BLESS"] === "1";

function hostOf(files: Readonly<Record<string, string>>): CompilerHost {
  return { ...folderHost("tests/no-such-folder", files), embed: (path) => files[path] ?? null };
}

function shown(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((one) => `${one.severity}[${one.code}]: ${one.message}\n`).join("");
}

/** What the example does, as the page would say it. */
function happens(example: DocExample): Expectation {
  const analysis = analyse(ENTRY, hostOf(example.files));
  if (analysis.diagnostics.length > 0) return { kind: "error", text: shown(analysis.diagnostics) };
  const compiled = compileAnalysed(analysis, { optimise: false });
  if (!compiled.ok) return { kind: "error", text: shown(compiled.diagnostics) };
  const { code, stdout, stderr } = evaluate(compiled.program);
  if (stderr === "" && code === 0) return { kind: "output", text: utf8(stdout) };
  return { kind: "traceback", text: utf8(stdout + stderr).trimEnd() + "\n" };
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

for (const page of PAGES) {
  const path = join(ROOT, page);
  const examples = examplesOf(readFileSync(path, "utf8"));
  describe(page, () => {
    const found = new Map<number, Expectation>();
    for (const example of examples) {
      it(`${example.section} (line ${example.line})`, () => {
        const actual = happens(example);
        found.set(example.line, actual);
        if (!BLESS) expect(actual).toEqual(example.expected);
      });
    }
    afterAll(() => {
      if (BLESS) writeFileSync(path, blessed(readFileSync(path, "utf8"), found));
    });
  });

  describe.runIf(await hasCompiler("cc"))(`${page}, native`, () => {
    it("does the same", async () => {
      const printing = examples.filter(isBundled);
      const built = compiled(ENTRY, hostOf(bundle(printing)), { optimise: true });
      const { stdout, stderr } = runNative(
        await executable(built, join(ROOT, ".cache/run-tests/docs"), {}),
      );
      expect(stderr).toBe("");
      const parts = utf8(stdout).split(SEPARATOR).slice(1);
      for (const [i, example] of printing.entries())
        expect(`line ${example.line}\n${parts[i]}`).toBe(
          `line ${example.line}\n${example.expected.text}`,
        );
    });
  });
}

// ---------------------------------------------------------------- one program of many

const SEPARATOR = "\u241e\n";

/** Alone in its file: modules of several examples would share their names. */
function isBundled({ files, expected }: DocExample): boolean {
  return expected.kind === "output" && Object.keys(files).length === 1;
}

/** A program that runs the examples one after another, each a module. */
function bundle(examples: readonly DocExample[]): Record<string, string> {
  const files: Record<string, string> = {};
  const imports = examples.map((_, i) => `from example_${i} import main as main_${i}`);
  const calls = examples.flatMap((_, i) => [
    `    print("${SEPARATOR.trimEnd()}")`,
    `    main_${i}(argv)`,
  ]);
  for (const [i, example] of examples.entries()) files[`example_${i}.wr`] = example.files[ENTRY]!;
  files[ENTRY] = [
    ...imports,
    "def main(argv: list[str]) -> int:",
    ...calls,
    "    return 0",
    "",
  ].join("\n");
  return files;
}

// ---------------------------------------------------------------- blessing

/** The page with what was found behind every example. */
function blessed(markdown: string, found: ReadonlyMap<number, Expectation>): string {
  const lines = markdown.split("\n");
  for (const [line, { kind, text }] of [...found].sort(([a], [b]) => b - a)) {
    const end = lines.indexOf("```", line) + 1;
    const old = expectationAt(lines, end);
    const block =
      kind === "output" && text === ""
        ? []
        : ["", `\`\`\`${kind}`, ...text.trimEnd().split("\n"), "```"];
    lines.splice(end, old, ...block);
  }
  return lines.join("\n");
}

/** How many lines after an example are its old expectation. */
function expectationAt(lines: readonly string[], from: number): number {
  let at = from;
  while (lines[at] === "") at++;
  return /^```(output|error|traceback)/.test(lines[at] ?? "")
    ? lines.indexOf("```", at) + 1 - from
    : 0;
}
