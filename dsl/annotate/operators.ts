/** Transfer functions of arithmetic, comparison, truth and identity. */
import type { ClassSymbol, FunctionSymbol } from "../bind/symbols.ts";
import type { HighOpName, HighValue } from "../flow/ops.ts";
import { note } from "../syntax/diagnostics.ts";
import { callFunction, callInstanceMethod, callLibrary, positional } from "./calls.ts";
import type { At } from "./calls.ts";
import { chainNotes } from "./explain.ts";
import type { LiveSpec } from "./context.ts";
import { BOOL, FALSE, FLOAT, INT, POISON, TRUE, UINT, withoutNone } from "./lattice.ts";
import type { Annotation, AnnotationOf } from "./lattice.ts";
import { primitiveMethod } from "./attributes.ts";
import { show } from "./show.ts";
import { findMethod } from "./specs.ts";
import { fitsWidth, isSubclass } from "./unify.ts";
import { annotationOf } from "./values.ts";

/** How messages name an operation, and the method that overloads it. */
const SPELLING: Partial<
  Record<HighOpName, { readonly sign: string; readonly verb: string; readonly method: string }>
> = {
  add: { sign: "+", verb: "add", method: "__add__" },
  sub: { sign: "-", verb: "subtract", method: "__sub__" },
  mul: { sign: "*", verb: "multiply", method: "__mul__" },
  truediv: { sign: "/", verb: "divide", method: "__truediv__" },
  floordiv: { sign: "//", verb: "divide", method: "__floordiv__" },
  mod: { sign: "%", verb: "apply % to", method: "__mod__" },
  pow: { sign: "**", verb: "raise", method: "__pow__" },
  lshift: { sign: "<<", verb: "shift", method: "__lshift__" },
  rshift: { sign: ">>", verb: "shift", method: "__rshift__" },
  bitand: { sign: "&", verb: "apply & to", method: "__and__" },
  bitor: { sign: "|", verb: "apply | to", method: "__or__" },
  bitxor: { sign: "^", verb: "apply ^ to", method: "__xor__" },
  inplace_add: { sign: "+=", verb: "add", method: "__iadd__" },
  eq: { sign: "==", verb: "compare", method: "__eq__" },
  ne: { sign: "!=", verb: "compare", method: "__ne__" },
  lt: { sign: "<", verb: "compare", method: "__lt__" },
  le: { sign: "<=", verb: "compare", method: "__le__" },
  gt: { sign: ">", verb: "compare", method: "__gt__" },
  ge: { sign: ">=", verb: "compare", method: "__ge__" },
  neg: { sign: "-", verb: "negate", method: "__neg__" },
  pos: { sign: "+", verb: "apply + to", method: "__pos__" },
  invert: { sign: "~", verb: "invert", method: "__invert__" },
};

function args(at: At): Annotation[] {
  return at.op.args.map((arg) => annotationOf(at.spec, arg));
}

/** A two-sided error: what each side is, and where it came from. */
function mismatch(at: At, a: Annotation, b: Annotation): Annotation {
  const spelling = SPELLING[at.op.name]!;
  const notes = [...sideNotes(at, 0, a), ...sideNotes(at, 1, b)];
  const help = mixHelp(at.op.name, a, b);
  return at.ctx.error(
    "E0306",
    at.op.span,
    `cannot ${spelling.verb} ${show(a)} and ${show(b)} with \`${spelling.sign}\``,
    {
      notes,
      ...(help === null ? {} : { help }),
    },
  );
}

function sideNotes(at: At, index: number, annotation: Annotation): ReturnType<typeof note>[] {
  const span = at.op.aux.argSpans?.[index] ?? null;
  const notes = span === null ? [] : [note(`this is ${show(annotation)}`, span)];
  const value = at.op.args[index]!;
  if (value.kind === "var" && at.ctx.checking)
    notes.push(
      ...chainNotes({ spec: at.spec, variable: value.id }).filter((one) => one.span !== span),
    );
  return notes;
}

