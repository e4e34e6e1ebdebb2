/**
 * Binding: from an entry file to a program whose names mean something.
 *
 * Reads texts through a host only, so that compiler and editor bind alike. Never fails: what could
 * not be resolved is left out of scopes and reported once.
 *
 * Cycles of imports are allowed. Functions, classes, enums and static constants exist before any
 * module body runs, so modules may use one another's freely; only a body that reads a *variable* of
 * a module that is initialised after it is wrong (E0204). What functions called at build time read
 * too early, the evaluator reports when it happens.
 */
import type { FromImport, Import } from "../syntax/ast.ts";
import type { Diagnostic } from "../syntax/diagnostics.ts";
import type { Span } from "../syntax/source.ts";
import {
  BUILTIN_FUNCTIONS,
  BUILTIN_TYPES,
  builtin,
  BUILTINS,
  isVirtualModule,
  memberOf,
  UNRESOLVED,
} from "./builtins.ts";
import { bindAgain, NotingHost, type Binding } from "./again.ts";
import { missingMember, NameCheck, type ImportedName } from "./check.ts";
import { completeClasses } from "./classes.ts";
import { staticValueOfSymbol } from "./constants.ts";
import {
  assignedDefinition,
  defineModule,
  duplicate,
  emptyModule,
  placeOfSymbol,
} from "./define.ts";
import { keeping } from "./keep.ts";
import {
  loadProgram,
  type BindHost,
  type ImportTarget,
  type LoadedModule,
  type LoadedProgram,
  type Parse,
} from "./modules.ts";
import type { BoundProgram, ModuleSymbol, Symbol } from "./symbols.ts";

export type { BindHost, Parse } from "./modules.ts";

/** By program, what it takes to bind it again. */
const bindings = new WeakMap<BoundProgram, Binding>();

/**
 * `previous`: an earlier binding of the program, whose symbols are used again (`keep.ts`). Nothing else
 * is bound again where only bodies of functions are new and frames were noted (`again.ts`).
 */
export function bindProgram(
  entryPath: string,
  host: BindHost,
  parse: Parse,
  previous: BoundProgram | null = null,
): BoundProgram {
  const binding = previous === null ? undefined : bindings.get(previous);
  const again = binding === undefined ? null : bindAgain(binding, host, parse);
  if (again === null)
    return keeping(previous, () => bindAnew(entryPath, new NotingHost(host), parse));
  bindings.set(again, binding!);
  return again;
}

function bindAnew(entryPath: string, host: NotingHost, parse: Parse): BoundProgram {
  // 1. Every module's text and tree, in initialisation order.
  const loaded = loadProgram(entryPath, host, parse);
  const binder = new Binder(loaded);
  // 2. Each module's own definitions; then what is visible everywhere.
  binder.define();
  // 3. Imported names, through re-exports and around cycles.
  binder.resolveImports();
  // 4. Bases, mixins, fields, methods.
  completeClasses(binder.modules, loaded.diagnostics);
  // 5. Static constants.
  binder.evaluateConstants();
  // 6. Every name read anywhere has a meaning.
  const names = new NameCheck(binder, binder.imported);
  const program = binder.program(names.diagnostics());
  const binding = bindingOf(program, loaded, host, names);
  if (binding !== null) bindings.set(program, binding);
  return program;
}

/** Null where more than files and names was looked at, or is wrong. */
function bindingOf(
  program: BoundProgram,
  { modules, diagnostics }: LoadedProgram,
  { files, isPartial }: NotingHost,
  names: NameCheck,
): Binding | null {
  const byPath = new Map(modules.map(({ path, syntax }) => [path, syntax]));
  const syntax = new Map([...files.keys()].map((path) => [path, byPath.get(path) ?? []]));
  const said = [...syntax.values()].reduce((count, one) => count + one.length, 0);
  if (isPartial || said !== diagnostics.length) return null;
  return { program, files, syntax, names };
}

class Binder {
  readonly modules: ModuleSymbol[] = [];
  readonly imported = new Map<ModuleSymbol, ImportedName[]>();
  readonly #loaded: LoadedProgram;
  readonly #byName = new Map<string, ModuleSymbol>();
  readonly #ambient = new Map<string, Symbol>();
  readonly #diagnostics: Diagnostic[];
  /** From-imports being resolved, or done. */
  readonly #resolving = new Set<LoadedModule>();
  readonly #loadedOf = new Map<ModuleSymbol, LoadedModule>();

  constructor(loaded: LoadedProgram) {
    this.#loaded = loaded;
    this.#diagnostics = loaded.diagnostics;
  }

