/**
 * Objects: creating them, their fields, their class's attributes, and arrays written out.
 *
 * A class that is `@immediate` is never allocated where its payload fits a tagged word: reading the
 * field tests the tag, and construction makes the word. An `__init__` that does more than store its
 * argument runs on a temporary object, whose payload is then tagged; the temporary goes away when
 * `__init__` is inlined.
 */
import { read } from "../../dsl/annotate/cells.ts";
import type { ClassInstance } from "../../dsl/annotate/cells.ts";
import type { Annotation } from "../../dsl/annotate/lattice.ts";
import { INT as INT_ANNOTATION, NONE, STR } from "../../dsl/annotate/lattice.ts";
import type { Resolution, Spec } from "../../dsl/annotate/result.ts";
import { classAttribute, staticValue } from "../../dsl/bind/constants.ts";
import type { FieldDeclaration } from "../../dsl/bind/symbols.ts";
import type { HighOp, HighValue } from "../../dsl/flow/ops.ts";
import { assert } from "../../dsl/syntax/diagnostics.ts";
import type { LLConstant, LLFunction, LLTable, LLValue } from "../ll/program.ts";
import { INT, ref, valueType, VOID } from "../ll/types.ts";
import { markFinalized } from "../ll/types.ts";
import type { Field, StructType } from "../ll/types.ts";
import type { Body } from "./body.ts";
import { intValue, VOID_VALUE, type Builder } from "./builder.ts";
import { raiseIf } from "./arithmetic.ts";
import { callSpec, classIndex, type Typed } from "./calls.ts";
import type { ClassEntry } from "./classes.ts";
import { convert } from "./convert.ts";
import { fieldNamed } from "./layouts.ts";
import type { Lowering } from "./lowering.ts";

type ResolutionOf<K extends Resolution["kind"]> = Extract<Resolution, { kind: K }>;

/** What a statement gives: nothing that anybody looks at. */
export const NOTHING: Typed = { annotation: NONE, value: VOID_VALUE };

// ---------------------------------------------------------------- fields

/** Where a field is and what it holds, for a receiver of this annotation. */
interface Place {
  readonly struct: StructType;
  readonly field: Field;
  readonly annotation: Annotation;
}

function placeOf(
  lowering: Lowering,
  resolution: Pick<ResolutionOf<"field">, "owner" | "field">,
  receiver: Annotation,
): Place {
  const owner = lowering.classes.entryOf(resolution.owner);
  const annotation = owner.fields.get(resolution.field.name)!;
  const cls =
    receiver.kind === "instance" ? lowering.classes.entryOf(receiver.cls).struct : owner.struct;
  return { struct: cls, field: fieldNamed(cls, resolution.field.name), annotation };
}

export function readField(
  body: Body,
  receiver: HighValue,
  resolution: Pick<ResolutionOf<"field">, "owner" | "field">,
): Typed {
  const { lowering, b } = body;
  // Items are reached through the object that they are part of.
  if (resolution.field.qualifier === "inline") {
    const owner = lowering.classes.entryOf(resolution.owner);
    return {
      annotation: owner.fields.get(resolution.field.name)!,
      value: b.cast(body.get(receiver), ref(owner.struct)),
    };
  }
  const place = placeOf(lowering, resolution, body.annotation(receiver));
  if (lowering.layouts.typeOf(place.annotation).kind === "void")
    return { annotation: place.annotation, value: VOID_VALUE };
  const value = loadField(lowering, b, body.get(receiver), place);
  if (
    lowering.program.lateFields.has(resolution.field) &&
    value.type.kind === "ref" &&
    place.annotation.kind !== "optional"
  ) {
    const name = lowering.constants.value({ kind: "str", value: resolution.field.name }, STR);
    raiseIf(lowering, b, b.bool("ref_is_null", value), "raise_unset_field", [name]);
  }
  return { annotation: place.annotation, value };
}

