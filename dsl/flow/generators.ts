/**
 * Generators: functions that stop at each `yield` and go on from there.
 *
 *     def count(n):                 count(n):  frame = count.frame();  frame.n_0 = n
 *         i = 0                                return Iterator(resume of frame)
 *         while i < n:
 *             yield i               resume(frame, out):  switch frame.state
 *             i += 1                  0: n = frame.n_0;  i = 0;  …
 *                                     1: n, i = frame.n_1, frame.i_1;  i += 1;  …
 *                                     at the yield: out.item = i;  frame.n_1, frame.i_1 = n, i
 *                                                   frame.state = 1;  return True
 *
 * Calling a generator runs nothing of its body: it makes a *frame*, an object of a class made up
 * here, and gives an `Iterator[T]` of the library, which holds a closure over the frame. That closure
 * is the body as a state machine: it runs to the next `yield`, leaves the item in the iterator and
 * says True; after the end it says False for ever. The body's graph is written like any other, with a
 * `yield` as a jump to what follows it; then each of these jumps is cut in two, which needs the locals
 * that are live there. So loops, `try`, `finally`, `with` and `match` around a `yield` need nothing
 * of their own. Like Python's, a generator that is not run to its end does not get to its `finally`;
 * unlike there, nothing closes it.
 *
 * Each `yield` has fields of its own in the frame. A local may have a sharper type at one than at the
 * others (`while node is not None: yield node.value`), and keeps it.
 *
 * While the body runs the state is FINISHED. So neither `return` nor an exception has anything to
 * do, and a generator that asks itself for an item finds no more.
 *
 * `-> Iterator[T]` declares what a generator gives; it need not be declared. A frame's class is made
 * anew whenever a generator's graph is built, since the same generator may keep different types for
 * different type arguments: such graphs are not to be shared between specialisations.
 *
 * `(f(x) for x in xs)` is a generator of its own over the first iterable, which is evaluated at once.
 */
import type {
  ClassDef,
  Expression,
  ExpressionOf,
  FunctionDef,
  Name,
  Parameter,
  Statement,
  TypeExpr,
} from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { resolveTypeName } from "../bind/resolve.ts";
import { scopeOfFunction, typePath } from "../bind/scopes.ts";
import type { BoundProgram, ClassSymbol, FunctionSymbol, StaticValue } from "../bind/symbols.ts";
import { FunctionBuilder, type FlowContext, type FlowResult } from "./build.ts";
import { constantValue, Emitter, type Draft, type Slot } from "./emitter.ts";
import { expression } from "./expressions.ts";
import { exitLinks, exitOperand, newVariable } from "./graph.ts";
import type { HighValue, HighVariable } from "./ops.ts";
import { finishGraph, slotLiveness } from "./ssa.ts";
import { statements } from "./statements.ts";
import { printType } from "./text.ts";

/** The class of the library that every generator gives an object of, and the field its items are left in. */
const ITERATOR = "Iterator";
const ITEM = "item";

const STATE = "state";
/** The state of a generator that has ended, and of one that is running. */
const FINISHED = integer(-1);

const YIELDED: HighValue = constantValue({ kind: "bool", value: true });
/** What the body says when there is nothing more. */
export const EXHAUSTED: HighValue = constantValue({ kind: "bool", value: false });

function integer(value: number): HighValue {
  return constantValue({ kind: "int", value: BigInt(value) });
}

/** A `yield`: the block it ends, and the one that follows it. */
interface Suspension {
  readonly from: Draft;
  readonly resume: Draft;
  /** The frame, as `from` knows it. */
  readonly frame: HighValue;
}

/** What a builder needs to know while it writes the body of a generator. */
export interface GeneratorBody {
  readonly frame: Slot;
  readonly out: Slot;
  readonly suspensions: Suspension[];
}

// ---------------------------------------------------------------- the two functions

/** What the body of a generator is built from, by the symbol that stands for it. */
interface Resumption {
  readonly fn: FunctionSymbol;
  readonly context: FlowContext;
  readonly frame: ClassSymbol;
  /** Built along with the function that makes the frame, whose fields it decides; given out once. */
  ready: BodyResult | null;
}

interface BodyResult {
  readonly result: FlowResult;
  /** By position among the captured values and parameters: the field it is kept in, if it is needed. */
  readonly kept: readonly (string | null)[];
}

const resumptions = new WeakMap<FunctionSymbol, Resumption>();

