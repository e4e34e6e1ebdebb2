/**
 * Random Wright programs that are well-typed and end.
 *
 * A program is a fixed prelude (classes, generics, immediates, helpers), random classes below it, and
 * random functions that call only earlier ones. Everything that repeats costs fuel, and running out of
 * fuel raises, so every program ends however it catches exceptions. `main` prints what each function
 * gives or raises; the last call is not guarded, so that tracebacks are compared too.
 */
import { seeded, type Random } from "../random-program.ts";

/** The types that generated code deals in, and how they are written. */
const TYPES = {
  int: "int",
  bool: "bool",
  float: "float",
  str: "str",
  ints: "list[int]",
  strs: "list[str]",
  floats: "list[float]",
  pair: "tuple[int, str]",
  map: "dict[int, int]",
  words: "dict[str, int]",
  opt: "int | None",
  optstr: "str | None",
  obj: "Base",
  objs: "list[Base]",
  root: "W_Root",
  roots: "list[W_Root]",
  fn: "fn(int) -> int",
  kind: "Kind",
  box: "Box[int]",
  bytes: "array[u8]",
  set: "set[int]",
} as const;

type Type = keyof typeof TYPES;
const ALL_TYPES = Object.keys(TYPES) as Type[];
/** What `print` and f-strings can show. */
const SHOWN: readonly Type[] = [
  "int",
  "bool",
  "float",
  "str",
  "ints",
  "strs",
  "floats",
  "pair",
  "map",
  "words",
  "opt",
  "optstr",
  "kind",
  "set",
];

interface Variable {
  readonly name: string;
  readonly type: Type;
  /** May be assigned again: captured variables and parameters of loops may not. */
  fixed: boolean;
}

interface Signature {
  readonly name: string;
  readonly params: readonly Type[];
  readonly result: Type;
}

const PRELUDE = `from wright.math import gcd

class OutOfFuel(Exception):
    pass

class AppError(Exception):
    code: int
    def __init__(self, code: int):
        super().__init__(f"app {code}")
        self.code = code

class SubError(AppError):
    pass

FUEL = [0]

def tick() -> None:
    FUEL[0] -= 1
    if FUEL[0] < 0:
        raise OutOfFuel()

enum Kind:
    RED; GREEN; BLUE = 7; LAST

class Box[T]:
    item: T
    def __init__(self, item: T):
        self.item = item
    def get(self) -> T:
        return self.item
    def put(self, item: T) -> T:
        old = self.item
        self.item = item
        return old

class W_Root:
    def value(self) -> int: abstract
    def plus(self, other: W_Root) -> W_Root:
        return W_Pair(self, other)

@immediate
class W_Int(W_Root):
    n: final int
    def __init__(self, n: int):
        self.n = n
    def value(self):
        return self.n
    def plus(self, other):
        if isinstance(other, W_Int):
            return W_Int(self.n + other.n)
        return super().plus(other)

@immediate
class W_Kind(W_Root):
    kind: final Kind
    def __init__(self, kind: Kind):
        self.kind = kind
    def value(self):
        return self.kind.value

class W_Str(W_Root):
    s: final str
    def __init__(self, s: str):
        self.s = s
    def value(self):
        return len(self.s)

class W_Pair(W_Root):
    left: final W_Root
    right: final W_Root
    depth: final int
    def __init__(self, left: W_Root, right: W_Root):
        tick()
        self.left = left
        self.right = right
        self.depth = 1 + max(depth_of(left), depth_of(right))
        if self.depth > 6:
            raise AppError(self.depth)
    def value(self):
        tick()
        return self.left.value() * 31 + self.right.value()

def depth_of(w: W_Root) -> int:
    match w:
        case W_Pair(_, _, d):
            return d
        case _:
            return 0

class Base:
    weight = 1
    next: Base | None
    def __init__(self, a: int, s: str):
        self.a = a
        self.s = s
        self.next = None
        self.xs: list[int] = []
    def num(self, x: int) -> int:
        return self.a * self.weight + x
    def text(self, t: str) -> str:
        return self.s + t

class Guard:
    def __init__(self, n: int):
        self.n = n
    def __enter__(self) -> Guard:
        LOG.append(self.n)
        return self
    def __exit__(self) -> None:
        LOG.append(-self.n)

LOG: list[int] = []

def clip(s: str) -> str:
    return s if len(s) <= 24 else s[0:12] + s[len(s) - 12:]

def cut[T](xs: list[T]) -> list[T]:
    return xs if len(xs) <= 10 else xs[len(xs) - 8:]

def pick[T](xs: list[T], i: int, default: T) -> T:
    return xs[i % len(xs)] if xs else default

def apply(f: fn(int) -> int, x: int) -> int:
    tick()
    return f(x)

def classify(w: W_Root) -> int:
    match w:
        case W_Int(0):
            return 0
        case W_Int(n) if n < 0:
            return -1
        case W_Int():
            return 1
        case W_Kind(Kind.RED):
            return 2
        case W_Str(s):
            return 3 + len(s)
        case W_Pair(W_Int(n), _):
            return n
        case W_Pair(left, right):
            return classify(left) - classify(right)
        case _:
            return 9

def classify_int(n: int) -> int:
    return 1 if n > 0 else -n

def sum_all(*numbers: int) -> int:
    total = 0
    unroll for n in numbers:
        total += n
    return total

def scaled(const k, x: int) -> int:
    return x * k + k
`;