/** A load that sees through the tags of immediates. */
function loadField(
  lowering: Lowering,
  b: Builder,
  object: LLValue,
  { struct, field }: Place,
): LLValue {
  const tagged = immediatesBelow(lowering, struct).filter(
    (one) => one.immediate!.field === field.index,
  );
  const load = (rest: readonly StructType[]): LLValue => {
    const [first, ...others] = rest;
    if (first === undefined)
      return b.emit("getfield", [object], valueType(field.storage), { field, struct }, field.name);
    return b.choose(
      b.emit("imm_is", [object], { kind: "bool" }, { struct: first }),
      valueType(field.storage),
      () => payloadValue(b, b.emit("imm_value", [object], INT, { struct: first }), field),
      () => load(others),
    );
  };
  return load(tagged);
}

function immediatesBelow(lowering: Lowering, struct: StructType): StructType[] {
  if (!struct.mayBeImmediate) return [];
  const below = lowering.classes
    .within(lowering.classes.entryOfStruct(struct))
    .map((entry) => entry.struct);
  return below.filter((one) => one.immediate !== null);
}

/** A payload is a word; a bool field wants a bool. */
function payloadValue(b: Builder, payload: LLValue, field: Field): LLValue {
  return field.storage.kind === "bool" ? b.bool("int_ne", payload, intValue(0)) : payload;
}

export function writeField(body: Body, op: HighOp, resolution: ResolutionOf<"field">): Typed {
  const receiver = op.args[0]!;
  const place = placeOf(body.lowering, resolution, body.annotation(receiver));
  const value = body.as(op.args[1]!, place.annotation);
  storeField(body.b, body.get(receiver), value, place.struct, place.field);
  return NOTHING;
}

function storeField(
  b: Builder,
  object: LLValue,
  value: LLValue,
  struct: StructType,
  field: Field,
): void {
  if (value.type.kind !== "void") b.effect("setfield", [object, value], { field, struct });
}

// ---------------------------------------------------------------- construction

export function construct(
  body: Body,
  resolution: ResolutionOf<"new">,
  args: readonly Typed[],
): Typed {
  const entry = body.lowering.classes.entryOf(resolution.cls);
  const annotation: Annotation = { kind: "instance", cls: resolution.cls };
  const { struct } = entry;
  if (resolution.finalizer !== null) {
    struct.finalizer ??= finalizerFor(body.lowering, entry, resolution.finalizer);
    markFinalized(struct);
  }
  if (struct.immediate !== null && resolution.init !== null) {
    return {
      annotation,
      value: constructImmediate(body, entry, resolution.cls, resolution.init, args),
    };
  }
  return { annotation, value: allocate(body, entry, resolution, args) };
}

/** What the collector calls: it takes the object as what it is, and gives nothing. */
function finalizerFor(lowering: Lowering, entry: ClassEntry, spec: Spec): LLFunction {
  const annotation: Annotation = { kind: "instance", cls: entry.instances[0]! };
  return lowering.define(
    {
      name: `${entry.struct.name}.finalizer`,
      displayName: `${entry.symbol.name}.${spec.symbol.name}`,
      params: [ref(entry.struct)],
      result: VOID,
      span: spec.symbol.span,
    },
    (b, [object]) => {
      callSpec(lowering, b, spec, [{ annotation, value: object! }]);
      b.return(VOID_VALUE);
    },
  );
}

function allocate(
  body: Body,
  entry: ClassEntry,
  { cls, init, length }: Pick<ResolutionOf<"new">, "cls" | "init" | "length">,
  args: readonly Typed[],
): LLValue {
  const { b, lowering } = body;
  const annotation: Annotation = { kind: "instance", cls };
  const count =
    length === undefined ? null : body.convert(callSpec(lowering, b, length, args), INT_ANNOTATION);
  if (count !== null) checkLength(lowering, b, count);
  const object = newObject(lowering, b, entry, count);
  if (init !== null) callSpec(lowering, b, init, [{ annotation, value: object }, ...args]);
  return object;
}

