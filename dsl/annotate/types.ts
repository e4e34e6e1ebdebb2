/**
 * Type expressions to annotations, and classes at type arguments.
 *
 * A type expression makes its containers once per environment: `list[int]` in a signature is the
 * same class instance at every call, and a type parameter's cell is what its `list[T]` holds.
 */
import type { ClassSymbol, FieldDeclaration, ModuleSymbol, Symbol } from "../bind/symbols.ts";
import { staticValue } from "../bind/constants.ts";
import { ITERABLE } from "../bind/builtins.ts";
import { resolveTypeName } from "../bind/resolve.ts";
import { typePath } from "../bind/scopes.ts";
import type { TypeExpr } from "../syntax/ast.ts";
import { diagnostic } from "../syntax/diagnostics.ts";
import { areWithinBounds } from "./bounds.ts";
import { find, findClass, newCell } from "./cells.ts";
import type { Cell, ClassInstance, FunctionCell, TypeEnvironment } from "./cells.ts";
import type { Context } from "./context.ts";
import { ANY_REF, BOOL, CHAR, FLOAT, NONE, POISON, PTR, STR, intOf, optional } from "./lattice.ts";
import type { Annotation, IntWidth } from "./lattice.ts";
import { flowInto, forward, joinParts, unifyClasses } from "./unify.ts";
import { staticAnnotation } from "./values.ts";

export function newEnvironment(cells: ReadonlyMap<string, Cell>): TypeEnvironment {
  return { cells, classes: null, itemCells: null, functions: null };
}

const INT_NAMES: Readonly<Record<string, IntWidth>> = {
  int: "int",
  i64: "int",
  uint: "uint",
  u64: "uint",
  i8: "i8",
  i16: "i16",
  i32: "i32",
  u8: "u8",
  u16: "u16",
  u32: "u32",
};

const SIMPLE: Readonly<Record<string, Annotation>> = {
  float: FLOAT,
  f64: FLOAT,
  f32: { kind: "float", width: "f32" },
  bool: BOOL,
  str: STR,
  char: CHAR,
  None: NONE,
  any_ref: ANY_REF,
  ptr: PTR,
};

/** The annotation of a built-in type name, or null. */
export function simpleType(name: string): Annotation | null {
  const width = INT_NAMES[name];
  return width !== undefined ? intOf(width) : (SIMPLE[name] ?? null);
}

/** What a declaration `x: T` says. Unknown names were reported by `bind`; here they poison. */
export function typeOf(
  ctx: Context,
  type: TypeExpr,
  module: ModuleSymbol,
  env: TypeEnvironment,
): Annotation {
  switch (type.kind) {
    case "named":
      return namedType(ctx, type, module, env);
    case "union":
      return unionType(ctx, type, module, env);
    case "fn":
      return { kind: "function", fn: functionType(ctx, type, module, env) };
    case "qualified":
      return type.type === null ? POISON : typeOf(ctx, type.type, module, env);
    case "error-type":
      return POISON;
  }
}

/** Written without a module in front. */
function isPlainName(type: Named): boolean {
  return typePath(type).length === 1;
}

type Named = Extract<TypeExpr, { kind: "named" }>;

function namedType(
  ctx: Context,
  type: Named,
  module: ModuleSymbol,
  env: TypeEnvironment,
): Annotation {
  const name = type.name.text;
  if (isPlainName(type)) {
    const cell = env.cells.get(name);
    if (cell !== undefined) return ctx.read(cell);
    const simple = simpleType(name);
    if (simple !== null) return simple;
    if (name === "tuple")
      return { kind: "tuple", items: type.args.map((arg) => typeOf(ctx, arg, module, env)) };
    if (name === "array" || name === "weak")
      return { kind: name, item: itemCell(ctx, type, module, env, name) };
  }
  const symbol = resolveTypeName(module, typePath(type));
  if (symbol !== null) return symbolType(ctx, symbol, type, module, env);
  // No such name, which was said when names were bound; or a local variable's.
  return isReported(ctx, type) ? POISON : notAType(ctx, type);
}

function isReported(ctx: Context, { span }: Named): boolean {
  return ctx.bound.diagnostics.some(
    ({ span: at }) => at.chunk === span.chunk && at.start >= span.start && at.end <= span.end,
  );
}

