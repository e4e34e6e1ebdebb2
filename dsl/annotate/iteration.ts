/**
 * Iteration: what a loop asks of its iterable, and what the bound `Iterable[T]` of a type parameter means.
 *
 *     def total[T, I: Iterable[T]](items: I, start: T) -> T
 *
 * `I` is whatever is passed, and `T` what a loop over it would see: so one body serves each kind of
 * iterable, knows its iterator, and calls nothing virtually. A bound may name the iterator's type too,
 * `Iterable[T, J]`, for a class that keeps the iterator in a field. A parameter that is declared
 * `Iterable[T]` has a type parameter of its own with that bound (`dsl/bind/define.ts`).
 */
import { ITERABLE } from "../bind/builtins.ts";
import type { FunctionSymbol } from "../bind/symbols.ts";
import type { HighOp } from "../flow/ops.ts";
import type { TypeExpr } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { maybeNone } from "./attributes.ts";
import { callFunction, callLibrary, libraryClass, libraryFunction, positional } from "./calls.ts";
import type { At } from "./calls.ts";
import { find } from "./cells.ts";
import type { Instantiation } from "./cells.ts";
import type { Annotation, AnnotationOf } from "./lattice.ts";
import { callOn, methodOf } from "./operators.ts";
import type { ArgumentSource } from "./result.ts";
import { show } from "./show.ts";
import * as types from "./types.ts";
import { assign, flowInto, join } from "./unify.ts";
import { annotationOf } from "./values.ts";

/** Tuples of more items have no iterator. */
const LONGEST_TUPLE = 8;

/** `__iter__`, `has_next` or `next` of the op's first argument. */
export function protocol(at: At, name: string, cannot: string): Annotation {
  const receiver = at.receiver ?? annotationOf(at.spec, at.op.args[0]!);
  if (receiver.kind === "optional" || receiver.kind === "none")
    return maybeNone(at, receiver, "it cannot be iterated over");
  if (receiver.kind === "tuple" && name === "__iter__") return tupleIterator(at, receiver);
  const found = methodOf(at, receiver, name);
  if (found !== null) return callOn(at, found, at.op.args[0]!, []);
  const span = at.op.aux.argSpans?.[0] ?? at.op.span;
  return at.ctx.error("E0311", span, `${show(receiver)} ${cannot}`);
}

export function iterator(at: At): Annotation {
  return protocol(at, "__iter__", "cannot be iterated over");
}

export function nextItem(at: At): Annotation {
  return protocol(at, "next", "is no iterator: it has no `next`");
}

/** `reversed(xs)`: by position where there are positions, by `__reversed__`, or from a list of all items. */
export function reversedItems(at: At): Annotation {
  const [value] = at.op.args;
  const from = annotationOf(at.spec, value!);
  const own = from.kind === "instance" ? methodOf(at, from, "__reversed__") : null;
  if (own !== null) return callOn(at, own, value!, []);
  const name = isSequence(at, from) ? "reversed_sequence" : "reversed_items";
  const spans = [at.op.aux.argSpans?.[0] ?? at.op.span];
  const { ctx } = at;
  return callFunction(at, libraryFunction(ctx, name), null, positional([value!], spans));
}

/** Its items can be read by position, in any order. */
function isSequence({ ctx }: At, annotation: Annotation): boolean {
  if (annotation.kind !== "instance")
    return annotation.kind === "array" || annotation.kind === "str" || annotation.kind === "char";
  const { symbol } = annotation.cls;
  return symbol === libraryClass(ctx, "list") || symbol === libraryClass(ctx, "Range");
}

