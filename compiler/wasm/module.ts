/**
 * A prepared low-level program (`passes/native.ts`), linked with the runtime, as a WebAssembly module.
 *
 * The runtime is Wright too (`runtime/wasm`, `runtime/gc`), translated to low-level programs of its
 * own. Their functions and the program's find each other by symbol: an `extern` function is an export
 * of one of them, a helper of instructions, a function of WASI (`wasi_…`), or one that the linker makes
 * (`wr_wasm_…`, `wr_call_…`). Nothing but WASI is imported.
 *
 * Imports have the first numbers, so they are found before any code is made; everything else is
 * emitted when it is first called, and what is never called does not exist.
 */
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import type { LLFunction, LLProgram, LLValue } from "../ll/program.ts";
import type { StructType } from "../ll/types.ts";
import {
  Bytes,
  encodeModule,
  I32,
  I64,
  type FunctionBody,
  type Import,
  type Signature,
} from "./binary.ts";
import { emitFunction } from "./function.ts";
import { HELPERS, numberedHelper } from "./helpers.ts";
import { MemoryImage } from "./memory.ts";
import { OP } from "./opcodes.ts";
import { sourceMap } from "./source-map.ts";
import { WASI, WASI_MODULE } from "./wasi.ts";
import { signatureOf, type ModuleContext } from "./writer.ts";

export interface WasmOptions {
  /** The section of functions' names, which traces show. */
  readonly names: boolean;
  /** The section that says which tests nearly always end alike. */
  readonly hints: boolean;
  /** What the module calls its source map, if it has one. */
  readonly sourceMapUrl?: string;
}

export interface WasmBuild {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sourceMap: string | null;
}

const WASI_PREFIX = "wasi_";
const PAGE = 65536;
const STACK_GLOBAL = 0;
const STACK_LIMIT_GLOBAL = 1;
/** Bytes of the engine's stack that a program may use unless the host says more: Node has 984 KB. */
const STACK_BYTES = 640 << 10;

export function emitWasm(
  program: LLProgram,
  runtime: readonly LLProgram[],
  options: WasmOptions,
): WasmBuild {
  return new Linker(program, runtime).link(options);
}

class Linker implements ModuleContext {
  readonly #program: LLProgram;
  readonly #symbols = new Map<string, LLFunction>();
  readonly #types: Signature[] = [];
  readonly #typeNumbers = new Map<string, number>();
  readonly #imports: Import[] = [];
  readonly #importNumbers = new Map<string, number>();
  /** Bodies in order of their numbers; a hole is one that is still to be emitted. */
  readonly #bodies: (FunctionBody | null)[] = [];
  readonly #pending: (() => void)[] = [];
  readonly #functionNumbers = new Map<LLFunction, number>();
  readonly #helperNumbers = new Map<string, number>();
  readonly #table: number[] = [];
  readonly #tableNumbers = new Map<LLFunction, number>();
  readonly #immediates: readonly StructType[];
  #taggedClasses = 0;
  readonly memory: MemoryImage;
  readonly stackGlobal = STACK_GLOBAL;

  constructor(program: LLProgram, runtime: readonly LLProgram[]) {
    this.#program = program;
    this.#immediates = program.structs.filter((type) => type.immediate !== null);
    this.memory = new MemoryImage((fn) => this.tableIndex(fn));
    for (const one of runtime)
      for (const { name, function: fn } of one.exports) this.#symbols.set(name, fn);
    for (const name of namesOfImports(runtime)) this.#import(name);
  }

