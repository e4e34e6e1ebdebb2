/**
 * The check of names: every name that code reads means something, imports stand where they belong
 * and are used, and no module body reads what is initialised only later.
 *
 * Works on the cached scopes, not on the trees: what a function reads from outside is known, only
 * what that means has to be looked up.
 */
import type {
  ChunkTree,
  ClassDef,
  FromImport,
  FunctionDef,
  Import,
  Statement,
} from "../syntax/ast.ts";
import { diagnostic, note, type Diagnostic } from "../syntax/diagnostics.ts";
import { startOffset, type Span } from "../syntax/source.ts";
import {
  CLASS_DECORATORS,
  FUNCTION_DECORATORS,
  INTRINSICS,
  isVirtualModule,
  JIT_NAMES,
  METHOD_DECORATORS,
  memberOf,
} from "./builtins.ts";
import { classAttribute } from "./constants.ts";
import { duplicateParameters } from "./define.ts";
import { suggestion } from "./nearest.ts";
import { resolveGlobal } from "./resolve.ts";
import { scopeOfChunk, scopeOfFunction, type FunctionScope, type NameUse } from "./scopes.ts";
import type {
  BoundProgram,
  ClassSymbol,
  FunctionSymbol,
  GlobalSymbol,
  ModuleSymbol,
  Symbol,
} from "./symbols.ts";

/** Decorators of Python, and what does their work here. */
const ABSTRACT = "a method is abstract whose whole body is `abstract`";
const OF_PYTHON: ReadonlyMap<string, string> = new Map([
  ["abstract", ABSTRACT],
  ["abstractmethod", ABSTRACT],
  ["classmethod", "write a `@staticmethod`, or a function beside the class"],
  ["dataclass", "declare the fields, and set them in `__init__`"],
  [
    "overload",
    "a function is analysed for the types that it is called with: one definition will do",
  ],
  ["override", "a method that overrides another needs no mark"],
]);

/** An imported name, until something uses it. */
export interface ImportedName {
  readonly name: string;
  readonly span: Span;
  /** `import *` and re-exports of packages are never unused. */
  readonly statement: Import | FromImport;
}

/** What the check found in a part of a module: statements of its body, a class, a function. */
interface Found {
  readonly diagnostics: readonly Diagnostic[];
  /** The imported names that it uses. */
  readonly used: ReadonlySet<string>;
}

const NOTHING: Found = { diagnostics: [], used: new Set() };

type Part = ChunkTree | ClassSymbol | FunctionSymbol;

/** The check of a program, part by part, so that an edit inside functions checks those alone. */
export class NameCheck {
  readonly #modules: readonly ModuleCheck[];

  constructor(
    { modules }: Pick<BoundProgram, "modules">,
    imported: ReadonlyMap<ModuleSymbol, readonly ImportedName[]>,
  ) {
    const order = new Map(modules.map((module, i) => [module, i]));
    this.#modules = modules.map(
      (module) => new ModuleCheck(module, order, imported.get(module) ?? []),
    );
    for (const one of this.#modules) for (const part of one.parts()) one.check(part);
  }

  /** Checks parts of a module again, or for the first time. */
  again(module: ModuleSymbol, parts: Iterable<Part>): void {
    const check = this.#modules.find((one) => one.module === module);
    for (const part of parts) check?.check(part);
  }

  /** Of the program as it is now. */
  diagnostics(): Diagnostic[] {
    return this.#modules.flatMap((one) => one.diagnostics());
  }
}

class ModuleCheck {
  readonly module: ModuleSymbol;
  readonly #order: ReadonlyMap<ModuleSymbol, number>;
  readonly #imported: ReadonlyMap<string, ImportedName>;
  readonly #found = new WeakMap<Part, Found>();
  /** Of the part that is being looked at. */
  #diagnostics: Diagnostic[] = [];
  #used = new Set<string>();

  constructor(
    module: ModuleSymbol,
    order: ReadonlyMap<ModuleSymbol, number>,
    imported: readonly ImportedName[],
  ) {
    this.module = module;
    this.#order = order;
    this.#imported = new Map(imported.map((one) => [one.name, one]));
  }

  *parts(): Iterable<Part> {
    yield* this.module.tree.chunks;
    yield* this.module.classes;
    yield* this.module.functions;
  }

