/**
 * What programs get from outside: the same natively, in Node's WASI and over the shim for browsers; and
 * as WebAssembly nothing that they are not given.
 */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MemoryFiles, run as runInShim } from "../../runtime/wasm/browser.mjs";
import { run as runInNode } from "../../runtime/wasm/loader.mjs";
import { compiled, executable, folderHost, hasCompiler, wasmModule } from "../run/engines.ts";

const output = mkdtempSync(join(tmpdir(), "wright-outside-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));

const compile = () => compiled("outside.wr", folderHost("tests/wasm"), { optimise: true });
let module: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  wasmModule(compile(), join(output, "outside"));
  module = new Uint8Array(readFileSync(join(output, "outside.wasm")));
}, 120_000);

interface Given {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** A folder of this machine that the program knows as `/`; in the shim, an empty one. */
  readonly folder?: string;
}

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function shim({ args, env = {}, stdin = "", folder }: Given): Result {
  let [stdout, stderr] = ["", ""];
  const decoder = new TextDecoder();
  const code = runInShim(module, {
    args: ["program", ...args],
    env,
    stdin,
    folders: folder === undefined ? {} : { "/": new MemoryFiles() },
    stdout: (bytes: Uint8Array) => (stdout += decoder.decode(bytes)),
    stderr: (bytes: Uint8Array) => (stderr += decoder.decode(bytes)),
  });
  return { code, stdout, stderr };
}

function node({ args, env = {}, stdin = "", folder }: Given): Result {
  const path = (name: string) => join(output, name);
  writeFileSync(path("in"), stdin);
  const files = [openSync(path("in"), "r"), openSync(path("out"), "w"), openSync(path("err"), "w")];
  const code = runInNode(module, {
    args: ["program", ...args],
    env,
    folders: folder === undefined ? {} : { "/": folder },
    stdin: files[0],
    stdout: files[1],
    stderr: files[2],
  });
  for (const file of files) closeSync(file);
  return {
    code,
    stdout: readFileSync(path("out"), "utf8"),
    stderr: readFileSync(path("err"), "utf8"),
  };
}

