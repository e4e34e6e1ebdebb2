/** Laws of the parser, over seeded random programs and edits. A failure prints its seed. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { randomModule, seeded, type Random } from "../../tests/random-program.ts";
import { moduleShape, placedShapeOf } from "../syntax/compare.ts";
import type { Statement } from "../syntax/ast.ts";
import { sourceFile, startPosition, textOf, type Span } from "../syntax/source.ts";
import { unparseModule } from "../syntax/unparse.ts";
import { cutText } from "./chunks.ts";
import { parseModule, type ParsedModule } from "./parser.ts";

const everything = readFileSync(
  fileURLToPath(new URL("fixtures/everything.wr", import.meta.url)),
  "utf8",
);

test("parsing what was printed gives the tree that was printed", () => {
  for (let seed = 0; seed < 400; seed++) {
    const module = randomModule(seeded(seed));
    const text = unparseModule(module);
    const parsed = parseModule(sourceFile("random.wr", text));
    const errors = parsed.diagnostics.map((d) => d.message);
    expect({ seed, errors }).toEqual({ seed, errors: [] });
    if (moduleShape(parsed.module) !== moduleShape(module)) {
      expect(moduleShape(parsed.module), `seed ${seed}\n${text}`).toBe(moduleShape(module));
    }
  }
});

test("printing what was parsed gives the same tree, for every construct there is", () => {
  const first = parseModule(sourceFile("everything.wr", everything));
  expect(first.diagnostics).toEqual([]);
  const second = parseModule(sourceFile("everything.wr", unparseModule(first.module)));
  expect(second.diagnostics).toEqual([]);
  expect(moduleShape(second.module)).toBe(moduleShape(first.module));
});

const INSERTED = [
  ...[
    "\n",
    "\n\n",
    "    ",
    "\t",
    "\r\n",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    '"',
    '"""',
    "'",
    'f"{',
    'f"""{',
    "'''",
  ],
  ...["\\", "#", ":", ",", "=", ".", "@", "1", "x", "é", "\u{1F600}", "if", "import", "else:\n"],
  ...["def f(x):\n", "class C:\n", "case x:\n", "match x:\n", "raw module\n"],
];

function edit(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const removed = random.chance(0.5) ? random.below(random.chance(0.2) ? 60 : 4) : 0;
  const from = random.below(text.length + 1);
  const inserted = random.chance(0.8)
    ? random.pick(INSERTED)
    : text.slice(from, from + random.below(100));
  return text.slice(0, at) + inserted + text.slice(at + removed);
}

/** All that a parse says: trees and messages with their places, and the chunks. */
function answerOf(parsed: ParsedModule): string {
  const { module, diagnostics, chunks } = parsed;
  return placedShapeOf([
    module.raw,
    module.doc,
    chunks.map(({ tree }) => [tree.chunk.offset, tree.chunk.text, tree.body]),
    diagnostics.map((d) => [d.code, d.message, d]),
  ]);
}

function expectSpansInside(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  if (Array.isArray(node)) return node.forEach(expectSpansInside);
  for (const [key, value] of Object.entries(node)) {
    if (key === "span" || key === "headSpan" || key === "opSpan") {
      const { start, end, chunk } = value as Span;
      if (start < 0 || start > end || end > chunk.text.length) {
        expect({ start, end, length: chunk.text.length }).toBe("inside its chunk");
      }
    } else if (key !== "chunk") expectSpansInside(value);
  }
}

test("a reparse with the cache gives what a cold parse gives, under random edits", () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = seeded(seed);
    let text = seed % 3 === 0 ? everything : unparseModule(randomModule(random, 6));
    let parsed = parseModule(sourceFile("edited.wr", text));
    for (let step = 0; step < 20; step++) {
      text = edit(random, text);
      const file = sourceFile("edited.wr", text);
      parsed = parseModule(file, parsed);
      const cold = parseModule(file);
      if (answerOf(parsed) !== answerOf(cold)) {
        expect(answerOf(parsed), `seed ${seed}, step ${step}`).toBe(answerOf(cold));
      }
      expect(cold.chunks.map(({ tree }) => tree.chunk.text).join("")).toBe(text);
      expectSpansInside(cold.module.chunks.map((chunk) => chunk.body));
      expectSpansInside(cold.diagnostics);
    }
  }
});

test("an edit cuts the text around it and nothing else", () => {
  const pieces = Array.from({ length: 50 }, (_, i) => `def f${i}():\n    return ${i}\n`);
  const before = cutText(pieces.join(""));
  const edited = (...changed: readonly [number, string][]) => {
    const now = [...pieces];
    for (const [i, text] of changed) now[i] = text;
    const { sameHead, sameTail, starts } = cutText(now.join(""), before);
    expect(starts).toEqual(cutText(now.join("")).starts);
    return [sameHead, sameTail];
  };
  expect(edited([20, "def f20():\n    return (\n"])).toEqual([20, 29]);
  expect(edited([20, "x = 1\ny = 2\n"])).toEqual([20, 29]);
  // "def f2" might be what is left of the one that is gone.
  expect(edited([20, ""])).toEqual([20, 28]);
  expect(edited([20, "else:\n    pass\n"])).toEqual([19, 29]);
  expect(edited([20, 'x = """\n'])).toEqual([0, 0]);
  expect(edited([20, "# 1\n"], [40, "# 2\n"])).toEqual([19, 9]);
  expect(cutText("", before)).toEqual(cutText(""));
});

test("unchanged chunks keep their trees; duplicates are not shared", () => {
  const before = parseModule(sourceFile("t.wr", "pass\npass\ndef f():\n    return 1\nx = 1\n"));
  const trees = before.chunks.map((chunk) => chunk.tree);
  const after = parseModule(
    sourceFile("t.wr", "y = 0\npass\npass\ndef f():\n    return 2\nx = 1\n"),
    before,
  );
  expect(after.chunks[1]?.tree).toBe(trees[0]);
  expect(after.chunks[2]?.tree).toBe(trees[1]);
  expect(after.chunks[3]?.tree).not.toBe(trees[2]);
  expect(after.chunks[4]?.tree).toBe(trees[3]);
  expect(after.chunks.map(({ tree }) => tree.chunk.offset)).toEqual([0, 6, 11, 16, 38]);
});

test("a class that was edited keeps the methods that were not, and they know where they are", () => {
  const text =
    "class C:\n    x: int\n\n    def f(self):\n        return 1\n\n    @inline\n    def g(self):\n        return self.x\n";
  const methodsOf = ({ module }: ParsedModule): Statement[] =>
    module.chunks.flatMap(({ body }) => body.flatMap((s) => (s.kind === "class" ? s.body : [])));
  const before = parseModule(sourceFile("t.wr", text));
  const [, f, g] = methodsOf(before);
  const after = parseModule(sourceFile("t.wr", `# more\n${text.replace("1", "1000")}`), before);
  const [, newF, newG] = methodsOf(after);
  expect(newF).not.toBe(f);
  expect(newG).toBe(g);
  expect(textOf(newG!.span)).toBe("@inline\n    def g(self):\n        return self.x");
  expect(startPosition(newG!.span)).toEqual({ line: 8, column: 5 });
  const moved = parseModule(
    sourceFile("t.wr", `pass\n# more\n${text.replace("1", "1000")}`),
    after,
  );
  expect(methodsOf(moved)[2]).toBe(g);
  expect(startPosition(g!.span)).toEqual({ line: 9, column: 5 });
});
