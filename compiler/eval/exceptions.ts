/**
 * Exceptions on their way through the evaluator, and their tracebacks.
 *
 * While graphs leave exceptions implicit, a raise is a JavaScript exception; after the pass
 * `exceptions` it is a pending reference in the machine. Either way the traceback is the machine's,
 * as in compiled programs: there is one, it is started where an exception is raised and grows as
 * functions are left, and raising again the exception that was caught last goes on with it.
 */
import { startPosition, type Span } from "../../dsl/syntax/source.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import type { HeapObject } from "./heap.ts";
import type { LLFunction } from "../ll/program.ts";
import { framesAt, type Frame } from "../ll/sites.ts";

/** A Wright exception that leaves a function. No `Error`: taking a JavaScript stack is slow. */
export class WrightRaise {
  readonly exception: HeapObject;
  constructor(exception: HeapObject) {
    this.exception = exception;
  }
}

/** The program ends with this exit code. */
export class ExitSignal {
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}

/** A precondition of an op is broken, or the host lacks a function. `trail` says where, innermost first. */
export class MachineError extends InternalError {
  readonly trail: TracebackSite[] = [];
  /** The extern function that the host does not have, if that is the trouble. */
  readonly missing: string | null;

  constructor(message: string, options: { missing?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.missing = options.missing ?? null;
  }

  /** Notes that a function is left. */
  passes(sites: readonly TracebackSite[]): void {
    for (const site of sites) {
      if (this.trail.length >= 20) return;
      this.trail.push(site);
      this.message += `\n${tracebackLine(site)}`;
    }
  }
}

/** `fatal` was called: an invariant of the running program's runtime is broken. */
export class FatalError extends MachineError {}

export interface TracebackSite {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly at: Span;
}

/** What an exception adds to a traceback when it leaves a function at this place, innermost first. */
export function sitesOf(fn: LLFunction, at: Span | null): readonly TracebackSite[] {
  return framesAt(fn, at).map(tracebackSite);
}

export function tracebackSite({ function: name, at }: Frame): TracebackSite {
  return { function: name, file: at.chunk.file.path, line: startPosition(at).line, at };
}

function tracebackLine(site: TracebackSite): string {
  return `  File "${site.file}", line ${site.line}, in ${site.function}`;
}

/** A deep traceback keeps its ends: so many of the first sites added, and of the last. */
const INNERMOST = 40;
const OUTERMOST = 40;
/** Equal neighbours, as in runaway recursion, are shown so often. */
const REPEATS = 3;

/** The text is the one that `runtime/native/platform.c` prints, to the letter. */
export interface SavedTraceback {
  readonly count: number;
  readonly inner: readonly TracebackSite[];
  readonly outer: readonly TracebackSite[];
}

export class Traceback {
  #count = 0;
  readonly #inner: TracebackSite[] = [];
  readonly #outer: TracebackSite[] = [];

  start(): void {
    this.#count = 0;
    this.#inner.length = 0;
    this.#outer.length = 0;
  }

  /** For code that runs in between and has exceptions of its own. */
  save(): SavedTraceback {
    return { count: this.#count, inner: [...this.#inner], outer: [...this.#outer] };
  }

  restore({ count, inner, outer }: SavedTraceback): void {
    this.#count = count;
    this.#inner.splice(0, this.#inner.length, ...inner);
    this.#outer.splice(0, this.#outer.length, ...outer);
  }

  add(site: TracebackSite): void {
    if (this.#count < INNERMOST) this.#inner.push(site);
    else this.#outer[(this.#count - INNERMOST) % OUTERMOST] = site;
    this.#count++;
  }

  /** The sites that are kept, innermost first. */
  get sites(): readonly TracebackSite[] {
    return [...this.#inner, ...this.#latest()];
  }

  /** The ring in the order in which its sites were added. */
  #latest(): TracebackSite[] {
    const start = this.#count > INNERMOST + OUTERMOST ? (this.#count - INNERMOST) % OUTERMOST : 0;
    return [...this.#outer.slice(start), ...this.#outer.slice(0, start)];
  }

  /** Where a full stack ends differs between engines: of such a traceback the outer end is shown alone. */
  text(isStackFull = false): string {
    const lost = this.#count - INNERMOST - OUTERMOST;
    const outer = this.#latest().reverse();
    const inner = this.#inner.toReversed();
    const lines =
      isStackFull && this.#count > OUTERMOST
        ? [
            ...describe([...outer, ...inner].slice(0, OUTERMOST)),
            "  [more calls, until the stack was full]",
          ]
        : lost > 0
          ? [...describe(outer), `  [${lost} more calls]`, ...describe(inner)]
          : describe([...outer, ...inner]);
    return ["Traceback (most recent call last):", ...lines].join("\n");
  }
}

/** A line per site, of equal neighbours the first few only. */
function describe(sites: readonly TracebackSite[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < sites.length;) {
    const line = tracebackLine(sites[i]!);
    const start = i;
    while (i < sites.length && tracebackLine(sites[i]!) === line) i++;
    const count = i - start;
    lines.push(...Array<string>(Math.min(count, REPEATS)).fill(line));
    if (count > REPEATS) lines.push(`  [repeated ${count - REPEATS} more times]`);
  }
  return lines;
}
