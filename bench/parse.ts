/**
 * Speed of the front end's first steps: `node bench/parse.ts [lines]`. Prints lines per second of
 * each step over a generated program, cold (first run) and warm (best of several), and the cost of
 * parsing again after an edit of one character.
 */
import { cutText } from "../dsl/grammar/chunks.ts";
import { layOut } from "../dsl/grammar/layout.ts";
import { parseModule } from "../dsl/grammar/parser.ts";
import { scan } from "../dsl/grammar/scanner.ts";
import { sourceFile } from "../dsl/syntax/source.ts";
import { realisticProgram } from "./realistic-program.ts";

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function best(times: number, work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) least = Math.min(least, milliseconds(work));
  return least;
}

function main(): void {
  const text = realisticProgram(Number(process.argv[2] ?? 30_000));
  const file = sourceFile("bench.wr", text);
  const lines = file.lineStarts.length - 1;
  const cold = milliseconds(() => parseModule(file));
  const errors = parseModule(file).diagnostics.length;

  const starts = cutText(text).starts;
  const texts = starts.map((start, i) => text.slice(start, starts[i + 1] ?? text.length));
  const scanned = texts.map((chunk) => scan(chunk).tokens);
  const tokens = scanned.reduce((n, list) => n + list.length, 0);
  const split = best(10, () => cutText(text).starts);
  const lex = best(10, () => texts.forEach((chunk) => scan(chunk)));
  const lexAndLayOut = best(10, () => texts.forEach((chunk) => layOut(chunk, scan(chunk).tokens)));
  const whole = best(15, () => parseModule(file));
  const layout = Math.max(0, lexAndLayOut - lex);
  const parse = Math.max(0, whole - split - lexAndLayOut);

  const row = (name: string, ms: number) =>
    console.log(
      `${name.padEnd(16)} ${ms.toFixed(1).padStart(8)} ms ${Math.round(lines / (ms / 1000))
        .toLocaleString("en")
        .padStart(12)} lines/s`,
    );
  console.log(
    `${lines} lines, ${(text.length / 1e6).toFixed(2)} MB, ${tokens} tokens, ${starts.length} chunks, ${errors} errors`,
  );
  row("split", split);
  row("lex", lex);
  row("layout", layout);
  row("parse", parse);
  row("all", whole);
  row("all, first run", cold);

  let module = parseModule(file);
  const middle = text.indexOf("total = 0", text.length / 2) + "total = ".length;
  let digit = 0;
  const edit = best(20, () => {
    digit = (digit + 1) % 10;
    const edited = `${text.slice(0, middle)}${digit}${text.slice(middle + 1)}`;
    module = parseModule(sourceFile("bench.wr", edited), module);
  });
  row("after an edit", edit);
}

main();
