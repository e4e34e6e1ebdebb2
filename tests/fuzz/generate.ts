/**
 * Random Wright programs that are well-typed and end.
 *
 * A program has frozen globals (with shared and cyclic objects), an enum, classes below those of
 * `prelude.wr`, functions and generators that call only earlier ones, and now and then a recursion
 * without end. Everything that repeats costs fuel, and running out of it raises, so every program
 * ends however it catches exceptions; what is kept or handed on is cut to a fixed size, so nothing
 * grows. `main` prints what each function gives or raises; the last call is not guarded, so that
 * tracebacks are compared too.
 */
import { seeded, type Random } from "../random-program.ts";
import { producers, type ExpressionContext } from "./expressions.ts";
import { statement } from "./statements.ts";
import { ALL_TYPES, bounded, INFERRED, INTS, literal, shown, TYPES, type Type } from "./types.ts";

export interface Variable {
  readonly name: string;
  readonly type: Type;
  /** May not be assigned (any more): a loop counts with it, or a closure holds it. */
  fixed: boolean;
}

interface Signature {
  readonly name: string;
  readonly params: readonly Type[];
  /** How many of the last parameters have defaults. */
  readonly defaults: number;
  readonly result: Type;
}

const FUNCTIONS = 4;
const STATEMENTS = 5;
const FUEL = 60;

/** A whole program, which imports `prelude`; the same seed gives the same one. */
export function randomProgram(seed: number): string {
  return new Generator(seeded(seed)).program();
}

export class Generator implements ExpressionContext {
  readonly random: Random;
  readonly classes = ["Base"];
  readonly values: string[] = [];
  /** What the code being written may use. */
  variables: Variable[] = [];
  inLoop = false;
  /** Of the function being written; a generator's is `gen`, and it yields ints. */
  result: Type = "int";
  /** Statements left in the function being written. */
  budget = 0;
  private readonly functions: Signature[] = [];
  private readonly lines: string[] = [];
  private indent = 0;
  private names = 0;
  /** The function being written, if it may call itself: its first parameter counts down. */
  private self: Signature | null = null;
  private mixins = new Set<string>(["Base"]);

  constructor(random: Random) {
    this.random = random;
  }

  program(): string {
    this.add('"""A random program."""');
    this.add("from prelude import *");
    this.add("from wright.bigint import BigInt");
    this.add(
      "from wright.math import ceil, copysign, fabs, floor, gcd, inf, isqrt, nan, sqrt, trunc",
    );
    this.add("");
    this.choice();
    this.valueClass();
    for (let i = 0; i < 2; i++) this.classDef();
    this.globals();
    for (let i = 0; i < FUNCTIONS; i++) this.functionDef(i);
    const isDeep = this.random.chance(0.15);
    if (isDeep) this.deep();
    this.main(isDeep);
    return `${this.lines.join("\n")}\n`;
  }

  // ---------------------------------------------------------------- definitions

  private choice(): void {
    const count = this.random.below(4) + 2;
    const name = (i: number) => `M${i}`;
    this.add("enum Choice:");
    this.block(() => {
      for (let i = 0; i < count; i++)
        this.add(this.random.chance(0.3) ? `${name(i)} = ${10 + i}` : name(i));
      this.add("def rank(self, n: int) -> int:");
      this.block(() => {
        this.add("match self:");
        this.block(() => {
          for (let i = 0; i < count; i++) {
            this.add(`case Choice.${name(i)}:`);
            this.block(() =>
              this.add(`return n ${this.random.pick(["+", "*", "^"])} ${this.random.pick(INTS)}`),
            );
          }
        });
      });
      this.add("def other(self) -> Choice:");
      this.block(() =>
        this.add(
          `return Choice.${name(this.random.below(count))} if self == Choice.M0 else Choice.M0`,
        ),
      );
    });
    this.add("");
  }

