/** What the benchmark scripts share: options, processes, and writing the report down. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { markdown, type Report } from "./pairs.ts";

/**
 * `--name value` options. `--help` prints what the script says about itself; an option that it does not
 * know ends it with status 2.
 */
export function options<const Names extends Readonly<Record<string, string>>>(
  defaults: Names,
): Record<keyof Names, string> {
  if (process.argv.includes("--help")) {
    process.stdout.write(`${headerOf(process.argv[1]!)}\n`);
    process.exit(0);
  }
  const spec = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [
      name,
      { type: "string" as const, default: value },
    ]),
  );
  try {
    return parseArgs({ options: spec, strict: true }).values as Record<keyof Names, string>;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${headerOf(process.argv[1]!)}\n`);
    process.exit(2);
  }
}

/** The comment at the head of a script, without its marks. */
function headerOf(path: string): string {
  const comment = /^\/\*\*(.*?)\*\//s.exec(readFileSync(path, "utf8"))?.[1] ?? "";
  return comment.replace(/^ ?\* ?/gm, "").trim();
}

/** Standard output of a command that must succeed. */
export function output(command: readonly string[], cwd?: string): string {
  const [program, ...args] = command;
  const result = spawnSync(program!, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) {
    throw new Error(
      `${command.join(" ")} ended with ${result.status}:\n${result.stdout}${result.stderr}`,
    );
  }
  return result.stdout;
}

/** The number behind `runtime: ` in lines such as `Bounce: iterations=1 runtime: 1234us`; the median line counts. */
export function runtimes(text: string): number[] {
  return [...text.matchAll(/runtime: (\d+)us/g)].map((match) => Number(match[1]));
}

export function machine(): string {
  const all = cpus();
  return `${all.length} x ${all[0]?.model.trim() ?? "unknown processor"}`;
}

/** JSON in `file`, the table on standard output and beside the JSON. */
export function publish(result: Report, file: string): void {
  const table = markdown(result);
  process.stdout.write(table);
  if (file === "") return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(file.replace(/\.json$/, "") + ".md", table);
}
