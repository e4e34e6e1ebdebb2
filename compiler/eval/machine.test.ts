/** Programs as text, run: control flow, calls, objects, exceptions in both forms, raw memory. */
import { describe, expect, test } from "vitest";
import { parseProgram } from "../ll/parse.ts";
import { assertVerified } from "../ll/verify.ts";
import { MachineError, WrightRaise } from "./exceptions.ts";
import { HeapArray, HeapStruct, Immediate, textOf, type MachineValue } from "./heap.ts";
import { Machine, type MachineOptions } from "./machine.ts";
import { testHost } from "./test-host.ts";

function load(text: string, options: MachineOptions = {}) {
  const program = parseProgram(text);
  assertVerified(program, "parsing");
  const { host, output } = testHost();
  const machine = new Machine(program, host, options);
  const call = (name: string, ...args: MachineValue[]): MachineValue =>
    machine.call(
      program.functions.find((fn) => fn.name === name)!,
      args,
    );
  return { program, machine, output, call };
}

/** The function `f` of this body, called. */
function run(body: string, ...args: MachineValue[]): MachineValue {
  return load(body).call("f", ...args);
}

describe("control flow", () => {
  test("a loop", () => {
    const text = `
fn f -> int {
block0(n.0: int):
  goto block1(0, 0, n.0)
block1(i.1: int, s.2: int, n.3: int):
  v4 = int_lt(i.1, n.3)
  branch v4 ? block2(i.1, s.2, n.3) : block3(s.2)
block2(i.5: int, s.6: int, n.7: int):
  v8 = int_add(s.6, i.5)
  v9 = int_add(i.5, 1)
  goto block1(v9, v8, n.7)
block3(s.10: int):
  return s.10
}`;
    expect(run(text, 1000)).toBe(499500);
  });

  test("a block that leads to itself exchanges its parameters at once", () => {
    const text = `
fn f -> int {
block0(n.0: int):
  goto block1(0, 1, n.0)
block1(a.1: int, b.2: int, n.3: int):
  v4 = int_add(a.1, b.2)
  v5 = int_sub(n.3, 1)
  v6 = int_gt(v5, 0)
  branch v6 ? block1(b.2, v4, v5) : block2(b.2)
block2(r.7: int):
  return r.7
}`;
    expect(run(text, 90)).toBe(2880067194370816120n);
  });

  test("a switch, with what falls to its default", () => {
    const text = `
fn f -> int {
block0(n.0: int):
  switch n.0 { 0: block1(10), 1: block1(11), 9223372036854775807: block1(12), else: block1(13) }
block1(r.1: int):
  return r.1
}`;
    const { call } = load(text);
    expect([0, 1, 2n ** 63n - 1n, 2].map((n) => call("f", n))).toEqual([10, 11, 12, 13]);
  });

  test("a loop with two entries runs by dispatch", () => {
    const text = `
fn f -> int {
block0(first.0: bool, n.1: int):
  branch first.0 ? block1(n.1, 0) : block2(n.1, 0)
block1(n.2: int, s.3: int):
  v4 = int_add(s.3, 1)
  switch n.2 { 0: block3(v4), else: block2(n.2, v4) }
block2(n.5: int, s.6: int):
  v7 = int_add(s.6, 10)
  v8 = int_sub(n.5, 1)
  goto block1(v8, v7)
block3(s.9: int):
  return s.9
}`;
    const { call } = load(text);
    expect([call("f", true, 3), call("f", false, 3)]).toEqual([34, 33]);
  });

  test("what should be unreachable is reported", () => {
    expect(() => run("fn f -> int {\nblock0():\n  unreachable\n}")).toThrow("unreachable place");
  });
});

