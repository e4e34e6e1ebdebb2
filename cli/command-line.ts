/**
 * `wright`: from arguments to an exit code.
 *
 * The main thread reads the arguments, explains itself, and waits. A command that analyses or runs
 * programs works in a worker thread of this same file, for two reasons: a worker may have a stack as
 * large as deep recursion of a hosted program needs, and the main thread stays free to answer ^C at
 * once, whatever the worker is in the middle of.
 *
 * Exit codes: 0 fine, 1 diagnostics or failures, 2 wrong usage, 3 our fault, 130 interrupted, 143
 * terminated; `run` passes on the hosted program's own.
 */
import { setFlagsFromString } from "node:v8";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import {
  catchesInterrupts,
  interruptWords,
  sendInterrupt,
  type InterruptWords,
} from "../compiler/eval/host-terminal.ts";
import { nearest } from "../dsl/bind/nearest.ts";
import { renderDiagnostics } from "../dsl/syntax/render.ts";
import { COMMANDS, findCommand, SHARED_OPTIONS, type CommandName } from "./command-table.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { version } from "./install.ts";
import { reportInternalError } from "./internal-error.ts";
import type { Command, Interrupts } from "./invocation.ts";
import { parseArguments, UsageError, type Arguments, type CommandSpec } from "./options.ts";
import { ConfigError } from "./project.ts";
import { Exit, Terminal } from "./terminal.ts";

/** Our own file again: in a bundle as it is, else by way of what enables the cache before reading it. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./wright.mjs" : import.meta.url,
  import.meta.url,
);

/** What shells show of programs that SIGINT and SIGTERM have ended. */
const INTERRUPTED = 130;
const TERMINATED = 143;

/**
 * A compiler makes much that stays: little is gained by looking for garbage early, or by starting with
 * a small nursery, from which everything is copied.
 */
const HEAP_FLAGS = ["--min-semi-space-size=32", "--initial-old-space-size=256"];

/** One megabyte of stack is some 5,000 frames of the evaluator. */
const STACK_MEGABYTES = 960;

const LOADERS: Readonly<Record<CommandName, () => Promise<{ readonly run: Command }>>> = {
  new: () => import("./commands/new.ts"),
  check: () => import("./commands/check.ts"),
  run: () => import("./commands/run.ts"),
  test: () => import("./commands/test.ts"),
  build: () => import("./commands/build.ts"),
  fmt: () => import("./commands/fmt.ts"),
  dump: () => import("./commands/dump.ts"),
  why: () => import("./commands/why.ts"),
  heap: () => import("./commands/heap.ts"),
  lsp: () => import("./commands/lsp.ts"),
  "debug-adapter": () => import("./commands/debug-adapter.ts"),
  explain: () => import("./commands/explain.ts"),
  doctor: () => import("./commands/doctor.ts"),
  completion: () => import("./commands/completion.ts"),
};

interface Job {
  readonly command: CommandName;
  readonly args: Arguments;
}

/** What the worker is started with. */
interface Work extends Job {
  readonly words: InterruptWords;
}

/** From the worker: whether ^C must be left to it for now. To the worker: that ^C came. */
type Message =
  { readonly kind: "abortable"; readonly on: boolean } | { readonly kind: "interrupt" };

/** An action that is told of ^C gets so long to end. */
const GRACE_MILLISECONDS = 5000;
const PATIENCE_MILLISECONDS = 2000;

if (isMainThread) process.exitCode = await main(process.argv.slice(2));
else await work(workerData as Work);

// ---------------------------------------------------------------- the main thread

async function main(argv: readonly string[]): Promise<number> {
  const terminal = new Terminal();
  try {
    const job = read(argv, terminal);
    if (typeof job === "number") return job;
    if (findCommand(job.command)!.heavy) return await runInWorker(job);
    return await perform(job, {
      during: (action) => action(new AbortController().signal),
      happened: () => false,
      words: interruptWords(),
    });
  } catch (error) {
    return explainFailure(error, terminal, argv);
  }
}

/** The command to run, or the exit code when there is nothing left to do. */
function read(argv: readonly string[], terminal: Terminal): Job | number {
  const [first, ...rest] = argv;
  if (first === undefined) {
    terminal.complain(generalHelp(terminal.err));
    return 2;
  }
  if (first === "--version" || first === "-V") {
    terminal.print(`wright ${version()} (node ${process.versions.node})`);
    return 0;
  }
  if (first === "--help" || first === "-h" || first === "help") return help(rest[0], terminal);
  const command = findCommand(first);
  if (command === undefined) throw unknownCommand(first);
  const args = parseArguments(command, SHARED_OPTIONS, rest);
  if (args.options["help"] === true) return help(first, terminal);
  return { command: command.name as CommandName, args };
}

