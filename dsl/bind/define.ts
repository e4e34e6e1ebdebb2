/**
 * The symbols of one module, made from its definitions alone: functions, classes (without bases and
 * members, which `classes.ts` finds once all modules are there), enums, aliases and the names that
 * its body assigns.
 */
import type {
  ClassDef,
  Decorator,
  EnumDef,
  Expression,
  FunctionDef,
  Module,
  Parameter,
  Statement,
  TypeExpr,
} from "../syntax/ast.ts";
import { diagnostic, note, type Diagnostic } from "../syntax/diagnostics.ts";
import { span, wholeFile, type SourceFile, type Span } from "../syntax/source.ts";
import { ITERABLE } from "./builtins.ts";
import { forgetValue } from "./constants.ts";
import { keep } from "./keep.ts";
import type { LoadedModule } from "./modules.ts";
import { scopeOfChunk, scopeOfFunction, type FunctionNode } from "./scopes.ts";
import type {
  ClassSymbol,
  EnumSymbol,
  FunctionSymbol,
  GlobalSymbol,
  ModuleSymbol,
  Symbol,
} from "./symbols.ts";

export function defineModule(
  loaded: LoadedModule,
  ambient: ReadonlyMap<string, Symbol>,
  diagnostics: Diagnostic[],
): ModuleSymbol {
  const module = keep(
    emptyModule(loaded.name, loaded.path, loaded.tree, loaded.isLibrary, ambient),
  );
  module.body = bodySymbol(module, loaded.file);
  for (const chunk of loaded.tree.chunks) {
    for (const statement of chunk.body) defineStatement(module, statement, diagnostics);
  }
  defineGlobals(module, diagnostics);
  return module;
}

/** A module without names; virtual modules and packages stay so, or are given theirs. */
export function emptyModule(
  name: string,
  path: string,
  tree: Module,
  isLibrary: boolean,
  ambient: ReadonlyMap<string, Symbol>,
): ModuleSymbol {
  return {
    kind: "module",
    name,
    path,
    tree,
    isLibrary,
    scope: new Map(),
    imports: [],
    body: undefined as unknown as FunctionSymbol,
    functions: [],
    classes: [],
    ambient,
  };
}

/** The body of `module`, as its tree has it. */
export function bodySymbol(module: ModuleSymbol, file: SourceFile): FunctionSymbol {
  return keep({
    kind: "function",
    name: "<module>",
    qualifiedName: `${module.name}.<module>`,
    module,
    owner: null,
    outer: null,
    flavour: "module-body",
    params: [],
    returns: null,
    body: module.tree.chunks.flatMap((chunk) => chunk.body),
    def: null,
    typeParams: [],
    isAbstract: false,
    isGenerator: false,
    hints: NO_HINTS,
    captures: [],
    span: span(wholeFile(file), 0, 0),
  });
}

const NO_HINTS: ReadonlyMap<string, readonly Expression[]> = new Map();

function defineStatement(module: ModuleSymbol, s: Statement, diagnostics: Diagnostic[]): void {
  switch (s.kind) {
    case "def": {
      const symbol = functionSymbol(s, module, null);
      module.functions.push(symbol);
      define(module, symbol, s.name.span, diagnostics);
      break;
    }
    case "class": {
      const symbol = classSymbol(s, module);
      module.classes.push(symbol);
      define(module, symbol, s.name.span, diagnostics);
      break;
    }
    case "enum":
      define(module, enumSymbol(s, module, diagnostics), s.name.span, diagnostics);
      break;
    case "type-alias":
      define(
        module,
        { kind: "alias", name: s.name.text, module, type: s.type, span: s.name.span },
        s.name.span,
        diagnostics,
      );
      break;
    default:
      break;
  }
}

function define(
  module: ModuleSymbol,
  symbol: Exclude<Symbol, { kind: "module" | "builtin" | "type-param" }>,
  at: Span,
  diagnostics: Diagnostic[],
): void {
  const before = module.scope.get(symbol.name);
  if (before === undefined) module.scope.set(symbol.name, symbol);
  else diagnostics.push(duplicate(`\`${symbol.name}\``, at, placeOfSymbol(before)));
}

export function duplicate(what: string, at: Span, first: Span | null): Diagnostic {
  const notes = first === null ? [] : [note("first defined here", first)];
  return diagnostic("E0205", at, `${what} is defined twice`, { notes });
}

/** Where a symbol's name is defined; null for what has no source. */
export function placeOfSymbol(symbol: Symbol): Span | null {
  switch (symbol.kind) {
    case "function":
    case "class":
    case "enum":
    case "alias":
    case "global":
      return symbol.span;
    case "type-param":
      return symbol.param.name.span;
    case "module":
    case "builtin":
      return null;
  }
}

