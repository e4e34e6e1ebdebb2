/**
 * The collectors under a random program (`mutator.wr`), which compares everything with a model.
 *
 * A slice runs here; `WRIGHT_FULL=1` runs millions of operations. All collectors and all their modes
 * must print the same.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { needsBarriers, type CollectorName } from "../../compiler/collectors.ts";
import { compiled, executable, folderHost, runNative, type Outcome } from "../run/engines.ts";

const isFull = process.env["WRIGHT_FULL"] === "1";
const output = mkdtempSync(join(tmpdir(), "wright-gc-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));

const built = new Map<CollectorName, Promise<string>>();

function mutator(gc: CollectorName): Promise<string> {
  let path = built.get(gc);
  if (path === undefined) {
    const program = compiled("mutator.wr", folderHost("tests/gc"), { optimise: true });
    path = executable(program, join(output, gc), { gc }, { barriers: needsBarriers(gc) });
    built.set(gc, path);
  }
  return path;
}

const MODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "as it is": {},
  "a nursery of 4 KB": { WRIGHT_GC_NURSERY: "4k" },
  "a nursery of 4 KB, checked": {
    WRIGHT_GC_NURSERY: "4k",
    WRIGHT_GC_VERIFY: "1",
    WRIGHT_GC_POISON: "1",
  },
  "collecting at every third allocation": { WRIGHT_GC_STRESS: "3", WRIGHT_GC_POISON: "1" },
  // Many objects are stored to in between, and under stress only few are listed.
  "collecting at every fiftieth allocation, checked": {
    WRIGHT_GC_STRESS: "50",
    WRIGHT_GC_VERIFY: "1",
    WRIGHT_GC_POISON: "1",
  },
  "collecting at every allocation, checked": {
    WRIGHT_GC_STRESS: "1",
    WRIGHT_GC_VERIFY: "1",
    WRIGHT_GC_POISON: "1",
  },
};

/** Operations by mode; the checks walk the whole heap. */
const OPERATIONS: Readonly<Record<string, number>> = {
  "as it is": isFull ? 3_000_000 : 100_000,
  "a nursery of 4 KB": isFull ? 3_000_000 : 60_000,
  "a nursery of 4 KB, checked": isFull ? 20_000 : 4000,
  "collecting at every third allocation": isFull ? 10_000 : 1000,
  "collecting at every fiftieth allocation, checked": isFull ? 20_000 : 2000,
  "collecting at every allocation, checked": isFull ? 1000 : 200,
};

const SEEDS = isFull ? [1, 2, 3, 4, 5, 6, 7, 8] : [3, 4];

async function run(
  gc: CollectorName,
  seed: number,
  operations: number,
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  return runNative(await mutator(gc), { args: [String(seed), String(operations)], env });
}

/** What every collector has to print: what the copying one does, left alone. */
const known = new Map<string, Promise<Outcome>>();

function plain(seed: number, operations: number): Promise<Outcome> {
  const key = `${seed} ${operations}`;
  if (!known.has(key)) known.set(key, run("copying", seed, operations, {}));
  return known.get(key)!;
}

/** A nursery's size is nothing to collectors that have none; copying at each allocation takes long. */
const CASES = (["generational", "marksweep", "copying"] as const).flatMap((gc) =>
  Object.keys(MODES)
    .filter((mode) => gc === "generational" || !mode.startsWith("a nursery"))
    .filter((mode) => gc !== "copying" || isFull || mode.endsWith("allocation, checked"))
    .map((mode) => ({ gc, mode })),
);

test.for(CASES)("$gc, $mode", { timeout: 1_200_000 }, async ({ gc, mode }) => {
  for (const seed of SEEDS) {
    const operations = OPERATIONS[mode]!;
    const expected = await plain(seed, operations);
    expect(expected).toMatchObject({ code: 0, stderr: "" });
    expect(await run(gc, seed, operations, MODES[mode]!)).toEqual(expected);
  }
});
