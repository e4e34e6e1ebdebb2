/** Statements as flow: loops, exceptions, cleanups, assignments. */
import type { Expression, For, Match, Statement, Try, With } from "../syntax/ast.ts";
import { note } from "../syntax/diagnostics.ts";
import type { Span } from "../syntax/source.ts";
import { specialForm } from "../bind/builtins.ts";
import { described } from "../bind/define.ts";
import type { EnumSymbol, FieldDeclaration, InlineItems, StaticValue } from "../bind/symbols.ts";
import type { FunctionBuilder } from "./build.ts";
import type { Draft } from "./emitter.ts";
import { condition, expression, isUnfinished, type BranchTargets } from "./expressions.ts";
import { OPERATOR_OPS, type HighOpName, type HighValue } from "./ops.ts";
import { EXHAUSTED, refuseResult, yieldStatement } from "./generators.ts";
import { matchStatement } from "./patterns.ts";

export function statements(b: FunctionBuilder, body: readonly Statement[]): void {
  for (const one of body) statement(b, one);
}

function statement(b: FunctionBuilder, s: Statement): void {
  switch (s.kind) {
    case "expr":
      if (s.value.kind === "yield") yieldStatement(b, s.value);
      // A docstring, or a string that serves as a comment.
      else if (s.value.kind !== "str") expression(b, s.value);
      break;
    case "assign": {
      const field = inlineTarget(b, s.targets);
      if (field === null) assign(b, s.targets, s.value);
      else if (field.owner.items?.store === s) initItems(b, field.owner.items, s.span);
      // Binding has reported a field whose items it did not find.
      else if (field.owner.items !== null) assign(b, s.targets, s.value);
      break;
    }
    case "aug-assign":
      augmentedAssign(
        b,
        s.target,
        s.op === "+" ? "inplace_add" : OPERATOR_OPS[s.op],
        s.value,
        s.span,
      );
      break;
    case "ann-assign":
      if (s.target.kind === "name") b.declare(s.target.text, s.type);
      if (s.value !== null) {
        const value = expression(b, s.value);
        const isName = s.target.kind === "name";
        store(b, s.target, isName ? value : b.emit("declare", [value], s.span, { type: s.type }));
      }
      break;
    case "return":
      returnStatement(b, s.value, s.span);
      break;
    case "raise":
      raiseStatement(b, s.value, s.span);
      break;
    case "if":
      ifStatement(b, s.test, s.body, s.orElse);
      break;
    case "while":
      whileLoop(b, s.test, s.body, s.orElse);
      break;
    case "for":
      if (s.unroll) unrolledLoop(b, s);
      else forLoop(b, s.target, s.iterable, () => statements(b, s.body), s.orElse);
      break;
    case "try":
      tryStatement(b, s);
      break;
    case "with":
      withStatement(b, s, 0);
      break;
    case "assert":
      assertStatement(b, s.test, s.message, s.span);
      break;
    case "delete":
      for (const target of s.targets) deleteTarget(b, target);
      break;
    case "match":
      matchStatement(b, s satisfies Match);
      break;
    case "def":
      if (isTopLevelOf(b, s)) break;
      b.writeName(s.name.text, b.closure(s), s.name.span);
      break;
    case "break":
    case "continue":
      jump(b, s.kind);
      break;
    case "pass":
    case "abstract":
    case "class":
    case "enum":
    case "type-alias":
    case "import":
    case "from-import":
    case "error-statement":
      break;
  }
}

/** A definition that binding has made a symbol of. */
function isTopLevelOf(b: FunctionBuilder, s: Extract<Statement, { kind: "def" }>): boolean {
  return b.fn.flavour === "module-body" && b.fn.body.includes(s);
}

// ---------------------------------------------------------------- branches and loops

