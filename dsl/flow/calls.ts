/** Calls: of values, of methods, and the special forms that look like calls. */
import type { Argument, Expression, ExpressionOf, Parameter } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { ITERABLE, preludeName, specialForm } from "../bind/builtins.ts";
import { isDeclaredIterable } from "../bind/define.ts";
import { findMethod, resolveTypeName } from "../bind/resolve.ts";
import { typePath } from "../bind/scopes.ts";
import type { ClassSymbol, FunctionSymbol, StaticValue } from "../bind/symbols.ts";
import type { FunctionBuilder } from "./build.ts";
import {
  arithmeticUnary,
  binary,
  comprehension,
  expression,
  isUnfinished,
  memberOfConstant,
  valueOrModule,
} from "./expressions.ts";
import { concatenation, textOfValue, toText } from "./format.ts";
import { generatorExpression } from "./generators.ts";
import { checkDriver, checkDriverCall } from "./jit-hints.ts";
import { libraryCall } from "./library-calls.ts";
import type { HighAux, HighValue } from "./ops.ts";
import { iterableValue } from "./statements.ts";

export function call(b: FunctionBuilder, e: ExpressionOf<"call">): HighValue {
  const { callee } = e;
  if (callee.kind === "name") {
    const symbol = b.symbolOf(callee.text);
    const form = symbol === null ? null : specialForm(symbol);
    const special = form === null ? null : specialCall(b, form, e);
    if (special !== null) return special;
    if (symbol?.kind === "builtin" && symbol.name === "jit:JitDriver") checkDriver(b, e);
    const name = symbol === null ? null : preludeName(symbol);
    const made = name === null ? null : libraryCall(b, name, e);
    if (made !== null) return made;
  } else if (callee.kind === "attribute" && !isUnfinished(callee))
    return attributeCall(b, e, callee);
  return plainCall(b, e, expression(b, callee));
}

export function plainCall(
  b: FunctionBuilder,
  e: ExpressionOf<"call">,
  callee: HighValue,
): HighValue {
  const target = callee.kind === "const" ? calledFunction(callee.value) : null;
  const { values, aux } = callArguments(b, e.args, e.callee.span, target);
  return b.emit("call", [callee, ...values], e.span, aux);
}

/** What the arguments are for; `skip` parameters come before the first. */
interface CalledFunction {
  readonly fn: FunctionSymbol;
  readonly skip: number;
}

function calledFunction(callee: StaticValue): CalledFunction | null {
  if (callee.kind === "function") return { fn: callee.symbol, skip: 0 };
  if (callee.kind !== "class") return null;
  const fn = findMethod(callee.symbol, "__init__");
  return fn === null ? null : { fn, skip: 1 };
}

interface CallArguments {
  readonly values: HighValue[];
  readonly aux: HighAux;
}

/**
 * Positional values, then keyword values: as `aux` says. Evaluated as written. `*values` stands for its
 * items where their number is known here; where it is not, `aux.star` says so.
 */
function callArguments(
  b: FunctionBuilder,
  args: readonly Argument[],
  first: Span,
  callee: CalledFunction | null = null,
): CallArguments {
  const values = args.map((arg, i) => argumentValue(b, arg, i, callee));
  if (areStraight(args)) {
    const argSpans = new Array<Span | null>(args.length + 1);
    argSpans[0] = first;
    for (let i = 0; i < args.length; i++) argSpans[i + 1] = args[i]!.span;
    return { values, aux: { argSpans } };
  }
  const argSpans: (Span | null)[] = [first];
  const ordered: HighValue[] = [];
  const keywords: string[] = [];
  let isOpen = false;
  for (const [i, arg] of args.entries()) {
    if (arg.name !== null) continue;
    const count = arg.star ? starLength(b, arg.value, values[i]!) : null;
    const items = count === null ? [values[i]!] : spread(b, values[i]!, count, arg.span);
    isOpen ||= arg.star && count === null;
    for (const item of items) {
      ordered.push(item);
      argSpans.push(arg.span);
    }
  }
  for (const [i, arg] of args.entries()) {
    if (arg.name === null) continue;
    ordered.push(values[i]!);
    argSpans.push(arg.span);
    keywords.push(arg.name.text);
  }
  const aux: HighAux = {
    argSpans,
    ...(keywords.length > 0 ? { keywords } : {}),
    ...(isOpen ? { star: true } : {}),
  };
  return { values: ordered, aux };
}

/** Neither by name nor `*values`. */
function areStraight(args: readonly Argument[]): boolean {
  for (const arg of args) if (arg.name !== null || arg.star) return false;
  return true;
}

