/**
 * From an annotated program to plain data: definitions with their types, and per module of the user's
 * the places of names, types and hints.
 */
import { Cancelled } from "../../dsl/annotate/annotate.ts";
import { METHOD_MIXINS } from "../../dsl/annotate/attributes.ts";
import { findClass, read } from "../../dsl/annotate/cells.ts";
import type { Annotation } from "../../dsl/annotate/lattice.ts";
import type { AnnotatedProgram, Resolution, Spec } from "../../dsl/annotate/result.ts";
import { show } from "../../dsl/annotate/show.ts";
import { findMethod, resolveGlobal } from "../../dsl/bind/resolve.ts";
import type {
  BoundProgram,
  ClassSymbol,
  FunctionSymbol,
  ModuleSymbol,
} from "../../dsl/bind/symbols.ts";
import type { HighOp, HighValue } from "../../dsl/flow/ops.ts";
import type { Name, Statement } from "../../dsl/syntax/ast.ts";
import { endOffset, startOffset, textOf, type Span } from "../../dsl/syntax/source.ts";
import type { Analysed } from "./analyser.ts";
import type {
  DiagnosticData,
  ModuleData,
  Occurrence,
  ProgramData,
  TypeHint,
  TypePlace,
} from "./data.ts";
import { DefinitionTable } from "./definitions.ts";
import { namesOf } from "./names.ts";

/** Throws `Cancelled` when `isCancelled`, which is asked now and then, says so. */
export function programData(
  entry: string,
  analysed: Analysed,
  diagnostics: readonly DiagnosticData[],
  milliseconds: number,
  isCancelled: () => boolean,
): ProgramData {
  const collector = new Collector(analysed, isCancelled);
  const modules = collector.modules();
  return {
    entry,
    definitions: collector.table.all,
    modules,
    ambient: collector.ambient(),
    diagnostics,
    milliseconds,
  };
}

/** The diagnostics and the texts that they are about, and nothing else. */
export function mistakesOnly(
  entry: string,
  bound: BoundProgram,
  diagnostics: readonly DiagnosticData[],
  milliseconds: number,
): ProgramData {
  const modules = bound.modules
    .filter((one) => !one.isLibrary)
    .map(({ path, name, isLibrary, tree }): ModuleData => ({
      path,
      name,
      isLibrary,
      text: tree.chunks[0]?.chunk.file.text ?? "",
      definition: 0,
      occurrences: [],
      types: [],
      hints: [],
      scope: {},
      unreached: [],
    }));
  return { entry, definitions: [], modules, ambient: {}, diagnostics, milliseconds };
}

/** Operations that stand for statements: what they give is nothing. */
export const STORES: ReadonlySet<string> = new Set([
  "setattr",
  "setitem",
  "delitem",
  "setslice",
  "delslice",
]);

/** So many functions are looked at between two questions whether to stop. */
const PATIENCE = 50;

/** What was found at a name of an attribute. */
type Members = Map<string, number>;

class Collector {
  readonly table: DefinitionTable;
  readonly #analysed: Analysed;
  readonly #program: AnnotatedProgram;
  readonly #specs = new Map<string, Spec[]>();

  readonly #isCancelled: () => boolean;
  #looked = 0;

