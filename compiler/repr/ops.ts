/**
 * What each high-level op becomes. The annotator has decided what an op means where that depends on
 * types (its resolution); what has none is a primitive of the kinds its arguments have.
 */
import { find, findFunction, read } from "../../dsl/annotate/cells.ts";
import type { Annotation } from "../../dsl/annotate/lattice.ts";
import type { ArgumentSource, Resolution } from "../../dsl/annotate/result.ts";
import type { HighOp, HighOpName, HighValue } from "../../dsl/flow/ops.ts";
import { show } from "../../dsl/annotate/show.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { placeOf } from "../../dsl/syntax/source.ts";
import { VOID } from "../ll/types.ts";
import { lowerBinary, lowerUnary } from "./arithmetic.ts";
import type { Body } from "./body.ts";
import { VOID_VALUE } from "./builder.ts";
import { callFamily, callSpec, type Typed } from "./calls.ts";
import { callClosure, isFamily, makeClosure } from "./closures.ts";
import {
  lowerClassTest,
  lowerComparison,
  lowerIdentity,
  lowerTruth,
  truthOf,
  truthOfResult,
} from "./compare.ts";
import { makeTuple, tupleItem } from "./convert.ts";
import { lowerIntrinsic } from "./intrinsics.ts";
import {
  construct,
  lowerDisplay,
  NOTHING,
  readClassAttribute,
  readField,
  writeField,
} from "./objects.ts";

/** Lowers an op without a resolution. `to` is what the annotator found its result to be. */
type Primitive = (body: Body, op: HighOp, to: Annotation) => Typed;

/** Lowers one op; the result is in the representation of the annotation that comes with it. */
export function lowerOp(body: Body, op: HighOp, to: Annotation): Typed {
  const resolution = body.resolution(op);
  // The truth of an optional asks for None first, whatever else it asks.
  if (op.name === "truth") return lowerTruthOp(body, op, resolution);
  return resolution === undefined
    ? PRIMITIVES[op.name](body, op, to)
    : lowerResolved(body, op, resolution);
}

function lowerResolved(body: Body, op: HighOp, resolution: Resolution): Typed {
  const { lowering, b } = body;
  switch (resolution.kind) {
    case "call":
      return negated(
        body,
        callSpec(lowering, b, resolution.target, argumentsOf(body, resolution.args)),
        resolution.negate,
      );
    case "virtual":
      return negated(
        body,
        callFamily(lowering, b, resolution.family, argumentsOf(body, resolution.args)),
        resolution.negate,
      );
    case "indirect":
      return lowerIndirect(body, resolution);
    case "new":
      return construct(body, resolution, argumentsOf(body, resolution.args));
    case "field":
      return op.name === "setattr"
        ? writeField(body, op, resolution)
        : readField(body, op.args[0]!, resolution);
    case "class-attribute":
      return readClassAttribute(body, op, resolution);
    case "bind":
    case "closure":
      return lowerClosure(body, op, resolution);
    case "constant":
      return constantResult(body, op, resolution);
    case "same":
      return body.typed(resolution.value);
    case "class-test":
      return lowerClassTest(body, op.args[0]!, resolution);
    case "intrinsic":
      return lowerIntrinsic(body, resolution);
    case "display":
      return lowerDisplay(body, op, resolution);
  }
}

function constantResult(
  body: Body,
  op: HighOp,
  resolution: Extract<Resolution, { kind: "constant" }>,
): Typed {
  const annotation = body.annotation(op.result);
  return { annotation, value: body.lowering.constants.value(resolution.value, annotation) };
}

function negated(body: Body, result: Typed, negate: boolean | undefined): Typed {
  return negate === true && result.annotation.kind !== "never"
    ? truthOf(body.b.not(result.value))
    : result;
}

/** The arguments of a resolved call, each under its own annotation. */
function argumentsOf(body: Body, sources: readonly ArgumentSource[]): Typed[] {
  return sources.map((source) => {
    switch (source.kind) {
      case "value":
        return sourceValue(body, source.value);
      case "default":
        return staticArgument(source.value);
      case "tuple": {
        const items = source.values.map((value) => body.annotation(value));
        const annotation: Annotation = { kind: "tuple", items };
        return {
          annotation,
          value: makeTuple(
            body.lowering,
            body.b,
            source.values.map((value) => body.get(value)),
            annotation,
          ),
        };
      }
    }
  });

  function staticArgument(value: Extract<ArgumentSource, { kind: "default" }>["value"]): Typed {
    return sourceValue(body, { kind: "const", value, type: null });
  }
}

function sourceValue(body: Body, value: HighValue): Typed {
  return body.typed(value);
}

function lowerIndirect(body: Body, resolution: Extract<Resolution, { kind: "indirect" }>): Typed {
  const { lowering, b } = body;
  const fn = findFunction(resolution.fn);
  const callee =
    resolution.through === undefined
      ? body.typed(resolution.callee)
      : readField(body, resolution.callee, resolution.through);
  const closure = body.convert(callee, { kind: "function", fn });
  return callClosure(
    lowering,
    b,
    closure,
    fn,
    resolution.args.map((arg) => body.typed(arg)),
  );
}

function lowerClosure(
  body: Body,
  op: HighOp,
  resolution: Extract<Resolution, { kind: "bind" | "closure" }>,
): Typed {
  const { fn, target } = resolution;
  if (fn === null) return { annotation: body.annotation(op.result), value: VOID_VALUE };
  const captured = resolution.kind === "bind" ? [op.args[0]!] : op.args;
  const values = captured.map((arg) => body.typed(arg));
  if (resolution.kind === "bind" && !isFamily(target) && target.symbol.flavour === "staticmethod")
    values.pop();
  return {
    annotation: { kind: "function", fn: findFunction(fn) },
    value: makeClosure(body.lowering, body.b, target, fn, values),
  };
}