function help(name: string | undefined, terminal: Terminal): number {
  if (name === undefined) {
    terminal.print(generalHelp(terminal.out));
    return 0;
  }
  const command: CommandSpec | undefined = findCommand(name);
  if (command === undefined) throw unknownCommand(name);
  terminal.print(commandHelp(command, terminal.out));
  return 0;
}

function unknownCommand(written: string): UsageError {
  if (written.startsWith("-")) {
    return new UsageError(`wright has no option ${written}`, "`wright --help` lists the commands");
  }
  const near = nearest(
    written,
    COMMANDS.map((one) => one.name),
  );
  const hint =
    near === null ? "`wright --help` lists the commands" : `did you mean \`wright ${near}\`?`;
  return new UsageError(`there is no command \`${written}\``, hint);
}

function runInWorker(job: Job): Promise<number> {
  let abortable = false;
  let interrupted = false;
  const words = interruptWords();
  HEAP_FLAGS.forEach(setFlagsFromString);
  return new Promise((resolve) => {
    const worker = new Worker(WORKER, {
      workerData: { ...job, words } satisfies Work,
      resourceLimits: { stackSizeMb: STACK_MEGABYTES },
    });
    worker.on("message", (message: Message) => {
      if (message.kind === "abortable") abortable = message.on;
    });
    worker.on("error", (error) => resolve(explainFailure(error, new Terminal(), [job.command])));
    worker.on("exit", (code) => {
      if (interrupted) endInterrupted();
      resolve(code);
    });
    const interrupt = () => {
      if (!abortable || interrupted) return endInterrupted();
      interrupted = true;
      worker.postMessage({ kind: "interrupt" } satisfies Message);
      setTimeout(endInterrupted, GRACE_MILLISECONDS);
    };
    process.on("SIGINT", interruptProgram(words, interrupt));
    process.on("SIGTERM", () => (abortable ? interrupt() : process.exit(TERMINATED)));
  });
}

/**
 * A hosted program that catches interrupts gets them. As in built VMs, one that has not looked at the
 * first for two seconds is ended by the next.
 */
function interruptProgram(words: InterruptWords, otherwise: () => void): () => void {
  let sentAt = 0;
  return () => {
    if (!catchesInterrupts(words)) return otherwise();
    const now = performance.now();
    if (sendInterrupt(words)) sentAt = now;
    else if (now - sentAt >= PATIENCE_MILLISECONDS) endInterrupted();
  };
}

function endInterrupted(): never {
  new Terminal().complain("interrupted");
  process.exit(INTERRUPTED);
}

// ---------------------------------------------------------------- the worker

async function work({ words, ...job }: Work): Promise<void> {
  const controller = new AbortController();
  const post = (message: Message) => parentPort?.postMessage(message);
  parentPort?.on("message", () => controller.abort());
  const code = await perform(job, {
    async during(action) {
      post({ kind: "abortable", on: true });
      try {
        return await action(controller.signal);
      } finally {
        post({ kind: "abortable", on: false });
      }
    },
    happened: () => controller.signal.aborted,
    words,
  });
  process.exit(code);
}

async function perform(job: Job, interrupts: Interrupts): Promise<number> {
  const terminal = new Terminal({ quiet: job.args.options["quiet"] === true });
  try {
    const { run } = await LOADERS[job.command]();
    return await run({ ...job.args, terminal, interrupts });
  } catch (error) {
    return explainFailure(error, terminal, [job.command, ...job.args.positionals]);
  }
}

function explainFailure(error: unknown, terminal: Terminal, argv: readonly string[]): number {
  if (error instanceof Exit) return error.code;
  const { err } = terminal;
  if (error instanceof UsageError) {
    terminal.complain(`${err.red(err.bold("error"))}: ${error.message}`);
    if (error.hint !== null) terminal.complain(`${err.cyan("help")}: ${error.hint}`);
    return 2;
  }
  if (error instanceof ConfigError) {
    terminal.complain(renderDiagnostics(error.diagnostics, { color: err.enabled }));
    return 1;
  }
  return reportInternalError(error, terminal, argv);
}
