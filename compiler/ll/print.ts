/**
 * Low-level programs as text; `parse.ts` reads it back.
 *
 *     fn main.gcd(int, int) -> int {
 *     block0(a.0: int, b.1: int):
 *       v2 = int_ne(b.1, 0)
 *       branch v2 ? block1(a.0, b.1) : block2(a.0)
 *     block1(a.3: int, b.4: int):
 *       v5 = int_mod(a.3, b.4)
 *       goto block0(b.4, v5)
 *     block2(a.6: int):
 *       return a.6
 *     }
 *
 * A variable is its source name and number, or `v` and number. The type of a result is written
 * where the op's row leaves it open. Objects are `#1`, `#2`, … in order of appearance and follow at
 * the end; a string is written out where it is used. Places (`at "main.wr:12:3"`) are printed where
 * they matter to a running program, which is where an exception may pass: tracebacks show them.
 *
 * Printing is a fixed point: what is parsed back prints the same.
 */
import { placeOf, type Span } from "../../dsl/syntax/source.ts";
import {
  HeapArray,
  HeapStruct,
  Immediate,
  type HeapObject,
  type MachineValue,
} from "../eval/heap.ts";
import { OPS, isOpName, opRow } from "../ops/table.ts";
import type {
  LLBlock,
  LLConst,
  LLConstant,
  LLExit,
  LLFunction,
  LLGraph,
  LLLink,
  LLOp,
  LLProgram,
  LLTable,
  LLValue,
  LLVariable,
} from "./program.ts";
import { typeOfObject } from "./types.ts";
import type { ArrayType, Field, LLType, Storage, StructType } from "./types.ts";

/** Numbers for objects, given when one is first mentioned. */
class Objects {
  readonly #numbers = new Map<HeapObject, number>();
  readonly queue: HeapObject[] = [];

  mention(object: HeapObject): string {
    let number = this.#numbers.get(object);
    if (number === undefined) {
      this.queue.push(object);
      number = this.queue.length;
      this.#numbers.set(object, number);
    }
    return `#${number}`;
  }
}

