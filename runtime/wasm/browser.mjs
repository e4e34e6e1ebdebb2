/**
 * Runs a module that `wright build --target wasm` has made where there is no WASI: in browsers (best in
 * a worker, which can be stopped), and in any other host of JavaScript. It uses nothing of Node.
 *
 *     import { MemoryFiles, run } from "./scheme.browser.mjs";
 *
 *     const files = new MemoryFiles({ "main.scm": text, lib: { "list.scm": other } });
 *     const code = run(await WebAssembly.compileStreaming(fetch("scheme.wasm")), {
 *       args: ["scheme", "main.scm"],
 *       folders: { "/": files },
 *       stdout: (bytes) => postMessage(decoder.decode(bytes, { stream: true })),
 *     });
 *
 * `run` comes back when the program has ended and gives its exit code. A program reaches only what it
 * is given: without `folders` there are no files, without `env` no variables, without `stdin` the input
 * is empty, and output that nobody takes is dropped. What it has of itself is the time and chance,
 * which may be given too (`now`, `random`), so that a run can be repeated.
 *
 * Output comes as bytes as the program writes it; a chunk may end within a character. A function given
 * as `stdin` is asked for the next bytes whenever the program wants some, and gives null at the end.
 *
 * This is WASI preview 1 as far as the runtime calls it (`compiler/wasm/wasi.ts`), over files in memory.
 */

const ERROR = {
  none: 0,
  badFile: 8,
  exists: 20,
  invalid: 28,
  isFolder: 31,
  noEntry: 44,
  notFolder: 54,
  notEmpty: 55,
  illegalSeek: 70,
  readOnly: 69,
  notCapable: 76,
};
const TYPE = { unknown: 0, terminal: 2, folder: 3, file: 4 };
const OPEN = { create: 1, folder: 2, exclusive: 4, truncate: 8 };
const APPEND = 1;
const WHENCE = { start: 0, current: 1, end: 2 };
const FIRST_FOLDER = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What `proc_exit` throws to leave the module. */
class Exit {
  constructor(code) {
    this.code = code;
  }
}

/** A failure of a call of WASI. */
class Failure {
  constructor(error) {
    this.error = error;
  }
}

class File {
  #bytes;
  #length;

  constructor(bytes, time) {
    this.#bytes = bytes;
    this.#length = bytes.length;
    this.modified = time;
  }

  get size() {
    return this.#length;
  }

  get contents() {
    return this.#bytes.subarray(0, this.#length);
  }

  resize(length) {
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      larger.set(this.contents);
      this.#bytes = larger;
    } else this.#bytes.fill(0, length, this.#length);
    this.#length = length;
  }

  write(bytes, at) {
    if (at + bytes.length > this.#length) this.resize(at + bytes.length);
    this.#bytes.set(bytes, at);
  }
}

/** A folder and what is below it: files by name, and folders, which are maps. */
export class MemoryFiles {
  #root;
  #readOnly;

  /**
   * @param {object} tree names with contents: a string, bytes, or an object for a folder
   * @param {{ readOnly?: boolean }} [options]
   */
  constructor(tree = {}, options = {}) {
    this.#root = folderOf(tree);
    this.#readOnly = options.readOnly === true;
  }

  /** The bytes of a file; null if there is none. */
  read(path) {
    const found = this.find(partsOf(path));
    return found instanceof File ? found.contents.slice() : null;
  }

  /** Makes or replaces a file, with the folders that it is in. */
  write(path, contents) {
    const parts = partsOf(path);
    const name = parts.pop();
    let folder = this.#root;
    for (const part of parts) {
      if (!(folder.get(part) instanceof Map)) folder.set(part, new Map());
      folder = folder.get(part);
    }
    folder.set(name, new File(bytesOf(contents), Date.now()));
  }

  /** Names in a folder in their order; null if there is none. */
  list(path = "") {
    const found = this.find(partsOf(path));
    return found instanceof Map ? [...found.keys()].sort() : null;
  }