  check(part: Part): void {
    if (!("kind" in part)) this.#chunk(part);
    else if (part.kind === "class") this.#class(part);
    else this.#function(part);
    const isNothing = this.#diagnostics.length === 0 && this.#used.size === 0;
    const found = { diagnostics: this.#diagnostics, used: this.#used };
    this.#found.set(part, isNothing ? NOTHING : found);
    if (isNothing) return;
    this.#diagnostics = [];
    this.#used = new Set();
  }

  diagnostics(): Diagnostic[] {
    const diagnostics: Diagnostic[] = [];
    const unused = new Map(this.#imported);
    for (const part of this.parts()) {
      const found = this.#found.get(part)!;
      if (found === NOTHING) continue;
      diagnostics.push(...found.diagnostics);
      for (const name of found.used) unused.delete(name);
    }
    // What `builtins.wr` imports is what every module sees.
    if (this.module.isLibrary || this.module.path.endsWith("/__init__.wr")) return diagnostics;
    for (const { name, span } of unused.values()) {
      if (name.startsWith("_")) continue;
      const message = `\`${name}\` is imported and never used`;
      diagnostics.push(diagnostic("W0901", span, message, { severity: "warning" }));
    }
    return diagnostics;
  }

  #chunk(chunk: ChunkTree): void {
    const { scope, definitions } = scopeOfChunk(chunk);
    this.#scope(scope);
    this.#scope(definitions);
    this.#bodyOrder(scope);
    for (const statement of chunk.body) this.#definition(statement);
  }

  #class(cls: ClassSymbol): void {
    for (const [name, { value, span }] of cls.attributes) {
      if (classAttribute(cls, name) !== null || value.kind === "error") continue;
      this.#attributeNotStatic(name, span);
    }
  }