  constructor(analysed: Analysed, isCancelled: () => boolean) {
    this.#analysed = analysed;
    this.#isCancelled = isCancelled;
    this.#program = analysed.program;
    this.table = new DefinitionTable(this.#program.bound.modules);
    for (const spec of this.#program.specs) {
      if (spec.symbol.outer !== null) this.table.addNested(spec.symbol);
      const { path } = spec.symbol.module;
      const list = this.#specs.get(path);
      if (list === undefined) this.#specs.set(path, [spec]);
      else list.push(spec);
    }
  }

  /** To be called for each function that is looked at. */
  #mind(): void {
    if (++this.#looked % PATIENCE === 0 && this.#isCancelled()) throw new Cancelled();
  }

  modules(): ModuleData[] {
    const { modules } = this.#program.bound;
    const own = modules.filter((one) => !one.isLibrary);
    for (const module of own) for (const cls of module.classes) this.#classLinks(cls);
    const found = own.map((module) => this.#module(module));
    this.#functionTypes();
    this.#fieldTypes();
    this.#globalTypes();
    return found;
  }

  ambient(): Record<string, number> {
    const scope: Record<string, number> = {};
    const { ambient } = this.#program.bound.entry;
    for (const [name, symbol] of ambient) {
      if (!name.startsWith("_")) scope[name] = this.table.ofSymbol(symbol);
    }
    // What the library's classes can do is offered after a dot.
    for (const symbol of ambient.values()) if (symbol.kind === "class") this.#members(symbol);
    return scope;
  }

  #classLinks(cls: ClassSymbol): void {
    const id = this.table.ofSymbol(cls);
    if (cls.base !== null) {
      const base = this.table.ofSymbol(cls.base);
      this.table.all[id]!.base = base;
      const { subclasses } = this.table.all[base]!;
      if (!subclasses.includes(id)) subclasses.push(id);
      this.#members(cls.base);
    }
    this.#members(cls);
  }

  readonly #listed = new Set<ClassSymbol>();

  /** Makes definitions of all members of a class, and joins methods to what they override. */
  #members(cls: ClassSymbol): void {
    if (this.#listed.has(cls)) return;
    this.#listed.add(cls);
    if (cls.base !== null) {
      this.table.all[this.table.ofSymbol(cls)]!.base = this.table.ofSymbol(cls.base);
      this.#members(cls.base);
    }
    for (const field of cls.fields.values()) this.table.ofField(field);
    for (const name of cls.attributes.keys()) this.table.ofAttribute(cls, name);
    for (const method of cls.methods.values()) {
      const id = this.table.ofSymbol(method);
      const over = cls.base === null ? null : findMethod(cls.base, method.name);
      if (over !== null)
        this.table.all[id]!.family = this.table.all[this.table.ofSymbol(over)]!.family;
    }
  }

  // ------------------------------------------------------------------ modules

  #module(module: ModuleSymbol): ModuleData {
    const specs = this.#specs.get(module.path) ?? [];
    const members: Members = new Map();
    const types = new Map<string, TypePlace>();
    for (const spec of specs) {
      this.#mind();
      this.#specPlaces(spec, members, types);
    }
    const memberAt = (name: Name) => members.get(keyOf(name.span)) ?? null;
    const occurrences = namesOf(module, module.tree, this.table, memberAt, () => this.#mind())
      .map(({ span, definition, role, within }): Occurrence => ({
        start: startOffset(span),
        end: endOffset(span),
        definition,
        role,
        within,
      }))
      .sort((a, b) => a.start - b.start);
    this.#localTypes(occurrences, types);
    const text = module.tree.chunks[0]?.chunk.file.text ?? "";
    const called = new Set(specs.filter((one) => !isUncalled(one)).map((one) => one.symbol.def));
    return {
      path: module.path,
      name: module.name,
      isLibrary: module.isLibrary,
      text,
      definition: this.table.ofSymbol(module),
      occurrences,
      types: [...types.values()].sort((a, b) => a.start - b.start || b.end - a.end),
      hints: this.#hints(module, specs, occurrences),
      scope: Object.fromEntries(
        [...module.scope].map(([name, symbol]) => [name, this.table.ofSymbol(symbol)]),
      ),
      unreached: module.functions
        .filter((one) => one.def !== null && !called.has(one.def) && !one.isAbstract)
        .map((one) => this.table.ofSymbol(one)),
    };
  }

  #specPlaces(spec: Spec, members: Members, types: Map<string, TypePlace>): void {
    const { graph } = spec;
    if (graph === null) return;
    const note = (span: Span, value: HighValue) => {
      const annotation = annotationOf(spec, value);
      if (annotation === null || isSilent(annotation)) return;
      const key = keyOf(span);
      const old = types.get(key);
      const type = show(annotation);
      if (old === undefined) {
        const [start, end] = [startOffset(span), endOffset(span)];
        types.set(key, { start, end, type, of: this.#classesOf(annotation) });
      } else if (!old.type.split(" or ").includes(type) && old.type.length < 100) {
        types.set(key, { ...old, type: `${old.type} or ${type}` });
      }
    };
    for (const { span, value } of this.#analysed.places.get(graph) ?? []) note(span, value);
    for (const block of graph.blocks) {
      for (const op of block.ops) {
        const at = op.aux.nameSpan;
        if (op.name === "setattr" && at !== undefined) note(at, op.args[1]!);
        else if (op.span !== null && !STORES.has(op.name)) note(op.span, op.result);
        if (at !== undefined && !members.has(keyOf(at))) {
          const member = this.#memberOf(spec, op as HighOp);
          if (member !== null) members.set(keyOf(at), member);
        }
      }
    }
  }

  /** What the name of an attribute or method means, as the annotator decided. */
  #memberOf(spec: Spec, op: HighOp): number | null {
    const resolution = spec.resolutions.get(op);
    if (resolution === undefined) return null;
    return this.#resolved(resolution, op);
  }

  #resolved(resolution: Resolution, op: HighOp): number | null {
    switch (resolution.kind) {
      case "call":
        return this.table.ofSymbol(resolution.target.symbol);
      case "virtual":
        return this.table.ofSymbol(resolution.family.symbol);
      case "field":
        return this.table.ofField(resolution.field);
      case "indirect":
        return resolution.through === undefined
          ? null
          : this.table.ofField(resolution.through.field);
      case "class-attribute":
        return resolution.root.attributes.has(resolution.name)
          ? this.table.ofAttribute(resolution.root, resolution.name)
          : null;
      case "bind": {
        const { target } = resolution;
        return this.table.ofSymbol(target.symbol);
      }
      case "new":
        return this.table.ofSymbol(findClass(resolution.cls).symbol);
      case "constant": {
        const { value } = resolution;
        if (value.kind === "function" || value.kind === "class" || value.kind === "enum") {
          return this.table.ofSymbol(value.symbol);
        }
        if (value.kind === "member") {
          return this.table.ofMember(value.enum, value.enum.members[value.index]!.name);
        }
        return null;
      }
      default:
        void op;
        return null;
    }
  }

  // ------------------------------------------------------------------ types

  /** Where members of such a value are looked up. */
  #classesOf(annotation: Annotation): number[] {
    switch (annotation.kind) {
      case "instance": {
        const { symbol } = findClass(annotation.cls);
        this.#members(symbol);
        return [this.table.ofSymbol(symbol)];
      }
      case "optional":
        return this.#classesOf(annotation.of);
      case "enum":
        return [this.table.ofSymbol(annotation.symbol), ...this.#mixins("enum")];
      case "class":
        return [this.table.ofSymbol(annotation.root)];
      case "constant": {
        const { value } = annotation;
        if (value.kind === "class" || value.kind === "enum" || value.kind === "module") {
          return [this.table.ofSymbol(value.symbol)];
        }
        return [];
      }
      default:
        return this.#mixins(annotation.kind);
    }
  }

  readonly #mixinIds = new Map<string, number[]>();

  #mixins(kind: Annotation["kind"]): number[] {
    const known = this.#mixinIds.get(kind);
    if (known !== undefined) return known;
    const ids = (METHOD_MIXINS[kind] ?? []).flatMap((name) => {
      const symbol = this.#program.bound.builtins.scope.get(name);
      if (symbol?.kind !== "class") return [];
      this.#members(symbol);
      return [this.table.ofSymbol(symbol)];
    });
    this.#mixinIds.set(kind, ids);
    return ids;
  }

