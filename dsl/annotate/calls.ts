/**
 * Calls: matching arguments to parameters, and letting them flow.
 *
 * Whatever is called has parameter cells and a result cell: a specialisation, a method family, an
 * instantiated generic signature, a function value. A call flows its arguments into the one and reads
 * the other.
 */
import { staticValue } from "../bind/constants.ts";
import { itemsOf } from "../bind/inline-items.ts";
import type { ClassSymbol, FunctionSymbol, StaticValue } from "../bind/symbols.ts";
import type { HighOp, HighValue } from "../flow/ops.ts";
import { note } from "../syntax/diagnostics.ts";
import type { Span } from "../syntax/source.ts";
import { areWithinBounds, checkCallBounds } from "./bounds.ts";
import { find, findClass, findFunction, newCell } from "./cells.ts";
import type { Cell, ClassInstance, FunctionCell, Instantiation } from "./cells.ts";
import type { Context, LiveSpec } from "./context.ts";
import { sourceOf } from "./explain.ts";
import { flowItems } from "./iteration.ts";
import { NEVER, NONE, POISON } from "./lattice.ts";
import type { Annotation } from "./lattice.ts";
import type { ArgumentSource, Resolution, Spec } from "./result.ts";
import { show } from "./show.ts";
import * as specs from "./specs.ts";
import * as types from "./types.ts";
import { alreadyHolds, flowInto } from "./unify.ts";
import { annotationOf, staticAnnotation } from "./values.ts";

/** The op being looked at, and in whose body. */
export interface At {
  readonly ctx: Context;
  readonly spec: LiveSpec;
  /** One `At` serves all ops of a block, in turn: nobody may keep it. */
  op: HighOp;
  /** What the receiver is for certain, where that is more than its annotation says. */
  readonly receiver?: Annotation;
}

export interface CallArguments {
  readonly values: readonly HighValue[];
  /** Names of the last arguments. */
  readonly keywords: readonly string[];
  readonly spans: readonly (Span | null)[];
}

/** The arguments of a call op, its callee or receiver left out. */
export function argumentsOf(op: HighOp): CallArguments {
  return {
    values: op.args.slice(1),
    keywords: op.aux.keywords ?? [],
    spans: (op.aux.argSpans ?? []).slice(1),
  };
}

export function positional(
  values: readonly HighValue[],
  spans: readonly (Span | null)[] = [],
): CallArguments {
  return { values, keywords: [], spans };
}

// ---------------------------------------------------------------- matching

interface Matched {
  readonly sources: ArgumentSource[];
  readonly spans: (Span | null)[];
}

/** Which argument goes to which parameter, from the `skip`-th on; null after reporting a mismatch. */
function match(at: At, symbol: FunctionSymbol, args: CallArguments, skip: number): Matched | null {
  const straight = matchStraight(at, symbol, args, skip);
  if (straight !== null) return straight;
  const params = symbol.params.slice(skip);
  const count = args.values.length - args.keywords.length;
  const sources: (ArgumentSource | undefined)[] = params.map(() => undefined);
  const spans: (Span | null)[] = params.map(() => at.op.span);
  const positionalParams = params.filter((param) => !param.keywordOnly && !param.star);
  const star = params.findIndex((param) => param.star);
  for (let i = 0; i < count; i++) {
    if (i < positionalParams.length) {
      const index = params.indexOf(positionalParams[i]!);
      sources[index] = { kind: "value", value: args.values[i]! };
      spans[index] = args.spans[i] ?? at.op.span;
    } else if (star < 0)
      return arityError(at, symbol, positionalParams.length, count, args.spans[i] ?? null);
  }
  if (star >= 0)
    sources[star] = {
      kind: "tuple",
      values: args.values.slice(positionalParams.length, Math.max(count, positionalParams.length)),
    };
  for (let i = 0; i < args.keywords.length; i++) {
    const name = args.keywords[i]!;
    const index = params.findIndex((param) => param.name.text === name && !param.star);
    const span = args.spans[count + i] ?? at.op.span;
    if (index < 0) {
      at.ctx.error("E0402", span, `${symbol.name} has no parameter \`${name}\``, {
        notes: [note("defined here", symbol.span)],
      });
      return null;
    }
    if (sources[index] !== undefined) {
      at.ctx.error("E0402", span, `${symbol.name} gets its parameter \`${name}\` twice`, {
        notes: [note("defined here", symbol.span)],
      });
      return null;
    }
    sources[index] = { kind: "value", value: args.values[count + i]! };
    spans[index] = span;
  }
  for (let i = 0; i < params.length; i++) {
    if (sources[i] !== undefined) continue;
    const value = defaultOf(at, symbol, skip + i);
    if (value === null) {
      at.ctx.error(
        "E0401",
        at.op.span,
        `${symbol.name} needs an argument for its parameter \`${params[i]!.name.text}\``,
        {
          notes: [note(`${symbol.name} is defined here`, symbol.span)],
        },
      );
      return null;
    }
    sources[i] = { kind: "default", value };
    spans[i] = params[i]!.defaultValue?.span ?? null;
  }
  return { sources: sources as ArgumentSource[], spans };
}