function ifStatement(
  b: FunctionBuilder,
  test: Expression,
  body: readonly Statement[],
  orElse: readonly Statement[],
): void {
  const { emitter } = b;
  const targets: BranchTargets = { then: emitter.newDraft(), otherwise: emitter.newDraft() };
  const after = orElse.length === 0 ? targets.otherwise : emitter.newDraft();
  condition(b, test, targets);
  emitter.start(targets.then);
  statements(b, body);
  if (orElse.length > 0) {
    emitter.goto(after);
    emitter.start(targets.otherwise);
    statements(b, orElse);
  }
  emitter.gotoAndStart(after);
}

function whileLoop(
  b: FunctionBuilder,
  test: Expression,
  body: readonly Statement[],
  orElse: readonly Statement[],
): void {
  const { emitter } = b;
  const [head, inside, exhausted, after] = drafts(b, 4);
  emitter.gotoAndStart(head!);
  condition(b, test, { then: inside!, otherwise: exhausted! });
  emitter.start(inside!);
  loopBody(b, after!, head!, () => statements(b, body));
  emitter.goto(head!);
  loopElse(b, exhausted!, orElse, after!);
}

function drafts(b: FunctionBuilder, count: number): Draft[] {
  return Array.from({ length: count }, () => b.emitter.newDraft());
}

function loopBody(b: FunctionBuilder, breakTo: Draft, continueTo: Draft, body: () => void): void {
  b.frames.push({ kind: "loop", breakTo, continueTo });
  body();
  b.frames.pop();
}

function loopElse(
  b: FunctionBuilder,
  exhausted: Draft,
  orElse: readonly Statement[],
  after: Draft,
): void {
  b.emitter.start(exhausted);
  statements(b, orElse);
  b.emitter.gotoAndStart(after);
}

/** A loop over an iterable: `range` counts, anything else is asked for its items. */
export function forLoop(
  b: FunctionBuilder,
  target: Expression,
  iterable: Expression,
  body: () => void,
  orElse: readonly Statement[],
  scoped: readonly string[] = [],
): void {
  const range = rangeCall(b, iterable);
  const step =
    range !== null ? startCounting(b, iterable.span, range) : startIterating(b, iterable);
  const loop = () => repeat(b, step, target, body, orElse);
  if (scoped.length === 0) loop();
  else b.withLocals(scoped, loop);
}

/** How a loop goes on, once what it loops over was evaluated. */
interface LoopSteps {
  readonly span: Span;
  /** In the loop's head: whether there is another item. */
  readonly more: () => HighValue;
  readonly item: () => HighValue;
  /** After the body, before the head. */
  readonly next: ((item: HighValue) => void) | null;
}

function repeat(
  b: FunctionBuilder,
  { span, more, item, next }: LoopSteps,
  target: Expression,
  body: () => void,
  orElse: readonly Statement[],
): void {
  const { emitter } = b;
  const [head, inside, exhausted, after] = drafts(b, 4);
  const latch = next === null ? head! : emitter.newDraft();
  emitter.gotoAndStart(head!);
  emitter.branch(more(), inside!, exhausted!, span);
  emitter.start(inside!);
  const current = item();
  store(b, target, current);
  loopBody(b, after!, latch, body);
  if (next !== null) {
    emitter.gotoAndStart(latch);
    next(current);
  }
  emitter.goto(head!);
  loopElse(b, exhausted!, orElse, after!);
}

interface RangeCall {
  readonly start: Expression | null;
  readonly stop: Expression;
  readonly step: bigint;
}

/** `range(…)` of the builtin with a step that is known, and not zero. */
function rangeCall(b: FunctionBuilder, e: Expression): RangeCall | null {
  if (e.kind !== "call" || e.callee.kind !== "name") return null;
  const symbol = b.symbolOf(e.callee.text);
  if (symbol === null || specialForm(symbol) !== "range") return null;
  if (e.args.length < 1 || e.args.length > 3) return null;
  if (e.args.some((arg) => arg.star || arg.name !== null)) return null;
  const [first, second, third] = e.args.map((arg) => arg.value);
  if (second === undefined) return { start: null, stop: first!, step: 1n };
  if (third === undefined) return { start: first!, stop: second, step: 1n };
  const step = b.staticValue(third);
  if (step?.kind !== "int" || step.value === 0n) return null;
  return { start: first!, stop: second, step: step.value };
}

