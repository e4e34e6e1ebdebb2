/**
 * Specialisations: which functions are analysed, and with which cells.
 *
 * A plain function has one specialisation, made when it is first mentioned. A function with `const`
 * or star parameters has one per constant or count. A generic function has a *signature* per tuple of
 * type-argument cells (`Instantiation`), and one body per tuple of what those cells finally hold:
 * `specialiseBodies` runs whenever the worklist is empty, until nothing is new.
 */
import { OpTable, SideSet } from "../flow/side-table.ts";
import type { ClassSymbol, FunctionSymbol, StaticValue } from "../bind/symbols.ts";
import { forwarder, needsForwarder } from "../flow/forwarders.ts";
import { exitLinks } from "../flow/graph.ts";
import type { HighGraph } from "../flow/ops.ts";
import type { TypeExpr } from "../syntax/ast.ts";
import { diagnostic } from "../syntax/diagnostics.ts";
import { find, findClass, findFunction, newCell } from "./cells.ts";
import type {
  Cell,
  ClassInstance,
  FunctionCell,
  Instantiation,
  MethodFamily,
  Reader,
  TypeEnvironment,
} from "./cells.ts";
import { UNSAID, type Context, type LiveSpec } from "./context.ts";
import { NEVER, NONE, POISON } from "./lattice.ts";
import type { Annotation, AnnotationOf } from "./lattice.ts";
import type { Spec } from "./result.ts";
import { classKey, show, typeKey } from "./show.ts";
import * as types from "./types.ts";
import { declaredCell, forward, generalise } from "./unify.ts";

export interface Variant {
  /** Values of `const` parameters by name. */
  readonly constArgs: ReadonlyMap<string, StaticValue>;
  /** How many arguments a star parameter takes. */
  readonly starCount: number;
}

export const PLAIN: Variant = { constArgs: new Map(), starCount: 0 };

/** The type parameters a function sees: its class's and its own. */
export function typeParamNames(symbol: FunctionSymbol): string[] {
  const names =
    symbol.owner === null ? [] : symbol.owner.typeParams.map((param) => param.name.text);
  return names.concat(symbol.typeParams.map((param) => param.name.text));
}

export function isGeneric(symbol: FunctionSymbol): boolean {
  return (
    symbol.typeParams.length > 0 || (symbol.owner !== null && symbol.owner.typeParams.length > 0)
  );
}

// ---------------------------------------------------------------- plain specialisations

/** The specialisation of a function that is not generic. */
export function specOf(ctx: Context, symbol: FunctionSymbol, variant: Variant = PLAIN): LiveSpec {
  if (variant !== PLAIN) return variantSpec(ctx, symbol, variant);
  let spec = ctx.plainSpecs.get(symbol);
  if (spec === undefined) ctx.plainSpecs.set(symbol, (spec = variantSpec(ctx, symbol, PLAIN)));
  return spec;
}

/** The specialisation that a call asks for; null, and said, if such calls would go on asking for new ones. */
export function calledSpec(
  ctx: Context,
  symbol: FunctionSymbol,
  variant: Variant,
): LiveSpec | null {
  if (variant === PLAIN) return specOf(ctx, symbol);
  if (ctx.specsByKey.has(variantSpecKey(symbol, variant))) return variantSpec(ctx, symbol, variant);
  if (isEndless(ctx, symbol, ctx.current, MOST_VARIANTS)) return null;
  return variantSpec(ctx, symbol, variant);
}

/** How many bodies of one function may lead to each other, by their constants and by their types. */
const MOST_VARIANTS = 200;
const MOST_TYPES = 12;

/** Whether the first use of a body is in one of the same function, and that in another, again and again. */
function isEndless(
  ctx: Context,
  symbol: FunctionSymbol,
  origin: Instantiation["origin"],
  most: number,
): boolean {
  let count = 0;
  for (let at = origin; at !== null; at = (at.spec as LiveSpec).origin)
    if (at.spec.symbol === symbol) count++;
  if (count <= most) return false;
  const message = `${symbol.name} calls itself, directly or not, with ever new types or constants: it would have bodies without end`;
  ctx.report(diagnostic("E0606", origin!.span ?? symbol.span, message));
  return true;
}

