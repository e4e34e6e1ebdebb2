/** What tests across folders share: analysing Wright sources from files or from a string. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { annotate } from "../dsl/annotate/annotate.ts";
import type { AnnotatedProgram } from "../dsl/annotate/result.ts";
import { bindProgram } from "../dsl/bind/bind.ts";
import { build } from "../dsl/flow/build.ts";
import { parseModule } from "../dsl/grammar/parser.ts";
import { renderDiagnostic } from "../dsl/syntax/render.ts";
import type { Diagnostic } from "../dsl/syntax/diagnostics.ts";
import { withoutEchoes } from "../dsl/syntax/echoes.ts";
import { sourceFile } from "../dsl/syntax/source.ts";
import type { SourceFile } from "../dsl/syntax/source.ts";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
/** As messages show it; files are read relative to the repository. */
export const LIBRARY = "dsl/lib";

export interface Analysed {
  readonly program: AnnotatedProgram;
  readonly diagnostics: readonly Diagnostic[];
}

function readLibrary(path: string): string | null {
  const file = join(ROOT, path);
  return path.startsWith(`${LIBRARY}/`) && existsSync(file) ? readFileSync(file, "utf8") : null;
}

/** Analyses a program given as files by path; the library is read from the repository. */
export function analyseFiles(files: Readonly<Record<string, string>>, entry: string): Analysed {
  const cache = new Map<string, SourceFile>();
  const read = (path: string): SourceFile | null => {
    const text = files[path] ?? readLibrary(path);
    if (text === null) return null;
    const known = cache.get(path) ?? sourceFile(path, text);
    cache.set(path, known);
    return known;
  };
  const bound = bindProgram(entry, { read, libraryRoot: LIBRARY }, parseModule);
  const program = annotate(bound, {
    buildGraph: (fn, constArgs, starCount) => build(fn, { program: bound, constArgs, starCount }),
    embed: () => null,
  });
  return { program, diagnostics: withoutEchoes([...bound.diagnostics, ...program.diagnostics]) };
}

export function analyseText(text: string, path = "main.wr"): Analysed {
  return analyseFiles({ [path]: text }, path);
}

export function render(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((one) => renderDiagnostic(one, { color: false })).join("\n");
}

/** Names of the fixtures in a folder, without their ending. */
export function fixtures(folder: string, ending: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort();
}

/** The text expected in a golden file; `BLESS=1` writes what was found instead. */
export function golden(path: string, found: string): string {
  if (process.env["BLESS"] === "1") writeFileSync(path, found);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
