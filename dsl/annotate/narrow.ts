/**
 * Narrowing: what a branch on a condition says about the values it tested.
 *
 * The condition's defining op is looked up in the same block, or in those that lead straight to it
 * (inside `try` an op that may raise ends its block); `x is None`, `isinstance(x, C)`, the
 * truth of `x`, and negations of these sharpen the annotation that `x` has on each outgoing link. A
 * value that became `never` on a link makes the link dead.
 */
import { onlyLinks } from "../flow/graph.ts";
import type { HighBlock, HighOp, HighValue } from "../flow/ops.ts";
import type { Context, LiveSpec } from "./context.ts";
import { NONE, withoutNone } from "./lattice.ts";
import type { Annotation } from "./lattice.ts";
import { testedClasses } from "./operators.ts";
import * as types from "./types.ts";
import { isSubclass } from "./unify.ts";
import { annotationOf } from "./values.ts";

/** Sharper annotations by variable id. */
export type Refinement = ReadonlyMap<number, Annotation>;

const NOTHING: Refinement = new Map();

/** What holds when the condition is true and when it is false. */
export function refinements(
  ctx: Context,
  spec: LiveSpec,
  block: HighBlock,
  condition: HighValue,
): { whenTrue: Refinement; whenFalse: Refinement } {
  const op = definedIn(block, condition);
  if (op === null) return refinementsBefore(ctx, spec, block, condition);
  switch (op.name) {
    case "not": {
      const inner = refinements(ctx, spec, block, op.args[0]!);
      return { whenTrue: inner.whenFalse, whenFalse: inner.whenTrue };
    }
    case "same":
      return refinements(ctx, spec, block, op.args[0]!);
    case "is":
    case "eq":
      return boolTest(ctx, spec, block, op) ?? noneTest(ctx, spec, block, op, false);
    case "ne":
      return noneTest(ctx, spec, block, op, true);
    case "truth":
      return truthTest(ctx, spec, block, op, refinements(ctx, spec, block, op.args[0]!));
    case "isinstance":
    case "match_exception":
      return classTest(ctx, spec, block, op);
    default:
      return { whenTrue: NOTHING, whenFalse: NOTHING };
  }
}

/** What the only block before this one says of the condition, in terms of this one's parameters. */
function refinementsBefore(
  ctx: Context,
  spec: LiveSpec,
  block: HighBlock,
  condition: HighValue,
): { whenTrue: Refinement; whenFalse: Refinement } {
  const index = block.params.findIndex((param) => param === condition);
  const before = index < 0 || spec.graph === null ? undefined : onlyLinks(spec.graph).get(block);
  if (before === undefined || before === null) return { whenTrue: NOTHING, whenFalse: NOTHING };
  const { whenTrue, whenFalse } = refinements(ctx, spec, before.from, before.link.args[index]!);
  const here = (there: Refinement): Refinement => {
    const found = new Map<number, Annotation>();
    before.link.args.forEach((arg, i) => {
      const annotation = arg.kind === "var" ? there.get(arg.id) : undefined;
      if (annotation !== undefined) found.set(block.params[i]!.id, annotation);
    });
    return found;
  };
  return { whenTrue: here(whenTrue), whenFalse: here(whenFalse) };
}

function definedIn(block: HighBlock, value: HighValue): HighOp | null {
  if (value.kind !== "var") return null;
  for (let i = block.ops.length - 1; i >= 0; i--)
    if (block.ops[i]!.result === value) return block.ops[i] as HighOp;
  return null;
}

/** The value, whatever it is a copy of, and the object whose final field it was read from. */
function both(
  ctx: Context,
  spec: LiveSpec,
  block: HighBlock,
  value: HighValue,
  sharpen: (now: Annotation) => Annotation,
): Map<number, Annotation> {
  const found = new Map<number, Annotation>();
  for (let one: HighValue | null = value; one !== null && one.kind === "var";) {
    found.set(one.id, sharpen(annotationOf(spec, one)));
    const definition = definedIn(block, one);
    if (definition?.name === "getattr")
      learnField(ctx, spec, block, definition, found.get(one.id)!, found);
    one = definition?.name === "same" ? definition.args[0]! : null;
  }
  for (const op of block.ops)
    if (
      op.name === "same" &&
      op.args[0]!.kind === "var" &&
      found.has(op.args[0]!.id) &&
      !found.has(op.result.id)
    )
      found.set(op.result.id, sharpen(annotationOf(spec, op.result)));
  return found;
}

