/** Analysing a catalogue row's program: as `analyseText`, with a file that it may embed. */
import { existsSync, readFileSync } from "node:fs";
import { annotate } from "../dsl/annotate/annotate.ts";
import { bindProgram } from "../dsl/bind/bind.ts";
import { build } from "../dsl/flow/build.ts";
import { parseModule } from "../dsl/grammar/parser.ts";
import type { Diagnostic } from "../dsl/syntax/diagnostics.ts";
import { sourceFile } from "../dsl/syntax/source.ts";
import { LIBRARY } from "./support.ts";

export function analyse(text: string): Diagnostic[] {
  const read = (path: string) => {
    if (path === "main.wr") return sourceFile(path, text);
    const inLibrary = path.startsWith(LIBRARY) && existsSync(path);
    return inLibrary ? sourceFile(path, readFileSync(path, "utf8")) : null;
  };
  const bound = bindProgram("main.wr", { read, libraryRoot: LIBRARY }, parseModule);
  const program = annotate(bound, {
    buildGraph: (fn, constArgs, starCount) => build(fn, { program: bound, constArgs, starCount }),
    embed: (path) => (path === "prelude.scm" ? "(define (id x) x)" : null),
  });
  return [...bound.diagnostics, ...program.diagnostics];
}
