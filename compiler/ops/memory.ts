/**
 * Objects and arrays of the collected heap, module-level names and constant tables.
 *
 * Nothing here is checked: lowering has proved or tested that references are not null and indices
 * are in range. Storage narrower than a word truncates on the way in and widens on the way out.
 */
import { PLAIN, type OpRow } from "./row.ts";

const ARRAY = { ...PLAIN, aux: ["array"] } as const;

export const MEMORY_OPS = {
  new: {
    ...PLAIN,
    args: [],
    result: "ref",
    effect: "alloc",
    raises: true,
    collects: true,
    aux: ["struct"],
    doc: "a fresh object of aux.struct; fields are zero or null",
  },
  new_array: {
    ...ARRAY,
    args: ["int"],
    result: "ref",
    effect: "alloc",
    raises: true,
    collects: true,
    doc: "a fresh array of aux.array with this length, which is not negative; items are zero or null",
  },
  getfield: {
    ...PLAIN,
    args: ["ref"],
    result: "any",
    effect: "read",
    aux: ["field", "holder"],
    doc: "the field aux.field of a, which is not null and no immediate",
  },
  setfield: {
    ...PLAIN,
    args: ["ref", "any"],
    result: "void",
    effect: "write",
    aux: ["field", "holder"],
    doc: "stores b in the field aux.field of a, which is not null and no immediate",
  },
  array_len: {
    ...ARRAY,
    args: ["ref"],
    result: "int",
    effect: "none",
    doc: "the number of items of a",
  },
  getitem: {
    ...ARRAY,
    args: ["ref", "int"],
    result: "any",
    effect: "read",
    doc: "item b of a; b is in range",
  },
  setitem: {
    ...ARRAY,
    args: ["ref", "int", "any"],
    result: "void",
    effect: "write",
    doc: "stores c as item b of a; b is in range",
  },
  array_copy: {
    ...ARRAY,
    args: ["ref", "int", "ref", "int", "int"],
    result: "void",
    effect: "write",
    doc: "array_copy(source, from, target, to, count): copies items as if all were read first; the target is of aux.array, the source of aux.source or else the same",
  },
  array_fill: {
    ...ARRAY,
    args: ["ref", "int", "int", "any"],
    result: "void",
    effect: "write",
    doc: "array_fill(a, start, count, value): stores value in count items from start on",
  },
  global_get: {
    ...PLAIN,
    args: [],
    result: "any",
    effect: "read",
    aux: ["global"],
    doc: "the value of the module-level name aux.global; only until the program is frozen",
  },
  global_set: {
    ...PLAIN,
    args: ["any"],
    result: "void",
    effect: "write",
    aux: ["global"],
    doc: "binds the module-level name aux.global; only in module bodies",
  },
  table_get: {
    ...PLAIN,
    args: ["int"],
    result: "any",
    effect: "none",
    aux: ["table"],
    doc: "row a of aux.table; a is in range and the row no hole",
  },
} as const satisfies Record<string, OpRow>;