/** How many arguments `*e` stands for: of the function's own `*args`, of a tuple that stands there. */
function starLength(b: FunctionBuilder, e: Expression, value: HighValue): number | null {
  const own = b.fn.params.find((param) => param.star)?.name.text;
  if (e.kind === "name" && e.text === own) return b.context.starCount ?? null;
  if (e.kind === "tuple") return e.items.length;
  return value.kind === "const" && value.value.kind === "tuple" ? value.value.items.length : null;
}

function spread(b: FunctionBuilder, tuple: HighValue, count: number, span: Span): HighValue[] {
  const held = b.emitter.hold(tuple);
  const at = (i: number) => b.constant({ kind: "int", value: BigInt(i) });
  return Array.from({ length: count }, (_, i) => b.emit("getitem", [held(), at(i)], span));
}

/**
 * A generator expression is a list where one is wanted: by a parameter that is declared one, and by
 * what is not known here, such as a method (`", ".join(str(x) for x in xs)`).
 */
function argumentValue(
  b: FunctionBuilder,
  arg: Argument,
  index: number,
  callee: CalledFunction | null,
): HighValue {
  const { value } = arg;
  const param = callee === null ? null : parameterOf(callee, arg, index);
  if (value.kind !== "comprehension" || value.form !== "generator")
    return param !== null && takesIterable(callee!.fn, param)
      ? iterableValue(b, value)
      : expression(b, value);
  const isLazy = callee !== null && param !== null && !wantsList(callee.fn, param);
  return isLazy ? generatorExpression(b, value) : comprehension(b, value);
}

function parameterOf({ fn, skip }: CalledFunction, arg: Argument, index: number): Parameter | null {
  const { name } = arg;
  if (name !== null) return fn.params.find((param) => param.name.text === name.text) ?? null;
  return fn.params[skip + index] ?? null;
}

/** Declared `Iterable[T]`, or as a type parameter with that bound. */
function takesIterable({ typeParams }: FunctionSymbol, { type }: Parameter): boolean {
  if (type?.kind !== "named") return false;
  const bound = typeParams.find((one) => one.name.text === type.name.text)?.bound;
  return bound?.kind === "named" && bound.name.text === ITERABLE;
}

function wantsList(fn: FunctionSymbol, param: Parameter): boolean {
  // What takes any iterable goes through all of it: that is quicker through a list than a generator.
  if (isDeclaredIterable(param)) return fn.module.isLibrary;
  if (param.type?.kind !== "named") return false;
  const symbol = resolveTypeName(fn, typePath(param.type));
  return symbol !== null && preludeName(symbol) === "list";
}

// ---------------------------------------------------------------- methods

function attributeCall(
  b: FunctionBuilder,
  e: ExpressionOf<"call">,
  callee: ExpressionOf<"attribute">,
): HighValue {
  if (isSuper(b, callee.object)) return superCall(b, e, callee);
  const greens = checkDriverCall(b, e, callee);
  const object = valueOrModule(b, callee.object);
  const known = object.kind === "const" ? memberOfConstant(b, object.value, callee) : null;
  if (known !== null) return plainCall(b, e, known);
  const { values, aux } = callArguments(b, e.args, callee.object.span);
  const { text: name, span: nameSpan } = callee.name;
  const named = { ...aux, name, nameSpan, ...(greens === null ? {} : { greens }) };
  return b.emit("call_method", [object, ...values], e.span, named);
}

export function isSuper(b: FunctionBuilder, e: Expression): boolean {
  if (e.kind !== "call" || e.callee.kind !== "name" || e.callee.text !== "super") return false;
  const symbol = b.symbolOf("super");
  return symbol !== null && specialForm(symbol) === "super";
}

/** `super().m(…)` is a direct call of the base's method with `self` first. */
function superCall(
  b: FunctionBuilder,
  e: ExpressionOf<"call">,
  callee: ExpressionOf<"attribute">,
): HighValue {
  const found = superMethod(b, callee, e.args.length === 0);
  if (!isMethod(found)) return found;
  const { values, aux } = callArguments(b, e.args, callee.span);
  const argSpans = [callee.span, callee.object.span, ...(aux.argSpans ?? []).slice(1)];
  const target = b.constant({ kind: "function", symbol: found.method });
  return b.emit("call", [target, found.self, ...values], e.span, { ...aux, argSpans });
}

/** `super().area` of a property. */
export function superProperty(b: FunctionBuilder, e: ExpressionOf<"attribute">): HighValue {
  const found = superMethod(b, e, false);
  if (!isMethod(found)) return found;
  if (!found.method.hints.has("property")) {
    b.report("E0511", e.span, `\`super().${e.name.text}\` is a method, which can only be called`);
    return b.error();
  }
  const target = b.constant({ kind: "function", symbol: found.method });
  return b.emit("call", [target, found.self], e.span, { argSpans: [e.span, e.object.span] });
}

interface SuperMethod {
  readonly method: FunctionSymbol;
  readonly self: HighValue;
}

