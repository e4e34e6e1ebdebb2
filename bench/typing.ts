/**
 * What one sees while typing: `node bench/typing.ts [seed [count] | file function …]`. A function is taken
 * out of its file and typed again, letter by letter, as an editor does it (new lines are indented). Which
 * functions those are, the seed decides, of the sources in `SOURCES`. Prints, as JSON, per function:
 *
 * - `offered`: of all places within names that mean something by then, the share at which completion,
 *   narrowed to what is typed of the name, has it among its first five entries;
 * - `errors`: how many letters left so many errors on the line that is being typed, once all is analysed;
 *   looked at after each letter but those inside of words, strings and comments, whose first letter tells.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { KEYWORDS } from "../dsl/grammar/tokens.ts";
import { diskHost } from "../lsp/disk.ts";
import { inlineEngine } from "../lsp/engine/link.ts";
import { completion } from "../lsp/features/completion.ts";
import { diagnosticsOf } from "../lsp/features/diagnostics.ts";
import { uriOf } from "../lsp/uris.ts";
import { Workspace } from "../lsp/workspace.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FIRST = 5;
const SOURCES = ["langs/scheme", "dsl/lib/wright", "examples/som"];
/** Letters: what is shorter says little, and each letter of what is longer costs an analysis. */
const [SHORTEST, LONGEST] = [120, 400];

type Subject = readonly [file: string, name: string];

/** As many functions, by turns of one source and the next. */
function chosen(seed: number, count: number): Subject[] {
  const found = SOURCES.map((folder) => subjectsIn(folder));
  return Array.from({ length: count }, (_, i) => {
    const from = found[i % found.length]!;
    const number = createHash("sha256").update(`${seed} ${i}`).digest().readUInt32BE();
    return from[number % from.length]!;
  });
}

function subjectsIn(folder: string): Subject[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".wr") && !file.endsWith("_test.wr"))
    .sort();
  return files.flatMap((file) => {
    const path = join(folder, file);
    const text = readFileSync(join(ROOT, path), "utf8");
    const names = [...text.matchAll(/^ *def (\w+)/gm)].map((match) => match[1]!);
    const unique = names.filter((name) => names.filter((one) => one === name).length === 1);
    return unique
      .filter((name) => {
        const [from, to] = extent(text, name);
        return to - from >= SHORTEST && to - from <= LONGEST;
      })
      .map((name) => [path, name] as const);
  });
}

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
    if (saysNothingNew(so)) continue;
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

/** The last letter goes on with what the one before it began: a word, unless it is a keyword by now, or text. */
function saysNothingNew(so: string): boolean {
  const line = so.slice(so.lastIndexOf("\n") + 1);
  if (isInText(line)) return !/["#]$/.test(line);
  const word = /\w+$/.exec(line)?.[0] ?? "";
  return word.length > 1 && !KEYWORDS.has(word);
}

function isInText(line: string): boolean {
  return line.includes("#") || (line.match(/"/g) ?? []).length % 2 === 1;
}

/** The name at whose middle the text is broken off: what is typed of it, and all of it. */
function wordAt(body: string, typed: number): { typed: string; whole: string } | null {
  const line = body.slice(body.lastIndexOf("\n", typed - 1) + 1, typed);
  const start = /[A-Za-z_]\w*$/.exec(body.slice(0, typed));
  const rest = /^\w+/.exec(body.slice(typed));
  if (isInText(line) || start === null || rest === null || /\bdef \w*$/.test(line)) return null;
  return { typed: start[0], whole: start[0] + rest[0] };
}

const given = process.argv.slice(2);
const isSeed = given.length === 0 || /^\d+$/.test(given[0]!);
const subjects = isSeed
  ? chosen(Number(given[0] ?? 1), Number(given[1] ?? 10))
  : given.slice(1).map((name): Subject => [given[0]!, name]);
const outcomes: Record<string, Outcome> = {};
for (const [file, name] of subjects) {
  outcomes[`${file} ${name}`] = await replay(file, name);
  console.error(file, name, JSON.stringify(outcomes[`${file} ${name}`]));
}
console.log(JSON.stringify(outcomes, null, 2));
