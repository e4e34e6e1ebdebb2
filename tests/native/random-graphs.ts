/**
 * Seeded random low-level programs that terminate, for comparing engines.
 *
 * All functions have one signature, `(fuel, i, j, a, b) -> int`, and all their blocks one shape, so any
 * block may go to any other with its values shuffled. Every step costs fuel; whoever runs out
 * returns. References are never null: cells start out referring to themselves or to others.
 */
import type { Random } from "../random-program.ts";

const FUNCTIONS = 5;
const INT_OPS = ["int_add", "int_sub", "int_mul", "int_xor", "int_and", "int_or"];

const PRELUDE = `
struct Cell { x: i64, small: i16, next: ref<Cell> }
struct Oops : Exception { code: i64 }
object #root = Cell { x = 3, small = 1, next = #root }
object #other = Cell { x = 5, small = -2, next = #root }
table functions: fn(int, int, int, ref<Cell>, ref<Cell>) -> int = [${Array.from({ length: FUNCTIONS }, (_, i) => `&f${i}`).join(", ")}]
`;

export function randomProgram(random: Random): string {
  const functions = Array.from({ length: FUNCTIONS }, (_, i) =>
    new FunctionMaker(random, i).make(),
  );
  return `${PRELUDE}
${functions.join("\n")}
fn main -> int {
block0(argv.0: ref<strs>):
  v1: int = call(30, 7, 11, #root, #other) callee=f0 at "main.wr:1:1"
  try block1(v1) catch e.2: ref<Exception> => block2(e.2)
block1(v3: int):
  v4 = int_mod(v3, 251)
  return v4
block2(e.5: ref<Exception>):
  is.6 = class_in_range(e.5) struct=Oops
  branch is.6 ? block3(e.5) : block1(250)
block3(e.7: ref<Exception>):
  v8: int = getfield(e.7) field=Oops:code
  goto block1(v8)
}
entry main
`;
}

class FunctionMaker {
  readonly #random: Random;
  readonly #index: number;
  #next = 0;
  #ints: string[] = [];
  #refs: string[] = [];
  #fuel = "";
  readonly #blocks: number;

  constructor(random: Random, index: number) {
    this.#random = random;
    this.#index = index;
    this.#blocks = 4 + random.below(5);
  }

  /** Blocks 1 … n do things; 0 is the entry, n + 1 returns, n + 2 is where exceptions go. */
  make(): string {
    const lines = [`fn f${this.#index} -> int at "main.wr:${10 * (this.#index + 1)}:1" {`];
    lines.push(...this.#header(0), ...this.#start());
    for (let block = 1; block <= this.#blocks; block++) lines.push(...this.#block(block));
    lines.push(...this.#returning(this.#blocks + 1), ...this.#handler(this.#blocks + 2), "}");
    return lines.join("\n");
  }

  /** Looks at the fuel first: else recursion would not end. */
  #start(): string[] {
    const more = this.#name();
    return [
      `  ${more} = int_gt(${this.#fuel}, 0)`,
      `  branch ${more} ? block1(${this.#args()}) : ${this.#end(this.#fuel)}`,
    ];
  }

  #name(): string {
    return `v${this.#next++}`;
  }

  #header(block: number): string[] {
    const [fuel, i, j, a, b] = Array.from({ length: 5 }, () => this.#name());
    this.#fuel = fuel!;
    this.#ints = [i!, j!];
    this.#refs = [a!, b!];
    return [`block${block}(${fuel}: int, ${i}: int, ${j}: int, ${a}: ref<Cell>, ${b}: ref<Cell>):`];
  }

  #int(): string {
    const { chance, below, pick } = this.#random;
    return chance(0.15) ? String(below(100) - 50) : pick(this.#ints);
  }

  #ref(): string {
    return this.#random.chance(0.1) ? "#other" : this.#random.pick(this.#refs);
  }