function mixHelp(name: HighOpName, a: Annotation, b: Annotation): string | null {
  if (a.kind === "optional" || b.kind === "optional") return "test for None first";
  const kinds = [a.kind, b.kind];
  if (kinds.includes("int") && kinds.includes("float"))
    return "convert one side: `float(…)` or `int(…)`";
  if (name === "truediv" && a.kind === "int")
    return "`/` is for floats: use `//`, or convert with float(…)";
  if (kinds.includes("str") && name === "add")
    return "convert the other side with str(…), or use an f-string";
  if (a.kind === "int" && b.kind === "int") return "convert one side: `int(…)` or `uint(…)`";
  return null;
}

// ---------------------------------------------------------------- arithmetic

export function binary(at: At): Annotation {
  const [a, b] = args(at) as [Annotation, Annotation];
  const { name } = at.op;
  if (a.kind === "int" && b.kind === "int") return intBinary(at, a, b);
  if (a.kind === "float" && b.kind === "float") return floatBinary(at, a, b);
  if (
    a.kind === "bool" &&
    b.kind === "bool" &&
    (name === "bitand" || name === "bitor" || name === "bitxor")
  )
    return BOOL;
  return overloaded(at, a, b);
}

function intBinary(at: At, a: AnnotationOf<"int">, b: AnnotationOf<"int">): Annotation {
  switch (at.op.name) {
    case "truediv":
      return mismatch(at, a, b);
    case "pow":
      return callLibrary(at, "int_pow", at.op.args);
    case "lshift":
    case "rshift":
      return a.width === "uint" ? UINT : INT;
    default:
      return arithmeticWidth(a, b) ?? mismatch(at, a, b);
  }
}

/** `int` or `uint`; a literal takes the other side's. Null when the two do not mix. */
function arithmeticWidth(a: AnnotationOf<"int">, b: AnnotationOf<"int">): Annotation | null {
  if (a.width !== "uint" && b.width !== "uint") return INT;
  for (const side of [a, b])
    if (
      side.width !== "uint" &&
      !side.width.startsWith("u") &&
      (side.value === null || !fitsWidth(side.value, "uint"))
    )
      return null;
  return UINT;
}

function floatBinary(at: At, a: Annotation, b: Annotation): Annotation {
  switch (at.op.name) {
    case "add":
    case "inplace_add":
    case "sub":
    case "mul":
    case "truediv":
      return FLOAT;
    case "floordiv":
      return callLibrary(at, "float_floordiv", at.op.args);
    case "mod":
      return callLibrary(at, "float_mod", at.op.args);
    case "pow":
      return callLibrary(at, "float_pow", at.op.args);
    default:
      return mismatch(at, a, b);
  }
}

/** An operator that a class or a primitive's library methods define. */
function overloaded(at: At, a: Annotation, b: Annotation): Annotation {
  const name = at.op.name;
  if ((a.kind === "str" || a.kind === "char") && name === "mod")
    return at.ctx.error("E0307", at.op.span, "the format of `%` must be a literal string", {
      help: "use an f-string, or build the text with StrBuilder",
    });
  if (isText(a) && isText(b) && (name === "add" || name === "inplace_add"))
    return callLibrary(at, "str_concat", at.op.args);
  const found =
    methodOf(at, a, SPELLING[name]!.method) ??
    (name === "inplace_add" ? methodOf(at, a, "__add__") : null);
  if (found === null) return mismatch(at, a, b);
  return callOn(at, found, at.op.args[0]!, [at.op.args[1]!]);
}

function isText(annotation: Annotation): boolean {
  return annotation.kind === "str" || annotation.kind === "char";
}

export interface FoundMethod {
  readonly method: FunctionSymbol;
  /** Null for methods of primitive types. */
  readonly cls: AnnotationOf<"instance">["cls"] | null;
}

/** The method of that name that a value of this annotation has, or null. */
export function methodOf(at: At, receiver: Annotation, name: string): FoundMethod | null {
  if (receiver.kind === "instance") {
    const method = findMethod(receiver.cls.symbol, name);
    return method === null ? null : { method, cls: receiver.cls };
  }
  const method = primitiveMethod(at.ctx, receiver, name);
  return method === null ? null : { method, cls: null };
}