  /** What is at a path: a file, a map, or undefined. */
  find(parts) {
    let at = this.#root;
    for (const part of parts) {
      if (!(at instanceof Map)) return undefined;
      at = at.get(part);
    }
    return at;
  }

  /** The folder that the last part of a path is in, for a change of it. */
  parent(parts) {
    if (this.#readOnly) throw new Failure(ERROR.readOnly);
    const found = this.find(parts.slice(0, -1));
    if (found === undefined) throw new Failure(ERROR.noEntry);
    if (!(found instanceof Map) || parts.length === 0) throw new Failure(ERROR.notFolder);
    return found;
  }
}

function folderOf(tree) {
  return new Map(
    Object.entries(tree).map(([name, contents]) => [
      name,
      typeof contents === "object" && !(contents instanceof Uint8Array)
        ? folderOf(contents)
        : new File(bytesOf(contents), Date.now()),
    ]),
  );
}

function bytesOf(contents) {
  return typeof contents === "string" ? encoder.encode(contents) : contents.slice();
}

/** The names on a path. One that leads out of the folder is refused. */
function partsOf(path) {
  const parts = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) throw new Failure(ERROR.notCapable);
  }
  return parts;
}

/**
 * @typedef {object} Given
 * @property {string[]} [args] the program's name and its arguments
 * @property {Record<string, string>} [env]
 * @property {Record<string, MemoryFiles>} [folders] by the names under which the program knows them
 * @property {string | Uint8Array | (() => Uint8Array | null)} [stdin]
 * @property {(bytes: Uint8Array) => void} [stdout]
 * @property {(bytes: Uint8Array) => void} [stderr]
 * @property {boolean} [terminal] whether the program shall take the three streams for a terminal
 * @property {() => number} [now] milliseconds since 1970; those that have passed are counted by it too
 * @property {(into: Uint8Array) => void} [random] fills what it is given
 * @property {number} [stackBytes] how much of the engine's stack the program may use; 640 KB if not given
 */

/**
 * Runs a module to its end and gives its exit code. What is no exit of the program (a fault of the
 * module, or a function given here that throws) leaves as an exception.
 *
 * @param {WebAssembly.Module | Uint8Array} module
 * @param {Given} [given]
 * @returns {number}
 */
export function run(module, given = {}) {
  const compiled = module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module);
  const system = new System(given);
  const instance = new WebAssembly.Instance(compiled, { wasi_snapshot_preview1: system.calls() });
  const { memory, stack_bytes: stackBytes, _start: start } = instance.exports;
  system.memory = memory;
  if (given.stackBytes !== undefined) stackBytes.value = given.stackBytes;
  try {
    start();
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    throw error;
  }
}

class System {
  memory;
  #given;
  #args;
  #env;
  /** By number: streams, given folders, and what the program has opened. */
  #open;
  #started;