function symbolType(
  ctx: Context,
  symbol: Symbol,
  type: Named,
  module: ModuleSymbol,
  env: TypeEnvironment,
): Annotation {
  switch (symbol.kind) {
    case "class":
      return { kind: "instance", cls: classType(ctx, symbol, type, module, env) };
    case "enum":
      return { kind: "enum", symbol, index: null };
    case "alias":
      return typeOf(ctx, symbol.type, symbol.module, env);
    case "global":
      // `Name = OtherClass` at module level.
      if (symbol.staticValue?.kind === "class")
        return {
          kind: "instance",
          cls: classType(ctx, symbol.staticValue.symbol, type, module, env),
        };
      return notAType(ctx, type);
    default:
      return notAType(ctx, type);
  }
}

function notAType(ctx: Context, type: Named): Annotation {
  const help =
    type.name.text === ITERABLE
      ? { help: "it says what a parameter, or the bound of a type parameter, takes" }
      : {};
  ctx.report(diagnostic("E0303", type.span, `\`${type.name.text}\` is not a type`, help));
  return POISON;
}

function unionType(
  ctx: Context,
  type: Extract<TypeExpr, { kind: "union" }>,
  module: ModuleSymbol,
  env: TypeEnvironment,
): Annotation {
  const others = type.items.filter((item) => !(item.kind === "named" && item.name.text === "None"));
  if (others.length === 1 && others.length < type.items.length)
    return optional(typeOf(ctx, others[0]!, module, env));
  if (others.length === 0) return NONE;
  ctx.report(
    diagnostic("E0304", type.span, "a union may only add None to one type", {
      help: "give the types a common base class and declare that",
    }),
  );
  return POISON;
}

function functionType(
  ctx: Context,
  type: Extract<TypeExpr, { kind: "fn" }>,
  module: ModuleSymbol,
  env: TypeEnvironment,
): FunctionCell {
  let fn = env.functions?.get(type);
  if (fn === undefined) {
    const params = type.params.map((param, i) =>
      cellFor(ctx, param, module, env, `parameter ${i + 1} of the function value`),
    );
    fn = newFunctionCell(
      params,
      cellFor(ctx, type.result, module, env, "result of the function value"),
    );
    fn.declared = true;
    (env.functions ??= new Map()).set(type, fn);
  }
  return fn;
}

let nextFunctionId = 0;

export function newFunctionCell(params: readonly Cell[], result: Cell): FunctionCell {
  const fn: FunctionCell = {
    id: nextFunctionId++,
    parent: undefined as unknown as FunctionCell,
    params,
    result,
    targets: new Set(),
    declared: false,
  };
  fn.parent = fn;
  return fn;
}

/** The cell that a container written as `type[arg]` holds. */
function itemCell(
  ctx: Context,
  type: Named,
  module: ModuleSymbol,
  env: TypeEnvironment,
  what: string,
): Cell {
  let cell = env.itemCells?.get(type);
  if (cell === undefined) {
    const arg = type.args[0];
    cell =
      arg === undefined
        ? newCell(`item of the ${what}`)
        : cellFor(ctx, arg, module, env, `item of the ${what}`);
    (env.itemCells ??= new Map()).set(type, cell);
  }
  return cell;
}

/** A type parameter's own cell, or a fresh declared one. */
export function cellFor(
  ctx: Context,
  type: TypeExpr,
  module: ModuleSymbol,
  env: TypeEnvironment,
  what: string,
): Cell {
  if (type.kind === "named" && isPlainName(type)) {
    const cell = env.cells.get(type.name.text);
    if (cell !== undefined) return cell;
  }
  return declaredCellOf(ctx, type, module, env, what);
}

/**
 * A cell with this declared type. Where the type mentions a type parameter by value (`T | None`,
 * `tuple[K, V]`) and what it stands for is still being inferred, the cell and the parameter follow
 * each other.
 */
export function declaredCellOf(
  ctx: Context,
  type: TypeExpr,
  module: ModuleSymbol,
  env: TypeEnvironment,
  what: string,
): Cell {
  const cell = newCell(what);
  const reader = ctx.reader;
  ctx.reader = null;
  if (!followsParameters(type, env)) {
    cell.annotation = typeOf(ctx, type, module, env);
    cell.declared = true;
  } else if (type.kind === "union") {
    const inner = type.items.find((item) => !(item.kind === "named" && item.name.text === "None"))!;
    cell.annotation = NONE;
    cell.inner = cellFor(ctx, inner, module, env, what);
    forward(ctx, cell.inner, cell, "as the type argument", null);
  } else if (type.kind === "named") {
    joinParts(
      ctx,
      cell,
      type.args.map((arg) => cellFor(ctx, arg, module, env, what)),
    );
  }
  ctx.reader = reader;
  cell.reasons = cell.reasons.concat({
    annotation: cell.annotation,
    span: type.span,
    message: "declared here",
    source: null,
  });
  return cell;
}

