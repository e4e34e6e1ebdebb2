/**
 * Whether engines agree on random programs. Programs are compiled many at a time, as the modules of
 * one, because the library and the C compiler cost far more than they do.
 */
import { compile } from "../../compiler/driver.ts";
import type { LLProgram } from "../../compiler/ll/program.ts";
import { renderDiagnostics } from "../../dsl/syntax/render.ts";
import {
  BUNDLE,
  bundleOf,
  evaluate,
  executable,
  folderHost,
  runNative,
  unbundled,
  type Outcome,
} from "../run/engines.ts";

export type Engine = "optimised" | "native";

export interface Failure {
  readonly seed: number;
  /** The compiler refused, one of its stages broke, or an engine did something else than the evaluator. */
  readonly kind: "rejected" | "broken" | Engine;
  readonly details: string;
}

export interface CheckOptions {
  readonly engines: readonly Engine[];
  readonly cc: string;
  /** Where executables go. */
  readonly output: string;
}

export interface RandomProgram {
  readonly seed: number;
  readonly text: string;
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
  const details = error instanceof Error ? error.message : String(error);
  return { seed, kind: error instanceof Rejected ? "rejected" : "broken", details };
}

async function checkBundle(
  programs: readonly RandomProgram[],
  options: CheckOptions,
): Promise<Failure[]> {
  const files: Record<string, string> = Object.fromEntries(
    programs.map(({ text }, i) => [`p${i}.wr`, text]),
  );
  files[BUNDLE] = bundleOf(programs.map((_, i) => `p${i}`));
  const lower = (optimise: boolean): LLProgram => {
    const result = compile(BUNDLE, folderHost("tests/fuzz", files), { optimise, check: !optimise });
    if (!result.ok)
      throw new Rejected(
        renderDiagnostics(
          result.diagnostics.filter((one) => one.severity === "error"),
          { color: false },
        ),
      );
    return result.program;
  };
  const reference = lower(false);
  const wanted = programs.map((_, i) => text(evaluate(reference, { args: [`p${i}`] })));
  const failures: Failure[] = [];
  const compare = (kind: Engine, run: (name: string) => Outcome) => {
    programs.forEach(({ seed }, i) => {
      const found = text(run(`p${i}`));
      if (found !== wanted[i])
        failures.push({ seed, kind, details: difference(wanted[i]!, found) });
    });
  };
  if (options.engines.length === 0) return failures;
  if (options.engines.includes("optimised")) {
    const program = lower(true);
    compare("optimised", (name) => evaluate(program, { args: [name] }));
  }
  if (options.engines.includes("native")) {
    // From the start: running a program here changes the objects that it is built with.
    const path = await executable(lower(true), options.output, { cc: options.cc, mode: "dev" });
    compare("native", (name) => runNative(path, { args: [name] }));
  }
  return failures;
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
