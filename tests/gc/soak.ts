/**
 * Runs the random heap mutator (`mutator.wr`) for a long time and shows that memory does not grow.
 *
 *     npm run soak -- [--minutes 10] [--gc generational] [--seed 1]
 *
 * What the mutator keeps alive goes up to a bound and down to nothing again and again, and twice a second
 * it says how much the heap holds after a full collection; how much of the process is resident is read from
 * /proc beside. The most of both is compared by thirds of the run: a leak makes the last third larger than
 * the first one. The beginning, in which the mutator makes its first objects, is left out.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { COLLECTORS, needsBarriers, type CollectorName } from "../../compiler/collectors.ts";
import { compiled, executable, folderHost } from "../run/engines.ts";

/** One moment of the run, in bytes; `resident` is 0 where the system does not say. */
export interface Sample {
  readonly inUse: number;
  readonly resident: number;
}

export interface Soak {
  readonly samples: readonly Sample[];
  readonly code: number | null;
  readonly trouble: string;
}

/** The part of the run in which the heap fills. */
const WARM_UP = 0.1;
/** How much larger the last third may be: what is alive varies, and so do pages that are kept for reuse. */
const TOLERANCE = 1.25;

export async function buildMutator(output: string, gc: CollectorName): Promise<string> {
  const program = compiled("mutator.wr", folderHost("tests/gc"), { optimise: true });
  return executable(program, output, { gc }, { barriers: needsBarriers(gc) });
}

export async function soak(path: string, seed: number, seconds: number): Promise<Soak> {
  const child = spawn(path, [String(seed), "soak", String(seconds)], { env: {} });
  const samples: Sample[] = [];
  let trouble = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (trouble += text));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const inUse = Number(/(\d+) bytes in use/.exec(line)![1]);
    samples.push({ inUse, resident: residentBytes(child.pid!) });
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { samples, code, trouble };
}

function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** The most in each third of a run, and whether the last one says that something grew. */
export function thirds(values: readonly number[]): { peaks: number[]; grew: boolean } {
  const steady = values.slice(Math.ceil(values.length * WARM_UP));
  const size = Math.floor(steady.length / 3);
  const peaks = [0, 1, 2].map((i) => Math.max(0, ...steady.slice(i * size, (i + 1) * size)));
  return { peaks, grew: peaks[2]! > peaks[0]! * TOLERANCE };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      gc: { type: "string", default: "generational" },
      seed: { type: "string", default: "1" },
    },
  });
  const gc = COLLECTORS.find((one) => one === values.gc);
  const seconds = Number(values.minutes) * 60;
  if (gc === undefined || gc === "none" || !(seconds > 0)) {
    process.stderr.write(
      "usage: soak [--minutes N] [--gc generational|copying|marksweep] [--seed N]\n",
    );
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "wright-soak-"));
  try {
    const run = await soak(await buildMutator(join(folder, "mutator"), gc), +values.seed, seconds);
    return report(run);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function report({ samples, code, trouble }: Soak): number {
  let failed = code !== 0;
  process.stdout.write(`${samples.length} samples; the program ended with ${code}\n${trouble}`);
  for (const what of ["inUse", "resident"] as const) {
    const { peaks, grew } = thirds(samples.map((one) => one[what]));
    const shown = peaks.map((one) => `${(one / 2 ** 20).toFixed(1)} MB`).join(", ");
    process.stdout.write(`${what}, by thirds: ${shown}${grew ? ": it grows" : ""}\n`);
    failed ||= grew;
  }
  return failed ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
