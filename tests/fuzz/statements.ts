/** Random statements, written into the function that a generator is at. */
import type { Generator, Variable } from "./generate.ts";
import { CAPTURED, INTS, SHOWN, TYPES, ALL_TYPES, type Type } from "./types.ts";

type Writer = (g: Generator, depth: number) => void;

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

/** One statement; blocks in it are at most `depth` deep. */
export function statement(g: Generator, depth: number): void {
  g.budget--;
  const nested = depth > 0 && g.budget > -12 ? NESTED : [];
  const kinds = [...SIMPLE, ...(g.result === "gen" ? [yieldStatement, yieldStatement] : [])];
  g.random.pick([...kinds, ...nested])(g, depth);
}

// ---------------------------------------------------------------- without blocks

const newVariable: Writer = (g) => {
  const type = g.random.pick(ALL_TYPES);
  const value = g.bounded(type, 3);
  const name = g.fresh();
  g.add(`${name}: ${TYPES[type]} = ${value}`);
  g.variables.push({ name, type, fixed: false });
};

const assign: Writer = (g, depth) => {
  const target = assignable(g);
  if (target === null) return newVariable(g, depth);
  g.add(`${target.name} = ${g.bounded(target.type, 3)}`);
};

function assignable(g: Generator, type: Type | null = null): Variable | null {
  const found = g.variables.filter((one) => !one.fixed && (type === null || one.type === type));
  return found.length === 0 ? null : g.random.pick(found);
}

const update: Writer = (g, depth) => {
  const type = g.random.pick(["int", "int", "float", "uint", "str"] as const);
  const target = assignable(g, type);
  if (target === null) return assign(g, depth);
  if (type === "str") return g.add(`${target.name} = clip(${target.name} + ${g.bounded("str")})`);
  const op = g.random.pick(type === "float" ? ["+=", "-=", "*="] : ["+=", "-=", "*=", "^=", "|="]);
  g.add(`${target.name} ${op} ${g.expression(type, 2)}`);
};

/** Into objects and containers. */
const store: Writer = (g) => {
  const target = g.random.pick(g.variables.length === 0 ? [null] : g.variables);
  const makers = target === null ? [] : storesInto(g, target);
  const anywhere = [
    () => `ORIGIN.a = ${g.expression("int", 2)}`,
    () => `LOG.append(${g.expression("int", 2)} % 100)`,
    () => `TABLE.append(${g.expression("int", 2)})`,
    () => `NAMES[${g.bounded("str", 1)}] = ${g.expression("int", 2)}`,
    () => `CELLS.set(${g.expression("int", 2)})`,
    () => `RING[0].xs = ${g.bounded("ints")}`,
  ];
  g.add(g.random.pick(makers.length === 0 ? anywhere : makers)());
};

