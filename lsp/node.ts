/**
 * The server in Node: over stdio, or over the IPC channel or socket that the command line names, as
 * `vscode-languageclient` does. The engine works in a thread of its own.
 */
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { diskHost } from "./disk.ts";
import { startServer } from "./server.ts";
import { workerEngine } from "./worker-engine.ts";

export function serve(
  libraryRoot: string = fileURLToPath(new URL("../dsl/lib", import.meta.url)),
): void {
  // The part of the heap for young objects stays as it is at first, in all threads: where it may grow,
  // it does, to 50 MB in each, and is no faster for it.
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--min-semi-space-size=4");
  // vscode-languageserver takes the transport from the arguments; without one it is stdio.
  const named = process.argv.some((one) => /^--(?:stdio|node-ipc|socket=|pipe=)/.test(one));
  const connection = named
    ? createConnection(ProposedFeatures.all)
    : createConnection(ProposedFeatures.all, process.stdin, process.stdout);
  const engine = workerEngine(libraryRoot, (message) => connection.console.warn(message));
  startServer(connection, { disk: diskHost(libraryRoot), engine });
}
