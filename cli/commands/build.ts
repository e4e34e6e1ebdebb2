/** `wright build [LANG]`: a native executable of the interpreter. */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "../../compiler/native.ts";
import type { BuildStep } from "../../compiler/c/build.ts";
import { DEFAULT_COLLECTOR, type CollectorName } from "../../compiler/collectors.ts";
import type { Timing } from "../../compiler/driver.ts";
import { translateEarly } from "../../compiler/early.ts";
import type { BuildProblem } from "../../compiler/c/toolchain.ts";
import type { LLProgram } from "../../compiler/ll/program.ts";
import { buildWasm } from "../../compiler/wasm/build.ts";
import { fileHost } from "../host.ts";
import { makeFolder } from "../../compiler/folders.ts";
import { cacheFolder } from "../install.ts";
import { flag, optionText, type Invocation } from "../invocation.ts";
import { compileOrExit, timingTable, type Compiled } from "../pipeline.ts";
import { openProject, shown, type Project } from "../project.ts";
import { count, duration, Exit, size } from "../terminal.ts";
import { addFolders, watching } from "../watching.ts";
import { noMain } from "./run.ts";
import { UsageError } from "../options.ts";

const INTERRUPTED = 130;
/** What a module is written with, by what its name ends in: for Node, and for browsers. */
const LOADERS: Readonly<Record<string, string>> = {
  ".mjs": "loader.mjs",
  ".browser.mjs": "browser.mjs",
  ".browser.d.mts": "browser.d.mts",
};
const RUNTIME = fileURLToPath(new URL("../../runtime/wasm/", import.meta.url));

export async function run(call: Invocation): Promise<number> {
  if (flag(call, "watch")) return await watching(call, (folders) => buildOnce(call, folders));
  return await buildOnce(call);
}

/** `folders`: gets those that hold what was read. */
async function buildOnce(call: Invocation, folders?: Set<string>): Promise<number> {
  const { terminal } = call;
  const start = performance.now();
  const project = openProject(call.positionals[0]);
  const output = optionText(call, "output") ?? project.output;
  const isDev = flag(call, "dev");
  const isWasm = optionText(call, "target") === "wasm";
  const policy = readPolicy(call);
  if (flag(call, "size") && !isWasm) throw new UsageError("--size is for --target wasm");
  const gc = optionText(call, "gc") ?? project.config?.gc ?? DEFAULT_COLLECTOR;
  const wanted = { gc: gc as CollectorName, target: isWasm ? "wasm" : "native" } as const;
  const runtime = translateEarly(cacheFolder(), wanted);
  const { program, analysis, timings } = compileWatched(call, project, isDev, folders);
  if (analysis.program.main === null) throw noMain(project.entry);
  if (runtime !== null) {
    terminal.status("translating the runtime, once for this version of wright …");
    await runtime;
  }
  const analysed = performance.now();
  terminal.say(
    progressLine(call, "compiled", analysed - start, count(program.functions.length, "function")),
  );
  if (isWasm) return writeModule(call, { program, timings, output, start });
  const native = await buildExecutable(call, program, {
    output,
    mode: isDev ? "dev" : "release",
    cc: compilerOf(call, project),
    gc: wanted.gc,
    keepC: flag(call, "keep-c") ? `${output}.c-files` : undefined,
    policy,
  });
  terminal.say(progressLine(call, "built", native.milliseconds, native.what));
  explainTime(call, [...timings, { stage: "C compiler", milliseconds: native.milliseconds }]);
  const time = duration(performance.now() - start);
  terminal.print(`${shown(output)}: ${size(statSync(output).size)} in ${time}`);
  return 0;
}

function explainTime(call: Invocation, timings: readonly Timing[]): void {
  if (flag(call, "time")) call.terminal.complain(timingTable(timings, call.terminal.err));
}

/** Mistakes end the command, or the attempt; where its files are is known all the same. */
function compileWatched(
  call: Invocation,
  project: Project,
  isDev: boolean,
  folders: Set<string> | undefined,
): Compiled {
  const host = fileHost();
  try {
    return compileOrExit(call, project.entry, host, { effort: isDev ? "quick" : "full" });
  } finally {
    if (folders !== undefined) addFolders(folders, project, host);
  }
}

/** The file that `--sandbox` names. A module has what it is given by whoever runs it, and needs none. */
function readPolicy(call: Invocation): string | undefined {
  const path = optionText(call, "sandbox");
  if (path === undefined) return undefined;
  if (optionText(call, "target") === "wasm")
    throw new UsageError("--sandbox is for native VMs: a module reaches only what it is given");
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new UsageError(`cannot read the policy ${path}`);
  }
}

interface ModuleWanted {
  readonly program: LLProgram;
  readonly timings: readonly Timing[];
  readonly output: string;
  /** When the command began. */
  readonly start: number;
}

