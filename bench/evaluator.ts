/**
 * How fast the evaluator is: low-level ops per second in a few small loops.
 *
 *     node bench/evaluator.ts
 */
import { Machine } from "../compiler/eval/machine.ts";
import { parseProgram } from "../compiler/ll/parse.ts";

/** Each function takes the number of rounds; `ops` is what one round executes. */
const LOOPS: readonly { name: string; ops: number; rounds: number; text: string }[] = [
  {
    name: "counting",
    ops: 3,
    rounds: 100_000_000,
    text: `
fn counting -> int {
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
}`,
  },
  {
    name: "hashing",
    ops: 4,
    rounds: 2_000_000,
    text: `
fn hashing -> int {
block0(n.0: int):
  goto block1(n.0, 14695981039346656037)
block1(n.1: int, h.2: int):
  v3 = int_gt(n.1, 0)
  branch v3 ? block2(n.1, h.2) : block3(h.2)
block2(n.4: int, h.5: int):
  v6 = int_xor(h.5, n.4)
  v7 = int_mul(v6, 1099511628211)
  v8 = int_sub(n.4, 1)
  goto block1(v8, v7)
block3(h.9: int):
  return h.9
}`,
  },
  {
    name: "calling",
    ops: 3,
    rounds: 50_000_000,
    text: `
fn step -> int {
block0(a.0: int):
  v1 = int_sub(a.0, 1)
  return v1
}
fn calling -> int {
block0(n.0: int):
  goto block1(n.0)
block1(n.1: int):
  v2: int = call(n.1) callee=step
  v3 = int_gt(v2, 0)
  branch v3 ? block1(v2) : block2(v2)
block2(n.4: int):
  return n.4
}`,
  },
  {
    name: "allocating",
    ops: 6,
    rounds: 10_000_000,
    text: `
struct Pair { x: i64, next: ref<Pair> }
fn allocating -> int {
block0(n.0: int):
  goto block1(n.0, null: ref<Pair>)
block1(n.1: int, last.2: ref<Pair>):
  p.3: ref<Pair> = new() struct=Pair
  setfield(p.3, n.1) field=Pair:x
  setfield(p.3, p.3) field=Pair:next
  v4: int = getfield(p.3) field=Pair:x
  v5 = int_sub(v4, 1)
  v6 = int_gt(v5, 0)
  branch v6 ? block1(v5, p.3) : block2(v5)
block2(n.7: int):
  return n.7
}`,
  },
];

for (const { name, ops, rounds, text } of LOOPS) {
  const program = parseProgram(text);
  const machine = new Machine(program, {});
  const fn = program.functions.find((one) => one.name === name)!;
  machine.call(fn, [rounds / 100]);
  const start = performance.now();
  machine.call(fn, [rounds]);
  const seconds = (performance.now() - start) / 1000;
  const rate = (rounds * ops) / seconds / 1e6;
  console.log(`${name.padEnd(12)} ${rate.toFixed(0).padStart(6)} million ops/s`);
}
