/**
 * The server in a web worker. The page first posts the files there are: `{ files: { path: text } }`,
 * the library among them below `/library`; the engine works in the same worker.
 */
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createConnection,
} from "vscode-languageserver/browser";
import type { TextHost } from "./engine/analyser.ts";
import { inlineEngine } from "./engine/link.ts";
import { startServer } from "./server.ts";

interface Files {
  readonly files: Readonly<Record<string, string>>;
}

export function memoryHost(files: Readonly<Record<string, string>>): TextHost {
  return {
    libraryRoot: "/library",
    read: (path) => files[path] ?? null,
    list: (folder) =>
      Object.keys(files).flatMap((path) => {
        const rest = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : "";
        return rest === "" || rest.includes("/") ? [] : [rest];
      }),
    embed: (path) => files[path] ?? null,
  };
}

/** What a worker's global object is to us. */
export interface WorkerScope {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
}

/** Serves over the worker's own messages, after the first, which brings the files. */
export function serveInWorker(scope: WorkerScope): void {
  scope.onmessage = ({ data }) => {
    scope.onmessage = null;
    const port = scope as unknown as ConstructorParameters<typeof BrowserMessageReader>[0];
    const connection = createConnection(
      new BrowserMessageReader(port),
      new BrowserMessageWriter(port),
    );
    const disk = memoryHost((data as Files).files);
    startServer(connection, { disk, engine: inlineEngine(disk) });
  };
}