function variantSpecKey(symbol: FunctionSymbol, variant: Variant): string {
  return symbol.qualifiedName + variantKey(variant) + `#${symbolId(symbol)}`;
}

function variantSpec(ctx: Context, symbol: FunctionSymbol, variant: Variant): LiveSpec {
  const key = variantSpecKey(symbol, variant);
  const known = ctx.specsByKey.get(key);
  if (known !== undefined) return known;
  const owner =
    symbol.owner !== null && symbol.owner.flavour !== "mixin"
      ? types.classInstance(ctx, symbol.owner, [])
      : null;
  return makeSpec(ctx, {
    symbol,
    key,
    name: symbol.qualifiedName + variantKey(variant),
    env: ctx.topEnv,
    owner,
    typeArgs: [],
    variant,
    ...(variant === PLAIN || ctx.current === null ? {} : { origin: { ...ctx.current } }),
  });
}

/**
 * The specialisation of a nested function, made somewhere in the function around it: that may be in
 * itself or in a neighbour, which call it by making it anew from what they captured.
 */
export function nestedSpec(ctx: Context, symbol: FunctionSymbol, maker: LiveSpec): LiveSpec {
  const outer = enclosing(maker, symbol.outer) ?? maker;
  const key = `${symbol.qualifiedName}#${symbolId(symbol)}@${outer.id}`;
  const known = ctx.specsByKey.get(key);
  if (known !== undefined) return known;
  const suffix =
    outer.name === outer.symbol.qualifiedName
      ? ""
      : outer.name.slice(outer.symbol.qualifiedName.length);
  return makeSpec(ctx, {
    symbol,
    key,
    name: symbol.qualifiedName + suffix,
    env: outer.env,
    outer,
    owner: null,
    typeArgs: [],
    variant: PLAIN,
  });
}

function enclosing(spec: LiveSpec, symbol: FunctionSymbol | null): LiveSpec | null {
  let at: LiveSpec | null = spec;
  while (at !== null && at.symbol !== symbol) at = at.outer;
  return at;
}

const symbolIds = new WeakMap<FunctionSymbol, number>();
let nextSymbolId = 0;

/** Tells apart functions that are defined twice under one name. */
function symbolId(symbol: FunctionSymbol): number {
  let id = symbolIds.get(symbol);
  if (id === undefined) {
    id = nextSymbolId++;
    symbolIds.set(symbol, id);
  }
  return id;
}

function variantKey(variant: Variant): string {
  const parts = [...variant.constArgs].map(([name, value]) => `${name}=${showStatic(value)}`);
  if (variant.starCount > 0) parts.push(`*${variant.starCount}`);
  return parts.length === 0 ? "" : `<${parts.join(",")}>`;
}

export function showStatic(value: StaticValue): string {
  switch (value.kind) {
    case "int":
    case "float":
    case "bool":
      return String(value.value);
    case "str":
      return JSON.stringify(value.value);
    case "none":
    case "error":
      return value.kind;
    case "tuple":
      return `(${value.items.map(showStatic).join(",")})`;
    case "member":
      return `${value.enum.name}.${value.enum.members[value.index]!.name}`;
    case "type":
      return "type";
    case "builtin":
      return value.symbol.name;
    case "function":
    case "class":
    case "enum":
      return value.symbol.qualifiedName;
    case "module":
      return value.symbol.name;
  }
}

interface SpecOptions {
  readonly symbol: FunctionSymbol;
  readonly key: string;
  readonly name: string;
  readonly env: TypeEnvironment;
  readonly outer?: LiveSpec;
  readonly owner: ClassInstance | null;
  readonly typeArgs: readonly Annotation[];
  readonly variant: Variant;
  readonly origin?: Instantiation["origin"];
}