  program(names: readonly Diagnostic[]): BoundProgram {
    const entry = this.#byName.get(this.#loaded.entry.name)!;
    const builtins = this.#byName.get(BUILTINS)!;
    const diagnostics = [...this.#diagnostics, ...names];
    return { modules: this.modules, entry, builtins, diagnostics, shape: {} };
  }

  define(): void {
    for (const loaded of this.#loaded.modules) {
      const module = defineModule(loaded, this.#ambient, this.#diagnostics);
      this.modules.push(module);
      this.#byName.set(module.name, module);
      this.#loadedOf.set(module, loaded);
    }
    for (const name of [...BUILTIN_TYPES, ...BUILTIN_FUNCTIONS]) {
      this.#ambient.set(name, builtin(name));
    }
  }

  evaluateConstants(): void {
    for (const module of this.modules) {
      for (const symbol of module.scope.values()) {
        if (symbol.kind === "global" && symbol.module === module && symbol.value !== null) {
          staticValueOfSymbol(symbol, symbol.value);
        }
      }
    }
  }

  // -------------------------------------------------------------- imports

  resolveImports(): void {
    // What `wright.builtins` defines or imports is visible everywhere, in the library too.
    const builtins = this.#byName.get(BUILTINS)!;
    this.#resolveModule(builtins);
    for (const [name, symbol] of builtins.scope) {
      if (!name.startsWith("_")) this.#ambient.set(name, symbol);
    }
    for (const module of this.modules) this.#resolveModule(module);
  }

  #resolveModule(module: ModuleSymbol): void {
    const loaded = this.#loadedOf.get(module);
    if (loaded === undefined || this.#resolving.has(loaded)) return;
    this.#resolving.add(loaded);
    for (const [statement, target] of loaded.imports) {
      this.#noteImports(module, target);
      if (statement.kind === "import") this.#import(module, statement, target);
      else this.#fromImport(module, statement, target);
    }
  }

  #noteImports(module: ModuleSymbol, target: ImportTarget): void {
    const names =
      target.kind === "module"
        ? [target.name]
        : target.kind === "package"
          ? [...target.modules.values()]
          : [];
    for (const name of names) {
      const imported = name === null ? undefined : this.#byName.get(name);
      if (imported !== undefined && !module.imports.includes(imported)) {
        module.imports.push(imported);
      }
    }
  }

  /** `import a.b as c` binds `c`; `import a.b` binds `a`, a package that shows what was imported of it. */
  #import(module: ModuleSymbol, statement: Import, target: ImportTarget): void {
    const [first] = statement.module;
    if (first === undefined) return;
    const name = statement.alias ?? first;
    const imported = target.kind === "module" ? this.#moduleNamed(target.name) : null;
    if (statement.alias !== null || statement.module.length === 1) {
      this.#bindImport(module, name.text, imported, name.span, statement);
      return;
    }
    let scope = module.scope;
    for (const [i, part] of statement.module.slice(0, -1).entries()) {
      const path = statement.module.slice(0, i + 1).map((one) => one.text);
      const known = scope.get(part.text);
      const inner = known?.kind === "module" ? known : this.#package(path.join("."));
      if (known === undefined && i === 0) {
        this.#bindImport(module, part.text, inner, part.span, statement);
      } else scope.set(part.text, inner);
      scope = inner.scope;
    }
    if (imported !== null) scope.set(statement.module.at(-1)!.text, imported);
  }

  #package(name: string): ModuleSymbol {
    const tree = { path: "", chunks: [], raw: false, doc: null };
    return emptyModule(name, "", tree, false, this.#ambient);
  }

  #fromImport(module: ModuleSymbol, statement: FromImport, target: ImportTarget): void {
    if (statement.names === null) {
      if (target.kind === "module") this.#importAll(module, target.name);
      return;
    }
    for (const { name, alias } of statement.names) {
      const bound = alias ?? name;
      const symbol = this.#imported(target, name.text, name.span);
      this.#bindImport(module, bound.text, symbol, bound.span, statement);
    }
  }

  #imported(target: ImportTarget, name: string, at: Span): Symbol | null {
    switch (target.kind) {
      case "missing":
        return null;
      case "package": {
        const module = target.modules.get(name);
        return module === null || module === undefined ? null : this.#moduleNamed(module);
      }
      case "module": {
        const from = this.#moduleNamed(target.name);
        const known = from === null ? undefined : memberOf(from, name);
        if (known !== undefined || from === null) return known ?? null;
        // It may be imported there in turn.
        this.#resolveModule(from);
        const symbol = memberOf(from, name);
        if (symbol === undefined) this.#diagnostics.push(missingMember(from, name, at));
        return symbol ?? null;
      }
    }
  }

  #importAll(module: ModuleSymbol, name: string): void {
    const from = this.#moduleNamed(name);
    if (from === null) return;
    this.#resolveModule(from);
    for (const [text, symbol] of from.scope) {
      if (!text.startsWith("_") && !module.scope.has(text)) module.scope.set(text, symbol);
    }
  }

  /** An imported name that could not be found is bound all the same: it was reported, once. */
  #bindImport(
    module: ModuleSymbol,
    name: string,
    symbol: Symbol | null,
    at: Span,
    statement: Import | FromImport,
  ): void {
    const before = module.scope.get(name);
    if (before === undefined) {
      module.scope.set(name, symbol ?? builtin(UNRESOLVED));
      if (symbol === null) return;
      const list = this.imported.get(module) ?? [];
      list.push({ name, span: at, statement });
      this.imported.set(module, list);
      return;
    }
    if (before === symbol) return;
    if (before.kind === "global" && before.module === module && symbol !== null) {
      this.#diagnostics.push(assignedDefinition(name, before.span, symbol));
    } else this.#diagnostics.push(duplicate(`\`${name}\``, at, placeOfSymbol(before)));
  }

  #moduleNamed(name: string): ModuleSymbol | null {
    const known = this.#byName.get(name);
    if (known !== undefined || !isVirtualModule(name)) return known ?? null;
    const module = this.#package(name);
    this.#byName.set(name, module);
    return module;
  }
}
