/**
 * The server in Node: over stdio, or over the IPC channel or socket that the command line names, as
 * `vscode-languageclient` does. The engine works in a thread of its own.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import type { TextHost } from "./engine/analyser.ts";
import { linkedEngine, type Engine, type EngineAnswer, type EngineRequest } from "./engine/link.ts";
import { startServer } from "./server.ts";

/** Deep programs recurse deeply; so does their analysis. */
const STACK_MEGABYTES = 256;

export interface WorkerSetup {
  readonly libraryRoot: string;
  readonly newest: Int32Array;
}

export function diskHost(libraryRoot: string): TextHost {
  return {
    libraryRoot,
    read: (path) => attempt(() => readFileSync(path, "utf8")),
    list: (folder) => attempt(() => readdirSync(folder)) ?? [],
    embed: (path) => attempt(() => readFileSync(path, "latin1")),
  };
}

function attempt<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function workerEngine(libraryRoot: string): Engine {
  const newest = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./engine-worker.ts", import.meta.url), {
    workerData: { libraryRoot, newest } satisfies WorkerSetup,
    resourceLimits: { stackSizeMb: STACK_MEGABYTES },
  });
  const engine = linkedEngine(
    (request: EngineRequest) => worker.postMessage(request),
    newest,
    () => void worker.terminate(),
  );
  worker.on("message", (message: EngineAnswer) => engine.answered(message));
  return engine;
}

export function serve(
  libraryRoot: string = fileURLToPath(new URL("../dsl/lib", import.meta.url)),
): void {
  // vscode-languageserver takes the transport from the arguments; without one it is stdio.
  const named = process.argv.some((one) => /^--(?:stdio|node-ipc|socket=|pipe=)/.test(one));
  const connection = named
    ? createConnection(ProposedFeatures.all)
    : createConnection(ProposedFeatures.all, process.stdin, process.stdout);
  startServer(connection, { disk: diskHost(libraryRoot), engine: workerEngine(libraryRoot) });
}
