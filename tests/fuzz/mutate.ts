/**
 * Programs of the repository with random mistakes in them: whatever the text, the analysis ends
 * without throwing, every diagnostic has a place inside its file, and what has no errors can be
 * lowered. A seed gives the file, and what is changed in it.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { analyse, compileAnalysed, type CompilerHost } from "../../compiler/driver.ts";
import type { Diagnostic } from "../../dsl/syntax/diagnostics.ts";
import { endOffset, startOffset, type Span } from "../../dsl/syntax/source.ts";
import { seeded, type Random } from "../random-program.ts";
import { folderHost, LIBRARY } from "../run/engines.ts";
import { ROOT } from "../support.ts";

export interface Mutant {
  readonly seed: number;
  /** The file that was changed, from the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** All Wright files that are part of the repository. */
export const WRIGHT_FILES: readonly string[] = execFileSync("git", ["ls-files", "*.wr"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(ROOT, path)));

export function mutant(seed: number): Mutant {
  const random = seeded(seed);
  const path = random.pick(WRIGHT_FILES);
  let text = readFileSync(join(ROOT, path), "utf8");
  const changes = random.pick([1, 1, 1, 2, 3, 6]);
  for (let i = 0; i < changes; i++) text = random.pick(MUTATIONS)(text, random);
  return { seed, path, text };
}

/** What is wrong with how the toolchain takes this text; null when nothing is. */
export function problemOf({ path, text }: Mutant): string | null {
  const { entry, host } = programAround(path, text);
  try {
    const analysis = analyse(entry, host);
    for (const one of analysis.diagnostics) {
      const misplaced = misplacedIn(one);
      if (misplaced !== null) return `${one.code} ${one.message}: ${misplaced}`;
    }
    if (analysis.ok) compileAnalysed(analysis, { until: "lower", check: true });
    return null;
  } catch (error) {
    // The library itself must have what the compiler looks for there.
    if (path.startsWith("dsl/lib/") && / has no (class|function) /.test(String(error))) return null;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** The lines that are not those of the file, as they are in the mutant. */
export function changesOf({ path, text }: Mutant): string {
  const before = new Set(readFileSync(join(ROOT, path), "utf8").split("\n"));
  return text
    .split("\n")
    .flatMap((line, i) => (before.has(line) ? [] : [`${path}:${i + 1}: ${line}`]))
    .slice(0, 10)
    .join("\n");
}

/** The program that a file is part of, with this text for the file. */
function programAround(path: string, text: string): { entry: string; host: CompilerHost } {
  if (path.startsWith("dsl/lib/")) {
    const module = relative("dsl/lib", path).replace(/\.wr$/, "").replaceAll("/", ".");
    const main = `import ${module}\n\ndef main(argv: list[str]) -> int:\n    return 0\n`;
    const files = { "main.wr": main, [join(LIBRARY, relative("dsl/lib", path))]: text };
    return { entry: "main.wr", host: folderHost("tests", files) };
  }
  const folder = dirname(path);
  const isPart = existsSync(join(ROOT, folder, "main.wr"));
  const name = relative(folder, path);
  return { entry: isPart ? "main.wr" : name, host: folderHost(folder, { [name]: text }) };
}

function misplacedIn({ span, notes }: Diagnostic): string | null {
  const spans = [span, ...notes.flatMap((one) => (one.span === null ? [] : [one.span]))];
  return spans.map(misplaced).find((one) => one !== null) ?? null;
}

function misplaced(at: Span): string | null {
  const { path, text } = at.chunk.file;
  const [start, end] = [startOffset(at), endOffset(at)];
  return start >= 0 && start <= end && end <= text.length
    ? null
    : `${start} to ${end} is no place in ${path}, which has ${text.length} characters`;
}

// ---------------------------------------------------------------- mutations

type Mutation = (text: string, random: Random) => string;

const STRANGE = [
  ..."()[]{}:,.;=@\\\"'#\t\0é\u{1f600}",
  "\r\n",
  "\ufeff",
  "0x",
  "1e999",
  "9".repeat(40),
  'f"{',
  '"""',
  "->",
  ":=",
  "**",
];
const WORDS = [
  "None",
  "self",
  "def",
  "class",
  "mixin",
  "enum",
  "const",
  "unroll for i in range(3)",
  "yield",
  "lambda x: x",
  "return",
  "final",
  "inline",
  "raw module",
  "extern",
  "*",
  "int",
  "list[int]",
  "array[u8]",
  "T",
  "weak",
  "any_ref",
  "checked",
  "super()",
  "isinstance",
  "abstract",
  "0",
  '""',
  "import wright.builtins",
  "global",
];

/** Small changes: tokens, names, lines, blocks. */
export const MUTATIONS: readonly Mutation[] = [
  onTokens((tokens, i) => tokens.splice(i, 1)),
  onTokens((tokens, i) => tokens.splice(i, 0, tokens[i]!)),
  onTokens((tokens, i, random) => (tokens[i] = random.pick(tokens))),
  onTokens((tokens, i, random) => (tokens[i] = random.pick(tokens))),
  onTokens((tokens, i, random) => (tokens[i] = random.pick(WORDS))),
  onTokens((tokens, i, random) => tokens.splice(i, 0, ` ${random.pick(WORDS)} `)),
  onTokens((tokens, i, random) => tokens.splice(i, 0, random.pick(STRANGE))),
  onTokens((tokens, i, random) => {
    const k = random.below(tokens.length);
    [tokens[i], tokens[k]] = [tokens[k]!, tokens[i]!];
  }),
  onTokens((tokens, i, random) => tokens.splice(i, random.below(20))),
  // A name for another of the file: types that do not fit, calls of what is no function.
  renamed,
  renamed,
  renamed,
  onLines((lines, i) => lines.splice(i, 1)),
  onLines((lines, i, random) => lines.splice(random.below(lines.length), 0, lines[i]!)),
  onLines((lines, i) => (lines[i] = `    ${lines[i]}`)),
  onLines((lines, i) => (lines[i] = lines[i]!.replace(/^ {1,4}/, ""))),
  onLines((lines, i, random) => lines.splice(i, random.below(10) + 1)),
  onLines((lines, i) => lines.splice(i)),
];

function onTokens(
  change: (tokens: string[], i: number, random: Random) => void,
): (text: string, random: Random) => string {
  return (text, random) => {
    const tokens = text.match(/\w+| +|\n|[^\w\s]|\s/gu) ?? [];
    if (tokens.length > 0) change(tokens, random.below(tokens.length), random);
    return tokens.join("");
  };
}

function onLines(
  change: (lines: string[], i: number, random: Random) => void,
): (text: string, random: Random) => string {
  return (text, random) => {
    const lines = text.split("\n");
    change(lines, random.below(lines.length), random);
    return lines.join("\n");
  };
}

function renamed(text: string, random: Random): string {
  const names = [...text.matchAll(/\b[A-Za-z_]\w*/g)];
  if (names.length < 2) return text;
  const [one, other] = [random.pick(names), random.pick(names)];
  return text.slice(0, one.index) + other[0] + text.slice(one.index + one[0].length);
}
