/**
 * What definitions look like from elsewhere: everything that building the flow graph of *another*
 * function may ask about a name, as text. Two bindings of a program whose outlines agree on the names
 * that a function mentions give it the same graph (`flow/cache.ts`).
 *
 *     def f(x: int) -> str: …       the header, and whether it is a generator
 *     class C(Base): …              the header and that of its bases; each member under its own name
 *     N = 2 * M                     the expression, and the constant that it is
 *
 * Names are those by which a module can say them, so an imported name is one as well.
 */
import type { FunctionDef } from "../syntax/ast.ts";
import { textOf, type Span } from "../syntax/source.ts";
import { classAttribute } from "./constants.ts";
import { resolveTypeName } from "./resolve.ts";
import { typePath } from "./scopes.ts";
import type {
  BoundProgram,
  ClassSymbol,
  EnumSymbol,
  FunctionSymbol,
  ModuleSymbol,
  StaticValue,
  Symbol,
} from "./symbols.ts";

/** By module and name; a member by the module of its class, the class and its own name. */
export type Outlines = ReadonlyMap<string, string>;

/** Parts of keys: names hold none of it. */
const APART = "\0";

/** What a pattern `C(x, y)` asks of a class: it is mentioned where there is a `match`. */
export const FIELDS = "match";

export function outlinesOf(program: BoundProgram): Outlines {
  const outliner = new Outliner();
  for (const module of program.modules) outliner.module(module);
  outliner.scope("", program.entry.ambient);
  return outliner.outlines;
}

/** The names whose outlines differ; null if none does. */
export function changedNames(before: Outlines, after: Outlines): ReadonlySet<string> | null {
  if (before === after) return null;
  const changed = new Set<string>();
  const note = (key: string) => changed.add(key.slice(key.lastIndexOf(APART) + 1));
  for (const [key, outline] of after) if (before.get(key) !== outline) note(key);
  if (before.size !== after.size || changed.size > 0)
    for (const key of before.keys()) if (!after.has(key)) note(key);
  return changed.size === 0 ? null : changed;
}

class Outliner {
  readonly outlines = new Map<string, string>();
  readonly #symbols = new Map<Symbol, string>();

  module(module: ModuleSymbol): void {
    this.scope(module.path, module.scope);
    for (const symbol of module.scope.values())
      if (symbol.kind === "enum" && symbol.module === module) this.#methods(symbol);
    for (const cls of module.classes) this.#members(cls);
  }

  scope(path: string, names: ReadonlyMap<string, Symbol>): void {
    for (const [name, symbol] of names) this.outlines.set(path + APART + name, this.#of(symbol));
  }

  #of(symbol: Symbol): string {
    let outline = this.#symbols.get(symbol);
    if (outline === undefined) {
      // Constants may name each other.
      this.#symbols.set(symbol, nameOf(symbol));
      outline = this.#outline(symbol);
      this.#symbols.set(symbol, outline);
    }
    return outline;
  }

  #outline(symbol: Symbol): string {
    switch (symbol.kind) {
      case "function":
        return functionOutline(symbol);
      case "class":
        return this.#classOutline(symbol);
      case "enum":
        return `${nameOf(symbol)} ${symbol.members.map(({ name, value }) => `${name}=${value}`).join()}`;
      case "alias":
        return `${nameOf(symbol)} ${textOf(symbol.type.span)}`;
      case "global": {
        const { type, value, staticValue } = symbol;
        const parts = [type, value].map((one) => (one === null ? "" : textOf(one.span)));
        return `${nameOf(symbol)} ${parts.join(APART)} ${this.#value(staticValue)}`;
      }
      default:
        return nameOf(symbol);
    }
  }

  /** The class itself; its members have outlines of their own, but for what construction needs. */
  #classOutline(cls: ClassSymbol): string {
    const { def, base, items } = cls;
    const init = cls.methods.get("__init__");
    const parts = [
      nameOf(cls),
      headOf(def),
      base === null ? "" : this.#of(base),
      init === undefined ? "" : functionOutline(init),
      items === null ? "" : textOf(items.store.span),
    ];
    return parts.join(APART);
  }

  #members(cls: ClassSymbol): void {
    const path = `${cls.module.path}${APART}${cls.name}${APART}`;
    for (const method of cls.methods.values())
      this.outlines.set(path + method.name, functionOutline(method));
    for (const name of cls.attributes.keys())
      this.outlines.set(path + name, this.#value(classAttribute(cls, name)));
    for (const { name, qualifier, type, defaultValue } of cls.fields.values()) {
      const parts = [type, defaultValue].map((one) => (one === null ? "" : textOf(one.span)));
      this.outlines.set(path + name, [qualifier, ...parts].join(APART));
    }
    this.outlines.set(path + FIELDS, [...cls.fields.keys()].join());
  }

  #methods(symbol: EnumSymbol): void {
    const path = `${symbol.module.path}${APART}${symbol.name}${APART}`;
    for (const method of symbol.methods.values())
      this.outlines.set(path + method.name, functionOutline(method));
  }

  #value(value: StaticValue | null): string {
    if (value === null) return "";
    switch (value.kind) {
      case "tuple":
        return `(${value.items.map((item) => this.#value(item)).join()})`;
      case "member":
        return `${this.#of(value.enum)}.${value.index}`;
      case "function":
      case "class":
      case "enum":
      case "module":
      case "builtin":
        return this.#of(value.symbol);
      case "type":
        return textOf(value.type.span);
      case "none":
      case "error":
        return value.kind;
      default:
        return `${value.kind} ${Object.is(value.value, -0) ? "-0" : String(value.value)}`;
    }
  }
}

function nameOf(symbol: Symbol): string {
  switch (symbol.kind) {
    case "module":
      return `module ${symbol.path} ${symbol.name}`;
    case "builtin":
    case "type-param":
      return `${symbol.kind} ${symbol.name}`;
    default:
      return `${symbol.kind} ${symbol.module.path} ${symbol.name}`;
  }
}

function functionOutline(symbol: FunctionSymbol): string {
  const { def, flavour, isAbstract, isGenerator } = symbol;
  if (def === null) return nameOf(symbol);
  const types = def.params.map(({ type }) => {
    const found = type?.kind === "named" ? resolveTypeName(symbol, typePath(type)) : null;
    return found === null ? "" : nameOf(found);
  });
  return [nameOf(symbol), flavour, isAbstract, isGenerator, headOf(def), ...types].join(APART);
}

const heads = new WeakMap<object, string>();

/** Decorators and header, as they are written. */
function headOf(def: { readonly span: Span; readonly headSpan: FunctionDef["headSpan"] }): string {
  let head = heads.get(def);
  if (head === undefined) {
    const { span, headSpan } = def;
    head = span.chunk.text.slice(span.start, headSpan.end);
    heads.set(def, head);
  }
  return head;
}
