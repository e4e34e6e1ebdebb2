/**
 * Speed of whole-program inference: `node bench/analyse.ts [lines] [rounds]`. Prints, as JSON, the
 * milliseconds of parsing with binding, of building flow graphs and of annotating a generated program,
 * and lines per second beyond start-up (the same analysis of a one-line program).
 *
 * Times are processor time of this thread where Node tells it (else wall time): what a quiet machine
 * takes, whatever else this one does. The helpers of V8 that compile and collect are not in it. To tell
 * flow graphs and annotating apart takes two looks at the clock for each of thousands of graphs, so
 * that is done in a round of its own, whose times do not count.
 */
import { existsSync, readFileSync } from "node:fs";
import { annotate } from "../dsl/annotate/annotate.ts";
import { bindProgram } from "../dsl/bind/bind.ts";
import { build } from "../dsl/flow/build.ts";
import { parseModule } from "../dsl/grammar/parser.ts";
import { sourceFile } from "../dsl/syntax/source.ts";
import type { SourceFile } from "../dsl/syntax/source.ts";
import { realisticProgram } from "./realistic-program.ts";

interface Times {
  readonly parse: number;
  readonly flow: number;
  readonly annotate: number;
  readonly specialisations: number;
}

const library = new Map<string, SourceFile>();

function readLibrary(path: string): SourceFile | null {
  const known = library.get(path);
  if (known !== undefined || !existsSync(path)) return known ?? null;
  const file = sourceFile(path, readFileSync(path, "utf8"));
  library.set(path, file);
  return file;
}

/** Milliseconds. */
function clock(): number {
  if (process.threadCpuUsage === undefined) return performance.now();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function analyse(text: string, { apart = false } = {}): Times {
  const main = sourceFile("main.wr", text);
  const host = {
    read: (path: string) => (path === "main.wr" ? main : readLibrary(path)),
    libraryRoot: new URL("../dsl/lib", import.meta.url).pathname,
  };
  const start = clock();
  const bound = bindProgram("main.wr", host, parseModule);
  const parsed = clock();
  let flow = 0;
  const program = annotate(bound, {
    buildGraph: (fn, constArgs, starCount) => {
      const before = apart ? clock() : 0;
      const built = build(fn, { program: bound, constArgs, starCount });
      if (apart) flow += clock() - before;
      return built;
    },
    embed: () => null,
  });
  const end = clock();
  const errors = [...bound.diagnostics, ...program.diagnostics].filter(
    (one) => one.severity === "error",
  );
  if (errors.length > 0)
    throw new Error(`the program has ${errors.length} errors, the first: ${errors[0]!.message}`);
  return {
    parse: parsed - start,
    flow,
    annotate: end - parsed - flow,
    specialisations: program.specs.length,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

const lines = Number(process.argv[2] ?? 30000);
const rounds = Number(process.argv[3] ?? 5);
const text = realisticProgram(lines);
const count = text.split("\n").length;
const total = (times: Times): number => times.parse + times.flow + times.annotate;
const first = analyse(text);
const startUp: number[] = [];
const runs: Times[] = [];
for (let i = 0; i < rounds; i++) {
  startUp.push(total(analyse("def main(argv: list[str]) -> int:\n    return 0\n")));
  runs.push(analyse(text));
}
const parts = analyse(text, { apart: true });
const beyond = median(runs.map(total)) - median(startUp);
const rounded = (value: number): number => Math.round(value * 10) / 10;
console.log(
  JSON.stringify({
    lines: count,
    specialisations: first.specialisations,
    cold: { parse: rounded(first.parse), flowAndAnnotate: rounded(first.annotate) },
    warm: {
      parse: rounded(median(runs.map((one) => one.parse))),
      flowAndAnnotate: rounded(median(runs.map((one) => one.annotate))),
      parts: {
        parse: rounded(parts.parse),
        flow: rounded(parts.flow),
        annotate: rounded(parts.annotate),
      },
    },
    startUp: rounded(median(startUp)),
    linesPerSecond: Math.round((count / beyond) * 1000),
    linesPerSecondCold: Math.round((count / total(first)) * 1000),
  }),
);
