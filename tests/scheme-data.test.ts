/**
 * The data of Scheme: the tests beside its modules, and its numbers against another Scheme's where
 * one is installed (`tools/scheme-numbers.ts` compares more).
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { compareNumbers } from "../tools/scheme-numbers.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "scheme-data-"));
const hasPeer = spawnSync("petite", ["--version"]).status === 0;
afterAll(() => rmSync(folder, { recursive: true }));

function wright(...args: string[]): { status: number | null; text: string } {
  const command = [join(root, "cli/main.ts"), ...args];
  const run = spawnSync(process.execPath, command, { cwd: root, encoding: "utf8" });
  return { status: run.status, text: run.stdout + run.stderr };
}

test("the tests beside the modules", { timeout: 300_000 }, () => {
  const run = wright("test", "langs/scheme");
  expect(run.text).toContain(" 0 failed");
  expect(run.status).toBe(0);
});

test.skipIf(!hasPeer)("random operations agree with Chez Scheme", { timeout: 300_000 }, () => {
  const vm = join(folder, "number-lines");
  expect(wright("build", "-q", "langs/scheme/number_lines.wr", "-o", vm).status).toBe(0);
  const { compared, differences } = compareNumbers(vm, "petite", 7, 10000);
  expect(compared).toBe(10000);
  expect(differences).toEqual([]);
});
