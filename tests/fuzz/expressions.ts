/**
 * Random expressions of a type, from smaller ones: for each type, all that a program may say that
 * gives it. `e` makes an operand.
 */
import type { Random } from "../random-program.ts";
import type { Type } from "./types.ts";

export interface ExpressionContext {
  readonly random: Random;
  /** `Base` and the classes below it. */
  readonly classes: readonly string[];
  /** Classes below `W_Root` that the program defines, made of one int. */
  readonly values: readonly string[];
  /** A variable that is never assigned again, and so may be captured; or a literal. */
  readonly fixed: (type: Type) => string;
  /** A variable of the type, if there is one. */
  readonly variable: (type: Type) => string | null;
}

type Operand = (wanted: Type) => string;
type Maker = () => string;

const COMPARISONS = ["<", "<=", ">", ">=", "==", "!="];
const INT_FORMATS = ["d", "5d", "<5", "^7", "05", "x", "#x", "b", ",", "+", "o", "X", ">+8"];
const FLOAT_FORMATS = [".2f", "8.3f", "e", "g", "%", ".0f", ".3g", "+.1e"];
const STR_FORMATS = [">5", "*^6", "<3", ""];

export function producers(type: Type, e: Operand, context: ExpressionContext): readonly Maker[] {
  return PRODUCERS[type](e, context);
}

const PRODUCERS: Readonly<
  Record<Type, (e: Operand, context: ExpressionContext) => readonly Maker[]>
