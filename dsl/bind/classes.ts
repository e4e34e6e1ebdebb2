/**
 * Bases, mixins and members of classes, once every module's names are known.
 *
 * 1. Each class finds its base and its mixins; inheritance cycles are cut.
 * 2. Base first, each class gets its methods (its own, then its mixins', as fresh symbols that it
 *    owns), class attributes and fields. A field is what the class body declares or what one of its
 *    methods assigns through its first parameter, unless an ancestor has it already.
 *
 * `self.x += 1` alone makes no field: it reads one that must exist.
 */
import type { ClassDef, Expression, FunctionDef, Statement, TypeExpr } from "../syntax/ast.ts";
import { diagnostic, note, type Diagnostic } from "../syntax/diagnostics.ts";
import { textOf, type Span } from "../syntax/source.ts";
import { UNRESOLVED } from "./builtins.ts";
import { described, duplicate, functionSymbol, headOfClass, placeOfSymbol } from "./define.ts";
import { completeItems } from "./inline-items.ts";
import { keepingThese } from "./keep.ts";
import { suggestion } from "./nearest.ts";
import { ancestors, findMethod, moduleOf, resolveTypeName } from "./resolve.ts";
import { typePath } from "./scopes.ts";
import type { ClassSymbol, FieldDeclaration, FunctionSymbol, ModuleSymbol } from "./symbols.ts";

export function completeClasses(modules: readonly ModuleSymbol[], diagnostics: Diagnostic[]): void {
  new Classes(diagnostics).complete(modules.flatMap((module) => module.classes));
}

/**
 * The members of a class whose definition is now `def`, with other bodies of methods and nothing else.
 * False if that makes it another class for anybody: only a look at all classes then tells what follows.
 */
export function completeAgain(cls: ClassSymbol, def: ClassDef): boolean {
  const { module, base, methods, fields, attributes, items } = cls;
  const count = module.functions.length;
  const known = [...methods.values(), ...(items === null ? [] : [items.length])];
  const problems: Diagnostic[] = [];
  Object.assign(cls, headOfClass(def), {
    base: null,
    baseArgs: [],
    fields: new Map(),
    methods: new Map(),
    attributes: new Map(),
    items: null,
  });
  keepingThese(known, () => new Classes(problems).completeOne(cls));
  // The module has its functions already.
  module.functions.length = count;
  return (
    problems.length === 0 &&
    cls.base === base &&
    sameItems([...methods.values()], [...cls.methods.values()]) &&
    sameItems(writtenFields(fields), writtenFields(cls.fields)) &&
    sameItems(writtenAttributes(attributes), writtenAttributes(cls.attributes)) &&
    (items === null) === (cls.items === null)
  );
}

function writtenFields(fields: ClassSymbol["fields"]): string[] {
  return [...fields.values()].map(({ name, qualifier, type, defaultValue }) =>
    [name, qualifier ?? "", ...[type, defaultValue].map(written)].join("\0"),
  );
}

function writtenAttributes(attributes: ClassSymbol["attributes"]): string[] {
  return [...attributes].map(([name, { value }]) => `${name}\0${written(value)}`);
}

function written(node: { readonly span: Span } | null): string {
  return node === null ? "" : textOf(node.span);
}

function sameItems<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

class Classes {
  readonly #diagnostics: Diagnostic[];
  readonly #mixins = new Map<ClassSymbol, ClassSymbol[]>();
  readonly #done = new Set<ClassSymbol>();

  constructor(diagnostics: Diagnostic[]) {
    this.#diagnostics = diagnostics;
  }

  complete(classes: readonly ClassSymbol[]): void {
    for (const cls of classes) this.#findBases(cls);
    for (const cls of classes) this.#cutCycle(cls);
    for (const cls of classes) {
      if (cls.base !== null) cls.base.subclasses.push(cls);
    }
    for (const cls of classes) this.#members(cls);
  }

  /** One class, of which nothing else depends on its members. */
  completeOne(cls: ClassSymbol): void {
    this.#findBases(cls);
    if (cls.base !== null) this.#done.add(cls.base);
    this.#members(cls);
  }