/** The symbol stands for the body of a generator. */
export function isResumption(symbol: FunctionSymbol): boolean {
  return resumptions.has(symbol);
}

/** The body of a generator, if that is what the symbol stands for. */
export function resumption(symbol: FunctionSymbol, context: FlowContext): FlowResult | null {
  const found = resumptions.get(symbol);
  if (found === undefined) return null;
  const ready = context.recordPlaces === true ? null : found.ready;
  found.ready = null;
  const recordPlaces = context.recordPlaces === true;
  const { result } =
    ready ??
    buildBody(symbol.qualifiedName, found.fn, { ...found.context, recordPlaces }, found.frame);
  // The function that makes the frame has reported what is wrong.
  return { ...result, diagnostics: [] };
}

/** The function that a call of the generator calls: it makes the frame. */
export function buildGenerator(fn: FunctionSymbol, context: FlowContext): FlowResult {
  const suffix = suffixFor(fn, context.program);
  const frame = frameClass(fn, suffix);
  const symbol = resumeSymbol(fn, suffix);
  const ready = buildBody(symbol.qualifiedName, fn, context, frame);
  resumptions.set(symbol, { fn, context, frame, ready });
  const emitter = new Emitter(fn.qualifiedName, false);
  const names = parameterNames(fn, context);
  const values = names.map((name) => emitter.newParameter(name));
  const made = emitter.emit("call", [classValue(frame)], fn.span);
  values.forEach((value, i) => {
    const name = ready.kept[i]!;
    if (name !== null) emitter.emit("setattr", [made, value], null, { name });
  });
  emitter.emit("setattr", [made, integer(0)], null, { name: STATE });
  const resume = emitter.emit("make_closure", [made], fn.span, { fn: symbol });
  const iterator = emitter.emit("call", [iteratorClass(context.program), resume], fn.span);
  const isDeclared = fn.returns === null || givesIterator(fn, fn.returns);
  const value = isDeclared ? iterator : constantValue({ kind: "error" });
  emitter.finish({ kind: "return", value, span: fn.span });
  finishGraph(emitter);
  const { diagnostics } = ready.result;
  return { graph: emitter.graph, diagnostics, nested: [symbol], frames: [frame], places: [] };
}

function parameterNames(fn: FunctionSymbol, context: FlowContext): string[] {
  const names = [...fn.captures, ...fn.params.map((param) => param.name.text)];
  return names.filter((name) => context.constArgs?.get(name) === undefined);
}

const built = new WeakMap<BoundProgram, Map<string, number>>();

/** Tells apart the frames of one generator built several times. */
function suffixFor(fn: FunctionSymbol, program: BoundProgram): string {
  let counts = built.get(program);
  if (counts === undefined) built.set(program, (counts = new Map()));
  const count = (counts.get(fn.qualifiedName) ?? 0) + 1;
  counts.set(fn.qualifiedName, count);
  return count === 1 ? "" : `#${count}`;
}

function classValue(symbol: ClassSymbol): HighValue {
  return constantValue({ kind: "class", symbol });
}

function iteratorClass(program: BoundProgram): HighValue {
  const symbol = program.builtins.scope.get(ITERATOR);
  return symbol?.kind === "class" ? classValue(symbol) : constantValue({ kind: "error" });
}

/** `Iterator[T]`, or an alias, which the annotator looks through. */
function givesIterator(fn: FunctionSymbol, type: TypeExpr): boolean {
  if (type.kind !== "named") return type.kind === "error-type";
  const symbol = resolveTypeName(fn, typePath(type));
  if (symbol === null || symbol.kind === "alias") return true;
  return isIteratorClass(symbol);
}

export function isIteratorClass(symbol: { readonly kind: string; readonly name: string }): boolean {
  return (
    symbol.kind === "class" && symbol.name === ITERATOR && (symbol as ClassSymbol).module.isLibrary
  );
}

// ---------------------------------------------------------------- synthesised symbols

function frameClass(fn: FunctionSymbol, suffix: string): ClassSymbol {
  const name = `${fn.name}.frame${suffix}`;
  const written: Name = { text: name, span: fn.span };
  const def: ClassDef = {
    kind: "class",
    flavour: "class",
    name: written,
    typeParams: [],
    bases: [],
    body: [],
    decorators: [],
    doc: null,
    headSpan: fn.span,
    span: fn.span,
  };
  const symbol: ClassSymbol = {
    kind: "class",
    name,
    qualifiedName: `${fn.qualifiedName}.frame${suffix}`,
    module: fn.module,
    def,
    flavour: "class",
    typeParams: [],
    base: null,
    baseArgs: [],
    subclasses: [],
    fields: new Map(),
    methods: new Map(),
    attributes: new Map(),
    hints: new Map(),
    immediate: false,
    span: fn.span,
    items: null,
    frameOf: fn,
  };
  addField(symbol, STATE);
  return symbol;
}