  #function(fn: FunctionSymbol): void {
    if (fn.def === null) return;
    const ofClass = fn.owner?.typeParams.map((one) => one.name.text) ?? [];
    this.#scope(scopeOfFunction(fn.def), new Set(ofClass));
    this.#diagnostics.push(...duplicateParameters(fn));
  }

  #definition(s: Statement): void {
    switch (s.kind) {
      case "def":
        this.#decorators(s.decorators, FUNCTION_DECORATORS, "functions");
        if (s.isExtern) this.#raw(s.name.span, "`extern def`");
        break;
      case "class":
        this.#decorators(s.decorators, CLASS_DECORATORS, "classes");
        if (s.flavour === "struct") this.#raw(s.name.span, "a `struct`");
        for (const part of s.body) {
          this.#member(part);
          if (part.kind === "def") this.#finalizer(s, part);
        }
        break;
      case "enum":
        for (const method of s.methods) this.#member(method);
        break;
      default:
        break;
    }
  }

  /** A finalizer is a method that the collector calls, so nobody can give it arguments. */
  #finalizer(cls: ClassDef, def: FunctionDef): void {
    const hint = def.decorators.find((one) => one.name === "finalizer");
    if (hint === undefined) return;
    const isImmediate = cls.decorators.some((one) => one.name === "immediate");
    if (def.params.length === 1 && !isImmediate) return;
    const why = isImmediate
      ? `objects of ${cls.name.text} may be tagged words, which never die`
      : "the collector calls it with the object alone";
    this.#diagnostics.push(
      diagnostic("E0803", hint.span, `\`${def.name.text}\` cannot be a finalizer: ${why}`, {}),
    );
  }

  #member(s: Statement): void {
    if (s.kind === "def")
      this.#decorators(s.decorators, [...FUNCTION_DECORATORS, ...METHOD_DECORATORS], "methods");
    else this.#definition(s);
  }

  /** What could break memory safety stands in modules that say so, and in the library. */
  #raw(at: Span, what: string): void {
    if (this.module.tree.raw || this.module.isLibrary) return;
    this.#diagnostics.push(
      diagnostic("E0703", at, `${what} belongs to the raw level`, {
        help: "start the module with the line `raw module`",
      }),
    );
  }

  /** The library may have decorators of its own, which only the compiler's other parts know. */
  #decorators(
    decorators: readonly { readonly name: string; readonly span: Span }[],
    known: readonly string[],
    what: string,
  ): void {
    if (this.module.isLibrary) return;
    for (const { name, span } of decorators) {
      if (known.includes(name)) continue;
      this.#diagnostics.push(
        diagnostic("E0802", span, `\`@${name}\` is no decorator for ${what}`, {
          ...(OF_PYTHON.has(name) ? { help: OF_PYTHON.get(name)! } : suggestion(name, known)),
          notes: [note(`there are ${known.map((one) => `\`@${one}\``).join(", ")}`)],
        }),
      );
    }
  }

  /** `typeParams`: the type parameters of the class around it. */
  #scope(scope: FunctionScope, typeParams: ReadonlySet<string> = new Set()): void {
    for (const use of scope.free) if (!typeParams.has(use.name)) this.#use(use, "name");
    for (const use of scope.freeTypes) if (!typeParams.has(use.name)) this.#use(use, "type");
    for (const statement of scope.misplaced) this.#misplaced(statement);
    for (const nested of scope.nested.values()) this.#nested(nested);
  }

  #nested(scope: FunctionScope): void {
    for (const name of scope.duplicateParams) {
      this.#diagnostics.push(
        diagnostic("E0205", name.span, `parameter \`${name.text}\` is defined twice`),
      );
    }
    for (const statement of scope.misplaced) this.#misplaced(statement);
    for (const nested of scope.nested.values()) this.#nested(nested);
  }

  #use(use: NameUse, what: "name" | "type"): void {
    if (this.#imported.has(use.name)) this.#used.add(use.name);
    const symbol = resolveGlobal(this.module, use.name);
    if (use.isBase) return;
    if (what === "type" && symbol?.kind === "builtin" && symbol.name === "ptr") {
      this.#raw(use.span, "the type `ptr`");
    }
    if (symbol === null) this.#unbound(use, what);
    else if (symbol.kind === "module" && use.member !== null && use.member.text !== "") {
      if (memberOf(symbol, use.member.text) === undefined) {
        this.#diagnostics.push(missingMember(symbol, use.member.text, use.member.span));
      }
    }
  }

  #unbound({ name, span }: NameUse, what: "name" | "type"): void {
    const known = [...this.module.scope.keys(), ...this.module.ambient.keys()];
    const help = JIT_NAMES.includes(name)
      ? { help: `add \`from wright.jit import ${name}\`` }
      : suggestion(name, known);
    this.#diagnostics.push(diagnostic("E0203", span, `there is no ${what} \`${name}\``, help));
  }

  #misplaced(s: Statement): void {
    const what = {
      import: "an import",
      "from-import": "an import",
      class: "a class",
      enum: "an enum",
      "type-alias": "a type alias",
    }[s.kind as string];
    this.#diagnostics.push(
      diagnostic("E0105", s.span, `${what} belongs at the top level of a module`),
    );
  }

  #attributeNotStatic(name: string, at: Span): void {
    const message = `the class attribute \`${name}\` must be a constant that is known before the program runs`;
    this.#diagnostics.push(
      diagnostic("E0603", at, message, {
        help: `declare a field (\`${name}: …\`), or bind a module-level name`,
      }),
    );
  }

  /** The variable gets its value after the use. Of its own, a body sees the order in its graph. */
  #isLater(symbol: GlobalSymbol, use: NameUse): boolean {
    if (symbol.module !== this.module) {
      return this.#order.get(symbol.module)! > this.#order.get(this.module)!;
    }
    return use.member !== null && startOffset(use.span) < startOffset(symbol.span);
  }

  /**
   * Among modules that import one another, a body must not read a variable of a module whose body
   * runs later. Functions, classes and static constants exist before any body runs.
   */
  #bodyOrder(scope: FunctionScope): void {
    for (const use of scope.free) {
      let symbol: Symbol | null = resolveGlobal(this.module, use.name);
      if (symbol?.kind === "module" && use.member !== null) {
        symbol = memberOf(symbol, use.member.text) ?? null;
      }
      if (symbol?.kind !== "global" || symbol.staticValue !== null) continue;
      if (!this.#isLater(symbol, use)) continue;
      const path = importPath(symbol.module, this.module);
      this.#diagnostics.push(
        diagnostic(
          "E0204",
          use.span,
          `\`${symbol.name}\` has no value yet when the body of \`${this.module.name}\` reads it`,
          {
            notes: [
              note("it gets its value here", symbol.span),
              ...path.map((one, i) =>
                note(`\`${one.name}\` imports \`${(path[i + 1] ?? symbol.module).name}\``),
              ),
            ],
            help: "read it in a function that runs later, or move it to a module that imports neither",
          },
        ),
      );
    }
  }
}

export function missingMember(module: ModuleSymbol, name: string, at: Span): Diagnostic {
  const known =
    isVirtualModule(module.name) && module.name !== INTRINSICS ? JIT_NAMES : module.scope.keys();
  return diagnostic(
    "E0202",
    at,
    `module \`${module.name}\` has no \`${name}\``,
    suggestion(name, known),
  );
}

/** A shortest chain of imports from `from` to `to` and on: the cycle that puts `to` first. */
function importPath(from: ModuleSymbol, to: ModuleSymbol): ModuleSymbol[] {
  const cameFrom = new Map<ModuleSymbol, ModuleSymbol | null>([[from, null]]);
  const queue = [from];
  for (const at of queue) {
    if (at === to) break;
    for (const next of at.imports) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      queue.push(next);
    }
  }
  const path: ModuleSymbol[] = [];
  for (let at: ModuleSymbol | null | undefined = to; at; at = cameFrom.get(at)) path.unshift(at);
  return path;
}