/** Most calls: an argument for each parameter, in their order; null for any other. */
function matchStraight(
  at: At,
  { params }: FunctionSymbol,
  { values, keywords, spans }: CallArguments,
  skip: number,
): Matched | null {
  if (keywords.length > 0 || values.length !== params.length - skip) return null;
  for (let i = skip; i < params.length; i++)
    if (params[i]!.star || params[i]!.keywordOnly) return null;
  return {
    sources: values.map((value) => ({ kind: "value", value })),
    spans: values.map((_, i) => spans[i] ?? at.op.span),
  };
}

function arityError(
  at: At,
  symbol: FunctionSymbol,
  wanted: number,
  found: number,
  span: Span | null,
): null {
  const most = wanted === 1 ? "1 argument" : `${wanted} arguments`;
  at.ctx.error(
    "E0401",
    span ?? at.op.span,
    `${symbol.name} takes ${most}, but ${found} are given`,
    {
      notes: [note(`${symbol.name} is defined here`, symbol.span)],
    },
  );
  return null;
}

function defaultOf(at: At, symbol: FunctionSymbol, index: number): StaticValue | null {
  const expression = symbol.params[index]!.defaultValue;
  if (expression === null) return null;
  const value = staticValue(expression, symbol.module);
  if (value !== null) return value;
  at.ctx.error(
    "E0601",
    expression.span,
    "a default must be a constant that is known before the program runs",
    {
      help: "use None as the default and make the value in the body",
    },
  );
  return { kind: "error" };
}

// ---------------------------------------------------------------- flowing

function flowArgument(
  at: At,
  cell: Cell,
  source: ArgumentSource,
  span: Span | null,
  name: string,
): void {
  const { ctx, spec } = at;
  switch (source.kind) {
    case "value": {
      const annotation = source.known ?? annotationOf(spec, source.value);
      if (alreadyHolds(cell, annotation)) return;
      flowInto(ctx, cell, annotation, {
        span,
        message: `passed here as \`${name}\``,
        source: sourceOf(spec, source.value),
      });
      return;
    }
    case "default":
      flowInto(ctx, cell, staticAnnotation(source.value), {
        span,
        message: "the parameter's default",
        source: null,
      });
      return;
    case "tuple":
      flowInto(
        ctx,
        cell,
        { kind: "tuple", items: source.values.map((value) => annotationOf(spec, value)) },
        {
          span,
          message: `passed here as \`*${name}\``,
          source: null,
        },
      );
  }
}

function anyNever(at: At, args: CallArguments): boolean {
  for (const value of args.values) if (annotationOf(at.spec, value).kind === "never") return true;
  return false;
}

/** Reads a result on behalf of the current op. */
function readResult(at: At, cell: Cell): Annotation {
  at.ctx.site(at.spec, at.op).behind = cell;
  return at.ctx.read(cell);
}

/** A call of a known function; `receiver` is its first argument when it is a method. */
export function callFunction(
  at: At,
  symbol: FunctionSymbol,
  receiver: HighValue | null,
  args: CallArguments,
  negate = false,
): Annotation {
  if (anyNever(at, args)) return NEVER;
  // That a subclass's `__init__` cannot call it was said where the class was bound.
  if (
    symbol.name === "__init__" &&
    symbol.owner?.items != null &&
    at.spec.symbol.name !== symbol.name
  )
    return at.ctx.error(
      "E0515",
      at.op.span,
      `__init__ of ${symbol.owner.name} runs once: the object has its items already`,
      { notes: [note("declared inline here", symbol.owner.items.field.span)] },
    );
  const skip = receiver === null ? 0 : 1;
  const matched = match(at, symbol, args, skip);
  if (matched === null) return POISON;
  const sources: ArgumentSource[] =
    receiver === null ? matched.sources : [receiverSource(at, receiver)].concat(matched.sources);
  const spans =
    receiver === null ? matched.spans : [at.op.aux.argSpans?.[0] ?? at.op.span, ...matched.spans];
  if (specs.isGeneric(symbol)) return callGeneric(at, symbol, sources, spans, negate);
  const variant = variantOf(at, symbol, sources);
  if (variant === null) return POISON;
  const target = specs.calledSpec(at.ctx, symbol, variant);
  if (target === null) return POISON;
  const kept: ArgumentSource[] = [];
  for (let i = 0; i < sources.length; i++) {
    const name = symbol.params[i]!.name.text;
    if (variant !== specs.PLAIN && variant.constArgs.has(name)) continue;
    flowArgument(at, target.params[kept.length]!, sources[i]!, spans[i]!, name);
    kept.push(sources[i]!);
  }
  record(at, { kind: "call", target, args: kept.length < sources.length ? kept : sources, negate });
  return readResult(at, target.result);
}

