/** Calls: of values, of methods, and the special forms that look like calls. */
import type { Argument, Expression, ExpressionOf } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { specialForm } from "../bind/builtins.ts";
import { findMethod } from "../bind/resolve.ts";
import type { ClassSymbol, FunctionSymbol } from "../bind/symbols.ts";
import type { FunctionBuilder } from "./build.ts";
import { arithmeticUnary, binary, expression, memberOfConstant } from "./expressions.ts";
import { concatenation, toText } from "./format.ts";
import type { HighAux, HighValue } from "./ops.ts";

export function call(b: FunctionBuilder, e: ExpressionOf<"call">): HighValue {
  const { callee } = e;
  if (callee.kind === "name") {
    const symbol = b.symbolOf(callee.text);
    const form = symbol === null ? null : specialForm(symbol);
    const special = form === null ? null : specialCall(b, form, e);
    if (special !== null) return special;
  } else if (callee.kind === "attribute") return attributeCall(b, e, callee);
  return plainCall(b, e, expression(b, callee));
}

function plainCall(b: FunctionBuilder, e: ExpressionOf<"call">, callee: HighValue): HighValue {
  const { values, aux } = callArguments(b, e.args, e.callee.span);
  return b.emit("call", [callee, ...values], e.span, aux);
}

interface CallArguments {
  readonly values: HighValue[];
  readonly aux: HighAux;
}

/** Positional values, then a `*tuple`, then keyword values: as `aux` says. Evaluated as written. */
function callArguments(b: FunctionBuilder, args: readonly Argument[], first: Span): CallArguments {
  const values = args.map((arg) => expression(b, arg.value));
  const argSpans: (Span | null)[] = [first];
  const ordered: HighValue[] = [];
  const keywords: string[] = [];
  const take = (isTaken: (arg: Argument) => boolean) => {
    for (const [i, arg] of args.entries()) {
      if (!isTaken(arg)) continue;
      ordered.push(values[i]!);
      argSpans.push(arg.span);
      if (arg.name !== null) keywords.push(arg.name.text);
    }
  };
  take((arg) => arg.name === null && !arg.star);
  take((arg) => arg.star);
  take((arg) => arg.name !== null);
  const stars = args.filter((arg) => arg.star);
  if (stars.length > 1)
    b.report("E0104", stars[1]!.span, "a call takes one `*` argument, its last");
  const aux: HighAux = {
    argSpans,
    ...(keywords.length > 0 ? { keywords } : {}),
    ...(stars.length > 0 ? { star: true } : {}),
  };
  return { values: ordered, aux };
}

// ---------------------------------------------------------------- methods

function attributeCall(
  b: FunctionBuilder,
  e: ExpressionOf<"call">,
  callee: ExpressionOf<"attribute">,
): HighValue {
  if (isSuper(b, callee.object)) return superCall(b, e, callee);
  checkMergePoint(b, callee);
  const object = expression(b, callee.object);
  const known = object.kind === "const" ? memberOfConstant(b, object.value, callee) : null;
  if (known !== null) return plainCall(b, e, known);
  const { values, aux } = callArguments(b, e.args, callee.object.span);
  const named = { ...aux, name: callee.name.text, nameSpan: callee.name.span };
  return b.emit("call_method", [object, ...values], e.span, named);
}

function isSuper(b: FunctionBuilder, e: Expression): boolean {
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
  const { fn } = b;
  const self = fn.params[0];
  const name = callee.name.text;
  if (fn.owner === null || fn.flavour !== "method" || self === undefined) {
    b.report("E0511", callee.object.span, "`super()` belongs in a method");
    return b.error();
  }
  const method = baseMethod(fn.owner, name);
  if (method === null) {
    const isInit = name === "__init__" && e.args.length === 0;
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
  const { values, aux } = callArguments(b, e.args, callee.span);
  const argSpans = [callee.span, callee.object.span, ...(aux.argSpans ?? []).slice(1)];
  const target = b.constant({ kind: "function", symbol: method });
  return b.emit("call", [target, receiver, ...values], e.span, { ...aux, argSpans });
}

function baseMethod(cls: ClassSymbol, name: string): FunctionSymbol | null {
  return cls.base === null ? null : findMethod(cls.base, name);
}

/** `driver.merge_point(…)` marks the head of the interpreter's loop. */
function checkMergePoint(b: FunctionBuilder, callee: ExpressionOf<"attribute">): void {
  if (callee.name.text !== "merge_point" || callee.object.kind !== "name") return;
  const symbol = b.symbolOf(callee.object.text);
  if (symbol?.kind !== "global" || symbol.value?.kind !== "call") return;
  const maker = symbol.value.callee;
  if (maker.kind !== "name" && maker.kind !== "attribute") return;
  const made = maker.kind === "name" ? maker.text : maker.name.text;
  if (made !== "JitDriver" || b.frames.some((frame) => frame.kind === "loop")) return;
  b.report("E0801", callee.span, "a merge point belongs in the interpreter's loop", {
    help: "put it first in the body of the loop that executes one instruction after another",
  });
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
  op: "isinstance" | "len" | "iter" | "truth",
  args: readonly Expression[],
  span: Span,
): HighValue {
  const values = args.map((arg) => expression(b, arg));
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
  const parts: HighValue[] = [];
  for (const [i, arg] of e.args.entries()) {
    if (i > 0) parts.push(b.constant({ kind: "str", value: " " }));
    parts.push(toText(b, arg.value, arg.span, null, null));
  }
  const symbol = b.context.program.builtins.scope.get("print_line");
  const callee = symbol?.kind === "function" ? b.constant({ kind: "function", symbol }) : b.error();
  const argSpans = [e.callee.span, e.span];
  return b.emit("call", [callee, concatenation(b, parts, e.span)], e.span, { argSpans });
}