> = {
  int: (e, context) => [...arithmetic(e, context), ...measures(e, context)],
  uint: (e, { random }) => [
    () => `(${e("uint")} ${random.pick(["+", "-", "*", "&", "|", "^", "//", "%"])} ${e("uint")})`,
    () => `(${e("uint")} ${random.pick(["<<", ">>"])} (${e("int")} & 63))`,
    () => `uint(${e("int")})`,
    () => `(~${e("uint")})`,
    () => `uint(${e("cells")}.${random.pick(["a", "g", "e"])})`,
  ],
  bool: (e, context) => [...comparisons(e, context), ...tests(e, context)],
  float: (e, { random }) => [
    () => `(${e("float")} ${random.pick(["+", "-", "*", "/"])} ${e("float")})`,
    () => `(${e("float")} ${random.pick(["//", "%"])} ${e("float")})`,
    () => `float(${e("int")})`,
    () => `(-${e("float")})`,
    () => `abs(${e("float")})`,
    () => `${random.pick(["min", "max"])}(${e("float")}, ${e("float")})`,
    () => `pick(${e("floats")}, ${e("int")}, ${e("float")})`,
    () => `${random.pick(["sqrt", "fabs"])}(${e("float")})`,
    () => `copysign(${e("float")}, ${e("float")})`,
    () => `float(${e("uint")})`,
    () => `float(${e("str")})`,
    () => `sum(${e("floats")}, 0.0)`,
    () => `${random.pick(["min", "max"])}(${e("floats")}, key=abs, default=${e("float")})`,
    () => `(${e("cells")}.x ${random.pick(["+", "*"])} ${e("float")})`,
    () => `${e("triple")}[0][1]`,
    () => `${e("big")}.to_float()`,
  ],
  str: (e, context) => [...texts(e, context), ...formatted(e, context)],
  char: (e, { random }) => [
    () => `${e("str")}[${e("int")} & 3]`,
    () => `${e("str")}[-1]`,
    () => `chr(${e("int")} & 127)`,
    () => `${e("char")}.${random.pick(["upper", "lower"])}()`,
    () => `${e("cells")}.letter`,
  ],
  big: (e, { random }) => [
    () => `(${e("big")} ${random.pick(["+", "-", "*", "&", "|", "^"])} ${e("big")})`,
    () => `(${e("big")} ${random.pick(["//", "%"])} ${e("big")})`,
    () => `(${e("big")} ${random.pick(["<<", ">>", "**"])} (${e("int")} & 7))`,
    () => `BigInt.from_int(${e("int")})`,
    () => `BigInt.from_float(${e("float")})`,
    () => `(-${e("big")})`,
    () => `BigInt.from_str(str(${e("int")}) + "000000000000000000001")`,
  ],
  ints: (e, context) => [...intLists(e, context)],
  strs: (e, { random }) => [
    () => `[${e("str")}, ${e("str")}]`,
    () => `[str(k) for k in ${e("ints")}]`,
    () => `clip(${e("str")}).split(${random.pick(['","', "", '"a"', '" ", 1'])})`,
    () => `[o.s for o in ${e("objs")}]`,
    () => `sorted(${e("strs")})`,
    () => `[k for k in ${e("words")}]`,
    () => `[c + "." for c in clip(${e("str")})]`,
    () => `[s.strip() for s in ${e("strs")} if s]`,
    () => `[a + b for a in ["p", "q"] for b in cut(${e("strs")})]`,
    () => `${e("strs")}[${random.pick(["::2", "::-1", "1:", ":-1"])}]`,
    () => `sorted(${e(random.pick(["words", "str", "groups"]))})`,
    () =>
      `sorted(${e("strs")}, key=${random.pick(["len", "lambda t: t.count('a')"])}, reverse=${e("bool")})`,
    () => `transformed(${e(random.pick(["ints", "set", "gen", "map"]))}, str)`,
    () => `transformed(${e(random.pick(["floats", "vecs", "places"]))}, shown)`,
    () => `[s for o in cut(${e("objs")}) for _, s in o.pairs()]`,
  ],
  floats: (e, { random }) => [
    () => `[${e("float")}, ${e("float")}]`,
    () => `[float(k) for k in ${e("ints")}]`,
    () => `sorted(${e("floats")})`,
    () => `[real ${random.pick(["+", "*", "-"])} ${e("float")} for real in cut(${e("floats")})]`,
  ],
  table: (e) => [
    () => `[${e("ints")}, ${e("ints")}]`,
    () => `[[k, k * 2] for k in cut(${e("ints")})]`,
    () => `[v for v in ${e("groups")}.values()]`,
    () => `([${e("ints")}] * 2)`,
    () => `sorted(${e("table")})`,
  ],
  pair: (e) => [
    () => `(${e("int")}, ${e("str")})`,
    () => `(len(${e("str")}), ${e("str")})`,
    () => `swap((${e("str")}, ${e("int")}))`,
    () => `min(${e("pair")}, ${e("pair")})`,
    () => `pick([p for p in ${e("obj")}.pairs()], ${e("int")}, ${e("pair")})`,
    () => `pick([p for p in ${e("places")}], ${e("int")}, ${e("pair")})`,
    () => `min(${e("places")}, default=${e("pair")})`,
    () => `max(zip(${e("ints")}, ${e("strs")}), key=lambda p: p[1], default=${e("pair")})`,
  ],
  triple: (e) => [
    () => `((${e("int")}, ${e("float")}), ${e("bool")})`,
    () => `swap((${e("bool")}, (${e("int")}, ${e("float")})))`,
  ],
  map: (e) => [
    () => `{${e("int")}: ${e("int")}, ${e("int")}: ${e("int")}}`,
    () => `{k & 7: k for k in ${e("ints")}}`,
    () => `${e("map")}.copy()`,
    () => `{v: k for k, v in ${e("map")}.items()}`,
    () => `{k: i for i, k in enumerate(${e("ints")})}`,
    () => `dict(zip(${e("set")}, ${e("gen")}))`,
    () => `dict(enumerate(${e("ints")}, ${e("int")} & 7))`,
    () => `dict(${e("map")})`,
  ],
  words: (e) => [
    () => `{${e("str")}: ${e("int")}}`,
    () => `{t: len(t) for t in ${e("strs")}}`,
    () => `{s: n for n, s in ${e("obj")}.pairs()}`,
  ],
  places: (e) => [
    () => `{${e("pair")}: ${e("int")}, (0, "t"): 1}`,
    () => `{(n, s): n for n, s in zip(${e("ints")}, ${e("strs")})}`,
  ],
  groups: (e) => [
    () => `{${e("str")}: ${e("ints")}}`,
    () => `{s: [len(s), ${e("int")}] for s in cut(${e("strs")})}`,
  ],
  set: (e, { random }) => [
    () => `{${e("int")}, ${e("int")}}`,
    () => `{k % 16 for k in ${e("ints")}}`,
    () => `(${e("set")} ${random.pick(["|", "&", "-", "^"])} ${e("set")})`,
    () => `${e("set")}.copy()`,
    () => `{k for k in ${e("map")}}`,
    () => `set(${e(random.pick(["ints", "gen", "map"]))})`,
  ],
  opt: (e) => [
    () => e("int"),
    () => `${e("map")}.get_or_none(${e("int")} & 7)`,
    () => "None",
    () => `${e("places")}.get_or_none(${e("pair")})`,
    () => `${e("stack")}.top`,
    () => `(${e("int")} if ${e("bool")} else None)`,
  ],
  optstr: (e) => [() => e("str"), () => "None", () => `(None if ${e("bool")} else ${e("str")})`],
  obj: (e, { random, classes }) => [
    () => `${random.pick(classes)}(${e("int")}, clip(${e("str")}))`,
    () => `pick(${e("objs")}, ${e("int")}, ${e("obj")})`,
    () => `(${e("obj")}.next or ${e("obj")})`,
  ],
  objs: (e, { random, classes }) => [
    () => `[${e("obj")}, ${e("obj")}]`,
    () => `[${random.pick(classes)}(k, "o") for k in ${e("ints")}]`,
    () => `[o for o in ${e("objs")} if ${e("bool")}]`,
    () => `(${e("objs")} + ${e("objs")})`,
  ],
  root: (e, { random, values }) => [
    () => `W_Int(${e("int")})`,
    () => `W_Int(${e("int")})`,
    () => `W_Str(clip(${e("str")}))`,
    () => `W_Kind(${e("kind")})`,
    () => `W_Char(${e("char")})`,
    () => `W_Float(${e("float")})`,
    () => `${random.pick(values)}(${e("int")})`,
    () => `W_Pair(${e("root")}, ${e("root")})`,
    () => `${e("root")}.plus(${e("root")})`,
    () => `pick(${e("roots")}, ${e("int")}, ${e("root")})`,
  ],
  roots: (e, { random, values }) => [
    () => `[${e("root")}, ${e("root")}]`,
    () => `[W_Int(k) for k in ${e("ints")}]`,
    () => `[${random.pick(values)}(k) for k in ${e("ints")}]`,
    () => `${e("roots")}[::-1]`,
  ],
  vec: (e, { random }) => [
    () => `Vec(${e("int")}, ${e("int")})`,
    () => `(${e("vec")} ${random.pick(["+", "-"])} ${e("vec")})`,
    () => `(${e("vec")} * ${e("int")})`,
    () => `(-${e("vec")})`,
    () => `pick(${e("vecs")}, ${e("int")}, ${e("vec")})`,
    () => `(${e("vec")} ${random.pick(["or", "and"])} ${e("vec")})`,
    () => `max(${e("vec")}, ${e("vec")})`,
  ],
  vecs: (e) => [
    () => `[${e("vec")}, ${e("vec")}]`,
    () => `sorted([Vec(k & 3, ${e("int")}) for k in ${e("ints")}])`,
    () => `[k for k in ${e("spots")}]`,
  ],
  spots: (e) => [
    () => `{${e("vec")}: ${e("int")}}`,
    () => `{v: v[0] for v in ${e("vecs")}}`,
    () => `{Vec(k & 1, k & 2): k for k in ${e("ints")}}`,
  ],
  cells: (e) => [() => `Cells(${e("int")})`],
  fn: (e, context) => functions(e, context),
  fns: (e) => [
    () => `[${e("fn")}, ${e("fn")}]`,
    () => `[adder(k) for k in ${e("ints")}]`,
    () => `(${e("fns")} + [${e("fn")}])`,
  ],
  gen: (e, { random, fixed }) => [
    () => `counted(${e("int")})`,
    () => `joined(${e("gen")}, ${e("gen")})`,
    () =>
      `(k ${random.pick(["+", "*", "&"])} ${fixed("int")} for k in ${random.pick(["TABLE", fixed("ints")])})`,
  ],
  kind: (e, { random }) => [() => `Kind(${random.pick(["0", "1", "7", "8", e("int")])})`],
  sign: (e) => [() => `Sign(ord(${e("char")}))`],
  choice: (e) => [() => `Choice(${e("int")} & 3)`, () => `${e("choice")}.other()`],
  box: (e) => [() => `Box(${e("int")})`, () => `Box[int](${e("int")})`],
  names: (e) => [() => `Box[str](${e("str")})`],
  stack: (e) => [() => `Stack[int]().push(${e("int")})`, () => `${e("stack")}.push(${e("int")})`],
  bytes: (e) => [
    () => `array[u8](4, u8(${e("int")}))`,
    () => `${e("bytes")}.copy()`,
    () => `${e("bytes")}[::-1]`,
  ],
  any: (e, { random }) => [
    () => `erased(${e(random.pick(["obj", "root", "ints", "strs", "vec"]))})`,
  ],
};

