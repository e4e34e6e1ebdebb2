/**
 * C types: of values, of storage, and the struct declarations of collected objects.
 *
 * A value has one of six C types (`cType`); what a reference refers to is a matter of the access,
 * `((struct T_Point *)p)->x_`, so that no assignment needs a cast. A subclass's struct repeats its
 * base's fields first; natural alignment then puts them at the same offsets. Generated code is
 * compiled with -fno-strict-aliasing, since objects are seen through both.
 */
import { unreachable } from "../../dsl/syntax/diagnostics.ts";
import type { Names } from "./names.ts";
import { textLiteral } from "./names.ts";
import type { LLFunction, LLProgram } from "../ll/program.ts";
import { layoutOf, storageSize, strongFields, valueType } from "../ll/types.ts";
import type { ArrayType, FnType, LLType, Storage, StructType } from "../ll/types.ts";

/** The C type of a value; `void` is for results only. */
export function cType(type: LLType): string {
  switch (type.kind) {
    case "void":
      return "void";
    case "bool":
      return "bool";
    case "int":
      return "int64_t";
    case "float":
      return "double";
    case "ref":
      return "wr_ref";
    case "addr":
      return "wr_addr";
    case "fn":
      return "wr_fn";
  }
}

export function storageType(storage: Storage): string {
  switch (storage.kind) {
    case "i8":
    case "i16":
    case "i32":
    case "i64":
      return `int${storage.kind.slice(1)}_t`;
    case "u8":
    case "u16":
    case "u32":
      return `uint${storage.kind.slice(1)}_t`;
    case "f32":
      return "float";
    case "f64":
      return "double";
    case "bool":
    case "addr":
    case "ref":
    case "fn":
      return cType(valueType(storage));
    default:
      return unreachable(storage, "storage");
  }
}

/** Whether a value of this storage has to be cut down when it is stored. */
export function isNarrow(storage: Storage): boolean {
  return storage.kind !== "bool" && storageSize(storage) < 8;
}

/** `int64_t (*)(wr_ref, bool)` */
export function signatureType(signature: FnType): string {
  return `${cType(signature.result)} (*)(${parameterTypes(signature.params)})`;
}

export function parameterTypes(params: readonly LLType[]): string {
  return params.length === 0 ? "void" : params.map(cType).join(", ");
}

/** A prototype without `;`. */
export function prototype(fn: LLFunction, names: Names): string {
  return `${cType(fn.result)} ${names.fn(fn)}(${parameterTypes(fn.params)})`;
}

/** Members of an object's struct up to where items begin; all objects are 8-byte aligned. */
export function members(type: StructType | ArrayType, names: Names): string {
  const lines = ["  _Alignas(8) wr_object h_;"];
  const fieldNames = names.fieldsOf(type);
  for (const field of type.fields) {
    lines.push(`  ${storageType(field.storage)} ${fieldNames[field.index]!};`);
  }
  if (type.kind === "array") lines.push("  int64_t length_;");
  return lines.join("\n");
}

export function structDeclarations(program: LLProgram, names: Names): string {
  return [...program.structs, ...program.arrays]
    .map(layoutOf)
    .map((type) => {
      const items = type.kind === "array" ? `\n  ${storageType(type.item)} items_[];` : "";
      return `struct ${names.struct(type)} {\n${members(type, names)}${items}\n};`;
    })
    .join("\n\n");
}

// ---- the collector's view -----------------------------------------------------------------------------

/** `wr_types[]` with the offset tables its rows point at. */
export function typeTable(program: LLProgram, names: Names): string {
  const types = [...program.structs, ...program.arrays]
    .map(layoutOf)
    .sort((a, b) => a.classId - b.classId);
  const count = (types.at(-1)?.classId ?? -1) + 1;
  const offsets = types.flatMap((type) => refOffsets(type, names));
  const rows = types.map((type) => `  [${type.classId}] = {${typeRow(type, names)}},`);
  return [
    ...offsets,
    `const uint32_t wr_type_count = ${count};`,
    `const wr_type wr_types[${Math.max(count, 1)}] = {`,
    ...rows,
    "};",
  ].join("\n");
}

function offset(type: StructType | ArrayType, member: string, names: Names): string {
  return `offsetof(struct ${names.struct(type)}, ${member})`;
}

function refOffsets(type: StructType | ArrayType, names: Names): string[] {
  const refs = strongFields(type);
  if (refs.length === 0) return [];
  const fieldNames = names.fieldsOf(type);
  const list = refs.map((index) => offset(type, fieldNames[index]!, names)).join(", ");
  return [`static const uint32_t refs_of_${names.struct(type)}[] = {${list}};`];
}

function typeRow(type: StructType | ArrayType, names: Names): string {
  const refs = strongFields(type);
  const itemsAreRefs = type.kind === "array" && type.item.kind === "ref";
  const cells: string[] = [`.name = ${textLiteral(type.name)}`];
  const flags: string[] = [];
  if (refs.length > 0 || itemsAreRefs) flags.push("WR_TYPE_HAS_REFS");
  if (itemsAreRefs) flags.push("WR_TYPE_ITEMS_ARE_REFS");
  if (refs.length > 0) {
    cells.push(`.ref_count = ${refs.length}`, `.refs = refs_of_${names.struct(type)}`);
  }
  if (type.kind === "array") {
    cells.push(
      ".kind = WR_KIND_ARRAY",
      `.size = ${offset(type, "items_", names)}`,
      `.item_size = ${storageSize(type.item)}`,
      `.length_offset = ${offset(type, "length_", names)}`,
    );
  } else {
    cells.push(".kind = WR_KIND_STRUCT", `.size = sizeof(struct ${names.struct(type)})`);
    if (type.weakField !== null) {
      flags.push("WR_TYPE_HAS_WEAK");
      const weak = names.fieldsOf(type)[type.weakField]!;
      cells.push(`.weak_offset = ${offset(type, weak, names)}`);
    }
    if (type.finalizer !== null) {
      flags.push("WR_TYPE_HAS_FINALIZER");
      cells.push(`.finalizer = ${names.fn(type.finalizer)}`);
    }
  }
  if (flags.length > 0) cells.push(`.flags = ${flags.join(" | ")}`);
  return cells.join(", ");
}
