/**
 * What the whole analysis shares: the worklist, specialisations, class instances, method families,
 * and the diagnostics found so far.
 *
 * Diagnostics come from two places. A *conflict* is reported where it happens, once per cell, because
 * the cell is poisoned afterwards. Everything else (`int` has no attribute `x`) depends on final
 * types, so transfer functions report only in the last pass over the settled program (`checking`).
 */
import type { OpTable } from "../flow/side-table.ts";
import type {
  BoundProgram,
  ClassSymbol,
  FunctionSymbol,
  GlobalSymbol,
  ModuleSymbol,
  StaticValue,
} from "../bind/symbols.ts";
import type { HighBlock, HighGraph, HighOp, HighValue } from "../flow/ops.ts";
import { diagnostic, note } from "../syntax/diagnostics.ts";
import type { Diagnostic, DiagnosticOptions, Note } from "../syntax/diagnostics.ts";
import type { CodeName } from "../syntax/catalogue.ts";
import { endOffset, startOffset } from "../syntax/source.ts";
import type { Span } from "../syntax/source.ts";
import { find, findClass, findFunction, newCell } from "./cells.ts";
import type {
  Cell,
  ClassInstance,
  FunctionCell,
  Instantiation,
  MethodFamily,
  Reader,
  Reason,
  TypeEnvironment,
} from "./cells.ts";
import { chainNotes, reasonNotes } from "./explain.ts";
import type { Annotation, AnnotationOf } from "./lattice.ts";
import { POISON } from "./lattice.ts";
import type { Initialisation } from "./initialised.ts";
import type { Resolution, Spec } from "./result.ts";
import { show } from "./show.ts";
import * as specs from "./specs.ts";
import * as types from "./types.ts";

/** A specialisation with what only the annotator needs. */
export interface LiveSpec extends Spec {
  // The graph and what belongs to it are others after an edit (`again.ts`).
  graph: HighGraph | null;
  /** What was found wrong while the graph was built. */
  said: readonly Diagnostic[];
  readonly variant: specs.Variant;
  readonly env: TypeEnvironment;
  /** Of a nested function: the specialisation of the function around it. */
  readonly outer: LiveSpec | null;
  /** By block id. */
  readonly readers: (Reader | undefined)[];
  /**
   * Why parameters of blocks in which several links meet have their annotations: the first source of
   * each rise, by variable id.
   */
  readonly paramReasons: Map<
    number,
    { readonly annotation: Annotation; readonly source: HighValue }[]
  >;
  /** Number of links that lead to each block, by block id; literals survive into blocks with one. */
  predecessors: Uint32Array;
  /** Per-op things that must stay the same when a block is looked at again. */
  readonly sites: OpTable<Site>;
  /** Of a generic body: the first use that asked for these types. */
  readonly origin: { readonly spec: Spec; readonly span: Span | null } | null;
  /** Values whose unpacking was reported: their items are not reported again. */
  readonly misunpacked: Set<number>;
  /** Function values made of what needs a forwarder, by the place that uses it and by what is called. */
  forwarders?: Map<Span, Map<object, FunctionCell>>;
  /** Nobody calls it: it is checked against its declarations alone. */
  uncalled: boolean;
}

/** What an op created once: a list's item cell, an instantiated signature, a closure's function cell. */
export interface Site {
  /** Where the result was read from: a field's cell, a callee's result. The chain goes on there. */
  behind?: Cell;
  cells?: Cell[];
  cls?: ClassInstance;
  fn?: FunctionCell;
  instantiations?: Map<FunctionSymbol, Instantiation>;
  env?: TypeEnvironment;
  /** By parameter that is bounded by `Iterable`: the loop's ops that stand for walking over the argument. */
  walks?: Map<number, { readonly iter: HighOp; readonly next: HighOp }>;
}

export type GraphBuilder = (
  fn: FunctionSymbol,
  constArgs: ReadonlyMap<string, StaticValue>,
  /** How many arguments its `*args` parameter gets, if it has one. */
  starCount: number,
) => { readonly graph: HighGraph; readonly diagnostics: readonly Diagnostic[] };

