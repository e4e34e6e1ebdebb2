/**
 * What a debugger has to know of a program, where it was asked for (`LowerOptions.debug`).
 *
 * In functions of the user's, marks stand between the ops: `hint` ops, which do nothing and which back
 * ends leave out. A mark says that control comes to another line, or that a local holds another value.
 * Passes move and merge code as if there were no marks, so a program for debugging has none run on it.
 */
import type { Annotation } from "../../dsl/annotate/lattice.ts";
import type { MachineValue } from "../eval/heap.ts";
import type { LLFunction, LLGlobal } from "./program.ts";
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

/** A module-level name that holds a value of the program's. */
export interface DebugGlobal {
  readonly name: string;
  readonly type: Annotation;
  readonly global: LLGlobal;
  /** What the module bodies have left there; undefined before they have run. */
  value: MachineValue | undefined;
}

export interface DebugModule {
  /** Its own, in the order in which they stand there. */
  readonly own: readonly DebugGlobal[];
  /** Those and the imported ones, by the names that they have here. */
  readonly visible: ReadonlyMap<string, DebugGlobal>;
}

export interface DebugInfo {
  readonly classes: ReadonlyMap<StructType, DebugClass>;
  /** By function: the lines it has marks on. */
  readonly lines: ReadonlyMap<LLFunction, ReadonlySet<number>>;
  /** The user's modules, by their files' paths. */
  readonly modules: ReadonlyMap<string, DebugModule>;
}
