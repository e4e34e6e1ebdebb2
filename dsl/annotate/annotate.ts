/**
 * The annotator: whole-program type inference over flow graphs, to a fixpoint.
 *
 * A worklist of blocks; looking at a block runs its ops' transfer functions and passes annotations
 * along its links. Whatever a block read (cells of fields, parameters, results, items) brings it back
 * when it rises. When nothing is left to do, bodies of generic functions are specialised for the type
 * arguments found, and the work goes on. The lattice is finite in height, so it ends.
 *
 * What this deliberately does not do: decide layouts, or anything that depends on values other than
 * static constants. Read next: `transfer.ts`, `unify.ts`, `specs.ts`.
 */
import type { BoundProgram, FunctionSymbol, ModuleSymbol } from "../bind/symbols.ts";
import { exitLinks } from "../flow/graph.ts";
import type { HighBlock, HighLink, HighOp, HighValue } from "../flow/ops.ts";
import { diagnostic, note } from "../syntax/diagnostics.ts";
import { libraryClass, libraryFunction } from "./calls.ts";
import type { At } from "./calls.ts";
import { findClass, newCell } from "./cells.ts";
import type { ClassInstance } from "./cells.ts";
import { Context } from "./context.ts";
import type { GraphBuilder, LiveSpec } from "./context.ts";
import { sourceOf } from "./explain.ts";
import { findLateFields } from "./initialised.ts";
import { NEVER, POISON } from "./lattice.ts";
import type { Annotation } from "./lattice.ts";
import { refinements } from "./narrow.ts";
import type { Refinement } from "./narrow.ts";
import type { AnnotatedProgram, Spec } from "./result.ts";
import { classKey, show } from "./show.ts";
import * as specs from "./specs.ts";
import { checkRaised, transfer } from "./transfer.ts";
import * as types from "./types.ts";
import { flowInto, generalise, join } from "./unify.ts";
import { annotationOf } from "./values.ts";

export interface AnnotateOptions {
  readonly buildGraph: GraphBuilder;
  /** Reads a file of the project for `embed_text`. */
  readonly embed: (path: string, from: ModuleSymbol) => string | null;
  /** Functions to analyse besides `main` and the module bodies: tests. */
  readonly entries?: readonly FunctionSymbol[];
  /** Whether functions that nobody calls are checked too (default: yes). */
  readonly checkUncalled?: boolean;
  /** Asked now and then; when it says so, `annotate` throws `Cancelled`. */
  readonly isCancelled?: () => boolean;
}

/** The analysis was asked to stop. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** So many blocks are looked at between two questions whether to stop. */
const PATIENCE = 500;

/** Library functions that lowering and the platform call by name. */
const WELL_KNOWN = [
  "run_main",
  "describe_exception",
  "char_to_str",
  "flush_all",
  "raise_overflow",
  "raise_zero_division",
  "raise_shift_error",
  "raise_index_error",
  "raise_value_error",
  "raise_unset_field",
] as const;

/** An annotated program with what it was found by, so that the analysis can go on (`again.ts`). */
export interface LiveProgram {
  readonly program: AnnotatedProgram;
  readonly ctx: Context;
}

export function annotate(bound: BoundProgram, options: AnnotateOptions): AnnotatedProgram {
  return annotateLive(bound, options).program;
}

export function annotateLive(bound: BoundProgram, options: AnnotateOptions): LiveProgram {
  const ctx = new Context(bound, options.buildGraph, options.embed);
  // 1. Entry points: what runs at build time, `main`, and what the platform calls.
  const bodies = bound.modules.map((module) => specs.specOf(ctx, module.body));
  const main = mainSpec(ctx);
  const wellKnown = wellKnownSpecs(ctx);
  const exports = exportedSpecs(ctx);
  for (const entry of options.entries ?? []) specs.specOf(ctx, entry);
  // 2. The fixpoint.
  settle(ctx, options.isCancelled);
  const reached = ctx.specs.length;
  // 3. Functions that nobody calls are checked against their declarations.
  if (options.checkUncalled !== false) addUncalled(ctx);
  settle(ctx, options.isCancelled);
  // 4. One more pass over the settled program decides what every op is, and reports. Should it ask for
  //    a signature that nothing asked for before, the fixpoint was not one: settle and look again.
  check(ctx, options.isCancelled);
  while (specs.specialiseBodies(ctx) || ctx.hasWork()) {
    settle(ctx, options.isCancelled);
    check(ctx, options.isCancelled);
  }
  ctx.reportHidden();
  const lateFields = findLateFields(ctx);
  const called = new Set<Spec>(ctx.specs.slice(0, reached));
  const program: AnnotatedProgram = {
    bound,
    diagnostics: ctx.diagnostics,
    specs: ctx.specs.filter((spec) => called.has(spec) || !spec.uncalled),
    bodies,
    main,
    globals: ctx.globals,
    classes: completeClasses(ctx),
    families: [...ctx.families.values(), ...ctx.genericFamilies.values()],
    exports,
    lateFields,
    wellKnown,
  };
  return { program, ctx };
}