/**
 * The counter is a value of its own, so that assigning the target does not change the count. If the
 * body leaves the target alone, that is what carries the counter to the step.
 */
function startCounting(
  b: FunctionBuilder,
  span: Span,
  { start, stop, step }: RangeCall,
): LoopSteps {
  const { emitter } = b;
  const counter = emitter.newSlot(null);
  const first = start === null ? b.constant({ kind: "int", value: 0n }) : expression(b, start);
  const last = emitter.hold(expression(b, stop));
  emitter.writeSlot(counter, first);
  const amount = b.constant({ kind: "int", value: step });
  const read = () => emitter.readSlot(counter, null);
  return {
    span,
    more: () => b.emit(step > 0n ? "lt" : "gt", [read(), last()], span),
    item: read,
    next: (item) => {
      emitter.writeSlot(counter, b.emit("add", [item, amount], span, { counter: true }));
    },
  };
}

function startIterating(b: FunctionBuilder, iterable: Expression): LoopSteps {
  const { span } = iterable;
  const iterator = b.emitter.hold(b.emit("iter", [iterableValue(b, iterable)], span));
  return {
    span,
    more: () => b.emit("iter_has_next", [iterator()], span),
    item: () => b.emit("iter_next", [iterator()], span),
    next: null,
  };
}

/** What stands where something is iterated over. An enum is the list of its members there. */
export function iterableValue(b: FunctionBuilder, e: Expression): HighValue {
  const value = expression(b, e);
  if (value.kind !== "const" || value.value.kind !== "enum") return value;
  const members = membersOf(value.value.symbol).map((member) => b.constant(member));
  return b.emit("new_list", members, e.span, { argSpans: members.map(() => e.span) });
}

function membersOf(symbol: EnumSymbol): StaticValue[] {
  return symbol.members.map((_, index) => ({ kind: "member", enum: symbol, index }));
}

/** `unroll for`: one copy of the body per item, in each of which the target is a constant. */
function unrolledLoop(b: FunctionBuilder, s: For): void {
  const { emitter } = b;
  const items = unrolledItems(b, s.iterable);
  if (items === null) {
    b.report("E0601", s.iterable.span, "`unroll for` needs a tuple that is known at build time", {
      help: "write a tuple of constants, bind one to a module-level name, or drop `unroll`",
    });
    return;
  }
  const exhausted = emitter.newDraft();
  const after = emitter.newDraft();
  const isName = s.target.kind === "name";
  const name = isName ? (s.target as Extract<Expression, { kind: "name" }>).text : null;
  for (const item of items) {
    const next = emitter.newDraft();
    const value = item();
    store(b, s.target, value);
    const known = name !== null && value.kind === "const" && b.boundOnce(name);
    if (known) b.known.set(name, value.value);
    loopBody(b, after, next, () => statements(b, s.body));
    if (known) b.known.delete(name);
    emitter.gotoAndStart(next);
  }
  emitter.goto(exhausted);
  loopElse(b, exhausted, s.orElse, after);
}

/** The items to unroll over: of a static tuple, an enum, a constant range, or the `*args` of a call. */
function unrolledItems(b: FunctionBuilder, iterable: Expression): (() => HighValue)[] | null {
  const star = b.fn.params.find((param) => param.star);
  const count = b.context.starCount;
  if (iterable.kind === "name" && iterable.text === star?.name.text && count !== undefined) {
    const tuple = b.emitter.hold(expression(b, iterable));
    return Array.from({ length: count }, (_, i) => () => itemOf(b, tuple(), i, iterable.span));
  }
  // Without its arguments a function is only looked through: one copy, of a value nobody knows.
  const isLater = (name: string) =>
    b.fn.params.some((param) => param.name.text === name && (param.isConst || param.star));
  if (iterable.kind === "name" && isLater(iterable.text) && !b.known.has(iterable.text)) {
    return [() => b.error()];
  }
  const items = staticItems(b, iterable);
  return items?.map((item) => () => b.constant(item)) ?? null;
}

