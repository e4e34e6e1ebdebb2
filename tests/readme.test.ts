/** Every command of the README does what it says. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ROOT } from "./support.ts";

const README = readFileSync(join(ROOT, "README.md"), "utf8");
const FOLDER = mkdtempSync(join(tmpdir(), "wright-readme-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const hasCompiler = spawnSync("cc", ["--version"]).status === 0;

/** Commands in ```sh blocks, comments cut off. */
function commands(): string[] {
  return [...README.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap((block) => block[1]!.split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "");
}

function wright(args: readonly string[]): { status: number | null; text: string } {
  const result = spawnSync(process.execPath, [join(ROOT, "cli/wright.mjs"), ...args], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status: result.status, text: result.stdout + result.stderr };
}

/** What each command runs as here: in a folder of its own where it would write, on a program that exists. */
const PLACED: Readonly<Record<string, readonly string[]>> = {
  "npx wright new demo --template stack-vm": [
    "new",
    join(FOLDER, "demo"),
    "--template",
    "stack-vm",
  ],
  "npx wright run examples/calc program.calc": [
    "run",
    "examples/calc",
    "examples/calc/tests/tour.calc",
  ],
  "npx wright build examples/brainfuck": [
    "build",
    "examples/brainfuck",
    "-o",
    join(FOLDER, "brainfuck"),
  ],
  "npx wright build examples/brainfuck --target wasm": [
    "build",
    "examples/brainfuck",
    "--target",
    "wasm",
    "-o",
    join(FOLDER, "brainfuck"),
  ],
};

/** `npm ci` and `npm test` are what CI itself runs before it gets here. */
const RUN_BY_CI = ["npm test"];

describe("the README", () => {
  for (const command of commands().filter((one) => !RUN_BY_CI.includes(one)))
    it(command, (ctx) => {
      if (command === "npm ci && npm start") {
        const result = spawnSync(process.execPath, [join(ROOT, "cli/demo.ts")], {
          cwd: ROOT,
          encoding: "utf8",
        });
        expect(result.status, result.stderr).toBe(0);
        expect(result.stdout).toContain(
          "1606938044258990275541962092341162602522202993782792835301376",
        );
        return;
      }
      if (command.includes(" build ") && !command.includes("wasm") && !hasCompiler)
        ctx.skip("no C compiler");
      expect(command.startsWith("npx wright "), command).toBe(true);
      const { status, text } = wright(PLACED[command] ?? command.split(/\s+/).slice(2));
      expect(status, text).toBe(0);
    });

  it("shows a program that runs", () => {
    const program = /```python\n([\s\S]*?)```/.exec(README)![1]!;
    const path = join(FOLDER, "taste.wr");
    writeFileSync(path, program);
    expect(wright(["run", path])).toEqual({ status: 0, text: "42\n" });
  });
});
