/**
 * From a function's syntax to its flow graph.
 *
 * The builder walks the body once and writes ops through the emitter; `ssa.ts` then turns slots into
 * block parameters. What is known from names alone is resolved here: constants, members of modules,
 * classes and enums, calls that are special forms, counting loops, `unroll for`. Nothing here knows
 * a type.
 *
 * The entry block's parameters are the captured values, then the function's parameters, but those
 * that are given by `constArgs`. A nested
 * function holds the values its outer variables have when it is made (E0207 says so when that would
 * matter); functions nested in the same function may call one another and themselves.
 *
 * In a module body a name is a local as well as a global: it is read as a local, where its type is
 * sharper, and every assignment is also a `set_global`.
 */
import type { Expression, FunctionDef, TypeExpr } from "../syntax/ast.ts";
import {
  diagnostic,
  note,
  type Diagnostic,
  type DiagnosticOptions,
} from "../syntax/diagnostics.ts";
import type { CodeName } from "../syntax/catalogue.ts";
import type { Span } from "../syntax/source.ts";
import { ERROR_VALUE, NONE_VALUE, staticValue, staticValueOfSymbol } from "../bind/constants.ts";
import { functionNode, nestedSymbol } from "../bind/define.ts";
import { resolveName, resolveTypeParam } from "../bind/resolve.ts";
import { scopeOfChunk, scopeOfFunction, type Binding, type FunctionNode } from "../bind/scopes.ts";
import type {
  BoundProgram,
  ClassSymbol,
  FunctionSymbol,
  GlobalSymbol,
  StaticValue,
  Symbol,
} from "../bind/symbols.ts";
import { buildForwarder } from "./forwarders.ts";
import { constantValue, Emitter, type Draft, type NamePlace, type Slot } from "./emitter.ts";
import type { HighAux, HighGraph, HighOpName, HighValue } from "./ops.ts";
import { buildGenerator, resumption, type GeneratorBody } from "./generators.ts";
import { finishGraph, type UnassignedRead } from "./ssa.ts";
import { statements } from "./statements.ts";

export interface FlowContext {
  readonly program: BoundProgram;
  /** Values of `const` parameters: the graph is built for them and does not take them. */
  readonly constArgs?: ReadonlyMap<string, StaticValue>;
  /** How many arguments a `*args` parameter got; needed to unroll over it. */
  readonly starCount?: number;
  /** Record which value stands at which name, for hover. */
  readonly recordPlaces?: boolean;
}

export interface FlowResult {
  readonly graph: HighGraph;
  readonly diagnostics: Diagnostic[];
  /** Functions and lambdas nested directly in this one. Symbols are the same whenever it is rebuilt. */
  readonly nested: FunctionSymbol[];
  /** Of a generator: the class of its frames. */
  readonly frames: readonly ClassSymbol[];
  /** Empty unless asked for. */
  readonly places: readonly NamePlace[];
}

/** The graph of a function that has a body: not `extern`, not abstract. See `generators.ts` for those. */
export function build(fn: FunctionSymbol, context: FlowContext): FlowResult {
  if (fn.forwardsTo !== undefined) return buildForwarder(fn, fn.forwardsTo);
  const resumed = resumption(fn, context);
  if (resumed !== null) return resumed;
  if (fn.isGenerator) return buildGenerator(fn, context);
  const builder = new FunctionBuilder(fn, context);
  builder.parameters();
  statements(builder, fn.body);
  return builder.finish();
}

/** What leaving a statement has to pass through, innermost last. */
export type Frame =
  | { readonly kind: "loop"; readonly breakTo: Draft; readonly continueTo: Draft }
  /** `finally` and `with`: code to run on every way out, written outside of its own region. */
  | { readonly kind: "cleanup"; readonly region: Emitter["region"]; readonly run: () => void };

const LITERALS: ReadonlySet<StaticValue["kind"]> = new Set([
  "int",
  "float",
  "bool",
  "none",
  "str",
  "member",
]);

const nestedSymbols = new WeakMap<
  FunctionSymbol,
  { readonly node: FunctionNode | null; readonly symbols: Map<FunctionNode, FunctionSymbol> }
>();

export class FunctionBuilder {
  readonly fn: FunctionSymbol;
  readonly context: FlowContext;
  readonly emitter: Emitter;
  readonly diagnostics: Diagnostic[] = [];
  readonly frames: Frame[] = [];
  /** Names with a known value: `const` parameters, targets of unrolled loops. */
  readonly known = new Map<string, StaticValue>();
  /** The exception that a bare `raise` raises again. */
  handling: Slot | null = null;
  /** Set in the body of a generator. */
  generator: GeneratorBody | null = null;

