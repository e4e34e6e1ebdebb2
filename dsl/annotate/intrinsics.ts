/**
 * Types of the intrinsics: functions of `wright.intrinsics` that lowering implements itself.
 * `dsl/lib/INTRINSICS.md` lists them with their meaning. They are unchecked, for the library only.
 */
import type { At, CallArguments } from "./calls.ts";
import { sourceOf } from "./explain.ts";
import { BOOL, CHAR, FLOAT, INT, NEVER, NONE, POISON, PTR, STR } from "./lattice.ts";
import type { Annotation } from "./lattice.ts";
import { show } from "./show.ts";
import { flowInto, unifyCells } from "./unify.ts";

export type IntrinsicRow = (at: At, args: readonly Annotation[], call: CallArguments) => Annotation;

function fixed(params: readonly Annotation["kind"][], result: Annotation): IntrinsicRow {
  return (at, args) => {
    if (args.length !== params.length)
      return at.ctx.error(
        "E0401",
        at.op.span,
        `this intrinsic takes ${params.length} arguments, not ${args.length}`,
      );
    for (let i = 0; i < params.length; i++) {
      const kind = args[i]!.kind;
      if (kind === "never") return NEVER;
      const fits =
        kind === params[i] ||
        kind === "poison" ||
        (params[i] === "str" && kind === "char") ||
        (params[i] === "int" && (kind === "char" || kind === "bool"));
      if (!fits)
        return at.ctx.error(
          "E0701",
          at.op.span,
          `argument ${i + 1} of this intrinsic must be ${params[i]}, but is ${show(args[i]!)}`,
        );
    }
    return result;
  };
}

const INT1 = fixed(["int"], INT);
const INT2 = fixed(["int", "int"], INT);
const FLOAT1 = fixed(["float"], FLOAT);
const FLOAT2 = fixed(["float", "float"], FLOAT);

/** Result of an op on arrays, which is `poison` on anything else. */
function onArray(
  use: (
    at: At,
    item: Extract<Annotation, { kind: "array" }>,
    args: readonly Annotation[],
    call: CallArguments,
  ) => Annotation,
): IntrinsicRow {
  return (at, args, call) => {
    const array = args[0];
    if (array === undefined || array.kind === "never") return NEVER;
    if (array.kind === "poison") return POISON;
    if (array.kind !== "array")
      return at.ctx.error(
        "E0701",
        at.op.span,
        `this intrinsic takes an array, but this is ${show(array)}`,
      );
    return use(at, array, args, call);
  };
}

function store(index: number): IntrinsicRow {
  return onArray((at, array, args, call) => {
    const value = call.values[index];
    if (value !== undefined)
      flowInto(at.ctx, array.item, args[index]!, {
        span: call.spans[index] ?? at.op.span,
        message: "stored here",
        source: sourceOf(at.spec, value),
      });
    return NONE;
  });
}

const rawLoads = ["i8", "u8", "i16", "u16", "i32", "u32", "i64"].map(
  (kind) => [`raw_load_${kind}`, fixed(["ptr", "int"], INT)] as const,
);
const rawStores = ["i8", "u8", "i16", "u16", "i32", "u32", "i64"].map(
  (kind) => [`raw_store_${kind}`, fixed(["ptr", "int", "int"], NONE)] as const,
);
/** Functions of one float: `f_NAME`, and the op `float_NAME`. */
export const FLOAT_FUNCTIONS = [
  "sqrt",
  "floor",
  "ceil",
  "trunc",
  "rint",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
  "exp",
  "exp2",
  "expm1",
  "log",
  "log2",
  "log10",
  "log1p",
  "cbrt",
  "abs",
] as const;
const floatFunctions = FLOAT_FUNCTIONS.map((name) => [`f_${name}`, FLOAT1] as const);

export const INTRINSICS: Readonly<Record<string, IntrinsicRow>> = {
  str_len: fixed(["str"], INT),
  str_byte: fixed(["str", "int"], INT),
  str_alloc: fixed(["int"], STR),
  str_set_byte: fixed(["str", "int", "int"], NONE),
  str_copy: fixed(["str", "int", "str", "int", "int"], NONE),
  str_get_hash: fixed(["str"], INT),
  str_set_hash: fixed(["str", "int"], NONE),
  str_compare_bytes: fixed(["str", "int", "str", "int", "int"], INT),
  str_address: fixed(["str"], PTR),
  char_from_byte: fixed(["int"], CHAR),
  char_code: fixed(["char"], INT),
  array_len: onArray(() => INT),
  array_get: onArray((at, array) => at.ctx.read(array.item)),
  array_set: store(2),
  array_fill: store(3),
  array_copy: onArray((at, array, args) => {
    const to = args[2];
    if (to?.kind === "array" && !unifyCells(at.ctx, array.item, to.item))
      return at.ctx.error("E0701", at.op.span, "array_copy needs arrays of one item type");
    return NONE;
  }),
  /** `array_zero(a, start, count)`: items become zero or null again. */
  array_zero: onArray(() => NONE),
  array_address: onArray(() => PTR),
  shl: INT2,
  shr: INT2,
  ushr: INT2,
  uint_lt: fixed(["int", "int"], BOOL),
  udiv: INT2,
  umod: INT2,
  mulhi: INT2,
  umulhi: INT2,
  clz: INT1,
  ctz: INT1,
  popcount: INT1,
  int_to_float: fixed(["int"], FLOAT),
  float_to_int: fixed(["float"], INT),
  float_bits: fixed(["float"], INT),
  bits_float: fixed(["int"], FLOAT),
  ...Object.fromEntries(floatFunctions),
  f_pow: FLOAT2,
  f_fmod: FLOAT2,
  f_div: FLOAT2,
  f_atan2: FLOAT2,
  f_hypot: FLOAT2,
  f_copysign: FLOAT2,
  f_ldexp: fixed(["float", "int"], FLOAT),
  f_is_nan: fixed(["float"], BOOL),
  f_is_inf: fixed(["float"], BOOL),
  identity_hash: () => INT,
  same_object: () => BOOL,
  is_word: () => BOOL,
  class_number: () => INT,
  class_name: () => STR,
  raw_alloc: fixed(["int"], PTR),
  raw_free: fixed(["ptr"], NONE),
  ...Object.fromEntries(rawLoads),
  ...Object.fromEntries(rawStores),
  raw_load_f64: fixed(["ptr", "int"], FLOAT),
  raw_store_f64: fixed(["ptr", "int", "float"], NONE),
  raw_load_ptr: fixed(["ptr", "int"], PTR),
  raw_store_ptr: fixed(["ptr", "int", "ptr"], NONE),
  raw_copy: fixed(["ptr", "ptr", "int"], NONE),
  raw_zero: fixed(["ptr", "int"], NONE),
  raw_prefetch: fixed(["ptr"], NONE),
  ptr_add: fixed(["ptr", "int"], PTR),
  ptr_sub: fixed(["ptr", "ptr"], INT),
  ptr_to_int: fixed(["ptr"], INT),
  int_to_ptr: fixed(["int"], PTR),
  ptr_lt: fixed(["ptr", "ptr"], BOOL),
  ptr_is_null: fixed(["ptr"], BOOL),
  gc_collect: fixed([], NONE),
  gc_finalize: fixed([], NONE),
  gc_stat: fixed(["int"], INT),
  interrupt_pending: fixed([], BOOL),
};
