/**
 * What is known of a value: the lattice of annotations.
 *
 * Annotations are immutable values. What changes while the fixpoint is computed are *cells*: the
 * item of an array, a field, a parameter, a result, a type argument. A cell only ever rises, and
 * remembers why it rose (`cells.ts`). Two annotations of containers join by unifying their cells,
 * as RPython's list items do: a list has one item type wherever it travels.
 */
import type { ClassSymbol, EnumSymbol, StaticValue, FunctionSymbol } from "../bind/symbols.ts";
import type { Cell, FunctionCell, ClassInstance } from "./cells.ts";

/** `int` and `uint` are 64 bits; the others say what fits, and what storage holds. */
export type IntWidth = "int" | "uint" | "i8" | "i16" | "i32" | "u8" | "u16" | "u32";

export type Annotation =
  /** Nothing reaches this value. */
  | { readonly kind: "never" }
  /** Already reported; absorbs everything, so that one mistake gives one message. */
  | { readonly kind: "poison" }
  | { readonly kind: "none" }
  | { readonly kind: "bool"; readonly value: boolean | null }
  /** `value`: a known constant; literals adapt to other widths while it is known. */
  | {
      readonly kind: "int";
      readonly width: IntWidth;
      readonly nonneg: boolean;
      readonly value: bigint | null;
    }
  | { readonly kind: "float"; readonly width: "f64" | "f32" }
  | { readonly kind: "char"; readonly value: string | null }
  | { readonly kind: "str"; readonly value: string | null }
  | { readonly kind: "enum"; readonly symbol: EnumSymbol; readonly index: number | null }
  | { readonly kind: "tuple"; readonly items: readonly Annotation[] }
  /** `within`: the items of such an object, in the same allocation; a reference to them is one to it. */
  | { readonly kind: "array"; readonly item: Cell; readonly within?: ClassInstance }
  /** `facts`: sharper annotations of final fields, learned from a test; they hold for this value only. */
  | {
      readonly kind: "instance";
      readonly cls: ClassInstance;
      readonly facts?: ReadonlyMap<string, Annotation>;
    }
  /** A function value: a closure object. */
  | { readonly kind: "function"; readonly fn: FunctionCell }
  /** A function named directly and not (yet) made a value: calls of it are direct. */
  | { readonly kind: "constant"; readonly value: StaticValue; readonly bound: Annotation | null }
  /** A class as a value (`type(x)`, a class in a variable): one of these, all below `root`. */
  | { readonly kind: "class"; readonly root: ClassSymbol }
  | { readonly kind: "weak"; readonly item: Cell }
  | { readonly kind: "any_ref" }
  /** A raw address. */
  | { readonly kind: "ptr" }
  /** `T | None`; `of` is never `none`, `never` or another `optional`. */
  | { readonly kind: "optional"; readonly of: Annotation };

export type AnnotationKind = Annotation["kind"];
export type AnnotationOf<K extends AnnotationKind> = Extract<Annotation, { kind: K }>;

export const NEVER: Annotation = { kind: "never" };
export const POISON: Annotation = { kind: "poison" };
export const NONE: Annotation = { kind: "none" };
export const BOOL: Annotation = { kind: "bool", value: null };
export const TRUE: Annotation = { kind: "bool", value: true };
export const FALSE: Annotation = { kind: "bool", value: false };
export const INT: Annotation = { kind: "int", width: "int", nonneg: false, value: null };
export const NONNEG: Annotation = { kind: "int", width: "int", nonneg: true, value: null };
export const UINT: Annotation = { kind: "int", width: "uint", nonneg: true, value: null };
export const FLOAT: Annotation = { kind: "float", width: "f64" };
export const CHAR: Annotation = { kind: "char", value: null };
export const STR: Annotation = { kind: "str", value: null };
export const PTR: Annotation = { kind: "ptr" };
export const ANY_REF: Annotation = { kind: "any_ref" };

export function intOf(width: IntWidth): Annotation {
  return { kind: "int", width, nonneg: width.startsWith("u"), value: null };
}

export function intConstant(value: bigint): Annotation {
  return { kind: "int", width: "int", nonneg: value >= 0n, value };
}

/** `of | None`, flattened. */
export function optional(of: Annotation): Annotation {
  switch (of.kind) {
    case "none":
    case "optional":
    case "poison":
      return of;
    case "never":
      return NONE;
    default:
      return { kind: "optional", of };
  }
}

/** The annotation without `None`; `never` if it was only `None`. */
export function withoutNone(annotation: Annotation): Annotation {
  if (annotation.kind === "optional") return annotation.of;
  return annotation.kind === "none" ? NEVER : annotation;
}

export interface FunctionTarget {
  readonly symbol: FunctionSymbol;
}
