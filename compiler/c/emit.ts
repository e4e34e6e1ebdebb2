/**
 * A prepared low-level program (`passes/native.ts`) as C files.
 *
 *     program.h     structs, tables, functions that are always inlined
 *     code_1.c …    functions, and declarations of what those mention
 *     sites.c       the places that tracebacks show
 *     data.c        the frozen heap, tables, the collector's view of types, the platform's hooks
 *
 * Files are made one by one, when they are asked for: the first may be compiled before the last is
 * there. For fast code functions are together as the program has them, in few files, so that the C
 * compiler sees much at once. For fast builds they are scattered over files by their names' hashes,
 * and a file says nothing of others' functions but what it uses: an edit in one place then leaves
 * the other files as they were, and the build cache knows them.
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
  /** Functions in the program's order, or each where its name's hash says. */
  readonly layout: "together" | "scattered";
  /** Characters of C per file, roughly. */
  readonly fileSize: number;
  /** Names of scattered files that are wanted before the others. */
  readonly first: readonly string[];
}

export interface CFile {
  readonly name: string;
  readonly text: string;
}

const DEFAULT_EMIT_OPTIONS: EmitOptions = {
  lines: false,
  layout: "together",
  fileSize: 400_000,
  first: [],
};

interface Context {
  readonly program: LLProgram;
  readonly found: Reachable;
  readonly names: Names;
  readonly immediates: readonly ImmediateClass[];
  readonly sites: Sites;
  readonly options: EmitOptions;
}

/** The header first. */
export function* emitC(
  program: LLProgram,
  options: Partial<EmitOptions> = {},
): Generator<CFile, void> {
  const context: Context = {
    program,
    found: reachable(program),
    names: new Names(),
    immediates: immediateClasses(program),
    sites: new Sites(),
    options: { ...DEFAULT_EMIT_OPTIONS, ...options },
  };
  // 1. Names are given in the program's order, whatever the files' order.
  for (const fn of program.functions) context.names.fn(fn);
  yield emitHeader(context);
  // 2. Data that knows functions by name only. It is large, and gives every object its name.
  yield emitData(context);
  // 3. Functions.
  const outOfLine = program.functions.filter((fn) => fn.graph !== null && !isInHeader(fn, context));
  yield* context.options.layout === "together"
    ? emitTogether(context, outOfLine)
    : emitScattered(context, outOfLine);
  // 4. The places that they mention.
  yield emitSites(context);
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
    sites: new Sites(),
    options: DEFAULT_EMIT_OPTIONS,
  };
  const defined = program.functions.filter((fn) => fn.graph !== null);
  const file = fileContext(context);
  const bodies = defined.map((fn) => `static ${emitFunction(fn, file)}`);
  const sites = context.sites
    .definitions(program.functions, context.names)
    .map((text) => `static ${text}`);
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
      sites.join("\n"),
      file.constants.takeDeclarations().join("\n"),
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
  const file = fileContext(context);
  const bodies = inlined.map((fn) => `static inline ${emitFunction(fn, file)}`);
  // They know prebuilt objects as arrays of unknown size; the file that defines those does not need them.
  const declared = preamble(context, file, inlined);
  return joinSections(["#ifndef WRIGHT_DATA", ...declared, ...bodies, "#endif"]);
}

// ---- code --------------------------------------------------------------------------------------------

function fileContext({ names, immediates, sites, options }: Context): FileContext {
  const constants = new Constants(names);
  return { names, immediates, constants, sites, sited: new Set(), lines: options.lines };
}

/** Declarations that a file of some functions turned out to need. */
function preamble(
  context: Context,
  { names, constants, sited }: FileContext,
  defined: readonly LLFunction[],
): string[] {
  const functions = new Set([...defined, ...constants.functions]);
  return [
    [...functions].map((fn) => declaration(fn, context)).join("\n"),
    constants.takeDeclarations().join("\n"),
    [...sited].map((fn) => `extern const wr_site ${names.sites(fn)}[];`).join("\n"),
  ];
}

