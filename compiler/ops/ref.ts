/**
 * References: identity, class tests, and tagged immediates.
 *
 * A reference is null, a heap object or an immediate. `class_id` and `class_in_range` see through
 * the tag; everything else that looks into an object wants to know that it is not one.
 */
import { sameReference } from "../eval/heap.ts";
import { PLAIN, pure, commuting, type OpRow } from "./row.ts";
import type { HeapObject } from "../eval/heap.ts";

const TEST = { args: ["ref"], result: "bool" } as const;
const COMPARE = { args: ["ref", "ref"], result: "bool" } as const;
const ABOUT_STRUCT = { ...PLAIN, effect: "none", aux: ["struct"] } as const;
type Reference = HeapObject | null;

export const REF_OPS = {
  ref_eq: commuting(
    COMPARE,
    "a and b are the same object, or equal immediates",
    sameReference,
    "($0 == $1)",
  ),
  ref_ne: commuting(
    COMPARE,
    "not ref_eq",
    (a: Reference, b: Reference) => !sameReference(a, b),
    "($0 != $1)",
  ),
  ref_is_null: pure(TEST, "a is null", (a: Reference) => a === null, "($0 == NULL)"),
  ref_not_null: pure(TEST, "a is not null", (a: Reference) => a !== null, "($0 != NULL)"),
  ref_cast: {
    ...PLAIN,
    args: ["ref"],
    result: "ref",
    effect: "none",
    doc: "a itself under the result's static type; nothing is checked",
    eval: (a: Reference) => a,
  },
  class_id: {
    ...PLAIN,
    args: ["ref"],
    result: "int",
    effect: "none",
    doc: "the number of a's class; a is not null",
    eval: (a: HeapObject) => a.type.classId,
  },
  class_in_range: {
    ...ABOUT_STRUCT,
    ...TEST,
    doc: "a's class is aux.struct or below it; false for null",
  },
  imm_is: { ...ABOUT_STRUCT, ...TEST, doc: "a is an immediate of aux.struct; false for null" },
  imm_make: {
    ...ABOUT_STRUCT,
    args: ["int"],
    result: "ref",
    doc: "the immediate of aux.struct with this payload, which must fit (imm_fits)",
  },
  imm_value: {
    ...ABOUT_STRUCT,
    args: ["ref"],
    result: "int",
    doc: "the payload of a, an immediate of aux.struct",
  },
  imm_fits: {
    ...ABOUT_STRUCT,
    args: ["int"],
    result: "bool",
    doc: "the payload fits the tagged word of aux.struct",
  },
  identity_hash: {
    ...PLAIN,
    args: ["ref"],
    result: "int",
    effect: "none",
    doc: "a number that stays with the object for its life; not negative; a is a heap object",
  },
} as const satisfies Record<string, OpRow>;