function staticItems(b: FunctionBuilder, iterable: Expression): readonly StaticValue[] | null {
  const value = b.staticValue(iterable);
  if (value?.kind === "tuple") return value.items;
  if (value?.kind === "enum") return membersOf(value.symbol);
  const range = rangeCall(b, iterable);
  if (range === null) return null;
  const start = range.start === null ? { kind: "int", value: 0n } : b.staticValue(range.start);
  const stop = b.staticValue(range.stop);
  if (start?.kind !== "int" || stop?.kind !== "int") return null;
  const items: StaticValue[] = [];
  const isLeft = (i: bigint) =>
    range.step > 0n ? i < (stop.value as bigint) : i > (stop.value as bigint);
  for (let i = start.value as bigint; isLeft(i) && items.length < 10_000; i += range.step) {
    items.push({ kind: "int", value: i });
  }
  return items;
}

function itemOf(b: FunctionBuilder, value: HighValue, index: number, span: Span): HighValue {
  return b.emit("getitem", [value, b.constant({ kind: "int", value: BigInt(index) })], span);
}

// ---------------------------------------------------------------- leaving

/**
 * Writes the cleanups between here and the frame at `depth`, innermost first, each outside of the
 * region it guards.
 */
function runCleanups(b: FunctionBuilder, depth: number): void {
  const { emitter, frames } = b;
  const saved = frames.slice(depth);
  const { region } = emitter;
  while (frames.length > depth) {
    const frame = frames.pop()!;
    if (frame.kind !== "cleanup") continue;
    emitter.region = frame.region;
    frame.run();
  }
  frames.push(...saved);
  emitter.region = region;
}

function jump(b: FunctionBuilder, kind: "break" | "continue"): void {
  const depth = b.frames.findLastIndex((frame) => frame.kind === "loop");
  const loop = b.frames[depth];
  // Outside of a loop: the parser has said so.
  if (loop?.kind !== "loop") return;
  runCleanups(b, depth + 1);
  const target = kind === "break" ? loop.breakTo : loop.continueTo;
  b.emitter.finishDead({ kind: "goto", link: b.emitter.linkTo(target) });
}

function returnStatement(b: FunctionBuilder, value: Expression | null, span: Span): void {
  if (b.generator !== null) {
    if (value !== null) refuseResult(b, value);
    runCleanups(b, 0);
    b.emitter.finishDead({ kind: "return", value: EXHAUSTED, span });
    return;
  }
  const result = value === null ? b.none() : expression(b, value);
  const held = b.frames.some((frame) => frame.kind === "cleanup") ? b.emitter.hold(result) : null;
  runCleanups(b, 0);
  const at = value?.span ?? span;
  b.emitter.finishDead({
    kind: "return",
    value: held === null ? b.emitter.bring(result) : held(),
    span: at,
  });
}

function raiseStatement(b: FunctionBuilder, value: Expression | null, span: Span): void {
  if (value === null) {
    if (b.handling === null) {
      b.report("E0105", span, "`raise` without an exception belongs in an `except` block");
      return;
    }
    raise(b, b.emitter.readSlot(b.handling, null), span);
    return;
  }
  const raised = expression(b, value);
  const isClass = raised.kind === "const" && raised.value.kind === "class";
  raise(b, isClass ? b.emit("call", [raised], value.span) : raised, span);
}

/**
 * Leaves by an exception: to the landing block of the region, or out of the function. Without a
 * place it is one that goes on after it was caught: its traceback has this function already.
 */
export function raise(b: FunctionBuilder, value: HighValue, span: Span | null): void {
  const { emitter } = b;
  const { region } = emitter;
  if (region === null) {
    emitter.finishDead({ kind: "raise", value: emitter.bring(value), span });
    return;
  }
  if (span !== null) b.emit("raise_here", [value], span);
  emitter.writeSlot(region.exceptionSlot, value);
  emitter.finishDead({ kind: "goto", link: emitter.linkTo(region.landing) });
}

