/**
 * What a frozen program consists of: the functions, prebuilt objects and tables that can be reached
 * from its entry. Whatever is not reached does not exist for the back ends.
 */
import { eachRead } from "../ll/contain.ts";
import { HeapArray, HeapStruct, Immediate, type HeapObject } from "../eval/heap.ts";
import type { LLConstant, LLFunction, LLProgram, LLTable, LLValue } from "../ll/program.ts";

export interface Reachable {
  readonly functions: ReadonlySet<LLFunction>;
  /** In order of discovery, which is the same in every build of the same program. */
  readonly objects: ReadonlySet<HeapStruct | HeapArray>;
  readonly tables: ReadonlySet<LLTable>;
  /** Functions used as values: in code, tables and objects, and as finalizers. */
  readonly addressTaken: ReadonlySet<LLFunction>;
}

export function reachable(program: LLProgram): Reachable {
  const found = new Finder();
  const { entry, exports, initializers, well } = program;
  if (exports.length > 0 && initializers.length === 0) {
    for (const one of exports) found.visitFunction(one.function);
    found.finish();
    return found;
  }
  for (const fn of [entry, well.describeException, ...initializers]) found.visitFunction(fn);
  found.visitObject(well.memoryError);
  found.visitObject(well.stackOverflow);
  for (const { finalizer } of program.structs) if (finalizer !== null) found.takeAddress(finalizer);
  found.finish();
  return found;
}

/** Drops the functions and tables that nothing reaches. */
export function removeUnreachable(program: LLProgram): void {
  const found = reachable(program);
  program.functions = program.functions.filter((fn) => found.functions.has(fn));
  const tables = program.tables.filter((table) => found.tables.has(table));
  program.tables.splice(0, program.tables.length, ...tables);
}

class Finder implements Reachable {
  readonly functions = new Set<LLFunction>();
  readonly objects = new Set<HeapStruct | HeapArray>();
  readonly tables = new Set<LLTable>();
  readonly addressTaken = new Set<LLFunction>();
  /** What has been found but not looked into. */
  readonly #pending: (
    | { readonly kind: "function"; readonly function: LLFunction }
    | { readonly kind: "table"; readonly table: LLTable }
    | { readonly kind: "object"; readonly object: HeapStruct | HeapArray }
  )[] = [];
  readonly #visitValue = (value: LLValue): void => {
    if (value.kind === "const") this.#visitConstant(value.value);
  };

  finish(): void {
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      if (next.kind === "function") this.#walkFunction(next.function);
      else if (next.kind === "object") this.#walkObject(next.object);
      else for (const row of next.table.rows) if (row !== null) this.#visitConstant(row);
    }
  }

  visitFunction(fn: LLFunction): void {
    if (this.functions.has(fn)) return;
    this.functions.add(fn);
    this.#pending.push({ kind: "function", function: fn });
  }

  takeAddress(fn: LLFunction): void {
    this.visitFunction(fn);
    this.addressTaken.add(fn);
  }

  visitObject(object: HeapObject): void {
    if (object instanceof Immediate || this.objects.has(object)) return;
    this.objects.add(object);
    this.#pending.push({ kind: "object", object });
  }

  #visitTable(table: LLTable): void {
    if (this.tables.has(table)) return;
    this.tables.add(table);
    this.#pending.push({ kind: "table", table });
  }

  #walkFunction(fn: LLFunction): void {
    for (const block of fn.graph?.blocks ?? []) {
      for (const op of block.ops) {
        if (op.aux.callee !== undefined) this.visitFunction(op.aux.callee);
        if (op.aux.table !== undefined) this.#visitTable(op.aux.table);
      }
      eachRead(block, this.#visitValue);
    }
  }

  #walkObject(object: HeapStruct | HeapArray): void {
    for (const word of object.fields) this.#visitWord(word);
    if (object instanceof HeapArray && Array.isArray(object.items)) {
      for (const word of object.items) this.#visitWord(word);
    }
  }

  #visitConstant(constant: LLConstant): void {
    if (constant.kind === "object") this.visitObject(constant.object);
    else if (constant.kind === "function") this.takeAddress(constant.function);
  }

  #visitWord(word: unknown): void {
    if (word instanceof HeapStruct || word instanceof HeapArray) this.visitObject(word);
    else if (isFunctionValue(word)) this.takeAddress(word);
  }
}

/** In a prebuilt object, what is neither a word nor an object is a function. */
export function isFunctionValue(word: unknown): word is LLFunction {
  return (
    typeof word === "object" &&
    word !== null &&
    !(word instanceof Immediate) &&
    "displayName" in word
  );
}
