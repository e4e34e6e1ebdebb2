/**
 * How annotations meet: join (least upper bound), assign (does it fit a contract), and the
 * unification of cells, classes and function values that both imply.
 *
 * The idea is RPython's: containers are invariant, so two containers that meet become one. Laws:
 * join is commutative, associative and idempotent up to unification, `never` is its unit, and it
 * returns its first argument itself when nothing rises, which is how the fixpoint sees that it ends.
 */
import type { ClassSymbol } from "../bind/symbols.ts";
import { needsForwarder } from "../flow/forwarders.ts";
import type { Context } from "./context.ts";
import { find, findClass, findFunction, newCell } from "./cells.ts";
import type { Cell, ClassInstance, Forward, FunctionCell, Reason } from "./cells.ts";
import { NEVER, NONE, POISON, optional, withoutNone } from "./lattice.ts";
import type { Annotation, AnnotationOf, IntWidth } from "./lattice.ts";
import { typeKey } from "./show.ts";

// ---------------------------------------------------------------- integers

interface Range {
  readonly low: bigint;
  readonly high: bigint;
}

const RANGES: Record<IntWidth, Range> = {
  int: { low: -(1n << 63n), high: (1n << 63n) - 1n },
  uint: { low: 0n, high: (1n << 64n) - 1n },
  i8: { low: -128n, high: 127n },
  i16: { low: -32768n, high: 32767n },
  i32: { low: -(1n << 31n), high: (1n << 31n) - 1n },
  u8: { low: 0n, high: 255n },
  u16: { low: 0n, high: 65535n },
  u32: { low: 0n, high: (1n << 32n) - 1n },
};

export function fitsWidth(value: bigint, width: IntWidth): boolean {
  return value >= RANGES[width].low && value <= RANGES[width].high;
}

/** Every value of `from` is one of `to`. */
function widthWithin(from: IntWidth, to: IntWidth): boolean {
  return RANGES[from].low >= RANGES[to].low && RANGES[from].high <= RANGES[to].high;
}

function joinInts(a: AnnotationOf<"int">, b: AnnotationOf<"int">): Annotation | null {
  if (a.width === b.width) {
    if (a.value === b.value || a.value === null) return a;
    return { kind: "int", width: a.width, nonneg: a.nonneg && b.nonneg, value: null };
  }
  if (b.value !== null && fitsWidth(b.value, a.width))
    return a.value === null ? a : { ...a, value: null };
  if (a.value !== null && fitsWidth(a.value, b.width)) return { ...b, value: null };
  if (widthWithin(b.width, a.width)) return a;
  if (widthWithin(a.width, b.width)) return b;
  if (a.width !== "uint" && b.width !== "uint")
    return { kind: "int", width: "int", nonneg: false, value: null };
  return null;
}

/**
 * Forgets literal values: what many places may store to holds no constant. Keeps functions and
 * classes named directly, which calls need.
 */
export function generalise(annotation: Annotation): Annotation {
  switch (annotation.kind) {
    case "int":
      if (annotation.value === null) return annotation;
      return {
        kind: "int",
        width: annotation.width,
        nonneg: annotation.width.startsWith("u"),
        value: null,
      };
    case "bool":
    case "str":
    case "char":
      return annotation.value === null ? annotation : { kind: annotation.kind, value: null };
    case "enum":
      return annotation.index === null ? annotation : { ...annotation, index: null };
    case "tuple": {
      const items = annotation.items.map(generalise);
      return items.every((item, i) => item === annotation.items[i])
        ? annotation
        : { kind: "tuple", items };
    }
    case "optional": {
      const of = generalise(annotation.of);
      return of === annotation.of ? annotation : { kind: "optional", of };
    }
    case "instance":
      return annotation.facts === undefined
        ? annotation
        : { kind: "instance", cls: annotation.cls };
    default:
      return annotation;
  }
}

// ---------------------------------------------------------------- join

/** Least upper bound, or null when the two have no common meaning. Returns `a` itself if `b` adds nothing. */
export function join(ctx: Context, a: Annotation, b: Annotation): Annotation | null {
  if (a === b || b.kind === "never") return a;
  if (a.kind === "never") return b;
  if (a.kind === "poison") return a;
  if (b.kind === "poison") return b;
  if (a.kind === "none") return b.kind === "none" ? a : nullable(ctx, b);
  if (b.kind === "none") return a.kind === "optional" ? a : nullable(ctx, a);
  if (a.kind === "optional" || b.kind === "optional") {
    const ofA = a.kind === "optional" ? a.of : a;
    const joined = join(ctx, ofA, b.kind === "optional" ? b.of : b);
    if (joined === null) return null;
    return a.kind === "optional" && joined === ofA ? a : optional(joined);
  }
  return joinPlain(ctx, a, b);
}

