/**
 * What a user did wrong, as a value. Stages return results *and* diagnostics; none throws on user
 * input. Codes are stable: each has a row in the catalogue (`catalogue.ts`) and a page that
 * `wright explain CODE` prints.
 */
import type { CodeName } from "./catalogue.ts";
import type { Span } from "./source.ts";

export type Severity = "error" | "warning" | "hint";

/** A second place that matters: an origin of a type, a step of the chain that led there. */
export interface Note {
  readonly message: string;
  readonly span: Span | null;
}

export interface Diagnostic {
  /** `E0203` and the like. */
  readonly code: CodeName;
  readonly severity: Severity;
  readonly span: Span;
  /** A lower-case sentence without a full stop: what was found, what was expected. */
  readonly message: string;
  /** Shown in this order: both origins first, then the chain. */
  readonly notes: readonly Note[];
  /** What to do about it, when that is known. */
  readonly help: string | null;
}

export interface DiagnosticOptions {
  readonly notes?: readonly Note[];
  readonly help?: string;
  readonly severity?: Severity;
}

export function diagnostic(
  code: CodeName,
  span: Span,
  message: string,
  options: DiagnosticOptions = {},
): Diagnostic {
  return {
    code,
    severity: options.severity ?? "error",
    span,
    message,
    notes: options.notes ?? [],
    help: options.help ?? null,
  };
}

export function note(message: string, at: Span | null = null): Note {
  return { message, span: at };
}

/** A broken invariant of ours: never caused by user input, always a bug to report. */
export class InternalError extends Error {
  override readonly name = "InternalError";
}

export function unreachable(value: never, what = "case"): never {
  throw new InternalError(`unexpected ${what}: ${JSON.stringify(value)}`);
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}
