/**
 * The WebAssembly binary format: bytes, the encodings of numbers, and modules section by section.
 *
 * A module is described by plain data (`ModuleParts`) and written in one go. Code is bytes from the
 * start: there is no instruction tree in between, since what comes in is structured already
 * (`ll/structure.ts`).
 */

import type { Place } from "./source-map.ts";

export class Bytes {
  #buffer = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + count));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  byte(value: number): this {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
    return this;
  }

  bytes(values: Uint8Array | readonly number[]): this {
    this.#reserve(values.length);
    this.#buffer.set(values, this.#length);
    this.#length += values.length;
    return this;
  }

  /** Unsigned LEB128. */
  u32(value: number): this {
    let left = value;
    while (left > 0x7f) {
      this.byte((left % 128) | 0x80);
      left = Math.floor(left / 128);
    }
    return this.byte(left);
  }

  /** Signed LEB128 of 32 bits. */
  s32(value: number): this {
    let left = value | 0;
    for (;;) {
      const low = left & 0x7f;
      left >>= 7;
      if ((left === 0 && low < 0x40) || (left === -1 && low >= 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** Signed LEB128 of 64 bits. */
  s64(value: bigint): this {
    if (value >= -0x40000000n && value < 0x40000000n) return this.s32(Number(value));
    let left = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(left & 0x7fn);
      left >>= 7n;
      if ((left === 0n && low < 0x40) || (left === -1n && low >= 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  f64(value: number): this {
    const eight = new Uint8Array(8);
    new DataView(eight.buffer).setFloat64(0, value, true);
    return this.bytes(eight);
  }

  name(text: string): this {
    const encoded = new TextEncoder().encode(text);
    return this.u32(encoded.length).bytes(encoded);
  }

  /** A view that later writes may leave behind. */
  view(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  append(other: Bytes): this {
    return this.bytes(other.view());
  }
}

/** Types of values. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const F64 = 0x7c;
export type ValueType = typeof I32 | typeof I64 | typeof F64;

export interface Signature {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface Import {
  readonly module: string;
  readonly name: string;
  readonly type: number;
}

export interface FunctionBody {
  readonly name: string;
  readonly type: number;
  /** Beside the parameters, in order. */
  readonly locals: readonly ValueType[];
  /** Instructions, the final `end` included. */
  readonly code: Bytes;
  /** Where code of another place begins, by its offset in `code`. */
  readonly places?: readonly Place[];
  /** Tests (`if`, `br_if`) that nearly always answer alike, in order. */
  readonly hints?: readonly BranchHint[];
}

export interface BranchHint {
  /** Of the instruction in `code`. */
  readonly offset: number;
  readonly isLikely: boolean;
}

export interface Global {
  readonly type: ValueType;
  readonly initial: bigint;
  /** The name under which the host may set it. */
  readonly exported?: string;
}

export interface ModuleParts {
  readonly types: readonly Signature[];
  /** Functions from outside: they have the first numbers. */
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionBody[];
  /** Numbers of functions, for calls through the table; row 0 stays empty. */
  readonly table: readonly number[];
  /** Pages of 64 KiB at the start. */
  readonly pages: number;
  readonly globals: readonly Global[];
  readonly exports: readonly { readonly name: string; readonly function: number }[];
  /** What lies in memory at the start; gaps of zeros are left out. */
  readonly data: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  /** Names of functions for engines' messages and traces. */
  readonly names: boolean;
  /** Whether hints of branches are written. */
  readonly hints: boolean;
  /** Where the source map is; null where there is none. */
  readonly sourceMapUrl: string | null;
}

export interface EncodedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** By the offset in the module. */
  readonly places: readonly Place[];
}

const SECTION = {
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  element: 9,
  code: 10,
  data: 11,
} as const;

export function encodeModule(parts: ModuleParts): EncodedModule {
  const places: Place[] = [];
  const out = new Bytes().bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  const section = (id: number, count: number, write: (body: Bytes) => void): void => {
    const body = new Bytes().u32(count);
    write(body);
    out.byte(id).u32(body.length).append(body);
  };
  section(SECTION.type, parts.types.length, (body) => {
    for (const { params, results } of parts.types)
      body.byte(0x60).u32(params.length).bytes(params).u32(results.length).bytes(results);
  });
  section(SECTION.import, parts.imports.length, (body) => {
    for (const { module, name, type } of parts.imports)
      body.name(module).name(name).byte(0x00).u32(type);
  });
  section(SECTION.function, parts.functions.length, (body) => {
    for (const { type } of parts.functions) body.u32(type);
  });
  const rows = parts.table.length + 1;
  section(SECTION.table, 1, (body) => body.byte(0x70).byte(0x01).u32(rows).u32(rows));
  section(SECTION.memory, 1, (body) => body.byte(0x00).u32(parts.pages));
  section(SECTION.global, parts.globals.length, (body) => {
    for (const { type, initial } of parts.globals) {
      body.byte(type).byte(0x01);
      if (type === I32) body.byte(0x41).s32(Number(initial));
      else body.byte(0x42).s64(initial);
      body.byte(0x0b);
    }
  });
  const exportedGlobals = parts.globals.filter(({ exported }) => exported !== undefined);
  section(SECTION.export, parts.exports.length + exportedGlobals.length + 1, (body) => {
    body.name("memory").byte(0x02).u32(0);
    for (const { name, function: number } of parts.exports) body.name(name).byte(0x00).u32(number);
    parts.globals.forEach(({ exported }, i) => {
      if (exported !== undefined) body.name(exported).byte(0x03).u32(i);
    });
  });
  if (parts.table.length > 0) {
    section(SECTION.element, 1, (body) => {
      body.u32(0).byte(0x41).s32(1).byte(0x0b).u32(parts.table.length);
      for (const number of parts.table) body.u32(number);
    });
  }
  if (parts.hints) writeBranchHints(out, parts);
  let codeLength = 0;
  section(SECTION.code, parts.functions.length, (body) => {
    for (const fn of parts.functions) {
      const text = new Bytes();
      writeLocals(text, fn.locals);
      const start = text.length;
      text.append(fn.code);
      body.u32(text.length);
      for (const { offset, span } of fn.places ?? [])
        places.push({ offset: body.length + start + offset, span });
      body.append(text);
    }
    codeLength = body.length;
  });
  const codeStart = out.length - codeLength;
  section(SECTION.data, parts.data.length, (body) => {
    for (const { at, bytes } of parts.data)
      body.u32(0).byte(0x41).s32(at).byte(0x0b).u32(bytes.length).bytes(bytes);
  });
  if (parts.names) writeNames(out, parts);
  if (parts.sourceMapUrl !== null) {
    const body = new Bytes().name("sourceMappingURL").name(parts.sourceMapUrl);
    out.byte(0).u32(body.length).append(body);
  }
  return {
    bytes: out.view().slice() as Uint8Array<ArrayBuffer>,
    places: places.map(({ offset, span }) => ({ offset: codeStart + offset, span })),
  };
}

/** Runs of one type. */
function writeLocals(out: Bytes, locals: readonly ValueType[]): void {
  const runs: [number, ValueType][] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === type) last[0]++;
    else runs.push([1, type]);
  }
  out.u32(runs.length);
  for (const [count, type] of runs) out.u32(count).byte(type);
}

/** The proposal "branch hinting"; engines that do not know the section skip it. It comes before the code. */
function writeBranchHints(out: Bytes, parts: ModuleParts): void {
  const functions = new Bytes();
  let count = 0;
  parts.functions.forEach(({ hints = [], locals }, i) => {
    if (hints.length === 0) return;
    count++;
    const start = new Bytes();
    writeLocals(start, locals);
    functions.u32(parts.imports.length + i).u32(hints.length);
    for (const { offset, isLikely } of hints)
      functions
        .u32(start.length + offset)
        .byte(1)
        .byte(isLikely ? 1 : 0);
  });
  if (count === 0) return;
  const body = new Bytes().name("metadata.code.branch_hint").u32(count).append(functions);
  out.byte(0).u32(body.length).append(body);
}

function writeNames(out: Bytes, parts: ModuleParts): void {
  const names = new Bytes().u32(parts.functions.length);
  parts.functions.forEach((fn, i) => names.u32(parts.imports.length + i).name(fn.name));
  const body = new Bytes().name("name").byte(1).u32(names.length).append(names);
  out.byte(0).u32(body.length).append(body);
}