/** `None` met a value: a function named directly must become a value first. */
function nullable(ctx: Context, annotation: Annotation): Annotation | null {
  if (annotation.kind !== "constant") return optional(annotation);
  const value = ctx.materialise(annotation);
  return value === null ? null : optional(value);
}

function joinPlain(ctx: Context, a: Annotation, b: Annotation): Annotation | null {
  if (a.kind === "constant" || b.kind === "constant") return joinConstants(ctx, a, b);
  // Where what a test recovered from an `any_ref` meets the path on which it failed.
  if (a.kind === "any_ref") return isErasable(b) ? a : null;
  if (b.kind === "any_ref") return isErasable(a) ? b : null;
  switch (a.kind) {
    case "bool":
      if (b.kind !== "bool") return null;
      return a.value === null || a.value === b.value ? a : { kind: "bool", value: null };
    case "int":
      return b.kind === "int" ? joinInts(a, b) : null;
    case "float":
      if (b.kind !== "float") return null;
      return a.width === "f64" || a.width === b.width ? a : b;
    case "char":
      if (b.kind === "char")
        return a.value === null || a.value === b.value ? a : { kind: "char", value: null };
      return b.kind === "str" ? { kind: "str", value: null } : null;
    case "str":
      if (b.kind !== "str" && b.kind !== "char") return null;
      return a.value === null || (b.kind === "str" && a.value === b.value)
        ? a
        : { kind: "str", value: null };
    case "enum":
      if (b.kind !== "enum" || a.symbol !== b.symbol) return null;
      return a.index === null || a.index === b.index ? a : { ...a, index: null };
    case "tuple":
      return b.kind === "tuple" ? joinTuples(ctx, a, b) : null;
    case "array":
      return b.kind === "array" && sameHolder(a, b) && unifyCells(ctx, a.item, b.item) ? a : null;
    case "weak":
      return b.kind === "weak" && unifyCells(ctx, a.item, b.item) ? a : null;
    case "instance":
      return b.kind === "instance" ? joinInstances(ctx, a, b) : null;
    case "function":
      return b.kind === "function" && unifyFunctions(ctx, a.fn, b.fn) ? a : null;
    case "class":
      return b.kind === "class" ? joinClassValues(a, b) : null;
    case "ptr":
      return b.kind === a.kind ? a : null;
    default:
      return null;
  }
}

/** Both arrays of their own, or both items of objects of one class. */
function sameHolder(a: AnnotationOf<"array">, b: AnnotationOf<"array">): boolean {
  if (a.within === undefined || b.within === undefined) return a.within === b.within;
  return findClass(a.within) === findClass(b.within);
}

function joinTuples(
  ctx: Context,
  a: AnnotationOf<"tuple">,
  b: AnnotationOf<"tuple">,
): Annotation | null {
  if (a.items.length !== b.items.length) return null;
  let same = true;
  const items: Annotation[] = [];
  for (let i = 0; i < a.items.length; i++) {
    const item = join(ctx, a.items[i]!, b.items[i]!);
    if (item === null) return null;
    if (item !== a.items[i]) same = false;
    items.push(item);
  }
  return same ? a : { kind: "tuple", items };
}

function joinInstances(
  ctx: Context,
  a: AnnotationOf<"instance">,
  b: AnnotationOf<"instance">,
): Annotation | null {
  const clsA = findClass(a.cls);
  const clsB = findClass(b.cls);
  if (clsA === clsB)
    return a.facts === undefined || sameFacts(a.facts, b.facts)
      ? a
      : { kind: "instance", cls: a.cls };
  const ancestors = new Map<ClassSymbol, ClassInstance>();
  for (let cls: ClassInstance | null = clsA; cls !== null; cls = ctx.baseOf(cls))
    ancestors.set(cls.symbol, cls);
  for (let cls: ClassInstance | null = clsB; cls !== null; cls = ctx.baseOf(cls)) {
    const common = ancestors.get(cls.symbol);
    if (common === undefined) continue;
    // `Box[str]` and `Box[int]` are both what `Box` is derived from.
    const above = common === clsA && cls === clsB ? ctx.baseOf(common) : null;
    if (above !== null && !mayMeet(common.args, cls.args)) continue;
    if (!unifyClasses(ctx, common, cls)) return null;
    return common.symbol === clsA.symbol && a.facts === undefined
      ? a
      : { kind: "instance", cls: common };
  }
  return null;
}