/** Arrays have no negative lengths. */
export function checkLength(lowering: Lowering, b: Builder, length: LLValue): void {
  if (length.kind === "const" && length.value.kind === "int" && length.value.value >= 0n) return;
  raiseIf(lowering, b, b.bool("int_lt", length, intValue(0)), "raise_value_error", [
    lowering.constants.stringValue("negative array length"),
  ]);
}

/** A fresh object with its fields' defaults, and with that many items if it has any. */
export function newObject(
  lowering: Lowering,
  b: Builder,
  entry: ClassEntry,
  length: LLValue | null = null,
): LLValue {
  const { struct } = entry;
  const object =
    struct.tail === null
      ? b.emit("new", [], ref(struct), { struct })
      : b.emit("new_array", [length ?? intValue(0)], ref(struct), { array: struct.tail });
  for (let one: ClassEntry | null = entry; one !== null; one = one.base) {
    for (const declaration of one.symbol.fields.values()) {
      const value = defaultOf(lowering, one, declaration);
      if (value !== null)
        storeField(b, object, value, struct, fieldNamed(struct, declaration.name));
    }
  }
  return object;
}

function defaultOf(
  lowering: Lowering,
  entry: ClassEntry,
  declaration: FieldDeclaration,
): LLValue | null {
  const annotation = entry.fields.get(declaration.name);
  if (declaration.defaultValue === null || annotation === undefined) return null;
  const value = staticValue(declaration.defaultValue, entry.symbol);
  return value === null ? null : lowering.constants.value(value, annotation);
}

function constructImmediate(
  body: Body,
  entry: ClassEntry,
  cls: ClassInstance,
  init: Spec,
  args: readonly Typed[],
): LLValue {
  const { b, lowering } = body;
  const { struct } = entry;
  const field = struct.fields[struct.immediate!.field]!;
  const source = storedParameter(init, field.name);
  let value: LLValue;
  if (source === null) {
    const temporary = allocate(body, entry, { cls, init }, args);
    value = b.emit("getfield", [temporary], valueType(field.storage), { field, struct });
  } else {
    const arg = args[source - 1]!;
    const param = read(init.params[source]!);
    value = convert(
      lowering,
      b,
      convert(lowering, b, arg.value, arg.annotation, param),
      param,
      fieldAnnotationIn(entry, field.name),
    );
  }
  return makeImmediate(b, struct, field, value);
}

function fieldAnnotationIn(entry: ClassEntry, name: string): Annotation {
  for (let one: ClassEntry | null = entry; one !== null; one = one.base) {
    const annotation = one.fields.get(name);
    if (annotation !== undefined) return annotation;
  }
  throw new Error(`${entry.struct.name} has no field ${name}`);
}

/** The tagged word if the payload fits one, else an object. */
export function makeImmediate(
  b: Builder,
  struct: StructType,
  field: Field,
  value: LLValue,
): LLValue {
  const payload = truncated(
    b,
    field,
    field.storage.kind === "bool" ? b.int("bool_to_int", value) : value,
  );
  const type = ref(struct);
  const make = () => b.emit("imm_make", [payload], type, { struct });
  // 32 bits fit everywhere but in the 31-bit word of wasm32, which asks again.
  if (field.storage.kind === "u8" || field.storage.kind === "bool") return make();
  return b.choose(b.emit("imm_fits", [payload], { kind: "bool" }, { struct }), type, make, () => {
    const object = b.emit("new", [], type, { struct });
    storeField(b, object, value, struct, field);
    return object;
  });
}

const TRUNCATE = {
  i8: "int_sext8",
  i16: "int_sext16",
  i32: "int_sext32",
  u8: "int_zext8",
  u16: "int_zext16",
  u32: "int_zext32",
} as const;

/** What would come back after storing the payload in the field. */
function truncated(b: Builder, field: Field, payload: LLValue): LLValue {
  const kind = field.storage.kind;
  return kind in TRUNCATE ? b.int(TRUNCATE[kind as keyof typeof TRUNCATE], payload) : payload;
}

/**
 * For an `__init__` that does nothing but `self.<name> = <parameter>`: the parameter's position.
 * Most `__init__`s of immediate classes are like that.
 */
