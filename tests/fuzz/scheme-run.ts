/**
 * Runs mutants of Scheme programs on a VM with sanitizers, many per process. A mutant may fail in any way it
 * likes; it may not end the process, and it ends within seconds once it is interrupted.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compiled, executable, folderHost } from "../run/engines.ts";
import { ROOT } from "../support.ts";
import { schemeMutant } from "./scheme-mutate.ts";

export interface Problem {
  readonly seed: number;
  readonly what: string;
  readonly program: string;
}

/** Programs of a process: few enough that a crash costs little. */
const BATCH = 250;
const SECONDS_TO_RUN = 2;
const SECONDS_TO_STOP = 20;

/** The VM with the batch driver as its `main`. */
export async function buildBatchVM(folder: string, { sanitizers = true } = {}): Promise<string> {
  const driver = readFileSync(join(ROOT, "tests/scheme/batch.wr"), "utf8");
  const program = compiled("batch.wr", folderHost("langs/scheme", { "batch.wr": driver }), {
    optimise: true,
  });
  return executable(program, join(folder, "batch"), { mode: "dev", sanitizers });
}

export function schemePrograms(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith(".scm"))
      .map((file) => readFileSync(join(folder, file), "utf8")),
  );
}

interface BatchResult {
  /** The program that was begun last. */
  readonly reached: number;
  readonly problem: string | null;
}

function runBatch(
  vm: string,
  folder: string,
  scratch: string,
  first: number,
  stop: number,
): Promise<BatchResult> {
  return new Promise((resolve) => {
    const env = {
      PATH: process.env.PATH,
      WRIGHT_MAX_HEAP: "48m",
      ASAN_OPTIONS: "detect_leaks=0:allocator_may_return_null=1",
    };
    const child = spawn(vm, [folder, String(first), String(stop)], {
      cwd: scratch,
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let tail = "";
    let reached = first;
    let since = Date.now();
    let isDone = false;
    let problem: string | null = null;
    child.stderr.setEncoding("latin1");
    child.stderr.on("data", (data: string) => {
      tail = (tail + data).slice(-20_000);
      for (const [, what] of data.matchAll(/^@(\d+|done)$/gm)) {
        if (what === "done") isDone = true;
        else reached = Number(what);
        since = Date.now();
      }
    });
    const watch = setInterval(() => {
      const seconds = (Date.now() - since) / 1000;
      if (seconds > SECONDS_TO_RUN + SECONDS_TO_STOP) {
        problem = "hangs";
        child.kill("SIGKILL");
      } else if (seconds > SECONDS_TO_RUN) child.kill("SIGINT");
    }, 1000);
    child.on("close", (code, signal) => {
      clearInterval(watch);
      if (!isDone)
        problem ??= `ended with ${signal ?? code}:\n${tail.slice(tail.lastIndexOf("\n@"))}`;
      resolve({ reached, problem });
    });
  });
}

/** Runs the mutants with these seeds; `onProgress` hears of every finished batch. */
export async function runMutants(
  vm: string,
  programs: readonly string[],
  first: number,
  count: number,
  onProgress: (seed: number, problems: readonly Problem[]) => void = () => {},
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (let from = first; from < first + count; from += BATCH) {
    const stop = Math.min(from + BATCH, first + count);
    const folder = mkdtempSync(join(tmpdir(), "scheme-mutants-"));
    const scratch = join(folder, "scratch");
    mkdirSync(scratch);
    for (let seed = from; seed < stop; seed++)
      writeFileSync(join(folder, `${seed}.scm`), schemeMutant(programs, seed));
    for (let at = from; at < stop;) {
      const { reached, problem } = await runBatch(vm, folder, scratch, at, stop);
      if (problem === null) break;
      problems.push({ seed: reached, what: problem, program: schemeMutant(programs, reached) });
      at = reached + 1;
    }
    rmSync(folder, { recursive: true, force: true });
    onProgress(stop - 1, problems);
  }
  return problems;
}
