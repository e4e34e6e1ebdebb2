/** Comparison, identity, truth and class tests. */
import type { Annotation, AnnotationOf } from "../../dsl/annotate/lattice.ts";
import { BOOL } from "../../dsl/annotate/lattice.ts";
import type { Resolution } from "../../dsl/annotate/result.ts";
import { show } from "../../dsl/annotate/show.ts";
import type { HighOp, HighValue } from "../../dsl/flow/ops.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import type { LLValue } from "../ll/program.ts";
import { BOOL as BOOL_TYPE } from "../ll/types.ts";
import type { OpName } from "../ops/table.ts";
import { isUnsigned } from "./arithmetic.ts";
import type { Body } from "./body.ts";
import { boolValue, floatValue, intValue } from "./builder.ts";
import type { Typed } from "./calls.ts";
import { unwrap } from "./convert.ts";
import { isBoxed } from "./layouts.ts";

export function truthOf(value: LLValue): Typed {
  return { annotation: BOOL, value };
}

type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** `==`, `<` and the like of primitive kinds. */
export function lowerComparison(body: Body, op: HighOp): Typed {
  const [x, y] = op.args as [HighValue, HighValue];
  const name = op.name as Comparison;
  const [a, b] = [body.annotation(x), body.annotation(y)];
  if (name === "eq" || name === "ne") {
    const equal = identical(body, x, y);
    return truthOf(name === "eq" ? equal : body.b.not(equal));
  }
  return truthOf(ordered(body, name, a, b, body.get(x), body.get(y)));
}

export function lowerIdentity(body: Body, op: HighOp): Typed {
  return truthOf(identical(body, op.args[0]!, op.args[1]!));
}

function ordered(
  body: Body,
  name: Comparison,
  a: Annotation,
  b: Annotation,
  x: LLValue,
  y: LLValue,
): LLValue {
  switch (a.kind) {
    case "int":
      return body.b.bool(`${isUnsigned(a, b) ? "uint" : "int"}_${name}` as OpName, x, y);
    case "char":
    case "enum":
    case "bool":
      return body.b.bool(`int_${name}` as OpName, x, y);
    case "float":
      return body.b.bool(`float_${name}` as OpName, x, y);
    case "ptr":
      return orderedAddresses(body, name, x, y);
    default:
      throw new InternalError(`${name} of ${show(a)} has no resolution`);
  }
}

function orderedAddresses(body: Body, name: Comparison, x: LLValue, y: LLValue): LLValue {
  const { b } = body;
  switch (name) {
    case "lt":
      return b.bool("addr_lt", x, y);
    case "gt":
      return b.bool("addr_lt", y, x);
    case "ge":
      return b.not(b.bool("addr_lt", x, y));
    default:
      return b.not(b.bool("addr_lt", y, x));
  }
}

/** Equality of what is compared by value, identity of what is an object. */
export function identical(body: Body, x: HighValue, y: HighValue): LLValue {
  const { b } = body;
  const [a, c] = [body.annotation(x), body.annotation(y)];
  if (a.kind === "none" || c.kind === "none") return isNull(body, a.kind === "none" ? y : x);
  if (a.kind === "class" || c.kind === "class") {
    const to = a.kind === "class" ? a : c;
    return b.bool("int_eq", body.as(x, to), body.as(y, to));
  }
  if (a.kind === "optional" || c.kind === "optional") return optionalIdentical(body, x, y, a, c);
  return sameValue(body, a, c, body.get(x), body.get(y));
}

function sameValue(body: Body, a: Annotation, c: Annotation, x: LLValue, y: LLValue): LLValue {
  const { b } = body;
  if (a.kind === "char" && c.kind === "str")
    return b.bool("ref_eq", body.convert({ annotation: a, value: x }, c), y);
  if (a.kind === "str" && c.kind === "char")
    return b.bool("ref_eq", x, body.convert({ annotation: c, value: y }, a));
  switch (a.kind) {
    case "int":
    case "char":
    case "enum":
      return b.bool("int_eq", x, y);
    case "bool":
      return b.bool("bool_eq", x, y);
    case "float":
      return b.bool("float_eq", x, y);
    case "ptr":
      return b.bool("addr_eq", x, y);
    case "constant":
      return boolValue(true);
    case "tuple":
      if (a.items.length === 0) return boolValue(true);
      return b.bool("ref_eq", x, y);
    default:
      return b.bool("ref_eq", x, y);
  }
}

