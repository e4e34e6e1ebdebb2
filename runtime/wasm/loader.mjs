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
import { isMainThread, Worker } from "node:worker_threads";

/** The stack of the thread in which a program runs that is started from the command line. */
const STACK_MEGABYTES = 256;

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

/** The worker's program, in which `run` is all that there is: a module of its own would take longer to load. */
const WORKER = `
  const { module, given } = require("node:worker_threads").workerData;
  ${run}
  process.exitCode = run(module, given);
`;

/**
 * Runs the module beside this file with this process's arguments, environment and files, in a thread
 * with a large stack.
 */
function runBesideUs(path) {
  const given = {
    args: [path, ...process.argv.slice(2)],
    env: { ...process.env },
    folders: { ".": process.cwd(), "/": "/" },
    // Engines take more for a frame than the program counts.
    stackBytes: (STACK_MEGABYTES / 4) * 2 ** 20,
  };
  const worker = new Worker(WORKER, {
    eval: true,
    workerData: { module: compile(readFileSync(path)), given },
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
