/** Scheme as a user meets it: options, exit codes, what is said of bad input, the dialogue at a terminal. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../support.ts";
import { hasPython, onTerminal } from "../terminal/session.ts";
import { BAD_INPUTS, type BadInput } from "./bad-input.ts";

const RECORDED = join(ROOT, "langs/scheme/tests/bad-input.txt");
const TIMEOUT = 60_000;

/** What a row prints and how it ends, as the file records it. */
function outcomeOf(vm: string, row: BadInput, folder: string): string {
  const files: Record<string, string | Uint8Array> = { ...row.files };
  if (row.program !== undefined) files["bad.scm"] = row.program;
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const run = spawnSync(vm, row.args ?? ["bad.scm"], {
    cwd: folder,
    encoding: "utf8",
    input: "",
    timeout: TIMEOUT,
    env: { ...process.env, ...row.env },
  });
  const ending = run.signal === null ? `exit code ${run.status}` : `ended by ${run.signal}`;
  // How deep a recursion got depends on sizes of frames.
  const text = (run.stdout + run.stderr)
    .replace(/, \d{4,} times/g, ", many times")
    .replace(/:\d{4,}: data are nested/, ":…: data are nested");
  return `### ${row.name}: ${ending}\n${text}${text === "" || text.endsWith("\n") ? "" : "\n"}`;
}

function sections(text: string): Map<string, string> {
  const parts = text.split(/^(?=### )/m).filter((part) => part !== "");
  return new Map(
    parts.map((part) => [part.slice(4, part.lastIndexOf(": e", part.indexOf("\n"))), part]),
  );
}

export function badInputTests(vm: string, scratch: string): void {
  describe("bad input", () => {
    if (process.env.BLESS === "1") {
      test("is recorded", { timeout: 600_000 }, () => {
        const outcomes = BAD_INPUTS.map((row) =>
          outcomeOf(vm, row, mkdtempSync(join(scratch, "bad-"))),
        );
        writeFileSync(RECORDED, outcomes.join(""));
      });
      return;
    }
    const recorded = sections(readFileSync(RECORDED, "utf8"));
    test.each(BAD_INPUTS.map((row) => [row.name, row] as const))(
      "%s",
      (name, row) => {
        const folder = mkdtempSync(join(scratch, "bad-"));
        expect(outcomeOf(vm, row, folder)).toBe(recorded.get(name));
        rmSync(folder, { recursive: true });
      },
      TIMEOUT,
    );
  });
}

export function commandLineTests(vm: string, scratch: string): void {
  const run = (args: readonly string[], input = "") => {
    const { stdout, stderr, status } = spawnSync(vm, args, {
      cwd: scratch,
      input,
      encoding: "utf8",
    });
    return { stdout, stderr, status };
  };
  const printed = (stdout: string) => ({ stdout, stderr: "", status: 0 });

  test("options", () => {
    expect(run(["--version"]).stdout).toMatch(/^Langwright Scheme \d+\.\d+\.\d+ /);
    expect(run(["--help"]).stdout).toContain("usage: scheme");
    const arguments_ = "(write (cdr (command-line)))";
    expect(run(["-c", arguments_, "a", "-q"])).toEqual(printed('("a" "-q")'));
    writeFileSync(join(scratch, "arguments.scm"), arguments_);
    expect(run(["-q", "--", "arguments.scm", "-x"])).toEqual(printed('("-x")'));
    expect(run(["-e", '(+ 1 2) (values "a" #\\b) (define x 5) (* x x)'])).toEqual(
      printed('3\n"a"\n#\\b\n25\n'),
    );
  });

  test("a program on standard input", () => {
    expect(run([], "(display (+ 1 2))")).toEqual(printed("3"));
    expect(run(["-", "a"], "(display (command-line))")).toEqual(printed("(- a)"));
    expect(run([], "(car 1)")).toMatchObject({ status: 70, stdout: "" });
  });

  test("libraries in folders that -L names", () => {
    mkdirSync(join(scratch, "path/my"), { recursive: true });
    const library =
      "(define-library (my l) (import (scheme base)) (export f) (begin (define (f) 42)))";
    writeFileSync(join(scratch, "path/my/l.sld"), library);
    expect(run(["-L", "path", "-e", "(import (my l)) (f)"])).toEqual(printed("42\n"));
    expect(run(["-e", "(import (my l)) (f)"]).status).toBe(70);
  });

  test("Ctrl-C ends a program, which says where it was", { timeout: TIMEOUT }, async () => {
    const program =
      '(define (f n) (guard (e (#t (f n))) (f (+ n 1))))\n(display "on\n") (flush-output-port) (f 0)';
    const child = spawn(vm, ["-c", program], { stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.on("data", (data) => (errors += data));
    child.stdout.once("data", () => child.kill("SIGINT"));
    const status = await new Promise((resolve) => child.on("close", resolve));
    expect(status).toBe(130);
    expect(errors).toMatch(/^error: interrupted\n {2}at -c:1:\d+ in /);
  });

  test.skipIf(!hasPython)("the dialogue at a terminal", { timeout: TIMEOUT }, () => {
    const history = join(scratch, "history");
    const { output, status, missed, givenBack } = onTerminal(
      [vm],
      [
        ["Langwright Scheme", ""],
        ["> ", "(+ 1 2)\r"],
        ["\n3", ""],
        // An open parenthesis: a second line.
        ["> ", "(define (twice x)\r"],
        ["  ", "(* 2 x))\r"],
        ["> ", '(list (twice 4) "a" #\\b)\r'],
        ['(8 "a" #\\b)', ""],
        // Completion, also of what was just defined.
        ["> ", "(twi\t 21)\r"],
        ["\n42", ""],
        ["> ", "(call-with-output-s\t write)\r"],
        ["#<output port", ""],
        // Mistakes leave the dialogue alive, with what it knows.
        ["> ", "(car (twice 1))\r"],
        ["error: car: argument 1 should be a pair, but is 2", ""],
        ["at repl:1:1", ""],
        ["> ", "(twice nowhere)\r"],
        ["unbound variable: nowhere", ""],
        ["> ", '(display "no newline")\r'],
        ["no newline", ""],
        ["> ", ")\r"],
        ["error", ""],
        // Ctrl-C gives up what is typed, and ends what runs.
        ["> ", "(given up\x03"],
        // The echo spells the word in another way than the output.
        ["> ", '(begin (display "run\\x6e;ing") (newline) (let loop () (loop)))\r'],
        ["running", "\x03"],
        ["error: interrupted", ""],
        ["> ", "(values 1 2)\r"],
        ["\n1\r\n2", ""],
        ["> ", "(twice 50)\r"],
        ["\n100", ""],
        ["> ", "(read-line)\r"],
        ["\r\n", "typed\n"],
        ['"typed"', ""],
        ["> ", "(exit 7)\r"],
      ],
      { SCHEME_HISTORY: history },
    );
    expect(missed, output).toBe(null);
    expect(givenBack).toBe(true);
    expect(status).toBe(7);
    expect(readFileSync(history, "utf8").split("\n").slice(0, 2)).toEqual([
      "(+ 1 2)",
      "(define (twice x)\\n(* 2 x))",
    ]);
    expect(onTerminal([vm, "-q"], [["> ", "\x04"]], { SCHEME_HISTORY: "" }).status).toBe(0);
  });
}
