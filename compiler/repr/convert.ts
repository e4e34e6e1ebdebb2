/**
 * Conversions between the representations of two annotations, where a value flows: an argument into
 * a parameter, a link's argument into a block parameter, a stored value into a field.
 *
 * Most are nothing, or a cast that costs nothing. The others: `char` to `str` is a look-up, `T` to
 * `T | None` boxes a number, a function named directly becomes a function value, a tuple whose items
 * are represented differently is rebuilt. What narrows (`T | None` to `T`) is trusted: the annotator
 * has seen the test.
 */
import { findFunction, read } from "../../dsl/annotate/cells.ts";
import type { FunctionCell } from "../../dsl/annotate/cells.ts";
import type { Annotation, AnnotationOf } from "../../dsl/annotate/lattice.ts";
import { show } from "../../dsl/annotate/show.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import type { LLValue } from "../ll/program.ts";
import { ref, valueType } from "../ll/types.ts";
import type { RefType, StructType } from "../ll/types.ts";
import { intValue, nullValue, VOID_VALUE, zeroValue, type Builder } from "./builder.ts";
import { wrapFunction } from "./closures.ts";
import { ANY, isBoxed, itemField, storageKey } from "./layouts.ts";
import type { Lowering } from "./lowering.ts";

/** Whether a value of `from` is, as it stands, one of `to`; only its static type may differ. */
export function isSame(lowering: Lowering, from: Annotation, to: Annotation): boolean {
  if (
    from === to ||
    from.kind === "never" ||
    from.kind === "poison" ||
    to.kind === "poison" ||
    to.kind === "never"
  )
    return true;
  if (to.kind === "optional") {
    if (from.kind === "none") return true;
    if (from.kind === "optional") return isSameOptional(lowering, from.of, to.of);
    return !isBoxed(to.of) && isSame(lowering, from, to.of);
  }
  if (from.kind === "optional")
    return (
      to.kind === "none" ||
      to.kind === "any_ref" ||
      (!isBoxed(from.of) && isSame(lowering, from.of, to))
    );
  if (from.kind === "constant") return to.kind === "constant";
  if (to.kind === "none" || from.kind === "none")
    return lowering.layouts.typeOf(from.kind === "none" ? to : from).kind === "ref";
  switch (to.kind) {
    case "any_ref":
      return lowering.layouts.typeOf(from).kind === "ref";
    case "tuple":
      return from.kind === "any_ref" || (from.kind === "tuple" && isSameTuple(lowering, from, to));
    case "function":
      return (
        from.kind === "any_ref" ||
        (from.kind === "function" && isSameSignature(lowering, from.fn, to.fn))
      );
    default:
      return (
        from.kind === to.kind ||
        (from.kind === "any_ref" && lowering.layouts.typeOf(to).kind === "ref")
      );
  }
}

function isSameOptional(lowering: Lowering, from: Annotation, to: Annotation): boolean {
  if (isBoxed(from) !== isBoxed(to)) return false;
  if (!isBoxed(from)) return isSame(lowering, from, to);
  return from.kind === to.kind && sameStorage(lowering, from, to);
}

function sameStorage(lowering: Lowering, a: Annotation, b: Annotation): boolean {
  return storageKey(lowering.layouts.storageOf(a)) === storageKey(lowering.layouts.storageOf(b));
}

function isSameTuple(
  lowering: Lowering,
  from: AnnotationOf<"tuple">,
  to: AnnotationOf<"tuple">,
): boolean {
  return from.items.every((item, i) => {
    const other = to.items[i]!;
    if (!isSame(lowering, item, other)) return false;
    const isReference = lowering.layouts.typeOf(item).kind === "ref";
    return isReference || sameStorage(lowering, item, other);
  });
}

/** Whether code for one signature can be called under the other. */
export function isSameSignature(lowering: Lowering, a: FunctionCell, b: FunctionCell): boolean {
  const [one, other] = [findFunction(a), findFunction(b)];
  if (one === other) return true;
  return (
    one.params.length === other.params.length &&
    one.params.every((param, i) => isSame(lowering, read(other.params[i]!), read(param))) &&
    isSameResult(lowering, read(one.result), read(other.result))
  );
}

export function isSameResult(lowering: Lowering, from: Annotation, to: Annotation): boolean {
  const { layouts } = lowering;
  return (
    layouts.resultType(from).kind === layouts.resultType(to).kind && isSame(lowering, from, to)
  );
}

/** The value in the representation of `to`, under its static type. */
export function convert(
  lowering: Lowering,
  b: Builder,
  value: LLValue,
  from: Annotation,
  to: Annotation,
): LLValue {
  const type = lowering.layouts.typeOf(to);
  if (type.kind === "void") return VOID_VALUE;
  if (from.kind === "none" && type.kind === "ref") return nullValue(type);
  if (to.kind === "none") return nullValue(ANY);
  // Control never gets here with a value; the code must fit together all the same.
  if (from.kind === "never" && value.type.kind !== type.kind) return zeroValue(type);
  if (isSame(lowering, from, to)) return type.kind === "ref" ? b.cast(value, type) : value;
  return convertDifferent(lowering, b, value, from, to);
}