/** A whole program; the same seed gives the same one. */
export function randomProgram(seed: number): string {
  return new Generator(seeded(seed)).program();
}

const INTS = [
  "0",
  "1",
  "2",
  "3",
  "-1",
  "-7",
  "10",
  "63",
  "64",
  "255",
  "1000003",
  "4611686018427387903",
  "-4611686018427387904",
  "4611686018427387904",
  "9223372036854775807",
  "(-9223372036854775807 - 1)",
  "2147483648",
];
const FLOATS = ["0.0", "1.0", "-1.5", "0.1", "3.25", "1e16", "-2.5e-3", "1e300"];
const STRINGS = [
  '""',
  '"a"',
  '"bc"',
  '"hello world"',
  '"é"',
  '"0"',
  '"-12"',
  '"x,y,z"',
  '" pad "',
  '"\\n"',
  "'c'",
];
const ERRORS = [
  "AppError",
  "SubError",
  "ValueError",
  "IndexError",
  "KeyError",
  "ZeroDivisionError",
  "OverflowError",
  "(KeyError, IndexError)",
  "LookupError",
  "ArithmeticError",
  "Exception",
];

class Generator {
  private readonly random: Random;
  private readonly functions: Signature[] = [];
  private readonly classes = ["Base"];
  private lines: string[] = [];
  private variables: Variable[] = [];
  private indent = 0;
  private names = 0;
  private inLoop = false;
  private result: Type = "int";
  /** Of the function being written: statements left. */
  private budget = 0;
  /** A parameter that counts down, in a function that may call itself. */
  private self: Signature | null = null;

  constructor(random: Random) {
    this.random = random;
  }

  program(): string {
    this.lines.push('"""A random program."""', ...PRELUDE.split("\n"));
    this.globals();
    for (let i = 0; i < 3; i++) this.classDef();
    for (let i = 0; i < 6; i++) this.functionDef(i);
    this.main();
    return `${this.lines.join("\n")}\n`;
  }

  // ---------------------------------------------------------------- definitions

  private globals(): void {
    const items = (make: () => string) =>
      Array.from({ length: this.random.below(6) + 1 }, make).join(", ");
    this.add(`TABLE = [${items(() => this.random.pick(INTS))}]`);
    this.add(`NAMES = {${items(() => `${this.random.pick(STRINGS)}: ${this.random.below(100)}`)}}`);
    this.add(`SQUARES = {i: i * i for i in range(${this.random.below(20)})}`);
    this.add(`SHARED = [W_Int(${this.random.pick(INTS)}), W_Str("g"), W_Kind(Kind.BLUE)]`);
    this.add(`ORIGIN = Base(${this.random.below(10)}, "origin")`);
    this.add("ORIGIN.next = ORIGIN");
    this.add("");
  }

  private classDef(): void {
    const name = `C${this.classes.length}`;
    const base = this.random.pick(this.classes);
    this.add(`class ${name}(${base}):`);
    this.block(() => {
      this.add(`weight = ${this.random.below(9)}`);
      if (this.random.chance(0.7)) this.method("num", "x", "int", "int");
      if (this.random.chance(0.5)) this.method("text", "t", "str", "str");
    });
    this.classes.push(name);
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
    const result = this.random.pick(ALL_TYPES);
    const isRecursive = this.random.chance(0.3);
    if (isRecursive) params.unshift("int");
    const signature: Signature = { name: `f${i}`, params, result };
    const start: Variable[] = params.map((type, k) => ({
      name: `p${k}`,
      type,
      fixed: isRecursive && k === 0,
    }));
    this.add(
      `def f${i}(${params.map((type, k) => `p${k}: ${TYPES[type]}`).join(", ")}) -> ${TYPES[result]}:`,
    );
    this.self = isRecursive ? signature : null;
    this.body(start, result, 12, () => {
      this.add("tick()");
      if (!isRecursive) return;
      this.add("if p0 <= 0 or p0 > 5:");
      this.block(() => this.add(`return ${this.simple(result)}`));
    });
    this.self = null;
    this.functions.push(signature);
    this.add("");
  }

