/**
 * The transfer functions: one per high-level op, from the annotations of its arguments to that of its
 * result. The table is typed by the op table, so a new op without a row does not compile.
 */
import { needsForwarder } from "../flow/forwarders.ts";
import type { HighOpName, HighValue } from "../flow/ops.ts";
import { note } from "../syntax/diagnostics.ts";
import { callMethod, getattr, maybeNone, setattr } from "./attributes.ts";
import { callConstant, hasZero, needsFill } from "./builtins.ts";
import {
  argumentsOf,
  callFunctionValue,
  callInstanceMethod,
  callLibrary,
  constantOf,
  libraryClass,
  libraryFunction,
  positional,
} from "./calls.ts";
import type { At } from "./calls.ts";
import { findFunction, newCell } from "./cells.ts";
import type { Cell, Instantiation } from "./cells.ts";
import { sourceOf } from "./explain.ts";
import { iterator, nextItem, protocol, reversedItems } from "./iteration.ts";
import { BOOL, NEVER, NONE, POISON, STR, intConstant, withoutNone } from "./lattice.ts";
import type { Annotation } from "./lattice.ts";
import {
  binary,
  callOn,
  classTest,
  equality,
  identity,
  methodOf,
  negation,
  ordering,
  truth,
  unary,
} from "./operators.ts";
import { show } from "./show.ts";
import * as specs from "./specs.ts";
import { textOf } from "./text.ts";
import * as types from "./types.ts";
import type { Context, LiveSpec } from "./context.ts";
import { declaredCell, flowInto, isSubclass } from "./unify.ts";
import { annotationOf, staticAnnotation } from "./values.ts";

type Transfer = (at: At) => Annotation;

export const TRANSFER = {
  add: binary,
  sub: binary,
  mul: multiply,
  truediv: binary,
  floordiv: binary,
  mod: binary,
  pow: binary,
  lshift: binary,
  rshift: binary,
  bitand: binary,
  bitor: binary,
  bitxor: binary,
  inplace_add: binary,
  neg: unary,
  pos: unary,
  invert: unary,
  eq: equality,
  ne: equality,
  lt: ordering,
  le: ordering,
  gt: ordering,
  ge: ordering,
  is: identity,
  contains,
  truth,
  not: negation,
  isinstance: classTest,
  match_exception: classTest,
  getattr,
  setattr,
  init_items: initItems,
  getitem,
  setitem: (at) => itemMethod(at, "__setitem__", "items cannot be set"),
  delitem: (at) => itemMethod(at, "__delitem__", "items cannot be deleted"),
  getslice: (at) => slice(at, "__getslice__", "it cannot be sliced"),
  getslice_step: (at) => itemMethod(at, "__getslice_step__", "it cannot be sliced with a step"),
  setslice: (at) => slice(at, "__setslice__", "slices of it cannot be set"),
  delslice: (at) => slice(at, "__delslice__", "slices of it cannot be deleted"),
  len: length,
  call,
  call_method: callMethod,
  new_list: (at) => display(at, "list", "list_from_array", 1),
  new_set: (at) => display(at, "set", "set_from_array", 1),
  new_dict: (at) => display(at, "dict", "dict_from_arrays", 2),
  new_tuple: (at) => ({ kind: "tuple", items: at.op.args.map((arg) => tupleItem(at, arg)) }),
  make_closure: closure,
  iter: iterator,
  reversed: reversedItems,
  iter_has_next: (at) => protocol(at, "has_next", "is no iterator: it has no `has_next`"),
  iter_next: nextItem,
  unpack,
  to_str: (at) =>
    textOf(at, at.op.args[0]!, at.op.aux.conversion ?? null, at.op.aux.format ?? null),
  concat,
  get_global: (at) => at.ctx.read(at.ctx.cellOfGlobal(at.op.aux.global!)),
  set_global: setGlobal,
  declare,
  same: (at) => argument(at, 0),
  raise_here: (at) => {
    checkRaised(at.ctx, at.spec, at.op.args[0]!, at.op.span);
    return NONE;
  },
} satisfies Record<HighOpName, Transfer>;

/** Ops whose transfer function looks at poisoned arguments itself, so that the other arguments still flow. */
const TAKES_POISON: ReadonlySet<HighOpName> = new Set<HighOpName>([
  "call",
  "call_method",
  "new_list",
  "new_set",
  "new_dict",
  "new_tuple",
  "setattr",
  "set_global",
  "make_closure",
  "declare",
  "same",
]);

/** Ops whose first argument is like the others, or whose result is declared. */
const BUILDS: ReadonlySet<HighOpName> = new Set<HighOpName>([
  "declare",
  "new_list",
  "new_set",
  "new_dict",
  "new_tuple",
  "set_global",
  "make_closure",
]);

