/**
 * Whether engines agree on random programs. Programs are compiled many at a time, as the modules of
 * one, because the library and the C compiler cost far more than they do.
 *
 * The program as lowered, in the evaluator, is the reference. The optimised program is prepared for
 * native code, built, and then run in the evaluator as well: what differs there is a pass's doing,
 * what differs natively only is the C back end's, the runtime's or the collector's.
 */
import { analyse, compileAnalysed, type Analysis } from "../../compiler/driver.ts";
import type { BuildMode } from "../../compiler/c/toolchain.ts";
import type { LLProgram } from "../../compiler/ll/program.ts";
import { renderDiagnostics } from "../../dsl/syntax/render.ts";
import {
  BUNDLE,
  bundleOf,
  evaluate,
  executable,
  folderHost,
  runNative,
  STRESS,
  unbundled,
  type Outcome,
} from "../run/engines.ts";

/** A way of building executables, and running them. */
export interface NativeEngine {
  readonly cc: string;
  readonly mode: BuildMode;
  readonly sanitizers?: boolean;
  /** Runs once more, collecting at every allocation. */
  readonly stress?: boolean;
}

export interface Failure {
  readonly seed: number;
  /**
   * The compiler refused, one of its stages broke, the optimised program or a native one (named after
   * how it was built) did something else than the evaluator, or something took far too long.
   */
  readonly kind: string;
  readonly details: string;
}

export interface CheckOptions {
  readonly native: readonly NativeEngine[];
  /** Where executables go. */
  readonly output: string;
  /** Verifies the program after every pass. */
  readonly verify?: boolean;
}

export interface RandomProgram {
  readonly seed: number;
  readonly text: string;
}

/** No program may take longer than this in the evaluator, in milliseconds of processor time. */
const SLOW = 3000;

export function engineName({ cc, mode, sanitizers, stress }: NativeEngine): string {
  const parts = [sanitizers ? "sanitizers" : null, stress ? "stress" : null];
  return [cc, mode, ...parts.filter((one) => one !== null)].join(" ");
}

/** The failures of programs, all checked in one bundle; if that cannot be made, each by itself. */
export async function check(
  programs: readonly RandomProgram[],
  options: CheckOptions,
): Promise<Failure[]> {
  try {
    return await checkBundle(programs, options);
  } catch (error) {
    const [only, ...others] = programs;
    if (only !== undefined && others.length === 0) return [failed(only.seed, error)];
    const half = programs.length >> 1;
    return [
      ...(await check(programs.slice(0, half), options)),
      ...(await check(programs.slice(half), options)),
    ];
  }
}

class Rejected extends Error {}

function failed(seed: number, error: unknown): Failure {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (error instanceof Rejected) return { seed, kind: "rejected", details: error.message };
  return { seed, kind: "broken", details };
}

async function checkBundle(
  programs: readonly RandomProgram[],
  options: CheckOptions,
): Promise<Failure[]> {
  const files: Record<string, string> = Object.fromEntries(
    programs.map(({ text }, i) => [`p${i}.wr`, text]),
  );
  files[BUNDLE] = bundleOf(programs.map((_, i) => `p${i}`));
  const analysis = analyse(BUNDLE, folderHost("tests/fuzz", files));
  if (!analysis.ok) throw rejected(analysis.diagnostics);
  const failures: Failure[] = [];
  // 1. The reference.
  const reference = lower(analysis, { optimise: false, check: options.verify ?? false });
  const wanted = programs.map(({ seed }, i) => {
    const start = cpuTime();
    const outcome = text(evaluate(reference, { args: [`p${i}`] }));
    const time = cpuTime() - start;
    if (time > SLOW) failures.push({ seed, kind: "slow", details: `${Math.round(time)} ms` });
    return outcome;
  });
  const compare = (kind: string, run: (name: string) => Outcome) => {
    programs.forEach(({ seed }, i) => {
      const found = text(run(`p${i}`));
      if (found !== wanted[i])
        failures.push({ seed, kind, details: difference(wanted[i]!, found) });
    });
  };
  // 2. Natively. Building changes the program, so each engine gets its own, except for the last one.
  const optimised = () => lower(analysis, { optimise: true, check: options.verify ?? false });
  let last = options.native.length === 0 ? optimised() : null;
  for (const engine of options.native) {
    last = optimised();
    const path = await executable(last, options.output, {
      cc: engine.cc,
      mode: engine.mode,
      sanitizers: engine.sanitizers ?? false,
    });
    compare(engineName(engine), (name) => runNative(path, { args: [name] }));
    if (engine.stress)
      compare(`${engineName(engine)} run`, (name) =>
        runNative(path, { args: [name], env: STRESS }),
      );
  }
  // 3. The passes. Last, because running a program here changes the objects that it is built with.
  compare("optimised", (name) => evaluate(last!, { args: [name] }));
  return failures;
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function lower(
  analysis: Analysis,
  options: { readonly optimise: boolean; readonly check: boolean },
): LLProgram {
  const { program, diagnostics } = compileAnalysed(analysis, options);
  if (program !== null) return program;
  throw rejected(diagnostics);
}

function rejected(diagnostics: Analysis["diagnostics"]): Rejected {
  const errors = diagnostics.filter((one) => one.severity === "error");
  return new Rejected(renderDiagnostics(errors, { color: false }));
}

function text(outcome: Outcome): string {
  const { code, stdout, stderr } = unbundled(outcome);
  return `${stdout}${stderr}exit ${code}\n`;
}

function difference(wanted: string, found: string): string {
  const [a, b] = [wanted.split("\n"), found.split("\n")];
  const at = a.findIndex((line, i) => line !== b[i]);
  return `line ${at + 1} is\n    ${a.slice(at, at + 3).join("\n    ")}\nin the evaluator, but\n    ${b.slice(at, at + 3).join("\n    ")}`;
}
