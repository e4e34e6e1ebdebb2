/**
 * Running one Wright program on every engine, with what it did as a value: what it printed, how it
 * ended, what it complained about. All engines must give the same.
 *
 * Compiling C dominates everything else, so native engines run a *bundle*: one program with all the
 * tests as modules, whose `main` calls the one that its first argument names.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildNative, type BuildOptions } from "../../compiler/c/build.ts";
import { findCompiler } from "../../compiler/c/toolchain.ts";
import { compile, type CompilerHost } from "../../compiler/driver.ts";
import type { Host } from "../../compiler/eval/host.ts";
import { nodeHeapUsage, nodeHost } from "../../compiler/eval/host-node.ts";
import { Machine } from "../../compiler/eval/machine.ts";
import type { LLProgram } from "../../compiler/ll/program.ts";
import type { RawMemory } from "../../compiler/eval/raw-memory.ts";
import type { RawAddress, Word } from "../../compiler/eval/heap.ts";
import { buildWasm } from "../../compiler/wasm/build.ts";
import { prepareForNative, type NativeOptions } from "../../compiler/passes/native.ts";
import type { Effort } from "../../compiler/passes/passes.ts";
import { renderDiagnostics } from "../../dsl/syntax/render.ts";
import { sourceFile, type SourceFile } from "../../dsl/syntax/source.ts";
import { ROOT } from "../support.ts";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** What follows the program's name. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export const LIBRARY = "<library>";
const texts = new Map<string, SourceFile | null>();

/** Reads modules of a folder of the repository; those in `files` exist only here. */
export function folderHost(
  folder: string,
  files: Readonly<Record<string, string>> = {},
): CompilerHost {
  return {
    libraryRoot: LIBRARY,
    read(path) {
      const own = files[path];
      if (own !== undefined) return sourceFile(path, own);
      const real = path.startsWith(LIBRARY)
        ? join(ROOT, "dsl/lib", path.slice(LIBRARY.length))
        : join(ROOT, folder, path);
      let file = texts.get(real);
      if (file === undefined)
        texts.set(
          real,
          (file = existsSync(real) ? sourceFile(path, readFileSync(real, "utf8")) : null),
        );
      return file;
    },
    embed(path, from) {
      const real = join(ROOT, folder, dirname(from.path), path);
      return existsSync(real) ? readFileSync(real, "latin1") : null;
    },
  };
}

/** A program that must be one: anything else is a mistake in the test. */
export function compiled(
  entry: string,
  host: CompilerHost,
  options: {
    readonly optimise: boolean;
    readonly check?: boolean;
    readonly effort?: Effort;
  },
): LLProgram {
  const result = compile(entry, host, options);
  if (!result.ok) {
    const errors = result.diagnostics.filter((one) => one.severity === "error");
    throw new Error(renderDiagnostics(errors, { color: false }));
  }
  return result.program;
}

// ---------------------------------------------------------------- the evaluator

/** The host over Node whose standard streams are strings (of bytes). */
function capturingHost(env: Readonly<Record<string, string>>): {
  host: Host;
  outcome: (code: number) => Outcome;
} {
  const written: Buffer[][] = [[], [], []];
  const base = nodeHost({ environment: env });
  const host: Host = {
    ...base,
    wr_os_isatty: () => 0,
    wr_os_write: (memory: RawMemory, fd: Word, from: RawAddress, n: Word) => {
      const stream = written[Number(fd)];
      // A file that the program has opened.
      if (stream === undefined)
        return (base["wr_os_write"] as (...args: unknown[]) => Word)(memory, fd, from, n);
      stream.push(Buffer.from(memory.bytes(from, n)));
      return n;
    },
  };
  const text = (fd: number) => Buffer.concat(written[fd]!).toString("latin1");
  return { host, outcome: (code) => ({ code, stdout: text(1), stderr: text(2) }) };
}

