/**
 * `wright test [LANG] [NAME]`: every function `test_…` of every `…_test.wr` below the language's folder.
 *
 * Each file of tests is a program of its own (`../test-files.ts`). In the evaluator the module bodies of a file
 * run once and each test starts from what they left; natively each test is a run of the built runner.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluate } from "../../compiler/driver.ts";
import type { Word } from "../../compiler/eval/heap.ts";
import type { Host } from "../../compiler/eval/host.ts";
import { nodeHeapUsage, nodeHost } from "../../compiler/eval/host-node.ts";
import type { RawMemory } from "../../compiler/eval/raw-memory.ts";
import type { LLProgram } from "../../compiler/ll/program.ts";
import { fileHost } from "../host.ts";
import { flag, optionText, type Invocation } from "../invocation.ts";
import { UsageError } from "../options.ts";
import { compileOrExit } from "../pipeline.ts";
import { openProject, type Project } from "../project.ts";
import { count, duration, STDERR, STDOUT } from "../terminal.ts";
import { findTests, RUNNER, testProgram, type TestFile } from "../test-files.ts";
import { buildExecutable, compilerOf } from "./build.ts";

const MEMORY_LIMIT = 2 ** 31;

interface Outcome {
  readonly file: string;
  readonly test: string;
  readonly ok: boolean;
  readonly milliseconds: number;
  /** What the test printed, its traceback included. */
  readonly output: string;
}

/** Runs one test of a compiled file. */
type Runner = (test: string) => Pick<Outcome, "ok" | "output">;

export async function run(call: Invocation): Promise<number> {
  const { terminal } = call;
  const [language, wanted] = call.positionals;
  const project = openProject(language);
  const files = findTests(project, wanted);
  if (files.length === 0) throw nothingToRun(project, wanted);
  const outcomes: Outcome[] = [];
  for (const file of files) {
    const program = compileTests(call, project, file);
    await withRunner(call, project, program, (runOne) => {
      for (const test of file.tests) outcomes.push(perform(call, file, test, runOne));
    });
  }
  terminal.clear();
  const failed = outcomes.filter((one) => !one.ok);
  if (flag(call, "json")) terminal.print(JSON.stringify(outcomes));
  else terminal.print(summary(call, outcomes, failed.length));
  return failed.length === 0 ? 0 : 1;
}

function nothingToRun(project: Project, wanted: string | undefined): UsageError {
  if (wanted !== undefined)
    return new UsageError(`no test below ${project.folder} has \`${wanted}\` in its name`);
  return new UsageError(
    `there are no tests below ${project.folder}`,
    "a test is a function `test_…` in a file `…_test.wr`",
  );
}

// ---------------------------------------------------------------- running

function compileTests(call: Invocation, project: Project, file: TestFile): LLProgram {
  const { entry, text } = testProgram(project, file.path, file.tests);
  const host = fileHost({ [entry]: text });
  return compileOrExit(call, entry, host).program;
}

async function withRunner(
  call: Invocation,
  project: Project,
  program: LLProgram,
  use: (runOne: Runner) => void,
): Promise<void> {
  if (optionText(call, "target") !== "native") {
    use((test) => runHere(program, test));
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "wright-test-"));
  try {
    const output = join(folder, "tests");
    await buildExecutable(call, program, {
      output,
      mode: "dev",
      cc: compilerOf(call, project),
      gc: undefined,
      keepC: undefined,
    });
    use((test) => runNative(output, test));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In the evaluator; what the test writes is kept. */
function runHere(program: LLProgram, test: string): Pick<Outcome, "ok" | "output"> {
  const written: Uint8Array[] = [];
  const real = nodeHost();
  const host: Host = {
    ...real,
    wr_os_write(memory: RawMemory, fd: Word, from: Word, length: Word): Word {
      if (Number(fd) !== STDOUT && Number(fd) !== STDERR) {
        return (real["wr_os_write"] as (...args: unknown[]) => Word)(memory, fd, from, length);
      }
      written.push(memory.bytes(from, Number(length)).slice());
      return length;
    },
  };
  const options = { memoryLimit: MEMORY_LIMIT, heapUsage: nodeHeapUsage() };
  const code = evaluate(program, [RUNNER, test], host, options);
  return { ok: code === 0, output: Buffer.concat(written).toString("utf8") };
}

function runNative(executable: string, test: string): Pick<Outcome, "ok" | "output"> {
  const result = spawnSync(executable, [test], { encoding: "utf8" });
  const signal = result.signal === null ? "" : `ended by ${result.signal}\n`;
  return { ok: result.status === 0, output: `${result.stdout}${result.stderr}${signal}` };
}

function perform(call: Invocation, file: TestFile, test: string, runOne: Runner): Outcome {
  const { terminal } = call;
  terminal.status(`${file.path} ${test} …`);
  const start = performance.now();
  const { ok, output } = runOne(test);
  const outcome = { file: file.path, test, ok, milliseconds: performance.now() - start, output };
  terminal.clear();
  if (!flag(call, "json")) terminal.print(line(call, outcome));
  return outcome;
}

function line({ terminal }: Invocation, { file, test, ok, milliseconds, output }: Outcome): string {
  const { out } = terminal;
  const mark = ok ? out.green("ok  ") : out.red("FAIL");
  const head = `${mark} ${file} ${out.bold(test)} ${out.dim(`(${duration(milliseconds)})`)}`;
  if (ok) return head;
  return [
    head,
    ...output
      .trimEnd()
      .split("\n")
      .map((text) => `     ${text}`),
  ].join("\n");
}

function summary({ terminal }: Invocation, outcomes: readonly Outcome[], failed: number): string {
  const { out } = terminal;
  const time = duration(outcomes.reduce((sum, one) => sum + one.milliseconds, 0));
  const files = count(new Set(outcomes.map((one) => one.file)).size, "file");
  const text = `${outcomes.length - failed} passed, ${failed} failed`;
  return `${failed === 0 ? out.green(text) : out.red(text)} in ${files} ${out.dim(`(${time})`)}`;
}
