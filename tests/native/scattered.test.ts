/**
 * Fast builds compile little after a change: an edit of one function leaves the C of all others as it
 * was, so that the cache of object files has them.
 */
import { expect, test } from "vitest";
import { emitC } from "../../compiler/c/emit.ts";
import { prepareForNative } from "../../compiler/passes/native.ts";
import { compiled, folderHost } from "../run/engines.ts";

/** Some functions that are not small enough to be inlined, one of which is to be edited. */
function source(edited: string): string {
  const body = (i: number) => [
    `def work_${i}(values: list[int], name: str) -> int:`,
    `    if len(values) > ${i} and name == "twenty":`,
    `        raise ValueError("too many for " + name)`,
    ...(i === 7 ? [edited] : []),
    `    twins[${i % 4}].seen += 1`,
    `    for value in values:`,
    `        print(name, value, "of ${i}")`,
    `    return work_${(i + 1) % 20}(values, name) + ${i}`,
    "",
  ];
  return [
    "class Twin:",
    "    def __init__(self):",
    "        self.seen = 0",
    "",
    "twins = [Twin(), Twin(), Twin(), Twin()]",
    "first_twin, second_twin = twins[0], twins[1]",
    "",
    ...Array.from({ length: 20 }, (_, i) => body(i).join("\n")),
    "def main(argv: list[str]) -> int:",
    "    first_twin.seen += second_twin.seen",
    "    return work_0([len(argv)], argv[0])",
    "",
  ].join("\n");
}

function filesOf(edited: string, first: readonly string[] = []): Map<string, string> {
  const host = folderHost("tests/run", { "main.wr": source(edited) });
  const program = compiled("main.wr", host, { optimise: true, effort: "quick" });
  prepareForNative(program);
  const files = emitC(program, { layout: "scattered", fileSize: 4000, first });
  return new Map([...files].map(({ name, text }) => [name, text]));
}

function changed(edited: string): string[] {
  const before = filesOf("    values.append(1)");
  const after = filesOf(edited);
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
  return [...after.keys()].filter((name) => after.get(name) !== before.get(name)).sort();
}

test("another constant changes one file", () => {
  expect(changed("    values.append(2)")).toEqual([expect.stringMatching(/^code_\d+\.c$/)]);
});

test("more lines, another string and another call change one file of code", () => {
  const edited =
    "    values.append(1)\n    if name == 'other text':\n        print(name, 'other text')";
  expect(changed(edited)).toEqual([expect.stringMatching(/^code_\d+\.c$/), "data.c", "sites.c"]);
});

test("what is wanted first comes first, and no text depends on that", () => {
  const usual = filesOf("");
  const code = [...usual.keys()].filter((name) => name.startsWith("code_"));
  expect(code.length).toBeGreaterThan(3);
  const first = code.slice(-2);
  const other = filesOf("", [...first, "no such file"]);
  expect([...other.keys()].filter((name) => name.startsWith("code_")).slice(0, 2)).toEqual(first);
  for (const [name, text] of usual) expect(other.get(name)).toBe(text);
});
