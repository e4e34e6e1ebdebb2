/** The compiler's stages as commands use them: with progress on stderr and diagnostics where they belong. */
import {
  analyse,
  compileAnalysed,
  type Analysis,
  type AnalyseOptions,
  type CompileOptions,
  type Timing,
} from "../compiler/driver.ts";
import type { LLProgram } from "../compiler/ll/program.ts";
import type { Diagnostic } from "../dsl/syntax/diagnostics.ts";
import { renderDiagnostics } from "../dsl/syntax/render.ts";
import type { FileHost } from "./host.ts";
import type { Invocation } from "./invocation.ts";
import { Exit, duration, type Terminal } from "./terminal.ts";

const STAGE_TEXT: Readonly<Record<string, string>> = {
  bind: "reading",
  annotate: "finding types",
  lower: "lowering",
  initialise: "running module bodies",
  passes: "optimising",
};

export function showStage(terminal: Terminal): (stage: string) => void {
  return (stage) => terminal.status(`${STAGE_TEXT[stage] ?? stage} …`);
}

export function analyseProject(
  call: Invocation,
  entry: string,
  host: FileHost,
  options: AnalyseOptions = {},
): Analysis {
  return analyse(entry, host, { onStage: showStage(call.terminal), ...options });
}

/** The analysis, or the end of the command: errors are printed, as progress, because there is no result. */
export function analyseOrExit(call: Invocation, entry: string, host: FileHost): Analysis {
  const analysis = analyseProject(call, entry, host);
  if (!analysis.ok) complainAndExit(call.terminal, analysis.diagnostics);
  return analysis;
}

export interface Compiled {
  readonly program: LLProgram;
  readonly analysis: Analysis;
  readonly timings: readonly Timing[];
}

/** A program ready to run or to build; ends the command with 1 when the user made a mistake. */
export function compileOrExit(
  call: Invocation,
  entry: string,
  host: FileHost,
  options: CompileOptions = {},
): Compiled {
  const analysis = analyseOrExit(call, entry, host);
  const result = compileAnalysed(analysis, { onStage: showStage(call.terminal), ...options });
  if (!result.ok) complainAndExit(call.terminal, result.diagnostics);
  return { program: result.program!, analysis, timings: result.timings };
}

function complainAndExit(terminal: Terminal, diagnostics: readonly Diagnostic[]): never {
  terminal.complain(renderDiagnostics(diagnostics, { color: terminal.err.enabled }));
  throw new Exit(1);
}

/** A line per stage; passes are gathered under theirs. */
export function timingTable(timings: readonly Timing[], paint: Terminal["err"]): string {
  const width = Math.max(...timings.map((one) => one.stage.length), "total".length);
  const total = timings.reduce((sum, one) => sum + one.milliseconds, 0);
  const row = (name: string, milliseconds: number, more: string) =>
    `  ${name.padEnd(width)}  ${duration(milliseconds).padStart(9)}${more}`;
  const rows = timings.map((one) => {
    const rewrites = one.rewrites === undefined ? "" : paint.dim(`  ${one.rewrites} rewrites`);
    return row(one.stage, one.milliseconds, rewrites);
  });
  return [...rows, paint.bold(row("total", total, ""))].join("\n");
}