function makeSpec(ctx: Context, options: SpecOptions): LiveSpec {
  const { symbol, owner, variant } = options;
  const shared = overridden(ctx, symbol, owner);
  const hasBody = symbol.flavour !== "extern" && !symbol.isAbstract;
  const built = hasBody
    ? ctx.buildGraph(symbol, variant.constArgs, variant.starCount)
    : NOTHING_BUILT;
  const { graph } = built;
  const variables = graph?.nextVariable ?? 0;
  const blocks = graph?.nextBlock ?? 0;
  for (const found of built.diagnostics) ctx.report(found, "each time");
  const captures = symbol.captures.map((name) => newCell(`captured \`${name}\``));
  const params = symbol.params
    .map((_, i) => i)
    .filter(
      (i) => !symbol.params[i]!.isConst || !variant.constArgs.has(symbol.params[i]!.name.text),
    )
    .map((i) => paramCell(ctx, options, i, shared));
  const spec: LiveSpec = {
    id: ctx.specs.length,
    symbol,
    name: options.name,
    owner,
    typeArgs: options.typeArgs,
    graph,
    said: built.diagnostics,
    variant,
    params: captures.concat(params),
    result: resultCell(ctx, options, shared),
    annotations: new Array<Annotation | undefined>(variables),
    resolutions: new OpTable(variables),
    reached: new SideSet(blocks),
    deadLinks: new Set(),
    env: options.env,
    outer: options.outer ?? null,
    readers: new Array<Reader | undefined>(blocks),
    paramReasons: new Map(),
    predecessors: graph === null ? NO_PREDECESSORS : countPredecessors(graph),
    sites: new OpTable(variables),
    origin: options.origin ?? null,
    misunpacked: new Set(),
    uncalled: false,
  };
  ctx.specs.push(spec);
  ctx.specsByKey.set(options.key, spec);
  if (shared !== null && "implementations" in shared && owner !== null && !isGeneric(symbol))
    shared.implementations.set(classKey(owner), spec);
  if (graph !== null) ctx.enqueueBlock(spec, graph.entry);
  return spec;
}

const NOTHING_BUILT = { graph: null, diagnostics: [] };

/** The graph of an edited function, in the place of the one it had; it is looked at from its entry. */
export function buildAgain(ctx: Context, spec: LiveSpec): void {
  const { constArgs, starCount } = spec.variant;
  const { graph, diagnostics } = ctx.buildGraph(spec.symbol, constArgs, starCount);
  spec.graph = graph;
  spec.said = diagnostics;
  spec.predecessors = countPredecessors(graph);
  for (const found of diagnostics) ctx.report(found, "each time");
  ctx.enqueueBlock(spec, graph.entry);
}

const NO_PREDECESSORS = new Uint32Array(0);

function countPredecessors(graph: HighGraph): Uint32Array {
  const last = graph.blocks.reduce((most, block) => Math.max(most, block.id), 0);
  const counts = new Uint32Array(last + 1);
  for (const block of graph.blocks)
    for (const link of exitLinks(block.exit)) counts[link.target.id]!++;
  return counts;
}

function paramCell(
  ctx: Context,
  options: SpecOptions,
  index: number,
  family: SharedCells | null,
): Cell {
  const { symbol, env, owner, variant } = options;
  const param = symbol.params[index]!;
  const what = `parameter \`${param.name.text}\` of ${symbol.name}`;
  if (param.star) {
    const items = Array.from({ length: variant.starCount }, () => POISON);
    return items.length === 0
      ? declaredCell({ kind: "tuple", items: [] }, what, param.span)
      : newCell(what);
  }
  if (index === 0 && symbol.flavour === "method" && param.type === null && owner !== null)
    return declaredCell({ kind: "instance", cls: owner }, what, param.span);
  const shared = family === null ? null : (family.params[index - 1] ?? null);
  if (param.type !== null) {
    const cell = types.declaredCellOf(ctx, param.type, symbol.module, env, what);
    if (shared !== null && find(shared) !== cell)
      forward(ctx, shared, cell, "passed through the overridden method", null);
    return cell;
  }
  return shared ?? newCell(what);
}

function resultCell(ctx: Context, options: SpecOptions, family: SharedCells | null): Cell {
  const { symbol, env } = options;
  const isLength = symbol.owner?.items?.length === symbol;
  const what = isLength ? "the length of the array" : `result of ${symbol.name}`;
  let cell: Cell;
  if (symbol.returns === null && family !== null && find(family.result).declared)
    return family.result;
  const none = symbol.returns === null ? isGeneric(symbol) : isNoneType(symbol.returns);
  if (symbol.flavour === "extern" && (none || symbol.returns === null))
    cell = declaredCell(NONE, what, symbol.span);
  else if (none) cell = noneResult(what, symbol);
  else if (symbol.returns !== null)
    cell = types.declaredCellOf(ctx, symbol.returns, symbol.module, env, what);
  else cell = newCell(what);
  if (family !== null) forward(ctx, cell, family.result, "returned by an override", null);
  return cell;
}