  constructor(given) {
    this.#given = given;
    this.#args = (given.args ?? ["program"]).map(withZero);
    this.#env = Object.entries(given.env ?? {}).map(([name, value]) =>
      withZero(`${name}=${value}`),
    );
    this.#open = [
      { kind: "input", next: inputOf(given.stdin), rest: new Uint8Array(0) },
      { kind: "output", take: given.stdout ?? (() => {}) },
      { kind: "output", take: given.stderr ?? (() => {}) },
      ...Object.entries(given.folders ?? {}).map(([name, files]) => ({
        kind: "folder",
        name: encoder.encode(name),
        files,
        parts: [],
      })),
    ];
    this.#started = this.#now();
  }

  /** The functions as a module imports them: each gives an error number instead of a failure. */
  calls() {
    const calls = {};
    for (const [name, call] of Object.entries(CALLS)) {
      calls[name] = (...args) => {
        try {
          call.apply(this, args);
          return ERROR.none;
        } catch (error) {
          if (error instanceof Failure) return error.error;
          throw error;
        }
      };
    }
    calls.proc_exit = (code) => {
      throw new Exit(code);
    };
    return calls;
  }

  view() {
    return new DataView(this.memory.buffer);
  }

  bytes(at, length) {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  #now() {
    return this.#given.now?.() ?? Date.now();
  }

  nanoseconds(clock) {
    const wall = this.#now();
    if (clock === 0) return BigInt(Math.floor(wall * 1000)) * 1000n;
    const passed = this.#given.now === undefined ? performance.now() : wall - this.#started;
    return BigInt(Math.max(1, Math.floor(passed * 1e6)));
  }

  random(into) {
    if (this.#given.random !== undefined) return this.#given.random(into);
    // The browser gives 64 KB at once.
    for (let at = 0; at < into.length; at += 65536)
      into.set(crypto.getRandomValues(new Uint8Array(Math.min(65536, into.length - at))), at);
  }

  /** Texts with a table of their addresses. */
  texts(which, table, at) {
    const view = this.view();
    for (const text of which === "args" ? this.#args : this.#env) {
      view.setUint32(table, at, true);
      this.bytes(at, text.length).set(text);
      table += 4;
      at += text.length;
    }
  }

  textSizes(which, count, size) {
    const texts = which === "args" ? this.#args : this.#env;
    this.view().setUint32(count, texts.length, true);
    this.view().setUint32(
      size,
      texts.reduce((sum, text) => sum + text.length, 0),
      true,
    );
  }

  file(fd) {
    const found = this.#open[fd];
    if (found === undefined || found === null) throw new Failure(ERROR.badFile);
    return found;
  }

  /** A folder that the host has given. */
  given(fd) {
    const found = this.file(fd);
    if (found.name === undefined) throw new Failure(ERROR.badFile);
    return found;
  }

  close(fd) {
    this.file(fd);
    this.#open[fd] = null;
  }

  add(opened) {
    let fd = this.#open.indexOf(null, FIRST_FOLDER);
    if (fd < 0) fd = this.#open.length;
    this.#open[fd] = opened;
    return fd;
  }

  /** The files that a folder belongs to, and the path from their root. */
  path(fd, at, length) {
    const { kind, files, parts } = this.file(fd);
    if (kind !== "folder") throw new Failure(ERROR.notFolder);
    const text = decoder.decode(this.bytes(at, length).slice());
    if (text.startsWith("/")) throw new Failure(ERROR.notCapable);
    return { files, parts: [...parts, ...partsOf(text)] };
  }

  get isTerminal() {
    return this.#given.terminal === true;
  }
}

function withZero(text) {
  return encoder.encode(`${text}\0`);
}

function inputOf(stdin) {
  if (typeof stdin === "function") return stdin;
  let left = stdin === undefined ? null : bytesOf(stdin);
  return () => {
    const all = left;
    left = null;
    return all;
  };
}

function filetypeOf(entry) {
  return entry instanceof Map ? TYPE.folder : TYPE.file;
}

/** The parts of a scattered read or write. */
function* vectors(system, at, count) {
  for (let i = 0; i < count; i++) {
    const view = system.view();
    yield system.bytes(view.getUint32(at + i * 8, true), view.getUint32(at + i * 8 + 4, true));
  }
}

function readInto(opened, target) {
  if (opened.kind === "input") {
    while (opened.rest.length === 0) {
      const next = opened.next();
      if (next === null || next === undefined) return 0;
      opened.rest = next;
    }
    const count = Math.min(target.length, opened.rest.length);
    target.set(opened.rest.subarray(0, count));
    opened.rest = opened.rest.subarray(count);
    return count;
  }
  if (opened.kind === "folder") throw new Failure(ERROR.isFolder);
  if (opened.kind !== "file") throw new Failure(ERROR.badFile);
  const from = opened.file.contents.subarray(opened.at, opened.at + target.length);
  target.set(from);
  opened.at += from.length;
  return from.length;
}

function writeFrom(system, opened, source) {
  if (opened.kind === "output") return opened.take(source.slice());
  if (opened.kind !== "file" || !opened.mayWrite) throw new Failure(ERROR.badFile);
  if (opened.appends) opened.at = opened.file.size;
  opened.file.write(source, opened.at);
  opened.file.modified = Number(system.nanoseconds(0) / 1000000n);
  opened.at += source.length;
}

