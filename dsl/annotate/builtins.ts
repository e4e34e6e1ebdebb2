/** Calls of what the compiler itself knows: conversions, `hash`, `type`, intrinsics, JIT hints. */
import type { FunctionSymbol, StaticValue } from "../bind/symbols.ts";
import { builtin } from "../bind/builtins.ts";
import { resolveTypeName } from "../bind/resolve.ts";
import { typePath } from "../bind/scopes.ts";
import type { HighValue } from "../flow/ops.ts";
import type { TypeExpr } from "../syntax/ast.ts";
import {
  callFunction,
  callInstanceMethod,
  callLibrary,
  construct,
  constantOf,
  libraryClass,
  libraryFunction,
  positional,
} from "./calls.ts";
import type { At, CallArguments } from "./calls.ts";
import { sourceOf } from "./explain.ts";
import { INTRINSICS } from "./intrinsics.ts";
import { BOOL, CHAR, FALSE, FLOAT, INT, NONE, POISON, STR, TRUE, UINT } from "./lattice.ts";
import type { Annotation, AnnotationOf } from "./lattice.ts";
import { methodOf, truth } from "./operators.ts";
import { show, typeKey } from "./show.ts";
import { instantiate } from "./specs.ts";
import * as types from "./types.ts";
import { describe, textOf } from "./text.ts";
import { flowInto, generalise, isSubclass } from "./unify.ts";
import { annotationOf, staticAnnotation } from "./values.ts";

/** A call whose callee is known: a function, a class, an enum, a built-in, a type application. */
export function callConstant(at: At, callee: StaticValue, args: CallArguments): Annotation {
  switch (callee.kind) {
    case "function":
      return callFunction(at, absFor(at, callee.symbol, args), null, args);
    case "class":
      if (args.values.length === 1 && callee.symbol === libraryClass(at.ctx, "dict"))
        return dictOf(at, args);
      return construct(at, classAt(at, callee.symbol), args);
    case "enum":
      return enumFromInt(at, callee.symbol, args);
    case "builtin":
      return callBuiltin(at, callee.symbol.name, args);
    case "type":
      return callType(at, callee.type, args);
    case "error":
      return POISON;
    default:
      return at.ctx.error(
        "E0406",
        at.op.span,
        `${show(staticAnnotation(callee))} cannot be called`,
      );
  }
}

/** `abs` of a stored number (a `u8`, an `f32`) is an ordinary one. */
function absFor(at: At, symbol: FunctionSymbol, args: CallArguments): FunctionSymbol {
  if (symbol.name !== "abs" || !symbol.module.isLibrary || args.keywords.length > 0) return symbol;
  const { kind } = first(at, args);
  const name = kind === "int" ? "abs_int" : kind === "float" ? "abs_float" : null;
  return name === null ? symbol : libraryFunction(at.ctx, name);
}

/** `dict(x)`: a copy of a dict, or what its pairs of key and value make. */
function dictOf(at: At, args: CallArguments): Annotation {
  const from = first(at, args);
  const copy = from.kind === "instance" ? methodOf(at, from, "copy") : null;
  if (copy !== null && copy.cls !== null && from.kind === "instance" && isDict(at, from))
    return callInstanceMethod(at, copy.cls, copy.method, args.values[0]!, positional([]));
  return callLibrary(at, "dict_of_pairs", args.values);
}

function isDict(at: At, { cls }: AnnotationOf<"instance">): boolean {
  return isSubclass(cls.symbol, libraryClass(at.ctx, "dict"));
}

/** The class instance a construction makes: always the same one for the same op. */
function classAt(
  at: At,
  symbol: Parameters<typeof types.freshClass>[1],
): ReturnType<typeof types.freshClass> {
  if (symbol.typeParams.length === 0) return types.classInstance(at.ctx, symbol, []);
  const site = at.ctx.site(at.spec, at.op);
  site.cls ??= types.freshClass(at.ctx, symbol);
  return site.cls;
}

export function intrinsic(
  at: At,
  name: string,
  args: readonly HighValue[],
  type: Annotation,
  result = type,
): Annotation {
  at.ctx.resolve(at.spec, at.op, { kind: "intrinsic", name, args, type });
  return result;
}

