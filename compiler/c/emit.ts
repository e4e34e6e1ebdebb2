/**
 * A prepared low-level program (`passes/native.ts`) as C files.
 *
 *     program.h     structs, prototypes, tables, functions that are always inlined
 *     code_1.c …    functions, in the program's order
 *     data.c        the frozen heap, tables, the collector's view of types, the platform's hooks
 *
 * Small programs are one file of code, so that the C compiler sees everything. Larger ones are cut
 * where a function's name says so (a hash), not where a size is reached: an edit in one place then
 * leaves the other files as they were, and the build cache knows them.
 */
import { createHash } from "node:crypto";
import { reachable, type Reachable } from "../passes/reachable.ts";
import { Constants, objectDefinitions, tableDeclaration, tableDefinitions } from "./constants.ts";
import { emitFunction, onlyRaises, Sites, type FileContext } from "./function.ts";
import { immediateClasses, taggedClassFunction, type ImmediateClass } from "./immediates.ts";
import { Names, textLiteral } from "./names.ts";
import { cType, parameterTypes, prototype, structDeclarations, typeTable } from "./types.ts";
import type { HeapObject, HeapStruct } from "../eval/heap.ts";
import type { LLFunction, LLProgram } from "../ll/program.ts";

export interface EmitOptions {
  /** `#line` directives: C debuggers and messages then speak of Wright source. */
  readonly lines: boolean;
  /** Characters of C per file, roughly. */
  readonly fileSize: number;
}

export interface CFile {
  readonly name: string;
  readonly text: string;
}

export const DEFAULT_EMIT_OPTIONS: EmitOptions = { lines: false, fileSize: 400_000 };

interface Context {
  readonly program: LLProgram;
  readonly found: Reachable;
  readonly names: Names;
  readonly immediates: readonly ImmediateClass[];
  readonly options: EmitOptions;
}

export function emitC(program: LLProgram, options: Partial<EmitOptions> = {}): { files: CFile[] } {
  const context: Context = {
    program,
    found: reachable(program),
    names: new Names(),
    immediates: immediateClasses(program),
    options: { ...DEFAULT_EMIT_OPTIONS, ...options },
  };
  // 1. The header comes first: names are given in its order, whatever the files' order.
  const header = emitHeader(context);
  // 2. Functions, in files of about equal size.
  const outOfLine = program.functions.filter((fn) => fn.graph !== null && !isInHeader(fn, context));
  const code = emitCode(context, outOfLine);
  // 3. Everything that is data.
  const data = emitData(context);
  return { files: [header, ...code, data] };
}

/** Functions that every file has its own copy of. What is used as a value needs one address. */
function isInHeader(fn: LLFunction, { found }: Context): boolean {
  return fn.graph !== null && fn.inline === "always" && !found.addressTaken.has(fn);
}

/**
 * A runtime module as one C file: its functions are the file's own, its exports wrappers under their
 * symbols. It has no heap and no data of its own.
 */
export function emitLibraryC(program: LLProgram, name: string): CFile {
  const context: Context = {
    program,
    found: reachable(program),
    names: new Names(),
    immediates: [],
    options: DEFAULT_EMIT_OPTIONS,
  };
  const defined = program.functions.filter((fn) => fn.graph !== null);
  const file = fileContext(context);
  const bodies = defined.map((fn) => `static ${emitFunction(fn, file)}`);
  const prototypes = program.functions.map((fn) =>
    fn.graph === null
      ? externDeclaration(fn, context.names)
      : `static ${prototype(fn, context.names)};`,
  );
  const wrappers = program.exports.map((one) =>
    exportWrapper(one.name, one.function, context.names),
  );
  const includes = '#include "wright.h"\n#include "gc.h"';
  return {
    name,
    text: joinSections([
      includes,
      prototypes.join("\n"),
      ...preamble(file),
      ...bodies,
      ...wrappers,
    ]),
  };
}

function exportWrapper(symbol: string, fn: LLFunction, names: Names): string {
  const params = fn.params.map((type, i) => `${cType(type)} a${i}`).join(", ");
  const args = fn.params.map((_, i) => `a${i}`).join(", ");
  const call = `${names.fn(fn)}(${args});`;
  const result = cType(fn.result);
  return `${result} ${symbol}(${params});\n${result} ${symbol}(${params}) { ${fn.result.kind === "void" ? "" : "return "}${call} }`;
}

// ---- the header --------------------------------------------------------------------------------------

