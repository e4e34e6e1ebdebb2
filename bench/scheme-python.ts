/**
 * Scheme, hosted in Langwright, against CPython: programs written alike in both, in `scheme-python`.
 *
 *     npm run bench:scheme-python -- [--vm out/scheme] [--python python3.11] [--rounds 5] [--only fib]
 *                                    [--out out/bench/scheme-python.json]
 *
 * Both must print the same. What counts is user time of the whole process, start-up included.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, options, publish } from "./command-line.ts";
import { compare, report, type Side } from "./pairs.ts";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "scheme-python");
const given = options({
  vm: "out/scheme",
  python: "python3.11",
  rounds: "5",
  only: "",
  out: "out/bench/scheme-python.json",
});

/** Bash tells the user seconds of a command on the last line of its standard error. */
const TIMED = ["-c", 'TIMEFORMAT=%U; time "$@"', "bash"];

function side(name: string, command: string, file: string, printed: Set<string>): Side {
  const run = (): number => {
    const result = spawnSync("bash", [...TIMED, command, join(FOLDER, file)], { encoding: "utf8" });
    if (result.status !== 0)
      throw new Error(`${file} ended with ${result.status}: ${result.stderr}`);
    printed.add(result.stdout);
    if (printed.size > 1)
      throw new Error(`${file} prints something else: ${[...printed].join("")}`);
    return Math.max(1, Number(result.stderr.trim().split("\n").at(-1)) * 1e6);
  };
  return { name, run };
}

const programs = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".scm"))
  .map((file) => file.slice(0, -".scm".length))
  .filter((name) => given.only === "" || given.only.split(",").includes(name));
const rounds = Number(given.rounds);
const comparisons = programs.map((name) => {
  const printed = new Set<string>();
  const ours = side("ours", resolve(given.vm), `${name}.scm`, printed);
  return compare(name, ours, side("python", given.python, `${name}.py`, printed), rounds);
});
publish(report("Scheme against CPython", machine(), rounds, comparisons), given.out);
