/**
 * `npm run fuzz:editor -- --edits 5000 --seed 1`: that many random edits of the repository's programs,
 * in sessions of 25; after each, what the editor's engine knows equals what a first analysis finds.
 */
import { parseArgs } from "node:util";
import { differenceIn, first as answers } from "./edits.ts";

const STEPS = 25;
const ENTRIES = [
  "examples/calc/main.wr",
  "examples/brainfuck/main.wr",
  "examples/som/main.wr",
  "langs/scheme/main.wr",
  "dsl/lib/wright/bigint_test.wr",
  "dsl/lib/wright/parsing_test.wr",
  "dsl/lib/wright/unicode.wr",
  "dsl/lib/wright/builtins.wr",
];

const { values } = parseArgs({
  options: {
    edits: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    entry: { type: "string", multiple: true },
  },
});
const first = Number(values.seed);
const sessions = Math.ceil(Number(values.edits) / STEPS);
let failures = 0;
for (let seed = first; seed < first + sessions; seed++) {
  const found = differenceIn(seed, values.entry ?? ENTRIES, STEPS);
  if (process.stderr.isTTY || (seed - first) % 10 === 9)
    console.error(`${(seed - first + 1) * STEPS} edits, ${failures} sessions that differ`);
  if (found === null) continue;
  failures++;
  console.log(`seed ${seed}, edit ${found.step} (${found.edit}): ${found.what}`);
}
console.log(`${sessions * STEPS} edits, ${failures} of ${sessions} sessions differ`);
console.log(`${answers.given} first answers, of which ${answers.exact} were the last word`);
process.exitCode = failures === 0 ? 0 : 1;
