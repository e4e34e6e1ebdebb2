/**
 * Runs a module that `wright build --target wasm` has made, in Node:
 *
 *     node out/scheme.mjs program.scm            the module beside this file, with all that Node may do
 *     import { run } from "./out/scheme.mjs"     with what it is given, and nothing else
 *
 * The module is an ordinary WASI command (preview 1) that needs nothing beside WASI.
 */
import { readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";

/** The stack of a program that is started from the command line. Its pages are made as they are used. */
const STACK_MEGABYTES = 256;

/**
 * A module of one function that calls itself as often as it is told and then sets `reached`:
 *
 *     (func (export "descend") (param i32) (local 1000 × i64)
 *       (if (local.get 0)
 *         (then (call 0 (i32.sub (local.get 0) (i32.const 1))))
 *         (else (global.set 0 (i32.const 1)))))
 */
// prettier-ignore
const PROBE = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  1, 5, 1, 0x60, 1, 0x7f, 0, // types: i32 to nothing
  3, 2, 1, 0, // functions
  6, 6, 1, 0x7f, 1, 0x41, 0, 0x0b, // globals: a mutable i32
  7, 21, 2, 7, ...new TextEncoder().encode("descend"), 0, 0, 7, ...new TextEncoder().encode("reached"), 3, 0,
  10, 24, 1, 22, 1, 0xe8, 7, 0x7e, // code: 1000 locals
  0x20, 0, 0x04, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x10, 0, 0x05, 0x41, 1, 0x24, 0, 0x0b, 0x0b,
]);
/** Of 8 KB and more. */
const PROBE_LEVELS = 160;

/**
 * Runs a module and gives its exit code.
 *
 * @param {WebAssembly.Module | Uint8Array} module
 * @param {object} given
 * @param {string[]} [given.args] the program's name and its arguments
 * @param {Record<string, string>} [given.env] environment variables; none unless given
 * @param {Record<string, string>} [given.folders] folders of this machine by the names under which
 *   the program knows them; none unless given
 * @param {number} [given.stackBytes] how much of the engine's stack the program may use: more than the
 *   640 KB that are safe in every thread needs one that was made with a larger stack
 * @param {number} [given.stdin] file descriptors of the standard streams
 * @param {number} [given.stdout]
 * @param {number} [given.stderr]
 * @returns {number}
 */
export function run(module, given) {
  const { args = ["program"], env = {}, folders = {}, stackBytes, stdin, stdout, stderr } = given;
  const { WASI } = process.getBuiltinModule("node:wasi");
  const wasi = new WASI({
    version: "preview1",
    args,
    env,
    preopens: folders,
    returnOnExit: true,
    ...(stdin === undefined ? {} : { stdin }),
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
  });
  const compiled = module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module);
  const imports = wasi.getImportObject();
  const instance = new WebAssembly.Instance(compiled, imports);
  if (stackBytes !== undefined) instance.exports.stack_bytes.value = stackBytes;
  return wasi.start(instance);
}

/**
 * Runs the module beside this file with this process's arguments, environment and files, on a stack of
 * its own. `_start` of a module may wait for a promise (JSPI), so engines give it one; V8 takes its size
 * from settings. This one never waits, so it has run when the call comes back. An engine that has
 * no JSPI, or does not heed the settings, has a thread with a large stack instead, which takes twice as
 * long to start.
 */
function runBesideUs(path) {
  const module = compile(readFileSync(path));
  const given = {
    args: [path, ...process.argv.slice(2)],
    env: { ...process.env },
    folders: { ".": process.cwd(), "/": "/" },
    // Engines take more for a frame than the program counts.
    stackBytes: (STACK_MEGABYTES / 4) * 2 ** 20,
  };
  if (hasLargeStacks()) runOnOwnStack(module, given);
  else runInThread(module, given);
}

/**
 * Whether calls that may wait get a stack as large as ours from now on: a function that needs more than
 * the usual one (984 KB) tries it.
 */
function hasLargeStacks() {
  if (typeof WebAssembly.promising !== "function") return false;
  const kilobytes = STACK_MEGABYTES * 1024;
  // The size is the lesser of the two; the stack that the process has already is not touched by them.
  setFlagsFromString(`--stack-size=${kilobytes}`);
  setFlagsFromString(`--wasm-stack-switching-stack-size=${kilobytes}`);
  const { descend, reached } = new WebAssembly.Instance(new WebAssembly.Module(PROBE)).exports;
  WebAssembly.promising(descend)(PROBE_LEVELS).catch(() => {});
  return reached.value === 1;
}

/** What `proc_exit` throws to leave a module. */
class Exit {
  constructor(code) {
    this.code = code;
  }
}

function runOnOwnStack(module, { args, env, folders, stackBytes }) {
  const WASI = quietly(() => process.getBuiltinModule("node:wasi").WASI);
  const wasi = new WASI({ version: "preview1", args, env, preopens: folders });
  const exit = (code) => {
    throw new Exit(code);
  };
  const calls = { ...onTheUsualStack(wasi.wasiImport), proc_exit: exit };
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: calls });
  const { memory, stack_bytes, _start } = instance.exports;
  stack_bytes.value = stackBytes;
  // It is told of the memory, and given nothing to start.
  wasi.initialize({ exports: { memory } });
  WebAssembly.promising(_start)().catch((error) => {
    if (!(error instanceof Exit)) throw error;
    process.exitCode = error.code;
  });
}

/**
 * Functions that leave the module's stack before they call. V8 may bind a module to Node's C++ itself,
 * which then runs on that stack; and where it tells V8 of memory it takes (as `fd_write` does), a collection
 * may come due there, which ends the process: "Check failed: isolate_->IsOnCentralStack()".
 */
function onTheUsualStack(functions) {
  const wrapped = Object.entries(functions).map(([name, call]) => [
    name,
    (...args) => call(...args),
  ]);
  return Object.fromEntries(wrapped);
}

/** Without Node's warning that WASI is experimental, which would be on the errors of every program. */
function quietly(action) {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return action();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** The thread's program, in which `run` is all that there is: a module of its own would take longer to load. */
const THREAD = `
  const { module, given } = require("node:worker_threads").workerData;
  ${quietly}
  ${run}
  quietly(() => process.getBuiltinModule("node:wasi"));
  process.exitCode = run(module, given);
`;

function runInThread(module, given) {
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const worker = new Worker(THREAD, {
    eval: true,
    workerData: { module, given },
    resourceLimits: { stackSizeMb: STACK_MEGABYTES },
  });
  worker.on("exit", (code) => (process.exitCode = code));
}

/**
 * Modules say which of their tests hardly ever hold, of which V8 makes better code. Browsers do so
 * unasked; from its version 14 on so does Node, and an older one that is asked. It is asked for
 * this module alone: with other settings than usual Node starts a thread without its cached code.
 */
function compile(bytes) {
  if (Number.parseInt(process.versions.v8) >= 14) return new WebAssembly.Module(bytes);
  try {
    setFlagsFromString("--experimental-wasm-branch-hinting");
    return new WebAssembly.Module(bytes);
  } finally {
    setFlagsFromString("--no-experimental-wasm-branch-hinting");
  }
}

function realpath(path) {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

const here = fileURLToPath(import.meta.url);
if (isMainThread && process.argv[1] !== undefined && here === realpath(process.argv[1]))
  runBesideUs(here.replace(/\.mjs$/, ".wasm"));
