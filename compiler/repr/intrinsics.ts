/**
 * Intrinsics: what lowering implements itself, by name. `dsl/lib/INTRINSICS.md` says what each means
 * to the library; a few more (`convert`, `enum_name`, `array_new`, …) are made by the annotator.
 *
 * One row per name. A row gets the call with its arguments as values of the source, so that it can
 * ask for the representation it wants.
 */
import { read } from "../../dsl/annotate/cells.ts";
import { FLOAT_FUNCTIONS } from "../../dsl/annotate/intrinsics.ts";
import { ANY_REF, BOOL, CHAR, FLOAT, INT, PTR, STR } from "../../dsl/annotate/lattice.ts";
import type { Annotation, AnnotationOf, IntWidth } from "../../dsl/annotate/lattice.ts";
import type { Resolution } from "../../dsl/annotate/result.ts";
import { show } from "../../dsl/annotate/show.ts";
import type { HighValue } from "../../dsl/flow/ops.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import type { LLValue } from "../ll/program.ts";
import { ADDR, BOOL as BOOL_TYPE, INT as WORD, ref, valueType, VOID } from "../ll/types.ts";
import type { ArrayType, LLType, Storage } from "../ll/types.ts";
import type { OpName } from "../ops/table.ts";
import { raiseIf } from "./arithmetic.ts";
import type { Body } from "./body.ts";
import { boolValue, intValue, zeroValue } from "./builder.ts";
import type { Typed } from "./calls.ts";
import { identical, truthOf } from "./compare.ts";
import { enumFromInt, enumName, enumValue } from "./enums.ts";
import { checkLength, classTable, NOTHING } from "./objects.ts";
import { compareBytes } from "./strings.ts";

export type IntrinsicCall = Extract<Resolution, { kind: "intrinsic" }>;
type Row = (body: Body, call: IntrinsicCall) => Typed;

export function lowerIntrinsic(body: Body, call: IntrinsicCall): Typed {
  const row = INTRINSICS[call.name];
  if (row === undefined) throw new InternalError(`there is no intrinsic ${call.name}`);
  return row(body, call);
}

// ---------------------------------------------------------------- arguments

/** What is compared by one machine instruction. */
const WORDS: ReadonlySet<Annotation["kind"]> = new Set(["int", "char", "bool", "enum"]);

function argument(call: IntrinsicCall, index: number): HighValue {
  const value = call.args[index];
  if (value === undefined)
    throw new InternalError(`the intrinsic ${call.name} needs an argument ${index + 1}`);
  return value;
}

function annotationAt(body: Body, call: IntrinsicCall, index: number): Annotation {
  return body.annotation(argument(call, index));
}

/** An int, or what is one to the machine: a char, a bool. */
function int(body: Body, call: IntrinsicCall, index: number): LLValue {
  const value = body.get(argument(call, index));
  return value.type.kind === "bool" ? body.b.int("bool_to_int", value) : value;
}

function str(body: Body, call: IntrinsicCall, index: number): LLValue {
  return body.as(argument(call, index), STR);
}

function raw(body: Body, call: IntrinsicCall, index: number): LLValue {
  return body.get(argument(call, index));
}

function arrayAnnotation(body: Body, call: IntrinsicCall, index: number): AnnotationOf<"array"> {
  const annotation = annotationAt(body, call, index);
  if (annotation.kind !== "array")
    throw new InternalError(`the intrinsic ${call.name} wants an array, not ${show(annotation)}`);
  return annotation;
}

function arrayType(body: Body, call: IntrinsicCall, index = 0): ArrayType {
  return body.lowering.layouts.arrayOf(arrayAnnotation(body, call, index));
}

// ---------------------------------------------------------------- rows by shape

/** An op of ints giving an int. */
function words(op: OpName, count: number): Row {
  return (body, call) => ({
    annotation: INT,
    value: body.b.int(op, ...range(count).map((i) => int(body, call, i))),
  });
}