// ---------------------------------------------------------------- numbers

function arithmetic(e: Operand, { random }: ExpressionContext): Maker[] {
  return [
    () => `(${e("int")} ${random.pick(["+", "-", "*", "&", "|", "^"])} ${e("int")})`,
    () => `(${e("int")} ${random.pick(["+", "-", "*"])} ${e("int")})`,
    () =>
      `(${e("int")} ${random.pick(["//", "%"])} ${random.pick(["2", "-3", "7", "10", "64", "-1", e("int")])})`,
    () =>
      `(${e("int")} ${random.pick(["<<", ">>"])} (${e("int")} & ${random.pick(["7", "63", "127"])}))`,
    () => `(${e("int")} >> ${random.pick(["1", "63", "70", e("int")])})`,
    () => `(${random.pick(["-", "~", "+"])}${e("int")})`,
    () => `checked(${e("int")} ${random.pick(["+", "-", "*", "//"])} ${e("int")})`,
    () => `checked(${e("int")} << (${e("int")} & 63))`,
    () => `checked(-${e("int")})`,
    () => `${random.pick(["min", "max", "gcd"])}(${e("int")}, ${e("int")})`,
    () => `(${e("int")} ** (${e("int")} & 3))`,
    () => `abs(${e("int")})`,
    () => `divmod(${e("int")}, ${e("int")})[${random.below(2)}]`,
    () => `(${e("int")}).${random.pick(["bit_length", "bit_count", "trailing_zeros"])}()`,
    () =>
      `int(${random.pick(["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"])}(${e("int")}))`,
    () => `int(${e(random.pick(["bool", "float", "str", "uint"]))})`,
    () => `round(${e("float")})`,
    () => `${random.pick(["floor", "ceil", "trunc"])}(${e("float")})`,
    () => `(${e("big")} % BigInt.from_int(1000003)).to_int()`,
    () => `${e("big")}.${random.pick(["to_int", "wrapped_int", "bit_length", "sign"])}()`,
    () => `${e("sign")}.apply(${e("int")}, ${e("int")})`,
    () => `(${e("opt")} or ${e("int")})`,
    () => `(${e("int")} ${random.pick(["and", "or"])} ${e("int")})`,
  ];
}

