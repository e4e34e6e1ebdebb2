/** `wright check [LANG]`: every mistake of a program, once or whenever a file changes. */
import { watch, type FSWatcher } from "node:fs";
import { basename, dirname } from "node:path";
import { diagnosticToJson, renderDiagnostics } from "../../dsl/syntax/render.ts";
import type { Diagnostic } from "../../dsl/syntax/diagnostics.ts";
import { CONFIG_NAME } from "../config.ts";
import { fileHost } from "../host.ts";
import { flag, type Invocation } from "../invocation.ts";
import { analyseProject, timingTable } from "../pipeline.ts";
import { ConfigError, openProject } from "../project.ts";
import { count, duration } from "../terminal.ts";

/** Editors save in several steps; wait until they are done. */
const SETTLE_MILLISECONDS = 60;

export async function run(call: Invocation): Promise<number> {
  if (flag(call, "watch")) return await watching(call);
  return check(call).code;
}

interface Outcome {
  readonly code: number;
  /** Folders that hold what was read. */
  readonly folders: ReadonlySet<string>;
}

function check(call: Invocation): Outcome {
  const { terminal } = call;
  const start = performance.now();
  const project = openProject(call.positionals[0]);
  const host = fileHost();
  const analysis = analyseProject(call, project.entry, host);
  const found = [
    ...analysis.diagnostics,
    ...missingMain(analysis.program.main !== null, project.config !== null, analysis.diagnostics),
  ];
  report(call, found);
  if (flag(call, "time")) terminal.complain(timingTable(analysis.timings, terminal.err));
  const files = analysis.bound.modules.filter((one) => !one.isLibrary).length;
  const functions = analysis.program.specs.filter((one) => !one.symbol.module.isLibrary).length;
  const time = duration(performance.now() - start);
  const { err } = terminal;
  if (found.length === 0 && !flag(call, "json"))
    terminal.say(
      err.green(
        `no mistakes in ${count(files, "file")}, ${count(functions, "function")} (${time})`,
      ),
    );
  const folders = new Set([project.folder, ...[...host.seen].map((path) => dirname(path))]);
  return { code: analysis.ok ? 0 : 1, folders };
}

/** A language without `main` can be checked, but neither run nor built: say so in time. */
function missingMain(has: boolean, isLanguage: boolean, others: readonly Diagnostic[]): string[] {
  if (has || !isLanguage || others.length > 0) return [];
  return ["the entry has no function `main`: the language can be neither run nor built"];
}

function report(call: Invocation, found: readonly (Diagnostic | string)[]): void {
  const { terminal } = call;
  const diagnostics = found.filter((one) => typeof one !== "string");
  for (const one of found)
    if (typeof one === "string") terminal.complain(`${terminal.err.yellow("warning")}: ${one}`);
  if (flag(call, "json")) {
    const color = { color: false };
    for (const one of diagnostics) {
      terminal.print(
        JSON.stringify({
          ...diagnosticToJson(one),
          rendered: renderDiagnostics([one], color).replace(/\n\n[^\n]*$/, ""),
        }),
      );
    }
  } else if (diagnostics.length > 0) {
    terminal.print(renderDiagnostics(diagnostics, { color: terminal.out.enabled }));
  }
}

// ---------------------------------------------------------------- watching

async function watching(call: Invocation): Promise<number> {
  const { terminal } = call;
  for (;;) {
    if (terminal.live) terminal.print("\x1b[2J\x1b[H");
    const folders = attempt(call);
    terminal.say(
      terminal.err.dim(`${new Date().toLocaleTimeString()}: waiting for changes; ^C ends`),
    );
    await change(folders);
  }
}

/** A configuration that is wrong now may be right in a moment. */
function attempt(call: Invocation): ReadonlySet<string> {
  try {
    return check(call).folders;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { terminal } = call;
    terminal.print(renderDiagnostics(error.diagnostics, { color: terminal.out.enabled }));
    return new Set([call.positionals[0] ?? "."]);
  }
}

/** Waits for a change of any module or configuration in these folders. */
function change(folders: ReadonlySet<string>): Promise<void> {
  return new Promise((resolve) => {
    const watchers: FSWatcher[] = [];
    let timer: NodeJS.Timeout | null = null;
    const done = () => {
      for (const one of watchers) one.close();
      resolve();
    };
    for (const folder of folders) {
      const watcher = watch(folder, (_, name) => {
        if (name !== null && !matters(name)) return;
        if (timer !== null) clearTimeout(timer);
        timer = setTimeout(done, SETTLE_MILLISECONDS);
      });
      // The folder went away: look again.
      watcher.on("error", () => (timer ??= setTimeout(done, SETTLE_MILLISECONDS)));
      watchers.push(watcher);
    }
  });
}

function matters(name: string): boolean {
  return (
    name.endsWith(".wr") || basename(name) === CONFIG_NAME || !/^\.|~$|\.(swp|tmp)$/.test(name)
  );
}
