/** Expressions as flow: each gives a value; in condition position, two ways to go. */
import type { ComprehensionClause, Expression, ExpressionOf } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { isBuiltinType, memberOf } from "../bind/builtins.ts";
import { classMember, memberValue } from "../bind/constants.ts";
import { typeOfExpression } from "../bind/resolve.ts";
import { targetNames } from "../bind/scopes.ts";
import type { StaticValue } from "../bind/symbols.ts";
import type { FunctionBuilder } from "./build.ts";
import { call, isSuper, superProperty } from "./calls.ts";
import type { Draft } from "./emitter.ts";
import { formatOperator, interpolation } from "./format.ts";
import { OPERATOR_OPS, type HighAux, type HighOpName, type HighValue } from "./ops.ts";
import { generatorExpression, yieldExpression } from "./generators.ts";
import { forLoop, sliceBounds } from "./statements.ts";

export interface BranchTargets {
  readonly then: Draft;
  readonly otherwise: Draft;
}

const COMPARE_OPS = {
  "==": "eq",
  "!=": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  is: "is",
  "is not": "is",
  in: "contains",
  "not in": "contains",
} as const satisfies Record<string, HighOpName>;

const UNARY_OPS = { "-": "neg", "+": "pos", "~": "invert" } as const;

export function expression(b: FunctionBuilder, e: Expression): HighValue {
  const value = valueOrModule(b, e);
  if (value.kind !== "const" || value.value.kind !== "module") return value;
  const { name } = value.value.symbol;
  b.report("E0209", e.span, `\`${name}\` is a module, which is no value`, {
    help: "write what is wanted of it behind a point",
  });
  return b.error();
}

/** An expression, or what stands before a point. */
export function valueOrModule(b: FunctionBuilder, e: Expression): HighValue {
  switch (e.kind) {
    case "name":
      return b.readName(e.text, e);
    case "int":
      return b.constant({ kind: "int", value: e.value });
    case "float":
      return b.constant({ kind: "float", value: e.value });
    case "str":
      return b.constant({ kind: "str", value: e.value });
    case "bool":
      return b.constant({ kind: "bool", value: e.value });
    case "none":
      return b.none();
    case "fstring":
      return interpolation(b, e);
    case "tuple":
      return tupleDisplay(b, e);
    case "list":
    case "set":
      return display(b, e.kind === "list" ? "new_list" : "new_set", e.items, e.span);
    case "dict":
      return display(
        b,
        "new_dict",
        e.entries.flatMap(({ key, value }) => [key, value]),
        e.span,
      );
    case "comprehension":
      return e.form === "generator" ? generatorExpression(b, e) : comprehension(b, e);
    case "unary":
      return unary(b, e);
    case "binary":
      return binary(b, e, {});
    case "logical":
      return logical(b, e);
    case "compare":
      return comparison(b, e);
    case "conditional":
      return conditional(b, e);
    case "lambda":
      return b.closure(e);
    case "call":
      return call(b, e);
    case "attribute":
      return attribute(b, e);
    case "index":
      return index(b, e);
    case "slice": {
      const argSpans = [e.object.span, e.start?.span ?? null, e.stop?.span ?? null];
      if (e.step === null) return b.emit("getslice", sliceBounds(b, e), e.span, { argSpans });
      const args = [...sliceBounds(b, e), expression(b, e.step)];
      return b.emit("getslice_step", args, e.span, { argSpans: [...argSpans, e.step.span] });
    }
    case "walrus":
      b.writeName(e.target.text, expression(b, e.value), e.target.span);
      return b.readName(e.target.text, { kind: "name", span: e.target.span, text: e.target.text });
    case "yield":
      return yieldExpression(b, e);
    case "star":
      b.report("E0105", e.span, "`*` stands before an argument or a target only");
      return expression(b, e.value);
    case "type":
      return b.constant({ kind: "type", type: e.type });
    case "error":
      return b.error();
  }
}

function display(
  b: FunctionBuilder,
  op: "new_list" | "new_set" | "new_dict" | "new_tuple",
  items: readonly Expression[],
  span: Span,
): HighValue {
  const values = items.map((item) => expression(b, item));
  return b.emit(op, values, span, { argSpans: items.map((item) => item.span) });
}