  private body(start: Variable[], result: Type, statements: number, first: () => void): void {
    this.variables = start;
    this.result = result;
    this.budget = statements;
    this.block(() => {
      first();
      while (this.budget > 0) this.statement(3);
      this.add(`return ${this.expression(result, 2)}`);
    });
    this.variables = [];
  }

  private main(): void {
    this.add("def main(argv: list[str]) -> int:");
    this.block(() => {
      for (const signature of this.functions) {
        for (let i = 0; i < 2; i++) this.guardedCall(signature);
      }
      this.add(`print(LOG, len(TABLE), SQUARES, NAMES, ORIGIN.a, ORIGIN.s)`);
      this.add("FUEL[0] = 40");
      const last = this.random.pick(this.functions);
      this.add(`${this.call(last, 1)}`);
      this.add("return 0");
    });
  }

  private guardedCall(signature: Signature): void {
    this.add("FUEL[0] = 40");
    this.add("try:");
    this.block(() => {
      this.add(`r = ${this.call(signature, 1)}`);
      this.add(`print("${signature.name}", ${this.shown("r", signature.result)})`);
    });
    this.add("except Exception as e:");
    this.block(() => this.add(`print("${signature.name}", type(e).__name__, e.message)`));
  }

  /** An expression that shows a value of any type. */
  private shown(value: string, type: Type): string {
    switch (type) {
      case "obj":
        return `${value}.a, ${value}.s, type(${value}).__name__`;
      case "objs":
        return `[o.a for o in ${value}]`;
      case "root":
        return `classify(${value}), type(${value}).__name__`;
      case "roots":
        return `[classify(w) for w in ${value}]`;
      case "fn":
        return `${value}(5)`;
      case "box":
        return `${value}.get()`;
      case "bytes":
        return `len(${value}), [int(b) for b in ${value}]`;
      default:
        return value;
    }
  }

  // ---------------------------------------------------------------- statements

  private statement(depth: number): void {
    this.budget--;
    const simple = [
      this.assign,
      this.assign,
      this.newVariable,
      this.newVariable,
      this.update,
      this.update,
      this.store,
      this.effect,
      this.unpack,
      this.raiseMaybe,
    ];
    const nested = [
      this.ifStatement,
      this.forRange,
      this.forEach,
      this.whileLoop,
      this.tryStatement,
      this.tryStatement,
      this.matchInt,
      this.matchRoot,
      this.matchKind,
      this.withStatement,
      this.closure,
      this.narrow,
    ];
    const kinds = depth > 0 ? [...simple, ...nested] : simple;
    this.random.pick(kinds).call(this, depth);
  }

  private newVariable(): void {
    const type = this.random.pick(ALL_TYPES);
    const value = this.bounded(type, 3);
    const name = this.fresh();
    this.add(`${name}: ${TYPES[type]} = ${value}`);
    this.variables.push({ name, type, fixed: false });
  }

  private assign(): void {
    const target = this.assignable();
    if (target === null) return this.newVariable();
    this.add(`${target.name} = ${this.bounded(target.type, 3)}`);
  }

  private assignable(type: Type | null = null): Variable | null {
    const found = this.variables.filter(
      (one) => !one.fixed && (type === null || one.type === type),
    );
    return found.length === 0 ? null : this.random.pick(found);
  }

  private update(): void {
    const target = this.assignable("int");
    if (target === null) return this.assign();
    const op = this.random.pick(["+=", "-=", "*=", "^=", "|=", "&="]);
    this.add(`${target.name} ${op} ${this.expression("int", 2)}`);
  }

