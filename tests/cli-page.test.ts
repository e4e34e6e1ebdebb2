/**
 * docs/cli.md is a session that happens as it says: its `$ wright …` lines are run one after another in
 * an empty folder. In what is printed, `…` stands for anything.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../cli/command-table.ts";
import { ROOT } from "./support.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "wright-page-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const page = readFileSync(join(ROOT, "docs/cli.md"), "utf8");
const hasCompiler = spawnSync("cc", ["--version"]).status === 0;

interface Step {
  readonly command: string;
  readonly output: string;
}

const steps: readonly Step[] = [...page.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(
  ([, block]) =>
    block!
      .split(/^\$ wright /m)
      .slice(1)
      .map((one) => {
        const [command, ...output] = one.split("\n");
        return { command: command!, output: output.join("\n") };
      }),
);

function pattern(output: string): RegExp {
  const parts = output.trim().split("…");
  return new RegExp(
    `^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("[^]*")}$`,
  );
}

describe("docs/cli.md", () => {
  test.for(steps)("wright $command", ({ command, output }, { skip }) => {
    if (command.startsWith("build") && !hasCompiler) skip("no C compiler");
    const run = spawnSync(process.execPath, [join(ROOT, "cli/main.ts"), ...command.split(" ")], {
      cwd: FOLDER,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    });
    // What people are told beside the result goes to standard error.
    expect((run.stdout + run.stderr).trim()).toMatch(pattern(output));
    expect(run.status).toBe(0);
  });

  test("shows every command", () => {
    const shown = new Set(steps.map(({ command }) => command.split(" ")[0]));
    expect(COMMANDS.map((one) => one.name).filter((name) => !shown.has(name))).toEqual([]);
  });
});
