/**
 * What a row of the op table says. The row is the definition of its op: whoever needs to know
 * anything about an op asks the row, and a new kind of knowledge is a new column here.
 */
import type { LLAux } from "../ll/program.ts";
import type { MachineValue } from "../eval/heap.ts";

/** The machine kind of an argument; `any` is settled by the op's aux and checked by the verifier. */
export type ArgKind = "int" | "float" | "bool" | "ref" | "addr" | "fn" | "any";
export type ResultKind = ArgKind | "void";

/**
 * What an op does beside giving its result, from least to most.
 *
 * - `none`: nothing; equal arguments and aux give equal results. May be moved, merged, removed.
 * - `read`: depends on memory. May be removed; may be merged when nothing in between writes.
 * - `write`: changes memory that somebody may read. Stays, in order.
 * - `alloc`: makes a fresh object and does nothing else. May be removed, never merged.
 * - `call`: may do anything.
 * - `control`: tied to its place: neither moved, merged nor removed except by what knows the op.
 */
export type Effect = "none" | "read" | "write" | "alloc" | "call" | "control";

export type Evaluate = (...args: never[]) => MachineValue;

export interface OpRow {
  readonly args: readonly ArgKind[];
  /** The kind of any number of further arguments. */
  readonly rest?: ArgKind;
  readonly result: ResultKind;
  readonly effect: Effect;
  /** May leave by an exception. For calls the callee says more: see `mayRaise`. */
  readonly raises: boolean;
  /** May run the collector, which moves objects. For calls the callee says more: see `mayCollect`. */
  readonly collects: boolean;
  /** `op(a, b)` equals `op(b, a)`. */
  readonly commutes: boolean;
  readonly doc: string;
  /** The `LLAux` entries the op cannot do without. `holder` stands for `struct` or `array`. */
  readonly aux: readonly AuxKey[];
  /** The meaning, on evaluator values. Null when it needs aux or the machine: see `compiler/eval`. */
  readonly eval: Evaluate | null;
  /** What must hold of the arguments; the op is undefined otherwise, and never folded. */
  readonly requires?: (...args: never[]) => boolean;
  /** What `overflowed` gives when it follows this op. */
  readonly overflow?: (...args: never[]) => boolean;
  /**
   * A C expression over `$0`, `$1`, … (atoms: names or parenthesised constants). An int is an
   * `int64_t`, a float a `double`, a bool a `bool`, an address a `char *`. Null when irregular.
   */
  readonly c: string | null;
}

export type AuxKey = Exclude<keyof LLAux, "site"> | "holder" | "site";

interface Facts {
  readonly args: readonly ArgKind[];
  readonly result: ResultKind;
}

/** A row without effect. */
export function pure<const F extends Facts, const E extends Evaluate>(
  facts: F,
  doc: string,
  evaluate: E,
  c: string,
) {
  return {
    ...facts,
    effect: "none" as const,
    raises: false as const,
    collects: false as const,
    commutes: false as boolean,
    doc,
    aux: [] as readonly AuxKey[],
    eval: evaluate,
    c,
  };
}

/** A row without effect for which `a op b` equals `b op a`. */
export function commuting<const F extends Facts, const E extends Evaluate>(
  facts: F,
  doc: string,
  evaluate: E,
  c: string,
) {
  return { ...pure(facts, doc, evaluate, c), commutes: true };
}

/** The columns most irregular rows share; a row spreads it and overrides what differs. */
export const PLAIN = {
  raises: false,
  collects: false,
  commutes: false,
  aux: [],
  eval: null,
  c: null,
} as const;