/** Ints that come out of objects and containers. */
function measures(e: Operand, context: ExpressionContext): Maker[] {
  const { random, fixed } = context;
  return [
    () =>
      `len(${e(random.pick(["ints", "str", "strs", "map", "set", "groups", "vec", "table", "bytes"]))})`,
    () => `${e("ints")}[${e("int")} & 3]`,
    () => `${e("ints")}[-1]`,
    () => `${e("table")}[${random.below(2)}][0]`,
    () => `pick(${e("ints")}, ${e("int")}, ${e("int")})`,
    () => `sum(${e(random.pick(["ints", "set", "map", "gen"]))})`,
    () => `sum((${e("int")}, ${e("int")}, ${e("int")}))`,
    () => `total_of(${e(random.pick(["ints", "set", "map", "gen"]))})`,
    () => `${random.pick(["min", "max"])}(${e("int")}, ${e("int")}, ${e("int")})`,
    () =>
      `${random.pick(["min", "max"])}(${e(random.pick(["ints", "set", "map"]))}, default=${e("int")})`,
    () => `${random.pick(["min", "max"])}(${e("ints")}, key=lambda k: k % 7)`,
    () => `apply(${random.pick(["abs", "itself", "hash"])}, ${e("int")})`,
    () => `max(Choice, key=lambda c: c.rank(${fixed("int")})).value`,
    () => `sum(taken(${e("gen")}))`,
    () => `sum([k * k for k in ${e("ints")}])`,
    () => `${random.pick(["min_of", "max_of"])}(${e("ints")})`,
    () => `${e("str")}.${random.pick(["find", "rfind", "count"])}(${e("str")})`,
    () => `ord(${e("char")})`,
    () => `${e("str")}.byte_at(${e("int")} & 3)`,
    () => `hash(${e(random.pick(["int", "str", "pair", "bool", "char", "vec", "big"]))})`,
    () => `${e("obj")}.num(${e("int")})`,
    () => `Base.num(${e("obj")}, ${e("int")})`,
    () => `${e("obj")}.${random.pick(["a", "weight"])}`,
    () => `type(${e("obj")}).weight`,
    () => narrowed(e, context),
    () => `${e("root")}.value()`,
    () => `classify(${e("root")})`,
    () => `apply(${e("fn")}, ${e("int")})`,
    () => `pick(${e("fns")}, ${e("int")}, ${e("fn")})(${e("int")})`,
    () => `[f(${e("int")}) for f in cut(${e("fns")})][0]`,
    () => `${e("pair")}[0]`,
    () => `${e("map")}[${e("int")} % 8]`,
    () => `${e("map")}.get(${e("int")}, ${e("int")})`,
    () => `${e("words")}.get(${e("str")}, ${e("int")})`,
    () => `${e("places")}.get(${e("pair")}, ${e("int")})`,
    () => `${e("spots")}.get(${e("vec")}, ${e("int")})`,
    () => `${random.pick(["kind", "choice"]) === "kind" ? e("kind") : e("choice")}.value`,
    () => `${e("choice")}.rank(${e("int")})`,
    () => `${e("box")}.get()`,
    () => `${e("stack")}.pop()`,
    () => `${e("gen")}.next()`,
    () => `int(${e("bytes")}[${e("int")} & 3])`,
    () =>
      `int(${e("cells")}.${random.pick(["a", "b", "c", "d", "e", "f", "g", "h", "shorts[1]", "words[2]"])})`,
    () => `${e("cells")}.sum()`,
    () => `${e("vec")}[${e("int")} & 1]`,
    () => `${e("vec")}(${e("int")})`,
    () => `sum_all(${Array.from({ length: random.below(4) }, () => e("int")).join(", ")})`,
    () => `${random.pick(["scaled", "power"])}(${random.below(4)}, ${e("int")})`,
    () => `options(${e("int")}, ${random.pick(["", "b=2, "])}d=${e("bool")}, c=${e("str")})`,
    () => `(lambda a, b: a ${random.pick(["+", "*", "-"])} b)(${e("int")}, ${fixed("int")})`,
  ];
}