/** The annotation of an op's result: `never` if control does not get past it. */
export function transfer(at: At): Annotation {
  let poisoned = false;
  for (const arg of at.op.args) {
    const kind =
      arg.kind === "const"
        ? arg.value.kind === "error"
          ? "poison"
          : "const"
        : (at.spec.annotations[arg.id] ?? NEVER).kind;
    if (kind === "never") return NEVER;
    if (kind === "poison") poisoned = true;
  }
  if (
    poisoned &&
    (!TAKES_POISON.has(at.op.name) || argument(at, 0).kind === "poison") &&
    !BUILDS.has(at.op.name)
  )
    return POISON;
  return TRANSFER[at.op.name](at);
}

function argument(at: At, index: number): Annotation {
  return annotationOf(at.spec, at.op.args[index]!);
}

function argumentSpan(at: At, index: number): At["op"]["span"] {
  return at.op.aux.argSpans?.[index] ?? at.op.span;
}

/** A tuple holds values: functions named directly become closures. */
function tupleItem(at: At, value: HighValue): Annotation {
  const annotation = annotationOf(at.spec, value);
  return annotation.kind === "constant" &&
    annotation.value.kind === "function" &&
    !needsForwarder(annotation.value)
    ? (at.ctx.materialise(annotation) ?? annotation)
    : annotation;
}

// ---------------------------------------------------------------- items

/** `[x] * n` and `n * [x]` go through the list's own method, either way round. */
function multiply(at: At): Annotation {
  const [a, b] = [argument(at, 0), argument(at, 1)];
  if (a.kind === "int" && b.kind !== "int" && b.kind !== "float") {
    const found = methodOf(at, b, "__mul__");
    if (found !== null) return callOn(at, found, at.op.args[1]!, [at.op.args[0]!]);
  }
  return binary(at);
}

function contains(at: At): Annotation {
  const container = argument(at, 0);
  if (container.kind === "optional") return maybeNone(at, container, "`in` cannot look into it");
  if (container.kind === "tuple") return tupleContains(at, container.items.length);
  const found = methodOf(at, container, "__contains__");
  if (found === null)
    return at.ctx.error("E0316", at.op.span, `\`in\` cannot look into ${show(container)}`);
  return callOn(at, found, at.op.args[0]!, [at.op.args[1]!]);
}

function tupleContains(at: At, count: number): Annotation {
  return callLibrary(at, `tuple_contains_${count}`, at.op.args);
}

function getitem(at: At): Annotation {
  const receiver = argument(at, 0);
  if (receiver.kind !== "tuple") return itemMethod(at, "__getitem__", "it has no items");
  const index = constantOf(at.spec, at.op.args[1]!);
  if (index?.kind !== "int")
    return at.ctx.error(
      "E0317",
      argumentSpan(at, 1),
      "a tuple is indexed by a constant: its items have different types",
      { help: "use a list or an array for a variable index" },
    );
  const count = receiver.items.length;
  const position = Number(index.value < 0n ? index.value + BigInt(count) : index.value);
  const tuple = at.op.args[0]!;
  if (position >= count && tuple.kind === "var" && at.spec.misunpacked.has(tuple.id)) return POISON;
  return (
    receiver.items[position] ??
    at.ctx.error(
      "E0318",
      at.op.span,
      `this tuple has ${count} items, so there is no item ${index.value}`,
    )
  );
}

/** The object was made with its items zero; what fills them flows into their cell. */
function initItems(at: At): Annotation {
  const { ctx, spec, op } = at;
  const receiver = argument(at, 0);
  const found =
    receiver.kind === "instance" ? types.findField(ctx, receiver.cls, op.aux.name!) : null;
  const items = found === null ? POISON : ctx.read(found.cell);
  if (items.kind !== "array") return POISON;
  const fill = op.args[1];
  if (fill === undefined && !hasZero(ctx.read(items.item)))
    return needsFill(at, items, "array(n, value)");
  if (fill !== undefined)
    flowInto(ctx, items.item, annotationOf(spec, fill), {
      span: argumentSpan(at, 1),
      message: "the array is filled with this",
      source: sourceOf(spec, fill),
    });
  ctx.resolve(spec, op, { kind: "intrinsic", name: "init_items", args: op.args, type: items });
  return NONE;
}