function receiverSource(at: At, value: HighValue): ArgumentSource {
  return at.receiver === undefined
    ? { kind: "value", value }
    : { kind: "value", value, known: at.receiver };
}

function record(at: At, resolution: Resolution): void {
  at.ctx.resolve(at.spec, at.op, resolution);
}

function hasVariants({ params }: FunctionSymbol): boolean {
  for (const param of params) if (param.isConst || param.star) return true;
  return false;
}

/** Values of `const` parameters and the count of a star parameter. */
function variantOf(
  at: At,
  symbol: FunctionSymbol,
  sources: readonly ArgumentSource[],
): specs.Variant | null {
  if (!hasVariants(symbol)) return specs.PLAIN;
  const constArgs = new Map<string, StaticValue>();
  let starCount = 0;
  for (let i = 0; i < symbol.params.length; i++) {
    const param = symbol.params[i]!;
    const source = sources[i]!;
    if (source.kind === "tuple") starCount = source.values.length;
    if (!param.isConst) continue;
    const value =
      source.kind === "default"
        ? source.value
        : source.kind === "value"
          ? constantOf(at.spec, source.value)
          : null;
    if (value === null) {
      at.ctx.error(
        "E0602",
        at.op.span,
        `the const parameter \`${param.name.text}\` of ${symbol.name} needs a build-time constant`,
        {
          notes: [note("declared const here", param.span)],
        },
      );
      return null;
    }
    constArgs.set(param.name.text, value);
  }
  return { constArgs, starCount };
}

/** The static constant that a value is known to be, or null. */
export function constantOf(spec: LiveSpec, value: HighValue): StaticValue | null {
  if (value.kind === "const") return value.value;
  const annotation = annotationOf(spec, value);
  switch (annotation.kind) {
    case "int":
      return annotation.value === null ? null : { kind: "int", value: annotation.value };
    case "bool":
      return annotation.value === null ? null : { kind: "bool", value: annotation.value };
    case "str":
    case "char":
      return annotation.value === null ? null : { kind: "str", value: annotation.value };
    case "enum":
      return annotation.index === null
        ? null
        : { kind: "member", enum: annotation.symbol, index: annotation.index };
    case "none":
      return { kind: "none" };
    case "constant":
      return annotation.value;
    default:
      return null;
  }
}

// ---------------------------------------------------------------- generics

function callGeneric(
  at: At,
  symbol: FunctionSymbol,
  sources: readonly ArgumentSource[],
  spans: readonly (Span | null)[],
  negate: boolean,
): Annotation {
  const undeclared = undeclaredParam(symbol);
  if (undeclared !== null) {
    at.ctx.error(
      "E0403",
      undeclared.span,
      `the generic function ${symbol.name} must declare its parameter \`${undeclared.name.text}\``,
    );
    return POISON;
  }
  const signature = signatureAt(at, symbol, sources);
  if (signature === null) return POISON;
  const { params } = signature;
  for (let i = 0; i < params.length; i++)
    flowArgument(at, params[i]!, sources[i]!, spans[i]!, symbol.params[i]!.name.text);
  flowItems(at, symbol, signature, sources, spans);
  checkCallBounds(at.ctx, signature, at.op.span);
  if (at.ctx.checking) recordGeneric(at, signature, sources, negate);
  return readResult(at, signature.result);
}

function undeclaredParam({
  params,
  flavour,
}: FunctionSymbol): FunctionSymbol["params"][number] | null {
  for (let i = flavour === "method" ? 1 : 0; i < params.length; i++)
    if (params[i]!.type === null) return params[i]!;
  return null;
}

function recordGeneric(
  at: At,
  signature: Instantiation,
  sources: readonly ArgumentSource[],
  negate: boolean,
): void {
  if (signature.spec !== null)
    record(at, { kind: "call", target: signature.spec, args: sources, negate });
}