/** Whether type arguments could be the same: false only if they are known to differ, for good. */
function mayMeet(first: readonly Cell[], second: readonly Cell[]): boolean {
  return first.every((one, i) => {
    const [a, b] = [find(one).annotation, find(second[i]!).annotation];
    return a.kind === b.kind || !DISTINCT.has(a.kind) || !DISTINCT.has(b.kind) || isText(a, b);
  });
}

/** Values of two of these kinds have no common type. */
const DISTINCT: ReadonlySet<Annotation["kind"]> = new Set<Annotation["kind"]>([
  ...(["int", "float", "bool", "str", "char", "enum", "tuple", "array", "instance"] as const),
  "function",
]);

function isText(a: Annotation, b: Annotation): boolean {
  return [a, b].every(({ kind }) => kind === "str" || kind === "char");
}

function sameFacts(
  a: ReadonlyMap<string, Annotation>,
  b: ReadonlyMap<string, Annotation> | undefined,
): boolean {
  if (b === undefined || a.size !== b.size) return false;
  return [...a].every(([name, annotation]) => {
    const other = b.get(name);
    return other !== undefined && typeKey(other) === typeKey(annotation);
  });
}

function joinClassValues(a: AnnotationOf<"class">, b: AnnotationOf<"class">): Annotation | null {
  const above = new Set<ClassSymbol>();
  for (let cls: ClassSymbol | null = a.root; cls !== null; cls = cls.base) above.add(cls);
  for (let cls: ClassSymbol | null = b.root; cls !== null; cls = cls.base)
    if (above.has(cls)) return cls === a.root ? a : { kind: "class", root: cls };
  return null;
}

function joinConstants(ctx: Context, a: Annotation, b: Annotation): Annotation | null {
  if (a.kind === "constant" && b.kind === "constant" && sameConstant(a, b)) return a;
  const left = a.kind === "constant" ? ctx.materialise(a) : a;
  const right = b.kind === "constant" ? ctx.materialise(b) : b;
  if (left === null || right === null) return null;
  return join(ctx, left, right);
}

function sameConstant(a: AnnotationOf<"constant">, b: AnnotationOf<"constant">): boolean {
  if (a.bound !== null || b.bound !== null) return false;
  const x = a.value;
  const y = b.value;
  if ("symbol" in x && "symbol" in y) return x.symbol === y.symbol;
  return x.kind === "type" && y.kind === "type" && x.type === y.type;
}

// ---------------------------------------------------------------- assign

/** Whether a value of `from` may go where `to` is declared; unifies what containers hold. */
export function assign(ctx: Context, from: Annotation, to: Annotation): boolean {
  if (from.kind === "never" || from.kind === "poison" || to.kind === "poison") return true;
  if (to.kind === "optional") {
    if (from.kind === "none") return true;
    return assign(ctx, from.kind === "optional" ? from.of : from, to.of);
  }
  if (from.kind === "constant" && to.kind !== "constant") {
    const value = ctx.materialise(from);
    return value !== null && assign(ctx, value, to);
  }
  switch (to.kind) {
    case "int":
      if (from.kind !== "int") return false;
      return from.value !== null
        ? fitsWidth(from.value, to.width)
        : widthWithin(from.width, to.width);
    case "float":
      return from.kind === "float" && (to.width === "f64" || from.width === "f32");
    case "str":
      return from.kind === "str" || from.kind === "char";
    case "tuple":
      return (
        from.kind === "tuple" &&
        from.items.length === to.items.length &&
        from.items.every((item, i) => assign(ctx, item, to.items[i]!))
      );
    case "array":
      return from.kind === "array" && sameHolder(from, to) && unifyCells(ctx, from.item, to.item);
    case "weak":
      return from.kind === "weak" && unifyCells(ctx, from.item, to.item);
    case "instance":
      return from.kind === "instance" && assignInstance(ctx, from.cls, to.cls);
    case "function":
      return from.kind === "function" && assignFunction(ctx, from.fn, to.fn);
    case "any_ref":
      return isErasable(from);
    case "enum":
      return from.kind === "enum" && from.symbol === to.symbol;
    case "class":
      return from.kind === "class" && isSubclass(from.root, to.root);
    case "constant":
      return from.kind === "constant" && sameConstant(from, to);
    case "never":
      return false;
    default:
      return from.kind === to.kind;
  }
}

