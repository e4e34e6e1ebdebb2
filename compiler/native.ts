/** The last stage where an executable is wanted: see `driver.ts` for those before it. */
import { needsBarriers } from "./collectors.ts";
import { buildNative, type BuildOptions, type BuildResult } from "./c/build.ts";
import type { LLProgram } from "./ll/program.ts";
import { prepareForNative } from "./passes/native.ts";

/** Makes an executable. The program is for native back ends only afterwards. */
export async function build(program: LLProgram, options: BuildOptions): Promise<BuildResult> {
  prepareForNative(program, { barriers: needsBarriers(options.gc) });
  return buildNative(program, options);
}