function emitHeader(context: Context): CFile {
  const { program, names } = context;
  const sections = [
    `/* ${program.name}: made by Langwright. */`,
    "#pragma once",
    '#include "wright.h"\n#include "gc.h"',
    structDeclarations(program, names),
    program.tables.map((table) => `extern ${tableDeclaration(table, names)};`).join("\n"),
    program.functions.map((fn) => declaration(fn, context)).join("\n"),
    taggedClassFunction(context.immediates),
    emitInlined(context),
  ];
  return { name: "program.h", text: joinSections(sections) };
}

function declaration(fn: LLFunction, context: Context): string {
  const { names } = context;
  if (fn.graph === null) return externDeclaration(fn, names);
  if (isInHeader(fn, context)) return `static inline ${prototype(fn, names)};`;
  const attribute = onlyRaises(fn) ? "WR_COLD " : fn.inline === "never" ? "WR_NEVER_INLINE " : "";
  return `${attribute}${prototype(fn, names)};`;
}

/** Under a name of ours, so that it cannot contradict a declaration of libc's. */
function externDeclaration(fn: LLFunction, names: Names): string {
  const symbol = textLiteral(fn.externName ?? fn.name);
  const params = parameterTypes(fn.params);
  return (
    `extern ${cType(fn.result)} ${names.fn(fn)}(${params}) __asm__(WR_SYMBOL(${symbol}))` +
    ' __attribute__((visibility("default")));'
  );
}

function emitInlined(context: Context): string {
  const inlined = context.program.functions.filter((fn) => isInHeader(fn, context));
  if (inlined.length === 0) return "";
  const file = fileContext(context, "inlined_site_");
  const bodies = inlined.map((fn) => `static inline ${emitFunction(fn, file)}`);
  // They know prebuilt objects as arrays of unknown size; the file that defines those does not need them.
  return joinSections(["#ifndef WRIGHT_DATA", ...preamble(file), ...bodies, "#endif"]);
}

// ---- code --------------------------------------------------------------------------------------------

function fileContext({ names, immediates, options }: Context, sites = "site_"): FileContext {
  return {
    names,
    immediates,
    constants: new Constants(names),
    sites: new Sites(sites),
    lines: options.lines,
  };
}

/** Declarations that the functions of a file turned out to need. */
function preamble({ constants, sites }: FileContext): string[] {
  return [constants.takeDeclarations().join("\n"), sites.definitions.join("\n")];
}

function emitCode(context: Context, functions: readonly LLFunction[]): CFile[] {
  const files: CFile[] = [];
  let file = fileContext(context);
  let bodies: string[] = [];
  let size = 0;
  const finish = () => {
    if (bodies.length === 0) return;
    const text = joinSections(['#include "program.h"', ...preamble(file), ...bodies]);
    files.push({ name: `code_${files.length + 1}.c`, text });
    file = fileContext(context);
    bodies = [];
    size = 0;
  };
  for (const fn of functions) {
    const text = emitFunction(fn, file);
    bodies.push(text);
    size += text.length;
    if (mayCutAfter(fn, size, context.options.fileSize)) finish();
  }
  finish();
  return files;
}

/** One function in sixteen ends a file that is full. */
function mayCutAfter(fn: LLFunction, size: number, fileSize: number): boolean {
  if (size < fileSize) return false;
  const digest = createHash("sha256").update(fn.name).digest();
  return digest[0]! % 16 === 0 || size > 2 * fileSize;
}

// ---- data --------------------------------------------------------------------------------------------

function emitData(context: Context): CFile {
  const { program, names, found } = context;
  const data = { objects: found.objects, tables: program.tables, names };
  const sections = [
    '#define WRIGHT_DATA\n#include "program.h"',
    typeTable(program, names),
    objectDefinitions(data),
    tableDefinitions(data),
    platformHooks(context),
  ];
  return { name: "data.c", text: joinSections(sections) };
}

function platformHooks({ program, names }: Context): string {
  const { well, entry } = program;
  const constants = new Constants(names);
  const address = (object: HeapObject) => `(wr_ref)&${constants.objectName(object as HeapStruct)}`;
  return [
    `const char wr_program_name[] = ${textLiteral(program.name)};`,
    `const uint32_t wr_program_str = ${well.str.classId};`,
    `const uint32_t wr_program_str_array = ${well.strArray.classId};`,
    `const wr_ref wr_program_memory_error = ${address(well.memoryError)};`,
    `const wr_ref wr_program_stack_overflow = ${address(well.stackOverflow)};`,
    `int64_t wr_program_entry(wr_ref arguments) { return ${names.fn(entry)}(arguments); }`,
    `wr_ref wr_program_describe(wr_ref exception) { return ${names.fn(well.describeException)}(exception); }`,
  ].join("\n");
}

function joinSections(sections: readonly string[]): string {
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}
