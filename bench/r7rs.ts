/**
 * Scheme, hosted in Langwright, against other Schemes on the R7RS benchmarks.
 *
 *     node bench/r7rs.ts --suite FOLDER [--vm out/scheme] [--peers gsi,petite] [--rounds 3]
 *                        [--only fib,tak] [--seconds 0.5] [--check] [--out out/bench/r7rs.json]
 *
 * FOLDER is a checkout of github.com/ecraven/r7rs-benchmarks: 57 programs that verify their own
 * results and print the time that the work took. A program repeats its work as often as the first
 * number of its input says; those numbers suit compilers, so here a program is repeated until our VM
 * takes about `--seconds`, and every Scheme gets the same number; where a single repetition takes an
 * interpreter many seconds, the problem is a smaller one (SMALLER). `--check yes` runs each program of the
 * suite once on our VM, as it is, and compares nothing.
 *
 * What counts is time of the processor: the seconds that a program says its work took, times the share of
 * a processor that the process had while it ran. So a loaded machine does not decide.
 *
 * The suite's `inputs/bib` is a book; `text.ts` writes another one with as many lines, words and
 * characters, which is what the programs that read it ask for.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, options, publish } from "./command-line.ts";
import { compare, geometricMean, report, type Comparison, type Side } from "./pairs.ts";
import { textOf } from "./r7rs/text.ts";

const PROGRAMS = [
  ..."browse deriv destruc diviter divrec puzzle triangl tak takl ntakl cpstak ctak".split(" "),
  ..."fib fibc fibfp sum sumfp fft mbrot mbrotZ nucleic pi pnpoly ray simplex".split(" "),
  ..."ack array1 string sum1 cat tail wc read1 compiler conform dynamic earley graphs".split(" "),
  ..."lattice matrix maze mazefun nqueens paraffins parsing peval primes quicksort".split(" "),
  ..."scheme slatex chudnovsky nboyer sboyer gcbench mperm equal bv2string".split(" "),
];

/** Behind the number of repetitions: arguments, and the result that Chez Scheme computes for them. */
const SMALLER: Readonly<Record<string, string>> = {
  tak: "18 12 6 7",
  takl: `${countdown(18)} ${countdown(12)} ${countdown(6)} 7`,
  ntakl: `${countdown(18)} ${countdown(12)} ${countdown(6)} 7`,
  cpstak: "18 12 6 7",
  ctak: "18 12 6 7",
  fib: "27 196418",
  ack: "3 8 2045",
  earley: "10 4862",
  graphs: "6 10275",
  nqueens: "9 352",
  paraffins: "17 24894",
  equal: "100 8 200 400 1000 #t",
  nboyer: "1 591777",
  sboyer: "1 591777",
  gcbench: "16 0",
  mperm: "9 2 1 16329600",
  lattice: "33 10",
};
const MOST_REPETITIONS = 100_000;

function countdown(from: number): string {
  return `(${Array.from({ length: from }, (_, i) => from - i).join(" ")})`;
}

interface Peer {
  readonly command: readonly string[];
  /** In front of each program; relative to this folder or, with a `*`, to the suite's sources. */
  readonly prelude: string;
  /** After the program and before what runs it; relative to the suite's sources. */
  readonly postlude?: string;
  /** Whether the peer knows no `import`. */
  readonly dropImports: boolean;
}

const PEERS: Readonly<Record<string, Peer>> = {
  gsi: { command: ["gsi"], prelude: "gsi-prelude.scm", dropImports: true },
  petite: {
    command: ["petite", "--program"],
    prelude: "*Petite-Chez-prelude.scm",
    postlude: "Petite-Chez-postlude.scm",
    dropImports: true,
  },
  chez: {
    command: ["chezscheme", "--program"],
    prelude: "*Petite-Chez-prelude.scm",
    postlude: "Petite-Chez-postlude.scm",
    dropImports: true,
  },
  guile: {
    command: ["guile"],
    prelude: "*Guile3-prelude.scm",
    dropImports: false,
  },
  racket: {
    command: ["racket"],
    prelude: "racket-prelude.scm",
    dropImports: true,
  },
};

const here = join(dirname(fileURLToPath(import.meta.url)), "r7rs");
const given = options({
  suite: ".cache/r7rs-benchmarks",
  vm: "out/scheme",
  peers: "gsi,petite",
  rounds: "3",
  only: "",
  seconds: "0.5",
  limit: "120",
  check: "no",
  out: "out/bench/r7rs.json",
});
const suite = resolve(given.suite);
if (!existsSync(join(suite, "src/common.scm"))) {
  process.stderr.write(`no r7rs-benchmarks in ${given.suite}: give its folder with --suite\n`);
  process.exit(2);
}
const work = resolve("out/bench/r7rs");
for (const folder of ["inputs", "outputs"]) mkdirSync(join(work, folder), { recursive: true });
cpSync(join(suite, "inputs"), join(work, "inputs"), { recursive: true });
if (!existsSync(join(work, "inputs/bib"))) {
  writeFileSync(join(work, "inputs/bib"), textOf(31102, 851820, 4460056));
}

function source(program: string, peer: string | null): string {
  const read = (name: string): string => readFileSync(join(suite, "src", name), "utf8");
  const own = peer === null ? undefined : PEERS[peer]!.postlude;
  const body = [
    read(`${program}.scm`),
    read("common.scm"),
    own === undefined ? "" : read(own),
    read("common-postlude.scm"),
  ].join("\n");
  if (peer === null) {
    const name = '(define (this-scheme-implementation-name) "langwright")\n';
    return `${body.replace(/^\(import [^\n]*\n/m, (line) => line + name)}`;
  }
  const { prelude, dropImports } = PEERS[peer]!;
  const first = prelude.startsWith("*")
    ? read(prelude.slice(1))
    : readFileSync(join(here, prelude), "utf8");
  return `${first}\n${dropImports ? body.replace(/^\(import \(scheme.*\)$/gm, "") : body}`;
}

