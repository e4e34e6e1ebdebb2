/** `wright` as a user meets it: output, exit codes, and what bad input is told. */
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ROOT } from "./support.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "wright-cli-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const LAUNCHER = join(ROOT, "cli/wright.mjs");
const hasCompiler = spawnSync("cc", ["--version"]).status === 0;

/** A Node on the path that is too old for our sources. */
const olderNode = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "node"))
  .find((node) =>
    /^v(1[89]|2[01])\./.test(spawnSync(node, ["--version"]).stdout?.toString() ?? ""),
  );

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function wright(args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const result = spawnSync(process.execPath, [LAUNCHER, ...args], {
    cwd: FOLDER,
    encoding: "utf8",
    timeout: 50_000,
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

function program(name: string, text: string): string {
  const path = join(FOLDER, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return name;
}

const GOOD = "def main(argv: list[str]) -> int:\n    print(len(argv))\n    return 3\n";
const BAD = 'def main(argv: list[str]) -> int:\n    return "x"\n';

describe("wright", () => {
  it("without arguments explains itself and exits with 2", () => {
    const { status, stderr } = wright([]);
    expect(status).toBe(2);
    expect(stderr).toContain("check");
  });

  it.skipIf(olderNode === undefined)("hands over from an older Node to the packaged one", () => {
    const args = [LAUNCHER, "--version"];
    const { status, stdout } = spawnSync(olderNode!, args, { encoding: "utf8" });
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^wright \S+ \(node 2[2-9]\./) as string,
    });
  });

  it("suggests the nearest command", () => {
    const { status, stderr } = wright(["chekc"]);
    expect(status).toBe(2);
    expect(stderr).toContain("did you mean `wright check`?");
  });

  it("check prints code frames and exits with 1", () => {
    const { status, stdout } = wright(["check", program("bad.wr", BAD)]);
    expect(status).toBe(1);
    expect(stdout).toContain(
      "error[E0302]: result of main is declared int, but this is str".replace("str", "char"),
    );
    expect(stdout).toContain("bad.wr:2:12");
    expect(stdout).toContain("^^^");
  });

  it("check --json gives one object per diagnostic", () => {
    const { status, stdout } = wright(["check", program("bad.wr", BAD), "--json"]);
    expect(status).toBe(1);
    const found = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { code: string });
    expect(found.map((one) => one.code)).toEqual(["E0302"]);
  });

  it("run passes arguments on and gives the guest's exit code", () => {
    expect(wright(["run", program("good.wr", GOOD), "a", "--b"])).toEqual({
      status: 3,
      stdout: "3\n",
      stderr: "",
    });
  });

  it("names a file that is missing", () => {
    const { status, stderr } = wright(["check", "nowhere.wr"]);
    expect(status).toBe(2);
    expect(stderr).toContain("nowhere.wr");
  });

  it("reports a mistake in langwright.json with its place", () => {
    program("lang/langwright.json", '{ "name": "lang", "entri": "main.wr" }\n');
    const { status, stderr, stdout } = wright(["check", "lang"]);
    expect(status).not.toBe(0);
    expect(stdout + stderr).toContain("langwright.json:1:");
  });

  it("new makes a language that passes its tests, and overwrites nothing", () => {
    expect(wright(["new", "fresh", "--template", "minimal"]).status).toBe(0);
    const { status, stdout } = wright(["test", "fresh"]);
    expect({ status, stdout }).toMatchObject({ status: 0 });
    expect(stdout).toMatch(/\d+ passed, 0 failed/);
    expect(wright(["new", "fresh"]).status).toBe(2);
  });

  it("test shows a failure with its traceback and exits with 1", () => {
    program("failing/langwright.json", '{ "name": "failing", "entry": "main.wr" }\n');
    program("failing/main.wr", GOOD);
    program(
      "failing/main_test.wr",
      "from wright.testing import assert_equal\n\ndef test_sum():\n    assert_equal(1 + 1, 3)\n",
    );
    const { status, stdout } = wright(["test", "failing"]);
    expect(status).toBe(1);
    expect(stdout).toContain("FAIL failing/main_test.wr test_sum");
    expect(stdout).toContain("AssertionError: expected 3, but got 2");
    expect(stdout).toContain("0 passed, 1 failed");
  });

  it("tells where a module body failed while the program was built", () => {
    const { status, stderr } = wright([
      "run",
      program(
        "body.wr",
        "TABLE = [1, 2]\nFIRST = TABLE[5]\n\ndef main(argv: list[str]) -> int:\n    return FIRST\n",
      ),
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain("E0605");
    expect(stderr).toContain("IndexError");
    expect(stderr).toContain('File "body.wr", line 2');
    expect(stderr).toContain("--> body.wr:2:");
  });

  it("points at what touches the outside while the program is built", () => {
    const { status, stderr } = wright([
      "run",
      program(
        "outside.wr",
        "from wright.os import getenv\n\nx = 1\nHOME = getenv('HOME')\n\ndef main(argv: list[str]) -> int:\n    return x if HOME is None else 0\n",
      ),
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain("a module body may not touch the world outside, as this does");
    expect(stderr).toContain("--> outside.wr:4:8");
  });

  it("build makes an executable that behaves like run", (ctx) => {
    if (!hasCompiler) ctx.skip("no C compiler");
    const built = wright(["build", program("good.wr", GOOD), "-o", "good", "--dev"]);
    expect(built.status, built.stderr).toBe(0);
    const ran = spawnSync(join(FOLDER, "good"), ["a", "--b"], { encoding: "utf8" });
    expect({ status: ran.status, stdout: ran.stdout }).toEqual({ status: 3, stdout: "3\n" });
  });

  it("build says what to do without a C compiler, and leaves nothing behind", () => {
    const { status, stderr } = wright(["build", program("good.wr", GOOD), "-o", "none"], {
      CC: "no-such-compiler",
    });
    expect(status).toBe(1);
    expect(stderr).toContain("no-such-compiler");
    expect(existsSync(join(FOLDER, "none"))).toBe(false);
  });

  it("build to a place that cannot be written fails with the reason", (ctx) => {
    if (!hasCompiler) ctx.skip("no C compiler");
    const { status, stderr } = wright(["build", program("good.wr", GOOD), "-o", "good.wr/vm"]);
    expect(status).toBe(1);
    expect(stderr).toContain("good.wr");
  });

  /** A compiler that fails whenever it is to compile, saying this. */
  function failingCompiler(name: string, message: string): string {
    const path = join(FOLDER, name);
    const text = `#!/bin/sh\ncase " $* " in *" -c "*) echo "${message}" >&2; exit 1;; esac\nexec cc "$@"\n`;
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  }

  function builtFiles(): string[] {
    return readdirSync(FOLDER).filter((name) => name.startsWith("refused"));
  }

  it("a C compiler that fails is our fault, and the file it refused is kept", (ctx) => {
    if (!hasCompiler) ctx.skip("no C compiler");
    const cache = join(FOLDER, "failing-cache");
    const cc = failingCompiler("failing-cc", "internal compiler error");
    const { status, stderr } = wright(
      ["build", program("good.wr", GOOD), "-o", "refused", "--cc", cc],
      { XDG_CACHE_HOME: cache },
    );
    expect(status).toBe(3);
    expect(stderr).toContain("the C compiler could not compile");
    expect(stderr).toContain("internal compiler error");
    expect(stderr).toContain("the file was kept: ");
    expect(builtFiles()).toEqual([]);
  });

  it("a disk that is full is said to be, whoever finds out", (ctx) => {
    if (!hasCompiler) ctx.skip("no C compiler");
    const full = failingCompiler("full-cc", "cannot write: No space left on device");
    const byCompiler = wright(["build", program("good.wr", GOOD), "-o", "refused", "--cc", full], {
      XDG_CACHE_HOME: join(FOLDER, "full-cache"),
    });
    // Files of at most 8 blocks: the first larger one of ours is refused by the system.
    const line = `ulimit -f 8; exec "${process.execPath}" "${LAUNCHER}" build good.wr -o refused`;
    const byUs = spawnSync("bash", ["-c", line], {
      cwd: FOLDER,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", XDG_CACHE_HOME: join(FOLDER, "limited-cache") },
    });
    for (const { status, stderr } of [byCompiler, byUs]) {
      expect(stderr).toContain("there is no space left for the build's files");
      expect(stderr).toContain("WRIGHT_CACHE");
      expect(status).toBe(1);
    }
    expect(builtFiles()).toEqual([]);
  });

  it("an interrupted build exits with 130 and leaves nothing half-written", async (ctx) => {
    if (!hasCompiler) ctx.skip("no C compiler");
    const cache = join(FOLDER, "cold-cache");
    const child = spawn(
      process.execPath,
      [LAUNCHER, "build", join(ROOT, "examples/som"), "-o", join(FOLDER, "interrupted")],
      {
        cwd: FOLDER,
        env: { ...process.env, WRIGHT_CACHE: cache },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    // Interrupt once C is being compiled: the cache folder holds work then.
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const isCompiling = () =>
      existsSync(cache) &&
      readdirSync(cache, { recursive: true }).some((name) => String(name).endsWith(".c"));
    for (let waited = 0; waited < 40_000 && !isCompiling(); waited += 50)
      await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    const code = await ended;
    expect(code).toBe(130);
    expect(existsSync(join(FOLDER, "interrupted"))).toBe(false);
    const left = readdirSync(cache, { recursive: true }).filter((name) =>
      String(name).includes("work-"),
    );
    expect(left).toEqual([]);
  });

  /** `wright … --watch`: `until` waits for output that it has not seen yet. */
  function watcher(args: readonly string[]) {
    const child = spawn(process.execPath, [LAUNCHER, ...args, "--watch"], {
      cwd: FOLDER,
      env: { ...process.env, NO_COLOR: "1" },
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (data: string) => (said += data));
    child.stderr.setEncoding("utf8").on("data", (data: string) => (said += data));
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    return {
      async until(text: string): Promise<string> {
        for (let waited = 0; waited < 40_000 && !said.includes(text); waited += 50)
          await new Promise((resolve) => setTimeout(resolve, 50));
        expect(said).toContain(text);
        const seen = said;
        said = "";
        return seen;
      },
      async interrupted(): Promise<number | null> {
        child.kill("SIGINT");
        return await ended;
      },
    };
  }

  it("check --watch checks again when a file changes, also after a mistake", async () => {
    const name = program("watched/main.wr", GOOD);
    const watched = watcher(["check", name]);
    await watched.until("waiting for changes");
    program("watched/main.wr", BAD);
    expect(await watched.until("waiting for changes")).toContain("error[E0302]");
    program("watched/main.wr", GOOD);
    expect(await watched.until("waiting for changes")).toContain("no mistakes in 1 file");
    expect(await watched.interrupted()).toBe(130);
  });

  it("build --watch builds again when a file changes; a mistake leaves the VM as it was", async (ctx) => {
    if (!hasCompiler) ctx.skip("no C compiler");
    const name = program("rebuilt/main.wr", GOOD);
    const vm = join(FOLDER, "rebuilt-vm");
    const status = () => spawnSync(vm).status;
    const watched = watcher(["build", name, "--dev", "-o", vm]);
    await watched.until("waiting for changes");
    expect(status()).toBe(3);
    program("rebuilt/main.wr", BAD);
    expect(await watched.until("waiting for changes")).toContain("error[E0302]");
    expect(status()).toBe(3);
    program("rebuilt/main.wr", GOOD.replace("return 3", "return 5"));
    await watched.until("waiting for changes");
    expect(status()).toBe(5);
    expect(await watched.interrupted()).toBe(130);
  });

  it("why tells the type at a place and the chain behind it", () => {
    const path = program(
      "why.wr",
      "def double(n):\n    return n + n\n\ndef main(argv: list[str]) -> int:\n    return double(21)\n",
    );
    const { status, stdout } = wright(["why", path, `${path}:2:12`]);
    expect(status).toBe(0);
    expect(stdout).toContain("int");
    expect(stdout).toContain("passed here as `n`");
  });

  it("explain prints a page with an example", () => {
    const { status, stdout } = wright(["explain", "E0301"]);
    expect(status).toBe(0);
    expect(stdout).toContain("E0301");
    expect(wright(["explain", "E9999"]).status).toBe(2);
  });

  it("dump shows every stage as text, dot and HTML", () => {
    const path = program("good.wr", GOOD);
    expect(wright(["dump", path, "--after", "flow", "--fn", "main"]).stdout).toContain("b0(argv");
    expect(wright(["dump", path, "--after", "lowered", "--fn", "main"]).stdout).toContain("block");
    expect(
      wright(["dump", path, "--after", "flow", "--fn", "main", "--as", "dot"]).stdout,
    ).toContain("digraph");
    const drawn = (stage: string) =>
      wright(["dump", path, "--after", stage, "--fn", "main", "--as", "svg"]).stdout;
    expect(drawn("annotated")).toMatch(/^<svg [^]*<g data-block="0">[^]*argv[^]*<\/svg>\n/);
    expect(drawn("lowered")).toMatch(/<g data-block="0">/);
    expect(
      wright(["dump", path, "--after", "flow", "--fn", "main", "--as", "html"]).stdout,
    ).toContain("<html");
  });

  it("deep recursion is a Wright exception, not a crash", () => {
    const path = program(
      "deep.wr",
      "def f(n: int) -> int:\n    return f(n + 1) + 1\n\ndef main(argv: list[str]) -> int:\n    return f(0)\n",
    );
    const { status, stderr } = wright(["run", path]);
    expect(status).toBe(1);
    expect(stderr).toContain("StackOverflow");
    expect(stderr).toContain("deep.wr");
  });
});

describe("wright fmt", () => {
  const UGLY = "def main(argv:list[str])->int:\n  return len( argv )\n";
  const TIDY = "def main(argv: list[str]) -> int:\n    return len(argv)\n";
  const text = (name: string) => readFileSync(join(FOLDER, name), "utf8");

  it("formats the files of a folder, and leaves alone what does not parse", () => {
    program("fmt/ugly.wr", UGLY);
    program("fmt/tidy.wr", TIDY);
    program("fmt/broken.wr", "def f(:\n");
    const { status, stderr } = wright(["fmt", "fmt"]);
    expect(status).toBe(1);
    expect(text("fmt/ugly.wr")).toBe(TIDY);
    expect(text("fmt/broken.wr")).toBe("def f(:\n");
    expect(stderr).toContain("broken.wr:1:6");
    expect(stderr).toContain("1 file formatted, 1 as it should be, 1 left alone");
  });

  it("--check and --diff change nothing", () => {
    const path = program("fmt-check/ugly.wr", UGLY);
    const checked = wright(["fmt", "--check", "-q", path]);
    expect(checked).toMatchObject({ status: 1, stdout: `${path}\n`, stderr: "" });
    const { status, stdout } = wright(["fmt", "--diff", path]);
    expect(status).toBe(0);
    const lines = UGLY.trimEnd()
      .split("\n")
      .map((line) => `-${line}\n`);
    const better = TIDY.trimEnd()
      .split("\n")
      .map((line) => `+${line}\n`);
    expect(stdout).toContain([...lines, ...better].join(""));
    expect(text(path)).toBe(UGLY);
    expect(wright(["fmt", "--check", program("fmt-check/tidy.wr", TIDY)]).status).toBe(0);
  });

  it("formats standard input", () => {
    const { status, stdout } = spawnSync(process.execPath, [LAUNCHER, "fmt", "--stdin"], {
      input: UGLY,
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: TIDY });
  });

  it("says which path does not exist", () => {
    const { status, stderr } = wright(["fmt", "nowhere"]);
    expect(status).toBe(2);
    expect(stderr).toContain("there is no folder or file nowhere");
  });
});
