/**
 * Which names a function binds, which it reads from outside, and what its nested functions read.
 *
 * This is syntax alone (no module is looked at), so the result is cached by AST node and survives
 * every edit that leaves the function's text alone. As in Python, a name assigned anywhere in a
 * function is a local of it; comprehensions have a scope of their own; a lambda is a function.
 *
 *     def f(x):            params x; bindings y, g; free print
 *         y = x + 1
 *         def g(): return y + z      nested: g with free y, z (so f's free has z)
 */
import type {
  ChunkTree,
  ComprehensionClause,
  Expression,
  FunctionDef,
  Name,
  Parameter,
  Pattern,
  Statement,
  TypeExpr,
} from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";

/** A definition or lambda nested in a function. */
export type FunctionNode = FunctionDef | Extract<Expression, { kind: "lambda" }>;

export interface Binding {
  /** The first place that binds the name. */
  readonly span: Span;
  /** How many places do. */
  count: number;
  /** The nested definition, when a `def` is one of the places. */
  def: FunctionDef | null;
}

export interface NameUse {
  readonly name: string;
  readonly span: Span;
  /** For `name.member`: the member, so that members of modules can be checked. */
  readonly member: Name | null;
  /** A base class: that it is unknown is said where bases are looked up. */
  readonly isBase?: true;
}

export interface FunctionScope {
  readonly params: ReadonlySet<string>;
  /** Locals other than parameters that are never assigned again. */
  readonly bindings: Map<string, Binding>;
  /** Names read here or in nested functions that neither bind: outer locals or module-level names. */
  readonly free: readonly NameUse[];
  /** The same for names in types. */
  readonly freeTypes: readonly NameUse[];
  readonly nested: ReadonlyMap<FunctionNode, FunctionScope>;
  /** Statements that only make sense at module level: imports, classes, enums, type aliases. */
  readonly misplaced: readonly Statement[];
  readonly duplicateParams: readonly Name[];
}

const functionScopes = new WeakMap<FunctionNode, FunctionScope>();

export function scopeOfFunction(node: FunctionNode): FunctionScope {
  let scope = functionScopes.get(node);
  if (scope === undefined) {
    const walker = new Walker(node.params);
    walker.signatureTypes(node.params, node.kind === "def" ? node.returns : null);
    if (node.kind === "def") walker.statements(node.body);
    else walker.expression(node.body);
    const typeParams = node.kind === "def" ? node.typeParams.map((one) => one.name.text) : [];
    if (node.kind === "def") for (const one of node.typeParams) walker.type(one.bound);
    scope = walker.finish(typeParams.length === 0 ? NO_NAMES : new Set(typeParams));
    functionScopes.set(node, scope);
  }
  return scope;
}

export interface ChunkScope {
  /** What the chunk's top-level code (not its definitions) binds and reads. */
  readonly scope: FunctionScope;
  /** Names and types used by its classes' heads and fields, and by parameter defaults. */
  readonly definitions: FunctionScope;
}

const chunkScopes = new WeakMap<ChunkTree, ChunkScope>();

/** A chunk's share of the module body. Definitions at its top level are not bindings of the body. */
export function scopeOfChunk(chunk: ChunkTree): ChunkScope {
  let scope = chunkScopes.get(chunk);
  if (scope === undefined) {
    const body = new Walker([]);
    const heads = new Walker([]);
    for (const statement of chunk.body) {
      if (!heads.definition(statement)) body.statement(statement);
    }
    scope = { scope: body.finish(NO_NAMES), definitions: heads.finish(NO_NAMES) };
    chunkScopes.set(chunk, scope);
  }
  return scope;
}

const NO_NAMES: ReadonlySet<string> = new Set();
const NO_FUNCTIONS: ReadonlyMap<FunctionNode, FunctionScope> = new Map();

