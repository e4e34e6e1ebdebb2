/**
 * The table of a program's definitions: one entry per thing that a name can stand for, made when it
 * is first asked for. Copies of a mixin's method share their definition, and so its entry.
 */
import type {
  ClassSymbol,
  EnumSymbol,
  FieldDeclaration,
  FunctionSymbol,
  ModuleSymbol,
  Symbol,
} from "../../dsl/bind/symbols.ts";
import type { ClassDef, EnumDef, FunctionDef, Statement } from "../../dsl/syntax/ast.ts";
import { endOffset, startOffset, type Span } from "../../dsl/syntax/source.ts";
import { docOf } from "../../dsl/grammar/definitions.ts";
import type { Definition, DefinitionKind } from "./data.ts";

type Mutable = { -readonly [K in keyof Definition]: Definition[K] };

interface Facts {
  readonly kind: DefinitionKind;
  readonly name: string;
  /** Of its name. */
  readonly at: Span | null;
  readonly full?: Span;
  readonly container?: number | null;
  readonly doc?: string | null;
  readonly isAbstract?: boolean;
  readonly isLibrary: boolean;
}

export class DefinitionTable {
  readonly all: Mutable[] = [];
  readonly #byKey = new Map<unknown, number>();
  readonly #functions = new Map<FunctionDef, FunctionSymbol>();
  readonly #members = new Map<unknown, Map<string, number>>();

  constructor(modules: readonly ModuleSymbol[]) {
    for (const module of modules) {
      for (const fn of module.functions) {
        if (fn.def !== null && !this.#functions.has(fn.def)) this.#functions.set(fn.def, fn);
      }
    }
  }

  functionOf(def: FunctionDef): FunctionSymbol | null {
    return this.#functions.get(def) ?? null;
  }

  /** Makes a nested function known, when its graph has been built. */
  addNested(fn: FunctionSymbol): void {
    if (fn.def !== null && !this.#functions.has(fn.def)) this.#functions.set(fn.def, fn);
  }

  #make(key: unknown, facts: Facts): number {
    const id = this.all.length;
    this.#byKey.set(key, id);
    const { at, full } = facts;
    const whole = full ?? at;
    this.all.push({
      id,
      kind: facts.kind,
      name: facts.name,
      path: at === null ? null : at.chunk.file.path,
      start: at === null ? 0 : startOffset(at),
      end: at === null ? 0 : endOffset(at),
      fullStart: whole === null ? 0 : startOffset(whole),
      fullEnd: whole === null ? 0 : endOffset(whole),
      container: facts.container ?? null,
      doc: facts.doc ?? null,
      signature: null,
      type: null,
      of: [],
      params: [],
      base: null,
      subclasses: [],
      family: id,
      isAbstract: facts.isAbstract ?? false,
      isLibrary: facts.isLibrary,
    });
    return id;
  }

  #known(key: unknown, facts: () => Facts): number {
    return this.#byKey.get(key) ?? this.#make(key, facts());
  }

