/**
 * The pipeline, one call per stage: from the path of a program's entry file to a low-level program
 * that an evaluator runs or a back end emits.
 *
 *     analyse   texts → annotated program and diagnostics     (the editor's half)
 *     compile   … → low-level program, module bodies run, optimised
 *     evaluate  runs it here
 *
 * An executable is made of it by `native.ts`, a WebAssembly module by `wasm/build.ts`. Nothing here needs
 * Node: browsers analyse and evaluate with the same functions.
 *
 * What the user did wrong comes back as diagnostics; nothing after `analyse` adds any, except for
 * exceptions that module bodies raise when they run. What went wrong of ours is thrown, with the
 * stage's name.
 */
import { annotate } from "../dsl/annotate/annotate.ts";
import type { AnnotatedProgram } from "../dsl/annotate/result.ts";
import { bindProgram, type BindHost } from "../dsl/bind/bind.ts";
import type { BoundProgram, ModuleSymbol } from "../dsl/bind/symbols.ts";
import { build as buildGraph } from "../dsl/flow/build.ts";
import { printHigh } from "../dsl/flow/text.ts";
import { parseModule } from "../dsl/grammar/parser.ts";
import { diagnostic, InternalError, note } from "../dsl/syntax/diagnostics.ts";
import type { Diagnostic } from "../dsl/syntax/diagnostics.ts";
import { withoutEchoes } from "../dsl/syntax/echoes.ts";
import { ExitSignal, MachineError, WrightRaise } from "./eval/exceptions.ts";
import { freeze } from "./eval/freeze.ts";
import type { Host } from "./eval/host.ts";
import { Machine, type MachineOptions } from "./eval/machine.ts";
import { printFunction } from "./ll/print.ts";
import type { LLFunction, LLProgram } from "./ll/program.ts";
import { assertVerified } from "./ll/verify.ts";
import { runPasses, type Effort, type PassReport } from "./passes/passes.ts";
import { lower } from "./repr/lower.ts";

/** How the compiler reaches files. */
export interface CompilerHost extends BindHost {
  /** A file of the project for `embed_text`, as bytes in code units; null if there is none. */
  embed?(path: string, from: ModuleSymbol): string | null;
}

export interface Timing {
  readonly stage: string;
  readonly milliseconds: number;
  /** For passes: how many rewrites. */
  readonly rewrites?: number;
}

export interface Analysis {
  readonly bound: BoundProgram;
  readonly program: AnnotatedProgram;
  readonly diagnostics: readonly Diagnostic[];
  /** No diagnostic is an error. */
  readonly ok: boolean;
  readonly timings: readonly Timing[];
}

export interface AnalyseOptions {
  /** Whether functions that nobody calls are checked too (default: yes). */
  readonly checkUncalled?: boolean;
  readonly onStage?: (stage: string) => void;
}

export interface CompileOptions extends AnalyseOptions {
  /** Stop after this stage or pass. */
  readonly until?: string;
  /** Passes to leave out. */
  readonly skip?: readonly string[];
  readonly effort?: Effort;
  /** No passes at all: what the evaluator needs least. */
  readonly optimise?: boolean;
  /** For a debugger: functions have marks, and no passes are run. */
  readonly debug?: boolean;
  /** Verify after every stage. */
  readonly check?: boolean;
  /** What module bodies may ask of the world (default: nothing). */
  readonly buildHost?: Host;
  /** Called with the program after each stage that has one. */
  readonly onProgram?: (stage: string, program: LLProgram) => void;
}

export type Compilation =
  | {
      readonly ok: true;
      readonly program: LLProgram;
      readonly analysis: Analysis;
      readonly diagnostics: readonly Diagnostic[];
      readonly timings: readonly Timing[];
    }
  | {
      readonly ok: false;
      readonly program: null;
      readonly analysis: Analysis;
      readonly diagnostics: readonly Diagnostic[];
      readonly timings: readonly Timing[];
    };

class Clock {
  readonly timings: Timing[] = [];
  private readonly onStage: ((stage: string) => void) | undefined;

  constructor(onStage: ((stage: string) => void) | undefined) {
    this.onStage = onStage;
  }

  run<T>(stage: string, work: () => T): T {
    this.onStage?.(stage);
    const start = performance.now();
    try {
      return work();
    } catch (error) {
      throw inStage(stage, error);
    } finally {
      this.timings.push({ stage, milliseconds: performance.now() - start });
    }
  }

  note(report: PassReport): void {
    this.timings.push({
      stage: report.name,
      milliseconds: report.milliseconds,
      rewrites: report.rewrites,
    });
  }
}

/** Our own mistakes say in which stage they happened. */
function inStage(stage: string, error: unknown): unknown {
  if (error instanceof MachineError || !(error instanceof Error)) return error;
  return new InternalError(`in stage ${stage}: ${error.message}`, { cause: error });
}

// ---------------------------------------------------------------- analyse

export function analyse(
  entryPath: string,
  host: CompilerHost,
  options: AnalyseOptions = {},
): Analysis {
  const clock = new Clock(options.onStage);
  // 1. Names mean something.
  const bound = clock.run("bind", () => bindProgram(entryPath, host, parseModule));
  // 2. Values have types; every op says what it is.
  const program = clock.run("annotate", () =>
    annotate(bound, {
      buildGraph: (fn, constArgs, starCount) =>
        buildGraph(fn, { program: bound, constArgs, starCount }),
      embed: (path, from) => host.embed?.(path, from) ?? null,
      ...(options.checkUncalled === undefined ? {} : { checkUncalled: options.checkUncalled }),
    }),
  );
  const diagnostics = withoutEchoes([...bound.diagnostics, ...program.diagnostics]);
  return {
    bound,
    program,
    diagnostics,
    ok: diagnostics.every((one) => one.severity !== "error"),
    timings: clock.timings,
  };
}

