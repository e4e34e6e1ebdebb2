/**
 * Editing sessions: a program of the repository is edited at random, and after every edit an analyser
 * that has followed all of them must say exactly what one says that sees the program for the first
 * time: every diagnostic with its notes and places, every type, every name. A seed gives the program
 * and the edits.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ParsedModule } from "../../dsl/grammar/parser.ts";
import { Analyser, type TextHost } from "../../lsp/engine/analyser.ts";
import type { ProgramData } from "../../lsp/engine/data.ts";
import { seeded, type Random } from "../random-program.ts";
import { ROOT } from "../support.ts";
import { MUTATIONS } from "./mutate.ts";

const LIBRARY = join(ROOT, "dsl/lib");

const disk = new Map<string, string | null>();

/** Something that the two analyses do not agree on. */
export interface Difference {
  readonly seed: number;
  readonly step: number;
  readonly edit: string;
  readonly what: string;
}

type Texts = Map<string, string>;

/** An edit of a program: it changes `texts`, and says what it did. */
type Edit = (texts: Texts, original: Texts, random: Random) => string;

const EDITS: readonly Edit[] = [
  mutateOne,
  mutateOne,
  mutateOne,
  typeLine,
  typeLine,
  renameEverywhere,
  comeAndGo,
  comeAndGo,
  restoreFile,
  restoreFile,
  restoreFile,
  restoreAll,
  emptyFile,
  replaceFile,
];

/** Of the library as it is on disk. */
const libraryTrees: ReadonlyMap<string, ParsedModule> = (() => {
  const reader = new Analyser({ libraryRoot: LIBRARY, read: fromDisk });
  reader.prepare();
  return reader.libraryTrees();
})();

/**
 * Goes through the session of a seed, `steps` edits long, over one of `entries`. Gives the first
 * difference, or null.
 */
export function differenceIn(
  seed: number,
  entries: readonly string[],
  steps: number,
): Difference | null {
  const random = seeded(seed);
  const entry = join(ROOT, random.pick(entries));
  const original = textsBeside(entry);
  const texts = new Map(original);
  const host: TextHost = {
    libraryRoot: LIBRARY,
    read: (path) => texts.get(path) ?? fromDisk(path),
    list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
    embed: (path) => fromDisk(path),
  };
  // Trees that are shared say where they stand, which edits of the library change.
  const shared = entry.startsWith(LIBRARY) ? new Map<string, ParsedModule>() : libraryTrees;
  const warm = new Analyser(host, shared);
  let edit = "nothing";
  for (let step = 0; step <= steps; step++) {
    const answers: ProgramData[] = [];
    const found = analysed(warm, entry, (one) => answers.push(one));
    if (step === 0) warm.rehearse(entry);
    if (step > 0 && answers.length === 2) {
      first.given++;
      if (said(answers[0]!) === said(answers[1]!)) first.exact++;
    }
    const expected = analysed(new Analyser(host, shared), entry);
    const what = firstDifference(comparable(found), comparable(expected), []);
    if (what !== null) return { seed, step, edit, what };
    const [fault] = warm.faults.splice(0);
    if (fault !== undefined && !("refusal" in expected))
      return { seed, step, edit, what: fault instanceof Error ? fault.stack! : String(fault) };
    edit = random.pick(EDITS)(texts, original, random);
  }
  return null;
}

/** The program cannot be looked at: it edits the library, and what every program needs is not there. */
interface Refused {
  readonly refusal: string;
}

function analysed(
  analyser: Analyser,
  entry: string,
  early?: (mistakes: ProgramData) => void,
): ProgramData | Refused {
  try {
    return analyser.analyse(entry, undefined, early)!;
  } catch (error) {
    if (!entry.startsWith(LIBRARY)) throw error;
    return { refusal: (error as Error).message };
  }
}

/** Answers given before the whole program was analysed again, and how many of them were the last word. */
export const first = { given: 0, exact: 0 };

function said({ diagnostics }: ProgramData): string {
  return diagnostics
    .map(({ code, path, start, end, message }) => [code, path, start, end, message].join(" "))
    .sort()
    .join("\n");
}

/** All that is known of the program, but for how long it took. */
function comparable(data: ProgramData | Refused): unknown {
  return { ...data, milliseconds: 0 };
}

function textsBeside(entry: string): Texts {
  const folder = dirname(entry);
  const names = readdirSync(folder).filter((name) => name.endsWith(".wr"));
  // A test file is no part of the program.
  const own = names.filter((name) => !name.endsWith("_test.wr") || basename(entry) === name);
  return new Map(own.map((name) => [join(folder, name), readFileSync(join(folder, name), "utf8")]));
}

function fromDisk(path: string): string | null {
  let text = disk.get(path);
  if (text === undefined)
    disk.set(path, (text = existsSync(path) ? readFileSync(path, "utf8") : null));
  return text;
}