function enumFromInt(
  at: At,
  symbol: Extract<StaticValue, { kind: "enum" }>["symbol"],
  args: CallArguments,
): Annotation {
  const value = args.values[0];
  if (value === undefined || args.values.length !== 1)
    return at.ctx.error("E0401", at.op.span, `${symbol.name}(…) takes one int`);
  const from = annotationOf(at.spec, value);
  if (from.kind === "never" || from.kind === "poison") return from;
  if (from.kind !== "int")
    return at.ctx.error(
      "E0302",
      at.op.span,
      `${symbol.name}(…) takes an int, but this is ${show(from)}`,
    );
  return intrinsic(at, "enum_from_int", [value], { kind: "enum", symbol, index: null });
}

// ---------------------------------------------------------------- type applications

function callType(at: At, type: TypeExpr, args: CallArguments): Annotation {
  const { ctx, spec } = at;
  if (type.kind === "named") {
    const symbol = resolveTypeName(spec.symbol.module, typePath(type));
    if (symbol?.kind === "builtin" && symbol.name === "intrinsic:unsafe_cast")
      return intrinsic(
        at,
        "unsafe_cast",
        args.values,
        types.typeOf(ctx, type.args[0]!, spec.symbol.module, spec.env),
      );
    if (symbol?.kind === "builtin" && symbol.name === "intrinsic:has_type")
      return hasType(at, type, args);
    if (symbol?.kind === "function") return callApplied(at, symbol, type, args);
  }
  const annotation = types.typeOf(ctx, type, spec.symbol.module, spec.env);
  switch (annotation.kind) {
    case "array":
      return newArray(at, annotation, args);
    case "weak":
      return newWeak(at, annotation, args);
    case "instance":
      return construct(at, annotation.cls, args);
    case "poison":
      return annotation;
    default:
      return ctx.error("E0406", at.op.span, `${show(annotation)} cannot be called`);
  }
}

/** `has_type[T](x)`: whether the type of `x` is T itself; decided here, so that the other branch is no code. */
function hasType(
  at: At,
  type: Extract<TypeExpr, { kind: "named" }>,
  args: CallArguments,
): Annotation {
  const wanted = types.typeOf(at.ctx, type.args[0]!, at.spec.symbol.module, at.spec.env);
  const value = typeKey(generalise(first(at, args))) === typeKey(wanted);
  at.ctx.resolve(at.spec, at.op, { kind: "constant", value: { kind: "bool", value } });
  return value ? TRUE : FALSE;
}

/** `first[int](xs)`: a generic function with its type arguments written out. */
function callApplied(
  at: At,
  symbol: FunctionSymbol,
  type: Extract<TypeExpr, { kind: "named" }>,
  args: CallArguments,
): Annotation {
  const { ctx, spec } = at;
  if (type.args.length !== symbol.typeParams.length)
    return ctx.error(
      "E0305",
      at.op.span,
      `${symbol.name} takes ${symbol.typeParams.length} type arguments, not ${type.args.length}`,
    );
  const site = ctx.site(spec, at.op);
  site.instantiations ??= new Map();
  if (!site.instantiations.has(symbol)) {
    const cells = symbol.typeParams.map(
      (param, i) =>
        [
          param.name.text,
          types.cellFor(
            ctx,
            type.args[i]!,
            spec.symbol.module,
            spec.env,
            `\`${param.name.text}\` of ${symbol.name}`,
          ),
        ] as const,
    );
    site.instantiations.set(symbol, instantiate(ctx, symbol, null, new Map(cells)));
  }
  return callFunction(at, symbol, null, args);
}

