/** Text of low-level programs: printing is a fixed point, and mistakes are named. */
import { describe, expect, test } from "vitest";
import { HeapArray, HeapStruct, Immediate } from "../eval/heap.ts";
import { parseProgram } from "./parse.ts";
import { printFunction, printProgram } from "./print.ts";
import { verifyProgram } from "./verify.ts";

/** Everything that the text can say, as it is printed. */
const WHOLE = `program sample

struct Exception ids 1..3 { message: ref<str> }
struct MemoryError : Exception ids 2..2
struct StackOverflow : Exception ids 3..3
struct Root ids 4..6
struct Int : Root ids 5..5 immediate 0 value { final value: i64 }
struct Char : Root ids 6..6 immediate 3 code { code: u32 }
struct \`tuple[int, str]\` ids 7..7 { item0: i64, final item1: ref<str>, f: f32, b: bool, g: fn(int) -> int }
struct Weak ids 8..8 weak target finalizer main.finish { target: ref }
struct Frame ids 9..9 of ref<Frame> { pc: i32 }

array str id 10 of u8 { hash: i64 }
array strs id 11 of ref<str>
array flags id 12 of bool
array floats id 13 of f64

global main.count: int

table main.vtable: fn(int) -> int = [&main.f, -]
table main.names: ref<str> = ["a", "b\\u0000\\u00ff"]

fn describe(ref<Exception>) -> ref<str> noraise nocollect {
block0(e.0: ref<Exception>):
  v1: ref<str> = getfield(e.0) field=Exception:message
  return v1
}
fn main.write(int, addr, int) -> int extern wr_os_write noraise nocollect
fn main.finish(ref) -> void noraise nocollect {
block0(v0: ref):
  return void
}
fn main.f(int) -> int as "f" inline always hints(elidable, unroll_safe) at "main.wr:3:1" {
block0(n.0: int):
  v1 = int_add_ovf(n.0, 9223372036854775807)
  v2 = overflowed()
  v3 = float_add(1.0, -0.0)
  v4 = float_mul(nan, -inf)
  v5: ref<\`tuple[int, str]\`> = new() struct=\`tuple[int, str]\` at "main.wr:4:5"
  setfield(v5, v1) field=\`tuple[int, str]\`:item0
  hint(n.0, v5) hint=merge_point
  v6: int = raw_load(0: addr, 8) storage=i32
  v7: fn(int) -> int = table_get(0) table=main.vtable
  v8: int = call_indirect(&main.f, 1) signature=fn(int) -> int at "main.wr:5:1"
  try block1(v3, v2) catch e.9: ref<Exception> => block2(e.9)
block1(v10: float, v11: bool):
  branch v11 ? block3(#1) : block3(null: ref<\`tuple[int, str]\`>)
block2(e.12: ref<Exception>):
  raise e.12 at "main.wr:6:2"
block3(t.13: ref<\`tuple[int, str]\`>):
  x.14: int = global_get() global=main.count
  switch x.14 { 0: block4(imm(Int, -5), "text"), 7: block4(imm(Char, 65), "text"), else: block5() }
block4(r.15: ref<Root>, s.16: ref<str>):
  return 1
block5():
  unreachable
}
fn main.main(ref<strs>) -> int {
block0(arguments.0: ref<strs>):
  v1: int = call(1) callee=main.f at "main.wr:9:1"
  return v1
}
fn main.frames(ref<strs>) -> ref<Frame> {
block0(strs.0: ref<strs>):
  f.1: ref<Frame> = new_array(2) array=Frame
  setfield(f.1, 7) field=Frame:pc
  array_copy(strs.0, 0, f.1, 0, 1) array=Frame source=strs
  setitem(f.1, 1, #2) array=Frame
  return f.1
}
fn main.init() -> void {
block0():
  global_set(5) global=main.count
  return void
}

init main.init
entry main.main
well str=str strs=strs exception=Exception describe=describe memory=#3 overflow=#4

object #1 = \`tuple[int, str]\` hash 77 { item0 = -9223372036854775808, item1 = "hi", f = 0.5, b = true, g = &main.f }
object #2 = Frame { pc = -1 } [#2, null]
object #3 = MemoryError { message = "out of memory" }
object #4 = StackOverflow { message = "stack overflow" }
`;