function addField(frame: ClassSymbol, name: string): void {
  if (frame.fields.has(name)) return;
  const { span } = frame;
  const field = { name, owner: frame, type: null, qualifier: null, defaultValue: null, span };
  frame.fields.set(name, field);
}

/** The body, as a function nested in the one that makes the frame; tracebacks give it the generator's name. */
function resumeSymbol(fn: FunctionSymbol, suffix: string): FunctionSymbol {
  return {
    kind: "function",
    name: fn.name,
    qualifiedName: `${fn.qualifiedName}.resume${suffix}`,
    module: fn.module,
    owner: null,
    outer: fn,
    flavour: "function",
    params: [parameter("out", fn.span)],
    returns: null,
    body: fn.body,
    def: null,
    typeParams: [],
    isAbstract: false,
    isGenerator: false,
    hints: new Map(),
    captures: ["frame"],
    span: fn.span,
  };
}

function parameter(text: string, span: Span): Parameter {
  return {
    span,
    name: { text, span },
    type: null,
    defaultValue: null,
    isConst: false,
    star: false,
    keywordOnly: false,
  };
}

// ---------------------------------------------------------------- statements of the body

export function yieldStatement(b: FunctionBuilder, e: ExpressionOf<"yield">): void {
  const { emitter, generator } = b;
  const item = e.value === null ? b.none() : expression(b, e.value);
  // Outside of a function: the parser has said so.
  if (generator === null) return;
  const span = e.value?.span ?? e.span;
  const out = emitter.readSlot(generator.out, null);
  b.emit("setattr", [out, item], span, { name: ITEM, argSpans: [null, span] });
  const frame = emitter.readSlot(generator.frame, null);
  const resume = emitter.newDraft();
  generator.suspensions.push({ from: emitter.current, resume, frame });
  emitter.gotoAndStart(resume);
}

/** A `yield` whose value is used: nothing can be sent to a generator. */
export function yieldExpression(b: FunctionBuilder, e: ExpressionOf<"yield">): HighValue {
  b.report(
    "E0104",
    e.span,
    "a `yield` has no value in Wright: nothing can be sent to a generator",
    {
      help: "write `yield` as a statement of its own",
    },
  );
  yieldStatement(b, e);
  return b.error();
}

export function refuseResult(b: FunctionBuilder, value: Expression): void {
  b.report(
    "E0104",
    value.span,
    "a generator returns no value: what it gives are the items it yields",
    {
      help: "`return` alone ends it",
    },
  );
  expression(b, value);
}

// ---------------------------------------------------------------- the body

function buildBody(
  name: string,
  fn: FunctionSymbol,
  context: FlowContext,
  frame: ClassSymbol,
): BodyResult {
  const b = new FunctionBuilder(fn, context, name);
  checkDeclaration(b);
  const { emitter } = b;
  const slots = ["frame", "out"].map((name) => {
    const slot = emitter.newSlot(null);
    emitter.writeSlot(slot, emitter.newParameter(name));
    return slot;
  });
  const generator: GeneratorBody = { frame: slots[0]!, out: slots[1]!, suspensions: [] };
  b.generator = generator;
  b.parameters();
  statements(b, fn.body);
  emitter.finish({ kind: "return", value: EXHAUSTED, span: null });
  const kept = new StateMachine(b, generator, frame).make();
  return { result: b.finished(), kept };
}

function checkDeclaration(b: FunctionBuilder): void {
  const { fn } = b;
  if (fn.name === "__init__" && fn.flavour === "method") {
    b.report("E0105", fn.span, "`__init__` cannot be a generator: it contains a `yield`");
  } else if (fn.returns !== null && !givesIterator(fn, fn.returns)) {
    const type = printType(fn.returns);
    b.report(
      "E0326",
      fn.returns.span,
      `a generator gives an \`Iterator\`, but this one is declared \`${type}\``,
      {
        help: `declare the type of its items: \`-> Iterator[${type}]\``,
      },
    );
  }
}

