/**
 * The server in a web worker. The page first posts the files there are: `{ files: { path: text } }`,
 * the library among them below `/library`.
 *
 * The engine works in a worker of its own, so that requests are answered while it is busy. What runs
 * there can be cancelled where the page may share memory with its workers (it is cross-origin isolated);
 * elsewhere it runs to its end, and its result is dropped.
 */
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createConnection,
} from "vscode-languageserver/browser";
import type { TextHost } from "./engine/analyser.ts";
import { linkedEngine, serveEngine, type Engine, type EngineAnswer } from "./engine/link.ts";
import type { EngineRequest } from "./engine/link.ts";
import { startServer } from "./server.ts";

interface Files {
  readonly files: Readonly<Record<string, string>>;
}

interface EngineSetup extends Files {
  readonly newest: Int32Array | null;
}

export function memoryHost(files: Readonly<Record<string, string>>): TextHost {
  return {
    libraryRoot: "/library",
    read: (path) => files[path] ?? null,
    list: (folder) => {
      const prefix = `${folder}/`;
      const inside = Object.keys(files).filter((path) => path.startsWith(prefix));
      return [...new Set(inside.map((path) => path.slice(prefix.length).split("/")[0]!))];
    },
    embed: (path) => bytesOf(files[path]),
  };
}

/** A text as bytes in code units. */
function bytesOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

/** What a worker is to us, from either side. */
export interface WorkerScope {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
}

/** Serves over the worker's own messages, after the first, which brings the files. */
export function serveInWorker(scope: WorkerScope, startEngine: () => WorkerScope): void {
  scope.onmessage = ({ data }) => {
    scope.onmessage = null;
    const port = scope as unknown as ConstructorParameters<typeof BrowserMessageReader>[0];
    const connection = createConnection(
      new BrowserMessageReader(port),
      new BrowserMessageWriter(port),
    );
    const { files } = data as Files;
    startServer(connection, { disk: memoryHost(files), engine: engineIn(startEngine(), files) });
  };
}

function engineIn(worker: WorkerScope, files: Files["files"]): Engine {
  const canShare = typeof SharedArrayBuffer !== "undefined";
  const newest = canShare ? new Int32Array(new SharedArrayBuffer(4)) : null;
  const engine = linkedEngine(
    (request) => worker.postMessage(request),
    newest,
    () => {},
  );
  worker.onmessage = ({ data }) => engine.answered(data as EngineAnswer);
  worker.postMessage({ files, newest } satisfies EngineSetup);
  return engine;
}

/** The other worker: what `serveInWorker` starts. */
export function serveEngineInWorker(scope: WorkerScope): void {
  scope.onmessage = ({ data }) => {
    const { files, newest } = data as EngineSetup;
    const handle = serveEngine(memoryHost(files), newest, (answer) => scope.postMessage(answer));
    scope.onmessage = (event) => handle(event.data as EngineRequest);
  };
}