function storedParameter(init: Spec, name: string): number | null {
  const graph = init.graph;
  if (graph === null || init.reached.size !== 1) return null;
  const { entry } = graph;
  const stores = entry.ops.filter((op) => op.name !== "same");
  const [store] = stores;
  if (
    stores.length !== 1 ||
    store!.name !== "setattr" ||
    store!.aux.name !== name ||
    entry.exit.kind !== "return"
  )
    return null;
  const position = (value: HighValue): number =>
    value.kind === "var" ? entry.params.indexOf(value) : -1;
  if (position(store!.args[0]!) !== 0) return null;
  const source = position(store!.args[1]!);
  return source > 0 ? source : null;
}

// ---------------------------------------------------------------- class attributes

export function readClassAttribute(
  body: Body,
  op: HighOp,
  resolution: ResolutionOf<"class-attribute">,
): Typed {
  const { lowering, b } = body;
  const annotation = resolution.type;
  if (resolution.constant !== null)
    return { annotation, value: lowering.constants.value(resolution.constant, annotation) };
  const receiver = op.args[0]!;
  const of = body.annotation(receiver);
  const root =
    of.kind === "instance"
      ? lowering.classes.entryOf(of.cls)
      : lowering.classes.entriesOf(resolution.root)[0];
  assert(root !== undefined, `no class below ${resolution.root.name} exists`);
  const type = lowering.layouts.typeOf(annotation);
  if (type.kind === "void") return { annotation, value: VOID_VALUE };
  const row =
    of.kind === "instance"
      ? classIndex(b, body.get(receiver), root)
      : b.int("int_sub", body.get(receiver), intValue(root.struct.classId));
  const table = attributeTable(lowering, root, resolution.name, annotation);
  return { annotation, value: b.emit("table_get", [row], type, { table }) };
}

function attributeTable(
  lowering: Lowering,
  root: ClassEntry,
  name: string,
  annotation: Annotation,
): LLTable {
  return classTable(lowering, root, name, annotation, (entry) => {
    const value = classAttribute(entry.symbol, name);
    return value === null || value.kind === "error"
      ? null
      : lowering.constants.value(value, annotation).value;
  });
}

/** A table with a row for each class at or below `root`. */
export function classTable(
  lowering: Lowering,
  root: ClassEntry,
  what: string,
  annotation: Annotation,
  rowOf: (entry: ClassEntry) => LLConstant | null,
): LLTable {
  const name = `${root.struct.name}.${what}`;
  let table = lowering.tablesByKey.get(name);
  if (table === undefined) {
    table = {
      name: lowering.uniqueName(name),
      type: lowering.layouts.typeOf(annotation),
      rows: lowering.classes.within(root).map(rowOf),
    };
    lowering.tablesByKey.set(name, table);
    lowering.tables.push(table);
  }
  return table;
}

// ---------------------------------------------------------------- displays

/** A list, set, dict or text written out: arrays, and the library function that takes them. */
export function lowerDisplay(body: Body, op: HighOp, resolution: ResolutionOf<"display">): Typed {
  const { b, lowering } = body;
  const columns = resolution.items.length;
  const arrays = resolution.items.map((cell, column): Typed => {
    const item = read(cell);
    const values = op.args
      .filter((_, i) => i % columns === column)
      .map((arg) => body.as(arg, item));
    return {
      annotation: { kind: "array", item: cell },
      value: newArray(lowering, b, item, values),
    };
  });
  return resolution.finish === null ? arrays[0]! : callSpec(lowering, b, resolution.finish, arrays);
}

function newArray(
  lowering: Lowering,
  b: Builder,
  item: Annotation,
  values: readonly LLValue[],
): LLValue {
  const array = lowering.layouts.arrayType(lowering.layouts.storageOf(item));
  const object = b.emit("new_array", [intValue(values.length)], ref(array), { array });
  values.forEach((value, i) => {
    if (value.type.kind !== "void") b.effect("setitem", [object, intValue(i), value], { array });
  });
  return object;
}
