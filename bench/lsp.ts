/**
 * How long one waits for the language server: `node bench/lsp.ts [rounds [name …]]`. Prints, as JSON,
 * for SOM, Scheme and a generated program of 30,000 lines:
 *
 * - `startup`: from the start of the process to the first diagnostics, to all of them, and until
 *   nothing is left to do.
 * - per kind of edit, from the edit until the diagnostics of exactly that edit have arrived (an error
 *   is put in, then taken out), and until the program is analysed as a whole: `name` and `type` are
 *   mistakes inside a function, `across` changes what other functions see, `definition` adds one.
 * - `hover`, `completion`: asked while keys are struck.
 * - `memory`: resident megabytes of the process with all its threads, now and at most.
 *
 * Times are milliseconds on the clock, `p50` and `p95`; `processor` says how much of the processors the
 * server took in that time (to 10 ms, its threads together), which does not depend on what else the
 * machine is doing.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "../tools/lsp-client.ts";
import { realisticProgram } from "./realistic-program.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const rounds = Number(process.argv[2] ?? 10);
const wanted = process.argv.slice(3);

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

/** What something took: on the clock, and of the processors. */
interface Cost {
  readonly wall: number;
  readonly processor: number;
}

function summary(costs: readonly Cost[]) {
  const { p50, p95 } = percentiles(costs.map((one) => one.wall));
  return { p50, p95, processor: percentiles(costs.map((one) => one.processor)) };
}

/** Starts to measure what a process takes. */
function stopwatch(pid: number): () => Cost {
  const [start, before] = [performance.now(), processorTime(pid)];
  return () => ({ wall: performance.now() - start, processor: processorTime(pid) - before });
}

/** Milliseconds of processor that a process has had: ticks of 10 ms in `/proc`. */
function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** When the client has as many errors as the condition says. */
function errorsThat(client: Client, hold: (errors: number) => boolean): Promise<void> {
  return new Promise((resolve) => {
    client.onDiagnostics = () => {
      const errors = [...client.diagnostics.values()].flat().filter((one) => one.severity === 1);
      if (!hold(errors.length)) return;
      client.onDiagnostics = () => {};
      resolve();
    };
  });
}

interface EditCosts {
  readonly answered: Cost[];
  readonly settled: Cost[];
}

/** Puts a mistake in and takes it out, again and again. */
async function toggled(
  client: Client,
  path: string,
  [from, to]: readonly [string, string],
): Promise<EditCosts> {
  const costs: EditCosts = { answered: [], settled: [] };
  const edit = async (what: string, by: string, hold: (errors: number) => boolean) => {
    const at = client.text(path).indexOf(what);
    if (at < 0) throw new Error(`${path} has no ${JSON.stringify(what)}`);
    const cost = stopwatch(client.pid);
    const answered = errorsThat(client, hold);
    client.edit(path, at, at + what.length, by);
    await answered;
    costs.answered.push(cost());
    await client.settled();
    costs.settled.push(cost());
  };
  for (let i = 0; i < rounds; i++) {
    await edit(from, to, (errors) => errors > 0);
    await edit(to, from, (errors) => errors === 0);
  }
  return costs;
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

/** Resident memory of a process and its threads in MB, now and at most. */
function memoryOf(pid: number): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024);
  return { now: of("VmRSS"), most: of("VmHWM") };
}

async function measure(subject: Subject) {
  const { path, text, inside } = subject;
  const client = new Client();
  const cost = stopwatch(client.pid);
  await client.start();
  const first = errorsThat(client, () => true);
  client.open(path, text);
  await first;
  const startup = { first: cost(), complete: cost(), settled: cost() };
  client.onDiagnostics = () => (startup.complete = cost());
  await client.settled();
  startup.settled = cost();
  const line = (written: string) => `${written}\n${indentOf(subject)}${inside}`;
  const edits = {
    name: [inside, line("missing_name")],
    type: [inside, line('never_used: int = "x"')],
    across: subject.across,
    definition: [
      text.slice(-40),
      `${text.slice(-40)}\n\ndef fresh(a: int) -> str:\n    return a\n`,
    ],
  } as const;
  const kinds: Record<string, unknown> = {};
  for (const [kind, edit] of Object.entries(edits)) {
    const { answered, settled } = await toggled(client, path, edit);
    kinds[kind] = { answered: summary(answered), settled: summary(settled) };
  }
  const typing = await whileTyping(client, subject);
  const memory = memoryOf(client.pid);
  await client.stop();
  return {
    lines: text.split("\n").length,
    startup,
    ...kinds,
    hover: percentiles(typing.hover),
    completion: percentiles(typing.completion),
    memory,
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
for (const subject of subjects) {
  if (wanted.length > 0 && !wanted.includes(subject.name)) continue;
  results[subject.name] = await measure(subject);
}
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(results, null, 2));
