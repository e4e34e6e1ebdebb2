/**
 * Marking goes on while the program runs, and goes on without memory for its stack: what it must not lose
 * (`marked.wr`, `wide.wr`).
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { compiled, executable, folderHost, runNative } from "../run/engines.ts";

const output = mkdtempSync(join(tmpdir(), "wright-marking-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));

function built(name: string): Promise<string> {
  const program = compiled(`${name}.wr`, folderHost("tests/gc"), { optimise: true });
  return executable(program, join(output, name), {}, { barriers: true });
}

const CHECKED = { WRIGHT_GC_VERIFY: "1", WRIGHT_GC_POISON: "1" };
const MODES = [
  {},
  { WRIGHT_GC_NURSERY: "4k", WRIGHT_GC_POISON: "1" },
  { WRIGHT_GC_STRESS: "1", ...CHECKED },
  { WRIGHT_GC_STRESS: "2", WRIGHT_GC_POISON: "1" },
  { WRIGHT_GC_STRESS: "3", ...CHECKED },
];

test(
  "what only a frame, a prebuilt object, a weak field or a fresh large object refers to",
  { timeout: 300_000 },
  async () => {
    const path = await built("marked");
    for (const env of MODES)
      expect([env, runNative(path, { args: ["4"], env })]).toEqual([
        env,
        { code: 0, stdout: "4501500\n16996000\n1500\n400\n", stderr: "" },
      ]);
  },
);

test(
  "without memory for marking there is a MemoryError, or none",
  { timeout: 300_000 },
  async () => {
    const path = await built("wide");
    const run = (megabytes: number): string => {
      const line = `ulimit -v ${megabytes * 1024}; exec "${path}" 100000 3`;
      const { status, stdout, stderr } = spawnSync("sh", ["-c", line], { encoding: "utf8" });
      if (status === 0) return stdout;
      return status === 1 && stderr.includes("MemoryError") ? "MemoryError" : stderr;
    };
    // Enough to start with; up to more than is needed.
    const outcomes = new Set<string>();
    for (let megabytes = 72; megabytes <= 128; megabytes += 4) outcomes.add(run(megabytes));
    expect(outcomes).toEqual(new Set(["MemoryError", "fine\n"]));
  },
);
