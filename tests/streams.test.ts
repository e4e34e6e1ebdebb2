/** Standard output that nobody reads any more, or that has no room: every engine ends the same way. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compiled, executable, folderHost, hasCompiler } from "./run/engines.ts";
import { ROOT } from "./support.ts";

const ENDLESS = 'def main(argv: list[str]) -> int:\n    while True: print("y")\n';
const TIMEOUT = 60_000;

let folder: string;
const commands: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wright-streams-"));
  const source = join(folder, "yes.wr");
  writeFileSync(source, ENDLESS);
  commands.push(`"${process.execPath}" "${join(ROOT, "cli/main.ts")}" run -q "${source}"`);
  if (!(await hasCompiler("gcc"))) return;
  const program = compiled("yes.wr", folderHost("", { "yes.wr": ENDLESS }), { optimise: true });
  commands.push(await executable(program, join(folder, "yes"), { mode: "dev" }));
}, TIMEOUT);
afterAll(() => rmSync(folder, { recursive: true }));

function shell(line: string) {
  return spawnSync("bash", ["-c", line], { encoding: "utf8", timeout: TIMEOUT });
}

test("a reader that goes away ends the program without a word, with SIGPIPE's exit code", () => {
  for (const command of commands) {
    const run = shell(`${command} | head -2; exit \${PIPESTATUS[0]}`);
    expect(run).toMatchObject({ stdout: "y\ny\n", stderr: "", status: 141 });
  }
}, 60_000);

test.skipIf(!existsSync("/dev/full"))(
  "a full disk is an error that says so",
  () => {
    for (const command of commands) {
      const run = shell(`${command} > /dev/full`);
      expect(run.stderr).toContain("OSError: standard output: No space left on device");
      expect(run.status).toBe(1);
    }
  },
  60_000,
);
