/** The engine's thread. It reads what every program needs before the first one is asked about. */
import { enableCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { EngineRequest } from "./engine/link.ts";
import type { WorkerSetup } from "./worker-engine.ts";

const { libraryRoot, newest, compileCache } = workerData as WorkerSetup;
if (compileCache !== null) enableCompileCache(compileCache);
const { serveEngine } = await import("./engine/link.ts");
const { diskHost } = await import("./disk.ts");
const handle = serveEngine(diskHost(libraryRoot), newest, (answer, transfer) =>
  parentPort!.postMessage(answer, transfer),
);
parentPort!.on("message", (request: EngineRequest) => handle(request));