  readonly #slots = new Map<string, Slot>();
  readonly #bindings: ReadonlyMap<string, Binding>;
  readonly #isModuleBody: boolean;
  readonly #declared = new Map<string, TypeExpr>();
  /** Captured names, with the function that captured them. */
  readonly #captured = new Map<string, Span>();
  readonly #nested: FunctionSymbol[] = [];
  /** Names of the comprehensions around this place. */
  readonly #scoped: string[] = [];

  constructor(fn: FunctionSymbol, context: FlowContext, name = fn.qualifiedName) {
    this.fn = fn;
    this.context = context;
    this.emitter = new Emitter(name, context.recordPlaces === true);
    this.#isModuleBody = fn.flavour === "module-body";
    this.#bindings = bindingsOf(fn);
    for (const name of this.#bindings.keys()) this.#newSlot(name);
  }

  parameters(): void {
    for (const name of this.fn.captures) this.#parameter(name, null);
    for (const param of this.fn.params) {
      this.#parameter(param.name.text, param.name.span);
      if (param.type !== null && !param.star) this.#declared.set(param.name.text, param.type);
    }
  }

  /** A `const` parameter whose value is known is no parameter of the graph. */
  #parameter(name: string, span: Span | null): void {
    const { emitter } = this;
    const known = this.context.constArgs?.get(name);
    if (known !== undefined && !this.#bindings.has(name)) this.known.set(name, known);
    const value = known === undefined ? emitter.newParameter(name) : constantValue(known);
    if (span !== null) emitter.notePlace(span, value);
    emitter.writeSlot(this.#slots.get(name) ?? this.#newSlot(name), value);
  }

  #newSlot(name: string): Slot {
    const slot = this.emitter.newSlot(name);
    this.#slots.set(name, slot);
    return slot;
  }

  finish(): FlowResult {
    const { emitter } = this;
    emitter.finish({ kind: "return", value: constantValue(NONE_VALUE), span: null });
    return this.finished();
  }

  /** The function's graph, all its blocks being written. */
  finished(): FlowResult {
    const { emitter } = this;
    finishGraph(emitter).forEach((read) => this.reportUnassigned(read));
    return {
      graph: emitter.graph,
      diagnostics: this.diagnostics,
      nested: this.#nested,
      frames: [],
      places: emitter.places?.slice() ?? [],
    };
  }

  reportUnassigned({ name, span, always }: UnassignedRead): void {
    const binding = this.#bindings.get(name);
    const notes = binding === undefined ? [] : [note("it is assigned here", binding.span)];
    if (this.#isOuterLocal(name)) {
      this.report(
        "E0207",
        span,
        `\`${name}\` is a variable of the function around this one and read-only here`,
        {
          notes,
          help: "use another name, or keep the value in an object's field",
        },
      );
    } else if (this.#isModuleBody) {
      this.report("E0204", span, `\`${name}\` has no value yet when the module's body reads it`, {
        notes,
      });
    } else if (always) {
      this.report("E0206", span, `\`${name}\` is read before it is assigned`, { notes });
    } else {
      this.report("E0206", span, `\`${name}\` may be read before it is assigned`, {
        notes,
        help: "assign it on every path that leads here",
      });
    }
  }

  #isOuterLocal(name: string): boolean {
    for (let at = this.fn.outer; at !== null; at = at.outer) {
      if (at.flavour !== "module-body" && bindsName(at, name)) return true;
    }
    return false;
  }

  report(code: CodeName, span: Span, message: string, options: DiagnosticOptions = {}): void {
    this.diagnostics.push(diagnostic(code, span, message, options));
  }

  // -------------------------------------------------------------- shorthands

  emit(name: HighOpName, args: HighValue[], span: Span | null, aux?: HighAux): HighValue {
    return this.emitter.emit(name, args, span, aux);
  }

  constant(value: StaticValue): HighValue {
    return constantValue(value);
  }

  none(): HighValue {
    return constantValue(NONE_VALUE);
  }

  error(): HighValue {
    return constantValue(ERROR_VALUE);
  }

  // -------------------------------------------------------------- names

  /** The value of a name at this place. */
  readName(name: string, e: Expression): HighValue {
    const known = this.known.get(name);
    if (known !== undefined) return constantValue(known);
    const slot = this.#slots.get(name);
    if (slot !== undefined && !this.#isConstantGlobal(name)) {
      const value = this.emitter.readSlot(slot, e.span);
      this.emitter.notePlace(e.span, value);
      return value;
    }
    const sibling = this.#siblingSymbol(name);
    if (sibling !== null) return this.closureValue(sibling, e.span);
    return this.readSymbol(resolveName(this.fn, name), e);
  }

