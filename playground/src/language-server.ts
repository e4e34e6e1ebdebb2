/** The language server's worker. */
import { serveInWorker, type WorkerScope } from "../../lsp/browser.ts";

serveInWorker(
  self as unknown as WorkerScope,
  () => new Worker("engine.js", { type: "module" }) as unknown as WorkerScope,
);