function storesInto(g: Generator, { name, type }: Variable): (() => string)[] {
  const int = () => g.expression("int", 2);
  switch (type) {
    case "obj":
      return [
        () => `${name}.a = ${int()}`,
        () => `${name}.s = ${g.bounded("str")}`,
        () => `${name}.next = ${g.expression("obj", 1)}`,
        () => `${name}.a += 1`,
        () => `${name}.xs = ${g.bounded("ints")}`,
        () => `${name}.xs.append(${int()})`,
      ];
    case "ints":
      return [
        () => `${name}[${int()} & 3] = ${int()}`,
        () => `${name}.append(${int()})`,
        () => `${name}.insert(${g.random.below(4)}, ${int()})`,
        () => `${name}.sort()`,
        () => `${name}.sort(reverse=${g.expression("bool", 2)})`,
        () => `${name}.sort(key=lambda k: k % 3, reverse=${g.expression("bool", 2)})`,
        () => `${name}.reverse()`,
        () => `${name}[-1] += ${int()}`,
        () => `${name}[1:3] = ${g.bounded("ints", 1)}`,
        () => `del ${name}[${g.random.pick(["0", "-1", "1:3", ":-2"])}]`,
        () => `${name}.extend(${g.bounded(g.random.pick(["ints", "set", "map", "gen"]), 1)})`,
        () => `${name}.remove(${int()} & 3)`,
      ];
    case "strs":
      return [() => `${name}.append(${g.bounded("str")})`, () => `${name}.sort()`];
    case "table":
      return [
        () => `${name}.append(${g.bounded("ints")})`,
        () => `${name}[0].append(${int()})`,
        () => `${name}[0][0] ^= ${int()}`,
      ];
    case "map":
      return [
        () => `${name}[${int()} % 8] = ${int()}`,
        () => `${name}[${int()} % 8] += ${int()}`,
        () => `del ${name}[${int()} % 8]`,
        () => `${name}.update(${g.expression("map", 1)})`,
        () => `${name}.pop(${int()} % 8)`,
      ];
    case "words":
      return [() => `${name}[${g.bounded("str", 1)}] = ${int()}`];
    case "places":
      return [
        () => `${name}[${g.expression("pair", 1)}] = ${int()}`,
        () => `del ${name}[(0, "t")]`,
      ];
    case "groups":
      return [
        () => `${name}[${g.bounded("str", 1)}] = ${g.bounded("ints", 1)}`,
        () => `${name}.setdefault("g", []).append(${int()})`,
      ];
    case "spots":
      return [() => `${name}[${g.expression("vec", 2)}] = ${int()}`];
    case "cells":
      return [
        () => `${name}.a = u8(${int()})`,
        () => `${name}.d = i16(${name}.d * ${int()})`,
        () => `${name}.g = u64(${int()})`,
        () => `${name}.x = f32(${g.expression("float", 2)})`,
        () => `${name}.shorts[${int()} & 3] = i16(${int()})`,
        () => `${name}.words[1] = u32(${int()})`,
      ];
    case "box":
      return [() => `${name}.put(${int()})`, () => `${name}.item += ${int()}`];
    case "names":
      return [() => `${name}.put(${g.bounded("str")})`];
    case "stack":
      return [() => `${name}.push(${int()})`];
    case "bytes":
      return [() => `${name}[${int()} & 3] = u8(${int()})`];
    case "set":
      return ["add", "discard", "remove"].map((method) => () => `${name}.${method}(${int()} % 16)`);
    case "roots":
      return [() => `${name}.append(${g.expression("root", 2)})`];
    case "objs":
      return [() => `${name}.append(${g.expression("obj", 2)})`];
    case "fns":
      return [() => `${name}.append(${g.expression("fn", 2)})`];
    default:
      return [];
  }
}

const effect: Writer = (g) => {
  if (g.random.chance(0.4)) return g.add(`LOG.append(${g.expression("int", 3)} % 1000)`);
  const type = g.random.pick(SHOWN);
  g.add(`print(${g.random.pick(["", '"p", '])}${g.bounded(type)})`);
};

const unpack: Writer = (g) => {
  const names = [g.fresh(), g.fresh(), g.fresh()] as const;
  const declare = (...types: Type[]) =>
    types.forEach((type, i) => g.variables.push({ name: names[i]!, type, fixed: false }));
  const value = g.random.chance(0.5);
  if (value) {
    g.add(`${names[0]}, ${names[1]} = ${g.expression("pair", 2)}`);
    return declare("int", "str");
  }
  g.add(`(${names[0]}, ${names[1]}), ${names[2]} = ${g.expression("triple", 2)}`);
  declare("int", "float", "bool");
};

const raiseMaybe: Writer = (g) => {
  g.add(`if ${g.expression("bool", 2)}:`);
  g.block(() =>
    g.add(
      g.random.pick([
        `raise AppError(${g.expression("int", 1)})`,
        `raise SubError(${g.expression("int", 1)})`,
        `raise ValueError(${g.bounded("str", 1)})`,
        `assert ${g.expression("bool", 1)}, ${g.bounded("str", 1)}`,
        ...(g.inLoop ? ["break", "continue"] : []),
        g.result === "gen" ? "return" : `return ${g.simple(g.result)}`,
      ]),
    ),
  );
};

const yieldStatement: Writer = (g) => g.add(`yield ${g.expression("int", 3)}`);

const unrolled: Writer = (g) => {
  const name = g.fresh();
  g.add(
    `unroll for ${name} in ${g.random.pick(['(1, "two", 3.5, True)', "Choice", "range(3)", "(Kind.RED, 7)"])}:`,
  );
  g.block(() => {
    g.add(`LOG.append(len(f"{${name}}") + ${g.expression("int", 1)} % 10)`);
  });
};

