/**
 * A host for where there is no operating system, as in a browser's worker: files are in memory, standard
 * output goes to a callback, standard input is a text that was given beforehand.
 *
 * Same contract as `host-node.ts`. Paths are taken from the folder `/`; folders exist where files are
 * below them. There is no environment, no terminal and no interrupt: whoever wants the program to end,
 * ends its worker.
 */
import { ERRNO, errnoText } from "./errno.ts";
import { ExitSignal } from "./exceptions.ts";
import { wrap } from "../ops/words.ts";
import type { Host } from "./host.ts";
import type { RawAddress, Word } from "./heap.ts";
import type { RawMemory } from "./raw-memory.ts";

export interface MemoryHostOptions {
  /** By absolute path. Programs may change it. */
  readonly files: Map<string, Uint8Array>;
  readonly input: Uint8Array;
  /** What the program writes to standard output (1) and standard error (2). */
  readonly write: (fd: 1 | 2, bytes: Uint8Array) => void;
}

interface OpenFile {
  readonly path: string;
  readonly mode: "read" | "write";
  position: number;
}

const FIRST_FILE = 3;

export function memoryHost(options: MemoryHostOptions): Host {
  return { ...fileFunctions(options), ...pathFunctions(options), ...processFunctions() } as Host;
}

// ---------------------------------------------------------------- descriptors

function fileFunctions({ files, input, write }: MemoryHostOptions) {
  const open = new Map<number, OpenFile>();
  let nextDescriptor = FIRST_FILE;
  let inputPosition = 0;

  /** Copies what there is from `position` on; gives how much that was. */
  const copy = (from: Uint8Array, position: number, into: Uint8Array): number => {
    const part = from.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  };

  return {
    wr_os_open(memory: RawMemory, path: RawAddress, length: Word, mode: Word): Word {
      const name = pathAt(memory, path, length);
      const bytes = files.get(name);
      if (isFolder(files, name)) return -ERRNO.EISDIR;
      if (bytes === undefined && mode === 0) return -ERRNO.ENOENT;
      if (bytes === undefined || mode === 1) files.set(name, new Uint8Array());
      const position = mode === 2 ? files.get(name)!.length : 0;
      open.set(nextDescriptor, { path: name, mode: mode === 0 ? "read" : "write", position });
      return nextDescriptor++;
    },
    wr_os_read(memory: RawMemory, fd: Word, into: RawAddress, n: Word): Word {
      const target = memory.bytes(into, n);
      if (fd === 0) {
        const count = copy(input, inputPosition, target);
        inputPosition += count;
        return count;
      }
      const file = open.get(Number(fd));
      if (file?.mode !== "read") return -ERRNO.EBADF;
      const count = copy(files.get(file.path) ?? new Uint8Array(), file.position, target);
      file.position += count;
      return count;
    },
    wr_os_write(memory: RawMemory, fd: Word, from: RawAddress, n: Word): Word {
      // A copy: raw memory may grow, and the reader may live in another thread.
      const bytes = memory.bytes(from, n).slice();
      if (fd === 1 || fd === 2) {
        write(fd, bytes);
        return n;
      }
      const file = open.get(Number(fd));
      if (file?.mode !== "write") return -ERRNO.EBADF;
      const before = files.get(file.path) ?? new Uint8Array();
      const after = new Uint8Array(Math.max(before.length, file.position + bytes.length));
      after.set(before);
      after.set(bytes, file.position);
      files.set(file.path, after);
      file.position += bytes.length;
      return n;
    },
    wr_os_close(_memory: RawMemory, fd: Word): Word {
      return open.delete(Number(fd)) ? 0 : -ERRNO.EBADF;
    },
    wr_os_seek(_memory: RawMemory, fd: Word, offset: Word, whence: Word): Word {
      const file = open.get(Number(fd));
      if (file === undefined) return -ERRNO.ESPIPE;
      const base = [0, file.position, files.get(file.path)?.length ?? 0][Number(whence)];
      if (base === undefined || base + Number(offset) < 0) return -ERRNO.EINVAL;
      file.position = base + Number(offset);
      return file.position;
    },
    wr_os_isatty(): Word {
      return 0;
    },
  };
}

// ---------------------------------------------------------------- paths