function isNoneType(type: TypeExpr): boolean {
  return type.kind === "named" && type.name.text === "None";
}

/**
 * The result of a function declared `-> None`, or of a generic one that declares none: `None` if it ever
 * returns, `never` if it only raises.
 */
function noneResult(what: string, { returns, span }: FunctionSymbol): Cell {
  const cell = newCell(what);
  cell.limit = NONE;
  const declared = {
    span: returns?.span ?? span,
    message: returns === null ? UNSAID : "declared here",
  };
  cell.reasons = [{ annotation: NONE, source: null, ...declared }];
  return cell;
}

// ---------------------------------------------------------------- method families

/** The class's own or inherited method. */
export function findMethod(cls: ClassSymbol, name: string): FunctionSymbol | null {
  for (let one: ClassSymbol | null = cls; one !== null; one = one.base) {
    const method = one.methods.get(name);
    if (method !== undefined) return method;
  }
  return null;
}

/** The topmost definition of the method that this one overrides (itself when it overrides none). */
function rootMethod(symbol: FunctionSymbol): FunctionSymbol {
  let root = symbol;
  for (let one: ClassSymbol | null = symbol.owner; one !== null; one = one.base)
    root = one.methods.get(symbol.name) ?? root;
  return root;
}

function methodsBelow(ctx: Context, cls: ClassSymbol): ReadonlySet<string> {
  const known = ctx.methodsBelow.get(cls);
  if (known !== undefined) return known;
  const found = new Set<string>();
  for (const sub of cls.subclasses) {
    for (const name of sub.methods.keys()) found.add(name);
    for (const name of methodsBelow(ctx, sub)) found.add(name);
  }
  ctx.methodsBelow.set(cls, found);
  return found;
}

function isGenericBelow(cls: ClassSymbol, name: string): boolean {
  return cls.subclasses.some(
    (sub) => (sub.typeParams.length > 0 && sub.methods.has(name)) || isGenericBelow(sub, name),
  );
}

/** Whether calls of this method may have to dispatch: it overrides something or is overridden. */
export function isVirtual(ctx: Context, symbol: FunctionSymbol): boolean {
  if (symbol.flavour !== "method" || symbol.name === "__init__" || symbol.owner === null)
    return false;
  if (symbol.owner.flavour !== "class") return false;
  const root = rootMethod(symbol);
  return root !== symbol || symbol.isAbstract || methodsBelow(ctx, symbol.owner).has(symbol.name);
}

let nextFamilyId = 0;

export function familyOf(ctx: Context, symbol: FunctionSymbol): MethodFamily {
  const root = rootMethod(symbol);
  const known = ctx.families.get(root);
  if (known !== undefined) return known;
  const what = `${root.owner!.name}.${root.name}`;
  const params = root.params.slice(1).map((param) => {
    const name = `parameter \`${param.name.text}\` of ${what}`;
    return param.type === null
      ? newCell(name)
      : types.declaredCellOf(ctx, param.type, root.module, ctx.topEnv, name);
  });
  const result =
    root.returns === null || isNoneType(root.returns)
      ? newCell(`result of ${what}`)
      : types.declaredCellOf(ctx, root.returns, root.module, ctx.topEnv, `result of ${what}`);
  const family = newFamily(root, types.classInstance(ctx, root.owner!, []), params, result);
  ctx.families.set(root, family);
  if (isGenericBelow(root.owner!, root.name)) ctx.openFamilies.push(family);
  return family;
}

function newFamily(
  symbol: FunctionSymbol,
  root: ClassInstance,
  params: readonly Cell[],
  result: Cell,
): MethodFamily {
  return {
    id: nextFamilyId++,
    name: symbol.name,
    root,
    params,
    result,
    implementations: new Map(),
    symbol,
    calledOn: new Set(),
  };
}

/** What an override shares with the method above it: the parameters, without the receiver, and the result. */
export type SharedCells = Pick<MethodFamily, "params" | "result">;