function freshFolder(name: string): string {
  const path = join(output, name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  return path;
}

const STREAMS: Given = {
  args: ["streams", "a", "b c", ""],
  env: { ONE: "1", TWO: "zwei" },
  stdin: "first\nsecond\nlast",
};

describe("alike everywhere", () => {
  test("streams, arguments, variables, clocks and chance", async (ctx) => {
    if (!(await hasCompiler("gcc"))) return ctx.skip("there is no gcc");
    const native = await executable(compile(), join(output, "native"), { cc: "gcc" });
    const run = spawnSync(native, [...STREAMS.args], {
      env: { ...STREAMS.env },
      input: STREAMS.stdin!,
      encoding: "utf8",
    });
    const expected = { code: run.status, stdout: run.stdout, stderr: run.stderr };
    expect(expected.code).toBe(3);
    expect(expected.stdout).toContain("FIRST\nSECOND\nLAST");
    expect(shim(STREAMS)).toEqual(expected);
    expect(node(STREAMS)).toEqual(expected);
    const cwd = freshFolder("native-files");
    const files = spawnSync(native, ["files", "."], { cwd, encoding: "utf8" });
    expect(files.stdout).toContain("['b.txt', 'long']");
    const inShim = shim({ args: ["files", "."], folder: "" });
    expect(inShim).toEqual({ code: 0, stdout: files.stdout, stderr: "" });
    const folder = freshFolder("node-files");
    expect(node({ args: ["files", "."], folder })).toEqual(inShim);
    expect(readdirSync(folder)).toEqual([]);
  }, 120_000);
});

/** What Node is told to run before the loader, by what the loader has then. */
const STACKS = {
  "a stack of its own": `
    const threads = process.getBuiltinModule("node:worker_threads");
    threads.Worker = class { constructor() { throw new Error("a thread"); } };`,
  "a thread, without JSPI": "delete WebAssembly.promising;",
  "a thread, where the settings are not heeded": `
    const { syncBuiltinESMExports } = process.getBuiltinModule("node:module");
    process.getBuiltinModule("node:v8").setFlagsFromString = () => {};
    syncBuiltinESMExports();`,
};

describe("the command line", () => {
  const command = (before: string, args: readonly string[]) => [
    "--import",
    `data:text/javascript,${encodeURIComponent(before)}`,
    join(output, "outside.mjs"),
    ...args,
  ];

  for (const [name, before] of Object.entries(STACKS))
    test(`has a deep stack: ${name}`, () => {
      const run = spawnSync(process.execPath, command(before, ["deep", "400000"]), {
        encoding: "utf8",
      });
      expect(run).toMatchObject({ status: 0, stdout: "400000 recovered\n", stderr: "" });
      const exit = spawnSync(process.execPath, command(before, ["exit", "9"]), {
        encoding: "utf8",
      });
      expect(exit).toMatchObject({ status: 9, stdout: "", stderr: "" });
    });

  test("has it whatever the stack of the process is", () => {
    const args = command(STACKS["a stack of its own"], ["deep", "400000"]);
    const shell = ["-c", 'ulimit -s 1024 && exec "$@"', "sh", process.execPath, ...args];
    const run = spawnSync("sh", shell, { encoding: "utf8" });
    expect(run).toMatchObject({ status: 0, stdout: "400000 recovered\n", stderr: "" });
  });
});

describe("the shim", () => {
  test("shows what a program has written, and shows it what is there", () => {
    const files = new MemoryFiles({
      "in.txt": "given",
      deep: { down: { x: new Uint8Array([1, 2]) } },
    });
    expect(files.list()).toEqual(["deep", "in.txt"]);
    expect(files.read("deep/down/x")).toEqual(new Uint8Array([1, 2]));
    files.write("deep/new/y", "text");
    expect(files.list("deep")).toEqual(["down", "new"]);
    expect(files.read("deep/new")).toBeNull();
    let text = "";
    const given = { folders: { "/": files }, stdout: (b: Uint8Array) => (text += b.length) };
    expect(runInShim(module, { ...given, args: ["program", "attempts", "in.txt"] })).toBe(0);
    expect(text).not.toBe("");
    // It was overwritten and appended to, renamed, and a folder made beside it.
    expect(new TextDecoder().decode(files.read("in.txt.moved")!)).toBe("broken inbroken in");
    expect(files.list()).toEqual(["deep", "in.txt.folder", "in.txt.moved", "in.txt.new"]);
  });

  test("gives output before it asks for input", () => {
    const events: string[] = [];
    const lines = ["one\n", "two\n"];
    const code = runInShim(module, {
      args: ["program", "streams"],
      stdin: () => {
        events.push("asked");
        const line = lines.shift();
        return line === undefined ? null : new TextEncoder().encode(line);
      },
      stdout: (bytes: Uint8Array) => events.push(new TextDecoder().decode(bytes)),
    });
    expect(code).toBe(3);
    expect(events.filter((one) => one === "asked").length).toBe(3);
    expect(events.join("")).toContain("ONE\n");
  });

  test("repeats a run whose time and chance are given", () => {
    const run = () => {
      let text = "";
      runInShim(module, {
        args: ["program", "clock"],
        now: () => 1_700_000_000_000,
        random: (into: Uint8Array) => into.fill(7),
        stdout: (bytes: Uint8Array) => (text += new TextDecoder().decode(bytes)),
      });
      return text;
    };
    expect(run()).toBe("1700000000 7\n");
  });

  test("has a stack overflow as an exception of the program", () => {
    const { code, stderr } = shim({ args: ["trap"] });
    expect(code).toBe(1);
    expect(stderr).toContain("StackOverflow");
  });

  test("tells whoever wants a heap dump that there is none", () => {
    const asked = shim({ args: ["exit", "3"], env: { WRIGHT_HEAP_DUMP: "file" } });
    expect(asked).toMatchObject({ code: 3, stdout: "" });
    expect(asked.stderr).toContain("writes no heap dumps");
    const unset = shim({ args: ["exit", "3"], env: { WRIGHT_HEAP_DUMP: "" } });
    expect(unset).toEqual({ code: 3, stdout: "", stderr: "" });
  });

  test("lets what a function given to it throws come out", () => {
    const stop = new Error("stop");
    const given = {
      args: ["program", "streams"],
      stdout: () => {
        throw stop;
      },
    };
    expect(() => runInShim(module, given)).toThrow(stop);
  });

  test("keeps what is only to be read", () => {
    const files = new MemoryFiles({ a: "kept", d: {} }, { readOnly: true });
    let text = "";
    runInShim(module, {
      args: ["program", "attempts", "a"],
      folders: { "/": files },
      stdout: (bytes: Uint8Array) => (text += new TextDecoder().decode(bytes)),
    });
    expect(text).toContain("read a: got 4");
    expect(text.match(/Read-only file system/g)?.length).toBe(6);
    expect(files.list()).toEqual(["a", "d"]);
    expect(new TextDecoder().decode(files.read("a")!)).toBe("kept");
  });
});

describe("the sandbox", () => {
  const HARMLESS = ["getcwd: got /", "getenv: got None", "environment: got 0"];
  const gotten = (stdout: string) =>
    stdout
      .trim()
      .split("\n")
      .filter((line) => line.includes(": got ") && !line.endsWith(": got False"));

  test("has nothing for a program that is given nothing", () => {
    const secret = join(output, "secret");
    writeFileSync(secret, "hidden");
    for (const run of [shim, node]) {
      const { code, stdout } = run({ args: ["attempts", secret] });
      expect(code).toBe(0);
      expect(stdout.split("\n").length).toBeGreaterThan(25);
      expect(gotten(stdout)).toEqual(HARMLESS);
    }
    expect(readFileSync(secret, "utf8")).toBe("hidden");
    expect(readdirSync(output).filter((name) => name.startsWith("secret"))).toEqual(["secret"]);
  });

  test("has no way out of a folder that was given", () => {
    const folder = freshFolder("given");
    writeFileSync(join(output, "secret"), "hidden");
    const before = readdirSync(output);
    for (const run of [shim, node]) {
      for (const path of ["../secret", "x/../../secret", "/../secret"]) {
        const { code, stdout } = run({ args: ["attempts", path], folder });
        expect(code).toBe(0);
        // Some engines take what is above the folder for the folder itself: then it is made there.
        expect(gotten(stdout).filter((line) => /^(read|size|exists|remove)/.test(line))).toEqual(
          [],
        );
      }
    }
    expect(readFileSync(join(output, "secret"), "utf8")).toBe("hidden");
    expect(readdirSync(output)).toEqual(before);
  });
});
