/** A slice of what `npm run fuzz:editor` does: what an editor knows after an edit is what there is to know. */
import { expect, test } from "vitest";
import { differenceIn } from "./edits.ts";

test(
  "after an edit the engine knows what it would if it had never known anything",
  { timeout: 240_000 },
  () => {
    const entries = ["examples/calc/main.wr", "examples/brainfuck/main.wr"];
    for (let seed = 1; seed <= 2; seed++) expect(differenceIn(seed, entries, 8)).toBe(null);
  },
);
