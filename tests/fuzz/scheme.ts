/**
 * `npm run fuzz:scheme -- --count 100000 --seed 1 --programs FOLDER`: that many mutants of Scheme's test
 * programs, and of the `.scm` files of a folder, on a VM with sanitizers. What goes wrong is printed with its
 * seed; the exit code is 1 if anything did.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../support.ts";
import { buildBatchVM, runMutants, schemePrograms } from "./scheme-run.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    programs: { type: "string", multiple: true, default: [] },
    vm: { type: "string" },
  },
});

const folder = mkdtempSync(join(tmpdir(), "scheme-fuzz-"));
const vm = values.vm ?? (await buildBatchVM(folder));
const programs = schemePrograms([join(ROOT, "langs/scheme/tests"), ...values.programs]);
let told = 0;
const problems = await runMutants(
  vm,
  programs,
  Number(values.seed),
  Number(values.count),
  (seed, so) => {
    for (const problem of so.slice(told))
      console.log(`seed ${problem.seed}: ${problem.what}\n${problem.program}\n${"-".repeat(72)}`);
    told = so.length;
    if (process.stderr.isTTY) process.stderr.write(`\r${seed} `);
  },
);
rmSync(folder, { recursive: true, force: true });
console.log(`${values.count} mutants, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