/** `array[T](n)` and `array[T](n, fill)`. */
function newArray(
  at: At,
  type: Extract<Annotation, { kind: "array" }>,
  args: CallArguments,
): Annotation {
  const { ctx, spec } = at;
  const [length, fill] = args.values;
  if (length === undefined || args.values.length > 2)
    return ctx.error(
      "E0401",
      at.op.span,
      "array[T](length) takes a length, and a value to fill it with",
    );
  const count = annotationOf(spec, length);
  if (count.kind === "never" || count.kind === "poison") return count;
  if (count.kind === "instance" && count.cls.symbol.name === "list" && args.values.length === 1)
    return callLibrary(at, "list_to_array", args.values);
  if (count.kind !== "int")
    return ctx.error(
      "E0302",
      args.spans[0] ?? at.op.span,
      `the length of an array is an int, but this is ${show(count)}`,
    );
  if (fill !== undefined)
    flowInto(ctx, type.item, annotationOf(spec, fill), {
      span: args.spans[1] ?? at.op.span,
      message: "the array is filled with this",
      source: sourceOf(spec, fill),
    });
  else if (!spec.symbol.module.tree.raw && !hasZero(ctx.read(type.item)))
    return needsFill(at, type, "array[T](n, value)");
  return intrinsic(at, "array_new", args.values, type);
}

export function needsFill(
  at: At,
  type: Extract<Annotation, { kind: "array" }>,
  written: string,
): Annotation {
  return at.ctx.error(
    "E0310",
    at.op.span,
    `an array of ${show(at.ctx.read(type.item))} needs a value to fill it with`,
    { help: `write ${written}, or make the items \`T | None\`` },
  );
}

/** Zeroed memory holds items of this type. */
export function hasZero(item: Annotation): boolean {
  return ["int", "float", "bool", "char", "optional", "none", "never", "poison", "ptr"].includes(
    item.kind,
  );
}

function newWeak(
  at: At,
  type: Extract<Annotation, { kind: "weak" }>,
  args: CallArguments,
): Annotation {
  const target = args.values[0];
  if (target === undefined)
    return at.ctx.error("E0401", at.op.span, "weak[T](object) takes the object it refers to");
  flowInto(at.ctx, type.item, annotationOf(at.spec, target), {
    span: args.spans[0] ?? at.op.span,
    message: "referred to here",
    source: sourceOf(at.spec, target),
  });
  return intrinsic(at, "weak_new", args.values, type);
}

// ---------------------------------------------------------------- built-in functions

function callBuiltin(at: At, name: string, args: CallArguments): Annotation {
  if (args.values.some((value) => annotationOf(at.spec, value).kind === "never"))
    return at.spec.annotations[-1] ?? { kind: "never" };
  if (name === "intrinsic:describe") return describe(at, args.values[0]!);
  if (name.startsWith("intrinsic:"))
    return callIntrinsic(at, name.slice("intrinsic:".length), args);
  if (name.startsWith("jit:")) return jitHint(at, name.slice("jit:".length), args);
  const simple = types.simpleType(name);
  if (simple !== null) return convert(at, simple, args);
  const handler = BUILTINS[name];
  if (handler === undefined)
    return at.ctx.error("E0406", at.op.span, `\`${name}\` cannot be called here`);
  return handler(at, args);
}

function callIntrinsic(at: At, name: string, args: CallArguments): Annotation {
  const row = INTRINSICS[name];
  if (row === undefined)
    return at.ctx.error("E0701", at.op.span, `there is no intrinsic \`${name}\``);
  const annotations = args.values.map((value) => annotationOf(at.spec, value));
  const result = row(at, annotations, args);
  at.ctx.resolve(at.spec, at.op, { kind: "intrinsic", name, args: args.values, type: result });
  return result;
}

type Handler = (at: At, args: CallArguments) => Annotation;

