/**
 * What the compiler makes of Wright against C written by hand, on loops so small that every
 * instruction shows.
 *
 *     node bench/micro.ts [--rounds 7] [--cc cc] [--out out/bench/micro.json]
 *
 * `bench/micro/main.wr` and `bench/micro/micro.c` have the same kernels. Each prints the time of its
 * kernel, without the start of the process, and a checksum, which must agree.
 */
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, options, output, publish, runtimes } from "./command-line.ts";
import { compare, report, type Side } from "./pairs.ts";

const KERNELS = ["loop", "fields", "dict", "scan"] as const;

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const given = options({ rounds: "7", cc: process.env["CC"] ?? "cc", out: "out/bench/micro.json" });

const ours = resolve(root, "out/bench/micro-wright");
const theirs = resolve(root, "out/bench/micro-c");
mkdirSync(dirname(ours), { recursive: true });
output(
  [process.execPath, join(root, "cli/main.ts"), "build", join(here, "micro"), "-q", "-o", ours],
  root,
);
output([given.cc, "-O2", "-o", theirs, join(here, "micro/micro.c")], root);

function checksum(text: string): string {
  return /checksum: (\S+)/.exec(text)?.[1] ?? "none";
}

function side(name: string, program: string, kernel: string, expected: string): Side {
  return {
    name,
    run() {
      const text = output([program, kernel]);
      if (checksum(text) !== expected)
        throw new Error(`${name} ${kernel}: wrong checksum\n${text}`);
      return runtimes(text)[0]!;
    },
  };
}

const comparisons = KERNELS.map((kernel) => {
  const expected = checksum(output([theirs, kernel]));
  const wright = side("Wright", ours, kernel, expected);
  const c = side("C", theirs, kernel, expected);
  const result = compare(kernel, wright, c, Number(given.rounds));
  process.stderr.write(`${kernel}: ${result.ratio.toFixed(2)}\n`);
  return result;
});
publish(
  report("Wright against hand-written C", machine(), Number(given.rounds), comparisons),
  given.out,
);
