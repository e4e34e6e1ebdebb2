/**
 * Loading: from the entry file to every module it reaches, in initialisation order.
 *
 * `wright.x` is `x.wr` in the library's folder `wright`; any other module is found from the program's
 * root, the folder of the entry file. A dotted name is a path; a folder is a package and may have an
 * `__init__.wr`. `from package import name` means the module `package.name` where `package` itself
 * has no such file.
 *
 * Modules are initialised as in Python: depth first, a module before the ones that import it, a
 * cycle broken at the import that closes it. The library's builtins come first.
 */
import type { FromImport, Import, Module, Name, Statement } from "../syntax/ast.ts";
import { diagnostic, note, type Diagnostic } from "../syntax/diagnostics.ts";
import { sourceFile, wholeFile, span, type SourceFile, type Span } from "../syntax/source.ts";
import { BUILTINS, INTRINSICS, isVirtualModule } from "./builtins.ts";
import { suggestion } from "./nearest.ts";

/** How `dsl` reaches texts: files in the compiler, open editors first in the language server. */
export interface BindHost {
  read(path: string): SourceFile | null;
  /** The folder that holds `wright/builtins.wr`. */
  readonly libraryRoot: string;
  /** Names in a folder, for suggestions only. */
  list?(folder: string): readonly string[];
}

export type Parse = (file: SourceFile) => {
  readonly module: Module;
  readonly diagnostics: readonly Diagnostic[];
};

export interface LoadedModule {
  readonly name: string;
  readonly path: string;
  readonly isLibrary: boolean;
  readonly file: SourceFile;
  readonly tree: Module;
  /** What the parser has to say. */
  readonly syntax: readonly Diagnostic[];
  /** By import statement: what each imports, name by name. */
  readonly imports: Map<Import | FromImport, ImportTarget>;
}

export type ImportTarget =
  /** The module exists: its name; `wright.intrinsics` and `wright.jit` included. */
  | { readonly kind: "module"; readonly name: string }
  /** A package without a file: every imported name is a module (null: reported). */
  | { readonly kind: "package"; readonly modules: ReadonlyMap<string, string | null> }
  | { readonly kind: "missing" };

export interface LoadedProgram {
  /** Builtins first, in initialisation order. */
  readonly modules: readonly LoadedModule[];
  readonly entry: LoadedModule;
  readonly diagnostics: Diagnostic[];
}

export function loadProgram(entryPath: string, host: BindHost, parse: Parse): LoadedProgram {
  const loader = new Loader(host, parse, folderOf(entryPath));
  loader.loadBuiltins();
  return loader.loadEntry(entryPath);
}

class Loader {
  readonly #host: BindHost;
  readonly #parse: Parse;
  readonly #root: string;
  readonly #byName = new Map<string, LoadedModule>();
  readonly #missing = new Set<string>();
  readonly #order: LoadedModule[] = [];
  readonly #diagnostics: Diagnostic[] = [];

  constructor(host: BindHost, parse: Parse, root: string) {
    this.#host = host;
    this.#parse = parse;
    this.#root = root;
  }

  loadBuiltins(): void {
    if (this.#module(BUILTINS) !== null) return;
    // A program without its library still binds, for tests of single stages.
    const path = `${this.#host.libraryRoot}/wright/builtins.wr`;
    this.#initialise(BUILTINS, path, sourceFile(path, ""));
  }

  loadEntry(path: string): LoadedProgram {
    const file = this.#host.read(path);
    const name = moduleNameOf(path);
    const loaded = this.#byName.get(name);
    const entry = loaded ?? this.#initialise(name, path, file ?? sourceFile(path, ""));
    if (file === null) {
      const at = span(wholeFile(entry.file), 0, 0);
      this.#diagnostics.unshift(diagnostic("E0201", at, `cannot read \`${path}\``));
    }
    return { modules: this.#order, entry, diagnostics: this.#diagnostics };
  }

  /** The module of that name, loaded with everything it imports; null if there is no such file. */
  #module(name: string): LoadedModule | null {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (this.#missing.has(name)) return null;
    for (const path of this.#candidates(name)) {
      const file = this.#host.read(path);
      if (file !== null) return this.#initialise(name, path, file);
    }
    this.#missing.add(name);
    return null;
  }

  #candidates(name: string): string[] {
    const isLibrary = isLibraryName(name);
    const base = joinPath(
      isLibrary ? this.#host.libraryRoot : this.#root,
      name.replaceAll(".", "/"),
    );
    return [`${base}.wr`, `${base}/__init__.wr`];
  }