  #describe(id: number, annotation: Annotation): void {
    if (isSilent(annotation)) return;
    const definition = this.table.all[id]!;
    definition.type ??= show(annotation);
    if (definition.of.length === 0) definition.of = this.#classesOf(annotation);
  }

  #functionTypes(): void {
    for (const spec of this.#program.specs) {
      this.#mind();
      const { symbol } = spec;
      if (symbol.def === null) continue;
      const id = this.table.ofNode(symbol.def);
      if (id === null) continue;
      const definition = this.table.all[id]!;
      if (definition.signature !== null) continue;
      const result = read(spec.result);
      this.#describe(id, result);
      const params = this.#parameterTexts(symbol, spec);
      const hasReceiver = symbol.flavour === "method";
      definition.params = hasReceiver ? params.slice(1) : params;
      const returns =
        symbol.returns !== null
          ? textOf(symbol.returns.span)
          : isSilent(result)
            ? null
            : show(result);
      definition.signature = `def ${symbol.name}(${params.join(", ")})${returns === null ? "" : ` -> ${returns}`}`;
    }
    // Functions that no specialisation was made of: as they are written.
    for (const module of this.#program.bound.modules) {
      for (const symbol of [
        ...module.functions,
        ...module.classes.flatMap((one) => [...one.methods.values()]),
      ]) {
        const id = symbol.def === null ? null : this.table.ofNode(symbol.def);
        if (id === null) continue;
        const definition = this.table.all[id]!;
        if (definition.signature !== null) continue;
        const params = this.#parameterTexts(symbol, null);
        definition.params = symbol.flavour === "method" ? params.slice(1) : params;
        const returns = symbol.returns === null ? "" : ` -> ${textOf(symbol.returns.span)}`;
        definition.signature = `def ${symbol.name}(${params.join(", ")})${returns}`;
      }
    }
  }

  #parameterTexts(symbol: FunctionSymbol, spec: Spec | null): string[] {
    const captured = symbol.captures.length;
    let keywordOnly = false;
    return symbol.params.flatMap((param, i) => {
      const cell = spec?.params[captured + i];
      const annotation = cell === undefined ? null : read(cell);
      const isReceiver = i === 0 && symbol.flavour === "method";
      const type =
        param.type !== null
          ? `: ${textOf(param.type.span)}`
          : annotation === null || isSilent(annotation) || isReceiver || param.isConst || param.star
            ? ""
            : `: ${show(annotation)}`;
      const value =
        param.defaultValue === null
          ? ""
          : type === ""
            ? `=${textOf(param.defaultValue.span)}`
            : ` = ${textOf(param.defaultValue.span)}`;
      const text = `${param.isConst ? "const " : ""}${param.star ? "*" : ""}${param.name.text}${type}${value}`;
      const marks = param.keywordOnly && !keywordOnly ? ["*"] : [];
      keywordOnly ||= param.keywordOnly || param.star;
      return [...marks, text];
    });
  }

  #fieldTypes(): void {
    for (const instance of this.#program.classes) {
      const cls = findClass(instance);
      for (const [name, cell] of cls.fields) {
        const field = cls.symbol.fields.get(name);
        if (field !== undefined) this.#describe(this.table.ofField(field), read(cell));
      }
    }
  }

  #globalTypes(): void {
    for (const [symbol, cell] of this.#program.globals) {
      this.#describe(this.table.ofSymbol(symbol), read(cell));
    }
  }

  /** A local's type is that of its places. */
  #localTypes(occurrences: readonly Occurrence[], types: ReadonlyMap<string, TypePlace>): void {
    for (const { start, end, definition } of occurrences) {
      const one = this.table.all[definition]!;
      if (one.type !== null || (one.kind !== "local" && one.kind !== "parameter")) continue;
      const place = types.get(`${one.path}:${start}:${end}`);
      if (place === undefined) continue;
      one.type = place.type;
      one.of = place.of;
    }
  }

  // ------------------------------------------------------------------ hints

  #hints(
    module: ModuleSymbol,
    specs: readonly Spec[],
    occurrences: readonly Occurrence[],
  ): TypeHint[] {
    const hints = new Map<number, TypeHint>();
    const add = (kind: TypeHint["kind"], offset: number, annotation: Annotation) => {
      if (isSilent(annotation) || hints.has(offset)) return;
      const type = show(annotation);
      hints.set(offset, { kind, offset, type, insertable: isWritable(module, type) });
    };
    for (const spec of specs) {
      this.#mind();
      const { symbol } = spec;
      if (symbol.def === null || spec.typeArgs.length > 0) continue;
      const captured = symbol.captures.length;
      symbol.params.forEach((param, i) => {
        if (param.type !== null || param.isConst || param.star) return;
        if (i === 0 && symbol.flavour === "method") return;
        add("parameter", endOffset(param.name.span), read(spec.params[captured + i]!));
      });
      if (symbol.returns === null && symbol.name !== "__init__" && !symbol.isGenerator) {
        add("result", endOffset(symbol.def.headSpan), read(spec.result));
      }
    }
    for (const instance of this.#program.classes) {
      const cls = findClass(instance);
      if (cls.symbol.module !== module) continue;
      for (const [name, cell] of cls.fields) {
        const field = cls.symbol.fields.get(name);
        if (
          field === undefined ||
          field.type !== null ||
          field.span.chunk.file.path !== module.path
        )
          continue;
        const at = this.table.all[this.table.ofField(field)]!;
        add("field", at.end, read(cell));
      }
    }
    this.#localHints(module, occurrences, hints);
    return [...hints.values()].sort((a, b) => a.offset - b.offset);
  }

  /** Where a local gets its first value by a plain assignment. */
  #localHints(
    module: ModuleSymbol,
    occurrences: readonly Occurrence[],
    hints: Map<number, TypeHint>,
  ): void {
    const plain = new Set<number>();
    for (const chunk of module.tree.chunks) assignedNames(chunk.body, plain);
    const seen = new Set<number>();
    for (const { start, end, definition, role } of occurrences) {
      const one = this.table.all[definition]!;
      if (
        role !== "write" ||
        seen.has(definition) ||
        (one.kind !== "local" && one.kind !== "global")
      )
        continue;
      seen.add(definition);
      if (!plain.has(start) || hints.has(end)) continue;
      const type = one.type;
      if (type === null || type.includes(" or ")) continue;
      hints.set(end, { kind: "local", offset: end, type, insertable: isWritable(module, type) });
    }
  }
}