/** How often a class may hold itself at other type arguments. */
const MOST_NESTED = 12;

/** Every class with its bases and all its fields' cells: layouts need those that nobody asked for too. */
function completeClasses(ctx: Context): ClassInstance[] {
  const count = ctx.classes.length;
  const complete = new Set<string>();
  /** Of classes that only fields mention: the one whose field that is. */
  const holders = new Map<ClassInstance, ClassInstance>();
  // Bases and classes of fields are appended while the list is walked.
  for (let i = 0; i < ctx.classes.length; i++) {
    const cls = findClass(ctx.classes[i]!);
    if (i === count) for (const one of ctx.classes.slice(0, count)) complete.add(classKey(one));
    const key = i < count ? null : classKey(cls);
    if (key !== null && !complete.has(key) && isEndless(ctx, cls, holders)) continue;
    const known = ctx.classes.length;
    ctx.baseOf(cls);
    // Where one with these type arguments has been here, its fields are those of both.
    if (key === null || !complete.has(key)) {
      for (const name of cls.symbol.fields.keys()) types.findField(ctx, cls, name);
    }
    if (key !== null) complete.add(key);
    for (const one of ctx.classes.slice(known)) holders.set(one, cls);
  }
  return distinct(ctx.classes.map(findClass));
}

/** Whether a class holds itself at type arguments that grow: `class Tree[T]` with a `Tree[list[T]]`. */
function isEndless(
  ctx: Context,
  cls: ClassInstance,
  holders: ReadonlyMap<ClassInstance, ClassInstance>,
): boolean {
  const { symbol } = cls;
  let nested = 0;
  for (let at = holders.get(cls); at !== undefined; at = holders.get(at))
    if (at.symbol === symbol) nested++;
  if (nested <= MOST_NESTED) return false;
  const message = `${symbol.name} holds itself with ever new type arguments: there would be classes without end`;
  ctx.report(diagnostic("E0606", symbol.span, message));
  return true;
}

function distinct(classes: ClassInstance[]): ClassInstance[] {
  return [...new Set(classes)];
}

// ---------------------------------------------------------------- entry points

function mainSpec(ctx: Context): LiveSpec | null {
  const symbol = ctx.bound.entry.scope.get("main");
  if (symbol?.kind !== "function" || symbol.module !== ctx.bound.entry) return null;
  const runMain = specs.specOf(ctx, libraryFunction(ctx, "run_main"));
  const value: Annotation = { kind: "constant", value: { kind: "function", symbol }, bound: null };
  flowInto(ctx, runMain.params[0]!, value, {
    span: symbol.span,
    message: "called with the program's arguments",
    source: null,
  });
  return specs.specOf(ctx, symbol);
}

/**
 * `@export("symbol")` in a raw module: a function that the platform calls by that name. A runtime whose
 * first module is raw may have them in the modules it imports, too.
 */
function exportedSpecs(ctx: Context): { name: string; spec: Spec }[] {
  const found: { name: string; spec: Spec }[] = [];
  const { entry, modules } = ctx.bound;
  const own = entry.tree.raw ? modules.filter((module) => !module.isLibrary) : [entry];
  for (const symbol of own.flatMap((module) => module.functions)) {
    const name = symbol.hints.get("export")?.[0];
    if (name === undefined) continue;
    if (name.kind === "str" && symbol.module.tree.raw)
      found.push({ name: name.value, spec: specs.specOf(ctx, symbol) });
    else
      ctx.report(
        diagnostic(
          "E0702",
          symbol.span,
          "`@export` takes the symbol's name as a literal, and stands in raw modules only",
        ),
      );
  }
  return found;
}

function wellKnownSpecs(ctx: Context): Record<string, Spec> {
  const found: Record<string, Spec> = {};
  for (const name of WELL_KNOWN) {
    const symbol = ctx.bound.builtins.scope.get(name);
    if (symbol?.kind === "function" && !specs.isGeneric(symbol))
      found[name] = specs.specOf(ctx, symbol);
  }
  return found;
}