  private globals(): void {
    const items = (make: () => string) =>
      Array.from({ length: this.random.below(6) + 1 }, make).join(", ");
    const int = () => this.random.pick(INTS);
    this.add(`TABLE = [${items(int)}]`);
    // The list is shared, and so seen to change by two names.
    this.add(`MATRIX = [TABLE, [${items(int)}], TABLE]`);
    this.add(
      `NAMES = {${items(() => `${literal(this.random, "str")}: ${this.random.below(100)}`)}}`,
    );
    this.add(`SQUARES = {i: i * i for i in range(${this.random.below(20)})}`);
    this.add(`PLACE = (${int()}, "place")`);
    this.add(`PLACES = {PLACE: 1, (${int()}, "t"): 2}`);
    this.add('GROUPS = {"table": TABLE, "own": [5]}');
    this.add(`ODD = {i for i in range(${this.random.below(12) + 1}) if i % 2 == 1}`);
    this.add('LINES = "one two,three".split()');
    this.add(`BIG = BigInt.from_int(${int()}) * BigInt.from_str("9223372036854775808")`);
    this.add(`TREE = W_Pair(W_Int(${int()}), W_Pair(W_Str("leaf"), W_Char("a")))`);
    this.add(
      `SHARED = [W_Int(${int()}), W_Str("g"), W_Kind(Kind.BLUE), TREE, ${this.values[0]}(7)]`,
    );
    this.add(`ORIGIN = Base(${this.random.below(10)}, "origin")`);
    this.add("ORIGIN.next = ORIGIN");
    this.add(`RING = [${this.random.pick(this.classes)}(1, "r1"), Base(2, "r2"), ORIGIN]`);
    this.add("RING[0].next = RING[1]");
    this.add("RING[1].next = RING[0]");
    this.add("RING[1].xs = TABLE");
    this.add("CENTRE = Vec(2, 3)");
    this.add("SPOTS = {CENTRE: 5}");
    this.add(`CELLS = Cells(${int()})`);
    this.add("ADD = adder(PLACE[0])");
    this.add("ACTIONS = [ADD, ORIGIN.num, lambda k: k * 2]");
    this.add("BOX = Box(9)");
    this.add('LABEL = Box("label")');
    this.add("BYTES = array[u8](5, 200)");
    this.builtGlobal();
    this.add("");
  }

  /** Something computed while the program is built. */
  private builtGlobal(): void {
    this.add("def built(n: int) -> list[int]:");
    this.variables = [{ name: "n", type: "int", fixed: true }];
    this.block(() => {
      this.add("try:");
      this.block(() => this.add(`return cut(${this.expression("ints", 3)})`));
      this.add("except Exception as error:");
      this.block(() => this.add("return [len(error.message)]"));
    });
    this.variables = [];
    this.add("BUILT = built(3)");
  }

  private classDef(): void {
    const name = `C${this.classes.length}`;
    const base = this.random.pick(this.classes);
    const isCounted = !this.mixins.has(`${base} counted`) && this.random.chance(0.4);
    if (isCounted || this.mixins.has(`${base} counted`)) this.mixins.add(`${name} counted`);
    this.add(`class ${name}(${base}${isCounted ? ", Counted" : ""}):`);
    this.block(() => {
      this.add(`weight = ${this.random.below(9)}`);
      if (this.random.chance(0.4)) this.add(`extra${name}: int = ${this.random.pick(INTS)}`);
      if (this.random.chance(0.3)) this.initializer();
      if (isCounted) this.add("def next_count(self) -> int: return self.bump(2)");
      if (this.random.chance(0.7)) this.method("num", "x", "int", "int");
      if (this.random.chance(0.5)) this.method("text", "t", "str", "str");
    });
    this.classes.push(name);
    this.add("");
  }

  private initializer(): void {
    this.add("def __init__(self, a: int, s: str):");
    this.block(() => {
      this.add(
        `super().__init__(a ${this.random.pick(["+", "-", "*"])} ${this.random.below(9)}, s)`,
      );
      this.add(`self.xs.append(${this.random.pick(["a", "len(s)", "7"])})`);
    });
  }

  /** A class below `W_Root`, which may be immediate. */
  private valueClass(): void {
    const kind = this.random.pick(["int", "bool", "float", "str"]);
    this.values.push("W_Own");
    if (kind !== "float" && kind !== "str" && this.random.chance(0.7)) this.add("@immediate");
    const conversion = { int: "n", bool: "n > 0", float: "float(n)", str: "str(n)" }[kind]!;
    const back = { int: "self.v", bool: "int(self.v)", float: "round(self.v)", str: "len(self.v)" };
    this.add("class W_Own(W_Root):");
    this.block(() => {
      this.add(`v: final ${kind}`);
      this.add("def __init__(self, n: int):");
      this.block(() => this.add(`self.v = ${conversion}`));
      this.add("def value(self):");
      this.block(() => this.add(`return ${back[kind as keyof typeof back]}`));
    });
    this.add("");
  }