/** A method that only some subclass has. */
function narrowed(e: Operand, { random, classes, variable }: ExpressionContext): string {
  const name = variable("obj");
  const cls = random.pick(classes);
  if (name === null || name === "self") return `len(describe(${e("any")}))`;
  return `(${name}.a + ${cls}.weight if isinstance(${name}, ${cls}) else ${e("int")})`;
}

// ---------------------------------------------------------------- truth

function comparisons(e: Operand, { random }: ExpressionContext): Maker[] {
  const compare = (...types: readonly Parameters<Operand>[0][]) => {
    const type = random.pick(types);
    return `(${e(type)} ${random.pick(COMPARISONS)} ${e(type)})`;
  };
  return [
    () => compare("int"),
    () => compare("float"),
    () => compare("str"),
    () => compare("uint", "char", "big", "pair", "ints", "vec"),
    () => `(${e("triple")} ${random.pick(["==", "!="])} ${e("triple")})`,
    () => `(${e("int")} < ${e("int")} <= ${e("int")})`,
    () =>
      `(${e("float")} ${random.pick(["<", ">="])} ${e("float")} ${random.pick(COMPARISONS)} 1.5)`,
    () => `(${e("obj")} is ${e("obj")})`,
    () => `(${e("kind")} == ${e("kind")})`,
    () => `(${e("choice")} != ${e("choice")})`,
    () => `(${e("opt")} ${random.pick(["is", "is not", "==", "!="])} None)`,
    () => `(${e("opt")} == ${e("opt")})`,
    () => `(${e("optstr")} == ${e("optstr")})`,
    () => `(${e("map")} == ${e("map")})`,
    () => `(${e("set")} == ${e("set")})`,
    () => `(${e("table")} == ${e("table")})`,
    () => `same(${e("big")}, ${e("big")})`,
  ];
}

