/**
 * `wright build --target wasm`: the runtime, translated once per version of the toolchain and kept in
 * memory, and a program become a module.
 */
import { translateRuntime } from "../collector.ts";
import type { LLProgram } from "../ll/program.ts";
import { prepareForNative } from "../passes/native.ts";
import { emitWasm, type WasmBuild, type WasmOptions } from "./module.ts";

const COLLECTOR = "runtime/gc/generational.wr";
const PLATFORM = "runtime/wasm/platform.wr";

let runtime: readonly LLProgram[] | null = null;

/** The program is for back ends only afterwards. */
export function buildWasm(program: LLProgram, options: WasmOptions): WasmBuild {
  runtime ??= [translateRuntime(COLLECTOR), translateRuntime(PLATFORM)];
  prepareForNative(program, { forEngine: true });
  return emitWasm(program, runtime, options);
}