  private method(name: string, param: string, type: Type, result: Type): void {
    this.add(`def ${name}(self, ${param}: ${TYPES[type]}) -> ${TYPES[result]}:`);
    const start: Variable[] = [
      { name: param, type, fixed: false },
      { name: "self", type: "obj", fixed: true },
    ];
    this.body(start, result, 3, () => {
      this.add("tick()");
      if (this.random.chance(0.5)) this.add(`${param} = super().${name}(${param})`);
    });
  }

  private functionDef(i: number): void {
    const params = Array.from({ length: this.random.below(4) }, () => this.random.pick(ALL_TYPES));
    const result = this.random.chance(0.2) ? "gen" : this.random.pick(ALL_TYPES);
    const isRecursive = result !== "gen" && this.random.chance(0.3);
    if (isRecursive) params.unshift("int");
    const defaults = this.defaults(params, isRecursive);
    const signature: Signature = { name: `f${i}`, params, defaults, result };
    this.add(`def f${i}(${this.parameters(signature)})${this.resultType(result)}:`);
    this.self = isRecursive ? signature : null;
    const start = params.map((type, k) => ({
      name: `p${k}`,
      type,
      fixed: isRecursive && k === 0,
    }));
    this.body(start, result, STATEMENTS, () => {
      this.add("tick()");
      if (!isRecursive) return;
      this.add("if p0 <= 0 or p0 > 5:");
      this.block(() => this.add(`return ${this.simple(result)}`));
    });
    this.self = null;
    this.functions.push(signature);
    this.add("");
  }

  /** How many parameters at the end may be left out; their types must have static constants. */
  private defaults(params: readonly Type[], isRecursive: boolean): number {
    const isConstant = (type: Type) => type === "int" || type === "str" || type === "kind";
    const last = params.findLastIndex((type) => !isConstant(type));
    const most = params.length - 1 - Math.max(last, isRecursive ? 0 : -1);
    return most > 0 && this.random.chance(0.5) ? this.random.below(most) + 1 : 0;
  }

  private parameters({ params, defaults }: Signature): string {
    return params
      .map((type, k) => {
        const isOpen = INFERRED.includes(type) && this.random.chance(0.2);
        const value =
          k < params.length - defaults
            ? ""
            : ` = ${type === "int" ? "4" : type === "str" ? '"dd"' : "Kind.BLUE"}`;
        return `p${k}${isOpen ? "" : `: ${TYPES[type]}`}${value}`;
      })
      .join(", ");
  }

  private resultType(result: Type): string {
    const isOpen = INFERRED.includes(result) || result === "gen";
    return isOpen && this.random.chance(0.2) ? "" : ` -> ${TYPES[result]}`;
  }

  private body(start: Variable[], result: Type, statements: number, first: () => void): void {
    this.variables = start;
    this.result = result;
    this.budget = statements;
    this.block(() => {
      first();
      while (this.budget > 0) statement(this, 3);
      this.add(
        result === "gen" ? `yield ${this.expression("int", 2)}` : `return ${this.bounded(result)}`,
      );
    });
    this.variables = [];
  }

  /** A recursion that the stack ends. */
  private deep(): void {
    const deeper = this.random.pick(["deep(n + 1)", "deeper(n)", "deep(n + 1) + deep(n)"]);
    this.add("def deep(n: int) -> int:");
    this.block(() => this.add(`return ${deeper} + ${this.random.pick(["n", "1", "len(TABLE)"])}`));
    this.add("def deeper(n: int) -> int:");
    this.block(() => {
      this.add("try:");
      this.block(() => this.add("return deep(n + 1)"));
      this.add(this.random.pick(["except ValueError:", "finally:"]));
      this.block(() => this.add("n += 1"));
      this.add("return n");
    });
    this.add("");
  }

  private main(isDeep: boolean): void {
    this.add("def main(argv: list[str]) -> int:");
    this.block(() => {
      this.add("reset()");
      for (const signature of this.functions) {
        for (let i = 0; i < 2; i++) this.guardedCall(signature);
      }
      if (isDeep) this.deepCall();
      this.add("print(LOG, TABLE, MATRIX, SQUARES, NAMES, PLACES, GROUPS, ODD, BUILT)");
      this.add("print(ORIGIN.a, ORIGIN.s, CELLS, BOX.get(), LABEL.get(), BYTES, SPOTS, BIG)");
      this.add("print([classify(w) for w in SHARED], [f(1) for f in cut(ACTIONS)], RING[0].xs)");
      this.add(`refuel(${FUEL})`);
      const last = this.random.pick(this.functions);
      this.add(`${this.call(last, 1)}`);
      this.add("return 0");
    });
  }

