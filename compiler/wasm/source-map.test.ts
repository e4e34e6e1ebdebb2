/** Source maps lead from the bytes of a module to lines of Wright. */
import { SourceMap } from "node:module";
import { expect, test } from "vitest";
import { run } from "../../runtime/wasm/browser.mjs";
import { compiled, folderHost } from "../../tests/run/engines.ts";
import { Bytes } from "./binary.ts";
import { buildWasm } from "./build.ts";

const TEXT = `from wright.os import flush, write


def scaled(n: int) -> int:
    return n * 7654321


@never_inline
def shifted(n: int) -> int:
    m = scaled(n)
    return m + 1234567


@never_inline
def announced(n: int) -> int:
    write(str(n))
    flush()
    return n


def main(argv: list[str]) -> int:
    return announced(shifted(len(argv))) - 8888888
`;

function build(options: Parameters<typeof buildWasm>[1]) {
  const program = compiled("map.wr", folderHost("tests", { "map.wr": TEXT }), { optimise: true });
  return buildWasm(program, options);
}

/** Where the module has the instruction that pushes this number. */
function offsetOf(bytes: Uint8Array, number: bigint): number {
  const wanted = new Bytes().byte(0x42).s64(number).view();
  return Buffer.from(bytes).indexOf(wanted);
}

test("each byte of code is of its line", { timeout: 60_000 }, () => {
  const { bytes, sourceMap } = build({ names: true, hints: true, sourceMapUrl: "map.wasm.map" });
  expect(Buffer.from(bytes).includes("sourceMappingURL")).toBe(true);
  const map = new SourceMap(JSON.parse(sourceMap!));
  for (const [number, line] of [
    [7654321n, 5],
    [1234567n, 11],
  ] as const) {
    const offset = offsetOf(bytes, number);
    expect(offset).toBeGreaterThan(0);
    const entry = map.findEntry(0, offset) as { originalSource: string; originalLine: number };
    expect([entry.originalSource, entry.originalLine]).toEqual(["map.wr", line - 1]);
  }
});

test("the stack of an engine's error leads to lines of Wright", { timeout: 60_000 }, () => {
  const { bytes, sourceMap } = build({ names: true, hints: true, sourceMapUrl: "map.wasm.map" });
  const map = new SourceMap(JSON.parse(sourceMap!));
  const failure = new Error("no output");
  let stack = "";
  try {
    run(bytes, {
      args: ["map", "1", "2"],
      stdout: () => {
        stack = new Error("here").stack!;
        throw failure;
      },
    });
  } catch (error) {
    expect(error).toBe(failure);
  }
  // Frames of the program itself, innermost first: `at NAME (wasm://…:wasm-function[N]:0xOFFSET)`.
  const frames = [...stack.matchAll(/at (\S+) \(wasm:.*:0x([0-9a-f]+)\)/g)].flatMap(
    ([, name, offset]) => {
      const entry = map.findEntry(0, Number.parseInt(offset!, 16));
      const { originalSource, originalLine } = entry as Record<string, unknown>;
      return originalSource === "map.wr" ? [`${name} ${Number(originalLine) + 1}`] : [];
    },
  );
  // `main` has become part of its caller; its line is still there.
  expect(frames).toEqual(["map.announced 17", "entry 22"]);
});

test("a small module has none, and no names", { timeout: 60_000 }, () => {
  const large = build({ names: true, hints: true, sourceMapUrl: "map.wasm.map" });
  const small = build({ names: false, hints: false });
  expect(small.sourceMap).toBeNull();
  expect(Buffer.from(small.bytes).includes("sourceMappingURL")).toBe(false);
  expect(Buffer.from(large.bytes).includes("map.shifted")).toBe(true);
  expect(Buffer.from(small.bytes).includes("map.shifted")).toBe(false);
});
