/**
 * The Scheme VM as WebAssembly against the same VM built natively, on ten of the R7RS benchmarks.
 *
 *     node bench/wasm.ts --suite FOLDER [--native out/scheme] [--wasm out/scheme.mjs] [--rounds 3]
 *                        [--only fib,tak] [--seconds 2] [--out out/bench/wasm.json]
 *
 * FOLDER is a checkout of github.com/ecraven/r7rs-benchmarks (see `r7rs.ts`). Both VMs get as many
 * repetitions as take the native one about `--seconds`; they take turns. The WebAssembly side is
 * Node, its compilation while the program runs included.
 */
import { resolve } from "node:path";
import { machine, options, publish } from "./command-line.ts";
import { compare, report, type Side } from "./pairs.ts";
import { Suite } from "./r7rs/suite.ts";

/** Calls, closures, continuations, numbers of both kinds, vectors, strings, lists, and the collector. */
const PROGRAMS = "fib tak ctak deriv nqueens quicksort mbrot earley nboyer gcbench".split(" ");

const given = options({
  suite: ".cache/r7rs-benchmarks",
  native: "out/scheme",
  wasm: "out/scheme.mjs",
  rounds: "3",
  only: "",
  seconds: "2",
  limit: "120",
  out: "out/bench/wasm.json",
});
const suite = new Suite(given.suite, "out/bench/r7rs", Number(given.limit));
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  wasm: [process.execPath, "--no-warnings", resolve(given.wasm)],
  native: [resolve(given.native)],
};

function side(name: string, program: string, count: number): Side {
  return {
    name,
    run: () => Math.max(1, suite.seconds(name, COMMANDS[name]!, null, program, count) * 1e6),
  };
}

const chosen = PROGRAMS.filter((one) => given.only === "" || given.only.split(",").includes(one));
const results = chosen.map((program) => {
  const native = (count: number) =>
    suite.seconds("native", COMMANDS["native"]!, null, program, count);
  const count = suite.repetitions(program, Number(given.seconds), native);
  const result = compare(
    program,
    side("wasm", program, count),
    side("native", program, count),
    Number(given.rounds),
  );
  process.stderr.write(`${program} (${count}): ${result.ratio.toFixed(2)}\n`);
  return result;
});
publish(
  report("Scheme as WebAssembly against native", machine(), Number(given.rounds), results),
  given.out,
);
