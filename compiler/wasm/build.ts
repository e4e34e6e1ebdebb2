/**
 * `wright build --target wasm`: the runtime, translated once per version of the toolchain, and a
 * program become a module.
 */
import { translateRuntime } from "../collector.ts";
import { isKept, kept } from "../kept.ts";
import type { LLProgram } from "../ll/program.ts";
import { packPrograms, unpackPrograms } from "../pack.ts";
import { prepareForNative } from "../passes/native.ts";
import { emitWasm, type WasmBuild, type WasmOptions } from "./module.ts";

const COLLECTOR = "runtime/gc/generational.wr";
const PLATFORM = "runtime/wasm/platform.wr";
const KEPT_AS = "wasm.programs";

export interface WasmBuildOptions extends WasmOptions {
  /** A directory that keeps the translated runtime; else it is kept in memory only. */
  readonly cache?: string;
}

let runtime: readonly LLProgram[] | null = null;

/** The program is for back ends only afterwards. */
export function buildWasm(program: LLProgram, options: WasmBuildOptions): WasmBuild {
  runtime ??= wasmRuntime(options.cache);
  prepareForNative(program, { forEngine: true });
  return emitWasm(program, runtime, options);
}

export function wasmRuntimeIsKept(cache: string): boolean {
  return isKept(cache, KEPT_AS);
}

/** The collector and the platform. */
export function wasmRuntime(cache: string | undefined): readonly LLProgram[] {
  if (cache === undefined) return translateBoth();
  return unpackPrograms(kept(cache, KEPT_AS, () => packPrograms(translateBoth())));
}

function translateBoth(): readonly LLProgram[] {
  return [translateRuntime(COLLECTOR), translateRuntime(PLATFORM)];
}