describe("printing", () => {
  test("prints what was parsed", () => {
    expect(printProgram(parseProgram(WHOLE))).toBe(WHOLE);
    expect(verifyProgram(parseProgram(WHOLE))).toEqual([]);
  });

  test("what is written shorter is a fixed point after one printing", () => {
    const short = `
struct Box { x: f64 }
object #loop = strs ["a", null]
array ints of i64
object #n = ints [1, -2, 9007199254740993]
object #f = flags [true, false]
array flags of bool
fn f -> ref {
block0(a.0: int):       ; the parameters' types are read from here
  v1: ref = ref_cast(#n)
  v2 = ref_cast(#f)
  v3 = ref_cast(#loop)
  return #loop: ref
}`;
    const once = printProgram(parseProgram(short));
    expect(once).toContain("fn f(int) -> ref {");
    expect(once).toContain("= ints [1, -2, 9007199254740993]");
    expect(once).toContain("= flags [true, false]");
    expect(printProgram(parseProgram(once))).toBe(once);
  });

  test("a function is printed alone with its own numbers for objects", () => {
    const program = parseProgram(WHOLE);
    const text = printFunction(program.functions.find((fn) => fn.name === "main.f")!);
    expect(text).toContain("branch v11 ? block3(#1) :");
  });
});

describe("parsing", () => {
  test("objects may mention each other in any order", () => {
    const program = parseProgram(`
struct Node { next: ref<Node>, value: i8 }
object #a = Node { next = #b, value = 300 }
object #b = Node { next = #a }
table t: ref<Node> = [#a]`);
    const row = program.tables[0]!.rows[0]!;
    const a = row.kind === "object" ? row.object : null;
    expect(a).toBeInstanceOf(HeapStruct);
    const b = (a as HeapStruct).fields[0] as HeapStruct;
    expect(b.fields[0]).toBe(a);
    expect((a as HeapStruct).fields[1]).toBe(44);
  });

  test("equal strings are one object", () => {
    const program = parseProgram(`table t: ref<str> = ["a", "a", "b"]`);
    const [a, again, b] = program.tables[0]!.rows.map((row) =>
      row?.kind === "object" ? row.object : null,
    );
    expect(a).toBeInstanceOf(HeapArray);
    expect(a).toBe(again);
    expect(a).not.toBe(b);
  });

  test("immediate classes mark their bases", () => {
    const program = parseProgram(`
struct Root
struct Int : Root immediate 0 v { v: i64 }
struct Other : Root
table t: ref<Root> = [imm(Int, 5)]`);
    const flags = program.structs.map((struct) => [struct.name, struct.mayBeImmediate]);
    expect(flags).toContainEqual(["Root", true]);
    expect(flags).toContainEqual(["Int", true]);
    expect(flags).toContainEqual(["Other", false]);
    const [row] = program.tables[0]!.rows;
    expect(row?.kind === "object" && row.object).toEqual(
      new Immediate(
        program.structs.find((one) => one.name === "Int")!,
        5,
      ),
    );
  });

  test.each([
    ["fn f -> int {\nblock0():\n  return v1\n}", "line 3: v1 is not defined in this block"],
    ["fn f -> int {\nblock0():\n  goto block7()\n}", "there is no block7 in f"],
    [
      "fn f -> int {\nblock0():\n  v1 = int_frob(2)\n  return v1\n}",
      "line 3: there is no op int_frob",
    ],
    [
      "fn f -> int {\nblock0():\n  v1 = getfield(null) field=Exception:x\n}",
      "Exception has no field x",
    ],
    ["fn f -> int {\nblock0():\n  v1 = call() callee=g\n}", "there is no function named g"],
    ["fn f -> int {\nblock0():\n  v1 = table_get(0)\n  return 0\n}", "the type of v1 is missing"],
    ["fn f -> int {\nblock0():\n  return @\n}", 'line 3: cannot read "@'],
    ["fn f -> int {\n}", "line 2: expected a name, found }"],
    ["fn f -> frob {\n}", "frob is no type"],
    ["thing f", "line 1: thing begins no item"],
    ["struct A\nstruct A", "A is declared twice"],
  ])("%s", (text, message) => {
    expect(() => parseProgram(text)).toThrow(message);
  });
});