/** Plain functions of the user's modules that have no specialisation yet. */
export function addUncalled(ctx: Context): void {
  for (const module of ctx.bound.modules) {
    if (module.isLibrary) continue;
    const lengths = module.classes.flatMap((cls) => cls.items?.length ?? []);
    for (const symbol of [...module.functions, ...lengths]) {
      if (symbol.isAbstract || symbol.flavour === "extern" || specs.isGeneric(symbol)) continue;
      if (symbol.owner !== null && symbol.owner.flavour === "mixin") continue;
      if (symbol.params.some((param) => param.isConst || param.star)) continue;
      const before = ctx.specs.length;
      const spec = specs.specOf(ctx, symbol);
      if (ctx.specs.length === before) continue;
      spec.uncalled = true;
      for (const cell of spec.params)
        if (cell.annotation === NEVER && !cell.declared) cell.annotation = POISON;
    }
  }
}

// ---------------------------------------------------------------- the fixpoint

export function settle(ctx: Context, isCancelled?: () => boolean): void {
  let looked = 0;
  do {
    for (let reader = ctx.next(); reader !== undefined; reader = ctx.next()) {
      if (++looked % PATIENCE === 0 && isCancelled?.() === true) throw new Cancelled();
      const spec = reader.spec as LiveSpec;
      // A block of a graph that the function had before it was edited.
      if (spec.readers[reader.block.id] !== reader) continue;
      ctx.reader = reader;
      ctx.touched?.add(spec);
      lookAt(ctx, spec, reader.block);
    }
    ctx.reader = null;
  } while (specs.specialiseBodies(ctx) || ctx.hasWork());
}

/** Visits every reached block once more, recording resolutions and reporting errors. */
export function check(
  ctx: Context,
  isCancelled?: () => boolean,
  all: readonly LiveSpec[] = [...ctx.specs],
): void {
  ctx.checking = true;
  ctx.reader = null;
  let looked = 0;
  for (const spec of all) {
    if (spec.graph === null) continue;
    const before = looked;
    for (const block of spec.graph.blocks) {
      if (!spec.reached.has(block)) continue;
      looked++;
      lookAt(ctx, spec, block);
    }
    const isTime = Math.floor(before / PATIENCE) < Math.floor(looked / PATIENCE);
    if (isTime && isCancelled?.() === true) throw new Cancelled();
  }
  ctx.checking = false;
}

/** Runs a block's ops and passes annotations along its links. */
function lookAt(ctx: Context, spec: LiveSpec, block: HighBlock): void {
  spec.reached.add(block);
  if (block === spec.graph!.entry) readParameters(ctx, spec, block);
  for (const param of block.params)
    if ((spec.annotations[param.id] ?? NEVER).kind === "never") return;
  let last: Annotation | null = null;
  const current: NonNullable<Context["current"]> = { spec, span: null };
  ctx.current = current;
  const at: At = { ctx, spec, op: block.ops[0] as HighOp };
  for (const op of block.ops) {
    current.span = op.span;
    at.op = op as HighOp;
    last = transfer(at);
    spec.annotations[op.result.id] = last;
    if (last.kind === "never") break;
  }
  followExit(ctx, spec, block, last !== null && last.kind === "never");
}

function readParameters(ctx: Context, spec: LiveSpec, block: HighBlock): void {
  block.params.forEach((param, i) => {
    spec.annotations[param.id] = ctx.read(spec.params[i]!);
  });
}

function followExit(ctx: Context, spec: LiveSpec, block: HighBlock, stopped: boolean): void {
  const { exit } = block;
  if (exit.kind === "try") {
    spec.annotations[exit.exception.id] = {
      kind: "instance",
      cls: types.classInstance(ctx, libraryClass(ctx, "Exception"), []),
    };
    // A call whose result is never may still raise, but not one whose arguments never arrive.
    const last = block.ops.at(-1);
    const ran =
      last !== undefined &&
      last.args.every((arg) => annotationOf(spec, arg).kind !== "never") &&
      block.ops
        .slice(0, -1)
        .every((op) => (spec.annotations[op.result.id] ?? NEVER).kind !== "never");
    if (!stopped) follow(ctx, spec, block, exit.normal);
    else markDead(ctx, spec, exit.normal);
    if (ran) follow(ctx, spec, block, exit.exceptional);
    return;
  }
  if (stopped) return;
  switch (exit.kind) {
    case "goto":
      follow(ctx, spec, block, exit.link);
      return;
    case "branch":
      followBranch(ctx, spec, block, exit);
      return;
    case "switch":
      followSwitch(ctx, spec, block, exit);
      return;
    case "return":
      flowInto(ctx, spec.result, annotationOf(spec, exit.value), {
        span: exit.span ?? spec.symbol.span,
        message: "returned here",
        source: sourceOf(spec, exit.value),
      });
      return;
    case "raise":
      checkRaised(ctx, spec, exit.value, exit.span);
      return;
    case "unreachable":
  }
}

