/**
 * The programs of this folder and what is expected of them.
 *
 * `name.wr` says in comments how it is run; without any it is run once, with no arguments:
 *
 *     # args a b c        one run with these arguments; as many as there are such lines
 *     # env NAME=value    of all runs
 *     # stress 50         collecting at every allocation would take too long: collect at every 50th
 *     # no-stress         collecting more often finds other things dead
 *     # collects          says what was found dead, or needs memory to be used again
 *
 * `name.out` has what every run must give, to the byte.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support.ts";
import type { Outcome, RunOptions } from "./engines.ts";

export const FOLDER = "tests/run";

export interface TestProgram {
  readonly name: string;
  readonly runs: readonly RunOptions[];
  /** In the runs that collect all the time: at every so many allocations; null for no such runs. */
  readonly stress: number | null;
  readonly collects: boolean;
}

export function testPrograms(): TestProgram[] {
  const names = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith(".wr"));
  return names.sort().map((name) => testProgram(name.slice(0, -".wr".length)));
}

function testProgram(name: string): TestProgram {
  const text = readFileSync(join(ROOT, FOLDER, `${name}.wr`), "utf8");
  const env = Object.fromEntries(
    [...text.matchAll(/^# env (\w+)=(.*)$/gm)].map((match) => [match[1]!, match[2]!]),
  );
  const args = [...text.matchAll(/^# args (.*)$/gm)].map((match) => match[1]!.split(" "));
  const runs = (args.length === 0 ? [[]] : args).map((one) => ({ args: one, env }));
  const has = (mark: string) => text.split("\n").includes(`# ${mark}`);
  const every = Number(/^# stress (\d+)$/m.exec(text)?.[1] ?? 1);
  const stress = has("no-stress") ? null : every;
  return { name, runs, stress, collects: has("collects") };
}

/** What all runs did, as the golden file has it. */
export function record(program: TestProgram, run: (options: RunOptions) => Outcome): string {
  return program.runs
    .map((options) => {
      const { code, stdout, stderr } = run(options);
      const args = options.args!.map((arg) => ` ${arg}`).join("");
      return `== run${args}\n${stdout}== exit ${code}\n${stderr}`;
    })
    .join("\n");
}

/** The expected record; `BLESS=1` writes what was found instead. */
export function expected(program: TestProgram, found: string): string {
  const path = join(ROOT, FOLDER, `${program.name}.out`);
  if (process.env["BLESS"] === "1") writeFileSync(path, found, "latin1");
  return recorded(program);
}

/** What the golden file has. */
export function recorded({ name }: TestProgram): string {
  const path = join(ROOT, FOLDER, `${name}.out`);
  return existsSync(path) ? readFileSync(path, "latin1") : "";
}
