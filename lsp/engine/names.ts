/**
 * Which definition every name of a module stands for: one walk over its tree.
 *
 * Locals are found as the flow builder finds them (`dsl/bind/scopes.ts`): a name bound anywhere in a
 * function is its local, comprehensions have scopes of their own, lambdas are functions. What names
 * of attributes mean depends on types; `memberAt` answers for them.
 */
import { ancestors, resolveName, type Scope } from "../../dsl/bind/resolve.ts";
import { memberOf } from "../../dsl/bind/builtins.ts";
import { scopeOfFunction, targetNames, typePath } from "../../dsl/bind/scopes.ts";
import type { ClassSymbol, EnumSymbol, ModuleSymbol } from "../../dsl/bind/symbols.ts";
import type {
  Argument,
  Expression,
  FunctionDef,
  Module,
  Name,
  Parameter,
  Pattern,
  Statement,
  TypeExpr,
} from "../../dsl/syntax/ast.ts";
import { span, type Span } from "../../dsl/syntax/source.ts";
import type { Role } from "./data.ts";
import type { DefinitionTable } from "./definitions.ts";

export interface FoundName {
  readonly span: Span;
  readonly definition: number;
  readonly role: Role;
  readonly within: number | null;
}

type FunctionNode = FunctionDef | Extract<Expression, { kind: "lambda" }>;

/** Names bound around a place, innermost last. */
interface Frame {
  readonly names: Map<string, number>;
  /** Reads stop here: a function's frame hides those of comprehensions only inside of it. */
  readonly within: number | null;
}

/** `onFunction` is called for each function that is looked at. */
export function namesOf(
  module: ModuleSymbol,
  tree: Module,
  table: DefinitionTable,
  memberAt: (name: Name) => number | null,
  onFunction: () => void,
): FoundName[] {
  const walker = new NameWalker(module, table, memberAt, onFunction);
  for (const chunk of tree.chunks) walker.statements(chunk.body);
  return walker.found;
}

class NameWalker {
  readonly found: FoundName[] = [];
  readonly #module: ModuleSymbol;
  readonly #table: DefinitionTable;
  readonly #memberAt: (name: Name) => number | null;
  readonly #onFunction: () => void;
  readonly #frames: Frame[] = [];
  /** The symbol whose type parameters are visible. */
  #scope: Scope;
  #class: ClassSymbol | EnumSymbol | null = null;
  #within: number | null = null;

  constructor(
    module: ModuleSymbol,
    table: DefinitionTable,
    memberAt: (name: Name) => number | null,
    onFunction: () => void,
  ) {
    this.#onFunction = onFunction;
    this.#module = module;
    this.#table = table;
    this.#memberAt = memberAt;
    this.#scope = module;
  }

  statements(list: readonly Statement[]): void {
    for (const one of list) this.#statement(one);
  }

  #add(at: Span, definition: number | null, role: Role): void {
    if (definition === null || at.start === at.end) return;
    this.found.push({ span: at, definition, role, within: this.#within });
  }

  // ------------------------------------------------------------------ names

  #lookUp(name: string): number | null {
    for (let i = this.#frames.length - 1; i >= 0; i--) {
      const own = this.#frames[i]!.names.get(name);
      if (own !== undefined) return own;
    }
    const symbol = resolveName(this.#scope, name);
    return symbol === null ? null : this.#table.ofSymbol(symbol);
  }

  #name(at: Span, text: string, role: Role): void {
    this.#add(at, this.#lookUp(text), role);
  }

