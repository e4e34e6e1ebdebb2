/**
 * Narrowing: what a branch on a condition says about the values it tested.
 *
 * The condition's defining op is looked up in the same block; `x is None`, `isinstance(x, C)`, the
 * truth of `x`, and negations of these sharpen the annotation that `x` has on each outgoing link. A
 * value that became `never` on a link makes the link dead.
 */
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
export function refinements(ctx: Context, spec: LiveSpec, block: HighBlock, condition: HighValue): { whenTrue: Refinement; whenFalse: Refinement } {
  const op = definedIn(block, condition);
  if (op === null) return { whenTrue: NOTHING, whenFalse: NOTHING };
  switch (op.name) {
    case "not": {
      const inner = refinements(ctx, spec, block, op.args[0]!);
      return { whenTrue: inner.whenFalse, whenFalse: inner.whenTrue };
    }
    case "same":
      return refinements(ctx, spec, block, op.args[0]!);
    case "is":
    case "eq":
      return noneTest(spec, block, op, false);
    case "ne":
      return noneTest(spec, block, op, true);
    case "truth":
      return truthTest(spec, block, op, refinements(ctx, spec, block, op.args[0]!));
    case "isinstance":
    case "match_exception":
      return classTest(ctx, spec, block, op);
    default:
      return { whenTrue: NOTHING, whenFalse: NOTHING };
  }
}

function definedIn(block: HighBlock, value: HighValue): HighOp | null {
  if (value.kind !== "var") return null;
  for (let i = block.ops.length - 1; i >= 0; i--) if (block.ops[i]!.result === value) return block.ops[i] as HighOp;
  return null;
}

/** The value and whatever it is a copy of. */
function both(spec: LiveSpec, block: HighBlock, value: HighValue, annotation: (now: Annotation) => Annotation): Map<number, Annotation> {
  const found = new Map<number, Annotation>();
  let one: HighValue | null = value;
  while (one !== null && one.kind === "var") {
    found.set(one.id, annotation(annotationOf(spec, one)));
    const definition: HighOp | null = definedIn(block, one);
    one = definition?.name === "same" ? definition.args[0]! : null;
  }
  for (const op of block.ops)
    if (op.name === "same" && op.args[0]!.kind === "var" && found.has(op.args[0]!.id) && !found.has(op.result.id))
      found.set(op.result.id, annotation(annotationOf(spec, op.result)));
  return found;
}

function noneTest(spec: LiveSpec, block: HighBlock, op: HighOp, negated: boolean): { whenTrue: Refinement; whenFalse: Refinement } {
  const [a, b] = op.args as [HighValue, HighValue];
  const isNone = (value: HighValue): boolean => annotationOf(spec, value).kind === "none";
  const tested = isNone(b) ? a : isNone(a) ? b : null;
  if (tested === null) return { whenTrue: NOTHING, whenFalse: NOTHING };
  const none = both(spec, block, tested, (now) => (now.kind === "optional" ? NONE : now));
  const some = both(spec, block, tested, withoutNone);
  return negated ? { whenTrue: some, whenFalse: none } : { whenTrue: none, whenFalse: some };
}

function truthTest(spec: LiveSpec, block: HighBlock, op: HighOp, inner: { whenTrue: Refinement; whenFalse: Refinement }): { whenTrue: Refinement; whenFalse: Refinement } {
  const value = op.args[0]!;
  if (annotationOf(spec, value).kind !== "optional") return inner;
  return { whenTrue: both(spec, block, value, withoutNone), whenFalse: NOTHING };
}

function classTest(ctx: Context, spec: LiveSpec, block: HighBlock, op: HighOp): { whenTrue: Refinement; whenFalse: Refinement } {
  const value = op.args[0]!;
  const tested = testedClasses(spec, op.args[1]!);
  if (tested === null) return { whenTrue: NOTHING, whenFalse: NOTHING };
  const one = tested.classes.length === 1 ? tested.classes[0]! : null;
  const whenTrue = both(spec, block, value, (now) => {
    const some = withoutNone(now);
    if (some.kind === "any_ref" && one !== null) return { kind: "instance", cls: types.classInstance(ctx, one, []) };
    if (some.kind !== "instance" || one === null || isSubclass(some.cls.symbol, one)) return some;
    if (!isSubclass(one, some.cls.symbol) || one.typeParams.length > 0) return some;
    return { kind: "instance", cls: types.classInstance(ctx, one, []) };
  });
  const covers = (annotation: Annotation): boolean => annotation.kind === "instance" && tested.classes.some((cls) => isSubclass(annotation.cls.symbol, cls));
  const whenFalse = both(spec, block, value, (now) => (now.kind === "optional" && covers(now.of) ? NONE : now));
  return { whenTrue, whenFalse };
}