  /** Into objects and containers. */
  private store(): void {
    const target = this.random.pick(this.variables.length === 0 ? [null] : this.variables);
    const int = () => this.expression("int", 2);
    switch (target?.type) {
      case "obj":
        return this.add(
          this.random.pick([
            `${target.name}.a = ${int()}`,
            `${target.name}.s = ${this.bounded("str", 2)}`,
            `${target.name}.next = ${this.expression("obj", 1)}`,
            `${target.name}.a += 1`,
          ]),
        );
      case "ints":
        return this.add(
          this.random.pick([
            `${target.name}[${int()} & 3] = ${int()}`,
            `${target.name}.append(${int()})`,
            `${target.name}.insert(${this.random.below(4)}, ${int()})`,
            `${target.name}.sort()`,
            `${target.name}.reverse()`,
            `${target.name}[-1] += ${int()}`,
            `${target.name}[1:3] = ${this.expression("ints", 1)}`,
          ]),
        );
      case "strs":
        return this.add(
          this.random.pick([
            `${target.name}.append(${this.bounded("str", 2)})`,
            `${target.name}.sort()`,
          ]),
        );
      case "map":
        return this.add(
          this.random.pick([
            `${target.name}[${int()} % 8] = ${int()}`,
            `del ${target.name}[${int()} % 8]`,
            `${target.name}.update(${this.expression("map", 1)})`,
          ]),
        );
      case "words":
        return this.add(`${target.name}[${this.bounded("str", 1)}] = ${int()}`);
      case "box":
        return this.add(`${target.name}.put(${int()})`);
      case "bytes":
        return this.add(`${target.name}[${int()} & 3] = u8(${int()})`);
      case "set":
        return this.add(
          this.random.pick([
            `${target.name}.add(${int()} % 16)`,
            `${target.name}.discard(${int()} % 16)`,
            `${target.name}.remove(${int()} % 16)`,
          ]),
        );
      case "roots":
        return this.add(`${target.name}.append(${this.expression("root", 2)})`);
      case "objs":
        return this.add(`${target.name}.append(${this.expression("obj", 2)})`);
      default:
        return this.add(
          this.random.pick([
            `ORIGIN.a = ${int()}`,
            `LOG.append(${int()} % 100)`,
            `TABLE.append(${int()})`,
            `NAMES[${this.bounded("str", 1)}] = ${int()}`,
          ]),
        );
    }
  }

  private effect(): void {
    if (this.random.chance(0.5)) return this.add(`LOG.append(${this.expression("int", 3)} % 1000)`);
    const type = this.random.pick(SHOWN);
    this.add(`print(${this.random.pick(["", '"p", '])}${this.expression(type, 2)})`);
  }

  private unpack(): void {
    const [a, b] = [this.fresh(), this.fresh()];
    this.add(`${a}, ${b} = ${this.expression("pair", 2)}`);
    this.variables.push(
      { name: a, type: "int", fixed: false },
      { name: b, type: "str", fixed: false },
    );
  }

  private raiseMaybe(): void {
    this.add(`if ${this.expression("bool", 2)}:`);
    this.block(() =>
      this.add(
        this.random.pick([
          `raise AppError(${this.expression("int", 1)})`,
          `raise SubError(${this.expression("int", 1)})`,
          `raise ValueError(${this.bounded("str", 1)})`,
          `assert ${this.expression("bool", 1)}, ${this.bounded("str", 1)}`,
          ...(this.inLoop ? ["break", "continue"] : []),
          `return ${this.simple(this.result)}`,
        ]),
      ),
    );
  }

  private ifStatement(depth: number): void {
    this.add(`if ${this.expression("bool", 3)}:`);
    this.inner(depth);
    if (this.random.chance(0.3)) {
      this.add(`elif ${this.expression("bool", 2)}:`);
      this.inner(depth);
    }
    if (this.random.chance(0.5)) {
      this.add("else:");
      this.inner(depth);
    }
  }

  private forRange(depth: number): void {
    const name = this.fresh();
    const bounds = this.random.pick([
      `${this.random.below(6)}`,
      `${this.expression("int", 1)} & 7`,
      `${this.random.below(9)}, ${this.random.below(3)}, -1`,
      `${this.random.below(3)}, 10, ${this.random.below(3) + 1}`,
    ]);
    this.add(`for ${name} in range(${bounds}):`);
    this.loop(depth, [{ name, type: "int", fixed: this.random.chance(0.5) }]);
  }

  private forEach(depth: number): void {
    const over = this.random.pick([
      "ints",
      "strs",
      "objs",
      "roots",
      "floats",
      "set",
      "map",
    ] as const);
    const item = {
      ints: "int",
      strs: "str",
      objs: "obj",
      roots: "root",
      floats: "float",
      set: "int",
      map: "int",
    } as const;
    const name = this.fresh();
    const source = this.expression(over, 2);
    if (over === "map" || over === "set" || this.random.chance(0.7)) {
      this.add(`for ${name} in ${source}:`);
      return this.loop(depth, [{ name, type: item[over], fixed: false }]);
    }
    const index = this.fresh();
    this.add(`for ${index}, ${name} in enumerate(${source}):`);
    this.loop(depth, [
      { name: index, type: "int", fixed: false },
      { name, type: item[over], fixed: false },
    ]);
  }