class Walker {
  readonly #params: ReadonlySet<string>;
  readonly #bindings = new Map<string, Binding>();
  #uses: NameUse[] = [];
  readonly #types: NameUse[] = [];
  #nested: Map<FunctionNode, FunctionScope> | null = null;
  readonly #misplaced: Statement[] = [];
  readonly #duplicates: Name[] = [];
  /** Names bound by the comprehensions around the current place. */
  readonly #hidden: string[] = [];

  constructor(params: readonly Parameter[]) {
    const names = new Set<string>();
    for (const { name } of params) {
      if (names.has(name.text)) this.#duplicates.push(name);
      names.add(name.text);
    }
    this.#params = names.size === 0 ? NO_NAMES : names;
  }

  finish(typeParams: ReadonlySet<string>): FunctionScope {
    const isFree = (use: NameUse) => !this.#params.has(use.name) && !this.#bindings.has(use.name);
    return {
      params: this.#params,
      bindings: this.#bindings,
      free: this.#uses.filter((use) => isFree(use) && !typeParams.has(use.name)),
      freeTypes: this.#types.filter((use) => !typeParams.has(use.name)),
      nested: this.#nested ?? NO_FUNCTIONS,
      misplaced: this.#misplaced,
      duplicateParams: this.#duplicates,
    };
  }

  /** Types in the signature belong to the function; its defaults are evaluated outside. */
  signatureTypes(params: readonly Parameter[], returns: TypeExpr | null): void {
    for (const param of params) this.type(param.type);
    this.type(returns);
  }

  /** Uses that a module-level definition makes outside of functions; false if it is none. */
  definition(statement: Statement): boolean {
    switch (statement.kind) {
      case "def":
        this.#defaults(statement.params);
        for (const one of statement.decorators) this.#decorator(one.args);
        return true;
      case "class": {
        const inner = new Walker([]);
        for (const base of statement.bases) inner.#base(base);
        for (const one of statement.typeParams) inner.type(one.bound);
        for (const one of statement.decorators) inner.#decorator(one.args);
        const attributes: string[] = [];
        for (const part of statement.body) inner.#classPart(part, attributes);
        this.#absorb(inner.finish(new Set(statement.typeParams.map((one) => one.name.text))));
        return true;
      }
      case "enum":
        for (const { value } of statement.members) if (value !== null) this.expression(value);
        for (const method of statement.methods) this.definition(method);
        return true;
      case "type-alias":
        this.type(statement.type);
        return true;
      case "import":
      case "from-import":
        return true;
      default:
        return false;
    }
  }