function assignInstance(ctx: Context, from: ClassInstance, to: ClassInstance): boolean {
  const target = findClass(to);
  for (let cls: ClassInstance | null = findClass(from); cls !== null; cls = ctx.baseOf(cls))
    if (cls.symbol === target.symbol) return unifyClasses(ctx, target, cls);
  return false;
}

/** The declared signature's parameters reach the targets; the targets' results reach it. */
function assignFunction(ctx: Context, from: FunctionCell, to: FunctionCell): boolean {
  const a = findFunction(from);
  const b = findFunction(to);
  if (a === b) return true;
  return unifyFunctions(ctx, b, a);
}

/** What an `any_ref` takes: any reference, and a char, which is a string there. */
function isErasable(annotation: Annotation): boolean {
  return annotation.kind === "char" || isReference(annotation);
}

/** A collected reference at run time. */
export function isReference(annotation: Annotation): boolean {
  switch (annotation.kind) {
    case "array":
      return annotation.within === undefined;
    case "none":
    case "str":
    case "tuple":
    case "instance":
    case "function":
    case "weak":
    case "any_ref":
      return true;
    case "optional":
      return true;
    default:
      return false;
  }
}

export function isSubclass(cls: ClassSymbol, of: ClassSymbol): boolean {
  for (let one: ClassSymbol | null = cls; one !== null; one = one.base) if (one === of) return true;
  return false;
}

// ---------------------------------------------------------------- cells

/**
 * Whether the flow would change nothing: the common case once a program has settled, worth finding out
 * before a reason is even written down.
 */
export function alreadyHolds(cell: Cell, annotation: Annotation): boolean {
  const root = find(cell);
  if (annotation.kind === "never" || root.annotation === annotation) return true;
  if (root.limit !== null || root.inner !== null || root.parts !== null) return false;
  return covers(root.annotation, annotation);
}

function covers(held: Annotation, annotation: Annotation): boolean {
  if (held.kind === "optional")
    return (
      annotation.kind === "none" ||
      covers(held.of, annotation.kind === "optional" ? annotation.of : annotation)
    );
  switch (annotation.kind) {
    case "int":
      return held.kind === "int" && held.value === null && held.width === annotation.width;
    case "bool":
    case "str":
    case "char":
      return held.kind === annotation.kind && held.value === null;
    case "float":
      return held.kind === "float" && held.width === annotation.width;
    case "enum":
      return held.kind === "enum" && held.index === null && held.symbol === annotation.symbol;
    case "instance":
      return held.kind === "instance" && findClass(held.cls) === findClass(annotation.cls);
    case "none":
      return held.kind === "none";
    default:
      return false;
  }
}

/** What a cell keeps of an annotation: no literals, and functions and classes as values. */
function storable(ctx: Context, annotation: Annotation): Annotation {
  // A generic function stays itself, and can be called with any types, until it meets another value.
  if (annotation.kind === "constant")
    return needsForwarder(annotation.value)
      ? annotation
      : (ctx.materialise(annotation) ?? annotation);
  return generalise(annotation);
}

/**
 * Lets an annotation flow into a cell. A conflict is reported once, with both origins, and poisons
 * the cell; a declared cell never changes, and what does not fit is reported at the flow.
 */
export function flowInto(
  ctx: Context,
  cell: Cell,
  annotation: Annotation,
  reason: Omit<Reason, "annotation">,
): void {
  const root = find(cell);
  if (annotation.kind === "never") return;
  if (root.declared) {
    if (!assign(ctx, annotation, root.annotation)) ctx.reportMisfit(root, annotation, reason);
    return;
  }
  if (root.limit !== null && !assign(ctx, annotation, root.limit)) {
    ctx.reportMisfit(root, annotation, reason);
    return;
  }
  if (root.inner !== null && find(root.inner) !== root) {
    // What the inner cell forwarded is there already, and has only to be joined here.
    if (reason.forwarded !== true) {
      flowInto(ctx, root.inner, withoutNone(annotation), reason);
      if (annotation.kind !== "none" && annotation.kind !== "optional") return;
      annotation = NONE;
    }
  }
  if (
    root.parts !== null &&
    annotation.kind === "tuple" &&
    annotation.items.length === root.parts.length
  )
    annotation.items.forEach((item, i) => flowInto(ctx, root.parts![i]!, item, reason));
  const value = storable(ctx, annotation);
  const old = find(root).annotation;
  const joined = join(ctx, old, value);
  // Joining may have unified this very cell with another one.
  const now = find(root);
  if (joined === null) {
    ctx.reportConflict(now, annotation, reason);
    rise(ctx, now, POISON, { annotation: POISON, ...reason });
  } else if (joined !== old || now !== root) {
    const merged = now === root ? joined : join(ctx, now.annotation, joined);
    if (merged !== null && merged !== now.annotation)
      rise(ctx, now, merged, { annotation: value, ...reason });
  }
}