/** The suite's input with one repetition (`count` null), or what is measured with `count` of them. */
function input(program: string, count: number | null): string {
  const smaller = SMALLER[program];
  if (count !== null && smaller !== undefined) return `${count}\n${smaller}\n`;
  const text = readFileSync(join(suite, "inputs", `${program}.input`), "utf8");
  return text.replace(/^\d+/m, String(count ?? 1));
}

function mostRepetitions(program: string): number {
  if (SMALLER[program] !== undefined) return MOST_REPETITIONS;
  return Number(/^\d+/m.exec(readFileSync(join(suite, "inputs", `${program}.input`), "utf8"))![0]);
}

class Failed extends Error {}

/** Bash tells the real, user and system seconds of a command on the last line of its standard error. */
const TIMED = ["bash", "-c", 'TIMEFORMAT="%R %U %S"; time "$@"', "bash"];

/** Seconds of the processor that the work of a program took. */
function seconds(name: string, program: string, count: number | null): number {
  const command = name === "ours" ? [resolve(given.vm)] : PEERS[name]!.command;
  const file = join(work, `${program}-${name}.scm`);
  writeFileSync(file, source(program, name === "ours" ? null : name));
  const [shell, ...rest] = [...TIMED, ...command, file];
  const result = spawnSync(shell!, rest, {
    cwd: work,
    encoding: "utf8",
    input: input(program, count),
    maxBuffer: 1 << 28,
    timeout: Number(given.limit) * 1000,
  });
  const found = /^Elapsed time: (\S+) seconds/m.exec(result.stdout ?? "");
  if (found === null) {
    const said = `${result.stdout ?? ""}${result.stderr ?? ""}`.trim().slice(-600);
    throw new Failed(
      result.error !== undefined && said === ""
        ? result.error.message
        : `ended with ${result.status}: ${said}`,
    );
  }
  const [real, user, system] = result.stderr.trim().split("\n").at(-1)!.split(" ").map(Number);
  return Number(found[1]) * Math.min(1, (user! + system!) / Math.max(real!, 1e-3));
}

/** As many repetitions as take our VM about the wanted time, and never more than the suite's. */
function repetitions(program: string): number {
  const most = mostRepetitions(program);
  for (let count = 1; ; count *= 4) {
    const took = seconds("ours", program, Math.min(count, most));
    if (count >= most) return most;
    if (took * 4 < Number(given.seconds)) continue;
    const scaled = Math.ceil((count * Number(given.seconds)) / Math.max(took, 1e-3));
    return Math.min(most, Math.max(count, scaled));
  }
}

const chosen = PROGRAMS.filter((one) => given.only === "" || given.only.split(",").includes(one));
const failures: string[] = [];

function attempt<T>(what: string, run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    failures.push(what);
    process.stderr.write(`${what}: ${error.message}\n`);
    return null;
  }
}

function side(name: string, program: string, count: number): Side {
  return { name, run: () => Math.max(1, seconds(name, program, count) * 1e6) };
}

if (given.check !== "no") {
  const right = chosen.filter((program) => {
    const took = attempt(program, () => seconds("ours", program, null));
    if (took !== null) process.stderr.write(`${program}: ${took.toFixed(2)} s\n`);
    return took !== null;
  });
  process.stdout.write(`${right.length} of ${chosen.length} programs are right\n`);
  process.exit(right.length === chosen.length ? 0 : 1);
}

const peers = given.peers.split(",");
const comparisons = new Map<string, Comparison[]>(peers.map((peer) => [peer, []]));
for (const program of chosen) {
  const count = attempt(program, () => repetitions(program));
  if (count === null) continue;
  for (const peer of peers) {
    const result = attempt(`${program} on ${peer}`, () =>
      compare(
        program,
        side("ours", program, count),
        side(peer, program, count),
        Number(given.rounds),
      ),
    );
    if (result === null) continue;
    comparisons.get(peer)!.push(result);
    process.stderr.write(`${program} (${count}) / ${peer}: ${result.ratio.toFixed(2)}\n`);
  }
}
for (const [peer, results] of comparisons) {
  publish(
    report(`Scheme against ${peer}: r7rs-benchmarks`, machine(), Number(given.rounds), results),
    given.out.replace(/\.json$/, `-${peer}.json`),
  );
}
writeFileSync(given.out.replace(/\.json$/, ".md"), table());
process.stdout.write(table());
if (failures.length > 0) process.stdout.write(`\nno result: ${failures.join(", ")}\n`);

/** All programs and peers: how our time relates to theirs. */
function table(): string {
  const ratio = (peer: string, program: string): string =>
    comparisons
      .get(peer)!
      .find((one) => one.benchmark === program)
      ?.ratio.toFixed(2) ?? "";
  const mean = (peer: string): string =>
    geometricMean(comparisons.get(peer)!.map((one) => one.ratio)).toFixed(2);
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return [
    row(["program", ...peers]),
    row(["---", ...peers.map(() => "---:")]),
    ...chosen.map((program) => row([program, ...peers.map((peer) => ratio(peer, program))])),
    row(["geometric mean", ...peers.map(mean)]),
  ].join("");
}
