/** Sandboxed executables (`runtime/native/sandbox.h`): a program that tries every outside call. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compiled, executable, folderHost, hasCompiler } from "./run/engines.ts";

const output = mkdtempSync(join(tmpdir(), "wright-sandbox-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));
const place = join(output, "place");
const path = (name: string) => join(place, name);

const compile = () => compiled("outside.wr", folderHost("tests/wasm"), { optimise: true });
const POLICY = "# what is built in\nread data\nwrite out\n\nenv LANG\nstdout\nstderr\nclock\n";
let [plain, strict] = ["", ""];
const hasGcc = await hasCompiler("gcc");
beforeAll(async () => {
  if (!hasGcc) return;
  plain = await executable(compile(), join(output, "plain"), { cc: "gcc" });
  strict = await executable(compile(), join(output, "strict"), { cc: "gcc", policy: POLICY });
}, 240_000);

beforeEach(() => {
  rmSync(place, { recursive: true, force: true });
  for (const folder of [place, path("data"), path("out")]) mkdirSync(folder);
  writeFileSync(path("secret"), "hidden");
  writeFileSync(path("data/open"), "open");
});

function run(
  vm: string,
  args: readonly string[],
  policy?: string,
): { code: number | null; out: string; err: string } {
  const env: Record<string, string> = { LANG: "C", SECRET: "hidden" };
  if (policy !== undefined) {
    writeFileSync(join(output, "policy"), policy);
    env["WRIGHT_SANDBOX"] = join(output, "policy");
  }
  const { status, stdout, stderr } = spawnSync(vm, args, { cwd: place, env, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

/** What the program was given, line by line. */
function gotten(out: string): string[] {
  const lines = out.trim().split("\n");
  expect(lines.length).toBeGreaterThan(20);
  return lines.filter((line) => line.includes(": got ") && !line.endsWith(": got False"));
}

describe.skipIf(!hasGcc)("a sandboxed program", () => {
  test("could do it all without a sandbox", () => {
    const { out } = run(plain, ["attempts", "secret"]);
    const got = gotten(out);
    expect(got).toContain("read secret: got 6");
    expect(got).toContain("mkdir: got made");
    expect(got).toContain("getenv: got hidden");
    expect(readFileSync(path("secret.moved"), "utf8")).toContain("broken in");
  });

  test.for([
    ["that was built with a policy", () => run(strict, ["attempts", "secret"])],
    ["that is given one", () => run(plain, ["attempts", "secret"], POLICY)],
    [
      "that has both",
      () => run(strict, ["attempts", "secret"], "read .\nwrite .\nenv *\nstdout\n"),
    ],
  ] as const)("%s reaches nothing else", ([, attempt]) => {
    const { code, out } = attempt();
    expect(code).toBe(0);
    expect(gotten(out)).toEqual(["getenv: got None", "environment: got 1"]);
    expect(readFileSync(path("secret"), "utf8")).toBe("hidden");
    expect(readdirSync(place).sort()).toEqual(["data", "out", "secret"]);
  });

  test("has what it is permitted, and only in that way", () => {
    const reads = run(strict, ["attempts", "data/open"]);
    expect(gotten(reads.out)).toEqual([
      "read data/open: got 4",
      "size of data/open: got 4",
      "exists data/open: got True",
      "getenv: got None",
      "environment: got 1",
    ]);
    const writes = run(strict, ["attempts", "out/new"]);
    expect(gotten(writes.out)).toEqual([
      "write: got written",
      "overwrite: got written",
      "append: got appended",
      "rename: got moved",
      "mkdir: got made",
      "getenv: got None",
      "environment: got 1",
    ]);
    const both = run(plain, ["files", "out"], "read out\nwrite out\nstdout\n");
    expect(both.code).toBe(0);
    expect(both.out).toContain("['b.txt', 'long']");
    expect(both.out).toContain("Directory not empty");
  });

  test("is not led out by links or dots", () => {
    symlinkSync("../secret", path("data/link"));
    symlinkSync("..", path("data/up"));
    symlinkSync("../made", path("out/dangling"));
    for (const way of ["data/link", "data/up/secret", "data/../secret", "out/../secret"])
      expect(gotten(run(strict, ["attempts", way]).out)).toEqual([
        "getenv: got None",
        "environment: got 1",
      ]);
    run(strict, ["attempts", "out/dangling"]);
    expect(existsSync(path("made"))).toBe(false);
    expect(readFileSync(path("secret"), "utf8")).toBe("hidden");
  });

  test("has no stream, clock or chance that is not named", () => {
    const silent = run(plain, ["attempts", "secret"], "read data\n");
    expect(silent).toMatchObject({ code: 1, out: "" });
    const deaf = run(plain, ["streams"], "stdout\nenv *\n");
    expect(deaf.code).toBe(1);
    expect(deaf.err).toContain("standard input: Operation not permitted");
    const without = run(plain, ["clock"], "stdout\nrandom\n");
    expect(without).toMatchObject({ code: 0, err: "" });
    expect(without.out).toMatch(/^0 \d+\n$/);
    expect(run(strict, ["clock"]).err).toContain("random bytes: Operation not permitted");
  });

  test("is not started with a policy that makes no sense", () => {
    for (const [policy, complaint] of [
      ["stdout\nfly\n", "line 2: the first word is none of read"],
      ["read\n", "line 1: a word is missing"],
      ["clock 7\n", "line 1: a word too much"],
    ] as const) {
      const { code, out, err } = run(plain, ["attempts", "secret"], policy);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toContain(complaint);
    }
    const env = { WRIGHT_SANDBOX: path("no-such-policy") };
    const { status, stderr } = spawnSync(plain, ["clock"], { env, encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toContain("cannot read");
  });
});
