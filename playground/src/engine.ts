/** The worker in which programs are analysed for the language server. */
import { serveEngineInWorker, type WorkerScope } from "../../lsp/browser.ts";

serveEngineInWorker(self as unknown as WorkerScope);