// -------------------------------------------------------------------- edits

function mutateOne(texts: Texts, _original: Texts, random: Random): string {
  const path = random.pick([...texts.keys()]);
  const i = random.below(MUTATIONS.length);
  texts.set(path, MUTATIONS[i]!(texts.get(path)!, random));
  return `mutation ${i} of ${basename(path)}`;
}

const LINES = [
  "missing_name",
  "x = 1",
  "return None",
  "return 1",
  'return "x"',
  "pass",
  "x: list[int] = []",
  "self.fresh = None",
  "self.fresh = 1",
  "raise ValueError(x)",
  "for i in range(3): x = i",
  "def inner(a): return a",
  "y = lambda a: a + 1",
  "# only a comment",
  "print(1",
  "if x:",
  "import wright.math",
  "class Fresh:\n    pass",
  "FRESH = 1",
];

/** A line of its own, indented as the one before which it stands. */
function typeLine(texts: Texts, _original: Texts, random: Random): string {
  const path = random.pick([...texts.keys()]);
  const lines = texts.get(path)!.split("\n");
  const i = random.below(lines.length);
  const indent = /^ */.exec(lines[i]!)![0];
  const line = random.pick(LINES);
  lines.splice(i, 0, indent + line.replaceAll("\n", `\n${indent}`));
  texts.set(path, lines.join("\n"));
  return `\`${line}\` at ${basename(path)}:${i + 1}`;
}

const BODIES = [
  "return None",
  'return "x"',
  "return missing_name",
  "x: int = None\n    return x",
  "# to come",
  "yield 1",
];

/** A function of a module is new, or gone, or has another name. */
function comeAndGo(texts: Texts, _original: Texts, random: Random): string {
  const path = random.pick([...texts.keys()]);
  const pieces = texts.get(path)!.split(/^(?=def |class )/m);
  const i = random.below(pieces.length);
  const piece = pieces[i]!;
  const what = random.below(3);
  const name = /^def (\w+)/.exec(piece)?.[1];
  if (what === 0 && name !== undefined) pieces.splice(i, 1);
  else if (what === 1 && name !== undefined)
    pieces[i] = piece.replace(name, `${name}_${random.below(3)}`);
  else pieces.splice(i, 0, `def fresh_${random.below(3)}(a):\n    ${random.pick(BODIES)}\n\n\n`);
  texts.set(path, pieces.join(""));
  return `functions came or went in ${basename(path)} before piece ${i}`;
}

function renameEverywhere(texts: Texts, _original: Texts, random: Random): string {
  const all = [...texts.values()].join("\n");
  const names = [...all.matchAll(/\b[A-Za-z_]\w{3,}/g)];
  if (names.length === 0) return "nothing";
  const [name] = random.pick(names);
  const word = new RegExp(`\\b${name}\\b`, "g");
  for (const [path, text] of texts) texts.set(path, text.replace(word, `${name}_renamed`));
  return `renamed ${name}`;
}

function restoreFile(texts: Texts, original: Texts, random: Random): string {
  const edited = [...texts.keys()].filter((path) => texts.get(path) !== original.get(path));
  if (edited.length === 0) return mutateOne(texts, original, random);
  const path = random.pick(edited);
  texts.set(path, original.get(path)!);
  return `restored ${basename(path)}`;
}

function restoreAll(texts: Texts, original: Texts): string {
  for (const [path, text] of original) texts.set(path, text);
  return "restored all";
}

function emptyFile(texts: Texts, _original: Texts, random: Random): string {
  const path = random.pick([...texts.keys()]);
  texts.set(path, "");
  return `emptied ${basename(path)}`;
}

function replaceFile(texts: Texts, original: Texts, random: Random): string {
  const [path, from] = [random.pick([...texts.keys()]), random.pick([...original.keys()])];
  texts.set(path, original.get(from)!);
  return `${basename(path)} says what ${basename(from)} says`;
}

// -------------------------------------------------------------------- comparison

/** Where two values of plain data differ first. */
function firstDifference(
  found: unknown,
  expected: unknown,
  path: readonly string[],
): string | null {
  if (Object.is(found, expected)) return null;
  const bothObjects =
    typeof found === "object" &&
    typeof expected === "object" &&
    found !== null &&
    expected !== null;
  if (!bothObjects) return `${path.join(".")} is ${shown(found)} instead of ${shown(expected)}`;
  const keys = new Set([...Object.keys(found), ...Object.keys(expected)]);
  for (const key of keys) {
    const [a, b] = [found, expected].map((one) => (one as Record<string, unknown>)[key]);
    const difference = firstDifference(a, b, [...path, key]);
    if (difference !== null) return difference;
  }
  return null;
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : (JSON.stringify(value) ?? String(value)).slice(0, 300);
}
