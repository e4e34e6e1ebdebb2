/**
 * SOM, hosted in Langwright, against CPython on the are-we-fast-yet benchmarks.
 *
 *     node bench/awfy.ts --suite FOLDER [--vm out/som] [--peer python3.11] [--rounds 5]
 *                        [--only Bounce,List] [--out out/bench/awfy.json]
 *
 * FOLDER is a checkout of github.com/smarr/are-we-fast-yet, which has each benchmark in SOM and in
 * Python. Both are interpreted programs of one design, verified by their own results, and print the
 * time of each iteration; the start of the process does not count.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { machine, options, output, publish, runtimes } from "./command-line.ts";
import { compare, median, report, type Side } from "./pairs.ts";

/** Names with inner iterations: as many as take CPython a tenth of a second to a few seconds. */
const BENCHMARKS: readonly (readonly [string, number])[] = [
  ["Bounce", 100],
  ["CD", 10],
  ["DeltaBlue", 1000],
  ["Havlak", 1],
  ["Json", 10],
  ["List", 200],
  ["Mandelbrot", 500],
  ["NBody", 250000],
  ["Permute", 100],
  ["Queens", 100],
  ["Richards", 10],
  ["Sieve", 100],
  ["Storage", 100],
  ["Towers", 100],
];

const SOM_FOLDERS = [".", "Core", "CD", "DeltaBlue", "Havlak", "Json", "NBody", "Richards"];

/** Iterations in one process; the median counts. */
const ITERATIONS = 3;

function side(name: string, command: readonly string[], cwd: string): Side {
  return {
    name,
    run() {
      const times = runtimes(output(command, cwd));
      if (times.length === 0) throw new Error(`${command.join(" ")} printed no runtime`);
      return median(times);
    },
  };
}

const given = options({
  suite: ".cache/are-we-fast-yet",
  vm: "out/som",
  peer: "python3.11",
  rounds: "5",
  only: "",
  out: "out/bench/awfy.json",
});

const som = resolve(given.suite, "benchmarks/SOM");
const python = resolve(given.suite, "benchmarks/Python");
if (!existsSync(join(som, "Harness.som")) || !existsSync(join(python, "harness.py"))) {
  process.stderr.write(`no are-we-fast-yet in ${given.suite}: give its folder with --suite\n`);
  process.exit(2);
}

const chosen = BENCHMARKS.filter(
  ([name]) => given.only === "" || given.only.split(",").includes(name),
);
const comparisons = chosen.map(([name, inner]) => {
  const args = [name, String(ITERATIONS), String(inner)];
  const ours = side(
    "SOM",
    [resolve(given.vm), "-cp", SOM_FOLDERS.join(":"), "Harness", ...args],
    som,
  );
  const peer = side("CPython", [given.peer, "harness.py", ...args], python);
  const result = compare(name, ours, peer, Number(given.rounds));
  process.stderr.write(`${name}: ${result.ratio.toFixed(2)}\n`);
  return result;
});
publish(
  report("SOM against CPython: are-we-fast-yet", machine(), Number(given.rounds), comparisons),
  given.out,
);
