/**
 * How long one waits for the language server: `node bench/lsp.ts [rounds]`. Prints, as JSON, for SOM,
 * Scheme and a generated program of 30,000 lines: milliseconds from start to the first diagnostics,
 * and the 50th and 95th percentile of what follows a keystroke.
 *
 * - `inside`: from an edit inside a function (an error put in, then taken out) until the diagnostics
 *   of exactly that edit have arrived.
 * - `across`: the same for an edit that changes what other functions see.
 * - `hover`, `completion`: asked while keys are struck.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "../tools/lsp-client.ts";
import { realisticProgram } from "./realistic-program.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const rounds = Number(process.argv[2] ?? 10);

interface Subject {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  /** A function's first statement: an error can stand before it. */
  readonly inside: string;
  /** A `return` whose value other functions use, and what makes it wrong for them. */
  readonly across: readonly [string, string];
  /** A place in a name whose hover is asked for; a dot after which is completed. */
  readonly hover: string;
  readonly completion: string;
}

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

function percentiles(times: readonly number[]): Percentiles {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round(10 * sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!) / 10;
  return { p50: at(0.5), p95: at(0.95) };
}

/** Edits, and waits until the file's diagnostics have, or no longer have, something at that line. */
async function diagnosed(
  client: Client,
  path: string,
  edit: () => void,
  isThere: (found: number) => boolean,
): Promise<number> {
  const start = performance.now();
  const arrived = new Promise<void>((resolve) => {
    client.onDiagnostics = () => {
      const errors = [...client.diagnostics.values()].flat().filter((one) => one.severity === 1);
      if (isThere(errors.length)) resolve();
    };
  });
  edit();
  await arrived;
  client.onDiagnostics = () => {};
  return performance.now() - start;
}

async function toggled(client: Client, path: string, from: string, to: string): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const at = client.text(path).indexOf(from);
    times.push(
      await diagnosed(
        client,
        path,
        () => client.edit(path, at, at + from.length, to),
        (n) => n > 0,
      ),
    );
    await client.settled();
    times.push(
      await diagnosed(
        client,
        path,
        () => client.edit(path, at, at + to.length, from),
        (n) => n === 0,
      ),
    );
    await client.settled();
  }
  return times;
}

/** Answers while a name is typed, letter by letter, and taken back. */
async function whileTyping(
  client: Client,
  subject: Subject,
): Promise<{ hover: number[]; completion: number[] }> {
  const { path, inside, hover, completion } = subject;
  const times = { hover: [] as number[], completion: [] as number[] };
  const at = client.text(path).indexOf(inside);
  const column = at - (client.text(path).lastIndexOf("\n", at - 1) + 1);
  for (let i = 0; i < rounds; i++) {
    const line = `another = 1\n${" ".repeat(column)}`;
    let written = 0;
    for (const letter of line) {
      client.edit(path, at + written, at + written, letter);
      written++;
      if (written % 4 !== 0) continue;
      const asked = performance.now();
      await client.ask("hover", path, hover);
      times.hover.push(performance.now() - asked);
      const again = performance.now();
      await client.ask("completion", path, completion);
      times.completion.push(performance.now() - again);
    }
    client.edit(path, at, at + written, "");
  }
  await client.settled();
  return times;
}

/** Resident memory of a process and its threads, in MB. */
function memoryOf(pid: number): number {
  return Math.round(
    Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)]).toString()) / 1024,
  );
}

async function measure(subject: Subject) {
  const client = new Client();
  const start = performance.now();
  await client.start();
  const first = new Promise<void>((resolve) => {
    client.onDiagnostics = () => resolve();
  });
  client.open(subject.path, subject.text);
  await first;
  const startup = Math.round(performance.now() - start);
  await client.settled();
  const inside = await toggled(
    client,
    subject.path,
    subject.inside,
    `missing_name\n${indentOf(subject)}${subject.inside}`,
  );
  const across = await toggled(client, subject.path, ...subject.across);
  const typing = await whileTyping(client, subject);
  const megabytes = memoryOf(client.pid);
  await client.stop();
  return {
    lines: subject.text.split("\n").length,
    startup,
    inside: percentiles(inside),
    across: percentiles(across),
    hover: percentiles(typing.hover),
    completion: percentiles(typing.completion),
    megabytes,
  };
}

function indentOf({ text, inside }: Subject): string {
  const at = text.indexOf(inside);
  return " ".repeat(at - (text.lastIndexOf("\n", at - 1) + 1));
}

const folder = mkdtempSync(join(tmpdir(), "wright-bench-"));
const generated = join(folder, "main.wr");
writeFileSync(generated, realisticProgram(30_000));
const read = (path: string) => readFileSync(path, "utf8");
const som = join(ROOT, "examples/som/lexer.wr");
const scheme = join(ROOT, "langs/scheme/objects.wr");
const subjects: readonly Subject[] = [
  {
    name: "som",
    path: som,
    text: read(som),
    inside: "at = self.position + offset",
    across: ["return 48 <= c and c <= 57", "return 48"],
    hover: "self.source.byte^_at(at)",
    completion: "self.^source.byte_at(at)",
  },
  {
    name: "scheme",
    path: scheme,
    text: read(scheme),
    inside: "self.kind = kind",
    across: ["return self.kind.value", 'return "x"'],
    hover: "return self.ki^nd.value",
    completion: "return self.^kind.value",
  },
  {
    name: "generated",
    path: generated,
    text: read(generated),
    inside: "raise type_error(",
    across: ["return W_Error(message, w_value)", "return 3"],
    hover: "return ord(self.te^xt[pc])",
    completion: "return ord(self.^text[pc])",
  },
];
const results: Record<string, unknown> = {};
for (const subject of subjects) results[subject.name] = await measure(subject);
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(results, null, 2));
