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
 * The suite's `inputs/bib` is a book; `text.ts` writes another one with as many lines, words and
 * characters, which is what the programs that read it ask for.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, options, publish } from "./command-line.ts";
import { compare, geometricMean, report, type Comparison, type Side } from "./pairs.ts";
import { Failed, PROGRAMS, Suite, type Peer } from "./r7rs/suite.ts";

const here = join(dirname(fileURLToPath(import.meta.url)), "r7rs");
const ofBench = (name: string) => () => readFileSync(join(here, name), "utf8");
const ofSuite = (name: string) => (sources: string) => readFileSync(join(sources, name), "utf8");

const PEERS: Readonly<Record<string, Peer>> = {
  gsi: {
    command: ["gsi"],
    prelude: ofBench("gsi-prelude.scm"),
    dropImports: true,
  },
  petite: {
    command: ["petite", "--program"],
    prelude: ofSuite("Petite-Chez-prelude.scm"),
    postlude: "Petite-Chez-postlude.scm",
    dropImports: true,
  },
  chez: {
    command: ["chezscheme", "--program"],
    prelude: ofSuite("Petite-Chez-prelude.scm"),
    postlude: "Petite-Chez-postlude.scm",
    dropImports: true,
  },
  guile: {
    command: ["guile"],
    prelude: ofSuite("Guile3-prelude.scm"),
    dropImports: false,
  },
  racket: {
    command: ["racket"],
    prelude: ofBench("racket-prelude.scm"),
    dropImports: true,
  },
};

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
const suite = new Suite(given.suite, "out/bench/r7rs", Number(given.limit));

function seconds(name: string, program: string, count: number | null): number {
  const peer = PEERS[name] ?? null;
  return suite.seconds(name, peer?.command ?? [resolve(given.vm)], peer, program, count);
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
  const count = attempt(program, () =>
    suite.repetitions(program, Number(given.seconds), (times) => seconds("ours", program, times)),
  );
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