/** Whether the type's own value (not what a container in it holds) depends on a parameter still inferred. */
function followsParameters(type: TypeExpr, env: TypeEnvironment): boolean {
  switch (type.kind) {
    case "named": {
      if (!isPlainName(type)) return false;
      const cell = env.cells.get(type.name.text);
      if (cell !== undefined) return !find(cell).declared;
      return type.name.text === "tuple" && type.args.some((arg) => followsParameters(arg, env));
    }
    case "union":
      return type.items.some((item) => followsParameters(item, env));
    default:
      return false;
  }
}

// ---------------------------------------------------------------- classes

let nextClassId = 0;

/** A class at type arguments. Classes without type parameters have one instance each. */
export function classInstance(
  ctx: Context,
  symbol: ClassSymbol,
  args: readonly Cell[],
): ClassInstance {
  if (symbol.typeParams.length === 0) {
    const known = ctx.plainClasses.get(symbol);
    if (known !== undefined) return findClass(known);
  }
  const cls: ClassInstance = {
    id: nextClassId++,
    parent: undefined as unknown as ClassInstance,
    symbol,
    args,
    fields: new Map(),
    base: null,
    created: false,
    signatures: new Map(),
    environment: null,
  };
  cls.parent = cls;
  if (symbol.typeParams.length === 0) ctx.plainClasses.set(symbol, cls);
  ctx.classes.push(cls);
  const first = args[0];
  if (first !== undefined) {
    const over = ctx.classesOver.get(first);
    if (over === undefined) ctx.classesOver.set(first, [cls]);
    else over.push(cls);
  }
  return cls;
}

/** A class with fresh, inferred type arguments: what `[]` or `Stack()` makes. */
export function freshClass(ctx: Context, symbol: ClassSymbol): ClassInstance {
  const args = symbol.typeParams.map((param) => newCell(itemName(symbol, param.name.text)));
  return classInstance(ctx, symbol, args);
}

const classesBelow = new WeakMap<ClassInstance, Map<ClassSymbol, ClassInstance>>();

/**
 * The class below `cls` that a test for `symbol` finds. Null if its type arguments do not follow from
 * those of `cls`: what such an object holds is not known.
 */
export function classBelow(
  ctx: Context,
  cls: ClassInstance,
  symbol: ClassSymbol,
): ClassInstance | null {
  if (symbol.typeParams.length === 0) return classInstance(ctx, symbol, []);
  const root = findClass(cls);
  let known = classesBelow.get(root);
  if (known === undefined) classesBelow.set(root, (known = new Map()));
  let below = known.get(symbol);
  if (below === undefined) {
    if (!followsFrom(symbol, root.symbol)) return null;
    below = freshClass(ctx, symbol);
    known.set(symbol, below);
    let above = below;
    while (above.symbol !== root.symbol) above = baseOf(ctx, above)!;
    unifyClasses(ctx, root, above);
  }
  return findClass(below);
}

/** Whether the type parameters of a class are all mentioned in the arguments of its base, and so on up. */
function followsFrom(cls: ClassSymbol, above: ClassSymbol): boolean {
  if (cls === above) return true;
  if (cls.base === null || !followsFrom(cls.base, above)) return false;
  const mentioned = new Set(cls.baseArgs.flatMap(namesIn));
  return cls.typeParams.every((param) => mentioned.has(param.name.text));
}

function namesIn(type: TypeExpr): string[] {
  switch (type.kind) {
    case "named":
      return [type.name.text, ...type.args.flatMap(namesIn)];
    case "union":
      return type.items.flatMap(namesIn);
    case "fn":
      return [...type.params, type.result].flatMap(namesIn);
    default:
      return [];
  }
}

