/**
 * Places in tracebacks, when functions were inlined.
 *
 * Every op and exit has a place in the source (`Span`). What was copied from an inlined function has
 * one that also says through which call it came, and so on outwards:
 *
 *     { main.wr:12 …, inlined: { function: "pop", at: { main.wr:40 … } } }
 *
 * is line 12 in `pop`, called on line 40 of the function the op is in now. Library frames are not
 * shown: what a library function copied into a program does, it does where the program called it.
 */
import type { Span } from "../../dsl/syntax/source.ts";
import type { LLFunction } from "./program.ts";

export interface Site extends Span {
  /** The function this place is in, if it was inlined, and the call it was inlined at, if that has a place. */
  readonly inlined?: { readonly function: string; readonly at: Site | null };
}

export interface Frame {
  readonly function: string;
  readonly at: Span;
}

/** Whether tracebacks show this function: it is the user's. */
export function isShown(fn: LLFunction): boolean {
  return fn.span !== null && fn.isLibrary !== true;
}

/** The frames of a place in a function, innermost first; a function that is not shown has none of its own. */
export function framesAt(fn: LLFunction, at: Span | null): Frame[] {
  const frames = framesInside(at);
  const outermost = outermostOf(at) ?? fn.span;
  if (outermost !== null && isShown(fn)) frames.push({ function: fn.displayName, at: outermost });
  return frames;
}

/** The frames that an exception caught at this place of a function has passed. */
export function framesCaught(fn: LLFunction, at: Span): Frame[] {
  const frames = framesInside(at);
  const outermost = outermostOf(at);
  if (outermost !== null && isShown(fn)) frames.push({ function: fn.displayName, at: outermost });
  return frames;
}

function framesInside(at: Span | null): Frame[] {
  const frames: Frame[] = [];
  let site: Site | null = at;
  while (site?.inlined !== undefined) {
    frames.push({ function: site.inlined.function, at: site });
    site = site.inlined.at;
  }
  return frames;
}

function outermostOf(site: Site | null): Site | null {
  while (site !== null && site.inlined !== undefined) site = site.inlined.at;
  return site;
}

/** A place of `callee` where an exception was caught: the function it is inlined into has no part in it. */
export function caughtSite(site: Site, callee: LLFunction): Site | null {
  return isShown(callee) ? inlinedSite(site, callee.displayName, null) : hoistedSite(site, null);
}

/** A place of `callee`, seen from the function into which it was inlined at `call`. */
export function inlinedSite(site: Site, callee: string, call: Site | null): Site {
  if (site.inlined === undefined) return within(site, callee, call);
  const { function: inner, at } = site.inlined;
  return within(site, inner, at === null ? at : inlinedSite(at, callee, call));
}

function within(site: Site, inlinedFunction: string, at: Site | null): Site {
  const inlined = { function: inlinedFunction, at };
  return { chunk: site.chunk, start: site.start, end: site.end, inlined };
}

/** The same for a callee that is not shown: its own frame is the call's. */
export function hoistedSite(site: Site, call: Site | null): Site | null {
  if (site.inlined === undefined) return call;
  const { function: inner, at } = site.inlined;
  return within(site, inner, at === null ? call : hoistedSite(at, call));
}