/** Those cells for a method of `owner`; a family's for one that may be overridden. Null if there are none. */
function overridden(
  ctx: Context,
  symbol: FunctionSymbol,
  owner: ClassInstance | null,
): SharedCells | MethodFamily | null {
  if (owner === null || !isVirtual(ctx, symbol)) return null;
  const root = rootMethod(symbol);
  if (root.owner!.typeParams.length === 0) return familyOf(ctx, root);
  if (root === symbol) return null;
  const above = methodSignature(ctx, root, ancestor(ctx, owner, root.owner!)!);
  return { params: above.params.slice(1), result: above.result };
}

/** The class itself or one above it, with its type arguments. */
export function ancestor(
  ctx: Context,
  cls: ClassInstance,
  symbol: ClassSymbol,
): ClassInstance | null {
  for (let one: ClassInstance | null = findClass(cls); one !== null; one = ctx.baseOf(one))
    if (one.symbol === symbol) return one;
  return null;
}

/** The signature that calls of a virtual method go by when its topmost definition is generic; else null. */
export function virtualSignature(
  ctx: Context,
  method: FunctionSymbol,
  cls: ClassInstance,
): Instantiation | null {
  const root = rootMethod(method);
  if (root.owner!.typeParams.length === 0) return null;
  const signature = methodSignature(ctx, root, ancestor(ctx, cls, root.owner!)!);
  ctx.virtualSignatures.add(signature);
  return signature;
}

/** Families for what the type arguments of virtual signatures hold now. True when one is new. */
function settleFamilies(ctx: Context): boolean {
  let progress = false;
  for (const signature of ctx.virtualSignatures) {
    const family = genericFamily(ctx, signature);
    if (signature.family !== family) progress = true;
    signature.family = family;
  }
  if (ctx.openFamilies.length === 0) return progress;
  const created = new Set(ctx.classes.map(findClass).filter((cls) => cls.created));
  for (const family of ctx.openFamilies)
    for (const cls of created) if (implement(ctx, family, cls)) progress = true;
  return progress;
}

/** The family of a generic class's method at settled type arguments. */
function genericFamily(ctx: Context, { symbol, arguments: cells }: Instantiation): MethodFamily {
  const annotations = cells.map(settled);
  const key = `${symbolId(symbol)}[${annotations.map(typeKey).join(",")}]`;
  let family = ctx.genericFamilies.get(key);
  if (family === undefined) {
    const names = typeParamNames(symbol);
    const declared = annotations.map((one, i) => declaredCell(one, `\`${names[i]!}\``));
    const owner = canonicalClass(ctx, symbol.owner!, declared);
    const { params, result } = methodSignature(ctx, symbol, owner);
    family = newFamily(symbol, owner, params.slice(1), result);
    ctx.genericFamilies.set(key, family);
    ctx.openFamilies.push(family);
  }
  return family;
}

/** Makes what a class has or inherits part of the family, if the class is below its root. */
function implement(ctx: Context, family: MethodFamily, cls: ClassInstance): boolean {
  const { root, name } = family;
  const isGenericRoot = root.symbol.typeParams.length > 0;
  // A plain method's plain implementations come with the calls that reach them.
  if (!isGenericRoot && family.calledOn.size === 0) return false;
  const above = ancestor(ctx, cls, root.symbol);
  if (above === null || (isGenericRoot && classKey(above) !== classKey(root))) return false;
  const method = findMethod(cls.symbol, name);
  if (method === null || method.isAbstract) return false;
  if (!isGenericRoot && !isGeneric(method)) return false;
  const owner = ancestor(ctx, cls, method.owner!)!;
  const known = ctx.specs.length;
  const spec = isGeneric(method) ? methodSignature(ctx, method, owner).spec : specOf(ctx, method);
  const key = classKey(owner);
  if (spec === null || family.implementations.get(key) === spec) return ctx.specs.length > known;
  family.implementations.set(key, spec);
  return true;
}

/** Makes every implementation that a call on `cls` may reach part of the analysis. */
export function callOn(ctx: Context, family: MethodFamily, cls: ClassSymbol): void {
  if (family.calledOn.has(cls)) return;
  family.calledOn.add(cls);
  ctx.moves++;
  const inherited = findMethod(cls, family.name);
  if (inherited !== null && !inherited.isAbstract && !isGeneric(inherited)) specOf(ctx, inherited);
  const visit = (sub: ClassSymbol): void => {
    const own = sub.methods.get(family.name);
    if (own !== undefined && !own.isAbstract && !isGeneric(own)) specOf(ctx, own);
    sub.subclasses.forEach(visit);
  };
  cls.subclasses.forEach(visit);
}