const BUILTINS: Readonly<Record<string, Handler>> = {
  chr: (at, args) => intrinsic(at, "convert", args.values, CHAR),
  ord: (at, args) => {
    const from = first(at, args);
    if (from.kind === "char") return intrinsic(at, "convert", args.values, INT);
    if (from.kind === "str") return callLibrary(at, "ord_str", args.values);
    return wrongArgument(at, "ord", "a char", from);
  },
  repr: (at, args) => textOf(at, args.values[0]!, "r", null),
  hash: (at, args) => hashOf(at, args.values[0]!),
  id: (at, args) => intrinsic(at, "identity_hash", args.values, INT),
  type: (at, args) => {
    const from = first(at, args);
    if (from.kind !== "instance") return wrongArgument(at, "type", "an object", from);
    return intrinsic(at, "class_of", args.values, { kind: "class", root: from.cls.symbol });
  },
  range: (at, args) => {
    const cls = types.classInstance(at.ctx, libraryClass(at.ctx, "Range"), []);
    const zero: HighValue = { kind: "const", value: { kind: "int", value: 0n }, type: null };
    const one: HighValue = { kind: "const", value: { kind: "int", value: 1n }, type: null };
    const [a, b, c] = args.values;
    if (a === undefined || args.values.length > 3)
      return at.ctx.error("E0401", at.op.span, "range takes one to three ints");
    return construct(
      at,
      cls,
      positional(b === undefined ? [zero, a, one] : [a, b, c ?? one], args.spans),
    );
  },
  iter: (at, args) => {
    const found = methodOf(at, first(at, args), "__iter__");
    if (found === null)
      return at.ctx.error("E0311", at.op.span, `${show(first(at, args))} cannot be iterated over`);
    const value = args.values[0]!;
    return found.cls === null
      ? callFunction(at, found.method, value, positional([]))
      : callInstanceMethod(at, found.cls, found.method, value, positional([]));
  },
  array: (at, args) => {
    if (args.values.length !== 1)
      return at.ctx.error("E0401", at.op.span, "array(items) takes one iterable");
    return callLibrary(
      at,
      isList(at, first(at, args)) ? "list_to_array" : "array_of_items",
      args.values,
    );
  },
  checked: (at, args) => {
    at.ctx.resolve(at.spec, at.op, { kind: "same", value: args.values[0]! });
    return first(at, args);
  },
  embed_text: (at, args) => embed(at, args),
  embed_bytes: (at, args) => embed(at, args),
};

function isList(at: At, annotation: Annotation): boolean {
  return annotation.kind === "instance" && annotation.cls.symbol === libraryClass(at.ctx, "list");
}

function first(at: At, args: CallArguments): Annotation {
  const value = args.values[0];
  return value === undefined ? POISON : annotationOf(at.spec, value);
}

function wrongArgument(at: At, name: string, wanted: string, found: Annotation): Annotation {
  if (found.kind === "never" || found.kind === "poison") return found;
  return at.ctx.error(
    "E0302",
    at.op.span,
    `\`${name}\` takes ${wanted}, but this is ${show(found)}`,
  );
}

function embed(at: At, args: CallArguments): Annotation {
  const path = args.values[0] === undefined ? null : constantOf(at.spec, args.values[0]);
  if (path?.kind !== "str")
    return at.ctx.error("E0602", at.op.span, "embed_text needs the path of a file as a literal");
  const text = at.ctx.embed(path.value, at.spec.symbol.module);
  if (text === null)
    return at.ctx.error("E0604", at.op.span, `there is no file ${path.value} to embed`, {
      help: "the path is relative to the module's folder",
    });
  const value: StaticValue = { kind: "str", value: text };
  at.ctx.resolve(at.spec, at.op, { kind: "constant", value });
  return STR;
}

// ---------------------------------------------------------------- conversions

/** `int(x)`, `float(x)`, `u8(x)`, `str(x)`, `bool(x)`. */
function convert(at: At, to: Annotation, args: CallArguments): Annotation {
  const value = args.values[0];
  if (value === undefined)
    return at.ctx.error("E0401", at.op.span, `${show(to)}(…) needs an argument`);
  const from = annotationOf(at.spec, value);
  if (from.kind === "never" || from.kind === "poison") return from;
  switch (to.kind) {
    case "str":
      return textOf(at, value, null, null);
    case "bool":
      return truth({ ...at, op: { ...at.op, args: [value] } as typeof at.op });
    case "float":
      if (from.kind === "int" || from.kind === "float" || from.kind === "bool")
        return intrinsic(at, "convert", [value], to);
      if (from.kind === "str" || from.kind === "char")
        return callLibrary(at, "parse_float", [value]);
      break;
    case "int":
      if (from.kind === "float")
        return to === UINT || (to.kind === "int" && to.width !== "int")
          ? intrinsic(at, "convert", [value], to)
          : callLibrary(at, "int_from_float", [value]);
      if (from.kind === "int" || from.kind === "bool" || from.kind === "enum")
        return intrinsic(at, "convert", [value], to);
      // A char is a str of length 1: `int("7")` is 7 whichever of the two the text is taken for.
      if ((from.kind === "str" || from.kind === "char") && to.width === "int")
        return callFunction(at, at.ctx.bound.builtins.scope.get("parse_int") as never, null, args);
      break;
    case "char":
      if (from.kind === "int") return intrinsic(at, "convert", [value], to);
      break;
    case "ptr":
      if (from.kind === "int") return intrinsic(at, "convert", [value], to);
      break;
    default:
      break;
  }
  return at.ctx.error("E0312", at.op.span, `${show(from)} cannot be converted to ${show(to)}`);
}