/** A tuple of constants is a constant. */
function tupleDisplay(b: FunctionBuilder, e: ExpressionOf<"tuple">): HighValue {
  const values = e.items.map((item) => expression(b, item));
  const items: StaticValue[] = [];
  for (const value of values) if (value.kind === "const") items.push(value.value);
  if (items.length === values.length) return b.constant({ kind: "tuple", items });
  return b.emit("new_tuple", values, e.span, { argSpans: e.items.map((item) => item.span) });
}

// ---------------------------------------------------------------- operators

function unary(b: FunctionBuilder, e: ExpressionOf<"unary">): HighValue {
  if (e.op === "not") return b.emit("not", [truthOf(b, e.operand)], e.span);
  const known = e.operand.kind === "int" || e.operand.kind === "float" ? b.staticValue(e) : null;
  if (known !== null) return b.constant(known);
  return arithmeticUnary(b, e.op, e, {});
}

export function arithmeticUnary(
  b: FunctionBuilder,
  op: "-" | "+" | "~",
  e: ExpressionOf<"unary">,
  aux: HighAux,
): HighValue {
  const argSpans = [e.operand.span];
  return b.emit(UNARY_OPS[op], [expression(b, e.operand)], e.span, { ...aux, argSpans });
}

export function binary(b: FunctionBuilder, e: ExpressionOf<"binary">, aux: HighAux): HighValue {
  if (e.op === "%" && e.left.kind === "str") return formatOperator(b, e, e.left);
  const args = [expression(b, e.left), expression(b, e.right)];
  const argSpans = [e.left.span, e.right.span];
  return b.emit(OPERATOR_OPS[e.op], args, e.span, { ...aux, argSpans });
}

/**
 * `a and b` is `a` if that is false, else `b`. A chain of one operator is taken as a whole: each
 * operand is tested where it stands, so what all before it say is known of the next.
 */
function logical(b: FunctionBuilder, e: ExpressionOf<"logical">): HighValue {
  const { emitter } = b;
  const result = emitter.newSlot(null);
  const after = emitter.newDraft();
  const operands = chain(e);
  const last = operands.pop()!;
  for (const operand of operands) {
    const next = emitter.newDraft();
    const value = expression(b, operand);
    emitter.writeSlot(result, value);
    const targets =
      e.op === "and" ? { then: next, otherwise: after } : { then: after, otherwise: next };
    branchOnTruth(b, value, targets, operand.span);
    emitter.start(next);
  }
  emitter.writeSlot(result, expression(b, last));
  emitter.gotoAndStart(after);
  return emitter.readSlot(result, null);
}

/** `a and b and c`, which is parsed as `(a and b) and c`, as its operands. */
function chain(e: ExpressionOf<"logical">): Expression[] {
  const { left } = e;
  const before = left.kind === "logical" && left.op === e.op ? chain(left) : [left];
  return [...before, e.right];
}

function conditional(b: FunctionBuilder, e: ExpressionOf<"conditional">): HighValue {
  const { emitter } = b;
  const result = emitter.newSlot(null);
  const targets = { then: emitter.newDraft(), otherwise: emitter.newDraft() };
  const after = emitter.newDraft();
  condition(b, e.test, targets);
  emitter.start(targets.then);
  emitter.writeSlot(result, expression(b, e.then));
  emitter.goto(after);
  emitter.start(targets.otherwise);
  emitter.writeSlot(result, expression(b, e.orElse));
  emitter.gotoAndStart(after);
  return emitter.readSlot(result, null);
}

function comparison(b: FunctionBuilder, e: ExpressionOf<"compare">): HighValue {
  const { emitter } = b;
  const chain = comparisons(b, e);
  let value = chain();
  if (e.rest.length === 1) return value;
  const result = emitter.newSlot(null);
  const after = emitter.newDraft();
  for (let i = 1; i < e.rest.length; i++) {
    emitter.writeSlot(result, value);
    const next = emitter.newDraft();
    emitter.branch(value, next, after, e.span);
    emitter.start(next);
    value = chain();
  }
  emitter.writeSlot(result, value);
  emitter.gotoAndStart(after);
  return emitter.readSlot(result, null);
}

/** Each call evaluates the next operand and compares it with the one before. */
function comparisons(b: FunctionBuilder, e: ExpressionOf<"compare">): () => HighValue {
  let i = 0;
  let last = expression(b, e.first);
  let lastSpan = e.first.span;
  return () => {
    const { op, operand } = e.rest[i++]!;
    const next = expression(b, operand);
    const value = compare(b, op, last, next, [lastSpan, operand.span], e.span);
    last = next;
    lastSpan = operand.span;
    return op === "is not" || op === "not in" ? b.emit("not", [value], e.span) : value;
  };
}

