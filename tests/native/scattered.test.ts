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
    `    for value in values:`,
    `        print(name, value, "of ${i}")`,
    `    return work_${(i + 1) % 20}(values, name) + ${i}`,
    "",
  ];
  return [
    ...Array.from({ length: 20 }, (_, i) => body(i).join("\n")),
    "def main(argv: list[str]) -> int:",
    "    return work_0([len(argv)], argv[0])",
    "",
  ].join("\n");
}

function filesOf(edited: string): Map<string, string> {
  const host = folderHost("tests/run", { "main.wr": source(edited) });
  const program = compiled("main.wr", host, { optimise: true, effort: "quick" });
  prepareForNative(program);
  const files = emitC(program, { layout: "scattered", fileSize: 4000 });
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