/** A definition as a symbol; `owner` is the class it stands in, or is copied into. */
export function functionSymbol(
  def: FunctionDef,
  module: ModuleSymbol,
  owner: ClassSymbol | EnumSymbol | null,
  qualifiedName = `${owner === null ? module.name : owner.qualifiedName}.${def.name.text}`,
): FunctionSymbol {
  const hints = hintsOf(def.decorators);
  const { params, typeParams } = withIterables(def);
  return keep({
    kind: "function",
    name: def.name.text,
    qualifiedName,
    module,
    owner: owner?.kind === "class" ? owner : null,
    outer: null,
    flavour: flavourOf(def, owner !== null, hints),
    params,
    returns: def.returns,
    body: def.body,
    def,
    typeParams,
    isAbstract: isAbstract(def),
    isGenerator: def.isGenerator,
    hints,
    captures: [],
    span: def.name.span,
  });
}

/**
 * `def f(xs: Iterable[int])` is `def f[~xs: Iterable[int]](xs: ~xs)`: a copy of the body for each kind
 * of iterable that it is called with.
 */
function withIterables(def: FunctionDef): Pick<FunctionDef, "params" | "typeParams"> {
  if (!def.params.some(takesIterable)) return def;
  const typeParams = [...def.typeParams];
  const params = def.params.map((param) => {
    if (!takesIterable(param)) return param;
    const name = { text: IMPLICIT + param.name.text, span: param.name.span };
    typeParams.push({ name, bound: param.type });
    return {
      ...param,
      type: { kind: "named", span: param.span, path: [], name, args: [] } as const,
    };
  });
  return { params, typeParams };
}

function takesIterable({ type }: Parameter): boolean {
  return type?.kind === "named" && type.path.length === 0 && type.name.text === ITERABLE;
}

/** Begins the names of type parameters that nobody wrote. */
const IMPLICIT = "~";

/** Whether the parameter was declared `Iterable[T]`. */
export function isDeclaredIterable({ type }: Parameter): boolean {
  return type?.kind === "named" && type.name.text.startsWith(IMPLICIT);
}

function flavourOf(
  def: FunctionDef,
  inClass: boolean,
  hints: ReadonlyMap<string, unknown>,
): FunctionSymbol["flavour"] {
  if (def.isExtern) return "extern";
  if (!inClass) return "function";
  return hints.has("staticmethod") ? "staticmethod" : "method";
}

/** `abstract` is the whole body, a docstring aside. */
export function isAbstract(def: FunctionDef): boolean {
  const rest = def.body.filter((s) => !(s.kind === "expr" && s.value.kind === "str"));
  return rest.length === 1 && rest[0]!.kind === "abstract";
}

/** A function nested in another. Its captures are the names it reads that `outer` binds. */
export function nestedSymbol(
  node: FunctionNode,
  outer: FunctionSymbol,
  name: string,
  captures: readonly string[],
): FunctionSymbol {
  const isDef = node.kind === "def";
  const symbol: FunctionSymbol = {
    kind: "function",
    name,
    qualifiedName: `${outer.qualifiedName}.${name}`,
    module: outer.module,
    owner: null,
    outer,
    flavour: isDef ? "function" : "lambda",
    params: node.params,
    returns: isDef ? node.returns : null,
    body: isDef ? node.body : [{ kind: "return", span: node.body.span, value: node.body }],
    def: isDef ? node : null,
    typeParams: isDef ? node.typeParams : [],
    isAbstract: false,
    isGenerator: isDef && node.isGenerator,
    hints: isDef ? hintsOf(node.decorators) : NO_HINTS,
    captures,
    span: isDef ? node.name.span : node.span,
  };
  nodes.set(symbol, node);
  return symbol;
}

const nodes = new WeakMap<FunctionSymbol, FunctionNode>();

/** The syntax a function was made from; null for module bodies. */
export function functionNode(symbol: FunctionSymbol): FunctionNode | null {
  return symbol.def ?? nodes.get(symbol) ?? null;
}

/** What a class's first line and decorators say. */
export function headOfClass(def: ClassDef) {
  const hints = hintsOf(def.decorators);
  return {
    def,
    flavour: def.flavour,
    typeParams: def.typeParams,
    hints,
    immediate: hints.has("immediate"),
    span: def.name.span,
  };
}

function classSymbol(def: ClassDef, module: ModuleSymbol): ClassSymbol {
  return keep({
    kind: "class",
    name: def.name.text,
    qualifiedName: `${module.name}.${def.name.text}`,
    module,
    ...headOfClass(def),
    base: null,
    baseArgs: [],
    subclasses: [],
    fields: new Map(),
    methods: new Map(),
    attributes: new Map(),
    items: null,
  });
}

function enumSymbol(def: EnumDef, module: ModuleSymbol, diagnostics: Diagnostic[]): EnumSymbol {
  const members: EnumSymbol["members"][number][] = [];
  let next = 0n;
  for (const { name, value } of def.members) {
    const before = members.find((one) => one.name === name.text);
    if (before !== undefined) {
      diagnostics.push(duplicate(`\`${def.name.text}.${name.text}\``, name.span, before.span));
      continue;
    }
    const number = value === null ? next : enumValue(value, diagnostics);
    if (number === null) continue;
    const same = members.find((one) => one.value === number);
    if (same !== undefined) {
      diagnostics.push(
        duplicate(`the value ${number} in \`${def.name.text}\``, name.span, same.span),
      );
    }
    members.push({ name: name.text, value: number, span: name.span });
    next = number + 1n;
  }
  const symbol: EnumSymbol = keep({
    kind: "enum",
    name: def.name.text,
    qualifiedName: `${module.name}.${def.name.text}`,
    module,
    def,
    members,
    methods: new Map(),
    span: def.name.span,
  });
  for (const method of def.methods) defineEnumMethod(symbol, method, diagnostics);
  return symbol;
}