/** Cuts a body that is written into the pieces between its `yield`s. */
class StateMachine {
  readonly #emitter: Emitter;
  readonly #generator: GeneratorBody;
  readonly #frame: ClassSymbol;
  readonly #live: ReturnType<typeof slotLiveness>;

  constructor(b: FunctionBuilder, generator: GeneratorBody, frame: ClassSymbol) {
    this.#emitter = b.emitter;
    this.#generator = generator;
    this.#frame = frame;
    this.#live = slotLiveness(b.emitter);
    this.#live.unassigned.forEach((read) => b.reportUnassigned(read));
  }

  /** Gives the fields that parameters are kept in; see `BodyResult.kept`. */
  make(): (string | null)[] {
    const emitter = this.#emitter;
    const start = emitter.drafts[emitter.graph.entry.id]!;
    const written = [...emitter.order];
    const suspensions = this.#generator.suspensions.filter((one) =>
      this.#live.reached.has(one.from),
    );
    const saved = suspensions.map((one, i) => this.#suspend(one, i + 1));
    const kept = this.#loadParameters(start);
    const resumed = suspensions.map((one, i) => this.#resume(one, saved[i]!));
    const before = new Map(suspensions.map((one, i) => [one.resume, resumed[i]!]));
    const dispatch = this.#dispatch([start, ...resumed]);
    // In source order, each piece after the block that fetches its locals.
    const order = written.flatMap((draft) => [before.get(draft) ?? [], draft].flat());
    emitter.order.splice(0, emitter.order.length, ...dispatch, ...order);
    return kept;
  }

  /** At a `yield`: the locals that are needed after it go to the frame. */
  #suspend({ from, resume, frame }: Suspension, number: number): Map<Slot, string> {
    const { frame: frameSlot, out } = this.#generator;
    const fields = new Map<Slot, string>();
    const taken = new Set<string>();
    for (const slot of this.#live.liveInto(resume.block)) {
      if (slot === frameSlot || slot === out) continue;
      let name = `${this.#emitter.slotNames[slot] ?? `_${slot}`}_${number}`;
      while (taken.has(name)) name = `_${name}`;
      taken.add(name);
      fields.set(slot, name);
      this.#store(from, frame, name, this.#emitter.valueAtEnd(from, slot));
    }
    this.#store(from, frame, STATE, integer(number));
    from.block.exit = { kind: "return", value: YIELDED, span: null };
    return fields;
  }

  /** Appends to a block that is written. */
  #store(draft: Draft, frame: HighValue, name: string, value: HighValue): void {
    const result = newVariable(this.#emitter.graph, null);
    addField(this.#frame, name);
    draft.block.ops.push({
      name: "setattr",
      args: [frame, value],
      result,
      aux: { name },
      span: null,
    });
  }

  /** After a `yield`: the locals come back from the frame. */
  #resume({ resume }: Suspension, fields: ReadonlyMap<Slot, string>): Draft {
    const emitter = this.#emitter;
    const draft = emitter.newDraft();
    emitter.start(draft);
    for (const [slot, name] of fields) {
      const frame = emitter.readSlot(this.#generator.frame, null);
      const value = emitter.emit("getattr", [frame], null, { name });
      const local = emitter.slotNames[slot]!;
      if (local !== null) emitter.nameValue(value, local);
      emitter.writeSlot(slot, value);
    }
    emitter.goto(resume);
    return draft;
  }

  /** What was written as the function's entry finds its parameters in the frame. */
  #loadParameters(start: Draft): (string | null)[] {
    const [frame, out, ...params] = start.block.params;
    const { frame: frameSlot, out: outSlot } = this.#generator;
    start.block.params = [];
    start.reads.push(frameSlot, outSlot);
    start.readVariables.push(frame!, out!);
    start.readSpans.push(null, null);
    const used = this.#usedIn(start);
    const loads = params.filter((param) => used.has(param));
    const ops = loads.map((result) => {
      const name = `${result.name}_0`;
      addField(this.#frame, name);
      return { name: "getattr", args: [frame!], result, aux: { name }, span: null };
    });
    start.block.ops.unshift(...ops);
    return params.map((param) => (used.has(param) ? `${param.name}_0` : null));
  }

  /** The values that the block's ops and exit need, and the blocks after it. */
  #usedIn(draft: Draft): Set<HighValue> {
    const { block } = draft;
    const used = new Set<HighValue>(block.ops.flatMap((op) => op.args));
    const operand = exitOperand(block.exit);
    if (operand !== null) used.add(operand);
    for (const { target } of exitLinks(block.exit)) {
      const needed = this.#live.liveInto(target);
      for (const [i, slot] of draft.writes.entries()) {
        if (needed.includes(slot)) used.add(draft.values[i]!);
      }
    }
    return used;
  }