  // -------------------------------------------------------------- bases

  #findBases(cls: ClassSymbol): void {
    const mixins: ClassSymbol[] = [];
    for (const written of cls.def.bases) {
      const base = this.#baseOf(cls, written);
      if (base === null || written.kind !== "named") continue;
      if (base.flavour === "mixin") {
        if (this.#mayMixIn(cls, base, written)) mixins.push(base);
      } else if (cls.flavour === "mixin") {
        this.#report("E0509", written.span, `mixin \`${cls.name}\` cannot inherit from a class`, [
          note(`\`${base.name}\` is ${described(base)}`, base.span),
        ]);
      } else if (base.flavour !== cls.flavour) {
        this.#report(
          "E0507",
          written.span,
          `a ${cls.flavour} cannot inherit from ${described(base)}`,
        );
      } else if (cls.base !== null) {
        this.#report(
          "E0507",
          written.span,
          `\`${cls.name}\` has two base classes, \`${cls.base.name}\` and \`${base.name}\``,
          [],
          "inherit from one class; methods to share can be a `mixin`",
        );
      } else if (base.hints.has("final")) {
        const notes = [note(`\`${base.name}\` is declared final here`, base.span)];
        const message = `\`${cls.name}\` cannot inherit from \`${base.name}\`, which is final`;
        this.#report("E0517", written.span, message, notes);
      } else {
        cls.base = base;
        cls.baseArgs = written.args;
      }
    }
    this.#mixins.set(cls, mixins);
  }

  #baseOf(cls: ClassSymbol, written: TypeExpr): ClassSymbol | null {
    if (written.kind !== "named") {
      if (written.kind !== "error-type") this.#report("E0507", written.span, "this is no class");
      return null;
    }
    const path = typePath(written);
    const text = path.map((part) => part.text).join(".");
    const symbol = resolveTypeName(cls, path);
    if (symbol === null) {
      const known = classNames(moduleOf(cls));
      this.#report(
        "E0506",
        written.span,
        `there is no class \`${text}\``,
        [],
        suggestion(text, known).help,
      );
      return null;
    }
    if (symbol.kind === "class") return symbol;
    if (symbol.kind === "builtin" && symbol.name === UNRESOLVED) return null;
    const place = placeOfSymbol(symbol);
    const notes = place === null ? [] : [note("defined here", place)];
    this.#report("E0507", written.span, `\`${text}\` is ${described(symbol)}, not a class`, notes);
    return null;
  }

  #mayMixIn(
    cls: ClassSymbol,
    mixin: ClassSymbol,
    written: Extract<TypeExpr, { kind: "named" }>,
  ): boolean {
    if (mixin.typeParams.length === 0) return true;
    this.#report(
      "E0509",
      written.span,
      `mixin \`${mixin.name}\` has type parameters: \`${cls.name}\` cannot copy its methods`,
      [note("declared here", mixin.span)],
      "make it a generic base class",
    );
    return false;
  }

  /** Bases and mixins together must not lead back; the class where the cycle is found loses its own. */
  #cutCycle(cls: ClassSymbol): void {
    const path: ClassSymbol[] = [];
    const cycle = this.#findCycle(cls, cls, path);
    if (cycle === null) return;
    const names = [...cycle, cls].map((one) => `\`${one.name}\``).join(" inherits from ");
    const notes = cycle.slice(1).map((one) => note(`\`${one.name}\` is defined here`, one.span));
    this.#report("E0508", cls.span, names, notes);
    cls.base = null;
    this.#mixins.set(cls, []);
  }

  #findCycle(at: ClassSymbol, goal: ClassSymbol, path: ClassSymbol[]): ClassSymbol[] | null {
    if (path.includes(at)) return null;
    path.push(at);
    for (const next of [...(at.base === null ? [] : [at.base]), ...(this.#mixins.get(at) ?? [])]) {
      if (next === goal) return [...path];
      const found = this.#findCycle(next, goal, path);
      if (found !== null) return found;
    }
    path.pop();
    return null;
  }

  // -------------------------------------------------------------- members

  #members(cls: ClassSymbol): void {
    if (this.#done.has(cls)) return;
    this.#done.add(cls);
    if (cls.base !== null) this.#members(cls.base);
    const sources = [cls, ...this.#allMixins(cls)];
    for (const source of sources) this.#bodyMembers(cls, source.def, source === cls);
    for (const method of cls.methods.values()) this.#assignedFields(cls, method.def!);
    this.#checkClashes(cls);
    completeItems(cls, (at, message, notes, help) =>
      this.#report("E0514", at, message, notes, help),
    );
    if (!cls.module.isLibrary) this.#checkOverrides(cls);
  }

  /** Mixins of mixins included, nearest first, each once. */
  #allMixins(cls: ClassSymbol): ClassSymbol[] {
    const all: ClassSymbol[] = [];
    const add = (one: ClassSymbol) => {
      // Of a mixin that was complete before, they have to be found.
      if (!this.#mixins.has(one)) this.#findBases(one);
      for (const mixin of this.#mixins.get(one)!) {
        if (all.includes(mixin)) continue;
        all.push(mixin);
        add(mixin);
      }
    };
    add(cls);
    return all;
  }

  /** What a class body defines; a mixin's only where the class (or a mixin before) does not. */
  #bodyMembers(cls: ClassSymbol, def: ClassDef, isOwn: boolean): void {
    const seen = new Map<string, Span>();
    const isNew = (name: string, at: Span) => {
      const first = seen.get(name);
      if (first !== undefined) {
        if (isOwn) this.#diagnostics.push(duplicate(`\`${cls.name}.${name}\``, at, first));
        return false;
      }
      seen.set(name, at);
      return isOwn || !hasOwnMember(cls, name);
    };
    for (const part of def.body) this.#bodyMember(cls, part, isNew);
  }

  #bodyMember(cls: ClassSymbol, part: Statement, isNew: (name: string, at: Span) => boolean): void {
    switch (part.kind) {
      case "def":
        if (!isNew(part.name.text, part.name.span)) return;
        {
          const method = functionSymbol(part, cls.module, cls);
          cls.methods.set(method.name, method);
          cls.module.functions.push(method);
        }
        break;
      case "ann-assign":
        if (part.target.kind !== "name" || !isNew(part.target.text, part.target.span)) return;
        this.#declareField(cls, part.target.text, part.target.span, part.type, part.value);
        break;
      case "assign":
        for (const target of part.targets) {
          if (target.kind !== "name" || !isNew(target.text, target.span)) continue;
          cls.attributes.set(target.text, { value: part.value, span: target.span });
        }
        break;
      default:
        break;
    }
  }

  #declareField(
    cls: ClassSymbol,
    name: string,
    at: Span,
    written: TypeExpr,
    defaultValue: Expression | null,
  ): void {
    const inherited = inheritedField(cls, name);
    if (inherited !== null) {
      this.#report("E0510", at, `\`${cls.name}\` inherits the field \`${name}\``, [
        note(`declared in \`${inherited.owner.name}\``, inherited.span),
      ]);
      return;
    }
    const qualified = written.kind === "qualified";
    cls.fields.set(name, {
      name,
      owner: cls,
      type: qualified ? written.type : written,
      qualifier: qualified ? written.qualifier : null,
      defaultValue,
      span: at,
    });
  }

  #assignedFields(cls: ClassSymbol, def: FunctionDef): void {
    const [self] = def.params;
    if (self === undefined || def.decorators.some((one) => one.name === "staticmethod")) return;
    for (const { name, span } of fieldStores(def)) {
      if (cls.fields.has(name) || inheritedField(cls, name) !== null) continue;
      // Clashes with methods and class attributes are reported for the store.
      if (this.#storeClash(cls, name, span)) continue;
      cls.fields.set(name, {
        name,
        owner: cls,
        type: null,
        qualifier: null,
        defaultValue: null,
        span,
      });
    }
  }

  #storeClash(cls: ClassSymbol, name: string, at: Span): boolean {
    const method = findMethod(cls, name);
    const attribute = ancestors(cls)
      .map((one) => one.attributes.get(name))
      .find((one) => one !== undefined);
    if (method === null && attribute === undefined) return false;
    const isProperty = method?.hints.has("property") === true;
    const what = method === null ? "class attribute" : isProperty ? "property" : "method";
    this.#report("E0510", at, `\`${name}\` is a ${what} of \`${cls.name}\`, not a field`, [
      note(`the ${what} is defined here`, method?.span ?? attribute!.span),
    ]);
    return true;
  }

  /** A subclass may override a method by a method and an attribute by an attribute, nothing else. */
  #checkClashes(cls: ClassSymbol): void {
    for (const base of ancestors(cls).slice(1)) {
      for (const [name, at] of membersOf(cls)) {
        const theirs = kindOfMember(base, name);
        const ours = kindOfMember(cls, name)!;
        if (theirs === null || theirs.kind === ours.kind) continue;
        const message = `${ours.kind} \`${name}\` of \`${cls.name}\` hides a ${theirs.kind} of \`${base.name}\``;
        this.#report("E0510", at, message, [note("the other one is here", theirs.span)]);
      }
    }
  }

  /**
   * Overrides are called through one table per method, so they take the same parameters; and there
   * are no such tables for methods with type parameters of their own.
   */
  #checkOverrides(cls: ClassSymbol): void {
    for (const method of cls.methods.values()) {
      if (method.hints.has("property")) this.#checkProperty(method);
      if (method.hints.has("final") && method.isAbstract) {
        const message = `\`${cls.name}.${method.name}\` is abstract: somebody has to override it`;
        this.#report("E0517", method.span, message);
      }
      if (method.name === "__init__") continue;
      if (method.isAbstract && method.typeParams.length > 0)
        this.#report(
          "E0512",
          method.span,
          `\`${cls.name}.${method.name}\` has type parameters of its own, so it cannot be abstract`,
        );
      const base = cls.base === null ? null : findMethod(cls.base, method.name);
      if (base !== null) this.#checkOverride(cls, method, base);
    }
  }

  /** A property is read like a field, so there is nothing to pass. */
  #checkProperty(method: FunctionSymbol): void {
    const isStatic = method.flavour === "staticmethod";
    if (!isStatic && method.params.length === 1 && method.name !== "__init__") return;
    const what = isStatic
      ? "it has no object to belong to"
      : method.name === "__init__"
        ? "construction calls it"
        : "it takes nothing but the object";
    this.#report("E0516", method.span, `\`${method.name}\` cannot be a property: ${what}`);
  }

  #checkOverride(cls: ClassSymbol, method: FunctionSymbol, base: FunctionSymbol): void {
    const above = base.owner!;
    const notes = [note(`\`${above.name}.${base.name}\` is defined here`, base.span)];
    const generic = [method, base].find((one) => one.typeParams.length > 0);
    const [property, other] = [method, base].map((one) => one.hints.has("property"));
    if (base.hints.has("final")) {
      const message = `\`${cls.name}.${method.name}\` cannot override \`${above.name}.${base.name}\`, which is final`;
      this.#report("E0517", method.span, message, notes);
    } else if (property !== other) {
      const message = `only one of \`${cls.name}.${method.name}\` and the method it overrides is a property`;
      this.#report("E0513", method.span, message, notes);
    } else if (method.flavour !== base.flavour) {
      const message = `only one of \`${cls.name}.${method.name}\` and the method it overrides is static`;
      this.#report("E0513", method.span, message, notes);
    } else if (method.flavour !== "method") return;
    else if (generic !== undefined) {
      const message = `\`${cls.name}.${method.name}\` overrides a method, but \`${generic.owner!.name}.${generic.name}\` has type parameters of its own`;
      const help = "keep a function value in a field, or make them type parameters of the class";
      this.#report("E0512", method.span, message, notes, help);
    } else if (base.params.length !== method.params.length) {
      const [ours, theirs] = [method.params.length - 1, base.params.length - 1];
      const message = `\`${cls.name}.${method.name}\` takes ${ours} ${ours === 1 ? "argument" : "arguments"}, but the method it overrides takes ${theirs}`;
      this.#report("E0513", method.span, message, notes);
    }
  }

  #report(
    code:
      | "E0506"
      | "E0507"
      | "E0508"
      | "E0509"
      | "E0510"
      | "E0512"
      | "E0513"
      | "E0514"
      | "E0516"
      | "E0517",
    at: Span,
    message: string,
    notes: ReturnType<typeof note>[] = [],
    help?: string,
  ): void {
    this.#diagnostics.push(
      diagnostic(code, at, message, help === undefined ? { notes } : { notes, help }),
    );
  }
}