  link({ names, hints, sourceMapUrl }: WasmOptions): WasmBuild {
    const { well, structs, arrays, name } = this.#program;
    // 1. Code, from the start of the program on.
    const start = this.#symbol("_start");
    const types = this.memory.typeTable([...structs, ...arrays]);
    const label = this.memory.text(name);
    const table = {
      types: types.at,
      typeCount: types.count,
      str: well.str.classId,
      strArray: well.strArray.classId,
      memoryError: Number(this.memory.reference(well.memoryError)),
      stackOverflow: Number(this.memory.reference(well.stackOverflow)),
      name: label.at,
      nameLength: label.length,
    };
    // 2. Code names prebuilt objects, and those name functions.
    do {
      this.#emitPending();
      this.memory.placeReached();
    } while (this.#pending.length > 0);
    const image = this.memory.finish(table);
    const { bytes, places } = encodeModule({
      types: this.#types,
      imports: this.#imports,
      functions: this.#bodies.map((body) => body!),
      table: this.#table,
      pages: Math.ceil(image.end / PAGE),
      globals: [
        { type: I32, initial: 0n },
        { type: I32, initial: BigInt(STACK_BYTES), exported: "stack_bytes" },
      ],
      exports: [{ name: "_start", function: start }],
      data: withoutGaps(image.bytes),
      names,
      hints,
      sourceMapUrl: sourceMapUrl ?? null,
    });
    return { bytes, sourceMap: sourceMapUrl === undefined ? null : sourceMap(places) };
  }

  #emitPending(): void {
    for (let emit = this.#pending.pop(); emit !== undefined; emit = this.#pending.pop()) emit();
  }

  // ---- numbers ---------------------------------------------------------------------------------------

  typeIndex(signature: Signature): number {
    const key = `${signature.params.join()}:${signature.results.join()}`;
    let number = this.#typeNumbers.get(key);
    if (number === undefined) {
      number = this.#types.push(signature) - 1;
      this.#typeNumbers.set(key, number);
    }
    return number;
  }

  /** A number for a body that comes when everything before it is emitted. */
  #define(body: () => FunctionBody): number {
    const position = this.#bodies.push(null) - 1;
    this.#pending.push(() => (this.#bodies[position] = body()));
    return this.#imports.length + position;
  }

  functionIndex(fn: LLFunction): number {
    if (fn.graph === null) return this.runtimeIndex(fn.externName!, signatureOf(fn));
    let number = this.#functionNumbers.get(fn);
    if (number === undefined) {
      number = this.#define(() => emitFunction(fn, this));
      this.#functionNumbers.set(fn, number);
    }
    return number;
  }

  tableIndex(fn: LLFunction): number {
    let index = this.#tableNumbers.get(fn);
    if (index === undefined) {
      // Row 0 of the table is empty, so that a function is never the null word.
      index = this.#table.push(this.functionIndex(fn));
      this.#tableNumbers.set(fn, index);
    }
    return index;
  }