function codeFile(context: Context, number: number, functions: readonly LLFunction[]): CFile {
  const file = fileContext(context);
  const bodies = functions.map((fn) => emitFunction(fn, file));
  return fileOfCode(context, number, file, functions, bodies);
}

function fileOfCode(
  context: Context,
  number: number,
  file: FileContext,
  functions: readonly LLFunction[],
  bodies: readonly string[],
): CFile {
  const declared = preamble(context, file, functions);
  const text = joinSections(['#include "program.h"', ...declared, ...bodies]);
  return { name: nameOf(number), text };
}

function nameOf(number: number): string {
  return `code_${number}.c`;
}

function* emitTogether(context: Context, functions: readonly LLFunction[]): Generator<CFile> {
  let number = 1;
  let file = fileContext(context);
  let defined: LLFunction[] = [];
  let bodies: string[] = [];
  let size = 0;
  for (const fn of functions) {
    const text = emitFunction(fn, file);
    defined.push(fn);
    bodies.push(text);
    size += text.length;
    if (!mayCutAfter(fn, size, context.options.fileSize)) continue;
    yield fileOfCode(context, number++, file, defined, bodies);
    file = fileContext(context);
    [defined, bodies, size] = [[], [], 0];
  }
  if (bodies.length > 0) yield fileOfCode(context, number, file, defined, bodies);
}

/** One function in sixteen ends a file that is full: an edit moves the cuts near it only. */
function mayCutAfter(fn: LLFunction, size: number, fileSize: number): boolean {
  if (size < fileSize) return false;
  return hashOf(fn) % 16 === 0 || size > 2 * fileSize;
}

function hashOf(fn: LLFunction): number {
  return createHash("sha256").update(fn.name).digest().readUInt16BE();
}

/** What an op becomes, in characters of C. */
const CHARACTERS_PER_OP = 30;

/**
 * Each function in the file that its name's hash chooses. The number of files is a power of two, so
 * that it changes when a program has doubled and not before. After what is wanted first, the largest
 * file comes first, so that the last one to be compiled is a small one. No text depends on the order.
 */
function* emitScattered(context: Context, functions: readonly LLFunction[]): Generator<CFile> {
  const sizes = new Map(functions.map((fn) => [fn, sizeOf(fn)]));
  const sizeOfAll = (some: readonly LLFunction[]) =>
    some.reduce((sum, fn) => sum + sizes.get(fn)!, 0);
  const wanted = sizeOfAll(functions) / context.options.fileSize;
  const count = 2 ** Math.max(0, Math.round(Math.log2(wanted)));
  const files = Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    functions: [] as LLFunction[],
    size: 0,
  }));
  for (const fn of functions) files[hashOf(fn) % count]!.functions.push(fn);
  for (const file of files) {
    file.functions.sort((a, b) => (a.name < b.name ? -1 : 1));
    file.size = sizeOfAll(file.functions);
  }
  const first = new Set(context.options.first);
  const isFirst = (file: { readonly number: number }) => Number(first.has(nameOf(file.number)));
  files.sort((a, b) => isFirst(b) - isFirst(a) || b.size - a.size);
  for (const file of files)
    if (file.functions.length > 0) yield codeFile(context, file.number, file.functions);
}

function sizeOf({ graph }: LLFunction): number {
  return graph!.blocks.reduce((sum, { ops }) => sum + ops.length + 2, 0) * CHARACTERS_PER_OP;
}

// ---- data --------------------------------------------------------------------------------------------

function emitSites({ sites, names, program }: Context): CFile {
  const sections = ['#include "wright.h"', ...sites.definitions(program.functions, names)];
  return { name: "sites.c", text: joinSections(sections) };
}

function emitData(context: Context): CFile {
  const { program, names, found } = context;
  const data = { objects: found.objects, tables: program.tables, names };
  const { entry, well } = program;
  const functions = new Set([entry, well.describeException, ...found.addressTaken]);
  const sections = [
    '#define WRIGHT_DATA\n#include "program.h"',
    [...functions].map((fn) => declaration(fn, context)).join("\n"),
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