function pathFunctions({ files }: MemoryHostOptions) {
  return {
    wr_os_remove(memory: RawMemory, path: RawAddress, length: Word): Word {
      return files.delete(pathAt(memory, path, length)) ? 0 : -ERRNO.ENOENT;
    },
    wr_os_rename(
      memory: RawMemory,
      a: RawAddress,
      aLength: Word,
      b: RawAddress,
      bLength: Word,
    ): Word {
      const from = pathAt(memory, a, aLength);
      const bytes = files.get(from);
      if (bytes === undefined) return -ERRNO.ENOENT;
      files.delete(from);
      files.set(pathAt(memory, b, bLength), bytes);
      return 0;
    },
    wr_os_stat(memory: RawMemory, path: RawAddress, length: Word, out: RawAddress): Word {
      const name = pathAt(memory, path, length);
      const bytes = files.get(name);
      if (bytes === undefined && !isFolder(files, name)) return -ERRNO.ENOENT;
      for (const [i, fact] of [bytes?.length ?? 0, 0, bytes === undefined ? 2 : 1].entries()) {
        memory.store({ kind: "i64" }, Number(out) + i * 8, fact);
      }
      return 0;
    },
    wr_os_listdir(
      memory: RawMemory,
      path: RawAddress,
      length: Word,
      into: RawAddress,
      capacity: Word,
    ): Word {
      const name = pathAt(memory, path, length);
      if (!isFolder(files, name)) return -(files.has(name) ? ERRNO.ENOTDIR : ERRNO.ENOENT);
      const prefix = name === "/" ? "/" : `${name}/`;
      const inside = [...files.keys()].filter((one) => one.startsWith(prefix));
      const names = new Set(inside.map((one) => one.slice(prefix.length).split("/")[0]!));
      return copyText(memory, encode([...names].map((one) => `${one}\0`).join("")), into, capacity);
    },
    wr_os_mkdir(): Word {
      return -ERRNO.EROFS;
    },
    wr_os_getcwd(memory: RawMemory, into: RawAddress, capacity: Word): Word {
      return copyText(memory, encode("/"), into, capacity);
    },
  };
}

function isFolder(files: ReadonlyMap<string, Uint8Array>, path: string): boolean {
  if (path === "/") return true;
  return [...files.keys()].some((one) => one.startsWith(`${path}/`));
}

/** Absolute, without `.`, `..` and empty parts. */
function pathAt(memory: RawMemory, address: RawAddress, length: Word): string {
  const parts: string[] = [];
  for (const part of new TextDecoder().decode(memory.bytes(address, length).slice()).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

// ---------------------------------------------------------------- the process

function processFunctions() {
  return {
    wr_os_exit(_memory: RawMemory, code: Word): never {
      throw new ExitSignal(Number(BigInt.asUintN(8, BigInt(code))));
    },
    wr_os_clock_wall_ns(): Word {
      return nanoseconds(performance.timeOrigin + performance.now());
    },
    wr_os_clock_mono_ns(): Word {
      return nanoseconds(performance.now());
    },
    wr_os_cpu_ns(): Word {
      return nanoseconds(performance.now());
    },
    wr_os_getenv(): Word {
      return -1;
    },
    wr_os_environ(): Word {
      return 0;
    },
    wr_os_random(memory: RawMemory, into: RawAddress, n: Word): Word {
      const bytes = memory.bytes(into, n) as Uint8Array<ArrayBuffer>;
      // Not more at a time is what the function gives.
      for (let i = 0; i < bytes.length; i += 0x10000)
        crypto.getRandomValues(bytes.subarray(i, i + 0x10000));
      return 0;
    },
    wr_os_errno_text(memory: RawMemory, code: Word, into: RawAddress, capacity: Word): Word {
      return copyText(memory, encode(errnoText(Math.abs(Number(code)))), into, capacity);
    },
    wr_os_terminal_raw(_memory: RawMemory, _fd: Word, on: Word): Word {
      return Number(on) === 0 ? 0 : -ERRNO.ENOTTY;
    },
    wr_os_terminal_size(): Word {
      return -ERRNO.ENOTTY;
    },
    wr_os_catch_interrupts(): Word {
      return 0;
    },
    wr_os_interrupted(): Word {
      return 0;
    },
    wr_os_take_interrupt(): Word {
      return 0;
    },
    wr_os_read_within(): Word {
      return -ERRNO.ENOTTY;
    },
  };
}

function nanoseconds(milliseconds: number): Word {
  return wrap(BigInt(Math.round(milliseconds * 1000)) * 1000n);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Copies what fits; gives the whole length. */
function copyText(memory: RawMemory, text: Uint8Array, into: RawAddress, capacity: Word): Word {
  const count = Math.min(text.length, Number(capacity));
  if (count > 0) memory.bytes(into, count).set(text.subarray(0, count));
  return text.length;
}
