/** What is kept of the toolchain's own making is used again, and nothing else is. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collectorIsKept, collectorSource, translateRuntime } from "./collector.ts";
import { translateEarly } from "./early.ts";
import { adoptKept, forgetOthers, isKept, kept } from "./kept.ts";
import { printFunction } from "./ll/print.ts";
import type { LLProgram } from "./ll/program.ts";
import { assertVerified } from "./ll/verify.ts";
import { packPrograms, unpackPrograms } from "./pack.ts";
import { wasmRuntimeIsKept } from "./wasm/build.ts";
import { emitWasm } from "./wasm/module.ts";
import { compiled, folderHost } from "../tests/run/engines.ts";
import { prepareForNative } from "./passes/native.ts";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "wright-kept-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

/** What `kept` gives, and whether it had to make it. */
function keep(cache: string, text: string): [string, boolean] {
  let isMade = false;
  const content = kept(cache, "thing", () => {
    isMade = true;
    return bytes(text);
  });
  return [new TextDecoder().decode(content), isMade];
}

function onlyFile(cache: string): string {
  const names = readdirSync(join(cache, "runtime"));
  expect(names).toHaveLength(1);
  return join(cache, "runtime", names[0]!);
}

test("a thing is made once", () => {
  const cache = join(folder, "once");
  expect(keep(cache, "first")).toEqual(["first", true]);
  expect(keep(cache, "second")).toEqual(["first", false]);
});

test("a file that was damaged is made again", () => {
  const cache = join(folder, "damaged");
  keep(cache, "the content");
  const path = onlyFile(cache);
  const good = readFileSync(path);
  for (const damage of [
    (file: Buffer) => file.subarray(0, file.length - 3),
    (file: Buffer) => Buffer.alloc(file.length),
    () => Buffer.alloc(0),
    (file: Buffer) => Buffer.concat([file, bytes("more")]),
  ]) {
    writeFileSync(path, damage(good));
    expect(keep(cache, "made again")).toEqual(["made again", true]);
    expect(keep(cache, "never made")).toEqual(["made again", false]);
  }
});

test("a cache that cannot be written costs time only", () => {
  const cache = join(folder, "file");
  writeFileSync(cache, "not a folder");
  expect(keep(cache, "content")).toEqual(["content", true]);
  expect(keep(cache, "again")).toEqual(["again", true]);
});

test("a cache takes what another one has and it has not", () => {
  const [from, to] = [join(folder, "from"), join(folder, "to")];
  keep(from, "there");
  writeFileSync(join(from, "runtime", "thing-of-another-version"), "");
  adoptKept(to, from);
  expect(keep(to, "not made")).toEqual(["there", false]);
  writeFileSync(join(from, "runtime", basename(onlyFile(to))), "damaged");
  adoptKept(join(folder, "third"), from);
  expect(isKept(join(folder, "third"), "thing")).toBe(false);
  adoptKept(to, join(folder, "nowhere"));
  expect(isKept(to, "thing")).toBe(true);
});

test("what another version has kept is forgotten", () => {
  const cache = join(folder, "versions");
  keep(cache, "there");
  const own = readdirSync(join(cache, "runtime"));
  writeFileSync(join(cache, "runtime", "thing-of-another-version"), "");
  forgetOthers(cache);
  expect(readdirSync(join(cache, "runtime"))).toEqual(own);
  forgetOthers(join(folder, "nowhere"));
});

test.each(["native", "wasm"] as const)(
  "a thread translates the runtime early: %s",
  { timeout: 120_000 },
  async (target) => {
    const cache = join(folder, target);
    const isThere = () =>
      target === "wasm" ? wasmRuntimeIsKept(cache) : collectorIsKept(cache, "none");
    expect(isThere()).toBe(false);
    await translateEarly(cache, { target, gc: "none" });
    expect(isThere()).toBe(availableParallelism() > 1);
  },
);

test("a thread that cannot keep anything is no failure", { timeout: 120_000 }, async () => {
  const cache = join(folder, "no folder");
  writeFileSync(cache, "");
  await translateEarly(cache, { target: "native", gc: "none" });
  expect(collectorSource(cache, "none").text).toContain("wr_gc");
});

test("packed programs are what they were", { timeout: 120_000 }, () => {
  const runtime = ["runtime/gc/generational.wr", "runtime/wasm/platform.wr"].map(translateRuntime);
  const again = unpackPrograms(packPrograms(runtime));
  const text = (programs: readonly LLProgram[]) =>
    programs.flatMap(({ functions }) => functions.map((fn) => printFunction(fn))).join("\n");
  expect(text(again)).toBe(text(runtime));
  const program = compiled("main.wr", folderHost("tests", { "main.wr": PROGRAM }), {
    optimise: true,
  });
  prepareForNative(program, { forEngine: true });
  const options = { names: true, hints: true, sourceMapUrl: "map" };
  expect(emitWasm(program, again, options)).toEqual(emitWasm(program, runtime, options));
});

/** Prebuilt objects of every class: a string, an instance that is shared, a tagged word. */
const PROGRAM = `@immediate
class Small:
    n: final int

    def __init__(self, n: int):
        self.n = n


class Box:
    def __init__(self, small: Small, next: Box | None):
        self.small = small
        self.next = next


ring = Box(Small(3), None)
ring.next = ring


def main(argv: list[str]) -> int:
    box = ring.next
    if box is not None:
        box.small = Small(len(argv) + box.small.n)
    print(ring.small.n, "words")
    return 0
`;

test("prebuilt objects are packed with their classes", { timeout: 120_000 }, () => {
  const program = compiled("main.wr", folderHost("tests", { "main.wr": PROGRAM }), {
    optimise: true,
  });
  const [again] = unpackPrograms(packPrograms([program]));
  assertVerified(again!, "unpack");
  prepareForNative(program, { forEngine: true });
  prepareForNative(again!, { forEngine: true });
  const options = { names: true, hints: true };
  const runtime = [
    translateRuntime("runtime/gc/none.wr"),
    translateRuntime("runtime/wasm/platform.wr"),
  ];
  expect(emitWasm(again!, runtime, options)).toEqual(emitWasm(program, runtime, options));
});