  /** In a module body, a name that is bound once to a static constant needs no local. */
  #isConstantGlobal(name: string): boolean {
    const symbol = this.#globalOf(name);
    return symbol !== null && symbol.staticValue !== null && symbol.type === null;
  }

  readSymbol(symbol: Symbol | null, e: Expression): HighValue {
    if (symbol === null) return this.error();
    // A declared type may be wider than the constant: the name is read under it.
    if (symbol.kind !== "global" || symbol.type === null) {
      const value = staticValueOfSymbol(symbol, e);
      if (value !== null) return constantValue(value);
    }
    if (symbol.kind === "global") return this.emit("get_global", [], e.span, { global: symbol });
    return this.error();
  }

  /** The symbol a name means if it is no local. */
  symbolOf(name: string): Symbol | null {
    if (this.isLocal(name)) return null;
    return resolveName(this.fn, name);
  }

  isLocal(name: string): boolean {
    if (this.known.has(name)) return true;
    if (this.#slots.has(name)) return !this.#isModuleBody || this.#scoped.includes(name);
    return this.#siblingSymbol(name) !== null;
  }

  isTypeParam(name: string): boolean {
    return resolveTypeParam(this.fn, name) !== null;
  }

  /** The value of an expression that must be known now; null if it is no static constant. */
  staticValue(e: Expression): StaticValue | null {
    return staticValue(e, this.fn, (name) => {
      const known = this.known.get(name);
      if (known !== undefined) return known;
      return this.isLocal(name) ? null : undefined;
    });
  }

  writeName(name: string, value: HighValue, span: Span): void {
    const slot = this.#slots.get(name) ?? this.#newSlot(name);
    const bound = this.#bound(name, value, span);
    this.emitter.nameValue(bound, name);
    this.emitter.writeSlot(slot, bound);
    this.emitter.notePlace(span, bound);
    const closure = this.#captured.get(name);
    // By place: the `else` of a `try` is built before the handlers, which never run after it.
    if (closure !== undefined && span.start > closure.start && !this.#scoped.includes(name))
      this.#assignedAfterCapture(name, span, closure);
    const global = this.#globalOf(name);
    if (global !== null) this.emit("set_global", [bound], span, { global });
  }

  /** The value as the name holds it: under its declared type, or under its own name. */
  #bound(name: string, value: HighValue, span: Span): HighValue {
    const type = this.#scoped.includes(name) ? null : this.#declaredType(name);
    if (type !== null) return this.emit("declare", [value], span, { type });
    const isOtherName = value.kind === "var" && value.name !== null && value.name !== name;
    // A literal gets an op of its own, so that messages can say where the name got it.
    const isLiteral = value.kind === "const" && LITERALS.has(value.value.kind);
    return isOtherName || isLiteral ? this.emit("same", [value], span) : value;
  }

  #declaredType(name: string): TypeExpr | null {
    return this.#declared.get(name) ?? this.#globalOf(name)?.type ?? null;
  }

  #globalOf(name: string): GlobalSymbol | null {
    if (!this.#isModuleBody || this.#scoped.includes(name)) return null;
    const symbol = this.fn.module.scope.get(name);
    return symbol?.kind === "global" && symbol.module === this.fn.module ? symbol : null;
  }

  #assignedAfterCapture(name: string, span: Span, closure: Span): void {
    this.report("E0207", span, `\`${name}\` is assigned after a nested function captured it`, {
      notes: [note("captured here: the function holds the value of this moment", closure)],
      help: "use another name here, or keep the value in an object's field",
    });
  }

  declare(name: string, type: TypeExpr): void {
    this.#declared.set(name, type);
  }

  /** Runs `body` with `names` bound to new slots: the scope of a comprehension. */
  withLocals<T>(names: readonly string[], body: () => T): T {
    const before = names.map(
      (name) => [name, this.#slots.get(name), this.known.get(name)] as const,
    );
    for (const name of names) {
      this.known.delete(name);
      this.#newSlot(name);
    }
    this.#scoped.push(...names);
    const result = body();
    this.#scoped.length -= names.length;
    for (const [name, slot, known] of before) {
      if (slot === undefined) this.#slots.delete(name);
      else this.#slots.set(name, slot);
      if (known !== undefined) this.known.set(name, known);
    }
    return result;
  }

  /** The name is bound nowhere else in the function, so that its value may be known to the builder. */
  boundOnce(name: string): boolean {
    return this.#bindings.get(name)?.count === 1 && !this.#isModuleBody;
  }

  // -------------------------------------------------------------- nested functions

  /** The function value of a nested definition or lambda. */
  closure(node: FunctionNode): HighValue {
    const symbol = this.#nestedSymbol(node);
    if (!this.#nested.includes(symbol)) this.#nested.push(symbol);
    for (const name of symbol.captures) this.#captured.set(name, symbol.span);
    return this.closureValue(symbol, node.span);
  }

  /** The value of a function that the builder itself made, for use at once. */
  ownFunction(node: FunctionNode): HighValue {
    const symbol = this.#nestedSymbol(node);
    if (!this.#nested.includes(symbol)) this.#nested.push(symbol);
    return this.closureValue(symbol, node.span);
  }

  closureValue(symbol: FunctionSymbol, span: Span): HighValue {
    if (symbol.captures.length === 0) return constantValue({ kind: "function", symbol });
    const values = symbol.captures.map((name) =>
      this.readName(name, { kind: "name", text: name, span }),
    );
    return this.emit("make_closure", values, span, { fn: symbol });
  }

  #nestedSymbol(node: FunctionNode): FunctionSymbol {
    const known = nestedOf(this.fn);
    let symbol = known.get(node);
    if (symbol === undefined) {
      const base = node.kind === "def" ? node.name.text : "<lambda>";
      const taken = [...known.values()].filter((one) => one.name.split("#")[0] === base).length;
      const name = taken === 0 ? base : `${base}#${taken + 1}`;
      symbol = nestedSymbol(node, this.fn, name, this.#capturesOf(node, new Set()));
      known.set(node, symbol);
    }
    return symbol;
  }

  /**
   * Locals that a nested function reads, in order of first use. A function defined beside it is not
   * captured: what that one captures is, and it is made again from that.
   */
  #capturesOf(node: FunctionNode, visited: Set<FunctionNode>): string[] {
    visited.add(node);
    const names = new Set<string>();
    for (const { name } of scopeOfFunction(node).free) {
      const sibling = this.#siblingDefinition(name);
      if (sibling !== null) {
        if (visited.has(sibling)) continue;
        for (const one of this.#capturesOf(sibling, visited)) names.add(one);
      } else if (this.#capturable(name)) names.add(name);
      else for (const one of this.#siblingSymbol(name)?.captures ?? []) names.add(one);
    }
    return [...names];
  }

  #capturable(name: string): boolean {
    return this.#slots.has(name) && this.#globalOf(name) === null;
  }

  /** A function nested in this one under a name that nothing else is bound to. */
  #siblingDefinition(name: string): FunctionDef | null {
    const binding = this.#bindings.get(name);
    if (binding?.count !== 1 || this.#isModuleBody || this.#scoped.includes(name)) return null;
    return binding.def;
  }

  /** A function nested beside this one, or beside one of the functions around it. */
  #siblingSymbol(name: string): FunctionSymbol | null {
    for (let at = this.fn.outer; at !== null; at = at.outer) {
      if (at.flavour === "module-body") return null;
      const binding = bindingsOf(at).get(name);
      if (binding === undefined) continue;
      if (binding.def === null || binding.count !== 1) return null;
      return nestedOf(at).get(binding.def) ?? null;
    }
    return null;
  }
}

function nestedOf(fn: FunctionSymbol): Map<FunctionNode, FunctionSymbol> {
  const node = functionNode(fn);
  let known = nestedSymbols.get(fn);
  // A symbol may outlive the text of its function (`bind/keep.ts`).
  if (known === undefined || known.node !== node)
    nestedSymbols.set(fn, (known = { node, symbols: new Map() }));
  return known.symbols;
}

const moduleBindings = new WeakMap<FunctionSymbol, ReadonlyMap<string, Binding>>();

/** What a function's body binds. A lambda binds what walruses in it bind. */
function bindingsOf(fn: FunctionSymbol): ReadonlyMap<string, Binding> {
  if (fn.flavour === "module-body") return bindingsOfModule(fn);
  const node = functionNode(fn);
  return node === null ? NO_BINDINGS : scopeOfFunction(node).bindings;
}

const NO_BINDINGS: ReadonlyMap<string, Binding> = new Map();

function bindingsOfModule(fn: FunctionSymbol): ReadonlyMap<string, Binding> {
  let bindings = moduleBindings.get(fn);
  if (bindings === undefined) {
    const all = new Map<string, Binding>();
    for (const chunk of fn.module.tree.chunks) {
      for (const [name, binding] of scopeOfChunk(chunk).scope.bindings) {
        const before = all.get(name);
        if (before === undefined) all.set(name, { ...binding });
        else before.count += binding.count;
      }
    }
    moduleBindings.set(fn, (bindings = all));
  }
  return bindings;
}

function bindsName(fn: FunctionSymbol, name: string): boolean {
  return fn.params.some((param) => param.name.text === name) || bindingsOf(fn).has(name);
}
