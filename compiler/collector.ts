/**
 * The collector, translated: Wright in `runtime/gc` becomes one C file, apart from any program that
 * uses it. It knows programs as data only (`runtime/native/gc.h`), so it is translated once per version
 * of the toolchain and kept in the cache, whatever the language.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { annotate } from "../dsl/annotate/annotate.ts";
import { bindProgram } from "../dsl/bind/bind.ts";
import { build } from "../dsl/flow/build.ts";
import { parseModule } from "../dsl/grammar/parser.ts";
import { InternalError } from "../dsl/syntax/diagnostics.ts";
import { placeOf, sourceFile } from "../dsl/syntax/source.ts";
import type { CollectorName } from "./collectors.ts";
import { emitLibraryC, type CFile } from "./c/emit.ts";
import { freeze } from "./eval/freeze.ts";
import type { LLProgram } from "./ll/program.ts";
import { Machine } from "./eval/machine.ts";
import { isKept, kept } from "./kept.ts";
import { prepareForNative } from "./passes/native.ts";
import { runPasses } from "./passes/passes.ts";
import { lower } from "./repr/lower.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The collector as C, from the cache directory if this toolchain has translated it before. */
export function collectorSource(cache: string, name: CollectorName): CFile {
  const text = kept(cache, fileOf(name), () =>
    new TextEncoder().encode(translateCollector(name).text),
  );
  return { name: fileOf(name), text: new TextDecoder().decode(text) };
}

export function collectorIsKept(cache: string, name: CollectorName): boolean {
  return isKept(cache, fileOf(name));
}

function fileOf(name: CollectorName): string {
  return `gc_${name}.c`;
}

export function translateCollector(collector: CollectorName): CFile {
  return emitLibraryC(translateRuntime(`runtime/gc/${collector}.wr`), fileOf(collector));
}

/** A module of the runtime, by the same stages as any program. A mistake in it is a mistake of ours. */
export function translateRuntime(path: string): LLProgram {
  // 1. Names and types.
  const bound = bindProgram(path, { read: readSource, libraryRoot: "dsl/lib" }, parseModule);
  const annotated = annotate(bound, {
    buildGraph: (fn, constArgs, starCount) => build(fn, { program: bound, constArgs, starCount }),
    embed: () => null,
  });
  const mistakes = [...bound.diagnostics, ...annotated.diagnostics].filter(
    (one) => one.severity === "error",
  );
  if (mistakes.length > 0)
    throw new InternalError(`the runtime: ${placeOf(mistakes[0]!.span)}: ${mistakes[0]!.message}`);
  // 2. Low-level graphs; module bodies run, so that module-level names are constants.
  const program = lower(annotated, { name: "runtime" });
  const machine = new Machine(program, {});
  machine.runInitializers();
  freeze(program, machine);
  // 3. Better code, and C.
  runPasses(program, {});
  prepareForNative(program);
  return program;
}

function readSource(path: string): ReturnType<typeof sourceFile> | null {
  try {
    return sourceFile(path, readFileSync(join(ROOT, path), "utf8"));
  } catch {
    return null;
  }
}