function itemMethod(at: At, name: string, cannot: string): Annotation {
  const receiver = argument(at, 0);
  if (receiver.kind === "optional" || receiver.kind === "none")
    return maybeNone(at, receiver, cannot);
  const found = methodOf(at, receiver, name);
  if (found === null)
    return at.ctx.error("E0319", at.op.span, `this is ${show(receiver)}: ${cannot}`);
  return callOn(at, found, at.op.args[0]!, at.op.args.slice(1));
}

const ZERO: HighValue = { kind: "const", value: { kind: "int", value: 0n }, type: null };
const LAST: HighValue = {
  kind: "const",
  value: { kind: "int", value: 0x7fff_ffff_ffff_ffffn },
  type: null,
};

/** A missing bound is the start or the largest int; the library clamps. */
function slice(at: At, name: string, cannot: string): Annotation {
  const receiver = argument(at, 0);
  if (receiver.kind === "optional" || receiver.kind === "none")
    return maybeNone(at, receiver, cannot);
  const found = methodOf(at, receiver, name);
  if (found === null)
    return at.ctx.error("E0319", at.op.span, `this is ${show(receiver)}: ${cannot}`);
  const [, start, stop, ...rest] = at.op.args;
  const bound = (value: HighValue, missing: HighValue): HighValue =>
    annotationOf(at.spec, value).kind === "none" ? missing : value;
  return callOn(at, found, at.op.args[0]!, [bound(start!, ZERO), bound(stop!, LAST), ...rest]);
}

function length(at: At): Annotation {
  const receiver = argument(at, 0);
  if (receiver.kind === "tuple") {
    const count = BigInt(receiver.items.length);
    at.ctx.resolve(at.spec, at.op, { kind: "constant", value: { kind: "int", value: count } });
    return intConstant(count);
  }
  if (receiver.kind === "optional" || receiver.kind === "none")
    return maybeNone(at, receiver, "it has no length");
  const found = methodOf(at, receiver, "__len__");
  if (found === null)
    return at.ctx.error("E0320", at.op.span, `${show(receiver)} has no length`, {
      notes: at.op.span === null ? [] : [],
    });
  return callOn(at, found, at.op.args[0]!, []);
}

function unpack(at: At): Annotation {
  const value = argument(at, 0);
  const count = at.op.aux.count!;
  if (value.kind === "tuple") {
    at.ctx.resolve(at.spec, at.op, { kind: "constant", value: { kind: "none" } });
    if (value.items.length === count) return NONE;
    if (at.op.args[0]!.kind === "var") at.spec.misunpacked.add(at.op.args[0]!.id);
    return at.ctx.error(
      "E0318",
      at.op.span,
      `this is a tuple of ${value.items.length}, but it is unpacked into ${count}`,
    );
  }
  if (value.kind === "optional" || value.kind === "none")
    return maybeNone(at, value, "it cannot be unpacked");
  if (methodOf(at, value, "__getitem__") === null)
    return at.ctx.error("E0319", at.op.span, `${show(value)} cannot be unpacked`);
  const counted: HighValue = {
    kind: "const",
    value: { kind: "int", value: BigInt(count) },
    type: null,
  };
  return callLibrary(at, value.kind === "array" ? "check_array_count" : "check_list_count", [
    at.op.args[0]!,
    counted,
  ]);
}

// ---------------------------------------------------------------- calls

function call(at: At): Annotation {
  const callee = argument(at, 0);
  const args = argumentsOf(at.op);
  if (at.op.aux.star === true)
    return at.ctx.error(
      "E0407",
      at.op.span,
      "`*` in a call is not supported here: its length must be known",
    );
  switch (callee.kind) {
    case "constant":
      return callConstant(at, callee.value, args);
    case "function":
      return callFunctionValue(at, callee.fn, at.op.args[0]!, args);
    case "instance": {
      const found = methodOf(at, callee, "__call__");
      if (found !== null && found.cls !== null)
        return callInstanceMethod(at, found.cls, found.method, at.op.args[0]!, args);
      return at.ctx.error(
        "E0406",
        at.op.span,
        `${show(callee)} cannot be called: it has no __call__`,
      );
    }
    case "optional":
    case "none":
      return maybeNone(at, callee, "it cannot be called");
    case "poison":
      return POISON;
    default:
      return at.ctx.error("E0406", at.op.span, `${show(callee)} cannot be called`, {
        ...(callee.kind === "class"
          ? {
              help: "a class that is only known at run time cannot make objects: use a function value",
            }
          : {}),
      });
  }
}