describe("calls", () => {
  const text = `
fn fact -> int {
block0(n.0: int):
  v1 = int_le(n.0, 1)
  branch v1 ? block1() : block2(n.0)
block1():
  return 1
block2(n.2: int):
  v3 = int_sub(n.2, 1)
  v4: int = call(v3) callee=fact
  v5 = int_mul(n.2, v4)
  return v5
}
fn double -> int {
block0(n.0: int):
  v1 = int_mul(n.0, 2)
  return v1
}
table t: fn(int) -> int = [&fact, &double, -]
fn f -> int {
block0(i.0: int, n.1: int):
  v2: fn(int) -> int = table_get(i.0) table=t
  v3: int = call_indirect(v2, n.1) signature=fn(int) -> int
  return v3
}`;

  test("direct, recursive and through a table", () => {
    const { call } = load(text);
    expect([call("fact", 20), call("fact", 21)]).toEqual([
      2432902008176640000n,
      -4249290049419214848n,
    ]);
    expect([call("f", 0, 5), call("f", 1, 5)]).toEqual([120, 10]);
  });

  test("a hole of a table is reported, with the place", () => {
    expect(() => load(text).call("f", 2, 5)).toThrow("row 2 of table t is a hole");
  });

  test("two machines do not share what they run", () => {
    const a = load(
      "global g: int\nfn f -> int {\nblock0(n.0: int):\n  v1: int = global_get() global=g\n  global_set(n.0) global=g\n  return v1\n}",
    );
    const other = new Machine(a.program, {});
    const f = a.program.functions.find((fn) => fn.name === "f")!;
    expect([a.call("f", 5), other.call(f, [7]), a.call("f", 6), other.call(f, [8])]).toEqual([
      0, 0, 5, 7,
    ]);
  });

  test("a function of the platform that the host lacks is reported by name", () => {
    const lacking =
      'fn frob() -> void extern wr_frob\nfn f -> void at "a.wr:3:1" {\nblock0():\n  call() callee=frob at "a.wr:4:2"\n  return void\n}';
    const error = (() => {
      try {
        return run(lacking);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(MachineError);
    expect((error as MachineError).missing).toBe("wr_frob");
    expect((error as MachineError).message).toBe(
      'wr_frob is not available here\n  File "a.wr", line 4, in f',
    );
  });
});

describe("objects", () => {
  test("storage truncates on the way in", () => {
    const text = `
struct S { a: i8, b: u16, c: u32, d: f32, e: bool, g: i64 }
fn f -> ref<S> {
block0(n.0: int, x.1: float):
  s.2: ref<S> = new() struct=S
  setfield(s.2, n.0) field=S:a
  setfield(s.2, n.0) field=S:b
  setfield(s.2, n.0) field=S:c
  setfield(s.2, x.1) field=S:d
  setfield(s.2, true) field=S:e
  setfield(s.2, n.0) field=S:g
  return s.2
}`;
    const { call } = load(text);
    expect((call("f", -129, 0.1) as HeapStruct).fields).toEqual([
      127,
      65407,
      4294967167,
      Math.fround(0.1),
      true,
      -129,
    ]);
    expect((call("f", 2n ** 62n + 200n, 0.5) as HeapStruct).fields).toEqual([
      -56,
      200,
      200,
      0.5,
      true,
      2n ** 62n + 200n,
    ]);
  });

  test.each([
    ["i8", 200, -56],
    ["u8", -1, 255],
    ["i16", 40000, -25536],
    ["u16", 2n ** 62n + 5n, 5],
    ["i32", 2 ** 31, -(2 ** 31)],
    ["u32", -1, 4294967295],
    ["i64", 2n ** 62n, 2n ** 62n],
  ])("items of %s", (item, value, expected) => {
    const text = `
array a of ${item}
fn f -> int {
block0(n.0: int):
  v1: ref<a> = new_array(3) array=a
  setitem(v1, 1, n.0) array=a
  v2: int = getitem(v1, 1) array=a
  array_fill(v1, 2, 1, n.0) array=a
  v3: int = getitem(v1, 2) array=a
  v4 = int_eq(v2, v3)
  branch v4 ? block1(v2) : block1(12345)
block1(r.5: int):
  return r.5
}`;
    expect(run(text, value)).toBe(expected);
  });

  test("bools and references as items", () => {
    const text = `
array flags of bool
fn f -> bool {
block0(b.0: bool):
  v1: ref<flags> = new_array(2) array=flags
  setitem(v1, 1, b.0) array=flags
  s.2: ref<strs> = new_array(1) array=strs
  v3: ref<str> = getitem(s.2, 0) array=strs
  v4 = ref_is_null(v3)
  v5: bool = getitem(v1, 1) array=flags
  v6: bool = getitem(v1, 0) array=flags
  v7 = bool_xor(v5, v6)
  v8 = bool_and(v7, v4)
  return v8
}`;
    const { call } = load(text);
    expect([call("f", true), call("f", false)]).toEqual([true, false]);
  });

  test("copies that overlap", () => {
    const text = `
array a of i64
object #a = a [1, 2, 3, 4, 5]
object #b = a [1, 2, 3, 4, 5]
fn f -> ref<a> {
block0(up.0: bool):
  branch up.0 ? block1() : block2()
block1():
  array_copy(#a, 0, #a, 2, 3) array=a
  return #a
block2():
  array_copy(#b, 2, #b, 0, 3) array=a
  return #b
}`;
    const { call } = load(text);
    expect((call("f", true) as HeapArray).items).toEqual([1, 2, 1, 2, 3]);
    expect((call("f", false) as HeapArray).items).toEqual([3, 4, 5, 4, 5]);
  });

  test("an index out of range is reported, not raised", () => {
    const text = `
array a of u8
fn f -> int {
block0(i.0: int, store.1: bool):
  v2: ref<a> = new_array(2) array=a
  branch store.1 ? block1(v2, i.0) : block2(v2, i.0)
block1(a.3: ref<a>, i.4: int):
  setitem(a.3, i.4, 1) array=a
  return 0
block2(a.5: ref<a>, i.6: int):
  v7: int = getitem(a.5, i.6) array=a
  return v7
}`;
    const { call } = load(text);
    expect(() => call("f", 2, false)).toThrow("item 2 of a a of length 2");
    expect(() => call("f", -1, true)).toThrow("item -1 of a a of length 2");
  });

  test("classes and immediates", () => {
    const text = `
struct Root
struct Int : Root immediate 0 value { value: i64 }
struct Char : Root immediate 1 code { code: i64 }
struct Sub : Root
struct SubSub : Sub
object #s = SubSub { }
fn is_sub -> bool {
block0(r.0: ref<Root>):
  v1 = class_in_range(r.0) struct=Sub
  return v1
}
fn is_int -> bool {
block0(r.0: ref<Root>):
  v1 = imm_is(r.0) struct=Int
  return v1
}
fn make -> ref<Root> {
block0(n.0: int):
  v1: ref<Root> = imm_make(n.0) struct=Int
  return v1
}
fn same -> bool {
block0(a.0: ref<Root>, b.1: ref<Root>):
  v2 = ref_eq(a.0, b.1)
  return v2
}
fn fits -> bool {
block0(n.0: int):
  v1 = imm_fits(n.0) struct=Char
  return v1
}
fn fits_int -> bool {
block0(n.0: int):
  v1 = imm_fits(n.0) struct=Int
  return v1
}
fn object -> ref<Root> {
block0():
  return #s
}
fn id -> int {
block0(r.0: ref<Root>):
  v1 = class_id(r.0)
  v2 = imm_is(r.0) struct=Int
  branch v2 ? block1(r.0) : block2(v1)
block1(r.3: ref<Root>):
  v4 = imm_value(r.3) struct=Int
  return v4
block2(n.5: int):
  return n.5
}`;
    const { call, program } = load(text);
    const subSub = call("object");
    expect([subSub, null, call("make", 1)].map((one) => call("is_sub", one))).toEqual([
      true,
      false,
      false,
    ]);
    expect([subSub, null, call("make", 1)].map((one) => call("is_int", one))).toEqual([
      false,
      false,
      true,
    ]);
    expect(call("make", 5)).toBeInstanceOf(Immediate);
    expect([
      call("same", call("make", 5), call("make", 5)),
      call("same", call("make", 5), call("make", 6)),
    ]).toEqual([true, false]);
    expect(call("same", subSub, subSub)).toBe(true);
    expect([2n ** 55n - 1n, 2n ** 55n, -(2n ** 55n), 5].map((n) => call("fits", n))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect([2n ** 62n - 1n, 2n ** 62n].map((n) => call("fits_int", n))).toEqual([true, false]);
    expect(call("id", call("make", 77))).toBe(77);
    expect(call("id", subSub)).toBe(program.structs.find((one) => one.name === "SubSub")!.classId);
  });

  test("identity hashes stay, differ and fit 24 bits", () => {
    const text = `
struct S
fn make -> ref<S> {
block0():
  v0: ref<S> = new() struct=S
  return v0
}
fn f -> int {
block0(s.0: ref<S>):
  v1 = identity_hash(s.0)
  return v1
}`;
    const { call } = load(text);
    const objects = Array.from({ length: 1000 }, () => call("make"));
    const hashes = objects.map((one) => call("f", one) as number);
    expect(objects.map((one) => call("f", one))).toEqual(hashes);
    expect(new Set(hashes).size).toBe(1000);
    expect(hashes.every((hash) => hash > 0 && hash < 2 ** 24)).toBe(true);
  });

  test("a weak field holds its target while it is alive", () => {
    const text = `
struct Target
struct Weak weak target { target: ref<Target> }
fn f -> bool {
block0():
  t.0: ref<Target> = new() struct=Target
  w.1: ref<Weak> = new() struct=Weak
  setfield(w.1, t.0) field=Weak:target
  gc_collect()
  got.2: ref<Target> = getfield(w.1) field=Weak:target
  v3 = ref_eq(got.2, t.0)
  return v3
}`;
    expect(run(text)).toBe(true);
  });
});

/** `f(n)` divides 100 by n, or raises an exception with a message; `g` catches it and gives -1. */
const IMPLICIT = `
struct ZeroDivisionError : Exception
object #zero = ZeroDivisionError { message = "division by zero" }
fn divide -> int as "divide" at "main.wr:1:1" {
block0(n.0: int):
  v1 = int_eq(n.0, 0)
  branch v1 ? block1() : block2(n.0)
block1():
  raise #zero at "main.wr:3:9"
block2(n.2: int):
  v3 = int_floordiv(100, n.2)
  return v3
}
fn f -> int as "f" at "main.wr:6:1" {
block0(n.0: int):
  v1: int = call(n.0) callee=divide at "main.wr:7:5"
  return v1
}
fn g -> int at "main.wr:10:1" {
block0(n.0: int):
  v1: int = call(n.0) callee=f
  try block1(v1) catch e.2: ref<Exception> => block2(e.2)
block1(r.3: int):
  return r.3
block2(e.4: ref<Exception>):
  return -1
}
fn again -> int as "again" at "main.wr:20:1" {
block0(n.0: int):
  v1: int = call(n.0) callee=f
  try block1(v1) catch e.2: ref<Exception> => block2(e.2)
block1(r.3: int):
  return r.3
block2(e.4: ref<Exception>):
  raise e.4 at "main.wr:22:3"
}
fn main -> int as "main" at "main.wr:30:1" {
block0(a.0: ref<strs>):
  v1 = array_len(a.0) array=strs
  v2 = int_sub(v1, 2)
  v3: int = call(v2) callee=again at "main.wr:31:4"
  return v3
}
entry main
`;

/** The same after the pass `exceptions`. */
const EXPLICIT = `
struct ZeroDivisionError : Exception
object #zero = ZeroDivisionError { message = "division by zero" }
fn divide -> int as "divide" at "main.wr:1:1" {
block0(n.0: int):
  v1 = int_eq(n.0, 0)
  branch v1 ? block1() : block2(n.0)
block1():
  exc_set(#zero)
  traceback_add() at "main.wr:3:9"
  return 0
block2(n.2: int):
  v3 = int_floordiv(100, n.2)
  return v3
}
fn f -> int as "f" at "main.wr:6:1" {
block0(n.0: int):
  v1: int = call(n.0) callee=divide at "main.wr:7:5"
  v2 = exc_pending()
  branch v2 ? block1() : block2(v1)
block1():
  traceback_add() at "main.wr:7:5"
  return 0
block2(r.3: int):
  return r.3
}
fn g -> int at "main.wr:10:1" {
block0(n.0: int):
  v1: int = call(n.0) callee=f
  v5 = exc_pending()
  branch v5 ? block2() : block1(v1)
block1(r.3: int):
  return r.3
block2():
  e.4: ref<Exception> = exc_take()
  return -1
}
fn again -> int as "again" at "main.wr:20:1" {
block0(n.0: int):
  v1: int = call(n.0) callee=f
  v5 = exc_pending()
  branch v5 ? block2() : block1(v1)
block1(r.3: int):
  return r.3
block2():
  e.4: ref<Exception> = exc_take()
  exc_set(e.4)
  traceback_add() at "main.wr:22:3"
  return 0
}
fn main -> int as "main" at "main.wr:30:1" {
block0(a.0: ref<strs>):
  v1 = array_len(a.0) array=strs
  v2 = int_sub(v1, 2)
  v3: int = call(v2) callee=again at "main.wr:31:4"
  v4 = exc_pending()
  branch v4 ? block1() : block2(v3)
block1():
  traceback_add() at "main.wr:31:4"
  return 0
block2(r.5: int):
  return r.5
}
entry main
`;

describe.each([
  ["implicit", IMPLICIT],
  ["explicit", EXPLICIT],
])("exceptions, %s", (_, text) => {
  test("are caught, or leave", () => {
    const { call } = load(text);
    expect([call("g", 7), call("g", 0), call("f", 50)]).toEqual([14, -1, 2]);
    expect(() => call("f", 0)).toThrow(WrightRaise as never);
    // Nothing is left pending.
    expect(call("f", 50)).toBe(2);
  });

  test("one that nobody catches ends the program with a traceback", () => {
    const { machine, output } = load(text);
    expect(machine.runMain(["program", "x"])).toBe(1);
    expect(output[2]).toBe(`Traceback (most recent call last):
  File "main.wr", line 31, in main
  File "main.wr", line 22, in again
  File "main.wr", line 7, in f
  File "main.wr", line 3, in divide
division by zero
`);
    expect(machine.runMain(["program", "x", "y"])).toBe(100);
    expect(machine.memory.bytesInUse).toBe(0);
  });
});

const RECURSION = (call: string) => `
fn down -> int as "down" at "main.wr:1:1" {
block0(n.0: int):
  v1 = int_add(n.0, 1)
${call}
}
fn g -> int {
block0():
  v0: int = call(0) callee=down
  try block1() catch e.1: ref<Exception> => block2(e.1)
block1():
  return 1
block2(e.2: ref<Exception>):
  v3 = class_in_range(e.2) struct=StackOverflow
  v4 = bool_to_int(v3)
  v5 = int_add(v4, 10)
  return v5
}`;

describe("limits", () => {
  test.each([
    [
      "implicit",
      '  v2: int = call(v1) callee=down at "main.wr:2:3"\n  v3 = int_add(v2, 1)\n  return v3',
    ],
    [
      "explicit",
      '  v2: int = call(v1) callee=down\n  v3 = exc_pending()\n  branch v3 ? block1() : block2(v2)\nblock1():\n  traceback_add() at "main.wr:2:3"\n  return 0\nblock2(r.4: int):\n  v5 = int_add(r.4, 1)\n  return v5',
    ],
  ])("running out of stack is an exception, %s", (_, call) => {
    const loaded = load(RECURSION(call));
    expect(() => loaded.call("down", 0)).toThrow(WrightRaise as never);
    expect(loaded.machine.traceback.text(true)).toMatch(
      /^Traceback.*\n( {2}File "main.wr", line 2, in down\n){3} {2}\[repeated 37 more times\]\n {2}\[more calls, until the stack was full\]$/,
    );
    if (call.includes("exc_pending")) return;
    expect([loaded.call("g"), loaded.call("g")]).toEqual([11, 11]);
  });

  const ALLOCATE = `
array a of i64
fn f -> int {
block0(n.0: int):
  v1: ref<a> = new_array(n.0) array=a
  v2 = array_len(v1) array=a
  return v2
}`;

  test("an array beyond the limit is MemoryError", () => {
    const { call, program } = load(ALLOCATE, { memoryLimit: 10_000 });
    expect(call("f", 1000)).toBe(1000);
    for (const size of [2000, 2n ** 62n]) {
      let raised: unknown;
      try {
        call("f", size);
      } catch (error) {
        raised = error;
      }
      expect(raised).toBeInstanceOf(WrightRaise);
      expect((raised as WrightRaise).exception).toBe(program.well.memoryError);
    }
  });

  test("many objects beyond the limit are too, after a collection did not help", () => {
    let collections = 0;
    const heapUsage = { bytesInUse: () => 5000, collect: () => void collections++ };
    const { call, machine } = load(ALLOCATE, { memoryLimit: 5100, heapUsage });
    machine.room = 0;
    expect(() => call("f", 10)).toThrow(WrightRaise as never);
    expect(collections).toBe(1);
  });
});

describe("the program", () => {
  const HELLO = `
fn write(int, addr, int) -> int extern wr_os_write noraise nocollect
fn exit(int) -> void extern wr_os_exit noraise nocollect
fn main -> int {
block0(a.0: ref<strs>):
  v1: ref<str> = getitem(a.0, 1) array=strs
  v2 = array_items_addr(v1) array=str
  v3 = array_len(v1) array=str
  v4: int = call(1, v2, v3) callee=write
  v5 = int_eq(v3, 0)
  branch v5 ? block1() : block2(v4)
block1():
  call(7) callee=exit
  return 0
block2(n.6: int):
  return n.6
}
entry main`;

  test("gets its arguments and writes", () => {
    const { machine, output } = load(HELLO);
    expect(machine.runMain(["prog", "héllo\n"])).toBe(7);
    expect(output[1]).toBe("héllo\n");
  });

  test("may exit", () => {
    expect(load(HELLO).machine.runMain(["prog", ""])).toBe(7);
  });

  test("exit codes are bytes", () => {
    const { machine } = load(
      "fn main -> int {\nblock0(a.0: ref<strs>):\n  return -1\n}\nentry main",
    );
    expect(machine.runMain([])).toBe(255);
  });

  test("fatal ends it with its message", () => {
    expect(() => run('fn f -> int {\nblock0():\n  fatal("broken heap")\n  return 0\n}')).toThrow(
      "fatal error: broken heap",
    );
  });

  test("an exception's text that cannot be made", () => {
    const text = `
array str of u8 { hash: i64 }
array strs of ref<str>
struct Exception
object #e = Exception { }
fn describe -> ref<str> {
block0(e.0: ref<Exception>):
  raise e.0
}
fn main -> int {
block0(a.0: ref<strs>):
  raise #e
}
entry main
well str=str strs=strs exception=Exception describe=describe memory=#e overflow=#e`;
    const { machine, output } = load(text);
    expect(machine.runMain([])).toBe(1);
    expect(output[2]).toBe(
      "Traceback (most recent call last):\n(the exception's text could not be made)\n",
    );
  });
});

describe("the raw level", () => {
  test("loads and stores of every storage", () => {
    const kinds = ["i8", "u8", "i16", "u16", "i32", "u32", "i64"];
    const text = kinds
      .map(
        (kind) => `
fn ${kind}_ -> int {
block0(n.0: int):
  a.1 = raw_alloc(16)
  b.2 = addr_add(a.1, 3)
  raw_store(b.2, 2, n.0) storage=${kind}
  v3: int = raw_load(a.1, 5) storage=${kind}
  raw_free(a.1)
  return v3
}`,
      )
      .join("\n");
    const { call, machine } = load(text);
    expect(kinds.map((kind) => call(`${kind}_`, -2))).toEqual([
      -2, 254, -2, 65534, -2, 4294967294, -2,
    ]);
    expect(kinds.map((kind) => call(`${kind}_`, 2n ** 62n + 255n))).toEqual([
      -1,
      255,
      255,
      255,
      255,
      255,
      2n ** 62n + 255n,
    ]);
    expect(machine.memory.bytesInUse).toBe(0);
  });

  test("blocks of bytes", () => {
    const text = `
fn f -> int {
block0():
  a.0 = raw_alloc(64)
  raw_zero(a.0, 64)
  raw_store(a.0, 0, 258) storage=i64
  b.1 = addr_add(a.0, 1)
  raw_copy(b.1, a.0, 8)
  c.2 = addr_add(a.0, 32)
  v3 = raw_compare(b.1, c.2, 8)
  v4: int = raw_load(b.1, 0) storage=i64
  v5 = addr_sub(b.1, a.0)
  v6 = int_mul(v3, 1000)
  v7 = int_add(v6, v4)
  v8 = int_add(v7, v5)
  return v8
}`;
    expect(run(text)).toBe(1000 + 258 + 1);
  });

  test("objects, immediates and functions survive as words", () => {
    const text = `
struct Root
struct Int : Root immediate 0 value { value: i64 }
struct Char : Root immediate 2 code { code: i64 }
struct S : Root
fn through -> ref<Root> {
block0(r.0: ref<Root>):
  a.1 = raw_alloc(8)
  raw_store(a.1, 0, r.0) storage=ref<Root>
  v2: ref<Root> = raw_load(a.1, 0) storage=ref<Root>
  v3 = ref_to_addr(v2)
  v4: ref<Root> = addr_to_ref(v3)
  raw_free(a.1)
  return v4
}
fn word -> int {
block0(r.0: ref<Root>):
  v1 = ref_to_addr(r.0)
  v2 = addr_to_int(v1)
  return v2
}
object #s = S { }
table t: ref<Root> = [#s, imm(Int, -3), imm(Char, -3), null]`;
    const { call, program } = load(text);
    const values = program.tables[0]!.rows.map((row) =>
      row?.kind === "object" ? row.object : null,
    );
    for (const value of values) expect(call("through", value)).toEqual(value);
    expect(call("through", values[0])).toBe(values[0]);
    // …1 with 63 bits of payload; 10 with the tag in bits 2 to 7 and the payload above.
    expect([call("word", values[1]), call("word", values[2]), call("word", null)]).toEqual([
      -5,
      -768 + 6,
      0,
    ]);
  });

  test("items of arrays are reached through their address", () => {
    const text = `
array a of i64
array b of u16
fn f -> int {
block0():
  v0: ref<a> = new_array(3) array=a
  v1 = array_items_addr(v0) array=a
  raw_store(v1, 8, 4611686018427387904) storage=i64
  v2: int = getitem(v0, 1) array=a
  v3: ref<b> = new_array(3) array=b
  v4 = array_items_addr(v3) array=b
  raw_store(v4, 1, 513) storage=u16
  v5: int = getitem(v3, 0) array=b
  v6 = int_add(v2, v5)
  return v6
}`;
    expect(run(text)).toBe(2n ** 62n + 256n);
  });

  test.each([
    ["raw_load(null: addr, 0) storage=i64", "no raw memory at address 0"],
    ["raw_load(8: addr, 0) storage=i64", "no raw memory at address 8"],
  ])("%s is reported", (op, message) => {
    expect(() => run(`fn f -> int {\nblock0():\n  v1: int = ${op}\n  return v1\n}`)).toThrow(
      message,
    );
  });

  test("the shadow stack", () => {
    const text = `
fn f -> ref {
block0(a.0: ref, b.1: ref):
  ss_enter() slot=2
  ss_store(a.0) slot=0
  ss_store(b.1) slot=1
  v2: ref = call(b.1) callee=inner
  v3: ref = ss_load() slot=0
  ss_leave() slot=2
  return v3
}
fn inner -> ref {
block0(a.0: ref):
  ss_enter() slot=1
  ss_store(a.0) slot=0
  v1: ref = ss_load() slot=0
  ss_leave() slot=1
  return v1
}
fn unused -> int {
block0():
  return 0
}`;
    const { call, machine } = load(text);
    const [a, b] = [machine.string("a"), machine.string("b")];
    expect(textOf(call("f", a, b) as HeapArray)).toBe("a");
    expect(machine.shadow).toEqual([]);
  });
});
