/**
 * What lowering shares over the whole program: classes, layouts, constants, and the functions made so
 * far. Functions are lowered on demand, from the entry points; what nobody reaches costs nothing.
 */
import { findFunction, read } from "../../dsl/annotate/cells.ts";
import type { Cell, FunctionCell, MethodFamily } from "../../dsl/annotate/cells.ts";
import { typeKey } from "../../dsl/annotate/show.ts";
import type { AnnotationOf } from "../../dsl/annotate/lattice.ts";
import type { AnnotatedProgram, Spec } from "../../dsl/annotate/result.ts";
import type { ClassSymbol, GlobalSymbol, StaticValue } from "../../dsl/bind/symbols.ts";
import { assert, InternalError } from "../../dsl/syntax/diagnostics.ts";
import type { Span } from "../../dsl/syntax/source.ts";
import { HeapStruct } from "../eval/heap.ts";
import type { LLFunction, LLGlobal, LLTable, LLVariable } from "../ll/program.ts";
import type { LLType } from "../ll/types.ts";
import { lowerBody } from "./body.ts";
import { Builder } from "./builder.ts";
import { ClassTable } from "./classes.ts";
import { adapterFor, prebuiltClosure } from "./closures.ts";
import { Constants } from "./constants.ts";
import { Layouts } from "./layouts.ts";

export interface FunctionOptions {
  readonly name: string;
  readonly displayName: string;
  readonly params: readonly LLType[];
  readonly result: LLType;
  readonly span: Span | null;
  readonly inline?: LLFunction["inline"];
  readonly hints?: ReadonlySet<string>;
}

export class Lowering {
  readonly program: AnnotatedProgram;
  readonly classes: ClassTable;
  readonly layouts: Layouts;
  readonly constants: Constants;
  readonly functions: LLFunction[] = [];
  readonly tables: LLTable[] = [];
  readonly globals: LLGlobal[] = [];
  /** Prebuilt function values by their code. */
  readonly closures = new Map<LLFunction, HeapStruct>();
  readonly familyTables = new Map<MethodFamily, LLTable>();
  readonly tablesByKey = new Map<string, LLTable>();
  private readonly bySpec = new Map<Spec, LLFunction>();
  private readonly byKey = new Map<string, LLFunction>();
  private readonly byGlobal = new Map<GlobalSymbol, LLGlobal>();
  private readonly names = new Map<string, number>();
  private readonly pending: (() => void)[] = [];
  /** Functions get marks for a debugger; the lines that have some. */
  readonly debug: boolean;
  readonly markedLines = new Map<LLFunction, Set<number>>();

  constructor(program: AnnotatedProgram, debug = false) {
    this.program = program;
    this.debug = debug;
    this.classes = new ClassTable(
      program.classes,
      ["Exception", "MemoryError", "StackOverflow"].map((name) => librarySymbol(program, name)),
    );
    this.layouts = new Layouts(
      (cls) => this.classes.entryOf(cls).struct,
      this.classes.entries.map((entry) => entry.struct),
      this.classes.lastClassId,
    );
    this.classes.layOut((annotation) => this.layouts.storageOf(annotation));
    this.constants = new Constants(this);
  }

  // -------------------------------------------------------------- functions

  functionOf(spec: Spec): LLFunction {
    let fn = this.bySpec.get(spec);
    if (fn === undefined) {
      fn = this.declared(spec);
      this.bySpec.set(spec, fn);
    }
    return fn;
  }

  private declared(spec: Spec): LLFunction {
    const { symbol } = spec;
    const isExtern = symbol.flavour === "extern";
    const fn: LLFunction = {
      name: this.uniqueName(shortName(spec)),
      displayName: symbol.owner === null ? symbol.name : `${symbol.owner.name}.${symbol.name}`,
      graph: null,
      externName: isExtern ? symbol.name : null,
      params: this.layouts.paramTypes(spec.params.map(read)),
      result: this.layouts.resultType(read(spec.result)),
      span: symbol.span,
      isLibrary: symbol.module.isLibrary || symbol.forwardsTo !== undefined,
      raises: !isExtern,
      collects: !isExtern || symbol.hints.has("collects"),
      inline: symbol.hints.has("inline")
        ? "always"
        : symbol.hints.has("never_inline")
          ? "never"
          : "auto",
      hints: new Set(symbol.hints.keys()),
    };
    this.functions.push(fn);
    if (!isExtern) {
      if (spec.graph === null) throw new InternalError(`${spec.name} has no body`);
      this.pending.push(() => (fn.graph = lowerBody(this, spec, fn)));
    }
    return fn;
  }

