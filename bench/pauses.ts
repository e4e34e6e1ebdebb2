/**
 * What each pause of a collector takes. A run collects at the same places each time (`pacing.wr` reads no
 * clock), so the pauses of several runs are compared one by one: what a pause takes in the middle one
 * of the runs is the collector's, and what it takes more in some of them the machine's.
 */
import { spawnSync } from "node:child_process";
import { median } from "./pairs.ts";

export interface Pauses {
  /** Of each run the longest, in milliseconds of processor time. */
  readonly longest: readonly number[];
  /** For each pause, its median over the runs, in milliseconds. */
  readonly medians: readonly number[];
}

export function pausesOf(command: readonly string[], runs: number): Pauses {
  const all = Array.from({ length: runs }, () => onePass(command));
  const [first] = all;
  if (all.some((one) => one.length !== first!.length))
    throw new Error(`${command.join(" ")}: not all runs paused equally often`);
  return {
    longest: all.map((one) => Math.max(...one)),
    medians: first!.map((_, i) => median(all.map((one) => one[i]!))),
  };
}

function onePass([program, ...args]: readonly string[]): number[] {
  const { status, stderr } = spawnSync(program!, args, {
    encoding: "utf8",
    env: { WRIGHT_GC_LOG: "cpu,each" },
    maxBuffer: 2 ** 28,
  });
  if (status !== 0)
    throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${stderr}`);
  return [...stderr.matchAll(/^gc: pause of ([\d.]+) ms/gm)].map(([, time]) => Number(time));
}

/** Rows of `below | pauses`, by powers of two; and the longest. */
export function pauseTable(name: string, { longest, medians }: Pauses): string {
  const rows: string[] = [];
  for (let limit = 0.5, below = 0; below < medians.length; limit *= 2) {
    const count = medians.filter((one) => one < limit).length;
    rows.push(`| ${limit} ms | ${count - below} |`);
    below = count;
  }
  const most = Math.max(...medians).toFixed(1);
  const single = longest.map((one) => one.toFixed(1)).join(", ");
  return [
    `${name}: ${medians.length} pauses, medians of ${longest.length} runs, processor time`,
    "",
    "| below | pauses |",
    "|---|---:|",
    ...rows,
    "",
    `The longest: ${most} ms; in single runs ${single} ms.`,
    "",
  ].join("\n");
}