  /** The new entry: goes on where the frame says. */
  #dispatch(pieces: readonly Draft[]): Draft[] {
    const emitter = this.#emitter;
    const dispatch = emitter.newDraft();
    const finished = emitter.newDraft();
    emitter.graph.entry = dispatch.block;
    emitter.start(dispatch);
    const frame = emitter.newParameter("frame");
    emitter.writeSlot(this.#generator.frame, frame);
    emitter.writeSlot(this.#generator.out, emitter.newParameter("out"));
    const subject: HighVariable = emitter.emit("getattr", [frame], null, { name: STATE });
    emitter.emit("setattr", [frame, FINISHED], null, { name: STATE });
    const cases = pieces.map((piece, i) => {
      const value: StaticValue = { kind: "int", value: BigInt(i) };
      return { value, link: emitter.linkTo(piece) };
    });
    const otherwise = emitter.linkTo(finished);
    emitter.finish({ kind: "switch", subject, cases, otherwise, span: null });
    emitter.start(finished);
    emitter.finish({ kind: "return", value: EXHAUSTED, span: null });
    return [dispatch, finished];
  }
}

// ---------------------------------------------------------------- generator expressions

const definitions = new WeakMap<ExpressionOf<"comprehension">, FunctionDef>();

/**
 * `(f(x) for x in xs if p(x))` as the function `def <genexpr>(items): for x in items: …`, called with
 * `xs`.
 */
export function generatorExpression(
  b: FunctionBuilder,
  e: ExpressionOf<"comprehension">,
): HighValue {
  const [first] = e.clauses;
  // A comprehension starts with a `for`: the parser has said so.
  if (first?.kind !== "for") return b.error();
  const items = expression(b, first.iterable);
  const made = b.ownFunction(definitionOf(e));
  return b.emit("call", [made, items], e.span, { argSpans: [e.span, first.iterable.span] });
}

function definitionOf(e: ExpressionOf<"comprehension">): FunctionDef {
  let definition = definitions.get(e);
  if (definition === undefined) {
    const body = (param: string) => [loops(e, param)];
    // A name that the expression does not use itself.
    const free = new Set(scopeOfFunction(asFunction(e, "", body(""))).free.map((use) => use.name));
    let name = "items";
    const bound = e.clauses.flatMap((one) => (one.kind === "for" ? one.target : []));
    while (free.has(name) || bound.some((target) => mentions(target, name))) name = `_${name}`;
    definitions.set(e, (definition = asFunction(e, name, body(name))));
  }
  return definition;
}

function mentions(target: Expression, name: string): boolean {
  switch (target.kind) {
    case "name":
      return target.text === name;
    case "tuple":
    case "list":
      return target.items.some((item) => mentions(item, name));
    default:
      return false;
  }
}

function asFunction(
  e: ExpressionOf<"comprehension">,
  param: string,
  body: readonly Statement[],
): FunctionDef {
  return {
    kind: "def",
    span: e.span,
    name: { text: "<genexpr>", span: e.span },
    typeParams: [],
    params: [parameter(param, e.span)],
    returns: null,
    body,
    decorators: [],
    doc: null,
    isExtern: false,
    isGenerator: true,
    headSpan: e.span,
  };
}

/** The clauses as nested statements around the `yield`; the first iterates over the parameter. */
function loops(e: ExpressionOf<"comprehension">, param: string): Statement {
  const { element, clauses } = e;
  let body: Statement = {
    kind: "expr",
    span: element.span,
    value: { kind: "yield", span: element.span, value: element },
  };
  for (let i = clauses.length - 1; i >= 0; i--) {
    const clause = clauses[i]!;
    const { span } = clause;
    if (clause.kind === "if") {
      body = { kind: "if", span, test: clause.test, body: [body], orElse: [] };
      continue;
    }
    const at = clause.iterable.span;
    const iterable: Expression = i > 0 ? clause.iterable : { kind: "name", span: at, text: param };
    const { target } = clause;
    body = { kind: "for", span, unroll: false, target, iterable, body: [body], orElse: [] };
  }
  return body;
}