  private whileLoop(depth: number): void {
    const name = this.fresh();
    this.add(`${name} = ${this.random.below(6)}`);
    this.add(
      `while ${name} > 0${this.random.chance(0.5) ? ` and ${this.expression("bool", 2)}` : ""}:`,
    );
    this.block(() => this.add(`${name} -= 1`));
    this.loop(depth, [{ name, type: "int", fixed: true }]);
  }

  private loop(depth: number, variables: Variable[]): void {
    const outer = this.inLoop;
    this.inLoop = true;
    this.inner(depth, variables, () => this.add("tick()"));
    this.inLoop = outer;
    if (!this.random.chance(0.15)) return;
    this.add("else:");
    this.inner(depth);
  }

  private tryStatement(depth: number): void {
    this.add("try:");
    this.inner(depth);
    const handlers = this.random.below(3);
    for (let i = 0; i < handlers; i++) {
      const name = this.fresh();
      this.add(`except ${this.random.pick(ERRORS)} as ${name}:`);
      this.inner(
        depth,
        [],
        () =>
          this.add(
            this.random.pick([
              `LOG.append(len(${name}.message))`,
              `print("caught", ${name}.message)`,
              `print(type(${name}).__name__)`,
            ]),
          ),
        () => {
          if (this.random.chance(0.2))
            this.add(
              this.random.pick([
                "raise",
                `raise ${name}`,
                `raise AppError(${this.expression("int", 1)})`,
              ]),
            );
        },
      );
    }
    if (handlers > 0 && this.random.chance(0.2)) {
      this.add("else:");
      this.inner(depth);
    }
    if (handlers > 0 && this.random.chance(0.6)) return;
    this.add("finally:");
    const outer = this.inLoop;
    this.inLoop = false;
    this.inner(Math.min(depth, 1));
    this.inLoop = outer;
  }

  private matchInt(depth: number): void {
    this.add(`match ${this.expression("int", 2)} & 7:`);
    this.block(() => {
      for (const pattern of ["0", "1 | 2", `n if n > ${this.random.below(7)}`]) {
        this.add(`case ${pattern}:`);
        this.inner(depth);
      }
      if (this.random.chance(0.5)) {
        this.add("case _:");
        this.inner(depth);
      }
    });
  }

  private matchRoot(depth: number): void {
    const [n, s, rest] = [this.fresh(), this.fresh(), this.fresh()];
    this.add(`match ${this.expression("root", 2)}:`);
    this.block(() => {
      this.add(`case W_Int(${n}) if ${n} != ${this.random.pick(INTS)}:`);
      this.inner(depth, [{ name: n, type: "int", fixed: false }]);
      this.add(`case W_Str(${s}):`);
      this.inner(depth, [{ name: s, type: "str", fixed: false }]);
      this.add(`case ${rest}:`);
      this.inner(depth, [{ name: rest, type: "root", fixed: true }]);
    });
  }

  private matchKind(depth: number): void {
    this.add(`match ${this.expression("kind", 2)}:`);
    this.block(() => {
      for (const pattern of ["Kind.RED | Kind.GREEN", "Kind.BLUE", "Kind.LAST"]) {
        this.add(`case ${pattern}:`);
        this.inner(depth);
      }
    });
  }

  private withStatement(depth: number): void {
    this.add(`with Guard(${this.random.below(50)}):`);
    this.inner(depth);
  }

  /** A nested function over variables that nobody assigns any more. */
  private closure(): void {
    const captured = this.variables.filter(
      (one) => one.type === "int" || one.type === "str" || one.type === "ints",
    );
    for (const one of captured) one.fixed = true;
    const [name, param] = [this.fresh(), this.fresh()];
    this.add(`def ${name}(${param}: int) -> int:`);
    const outer = this.variables;
    this.variables = [...captured, { name: param, type: "int", fixed: true }];
    const self = this.self;
    this.self = null;
    this.block(() => {
      this.add("tick()");
      this.add(`return ${this.expression("int", 3)}`);
    });
    this.self = self;
    this.variables = outer;
    this.variables.push({ name, type: "fn", fixed: true });
  }

  private narrow(depth: number): void {
    const type = this.random.pick(["opt", "optstr"] as const);
    const name = this.fresh();
    this.add(`${name} = ${this.expression(type, 2)}`);
    this.add(this.random.pick([`if ${name} is not None:`, `if ${name}:`]));
    this.inner(depth, [{ name, type: type === "opt" ? "int" : "str", fixed: true }]);
  }

  /** An indented block of random statements; what it declares is gone afterwards. */
  private inner(
    depth: number,
    variables: readonly Variable[] = [],
    first: () => void = () => {},
    last: () => void = () => {},
  ): void {
    const count = this.variables.length;
    const outer = this.variables;
    this.variables = [...outer, ...variables];
    this.block(() => {
      first();
      const statements = this.random.below(3) + 1;
      for (let i = 0; i < statements; i++) this.statement(depth - 1);
      last();
    });
    this.variables = outer.slice(0, count);
  }

