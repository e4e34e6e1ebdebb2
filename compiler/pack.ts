/**
 * Low-level programs as bytes, and back.
 *
 * A program is plain data, with cycles, but for the objects of its prebuilt heap. Those are listed
 * beside it by class, and get their classes again when they are read. Several programs are packed
 * together, so that what they share is shared again.
 */
import { deserialize, serialize } from "node:v8";
import { assert, InternalError } from "../dsl/syntax/diagnostics.ts";
import { HeapArray, HeapStruct, Immediate } from "./eval/heap.ts";
import type { LLProgram } from "./ll/program.ts";

const HEAP_CLASSES = [HeapStruct, HeapArray, Immediate];

interface Packed {
  readonly programs: readonly LLProgram[];
  /** By position in `HEAP_CLASSES`. */
  readonly heap: readonly object[][];
}

export function packPrograms(programs: readonly LLProgram[]): Uint8Array {
  return serialize({ programs, heap: heapObjects(programs) } satisfies Packed);
}

/** Of bytes that `packPrograms` gave, in this version of Node. */
export function unpackPrograms(bytes: Uint8Array): readonly LLProgram[] {
  const { programs, heap } = deserialize(bytes) as Packed;
  heap.forEach((objects, i) => {
    for (const one of objects) Object.setPrototypeOf(one, HEAP_CLASSES[i]!.prototype);
  });
  return programs;
}

/** Everything reachable that is of a class, by class. */
function heapObjects(root: unknown): object[][] {
  const found: object[][] = HEAP_CLASSES.map(() => []);
  const seen = new Set<object>();
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    assert(typeof value !== "function", "a low-level program holds a function of JavaScript");
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    const index = HEAP_CLASSES.findIndex((one) => value instanceof one);
    if (index >= 0) found[index]!.push(value);
    for (const part of partsOf(value, index >= 0)) pending.push(part);
  }
  return found;
}

function partsOf(value: object, isHeap: boolean): Iterable<unknown> {
  if (ArrayBuffer.isView(value)) return [];
  if (Array.isArray(value) || value instanceof Set) return value;
  if (value instanceof Map) return [...value].flat();
  if (!isHeap && Object.getPrototypeOf(value) !== Object.prototype)
    throw new InternalError(`a low-level program holds a ${value.constructor.name}`);
  return Object.values(value);
}
