/**
 * `wright fmt [PATH…]`: formats files in place. A file with syntax errors is left alone and reported;
 * so is one that we would have changed the meaning of, which is our mistake.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { unifiedDiff } from "../../dsl/format/edits.ts";
import { formatText } from "../../dsl/format/format.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { renderDiagnostics } from "../../dsl/syntax/render.ts";
import { flag, type Invocation } from "../invocation.ts";
import { UsageError } from "../options.ts";
import { filesBelow, reasonOf, shown } from "../project.ts";
import { count, type Palette, STDOUT, writeAll } from "../terminal.ts";

interface Tally {
  formatted: number;
  unchanged: number;
  broken: number;
}

export async function run(call: Invocation): Promise<number> {
  if (flag(call, "stdin")) return fromStdin(call);
  const { terminal } = call;
  const paths = call.positionals.length === 0 ? ["."] : call.positionals;
  const files = [...new Set(paths.flatMap(filesAt))];
  const tally: Tally = { formatted: 0, unchanged: 0, broken: 0 };
  for (const path of files) {
    const text = readSource(path);
    const result = formatted(call, path, text);
    if (result === null) tally.broken++;
    else if (result === text) tally.unchanged++;
    else {
      tally.formatted++;
      change(call, path, text, result);
    }
  }
  const writes = !flag(call, "check") && !flag(call, "diff");
  const parts = [
    `${count(tally.formatted, "file")} ${writes ? "formatted" : "to format"}`,
    `${tally.unchanged} as ${tally.unchanged === 1 ? "it" : "they"} should be`,
    ...(tally.broken > 0 ? [`${tally.broken} left alone`] : []),
  ];
  terminal.say(terminal.err.dim(parts.join(", ")));
  const failed = tally.broken > 0 || (flag(call, "check") && tally.formatted > 0);
  return failed ? 1 : 0;
}

/** What to do about a file that is not formatted. */
function change(call: Invocation, path: string, text: string, result: string): void {
  const { terminal } = call;
  if (flag(call, "diff")) {
    terminal.print(diff(path, text, result, terminal.out));
  } else if (flag(call, "check")) {
    terminal.print(path);
  } else {
    try {
      writeFileSync(path, result);
    } catch (error) {
      throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
    }
    terminal.say(path);
  }
}

/** Formats standard input to standard output; PATH, if given, is its name in messages. */
function fromStdin(call: Invocation): number {
  const path = call.positionals[0] ?? "<stdin>";
  if (call.positionals.length > 1) throw new UsageError("--stdin takes one PATH, to name the text");
  const text = readFileSync(0, "utf8");
  const result = formatted(call, path, text);
  if (result === null) return 1;
  if (flag(call, "diff")) {
    if (result !== text) call.terminal.print(diff(path, text, result, call.terminal.out));
  } else if (!flag(call, "check")) writeAll(STDOUT, result);
  return flag(call, "check") && result !== text ? 1 : 0;
}

/** The formatted text; null when the text has syntax errors, which are then printed. */
function formatted({ terminal }: Invocation, path: string, text: string): string | null {
  const result = formatText(path, text);
  if (result.kind === "formatted") return result.text;
  if (result.kind === "unsafe") {
    throw new InternalError(
      `${path} was left alone, because formatting it went wrong: ${result.reason}`,
    );
  }
  terminal.complain(renderDiagnostics(result.diagnostics, { color: terminal.err.enabled }));
  return null;
}

function filesAt(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`there is no folder or file ${path}`);
  if (!found.isDirectory()) return [shown(path)];
  return filesBelow(path, (name) => name.endsWith(".wr")).map(shown);
}

function readSource(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

function diff(path: string, text: string, result: string, paint: Palette): string {
  const lines = [`--- ${path}`, `+++ ${path}`, ...unifiedDiff(text, result)];
  return lines
    .map((line, i) => {
      if (i < 2) return paint.bold(line);
      if (line.startsWith("@@")) return paint.cyan(line);
      if (line.startsWith("-")) return paint.red(line);
      return line.startsWith("+") ? paint.green(line) : line;
    })
    .join("\n");
}