/** What was learned of `object.field` is a fact about `object`, if nothing can set the field again. */
function learnField(
  ctx: Context,
  spec: LiveSpec,
  block: HighBlock,
  read: HighOp,
  annotation: Annotation,
  found: Map<number, Annotation>,
): void {
  const object = read.args[0]!;
  const name = read.aux.name!;
  const receiver = annotationOf(spec, object);
  if (object.kind !== "var" || receiver.kind !== "instance") return;
  const field = types.findField(ctx, receiver.cls, name);
  if (field?.field.qualifier !== "final") return;
  const facts = new Map(receiver.facts ?? []).set(name, annotation);
  const sharper: Annotation =
    annotation.kind === "never" ? annotation : { kind: "instance", cls: receiver.cls, facts };
  for (const [id, learned] of both(ctx, spec, block, object, () => sharper)) found.set(id, learned);
}

function noneTest(
  ctx: Context,
  spec: LiveSpec,
  block: HighBlock,
  op: HighOp,
  negated: boolean,
): { whenTrue: Refinement; whenFalse: Refinement } {
  const [a, b] = op.args as [HighValue, HighValue];
  const isNone = (value: HighValue): boolean => annotationOf(spec, value).kind === "none";
  const tested = isNone(b) ? a : isNone(a) ? b : null;
  if (tested === null) return { whenTrue: NOTHING, whenFalse: NOTHING };
  const none = both(ctx, spec, block, tested, (now) => (now.kind === "optional" ? NONE : now));
  const some = both(ctx, spec, block, tested, withoutNone);
  return negated ? { whenTrue: some, whenFalse: none } : { whenTrue: none, whenFalse: some };
}

/** `b == True`, which is how a match tests for it: the other of the two is what is left. */
function boolTest(
  ctx: Context,
  spec: LiveSpec,
  block: HighBlock,
  op: HighOp,
): { whenTrue: Refinement; whenFalse: Refinement } | null {
  const [tested, literal] = op.args as [HighValue, HighValue];
  if (
    literal.kind !== "const" ||
    literal.value.kind !== "bool" ||
    annotationOf(spec, tested).kind !== "bool"
  )
    return null;
  const { value } = literal.value;
  const is = (wanted: boolean) =>
    both(ctx, spec, block, tested, (now): Annotation => {
      if (now.kind !== "bool" || now.value === wanted) return now;
      return now.value === null ? { kind: "bool", value: wanted } : { kind: "never" };
    });
  return { whenTrue: is(value), whenFalse: is(!value) };
}

function truthTest(
  ctx: Context,
  spec: LiveSpec,
  block: HighBlock,
  op: HighOp,
  inner: { whenTrue: Refinement; whenFalse: Refinement },
): { whenTrue: Refinement; whenFalse: Refinement } {
  const value = op.args[0]!;
  if (annotationOf(spec, value).kind !== "optional") return inner;
  return { whenTrue: both(ctx, spec, block, value, withoutNone), whenFalse: NOTHING };
}

function classTest(
  ctx: Context,
  spec: LiveSpec,
  block: HighBlock,
  op: HighOp,
): { whenTrue: Refinement; whenFalse: Refinement } {
  const value = op.args[0]!;
  const tested = testedClasses(spec, op.args[1]!);
  if (tested === null) return { whenTrue: NOTHING, whenFalse: NOTHING };
  const one = tested.classes.length === 1 ? tested.classes[0]! : null;
  const whenTrue = both(ctx, spec, block, value, (now) => {
    const some = withoutNone(now);
    if (some.kind === "any_ref" && one !== null && one.typeParams.length === 0)
      return { kind: "instance", cls: types.classInstance(ctx, one, []) };
    if (some.kind !== "instance" || one === null || isSubclass(some.cls.symbol, one)) return some;
    const below = isSubclass(one, some.cls.symbol) ? types.classBelow(ctx, some.cls, one) : null;
    return below === null ? some : { kind: "instance", cls: below };
  });
  const covers = (annotation: Annotation): boolean =>
    annotation.kind === "instance" &&
    tested.classes.some((cls) => isSubclass(annotation.cls.symbol, cls));
  const whenFalse = both(ctx, spec, block, value, (now) =>
    now.kind === "optional" && covers(now.of) ? NONE : now,
  );
  return { whenTrue, whenFalse };
}
