/**
 * The tests of the library in Wright, `…_test.wr` beside its modules, each file as one program in the
 * evaluator; a slice of them natively; and Unicode's tables against JavaScript.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  CATEGORIES,
  committedTables,
  fullFold,
  fullLower,
  fullTitle,
  fullUpper,
  simple,
  text,
  unicodeTables,
} from "../tools/unicode-tables.ts";
import { expectAllRun, LIBRARY_TESTS, libraryRunner, MAIN } from "./library-runner.ts";
import {
  compiled,
  evaluate,
  executable,
  folderHost,
  hasCompiler,
  runNative,
} from "./run/engines.ts";
import { ROOT } from "./support.ts";

const CODE_GENERATION_TIMEOUT = 120_000;

describe("in the evaluator", () => {
  test.each(LIBRARY_TESTS)("%s", (path) => {
    const { host, expected } = libraryRunner([path]);
    expectAllRun(evaluate(compiled(MAIN, host, { optimise: false })), expected);
  });
});

const NATIVE = [
  "core/lists_test.wr",
  "core/tables_test.wr",
  "core/text_test.wr",
  "sort_test.wr",
  "unicode_test.wr",
];

describe.runIf(await hasCompiler("cc"))("natively", () => {
  const folder = join(ROOT, ".cache/library-tests");
  mkdirSync(folder, { recursive: true });

  test(
    "a slice",
    async () => {
      const { host, expected } = libraryRunner(NATIVE);
      const path = await executable(
        compiled(MAIN, host, { optimise: true }),
        join(folder, "slice"),
        { mode: "dev" },
      );
      expectAllRun(runNative(path), expected);
    },
    CODE_GENERATION_TIMEOUT,
  );

  test(
    "every code point is what it is in JavaScript",
    async () => {
      const host = folderHost("tests/library");
      const path = await executable(
        compiled("code_points.wr", host, { optimise: true }),
        join(folder, "code-points"),
        { mode: "dev" },
      );
      expectSameLines(runNative(path, { args: ["0", "1114112"] }).stdout, 0, 0x110000);
    },
    CODE_GENERATION_TIMEOUT,
  );
});

describe("Unicode", () => {
  // Another engine may know another version of Unicode.
  const isSameVersion = committedTables().includes(
    `UNICODE_VERSION = "${process.versions["unicode"]}"`,
  );

  test.runIf(isSameVersion)("the tables are up to date", () => {
    expect(committedTables() === unicodeTables(), "run tools/unicode-tables.ts").toBe(true);
  });

  // Latin to Armenian, Cherokee, Greek with marks, letter-like symbols, ligatures, Deseret, the end.
  test.each([
    [0, 0x590],
    [0x1380, 0x1400],
    [0x1f00, 0x2190],
    [0xfb00, 0xfb20],
    [0x10400, 0x10460],
    [0x10fff0, 0x110000],
  ])("code points from %i to %i in the evaluator", (from, to) => {
    const program = compiled("code_points.wr", folderHost("tests/library"), { optimise: false });
    expectSameLines(evaluate(program, { args: [String(from), String(to)] }).stdout, from, to);
  });
});

// ---------------------------------------------------------------- one line for each code point

const PROPERTIES = [
  "Alphabetic",
  "White_Space",
  "Uppercase",
  "Lowercase",
  "Cased",
  "Case_Ignorable",
  "ID_Start",
  "ID_Continue",
];
const propertyTests = PROPERTIES.map((name) => new RegExp(`^\\p{${name}}$`, "u"));
const categoryTests = CATEGORIES.map((name) => ({ name, test: new RegExp(`^\\p{${name}}$`, "u") }));

/** As `code_points.wr` prints it: category, properties, simple mappings, full mappings. */
function lineOf(c: number): string {
  const char = text(c);
  const category = categoryTests.find((one) => one.test.test(char))!.name;
  const bits = propertyTests.map((one) => (one.test(char) ? "1" : "0")).join("");
  if (0xd800 <= c && c <= 0xdfff) return `${category} ${bits}`;
  const one = [simple.upper, simple.lower, simple.title, simple.fold].map((map) => map(c));
  const many = [fullUpper, fullLower, fullTitle, fullFold].map((map) =>
    Buffer.from(text(...map(c))).toString("hex"),
  );
  return [category, bits, ...one, ...many].join(" ");
}

/** The first difference is a better message than a million lines. */
function expectSameLines(printed: string, from: number, to: number): void {
  const lines = printed.split("\n");
  expect(lines.length).toBe(to - from + 1);
  for (let c = from; c < to; c++) {
    if (lines[c - from] !== lineOf(c))
      expect(`${c.toString(16)}: ${lines[c - from]}`).toBe(`${c.toString(16)}: ${lineOf(c)}`);
  }
}