function closure(at: At): Annotation {
  const { ctx, spec, op } = at;
  const symbol = op.aux.fn!;
  const target = specs.nestedSpec(ctx, symbol, spec);
  op.args.forEach((arg, i) =>
    flowInto(ctx, target.params[i]!, annotationOf(spec, arg), {
      span: op.span,
      message: `captured here as \`${symbol.captures[i] ?? ""}\``,
      source: sourceOf(spec, arg),
    }),
  );
  const site = ctx.site(spec, op);
  site.fn ??= specs.functionCellFor(ctx, target, op.args.length);
  const fn = findFunction(site.fn);
  ctx.resolve(spec, op, { kind: "closure", target, fn });
  return { kind: "function", fn };
}

// ---------------------------------------------------------------- building

/** A list, set or dict written out: its items flow into the container's cells. */
function display(at: At, className: string, finish: string, columns: number): Annotation {
  const { ctx, spec, op } = at;
  const site = ctx.site(spec, op);
  const symbol = libraryClass(ctx, className);
  site.cells ??= symbol.typeParams.map((param) => newCell(types.itemName(symbol, param.name.text)));
  const cells: readonly Cell[] = site.cells;
  op.args.forEach((arg, i) =>
    flowInto(ctx, cells[i % columns]!, annotationOf(spec, arg), {
      span: argumentSpan(at, i),
      message: `${columns === 2 && i % 2 === 0 ? "key" : columns === 2 ? "value" : "item"} here`,
      source: sourceOf(spec, arg),
    }),
  );
  site.cls ??= types.classInstance(ctx, symbol, cells);
  ctx.resolve(spec, op, { kind: "display", items: cells, finish: finishSpec(at, finish, cells) });
  return { kind: "instance", cls: site.cls };
}

/** The library function that turns the arrays into the container, at these item cells. */
function finishSpec(at: At, finish: string, cells: readonly Cell[]): Instantiation["spec"] {
  const site = at.ctx.site(at.spec, at.op);
  const symbol = libraryFunction(at.ctx, finish);
  site.instantiations ??= new Map();
  let signature = site.instantiations.get(symbol);
  if (signature === undefined) {
    signature = specs.instantiate(
      at.ctx,
      symbol,
      null,
      new Map(symbol.typeParams.map((param, i) => [param.name.text, cells[i]!])),
    );
    site.instantiations.set(symbol, signature);
  }
  return signature.spec;
}

function concat(at: At): Annotation {
  const { ctx, spec, op } = at;
  if (op.args.length === 0) {
    ctx.resolve(spec, op, { kind: "constant", value: { kind: "str", value: "" } });
    return STR;
  }
  if (op.args.length === 1) {
    ctx.resolve(spec, op, { kind: "same", value: op.args[0]! });
    return STR;
  }
  if (op.args.length === 2) return callLibrary(at, "str_concat", op.args);
  const target = specs.specOf(ctx, libraryFunction(ctx, "str_concat_array"));
  ctx.resolve(spec, op, { kind: "display", items: [strCell], finish: target });
  return STR;
}

const strCell = declaredCell(STR, "text");

// ---------------------------------------------------------------- names

function setGlobal(at: At): Annotation {
  const global = at.op.aux.global!;
  flowInto(at.ctx, at.ctx.cellOfGlobal(global), argument(at, 0), {
    span: at.op.span,
    message: `bound here to \`${global.name}\``,
    source: sourceOf(at.spec, at.op.args[0]!),
  });
  return NONE;
}

/** What is raised is an exception. */
export function checkRaised(
  ctx: Context,
  spec: LiveSpec,
  value: HighValue,
  span: Parameters<Context["error"]>[1],
): void {
  const annotation = annotationOf(spec, value);
  if (annotation.kind === "poison" || annotation.kind === "never") return;
  if (
    annotation.kind === "instance" &&
    isSubclass(annotation.cls.symbol, libraryClass(ctx, "Exception"))
  )
    return;
  ctx.error("E0321", span, `only exceptions can be raised, but this is ${show(annotation)}`, {
    help: "derive the class from Exception",
  });
}

/** `x: T = value`: the value is checked against T, and is T from here on; what is not None is known not to be. */
function declare(at: At): Annotation {
  const { ctx, spec, op } = at;
  const site = ctx.site(spec, op);
  const name = op.aux.name === undefined ? "this" : `\`${op.aux.name}\``;
  site.cells ??= [types.declaredCellOf(ctx, op.aux.type!, spec.symbol.module, spec.env, name)];
  const value = argument(at, 0);
  flowInto(ctx, site.cells[0]!, value, {
    span: op.span,
    message: "assigned here",
    source: sourceOf(spec, op.args[0]!),
  });
  const declared = ctx.read(site.cells[0]!);
  const mayBeNone = value.kind === "optional" || value.kind === "none" || value.kind === "poison";
  return mayBeNone ? declared : withoutNone(declared);
}

export { BOOL, note, positional, staticAnnotation };
