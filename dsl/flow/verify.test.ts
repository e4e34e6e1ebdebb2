/** Every invariant has a graph that breaks it, and it alone. */
import { describe, expect, test } from "vitest";
import { constant, newOp, newVariable } from "./graph.ts";
import type { High, HighGraph } from "./ops.ts";
import { GraphSyntaxError } from "./parse.ts";
import { parseHigh, printHigh, type SymbolTable } from "./text.ts";
import { assertValid, HIGH_INVARIANTS, INVARIANTS, verifyHigh } from "./verify.ts";

const NO_SYMBOLS: SymbolTable = {
  functions: new Map(),
  classes: new Map(),
  enums: new Map(),
  globals: new Map(),
  modules: new Map(),
};

const GOOD = `graph main.f
b0(f.0, n.1):
  v2 = lt n.1, 10
  branch v2 then b1(f.0, n.1) else b3(n.1)
b1(f.3, n.4):
  v5 = call f.3, n.4
  try b2(v5) except v6 b3(v6)
b2(v7):
  switch v7 case 1 then b3(v7) case -2 then b3("x") else b3(0.5)
b3(v8):
  return v8
`;

function good(): HighGraph {
  return parseHigh(GOOD, NO_SYMBOLS);
}

const NUMBER = constant<High>({ kind: "int", value: 1n }, null);

const BROKEN: readonly (readonly [sentence: string, damage: (graph: HighGraph) => void])[] = [
  [
    "the entry is the first block",
    (graph) => {
      graph.blocks.reverse();
    },
  ],
  [
    "no link leads to the entry",
    (graph) => {
      graph.blocks[3]!.exit = {
        kind: "goto",
        link: { target: graph.entry, args: [NUMBER, NUMBER] },
      };
    },
  ],
  [
    "every block that a link leads to is in the graph, once",
    (graph) => {
      graph.blocks.pop();
    },
  ],
  [
    "every block can be reached from the entry",
    (graph) => {
      const exit = { kind: "return" as const, value: NUMBER, span: null };
      graph.blocks.push({ id: graph.nextBlock++, params: [], ops: [], exit });
    },
  ],
  [
    "a block's number is its own and below the graph's next",
    (graph) => {
      graph.nextBlock = 3;
    },
  ],
  [
    "a variable is defined once, and its number is below the graph's next",
    (graph) => {
      const param = newVariable<High>(graph, null);
      graph.nextVariable--;
      graph.blocks[0]!.params.push(param);
    },
  ],
  [
    "a block uses only what it defines itself, after it is defined",
    (graph) => {
      graph.blocks[3]!.exit = { kind: "return", value: graph.entry.params[0]!, span: null };
    },
  ],
  [
    "a link passes exactly the arguments its target takes",
    (graph) => {
      const { exit } = graph.entry;
      if (exit.kind === "branch") exit.then.args.pop();
    },
  ],
  [
    "a `try` exit follows an op",
    (graph) => {
      const { exit, ops } = graph.blocks[1]!;
      ops.pop();
      if (exit.kind === "try") exit.normal.args = [NUMBER];
    },
  ],
  [
    "the result of an op that may raise is passed on only if it did not, the exception only if it did",
    (graph) => {
      const { exit } = graph.blocks[1]!;
      if (exit.kind === "try") exit.normal.args = [exit.exception];
    },
  ],
  [
    "a `switch` has a way to go",
    (graph) => {
      const { exit } = graph.blocks[2]!;
      if (exit.kind === "switch") exit.cases = [];
      if (exit.kind === "switch") exit.otherwise = null;
    },
  ],
  [
    "every op is in the table, with as many arguments as its row says",
    (graph) => {
      graph.entry.ops[0]!.args.pop();
    },
  ],
  [
    "an op carries what its row says it does",
    (graph) => {
      const result = newVariable<High>(graph, null);
      graph.entry.ops.push(newOp<High>("getattr", [NUMBER], result, {}, null));
    },
  ],
  [
    "the cases of a `switch` are distinct ints, strings or members of one enum",
    (graph) => {
      const { exit } = graph.blocks[2]!;
      if (exit.kind === "switch") exit.cases.push(exit.cases[0]!);
    },
  ],
];

describe("the verifier", () => {
  test("finds nothing wrong with a good graph", () => {
    expect(verifyHigh(good())).toEqual([]);
    expect(printHigh(good())).toBe(GOOD);
  });

  test.each(BROKEN)("not so: %s", (sentence, damage) => {
    const graph = good();
    damage(graph);
    const violations = verifyHigh(graph);
    expect(violations.map((one) => one.invariant)).toEqual(violations.map(() => sentence));
    expect(violations.length).toBeGreaterThan(0);
    expect(() => assertValid(violations, graph.name, GOOD)).toThrow(sentence);
  });

  test("has a test for every sentence", () => {
    const sentences = [...INVARIANTS, ...HIGH_INVARIANTS].map(([sentence]) => sentence);
    expect(BROKEN.map(([sentence]) => sentence)).toEqual(sentences);
  });
});

describe("the text form", () => {
  test.each([
    ["graph f\nb0():\n  return v1\n", "line 3: expected a variable that was defined before"],
    ["graph f\nb0():\n  goto b1()\n", "there is no block b1"],
    ["graph f\nb0(x.0, y.0):\n  return 1\n", "another number"],
    ["graph f\nb0():\n  v0 = call @main.f\n  return v0\n", "a known function"],
    ["graph f\nb0():\n  leave\n", "an exit"],
  ])("%j is refused", (text, message) => {
    expect(() => parseHigh(text, NO_SYMBOLS)).toThrow(GraphSyntaxError);
    expect(() => parseHigh(text, NO_SYMBOLS)).toThrow(message);
  });

  test("may have comments", () => {
    const text = "; a test\ngraph f ; named f\n\nb0(): ; the entry\n  return 1\n; end\n";
    expect(printHigh(parseHigh(text, NO_SYMBOLS))).toBe("graph f\nb0():\n  return 1\n");
  });

  test("writes every kind of constant and every attribute as it reads them", () => {
    const text = [
      "graph f",
      "b0(x.0):",
      '  v1 = new_tuple -1, 1.5, -0.0, inf, nan, 1e+30, True, None, "a\\"\\\\\\n\\x00\\xff", (1, (2,), ())',
      "  v2 = call builtin jit:promote, type list[fn(int, T | None) -> final a.B], error {keywords=(a, b), star=True}",
      '  v3 = to_str x.0 {conversion=r, format=">5, }"}',
      "  v4 = add v3, 1 {checked=True, counter=True}",
      "  v5 = call_method v4 {name=append}",
      "  v6 = unpack v5 {count=3}",
      "  v7 = declare v6 {type=dict[str, array[u8]]}",
      "  unreachable",
      "",
    ].join("\n");
    expect(printHigh(parseHigh(text, NO_SYMBOLS))).toBe(text);
  });
});