// ---------------------------------------------------------------- generics

/** A generic function's signature at these type-argument cells. */
export function instantiate(
  ctx: Context,
  symbol: FunctionSymbol,
  owner: ClassInstance | null,
  cells: ReadonlyMap<string, Cell>,
): Instantiation {
  const env =
    owner !== null && symbol.typeParams.length === 0
      ? types.classEnvironment(owner)
      : types.newEnvironment(cells);
  const reader = ctx.reader;
  ctx.reader = null;
  const shared = overridden(ctx, symbol, owner);
  const result =
    symbol.returns === null && shared !== null && find(shared.result).declared
      ? shared.result
      : symbol.returns === null || isNoneType(symbol.returns)
        ? newCell(`result of ${symbol.name}`)
        : types.cellFor(ctx, symbol.returns, symbol.module, env, `result of ${symbol.name}`);
  const holders = typeParamNames(symbol).map((name) => env.cells.get(name)!);
  const instantiation: Instantiation = {
    symbol,
    owner,
    env,
    params: symbol.params.map((param, i) => {
      const what = `parameter \`${param.name.text}\` of ${symbol.name}`;
      if (i === 0 && symbol.flavour === "method" && param.type === null && owner !== null)
        return declaredCell({ kind: "instance", cls: owner }, what, param.span);
      if (param.type === null) return shared?.params[i - 1] ?? newCell(what);
      const cell = types.cellFor(ctx, param.type, symbol.module, env, what);
      const above = shared?.params[i - 1];
      if (above !== undefined && find(above) !== find(cell))
        forward(ctx, above, cell, "passed through the overridden method", null);
      return cell;
    }),
    result,
    origin: ctx.current === null ? null : { spec: ctx.current.spec, span: ctx.current.span },
    arguments: holders,
    settledAt: holders.map(() => null),
    typeKeys: holders.map(() => ""),
    spec: null,
    key: "",
    family: null,
  };
  if (shared !== null && find(shared.result) !== find(result))
    forward(ctx, result, shared.result, "returned by an override", null);
  ctx.reader = reader;
  ctx.instantiations.push(instantiation);
  return instantiation;
}

/** A method of a generic class at the class's type arguments; shared by all its calls. */
export function methodSignature(
  ctx: Context,
  symbol: FunctionSymbol,
  owner: ClassInstance,
): Instantiation {
  const cls = findClass(owner);
  let signature = cls.signatures.get(symbol);
  if (signature === undefined) {
    signature = instantiate(ctx, symbol, cls, types.classEnvironment(cls).cells);
    cls.signatures.set(symbol, signature);
  }
  return signature;
}

/**
 * Bodies for what the type arguments hold now. True when some body is new. After an edit, most of the
 * time nothing has moved that could ask for one.
 */
export function specialiseBodies(ctx: Context): boolean {
  const before = bodiesAskedFor(ctx);
  if (ctx.touched !== null && ctx.bodiesFor === before) return false;
  const isNew = specialiseAll(ctx);
  ctx.bodiesFor = isNew ? null : bodiesAskedFor(ctx);
  return isNew;
}

/** Says the same as long as nothing is there, or anywhere else, that was not. */
function bodiesAskedFor(ctx: Context): string {
  const { moves, instantiations, virtualSignatures, openFamilies, classes } = ctx;
  const counts = [instantiations.length, virtualSignatures.size, openFamilies.length];
  return [moves, ...counts, classes.length].join(" ");
}

function specialiseAll(ctx: Context): boolean {
  const count = ctx.instantiations.length;
  let progress = settleFamilies(ctx);
  for (let i = 0; i < count; i++) if (specialiseBody(ctx, ctx.instantiations[i]!)) progress = true;
  return progress || ctx.instantiations.length > count;
}

/**
 * Whether some type argument may have another key than last time. An annotation that holds cells of its
 * own (`list[T]`) may change without being replaced, so those are looked at every time.
 */
function movedSince(instantiation: Instantiation): boolean {
  const { settledAt, arguments: cells } = instantiation;
  for (let i = 0; i < cells.length; i++) {
    const now = find(cells[i]!).annotation;
    if (now !== settledAt[i] || holdsCells(now)) return true;
  }
  return false;
}

