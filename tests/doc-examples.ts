/**
 * The examples of a page in Markdown, with what the page says they do.
 *
 * A block of Wright (```python) is a program; the block that follows it, if there is one, is what it
 * does: ```output is what it prints, ```error are its diagnostics, a line each, and ```traceback is
 * how it fails. Without one, it prints nothing. A block with a `main` is a whole program, and
 * `# file: name` lines split a block into several files. Otherwise definitions and imports stand at
 * module level, and all else is the body of `main`, so that a page can show statements alone.
 */

export type Expectation =
  /** Standard output. */
  | { readonly kind: "output"; readonly text: string }
  /** `error[E0302]: message`, one per line. */
  | { readonly kind: "error"; readonly text: string }
  /** Standard error, with an exit code of 1. */
  | { readonly kind: "traceback"; readonly text: string };

export interface DocExample {
  /** Of the page, where the block starts; counted from 1. */
  readonly line: number;
  /** The heading above it. */
  readonly section: string;
  /** By name; `main.wr` is the entry. */
  readonly files: Readonly<Record<string, string>>;
  readonly expected: Expectation;
}

interface Fence {
  readonly language: string;
  readonly line: number;
  /** After the closing fence. */
  readonly end: number;
  readonly text: string;
}

export const ENTRY = "main.wr";

export function examplesOf(markdown: string): DocExample[] {
  const lines = markdown.split("\n");
  const fences = fencesOf(lines);
  const examples: DocExample[] = [];
  for (const [i, fence] of fences.entries()) {
    if (fence.language !== "python") continue;
    const next = fences[i + 1];
    const follows =
      next !== undefined &&
      lines.slice(fence.end, next.line - 1).every((line) => line.trim() === "");
    examples.push({
      line: fence.line,
      section: sectionAt(lines, fence.line),
      files: filesOf(fence.text),
      expected: (follows ? expectationOf(next) : null) ?? { kind: "output", text: "" },
    });
  }
  return examples;
}

function fencesOf(lines: readonly string[]): Fence[] {
  const fences: Fence[] = [];
  for (let i = 0; i < lines.length; i++) {
    const open = /^```(\w+)/.exec(lines[i]!);
    if (open === null) continue;
    const close = lines.indexOf("```", i + 1);
    const text = lines
      .slice(i + 1, close)
      .map((line) => `${line}\n`)
      .join("");
    fences.push({ language: open[1]!, line: i + 1, end: close + 1, text });
    i = close;
  }
  return fences;
}

function expectationOf({ language, text }: Fence): Expectation | null {
  switch (language) {
    case "output":
    case "error":
    case "traceback":
      return { kind: language, text };
    default:
      return null;
  }
}

function sectionAt(lines: readonly string[], line: number): string {
  const heading = lines.slice(0, line).findLast((one) => /^#+ /.test(one));
  return heading?.replace(/^#+ /, "") ?? "";
}

// ---------------------------------------------------------------- programs

function filesOf(text: string): Record<string, string> {
  const files: Record<string, string> = {};
  let current = ENTRY;
  for (const line of text.split(/(?<=\n)/)) {
    const named = /^# file: (\S+)$/.exec(line.trimEnd());
    if (named !== null) current = named[1]!;
    else files[current] = (files[current] ?? "") + line;
  }
  return Object.fromEntries(
    Object.entries(files).map(([name, one]) => [name, name === ENTRY ? program(one) : one]),
  );
}

const DEFINITION =
  /^(def|class|enum|mixin|struct|extern|import|from|@|raw module|type \w+(\[.*\])? =)/;

/** Statements that stand alone become the body of `main`. */
function program(text: string): string {
  if (/^def main\(/m.test(text)) return text;
  const definitions: string[] = [];
  const body: string[] = [];
  let into = definitions;
  for (const line of text.split("\n")) {
    const isContinued = line === "" || /^[ )\]}#]/.test(line);
    if (!isContinued) into = DEFINITION.test(line) ? definitions : body;
    into.push(line);
  }
  const indented = body.map((line) => (line === "" ? "" : `    ${line}`));
  return [
    ...definitions,
    "def main(argv: list[str]) -> int:",
    ...indented,
    "    return 0",
    "",
  ].join("\n");
}
