/**
 * The low-level program: what lowering makes, passes change, and the evaluator and back ends read.
 */
import type {
  Block,
  Exit,
  Graph,
  Link,
  Op,
  Value,
  Variable,
  Constant,
} from "../../dsl/flow/graph.ts";
import type { Span } from "../../dsl/syntax/source.ts";
import type { HeapObject } from "../eval/heap.ts";
import type { DebugInfo, DebugMark } from "./debug.ts";
import type { ArrayType, Field, FnType, LLType, Storage, StructType } from "./types.ts";

export type LLConstant =
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "void" }
  /** A prebuilt object, or a tagged immediate, as the evaluator represents it. */
  | { readonly kind: "object"; readonly object: HeapObject }
  | { readonly kind: "function"; readonly function: LLFunction };

/** What an op carries beside its arguments; each op's row in the table says which it needs. */
export interface LLAux {
  readonly field?: Field;
  readonly struct?: StructType;
  readonly array?: ArrayType;
  /** Of `array_copy`: the source's type, where it is not `array`. */
  readonly source?: ArrayType;
  readonly storage?: Storage;
  readonly callee?: LLFunction;
  readonly signature?: FnType;
  readonly global?: LLGlobal;
  readonly table?: LLTable;
  /** Shadow-stack slot or frame size. */
  readonly slot?: number;
  /** Name of a hint that the tracer will read (`merge_point`, `promote`, …). */
  readonly hint?: string;
  /** Of `call`: it takes the place of the function that it is in; see `passes/reenter-loops.ts`. */
  readonly tail?: boolean;
  /** Where a call stands, for tracebacks. */
  readonly site?: Span;
  /** Of `hint`: what a debugger is told there. */
  readonly mark?: DebugMark;
}

export interface LL {
  readonly type: LLType;
  readonly constant: LLConstant;
  readonly aux: LLAux;
}

export type LLGraph = Graph<LL>;
export type LLBlock = Block<LL>;
export type LLOp = Op<LL>;
export type LLLink = Link<LL>;
export type LLExit = Exit<LL>;
export type LLValue = Value<LL>;
export type LLVariable = Variable<LL>;
export type LLConst = Constant<LL>;

export interface LLFunction {
  /** Unique in the program, stable across builds, an identifier after `names.ts` mangling; e.g. `main.W_Int.add`, `list.append<int>`. */
  readonly name: string;
  /** As tracebacks show it: `W_Int.add`. */
  readonly displayName: string;
  /** Null for functions of the platform (`extern`), called by their C name in `externName`. */
  graph: LLGraph | null;
  readonly externName: string | null;
  readonly params: readonly LLType[];
  readonly result: LLType;
  readonly span: Span | null;
  /** Part of the library: tracebacks do not show its frames (`sites.ts`). */
  readonly isLibrary?: boolean;
  /** May leave by an exception. Conservative until the pass `exceptions` has computed it. */
  raises: boolean;
  /** May run the collector. */
  collects: boolean;
  readonly inline: "always" | "never" | "auto";
  /** JIT hints by name (`elidable`, `unroll_safe`, …); kept for the codewriter. */
  readonly hints: ReadonlySet<string>;
}

/** A module-level name while module bodies run; `freeze` turns reads of it into constants. */
export interface LLGlobal {
  readonly name: string;
  readonly type: LLType;
}

/** An immutable table indexed from 0: virtual methods and class attributes by class number. */
export interface LLTable {
  readonly name: string;
  readonly type: LLType;
  /** A row may be a hole (an abstract class has no instances): null. */
  readonly rows: (LLConstant | null)[];
}

export interface LLProgram {
  readonly name: string;
  functions: LLFunction[];
  readonly structs: StructType[];
  readonly arrays: ArrayType[];
  readonly globals: LLGlobal[];
  readonly tables: LLTable[];
  /** Module bodies in the order in which they run at build time; empty once frozen. */
  initializers: LLFunction[];
  /**
   * `fn(array[str]) -> int`: builds the argument list, calls the user's `main`. An uncaught
   * exception leaves through it; the platform then calls `describeException`.
   */
  entry: LLFunction;
  /**
   * Of a runtime module: the functions that C calls, by symbol. Such a program has no entry that runs;
   * what its exports do not reach does not exist.
   */
  readonly exports: readonly { readonly name: string; readonly function: LLFunction }[];
  readonly well: WellKnown;
  /** Of a program with marks. */
  readonly debug?: DebugInfo;
}

/** What evaluator and back ends must know by name. */
export interface WellKnown {
  readonly str: ArrayType;
  /** The class `Exception`: fields `message: str` (see builtins.wr). */
  readonly exception: StructType;
  /** `fn(Exception) -> str`: `ValueError: message`, for the last line of a traceback. */
  readonly describeException: LLFunction;
  /** Prebuilt exceptions raised by the machine itself. */
  readonly memoryError: HeapObject;
  readonly stackOverflow: HeapObject;
  /** The argument array type of `entry`. */
  readonly strArray: ArrayType;
}