/** Builds text piece by piece. */
const builder: Writer = (g) => {
  const [out, name] = [g.fresh(), g.fresh()];
  g.add(`${out} = StrBuilder()`);
  g.add(`${out}.append(${g.bounded("str")})`);
  g.add(`${out}.append_char(${g.expression("char", 2)})`);
  g.add(`${out}.append(str(${g.expression(g.random.pick(["int", "float", "ints"]), 2)}))`);
  g.add(`${name} = clip(${out}.build())`);
  g.variables.push({ name, type: "str", fixed: false });
};

const SIMPLE: readonly Writer[] = [
  assign,
  assign,
  newVariable,
  newVariable,
  newVariable,
  update,
  update,
  store,
  store,
  effect,
  unpack,
  raiseMaybe,
  unrolled,
  builder,
];

// ---------------------------------------------------------------- with blocks

const ifStatement: Writer = (g, depth) => {
  const walrus = g.random.chance(0.2) ? g.fresh() : null;
  g.add(
    walrus === null
      ? `if ${g.expression("bool", 3)}:`
      : `if (${walrus} := ${g.expression("int", 2)}) > ${g.random.pick(INTS)}:`,
  );
  g.inner(depth, walrus === null ? [] : [{ name: walrus, type: "int", fixed: false }]);
  if (g.random.chance(0.3)) {
    g.add(`elif ${g.expression("bool", 2)}:`);
    g.inner(depth);
  }
  if (g.random.chance(0.5)) {
    g.add("else:");
    g.inner(depth);
  }
};

const forRange: Writer = (g, depth) => {
  const name = g.fresh();
  const bounds = g.random.pick([
    `${g.random.below(6)}`,
    `${g.expression("int", 1)} & 7`,
    `${g.random.below(9)}, ${g.random.below(3)}, -1`,
    `${g.random.below(3)}, 10, ${g.random.below(3) + 1}`,
  ]);
  g.add(`for ${name} in range(${bounds}):`);
  loop(g, depth, [{ name, type: "int", fixed: g.random.chance(0.5) }]);
};

/** What can be walked over, and what its items are. */
const ITEMS = {
  ints: "int",
  strs: "str",
  objs: "obj",
  roots: "root",
  floats: "float",
  set: "int",
  map: "int",
  gen: "int",
  str: "char",
  places: "pair",
  vecs: "vec",
  table: "ints",
  fns: "fn",
} as const;

const forEach: Writer = (g, depth) => {
  const over = g.random.pick(Object.keys(ITEMS) as (keyof typeof ITEMS)[]);
  const name = g.fresh();
  const source = g.bounded(over);
  const item = { name, type: ITEMS[over], fixed: false };
  const isList = TYPES[over].startsWith("list");
  const isShort = isList || over === "set" || over === "map" || over === "str";
  const form = isShort ? g.random.below(4) : 0;
  if (form === 1) {
    const index = g.fresh();
    g.add(`for ${index}, ${name} in enumerate(${source}):`);
    return loop(g, depth, [{ name: index, type: "int", fixed: false }, item]);
  }
  if (form === 2) {
    const other = g.fresh();
    g.add(`for ${name}, ${other} in zip(${source}, ${g.bounded("ints")}):`);
    return loop(g, depth, [item, { name: other, type: "int", fixed: false }]);
  }
  g.add(`for ${name} in ${form === 3 ? `reversed(${source})` : source}:`);
  loop(g, depth, [item]);
};

/** Over the positions of a list, which the loop may change: the index may be out of range by then. */
const forIndex: Writer = (g, depth) => {
  const [list, index] = [g.fresh(), g.fresh()];
  g.add(`${list} = ${g.bounded("ints")}`);
  g.variables.push({ name: list, type: "ints", fixed: false });
  const counts = g.random.chance(0.6);
  const step = g.random.pick(["1", "1", "2"]);
  if (!counts) g.add(`${index} = ${g.random.pick(["0", "0", "-1", "1"])}`);
  const length = g.random.pick([`len(${list})`, `len(${list})`, `len(${list}) - 1`]);
  g.add(
    counts
      ? `for ${index} in range(${g.random.pick(["0", "0", "-1"])}, ${length}, ${step}):`
      : `while ${index} < ${length}:`,
  );
  const outer = g.inLoop;
  g.inLoop = true;
  const use = (): void => {
    const at = `${list}[${index}${g.random.pick(["", "", "", " + 1"])}]`;
    g.add(g.random.pick([`LOG.append(${at} % 100)`, `${at} ^= ${index}`, `${list}[${index}] = 3`]));
  };
  g.inner(
    depth,
    [{ name: index, type: "int", fixed: true }],
    () => {
      g.add("tick()");
      use();
      if (!counts) g.add(`${index} += ${step}`);
    },
    use,
  );
  g.inLoop = outer;
};