function holdsCells(annotation: Annotation): boolean {
  switch (annotation.kind) {
    case "array":
    case "weak":
    case "function":
    case "tuple":
      return true;
    case "instance":
      return annotation.cls.args.length > 0;
    case "optional":
      return holdsCells(annotation.of);
    default:
      return false;
  }
}

function specialiseBody(ctx: Context, instantiation: Instantiation): boolean {
  if (instantiation.isMisfit === true || !movedSince(instantiation)) return false;
  const { symbol, settledAt, typeKeys, arguments: holders } = instantiation;
  let isNewKey = instantiation.key === "";
  for (let i = 0; i < holders.length; i++) {
    settledAt[i] = find(holders[i]!).annotation;
    const typeArg = typeKey(settled(holders[i]!));
    if (typeArg !== typeKeys[i]) isNewKey = true;
    typeKeys[i] = typeArg;
  }
  if (!isNewKey) return false;
  const key = `${symbol.qualifiedName}#${symbolId(symbol)}[${typeKeys.join(",")}]`;
  const names = typeParamNames(symbol);
  const annotations = holders.map(settled);
  instantiation.key = key;
  const known = ctx.specsByKey.get(key);
  if (known !== undefined) {
    const isNew = instantiation.spec !== known;
    instantiation.spec = known;
    shareFields(ctx, instantiation.owner, (known as LiveSpec).owner);
    if (!find(instantiation.result).declared && known.result !== instantiation.result)
      returnsNone(ctx, known, instantiation);
    return isNew || ctx.hasWork();
  }
  if (isEndless(ctx, symbol, instantiation.origin, MOST_TYPES)) return false;
  const cells = declaredArguments(instantiation, names, annotations);
  const owner =
    symbol.owner === null || symbol.owner.flavour === "mixin" || symbol.flavour === "staticmethod"
      ? null
      : canonicalClass(
          ctx,
          symbol.owner,
          symbol.owner.typeParams.map((param) => cells.get(param.name.text)!),
        );
  instantiation.spec = makeSpec(ctx, {
    symbol,
    key,
    name: `${symbol.qualifiedName}<${annotations.map(show).join(",")}>`,
    env: types.newEnvironment(cells),
    owner,
    typeArgs: annotations,
    variant: PLAIN,
    origin: instantiation.origin,
  });
  shareFields(ctx, instantiation.owner, owner);
  returnsNone(ctx, instantiation.spec as LiveSpec, instantiation);
  return true;
}

/**
 * The type parameters as the body sees them. An array whose item is another parameter (the receiver of
 * `array_methods[A, T]`) stays an array of that: the body belongs to all arrays of such items.
 */
function declaredArguments(
  { arguments: cells }: Instantiation,
  names: readonly string[],
  annotations: readonly Annotation[],
): Map<string, Cell> {
  const declared = annotations.map((one, i) => declaredCell(one, `\`${names[i]!}\``));
  declared.forEach((cell, i) => {
    const { annotation } = cell;
    if (annotation.kind !== "array") return;
    const item = find(annotation.item);
    const other = cells.findIndex((one, j) => j !== i && find(one) === item);
    if (other >= 0) cell.annotation = { ...annotation, item: declared[other]! };
  });
  return new Map(names.map((name, i) => [name, declared[i]!]));
}

/** A generic function without a declared result returns `None`, if it returns: its body tells. */
function returnsNone(ctx: Context, spec: LiveSpec, instantiation: Instantiation): void {
  const { returns } = instantiation.symbol;
  if (returns === null || isNoneType(returns))
    forward(ctx, spec.result, instantiation.result, "returned here", null);
}

/** What a type parameter is taken to be once nothing more flows: a container nobody filled holds `None`. */
function settled(cell: Cell): Annotation {
  const annotation = generalise(find(cell).annotation);
  return annotation === NEVER || annotation.kind === "never" ? NONE : annotation;
}

const canonical = new WeakMap<Context, Map<string, ClassInstance>>();