function classType(
  ctx: Context,
  symbol: ClassSymbol,
  type: Named,
  module: ModuleSymbol,
  env: TypeEnvironment,
): ClassInstance {
  if (symbol.typeParams.length === 0) return classInstance(ctx, symbol, []);
  let cls = env.classes?.get(type);
  if (cls === undefined) {
    if (type.args.length !== 0 && type.args.length !== symbol.typeParams.length)
      ctx.report(
        diagnostic(
          "E0305",
          type.span,
          `${symbol.name} takes ${symbol.typeParams.length} type arguments, not ${type.args.length}`,
        ),
      );
    const args = symbol.typeParams.map((param, i) => {
      const what = itemName(symbol, param.name.text);
      const arg = type.args[i];
      return arg === undefined ? newCell(what) : cellFor(ctx, arg, module, env, what);
    });
    cls = withArguments(ctx, symbol, args);
    (env.classes ??= new Map()).set(type, cls);
    areWithinBounds(ctx, symbol, classEnvironment(cls), type.span);
  }
  return findClass(cls);
}

/**
 * The class at exactly these cells: `Tree[K]` inside `class Tree[K]` is the class itself, or else
 * every `Tree` would have a field of yet another one.
 */
function withArguments(ctx: Context, symbol: ClassSymbol, args: readonly Cell[]): ClassInstance {
  const known = ctx.classesOver
    .get(args[0]!)
    ?.find(
      (one) => one.symbol === symbol && one.args.every((arg, i) => find(arg) === find(args[i]!)),
    );
  return known ?? classInstance(ctx, symbol, args);
}

/** How messages speak of a container's cell. */
export function itemName(symbol: ClassSymbol, param: string): string {
  switch (symbol.name) {
    case "list":
    case "set":
      return `item of the ${symbol.name}`;
    case "Iterator":
      return "item of the iterator";
    case "dict":
      return param === "K" ? "key of the dict" : "value of the dict";
    default:
      return `\`${param}\` of ${symbol.name}`;
  }
}

export function baseOf(ctx: Context, cls: ClassInstance): ClassInstance | null {
  if (cls.base === null && cls.symbol.base !== null) {
    const base = cls.symbol.base;
    if (base.typeParams.length === 0) cls.base = classInstance(ctx, base, []);
    else {
      const env = classEnvironment(cls);
      const args = base.typeParams.map((param, i) => {
        const arg = cls.symbol.baseArgs[i];
        const what = `\`${param.name.text}\` of ${base.name}`;
        return arg === undefined ? newCell(what) : cellFor(ctx, arg, cls.symbol.module, env, what);
      });
      cls.base = classInstance(ctx, base, args);
      areWithinBounds(ctx, base, classEnvironment(cls.base), cls.symbol.span);
    }
  }
  return cls.base === null ? null : findClass(cls.base);
}

/** The class's type parameters, bound to its arguments. */
export function classEnvironment(cls: ClassInstance): TypeEnvironment {
  return (cls.environment ??= newEnvironment(
    new Map(cls.symbol.typeParams.map((param, i) => [param.name.text, cls.args[i]!])),
  ));
}

// ---------------------------------------------------------------- fields

export interface FoundField {
  readonly owner: ClassInstance;
  readonly field: FieldDeclaration;
  readonly cell: Cell;
}

/** The field of that name in the class or an ancestor. */
export function findField(ctx: Context, cls: ClassInstance, name: string): FoundField | null {
  for (let one: ClassInstance | null = findClass(cls); one !== null; one = baseOf(ctx, one)) {
    const field = one.symbol.fields.get(name);
    if (field !== undefined) return { owner: one, field, cell: fieldCell(ctx, one, field) };
  }
  return null;
}

/** The field holds no array of its own: its items are part of the object. */
function makeInline(cell: Cell, owner: ClassInstance): void {
  if (cell.annotation.kind !== "array") return;
  const annotation: Annotation = { ...cell.annotation, within: owner };
  cell.annotation = annotation;
  cell.reasons = cell.reasons.map((reason) => ({ ...reason, annotation }));
}

function fieldCell(ctx: Context, owner: ClassInstance, field: FieldDeclaration): Cell {
  let cell = owner.fields.get(field.name);
  if (cell === undefined) {
    const what = `field \`${field.name}\` of ${owner.symbol.name}`;
    const type =
      field.type !== null && field.type.kind === "qualified" ? field.type.type : field.type;
    cell =
      type === null
        ? newCell(what)
        : cellFor(ctx, type, owner.symbol.module, classEnvironment(owner), what);
    if (field.qualifier === "inline") makeInline(cell, owner);
    owner.fields.set(field.name, cell);
    const initial =
      field.defaultValue === null ? null : staticValue(field.defaultValue, owner.symbol.module);
    if (initial !== null)
      flowInto(ctx, cell, staticAnnotation(initial), {
        span: field.defaultValue!.span,
        message: "the field's default",
        source: null,
        forwarded: true,
      });
  }
  return find(cell);
}
