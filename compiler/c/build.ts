/**
 * From a prepared low-level program to an executable: emit, compile in parallel with a cache, link.
 * Files are compiled as they come: while some are compiled, others are still being written.
 *
 * The cache is keyed by everything that determines an object file: compiler, flags, and the texts
 * that go in. Files appear under their final names only when they are complete, in the cache and at
 * the output alike, so an interrupted build leaves nothing half-written and a concurrent one
 * nothing to trip over. Failures are values with a message.
 */
import { createHash, randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { homedir, availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { makeFolder } from "../folders.ts";
import { emitC, type CFile, type EmitOptions } from "./emit.ts";
import {
  compileFlags,
  findCompiler,
  linkFlags,
  run,
  type BuildMode,
  type BuildProblem,
  type Compiler,
  type FlagOptions,
} from "./toolchain.ts";
import { recentlyCompiled, rememberCompiled } from "./recent.ts";
import { collectorSource } from "../collector.ts";
import { DEFAULT_COLLECTOR, type CollectorName } from "../collectors.ts";
import type { LLProgram } from "../ll/program.ts";
import { newWorkFolder } from "./work.ts";

export interface BuildOptions {
  /** Where the executable goes. */
  readonly output: string;
  readonly mode?: BuildMode;
  /** The collector that the program gets. */
  readonly gc?: CollectorName;
  /** The compiler's command; else $CC, else the first usual one that runs. */
  readonly cc?: string;
  /** A directory that gets the C files and the runtime's, ready to be compiled by hand. */
  readonly keepC?: string;
  readonly sanitizers?: boolean;
  readonly strict?: boolean;
  readonly debug?: boolean;
  readonly emit?: Partial<EmitOptions>;
  /** Else `$XDG_CACHE_HOME/langwright`, else `.cache/langwright` of the home directory. */
  readonly cache?: string;
  readonly signal?: AbortSignal;
  /** What the VM may ask of the system, if not everything: the text of a policy. */
  readonly policy?: string;
  readonly onProgress?: (step: BuildStep) => void;
}

export type BuildStep =
  | { readonly kind: "emitted"; readonly files: number; readonly characters: number }
  | {
      readonly kind: "compiled";
      readonly file: string;
      readonly cached: boolean;
      readonly done: number;
      /** Null while files are still being made. */
      readonly of: number | null;
    }
  | { readonly kind: "linked"; readonly output: string };

export type BuildResult =
  | { readonly ok: true; readonly output: string }
  | { readonly ok: false; readonly problem: BuildProblem };

const RUNTIME = fileURLToPath(new URL("../../runtime/native/", import.meta.url));
const RUNTIME_HEADERS = ["wright.h", "gc.h", "sandbox.h"];
const RUNTIME_SOURCES = ["platform.c", "gc_platform.c", "sandbox.c"];

/** A program as passes leave it (`passes/native.ts`) becomes an executable. */
export async function buildNative(program: LLProgram, options: BuildOptions): Promise<BuildResult> {
  const work = newWorkFolder(cacheDirectory(options));
  try {
    return await buildIn(work, program, options);
  } catch (error) {
    return { ok: false, problem: problemOf(error, options) };
  } finally {
    await rm(work, { recursive: true, force: true }).catch(() => {});
  }
}

async function buildIn(
  work: string,
  program: LLProgram,
  options: BuildOptions,
): Promise<BuildResult> {
  // 1. A compiler, before any work is done for it.
  const compiler = await findCompiler(options.cc ?? (env["CC"] || null));
  if ("kind" in compiler) return { ok: false, problem: compiler };
  await checkOutput(resolve(options.output));
  // 2. C files, and object files from the cache where possible.
  const compilation = new Compilation(work, compiler, options);
  try {
    await emitInto(compilation, program, options);
  } catch (error) {
    compilation.fail(error);
  }
  const compiled = await compilation.finish();
  if (!Array.isArray(compiled)) return { ok: false, problem: compiled };
  await compilation.remember();
  // 3. The executable, under a temporary name first.
  return await link(compiled, compiler, options);
}

async function emitInto(
  compilation: Compilation,
  program: LLProgram,
  options: BuildOptions,
): Promise<void> {
  let characters = 0;
  let files = 0;
  for await (const file of sourceFiles(program, options)) {
    if (compilation.hasFailed) return;
    if (options.keepC !== undefined) await writeFiles(options.keepC, [file]);
    await compilation.add(file);
    characters += file.text.length;
    files++;
  }
  options.onProgress?.({ kind: "emitted", files, characters });
}

/** Headers come before what includes them, the program's files before the runtime's: those are often cached. */
async function* sourceFiles(program: LLProgram, options: BuildOptions): AsyncGenerator<CFile> {
  yield* await runtimeFiles(RUNTIME_HEADERS);
  const first = await recentlyCompiled(cacheDirectory(options), options.output);
  yield* emitC(program, { ...emitOptions(options), first });
  yield* await runtimeFiles(RUNTIME_SOURCES);
  if (options.policy !== undefined) yield policyFile(options.policy);
  yield collectorSource(cacheDirectory(options), options.gc ?? DEFAULT_COLLECTOR);
}

/** The policy of a sandboxed VM (`runtime/native/sandbox.h`) as an array of its bytes. */
function policyFile(policy: string): CFile {
  const bytes = [...new TextEncoder().encode(policy), 0].join(", ");
  return { name: "policy.c", text: `const char wr_built_in_policy[] = {${bytes}};\n` };
}

/** Small files use all cores and change one at a time; fast code wants the C compiler to see much at once. */
function emitOptions({ mode, debug = false, emit }: BuildOptions): Partial<EmitOptions> {
  const scattered = { layout: "scattered", fileSize: 150_000 } as const;
  return { lines: debug, ...(mode === "dev" ? scattered : {}), ...emit };
}

/** Compiled once per configuration: these do not include the program's header. */
function isRuntime(name: string): boolean {
  return RUNTIME_SOURCES.includes(name) || name.startsWith("gc_");
}

async function runtimeFiles(names: readonly string[]): Promise<CFile[]> {
  return await Promise.all(
    names.map(async (name) => ({
      name,
      text: await readFile(join(RUNTIME, name), "utf8"),
    })),
  );
}

/** Where nothing can be written is found out before minutes are spent, and not by the linker. */
async function checkOutput(output: string): Promise<void> {
  makeFolder(dirname(output));
  const probe = temporaryName(output);
  await writeFile(probe, "");
  await rm(probe, { force: true });
}

function temporaryName(output: string): string {
  return `${output}.${randomBytes(4).toString("hex")}.tmp`;
}

async function writeFiles(directory: string, files: readonly CFile[]): Promise<void> {
  makeFolder(directory);
  for (const { name, text } of files) await writeFile(join(directory, name), text);
}

export function cacheDirectory(options: Pick<BuildOptions, "cache">): string {
  if (options.cache !== undefined) return resolve(options.cache);
  const base = env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(base, "langwright");
}

// ---- compiling ----------------------------------------------------------------------------------------

interface Unit {
  readonly name: string;
  readonly object: string;
}

/** Compiles files as they are added, as many at a time as there are cores. */
class Compilation {
  readonly #work: string;
  readonly #compiler: Compiler;
  readonly #options: BuildOptions;
  readonly #flags: readonly string[];
  readonly #store: string;
  readonly #headers: CFile[] = [];
  readonly #units: Unit[] = [];
  readonly #pending: Unit[] = [];
  readonly #workers = new Set<Promise<void>>();
  readonly #compiled: string[] = [];
  #done = 0;
  #isComplete = false;
  #problem: BuildProblem | null = null;
  #error: { readonly thrown: unknown } | null = null;

  constructor(work: string, compiler: Compiler, options: BuildOptions) {
    this.#work = work;
    this.#compiler = compiler;
    this.#options = options;
    this.#flags = compileFlags(compiler, flagOptions(options));
    this.#store = join(cacheDirectory(options), "objects");
    makeFolder(this.#store);
  }

  /** Writes a header, or a file whose object is not in the cache, which is compiled then. */
  async add(file: CFile): Promise<void> {
    if (file.name.endsWith(".h")) {
      await writeFiles(this.#work, [file]);
      this.#headers.push(file);
      return;
    }
    const unit = this.#unitOf(file);
    this.#units.push(unit);
    if (existsSync(unit.object)) return this.#finished(unit, true);
    await writeFiles(this.#work, [file]);
    this.#pending.push(unit);
    if (this.#workers.size < Math.min(availableParallelism(), 4)) this.#startWorker();
  }

  get hasFailed(): boolean {
    return this.#problem !== null || this.#error !== null;
  }

  /** What was thrown is thrown again by `finish`, when no compiler runs any more. */
  fail(thrown: unknown): void {
    this.#error ??= { thrown };
  }

  /** Object files of all units, or the first problem. */
  async finish(): Promise<string[] | BuildProblem> {
    this.#isComplete = true;
    await Promise.all(this.#workers);
    if (this.#error !== null) throw this.#error.thrown;
    return this.#problem ?? this.#units.map((unit) => unit.object);
  }

  #startWorker(): void {
    const worker = this.#compilePending()
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.#workers.delete(worker));
    this.#workers.add(worker);
  }

  async #compilePending(): Promise<void> {
    while (!this.hasFailed) {
      const unit = this.#pending.shift();
      if (unit === undefined) return;
      const failure = await compile(unit, this.#work, this.#compiler, this.#flags, this.#options);
      this.#problem ??= failure;
      if (this.#problem !== null) return;
      this.#compiled.push(unit.name);
      this.#finished(unit, false);
    }
  }

  /** For the next build of this executable. */
  async remember(): Promise<void> {
    const known = this.#units.length - this.#compiled.length;
    const cache = cacheDirectory(this.#options);
    await rememberCompiled(cache, this.#options.output, this.#compiled, known);
  }

  #finished({ name }: Unit, cached: boolean): void {
    const done = ++this.#done;
    const of = this.#isComplete ? this.#units.length : null;
    this.#options.onProgress?.({ kind: "compiled", file: name, cached, done, of });
  }

  #unitOf(source: CFile): Unit {
    // The runtime includes its own headers only, so it is compiled once per configuration.
    const isOwn = ({ name }: CFile) => RUNTIME_HEADERS.includes(name);
    const seen = isRuntime(source.name) ? this.#headers.filter(isOwn) : this.#headers;
    const parts = [this.#compiler.version, ...this.#flags, ...seen.map(({ text }) => text)];
    const key = createHash("sha256")
      .update([...parts, source.text].join("\0"))
      .digest("hex");
    return { name: source.name, object: join(this.#store, `${key.slice(0, 40)}.o`) };
  }
}

async function compile(
  unit: Unit,
  work: string,
  compiler: Compiler,
  flags: readonly string[],
  options: BuildOptions,
): Promise<BuildProblem | null> {
  const temporary = join(work, `${unit.name}.o`);
  const args = [...flags, "-c", unit.name, "-o", temporary];
  const outcome = await run(compiler.command, args, withSignal(options, work));
  if (outcome.status === 0) {
    await rename(temporary, unit.object);
    return null;
  }
  return await compilerProblem(`compile ${unit.name}`, outcome.output, work, unit.name, options);
}

function flagOptions(options: BuildOptions): FlagOptions {
  const { mode = "release", sanitizers = false, strict = false, debug = false } = options;
  return { mode, sanitizers, strict, debug };
}

function withSignal(
  { signal }: BuildOptions,
  cwd: string,
): { readonly cwd: string; readonly signal?: AbortSignal } {
  return signal === undefined ? { cwd } : { cwd, signal };
}

// ---- linking --------------------------------------------------------------------------------------------

async function link(
  objects: readonly string[],
  compiler: Compiler,
  options: BuildOptions,
): Promise<BuildResult> {
  const output = resolve(options.output);
  const temporary = temporaryName(output);
  try {
    const args = [...objects, "-o", temporary, ...linkFlags(flagOptions(options))];
    const outcome = await run(compiler.command, args, withSignal(options, dirname(output)));
    if (outcome.status !== 0) {
      const problem = await compilerProblem(
        "link the program",
        outcome.output,
        null,
        null,
        options,
      );
      return { ok: false, problem };
    }
    await rename(temporary, output);
  } finally {
    await rm(temporary, { force: true });
  }
  options.onProgress?.({ kind: "linked", output });
  return { ok: true, output };
}

// ---- what can go wrong ------------------------------------------------------------------------------------

/** Keeps the file that the compiler refused, since its messages speak of it. */
async function compilerProblem(
  what: string,
  output: string,
  work: string | null,
  file: string | null,
  options: BuildOptions,
): Promise<BuildProblem> {
  if (options.signal?.aborted === true) return interrupted();
  if (/no space left on device/i.test(output)) return diskFull(output);
  let kept = "";
  if (work !== null && file !== null) {
    const directory = join(cacheDirectory(options), "failed");
    makeFolder(directory);
    for (const name of [file, "program.h", ...RUNTIME_HEADERS]) {
      const text = await readFile(join(work, name), "utf8").catch(() => null);
      if (text !== null) await writeFile(join(directory, name), text);
    }
    kept = `\nthe file was kept: ${join(directory, file)}`;
  }
  return {
    kind: "compiler-failed",
    message: `the C compiler could not ${what}; this is a mistake of Langwright's, not of your program`,
    details: output.trim() + kept,
  };
}

function problemOf(error: unknown, options: BuildOptions): BuildProblem {
  const failure = error as NodeJS.ErrnoException;
  if (typeof failure.code !== "string") throw error;
  if (options.signal?.aborted === true) return interrupted();
  if (["ENOSPC", "EDQUOT", "EFBIG"].includes(failure.code)) return diskFull(failure.message);
  return { kind: "io", message: "a file could not be read or written", details: failure.message };
}

function interrupted(): BuildProblem {
  return {
    kind: "interrupted",
    message: "the build was interrupted; nothing was written",
    details: "",
  };
}

function diskFull(details: string): BuildProblem {
  return { kind: "disk-full", message: "there is no space left for the build's files", details };
}
