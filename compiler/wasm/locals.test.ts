/** Values that are never alive at once share locals: V8's first compiler does work for each wherever ways meet. */
import { expect, test } from "vitest";
import { compiled, folderHost } from "../../tests/run/engines.ts";
import { buildWasm } from "./build.ts";

const BRANCHES = 100;

/** A function with two values in each of many branches. */
const TEXT = `@never_inline
def crowded(n: int) -> int:
${Array.from(
  { length: BRANCHES },
  (_, i) => `    if n == ${3 * i}:
        a${i} = len(str(n + ${i}))
        b${i} = len(str(n * ${i} + a${i}))
        return a${i} * b${i} + a${i}
`,
).join("")}    return 0


def main(argv: list[str]) -> int:
    print(crowded(len(argv) * 3))
    return 0
`;

/** How many locals each function of a module has, beside its parameters. */
function localCounts(bytes: Uint8Array): number[] {
  let at = 8;
  const u32 = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (bytes[at] !== 10) {
    at++;
    const size = u32();
    at += size;
  }
  at++;
  u32();
  return Array.from({ length: u32() }, () => {
    const end = u32() + at;
    let count = 0;
    for (let groups = u32(); groups > 0; groups--) {
      count += u32();
      at++;
    }
    at = end;
    return count;
  });
}

test("a function has few locals, however many values it has", () => {
  const program = compiled("crowded.wr", folderHost("tests", { "crowded.wr": TEXT }), {
    optimise: true,
  });
  const counts = localCounts(buildWasm(program, { names: false, hints: false }).bytes);
  expect(counts.length).toBeGreaterThan(100);
  expect(Math.max(...counts)).toBeLessThan(BRANCHES);
}, 60_000);