/** Offsets of names that a statement `name = value` assigns. */
function assignedNames(list: readonly Statement[], found: Set<number>): void {
  for (const s of list) {
    if (s.kind === "assign" && s.targets.length === 1 && s.targets[0]!.kind === "name") {
      // A literal says its type itself.
      if (!["int", "float", "str", "bool", "fstring", "none"].includes(s.value.kind)) {
        found.add(startOffset(s.targets[0]!.span));
      }
    }
    for (const part of ["body", "orElse", "finallyBody"] as const) {
      const inner = (s as unknown as Record<string, readonly Statement[] | undefined>)[part];
      if (inner !== undefined) assignedNames(inner, found);
    }
    if (s.kind === "try") for (const handler of s.handlers) assignedNames(handler.body, found);
    if (s.kind === "match") for (const one of s.cases) assignedNames(one.body, found);
    if (s.kind === "enum") assignedNames(s.methods, found);
  }
}

function annotationOf(spec: Spec, value: HighValue): Annotation | null {
  return value.kind === "var" ? (spec.annotations[value.id] ?? null) : null;
}

/** Nothing worth saying. */
function isSilent(annotation: Annotation): boolean {
  if (annotation.kind === "never" || annotation.kind === "poison") return true;
  return annotation.kind === "constant";
}

function isUncalled(spec: Spec): boolean {
  return (spec as { uncalled?: boolean }).uncalled === true;
}

/** Every name in the type means something in this module, and the type can be written. */
function isWritable(module: ModuleSymbol, type: string): boolean {
  if (/[…?]|\b(?:class|function|module|builtin|enum|inline|never) /.test(type) || type === "never")
    return false;
  return (type.match(/[A-Za-z_]\w*/g) ?? []).every(
    (name) =>
      name === "fn" ||
      name === "None" ||
      resolveGlobal(module, name) !== null ||
      BUILT_IN.has(name),
  );
}

const BUILT_IN = new Set(["tuple", "array", "weak", "ptr", "any_ref"]);

function keyOf(at: Span): string {
  return `${at.chunk.file.path}:${startOffset(at)}:${endOffset(at)}`;
}
