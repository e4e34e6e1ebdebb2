/**
 * The host over Node: files, standard streams, clocks, environment, randomness. Terminals and
 * interrupts are in `host-terminal.ts`.
 *
 * Same contract as `runtime/native/platform.c`: paths are bytes with a length, failures are negated
 * errno values, numbered as on Linux everywhere. Text that may not fit its buffer is copied as far
 * as it does, and its whole length is the result.
 */
import { randomFillSync } from "node:crypto";
import * as fs from "node:fs";
import { isatty } from "node:tty";
import { setFlagsFromString, getHeapStatistics } from "node:v8";
import { createContext, runInContext, runInNewContext } from "node:vm";
import { ERRNO, errnoText } from "./errno.ts";
import { ExitSignal } from "./exceptions.ts";
import {
  Interrupts,
  pause,
  terminalFunctions,
  timedReader,
  type InterruptWords,
} from "./host-terminal.ts";
import { wrap } from "../ops/words.ts";
import type { HeapUsage, Host } from "./host.ts";
import type { RawAddress, Word } from "./heap.ts";
import type { RawMemory } from "./raw-memory.ts";

const PATH_MAX = 4096;
const OPEN_FLAGS = ["r", "w", "a"] as const;

export interface NodeHostOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Shared with the thread that hears of signals; without them none can be caught. */
  readonly interrupts?: InterruptWords;
}

export function nodeHost(options: NodeHostOptions = {}): Host {
  const environment = options.environment ?? process.env;
  const interrupts = new Interrupts(options.interrupts ?? null);
  const readTimed = timedReader(interrupts);
  return {
    ...fileFunctions(interrupts, readTimed),
    ...pathFunctions(),
    ...processFunctions(environment),
    ...guarded(terminalFunctions(interrupts, readTimed)),
  } as Host;
}

// ---------------------------------------------------------------- descriptors

function fileFunctions(interrupts: Interrupts, readTimed: ReturnType<typeof timedReader>) {
  /** Where a regular file is read or written next; streams have no entry. */
  const positions = new Map<number, number>();

  const seek = (fd: number, offset: number, whence: number): number => {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) return -ERRNO.ESPIPE;
    const base = [0, positions.get(fd) ?? 0, stat.size][whence];
    if (base === undefined || base + offset < 0) return -ERRNO.EINVAL;
    positions.set(fd, base + offset);
    return base + offset;
  };

  return {
    wr_os_open(memory: RawMemory, path: RawAddress, length: Word, mode: Word): Word {
      const flags = OPEN_FLAGS[Number(mode)];
      if (flags === undefined) return -ERRNO.EINVAL;
      return withPath(memory, path, length, (name) => {
        const fd = fs.openSync(name, flags);
        if (fs.fstatSync(fd).isFile()) positions.set(fd, mode === 2 ? fs.fstatSync(fd).size : 0);
        return fd;
      });
    },
    wr_os_read(memory: RawMemory, fd: Word, into: RawAddress, n: Word): Word {
      return attempt(() => {
        const position = positions.get(Number(fd));
        // A read that waits for good would not see an interrupt.
        if (position === undefined && interrupts.caught)
          return readTimed(Number(fd), memory.bytes(into, n), Infinity)!;
        const count = readWaiting(Number(fd), memory.bytes(into, n), position ?? null);
        if (position !== undefined) positions.set(Number(fd), position + count);
        return count;
      });
    },
    wr_os_write(memory: RawMemory, fd: Word, from: RawAddress, n: Word): Word {
      return attempt(() => {
        const position = positions.get(Number(fd));
        const count = writeWaiting(Number(fd), memory.bytes(from, n), position ?? null);
        if (position !== undefined) positions.set(Number(fd), position + count);
        return count;
      });
    },
    wr_os_close(_memory: RawMemory, fd: Word): Word {
      positions.delete(Number(fd));
      return attempt(() => (fs.closeSync(Number(fd)), 0));
    },
    wr_os_seek(_memory: RawMemory, fd: Word, offset: Word, whence: Word): Word {
      return attempt(() => seek(Number(fd), Number(offset), Number(whence)));
    },
    wr_os_isatty(_memory: RawMemory, fd: Word): Word {
      return isatty(Number(fd)) ? 1 : 0;
    },
  };
}

/** Reads; a terminal or pipe that has nothing yet is waited for, and its end is no error. */
function readWaiting(fd: number, into: Uint8Array, position: number | null): number {
  for (;;) {
    try {
      return fs.readSync(fd, into, 0, into.length, position);
    } catch (error) {
      const code = codeOf(error);
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      pause();
    }
  }
}

function writeWaiting(fd: number, from: Uint8Array, position: number | null): number {
  for (;;) {
    try {
      return fs.writeSync(fd, from, 0, from.length, position);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      pause();
    }
  }
}

// ---------------------------------------------------------------- paths

