/**
 * Cells: the mutable places of the analysis.
 *
 * A cell holds the join of everything that flowed into it and, for each step up the lattice, the
 * first reason. Cells of containers that meet are unified (union-find); what either knew, both know.
 * A declared cell is a contract: what flows in must fit, and never raises it.
 */
import type { ClassSymbol, FunctionSymbol } from "../bind/symbols.ts";
import type { HighBlock } from "../flow/ops.ts";
import type { TypeExpr } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import type { Annotation } from "./lattice.ts";
import { NEVER } from "./lattice.ts";
import type { Spec } from "./result.ts";

/** Why a cell or a variable has its annotation: a place, a sentence, and where the value came from. */
export interface Reason {
  readonly annotation: Annotation;
  readonly span: Span | null;
  /** `stored here`, `passed here`, `returned here`, `declared here`, … */
  readonly message: string;
  /** It came by way of another cell: nothing will let it flow again, so a misfit is reported at once. */
  readonly forwarded?: boolean;
  /** The value that flowed in, to follow the chain back; null at a literal or a declaration. */
  readonly source: ValueSource | null;
}

export interface ValueSource {
  readonly spec: Spec;
  readonly variable: number;
}

export interface Cell {
  readonly id: number;
  /** Union-find parent; the cell itself when it is a representative. Read through `find`. */
  parent: Cell;
  annotation: Annotation;
  /** A declaration fixed the annotation: stores are checked against it. */
  declared: boolean;
  /** First reason for each rise, in order. */
  reasons: readonly Reason[];
  /** What must be looked at again when the cell rises; null while there is none. */
  readers: Set<Reader> | null;
  /** Cells that receive whatever this one receives: a function value's parameters reach its targets'. */
  forwards: Forward[];
  /**
   * A declaration that the cell may stay below: a function declared `-> None` that never returns has
   * the result `never`. What flows in must fit it.
   */
  limit: Annotation | null;
  /** Of a cell for `T | None`: the cell of `T`, which gets what flows in, without `None`. */
  inner: Cell | null;
  /** Of a cell for `tuple[A, B]` in a generic signature: the cells of the items, which get what flows in. */
  parts: readonly Cell[] | null;
  /** For messages: `field W_Pair.car`, `item of the list`, `parameter x of f`. */
  readonly what: string;
}

export interface Forward {
  readonly to: Cell;
  /** `to` is a tuple of which the source is a part: it gets the tuple of all its parts. */
  readonly rebuild?: boolean;
  readonly message: string;
  readonly span: Span | null;
}

/** A block of a specialisation that read a cell, as the worklist knows it. */
export interface Reader {
  readonly spec: Spec;
  readonly block: HighBlock;
  queued: boolean;
}

let nextId = 0;

/** Of cells there are many: the list is replaced when there is one. */
const NO_REASONS: readonly Reason[] = [];

export function newCell(what: string): Cell {
  const cell: Cell = {
    id: nextId++,
    parent: undefined as unknown as Cell,
    annotation: NEVER,
    declared: false,
    reasons: NO_REASONS,
    readers: null,
    forwards: [],
    limit: null,
    inner: null,
    parts: null,
    what,
  };
  cell.parent = cell;
  return cell;
}

export function find(cell: Cell): Cell {
  let root = cell;
  while (root.parent !== root) root = root.parent;
  while (cell.parent !== root) {
    const next = cell.parent;
    cell.parent = root;
    cell = next;
  }
  return root;
}

/** What the cell holds now. */
export function read(cell: Cell): Annotation {
  return find(cell).annotation;
}

/**
 * A class at a tuple of type arguments. For a class without type parameters there is exactly one.
 * Fields' cells live here; inherited fields are found on `base`.
 */
export interface ClassInstance {
  readonly id: number;
  parent: ClassInstance;
  readonly symbol: ClassSymbol;
  readonly args: readonly Cell[];
  readonly fields: Map<string, Cell>;
  base: ClassInstance | null;
  /** Some code creates instances of exactly this class. */
  created: boolean;
  /** Signatures of its generic methods at these type arguments. */
  readonly signatures: Map<FunctionSymbol, Instantiation>;
  /** Its type parameters, bound to `args`; null until somebody asks (`classEnvironment`). */
  environment: TypeEnvironment | null;
}

export function findClass(cls: ClassInstance): ClassInstance {
  let root = cls;
  while (root.parent !== root) root = root.parent;
  return root;
}

/**
 * A generic function's signature at one tuple of type-argument cells. Calls flow into `params` and
 * read `result`; the body is specialised once the cells have settled (`specialise.ts`).
 */
export interface Instantiation {
  readonly symbol: FunctionSymbol;
  readonly owner: ClassInstance | null;
  readonly env: TypeEnvironment;
  readonly params: readonly Cell[];
  readonly result: Cell;
  /** The first use: where errors of a library body at these types are shown. */
  readonly origin: { readonly spec: Spec; readonly span: Span | null } | null;
  /** The cells of the type parameters, in order, and what they held when the body was last looked for. */
  readonly arguments: readonly Cell[];
  readonly settledAt: (Annotation | null)[];
  readonly typeKeys: string[];
  /** Set when the body was specialised for the cells' present annotations. */
  spec: Spec | null;
  /** The key `spec` was made for. */
  key: string;
  /** Calls dispatch on the receiver's class: all that a call may reach at these type arguments. */
  family: MethodFamily | null;
  /** What bounds `Iterable[…]` of its type parameters name, as cells that items flow into. */
  walks?: Map<TypeExpr, Cell>;
  /** Items do not fit what such a bound declares: that was reported, and the body would say it again. */
  isMisfit?: boolean;
}

/**
 * What type parameters stand for, and the containers already made for type expressions under it
 * (null while there are none: most environments never make any).
 */
export interface TypeEnvironment {
  readonly cells: ReadonlyMap<string, Cell>;
  classes: Map<TypeExpr, ClassInstance> | null;
  itemCells: Map<TypeExpr, Cell> | null;
  functions: Map<TypeExpr, FunctionCell> | null;
}

/** Function values that can meet: one signature, a set of targets. Unified like cells. */
export interface FunctionCell {
  readonly id: number;
  parent: FunctionCell;
  readonly params: readonly Cell[];
  readonly result: Cell;
  /**
   * What a call may reach. For a closure or a bound method the first parameters of the target are the
   * captured values, and `params` the rest.
   */
  targets: Set<Spec | MethodFamily>;
  declared: boolean;
}

export function findFunction(fn: FunctionCell): FunctionCell {
  let root = fn;
  while (root.parent !== root) root = root.parent;
  return root;
}

/**
 * A method together with all its overrides, rooted at the topmost class that defines it; if that is
 * generic, there is one family per tuple of settled type arguments. All share parameter and result
 * cells (the receiver apart).
 */
export interface MethodFamily {
  readonly id: number;
  readonly name: string;
  readonly root: ClassInstance;
  /** Without the receiver. */
  readonly params: readonly Cell[];
  readonly result: Cell;
  /** By class (`classKey`): the implementation it defines itself. Subclasses without an entry inherit. */
  readonly implementations: Map<string, Spec>;
  readonly symbol: FunctionSymbol;
  /** Classes through which it is called: implementations at or below them are reached. */
  readonly calledOn: Set<ClassSymbol>;
}