type ExitOf<K extends HighBlock["exit"]["kind"]> = Extract<HighBlock["exit"], { kind: K }>;

function followBranch(
  ctx: Context,
  spec: LiveSpec,
  block: HighBlock,
  exit: ExitOf<"branch">,
): void {
  const condition = annotationOf(spec, exit.condition);
  const { whenTrue, whenFalse } = refinements(ctx, spec, block, exit.condition);
  const known = condition.kind === "bool" ? condition.value : null;
  if (known !== false) follow(ctx, spec, block, exit.then, whenTrue);
  else markDead(ctx, spec, exit.then);
  if (known !== true) follow(ctx, spec, block, exit.otherwise, whenFalse);
  else markDead(ctx, spec, exit.otherwise);
}

function followSwitch(
  ctx: Context,
  spec: LiveSpec,
  block: HighBlock,
  exit: ExitOf<"switch">,
): void {
  const subject = annotationOf(spec, exit.subject);
  for (const one of exit.cases) {
    if (ctx.checking) checkCase(ctx, subject, one.value, exit.span);
    follow(ctx, spec, block, one.link);
  }
  if (exit.otherwise === null) return;
  if (subject.kind === "enum" && exit.cases.length === subject.symbol.members.length)
    markDead(ctx, spec, exit.otherwise);
  else follow(ctx, spec, block, exit.otherwise);
}

function checkCase(
  ctx: Context,
  subject: Annotation,
  value: ExitOf<"switch">["cases"][number]["value"],
  span: Parameters<Context["error"]>[1],
): void {
  if (subject.kind === "poison") return;
  const fits =
    value.kind === "member"
      ? subject.kind === "enum" && subject.symbol === value.enum
      : value.kind === "str"
        ? subject.kind === "str" || subject.kind === "char"
        : value.kind === "bool"
          ? subject.kind === "bool"
          : subject.kind === "int";
  if (!fits)
    ctx.error(
      "E0322",
      span,
      `this match is on ${show(subject)}, which a case of another type can never equal`,
    );
}

function markDead(ctx: Context, spec: LiveSpec, link: HighLink): void {
  if (ctx.checking) spec.deadLinks.add(link);
}

/** Passes the link's arguments to its target, sharpened; the target is looked at again if something rose. */
function follow(
  ctx: Context,
  spec: LiveSpec,
  block: HighBlock,
  link: HighLink,
  refinement?: Refinement,
): void {
  const { target } = link;
  const incoming: Annotation[] = [];
  for (const arg of link.args) {
    let annotation = annotationOf(spec, arg);
    if (refinement !== undefined && arg.kind === "var")
      annotation = refinement.get(arg.id) ?? annotation;
    if (annotation.kind === "never") return markDead(ctx, spec, link);
    incoming.push(annotation);
  }
  if (ctx.checking) return;
  const merging = spec.predecessors[target.id]! > 1;
  let changed = !spec.reached.has(target);
  for (let i = 0; i < incoming.length; i++)
    if (
      raiseParam(
        ctx,
        spec,
        target,
        i,
        merging ? generalise(incoming[i]!) : incoming[i]!,
        link.args[i]!,
        merging,
      )
    )
      changed = true;
  if (changed) ctx.enqueueBlock(spec, target);
}

/**
 * Joins one value into a block parameter; true if the parameter rose. The source is remembered where
 * links meet; elsewhere the one link tells it.
 */
function raiseParam(
  ctx: Context,
  spec: LiveSpec,
  target: HighBlock,
  index: number,
  annotation: Annotation,
  source: HighValue,
  merging: boolean,
): boolean {
  const param = target.params[index]!;
  const old = spec.annotations[param.id] ?? NEVER;
  const joined = join(ctx, old, annotation);
  if (joined === null) {
    reportMerge(ctx, spec, param.id, param.name, old, annotation, source);
    spec.annotations[param.id] = POISON;
    return true;
  }
  if (joined === old) return false;
  spec.annotations[param.id] = joined;
  if (!merging) return true;
  const reasons = spec.paramReasons.get(param.id);
  if (reasons === undefined) spec.paramReasons.set(param.id, [{ annotation, source }]);
  else if (reasons.length < 4) reasons.push({ annotation, source });
  return true;
}

/** Two branches leave a variable with types that have nothing in common. */
function reportMerge(
  ctx: Context,
  spec: LiveSpec,
  id: number,
  name: string | null,
  old: Annotation,
  found: Annotation,
  source: HighValue,
): void {
  const first = spec.paramReasons.get(id)?.[0]?.source;
  ctx.reportMerge(
    spec,
    name,
    { annotation: old, source: first ?? null },
    { annotation: found, source },
  );
}

export { exitLinks, newCell, note, libraryFunction };
