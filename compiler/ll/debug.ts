/**
 * What a debugger has to know of a program, where it was asked for (`LowerOptions.debug`).
 *
 * In functions of the user's, marks stand between the ops: `hint` ops, which do nothing and which back
 * ends leave out. A mark says that control comes to another line, or that a local holds another value.
 * Passes move and merge code as if there were no marks, so a program for debugging has none run on it.
 */
import type { Annotation } from "../../dsl/annotate/lattice.ts";
import type { LLFunction } from "./program.ts";
import type { StructType } from "./types.ts";

export type DebugMark =
  | { readonly kind: "line"; readonly line: number }
  /** The op's argument is what the local holds from here on. */
  | { readonly kind: "local"; readonly name: string; readonly type: Annotation };

/** A class as objects have it. */
export interface DebugClass {
  /** `Machine`, `list`; its module is the library's if it is. */
  readonly name: string;
  readonly isLibrary: boolean;
  readonly base: DebugClass | null;
  readonly struct: StructType;
  /** What its own fields hold, in the order of their declaration. */
  readonly fields: ReadonlyMap<string, Annotation>;
}

export interface DebugInfo {
  readonly classes: ReadonlyMap<StructType, DebugClass>;
  /** By function: the lines it has marks on. */
  readonly lines: ReadonlyMap<LLFunction, ReadonlySet<number>>;
}
