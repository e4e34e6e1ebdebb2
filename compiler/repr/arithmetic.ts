/**
 * Arithmetic on ints, floats and bools. Words wrap; `//` and `%` round down; a zero divisor and a
 * negative shift count raise; inside `checked(…)` what does not fit raises too.
 *
 * Raising is a call of a library function in a cold block, which never comes back.
 */
import type { Annotation, AnnotationOf } from "../../dsl/annotate/lattice.ts";
import { BOOL, FLOAT, INT, UINT } from "../../dsl/annotate/lattice.ts";
import { show } from "../../dsl/annotate/show.ts";
import type { HighOp } from "../../dsl/flow/ops.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import type { LLValue } from "../ll/program.ts";
import { INT as WORD } from "../ll/types.ts";
import type { OpName } from "../ops/table.ts";
import type { Body } from "./body.ts";
import { floatValue, intValue, type Builder } from "./builder.ts";
import type { Typed } from "./calls.ts";
import type { Lowering } from "./lowering.ts";

/** Raises in a cold block if the condition holds. */
export function raiseIf(
  lowering: Lowering,
  b: Builder,
  condition: LLValue,
  helper: string,
  args: readonly LLValue[] = [],
): void {
  b.when(condition, () => {
    b.call(lowering.well(helper), args);
    b.stop();
  });
}

/** `uint` if either side is: a literal adapts to the other. */
export function isUnsigned(a: Annotation, b: Annotation): boolean {
  return (a.kind === "int" && a.width === "uint") || (b.kind === "int" && b.width === "uint");
}

export function lowerBinary(body: Body, op: HighOp): Typed {
  const [a, b] = op.args.map((arg) => body.annotation(arg)) as [Annotation, Annotation];
  const [x, y] = [body.get(op.args[0]!), body.get(op.args[1]!)];
  if (a.kind === "int" && b.kind === "int") return lowerIntBinary(body, op, a, b, x, y);
  if (a.kind === "float" && b.kind === "float")
    return { annotation: FLOAT, value: lowerFloatBinary(body, op, x, y) };
  if (a.kind === "bool" && b.kind === "bool")
    return { annotation: BOOL, value: body.b.bool(BOOL_OPS[op.name]!, x, y) };
  throw new InternalError(`${op.name} of ${show(a)} and ${show(b)} has no resolution`);
}

const BOOL_OPS: Partial<Record<HighOp["name"], OpName>> = {
  bitand: "bool_and",
  bitor: "bool_or",
  bitxor: "bool_xor",
};

const WRAPPING: Partial<Record<HighOp["name"], OpName>> = {
  add: "int_add",
  inplace_add: "int_add",
  sub: "int_sub",
  mul: "int_mul",
  bitand: "int_and",
  bitor: "int_or",
  bitxor: "int_xor",
};

function lowerIntBinary(
  body: Body,
  op: HighOp,
  a: AnnotationOf<"int">,
  b: AnnotationOf<"int">,
  x: LLValue,
  y: LLValue,
): Typed {
  const isShift = op.name === "lshift" || op.name === "rshift";
  const unsigned = isShift ? a.width === "uint" : isUnsigned(a, b);
  const value = intOperation(body, op, unsigned, x, y);
  return { annotation: unsigned ? UINT : INT, value };
}

function intOperation(body: Body, op: HighOp, unsigned: boolean, x: LLValue, y: LLValue): LLValue {
  const checked = op.aux.checked === true;
  switch (op.name) {
    case "floordiv":
    case "mod":
      return divide(body, op.name, unsigned, checked, x, y);
    case "lshift":
      return checked ? checkedShiftLeft(body, unsigned, x, y) : shiftLeft(body, x, y);
    case "rshift":
      return shiftRight(body, unsigned, x, y);
    case "add":
    case "inplace_add":
    case "sub":
    case "mul":
      if (checked)
        return unsigned ? checkedUnsigned(body, op.name, x, y) : checkedSigned(body, op.name, x, y);
      break;
    default:
      break;
  }
  return body.b.int(WRAPPING[op.name]!, x, y);
}

// ---------------------------------------------------------------- checked arithmetic

const OVERFLOWING = {
  add: "int_add_ovf",
  inplace_add: "int_add_ovf",
  sub: "int_sub_ovf",
  mul: "int_mul_ovf",
} as const;

function checkedSigned(
  body: Body,
  name: keyof typeof OVERFLOWING,
  x: LLValue,
  y: LLValue,
): LLValue {
  const { b, lowering } = body;
  const result = b.int(OVERFLOWING[name], x, y);
  raiseIf(lowering, b, b.bool("overflowed"), "raise_overflow");
  return result;
}

