/**
 * Where things lie in linear memory. Objects have the layout that the native back end gives them:
 * a header of eight bytes, fields in order with natural alignment, references and addresses of eight
 * bytes although memory is addressed by the low four. So the collector, the payload of immediates and
 * everything that depends on sizes are the same on every target.
 */
import {
  storageSize,
  valueType,
  type ArrayType,
  type LLType,
  type Storage,
  type StructType,
} from "../ll/types.ts";
import { F64, I32, I64, type ValueType } from "./binary.ts";

export const HEADER_SIZE = 8;

export function wasmType(type: LLType): ValueType | null {
  switch (type.kind) {
    case "void":
      return null;
    case "bool":
      return I32;
    case "float":
      return F64;
    case "int":
    case "ref":
    case "addr":
    case "fn":
      return I64;
  }
}

export interface Layout {
  /** By field index, from the start of the object. */
  readonly fields: readonly number[];
  /** Arrays: where the length lies. */
  readonly length: number;
  /** Arrays: where the items begin; structs: the size. A multiple of 8 for structs. */
  readonly end: number;
}

const layouts = new WeakMap<StructType | ArrayType, Layout>();

export function layoutIn(type: StructType | ArrayType): Layout {
  let layout = layouts.get(type);
  if (layout === undefined) {
    layout = computeLayout(type);
    layouts.set(type, layout);
  }
  return layout;
}

function computeLayout(type: StructType | ArrayType): Layout {
  let at = HEADER_SIZE;
  const fields: number[] = [];
  for (const field of type.fields) {
    const size = storageSize(field.storage);
    at = align(at, size);
    fields[field.index] = at;
    at += size;
  }
  const length = align(at, 8);
  return type.kind === "array"
    ? { fields, length, end: length + 8 }
    : { fields, length: 0, end: align(at, 8) };
}

export function align(at: number, to: number): number {
  return Math.ceil(at / to) * to;
}

export function wasmTypeOfStorage(storage: Storage): ValueType {
  return wasmType(valueType(storage))!;
}