function isMethod(found: SuperMethod | HighValue): found is SuperMethod {
  return "method" in found;
}

/** The method above, and the object; or what stands for the expression when there is none. */
function superMethod(
  b: FunctionBuilder,
  callee: ExpressionOf<"attribute">,
  mayBeEmpty: boolean,
): SuperMethod | HighValue {
  const { fn } = b;
  const self = fn.params[0];
  const name = callee.name.text;
  if (fn.owner === null || fn.flavour !== "method" || self === undefined) {
    b.report("E0511", callee.object.span, "`super()` belongs in a method");
    return b.error();
  }
  const method = baseMethod(fn.owner, name);
  if (method === null) {
    const isInit = name === "__init__" && mayBeEmpty;
    // Every object has an `__init__` that does nothing.
    if (isInit) return b.none();
    const base = fn.owner.base;
    b.report(
      "E0511",
      callee.name.span,
      base === null
        ? `\`${fn.owner.name}\` has no base class`
        : `no base class of \`${fn.owner.name}\` has a method \`${name}\``,
    );
    return b.error();
  }
  const receiver = b.readName(self.name.text, {
    kind: "name",
    text: self.name.text,
    span: callee.object.span,
  });
  return { method, self: receiver };
}

function baseMethod(cls: ClassSymbol, name: string): FunctionSymbol | null {
  return cls.base === null ? null : findMethod(cls.base, name);
}

// ---------------------------------------------------------------- special forms

/** The call as an op of its own; null if it is an ordinary call after all. */
function specialCall(b: FunctionBuilder, form: string, e: ExpressionOf<"call">): HighValue | null {
  const plain = e.args.every((arg) => !arg.star && arg.name === null);
  const args = e.args.map((arg) => arg.value);
  const [first] = args;
  if (form === "print") return print(b, e);
  if (!plain || first === undefined) return null;
  switch (form) {
    case "isinstance":
      return args.length === 2 ? operation(b, "isinstance", args, e.span) : null;
    case "len":
    case "iter":
    case "reversed":
      return args.length === 1 ? operation(b, form, args, e.span) : null;
    case "bool":
      return args.length === 1 ? operation(b, "truth", args, e.span) : null;
    case "str":
      return args.length === 1 ? toText(b, first, e.span, null, null) : null;
    case "repr":
      return args.length === 1 ? toText(b, first, e.span, "r", null) : null;
    case "checked":
      return args.length === 1 ? checked(b, first) : null;
    default:
      return null;
  }
}

function operation(
  b: FunctionBuilder,
  op: "isinstance" | "len" | "iter" | "reversed" | "truth",
  args: readonly Expression[],
  span: Span,
): HighValue {
  const isWalk = op === "len" || op === "iter" || op === "reversed";
  const values = args.map((arg) => (isWalk ? iterableValue(b, arg) : expression(b, arg)));
  return b.emit(op, values, span, { argSpans: args.map((arg) => arg.span) });
}

const CHECKABLE = new Set(["+", "-", "*", "<<", "//"]);

/** `checked(a + b)`: the arithmetic directly inside raises OverflowError instead of wrapping. */
function checked(b: FunctionBuilder, e: Expression): HighValue {
  if (e.kind === "binary" && CHECKABLE.has(e.op)) return binary(b, e, { checked: true });
  if (e.kind === "unary" && e.op === "-") return arithmeticUnary(b, "-", e, { checked: true });
  b.report("E0323", e.span, "there is nothing to check here", {
    help: "`checked(…)` takes one of `a + b`, `a - b`, `a * b`, `a << b`, `a // b`, `-a`",
  });
  return expression(b, e);
}

/** `print(a, b)` writes the texts of its arguments with spaces between them, and ends the line. */
function print(b: FunctionBuilder, e: ExpressionOf<"call">): HighValue {
  const wrong = e.args.find((arg) => arg.star || arg.name !== null);
  if (wrong !== undefined) {
    b.report("E0104", wrong.span, "`print` takes values only in Wright", {
      help: "build the text with an f-string; `write` of `wright.os` ends no line",
    });
  }
  // All arguments come before any text: one may change what another shows.
  const values = e.args.map((arg) => expression(b, arg.value));
  const parts: HighValue[] = [];
  for (const [i, arg] of e.args.entries()) {
    if (i > 0) parts.push(b.constant({ kind: "str", value: " " }));
    parts.push(textOfValue(b, values[i]!, arg.value.span, arg.span, null, null));
  }
  const symbol = b.context.program.builtins.scope.get("print_line");
  const callee = symbol?.kind === "function" ? b.constant({ kind: "function", symbol }) : b.error();
  const argSpans = [e.callee.span, e.span];
  return b.emit("call", [callee, concatenation(b, parts, e.span)], e.span, { argSpans });
}