  #base(base: TypeExpr): void {
    if (base.kind !== "named") return;
    const [first] = typePath(base);
    if (first !== undefined) {
      this.#types.push({ name: first.text, span: first.span, member: null, isBase: true });
    }
    for (const arg of base.args) this.type(arg);
  }

  /** A class attribute sees the ones bound before it in the class body. */
  #classPart(part: Statement, attributes: string[]): void {
    switch (part.kind) {
      case "def":
        this.definition(part);
        break;
      case "ann-assign":
        this.type(part.type);
        if (part.value !== null) this.expression(part.value);
        break;
      case "assign":
        this.#hidden.push(...attributes);
        this.expression(part.value);
        this.#hidden.length -= attributes.length;
        attributes.push(...part.targets.flatMap(targetNames));
        break;
      default:
        break;
    }
  }

  #defaults(params: readonly Parameter[]): void {
    for (const { defaultValue } of params) if (defaultValue !== null) this.expression(defaultValue);
  }

  #decorator(args: readonly { readonly value: Expression }[] | null): void {
    for (const arg of args ?? []) this.expression(arg.value);
  }

  #absorb(scope: FunctionScope): void {
    for (const use of scope.free) this.#use(use);
    for (const use of scope.freeTypes) this.#types.push(use);
  }

  #use(use: NameUse): void {
    if (!this.#hidden.includes(use.name)) this.#uses.push(use);
  }

  #bind(name: string, span: Span, def: FunctionDef | null = null): void {
    const binding = this.#bindings.get(name);
    if (binding === undefined) this.#bindings.set(name, { span, count: 1, def });
    else {
      binding.count++;
      binding.def ??= def;
    }
  }

  #function(node: FunctionNode): void {
    this.#defaults(node.params);
    const scope = scopeOfFunction(node);
    (this.#nested ??= new Map()).set(node, scope);
    this.#absorb(scope);
  }

  statements(list: readonly Statement[]): void {
    for (const statement of list) this.statement(statement);
  }

  statement(s: Statement): void {
    switch (s.kind) {
      case "expr":
        this.expression(s.value);
        break;
      case "assign":
        this.expression(s.value);
        for (const target of s.targets) this.#target(target);
        break;
      case "aug-assign":
        this.expression(s.target);
        this.expression(s.value);
        this.#target(s.target);
        break;
      case "ann-assign":
        this.type(s.type);
        if (s.value !== null) this.expression(s.value);
        if (s.value !== null) this.#target(s.target);
        else if (s.target.kind === "name") this.#declare(s.target.text, s.target.span);
        break;
      case "return":
      case "raise":
        if (s.value !== null) this.expression(s.value);
        break;
      case "if":
      case "while":
        this.expression(s.test);
        this.statements(s.body);
        this.statements(s.orElse);
        break;
      case "for":
        this.expression(s.iterable);
        this.#target(s.target);
        this.statements(s.body);
        this.statements(s.orElse);
        break;
      case "try":
        this.statements(s.body);
        for (const handler of s.handlers) {
          for (const type of handler.types) this.expression(type);
          if (handler.name !== null) this.#bind(handler.name.text, handler.name.span);
          this.statements(handler.body);
        }
        this.statements(s.orElse);
        this.statements(s.finallyBody);
        break;
      case "with":
        for (const item of s.items) {
          this.expression(item.context);
          if (item.target !== null) this.#target(item.target);
        }
        this.statements(s.body);
        break;
      case "assert":
        this.expression(s.test);
        if (s.message !== null) this.expression(s.message);
        break;
      case "delete":
        for (const target of s.targets) this.expression(target);
        break;
      case "match":
        this.expression(s.subject);
        for (const one of s.cases) {
          this.#pattern(one.pattern);
          if (one.guard !== null) this.expression(one.guard);
          this.statements(one.body);
        }
        break;
      case "def":
        this.#bind(s.name.text, s.name.span, s);
        this.#function(s);
        break;
      case "class":
      case "enum":
      case "type-alias":
      case "import":
      case "from-import":
        this.#misplaced.push(s);
        break;
      case "pass":
      case "break":
      case "continue":
      case "abstract":
      case "error-statement":
        break;
    }
  }

  /** `x: int` makes `x` a local without giving it a value. */
  #declare(name: string, span: Span): void {
    if (!this.#bindings.has(name)) this.#bindings.set(name, { span, count: 0, def: null });
  }

  #target(target: Expression): void {
    switch (target.kind) {
      case "name":
        if (!this.#hidden.includes(target.text)) this.#bind(target.text, target.span);
        break;
      case "tuple":
      case "list":
        for (const item of target.items) this.#target(item);
        break;
      case "star":
        this.#target(target.value);
        break;
      default:
        this.expression(target);
    }
  }

  #pattern(pattern: Pattern): void {
    switch (pattern.kind) {
      case "capture":
        this.#bind(pattern.name.text, pattern.name.span);
        break;
      case "as":
        this.#pattern(pattern.pattern);
        this.#bind(pattern.name.text, pattern.name.span);
        break;
      case "literal":
      case "value":
        this.expression(pattern.value);
        break;
      case "class":
        this.expression(pattern.cls);
        for (const item of pattern.positional) this.#pattern(item);
        for (const item of pattern.named) this.#pattern(item.pattern);
        break;
      case "tuple":
      case "or":
        for (const item of pattern.items) this.#pattern(item);
        break;
      case "wildcard":
      case "error-pattern":
        break;
    }
  }

  expression(e: Expression): void {
    switch (e.kind) {
      case "name":
        this.#use({ name: e.text, span: e.span, member: null });
        break;
      case "attribute":
        if (e.object.kind === "name") {
          this.#use({ name: e.object.text, span: e.object.span, member: e.name });
        } else this.expression(e.object);
        break;
      case "call":
        this.expression(e.callee);
        for (const arg of e.args) this.expression(arg.value);
        break;
      case "fstring":
        for (const part of e.parts) if (part.kind === "value") this.expression(part.value);
        break;
      case "tuple":
      case "list":
      case "set":
        for (const item of e.items) this.expression(item);
        break;
      case "dict":
        for (const { key, value } of e.entries) {
          this.expression(key);
          this.expression(value);
        }
        break;
      case "comprehension":
        this.#comprehension(e.clauses, 0, e.element, e.value);
        break;
      case "unary":
        this.expression(e.operand);
        break;
      case "binary":
      case "logical":
        this.expression(e.left);
        this.expression(e.right);
        break;
      case "compare":
        this.expression(e.first);
        for (const { operand } of e.rest) this.expression(operand);
        break;
      case "conditional":
        this.expression(e.test);
        this.expression(e.then);
        this.expression(e.orElse);
        break;
      case "lambda":
        this.#function(e);
        break;
      case "index":
        this.expression(e.object);
        this.expression(e.index);
        break;
      case "slice":
        this.expression(e.object);
        if (e.start !== null) this.expression(e.start);
        if (e.stop !== null) this.expression(e.stop);
        if (e.step !== null) this.expression(e.step);
        break;
      case "walrus":
        this.expression(e.value);
        this.#bind(e.target.text, e.target.span);
        break;
      case "yield":
        if (e.value !== null) this.expression(e.value);
        break;
      case "star":
        this.expression(e.value);
        break;
      case "type":
        this.type(e.type);
        break;
      case "int":
      case "float":
      case "str":
      case "bool":
      case "none":
      case "error":
        break;
    }
  }

  /** The first iterable is evaluated outside of the comprehension; names of each clause hide outer ones. */
  #comprehension(
    clauses: readonly ComprehensionClause[],
    from: number,
    element: Expression,
    value: Expression | null,
  ): void {
    const depth = this.#hidden.length;
    for (const clause of clauses.slice(from)) {
      if (clause.kind === "if") this.expression(clause.test);
      else {
        this.expression(clause.iterable);
        this.#hidden.push(...targetNames(clause.target));
      }
    }
    this.expression(element);
    if (value !== null) this.expression(value);
    this.#hidden.length = depth;
  }

  type(type: TypeExpr | null): void {
    if (type === null) return;
    switch (type.kind) {
      case "named": {
        const [first, second] = typePath(type);
        if (first !== undefined) {
          this.#types.push({ name: first.text, span: first.span, member: second ?? null });
        }
        for (const arg of type.args) this.type(arg);
        break;
      }
      case "union":
        for (const item of type.items) this.type(item);
        break;
      case "fn":
        for (const param of type.params) this.type(param);
        this.type(type.result);
        break;
      case "qualified":
        this.type(type.type);
        break;
      case "error-type":
        break;
    }
  }
}

/** All parts of a dotted type name, the last one included. */
export function typePath(type: Extract<TypeExpr, { kind: "named" }>): readonly Name[] {
  return type.path.at(-1) === type.name ? type.path : [...type.path, type.name];
}

/** The plain names that an assignment target binds. */
export function targetNames(target: Expression): string[] {
  switch (target.kind) {
    case "name":
      return [target.text];
    case "tuple":
    case "list":
      return target.items.flatMap(targetNames);
    case "star":
      return targetNames(target.value);
    default:
      return [];
  }
}