/** Bodies of all methods of `list[int]` see one and the same `self`, and so do those that it inherits. */
function canonicalClass(ctx: Context, symbol: ClassSymbol, args: readonly Cell[]): ClassInstance {
  let table = canonical.get(ctx);
  if (table === undefined) canonical.set(ctx, (table = new Map()));
  const key = `${symbol.qualifiedName}[${args.map((arg) => typeKey(find(arg).annotation)).join(",")}]`;
  let cls = table.get(key);
  if (cls === undefined) {
    table.set(key, (cls = types.classInstance(ctx, symbol, args)));
    const base = ctx.baseOf(cls);
    if (base !== null && base.args.length > 0 && base.args.every((arg) => find(arg).declared))
      cls.base = canonicalClass(ctx, base.symbol, base.args);
  }
  return findClass(cls);
}

/**
 * Fields without a declared type hold in every `Box[int]` what the bodies store into theirs, and in
 * the bodies what is stored from outside.
 */
function shareFields(ctx: Context, one: ClassInstance | null, other: ClassInstance | null): void {
  while (one !== null && other !== null && findClass(one) !== findClass(other)) {
    for (const { name, type } of one.symbol.fields.values()) {
      if (type !== null) continue;
      const here = types.findField(ctx, one, name)!.cell;
      const there = types.findField(ctx, other, name)!.cell;
      forward(ctx, there, here, "stored by a method", null);
      forward(ctx, here, there, "stored from outside", null);
    }
    [one, other] = [ctx.baseOf(one), ctx.baseOf(other)];
  }
}

// ---------------------------------------------------------------- function values

/** A function cell whose calls reach this target, the first `captured` parameters being bound already. */
export function functionCellFor(ctx: Context, target: Spec, captured: number): FunctionCell {
  const name = target.symbol.name;
  const params = target.params
    .slice(captured)
    .map((_, i) => newCell(`parameter ${i + 1} of ${name}`));
  const fn = types.newFunctionCell(params, newCell(`result of ${name}`));
  connect(ctx, fn, target, captured);
  return fn;
}

export function familyFunctionCell(ctx: Context, family: MethodFamily): FunctionCell {
  const fn = types.newFunctionCell(
    family.params.map((_, i) => newCell(`parameter ${i + 1} of ${family.name}`)),
    newCell(`result of ${family.name}`),
  );
  fn.targets.add(family);
  family.params.forEach((param, i) =>
    forward(ctx, fn.params[i]!, param, "passed through a function value", null),
  );
  forward(ctx, family.result, fn.result, "returned through a function value", null);
  return fn;
}

function connect(ctx: Context, fn: FunctionCell, target: Spec, captured: number): void {
  fn.targets.add(target);
  fn.params.forEach((param, i) =>
    forward(ctx, param, target.params[captured + i]!, "passed through a function value", null),
  );
  forward(ctx, target.result, fn.result, "returned through a function value", null);
}

/** A directly named function or class as a value; null for what cannot be one. */
export function materialise(ctx: Context, annotation: AnnotationOf<"constant">): Annotation | null {
  const value = annotation.value;
  if (value.kind === "class") return { kind: "class", root: value.symbol };
  if (needsForwarder(value)) return forwarderHere(ctx, value);
  if (value.kind !== "function" || isGeneric(value.symbol)) return null;
  let fn = ctx.functionCells.get(value.symbol);
  if (fn === undefined) {
    const spec = specOf(ctx, value.symbol);
    fn = functionCellFor(ctx, spec, 0);
    ctx.functionCells.set(value.symbol, fn);
  }
  return { kind: "function", fn: findFunction(fn) };
}

/** A forwarder is made once for each op that uses the function as a value, in each body. */
function forwarderHere(ctx: Context, value: StaticValue): Annotation | null {
  if (ctx.current === null || !("symbol" in value)) return null;
  const { spec } = ctx.current;
  const span = ctx.current.span ?? spec.symbol.span;
  const places = (spec.forwarders ??= new Map());
  const known = places.get(span) ?? new Map<object, FunctionCell>();
  places.set(span, known);
  let fn = known.get(value.symbol);
  if (fn === undefined) {
    const symbol = forwarder(value, ctx.bound.builtins, span);
    if (symbol === null) return null;
    fn = functionCellFor(ctx, specOf(ctx, symbol), 0);
    known.set(value.symbol, fn);
  }
  return { kind: "function", fn: findFunction(fn) };
}