function rise(ctx: Context, cell: Cell, annotation: Annotation, reason: Reason): void {
  ctx.moves++;
  cell.annotation = annotation;
  addReasons(cell, [reason]);
  if (cell.readers !== null) for (const reader of cell.readers) ctx.enqueue(reader);
  for (const forward of cell.forwards)
    flowInto(ctx, forward.to, forwarded(forward, annotation), {
      span: forward.span ?? reason.span,
      message: forward.message,
      source: reason.source,
      forwarded: true,
    });
}

function forwarded(forward: Forward, annotation: Annotation): Annotation {
  return forward.rebuild === true ? tupleOf(find(forward.to).parts ?? []) : annotation;
}

/** The tuple of what the cells hold; `never` until all hold something. */
function tupleOf(parts: readonly Cell[]): Annotation {
  const items = parts.map((part) => find(part).annotation);
  return items.some((item) => item.kind === "never") ? NEVER : { kind: "tuple", items };
}

/** Makes `cell` the tuple of these cells: what reaches one reaches the others. */
export function joinParts(ctx: Context, cell: Cell, parts: readonly Cell[]): void {
  cell.parts = parts;
  for (const part of parts)
    find(part).forwards.push({
      to: cell,
      rebuild: true,
      message: "as part of the tuple",
      span: null,
    });
  flowInto(ctx, cell, tupleOf(parts), {
    span: null,
    message: "as part of the tuple",
    source: null,
  });
}

/** Whatever `from` receives, now and later, reaches `to`. */
export function forward(
  ctx: Context,
  from: Cell,
  to: Cell,
  message: string,
  span: Reason["span"],
): void {
  const source = find(from);
  const target = find(to);
  if (source === target || source.forwards.some((one) => find(one.to) === target)) return;
  source.forwards.push({ to: target, message, span });
  if (source.annotation.kind !== "never")
    flowInto(ctx, target, source.annotation, {
      span: span ?? source.reasons[0]?.span ?? null,
      message,
      source: source.reasons[0]?.source ?? null,
      forwarded: true,
    });
}

/** Makes two cells one. False when what they hold cannot meet. */
export function unifyCells(ctx: Context, first: Cell, second: Cell): boolean {
  const a = find(first);
  const b = find(second);
  if (a === b) return true;
  // A declared cell stays the representative: its contract then holds for both.
  const [keep, drop] = b.declared && !a.declared ? [b, a] : [a, b];
  if (!shareStructure(ctx, keep, drop)) return false;
  if (keep.declared && drop.declared) {
    if (!sameType(ctx, keep.annotation, drop.annotation)) return false;
    link(ctx, keep, drop);
    return true;
  }
  if (keep.declared) {
    if (!fitsExactly(ctx, drop.annotation, keep.annotation)) return false;
    const changed = drop.annotation !== keep.annotation;
    link(ctx, keep, drop);
    if (changed) wake(ctx, keep);
    return true;
  }
  const before = keep.annotation;
  const other = drop.annotation;
  // Linked first: recursive types (`list` of itself) would not end otherwise.
  link(ctx, keep, drop);
  const joined = join(ctx, before, other);
  const root = find(keep);
  if (joined === null) {
    root.annotation = POISON;
    wake(ctx, root);
    return false;
  }
  if (joined !== before || root !== keep || other !== joined) {
    root.annotation = joined;
    wake(ctx, root);
  }
  return true;
}

