import { expect, test } from "vitest";
import { parseProgram } from "../ll/parse.ts";
import { printFunction } from "../ll/print.ts";
import { assertVerified } from "../ll/verify.ts";
import { freeze } from "./freeze.ts";
import { Machine } from "./machine.ts";

const PROGRAM = `
struct Box { x: i64 }
global box: ref<Box>
global count: int
global flag: bool
fn init -> void {
block0():
  b.0: ref<Box> = new() struct=Box
  setfield(b.0, 7) field=Box:x
  global_set(b.0) global=box
  global_set(9007199254740993) global=count
  return void
}
fn f -> int {
block0():
  b.0: ref<Box> = global_get() global=box
  c.1: int = global_get() global=count
  d.2: bool = global_get() global=flag
  branch d.2 ? block1(c.1) : block2(b.0, c.1)
block1(n.3: int):
  return n.3
block2(b.4: ref<Box>, n.5: int):
  v6: int = getfield(b.4) field=Box:x
  v7 = int_add(v6, n.5)
  return v7
}
init init`;

test("names become the constants that they hold", () => {
  const program = parseProgram(PROGRAM);
  const machine = new Machine(program, {});
  machine.runInitializers();
  freeze(program, machine);
  assertVerified(program, "freeze");
  const f = program.functions.find((fn) => fn.name === "f")!;
  expect(printFunction(f)).toBe(`fn f() -> int {
block0():
  branch false ? block1(9007199254740993) : block2(#1, 9007199254740993)
block1(n.3: int):
  return n.3
block2(b.4: ref<Box>, n.5: int):
  v6: int = getfield(b.4) field=Box:x
  v7 = int_add(v6, n.5)
  return v7
}`);
  expect(program.functions.map((fn) => fn.name)).not.toContain("init");
  expect([program.globals, program.initializers]).toEqual([[], []]);
  expect(new Machine(program, {}).call(f)).toBe(9007199254741000n);
});

test("binding a name at run time is refused", () => {
  const program = parseProgram(PROGRAM.replace("\ninit init", ""));
  expect(() => freeze(program, new Machine(program, {}))).toThrow(
    "init binds a module-level name at run time",
  );
});