function compare(
  b: FunctionBuilder,
  op: keyof typeof COMPARE_OPS,
  left: HighValue,
  right: HighValue,
  spans: [Span, Span],
  span: Span,
): HighValue {
  const swap = op === "in" || op === "not in";
  const args = swap ? [right, left] : [left, right];
  const argSpans = swap ? [spans[1], spans[0]] : spans;
  return b.emit(COMPARE_OPS[op], args, span, { argSpans });
}

// ---------------------------------------------------------------- conditions

/** Ends the block by going one way or the other, with no more tests than the expression says. */
export function condition(b: FunctionBuilder, e: Expression, targets: BranchTargets): void {
  switch (e.kind) {
    case "unary":
      if (e.op !== "not") break;
      return condition(b, e.operand, { then: targets.otherwise, otherwise: targets.then });
    case "logical": {
      const right = b.emitter.newDraft();
      const left = e.op === "and" ? { ...targets, then: right } : { ...targets, otherwise: right };
      condition(b, e.left, left);
      b.emitter.start(right);
      return condition(b, e.right, targets);
    }
    case "compare":
      return compareCondition(b, e, targets);
    default:
      break;
  }
  branchOnTruth(b, expression(b, e), targets, e.span);
}

function compareCondition(
  b: FunctionBuilder,
  e: ExpressionOf<"compare">,
  targets: BranchTargets,
): void {
  const { emitter } = b;
  let last = expression(b, e.first);
  let lastSpan = e.first.span;
  for (const [i, { op, operand }] of e.rest.entries()) {
    const next = expression(b, operand);
    const value = compare(b, op, last, next, [lastSpan, operand.span], e.span);
    const isLast = i === e.rest.length - 1;
    const holds = isLast ? targets.then : emitter.newDraft();
    const negated = op === "is not" || op === "not in";
    const [then, otherwise] = negated ? [targets.otherwise, holds] : [holds, targets.otherwise];
    emitter.branch(value, then, otherwise, e.span);
    if (!isLast) emitter.start(holds);
    last = next;
    lastSpan = operand.span;
  }
}

/** The truth of an expression as a `bool` value. */
export function truthOf(b: FunctionBuilder, e: Expression): HighValue {
  const value = expression(b, e);
  if (value.kind === "const") {
    const known = truthOfConstant(value.value);
    if (known !== null) return b.constant({ kind: "bool", value: known });
  }
  return b.emitter.isBool(value) ? value : b.emit("truth", [value], e.span);
}

/**
 * A test of a known value goes one way only. Inside `try`, where `truth` may raise and so ends its
 * block, what the test says about the operand would be lost on the way to the branch; so a local is
 * first compared with `None`, which cannot raise.
 */
export function branchOnTruth(
  b: FunctionBuilder,
  value: HighValue,
  targets: BranchTargets,
  span: Span,
): void {
  const { emitter } = b;
  if (value.kind === "const") {
    const known = truthOfConstant(value.value);
    if (known !== null) return emitter.goto(known ? targets.then : targets.otherwise);
  }
  if (emitter.isBool(value)) return emitter.branch(value, targets.then, targets.otherwise, span);
  if (emitter.region !== null && value.kind === "var" && value.name !== null) {
    const present = emitter.newDraft();
    emitter.branch(b.emit("is", [value, b.none()], span), targets.otherwise, present, span);
    emitter.start(present);
  }
  emitter.branch(b.emit("truth", [value], span), targets.then, targets.otherwise, span);
}

function truthOfConstant(value: StaticValue): boolean | null {
  switch (value.kind) {
    case "bool":
      return value.value;
    case "int":
      return value.value !== 0n;
    case "float":
      return value.value !== 0;
    case "str":
      return value.value !== "";
    case "none":
      return false;
    case "tuple":
      return value.items.length > 0;
    default:
      return null;
  }
}

// ---------------------------------------------------------------- attributes and items

/** `x.`, where a name is still to come: the parser has said so. */
export function isUnfinished(e: ExpressionOf<"attribute">): boolean {
  return e.name.text === "";
}