  /** A function that the compiler writes; `write` runs later, with the parameters' variables. */
  define(
    options: FunctionOptions,
    write: (b: Builder, params: readonly LLVariable[]) => void,
  ): LLFunction {
    const fn: LLFunction = {
      name: this.uniqueName(options.name),
      displayName: options.displayName,
      graph: null,
      externName: null,
      params: options.params,
      result: options.result,
      span: options.span,
      raises: true,
      collects: true,
      inline: options.inline ?? "auto",
      hints: options.hints ?? new Set(),
    };
    this.functions.push(fn);
    this.pending.push(() => {
      const b = new Builder(fn.name);
      const params = fn.params.map((type) => b.variable(type));
      b.graph.entry.params.push(...params);
      write(b, params);
      fn.graph = b.finish();
    });
    return fn;
  }

  /** The function of that key, made on first use. */
  once(key: string, make: () => LLFunction): LLFunction {
    let fn = this.byKey.get(key);
    if (fn === undefined) this.byKey.set(key, (fn = make()));
    return fn;
  }

  /** Lowers everything that was asked for, and what that asks for. */
  finish(): void {
    for (let next = this.pending.shift(); next !== undefined; next = this.pending.shift()) next();
  }

  /** A library function that lowered code calls by name. */
  well(name: string): LLFunction {
    const spec = this.program.wellKnown[name];
    assert(spec !== undefined, `wright.builtins has no function ${name}`);
    return this.functionOf(spec);
  }

  uniqueName(name: string): string {
    const count = this.names.get(name) ?? 0;
    this.names.set(name, count + 1);
    return count === 0 ? name : `${name}.${count + 1}`;
  }

  // -------------------------------------------------------------- data

  globalOf(symbol: GlobalSymbol): LLGlobal {
    let global = this.byGlobal.get(symbol);
    if (global === undefined) {
      const cell = this.program.globals.get(symbol);
      assert(cell !== undefined, `the module-level name ${symbol.name} has no annotation`);
      global = {
        name: this.uniqueName(`${symbol.module.name}.${symbol.name}`),
        type: this.layouts.typeOf(read(cell)),
      };
      this.byGlobal.set(symbol, global);
      this.globals.push(global);
    }
    return global;
  }

  /** Null: no function that was lowered has to do with it. */
  loweredGlobal(symbol: GlobalSymbol): LLGlobal | null {
    return this.byGlobal.get(symbol) ?? null;
  }

  functionObject(
    value: Extract<StaticValue, { kind: "function" | "builtin" }>,
    to: AnnotationOf<"function">,
  ): HeapStruct {
    const cell = findFunction(to.fn);
    const targets = [...cell.targets].filter(
      (target): target is Spec => !("implementations" in target) && stands(target, value),
    );
    // The body of a generic function has a signature of its own, which knows no targets.
    const candidates =
      targets.length > 0
        ? targets
        : this.program.specs.filter((one) => one.typeArgs.length === 0 && stands(one, value));
    const spec = candidates.find((one) => takesSame(one, cell)) ?? candidates[0];
    assert(
      spec !== undefined,
      `${value.symbol.name} is no target of the function value it becomes`,
    );
    return prebuiltClosure(this, adapterFor(this, spec, cell));
  }

  classNumber(value: Extract<StaticValue, { kind: "class" }>): number {
    return this.classes.entriesOf(value.symbol)[0]?.struct.classId ?? 0;
  }
}

/** Whether the specialisation is the function, or forwards to it where the function itself is no value. */
function stands(
  { symbol }: Spec,
  value: Extract<StaticValue, { kind: "function" | "builtin" }>,
): boolean {
  const { forwardsTo } = symbol;
  if (forwardsTo === undefined) return symbol === value.symbol;
  return "symbol" in forwardsTo && forwardsTo.symbol === value.symbol;
}

/** Of the forwarders to one function, those for the same parameters are as good as each other. */
function takesSame({ params }: Spec, fn: FunctionCell): boolean {
  const keys = (cells: readonly Cell[]) => cells.map((cell) => typeKey(read(cell))).join();
  return keys(params) === keys(fn.params);
}

/** `wright.core.lists.list.append<int>` as `list.append<int>`: dumps are for people. */
function shortName(spec: Spec): string {
  const { symbol } = spec;
  const name = symbol.module.isLibrary
    ? spec.name.replace(`${symbol.module.name}.`, "")
    : spec.name;
  return name
    .replaceAll(" | None", "?")
    .replaceAll(" ", "")
    .replaceAll("[", "<")
    .replaceAll("]", ">");
}

export function librarySymbol(program: AnnotatedProgram, name: string): ClassSymbol {
  const symbol = program.bound.builtins.scope.get(name);
  assert(symbol?.kind === "class", `wright.builtins has no class ${name}`);
  return symbol;
}