function tests(e: Operand, { random, classes, values }: ExpressionContext): Maker[] {
  const value = () =>
    random.pick(["W_Int", "W_Kind", "W_Str", "W_Pair", "(W_Int, W_Str)", "W_Char", ...values]);
  return [
    () => `(${e("bool")} ${random.pick(["and", "or", "==", "!="])} ${e("bool")})`,
    () => `(not ${e("bool")})`,
    () =>
      `(${e("int")} ${random.pick(["in", "not in"])} ${e(random.pick(["ints", "map", "set"]))})`,
    () => `(${e("str")} in ${e(random.pick(["str", "strs", "words"]))})`,
    () => `(${e("pair")} in ${e("places")})`,
    () => `(${e("vec")} in ${e(random.pick(["vecs", "spots"]))})`,
    () => `(${e("int")} in ${e("vec")})`,
    () => `isinstance(${e("obj")}, ${random.pick(classes)})`,
    () => `isinstance(${e("root")}, ${value()})`,
    () => `isinstance(${e("any")}, ${random.pick(["Base", "W_Root", "Vec"])})`,
    () => `(type(${e("obj")}) is ${random.pick(classes)})`,
    () => `bool(${e(random.pick(["int", "str", "ints", "opt", "optstr", "float", "vec", "set"]))})`,
    () => `any([${e("int")} > k for k in ${e("ints")}])`,
    () => `all(k ${random.pick(COMPARISONS)} 3 for k in ${e("gen")})`,
    () =>
      `${random.pick(["any", "all"])}(${e(random.pick(["ints", "strs", "set", "words", "gen", "str"]))})`,
    () =>
      `${e("str")}.${random.pick(["isdigit", "isalpha", "isspace", "isupper", "isidentifier", "isascii"])}()`,
    () => `${e("str")}.${random.pick(["startswith", "endswith"])}(${e("str")})`,
    () => `(${e("float")}).${random.pick(["is_nan", "is_inf", "is_integer", "is_finite"])}()`,
    () => `${e("set")}.${random.pick(["issubset", "issuperset", "isdisjoint"])}(${e("set")})`,
    () => `${e("cells")}.flag`,
    () => `${e("gen")}.has_next()`,
    () => `${e("triple")}[1]`,
  ];
}

// ---------------------------------------------------------------- text

function texts(e: Operand, { random }: ExpressionContext): Maker[] {
  return [
    () => `(${e("str")} + ${e("str")})`,
    () => `(${e("str")} + ${e("char")})`,
    () => `(${e("str")} * (${e("int")} & 3))`,
    () => `${e("str")}[${e("int")} & 3:${e("int")} & 15]`,
    () => `${e("str")}[${random.pick(["-3:", ":-2", "1:4", "::2", "::-1", "-1:0:-2"])}]`,
    () =>
      `${e("str")}.${random.pick(["upper()", "lower()", "strip()", 'replace("a", "bb")', "capitalize()", "zfill(5)", 'ljust(6, "*")', "center(7)", 'removeprefix("h")', 'strip("ah")', "reversed_bytes()"])}`,
    () => `${random.pick(['","', '""', '"-"'])}.join(${e("strs")})`,
    () => `", ".join(str(k) for k in ${e("gen")})`,
    () => `${e("str")}.partition(${random.pick(['","', '"l"'])})[${random.below(3)}]`,
    () => `pick(${e("strs")}, ${e("int")}, ${e("str")})`,
    () => `${e("obj")}.text(${e("str")})`,
    () => `${e("obj")}.s`,
    () => `${e("pair")}[1]`,
    () => `${random.pick(["kind", "sign", "choice"]) === "kind" ? e("kind") : e("choice")}.name`,
    () => `${e("names")}.get()`,
    () => `describe(${e("any")})`,
    () => `type(${e(random.pick(["obj", "root"]))}).__name__`,
    () => `${e("big")}.to_str(${random.pick(["", "2", "16", "36"])})`,
    () => `(${e("optstr")} or ${e("str")})`,
  ];
}

function formatted(e: Operand, { random }: ExpressionContext): Maker[] {
  return [
    () =>
      `str(${e(random.pick(["int", "uint", "float", "bool", "pair", "opt", "kind", "ints", "vec", "big", "floats", "cells", "map"]))})`,
    () => `repr(${e(random.pick(["str", "char", "strs", "pair", "words", "float", "optstr"]))})`,
    () => `f"{(${e("int")})}:{(${e("bool")})}:{(${e("int")}):>6}"`,
    () =>
      `f"{(${e("float")}):${random.pick(FLOAT_FORMATS)}}|{(${e("int")}):${random.pick(INT_FORMATS)}}"`,
    () =>
      `f"{(${e("str")})!r}{(${e("str")}):${random.pick(STR_FORMATS)}}{(${e("pair")})}{(${e("opt")})}"`,
    () => `("%s %5d %x %.2f" % (${e("str")}, ${e("int")}, ${e("int")}, ${e("float")}))`,
    () => `${random.pick(["hex", "oct", "bin"])}(${e("int")})`,
  ];
}

