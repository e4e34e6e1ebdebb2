/**
 * Calls of the library's functions over iterables, where what is called depends on how.
 *
 *     sorted(xs, key=f)    sorted_by_key(xs, key=f)
 *     min(xs)              min_of(xs)
 *     min(a, b, c)         min(min(a, b), c)
 *     list(xs)             [item for item in xs]
 *
 * Python decides such things when the function runs. Here each use is a function of its own, with a
 * signature that says what it takes.
 */
import type { Expression, ExpressionOf } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import type { FunctionBuilder } from "./build.ts";
import { plainCall } from "./calls.ts";
import { clausesOf, comprehension, condition, expression } from "./expressions.ts";
import type { HighValue } from "./ops.ts";

/** The call of a function or class that is visible everywhere; null if it is a call like any other. */
export function libraryCall(
  b: FunctionBuilder,
  name: string,
  e: ExpressionOf<"call">,
): HighValue | null {
  const consumed = consumption(b, name, e);
  if (consumed !== null) return consumed;
  if (e.args.some((arg) => arg.star)) return null;
  const count = e.args.filter((arg) => arg.name === null).length;
  const has = (keyword: string) => e.args.some((arg) => arg.name?.text === keyword);
  switch (name) {
    case "sorted":
      return has("key") ? calling(b, "sorted_by_key", e) : null;
    case "zip":
      return count === 3 ? calling(b, "zip_3", e) : null;
    case "min":
    case "max": {
      const variant = `${has("key") ? "_by_key" : ""}${has("default") ? "_or" : ""}`;
      if (count === 1) return calling(b, `${name}${variant === "" ? "_of" : variant}`, e);
      if (count < 2) return null;
      if (variant !== "") return calling(b, `${name}${variant}`, ofList(e));
      return count === 2 ? null : extremeOf(b, name, e);
    }
    default:
      return null;
  }
}

/** The call with another function of the library in the place of the one that was named. */
function calling(b: FunctionBuilder, name: string, e: ExpressionOf<"call">): HighValue {
  return plainCall(b, e, libraryFunction(b, name));
}

function libraryFunction(b: FunctionBuilder, name: string): HighValue {
  const symbol = b.context.program.builtins.scope.get(name);
  return symbol?.kind === "function" ? b.constant({ kind: "function", symbol }) : b.error();
}

/** `min(a, b, key=f)` as `min([a, b], key=f)`. */
function ofList(e: ExpressionOf<"call">): ExpressionOf<"call"> {
  const items = e.args.filter((arg) => arg.name === null);
  const value: Expression = { kind: "list", span: e.span, items: items.map((arg) => arg.value) };
  const list = { ...items[0]!, value };
  return { ...e, args: [list, ...e.args.filter((arg) => arg.name !== null)] };
}

/** The least or greatest of several values, which are all there before any are compared. */
function extremeOf(b: FunctionBuilder, name: string, e: ExpressionOf<"call">): HighValue {
  const values = e.args.map((arg) => b.emitter.hold(expression(b, arg.value)));
  const callee = libraryFunction(b, name);
  const [first, ...others] = e.args;
  let best = values[0]!();
  others.forEach((arg, i) => {
    const argSpans = [e.callee.span, first!.span, arg.span];
    best = b.emit("call", [callee, best, values[i + 1]!()], e.span, { argSpans });
  });
  return best;
}

/**
 * Calls that do nothing but go through what they are given, as the loops they are: `list(xs)`,
 * `set(xs)`, and `any` and `all` of a generator expression, which stop early. Null for all others.
 */
function consumption(b: FunctionBuilder, name: string, e: ExpressionOf<"call">): HighValue | null {
  const [arg, ...others] = e.args;
  if (arg === undefined || others.length > 0 || arg.star || arg.name !== null) return null;
  const { value } = arg;
  const generator = value.kind === "comprehension" && value.form === "generator" ? value : null;
  switch (name) {
    case "list":
    case "set":
      // The library makes lists with room for items to come.
      if (b.fn.module.isLibrary) return null;
      if (generator !== null) return comprehension(b, { ...generator, form: name });
      return collect(b, name, value, e.span);
    case "any":
    case "all":
      return generator === null ? null : quantifier(b, name, generator);
    default:
      return null;
  }
}

/** `list(xs)` is `[x for x in xs]`. */
function collect(
  b: FunctionBuilder,
  form: "list" | "set",
  iterable: Expression,
  span: Span,
): HighValue {
  const item: Expression = { kind: "name", span: iterable.span, text: "item" };
  const clause = { kind: "for", span: iterable.span, target: item, iterable } as const;
  const clauses = [clause];
  return comprehension(b, {
    kind: "comprehension",
    span,
    form,
    element: item,
    value: null,
    clauses,
  });
}

/** `any(p(x) for x in xs)` looks no further than the first item that is true. */
function quantifier(
  b: FunctionBuilder,
  name: "any" | "all",
  e: ExpressionOf<"comprehension">,
): HighValue {
  const { emitter } = b;
  const result = emitter.newSlot(null);
  const [decided, after] = [emitter.newDraft(), emitter.newDraft()];
  clausesOf(b, e.clauses, 0, () => {
    const next = emitter.newDraft();
    const [then, otherwise] = name === "any" ? [decided, next] : [next, decided];
    condition(b, e.element, { then, otherwise });
    emitter.start(next);
  });
  emitter.writeSlot(result, b.constant({ kind: "bool", value: name === "all" }));
  emitter.goto(after);
  emitter.start(decided);
  emitter.writeSlot(result, b.constant({ kind: "bool", value: name === "any" }));
  emitter.gotoAndStart(after);
  return emitter.readSlot(result, null);
}