  #initialise(name: string, path: string, file: SourceFile): LoadedModule {
    const { module: tree, diagnostics: syntax } = this.#parse(file);
    const isLibrary = path.startsWith(`${this.#host.libraryRoot}/`);
    const module: LoadedModule = { name, path, isLibrary, file, tree, syntax, imports: new Map() };
    this.#byName.set(name, module);
    this.#diagnostics.push(...syntax);
    for (const statement of importsOf(tree)) {
      module.imports.set(statement, this.#target(module, statement));
    }
    this.#order.push(module);
    return module;
  }

  #target(from: LoadedModule, statement: Import | FromImport): ImportTarget {
    const name = this.#absoluteName(from, statement);
    if (name === null) return { kind: "missing" };
    if (isVirtualModule(name)) return this.#virtual(from, statement, name);
    if (name !== "" && this.#module(name) !== null) return { kind: "module", name };
    if (statement.kind === "from-import" && statement.names !== null) {
      const found = statement.names.map((one) => this.#module(dotted(name, one.name.text)));
      if (found.some((one) => one !== null)) return this.#package(name, statement, found);
    }
    this.#reportMissing(name, importSpan(statement));
    return { kind: "missing" };
  }

  #package(
    name: string,
    statement: FromImport,
    found: readonly (LoadedModule | null)[],
  ): ImportTarget {
    const modules = new Map<string, string | null>();
    for (const [i, one] of (statement.names ?? []).entries()) {
      modules.set(one.name.text, found[i]?.name ?? null);
      if (found[i] === null) this.#reportMissing(dotted(name, one.name.text), one.name.span);
    }
    return { kind: "package", modules };
  }

  #virtual(from: LoadedModule, statement: Import | FromImport, name: string): ImportTarget {
    if (name === INTRINSICS && !from.isLibrary && !from.tree.raw) {
      this.#diagnostics.push(
        diagnostic(
          "E0201",
          importSpan(statement),
          `\`${name}\` can only be imported by the library and by raw modules`,
          { help: "start the module with the line `raw module`" },
        ),
      );
      return { kind: "missing" };
    }
    return { kind: "module", name };
  }

  /** The module a statement names, without leading dots; null if they lead out of the program. */
  #absoluteName(from: LoadedModule, statement: Import | FromImport): string | null {
    const written = statement.module.map((part) => part.text).join(".");
    if (statement.kind === "import" || statement.level === 0) return written;
    const folders = from.name.split(".").slice(0, -1);
    // An `__init__.wr` stands in its own package.
    if (from.path.endsWith("/__init__.wr")) folders.push(from.name.split(".").at(-1)!);
    const up = statement.level - 1;
    if (up > folders.length) {
      this.#diagnostics.push(
        diagnostic(
          "E0201",
          importSpan(statement),
          `${statement.level} dots lead out of the program: \`${from.name}\` is ${folders.length} folders deep`,
        ),
      );
      return null;
    }
    return dotted(folders.slice(0, folders.length - up).join("."), written);
  }

  #reportMissing(name: string, at: Span): void {
    const places = this.#candidates(name).map((path) => `looked for \`${path}\``);
    const folder = folderOf(this.#candidates(name)[0]!);
    const last = name.split(".").at(-1)!;
    const near = (this.#host.list?.(folder) ?? [])
      .filter((entry) => entry.endsWith(".wr"))
      .map((entry) => entry.slice(0, -3));
    this.#diagnostics.push(
      diagnostic("E0201", at, `there is no module \`${name}\``, {
        notes: places.map((place) => note(place)),
        ...suggestion(last, near),
      }),
    );
  }
}

/** Imports stand at a module's top level; others are reported by the check of names. */
function importsOf(tree: Module): (Import | FromImport)[] {
  const isImport = (s: Statement) => s.kind === "import" || s.kind === "from-import";
  return tree.chunks.flatMap((chunk) => chunk.body.filter(isImport));
}

export function importSpan(statement: Import | FromImport): Span {
  const parts: readonly Name[] = statement.module;
  const first = parts[0]?.span;
  const last = parts.at(-1)?.span;
  if (first === undefined || last === undefined) return statement.span;
  return span(first.chunk, first.start, last.end);
}

export function isLibraryName(name: string): boolean {
  return name === "wright" || name.startsWith("wright.");
}

function moduleNameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.wr$/, "");
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

function joinPath(folder: string, rest: string): string {
  return folder === "" ? rest : `${folder}/${rest}`;
}

function dotted(prefix: string, name: string): string {
  if (prefix === "") return name;
  return name === "" ? prefix : `${prefix}.${name}`;
}