  // ---------------------------------------------------------------- expressions

  /** Of a size that does not grow from one assignment to the next. */
  private bounded(type: Type, depth: number): string {
    const value = this.expression(type, depth);
    if (type === "str") return `clip(${value})`;
    return type === "ints" ||
      type === "strs" ||
      type === "floats" ||
      type === "roots" ||
      type === "objs"
      ? `cut(${value})`
      : value;
  }

  private expression(type: Type, depth: number): string {
    if (depth <= 0 || this.random.chance(0.15)) return this.simple(type);
    const e = (wanted: Type) => this.expression(wanted, depth - 1);
    const common = [
      () => `(${e(type)} if ${e("bool")} else ${e(type)})`,
      () => this.callReturning(type, depth),
      () => this.variable(type) ?? this.simple(type),
      () => this.variable(type) ?? this.simple(type),
    ];
    return this.random.pick([...common, ...this.producers(type, e)])();
  }

  private producers(type: Type, e: (wanted: Type) => string): (() => string)[] {
    const { random } = this;
    switch (type) {
      case "int":
        return [
          () => `(${e("int")} ${random.pick(["+", "-", "*", "&", "|", "^"])} ${e("int")})`,
          () => `(${e("int")} ${random.pick(["+", "-", "*"])} ${e("int")})`,
          () =>
            `(${e("int")} ${random.pick(["//", "%"])} ${random.pick(["2", "-3", "7", "10", e("int")])})`,
          () =>
            `(${e("int")} ${random.pick(["<<", ">>"])} (${e("int")} & ${random.pick(["7", "63", "127"])}))`,
          () => `(${random.pick(["-", "~"])}${e("int")})`,
          () => `checked(${e("int")} ${random.pick(["+", "-", "*", "//"])} ${e("int")})`,
          () =>
            `${random.pick(["abs", "len"]) === "abs" ? `abs(${e("int")})` : `len(${e(random.pick(["ints", "str", "strs", "map", "set"]))})`}`,
          () => `${random.pick(["min", "max", "gcd"])}(${e("int")}, ${e("int")})`,
          () => `${e("ints")}[${e("int")} & 3]`,
          () => `pick(${e("ints")}, ${e("int")}, ${e("int")})`,
          () => `sum(${e("ints")})`,
          () => `${e("str")}.find(${e("str")})`,
          () => `int(${e("bool")})`,
          () => `int(${e("float")})`,
          () => `int(${e("str")})`,
          () => `${e("obj")}.num(${e("int")})`,
          () => `${e("obj")}.${random.pick(["a", "weight"])}`,
          () => `${e("root")}.value()`,
          () => `classify(${e("root")})`,
          () => `apply(${e("fn")}, ${e("int")})`,
          () => `${e("pair")}[0]`,
          () => `${e("map")}[${e("int")} % 8]`,
          () => `${e("map")}.get(${e("int")}, ${e("int")})`,
          () => `${e("words")}.get(${e("str")}, ${e("int")})`,
          () => `${e("kind")}.value`,
          () => `${e("box")}.get()`,
          () => `int(${e("bytes")}[${e("int")} & 3])`,
          () => `sum_all(${e("int")}, ${e("int")})`,
          () => `scaled(${random.below(4)}, ${e("int")})`,
          () => `(${e("int")} ** (${e("int")} & 3))`,
        ];
      case "bool":
        return [
          () => `(${e("int")} ${random.pick(["<", "<=", ">", ">=", "==", "!="])} ${e("int")})`,
          () => `(${e("int")} < ${e("int")} <= ${e("int")})`,
          () => `(${e("float")} ${random.pick(["<", "<=", ">", ">=", "==", "!="])} ${e("float")})`,
          () => `(${e("str")} ${random.pick(["<", "<=", ">", ">=", "==", "!="])} ${e("str")})`,
          () => `(${e("bool")} ${random.pick(["and", "or", "==", "!="])} ${e("bool")})`,
          () => `(not ${e("bool")})`,
          () => `(${e("int")} in ${e(random.pick(["ints", "map", "set"]))})`,
          () => `(${e("str")} in ${e(random.pick(["str", "strs", "words"]))})`,
          () => `isinstance(${e("obj")}, ${random.pick(this.classes)})`,
          () =>
            `isinstance(${e("root")}, ${random.pick(["W_Int", "W_Kind", "W_Str", "W_Pair", "(W_Int, W_Str)"])})`,
          () => `(${e("obj")} is ${e("obj")})`,
          () => `(${e("kind")} == ${e("kind")})`,
          () => `(${e("opt")} is None)`,
          () => `(${e("ints")} ${random.pick(["==", "<", "!="])} ${e("ints")})`,
          () => `(${e("pair")} ${random.pick(["==", "<", ">="])} ${e("pair")})`,
          () => `bool(${e(random.pick(["int", "str", "ints", "opt", "optstr", "float"]))})`,
          () => `any([${e("int")} > k for k in ${e("ints")}])`,
          () => `(${e("opt")} == ${e("opt")})`,
        ];
      case "float":
        return [
          () => `(${e("float")} ${random.pick(["+", "-", "*", "/"])} ${e("float")})`,
          () => `(${e("float")} ${random.pick(["//", "%"])} ${e("float")})`,
          () => `float(${e("int")})`,
          () => `(-${e("float")})`,
          () => `abs(${e("float")})`,
          () => `${random.pick(["min", "max"])}(${e("float")}, ${e("float")})`,
          () => `pick(${e("floats")}, ${e("int")}, ${e("float")})`,
        ];
      case "str":
        return [
          () => `(${e("str")} + ${e("str")})`,
          () => `str(${e(random.pick(["int", "float", "bool", "pair", "opt", "kind"]))})`,
          () => `f"{(${e("int")})}:{(${e("bool")})}:{(${e("int")}):>6}"`,
          () => `f"{(${e("float")}):.2f}|{(${e("int")}):x}"`,
          () => `${e("str")}[${e("int")} & 3:${e("int")} & 15]`,
          () => `(${e("str")} * (${e("int")} & 3))`,
          () =>
            `${e("str")}.${random.pick(["upper()", "lower()", "strip()", 'replace("a", "bb")', "capitalize()", "zfill(5)"])}`,
          () => `${random.pick(['","', '""', '"-"'])}.join(${e("strs")})`,
          () => `repr(${e("str")})`,
          () => `pick(${e("strs")}, ${e("int")}, ${e("str")})`,
          () => `${e("obj")}.text(${e("str")})`,
          () => `${e("obj")}.s`,
          () => `${e("pair")}[1]`,
          () => `${e("kind")}.name`,
          () => `${e("str")}[${e("int")} & 3]`,
        ];
      case "ints":
        return [
          () => `[${e("int")}, ${e("int")}]`,
          () => `[k ${random.pick(["+", "*", "^", "-"])} ${e("int")} for k in ${e("ints")}]`,
          () => `[k for k in ${e("ints")} if k ${random.pick(["<", ">", "!="])} ${e("int")}]`,
          () => `[k for k in range(${e("int")} & 7)]`,
          () => `(${e("ints")} + ${e("ints")})`,
          () => `${e("ints")}[${random.below(3)}:${e("int")} & 7]`,
          () => `sorted(${e("ints")})`,
          () => `[len(t) for t in ${e("strs")}]`,
          () => `[w.value() for w in ${e("roots")}]`,
          () => `${e("obj")}.xs`,
          () => `[v for v in ${e("map")}.values()]`,
          () => `([${e("int")}] * (${e("int")} & 3))`,
          () => `${e("ints")}.copy()`,
        ];
      case "strs":
        return [
          () => `[${e("str")}, ${e("str")}]`,
          () => `[str(k) for k in ${e("ints")}]`,
          () => `clip(${e("str")}).split(${random.pick(['","', "", '"a"'])})`,
          () => `[o.s for o in ${e("objs")}]`,
          () => `sorted(${e("strs")})`,
        ];
      case "floats":
        return [
          () => `[${e("float")}, ${e("float")}]`,
          () => `[float(k) for k in ${e("ints")}]`,
          () => `sorted(${e("floats")})`,
        ];
      case "pair":
        return [() => `(${e("int")}, ${e("str")})`, () => `(len(${e("str")}), ${e("str")})`];
      case "map":
        return [
          () => `{${e("int")}: ${e("int")}, ${e("int")}: ${e("int")}}`,
          () => `{k & 7: k for k in ${e("ints")}}`,
          () => `${e("map")}.copy()`,
        ];
      case "words":
        return [() => `{${e("str")}: ${e("int")}}`, () => `{t: len(t) for t in ${e("strs")}}`];
      case "opt":
        return [() => e("int"), () => `${e("map")}.get_or_none(${e("int")} & 7)`, () => "None"];
      case "optstr":
        return [() => e("str"), () => "None"];
      case "obj":
        return [
          () => `${random.pick(this.classes)}(${e("int")}, clip(${e("str")}))`,
          () => `pick(${e("objs")}, ${e("int")}, ${e("obj")})`,
        ];
      case "objs":
        return [
          () => `[${e("obj")}, ${e("obj")}]`,
          () => `[${random.pick(this.classes)}(k, "o") for k in ${e("ints")}]`,
        ];
      case "root":
        return [
          () => `W_Int(${e("int")})`,
          () => `W_Int(${e("int")})`,
          () => `W_Str(clip(${e("str")}))`,
          () => `W_Kind(${e("kind")})`,
          () => `W_Pair(${e("root")}, ${e("root")})`,
          () => `${e("root")}.plus(${e("root")})`,
          () => `pick(${e("roots")}, ${e("int")}, ${e("root")})`,
        ];
      case "roots":
        return [() => `[${e("root")}, ${e("root")}]`, () => `[W_Int(k) for k in ${e("ints")}]`];
      case "fn":
        return [
          () => `(lambda k: k ${random.pick(["+", "*", "-", "^"])} ${random.pick(INTS)})`,
          () => `${e("obj")}.num`,
          () => "classify_int",
        ];
      case "kind":
        return [() => `Kind(${random.pick(["0", "1", "7", "8", e("int")])})`];
      case "box":
        return [() => `Box(${e("int")})`, () => `Box[int](${e("int")})`];
      case "bytes":
        return [() => `array[u8](4, u8(${e("int")}))`];
      case "set":
        return [
          () => `{${e("int")}, ${e("int")}}`,
          () => `{k % 16 for k in ${e("ints")}}`,
          () => `(${e("set")} ${random.pick(["|", "&", "-", "^"])} ${e("set")})`,
        ];
    }
  }