// ---------------------------------------------------------------- lists and functions

function intLists(e: Operand, { random }: ExpressionContext): Maker[] {
  return [
    () => `[${e("int")}, ${e("int")}]`,
    () => `[k ${random.pick(["+", "*", "^", "-"])} ${e("int")} for k in cut(${e("ints")})]`,
    () => `[k for k in ${e("ints")} if k ${random.pick(["<", ">", "!="])} ${random.below(9)}]`,
    () => `[k for k in range(${e("int")} & 7)]`,
    () => `(${e("ints")} + ${e("ints")})`,
    () => `${e("ints")}[${random.below(3)}:${e("int")} & 7]`,
    () => `${e("ints")}[${random.pick(["-2:", ":-1", "::2", "::-1", "3:0:-2", "1:-1"])}]`,
    () => `sorted(${e("ints")})`,
    () => `[len(t) for t in ${e("strs")}]`,
    () => `[w.value() for w in cut(${e("roots")})]`,
    () => `${e("obj")}.xs`,
    () => `[v for v in ${e("map")}.values()]`,
    () => `[k for k in ${e("set")}]`,
    () => `([${e("int")}] * (${e("int")} & 3))`,
    () => `${e("ints")}.copy()`,
    () => `taken(${e("gen")})`,
    () => `[k for k in Countdown(${e("int")})]`,
    () => `[a * b for a in [1, 2] for b in cut(${e("ints")}) if a != b]`,
    () => `[k for row in cut(${e("table")}) for k in row]`,
    () => `pick(${e("table")}, ${e("int")}, ${e("ints")})`,
    () => `${e("groups")}.get(${e("str")}, ${e("ints")})`,
    () => `${e("groups")}.setdefault(${e("str")}, ${e("ints")})`,
    () => `[int(b) for b in ${e("bytes")}]`,
    () => `[f(2) for f in cut(${e("fns")})]`,
    () => `[n for n in reversed(${e("ints")})]`,
    () => `[ord(c) for c in clip(${e("str")})]`,
    () => `list(${e("gen")})`,
    () => `list(${e(random.pick(["set", "map"]))})`,
    () => `list(reversed(${e(random.pick(["set", "map", "gen", "ints"]))}))`,
    () => `sorted(${e(random.pick(["set", "map", "gen"]))}, reverse=${e("bool")})`,
    () => `sorted(${e("ints")}, key=lambda k: k ${random.pick(["% 5", "& 3", "* -1"])})`,
    () => `sorted((${e("int")}, ${e("int")}), key=${random.pick(["abs", "itself", "hash"])})`,
    () => `transformed(${e("strs")}, len)`,
    () => `transformed(clip(${e("str")}), ord)`,
    () => `[i * k for i, k in enumerate(${e(random.pick(["set", "gen", "map"]))})]`,
    () => `[a - b for a, b in zip(${e("gen")}, ${e("set")})]`,
    () => `[a + b * c for a, b, c in zip(${e("ints")}, ${e("gen")}, range(9))]`,
    () =>
      `[c.value for c in ${random.pick(["Choice", "Kind", "reversed(Choice)", "sorted(Kind, key=hash)"])}]`,
  ];
}

function functions(e: Operand, { random, fixed }: ExpressionContext): Maker[] {
  return [
    () => `(lambda k: k ${random.pick(["+", "*", "-", "^"])} ${fixed("int")})`,
    () => `(lambda k: k + len(${fixed("str")}) * ${fixed("int")})`,
    () => `(lambda k: ${fixed("obj")}.num(k))`,
    () => `${e("obj")}.num`,
    () => `${e("vec")}.__call__`,
    () => "classify_int",
    () => `adder(${e("int")})`,
    () => `compose(${e("fn")}, ${e("fn")})`,
    () => `pick(${e("fns")}, ${e("int")}, ${e("fn")})`,
    () => `(${e("fn")} if ${e("bool")} else ${e("fn")})`,
  ];
}