  #member(name: Name, role: Role): void {
    this.#add(name.span, this.#memberAt(name), role);
  }

  // ------------------------------------------------------------------ statements

  #statement(s: Statement): void {
    switch (s.kind) {
      case "expr":
        return this.#expression(s.value);
      case "assign":
        this.#expression(s.value);
        for (const target of s.targets) this.#target(target);
        return;
      case "aug-assign":
        this.#expression(s.value);
        return this.#target(s.target);
      case "ann-assign":
        this.#type(s.type);
        if (s.value !== null) this.#expression(s.value);
        return this.#target(s.target);
      case "return":
      case "raise":
        if (s.value !== null) this.#expression(s.value);
        return;
      case "if":
      case "while":
        this.#expression(s.test);
        this.statements(s.body);
        return this.statements(s.orElse);
      case "for":
        this.#expression(s.iterable);
        this.#target(s.target);
        this.statements(s.body);
        return this.statements(s.orElse);
      case "try":
        this.statements(s.body);
        for (const { types, name, body } of s.handlers) {
          for (const type of types) this.#expression(type, "type");
          if (name !== null) this.#name(name.span, name.text, "write");
          this.statements(body);
        }
        this.statements(s.orElse);
        return this.statements(s.finallyBody);
      case "with":
        for (const { context, target } of s.items) {
          this.#expression(context);
          if (target !== null) this.#target(target);
        }
        return this.statements(s.body);
      case "assert":
        this.#expression(s.test);
        if (s.message !== null) this.#expression(s.message);
        return;
      case "delete":
        for (const target of s.targets) this.#expression(target);
        return;
      case "match":
        this.#expression(s.subject);
        for (const { pattern, guard, body } of s.cases) {
          this.#pattern(pattern);
          if (guard !== null) this.#expression(guard);
          this.statements(body);
        }
        return;
      case "def":
        return this.#def(s);
      case "class":
        return this.#classDef(s);
      case "enum":
        return this.#enumDef(s);
      case "type-alias":
        this.#name(s.name.span, s.name.text, "definition");
        return this.#type(s.type);
      case "import":
        return this.#import(s);
      case "from-import":
        return this.#fromImport(s);
      case "pass":
      case "break":
      case "continue":
      case "abstract":
      case "error-statement":
        return;
    }
  }

  #def(s: FunctionDef): void {
    this.#onFunction();
    const id = this.#frames.length > 0 ? this.#lookUp(s.name.text) : this.#table.ofNode(s);
    this.#add(s.name.span, id, "definition");
    for (const { args, span: at, name } of s.decorators) {
      void at;
      void name;
      if (args !== null) this.#arguments(args);
    }
    const symbol = this.#table.functionOf(s);
    const outer = { scope: this.#scope, within: this.#within };
    if (symbol !== null) this.#scope = symbol;
    this.#defaults(s.params);
    this.#within = id;
    for (const { name, bound } of s.typeParams) {
      this.#name(name.span, name.text, "definition");
      this.#type(bound);
    }
    this.#inFunction(s, s.params, s.returns, () => this.statements(s.body));
    this.#scope = outer.scope;
    this.#within = outer.within;
  }

  #defaults(params: readonly Parameter[]): void {
    for (const { defaultValue } of params)
      if (defaultValue !== null) this.#expression(defaultValue);
  }

  #inFunction(
    node: FunctionNode,
    params: readonly Parameter[],
    returns: TypeExpr | null,
    body: () => void,
  ): void {
    const names = new Map<string, number>();
    for (const param of params) {
      const id = this.#table.local(
        node,
        param.name.text,
        "parameter",
        param.name.span,
        this.#within,
      );
      names.set(param.name.text, id);
    }
    for (const [name, binding] of scopeOfFunction(node).bindings) {
      const at = binding.def?.name.span ?? binding.span;
      const id =
        binding.def === null
          ? this.#table.local(node, name, "local", at, this.#within)
          : this.#table.ofNested(binding.def, this.#within);
      names.set(name, id);
    }
    for (const param of params) this.#type(param.type);
    this.#type(returns);
    this.#frames.push({ names, within: this.#within });
    for (const { name } of params) this.#add(name.span, names.get(name.text)!, "definition");
    body();
    this.#frames.pop();
  }

  #classDef(s: Extract<Statement, { kind: "class" }>): void {
    const id = this.#table.ofNode(s);
    this.#add(s.name.span, id, "definition");
    const symbol = this.#module.classes.find((one) => one.def === s) ?? null;
    const outer = { scope: this.#scope, cls: this.#class };
    if (symbol !== null) this.#scope = symbol;
    this.#class = symbol;
    for (const { name, bound } of s.typeParams) {
      this.#name(name.span, name.text, "definition");
      this.#type(bound);
    }
    for (const base of s.bases) this.#type(base);
    for (const { args } of s.decorators) if (args !== null) this.#arguments(args);
    for (const part of s.body) this.#classPart(part, symbol);
    this.#scope = outer.scope;
    this.#class = outer.cls;
  }

  #classPart(part: Statement, cls: ClassSymbol | null): void {
    switch (part.kind) {
      case "def":
        return this.#def(part);
      case "ann-assign":
        this.#type(part.type);
        if (part.value !== null) this.#expression(part.value);
        if (part.target.kind === "name" && cls !== null) {
          this.#add(part.target.span, this.#ownMember(cls, part.target.text), "definition");
        }
        return;
      case "assign":
        this.#expression(part.value);
        for (const target of part.targets) {
          if (target.kind !== "name" || cls === null) continue;
          this.#add(target.span, this.#ownMember(cls, target.text), "definition");
        }
        return;
      default:
    }
  }

  #ownMember(cls: ClassSymbol, name: string): number | null {
    for (const one of ancestors(cls)) {
      const field = one.fields.get(name);
      if (field !== undefined) return this.#table.ofField(field);
      if (one.attributes.has(name)) return this.#table.ofAttribute(one, name);
    }
    return null;
  }

  #enumDef(s: Extract<Statement, { kind: "enum" }>): void {
    this.#add(s.name.span, this.#table.ofNode(s), "definition");
    const symbol = [...this.#module.scope.values()].find(
      (one): one is EnumSymbol => one.kind === "enum" && one.def === s,
    );
    for (const { name, value } of s.members) {
      // One whose value is no number is none.
      if (symbol?.members.some((one) => one.name === name.text) === true)
        this.#add(name.span, this.#table.ofMember(symbol, name.text), "definition");
      if (value !== null) this.#expression(value);
    }
    for (const method of s.methods) this.#def(method);
  }

  #import(s: Extract<Statement, { kind: "import" }>): void {
    const bound = s.alias ?? s.module[0]!;
    const symbol = this.#module.scope.get(bound.text);
    const id = symbol === undefined ? null : this.#table.ofSymbol(symbol);
    const last = s.module.at(-1)!;
    this.#add(last.span, s.module.length > 1 && s.alias === null ? null : id, "import");
    if (s.alias !== null) this.#add(s.alias.span, id, "import");
  }

  #fromImport(s: Extract<Statement, { kind: "from-import" }>): void {
    const last = s.module.at(-1);
    const path = s.module.map((one) => one.text).join(".");
    const from = this.#module.imports.find(
      (one) => one.name === path || (s.level > 0 && one.name.endsWith(path)),
    );
    if (last !== undefined && from !== undefined) {
      this.#add(last.span, this.#table.ofSymbol(from), "import");
    }
    for (const { name, alias } of s.names ?? []) {
      const symbol = this.#module.scope.get((alias ?? name).text);
      const id = symbol === undefined ? null : this.#table.ofSymbol(symbol);
      this.#add(name.span, id, "import");
    }
  }

  // ------------------------------------------------------------------ expressions

  #target(e: Expression): void {
    switch (e.kind) {
      case "name":
        return this.#name(e.span, e.text, "write");
      case "tuple":
      case "list":
        for (const item of e.items) this.#target(item);
        return;
      case "star":
        return this.#target(e.value);
      case "attribute":
        this.#expression(e.object);
        return this.#member(e.name, "write");
      default:
        return this.#expression(e);
    }
  }

  #arguments(args: readonly Argument[]): void {
    for (const arg of args) this.#expression(arg.value);
  }

  #expression(e: Expression, role: Role = "read"): void {
    switch (e.kind) {
      case "name":
        return this.#name(e.span, e.text, role);
      case "attribute":
        this.#expression(e.object);
        return this.#attribute(e, role);
      case "call":
        this.#expression(e.callee, "call");
        return this.#arguments(e.args);
      case "fstring":
        for (const part of e.parts) if (part.kind === "value") this.#expression(part.value);
        return;
      case "tuple":
      case "list":
      case "set":
        for (const item of e.items) this.#expression(item);
        return;
      case "dict":
        for (const { key, value } of e.entries) {
          this.#expression(key);
          this.#expression(value);
        }
        return;
      case "comprehension":
        return this.#comprehension(e);
      case "unary":
        return this.#expression(e.operand);
      case "binary":
      case "logical":
        this.#expression(e.left);
        return this.#expression(e.right);
      case "compare":
        this.#expression(e.first);
        for (const { operand } of e.rest) this.#expression(operand);
        return;
      case "conditional":
        this.#expression(e.test);
        this.#expression(e.then);
        return this.#expression(e.orElse);
      case "lambda":
        this.#defaults(e.params);
        return this.#inFunction(e, e.params, null, () => this.#expression(e.body));
      case "index":
        this.#expression(e.object);
        return this.#expression(e.index);
      case "slice":
        this.#expression(e.object);
        for (const part of [e.start, e.stop, e.step]) if (part !== null) this.#expression(part);
        return;
      case "walrus":
        this.#expression(e.value);
        return this.#name(e.target.span, e.target.text, "write");
      case "yield":
        if (e.value !== null) this.#expression(e.value);
        return;
      case "star":
        return this.#expression(e.value);
      case "type":
        return this.#type(e.type);
      default:
    }
  }

  /** A member of a module, of an enum, or of what the object's type says. */
  #attribute(e: Extract<Expression, { kind: "attribute" }>, role: Role): void {
    const known = this.#memberAt(e.name) ?? this.#staticMember(e.object, e.name.text);
    this.#add(e.name.span, known, role);
  }

  #staticMember(object: Expression, name: string): number | null {
    if (object.kind !== "name") return null;
    if (this.#frames.some((frame) => frame.names.has(object.text))) return null;
    const symbol = resolveName(this.#scope, object.text);
    if (symbol?.kind === "module") {
      const member = memberOf(symbol, name);
      return member === undefined ? null : this.#table.ofSymbol(member);
    }
    if (symbol?.kind === "enum") {
      if (symbol.members.some((one) => one.name === name))
        return this.#table.ofMember(symbol, name);
    }
    if (symbol?.kind === "class") {
      for (const one of ancestors(symbol)) {
        const method = one.methods.get(name);
        if (method !== undefined) return this.#table.ofSymbol(method);
        if (one.attributes.has(name)) return this.#table.ofAttribute(one, name);
      }
    }
    return null;
  }

  #comprehension(e: Extract<Expression, { kind: "comprehension" }>): void {
    const depth = this.#frames.length;
    for (const clause of e.clauses) {
      if (clause.kind === "if") {
        this.#expression(clause.test);
        continue;
      }
      this.#expression(clause.iterable);
      const names = new Map<string, number>();
      for (const name of targetNames(clause.target)) {
        const at = clause.target.span;
        names.set(
          name,
          this.#table.local(clause, name, "local", nameIn(clause.target, name) ?? at, this.#within),
        );
      }
      this.#frames.push({ names, within: this.#within });
      this.#target(clause.target);
    }
    this.#expression(e.element);
    if (e.value !== null) this.#expression(e.value);
    this.#frames.length = depth;
  }

  #pattern(p: Pattern): void {
    switch (p.kind) {
      case "capture":
        return this.#name(p.name.span, p.name.text, "write");
      case "as":
        this.#pattern(p.pattern);
        return this.#name(p.name.span, p.name.text, "write");
      case "literal":
      case "value":
        return this.#expression(p.value);
      case "class":
        this.#expression(p.cls, "type");
        for (const item of p.positional) this.#pattern(item);
        for (const { name, pattern } of p.named) {
          this.#member(name, "read");
          this.#pattern(pattern);
        }
        return;
      case "tuple":
      case "or":
        for (const item of p.items) this.#pattern(item);
        return;
      case "wildcard":
      case "error-pattern":
        return;
    }
  }

  #type(type: TypeExpr | null): void {
    if (type === null) return;
    switch (type.kind) {
      case "named": {
        const [first, ...rest] = typePath(type);
        let symbol = first === undefined ? null : resolveName(this.#scope, first.text);
        if (first !== undefined && symbol !== null) {
          this.#add(first.span, this.#table.ofSymbol(symbol), "type");
        }
        for (const part of rest) {
          symbol = symbol?.kind === "module" ? (memberOf(symbol, part.text) ?? null) : null;
          if (symbol !== null) this.#add(part.span, this.#table.ofSymbol(symbol), "type");
        }
        for (const arg of type.args) this.#type(arg);
        return;
      }
      case "union":
        for (const item of type.items) this.#type(item);
        return;
      case "fn":
        for (const param of type.params) this.#type(param);
        return this.#type(type.result);
      case "qualified":
        return this.#type(type.type);
      case "error-type":
        return;
    }
  }
}

/** Where a target binds `name`. */
function nameIn(target: Expression, name: string): Span | null {
  switch (target.kind) {
    case "name":
      return target.text === name
        ? span(target.span.chunk, target.span.start, target.span.end)
        : null;
    case "tuple":
    case "list":
      return target.items.map((item) => nameIn(item, name)).find((one) => one !== null) ?? null;
    case "star":
      return nameIn(target.value, name);
    default:
      return null;
  }
}