export class Context {
  bound: BoundProgram;
  readonly buildGraph: GraphBuilder;
  readonly diagnostics: Diagnostic[] = [];
  /** Diagnostics that no second look would find: they were reported when cells met. */
  readonly once = new WeakSet<Diagnostic>();
  /** What is looked at, if somebody wants to know. */
  touched: Set<LiveSpec> | null = null;
  readonly specs: LiveSpec[] = [];
  readonly plainSpecs = new Map<FunctionSymbol, LiveSpec>();
  readonly specsByKey = new Map<string, LiveSpec>();
  readonly globals = new Map<GlobalSymbol, Cell>();
  readonly plainClasses = new Map<ClassSymbol, ClassInstance>();
  readonly classes: ClassInstance[] = [];
  /** Generic classes by the cell of their first type argument. */
  readonly classesOver = new WeakMap<Cell, ClassInstance[]>();
  readonly families = new Map<FunctionSymbol, MethodFamily>();
  /** Families of generic classes' methods, by method and settled type arguments. */
  readonly genericFamilies = new Map<string, MethodFamily>();
  /** Families that classes may join when the worklist is empty: generic ones, or with generic members. */
  readonly openFamilies: MethodFamily[] = [];
  /** Signatures of generic classes' methods through which calls dispatch. */
  readonly virtualSignatures = new Set<Instantiation>();
  readonly instantiations: Instantiation[] = [];
  readonly functionCells = new Map<FunctionSymbol, FunctionCell>();
  /** Names of the methods that classes below a class define. */
  readonly methodsBelow = new Map<ClassSymbol, ReadonlySet<string>>();
  readonly topEnv: TypeEnvironment = types.newEnvironment(new Map());
  /** How often a cell rose, met another one, or a class got into use: a cheap sign that nothing did. */
  moves = 0;
  /** What asked for bodies of generic functions when all of them were there (`specs.specialiseBodies`). */
  bodiesFor: string | null = null;
  /** What an object's `__init__` does before fields are set, by the object's class (`initialised.ts`). */
  readonly initialisations = new Map<ClassSymbol, Initialisation>();
  /** True in the last pass: resolutions are recorded and errors reported. */
  checking = false;
  /** The op being looked at. */
  current: { readonly spec: LiveSpec; span: Span | null } | null = null;
  /** What is being looked at: cells read are read on its behalf. */
  reader: Reader | null = null;
  private queue: Reader[] = [];
  private readonly reported = new Set<string>();
  private readonly relocated = new Set<Span>();

  /** By place: what was wrong before the program had settled. */
  private readonly early = new Map<
    Span,
    { readonly current: NonNullable<Context["current"]>; readonly found: Diagnostic }
  >();

  /** Reads a file of the project for `embed_text`: bytes as code units, or null. */
  readonly embed: (path: string, from: ModuleSymbol) => string | null;

  constructor(bound: BoundProgram, buildGraph: GraphBuilder, embed: Context["embed"]) {
    this.bound = bound;
    this.buildGraph = buildGraph;
    this.embed = embed;
  }

  // ------------------------------------------------------------- worklist

  enqueue(reader: Reader): void {
    if (reader.queued) return;
    reader.queued = true;
    this.queue.push(reader);
  }

  enqueueBlock(spec: LiveSpec, block: HighBlock): void {
    this.enqueue(this.readerOf(spec, block));
  }

  readerOf(spec: LiveSpec, block: HighBlock): Reader {
    let reader = spec.readers[block.id];
    if (reader === undefined) {
      reader = { spec, block, queued: false };
      spec.readers[block.id] = reader;
    }
    return reader;
  }

  /** Last in, first out: a function is mostly finished before its callers are looked at again. */
  next(): Reader | undefined {
    const reader = this.queue.pop();
    if (reader !== undefined) reader.queued = false;
    return reader;
  }

  hasWork(): boolean {
    return this.queue.length > 0;
  }

  /** Reads a cell on behalf of the block being looked at, which is looked at again when it rises. */
  read(cell: Cell): Annotation {
    const root = find(cell);
    if (!root.declared && this.reader !== null) (root.readers ??= new Set()).add(this.reader);
    return root.annotation;
  }

  // ------------------------------------------------------------- diagnostics

  /** An error that depends on final types: kept only in the last pass. */
  error(
    code: CodeName,
    span: Span | null,
    message: string,
    options: DiagnosticOptions = {},
  ): Annotation {
    if (span === null) return POISON;
    const found = diagnostic(code, span, message, options);
    if (this.checking) this.reportFromBody(found);
    else if (this.current !== null && !this.early.has(span))
      this.early.set(span, { current: { ...this.current }, found });
    return POISON;
  }

