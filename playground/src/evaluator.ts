/**
 * The worker that runs a Wright program: checks it, compiles it and evaluates it. One worker per run:
 * the page stops a program by ending its worker.
 */
import { memoryHost } from "../../compiler/eval/host-memory.ts";
import { analyse, compileAnalysed, evaluate, type CompilerHost } from "../../compiler/driver.ts";
import { renderDiagnostics } from "../../dsl/syntax/render.ts";
import type { Diagnostic } from "../../dsl/syntax/diagnostics.ts";
import { sourceFile } from "../../dsl/syntax/source.ts";
import type { RunMessage, RunRequest } from "./runs.ts";

const LIBRARY = "<library>";

const scope = self as unknown as {
  onmessage: (event: { readonly data: RunRequest }) => void;
  postMessage(message: RunMessage): void;
};

scope.onmessage = ({ data }) => {
  try {
    scope.postMessage({ kind: "end", ...run(data) });
  } catch (error) {
    const { stack } = error as Error;
    scope.postMessage({ kind: "failure", text: stack ?? String(error) });
  }
};

function run(request: RunRequest): { code: number; milliseconds: number } {
  const stage = (text: string) => scope.postMessage({ kind: "stage", text });
  stage("analysing");
  const analysis = analyse(request.entry, compilerHost(request));
  if (!analysis.ok) return refused(analysis.diagnostics);
  stage("compiling");
  const compiled = compileAnalysed(analysis);
  if (!compiled.ok) return refused(compiled.diagnostics);
  if (analysis.program.main === null) {
    write(2, `${request.entry} has no function \`main\`: def main(argv: list[str]) -> int:\n`);
    return { code: 2, milliseconds: 0 };
  }
  const files = new Map<string, Uint8Array>();
  for (const [path, text] of Object.entries(request.files)) {
    files.set(`/${path}`, new TextEncoder().encode(text));
  }
  const host = memoryHost({
    files,
    input: new TextEncoder().encode(request.input),
    write: (fd, bytes) => scope.postMessage({ kind: "output", fd, bytes }),
  });
  stage("running");
  const start = performance.now();
  const code = evaluate(compiled.program, [analysis.bound.entry.name, ...request.args], host);
  return { code, milliseconds: performance.now() - start };
}

function refused(diagnostics: readonly Diagnostic[]): { code: number; milliseconds: number } {
  write(2, `${renderDiagnostics(diagnostics, { color: false })}\n`);
  return { code: 1, milliseconds: 0 };
}

function write(fd: 1 | 2, text: string): void {
  scope.postMessage({ kind: "output", fd, bytes: new TextEncoder().encode(text) });
}

function compilerHost({ files, library }: RunRequest): CompilerHost {
  const textAt = (path: string) =>
    path.startsWith(`${LIBRARY}/`) ? library[path.slice(LIBRARY.length + 1)] : files[path];
  const all = [...Object.keys(files), ...Object.keys(library).map((path) => `${LIBRARY}/${path}`)];
  return {
    libraryRoot: LIBRARY,
    read(path) {
      const text = textAt(path);
      return text === undefined ? null : sourceFile(path, text);
    },
    list(folder) {
      const prefix = folder === "" || folder === "." ? "" : `${folder}/`;
      const inside = all.filter((path) => path.startsWith(prefix));
      return [...new Set(inside.map((path) => path.slice(prefix.length).split("/")[0]!))];
    },
    embed(path, from) {
      const folder = from.path.slice(0, from.path.lastIndexOf("/") + 1);
      const text = textAt(folder + path);
      if (text === undefined) return null;
      const bytes = new TextEncoder().encode(text);
      return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    },
  };
}