  /** Two ints and two refs, often those that the block got, in any order. */
  #args(fuel = this.#fuel): string {
    return `${fuel}, ${this.#int()}, ${this.#int()}, ${this.#ref()}, ${this.#ref()}`;
  }

  #block(block: number): string[] {
    const lines = this.#header(block);
    const steps = 1 + this.#random.below(7);
    for (let step = 0; step < steps; step++) lines.push(...this.#step(block));
    const less = this.#name();
    const more = this.#name();
    lines.push(`  ${less} = int_sub(${this.#fuel}, 1)`);
    const kind = this.#random.below(10);
    if (kind < 2) return [...lines, ...this.#tryExit(block, less)];
    if (kind === 2) return [...lines, ...this.#raiseExit(block, less, more)];
    lines.push(`  ${more} = int_gt(${less}, 0)`);
    return [...lines, `  branch ${more} ? ${this.#link(less)} : ${this.#end(less)}`];
  }

  #link(fuel: string): string {
    return `block${1 + this.#random.below(this.#blocks)}(${this.#args(fuel)})`;
  }

  #end(fuel: string): string {
    return `block${this.#blocks + 1}(${this.#args(fuel)})`;
  }

  #step(block: number): string[] {
    const { below, pick } = this.#random;
    const into = this.#name();
    switch (below(8)) {
      case 0: {
        const [next, x] = [this.#ref(), this.#int()];
        this.#refs.push(into);
        return [
          `  ${into}: ref<Cell> = new() struct=Cell at "main.wr:${10 * this.#index + block}:3"`,
          `  setfield(${into}, ${next}) field=Cell:next`,
          ...(this.#random.chance(0.5) ? [`  setfield(${into}, ${x}) field=Cell:x`] : []),
        ];
      }
      case 1: {
        const from = this.#ref();
        this.#refs.push(into);
        return [`  ${into}: ref<Cell> = getfield(${from}) field=Cell:next`];
      }
      case 2:
        return [`  setfield(${this.#ref()}, ${this.#ref()}) field=Cell:next`];
      case 3:
        return [`  setfield(${this.#ref()}, ${this.#int()}) field=Cell:${pick(["x", "small"])}`];
      case 4: {
        const from = this.#ref();
        this.#ints.push(into);
        return [`  ${into}: int = getfield(${from}) field=Cell:${pick(["x", "small"])}`];
      }
      case 5: {
        const call = this.#call(into, block);
        this.#ints.push(into);
        return call;
      }
      default: {
        const [a, b] = [this.#int(), this.#int()];
        this.#ints.push(into);
        return [`  ${into} = ${pick(INT_OPS)}(${a}, ${b})`];
      }
    }
  }

  #call(into: string, block: number): string[] {
    const { below, chance } = this.#random;
    const half = this.#name();
    const place = `at "main.wr:${10 * this.#index + block}:5"`;
    const lines = [`  ${half} = int_rshift(${this.#fuel}, 1)`];
    const callee = below(FUNCTIONS);
    if (chance(0.7))
      return [...lines, `  ${into}: int = call(${this.#args(half)}) callee=f${callee} ${place}`];
    const signature = "fn(int, int, int, ref<Cell>, ref<Cell>) -> int";
    const target = this.#name();
    return [
      ...lines,
      `  ${target}: ${signature} = table_get(${callee}) table=functions`,
      `  ${into}: int = call_indirect(${target}, ${this.#args(half)}) signature=${signature} ${place}`,
    ];
  }

  /** A call whose exception is caught here; running out of fuel is looked at behind it. */
  #tryExit(block: number, less: string): string[] {
    const result = this.#name();
    const exception = this.#name();
    const call = this.#call(result, block);
    const caught = `block${this.#blocks + 2}(${exception}, ${this.#args(less)})`;
    // Normally to the return, so that fuel need not be looked at.
    const normal = `block${this.#blocks + 1}(${less}, ${result}, ${this.#int()}, ${this.#ref()}, ${this.#ref()})`;
    return [...call, `  try ${normal} catch ${exception}: ref<Exception> => ${caught}`];
  }

  #raiseExit(block: number, less: string, test: string): string[] {
    const exception = this.#name();
    // `block` raises only now and then, depending on its values.
    return [
      `  ${exception}: ref<Oops> = new() struct=Oops`,
      `  setfield(${exception}, ${this.#int()}) field=Oops:code`,
      `  setfield(${exception}, "oops") field=Exception:message`,
      `  ${test} = int_lt(${this.#int()}, ${block})`,
      `  branch ${test} ? block${this.#blocks + 3}(${exception}) : ${this.#end(less)}`,
    ];
  }

  #returning(block: number): string[] {
    const lines = this.#header(block);
    const [i, j] = this.#ints;
    const [a, b] = this.#refs;
    const names = Array.from({ length: 5 }, () => this.#name());
    return [
      ...lines,
      `  ${names[0]}: int = getfield(${a}) field=Cell:x`,
      `  ${names[1]}: int = getfield(${b}) field=Cell:small`,
      `  ${names[2]} = int_xor(${names[0]}, ${i})`,
      `  ${names[3]} = int_mul(${names[1]}, ${j})`,
      `  ${names[4]} = int_add(${names[2]}, ${names[3]})`,
      `  return ${names[4]}`,
    ];
  }

  #handler(block: number): string[] {
    const exception = this.#name();
    const [header] = this.#header(block);
    const raised = this.#name();
    return [
      header!.replace("(", `(${exception}: ref<Exception>, `),
      this.#random.chance(0.5)
        ? `  goto ${this.#end(this.#fuel)}`
        : `  raise ${exception} at "main.wr:99:1"`,
      `block${block + 1}(${raised}: ref<Exception>):`,
      `  raise ${raised} at "main.wr:98:1"`,
    ];
  }
}
