/**
 * Lowering: an annotated program to a low-level one.
 *
 * Representations are chosen (`layouts.ts`, `classes.ts`), then every function that the entry points
 * reach is rewritten op by op (`body.ts`, `ops.ts`), making what it needs on the way: adapters for
 * function values, tables for virtual calls, prebuilt constants.
 *
 * What this deliberately does not do: report anything to the user, or optimise; an inlined call or a
 * folded constant is for the passes.
 */
import { read } from "../../dsl/annotate/cells.ts";
import { STR } from "../../dsl/annotate/lattice.ts";
import type { Annotation } from "../../dsl/annotate/lattice.ts";
import { declaredCell } from "../../dsl/annotate/unify.ts";
import type { ModuleSymbol } from "../../dsl/bind/symbols.ts";
import type { AnnotatedProgram } from "../../dsl/annotate/result.ts";
import { assert } from "../../dsl/syntax/diagnostics.ts";
import { newStruct } from "../eval/heap.ts";
import type { HeapObject } from "../eval/heap.ts";
import type { DebugClass, DebugGlobal, DebugInfo, DebugModule } from "../ll/debug.ts";
import type { LLFunction, LLProgram } from "../ll/program.ts";
import { INT, ref } from "../ll/types.ts";
import type { ArrayType, StructType } from "../ll/types.ts";
import { intValue } from "./builder.ts";
import { callSpec } from "./calls.ts";
import { returnConverted } from "./closures.ts";
import { fieldNamed } from "./layouts.ts";
import { librarySymbol, Lowering } from "./lowering.ts";

export interface LowerOptions {
  readonly name: string;
  /** With marks for a debugger. */
  readonly debug?: boolean;
}

export function lower(program: AnnotatedProgram, options: LowerOptions): LLProgram {
  // 1. Classes and layouts.
  const lowering = new Lowering(program, options.debug === true);
  // 2. Entry points, and with them everything they reach.
  const initializers = program.bodies.map((body) => lowering.functionOf(body));
  const strArray = lowering.layouts.arrayType(ref(lowering.layouts.str));
  const entry = entryFunction(lowering, strArray);
  const exports = program.exports.map(({ name, spec }) => ({
    name,
    function: lowering.functionOf(spec),
  }));
  const describeException = lowering.well("describe_exception");
  lowering.finish();
  lowering.layouts.numberShared(lowering.classes.lastClassId);
  // 3. The program as back ends see it.
  return {
    name: options.name,
    functions: lowering.functions,
    structs: lowering.layouts.structs,
    arrays: lowering.layouts.arrays,
    globals: lowering.globals,
    tables: lowering.tables,
    initializers,
    entry,
    exports,
    well: {
      str: lowering.layouts.str,
      exception: lowering.classes.entriesOf(librarySymbol(program, "Exception"))[0]!.struct,
      describeException,
      memoryError: prebuiltException(lowering, "MemoryError", "out of memory"),
      stackOverflow: prebuiltException(
        lowering,
        "StackOverflow",
        "the stack is full: a recursion is too deep",
      ),
      strArray,
    },
    ...(options.debug === true ? { debug: debugInfo(lowering) } : {}),
  };
}

function debugInfo(lowering: Lowering): DebugInfo {
  const found = new Map<StructType, DebugClass>();
  // In preorder: a base comes before its subclasses.
  for (const { symbol, struct, base, fields } of lowering.classes.entries) {
    found.set(struct, {
      name: symbol.name,
      isLibrary: symbol.module.isLibrary,
      base: base === null ? null : found.get(base.struct)!,
      struct,
      fields,
    });
  }
  const modules = new Map<string, DebugModule>();
  for (const { symbol } of lowering.program.bodies) {
    if (!symbol.module.isLibrary)
      modules.set(symbol.module.path, debugModule(lowering, symbol.module));
  }
  return { classes: found, lines: lowering.markedLines, modules };
}

function debugModule(lowering: Lowering, module: ModuleSymbol): DebugModule {
  const visible = new Map<string, DebugGlobal>();
  const own: DebugGlobal[] = [];
  for (const [name, symbol] of module.scope) {
    if (symbol.kind !== "global") continue;
    const global = lowering.loweredGlobal(symbol);
    if (global === null || global.type.kind === "void") continue;
    const known: DebugGlobal = {
      name,
      type: read(lowering.program.globals.get(symbol)!),
      global,
      value: undefined,
    };
    visible.set(name, known);
    if (symbol.module === module) own.push(known);
  }
  return { own, visible };
}

/** `fn(array[str]) -> int`: the library's `run_main` around the user's `main`. */
function entryFunction(lowering: Lowering, strArray: ArrayType): LLFunction {
  const { main, wellKnown } = lowering.program;
  return lowering.define(
    { name: "entry", displayName: "entry", params: [ref(strArray)], result: INT, span: null },
    (b, [argv]) => {
      if (main === null) return b.return(intValue(0));
      const runMain = wellKnown["run_main"];
      assert(runMain !== undefined, "wright.builtins has no function run_main");
      const mainValue = read(runMain.params[0]!);
      assert(
        mainValue.kind === "function" || mainValue.kind === "constant",
        "run_main takes a function",
      );
      const value = { kind: "function", symbol: main.symbol } as const;
      const array: Annotation = { kind: "array", item: declaredCell(STR, "program argument") };
      const code = { annotation: mainValue, value: lowering.constants.value(value, mainValue) };
      returnConverted(
        lowering,
        b,
        callSpec(lowering, b, runMain, [code, { annotation: array, value: argv! }]),
        { kind: "int", width: "int", nonneg: false, value: null },
      );
    },
  );
}

/** Exceptions that the machine raises when it cannot make one. */
function prebuiltException(lowering: Lowering, name: string, message: string): HeapObject {
  const { struct } = lowering.classes.entriesOf(librarySymbol(lowering.program, name))[0]!;
  const object = newStruct(struct);
  object.fields[fieldNamed(struct, "message").index] = lowering.constants.string(message);
  return object;
}
