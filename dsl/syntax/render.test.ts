import { expect, test } from "vitest";
import { diagnostic, note } from "./diagnostics.ts";
import { diagnosticToJson, renderDiagnostic, renderDiagnostics } from "./render.ts";
import { sourceFile, span, wholeFile } from "./source.ts";

const text = [
  "def area(w: int):",
  '    return w + "cm"',
  "",
  "x = [",
  "  1,",
  "]",
  'y = "日本" + 1',
  `z = ${"long_name + ".repeat(20)}"bad"`,
  "",
].join("\n");
const chunk = wholeFile(sourceFile("main.wr", text));
const plain = { color: false };

/** The span of the `nth` occurrence of `part`. */
function at(part: string, nth = 0) {
  let start = text.indexOf(part);
  for (; nth > 0; nth--) start = text.indexOf(part, start + 1);
  return span(chunk, start, start + part.length);
}

const clash = diagnostic("E0101", at('w + "cm"'), "cannot add int and str", {
  notes: [
    note("this is a str", at('"cm"')),
    note("declared int here", at("int")),
    note("no place"),
  ],
  help: "convert it first: str(w)",
});

test("message, frames of the notes, help", () => {
  expect(renderDiagnostic(clash, plain)).toBe(`error[E0101]: cannot add int and str
 --> main.wr:2:12
  |
2 |     return w + "cm"
  |            ^^^^^^^^
note: this is a str
 --> main.wr:2:16
  |
2 |     return w + "cm"
  |                ~~~~
note: declared int here
 --> main.wr:1:13
  |
1 | def area(w: int):
  |             ~~~
note: no place
help: convert it first: str(w)`);
});

test("a span of several lines shows its first", () => {
  const d = diagnostic("E0101", at("[\n  1,\n]"), "too long", { severity: "warning" });
  expect(renderDiagnostic(d, plain)).toBe(`warning[E0101]: too long
 --> main.wr:4:5
  |
4 | x = [
  |     ^
  | … 2 more lines, to line 6`);
});

test("marks are counted in columns of the terminal", () => {
  const d = diagnostic("E0101", at('"日本" + 1'), "no");
  expect(renderDiagnostic(d, plain).split("\n").slice(3)).toEqual([
    '7 | y = "日本" + 1',
    "  |     ^^^^^^^^^^",
  ]);
});

test("long lines are cut around the span", () => {
  const lines = renderDiagnostic(diagnostic("E0101", at('"bad"'), "no"), plain).split("\n");
  expect(lines[3]!.length).toBeLessThan(130);
  expect(lines[3]!.indexOf('"bad"')).toBe(lines[4]!.indexOf("^^^^^"));
});

test("an empty span, an empty file, the end of the file", () => {
  const end = diagnostic("E0101", span(chunk, text.length, text.length), "the end");
  expect(renderDiagnostic(end, plain)).toContain("--> main.wr:9:1\n  |\n9 |\n  | ^");
  const empty = wholeFile(sourceFile("empty.wr", ""));
  expect(renderDiagnostic(diagnostic("E0101", span(empty, 0, 0), "nothing"), plain)).toBe(
    "error[E0101]: nothing\n --> empty.wr:1:1",
  );
});

test("several end with their number", () => {
  const warning = diagnostic("E0102", at("x"), "hm", { severity: "warning" });
  const shown = renderDiagnostics([clash, warning, clash], plain);
  expect(shown.split("\n\n").at(-1)).toBe("2 errors, 1 warning");
  expect(renderDiagnostics([], plain)).toBe("");
});

test("colours change nothing but the colours", () => {
  const coloured = renderDiagnostic(clash, { color: true });
  expect(coloured).toContain("\x1b[1;31merror[E0101]\x1b[0m");
  expect(coloured.replace(/\x1b\[[\d;]*m/g, "")).toBe(renderDiagnostic(clash, plain));
});

test("as data", () => {
  expect(diagnosticToJson(clash)).toEqual({
    code: "E0101",
    severity: "error",
    message: "cannot add int and str",
    path: "main.wr",
    line: 2,
    column: 12,
    endLine: 2,
    endColumn: 20,
    notes: [
      {
        message: "this is a str",
        place: { path: "main.wr", line: 2, column: 16, endLine: 2, endColumn: 20 },
      },
      {
        message: "declared int here",
        place: { path: "main.wr", line: 1, column: 13, endLine: 1, endColumn: 16 },
      },
      { message: "no place", place: null },
    ],
    help: "convert it first: str(w)",
  });
});
