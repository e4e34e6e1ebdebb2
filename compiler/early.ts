/**
 * The runtime, translated beside the analysis: what is not kept yet (`kept.ts`) is made by a thread of
 * its own, so that a first build need not wait for it. The cache directory is all that the two share.
 * If the thread cannot do it, whoever asks for the runtime later does.
 */
import { getCompileCacheDir } from "node:module";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import { collectorIsKept } from "./collector.ts";
import type { CollectorName } from "./collectors.ts";
import { adoptKept } from "./kept.ts";
import { wasmRuntimeIsKept } from "./wasm/build.ts";

export interface RuntimeWanted {
  readonly target: "native" | "wasm";
  /** A module of WebAssembly has the one that it has. */
  readonly gc: CollectorName;
}

/** What the thread is started with. */
export interface EarlyWork {
  readonly cache: string;
  readonly wanted: RuntimeWanted;
  /** Where Node remembers our own sources. */
  readonly compileCache: string | null;
}

/** Comes true when nothing more is being done about it; null if there is nothing to do. */
export function translateEarly(cache: string, wanted: RuntimeWanted): Promise<void> | null {
  if (isKept(cache, wanted)) return null;
  adoptKept(cache);
  if (availableParallelism() < 2 || !runsFromSources() || isKept(cache, wanted)) return null;
  const folder = getCompileCacheDir();
  const work: EarlyWork = {
    cache,
    wanted,
    compileCache: folder === undefined ? null : dirname(folder),
  };
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./early-worker.ts", import.meta.url), { workerData: work });
    worker.on("error", () => resolve());
    worker.on("exit", () => resolve());
  });
}

/** A bundle has no file for the thread, and Node strips no types below `node_modules`. */
function runsFromSources(): boolean {
  return import.meta.url.endsWith(".ts") && !import.meta.url.includes("/node_modules/");
}

function isKept(cache: string, wanted: RuntimeWanted): boolean {
  return wanted.target === "wasm" ? wasmRuntimeIsKept(cache) : collectorIsKept(cache, wanted.gc);
}
