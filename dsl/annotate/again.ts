/**
 * A first answer after an edit inside of functions, or one that adds or removes some: the settled analysis
 * goes on from where it is.
 *
 * The edited functions' specialisations start anew, with their parameters' and results' cells as those
 * are, and whatever rises because of that is followed as ever. So this finds all that the edit adds,
 * in the time that the edited functions take. What it does not see is what the edit takes away: a cell
 * that only the old text made rise stays risen. Where that matters the answer is too wide, until the
 * program has been analysed as a whole again; nobody but an impatient reader is to see it.
 *
 *     live = annotateLive(bound, …)         the whole program
 *     again(live, bound, changed)           diagnostics now, at the first moment; `live` has moved on
 *
 * Preconditions, which the caller sees to: nothing but bodies of functions changed, but for functions
 * that nobody else mentions; and symbols are the objects that they were (`bind/keep.ts`).
 */
import type { BoundProgram, FunctionSymbol } from "../bind/symbols.ts";
import type { Diagnostic } from "../syntax/diagnostics.ts";
import type { Chunk } from "../syntax/source.ts";
import { addUncalled, check, settle, type LiveProgram } from "./annotate.ts";
import type { Context, LiveSpec } from "./context.ts";
import { forgetDefinitions } from "./explain.ts";
import { findLateFields } from "./initialised.ts";
import * as specs from "./specs.ts";

export interface Changes {
  readonly bound: BoundProgram;
  /** Functions with another body than they had. */
  readonly changed: ReadonlySet<FunctionSymbol>;
  /** Functions that are there no more. */
  readonly removed: ReadonlySet<FunctionSymbol>;
  /** There are functions that were not there. */
  readonly hasNew: boolean;
  /** Whether what stands in this chunk is still part of the program. */
  readonly isAlive: (chunk: Chunk) => boolean;
  /** Asked now and then; when it says so, `Cancelled` is thrown, and `live` is not to be used again. */
  readonly isCancelled: () => boolean;
}

/**
 * The diagnostics that the annotator has now, in no order. Null where they depend on what cells have
 * forgotten: two types met in one, which is said once, and may be no longer so.
 */
export function again(
  { ctx }: LiveProgram,
  { bound, changed, removed, hasNew, isAlive, isCancelled }: Changes,
): readonly Diagnostic[] | null {
  ctx.bound = bound;
  ctx.touched = new Set();
  // 1. Diagnostics in the old text go, if they would be found again.
  if (!forgetStale(ctx, ({ span }) => !isAlive(span.chunk))) return null;
  // 2. The edited functions start anew, without what is nested in them; the fixpoint goes on.
  const isChanged = (spec: LiveSpec): boolean => changed.has(spec.symbol);
  const isGone = (spec: LiveSpec): boolean => removed.has(spec.symbol);
  const isOld = (spec: LiveSpec): boolean => isChanged(spec) || isGone(spec);
  for (const spec of ctx.specs) if (isGone(spec) || isInside(spec, isOld)) forget(spec);
  for (const spec of ctx.specs.filter(isChanged)) restart(ctx, spec);
  if (hasNew) addUncalled(ctx);
  const known = new Set(ctx.diagnostics);
  settle(ctx, isCancelled);
  if (ctx.diagnostics.some((one) => !known.has(one) && !isFoundAgain(ctx, one))) return null;
  // 3. What is said of all that was looked at is said again, if it is still so.
  checkTouched(ctx, isCancelled);
  while (specs.specialiseBodies(ctx) || ctx.hasWork()) {
    settle(ctx, isCancelled);
    checkTouched(ctx, isCancelled);
  }
  ctx.reportHidden();
  findLateFields(ctx);
  ctx.touched = null;
  return ctx.diagnostics;
}

function checkTouched(ctx: Context, isCancelled: () => boolean): void {
  // What is nested in a function shares its chunk.
  const chunks = new Set([...ctx.touched!].map((spec) => spec.symbol.span.chunk));
  const stale = ctx.diagnostics.filter(({ span }) => chunks.has(span.chunk));
  const again = new Set(stale.filter((one) => isFoundAgain(ctx, one)));
  ctx.forgetDiagnostics((one) => again.has(one));
  const specs = ctx.specs.filter(({ symbol }) => chunks.has(symbol.span.chunk));
  for (const spec of specs) for (const found of spec.said) ctx.report(found);
  check(ctx, isCancelled, specs);
}

/** Drops diagnostics; false if one of them would not be found again. */
function forgetStale(ctx: Context, isStale: (one: Diagnostic) => boolean): boolean {
  const stale = new Set(ctx.diagnostics.filter(isStale));
  if (![...stale].every((one) => isFoundAgain(ctx, one))) return false;
  ctx.forgetDiagnostics((one) => stale.has(one) || one.code === LATE_FIELD);
  return true;
}

/** `findLateFields` looks at the whole program each time. */
const LATE_FIELD = "W0902";

/** It was found in a pass over the settled program, or while a graph was built. */
function isFoundAgain(ctx: Context, one: Diagnostic): boolean {
  return !ctx.once.has(one) || one.code === LATE_FIELD;
}

/** Belongs to a function nested in one that satisfies the condition. */
function isInside(spec: LiveSpec, condition: (spec: LiveSpec) => boolean): boolean {
  for (let at = spec.outer; at !== null; at = at.outer) if (condition(at)) return true;
  return false;
}

/** Nothing is known of its body, and the cells that it read do not bring it back. */
function forget(spec: LiveSpec): void {
  spec.readers.length = 0;
  spec.annotations.length = 0;
  spec.resolutions.clear();
  spec.reached.clear();
  spec.deadLinks.clear();
  spec.paramReasons.clear();
  spec.sites.clear();
  spec.misunpacked.clear();
  delete spec.forwarders;
  forgetDefinitions(spec);
}

function restart(ctx: Context, spec: LiveSpec): void {
  if (spec.graph === null) return;
  forget(spec);
  specs.buildAgain(ctx, spec);
}
