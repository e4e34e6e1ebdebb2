/** Each invariant has a program that breaks it, and only it. */
import { describe, expect, test } from "vitest";
import { assertVerified, SENTENCES, verifyProgram } from "./verify.ts";
import { parseProgram } from "./parse.ts";
import { INT } from "./types.ts";
import type { LLFunction, LLGraph, LLProgram } from "./program.ts";

const GOOD = `
struct Box { x: i64 }
struct Int immediate 0 v { v: i64 }
struct Row of i64 { first: i64 }
array ints of i64
global g: int
table t: int = [1, -]
fn f -> int {
block0(a.0: int, b.1: bool):
  v2 = int_add_ovf(a.0, 1)
  v3 = overflowed()
  v4: ref<Box> = new() struct=Box
  setfield(v4, v2) field=Box:x
  branch b.1 ? block1(v2) : block2(v4)
block1(n.5: int):
  v6: int = call(n.5, true) callee=f
  try block3(v6) catch e.7: ref<Exception> => block4(e.7)
block2(x.8: ref<Box>):
  switch 1 { 0: block5(), 1: block5() }
block3(n.9: int):
  return n.9
block4(e.10: ref<Exception>):
  raise e.10
block5():
  return 0
}`;

function functionIn(program: LLProgram): LLFunction & { graph: LLGraph } {
  return program.functions.find((fn) => fn.name === "f") as LLFunction & { graph: LLGraph };
}

type Break = (program: LLProgram, fn: LLFunction & { graph: LLGraph }) => void;

const BROKEN: Readonly<Record<string, Break>> = {
  "the entry is the first block": (_, { graph }) => graph.blocks.reverse(),
  "no link leads to the entry": (_, { graph }) => {
    const [entry, one] = graph.blocks;
    one!.exit = {
      kind: "goto",
      link: {
        target: entry!,
        args: [
          one!.params[0]!,
          { kind: "const", value: { kind: "bool", value: true }, type: { kind: "bool" } },
        ],
      },
    };
  },
  "the entry's parameters are the function's": (_, fn) => {
    (fn as { params: unknown }).params = [INT];
    fn.graph.blocks[1]!.ops.length = 0;
    fn.graph.blocks[1]!.exit = { kind: "unreachable" };
  },
  "a block's number is its own and below the graph's next": (_, { graph }) => {
    (graph.blocks[5] as { id: number }).id = 4;
  },
  "a variable is defined once, with a number of its own below the graph's next": (_, { graph }) => {
    (graph.blocks[3]!.params[0] as { id: number }).id = 5;
  },
  "every link leads to a block of the graph": (_, { graph }) => {
    graph.blocks.splice(3, 1);
  },
  "a function returns what its result type says": (_, { graph }) => {
    graph.blocks[5]!.exit = {
      kind: "return",
      value: { kind: "const", value: { kind: "bool", value: true }, type: { kind: "bool" } },
      span: null,
    };
  },
  "a value is a constant, a parameter of its block or the result of an earlier op of it": (
    _,
    { graph },
  ) => {
    graph.blocks[5]!.exit = { kind: "return", value: graph.blocks[3]!.params[0]!, span: null };
  },
  "a link passes exactly the arguments its target takes, with their types": (_, { graph }) => {
    const { exit } = graph.blocks[0]!;
    if (exit.kind === "branch") exit.then.args.pop();
  },
  "a constant is of its type": (_, { graph }) => {
    graph.blocks[5]!.exit = {
      kind: "return",
      value: { kind: "const", value: { kind: "int", value: 2n ** 63n }, type: INT },
      span: null,
    };
  },
  "an op is in the table": (_, { graph }) => {
    (graph.blocks[0]!.ops[2] as { name: string }).name = "frob";
  },
  "an op takes the arguments its row says": (_, { graph }) => {
    graph.blocks[0]!.ops[0]!.args.pop();
  },
  "an op gives the result its row says": (_, { graph }) => {
    (graph.blocks[0]!.ops[1]!.result as { type: unknown }).type = INT;
  },
  "an op carries the aux its row asks for": (_, { graph }) => {
    (graph.blocks[0]!.ops[2] as { aux: unknown }).aux = {};
  },
  "an op's arguments and result agree with its aux": (_, { graph }) => {
    graph.blocks[0]!.ops[3]!.args[1] = graph.blocks[0]!.params[1]!;
  },
  "overflowed stands directly behind the op it is about, and every such op has one": (
    _,
    { graph },
  ) => {
    graph.blocks[0]!.ops.splice(1, 1);
  },
  "the last op before a try exit may raise": (_, fn) => {
    fn.raises = false;
  },
  "what is raised or caught is a reference": (_, { graph }) => {
    graph.blocks[4]!.exit = {
      kind: "raise",
      value: { kind: "const", value: { kind: "int", value: 0n }, type: INT },
      span: null,
    };
  },
  "a branch is on a bool": (_, { graph }) => {
    const { exit } = graph.blocks[0]!;
    if (exit.kind === "branch") exit.condition = graph.blocks[0]!.params[0]!;
  },
  "a switch is on an int or bool and its cases are different constants of that kind": (
    _,
    { graph },
  ) => {
    const { exit } = graph.blocks[2]!;
    if (exit.kind === "switch") exit.cases[1]!.value = { kind: "int", value: 0n };
  },
  "names are unique among functions, types, globals and tables each": (program) => {
    program.globals.push({ name: "g", type: INT });
  },
  "a function has a graph or an extern name": (program) => {
    program.functions.at(-1)!.graph = null;
  },
  "a field's index is its position, and inherited fields come first": (program) => {
    program.structs.find((one) => one.name === "MemoryError")!.fields = [];
  },
  "a class's numbers contain those of its subclasses and of no other type": (program) => {
    program.structs.find((one) => one.name === "Box")!.lastSubclassId += 1;
  },
  "a struct's items lie behind its own fields, and below it there are the same fields and items": (
    program,
  ) => {
    program.structs.find((one) => one.name === "Row")!.tail!.classId += 1;
  },
  "an immediate struct has a tag of its own and its payload is its only field": (program) => {
    program.structs.find((one) => one.name === "Int")!.immediate = { tag: 65, field: 0 };
  },
  "what an op names by aux is part of the program": (program) => {
    program.structs.splice(
      program.structs.findIndex((one) => one.name === "Box"),
      1,
    );
  },
  "the rows of a table have its type": (program) => {
    program.tables[0]!.rows.push({ kind: "bool", value: true });
  },
  "the entry takes the arguments and gives the exit code; initializers take and give nothing": (
    program,
  ) => {
    program.initializers.push(functionIn(program));
  },
};

test("the good program is good", () => {
  expect(verifyProgram(parseProgram(GOOD))).toEqual([]);
});

test("every invariant is broken by some test", () => {
  expect(Object.keys(BROKEN)).toEqual(SENTENCES);
});

describe("broken", () => {
  test.each(Object.entries(BROKEN))("%s", (sentence, change) => {
    const program = parseProgram(GOOD);
    change(program, functionIn(program));
    const found = verifyProgram(program).map((violation) => violation.sentence);
    expect(new Set(found)).toEqual(new Set([sentence]));
  });
});

test("the assertion names the stage and shows the graph", () => {
  const program = parseProgram(GOOD);
  BROKEN["an op is in the table"]!(program, functionIn(program));
  expect(() => assertVerified(program, "inline")).toThrow(
    /after inline the program is broken:\nf, block0: an op is in the table\n[^]*\nf:\nblock0\(a\.0/,
  );
});