function assertStatement(
  b: FunctionBuilder,
  test: Expression,
  message: Expression | null,
  span: Span,
): void {
  const { emitter } = b;
  const [fine, fails] = drafts(b, 2);
  condition(b, test, { then: fine!, otherwise: fails! });
  emitter.start(fails!);
  const symbol = b.context.program.builtins.scope.get("AssertionError");
  const cls = symbol?.kind === "class" ? b.constant({ kind: "class", symbol }) : b.error();
  const args = message === null ? [] : [expression(b, message)];
  raise(b, b.emit("call", [cls, ...args], span), span);
  emitter.goto(fine!);
  emitter.start(fine!);
}

// ---------------------------------------------------------------- try and with

function tryStatement(b: FunctionBuilder, s: Try): void {
  if (s.finallyBody.length === 0) tryExcept(b, s);
  else
    withCleanup(
      b,
      () => tryExcept(b, s),
      () => statements(b, s.finallyBody),
    );
}

/** Runs `body`; on every way out of it, and after it, `cleanup`. */
function withCleanup(b: FunctionBuilder, body: () => void, cleanup: () => void): void {
  const { emitter } = b;
  const outer = emitter.region;
  const { handling } = b;
  const [landing, after] = drafts(b, 2);
  const exceptionSlot = emitter.newSlot(null);
  emitter.region = { landing: landing!, exceptionSlot };
  b.frames.push({ kind: "cleanup", region: outer, run: cleanup });
  body();
  b.frames.pop();
  emitter.region = outer;
  cleanup();
  emitter.goto(after!);

  emitter.start(landing!);
  b.handling = exceptionSlot;
  cleanup();
  b.handling = handling;
  raise(b, emitter.readSlot(exceptionSlot, null), null);
  emitter.gotoAndStart(after!);
}

function tryExcept(b: FunctionBuilder, s: Try): void {
  const { emitter } = b;
  if (s.handlers.length === 0) {
    statements(b, s.body);
    statements(b, s.orElse);
    return;
  }
  const outer = emitter.region;
  const [landing, after] = drafts(b, 2);
  const exceptionSlot = emitter.newSlot(null);
  emitter.region = { landing: landing!, exceptionSlot };
  statements(b, s.body);
  emitter.region = outer;
  statements(b, s.orElse);
  emitter.goto(after!);

  emitter.start(landing!);
  for (const handler of s.handlers) handle(b, handler, exceptionSlot, after!);
  // Nothing matched: the exception goes on.
  raise(b, emitter.readSlot(exceptionSlot, null), null);
  emitter.gotoAndStart(after!);
}

function handle(
  b: FunctionBuilder,
  handler: Try["handlers"][number],
  exceptionSlot: number,
  after: Draft,
): void {
  const { emitter, handling } = b;
  const [matches, next] = drafts(b, 2);
  if (handler.types.length === 0) emitter.gotoAndStart(matches!);
  else {
    const types = handler.types.map((type) => expression(b, type));
    const tested = types.length === 1 ? types[0]! : constantTuple(b, types, handler.span);
    const first = handler.types[0]!.span;
    const argSpans = [null, first];
    const caught = emitter.readSlot(exceptionSlot, null);
    const test = b.emit("match_exception", [caught, tested], first, { argSpans });
    emitter.branch(test, matches!, next!, first);
    emitter.start(matches!);
  }
  const { name } = handler;
  if (name !== null) b.writeName(name.text, emitter.readSlot(exceptionSlot, null), name.span);
  b.handling = exceptionSlot;
  statements(b, handler.body);
  b.handling = handling;
  emitter.goto(after);
  emitter.start(next!);
}

function constantTuple(b: FunctionBuilder, values: readonly HighValue[], span: Span): HighValue {
  const items = values.map((value) => (value.kind === "const" ? value.value : null));
  if (items.includes(null)) return b.emit("new_tuple", [...values], span);
  return b.constant({ kind: "tuple", items: items as StaticValue[] });
}