/** Over the entries of a dict, which the loop may change. */
const forItems: Writer = (g, depth) => {
  const [dict, key, value] = [g.fresh(), g.fresh(), g.fresh()];
  g.add(`${dict} = ${g.bounded("map")}`);
  g.add(`for ${key}, ${value} in ${dict}.items():`);
  const outer = g.inLoop;
  g.inLoop = true;
  const variables: Variable[] = [
    { name: key, type: "int", fixed: true },
    { name: value, type: "int", fixed: false },
  ];
  g.inner(depth, variables, () => {
    g.add("tick()");
    g.add(
      g.random.pick([
        `${dict}[${key} & 3] = ${value}`,
        `if ${key} in ${dict}: del ${dict}[${key}]`,
        `${dict}[${value} & 7] = ${key}`,
        `${dict}.pop_or(${g.random.below(8)}, 0)`,
      ]),
    );
  });
  g.inLoop = outer;
  g.variables.push({ name: dict, type: "map", fixed: false });
};

const whileLoop: Writer = (g, depth) => {
  const name = g.fresh();
  g.add(`${name} = ${g.random.below(6)}`);
  const also = g.random.chance(0.5) ? ` and ${g.expression("bool", 2)}` : "";
  if (g.random.chance(0.3)) g.add(`while (${name} := ${name} - 1) > 0${also}:`);
  else {
    g.add(`while ${name} > 0${also}:`);
    g.block(() => g.add(`${name} -= 1`));
  }
  loop(g, depth, [{ name, type: "int", fixed: false }]);
};

function loop(g: Generator, depth: number, variables: readonly Variable[]): void {
  const outer = g.inLoop;
  g.inLoop = true;
  g.inner(depth, variables, () => g.add("tick()"));
  g.inLoop = outer;
  if (!g.random.chance(0.15)) return;
  g.add("else:");
  g.inner(depth);
}

const tryStatement: Writer = (g, depth) => {
  g.add("try:");
  g.inner(depth);
  const handlers = g.random.below(3);
  for (let i = 0; i < handlers; i++) handler(g, depth);
  if (handlers > 0 && g.random.chance(0.2)) {
    g.add("else:");
    g.inner(depth);
  }
  if (handlers > 0 && g.random.chance(0.6)) return;
  g.add("finally:");
  const outer = g.inLoop;
  g.inLoop = false;
  g.inner(Math.min(depth, 1));
  g.inLoop = outer;
};

function handler(g: Generator, depth: number): void {
  const name = g.fresh();
  g.add(`except ${g.random.pick(ERRORS)} as ${name}:`);
  const first = () =>
    g.add(
      g.random.pick([
        `LOG.append(len(${name}.message))`,
        `print("caught", ${name}.message)`,
        `print(type(${name}).__name__)`,
        `if isinstance(${name}, AppError): LOG.append(${name}.code & 255)`,
      ]),
    );
  const last = () => {
    if (!g.random.chance(0.2)) return;
    g.add(g.random.pick(["raise", `raise ${name}`, `raise AppError(${g.expression("int", 1)})`]));
  };
  g.inner(depth, [], first, last);
}

/** Cases with their patterns and what they bind; the last one may be left out. */
function matchOn(
  g: Generator,
  depth: number,
  subject: string,
  cases: readonly (readonly [pattern: string, ...bound: Variable[]])[],
): void {
  g.add(`match ${subject}:`);
  g.block(() => {
    for (const [pattern, ...bound] of cases) {
      g.add(`case ${pattern}:`);
      g.inner(depth, bound);
    }
  });
}

function bound(name: string, type: Type): Variable {
  return { name, type, fixed: false };
}

const matchInt: Writer = (g, depth) => {
  const n = g.fresh();
  matchOn(g, depth, `${g.expression("int", 2)} & 7`, [
    ["0"],
    ["1 | 2"],
    [`${n} if ${n} > ${g.random.below(7)}`, bound(n, "int")],
    ...(g.random.chance(0.5) ? [["_"] as const] : []),
  ]);
};