  private guardedCall(signature: Signature): void {
    this.add(`refuel(${FUEL})`);
    this.add("try:");
    this.block(() => {
      this.add(`r = ${this.call(signature, 1)}`);
      this.add(`print("${signature.name}", ${shown("r", signature.result)})`);
    });
    this.add("except Exception as e:");
    this.block(() => this.add(`print("${signature.name}", type(e).__name__, e.message)`));
  }

  private deepCall(): void {
    this.add("try:");
    this.block(() => this.add("print(deep(0))"));
    this.add("except StackOverflow as e:");
    this.block(() => this.add(`print("deep", e.message, len(TABLE))`));
  }

  // ---------------------------------------------------------------- expressions

  expression(type: Type, depth: number): string {
    if (depth <= 0 || this.random.chance(0.15)) return this.simple(type);
    const e = (wanted: Type) => this.expression(wanted, depth - 1);
    const common = [
      () => `(${e(type)} if ${e("bool")} else ${e(type)})`,
      () => this.callReturning(type, depth),
      () => this.callReturning(type, depth),
      () => this.variable(type) ?? this.simple(type),
      () => this.variable(type) ?? this.simple(type),
    ];
    const own = producers(type, e, this);
    // Types with many forms would otherwise hardly call functions and read variables.
    const weight = Math.max(1, own.length >> 3);
    const repeated = Array.from({ length: weight }, () => common).flat();
    return this.random.pick([...repeated, ...own])();
  }

  /** Of a size that does not grow from one use to the next. */
  bounded(type: Type, depth = 2): string {
    return bounded(this.expression(type, depth), type);
  }

  /** A literal, or a variable. */
  simple(type: Type): string {
    const known = this.random.chance(0.6) ? this.variable(type) : null;
    return known ?? literal(this.random, type);
  }

  readonly variable = (type: Type): string | null => {
    const found = this.variables.filter((one) => one.type === type);
    return found.length === 0 ? null : this.random.pick(found).name;
  };

  readonly fixed = (type: Type): string => {
    const found = this.variables.filter((one) => one.fixed && one.type === type);
    return found.length === 0 ? literal(this.random, type) : this.random.pick(found).name;
  };

  private callReturning(type: Type, depth: number): string {
    const found = this.functions.filter((one) => one.result === type);
    if (this.self?.result === type && this.random.chance(0.4)) return this.recursion(this.self);
    return found.length === 0 ? this.simple(type) : this.call(this.random.pick(found), depth - 1);
  }

  private recursion({ name, params }: Signature): string {
    const rest = params.slice(1).map((type) => this.simple(type));
    return `${name}(${["p0 - 1", ...rest].join(", ")})`;
  }

  private call({ name, params, defaults }: Signature, depth: number): string {
    const count = params.length - this.random.below(defaults + 1);
    const named = params.length - this.random.below(defaults + 1);
    const args = params.slice(0, count).map((type, k) => {
      const value = this.bounded(type, Math.min(depth, 2));
      return k >= named ? `p${k}=${value}` : value;
    });
    return `${name}(${args.join(", ")})`;
  }

  /** Writes the body of a nested function: its variables are those it captures and its own. */
  nested(variables: readonly Variable[], write: () => void): void {
    const [outer, self] = [this.variables, this.self];
    this.variables = [...variables];
    this.self = null;
    this.block(write);
    this.variables = outer;
    this.self = self;
  }

  // ---------------------------------------------------------------- text

  fresh(): string {
    return `v${this.names++}`;
  }

  add(line: string): void {
    this.lines.push(line === "" ? "" : "    ".repeat(this.indent) + line);
  }

  block(write: () => void): void {
    this.indent++;
    write();
    this.indent--;
  }

  /** An indented block of random statements; what it declares is gone afterwards. */
  inner(
    depth: number,
    variables: readonly Variable[] = [],
    first: () => void = () => {},
    last: () => void = () => {},
  ): void {
    const outer = this.variables;
    this.variables = [...outer, ...variables];
    this.block(() => {
      first();
      const statements = this.random.below(2) + 1;
      for (let i = 0; i < statements; i++) statement(this, depth - 1);
      last();
    });
    this.variables = outer;
  }
}