function withStatement(b: FunctionBuilder, s: With, from: number): void {
  const item = s.items[from];
  if (item === undefined) {
    statements(b, s.body);
    return;
  }
  const { span } = item.context;
  const manager = b.emitter.hold(expression(b, item.context));
  const call = (name: string) => b.emit("call_method", [manager()], span, { name, nameSpan: span });
  const entered = call("__enter__");
  withCleanup(
    b,
    () => {
      if (item.target !== null) store(b, item.target, entered);
      withStatement(b, s, from + 1);
    },
    () => void call("__exit__"),
  );
}

// ---------------------------------------------------------------- assignment

function assign(b: FunctionBuilder, targets: readonly Expression[], value: Expression): void {
  const [target] = targets;
  if (targets.length === 1 && target!.kind === "tuple" && value.kind === "tuple") {
    const isPlain = (items: readonly Expression[]) => items.every((item) => item.kind !== "star");
    if (
      target.items.length === value.items.length &&
      isPlain(target.items) &&
      isPlain(value.items)
    ) {
      // `a, b = b, a` needs no tuple. Values are computed before any target is written.
      const values = value.items.map((item) => b.emitter.hold(expression(b, item)));
      for (const [i, item] of target.items.entries()) store(b, item, values[i]!());
      return;
    }
  }
  const result = expression(b, value);
  if (targets.length === 1) store(b, target!, result);
  else {
    const held = b.emitter.hold(result);
    for (const one of targets) store(b, one, held());
  }
}

/** Binds or stores a value to a target. */
export function store(b: FunctionBuilder, target: Expression, value: HighValue): void {
  switch (target.kind) {
    case "name":
      b.writeName(target.text, value, target.span);
      break;
    case "attribute":
      if (isUnfinished(target)) expression(b, target);
      else storeAttribute(b, target, expression(b, target.object), value);
      break;
    case "index": {
      const args = [expression(b, target.object), expression(b, target.index), value];
      const argSpans = [target.object.span, target.index.span, null];
      b.emit("setitem", args, target.span, { argSpans });
      break;
    }
    case "slice": {
      const args = [...sliceArguments(b, target), value];
      b.emit("setslice", args, target.span, { argSpans: [target.object.span, null, null, null] });
      break;
    }
    case "tuple":
    case "list":
      unpack(b, target.items, value, target.span);
      break;
    case "star":
      // A tuple has a fixed length: the parser has said so.
      store(b, target.value, b.error());
      break;
    case "error":
      break;
    default:
      b.report("E0105", target.span, "this cannot be assigned");
  }
}

function storeAttribute(
  b: FunctionBuilder,
  target: Extract<Expression, { kind: "attribute" }>,
  object: HighValue,
  value: HighValue,
): void {
  const { name, span } = target;
  if (object.kind === "const" && "symbol" in object.value) {
    const { symbol } = object.value;
    b.report(
      "E0208",
      span,
      `\`${name.text}\` cannot be assigned: \`${symbol.name}\` is ${described(symbol)}`,
      {
        notes: "span" in symbol ? [note("defined here", symbol.span)] : [],
      },
    );
    return;
  }
  const argSpans = [target.object.span, null];
  b.emit("setattr", [object, value], span, { name: name.text, nameSpan: name.span, argSpans });
}

/** The inline field of the class that `self.regs = …` in its `__init__` names. */
function inlineTarget(b: FunctionBuilder, targets: readonly Expression[]): FieldDeclaration | null {
  const { fn } = b;
  const [target] = targets;
  if (fn.name !== "__init__" || fn.owner === null || targets.length !== 1) return null;
  if (target?.kind !== "attribute" || target.object.kind !== "name") return null;
  if (target.object.text !== fn.params[0]?.name.text) return null;
  const field = fn.owner.fields.get(target.name.text);
  return field?.qualifier === "inline" ? field : null;
}

