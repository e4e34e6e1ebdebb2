/**
 * What one sees while typing: `node bench/typing.ts [file function …]`. A function is taken out of its
 * file and typed again, letter by letter, as an editor does it (new lines are indented). Prints, as
 * JSON, per function:
 *
 * - `offered`: of all places within names that mean something by then, the share at which completion,
 *   narrowed to what is typed of the name, has it among its first five entries;
 * - `errors`: how many letters left so many errors on the line that is being typed, once all is analysed.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { diskHost } from "../lsp/disk.ts";
import { inlineEngine } from "../lsp/engine/link.ts";
import { completion } from "../lsp/features/completion.ts";
import { diagnosticsOf } from "../lsp/features/diagnostics.ts";
import { uriOf } from "../lsp/uris.ts";
import { Workspace } from "../lsp/workspace.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FIRST = 5;
const SUBJECTS: readonly (readonly [string, string])[] = [
  ["examples/calc/parser.wr", "take"],
  ["examples/calc/parser.wr", "parse_if"],
  ["examples/calc/lexer.wr", "next_token"],
];

interface Outcome {
  readonly offered: number;
  readonly places: number;
  /** By number of errors on the line: letters. */
  readonly errors: Readonly<Record<number, number>>;
}

/** The lines of a function in a text: `[from, to)` in offsets. */
function extent(text: string, name: string): [number, number] {
  const head = new RegExp(`^( *)def ${name}\\b`, "m").exec(text);
  if (head === null) throw new Error(`there is no function ${name}`);
  const from = head.index;
  const lines = text.slice(from).split("\n");
  const indent = head[1]!.length;
  const isInside = (line: string) => line.trim() === "" || /^ */.exec(line)![0].length > indent;
  let count = 1;
  while (count < lines.length && isInside(lines[count]!)) count++;
  while (lines[count - 1]!.trim() === "") count--;
  return [from, from + lines.slice(0, count).join("\n").length];
}

async function replay(file: string, name: string): Promise<Outcome> {
  const path = resolve(ROOT, file);
  const uri = uriOf(path);
  const text = readFileSync(path, "utf8");
  const [from, to] = extent(text, name);
  const disk = diskHost(join(ROOT, "dsl/lib"));
  const workspace = new Workspace({ disk, engine: inlineEngine(disk) });
  const [before, body, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
  workspace.open(uri, 1, before + after);
  await workspace.settled();
  const known = new Set((before + after).match(/\w+/g));
  const errors: Record<number, number> = {};
  let [offered, places] = [0, 0];
  for (let typed = 1; typed <= body.length; typed++) {
    const letter = body[typed - 1]!;
    // Editors write the indentation themselves.
    if (letter === " " && /(?:^|\n) *$/.test(body.slice(0, typed - 1))) continue;
    const so = body.slice(0, typed);
    workspace.change(uri, typed + 1, [{ text: before + so + after }]);
    const document = workspace.document(uri)!;
    const position = document.positionAt(from + typed);
    const word = wordAt(body, typed);
    if (word !== null && known.has(word.whole)) {
      places++;
      const items = await completion({ workspace }, { textDocument: { uri }, position });
      const first = items
        .filter((one) => one.label.startsWith(word.typed))
        .sort((a, b) => ((a.sortText ?? a.label) < (b.sortText ?? b.label) ? -1 : 1))
        .slice(0, FIRST);
      if (first.some((one) => one.label === word.whole)) offered++;
    }
    const ended = /(\w+)\W$/.exec(so);
    if (ended !== null) known.add(ended[1]!);
    await workspace.settled();
    const view = (await workspace.view(uri))!;
    const count = diagnosticsOf(workspace, view.program, path).filter(
      ({ severity, range }) => severity === 1 && range.start.line === position.line,
    ).length;
    errors[count] = (errors[count] ?? 0) + 1;
  }
  workspace.dispose();
  return { offered: Math.round((100 * offered) / places) / 100, places, errors };
}

/** The name at whose middle the text is broken off: what is typed of it, and all of it. */
function wordAt(body: string, typed: number): { typed: string; whole: string } | null {
  const line = body.slice(body.lastIndexOf("\n", typed - 1) + 1, typed);
  const isText = /#/.test(line) || (line.match(/"/g) ?? []).length % 2 === 1;
  const start = /[A-Za-z_]\w*$/.exec(body.slice(0, typed));
  const rest = /^\w+/.exec(body.slice(typed));
  if (isText || start === null || rest === null || /\bdef \w*$/.test(line)) return null;
  return { typed: start[0], whole: start[0] + rest[0] };
}

const given = process.argv.slice(2);
const subjects =
  given.length >= 2 ? given.slice(1).map((name) => [given[0]!, name] as const) : SUBJECTS;
const outcomes: Record<string, Outcome> = {};
for (const [file, name] of subjects) outcomes[`${file} ${name}`] = await replay(file, name);
console.log(JSON.stringify(outcomes, null, 2));