/** The signature this call uses: the receiver's class's, or one of the call's own. */
function signatureAt(
  at: At,
  symbol: FunctionSymbol,
  sources: readonly ArgumentSource[],
): Instantiation | null {
  const { ctx } = at;
  const owner = ownerAt(at, symbol, sources);
  if (owner !== null && symbol.typeParams.length === 0)
    return specs.methodSignature(ctx, symbol, owner);
  const site = ctx.site(at.spec, at.op);
  site.instantiations ??= new Map();
  let signature = site.instantiations.get(symbol);
  if (signature === undefined) {
    const cells = new Map(owner === null ? [] : types.classEnvironment(owner).cells);
    const self = arrayReceiver(at, symbol, sources);
    if (self !== null) cells.set("T", self.item);
    for (const name of specs.typeParamNames(symbol))
      if (!cells.has(name)) cells.set(name, newCell(`\`${name}\` of ${symbol.name}`));
    signature = specs.instantiate(ctx, symbol, owner, cells);
    site.instantiations.set(symbol, signature);
  }
  return signature;
}

/** Of a method of `array_methods[A, T]`: the array A, which knows its item T. */
function arrayReceiver(
  at: At,
  symbol: FunctionSymbol,
  sources: readonly ArgumentSource[],
): Extract<Annotation, { kind: "array" }> | null {
  const [first] = sources;
  if (symbol.owner?.flavour !== "mixin" || first?.kind !== "value") return null;
  const receiver = annotationOf(at.spec, first.value);
  return receiver.kind === "array" ? receiver : null;
}

/** For a method of a generic class: that class as the receiver has it. */
function ownerAt(
  at: At,
  symbol: FunctionSymbol,
  sources: readonly ArgumentSource[],
): ClassInstance | null {
  if (symbol.owner === null || symbol.owner.flavour === "mixin" || symbol.flavour !== "method")
    return null;
  const first = sources[0];
  if (first?.kind !== "value") return null;
  const receiver = first.known ?? annotationOf(at.spec, first.value);
  return receiver.kind === "instance" ? specs.ancestor(at.ctx, receiver.cls, symbol.owner) : null;
}

// ---------------------------------------------------------------- methods

/** `receiver.name(…)` where the method was found in the receiver's class. */
export function callInstanceMethod(
  at: At,
  cls: ClassInstance,
  method: FunctionSymbol,
  receiver: HighValue,
  args: CallArguments,
  negate = false,
): Annotation {
  if (method.flavour === "staticmethod") return callFunction(at, method, null, args);
  if (!specs.isVirtual(at.ctx, method)) return callFunction(at, method, receiver, args, negate);
  if (anyNever(at, args)) return NEVER;
  const { ctx } = at;
  const matched = match(at, method, args, 1);
  if (matched === null) return POISON;
  const signature = specs.virtualSignature(ctx, method, cls);
  const plain = signature === null ? specs.familyOf(ctx, method) : null;
  const family = plain ?? signature!.family;
  const { params, result } = plain ?? {
    params: signature!.params.slice(1),
    result: signature!.result,
  };
  matched.sources.forEach((source, i) => {
    const cell = params[i];
    if (cell !== undefined)
      flowArgument(at, cell, source, matched.spans[i]!, method.params[i + 1]!.name.text);
  });
  if (plain !== null) specs.callOn(ctx, plain, findClass(cls).symbol);
  if (family !== null)
    record(at, {
      kind: "virtual",
      family,
      args: [receiverSource(at, receiver)].concat(matched.sources),
      negate,
    });
  return readResult(at, result);
}

// ---------------------------------------------------------------- function values

export function callFunctionValue(
  at: At,
  fn: FunctionCell,
  callee: HighValue,
  args: CallArguments,
  through?: types.FoundField,
): Annotation {
  if (anyNever(at, args)) return NEVER;
  const { ctx } = at;
  const target = findFunction(fn);
  if (args.keywords.length > 0)
    return ctx.error(
      "E0402",
      at.op.span,
      "a call through a function value cannot name its arguments",
    );
  if (args.values.length !== target.params.length) {
    const names = [...target.targets].map((one) =>
      note(`${one.symbol.name} may be what is called`, one.symbol.span),
    );
    return ctx.error(
      "E0404",
      at.op.span,
      `this function value takes ${target.params.length} argument${target.params.length === 1 ? "" : "s"}, but ${args.values.length} are given`,
      { notes: names.slice(0, 3) },
    );
  }
  args.values.forEach((value, i) =>
    flowInto(ctx, target.params[i]!, annotationOf(at.spec, value), {
      span: args.spans[i] ?? at.op.span,
      message: "passed here to a function value",
      source: sourceOf(at.spec, value),
    }),
  );
  record(at, {
    kind: "indirect",
    fn: target,
    callee,
    args: args.values,
    ...(through === undefined ? {} : { through }),
  });
  return readResult(at, target.result);
}