export function callOn(
  at: At,
  found: FoundMethod,
  receiver: HighValue,
  values: readonly HighValue[],
  negate = false,
): Annotation {
  const spans = (at.op.aux.argSpans ?? []).slice(1);
  if (found.cls === null)
    return callFunction(at, found.method, receiver, positional(values, spans), negate);
  return callInstanceMethod(
    at,
    found.cls,
    found.method,
    receiver,
    positional(values, spans),
    negate,
  );
}

export function unary(at: At): Annotation {
  const a = args(at)[0]!;
  const { name } = at.op;
  if (a.kind === "int") {
    if (name === "neg" && a.value !== null)
      return { kind: "int", width: "int", nonneg: false, value: -a.value };
    if (name === "invert" && a.value !== null && a.width === "int")
      return { kind: "int", width: "int", nonneg: false, value: ~a.value };
    return a.width === "uint" ? UINT : INT;
  }
  if (a.kind === "float" && name !== "invert") return a;
  const found = methodOf(at, a, SPELLING[name]!.method);
  if (found !== null) return callOn(at, found, at.op.args[0]!, []);
  return at.ctx.error(
    "E0306",
    at.op.span,
    `cannot ${SPELLING[name]!.verb} ${show(a)} with \`${SPELLING[name]!.sign}\``,
    {
      notes: sideNotes(at, 0, a),
    },
  );
}

// ---------------------------------------------------------------- comparison

export function equality(at: At): Annotation {
  const [a, b] = args(at) as [Annotation, Annotation];
  const negate = at.op.name === "ne";
  if (a.kind === "none" || b.kind === "none") return identity(at);
  if (a.kind === "optional" || b.kind === "optional") return optionalEquality(at, a, b, negate);
  if (isText(a) && isText(b)) {
    if (a.kind === "char" && b.kind === "char") return BOOL;
    return callLibrary(at, "str_eq", at.op.args, negate);
  }
  if (a.kind === "tuple" && b.kind === "tuple" && a.items.length === b.items.length)
    return a.items.length === 0
      ? BOOL
      : callLibrary(at, `tuple_eq_${a.items.length}`, at.op.args, negate);
  if (a.kind === "int" && b.kind === "int")
    return arithmeticWidth(a, b) === null ? mismatch(at, a, b) : BOOL;
  if (a.kind === "enum" && b.kind === "enum" && a.symbol === b.symbol) {
    return a.index !== null && b.index !== null
      ? (a.index === b.index) !== negate
        ? TRUE
        : FALSE
      : BOOL;
  }
  if (a.kind === "instance" && b.kind === "instance") return instanceEquality(at, a, b, negate);
  if (a.kind === "bool" && b.kind === "bool" && a.value !== null && b.value !== null)
    return (a.value === b.value) !== negate ? TRUE : FALSE;
  if (
    a.kind === b.kind &&
    (a.kind === "bool" ||
      a.kind === "float" ||
      a.kind === "ptr" ||
      a.kind === "class" ||
      a.kind === "function" ||
      a.kind === "any_ref")
  )
    return BOOL;
  if (a.kind === "class" || b.kind === "class") return BOOL;
  const found = methodOf(at, a, "__eq__");
  if (found !== null && a.kind === b.kind)
    return callOn(at, found, at.op.args[0]!, [at.op.args[1]!], negate);
  return mismatch(at, a, b);
}

function instanceEquality(
  at: At,
  a: AnnotationOf<"instance">,
  b: AnnotationOf<"instance">,
  negate: boolean,
): Annotation {
  const own = negate ? methodOf(at, a, "__ne__") : null;
  if (own !== null) return callOn(at, own, at.op.args[0]!, [at.op.args[1]!]);
  const found = methodOf(at, a, "__eq__");
  if (found !== null) return callOn(at, found, at.op.args[0]!, [at.op.args[1]!], negate);
  return related(a.cls.symbol, b.cls.symbol) ? BOOL : mismatch(at, a, b);
}

