/** Ten seconds of `npm run soak`; and that it would notice a leak. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildMutator, soak, thirds } from "./soak.ts";

const output = mkdtempSync(join(tmpdir(), "wright-soak-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));

test("memory does not grow for ten seconds", { timeout: 300_000 }, async () => {
  const run = await soak(await buildMutator(join(output, "mutator"), "generational"), 1, 10);
  expect(run).toMatchObject({ code: 0, trouble: "" });
  expect(run.samples.length).toBeGreaterThan(3);
  // So short a run has few samples of a heap that fills and empties: a leak of all that is made is
  // several times what may be alive.
  const { peaks } = thirds(run.samples.map((one) => one.inUse));
  expect(Math.max(...peaks)).toBeLessThan(64 << 20);
});

test("what grows is found to grow", () => {
  const saw = (i: number) => 10 + (i % 7);
  const steady = Array.from({ length: 120 }, (_, i) => saw(i));
  expect(thirds(steady).grew).toBe(false);
  expect(thirds(steady.map((one, i) => one + i / 10)).grew).toBe(true);
});
