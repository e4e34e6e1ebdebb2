/**
 * What the annotator hands on: the annotated program that lowering and the editor read.
 *
 * Every op whose meaning depends on types carries a *resolution*: the annotator has decided what it
 * is, so lowering never repeats that reasoning. An op without a resolution is a primitive of the
 * kinds its arguments have (int arithmetic, float comparison, reference identity, …).
 */
import type { OpTable, SideSet } from "../flow/side-table.ts";
import type { HighBlock, HighGraph, HighLink, HighValue } from "../flow/ops.ts";
import type {
  BoundProgram,
  ClassSymbol,
  FieldDeclaration,
  FunctionSymbol,
  GlobalSymbol,
  StaticValue,
} from "../bind/symbols.ts";
import type { Diagnostic } from "../syntax/diagnostics.ts";
import type { Annotation } from "./lattice.ts";
import type { Cell, ClassInstance, FunctionCell, MethodFamily } from "./cells.ts";

/** One function at one tuple of type arguments and const arguments. */
export interface Spec {
  readonly id: number;
  readonly symbol: FunctionSymbol;
  /** Readable and unique: `main.fib`, `wright.builtins.list.append<int>`. */
  readonly name: string;
  /** For methods: the class the receiver is an instance of, with its type arguments. */
  readonly owner: ClassInstance | null;
  readonly typeArgs: readonly Annotation[];
  /** Null for `extern def` and abstract methods. */
  readonly graph: HighGraph | null;
  /** Captured values first, then parameters: as the graph's entry block. */
  readonly params: readonly Cell[];
  readonly result: Cell;
  /** By `Variable.id`; undefined where control never gets. */
  readonly annotations: (Annotation | undefined)[];
  readonly resolutions: OpTable<Resolution>;
  /** Blocks that control reaches; ops after one whose result is `never` are not reached either. */
  readonly reached: SideSet<HighBlock>;
  /** Links that are never taken (a branch on a known condition): the complement of what flows. */
  readonly deadLinks: Set<HighLink>;
}

/** Where a callee's parameter comes from at a call. */
export type ArgumentSource =
  /** `known`: what it is for certain here, where that is more than its annotation says. */
  | { readonly kind: "value"; readonly value: HighValue; readonly known?: Annotation }
  /** A parameter default: a static constant. */
  | { readonly kind: "default"; readonly value: StaticValue }
  /** A star parameter: the remaining arguments as a tuple. */
  | { readonly kind: "tuple"; readonly values: readonly HighValue[] };

export type Resolution =
  /** The arguments, in the order of `target.params`; conversions to the parameters' types are lowering's. */
  | {
      readonly kind: "call";
      readonly target: Spec;
      readonly args: readonly ArgumentSource[];
      readonly negate?: boolean;
    }
  /** Dispatch on the class of `args[0]`. `negate`: `a != b` by way of `__eq__`. */
  | {
      readonly kind: "virtual";
      readonly family: MethodFamily;
      readonly args: readonly ArgumentSource[];
      readonly negate?: boolean;
    }
  /** Through a function value. */
  | {
      readonly kind: "indirect";
      readonly fn: FunctionCell;
      readonly callee: HighValue;
      readonly args: readonly HighValue[];
      /** The function value is what this field of `callee` holds: `obj.handler(x)`. */
      readonly through?: {
        readonly owner: ClassInstance;
        readonly field: FieldDeclaration;
        readonly cell: Cell;
      };
    }
  /** A new object, then its `__init__` (null: none) with the object as its first argument, not listed in `args`. */
  | {
      readonly kind: "new";
      readonly cls: ClassInstance;
      readonly init: Spec | null;
      /** What the collector calls once the object is dead. */
      readonly finalizer: Spec | null;
      readonly args: readonly ArgumentSource[];
      /** Gives the number of inline items for the same arguments. */
      readonly length?: Spec;
    }
  /** getattr/setattr of a field; `owner` is the class instance that declares it. */
  | {
      readonly kind: "field";
      readonly owner: ClassInstance;
      readonly field: FieldDeclaration;
      readonly cell: Cell;
    }
  /** A class attribute: the same for all classes at or below the receiver's (`values` null), or looked up by class. */
  | {
      readonly kind: "class-attribute";
      readonly name: string;
      readonly root: ClassSymbol;
      readonly type: Annotation;
      readonly constant: StaticValue | null;
    }
  /** A method as a value: a closure over the receiver. `target` for a direct one, else through the family. */
  | { readonly kind: "bind"; readonly target: Spec | MethodFamily; readonly fn: FunctionCell }
  /** A nested function or lambda as a closure over its captured values (the op's arguments). */
  | { readonly kind: "closure"; readonly target: Spec; readonly fn: FunctionCell | null }
  /** The result is this constant; the op has no effect. */
  | { readonly kind: "constant"; readonly value: StaticValue }
  /** The result is the (only) argument, perhaps under another representation. */
  | { readonly kind: "same"; readonly value: HighValue }
  /** isinstance, match_exception: classes to test, null included or not; `static` if decided. */
  | {
      readonly kind: "class-test";
      readonly classes: readonly ClassSymbol[];
      readonly decided: boolean | null;
    }
  /** int, char, str, float, bool conversions and other things that lowering knows by name. */
  | {
      readonly kind: "intrinsic";
      readonly name: IntrinsicName;
      readonly args: readonly HighValue[];
      readonly type: Annotation | null;
    }
  /**
   * A display: the op's arguments become fixed arrays (`arrays` of them, dealt out in turn: a dict's
   * keys and values are two), which `finish` turns into the result; without it the array is it.
   */
  | { readonly kind: "display"; readonly items: readonly Cell[]; readonly finish: Spec | null };

/**
 * Operations that lowering implements itself: conversions (`int(x)` of a float: `float_to_int`),
 * enum conversion and names, and the intrinsics of `wright.intrinsics`, by their name there.
 */
export type IntrinsicName = string;

export interface AnnotatedProgram {
  readonly bound: BoundProgram;
  readonly diagnostics: readonly Diagnostic[];
  /** Every reached function, `main` and module bodies included. */
  readonly specs: readonly Spec[];
  /** In initialisation order. */
  readonly bodies: readonly Spec[];
  readonly main: Spec | null;
  readonly globals: ReadonlyMap<GlobalSymbol, Cell>;
  /** Class instances that are created or mentioned, each with its fields' cells. */
  readonly classes: readonly ClassInstance[];
  readonly families: readonly MethodFamily[];
  /** Functions of the entry module marked `@export("name")`: what C calls of a runtime module. */
  readonly exports: readonly { readonly name: string; readonly spec: Spec }[];
  /** Fields that some object may not have when they are read: a read that finds nothing raises. */
  readonly lateFields: ReadonlySet<FieldDeclaration>;
  /** Functions of the library that lowering and the platform call. */
  readonly wellKnown: { readonly [name: string]: Spec };
}
