/** The thread of `early.ts`. Its imports wait until Node knows where it remembers our sources. */
import { enableCompileCache } from "node:module";
import { workerData } from "node:worker_threads";
import type { EarlyWork } from "./early.ts";

const { cache, wanted, compileCache } = workerData as EarlyWork;
if (compileCache !== null) enableCompileCache(compileCache);
if (wanted.target === "wasm") {
  const { wasmRuntime } = await import("./wasm/build.ts");
  wasmRuntime(cache);
} else {
  const { collectorSource } = await import("./collector.ts");
  collectorSource(cache, wanted.gc);
}
