/** `wright check [LANG]`: every mistake of a program, once or whenever a file changes. */
import { diagnosticToJson, renderDiagnostics } from "../../dsl/syntax/render.ts";
import type { Diagnostic } from "../../dsl/syntax/diagnostics.ts";
import { fileHost } from "../host.ts";
import { flag, type Invocation } from "../invocation.ts";
import { analyseProject, timingTable } from "../pipeline.ts";
import { openProject } from "../project.ts";
import { count, duration } from "../terminal.ts";
import { addFolders, watching } from "../watching.ts";

export async function run(call: Invocation): Promise<number> {
  if (flag(call, "watch")) return await watching(call, (folders) => check(call, folders));
  return check(call);
}

/** `folders`: gets those that hold what was read. */
function check(call: Invocation, folders?: Set<string>): number {
  const { terminal } = call;
  const start = performance.now();
  const project = openProject(call.positionals[0]);
  const host = fileHost();
  const analysis = analyseProject(call, project.entry, host);
  if (folders !== undefined) addFolders(folders, project, host);
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
  return analysis.ok ? 0 : 1;
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
