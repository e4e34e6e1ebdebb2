/** The types that random programs deal in: how they are written, their simplest values, how they are shown. */
import type { Random } from "../random-program.ts";

export const TYPES = {
  int: "int",
  uint: "uint",
  bool: "bool",
  float: "float",
  str: "str",
  char: "char",
  big: "BigInt",
  ints: "list[int]",
  strs: "list[str]",
  floats: "list[float]",
  table: "list[list[int]]",
  pair: "tuple[int, str]",
  triple: "tuple[tuple[int, float], bool]",
  map: "dict[int, int]",
  words: "dict[str, int]",
  places: "dict[tuple[int, str], int]",
  groups: "dict[str, list[int]]",
  set: "set[int]",
  opt: "int | None",
  optstr: "str | None",
  obj: "Base",
  objs: "list[Base]",
  root: "W_Root",
  roots: "list[W_Root]",
  vec: "Vec",
  vecs: "list[Vec]",
  spots: "dict[Vec, int]",
  cells: "Cells",
  fn: "fn(int) -> int",
  fns: "list[fn(int) -> int]",
  gen: "Iterator[int]",
  kind: "Kind",
  sign: "Sign",
  choice: "Choice",
  box: "Box[int]",
  names: "Box[str]",
  stack: "Stack[int]",
  bytes: "array[u8]",
  any: "any_ref",
} as const;

export type Type = keyof typeof TYPES;
export const ALL_TYPES = Object.keys(TYPES) as Type[];

/** What `print` and f-strings can show. */
export const SHOWN: readonly Type[] = [
  "int",
  "uint",
  "bool",
  "float",
  "str",
  "char",
  "big",
  "ints",
  "strs",
  "floats",
  "table",
  "pair",
  "triple",
  "map",
  "words",
  "places",
  "groups",
  "set",
  "opt",
  "optstr",
  "vec",
  "vecs",
  "spots",
  "cells",
  "kind",
  "sign",
  "choice",
];

/** Types that inference finds by itself, whichever values come: parameters of these may go undeclared. */
export const INFERRED: readonly Type[] = [
  "int",
  "uint",
  "bool",
  "float",
  "str",
  "big",
  "ints",
  "floats",
  "pair",
  "map",
  "kind",
  "vec",
  "cells",
];

/** Types of variables that closures take along. */
export const CAPTURED: readonly Type[] = [
  "int",
  "str",
  "ints",
  "float",
  "opt",
  "obj",
  "fn",
  "kind",
  "pair",
];

export const INTS = [
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
  "-4294967296",
];

/** Simplest values, each an expression that costs nothing. */
export const LITERALS: Readonly<Record<Type, readonly string[]>> = {
  int: INTS,
  uint: ["uint(0)", "uint(7)", "uint(18446744073709551615)", "uint(9223372036854775808)"],
  bool: ["True", "False"],
  float: ["0.0", "1.0", "-1.5", "0.1", "3.25", "1e16", "-2.5e-3", "1e300", "-0.0", "inf", "nan"],
  str: [
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
    '"\\x00\\xff"',
    '"Ab1 _"',
  ],
  char: ["chr(65)", "chr(0)", "chr(255)", '"hello"[1]'],
  big: ["BIG", "BigInt.from_int(-3)", 'BigInt.from_str("123456789012345678901234567890")'],
  ints: ["[1, 2, 3]", "[7]", "TABLE", "MATRIX[0]"],
  strs: ['["a", "b"]', '["é", "", "xyz"]', "LINES"],
  floats: ["[0.5, -1.5]", "[nan, inf, 0.0]"],
  table: ["[[1], [2, 3]]", "MATRIX"],
  pair: ['(0, "t")', '(5, "bc")', "PLACE"],
  triple: ["((1, 0.5), True)", "((-1, nan), False)"],
  map: ["{1: 2, 3: 4}", "SQUARES"],
  words: ['{"a": 1}', "NAMES"],
  places: ['{(1, "t"): 5}', "PLACES"],
  groups: ['{"g": [1, 2]}', "GROUPS"],
  set: ["{1, 2, 3}", "ODD"],
  opt: ["None", "5"],
  optstr: ["None", '"some"'],
  obj: ["ORIGIN", "RING[1]", 'Base(2, "b")'],
  objs: ['[Base(1, "x"), ORIGIN]', "RING"],
  root: ["W_Int(5)", 'W_Str("w")', "SHARED[0]", "W_Kind(Kind.RED)", "TREE", 'W_Char("a")'],
  roots: ['[W_Int(1), W_Str("z")]', "SHARED"],
  vec: ["Vec(1, 2)", "Vec(0, 0)", "CENTRE"],
  vecs: ["[Vec(1, 2), CENTRE]", "[CENTRE]"],
  spots: ["{Vec(1, 1): 1, Vec(5, 5): 2}", "SPOTS"],
  cells: ["Cells(300)", "CELLS"],
  fn: ["(lambda k: k + 1)", "classify_int", "ADD"],
  fns: ["[classify_int, ADD]", "ACTIONS"],
  gen: ["counted(3)", "(k for k in TABLE)"],
  kind: ["Kind.RED", "Kind.GREEN", "Kind.BLUE", "Kind.LAST"],
  sign: ["Sign.PLUS", "Sign.MINUS", "Sign.STAR"],
  choice: ["Choice.M0", "Choice.M1"],
  box: ["Box(4)", "BOX"],
  names: ['Box("n")', "LABEL"],
  stack: ["Stack[int]()", "Stack[int]().push(4)"],
  bytes: ["array[u8](4)", "BYTES"],
  any: ["erased(ORIGIN)", "erased(TREE)", "erased(TABLE)"],
};

/** An expression that shows a value of any type, given the name of a variable that holds it. */
export function shown(value: string, type: Type): string {
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
    case "fns":
      return `[f(5) for f in ${value}]`;
    case "gen":
      return `taken(${value})`;
    case "box":
    case "names":
      return `${value}.get()`;
    case "stack":
      return `${value}.items, ${value}.top`;
    case "bytes":
      return `len(${value}), [int(b) for b in ${value}]`;
    case "any":
      return `describe(${value})`;
    default:
      return value;
  }
}

/** What cuts a value to a size that does not grow from one use to the next. */
const CUTS: Partial<Record<Type, string>> = {
  str: "clip",
  big: "cut_big",
  ints: "cut",
  strs: "cut",
  floats: "cut",
  table: "cut",
  roots: "cut",
  objs: "cut",
  vecs: "cut",
  fns: "cut",
  map: "cut_dict",
  words: "cut_dict",
  places: "cut_dict",
  groups: "cut_dict",
  spots: "cut_dict",
  set: "cut_set",
};

export function bounded(value: string, type: Type): string {
  const cut = CUTS[type];
  return cut === undefined ? value : `${cut}(${value})`;
}

export function literal(random: Random, type: Type): string {
  return random.pick(LITERALS[type]);
}