/** Runs a program here. What it changes of its prebuilt objects stays changed for the next run. */
export function evaluate(program: LLProgram, { args = [], env = {} }: RunOptions = {}): Outcome {
  const { host, outcome } = capturingHost(env);
  const limit = env["WRIGHT_MAX_HEAP"];
  // V8 has a heap of its own, with the compiler in it: the limit is for what comes on top.
  const usage = nodeHeapUsage();
  const memory =
    limit === undefined
      ? { heapUsage: { bytesInUse: () => 0, collect: () => usage.collect() } }
      : { memoryLimit: bytesOf(limit) + usage.bytesInUse(), heapUsage: usage };
  return outcome(new Machine(program, host, memory).runMain(["program", ...args]));
}

function bytesOf(text: string): number {
  const [, digits, unit] = /^(\d+)([kmg]?)$/i.exec(text)!;
  return Number(digits) * 1024 ** ["", "k", "m", "g"].indexOf(unit!.toLowerCase());
}

// ---------------------------------------------------------------- native

/** Collects at every allocation, checks the heap, and traps accesses to where objects used to be. */
export const STRESS: Readonly<Record<string, string>> = {
  WRIGHT_GC_STRESS: "1",
  WRIGHT_GC_POISON: "1",
  WRIGHT_GC_VERIFY: "1",
};

/** Collects all the time, so that old objects and young ones meet in all phases of a cycle. */
export const SMALL_NURSERY: Readonly<Record<string, string>> = {
  WRIGHT_GC_NURSERY: "4k",
  WRIGHT_GC_POISON: "1",
  WRIGHT_GC_VERIFY: "1",
};

export async function hasCompiler(command: string): Promise<boolean> {
  return !("kind" in (await findCompiler(command)));
}

/** Builds an executable; the program is for native back ends only afterwards. */
export async function executable(
  program: LLProgram,
  output: string,
  options: Partial<BuildOptions>,
  native: NativeOptions = {},
): Promise<string> {
  prepareForNative(program, native);
  const result = await buildNative(program, {
    output,
    cache: join(ROOT, ".cache/run-tests"),
    ...options,
  });
  if (!result.ok)
    throw new Error(`${result.problem.message}\n${result.problem.details.slice(0, 4000)}`);
  return result.output;
}

export function runNative(path: string, { args = [], env = {} }: RunOptions = {}): Outcome {
  const run = spawnSync(path, args, {
    env: { ...env, ASAN_OPTIONS: "detect_leaks=0" },
    encoding: "latin1",
    timeout: 60_000,
    maxBuffer: 2 ** 28,
  });
  return {
    code: run.status,
    stdout: run.stdout,
    stderr: run.stderr + (run.signal === null ? "" : `killed by ${run.signal}\n`),
  };
}

/** Writes the program as a module with its loader; the program is for back ends only afterwards. */
export function wasmModule(program: LLProgram, output: string): string {
  writeFileSync(`${output}.wasm`, buildWasm(program, { names: true, hints: true }).bytes);
  copyFileSync(join(ROOT, "runtime/wasm/loader.mjs"), `${output}.mjs`);
  return `${output}.mjs`;
}

export function runWasm(path: string, { args = [], env = {} }: RunOptions = {}): Outcome {
  const run = spawnSync(process.execPath, ["--no-warnings", path, ...args], {
    env,
    encoding: "latin1",
    timeout: 60_000,
    maxBuffer: 2 ** 28,
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

// ---------------------------------------------------------------- bundles

/** The text of a program that has these modules and runs the one that is asked for. */
export function bundleOf(modules: readonly string[]): string {
  const cases = modules.map(
    (name) => `        case "${name}":\n            return ${name}.main(argv[1:])`,
  );
  return `${modules.map((name) => `import ${name}`).join("\n")}\n\ndef main(argv: list[str]) -> int:\n    match argv[1]:\n${cases.join("\n")}\n    return 99\n`;
}

export const BUNDLE = "bundle.wr";

/** Without the frame of the bundle's `main`: as if the module had been the program. */
export function unbundled(outcome: Outcome): Outcome {
  return {
    ...outcome,
    stderr: outcome.stderr.replace(/^ {2}File "bundle\.wr", line \d+, in main\n/gm, ""),
  };
}
