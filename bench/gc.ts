/**
 * Allocation and collection: the generational collector against the copying one and against PyPy.
 *
 *     node bench/gc.ts [--rounds 5] [--pypy pypy3] [--out out/bench/gc.json]
 *
 * `bench/gc/main.wr` has the kernels, `bench/gc/kernels.py` those that PyPy runs too. The kernels `live`,
 * `weak` and `finalizers` are about pauses: see `pauses.ts`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, options, output, publish, runtimes } from "./command-line.ts";
import { compare, report, type Side } from "./pairs.ts";
import { pausesOf, pauseTable } from "./pauses.ts";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const given = options({ rounds: "5", pypy: "pypy3", out: "out/bench/gc.json" });
const rounds = Number(given.rounds);

function build(gc: string): string {
  const path = resolve(root, `out/bench/gc-${gc}`);
  mkdirSync(dirname(path), { recursive: true });
  const cli = join(root, "cli/main.ts");
  output([process.execPath, cli, "build", join(here, "gc"), "-q", "--gc", gc, "-o", path], root);
  return path;
}

function side(name: string, command: readonly string[]): Side {
  return { name, run: () => runtimes(output(command))[0]! };
}

const generational = build("generational");
const copying = build("copying");
const comparisons = [];
for (const kernel of ["small", "table", "trees", "deep"]) {
  const ours = side("generational", [generational, kernel]);
  comparisons.push(compare(`${kernel}, copying`, ours, side("copying", [copying, kernel]), rounds));
}
if (spawnSync(given.pypy, ["--version"]).status === 0) {
  for (const kernel of ["small", "table", "trees"]) {
    const ours = side("generational", [generational, kernel]);
    const peer = side("PyPy", [given.pypy, join(here, "gc/kernels.py"), kernel]);
    comparisons.push(compare(`${kernel}, PyPy`, ours, peer, rounds));
  }
}
publish(report("The generational collector", machine(), rounds, comparisons), given.out);

for (const kernel of ["live", "weak", "finalizers"])
  console.log(pauseTable(kernel, pausesOf([generational, kernel], rounds)));
