/**
 * Terminals and interrupts of the host over Node: raw mode, sizes, reading with a time limit, and a
 * flag that Ctrl-C sets.
 *
 * The evaluator never returns to Node's event loop, so none of Node's events can be used. Signals are
 * another thread's to hear; it leaves a word in shared memory. Reading with a limit goes through a
 * second, non-blocking descriptor of the same terminal or pipe and polls it. A host that shares no
 * memory with such a thread answers ENOSYS, which the library turns into an error that says so.
 */
import * as fs from "node:fs";
import { ReadStream, WriteStream, isatty } from "node:tty";
import { ERRNO } from "./errno.ts";
import type { RawAddress, Word } from "./heap.ts";
import type { RawMemory } from "./raw-memory.ts";

/**
 * Interrupts, as two words shared with the thread that hears of signals: whether they are caught, and
 * whether one is waiting to be seen.
 */
export type InterruptWords = Int32Array<SharedArrayBuffer>;

const CAUGHT = 0;
const PENDING = 1;

export function interruptWords(): InterruptWords {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** For the thread that hears of one: false when nobody catches it, or the last was not seen yet. */
export function sendInterrupt(words: InterruptWords): boolean {
  if (Atomics.load(words, CAUGHT) === 0 || Atomics.load(words, PENDING) !== 0) return false;
  Atomics.store(words, PENDING, 1);
  Atomics.notify(words, PENDING);
  return true;
}

export function catchesInterrupts(words: InterruptWords): boolean {
  return Atomics.load(words, CAUGHT) !== 0;
}

export class Interrupts {
  readonly #words: InterruptWords | null;
  constructor(words: InterruptWords | null) {
    this.#words = words;
  }

  catch(on: boolean): Word {
    if (this.#words === null) return -ERRNO.ENOSYS;
    Atomics.store(this.#words, PENDING, 0);
    Atomics.store(this.#words, CAUGHT, on ? 1 : 0);
    return 0;
  }

  get caught(): boolean {
    return this.#words !== null && catchesInterrupts(this.#words);
  }

  get pending(): boolean {
    return this.#words !== null && Atomics.load(this.#words, PENDING) !== 0;
  }

  take(): boolean {
    return this.#words !== null && Atomics.exchange(this.#words, PENDING, 0) !== 0;
  }
}

/** A few milliseconds of sleep: Node has no call that waits for a descriptor. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
}

/** Reads when there is something; null when nothing came before `until` (of `performance.now`). */
type Reader = (fd: number, into: Uint8Array, until: number) => number | null;

export function timedReader(interrupts: Interrupts): Reader {
  const others = new Map<number, number>();
  return (fd, into, until) => {
    let other = others.get(fd);
    if (other === undefined) others.set(fd, (other = nonBlocking(fd)));
    for (;;) {
      if (interrupts.pending) return -ERRNO.EINTR;
      try {
        return fs.readSync(other, into, 0, into.length, null);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === "EOF") return 0;
        if (code !== "EAGAIN") throw error;
      }
      if (performance.now() >= until) return null;
      pause();
    }
  };
}

/** A descriptor of the same terminal or pipe whose reads do not wait; the same one for anything else. */
function nonBlocking(fd: number): number {
  const stat = fs.fstatSync(fd);
  if (!isatty(fd) && !stat.isFIFO()) return fd;
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = fs.constants;
  try {
    return fs.openSync(`/dev/fd/${fd}`, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return fd;
  }
}

export function terminalFunctions(interrupts: Interrupts, read: Reader) {
  /** The terminal in raw mode; Node gives it back when the process ends. */
  let raw: ReadStream | null = null;
  const outputs = new Map<number, WriteStream>();

  return {
    wr_os_terminal_raw(_memory: RawMemory, fd: Word, on: Word): Word {
      if (Number(on) === 0) {
        raw?.setRawMode(false);
        return 0;
      }
      if (!isatty(Number(fd))) return -ERRNO.ENOTTY;
      if (raw === null) {
        raw = new ReadStream(Number(fd));
        raw.unref();
      }
      raw.setRawMode(true);
      return 0;
    },
    wr_os_terminal_size(memory: RawMemory, fd: Word, out: RawAddress): Word {
      if (!isatty(Number(fd))) return -ERRNO.ENOTTY;
      const output = outputs.get(Number(fd)) ?? new WriteStream(Number(fd));
      outputs.set(Number(fd), output);
      const [columns, rows] = output.getWindowSize();
      memory.store({ kind: "i64" }, Number(out), columns);
      memory.store({ kind: "i64" }, Number(out) + 8, rows);
      return 0;
    },
    wr_os_read_within(
      memory: RawMemory,
      fd: Word,
      into: RawAddress,
      n: Word,
      milliseconds: Word,
    ): Word {
      const until = performance.now() + Number(milliseconds);
      return read(Number(fd), memory.bytes(into, n), until) ?? -ERRNO.EAGAIN;
    },
    wr_os_catch_interrupts(_memory: RawMemory, on: Word): Word {
      return interrupts.catch(Number(on) !== 0);
    },
    wr_os_take_interrupt(): Word {
      return interrupts.take() ? 1 : 0;
    },
    wr_os_interrupted(): Word {
      return interrupts.pending ? 1 : 0;
    },
  };
}
