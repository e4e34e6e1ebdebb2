/**
 * The mathematics of the WebAssembly runtime: within an ulp of the true results (`mathematics.txt`,
 * rounded from 1300 bits), and near those of the C library on more values and all special ones.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../support.ts";
import {
  compiled,
  executable,
  folderHost,
  hasCompiler,
  runNative,
  runWasm,
  wasmModule,
} from "../run/engines.ts";

const output = mkdtempSync(join(tmpdir(), "wright-mathematics-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));

let module = "";
const compile = () => compiled("mathematics.wr", folderHost("tests/wasm"), { optimise: true });
beforeAll(() => {
  module = wasmModule(compile(), join(output, "wasm"));
}, 120_000);

/** Floats in their order as whole numbers; the two zeros are one apart, and nan is above all. */
function rank(bits: string): bigint {
  const word = BigInt(bits);
  return word >= 0n ? word : -1n - (word & 0x7fffffffffffffffn);
}

/** Lines in which the results are more ulps apart than these. */
function apart(ours: string, theirs: string, ulps: bigint): string[] {
  const [mine, others] = [ours.trim().split("\n"), theirs.trim().split("\n")];
  expect(mine.length).toBe(others.length);
  return mine.filter((line, i) => {
    const [a, b] = [line.split(" "), others[i]!.split(" ")];
    expect(a.slice(0, -1)).toEqual(b.slice(0, -1));
    const distance = rank(a.at(-1)!) - rank(b.at(-1)!);
    return distance > ulps || distance < -ulps;
  });
}

function numbers(...args: string[]): string {
  const run = runWasm(module, { args });
  expect(run.stderr).toBe("");
  return run.stdout;
}

test("results are within an ulp", () => {
  const reference = readFileSync(join(ROOT, "tests/wasm/mathematics.txt"), "utf8");
  expect(apart(numbers("40", "11"), reference, 1n)).toEqual([]);
  // The comparison can fail: these are the results for other arguments.
  const shifted = reference.replace(/ -?\d+$/gm, (bits) => ` ${BigInt(bits) + 2n}`);
  expect(apart(numbers("40", "11"), shifted, 1n).length).toBeGreaterThan(500);
});

test(
  "special cases are those of C, and other results are near",
  { timeout: 120_000 },
  async (ctx) => {
    if (!(await hasCompiler("gcc"))) return ctx.skip("there is no gcc");
    const native = await executable(compile(), join(output, "native"), { cc: "gcc" });
    const args = ["2000", "3", "special"];
    // The C library's cube root is wrong by up to three.
    expect(apart(numbers(...args), runNative(native, { args }).stdout, 4n)).toEqual([]);
  },
);