/** Whether some object could be of both classes, or they share a base. */
function related(a: ClassSymbol, b: ClassSymbol): boolean {
  for (let one: ClassSymbol | null = a; one !== null; one = one.base)
    if (isSubclass(b, one)) return true;
  return false;
}

function optionalEquality(at: At, a: Annotation, b: Annotation, negate: boolean): Annotation {
  const inner = withoutNone(a);
  const other = withoutNone(b);
  if (
    inner.kind === "instance" &&
    other.kind === "instance" &&
    methodOf(at, inner, "__eq__") === null
  )
    return related(inner.cls.symbol, other.cls.symbol) ? BOOL : mismatch(at, a, b);
  return callLibrary(at, "optional_eq", at.op.args, negate);
}

export function ordering(at: At): Annotation {
  const [a, b] = args(at) as [Annotation, Annotation];
  if (a.kind === "int" && b.kind === "int")
    return arithmeticWidth(a, b) === null ? mismatch(at, a, b) : BOOL;
  if (a.kind === b.kind && (a.kind === "float" || a.kind === "char" || a.kind === "ptr"))
    return BOOL;
  if (isText(a) && isText(b)) return callLibrary(at, `str_${at.op.name}`, at.op.args);
  if (
    a.kind === "tuple" &&
    b.kind === "tuple" &&
    a.items.length === b.items.length &&
    a.items.length > 0
  ) {
    const swap = at.op.name === "gt" || at.op.name === "le";
    const values = swap ? [at.op.args[1]!, at.op.args[0]!] : at.op.args;
    return callLibrary(
      at,
      `tuple_lt_${a.items.length}`,
      values,
      at.op.name === "le" || at.op.name === "ge",
    );
  }
  const found = methodOf(at, a, SPELLING[at.op.name]!.method);
  if (found !== null) return callOn(at, found, at.op.args[0]!, [at.op.args[1]!]);
  return reflected(at, a, b) ?? mismatch(at, a, b);
}

/** `a > b` by way of `b < a`, as Python does; `<=` and `>=` by negation. */
function reflected(at: At, a: Annotation, b: Annotation): Annotation | null {
  const less = methodOf(at, a, "__lt__");
  if (less === null || a.kind !== b.kind) return null;
  const [x, y] = at.op.args as [HighValue, HighValue];
  switch (at.op.name) {
    case "gt":
      return callOn(at, less, y, [x]);
    case "ge":
      return callOn(at, less, x, [y], true);
    case "le":
      return callOn(at, less, y, [x], true);
    default:
      return null;
  }
}

/** `is`: references by identity, numbers by value; a test against what can't be None is decided. */
export function identity(at: At): Annotation {
  const [a, b] = args(at) as [Annotation, Annotation];
  const negate = at.op.name === "ne";
  const decided = (value: boolean): Annotation => {
    at.ctx.resolve(at.spec, at.op, {
      kind: "constant",
      value: { kind: "bool", value: value !== negate },
    });
    return value !== negate ? TRUE : FALSE;
  };
  if (a.kind === "none" && b.kind === "none") return decided(true);
  if (a.kind === "none" || b.kind === "none") {
    const other = a.kind === "none" ? b : a;
    if (other.kind === "optional" || other.kind === "any_ref" || isLibraryReference(at, other))
      return BOOL;
    return decided(false);
  }
  if (a.kind === "constant" && b.kind === "constant" && "symbol" in a.value && "symbol" in b.value)
    return decided(a.value.symbol === b.value.symbol);
  return BOOL;
}

/** The library may look at array items that nobody has set yet: they are null whatever their type. */
function isLibraryReference(at: At, annotation: Annotation): boolean {
  return (
    at.spec.symbol.module.tree.raw &&
    ["instance", "array", "str", "tuple", "function"].includes(annotation.kind)
  );
}

// ---------------------------------------------------------------- truth