const matchRoot: Writer = (g, depth) => {
  const [n, s, x, rest] = [g.fresh(), g.fresh(), g.fresh(), g.fresh()];
  matchOn(g, depth, g.expression("root", 2), [
    [`W_Int(${n}) if ${n} != ${g.random.pick(INTS)}`, bound(n, "int")],
    [`W_Str(${s})`, bound(s, "str")],
    [`W_Pair(W_Float(${x}), _) | W_Pair(_, W_Float(${x})) | W_Float(${x})`, bound(x, "float")],
    [rest, { name: rest, type: "root", fixed: true }],
  ]);
};

const matchKind: Writer = (g, depth) =>
  matchOn(g, depth, g.expression("kind", 2), [["Kind.RED | Kind.GREEN"], ["Kind.BLUE"], ["_"]]);

const matchText: Writer = (g, depth) => {
  const s = g.fresh();
  matchOn(g, depth, g.bounded("str"), [
    ['"a" | "bc" | "hello world"'],
    ['"" | "é"'],
    [`${s} if len(${s}) > ${g.random.below(6)}`, bound(s, "str")],
  ]);
};

const matchPair: Writer = (g, depth) => {
  const [n, s, t] = [g.fresh(), g.fresh(), g.fresh()];
  matchOn(g, depth, g.expression("pair", 2), [
    [`(0, ${s})`, bound(s, "str")],
    [`(${n}, "t" | "a") if ${n} > 0`, bound(n, "int")],
    [`(_, ${t})`, bound(t, "str")],
  ]);
};

const matchObject: Writer = (g, depth) => {
  const [n, s, o] = [g.fresh(), g.fresh(), g.fresh()];
  const cls = g.random.pick(g.classes);
  matchOn(g, depth, g.expression("obj", 2), [
    [`${cls}(a=0)`],
    [`${cls}(a=${n}, s=${s}) as ${o}`, bound(n, "int"), bound(s, "str"), bound(o, "obj")],
    ["_"],
  ]);
};

const withStatement: Writer = (g, depth) => {
  g.add(`with Guard(${g.random.below(50)}):`);
  g.inner(depth);
};

/** A nested function over variables that nobody assigns any more. */
const closure: Writer = (g) => {
  const captured = g.variables.filter((one) => CAPTURED.includes(one.type));
  for (const one of captured) one.fixed = true;
  const [name, param] = [g.fresh(), g.fresh()];
  g.add(`def ${name}(${param}: int) -> int:`);
  g.nested([...captured, { name: param, type: "int", fixed: true }], () => {
    g.add("tick()");
    if (g.random.chance(0.3)) {
      g.add(`if ${param} > 0 and ${param} < 4:`);
      g.block(() => g.add(`return ${name}(${param} - 1)`));
    }
    g.add(`return ${g.expression("int", 3)}`);
  });
  g.variables.push({ name, type: "fn", fixed: true });
};

const narrow: Writer = (g, depth) => {
  const type = g.random.pick(["opt", "optstr"] as const);
  const name = g.fresh();
  g.add(`${name} = ${g.expression(type, 2)}`);
  g.add(g.random.pick([`if ${name} is not None:`, `if ${name}:`, `if ${name} != None:`]));
  g.inner(depth, [{ name, type: type === "opt" ? "int" : "str", fixed: true }]);
};

/** Something known of a class below. */
const narrowObject: Writer = (g, depth) => {
  const name = g.fresh();
  const cls = g.random.pick(g.classes);
  g.add(`${name} = ${g.expression("obj", 2)}`);
  g.add(`if isinstance(${name}, ${cls}) and ${name}.a ${g.random.pick(["<", ">"])} 5:`);
  g.inner(depth, [{ name, type: "obj", fixed: true }]);
};

const NESTED: readonly Writer[] = [
  ifStatement,
  ifStatement,
  forRange,
  forEach,
  forEach,
  forItems,
  forIndex,
  forIndex,
  whileLoop,
  tryStatement,
  tryStatement,
  tryStatement,
  matchInt,
  matchRoot,
  matchKind,
  matchText,
  matchPair,
  matchObject,
  withStatement,
  closure,
  narrow,
  narrowObject,
];
