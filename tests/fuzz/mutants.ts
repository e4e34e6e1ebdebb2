/**
 * `npm run fuzz:mutants -- --count 5000 --seed 1`: checks that many mutants of the repository's
 * programs. They are analysed in a worker, which is given up when it takes longer than a minute.
 */
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { changesOf, mutant, problemOf } from "./mutate.ts";

const PATIENCE = 60_000;

interface Verdict {
  readonly seed: number;
  readonly problem: string | null;
  readonly milliseconds: number;
}

function serve(): void {
  parentPort!.on("message", (seed: number) => {
    const start = performance.now();
    const problem = problemOf(mutant(seed));
    const verdict: Verdict = { seed, problem, milliseconds: performance.now() - start };
    parentPort!.postMessage(verdict);
  });
}

let worker: Worker | null = null;

function ask(seed: number): Promise<Verdict> {
  worker ??= new Worker(new URL(import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 1500 },
  });
  const current = worker;
  return new Promise((resolve) => {
    const done = (verdict: Verdict) => {
      clearTimeout(timer);
      current.off("message", done);
      current.off("error", died);
      resolve(verdict);
    };
    const giveUp = (problem: string) => {
      worker = null;
      void current.terminate();
      done({ seed, problem, milliseconds: PATIENCE });
    };
    const died = (error: unknown) => giveUp(`the worker died: ${String(error)}`);
    const timer = setTimeout(() => giveUp("does not end"), PATIENCE);
    current.on("message", done);
    current.on("error", died);
    current.postMessage(seed);
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "1000" },
      seed: { type: "string", default: "1" },
    },
  });
  const [first, count] = [Number(values.seed), Number(values.count)];
  const start = performance.now();
  let [failures, slowest] = [0, 0];
  for (let i = 0; i < count; i++) {
    const { seed, problem, milliseconds } = await ask(first + i);
    slowest = Math.max(slowest, milliseconds);
    if (problem !== null) {
      failures++;
      const one = mutant(seed);
      console.log(`seed ${seed}, a mutant of ${one.path}:\n${problem}\n${changesOf(one)}\n`);
    }
    if ((i + 1) % 100 !== 0) continue;
    const speed = ((i + 1) / ((performance.now() - start) / 1000)).toFixed(1);
    console.log(
      `${i + 1} of ${count} mutants to seed ${seed}, ${failures} failures, ${speed}/s, the slowest ${Math.round(slowest)} ms`,
    );
  }
  void worker?.terminate();
  process.exitCode = failures === 0 ? 0 : 1;
}

if (isMainThread) await main();
else serve();