/** `self.regs = array(n, fill)` of an inline array: the object was made with that many items. */
function initItems(b: FunctionBuilder, { field, fill }: InlineItems, span: Span): void {
  const self = b.fn.params[0]!.name;
  const object = b.readName(self.text, { kind: "name", ...self });
  const values = fill === null ? [] : [expression(b, fill)];
  const argSpans = [self.span, fill?.span ?? null];
  b.emit("init_items", [object, ...values], span, { name: field.name, argSpans });
}

/** `a, (b, c) = value` */
function unpack(
  b: FunctionBuilder,
  targets: readonly Expression[],
  value: HighValue,
  span: Span,
): void {
  const held = b.emitter.hold(value);
  b.emit("unpack", [held()], span, { count: targets.length });
  for (const [i, target] of targets.entries()) store(b, target, itemOf(b, held(), i, target.span));
}

function augmentedAssign(
  b: FunctionBuilder,
  target: Expression,
  op: HighOpName,
  operand: Expression,
  span: Span,
): void {
  const argSpans = [target.span, operand.span];
  switch (target.kind) {
    case "name": {
      const before = expression(b, target);
      b.writeName(
        target.text,
        b.emit(op, [before, expression(b, operand)], span, { argSpans }),
        target.span,
      );
      break;
    }
    case "attribute": {
      if (isUnfinished(target)) {
        expression(b, target);
        expression(b, operand);
        break;
      }
      const object = expression(b, target.object);
      const aux = {
        name: target.name.text,
        nameSpan: target.name.span,
        argSpans: [target.object.span],
      };
      const before = b.emit("getattr", [object], target.span, aux);
      const after = b.emit(op, [before, expression(b, operand)], span, { argSpans });
      storeAttribute(b, target, object, after);
      break;
    }
    case "index": {
      const place = [expression(b, target.object), expression(b, target.index)];
      const places = [target.object.span, target.index.span];
      const before = b.emit("getitem", [...place], target.span, { argSpans: places });
      const after = b.emit(op, [before, expression(b, operand)], span, { argSpans });
      b.emit("setitem", [...place, after], span, { argSpans: [...places, operand.span] });
      break;
    }
    case "slice": {
      const place = sliceArguments(b, target);
      const before = b.emit("getslice", [...place], target.span);
      const after = b.emit(op, [before, expression(b, operand)], span, { argSpans });
      b.emit("setslice", [...place, after], span);
      break;
    }
    case "error":
      expression(b, operand);
      break;
    default:
      b.report("E0105", target.span, "this cannot be assigned");
  }
}

/** A slice as a target: only those without a step can be replaced. */
function sliceArguments(
  b: FunctionBuilder,
  e: Extract<Expression, { kind: "slice" }>,
): HighValue[] {
  if (e.step !== null) {
    b.report("E0104", e.step.span, "a slice with a step can only be read in Wright", {
      help: "write a loop over a `range` with that step",
    });
  }
  return sliceBounds(b, e);
}

/** What is sliced, and the bounds. */
export function sliceBounds(
  b: FunctionBuilder,
  e: Extract<Expression, { kind: "slice" }>,
): HighValue[] {
  const object = expression(b, e.object);
  const start = e.start === null ? b.none() : expression(b, e.start);
  return [object, start, e.stop === null ? b.none() : expression(b, e.stop)];
}

function deleteTarget(b: FunctionBuilder, target: Expression): void {
  switch (target.kind) {
    case "index": {
      const argSpans = [target.object.span, target.index.span];
      const args = [expression(b, target.object), expression(b, target.index)];
      b.emit("delitem", args, target.span, { argSpans });
      break;
    }
    case "slice":
      b.emit("delslice", sliceArguments(b, target), target.span);
      break;
    case "tuple":
      for (const item of target.items) deleteTarget(b, item);
      break;
    case "error":
      break;
    default:
      b.report("E0104", target.span, "only items and slices can be deleted in Wright", {
        help: "assign `None` to let go of a value",
      });
  }
}