/** Both ends of a tuple or optional pattern describe the same value from now on. */
function shareStructure(ctx: Context, keep: Cell, drop: Cell): boolean {
  if (drop.parts !== null) {
    if (keep.parts === null) {
      keep.parts = drop.parts;
      const { annotation } = keep;
      if (annotation.kind === "tuple" && annotation.items.length === drop.parts.length)
        annotation.items.forEach((item, i) =>
          flowInto(ctx, drop.parts![i]!, item, {
            span: null,
            message: "as part of the tuple",
            source: null,
          }),
        );
    } else if (
      keep.parts.length !== drop.parts.length ||
      !keep.parts.every((part, i) => unifyCells(ctx, part, drop.parts![i]!))
    )
      return false;
  }
  if (drop.inner !== null) {
    if (keep.inner === null) {
      keep.inner = drop.inner;
      flowInto(ctx, drop.inner, withoutNone(keep.annotation), {
        span: null,
        message: "as the type argument",
        source: null,
      });
    } else if (!unifyCells(ctx, keep.inner, drop.inner)) return false;
  }
  return true;
}

function link(ctx: Context, keep: Cell, drop: Cell): void {
  drop.parent = keep;
  if (drop.readers !== null)
    for (const reader of drop.readers) (keep.readers ??= new Set()).add(reader);
  const moved = drop.forwards;
  for (const one of moved)
    if (!keep.forwards.some((have) => find(have.to) === find(one.to))) keep.forwards.push(one);
  addReasons(keep, drop.reasons);
  ctx.moves++;
}

/** Most cells have one, and pushed to, a list has room for many. */
function addReasons(cell: Cell, reasons: readonly Reason[]): void {
  const room = MOST_REASONS - cell.reasons.length;
  if (room > 0) cell.reasons = cell.reasons.concat(reasons.slice(0, room));
}

const MOST_REASONS = 8;

function wake(ctx: Context, cell: Cell): void {
  if (cell.readers !== null) for (const reader of cell.readers) ctx.enqueue(reader);
  for (const one of cell.forwards)
    flowInto(ctx, one.to, forwarded(one, cell.annotation), {
      span: one.span ?? cell.reasons[0]?.span ?? null,
      message: one.message,
      source: cell.reasons[0]?.source ?? null,
      forwarded: true,
    });
}

/** What an inferred item type must satisfy to be seen as the declared one: it may be narrower, never wider. */
function fitsExactly(ctx: Context, from: Annotation, to: Annotation): boolean {
  return assign(ctx, from, to);
}

/** Two declared types are the same type. */
function sameType(ctx: Context, a: Annotation, b: Annotation): boolean {
  return assign(ctx, a, b) && assign(ctx, b, a);
}

export function unifyClasses(ctx: Context, first: ClassInstance, second: ClassInstance): boolean {
  const a = findClass(first);
  const b = findClass(second);
  if (a === b) return true;
  if (a.symbol !== b.symbol) return false;
  ctx.moves++;
  b.parent = a;
  let ok = true;
  for (let i = 0; i < a.args.length; i++) if (!unifyCells(ctx, a.args[i]!, b.args[i]!)) ok = false;
  for (const [name, cell] of b.fields) {
    const own = a.fields.get(name);
    if (own === undefined) a.fields.set(name, cell);
    else if (!unifyCells(ctx, own, cell)) ok = false;
  }
  for (const [name, signature] of b.signatures)
    if (!a.signatures.has(name)) a.signatures.set(name, signature);
  if (b.created && !a.created) a.created = true;
  if (a.base === null) a.base = b.base;
  else if (b.base !== null && !unifyClasses(ctx, a.base, b.base)) ok = false;
  // What cannot meet stays apart, so that the message can show both.
  if (!ok) b.parent = b;
  return ok;
}

export function unifyFunctions(ctx: Context, first: FunctionCell, second: FunctionCell): boolean {
  const a = findFunction(first);
  const b = findFunction(second);
  if (a === b) return true;
  if (a.params.length !== b.params.length) return false;
  const [keep, drop] = b.declared && !a.declared ? [b, a] : [a, b];
  ctx.moves++;
  drop.parent = keep;
  for (const target of drop.targets) keep.targets.add(target);
  keep.declared ||= drop.declared;
  let ok = unifyCells(ctx, keep.result, drop.result);
  for (let i = 0; i < keep.params.length; i++)
    if (!unifyCells(ctx, keep.params[i]!, drop.params[i]!)) ok = false;
  return ok;
}

/** A cell with a fixed annotation, for synthetic signatures. */
export function declaredCell(
  annotation: Annotation,
  what: string,
  span: Reason["span"] = null,
): Cell {
  const cell = newCell(what);
  cell.annotation = annotation;
  cell.declared = true;
  cell.reasons = [{ annotation, span, message: "declared here", source: null }];
  return cell;
}

export { NEVER, NONE };