function classNames(module: ModuleSymbol): string[] {
  const own = [...module.scope].filter(([, symbol]) => symbol.kind === "class");
  const ambient = [...module.ambient].filter(([, symbol]) => symbol.kind === "class");
  return [...own, ...ambient].map(([name]) => name);
}

function hasOwnMember(cls: ClassSymbol, name: string): boolean {
  return cls.methods.has(name) || cls.fields.has(name) || cls.attributes.has(name);
}

function inheritedField(cls: ClassSymbol, name: string): FieldDeclaration | null {
  for (const base of ancestors(cls).slice(1)) {
    const field = base.fields.get(name);
    if (field !== undefined) return field;
  }
  return null;
}

interface Member {
  readonly kind: "method" | "field" | "class attribute";
  readonly span: Span;
}

function kindOfMember(cls: ClassSymbol, name: string): Member | null {
  const method = cls.methods.get(name);
  if (method !== undefined) return { kind: "method", span: method.span };
  const field = cls.fields.get(name);
  if (field !== undefined) return { kind: "field", span: field.span };
  const attribute = cls.attributes.get(name);
  return attribute === undefined ? null : { kind: "class attribute", span: attribute.span };
}

function membersOf(cls: ClassSymbol): [string, Span][] {
  return [...cls.methods, ...cls.fields, ...cls.attributes].map(([name, one]) => [name, one.span]);
}