/** A tuple whose items have a common type is walked over as an array of them would be. */
function tupleIterator(at: At, tuple: AnnotationOf<"tuple">): Annotation {
  const [first, ...others] = tuple.items;
  const span = at.op.aux.argSpans?.[0] ?? at.op.span;
  if (first === undefined || tuple.items.length > LONGEST_TUPLE)
    return at.ctx.error(
      "E0311",
      span,
      first === undefined
        ? "an empty tuple has no items to iterate over"
        : `a tuple of ${tuple.items.length} items cannot be iterated over, only one of up to ${LONGEST_TUPLE}`,
      { help: "use a list" },
    );
  let type: Annotation | null = first;
  for (const item of others) type = type === null ? null : join(at.ctx, type, item);
  if (type === null)
    return at.ctx.error(
      "E0311",
      span,
      `${show(tuple)} cannot be iterated over: its items have no common type`,
      { help: "`unroll for` walks over a tuple of constants" },
    );
  return callLibrary(at, `tuple_iter_${tuple.items.length}`, at.op.args);
}

// ---------------------------------------------------------------- bounds

/** The type arguments of the bound `Iterable[…]`, or null if that is not what the bound is. */
export function iterableBound(bound: TypeExpr | null): readonly TypeExpr[] | null {
  return bound?.kind === "named" && bound.name.text === ITERABLE ? bound.args : null;
}

/**
 * What the arguments of a call say about the type parameters that others are bounded by: the items of
 * what is passed for an `I: Iterable[T]` flow into `T`.
 */
export function flowItems(
  at: At,
  symbol: FunctionSymbol,
  signature: Instantiation,
  sources: readonly ArgumentSource[],
  spans: readonly (Span | null)[],
): void {
  for (const { name, bound } of symbol.typeParams) {
    const types = iterableBound(bound);
    if (types === null) continue;
    symbol.params.forEach((param, i) => {
      const source = sources[i]!;
      if (source.kind === "value" && isNamed(param.type, name.text))
        flowItemsOf(at, symbol, signature, types, { param: i, source, span: spans[i] ?? null });
    });
  }
}

function isNamed(type: TypeExpr | null, name: string): boolean {
  return type?.kind === "named" && type.name.text === name && type.args.length === 0;
}

interface Passed {
  /** Index of the parameter. */
  readonly param: number;
  readonly source: Extract<ArgumentSource, { kind: "value" }>;
  readonly span: Span | null;
}

function flowItemsOf(
  at: At,
  symbol: FunctionSymbol,
  signature: Instantiation,
  [itemType, iteratorType]: readonly TypeExpr[],
  passed: Passed,
): void {
  const { ctx, spec } = at;
  const site = ctx.site(spec, at.op);
  site.walks ??= new Map();
  let walk = site.walks.get(passed.param);
  if (walk === undefined) {
    const aux = { argSpans: [passed.span] };
    const op = { ...at.op, args: [passed.source.value], aux };
    walk = { iter: { ...op, name: "iter" }, next: { ...op, name: "iter_next" } };
    site.walks.set(passed.param, walk);
  }
  const given = passed.source.known ?? annotationOf(spec, passed.source.value);
  // A mistake elsewhere, which was reported.
  if (given.kind === "never" || given.kind === "poison") return;
  const held = passed.source.known === undefined ? {} : { receiver: passed.source.known };
  const walked = iterator({ ctx, spec, op: walk.iter as HighOp, ...held });
  if (walked.kind === "never") return;
  const item =
    walked.kind === "poison"
      ? walked
      : nextItem({ ctx, spec, op: walk.next as HighOp, receiver: walked });
  const name = symbol.params[passed.param]!.name.text;
  const flow = (type: TypeExpr | undefined, annotation: Annotation, what: string): void => {
    if (type === undefined) return;
    const cell = (signature.walks ??= new Map()).get(type) ?? cellOf(type, what);
    signature.walks.set(type, cell);
    const message = `${what} passed here`;
    if (annotation.kind === "poison") signature.isMisfit = true;
    if (find(cell).declared && !assign(ctx, annotation, find(cell).annotation))
      signature.isMisfit = true;
    flowInto(ctx, cell, annotation, { span: passed.span, message, source: null });
  };
  const cellOf = (type: TypeExpr, what: string) =>
    types.cellFor(ctx, type, symbol.module, signature.env, what);
  flow(itemType, item, `an item of \`${name}\``);
  flow(iteratorType, walked, `the iterator of \`${name}\``);
}