function convertDifferent(
  lowering: Lowering,
  b: Builder,
  value: LLValue,
  from: Annotation,
  to: Annotation,
): LLValue {
  const { layouts } = lowering;
  if (from.kind === "optional") {
    if (to.kind === "optional") return convertOptional(lowering, b, value, from, to);
    return convert(lowering, b, unwrap(lowering, b, value, from), from.of, to);
  }
  if (to.kind === "optional") {
    const inner = convert(lowering, b, value, from, to.of);
    if (!isBoxed(to.of)) return inner;
    return inner.kind === "const"
      ? lowering.constants.box(inner, layouts.box(to.of))
      : box(b, inner, layouts.box(to.of));
  }
  switch (to.kind) {
    case "str":
      if (from.kind === "char") return charToString(lowering, b, value);
      break;
    case "char":
      if (from.kind === "str")
        return b.emit("getitem", [value, intValue(0)], layouts.typeOf(to), { array: layouts.str });
      break;
    case "tuple":
      if (from.kind === "tuple") return convertTuple(lowering, b, value, from, to);
      break;
    case "function":
      if (from.kind === "constant" && ["function", "builtin"].includes(from.value.kind))
        return lowering.constants.value(from.value, to);
      if (from.kind === "function") return wrapFunction(lowering, b, value, from.fn, to.fn);
      break;
    case "class":
      if (from.kind === "constant") return lowering.constants.value(from.value, to);
      break;
    case "any_ref":
      if (from.kind === "char") return b.cast(charToString(lowering, b, value), ANY);
      // A number in a type-erased place is boxed, as for `T | None`.
      if (isBoxed(from)) return b.cast(box(b, value, layouts.box(from)), ANY);
      if (from.kind === "constant") return lowering.constants.value(from.value, to);
      break;
    default:
      if (from.kind === "any_ref" && isBoxed(to))
        return unbox(b, b.cast(value, ref(layouts.box(to))), layouts.box(to));
  }
  throw new InternalError(`no conversion from ${show(from)} to ${show(to)}`);
}

function charToString(lowering: Lowering, b: Builder, value: LLValue): LLValue {
  if (value.kind === "const" && value.value.kind === "int") {
    return lowering.constants.stringValue(String.fromCharCode(Number(value.value.value)));
  }
  return b.call(lowering.well("char_to_str"), [value]);
}

/** The `T` in a `T | None` that is not None. */
export function unwrap(
  lowering: Lowering,
  b: Builder,
  value: LLValue,
  from: AnnotationOf<"optional">,
): LLValue {
  return isBoxed(from.of) ? unbox(b, value, lowering.layouts.box(from.of)) : value;
}

function unbox(b: Builder, value: LLValue, struct: StructType): LLValue {
  const field = itemField(struct, 0);
  return b.emit("getfield", [value], valueType(field.storage), { field, struct });
}

function box(b: Builder, value: LLValue, struct: StructType): LLValue {
  const field = itemField(struct, 0);
  const object = b.emit("new", [], ref(struct), { struct });
  b.effect("setfield", [object, value], { field, struct });
  return object;
}

function convertOptional(
  lowering: Lowering,
  b: Builder,
  value: LLValue,
  from: AnnotationOf<"optional">,
  to: AnnotationOf<"optional">,
): LLValue {
  const type = lowering.layouts.typeOf(to) as RefType;
  return b.choose(
    b.bool("ref_is_null", value),
    type,
    () => nullValue(type),
    () => convert(lowering, b, unwrap(lowering, b, value, from), from.of, to),
  );
}

function convertTuple(
  lowering: Lowering,
  b: Builder,
  value: LLValue,
  from: AnnotationOf<"tuple">,
  to: AnnotationOf<"tuple">,
): LLValue {
  const items = from.items.map((item, i) =>
    convert(lowering, b, tupleItem(lowering, b, value, from, i), item, to.items[i]!),
  );
  return makeTuple(lowering, b, items, to);
}

/** The i-th item in the representation of its annotation. */
export function tupleItem(
  lowering: Lowering,
  b: Builder,
  value: LLValue,
  from: AnnotationOf<"tuple">,
  index: number,
): LLValue {
  const struct = lowering.layouts.tuple(from);
  const field = itemField(struct, index);
  const type = lowering.layouts.typeOf(from.items[index]!);
  if (type.kind === "void") return VOID_VALUE;
  const item = b.emit("getfield", [value], valueType(field.storage), { field, struct });
  return type.kind === "ref" ? b.cast(item, type) : item;
}

/** A fresh tuple of items that are in the representations of `to`'s items already. */
export function makeTuple(
  lowering: Lowering,
  b: Builder,
  items: readonly LLValue[],
  to: AnnotationOf<"tuple">,
): LLValue {
  if (items.length === 0) return lowering.constants.value({ kind: "tuple", items: [] }, to);
  const struct = lowering.layouts.tuple(to);
  const object = b.emit("new", [], ref(struct), { struct });
  items.forEach((item, i) => {
    if (item.type.kind === "void") return;
    b.effect("setfield", [object, item], { field: itemField(struct, i), struct });
  });
  return object;
}
