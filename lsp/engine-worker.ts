/** The engine's thread. */
import { parentPort, workerData } from "node:worker_threads";
import { serveEngine, type EngineRequest } from "./engine/link.ts";
import { diskHost, type WorkerSetup } from "./node.ts";

const { libraryRoot, newest } = workerData as WorkerSetup;
const handle = serveEngine(diskHost(libraryRoot), newest, (answer) =>
  parentPort!.postMessage(answer),
);
parentPort!.on("message", (request: EngineRequest) => handle(request));
