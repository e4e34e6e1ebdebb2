/**
 * The engine in a thread of its own, with as much memory as the program needs and little more: V8
 * collects the sooner the less it may have. A thread that runs out of memory is replaced by one that
 * may have twice as much; what editors hold is told again, and questions that were open are asked again.
 * When it may have no more, those get an error, and the next question finds a new thread.
 */
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import { linkedEngine, type Engine, type EngineAnswer, type EngineRequest } from "./engine/link.ts";

/** Deep programs recurse deeply; so does their analysis. */
const STACK_MEGABYTES = 256;

/** Enough for a program of 30,000 lines, before and after an edit. */
const FIRST_MEGABYTES = 320;
const MOST_MEGABYTES = 8192;
const YOUNG_MEGABYTES = 16;

export interface WorkerSetup {
  readonly libraryRoot: string;
  readonly newest: Int32Array;
  /** Where Node remembers what became of our sources; null: nowhere. */
  readonly compileCache: string | null;
}

export interface MemoryLimits {
  /** Megabytes for objects that stay: what a thread gets at first, and what it may have at most. */
  readonly first: number;
  readonly most: number;
}

const LIMITS: MemoryLimits = { first: FIRST_MEGABYTES, most: MOST_MEGABYTES };

/** `report` is told, in a sentence, when a thread had to be replaced. */
export function workerEngine(
  libraryRoot: string,
  report: (message: string) => void,
  { first, most }: MemoryLimits = LIMITS,
): Engine {
  const newest = new Int32Array(new SharedArrayBuffer(4));
  const folder = getCompileCacheDir();
  const setup: WorkerSetup = {
    libraryRoot,
    newest,
    compileCache: folder === undefined ? null : dirname(folder),
  };
  /** What a new thread must be told: texts by path, and questions that nobody has answered. */
  const texts = new Map<string, EngineRequest>();
  const open = new Map<number, EngineRequest>();
  let megabytes = first;

  const start = (): Worker => {
    const worker = new Worker(new URL("./engine-worker.ts", import.meta.url), {
      workerData: setup,
      resourceLimits: {
        stackSizeMb: STACK_MEGABYTES,
        maxOldGenerationSizeMb: megabytes,
        maxYoungGenerationSizeMb: YOUNG_MEGABYTES,
      },
    });
    worker.on("message", (message: EngineAnswer) => {
      if (message.isEarly !== true) open.delete(message.id);
      engine.answered(message);
    });
    worker.on("error", (error: Error & { readonly code?: string }) => {
      if (error.code !== "ERR_WORKER_OUT_OF_MEMORY") throw error;
      current = null;
      if (megabytes < most) grow();
      else giveUp();
    });
    return worker;
  };

  const grow = (): void => {
    const before = megabytes;
    megabytes = Math.min(2 * megabytes, most);
    report(`the analysis needs more than ${before} MB: it starts again with ${megabytes} MB`);
    for (const request of open.values()) thread().postMessage(request);
  };

  const giveUp = (): void => {
    const error = `the analysis needs more than ${megabytes} MB, which is as much as it may have`;
    report(error);
    const lost = [...open.keys()];
    open.clear();
    for (const id of lost) engine.answered({ id, result: null, error });
  };

  /** The thread; a new one, which knows all texts, where the last one is gone. */
  const thread = (): Worker => {
    if (current !== null) return current;
    current = start();
    for (const request of texts.values()) current.postMessage(request);
    return current;
  };

  const post = (request: EngineRequest): void => {
    const to = thread();
    if (request.kind !== "text") open.set(request.id, request);
    else if (request.text === null) texts.delete(request.path);
    else texts.set(request.path, request);
    to.postMessage(request);
  };
  const engine = linkedEngine(post, newest, () => void current?.terminate());
  let current: Worker | null = start();
  return engine;
}