function attribute(b: FunctionBuilder, e: ExpressionOf<"attribute">): HighValue {
  if (isUnfinished(e)) {
    if (!isSuper(b, e.object)) valueOrModule(b, e.object);
    return b.error();
  }
  if (isSuper(b, e.object)) return superProperty(b, e);
  const object = valueOrModule(b, e.object);
  const known = object.kind === "const" ? memberOfConstant(b, object.value, e) : null;
  if (known !== null) return known;
  const argSpans = [e.object.span];
  const aux = { name: e.name.text, nameSpan: e.name.span, argSpans };
  return b.emit("getattr", [object], e.span, aux);
}

/** A member of a module, class, enum or enum member; null if the annotator must look (and complain). */
export function memberOfConstant(
  b: FunctionBuilder,
  object: StaticValue,
  e: ExpressionOf<"attribute">,
): HighValue | null {
  const name = e.name.text;
  switch (object.kind) {
    case "module": {
      const symbol = memberOf(object.symbol, name);
      // That there is no such member was reported by the check of names.
      return symbol === undefined ? b.error() : b.readSymbol(symbol, e);
    }
    case "enum":
    case "class": {
      const value =
        object.kind === "enum"
          ? memberValue(object.symbol, name)
          : classMember(object.symbol, name);
      return value === null ? null : b.constant(value);
    }
    case "member": {
      const member = object.enum.members[object.index]!;
      if (name === "value") return b.constant({ kind: "int", value: member.value });
      return name === "name" ? b.constant({ kind: "str", value: member.name }) : null;
    }
    case "error":
      return b.error();
    default:
      return null;
  }
}

function index(b: FunctionBuilder, e: ExpressionOf<"index">): HighValue {
  const object = expression(b, e.object);
  if (object.kind === "const" && namesType(object.value)) {
    const type = typeOfExpression(e);
    if (type !== null) return b.constant({ kind: "type", type });
  }
  const argSpans = [e.object.span, e.index.span];
  return b.emit("getitem", [object, expression(b, e.index)], e.span, { argSpans });
}

/** Intrinsics that are called with a type argument: `unsafe_cast[T](x)`. */
const TYPED_INTRINSICS = new Set(["intrinsic:unsafe_cast", "intrinsic:has_type"]);

function namesType(value: StaticValue): boolean {
  switch (value.kind) {
    case "class":
    case "type":
      return true;
    case "builtin":
      return isBuiltinType(value.symbol) || TYPED_INTRINSICS.has(value.symbol.name);
    case "function":
      // `first[int](xs)`: type arguments of a generic function, written out.
      return value.symbol.typeParams.length > 0;
    default:
      return false;
  }
}

// ---------------------------------------------------------------- comprehensions

/**
 * `[f(x) for x in xs if p(x)]` is a loop that fills a new list. Its names are its own. A generator
 * expression that is passed to what takes a list is such a list.
 */
export function comprehension(b: FunctionBuilder, e: ExpressionOf<"comprehension">): HighValue {
  const { emitter } = b;
  const op = e.form === "dict" ? "new_dict" : e.form === "set" ? "new_set" : "new_list";
  const result = emitter.hold(b.emit(op, [], e.span));
  const add = () => {
    const element = expression(b, e.element);
    if (e.form === "dict") {
      const argSpans = [e.span, e.element.span, e.value!.span];
      b.emit("setitem", [result(), element, expression(b, e.value!)], e.span, { argSpans });
    } else {
      const aux = { name: e.form === "set" ? "add" : "append", argSpans: [e.span, e.element.span] };
      b.emit("call_method", [result(), element], e.element.span, aux);
    }
  };
  clausesOf(b, e.clauses, 0, add);
  return result();
}

export function clausesOf(
  b: FunctionBuilder,
  clauses: readonly ComprehensionClause[],
  from: number,
  body: () => void,
): void {
  const clause = clauses[from];
  if (clause === undefined) return body();
  if (clause.kind === "if") {
    const targets = { then: b.emitter.newDraft(), otherwise: b.emitter.newDraft() };
    condition(b, clause.test, targets);
    b.emitter.start(targets.then);
    clausesOf(b, clauses, from + 1, body);
    return b.emitter.gotoAndStart(targets.otherwise);
  }
  // The iterable is outside of the scope that the target opens.
  const names = targetNames(clause.target);
  const inside = () => clausesOf(b, clauses, from + 1, body);
  forLoop(b, clause.target, clause.iterable, inside, [], names);
}