function defineEnumMethod(symbol: EnumSymbol, def: FunctionDef, diagnostics: Diagnostic[]): void {
  const before = symbol.methods.get(def.name.text);
  if (before !== undefined) {
    const what = `\`${symbol.name}.${def.name.text}\``;
    diagnostics.push(duplicate(what, def.name.span, before.span));
    return;
  }
  const method = functionSymbol(def, symbol.module, symbol);
  symbol.methods.set(def.name.text, method);
  symbol.module.functions.push(method);
}

/** Members are numbered where they stand: only literals say a number. */
function enumValue(value: Expression, diagnostics: Diagnostic[]): bigint | null {
  if (value.kind === "int") return value.value;
  if (value.kind === "str" && value.value.length === 1) return BigInt(value.value.charCodeAt(0));
  if (value.kind === "unary" && value.op === "-" && value.operand.kind === "int") {
    return -value.operand.value;
  }
  if (value.kind !== "error") {
    diagnostics.push(
      diagnostic("E0601", value.span, "the value of an enum member must be written as a number"),
    );
  }
  return null;
}

export function hintsOf(
  decorators: readonly Decorator[],
): ReadonlyMap<string, readonly Expression[]> {
  if (decorators.length === 0) return NO_HINTS;
  return new Map(decorators.map((one) => [one.name, (one.args ?? []).map((arg) => arg.value)]));
}

// ---------------------------------------------------------------- names bound by the body

interface GlobalBinding {
  span: Span;
  count: number;
  type: TypeExpr | null;
  value: Expression | null;
}

/** One symbol per name that top-level code assigns. A name defined otherwise cannot be assigned. */
function defineGlobals(module: ModuleSymbol, diagnostics: Diagnostic[]): void {
  const bindings = new Map<string, GlobalBinding>();
  for (const chunk of module.tree.chunks) {
    for (const [name, binding] of scopeOfChunk(chunk).scope.bindings) {
      const known = bindings.get(name);
      if (known !== undefined) known.count += binding.count;
      else
        bindings.set(name, { span: binding.span, count: binding.count, type: null, value: null });
    }
    for (const statement of chunk.body) noteValue(bindings, statement);
  }
  for (const [name, { span: at, count, type, value }] of bindings) {
    const before = module.scope.get(name);
    if (before !== undefined) {
      diagnostics.push(assignedDefinition(name, at, before));
      continue;
    }
    const once = count === 1 ? value : null;
    const symbol: GlobalSymbol = keep({
      kind: "global",
      name,
      module,
      type,
      value: once,
      staticValue: null,
      span: at,
    });
    forgetValue(symbol);
    module.scope.set(name, symbol);
  }
}

export function assignedDefinition(name: string, at: Span, symbol: Symbol): Diagnostic {
  const place = placeOfSymbol(symbol);
  return diagnostic("E0208", at, `\`${name}\` is ${described(symbol)} and cannot be assigned`, {
    notes: place === null ? [] : [note("defined here", place)],
  });
}

export function described(symbol: Symbol): string {
  switch (symbol.kind) {
    case "function":
      return "a function";
    case "class":
      return symbol.flavour === "class" ? "a class" : `a ${symbol.flavour}`;
    case "enum":
      return "an enum";
    case "alias":
      return "a type alias";
    case "global":
      return "a variable of another module";
    case "module":
      return "a module";
    case "builtin":
      return "built in";
    case "type-param":
      return "a type parameter";
  }
}

/** Remembers a top-level `name = value` or `name: type = value`: only these can be static constants. */
function noteValue(bindings: Map<string, GlobalBinding>, s: Statement): void {
  if (s.kind === "assign") {
    for (const target of s.targets) {
      const binding = target.kind === "name" ? bindings.get(target.text) : undefined;
      if (binding !== undefined) binding.value = s.value;
    }
  } else if (s.kind === "ann-assign" && s.target.kind === "name") {
    const binding = bindings.get(s.target.text);
    if (binding === undefined) return;
    binding.type ??= s.type;
    if (s.value !== null) binding.value = s.value;
  }
}

/** Makes the walk of every function's names once, so that errors in parameters are seen. */
export function duplicateParameters(symbol: FunctionSymbol): Diagnostic[] {
  if (symbol.def === null) return [];
  const { duplicateParams } = scopeOfFunction(symbol.def);
  return duplicateParams.map((name) => {
    const first = symbol.params.find((param) => param.name.text === name.text);
    return duplicate(`parameter \`${name.text}\``, name.span, first?.name.span ?? null);
  });
}