// ---------------------------------------------------------------- compile

export function compile(
  entryPath: string,
  host: CompilerHost,
  options: CompileOptions = {},
): Compilation {
  const analysis = analyse(entryPath, host, options);
  if (!analysis.ok)
    return {
      ok: false,
      program: null,
      analysis,
      diagnostics: analysis.diagnostics,
      timings: analysis.timings,
    };
  return compileAnalysed(analysis, options);
}

/** From a program without errors. */
export function compileAnalysed(analysis: Analysis, options: CompileOptions = {}): Compilation {
  const clock = new Clock(options.onStage);
  const timings = () => [...analysis.timings, ...clock.timings];
  const after = (stage: string, program: LLProgram): void => {
    if (options.check === true) assertVerified(program, stage);
    options.onProgram?.(stage, program);
  };
  const done = (): Compilation => ({
    ok: true,
    program,
    analysis,
    diagnostics: analysis.diagnostics,
    timings: timings(),
  });
  // 3. Low-level graphs over chosen representations.
  const program = clock.run("lower", () =>
    lower(analysis.program, {
      name: analysis.bound.entry.name,
      ...(options.debug === undefined ? {} : { debug: options.debug }),
    }),
  );
  after("lower", program);
  if (options.until === "lower") return done();
  // 4. Module bodies run; what module-level names hold then is part of the program.
  const failed = clock.run("initialise", () =>
    initialise(program, analysis, options.buildHost ?? {}),
  );
  if (failed !== null)
    return {
      ok: false,
      program: null,
      analysis,
      diagnostics: [...analysis.diagnostics, failed],
      timings: timings(),
    };
  after("initialise", program);
  const isPlain = options.optimise === false || options.debug === true;
  if (options.until === "initialise" || isPlain) return done();
  // 5. Better code with the same meaning.
  options.onStage?.("passes");
  runPasses(program, {
    ...(options.until === undefined ? {} : { until: options.until }),
    ...(options.skip === undefined ? {} : { skip: options.skip }),
    ...(options.effort === undefined ? {} : { effort: options.effort }),
    ...(options.check === undefined ? {} : { check: options.check }),
    onPass: (report) => clock.note(report),
    ...(options.onProgram === undefined
      ? {}
      : { onProgram: (pass: string) => options.onProgram!(pass, program) }),
  });
  return done();
}

/** Runs the module bodies and freezes what they leave; the exception that stopped them, if any. */
function initialise(program: LLProgram, analysis: Analysis, host: Host): Diagnostic | null {
  const machine = new Machine(program, host);
  try {
    machine.runInitializers();
  } catch (error) {
    const message = buildTimeFailure(machine, error);
    if (message === null) throw error;
    const isOurs = error instanceof MachineError;
    const sites = isOurs ? error.trail : machine.traceback.sites;
    // The innermost place that is not the library's.
    const { modules } = analysis.bound;
    const own = new Set(modules.filter((one) => !one.isLibrary).map((one) => one.path));
    const place = sites.find(({ file }) => own.has(file));
    const lines = error instanceof WrightRaise ? machine.tracebackOf(error).split("\n") : [];
    const help = isOurs ? { help: "do it in `main`, or in what `main` calls" } : {};
    return diagnostic("E0605", place?.at ?? analysis.bound.entry.body.span, message, {
      notes: lines.filter((line) => line.trim() !== "").map((line) => note(line.trim())),
      ...help,
    });
  }
  freeze(program, machine);
  return null;
}

function buildTimeFailure(machine: Machine, error: unknown): string | null {
  if (error instanceof WrightRaise)
    return `running the module bodies ended in ${machine.describe(error.exception)}`;
  if (error instanceof ExitSignal) return "a module body may not end the program";
  if (error instanceof MachineError && error.missing !== null)
    // The library's own names for what the platform does are nobody else's.
    return error.missing.startsWith("wr_")
      ? "a module body may not touch the world outside, as this does"
      : `a module body may not touch the world outside: it calls ${error.missing}`;
  return null;
}

// ---------------------------------------------------------------- evaluate

/** Runs a compiled program here; gives its exit code. */
export function evaluate(
  program: LLProgram,
  argv: readonly string[],
  host: Host,
  options: MachineOptions = {},
): number {
  return new Machine(program, host, options).runMain(argv);
}

// ---------------------------------------------------------------- dumps

/** The functions that a name means: exactly, as the last part, or by prefix (`list.*`). */
export function functionsNamed(program: LLProgram, name: string): LLFunction[] {
  if (name === "*") return [...program.functions];
  if (name.endsWith("*"))
    return program.functions.filter((fn) => fn.name.startsWith(name.slice(0, -1)));
  const exact = program.functions.filter((fn) => fn.name === name);
  return exact.length > 0 ? exact : program.functions.filter((fn) => fn.name.endsWith(`.${name}`));
}

/** The text of a function after a stage (`flow`, `lower`, `initialise`, or a pass's name). */
export function dump(
  entryPath: string,
  host: CompilerHost,
  options: CompileOptions & { readonly stage: string; readonly fn: string },
): string {
  if (options.stage === "flow" || options.stage === "annotate") {
    const analysis = analyse(entryPath, host, options);
    const wanted = analysis.program.specs.filter(
      (spec) => spec.name === options.fn || spec.name.endsWith(`.${options.fn}`),
    );
    return wanted.map((spec) => (spec.graph === null ? "" : printHigh(spec.graph))).join("\n");
  }
  const result = compile(entryPath, host, { ...options, until: options.stage });
  if (!result.ok) return "";
  return functionsNamed(result.program, options.fn)
    .map((fn) => printFunction(fn))
    .join("\n");
}