function lowerTruthOp(body: Body, op: HighOp, resolution: Resolution | undefined): Typed {
  if (resolution === undefined) return lowerTruth(body, op.args[0]!, null);
  if (resolution.kind !== "call" && resolution.kind !== "virtual")
    return lowerResolved(body, op, resolution);
  const ask = (receiver: Typed) => {
    const [, ...rest] = argumentsOf(body, resolution.args);
    const args = [receiver, ...rest];
    const result =
      resolution.kind === "call"
        ? callSpec(body.lowering, body.b, resolution.target, args)
        : callFamily(body.lowering, body.b, resolution.family, args);
    return truthOfResult(body, result);
  };
  const value = op.args[0]!;
  return body.annotation(value).kind === "optional"
    ? lowerTruth(body, value, ask)
    : truthOf(ask(body.typed(value)));
}

// ---------------------------------------------------------------- primitives

const unresolved: Primitive = (body, op) => {
  const place = op.span === null ? "" : `${placeOf(op.span)}: `;
  const kinds = op.args.map((arg) => show(body.annotation(arg))).join(", ");
  throw new InternalError(
    `${place}${op.name} of (${kinds}) in ${body.spec.name} has no resolution`,
  );
};

const PRIMITIVES: Record<HighOpName, Primitive> = {
  add: lowerBinary,
  sub: lowerBinary,
  mul: lowerBinary,
  truediv: lowerBinary,
  floordiv: lowerBinary,
  mod: lowerBinary,
  pow: unresolved,
  lshift: lowerBinary,
  rshift: lowerBinary,
  bitand: lowerBinary,
  bitor: lowerBinary,
  bitxor: lowerBinary,
  inplace_add: lowerBinary,
  neg: lowerUnary,
  pos: lowerUnary,
  invert: lowerUnary,
  eq: lowerComparison,
  ne: lowerComparison,
  lt: lowerComparison,
  le: lowerComparison,
  gt: lowerComparison,
  ge: lowerComparison,
  is: lowerIdentity,
  contains: unresolved,
  truth: (body, op) => lowerTruth(body, op.args[0]!, null),
  not: (body, op) => truthOf(body.b.not(body.get(op.args[0]!))),
  isinstance: unresolved,
  match_exception: unresolved,
  getattr: unresolved,
  setattr: unresolved,
  init_items: unresolved,
  getitem: lowerTupleItem,
  setitem: unresolved,
  delitem: unresolved,
  getslice: unresolved,
  getslice_step: unresolved,
  setslice: unresolved,
  delslice: unresolved,
  len: unresolved,
  call: unresolved,
  call_method: unresolved,
  new_list: unresolved,
  new_set: unresolved,
  new_dict: unresolved,
  new_tuple: lowerNewTuple,
  make_closure: unresolved,
  iter: unresolved,
  reversed: unresolved,
  iter_has_next: unresolved,
  iter_next: unresolved,
  unpack: unresolved,
  to_str: unresolved,
  concat: unresolved,
  get_global: lowerGetGlobal,
  set_global: lowerSetGlobal,
  raise_here: (body, op) => {
    body.b.effect(
      "traceback_note",
      [body.get(op.args[0]!)],
      op.span === null ? {} : { site: op.span },
    );
    return NOTHING;
  },
  declare: (body, op, to) => ({ annotation: to, value: body.as(op.args[0]!, to) }),
  same: (body, op) => body.typed(op.args[0]!),
};

/** A tuple is indexed by a constant; the annotator has checked that it is one. */
function lowerTupleItem(body: Body, op: HighOp): Typed {
  const tuple = body.annotation(op.args[0]!);
  const index = body.annotation(op.args[1]!);
  if (tuple.kind !== "tuple" || index.kind !== "int" || index.value === null)
    return unresolved(body, op, tuple);
  const position = Number(
    index.value < 0n ? index.value + BigInt(tuple.items.length) : index.value,
  );
  return {
    annotation: tuple.items[position]!,
    value: tupleItem(body.lowering, body.b, body.get(op.args[0]!), tuple, position),
  };
}

function lowerNewTuple(body: Body, op: HighOp, to: Annotation): Typed {
  if (to.kind !== "tuple") return unresolved(body, op, to);
  const items = op.args.map((arg, i) => body.as(arg, to.items[i]!));
  return { annotation: to, value: makeTuple(body.lowering, body.b, items, to) };
}

function lowerGetGlobal(body: Body, op: HighOp): Typed {
  const symbol = op.aux.global!;
  const annotation = read(find(body.lowering.program.globals.get(symbol)!));
  const global = body.lowering.globalOf(symbol);
  if (global.type.kind === "void") return { annotation, value: VOID_VALUE };
  return { annotation, value: body.b.emit("global_get", [], global.type, { global }, symbol.name) };
}

function lowerSetGlobal(body: Body, op: HighOp): Typed {
  const symbol = op.aux.global!;
  const annotation = read(find(body.lowering.program.globals.get(symbol)!));
  const global = body.lowering.globalOf(symbol);
  if (global.type.kind === VOID.kind) return NOTHING;
  body.b.effect("global_set", [body.as(op.args[0]!, annotation)], { global });
  return NOTHING;
}