export function truth(at: At): Annotation {
  const a = args(at)[0]!;
  switch (a.kind) {
    case "bool":
      return a;
    case "none":
      at.ctx.resolve(at.spec, at.op, { kind: "constant", value: { kind: "bool", value: false } });
      return FALSE;
    case "int":
    case "float":
    case "ptr":
      return BOOL;
    case "optional":
      return optionalTruth(at, a);
    case "constant":
    case "function":
    case "class":
      at.ctx.resolve(at.spec, at.op, { kind: "constant", value: { kind: "bool", value: true } });
      return TRUE;
    default:
      return lengthTruth(at, a, true);
  }
}

function optionalTruth(at: At, a: AnnotationOf<"optional">): Annotation {
  if (a.of.kind === "instance" || a.of.kind === "str" || a.of.kind === "array")
    lengthTruth({ ...at, receiver: a.of }, a.of, false);
  return BOOL;
}

/** By `__bool__` or `__len__`; an object with neither is true. */
function lengthTruth(at: At, a: Annotation, decide: boolean): Annotation {
  const found = methodOf(at, a, "__bool__") ?? methodOf(at, a, "__len__");
  if (found !== null) {
    const result = callOn(at, found, at.op.args[0]!, []);
    return result.kind === "never" || result.kind === "poison" ? result : BOOL;
  }
  if (decide)
    at.ctx.resolve(at.spec, at.op, { kind: "constant", value: { kind: "bool", value: true } });
  return decide ? TRUE : BOOL;
}

export function negation(at: At): Annotation {
  const a = args(at)[0]!;
  return a.kind === "bool" && a.value !== null ? (a.value ? FALSE : TRUE) : BOOL;
}

/** isinstance and match_exception. */
export function classTest(at: At): Annotation {
  const subject = annotationOf(at.spec, at.op.args[0]!);
  const classes = testedClasses(at.spec, at.op.args[1]!);
  if (classes === null)
    return at.ctx.error(
      "E0308",
      at.op.aux.argSpans?.[1] ?? at.op.span,
      "isinstance needs a class, or a tuple of classes, that is known before the program runs",
    );
  const decide = (value: boolean): Annotation => {
    at.ctx.resolve(at.spec, at.op, { kind: "class-test", classes: [], decided: value });
    return value ? TRUE : FALSE;
  };
  const inner = withoutNone(subject);
  if (inner.kind === "never") return decide(false);
  if (inner.kind === "any_ref") {
    const [kind] = classes.primitives;
    if (kind !== undefined)
      return at.ctx.error(
        "E0308",
        at.op.aux.argSpans?.[1] ?? at.op.span,
        `an any_ref cannot be tested for ${kind}: only objects of classes are recovered from it`,
        { help: "wrap the value in an object of a class of your own" },
      );
    at.ctx.resolve(at.spec, at.op, { kind: "class-test", classes: classes.classes, decided: null });
    return BOOL;
  }
  if (inner.kind !== "instance") {
    const is = classes.primitives.includes(inner.kind);
    if (!is || subject.kind !== "optional") return decide(is);
    at.ctx.resolve(at.spec, at.op, { kind: "class-test", classes: [], decided: null });
    return BOOL;
  }
  const symbol = inner.cls.symbol;
  if (subject.kind !== "optional" && classes.classes.some((cls) => isSubclass(symbol, cls)))
    return decide(true);
  const possible = classes.classes.filter(
    (cls) => isSubclass(cls, symbol) || isSubclass(symbol, cls),
  );
  if (possible.length === 0) return decide(false);
  at.ctx.resolve(at.spec, at.op, { kind: "class-test", classes: possible, decided: null });
  return BOOL;
}

/** The classes, and the built-in kinds, that a test names. */
export function testedClasses(
  spec: LiveSpec,
  value: HighValue,
): { classes: ClassSymbol[]; primitives: string[] } | null {
  const annotation = annotationOf(spec, value);
  const items = annotation.kind === "tuple" ? annotation.items : [annotation];
  const classes: ClassSymbol[] = [];
  const primitives: string[] = [];
  for (const item of items) {
    if (item.kind !== "constant") return null;
    if (item.value.kind === "class") classes.push(item.value.symbol);
    else if (item.value.kind === "builtin") primitives.push(item.value.symbol.name);
    else return null;
  }
  return { classes, primitives };
}

export { POISON };
