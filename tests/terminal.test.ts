/**
 * What needs a terminal at the other end: raw mode, keys, interrupts, the line editor. Each program
 * runs in the evaluator and natively, on a pseudo-terminal that Python's `pty` makes and types into.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compiled, executable, folderHost, hasCompiler } from "./run/engines.ts";
import { ROOT } from "./support.ts";
import { hasPython, onTerminal } from "./terminal/session.ts";

const FOLDER = "tests/terminal";
const TIMEOUT = 120_000;

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "wright-terminal-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const evaluated = (name: string) => [
  process.execPath,
  join(ROOT, "cli/main.ts"),
  "run",
  "-q",
  join(ROOT, FOLDER, name),
];

async function native(name: string): Promise<readonly string[]> {
  const program = compiled(name, folderHost(FOLDER), { optimise: true });
  return [await executable(program, join(folder, name.replace(".wr", "")), { mode: "dev" })];
}

/** One test per engine, skipped with its reason where it cannot run. */
function onBothEngines(program: string, check: (argv: readonly string[]) => void): void {
  test.skipIf(!hasPython)(
    "in the evaluator (skipped without python3)",
    () => check(evaluated(program)),
    TIMEOUT,
  );
  test.skipIf(!hasPython)(
    "natively (skipped without python3 or gcc)",
    async (context) => {
      if (!(await hasCompiler("gcc"))) context.skip();
      check(await native(program));
    },
    TIMEOUT,
  );
}

describe("keys, sizes and interrupts", () => {
  onBothEngines("keys.wr", (argv) => {
    const { output, status, missed, givenBack } = onTerminal(argv, [
      ["keys", "a"],
      ["'a'", "é"],
      ["é", "\x1b[1;5C"],
      ["5C'", "\x1b"],
      ["'\\x1b'", "\x1bOP"],
      ["OP'", "\x1bb"],
      ["1bb'", "\x03"],
      ["'\\x03'", "q"],
      ["timed out", "line\n"],
      ["spinning", "\x03"],
      ["waiting", "\x03"],
      ["end me", { signal: 15 }],
    ]);
    expect(missed, output).toBe(null);
    expect(output).toContain("True True (40, 24)");
    expect(output).toContain("cooked 'line\\n'");
    expect(output).toContain("interrupted True True False");
    expect(output).toContain("cut short");
    expect(givenBack).toBe(true);
    // Ended by SIGTERM, or by `wright` because of it.
    expect([-15, 143]).toContain(status);
  });
});

describe("the line editor", () => {
  onBothEngines("repl.wr", (argv) => {
    const history = join(folder, `history-${argv.length}`);
    const { output, status, missed, givenBack } = onTerminal(
      argv,
      [
        ["> ", "1 + 2x\x7f\r"],
        ["read '1 + 2'", ""],
        // A bracket is open: a second line, in which the first is corrected.
        ["> ", "(é漢"],
        ["漢", "\r"],
        [". ", "b)\x1b[A\x01\x06X\r"],
        ["read '(Xé漢\\nb)'", ""],
        // Up goes to the line above, then to the input before; then the one by searching.
        ["> ", "\x1b[A\x1b[A\x1b[A\r"],
        ["read '1 + 2'", ""],
        ["> ", "\x12漢\r"],
        ["read '(Xé漢\\nb)'", ""],
        // Completion, whole and with a choice.
        ["> ", "disp\t\r"],
        ["read 'display'", ""],
        ["> ", "de\t"],
        ["define  delay", "\x15"],
        // Pasted: its newline and tab are text.
        ["> ", "\x1b[200~[a\r\tb]\x1b[201~"],
        ["b]", "\r"],
        ["read '[a\\n\\tb]'", ""],
        ["> ", "given up\x03"],
        ["interrupt", ""],
        // Longer than the screen is wide.
        ["> ", "0123456789".repeat(5) + "\x01x\r"],
        ["read 'x" + "0123456789".repeat(5) + "'", ""],
        ["> ", "\x04"],
      ],
      { HISTORY: history },
    );
    expect(missed, output).toBe(null);
    expect(output).toContain("interrupted\r\n");
    expect(output).toContain("bye");
    expect(givenBack).toBe(true);
    expect(status).toBe(0);
    expect(readFileSync(history, "utf8").split("\n").slice(0, 2)).toEqual(["1 + 2", "(Xé漢\\nb)"]);

    // Without a terminal lines are read plainly, with no prompts.
    const [command, ...args] = argv;
    const plain = spawnSync(command!, args, { input: "(a\nb)\nc", encoding: "utf8" });
    expect(plain).toMatchObject({
      stdout: "read '(a\\nb)'\nread 'c'\nbye\n",
      stderr: "",
      status: 0,
    });
  });
});