/** No C compiler: the module straight from the low-level graphs, and what loads it. */
function writeModule(call: Invocation, { program, timings, output, start }: ModuleWanted): number {
  const { terminal } = call;
  const began = performance.now();
  terminal.status("writing WebAssembly …");
  const path = output.endsWith(".wasm") ? output : `${output}.wasm`;
  const isSmall = flag(call, "size");
  const debugging = isSmall ? {} : { sourceMapUrl: `${basename(path)}.map` };
  const { bytes, sourceMap } = buildWasm(program, {
    names: !isSmall,
    hints: !isSmall,
    cache: cacheFolder(),
    ...debugging,
  });
  makeFolder(dirname(path));
  replaceFile(path, bytes);
  if (sourceMap !== null) replaceFile(`${path}.map`, new TextEncoder().encode(sourceMap));
  for (const [end, name] of Object.entries(LOADERS))
    replaceFile(path.replace(/\.wasm$/, end), readFileSync(join(RUNTIME, name)));
  const milliseconds = performance.now() - began;
  terminal.say(progressLine(call, "written", milliseconds, "one module"));
  explainTime(call, [...timings, { stage: "WebAssembly", milliseconds }]);
  const time = duration(performance.now() - start);
  terminal.print(`${shown(path)}: ${size(bytes.length)} in ${time}`);
  return 0;
}

/** Under another name first, so that nobody sees half of it. */
function replaceFile(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function progressLine(call: Invocation, verb: string, milliseconds: number, what: string): string {
  const { err } = call.terminal;
  return `${err.green(err.bold(verb.padStart(9)))} ${what} ${err.dim(`(${duration(milliseconds)})`)}`;
}

/** Flags over environment over file; `undefined` leaves it to what is found. */
export function compilerOf(call: Invocation, project: Project): string | undefined {
  const fromEnvironment = process.env["CC"];
  return (
    optionText(call, "cc") ??
    (fromEnvironment !== "" ? fromEnvironment : undefined) ??
    project.config?.cc
  );
}

export interface ExecutableOptions {
  readonly output: string;
  readonly mode: "dev" | "release";
  readonly cc: string | undefined;
  readonly gc: CollectorName | undefined;
  readonly keepC: string | undefined;
  readonly policy?: string | undefined;
}

/** Emits, compiles and links; ends the command when that fails. */
export async function buildExecutable(
  call: Invocation,
  program: LLProgram,
  options: ExecutableOptions,
): Promise<{ readonly milliseconds: number; readonly what: string }> {
  const { terminal } = call;
  const start = performance.now();
  let files = 0;
  let cached = 0;
  const onProgress = (step: BuildStep) => {
    if (step.kind === "compiled") {
      files = step.done;
      if (step.cached) cached++;
      terminal.status(`compiling C … ${step.done}${step.of === null ? "" : ` of ${step.of}`}`);
    }
  };
  terminal.status("writing C …");
  const result = await call.interrupts.during((signal) =>
    build(program, {
      output: options.output,
      mode: options.mode,
      cache: cacheFolder(),
      signal,
      onProgress,
      ...(options.cc === undefined ? {} : { cc: options.cc }),
      ...(options.gc === undefined ? {} : { gc: options.gc }),
      ...(options.keepC === undefined ? {} : { keepC: options.keepC }),
      ...(options.policy === undefined ? {} : { policy: options.policy }),
    }),
  );
  if (!result.ok) explainProblem(call, result.problem);
  const what =
    cached === 0
      ? count(files, "C file")
      : `${count(files, "C file")}, ${cached} of them from the cache`;
  return { milliseconds: performance.now() - start, what };
}

/** A compiler that ^C ended has not failed: the signal may reach it before it reaches us. */
function explainProblem(call: Invocation, problem: BuildProblem): never {
  const { terminal } = call;
  if (problem.kind === "interrupted" || call.interrupts.happened()) throw new Exit(INTERRUPTED);
  terminal.complain(`${terminal.err.red(terminal.err.bold("error"))}: ${problem.message}`);
  if (problem.details !== "") terminal.complain(problem.details);
  const help = HELP[problem.kind];
  if (help !== "") terminal.complain(`${terminal.err.cyan("help")}: ${help}`);
  throw new Exit(problem.kind === "compiler-failed" ? 3 : 1);
}

const HELP: Readonly<Record<BuildProblem["kind"], string>> = {
  "no-compiler": "`wright doctor` shows what was found; `wright run` needs no C compiler",
  "compiler-failed": "please report it, with the file; another compiler may do: --cc clang",
  "disk-full": "free some space, or put the cache elsewhere with WRIGHT_CACHE",
  io: "",
  interrupted: "",
};