function checkedUnsigned(
  body: Body,
  name: keyof typeof OVERFLOWING,
  x: LLValue,
  y: LLValue,
): LLValue {
  const { b, lowering } = body;
  const result = b.int(WRAPPING[name]!, x, y);
  const overflows =
    name === "mul"
      ? b.bool("int_ne", b.int("uint_mulhi", x, y), intValue(0))
      : name === "sub"
        ? b.bool("uint_lt", x, y)
        : b.bool("uint_lt", result, x);
  raiseIf(lowering, b, overflows, "raise_overflow");
  return result;
}

function checkedShiftLeft(body: Body, unsigned: boolean, x: LLValue, y: LLValue): LLValue {
  const { b, lowering } = body;
  const result = shiftLeft(body, x, y);
  const back = shiftRight(body, unsigned, result, y);
  raiseIf(lowering, b, b.bool("int_ne", back, x), "raise_overflow");
  return result;
}

// ---------------------------------------------------------------- division and shifts

function divide(
  body: Body,
  name: "floordiv" | "mod",
  unsigned: boolean,
  checked: boolean,
  x: LLValue,
  y: LLValue,
): LLValue {
  const { b, lowering } = body;
  raiseIf(lowering, b, b.bool("int_eq", y, intValue(0)), "raise_zero_division");
  if (unsigned) return b.int(name === "mod" ? "uint_mod" : "uint_div", x, y);
  if (checked && name === "floordiv") {
    const least = b.bool("int_eq", x, intValue(-(1n << 63n)));
    raiseIf(
      lowering,
      b,
      b.bool("bool_and", least, b.bool("int_eq", y, intValue(-1))),
      "raise_overflow",
    );
  }
  return b.int(name === "mod" ? "int_mod" : "int_floordiv", x, y);
}

/** The machine shifts by 0 to 63; what is more shifts everything out, a negative count raises. */
function shiftBy(body: Body, y: LLValue, inRange: () => LLValue, beyond: () => LLValue): LLValue {
  const { b, lowering } = body;
  if (y.kind === "const" && y.value.kind === "int" && y.value.value >= 0n && y.value.value < 64n)
    return inRange();
  return b.choose(b.bool("uint_lt", y, intValue(64)), WORD, inRange, () => {
    raiseIf(lowering, b, b.bool("int_lt", y, intValue(0)), "raise_shift_error");
    return beyond();
  });
}

function shiftLeft(body: Body, x: LLValue, y: LLValue): LLValue {
  return shiftBy(
    body,
    y,
    () => body.b.int("int_lshift", x, y),
    () => intValue(0),
  );
}

function shiftRight(body: Body, unsigned: boolean, x: LLValue, y: LLValue): LLValue {
  const { b } = body;
  if (unsigned)
    return shiftBy(
      body,
      y,
      () => b.int("uint_rshift", x, y),
      () => intValue(0),
    );
  return shiftBy(
    body,
    y,
    () => b.int("int_rshift", x, y),
    () => b.int("int_rshift", x, intValue(63)),
  );
}

// ---------------------------------------------------------------- floats

const FLOAT_OPS: Partial<Record<HighOp["name"], OpName>> = {
  add: "float_add",
  inplace_add: "float_add",
  sub: "float_sub",
  mul: "float_mul",
};

function lowerFloatBinary(body: Body, op: HighOp, x: LLValue, y: LLValue): LLValue {
  const { b, lowering } = body;
  if (op.name !== "truediv") return b.float(FLOAT_OPS[op.name]!, x, y);
  raiseIf(lowering, b, b.bool("float_eq", y, floatValue(0)), "raise_zero_division");
  return b.float("float_div", x, y);
}

// ---------------------------------------------------------------- one operand

export function lowerUnary(body: Body, op: HighOp): Typed {
  const { b, lowering } = body;
  const annotation = body.annotation(op.args[0]!);
  const x = body.get(op.args[0]!);
  if (op.name === "pos") return { annotation, value: x };
  if (annotation.kind === "float") return { annotation: FLOAT, value: b.float("float_neg", x) };
  const result = isUnsigned(annotation, annotation) ? UINT : INT;
  if (op.name === "invert") return { annotation: result, value: b.int("int_invert", x) };
  if (op.aux.checked !== true) return { annotation: result, value: b.int("int_neg", x) };
  if (result === INT)
    return { annotation: result, value: checkedSigned(body, "sub", intValue(0), x) };
  raiseIf(lowering, b, b.bool("int_ne", x, intValue(0)), "raise_overflow");
  return { annotation: result, value: x };
}