/** `hash(x)` for every kind that may be a key. */
export function hashOf(at: At, value: HighValue): Annotation {
  const from = annotationOf(at.spec, value);
  switch (from.kind) {
    case "never":
    case "poison":
      return from;
    case "int":
    case "bool":
    case "char":
    case "enum":
      return intrinsic(at, "convert", [value], INT);
    case "none":
      // Also what the key of a dict is taken for that nobody fills.
      at.ctx.resolve(at.spec, at.op, { kind: "constant", value: { kind: "int", value: 0n } });
      return INT;
    case "float":
      return callLibrary(at, "float_hash", [value]);
    case "str":
      return callLibrary(at, "str_hash", [value]);
    case "optional":
      return callLibrary(at, "optional_hash", [value]);
    case "tuple":
      return from.items.length === 0
        ? intrinsic(at, "identity_hash", [value], INT)
        : callLibrary(at, `tuple_hash_${from.items.length}`, [value]);
    case "instance": {
      const found = methodOf(at, from, "__hash__");
      if (found !== null)
        return callInstanceMethod(at, from.cls, found.method, value, positional([]));
      return intrinsic(at, "identity_hash", [value], INT);
    }
    case "class":
    case "function":
    case "ptr":
    case "array":
      return intrinsic(at, "identity_hash", [value], INT);
    default:
      return at.ctx.error(
        "E0313",
        at.op.span,
        `${show(from)} cannot be hashed, so it cannot be a key`,
      );
  }
}

// ---------------------------------------------------------------- JIT hints

/** Hints have no meaning without a tracer, but are checked. */
function jitHint(at: At, name: string, args: CallArguments): Annotation {
  switch (name) {
    case "JitDriver":
      at.ctx.resolve(at.spec, at.op, {
        kind: "constant",
        value: { kind: "builtin", symbol: driverSymbol },
      });
      return staticAnnotation({ kind: "builtin", symbol: driverSymbol });
    case "driver.merge_point":
    case "driver.can_enter":
      checkGreens(at, args);
      at.ctx.resolve(at.spec, at.op, {
        kind: "intrinsic",
        name: `jit_${name.slice("driver.".length)}`,
        args: args.values,
        type: NONE,
      });
      return NONE;
    case "promote":
      at.ctx.resolve(at.spec, at.op, { kind: "same", value: args.values[0]! });
      return first(at, args);
    case "is_virtual":
    case "is_constant":
    case "in_jit":
      at.ctx.resolve(at.spec, at.op, { kind: "constant", value: { kind: "bool", value: false } });
      return BOOL;
    default:
      return at.ctx.error("E0802", at.op.span, `there is no JIT hint \`${name}\``);
  }
}

/** What stays the same while a loop of the hosted program runs, and can be told apart at a glance. */
const GREEN: ReadonlySet<Annotation["kind"]> = new Set<Annotation["kind"]>([
  ...(["int", "bool", "char", "str", "enum", "class", "instance"] as const),
  ...(["never", "poison"] as const),
]);

function checkGreens(at: At, args: CallArguments): void {
  const first = args.values.length - args.keywords.length;
  args.keywords.forEach((name, i) => {
    if (at.op.aux.greens?.includes(name) !== true) return;
    const found = annotationOf(at.spec, args.values[first + i]!);
    if (GREEN.has(found.kind)) return;
    at.ctx.error(
      "E0806",
      args.spans[first + i] ?? at.op.span,
      `the green \`${name}\` is ${show(found)}: it must be an int, a text, an enum member or an object`,
    );
  });
}

const driverSymbol = builtin("jit:driver");

export { FLOAT };
