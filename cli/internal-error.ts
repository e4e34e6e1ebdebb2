/**
 * Our own mistakes: what is said, and the report that is written, so that a bug can be found from what
 * its finder sends. Names of files are in the report; their contents are not.
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../compiler/folders.ts";
import { cacheFolder, version } from "./install.ts";
import type { Terminal } from "./terminal.ts";

/** What the compiler's driver adds to an error on its way out. */
export interface Circumstances {
  readonly stage?: string;
  readonly function?: string;
  /** The function's graph as text. */
  readonly graph?: string;
}

export function reportInternalError(
  error: unknown,
  terminal: Terminal,
  argv: readonly string[],
): number {
  const { err } = terminal;
  const memory = (error as { code?: string } | null)?.code === "ERR_WORKER_OUT_OF_MEMORY";
  if (memory) {
    terminal.complain(`${err.red(err.bold("error"))}: out of memory`);
    terminal.complain("help: `NODE_OPTIONS=--max-old-space-size=8192 wright …` allows 8 GB");
    return 3;
  }
  const facts = circumstancesOf(error);
  const path = writeReport(reportText(error, facts, argv));
  const where = [
    facts.stage === undefined ? null : `stage ${facts.stage}`,
    facts.function === undefined ? null : `function ${facts.function}`,
  ].filter((one) => one !== null);
  terminal.complain(`${err.red(err.bold("internal error"))}: ${messageOf(error)}`);
  if (where.length > 0) terminal.complain(`  in ${where.join(", ")}`);
  terminal.complain("This is a bug in Langwright, not in your program.");
  terminal.complain(
    path === null ? reportText(error, facts, argv) : `The report to send with it: ${path}`,
  );
  return 3;
}

function reportText(error: unknown, facts: Circumstances, argv: readonly string[]): string {
  return [
    `wright ${version()}, node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `command: wright ${argv.join(" ")}`,
    `stage: ${facts.stage ?? "unknown"}`,
    `function: ${facts.function ?? "unknown"}`,
    "",
    stackOf(error),
    ...(facts.graph === undefined ? [] : ["", facts.graph]),
    "",
  ].join("\n");
}

/** Looks along the chain of causes; the innermost that knows something is nearest to the mistake. */
function circumstancesOf(error: unknown): Circumstances {
  let found: Circumstances = {};
  for (let at = error; at instanceof Error; at = at.cause) {
    const { stage, function: fn, graph } = at as Error & Circumstances;
    if (typeof stage === "string") found = { ...found, stage };
    if (typeof fn === "string") found = { ...found, function: fn };
    if (typeof graph === "string") found = { ...found, graph };
  }
  return found;
}

function writeReport(text: string): string | null {
  const name = `wright-report-${new Date().toISOString().replace(/[:.]/g, "-")}.txt`;
  for (const folder of [join(cacheFolder(), "reports"), tmpdir()]) {
    try {
      makeFolder(folder);
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    } catch {
      // Read-only or full: try the next place.
    }
  }
  return null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by: ${stackOf(error.cause)}`;
}