// ---------------------------------------------------------------- construction

/** `C(args…)`. `cls` has fresh type arguments unless they were written. */
export function construct(at: At, cls: ClassInstance, args: CallArguments): Annotation {
  if (anyNever(at, args)) return NEVER;
  const { ctx } = at;
  const symbol = cls.symbol;
  const missing = ctx.checking ? missingMethod(symbol) : null;
  if (missing !== null)
    return ctx.error(
      "E0504",
      at.op.span,
      `${symbol.name} cannot be created: its method \`${missing.name}\` is abstract`,
      {
        notes: [note("declared abstract here", missing.span)],
      },
    );
  const created = findClass(cls);
  if (!created.created) ctx.moves++;
  created.created = true;
  const result: Annotation = { kind: "instance", cls };
  const method = specs.findMethod(symbol, "__init__");
  if (method === null) {
    if (args.values.length > 0)
      return ctx.error(
        "E0401",
        at.op.span,
        `${symbol.name} has no __init__ and takes no arguments`,
        { notes: [note("defined here", symbol.span)] },
      );
    record(at, { kind: "new", cls, init: null, finalizer: finalizerOf(at, cls), args: [] });
    return result;
  }
  const matched = match(at, method, args, 1);
  if (matched === null) return POISON;
  const init = initialiser(ctx, cls, method);
  const flow = (params: readonly Cell[], skipped: number): void =>
    matched.sources.forEach((source, i) =>
      flowArgument(
        at,
        params[i + skipped]!,
        source,
        matched.spans[i]!,
        method.params[i + 1]!.name.text,
      ),
    );
  flow(init.params, 1);
  const within = types.classEnvironment(findClass(cls));
  if (!areWithinBounds(ctx, symbol, within, ctx.checking ? at.op.span : null)) return POISON;
  const finalizer = finalizerOf(at, cls);
  const items = itemsOf(symbol);
  if (items === null) {
    const args = matched.sources;
    record(at, { kind: "new", cls: findClass(cls), init: init.spec, finalizer, args });
    return result;
  }
  const length = initialiser(ctx, cls, items.length);
  flow(length.params, 0);
  if (length.spec !== null)
    record(at, {
      kind: "new",
      cls: findClass(cls),
      init: init.spec,
      finalizer,
      args: matched.sources,
      length: length.spec,
    });
  return result;
}

/** What a construction calls, at the type arguments of its class. */
function initialiser(
  ctx: Context,
  cls: ClassInstance,
  method: FunctionSymbol,
): Pick<Instantiation, "spec" | "params" | "result"> {
  if (specs.isGeneric(method))
    return specs.methodSignature(ctx, method, specs.ancestor(ctx, cls, method.owner!)!);
  const spec = specs.specOf(ctx, method);
  return { spec, params: spec.params, result: spec.result };
}

/** The nearest `@finalizer` method, as the class has it: subclasses may override it. */
function finalizerOf({ ctx }: At, cls: ClassInstance): Spec | null {
  for (let one: ClassSymbol | null = cls.symbol; one !== null; one = one.base) {
    const marked = [...one.methods.values()].find((method) => method.hints.has("finalizer"));
    if (marked === undefined) continue;
    return initialiser(ctx, cls, specs.findMethod(cls.symbol, marked.name)!).spec;
  }
  return null;
}

function missingMethod(symbol: ClassSymbol): FunctionSymbol | null {
  const seen = new Set<string>();
  for (let one: ClassSymbol | null = symbol; one !== null; one = one.base)
    for (const [name, method] of one.methods) {
      if (seen.has(name)) continue;
      seen.add(name);
      if (method.isAbstract) return method;
    }
  return null;
}

/** A function of `wright.builtins` by name. */
export function libraryFunction(ctx: Context, name: string): FunctionSymbol {
  const symbol = ctx.bound.builtins.scope.get(name);
  if (symbol?.kind === "function") return symbol;
  throw new Error(`wright.builtins has no function ${name}`);
}

export function libraryClass(ctx: Context, name: string): ClassSymbol {
  const symbol = ctx.bound.builtins.scope.get(name);
  if (symbol?.kind === "class") return symbol;
  throw new Error(`wright.builtins has no class ${name}`);
}

export function callLibrary(
  at: At,
  name: string,
  values: readonly HighValue[],
  negate = false,
): Annotation {
  return callFunction(at, libraryFunction(at.ctx, name), null, positional(values), negate);
}

export { find, NONE, show };