  /**
   * In a loop an error's result may come back to the very op that is wrong, which the last pass then
   * takes for a consequence: `at = at.next` where `next` has no `next`. When nothing else was reported
   * the first error of the fixpoint that still stands is.
   */
  reportHidden(): void {
    if (this.diagnostics.some((one) => one.severity === "error")) return;
    for (const { current, found } of this.early.values()) {
      const { graph, annotations, uncalled } = current.spec as LiveSpec;
      if (uncalled || graph === null) continue;
      const stands = graph.blocks.some((block) =>
        block.ops.some(
          (op) => op.span === current.span && annotations[op.result.id]?.kind === "poison",
        ),
      );
      if (!stands) continue;
      this.current = current;
      return this.reportFromBody(found);
    }
  }

  /** What goes wrong in a library body at the user's types is shown where the user asked for them, once. */
  private reportFromBody(found: Diagnostic): void {
    let origin: { readonly spec: Spec; readonly span: Span | null } | null = this.current;
    let user: Span | null = null;
    while (origin !== null && origin.spec.symbol.module.isLibrary) {
      origin = (origin.spec as LiveSpec).origin;
      user = origin?.span ?? null;
    }
    if (user === null || origin === null) return this.report(found);
    if (this.relocated.has(user)) return;
    this.relocated.add(user);
    this.report({
      ...found,
      span: user,
      notes: [note("the library needs it here", found.span), ...found.notes],
    });
  }

  /** Each thing is said once, whoever finds it. `times`: how often, should it be looked for again. */
  report(found: Diagnostic, times: "once" | "each time" = "once"): void {
    const key = reportKey(found);
    if (this.reported.has(key)) return;
    this.reported.add(key);
    this.diagnostics.push(found);
    if (!this.checking && times === "once") this.once.add(found);
  }

  /** Drops some diagnostics. What is left may have moved in its file. */
  forgetDiagnostics(isStale: (one: Diagnostic) => boolean): void {
    const kept = this.diagnostics.filter((one) => !isStale(one));
    this.diagnostics.length = 0;
    this.diagnostics.push(...kept);
    this.reported.clear();
    for (const one of kept) this.reported.add(reportKey(one));
    this.relocated.clear();
  }

  /** Something flowed into an inferred cell that cannot meet what is there. */
  reportConflict(cell: Cell, found: Annotation, reason: Omit<Reason, "annotation">): void {
    const first = cell.reasons[0];
    const place = reason.span ?? first?.span ?? null;
    if (place === null || found.kind === "poison" || cell.annotation.kind === "poison") return;
    const notes: Note[] = [
      ...reasonNotes({ annotation: found, ...reason }),
      ...(first === undefined ? [] : reasonNotes(first)),
    ];
    const [have, get] = [cell.annotation, found].map((one) =>
      one.kind === "constant" ? (this.materialise(one) ?? one) : one,
    ) as [Annotation, Annotation];
    if (
      have.kind === "function" &&
      get.kind === "function" &&
      have.fn.params.length !== get.fn.params.length
    ) {
      const counts = [have, get].map((one) => (one.kind === "function" ? one.fn.params.length : 0));
      this.report(
        diagnostic(
          "E0404",
          place,
          `${cell.what} holds functions that take ${counts[0]} and ${counts[1]} arguments`,
          { notes },
        ),
      );
      return;
    }
    this.report(
      diagnostic("E0301", place, `${cell.what} cannot be both ${show(have)} and ${show(get)}`, {
        notes,
      }),
    );
  }

  /** Something flowed into a declared cell that does not fit the declaration. */
  reportMisfit(cell: Cell, found: Annotation, reason: Omit<Reason, "annotation">): void {
    // The last pass lets everything but forwarded values flow again.
    if (!this.checking && reason.forwarded !== true) return;
    const wanted = cell.limit ?? cell.annotation;
    const declared = cell.reasons[0]?.span ?? null;
    const place = reason.span ?? declared;
    if (place === null) return;
    const notes: Note[] = [];
    const isUnsaid = cell.reasons[0]?.message === UNSAID;
    if (declared !== null) {
      const text = isUnsaid
        ? "no `->` stands here"
        : `${cell.what} is declared ${show(wanted)} here`;
      notes.push(note(text, declared));
    }
    notes.push(
      ...reasonNotes({ annotation: found, ...reason }).filter((one) => one.span !== place),
    );
    const help = isUnsaid ? `declare it: \`-> ${show(found)}\`` : misfitHelp(found, wanted);
    const says = isUnsaid
      ? "not declared, and so None in generic code"
      : `declared ${show(wanted)}`;
    this.report(
      diagnostic("E0302", place, `${cell.what} is ${says}, but this is ${show(found)}`, {
        notes,
        ...(help === null ? {} : { help }),
      }),
    );
  }