function pathFunctions() {
  return {
    wr_os_remove(memory: RawMemory, path: RawAddress, length: Word): Word {
      return withPath(memory, path, length, (name) => {
        if (fs.lstatSync(name).isDirectory()) fs.rmdirSync(name);
        else fs.unlinkSync(name);
        return 0;
      });
    },
    wr_os_rename(
      memory: RawMemory,
      a: RawAddress,
      aLength: Word,
      b: RawAddress,
      bLength: Word,
    ): Word {
      return withPath(memory, a, aLength, (from) =>
        withPath(memory, b, bLength, (to) => (fs.renameSync(from, to), 0)),
      );
    },
    wr_os_stat(memory: RawMemory, path: RawAddress, length: Word, out: RawAddress): Word {
      return withPath(memory, path, length, (name) => {
        const stat = fs.statSync(name, { bigint: true });
        const kind = stat.isFile() ? 1 : stat.isDirectory() ? 2 : 0;
        for (const [i, fact] of [stat.size, stat.mtimeNs, BigInt(kind)].entries()) {
          memory.store({ kind: "i64" }, Number(out) + i * 8, wrap(fact));
        }
        return 0;
      });
    },
    wr_os_listdir(
      memory: RawMemory,
      path: RawAddress,
      length: Word,
      into: RawAddress,
      capacity: Word,
    ): Word {
      return withPath(memory, path, length, (name) => {
        let used = 0;
        for (const entry of fs.readdirSync(name, { encoding: "buffer" })) {
          const end = used + entry.length + 1;
          if (end <= capacity) {
            const place = memory.bytes(Number(into) + used, entry.length + 1);
            place.set(entry);
            place[entry.length] = 0;
          }
          used = end;
        }
        return used;
      });
    },
    wr_os_mkdir(memory: RawMemory, path: RawAddress, length: Word): Word {
      return withPath(memory, path, length, (name) => (fs.mkdirSync(name), 0));
    },
    wr_os_getcwd(memory: RawMemory, into: RawAddress, capacity: Word): Word {
      return attempt(() => copyText(memory, Buffer.from(process.cwd()), into, capacity));
    },
  };
}

function withPath(
  memory: RawMemory,
  address: RawAddress,
  length: Word,
  use: (path: Buffer) => Word,
): Word {
  if (length < 0 || length >= PATH_MAX) return -ERRNO.ENAMETOOLONG;
  // A copy: what `use` does may make raw memory grow.
  const path = Buffer.from(memory.bytes(address, length));
  if (path.includes(0)) return -ERRNO.EINVAL;
  return attempt(() => use(path));
}

// ---------------------------------------------------------------- the process

function processFunctions(environment: Readonly<Record<string, string | undefined>>) {
  return {
    wr_os_exit(_memory: RawMemory, code: Word): never {
      throw new ExitSignal(Number(BigInt.asUintN(8, BigInt(code))));
    },
    wr_os_clock_wall_ns(): Word {
      return wrap(BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n);
    },
    wr_os_clock_mono_ns(): Word {
      return wrap(process.hrtime.bigint());
    },
    wr_os_cpu_ns(): Word {
      const { user, system } = process.cpuUsage();
      return (user + system) * 1000;
    },
    wr_os_getenv(
      memory: RawMemory,
      name: RawAddress,
      length: Word,
      into: RawAddress,
      capacity: Word,
    ): Word {
      const key = Buffer.from(memory.bytes(name, length)).toString();
      const value = environment[key];
      return value === undefined ? -1 : copyText(memory, Buffer.from(value), into, capacity);
    },
    wr_os_environ(memory: RawMemory, into: RawAddress, capacity: Word): Word {
      const entries = Object.entries(environment).map(([name, value]) => `${name}=${value}\0`);
      return copyText(memory, Buffer.from(entries.join("")), into, capacity);
    },
    wr_os_random(memory: RawMemory, into: RawAddress, n: Word): Word {
      randomFillSync(memory.bytes(into, n));
      return 0;
    },
    wr_os_errno_text(memory: RawMemory, code: Word, into: RawAddress, capacity: Word): Word {
      const text = errnoText(Math.abs(Number(code)));
      return copyText(memory, Buffer.from(text), into, capacity);
    },
  };
}

/** Copies what fits; gives the whole length. */
function copyText(memory: RawMemory, text: Uint8Array, into: RawAddress, capacity: Word): Word {
  const count = Math.min(text.length, Number(capacity));
  if (count > 0) memory.bytes(into, count).set(text.subarray(0, count));
  return text.length;
}

/** The result, or the negated errno of Node's exception. */
function attempt(action: () => Word): Word {
  try {
    return action();
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    return -((ERRNO as Readonly<Record<string, number>>)[code] ?? ERRNO.EIO);
  }
}

/** The same functions, failing by error number. */
function guarded<F extends Readonly<Record<string, (memory: RawMemory, ...args: never[]) => Word>>>(
  functions: F,
): F {
  const entries = Object.entries(functions).map(([name, call]) => [
    name,
    (memory: RawMemory, ...args: never[]) => attempt(() => call(memory, ...args)),
  ]);
  return Object.fromEntries(entries) as F;
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return null;
  return String(error.code);
}

/**
 * V8's heap and the array buffers beside it.
 *
 * A WeakRef whose target somebody has looked at is not cleared before the microtasks of that turn have
 * run, and the evaluator's turn ends with the program. Leaving a context that has microtasks of its
 * own runs them (there are none) and forgets what was looked at.
 */
export function nodeHeapUsage(): HeapUsage {
  let collector: (() => void) | null = null;
  const turn = createContext({}, { microtaskMode: "afterEvaluate" });
  return {
    bytesInUse() {
      const { used_heap_size, external_memory } = getHeapStatistics();
      return used_heap_size + external_memory;
    },
    collect() {
      if (collector === null) {
        setFlagsFromString("--expose-gc");
        collector = runInNewContext("gc") as () => void;
      }
      runInContext("0", turn);
      collector();
    },
  };
}
