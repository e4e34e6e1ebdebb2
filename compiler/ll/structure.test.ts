/** Structured code does what the graph does: every path through random graphs is compared. */
import { expect, test } from "vitest";
import { exitLinks } from "../../dsl/flow/graph.ts";
import { parseProgram } from "./parse.ts";
import { structure, type Shape } from "./structure.ts";
import type { LLBlock, LLGraph } from "./program.ts";

/** A graph of blocks with these successors; the entry is an extra block that leads to block 1. */
function graphOf(successors: readonly (readonly number[])[]): LLGraph {
  const lines = ["fn f -> int {", "block0():", "  goto block1()"];
  successors.forEach((targets, i) => {
    lines.push(`block${i + 1}():`);
    const links = targets.map((target) => `block${target + 1}()`);
    if (links.length === 0) lines.push("  return 0");
    else if (links.length === 1) lines.push(`  goto ${links[0]}`);
    else {
      const cases = links.slice(0, -1).map((link, n) => `${n}: ${link}`);
      lines.push(`  switch 0 { ${[...cases, `else: ${links.at(-1)}`].join(", ")} }`);
    }
  });
  lines.push("}");
  return parseProgram(lines.join("\n")).functions.find((fn) => fn.name === "f")!.graph!;
}

type Outcome = { kind: "jump"; to: LLBlock } | { kind: "end" } | { kind: "fuel" };

/** Walks shapes as JavaScript would run them, taking the links that `choose` says. */
function walk(
  shapes: readonly Shape[],
  choose: (links: number) => number,
  trace: number[],
): Outcome {
  const run = (list: readonly Shape[]): Outcome | { kind: "through" } => {
    for (const shape of list) {
      const outcome = runShape(shape);
      if (outcome.kind !== "through") return outcome;
    }
    return { kind: "through" };
  };
  const runShape = (shape: Shape): ReturnType<typeof run> => {
    switch (shape.kind) {
      case "block":
        return runBlock(shape);
      case "label": {
        const outcome = run(shape.body);
        return outcome.kind === "jump" && outcome.to === shape.target
          ? { kind: "through" }
          : outcome;
      }
      case "loop":
        for (;;) {
          const outcome = run(shape.body);
          if (outcome.kind === "through") throw new Error("a loop's body ends without a jump");
          if (outcome.kind !== "jump" || outcome.to !== shape.header) return outcome;
        }
    }
  };
  const runBlock = ({ block, jumps }: Shape & { kind: "block" }): ReturnType<typeof run> => {
    trace.push(block.id);
    if (trace.length > 60) return { kind: "fuel" };
    const links = exitLinks(block.exit);
    if (links.length === 0) return { kind: "end" };
    const index = choose(links.length);
    const jump = jumps[index]!;
    if (jump.kind === "next") return { kind: "through" };
    if (jump.kind === "inline") return run(jump.body);
    return { kind: "jump", to: links[index]!.target };
  };
  return run(shapes) as Outcome;
}

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
}

test("random graphs, random paths", () => {
  const next = random(7);
  let structured = 0;
  for (let round = 0; round < 3000; round++) {
    const size = 1 + Math.floor(next() * 9);
    const successors = Array.from({ length: size }, () =>
      Array.from({ length: Math.floor(next() * 4) }, () => Math.floor(next() * size)),
    );
    const graph = graphOf(successors);
    const shapes = structure(graph);
    if (shapes === null) continue;
    structured++;
    for (let path = 0; path < 5; path++) {
      const choices: number[] = [];
      const found: number[] = [];
      walk(
        shapes,
        (count) => {
          choices.push(Math.floor(next() * count));
          return choices.at(-1)!;
        },
        found,
      );
      // The same choices on the graph itself.
      const expected: number[] = [];
      let block: LLBlock | undefined = graph.entry;
      for (let i = 0; block !== undefined && expected.length < found.length; i++) {
        expected.push(block.id);
        block = exitLinks(block.exit)[choices[i]!]?.target;
      }
      expect(found).toEqual(expected);
    }
  }
  expect(structured).toBeGreaterThan(1000);
});

test("a loop with two entries has no structure", () => {
  expect(structure(graphOf([[1, 2], [2], [1]]))).toBeNull();
});

test("a long function is not deep", () => {
  const successors = Array.from({ length: 3000 }, (_, i) => (i < 2999 ? [i + 1, 2999] : []));
  const depth = (shapes: readonly Shape[]): number =>
    Math.max(
      0,
      ...shapes.map((shape) => {
        if (shape.kind !== "block") return 1 + depth(shape.body);
        return Math.max(
          0,
          ...shape.jumps.map((jump) => (jump.kind === "inline" ? 1 + depth(jump.body) : 0)),
        );
      }),
    );
  expect(depth(structure(graphOf(successors))!)).toBeLessThan(4);
});