/** The right to write, among those that a file is opened with. */
const MAY_WRITE = 1n << 6n;

/** The functions; `this` is the system. */
const CALLS = {
  args_sizes_get(count, size) {
    this.textSizes("args", count, size);
  },
  args_get(table, at) {
    this.texts("args", table, at);
  },
  environ_sizes_get(count, size) {
    this.textSizes("env", count, size);
  },
  environ_get(table, at) {
    this.texts("env", table, at);
  },
  clock_time_get(clock, precision, out) {
    this.view().setBigUint64(out, this.nanoseconds(clock), true);
  },
  random_get(at, length) {
    this.random(this.bytes(at, length));
  },
  /** Of what can be waited for only the passing of time. */
  poll_oneoff(subscriptions, events, count, out) {
    const view = this.view();
    if (count < 1 || view.getUint8(subscriptions + 8) !== 0) throw new Failure(ERROR.invalid);
    const until = performance.now() + Number(view.getBigUint64(subscriptions + 24, true)) / 1e6;
    while (performance.now() < until);
    view.setBigUint64(events, view.getBigUint64(subscriptions, true), true);
    view.setBigUint64(events + 8, 0n, true);
    view.setUint32(out, 1, true);
  },
  fd_read(fd, table, count, out) {
    const opened = this.file(fd);
    let total = 0;
    for (const target of vectors(this, table, count)) {
      const read = readInto(opened, target);
      total += read;
      if (read < target.length) break;
    }
    this.view().setUint32(out, total, true);
  },
  fd_write(fd, table, count, out) {
    const opened = this.file(fd);
    let total = 0;
    for (const source of vectors(this, table, count)) {
      writeFrom(this, opened, source);
      total += source.length;
    }
    this.view().setUint32(out, total, true);
  },
  fd_close(fd) {
    this.close(fd);
  },
  fd_seek(fd, offset, whence, out) {
    const opened = this.file(fd);
    if (opened.kind !== "file") throw new Failure(ERROR.illegalSeek);
    const from =
      whence === WHENCE.start ? 0 : whence === WHENCE.current ? opened.at : opened.file.size;
    const at = from + Number(offset);
    if (at < 0) throw new Failure(ERROR.invalid);
    opened.at = at;
    this.view().setBigUint64(out, BigInt(at), true);
  },
  fd_fdstat_get(fd, out) {
    const opened = this.file(fd);
    const isStream = opened.kind === "input" || opened.kind === "output";
    const view = this.view();
    for (let at = 0; at < 24; at += 8) view.setBigUint64(out + at, 0n, true);
    const streams = this.isTerminal ? TYPE.terminal : TYPE.unknown;
    const type = isStream ? streams : opened.kind === "folder" ? TYPE.folder : TYPE.file;
    view.setUint8(out, type);
    view.setBigUint64(out + 8, 2n ** 64n - 1n, true);
    view.setBigUint64(out + 16, 2n ** 64n - 1n, true);
  },
  fd_prestat_get(fd, out) {
    const { name } = this.given(fd);
    this.view().setUint32(out, 0, true);
    this.view().setUint32(out + 4, name.length, true);
  },
  fd_prestat_dir_name(fd, at, length) {
    const { name } = this.given(fd);
    this.bytes(at, length).set(name.subarray(0, length));
  },
  fd_readdir(fd, at, length, cookie, out) {
    const opened = this.file(fd);
    if (opened.kind !== "folder") throw new Failure(ERROR.notFolder);
    const names = opened.files.find(opened.parts);
    if (names === undefined) throw new Failure(ERROR.noEntry);
    const buffer = this.bytes(at, length);
    let used = 0;
    let next = 0n;
    for (const [name, entry] of names) {
      next++;
      if (next <= cookie) continue;
      const text = encoder.encode(name);
      const head = new DataView(new ArrayBuffer(24));
      head.setBigUint64(0, next, true);
      head.setBigUint64(8, next, true);
      head.setUint32(16, text.length, true);
      head.setUint8(20, filetypeOf(entry));
      const whole = new Uint8Array([...new Uint8Array(head.buffer), ...text]);
      const part = whole.subarray(0, length - used);
      buffer.set(part, used);
      used += part.length;
      if (used === length) break;
    }
    this.view().setUint32(out, used, true);
  },
  path_open(fd, lookUp, at, length, how, rights, inheriting, flags, out) {
    const { files, parts } = this.path(fd, at, length);
    let found = files.find(parts);
    const mayWrite = (rights & MAY_WRITE) !== 0n;
    if (found !== undefined && (how & OPEN.exclusive) !== 0) throw new Failure(ERROR.exists);
    if ((how & OPEN.folder) !== 0 && found !== undefined && !(found instanceof Map))
      throw new Failure(ERROR.notFolder);
    if (found === undefined) {
      if ((how & OPEN.create) === 0) throw new Failure(ERROR.noEntry);
      found = new File(new Uint8Array(0), Number(this.nanoseconds(0) / 1000000n));
      files.parent(parts).set(parts.at(-1), found);
    } else if (found instanceof Map) {
      if (mayWrite || (how & OPEN.create) !== 0) throw new Failure(ERROR.isFolder);
      this.view().setUint32(out, this.add({ kind: "folder", files, parts }), true);
      return;
    }
    if (mayWrite) files.parent(parts);
    if ((how & OPEN.truncate) !== 0) found.resize(0);
    const appends = (flags & APPEND) !== 0;
    const opened = { kind: "file", file: found, at: 0, mayWrite, appends };
    this.view().setUint32(out, this.add(opened), true);
  },
  path_filestat_get(fd, flags, at, length, out) {
    const { files, parts } = this.path(fd, at, length);
    const found = files.find(parts);
    if (found === undefined) throw new Failure(ERROR.noEntry);
    const view = this.view();
    for (let i = 0; i < 64; i += 8) view.setBigUint64(out + i, 0n, true);
    view.setUint8(out + 16, filetypeOf(found));
    view.setBigUint64(out + 24, 1n, true);
    if (!(found instanceof File)) return;
    view.setBigUint64(out + 32, BigInt(found.size), true);
    const time = BigInt(Math.floor(found.modified)) * 1000000n;
    for (const field of [40, 48, 56]) view.setBigUint64(out + field, time, true);
  },
  path_create_directory(fd, at, length) {
    const { files, parts } = this.path(fd, at, length);
    if (files.find(parts) !== undefined) throw new Failure(ERROR.exists);
    files.parent(parts).set(parts.at(-1), new Map());
  },
  path_remove_directory(fd, at, length) {
    const { files, parts } = this.path(fd, at, length);
    const found = files.find(parts);
    if (found === undefined) throw new Failure(ERROR.noEntry);
    if (!(found instanceof Map)) throw new Failure(ERROR.notFolder);
    if (found.size > 0) throw new Failure(ERROR.notEmpty);
    files.parent(parts).delete(parts.at(-1));
  },
  path_unlink_file(fd, at, length) {
    const { files, parts } = this.path(fd, at, length);
    const found = files.find(parts);
    if (found === undefined) throw new Failure(ERROR.noEntry);
    if (found instanceof Map) throw new Failure(ERROR.isFolder);
    files.parent(parts).delete(parts.at(-1));
  },
  path_rename(fd, at, length, toFd, toAt, toLength) {
    const from = this.path(fd, at, length);
    const to = this.path(toFd, toAt, toLength);
    const found = from.files.find(from.parts);
    if (found === undefined) throw new Failure(ERROR.noEntry);
    const old = to.files.find(to.parts);
    if (old instanceof Map && !(found instanceof Map)) throw new Failure(ERROR.isFolder);
    if (old instanceof Map && old.size > 0) throw new Failure(ERROR.notEmpty);
    if (old instanceof File && found instanceof Map) throw new Failure(ERROR.notFolder);
    const target = to.files.parent(to.parts);
    from.files.parent(from.parts).delete(from.parts.at(-1));
    target.set(to.parts.at(-1), found);
  },
};