  #symbol(name: string): number {
    const fn = this.#symbols.get(name);
    if (fn === undefined) throw new InternalError(`the runtime has no ${name}`);
    return this.functionIndex(fn);
  }

  runtimeIndex(name: string, signature: Signature): number {
    const fn = this.#symbols.get(name);
    if (fn !== undefined) return this.functionIndex(fn);
    let number = this.#helperNumbers.get(name);
    if (number !== undefined) return number;
    number = this.#makeHelper(name, signature);
    this.#helperNumbers.set(name, number);
    return number;
  }

  #makeHelper(name: string, signature: Signature): number {
    const helper =
      HELPERS[name] ?? numberedHelper(name, (callee, type) => this.runtimeIndex(callee, type));
    if (helper !== null) {
      const { signature: own, locals, code } = helper;
      const type = this.typeIndex(own);
      return this.#define(() => ({ name, type, locals, code: code() }));
    }
    if (name.startsWith(WASI_PREFIX))
      return this.#wasiCall(name.slice(WASI_PREFIX.length), signature);
    return this.#linkerFunction(name, signature);
  }

  // ---- imports ---------------------------------------------------------------------------------------

  #import(name: string): void {
    const own = name.slice(WASI_PREFIX.length);
    const signature = WASI[own];
    if (signature === undefined) throw new InternalError(`WASI has no ${own}`);
    this.#importNumbers.set(name, this.#imports.length);
    this.#imports.push({ module: WASI_MODULE, name: own, type: this.typeIndex(signature) });
  }

  /** Words in, words out, around a function of WASI that wants narrower ones. */
  #wasiCall(own: string, signature: Signature): number {
    const name = `wasi_${own}`;
    const number = this.#importNumbers.get(name);
    const wanted = WASI[own];
    if (number === undefined || wanted === undefined)
      throw new InternalError(`${name} is not imported`);
    const code = new Bytes();
    wanted.params.forEach((type, i) => {
      code.bytes(OP.local_get).u32(i);
      if (type === I32) code.bytes(OP.i32_wrap_i64);
    });
    code.bytes(OP.call).u32(number);
    if (wanted.results[0] === I32) code.bytes(OP.i64_extend_i32_u);
    code.bytes(OP.end);
    const type = this.typeIndex(signature);
    return this.#define(() => ({ name, type, locals: [], code }));
  }

  /** What can be said in instructions alone, and calls back into the program. */
  #linkerFunction(name: string, signature: Signature): number {
    const code = new Bytes();
    const arguments_ = (count: number): void => {
      for (let i = 0; i < count; i++) code.bytes(OP.local_get).u32(i);
    };
    switch (name) {
      case "wr_wasm_address":
        arguments_(1);
        break;
      case "wr_wasm_pages":
        code.bytes(OP.memory_size).bytes(OP.i64_extend_i32_u);
        break;
      case "wr_wasm_grow":
        arguments_(1);
        code.bytes(OP.i32_wrap_i64).bytes(OP.memory_grow).bytes(OP.i64_extend_i32_s);
        break;
      case "wr_wasm_start_stack":
        code.bytes(OP.global_get).u32(STACK_LIMIT_GLOBAL).bytes(OP.global_set).u32(STACK_GLOBAL);
        break;
      case "wr_call_entry":
        arguments_(1);
        code.bytes(OP.call).u32(this.functionIndex(this.#program.entry));
        break;
      case "wr_call_describe":
        arguments_(1);
        code.bytes(OP.call).u32(this.functionIndex(this.#program.well.describeException));
        break;
      case "wr_call_finalizer":
        code.bytes(OP.local_get).u32(1).bytes(OP.local_get).u32(0).bytes(OP.i32_wrap_i64);
        code
          .bytes(OP.call_indirect)
          .u32(this.typeIndex({ params: [I64], results: [] }))
          .u32(0);
        break;
      default:
        throw new InternalError(`there is no ${name} to link with`);
    }
    code.bytes(OP.end);
    const type = this.typeIndex(signature);
    return this.#define(() => ({ name, type, locals: [], code }));
  }

  // ---- immediates ------------------------------------------------------------------------------------

  immediatesOf({ type }: LLValue): readonly StructType[] {
    if (type.kind !== "ref" || type.to === null) return this.#immediates;
    const { to } = type;
    if (to.kind === "array" || !to.mayBeImmediate) return [];
    return this.#immediates.filter(
      (one) => to.classId <= one.classId && one.classId <= to.lastSubclassId,
    );
  }

  /** Class numbers by the low byte of a tagged word, four bytes each. */
  taggedClasses(): number {
    if (this.#taggedClasses === 0) {
      const rows = new Uint32Array(256);
      for (const { classId, immediate } of this.#immediates) {
        const { tag } = immediate!;
        for (let low = 0; low < 256; low++)
          if (tag === 0 ? (low & 1) === 1 : low === (((tag - 1) << 2) | 2)) rows[low] = classId;
      }
      const words = new BigInt64Array(rows.buffer);
      this.#taggedClasses = this.memory.words([...words]);
    }
    return this.#taggedClasses;
  }
}

/** Functions of WASI that the runtime may call. */
function namesOfImports(runtime: readonly LLProgram[]): string[] {
  const names = new Set<string>();
  for (const { functions } of runtime)
    for (const { graph, externName } of functions)
      if (graph === null && externName?.startsWith(WASI_PREFIX)) names.add(externName);
  return [...names].sort();
}

/** Runs of zeros of some length are left to the engine, whose memory is zero. */
function withoutGaps(bytes: Uint8Array): { at: number; bytes: Uint8Array }[] {
  const segments: { at: number; bytes: Uint8Array }[] = [];
  const GAP = 32;
  let from = 0;
  while (from < bytes.length) {
    while (from < bytes.length && bytes[from] === 0) from++;
    let to = from;
    let zeros = 0;
    while (to < bytes.length && zeros < GAP) {
      zeros = bytes[to] === 0 ? zeros + 1 : 0;
      to++;
    }
    if (to > from) segments.push({ at: from, bytes: bytes.subarray(from, to - zeros) });
    from = to;
  }
  return segments.filter((one) => one.bytes.length > 0);
}