export function printProgram(program: LLProgram): string {
  const objects = new Objects();
  const sections = [
    [`program ${printName(program.name)}`],
    program.structs.map((struct) => printStruct(struct)),
    program.arrays.map((array) => printArrayType(array)),
    program.globals.map((global) => `global ${printName(global.name)}: ${printType(global.type)}`),
    program.tables.map((table) => printTable(table, objects)),
    program.functions.map((one) => printFunction(one, objects)),
    printRoots(program, objects),
    printObjects(objects),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n") + "\n")
    .join("\n");
}

function printRoots(program: LLProgram, objects: Objects): string[] {
  const { well } = program;
  return [
    ...program.initializers.map((one) => `init ${printName(one.name)}`),
    `entry ${printName(program.entry.name)}`,
    `well str=${printName(well.str.name)} strs=${printName(well.strArray.name)}` +
      ` exception=${printName(well.exception.name)}` +
      ` describe=${printName(well.describeException.name)}` +
      ` memory=${objects.mention(well.memoryError)} overflow=${objects.mention(well.stackOverflow)}`,
  ];
}

// ---------------------------------------------------------------- declarations

function printStruct(struct: StructType): string {
  const own = struct.fields.slice(struct.parent?.fields.length ?? 0);
  const parts = [`struct ${printName(struct.name)}`];
  if (struct.parent !== null) parts.push(`: ${printName(struct.parent.name)}`);
  parts.push(`ids ${struct.classId}..${struct.lastSubclassId}`);
  if (struct.immediate !== null) {
    const { tag, field } = struct.immediate;
    parts.push(`immediate ${tag} ${printName(struct.fields[field]?.name ?? "?")}`);
  }
  if (struct.weakField !== null) {
    parts.push(`weak ${printName(struct.fields[struct.weakField]?.name ?? "?")}`);
  }
  if (struct.finalizer !== null) parts.push(`finalizer ${printName(struct.finalizer.name)}`);
  if (struct.tail !== null) parts.push(`of ${printStorage(struct.tail.item)}`);
  if (own.length > 0) parts.push(printFields(own));
  return parts.join(" ");
}

function printArrayType(array: ArrayType): string {
  const fields = array.fields.length > 0 ? ` ${printFields(array.fields)}` : "";
  return `array ${printName(array.name)} id ${array.classId} of ${printStorage(array.item)}${fields}`;
}

function printFields(fields: readonly Field[]): string {
  const texts = fields.map(
    (field) =>
      `${field.final ? "final " : ""}${printName(field.name)}: ${printStorage(field.storage)}`,
  );
  return `{ ${texts.join(", ")} }`;
}

function printTable(table: LLTable, objects: Objects): string {
  const rows = table.rows.map((row) => (row === null ? "-" : printConstant(row, objects)));
  return `table ${printName(table.name)}: ${printType(table.type)} = [${rows.join(", ")}]`;
}

function printObjects(objects: Objects): string[] {
  const lines: string[] = [];
  // The queue grows while objects that are printed mention others.
  for (let i = 0; i < objects.queue.length; i++) {
    lines.push(`object #${i + 1} = ${printObject(objects.queue[i]!, objects)}`);
  }
  return lines;
}

function printObject(object: HeapObject, objects: Objects): string {
  if (object instanceof Immediate) return printImmediate(object);
  const parts = [printName(object.type.name)];
  if (object.hash !== 0) parts.push(`hash ${object.hash}`);
  const fields = object.type.fields.map(
    (field, i) =>
      `${printName(field.name)} = ${printHeapValue(object.fields[i], field.storage, objects)}`,
  );
  if (fields.length > 0) parts.push(`{ ${fields.join(", ")} }`);
  if (object instanceof HeapArray) parts.push(printItems(object, objects));
  return parts.join(" ");
}

function printItems(array: HeapArray, objects: Objects): string {
  const { item } = array.type;
  if (item.kind === "u8") return printBytes(array.items as Uint8Array);
  const items = Array.from(array.items as MachineValue[], (value) =>
    printHeapValue(item.kind === "bool" ? value !== 0 : value, item, objects),
  );
  return `[${items.join(", ")}]`;
}

function printHeapValue(value: MachineValue, storage: Storage, objects: Objects): string {
  if (value === null || value === undefined) return "null";
  switch (storage.kind) {
    case "ref":
      return printReference(value as HeapObject, objects);
    case "fn":
      return `&${printName((value as LLFunction).name)}`;
    case "f32":
    case "f64":
      return printFloat(value as number);
    default:
      return String(value);
  }
}

// ---------------------------------------------------------------- functions

/** One function; objects are numbered within it when it is printed alone. */
export function printFunction(fn: LLFunction, objects: Objects = new Objects()): string {
  const head = printHead(fn);
  return fn.graph === null ? head : `${head} {\n${printGraph(fn.graph, objects)}\n}`;
}

function printHead(fn: LLFunction): string {
  const parts = [
    `fn ${printName(fn.name)}(${fn.params.map(printType).join(", ")}) -> ${printType(fn.result)}`,
  ];
  if (fn.externName !== null) parts.push(`extern ${printName(fn.externName)}`);
  if (fn.displayName !== fn.name) parts.push(`as ${JSON.stringify(fn.displayName)}`);
  if (fn.inline !== "auto") parts.push(`inline ${fn.inline}`);
  if (!fn.raises) parts.push("noraise");
  if (!fn.collects) parts.push("nocollect");
  if (fn.hints.size > 0) parts.push(`hints(${[...fn.hints].map(printName).join(", ")})`);
  if (fn.span !== null) parts.push(printPlace(fn.span));
  return parts.join(" ");
}

export function printGraph(graph: LLGraph, objects: Objects = new Objects()): string {
  return graph.blocks.map((block) => printBlock(block, objects)).join("\n");
}

export function printBlock(block: LLBlock, objects: Objects = new Objects()): string {
  const params = block.params.map(printDefinition).join(", ");
  return [
    `block${block.id}(${params}):`,
    ...block.ops.map((op) => `  ${printOp(op, objects)}`),
    `  ${printExit(block.exit, objects)}`,
  ].join("\n");
}

export function printOp(op: LLOp, objects: Objects = new Objects()): string {
  const args = op.args.map((arg) => printValue(arg, objects)).join(", ");
  const place = isOpName(op.name) && opRow(op.name).raises ? (op.aux.site ?? op.span) : op.aux.site;
  return [
    `${printResult(op)}${op.name}(${args})`,
    ...printAux(op),
    ...(place === undefined || place === null ? [] : [printPlace(place)]),
  ].join(" ");
}

function printResult(op: LLOp): string {
  if (op.result.type.kind === "void") return "";
  const settled = isOpName(op.name) && OPS[op.name].result === op.result.type.kind;
  const open = !settled || op.result.type.kind === "ref";
  return `${open ? printDefinition(op.result) : printVariable(op.result)} = `;
}

function printAux({ aux }: LLOp): string[] {
  const parts: string[] = [];
  const holder = aux.struct ?? aux.array;
  if (aux.field !== undefined) {
    parts.push(
      `field=${holder === undefined ? "_" : printName(holder.name)}:${printName(aux.field.name)}`,
    );
  } else {
    if (aux.struct !== undefined) parts.push(`struct=${printName(aux.struct.name)}`);
    if (aux.array !== undefined) parts.push(`array=${printName(aux.array.name)}`);
    if (aux.source !== undefined) parts.push(`source=${printName(aux.source.name)}`);
  }
  if (aux.storage !== undefined) parts.push(`storage=${printStorage(aux.storage)}`);
  if (aux.callee !== undefined) parts.push(`callee=${printName(aux.callee.name)}`);
  if (aux.signature !== undefined) parts.push(`signature=${printType(aux.signature)}`);
  if (aux.global !== undefined) parts.push(`global=${printName(aux.global.name)}`);
  if (aux.table !== undefined) parts.push(`table=${printName(aux.table.name)}`);
  if (aux.slot !== undefined) parts.push(`slot=${aux.slot}`);
  if (aux.tail === true) parts.push("tail=yes");
  if (aux.hint !== undefined) parts.push(`hint=${printName(aux.hint)}`);
  return parts;
}

export function printExit(exit: LLExit, objects: Objects = new Objects()): string {
  const link = (one: LLLink) => printLink(one, objects);
  switch (exit.kind) {
    case "goto":
      return `goto ${link(exit.link)}`;
    case "branch":
      return `branch ${printValue(exit.condition, objects)} ? ${link(exit.then)} : ${link(exit.otherwise)}`;
    case "switch": {
      const cases = exit.cases.map(
        (one) => `${printConstant(one.value, objects)}: ${link(one.link)}`,
      );
      if (exit.otherwise !== null) cases.push(`else: ${link(exit.otherwise)}`);
      return `switch ${printValue(exit.subject, objects)} { ${cases.join(", ")} }`;
    }
    case "try":
      return `try ${link(exit.normal)} catch ${printDefinition(exit.exception)} => ${link(exit.exceptional)}`;
    case "return":
      return `return ${printValue(exit.value, objects)}`;
    case "raise":
      return `raise ${printValue(exit.value, objects)}${exit.span === null ? "" : ` ${printPlace(exit.span)}`}`;
    case "unreachable":
      return "unreachable";
  }
}

function printLink(link: LLLink, objects: Objects): string {
  return `block${link.target.id}(${link.args.map((arg) => printValue(arg, objects)).join(", ")})`;
}

function printDefinition(variable: LLVariable): string {
  return `${printVariable(variable)}: ${printType(variable.type)}`;
}

export function printVariable(variable: LLVariable): string {
  const { name } = variable;
  return name !== null && /^[A-Za-z_]\w*$/.test(name)
    ? `${name}.${variable.id}`
    : `v${variable.id}`;
}

export function printValue(value: LLValue, objects: Objects = new Objects()): string {
  if (value.kind === "var") return printVariable(value);
  const text = printConstant(value.value, objects);
  return hasUsualType(value) ? text : `${text}: ${printType(value.type)}`;
}

/** Whether the constant alone says its type, so that the text leaves it out. */
function hasUsualType({ value, type }: LLConst): boolean {
  switch (value.kind) {
    case "int":
    case "float":
    case "bool":
    case "void":
      return type.kind === value.kind;
    case "null":
      return type.kind === "ref" && type.to === null;
    case "object":
      return type.kind === "ref" && type.to === typeOfObject(value.object.type);
    case "function":
      return type.kind === "fn" && printType(type) === printType(signatureOf(value.function));
  }
}

export function signatureOf(fn: LLFunction): LLType & { readonly kind: "fn" } {
  return { kind: "fn", params: fn.params, result: fn.result };
}

// ---------------------------------------------------------------- constants, types, names

export function printConstant(constant: LLConstant, objects: Objects = new Objects()): string {
  switch (constant.kind) {
    case "int":
    case "bool":
      return String(constant.value);
    case "float":
      return printFloat(constant.value);
    case "null":
    case "void":
      return constant.kind;
    case "object":
      return printReference(constant.object, objects);
    case "function":
      return `&${printName(constant.function.name)}`;
  }
}

function printReference(object: HeapObject, objects: Objects): string {
  if (object instanceof Immediate) return printImmediate(object);
  // A string is its text: the hash it caches is found again.
  if (isPlainString(object)) return printBytes(object.items as Uint8Array);
  return objects.mention(object);
}

function isPlainString(object: HeapStruct | HeapArray): object is HeapArray {
  return object instanceof HeapArray && object.type.name === "str" && object.hash === 0;
}

function printImmediate(immediate: Immediate): string {
  return `imm(${printName(immediate.type.name)}, ${immediate.payload})`;
}

/** Always with a point, an exponent or a word, which tells it from an int. */
function printFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function printBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return JSON.stringify(text).replace(
    /[\x7f-\xff]/g,
    (char) => `\\u00${char.charCodeAt(0).toString(16)}`,
  );
}

export function printType(type: LLType): string {
  switch (type.kind) {
    case "ref":
      return type.to === null ? "ref" : `ref<${printName(type.to.name)}>`;
    case "fn":
      return `fn(${type.params.map(printType).join(", ")}) -> ${printType(type.result)}`;
    default:
      return type.kind;
  }
}

export function printStorage(storage: Storage): string {
  return storage.kind === "ref" || storage.kind === "fn" ? printType(storage) : storage.kind;
}

/** Bare when it reads as one word, else in backticks. */
function printName(name: string): string {
  return /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/.test(name) ? name : `\`${name}\``;
}

function printPlace(at: Span): string {
  return `at ${JSON.stringify(placeOf(at))}`;
}
