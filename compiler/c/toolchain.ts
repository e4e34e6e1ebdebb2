/**
 * The C compiler: which one, with which flags, and running it.
 *
 * Whatever goes wrong with it is a `BuildProblem`, a value with a message for the person who wanted
 * a binary. Nothing here throws on the world's failures.
 */
import { spawn } from "node:child_process";
import { platform } from "node:process";

/** `quick` compiles fastest, for what is run once; `dev` compiles quickly; `release` makes fast code. */
export type BuildMode = "quick" | "dev" | "release";

export interface FlagOptions {
  readonly mode: BuildMode;
  readonly sanitizers: boolean;
  /** Every warning is an error: for tests of the emitter. */
  readonly strict: boolean;
  /** Debug information. */
  readonly debug: boolean;
}

export interface BuildProblem {
  readonly kind: "no-compiler" | "compiler-failed" | "disk-full" | "io" | "interrupted";
  /** A sentence for the user. */
  readonly message: string;
  /** What the compiler said, or the file that was kept; may be empty. */
  readonly details: string;
}

export interface Compiler {
  readonly command: string;
  /** First line of its version, part of every cache key. */
  readonly version: string;
}

export interface Outcome {
  /** Null when the command could not be started or was killed. */
  readonly status: number | null;
  readonly output: string;
  readonly error: NodeJS.ErrnoException | null;
}

/**
 * Runs a command to its end; an aborted signal kills it together with what it started: a compiler's
 * driver runs others, which would go on writing.
 */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly signal?: AbortSignal } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    let error: NodeJS.ErrnoException | null = null;
    const kill = () => killGroup(child.pid);
    if (options.signal?.aborted === true) kill();
    options.signal?.addEventListener("abort", kill, { once: true });
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (reason) => {
      error = reason;
      if (child.pid === undefined) resolve({ status: null, output: "", error });
    });
    child.on("close", (status) => {
      options.signal?.removeEventListener("abort", kill);
      resolve({ status, output: Buffer.concat(chunks).toString(), error });
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** The compiler that was asked for, or the first of the usual ones that runs. */
export async function findCompiler(asked: string | null): Promise<Compiler | BuildProblem> {
  const commands = asked === null ? ["cc", "gcc", "clang"] : [asked];
  for (const command of commands) {
    const { status, output } = await run(command, ["--version"]);
    if (status === 0) return { command, version: output.split("\n")[0]! };
  }
  return {
    kind: "no-compiler",
    message:
      asked === null
        ? "no C compiler was found (tried cc, gcc and clang); install one, or name one with --cc or CC"
        : `the C compiler \`${asked}\` could not be run`,
    details: "",
  };
}

const COMMON = [
  "-std=gnu11",
  // Objects are seen through their own struct, their base's, and as plain memory.
  "-fno-strict-aliasing",
  "-fwrapv",
  "-fvisibility=hidden",
  // The same program computes the same floats on every target.
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-asynchronous-unwind-tables",
];

/** Options that only one of the compilers knows are left out: the other would complain. */
const STRICT = [
  "-Wall",
  "-Wextra",
  "-Werror",
  // What generated code does all the time, and means.
  "-Wno-unused-parameter",
  "-Wno-unused-variable",
  "-Wno-unused-function",
  "-Wno-unused-but-set-variable",
  "-Wno-unused-value",
  "-Wno-missing-field-initializers",
  "-Wno-type-limits",
  "-Wno-self-assign",
  "-Wno-tautological-compare",
  "-Wno-uninitialized",
];

export function compileFlags(compiler: Compiler, options: FlagOptions): string[] {
  return [
    ...COMMON,
    ...optimization(compiler, options),
    ...(options.debug || options.sanitizers ? ["-g"] : []),
    ...(options.strict ? STRICT : ["-w"]),
    ...positionFlags(options, "-fno-pie"),
    ...sanitizerFlags(options),
  ];
}

function optimization({ version }: Compiler, { mode, sanitizers }: FlagOptions): string[] {
  if (mode === "quick") return ["-O0"];
  if (sanitizers) return ["-O1"];
  // GCC's -Og makes code as fast as its -O1 does of ours, in two thirds of the time; Clang's is its -O1.
  if (mode === "dev") return ["-Og"];
  // GCC would join equal ends of an interpreter's handlers, whose dispatch was repeated on purpose.
  return /clang/i.test(version) ? ["-O2"] : ["-O2", "-fno-crossjumping"];
}

export function linkFlags(options: FlagOptions): string[] {
  return [...positionFlags(options, "-no-pie"), ...sanitizerFlags(options), "-lm"];
}

/** A frozen heap is full of addresses; at a fixed position they need no relocation at start-up. */
function positionFlags({ sanitizers }: FlagOptions, flag: string): string[] {
  return platform === "linux" && !sanitizers ? [flag] : [];
}

function sanitizerFlags({ sanitizers }: FlagOptions): string[] {
  if (!sanitizers) return [];
  return ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];
}