  private callReturning(type: Type, depth: number): string {
    const found = this.functions.filter((one) => one.result === type);
    if (this.self?.result === type && this.random.chance(0.4)) return this.recursion(this.self);
    return found.length === 0 ? this.simple(type) : this.call(this.random.pick(found), depth - 1);
  }

  private recursion({ name, params }: Signature): string {
    const rest = params.slice(1).map((type) => this.simple(type));
    return `${name}(${["p0 - 1", ...rest].join(", ")})`;
  }

  private call({ name, params }: Signature, depth: number): string {
    return `${name}(${params.map((type) => this.expression(type, Math.min(depth, 2))).join(", ")})`;
  }

  private variable(type: Type): string | null {
    const found = this.variables.filter((one) => one.type === type);
    return found.length === 0 ? null : this.random.pick(found).name;
  }

  /** A literal, or a variable. */
  private simple(type: Type): string {
    const known = this.random.chance(0.6) ? this.variable(type) : null;
    if (known !== null) return known;
    switch (type) {
      case "int":
        return this.random.pick(INTS);
      case "bool":
        return this.random.pick(["True", "False"]);
      case "float":
        return this.random.pick(FLOATS);
      case "str":
        return this.random.pick(STRINGS);
      case "ints":
        return this.random.pick(["[1, 2, 3]", "[7]", "TABLE"]);
      case "strs":
        return this.random.pick(['["a", "b"]', '["é", "", "xyz"]']);
      case "floats":
        return "[0.5, -1.5]";
      case "pair":
        return `(${this.random.below(9)}, "t")`;
      case "map":
        return this.random.pick(["{1: 2, 3: 4}", "SQUARES"]);
      case "words":
        return this.random.pick(['{"a": 1}', "NAMES"]);
      case "opt":
        return this.random.pick(["None", "5"]);
      case "optstr":
        return this.random.pick(["None", '"some"']);
      case "obj":
        return this.random.pick([...this.classes.map((name) => `${name}(3, "o")`), "ORIGIN"]);
      case "objs":
        return '[Base(1, "x"), ORIGIN]';
      case "root":
        return this.random.pick(["W_Int(5)", 'W_Str("w")', "SHARED[0]", "W_Kind(Kind.RED)"]);
      case "roots":
        return this.random.pick(['[W_Int(1), W_Str("z")]', "SHARED"]);
      case "fn":
        return this.random.pick(["(lambda k: k + 1)", "classify_int"]);
      case "kind":
        return this.random.pick(["Kind.RED", "Kind.GREEN", "Kind.BLUE", "Kind.LAST"]);
      case "box":
        return "Box(4)";
      case "bytes":
        return "array[u8](4)";
      case "set":
        return "{1, 2, 3}";
    }
  }

  // ---------------------------------------------------------------- text

  private fresh(): string {
    return `v${this.names++}`;
  }

  private add(line: string): void {
    this.lines.push(line === "" ? "" : "    ".repeat(this.indent) + line);
  }

  private block(write: () => void): void {
    this.indent++;
    write();
    this.indent--;
  }
}