  /** A variable has types on two ways into a block that have nothing in common. */
  reportMerge(spec: LiveSpec, name: string | null, first: Arrival, second: Arrival): void {
    if (first.annotation.kind === "poison" || second.annotation.kind === "poison") return;
    const notes = [first, second].flatMap((one) => arrivalNotes(spec, one));
    const place = notes.at(-1)?.span ?? notes[0]?.span ?? spec.symbol.span;
    const what = name === null ? "this value" : `\`${name}\``;
    this.report(
      diagnostic(
        "E0301",
        place,
        `${what} cannot be both ${show(first.annotation)} and ${show(second.annotation)}`,
        { notes },
      ),
    );
  }

  // ------------------------------------------------------------- classes and functions

  baseOf(cls: ClassInstance): ClassInstance | null {
    return types.baseOf(this, findClass(cls));
  }

  /** A function or bound method named directly, as a function value. */
  materialise(annotation: AnnotationOf<"constant">): Annotation | null {
    return specs.materialise(this, annotation);
  }

  cellOfGlobal(global: GlobalSymbol): Cell {
    let cell = this.globals.get(global);
    if (cell === undefined) {
      cell =
        global.type === null
          ? newCell(`\`${global.name}\``)
          : types.declaredCellOf(
              this,
              global.type,
              global.module,
              this.topEnv,
              `\`${global.name}\``,
            );
      this.globals.set(global, cell);
    }
    return cell;
  }

  moduleOf(spec: Spec): ModuleSymbol {
    return spec.symbol.module;
  }

  resolve(spec: LiveSpec, op: HighOp, resolution: Resolution): void {
    if (this.checking) spec.resolutions.set(op, resolution);
  }

  site(spec: LiveSpec, op: HighOp): Site {
    let site = spec.sites.get(op);
    if (site === undefined) {
      site = {};
      spec.sites.set(op, site);
    }
    return site;
  }
}

function reportKey({ code, message, span }: Diagnostic): string {
  return `${code} ${span.chunk.file.path} ${startOffset(span)} ${endOffset(span)} ${message}`;
}

/** A value on its way into a block parameter. */
export interface Arrival {
  readonly annotation: Annotation;
  readonly source: HighValue | null;
}

function arrivalNotes(spec: LiveSpec, arrival: Arrival): Note[] {
  if (arrival.source === null || arrival.source.kind === "const") return [];
  return chainNotes({ spec, variable: arrival.source.id });
}

/** Why the result of a generic function is `None`: the message of its first reason. */
export const UNSAID = "no result is declared";

/** What would make the value fit, when there is one obvious thing. */
export function misfitHelp(found: Annotation, wanted: Annotation): string | null {
  if (found.kind === "int" && wanted.kind === "float")
    return "convert it: `float(…)`, or write the number with a point";
  if (found.kind === "float" && wanted.kind === "int")
    return "convert it: `int(…)` cuts towards zero";
  if (found.kind === "int" && wanted.kind === "int")
    return `convert it: \`${wanted.width}(…)\` wraps`;
  if (found.kind === "int" && wanted.kind === "str") return "convert it: `str(…)`";
  if (
    found.kind === "instance" &&
    wanted.kind === "instance" &&
    wanted.cls.symbol.name === "list" &&
    found.cls.symbol.name === "Iterator"
  )
    return "make a list of its items: `list(…)`";
  if (found.kind === "array" && found.within !== undefined && wanted.kind === "array")
    return "these items are part of an object: `x[:]` copies them";
  if (wanted.kind === "function") return countHelp(found, findFunction(wanted.fn).params.length);
  if (found.kind === "none" || found.kind === "optional")
    return `test it for None first, or declare \`${show(wanted)} | None\``;
  return null;
}

/** A function as a value gets all its arguments from the call: defaults do not come into it. */
function countHelp(found: Annotation, given: number): string | null {
  let takes: number;
  let hasDefault = false;
  if (found.kind === "function") {
    takes = findFunction(found.fn).params.length;
  } else if (found.kind === "constant" && found.value.kind === "function") {
    const { owner, params } = found.value.symbol;
    if (owner !== null) return null;
    takes = params.length;
    hasDefault = params.some(({ defaultValue }) => defaultValue !== null);
  } else return null;
  if (takes === given) return null;
  const parameters = takes === 1 ? "1 parameter" : `${takes} parameters`;
  const note = hasDefault ? "; defaults are for calls by its name" : "";
  return `the function has ${parameters}, and is called with ${given} here${note}`;
}
