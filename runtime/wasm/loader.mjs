/**
 * Runs a module that `wright build --target wasm` has made, in Node:
 *
 *     node out/scheme.mjs program.scm            the module beside this file, with all that Node may do
 *     import { run } from "./out/scheme.mjs"     with what it is given, and nothing else
 *
 * The module is an ordinary WASI command (preview 1). Beside WASI it may ask for functions of floats
 * that WebAssembly has no instructions for (`wright_math`).
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { WASI } from "node:wasi";

/** Functions of one or two floats, as C defines them where JavaScript differs. */
export const math = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  exp: Math.exp,
  exp2: (a) => 2 ** a,
  expm1: Math.expm1,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  cbrt: Math.cbrt,
  hypot: (a, b) => Math.hypot(a, b),
  // 1 to any power, and -1 to an infinite one, is 1.
  pow: (a, b) => (a === 1 || (a === -1 && (b === Infinity || b === -Infinity)) ? 1 : a ** b),
};

/**
 * Runs a module and gives its exit code.
 *
 * @param {Uint8Array} bytes the module
 * @param {object} given
 * @param {string[]} [given.args] the program's name and its arguments
 * @param {Record<string, string>} [given.env] environment variables; none unless given
 * @param {Record<string, string>} [given.folders] folders of this machine by the names under which
 *   the program knows them; none unless given
 * @param {number} [given.stdin] file descriptors of the standard streams
 * @param {number} [given.stdout]
 * @param {number} [given.stderr]
 * @returns {number}
 */
export function run(bytes, { args = ["program"], env = {}, folders = {}, stdin, stdout, stderr }) {
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
  const module = new WebAssembly.Module(bytes);
  const imports = { ...wasi.getImportObject(), wright_math: math };
  return wasi.start(new WebAssembly.Instance(module, imports));
}

const here = fileURLToPath(import.meta.url);
if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) {
  const path = here.replace(/\.mjs$/, ".wasm");
  process.exitCode = run(readFileSync(path), {
    args: [path, ...process.argv.slice(2)],
    env: process.env,
    folders: { ".": process.cwd(), "/": "/" },
  });
}
