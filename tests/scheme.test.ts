/**
 * Scheme: each program in `langs/scheme/tests` does on the built VM what stands in its `.out` file; one
 * with an `.err` file fails with that on standard error and exit code 70. `BLESS=1` writes the files.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { badInputTests, commandLineTests } from "./scheme/command-line.ts";
import { ROOT } from "./support.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "wright-scheme-"));
// `SCHEME_VM` names one that is already built.
const VM = process.env.SCHEME_VM ?? join(FOLDER, "scheme");
const TESTS = join(ROOT, "langs/scheme/tests");
const hasCompiler = spawnSync("cc", ["--version"]).status === 0;

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function recorded(name: string, extension: string, found: string): string {
  const file = join(TESTS, name + extension);
  if (process.env.BLESS === "1" && found !== "") writeFileSync(file, found);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

const programs = readdirSync(TESTS)
  .filter((file) => file.endsWith(".scm"))
  .map((file) => file.slice(0, -".scm".length));

describe.runIf(hasCompiler)("scheme", () => {
  beforeAll(() => {
    if (process.env.SCHEME_VM !== undefined) return;
    const command = [join(ROOT, "cli/wright.mjs"), "build", "langs/scheme", "--dev", "-o", VM];
    const build = spawnSync(process.execPath, command, { cwd: ROOT, encoding: "utf8" });
    expect(build.status, build.stderr).toBe(0);
  }, 300_000);

  test.each(programs)(
    "%s",
    (name) => {
      const run = spawnSync(VM, [`${name}.scm`], { cwd: TESTS, encoding: "utf8" });
      expect(run.stdout).toBe(recorded(name, ".out", run.stdout));
      const error = recorded(name, ".err", run.stderr);
      expect(run.stderr).toBe(error);
      expect(run.status).toBe(error === "" ? 0 : 70);
    },
    60_000,
  );

  test.each(["continuations", "generators"])(
    "%s, collecting at every allocation",
    (name) => {
      const env = { ...process.env, WRIGHT_GC_STRESS: "1", WRIGHT_GC_POISON: "1" };
      const run = spawnSync(VM, [`${name}.scm`], { cwd: TESTS, encoding: "utf8", env });
      expect(run.stderr).toBe("");
      expect(run.stdout).toBe(readFileSync(join(TESTS, `${name}.out`), "utf8"));
      expect(run.status).toBe(0);
    },
    60_000,
  );

  badInputTests(VM, FOLDER);
  commandLineTests(VM, FOLDER);
});