function isNull(body: Body, value: HighValue): LLValue {
  const annotation = body.annotation(value);
  const type = body.lowering.layouts.typeOf(annotation);
  if (annotation.kind === "none") return boolValue(true);
  return type.kind === "ref" ? body.b.bool("ref_is_null", body.get(value)) : boolValue(false);
}

/** Boxes have no identity: both null, or both not and their contents equal. */
function optionalIdentical(
  body: Body,
  x: HighValue,
  y: HighValue,
  a: Annotation,
  c: Annotation,
): LLValue {
  const { b, lowering } = body;
  const innerA = a.kind === "optional" ? a.of : a;
  const innerC = c.kind === "optional" ? c.of : c;
  if (!isBoxed(innerA) && !isBoxed(innerC)) return b.bool("ref_eq", body.get(x), body.get(y));
  const contents = (value: HighValue, annotation: Annotation): LLValue =>
    annotation.kind === "optional"
      ? unwrap(lowering, b, body.get(value), annotation)
      : body.get(value);
  const [nullX, nullY] = [isNull(body, x), isNull(body, y)];
  return b.choose(
    b.bool("bool_or", nullX, nullY),
    BOOL_TYPE,
    () => b.bool("bool_and", nullX, nullY),
    () => sameValue(body, innerA, innerC, contents(x, a), contents(y, c)),
  );
}

// ---------------------------------------------------------------- truth

/** Truth of a primitive; `resolved` computes it for the value inside an optional, if that has any. */
export function lowerTruth(
  body: Body,
  value: HighValue,
  resolved: ((receiver: Typed) => LLValue) | null,
): Typed {
  const annotation = body.annotation(value);
  if (annotation.kind === "optional")
    return truthOf(optionalTruth(body, value, annotation, resolved));
  return truthOf(primitiveTruth(body, { annotation, value: body.get(value) }));
}

function primitiveTruth(body: Body, { annotation, value }: Typed): LLValue {
  const { b } = body;
  switch (annotation.kind) {
    case "bool":
      return value;
    case "int":
      return b.bool("int_ne", value, intValue(0));
    case "float":
      return b.bool("float_ne", value, floatValue(0));
    case "ptr":
      return b.not(b.bool("addr_is_null", value));
    case "none":
      return boolValue(false);
    default:
      return boolValue(true);
  }
}

function optionalTruth(
  body: Body,
  value: HighValue,
  annotation: AnnotationOf<"optional">,
  resolved: ((receiver: Typed) => LLValue) | null,
): LLValue {
  const { b, lowering } = body;
  const object = body.get(value);
  const notNull = b.bool("ref_not_null", object);
  if (resolved === null && !isBoxed(annotation.of)) return notNull;
  return b.choose(
    notNull,
    BOOL_TYPE,
    () => {
      const inner: Typed = {
        annotation: annotation.of,
        value: unwrap(lowering, b, object, annotation),
      };
      return resolved === null ? primitiveTruth(body, inner) : resolved(inner);
    },
    () => boolValue(false),
  );
}

/** `__bool__` or `__len__` says whether it is true. */
export function truthOfResult(body: Body, result: Typed): LLValue {
  return result.annotation.kind === "int"
    ? body.b.bool("int_ne", result.value, intValue(0))
    : result.value;
}

// ---------------------------------------------------------------- class tests

export function lowerClassTest(
  body: Body,
  value: HighValue,
  resolution: Extract<Resolution, { kind: "class-test" }>,
): Typed {
  const { b, lowering } = body;
  if (resolution.decided !== null) return truthOf(boolValue(resolution.decided));
  const object = body.get(value);
  if (resolution.classes.length === 0) return truthOf(b.bool("ref_not_null", object));
  const structs = resolution.classes
    .flatMap((symbol) => lowering.classes.entriesOf(symbol))
    .map((entry) => entry.struct);
  // A class below another one in the list adds nothing.
  const outermost = structs.filter(
    (one) =>
      !structs.some(
        (other) =>
          other !== one && other.classId < one.classId && one.classId <= other.lastSubclassId,
      ),
  );
  const tests = outermost.map((struct) =>
    b.emit("class_in_range", [object], BOOL_TYPE, { struct }),
  );
  return truthOf(
    tests.reduce<LLValue | null>(
      (all, test) => (all === null ? test : b.bool("bool_or", all, test)),
      null,
    ) ?? boolValue(false),
  );
}