  ofSymbol(symbol: Symbol): number {
    switch (symbol.kind) {
      case "module":
        return this.#known(symbol, () => this.#module(symbol));
      case "function":
        return this.#function(symbol);
      case "class":
        return this.#known(symbol.def, () => ({
          kind: symbol.flavour,
          name: symbol.name,
          at: symbol.def.name.span,
          full: symbol.def.span,
          container: this.ofSymbol(symbol.module),
          doc: symbol.def.doc,
          isLibrary: symbol.module.isLibrary,
        }));
      case "enum":
        return this.#known(symbol.def, () => ({
          kind: "enum",
          name: symbol.name,
          at: symbol.def.name.span,
          full: symbol.def.span,
          container: this.ofSymbol(symbol.module),
          doc: symbol.def.doc,
          isLibrary: symbol.module.isLibrary,
        }));
      case "alias":
      case "global":
        return this.#known(symbol, () => ({
          kind: symbol.kind,
          name: symbol.name,
          at: symbol.span,
          container: this.ofSymbol(symbol.module),
          isLibrary: symbol.module.isLibrary,
        }));
      case "builtin":
        return this.#known(`builtin ${symbol.name}`, () => ({
          kind: "builtin",
          name: symbol.name.replace(/^\w+:/, ""),
          at: null,
          isLibrary: true,
        }));
      case "type-param":
        return this.#known(symbol.param, () => ({
          kind: "type-parameter",
          name: symbol.name,
          at: symbol.param.name.span,
          isLibrary: false,
        }));
    }
  }

  #module(symbol: ModuleSymbol): Facts {
    const chunk = symbol.tree.chunks[0]?.chunk;
    const at = chunk === undefined ? null : { chunk, start: 0, end: 0 };
    return {
      kind: "module",
      name: symbol.name,
      at,
      doc: symbol.tree.doc,
      isLibrary: symbol.isLibrary,
    };
  }

  #function(symbol: FunctionSymbol): number {
    const { def } = symbol;
    if (def === null) {
      return this.#known(symbol.body, () => ({
        kind: "function",
        name: symbol.name,
        at: symbol.span,
        isLibrary: symbol.module.isLibrary,
      }));
    }
    return this.#known(def, () => this.#functionFacts(def, symbol));
  }

  #functionFacts(def: FunctionDef, symbol: FunctionSymbol): Facts {
    const owner = symbol.owner;
    return {
      kind: owner !== null || symbol.flavour === "method" ? "method" : "function",
      name: def.name.text,
      at: def.name.span,
      full: def.span,
      container: owner === null ? this.ofSymbol(symbol.module) : this.ofSymbol(owner),
      doc: def.doc,
      isAbstract: symbol.isAbstract,
      isLibrary: symbol.module.isLibrary,
    };
  }

  ofNode(node: FunctionDef | ClassDef | EnumDef): number | null {
    const id = this.#byKey.get(node);
    if (id !== undefined) return id;
    const symbol = node.kind === "def" ? this.#functions.get(node) : undefined;
    return symbol === undefined ? null : this.#function(symbol);
  }

  /** A function defined in another. */
  ofNested(def: FunctionDef, container: number | null): number {
    return this.#known(def, () => ({
      kind: "function",
      name: def.name.text,
      at: def.name.span,
      full: def.span,
      container,
      doc: docOf(def.body as Statement[]),
      isLibrary: container !== null && this.all[container]!.isLibrary,
    }));
  }

  ofField(field: FieldDeclaration): number {
    return this.#known(field, () => ({
      kind: "field",
      name: field.name,
      at: nameSpanOf(field),
      container: this.ofSymbol(field.owner),
      isLibrary: field.owner.module.isLibrary,
    }));
  }

  ofAttribute(cls: ClassSymbol, name: string): number {
    return this.#in(cls, name, () => ({
      kind: "attribute",
      name,
      at: trimmedTo(cls.attributes.get(name)!.span, name),
      container: this.ofSymbol(cls),
      isLibrary: cls.module.isLibrary,
    }));
  }

  ofMember(symbol: EnumSymbol, name: string): number {
    return this.#in(symbol, name, () => ({
      kind: "member",
      name,
      at: symbol.members.find((one) => one.name === name)!.span,
      container: this.ofSymbol(symbol),
      isLibrary: symbol.module.isLibrary,
    }));
  }

  /** A local or parameter of `node` (a function, lambda or comprehension clause). */
  local(
    node: object,
    name: string,
    kind: "local" | "parameter",
    at: Span,
    container: number | null,
  ): number {
    return this.#in(node, name, () => ({ kind, name, at, container, isLibrary: false }));
  }

  #in(owner: object, name: string, facts: () => Facts): number {
    let names = this.#members.get(owner);
    if (names === undefined) this.#members.set(owner, (names = new Map()));
    let id = names.get(name);
    if (id === undefined) names.set(name, (id = this.#make(uniqueKey(), facts())));
    return id;
  }
}

/** A key that nothing else has. */
function uniqueKey(): object {
  return {};
}

/** `self.x = 1` declares `x`; `x: int` does too. */
function nameSpanOf(field: FieldDeclaration): Span {
  return trimmedTo(field.span, field.name);
}

/** The part of `at` that is `name`: its last occurrence before an operator, or its first. */
function trimmedTo(at: Span, name: string): Span {
  const text = at.chunk.text.slice(at.start, at.end);
  const match = new RegExp(`(?:^|\\.|\\b)(${name})\\b`).exec(text);
  if (match === null) return at;
  const start = at.start + match.index + match[0].length - name.length;
  return { chunk: at.chunk, start, end: start + name.length };
}