function floats(op: OpName, count: number): Row {
  return (body, call) => ({
    annotation: FLOAT,
    value: body.b.float(op, ...range(count).map((i) => raw(body, call, i))),
  });
}

/** An op that takes its arguments as they are. */
function plain(
  op: OpName,
  annotation: Annotation,
  type: LLType,
  aux: { readonly storage?: Storage } = {},
): Row {
  return (body, call) => ({
    annotation,
    value: body.b.emit(
      op,
      call.args.map((arg) => body.get(arg)),
      type,
      aux,
    ),
  });
}

function effect(op: OpName, aux: { readonly storage?: Storage } = {}): Row {
  return (body, call) => {
    body.b.effect(
      op,
      call.args.map((arg) => body.get(arg)),
      aux,
    );
    return NOTHING;
  };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

const FLOAT_INTRINSICS = FLOAT_FUNCTIONS.map(
  (name) => [`f_${name}`, floats(`float_${name}` as OpName, 1)] as const,
);

const RAW_ACCESS = (["i8", "u8", "i16", "u16", "i32", "u32", "i64", "f64", "f32"] as const).flatMap(
  (kind) => {
    const storage: Storage = { kind };
    const annotation = kind.startsWith("f") ? FLOAT : INT;
    return [
      [`raw_load_${kind}`, plain("raw_load", annotation, valueType(storage), { storage })],
      [`raw_store_${kind}`, effect("raw_store", { storage })],
    ] as const;
  },
);

const INTRINSICS: Readonly<Record<string, Row>> = {
  // Texts.
  str_len: (body, call) => ({
    annotation: INT,
    value: body.b.emit("array_len", [str(body, call, 0)], WORD, {
      array: body.lowering.layouts.str,
    }),
  }),
  str_byte: (body, call) => ({
    annotation: INT,
    value: body.b.emit("getitem", [str(body, call, 0), int(body, call, 1)], WORD, {
      array: body.lowering.layouts.str,
    }),
  }),
  str_alloc: (body, call) => {
    const { str: array } = body.lowering.layouts;
    return {
      annotation: STR,
      value: body.b.emit("new_array", [int(body, call, 0)], ref(array), { array }),
    };
  },
  str_set_byte: (body, call) => {
    body.b.effect("setitem", [str(body, call, 0), int(body, call, 1), int(body, call, 2)], {
      array: body.lowering.layouts.str,
    });
    return NOTHING;
  },
  str_copy: (body, call) => {
    const args = [
      str(body, call, 0),
      int(body, call, 1),
      str(body, call, 2),
      int(body, call, 3),
      int(body, call, 4),
    ];
    body.b.effect("array_copy", args, { array: body.lowering.layouts.str });
    return NOTHING;
  },
  str_get_hash: (body, call) => {
    const array = body.lowering.layouts.str;
    return {
      annotation: INT,
      value: body.b.emit("getfield", [str(body, call, 0)], WORD, {
        field: array.fields[0]!,
        array,
      }),
    };
  },
  str_set_hash: (body, call) => {
    const array = body.lowering.layouts.str;
    body.b.effect("setfield", [str(body, call, 0), int(body, call, 1)], {
      field: array.fields[0]!,
      array,
    });
    return NOTHING;
  },
  str_compare_bytes: (body, call) => {
    const args = [
      str(body, call, 0),
      int(body, call, 1),
      str(body, call, 2),
      int(body, call, 3),
      int(body, call, 4),
    ] as const;
    return { annotation: INT, value: compareBytes(body.b, body.lowering.layouts.str, args) };
  },
  str_address: (body, call) => ({
    annotation: PTR,
    value: body.b.emit("array_items_addr", [str(body, call, 0)], ADDR, {
      array: body.lowering.layouts.str,
    }),
  }),
  char_from_byte: (body, call) => ({ annotation: CHAR, value: int(body, call, 0) }),
  char_code: (body, call) => ({ annotation: INT, value: int(body, call, 0) }),

  // Arrays.
  array_new: newArray,
  array_len: (body, call) => ({
    annotation: INT,
    value: body.b.emit("array_len", [raw(body, call, 0)], WORD, { array: arrayType(body, call) }),
  }),
  array_get: getItem,
  array_set: (body, call) => {
    const item = read(arrayAnnotation(body, call, 0).item);
    storeInto(
      body,
      "setitem",
      call,
      [raw(body, call, 0), int(body, call, 1)],
      body.as(argument(call, 2), item),
    );
    return NOTHING;
  },
  array_fill: (body, call) => {
    const item = read(arrayAnnotation(body, call, 0).item);
    storeInto(
      body,
      "array_fill",
      call,
      [raw(body, call, 0), int(body, call, 1), int(body, call, 2)],
      body.as(argument(call, 3), item),
    );
    return NOTHING;
  },
  array_zero: (body, call) => {
    const array = arrayType(body, call);
    body.b.effect(
      "array_fill",
      [
        raw(body, call, 0),
        int(body, call, 1),
        int(body, call, 2),
        zeroValue(valueType(array.item)),
      ],
      { array },
    );
    return NOTHING;
  },
  array_copy: (body, call) => {
    const args = [
      raw(body, call, 0),
      int(body, call, 1),
      raw(body, call, 2),
      int(body, call, 3),
      int(body, call, 4),
    ];
    const [source, array] = [arrayType(body, call), arrayType(body, call, 2)];
    body.b.effect("array_copy", args, source === array ? { array } : { array, source });
    return NOTHING;
  },
  init_items: initItems,
  array_address: (body, call) => ({
    annotation: PTR,
    value: body.b.emit("array_items_addr", [raw(body, call, 0)], ADDR, {
      array: arrayType(body, call),
    }),
  }),

  // Words.
  shl: words("int_lshift", 2),
  shr: words("int_rshift", 2),
  ushr: words("uint_rshift", 2),
  udiv: words("uint_div", 2),
  umod: words("uint_mod", 2),
  mulhi: words("int_mulhi", 2),
  umulhi: words("uint_mulhi", 2),
  clz: words("int_clz", 1),
  ctz: words("int_ctz", 1),
  popcount: words("int_popcount", 1),
  uint_lt: (body, call) => truthOf(body.b.bool("uint_lt", int(body, call, 0), int(body, call, 1))),

  // Floats.
  int_to_float: (body, call) => ({
    annotation: FLOAT,
    value: body.b.float("int_to_float", int(body, call, 0)),
  }),
  float_to_int: (body, call) => ({
    annotation: INT,
    value: body.b.int("float_to_int", raw(body, call, 0)),
  }),
  float_bits: (body, call) => ({
    annotation: INT,
    value: body.b.int("float_bits", raw(body, call, 0)),
  }),
  bits_float: (body, call) => ({
    annotation: FLOAT,
    value: body.b.float("bits_float", int(body, call, 0)),
  }),
  ...Object.fromEntries(FLOAT_INTRINSICS),
  f_pow: floats("float_pow", 2),
  f_fmod: floats("float_fmod", 2),
  f_div: floats("float_div", 2),
  f_atan2: floats("float_atan2", 2),
  f_hypot: floats("float_hypot", 2),
  f_copysign: floats("float_copysign", 2),
  f_ldexp: floats("float_ldexp", 2),
  f_is_nan: plain("float_is_nan", BOOL, BOOL_TYPE),
  f_is_inf: plain("float_is_inf", BOOL, BOOL_TYPE),

  // Objects and classes.
  identity_hash: identityHash,
  same_object: (body, call) => truthOf(identical(body, argument(call, 0), argument(call, 1))),
  is_word: (body, call) => ({
    annotation: BOOL,
    value: boolValue(WORDS.has(annotationAt(body, call, 0).kind)),
  }),
  class_number: (body, call) => ({
    annotation: INT,
    value: body.b.int("class_id", raw(body, call, 0)),
  }),
  class_of: (body, call) => ({
    annotation: call.type!,
    value: body.b.int("class_id", raw(body, call, 0)),
  }),
  class_name: className,
  class_value_name: className,
  weak_new: newWeak,
  weak_get: getWeak,
  unsafe_cast: (body, call) => ({
    annotation: call.type!,
    value: reinterpret(body, raw(body, call, 0), call.type!),
  }),

  // Conversions.
  convert: (body, call) =>
    convertKind(body, annotationAt(body, call, 0), call.type!, raw(body, call, 0)),
  enum_from_int: (body, call) => ({
    annotation: call.type!,
    value: enumFromInt(body, int(body, call, 0), enumOf(call.type!)),
  }),
  enum_name: (body, call) => ({
    annotation: STR,
    value: enumName(body, raw(body, call, 0), enumOf(annotationAt(body, call, 0))),
  }),
  enum_value: (body, call) => ({
    annotation: INT,
    value: enumValue(body, raw(body, call, 0), enumOf(annotationAt(body, call, 0))),
  }),

  // Raw memory.
  raw_alloc: plain("raw_alloc", PTR, ADDR),
  raw_free: effect("raw_free"),
  ...Object.fromEntries(RAW_ACCESS),
  raw_load_ptr: plain("raw_load", PTR, ADDR, { storage: { kind: "addr" } }),
  raw_store_ptr: effect("raw_store", { storage: { kind: "addr" } }),
  raw_copy: effect("raw_copy"),
  raw_zero: effect("raw_zero"),
  raw_prefetch: effect("raw_prefetch"),
  raw_compare: plain("raw_compare", INT, WORD),
  ptr_add: plain("addr_add", PTR, ADDR),
  ptr_sub: plain("addr_sub", INT, WORD),
  ptr_to_int: plain("addr_to_int", INT, WORD),
  int_to_ptr: plain("int_to_addr", PTR, ADDR),
  ptr_lt: plain("addr_lt", BOOL, BOOL_TYPE),
  ptr_is_null: plain("addr_is_null", BOOL, BOOL_TYPE),

  // The collector, the tracer, the optimiser.
  gc_collect: effect("gc_collect"),
  gc_finalize: effect("gc_finalize"),
  gc_stat: plain("gc_stat", INT, WORD),
  interrupt_pending: plain("interrupt_pending", BOOL, BOOL_TYPE),
  likely: plain("likely", BOOL, BOOL_TYPE),
  unlikely: plain("unlikely", BOOL, BOOL_TYPE),
  fatal: (body, call) => {
    body.b.effect("fatal", [str(body, call, 0)]);
    return NOTHING;
  },
  jit_merge_point: (body, call) => hint(body, call, "merge_point"),
  jit_can_enter: (body, call) => hint(body, call, "can_enter"),
};

// ---------------------------------------------------------------- arrays

function newArray(body: Body, call: IntrinsicCall): Typed {
  const { b, lowering } = body;
  const annotation = call.type!;
  if (annotation.kind !== "array") throw new InternalError(`array_new of ${show(annotation)}`);
  const array = lowering.layouts.arrayOf(annotation);
  const length = int(body, call, 0);
  checkLength(lowering, b, length);
  const object = b.emit("new_array", [length], ref(array), { array });
  if (call.args[1] !== undefined) {
    const fill = body.as(call.args[1], read(annotation.item));
    if (fill.type.kind !== "void")
      b.effect("array_fill", [object, intValue(0), length, fill], { array });
  }
  return { annotation, value: object };
}

/** Items of a fresh object are zero already. */
function initItems(body: Body, call: IntrinsicCall): Typed {
  const { b, lowering } = body;
  const annotation = call.type!;
  const [self, written] = call.args;
  if (annotation.kind !== "array" || written === undefined) return NOTHING;
  const array = lowering.layouts.arrayOf(annotation);
  const fill = body.as(written, read(annotation.item));
  if (fill.type.kind === "void" || isZero(fill)) return NOTHING;
  const object = body.get(self!);
  const length = b.emit("array_len", [object], WORD, { array });
  b.effect("array_fill", [object, intValue(0), length, fill], { array });
  return NOTHING;
}

function isZero(value: LLValue): boolean {
  if (value.kind === "var") return false;
  switch (value.value.kind) {
    case "null":
      return true;
    case "int":
      return value.value.value === 0n;
    case "bool":
      return !value.value.value;
    default:
      return false;
  }
}

function getItem(body: Body, call: IntrinsicCall): Typed {
  const { lowering, b } = body;
  const item = read(arrayAnnotation(body, call, 0).item);
  const array = arrayType(body, call);
  const type = lowering.layouts.typeOf(item);
  if (type.kind === "void") return { annotation: item, value: zeroValue(VOID) };
  const value = b.emit("getitem", [raw(body, call, 0), int(body, call, 1)], valueType(array.item), {
    array,
  });
  return { annotation: item, value: type.kind === "ref" ? b.cast(value, type) : value };
}

function storeInto(
  body: Body,
  op: "setitem" | "array_fill",
  call: IntrinsicCall,
  where: readonly LLValue[],
  value: LLValue,
): void {
  if (value.type.kind !== "void")
    body.b.effect(op, [...where, value], { array: arrayType(body, call) });
}

// ---------------------------------------------------------------- objects

/** Numbers and immediates are their own hash; an object keeps the number it gets on first asking. */
function identityHash(body: Body, call: IntrinsicCall): Typed {
  const { b, lowering } = body;
  const annotation = annotationAt(body, call, 0);
  const value = raw(body, call, 0);
  if (annotation.kind === "ptr") return { annotation: INT, value: b.int("addr_to_int", value) };
  if (value.type.kind === "bool") return { annotation: INT, value: b.int("bool_to_int", value) };
  if (value.type.kind === "int") return { annotation: INT, value };
  if (value.type.kind !== "ref") return { annotation: INT, value: intValue(0) };
  const tagged =
    value.type.to?.kind === "array"
      ? []
      : lowering.classes.entries
          .map((entry) => entry.struct)
          .filter((struct) => struct.immediate !== null && mayHold(lowering, value.type, struct));
  const ask = (rest: typeof tagged): LLValue => {
    const [struct, ...others] = rest;
    if (struct === undefined) return b.int("identity_hash", value);
    return b.choose(
      b.emit("imm_is", [value], BOOL_TYPE, { struct }),
      WORD,
      () => b.emit("imm_value", [value], WORD, { struct }),
      () => ask(others),
    );
  };
  return { annotation: INT, value: ask(tagged) };
}

function mayHold(
  lowering: Body["lowering"],
  type: LLType,
  struct: { readonly classId: number },
): boolean {
  if (type.kind !== "ref" || type.to === null) return true;
  if (type.to.kind !== "struct" || type.to.classId > lowering.classes.lastClassId) return false;
  return type.to.classId <= struct.classId && struct.classId <= type.to.lastSubclassId;
}

/** The name of an object's class, or of a class value. */
function className(body: Body, call: IntrinsicCall): Typed {
  const { b, lowering } = body;
  const annotation = annotationAt(body, call, 0);
  const value = raw(body, call, 0);
  const root =
    annotation.kind === "instance"
      ? lowering.classes.entryOf(annotation.cls)
      : annotation.kind === "class"
        ? lowering.classes.entriesOf(annotation.root)[0]
        : undefined;
  if (root === undefined)
    return { annotation: STR, value: lowering.constants.stringValue("object") };
  const table = classTable(
    lowering,
    root,
    "__name__",
    STR,
    (entry) => lowering.constants.stringValue(entry.symbol.name).value,
  );
  const number = annotation.kind === "instance" ? b.int("class_id", value) : value;
  return {
    annotation: STR,
    value: b.emit(
      "table_get",
      [b.int("int_sub", number, intValue(root.struct.classId))],
      ref(lowering.layouts.str),
      { table },
    ),
  };
}

function newWeak(body: Body, call: IntrinsicCall): Typed {
  const { b, lowering } = body;
  const struct = lowering.layouts.weak;
  const target = body.as(argument(call, 0), ANY_REF);
  const object = b.emit("new", [], ref(struct), { struct });
  b.effect("setfield", [object, target], { field: struct.fields[0]!, struct });
  return { annotation: call.type!, value: object };
}

function getWeak(body: Body, call: IntrinsicCall): Typed {
  const { b, lowering } = body;
  const struct = lowering.layouts.weak;
  const target = b.emit("getfield", [raw(body, call, 0)], ref(null), {
    field: struct.fields[0]!,
    struct,
  });
  return { annotation: call.type!, value: reinterpret(body, target, call.type!) };
}

/** Trusts the library: the value as one of that annotation. */
function reinterpret(body: Body, value: LLValue, to: Annotation): LLValue {
  const type = body.lowering.layouts.typeOf(to);
  if (type.kind === "ref" && value.type.kind === "ref") return body.b.cast(value, type);
  if (type.kind === value.type.kind) return value;
  throw new InternalError(`unsafe_cast from ${value.type.kind} to ${show(to)}`);
}

// ---------------------------------------------------------------- conversions

const TRUNCATE: Readonly<Record<IntWidth, OpName | null>> = {
  int: null,
  uint: null,
  i8: "int_sext8",
  i16: "int_sext16",
  i32: "int_sext32",
  u8: "int_zext8",
  u16: "int_zext16",
  u32: "int_zext32",
};

function convertKind(body: Body, from: Annotation, to: Annotation, value: LLValue): Typed {
  const { b, lowering } = body;
  switch (to.kind) {
    case "int": {
      const word = toWord(body, from, value, to.width === "uint");
      const truncate = TRUNCATE[to.width];
      return {
        annotation: to,
        value: truncate === null || fitsAlready(from, to.width) ? word : b.int(truncate, word),
      };
    }
    case "float": {
      const wide =
        from.kind === "float"
          ? value
          : b.float(
              from.kind === "int" && from.width === "uint" ? "uint_to_float" : "int_to_float",
              toWord(body, from, value, false),
            );
      const narrow = to.width === "f32" && !(from.kind === "float" && from.width === "f32");
      return { annotation: to, value: narrow ? b.float("float_to_f32", wide) : wide };
    }
    case "char":
      if (from.kind === "int" && !fitsAlready(from, "u8"))
        raiseIf(lowering, b, b.not(b.bool("uint_lt", value, intValue(256))), "raise_value_error", [
          lowering.constants.stringValue("a char is one of the bytes 0 to 255"),
        ]);
      return { annotation: to, value };
    case "ptr":
      return {
        annotation: to,
        value: from.kind === "ptr" ? value : b.emit("int_to_addr", [value], ADDR),
      };
    default:
      throw new InternalError(`convert from ${show(from)} to ${show(to)}`);
  }
}

function toWord(body: Body, from: Annotation, value: LLValue, unsigned: boolean): LLValue {
  const { b } = body;
  switch (from.kind) {
    case "bool":
      return b.int("bool_to_int", value);
    case "enum":
      return enumValue(body, value, from.symbol);
    case "float":
      return b.int(unsigned ? "float_to_uint" : "float_to_int", value);
    default:
      return value;
  }
}

function fitsAlready(from: Annotation, width: IntWidth): boolean {
  if (from.kind === "char")
    return (
      width === "u8" || width === "u16" || width === "u32" || width === "i16" || width === "i32"
    );
  return from.kind === "int" && from.width === width && from.value === null;
}

function enumOf(annotation: Annotation): AnnotationOf<"enum">["symbol"] {
  if (annotation.kind !== "enum") throw new InternalError(`${show(annotation)} is no enum`);
  return annotation.symbol;
}

function hint(body: Body, call: IntrinsicCall, name: string): Typed {
  const values = call.args
    .map((arg) => body.get(arg))
    .filter((value) => value.type.kind !== "void");
  body.b.effect("hint", values, { hint: name });
  return NOTHING;
}
