/**
 * How the server talks to the engine: it may work in the same thread, or in a worker that gets what
 * editors hold as messages. One analysis runs at a time; asking for another cancels it.
 */
import { Analyser, type TextHost } from "./analyser.ts";
import type { ProgramData, WhyData } from "./data.ts";
import { buffersOf, pack, unpack, type PackedProgram } from "./pack.ts";

export interface Engine {
  /**
   * The program of `entry` with the texts last set; null when it was cancelled. `early` gets the
   * diagnostics before the rest.
   */
  analyse(entry: string, early: (mistakes: ProgramData) => void): Promise<ProgramData | null>;
  why(entry: string, path: string, offset: number): Promise<WhyData | null>;
  /** What an editor holds of a file; null: nothing, the file is as it is on disk. */
  setText(path: string, text: string | null): void;
  /** Stops the analysis that runs, if it can be stopped: it then gives null. */
  cancel(): void;
  dispose(): void;
}

/** Texts of files, those that editors hold first. */
export class OverlayHost implements TextHost {
  readonly #texts = new Map<string, string>();
  readonly #disk: TextHost;
  readonly libraryRoot: string;

  constructor(disk: TextHost) {
    this.#disk = disk;
    this.libraryRoot = disk.libraryRoot;
  }

  setText(path: string, text: string | null): void {
    if (text === null) this.#texts.delete(path);
    else this.#texts.set(path, text);
  }

  read(path: string): string | null {
    return this.#texts.get(path) ?? this.#disk.read(path);
  }

  list(folder: string): readonly string[] {
    return this.#disk.list?.(folder) ?? [];
  }

  embed(path: string): string | null {
    return this.#disk.embed?.(path) ?? null;
  }
}

/** The engine in this very thread: nothing can cancel it. */
export function inlineEngine(disk: TextHost): Engine {
  const host = new OverlayHost(disk);
  const analyser = new Analyser(host);
  return {
    analyse: (entry, early) => Promise.resolve(analyser.analyse(entry, undefined, early)),
    why: (entry, path, offset) => Promise.resolve(analyser.why(entry, path, offset)),
    setText: (path, text) => host.setText(path, text),
    cancel: () => {},
    dispose: () => {},
  };
}

// -------------------------------------------------------------------- messages

export type EngineRequest =
  | { readonly kind: "text"; readonly path: string; readonly text: string | null }
  | { readonly kind: "analyse"; readonly id: number; readonly entry: string }
  | {
      readonly kind: "why";
      readonly id: number;
      readonly entry: string;
      readonly path: string;
      readonly offset: number;
    };

export interface EngineAnswer {
  readonly id: number;
  readonly result: PackedProgram | WhyData | null;
  readonly error?: string;
  /** Only the diagnostics: the rest follows. */
  readonly isEarly?: true;
}

/**
 * Who has just had an answer is likely to type on: the whole program is looked at when nothing more has
 * come for so long. What is begun on every key leaves nothing but garbage behind.
 */
const REST_MILLISECONDS = 200;

/** Waits until that time has passed or another analysis is asked for. */
function rest(newest: Int32Array | null, id: number): void {
  if (newest !== null) Atomics.wait(newest, 0, id, REST_MILLISECONDS);
}

/** Says which analysis is the newest; 0: none that was asked for. */
function announce(newest: Int32Array | null, id: number): void {
  if (newest === null) return;
  Atomics.store(newest, 0, id);
  Atomics.notify(newest, 0);
}

/** Answers requests in a worker. `newest` holds the id of the newest analysis that was asked for. */
export function serveEngine(
  disk: TextHost,
  newest: Int32Array | null,
  answer: (message: EngineAnswer, transfer: ArrayBuffer[]) => void,
): (request: EngineRequest) => void {
  const host = new OverlayHost(disk);
  const analyser = new Analyser(host);
  analyser.prepare();
  const rehearsed = new Set<string>();
  // When nothing else is to be done: what has been asked for by now comes first.
  const rehearse = (entry: string): void => {
    if (rehearsed.has(entry)) return;
    rehearsed.add(entry);
    setTimeout(() => analyser.rehearse(entry), 0);
  };
  const isCancelled = (id: number) => newest !== null && Atomics.load(newest, 0) !== id;
  return (request) => {
    if (request.kind === "text") return host.setText(request.path, request.text);
    const { id, entry } = request;
    const give = (program: ProgramData, more: { readonly isEarly?: true } = {}): void => {
      const result = pack(program);
      answer({ id, result, ...more }, buffersOf(result));
    };
    try {
      if (request.kind === "why")
        return answer({ id, result: analyser.why(entry, request.path, request.offset) }, []);
      const program = isCancelled(id)
        ? null
        : analyser.analyse(
            entry,
            () => isCancelled(id),
            (mistakes) => give(mistakes, { isEarly: true }),
            () => rest(newest, id),
          );
      if (program === null || isCancelled(id)) answer({ id, result: null }, []);
      else {
        give(program);
        rehearse(entry);
      }
    } catch (error) {
      const { stack } = error as Error;
      answer({ id, result: null, error: stack ?? String(error) }, []);
    }
  };
}

/** The other side of `serveEngine`. */
export function linkedEngine(
  post: (request: EngineRequest) => void,
  newest: Int32Array | null,
  dispose: () => void,
): Engine & { readonly answered: (message: EngineAnswer) => void } {
  let nextId = 1;
  const waiting = new Map<
    number,
    {
      resolve: (result: never) => void;
      reject: (error: Error) => void;
      early: (mistakes: ProgramData) => void;
    }
  >();
  const ask = <Result>(
    make: (id: number) => EngineRequest,
    early: (mistakes: ProgramData) => void = () => {},
  ): Promise<Result> =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve: resolve as (result: never) => void, reject, early });
      post(make(id));
    });
  return {
    analyse: (entry, early) =>
      ask((id) => {
        announce(newest, id);
        return { kind: "analyse", id, entry };
      }, early),
    why: (entry, path, offset) => ask((id) => ({ kind: "why", id, entry, path, offset })),
    setText: (path, text) => post({ kind: "text", path, text }),
    cancel: () => announce(newest, 0),
    dispose,
    answered({ id, result, error, isEarly }) {
      const one = waiting.get(id);
      const found = result !== null && "modules" in result ? unpack(result) : result;
      if (isEarly === true) return one?.early(found as ProgramData);
      waiting.delete(id);
      if (error === undefined) one?.resolve(found as never);
      else one?.reject(new Error(error));
    },
  };
}