// ---------------------------------------------------------------- stores through `self`

interface FieldStore {
  readonly name: string;
  readonly span: Span;
}

const storesOf = new WeakMap<FunctionDef, readonly FieldStore[]>();

/** Every `self.name = …` of a method, in order, nested blocks included. Cached: it is syntax alone. */
export function fieldStores(def: FunctionDef): readonly FieldStore[] {
  let stores = storesOf.get(def);
  if (stores === undefined) {
    const found: FieldStore[] = [];
    const self = def.params[0]?.name.text;
    if (self !== undefined) collectStores(def.body, self, found);
    storesOf.set(def, (stores = found));
  }
  return stores;
}

function collectStores(body: readonly Statement[], self: string, found: FieldStore[]): void {
  for (const s of body) {
    switch (s.kind) {
      case "assign":
        for (const target of s.targets) collectTarget(target, self, found);
        break;
      case "ann-assign":
        if (s.value !== null) collectTarget(s.target, self, found);
        break;
      case "for":
        collectTarget(s.target, self, found);
        collectStores(s.body, self, found);
        collectStores(s.orElse, self, found);
        break;
      case "if":
      case "while":
        collectStores(s.body, self, found);
        collectStores(s.orElse, self, found);
        break;
      case "try":
        collectStores(s.body, self, found);
        for (const handler of s.handlers) collectStores(handler.body, self, found);
        collectStores(s.orElse, self, found);
        collectStores(s.finallyBody, self, found);
        break;
      case "with":
        for (const { target } of s.items) if (target !== null) collectTarget(target, self, found);
        collectStores(s.body, self, found);
        break;
      case "match":
        for (const one of s.cases) collectStores(one.body, self, found);
        break;
      default:
        break;
    }
  }
}

function collectTarget(target: Expression, self: string, found: FieldStore[]): void {
  switch (target.kind) {
    case "attribute":
      // Without a name, it is still being written.
      const { text } = target.name;
      if (target.object.kind === "name" && target.object.text === self && text !== "") {
        found.push({ name: target.name.text, span: target.name.span });
      }
      break;
    case "tuple":
    case "list":
      for (const item of target.items) collectTarget(item, self, found);
      break;
    case "star":
      collectTarget(target.value, self, found);
      break;
    default:
      break;
  }
}
