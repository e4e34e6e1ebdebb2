/**
 * How long a program of one line takes until its first byte of output.
 *
 *     node bench/start.ts [--wasm out/scheme.mjs] [--native out/scheme] [--rounds 20]
 *
 * A VM that is not there is built.
 *
 * From just before a shell starts the process (which takes some 2 ms) to when its output arrives here, and
 * the processor time that the process took in all, by turns: Node with a script that writes a byte, Node
 * with a thread that does so (what the VM would need for its stack, without JSPI), the Scheme VM as
 * WebAssembly in Node, and natively. The least of all rounds is what a machine with nothing else to do
 * would show; the median says how far from that this one is.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { machine, options, output } from "./command-line.ts";

const given = options({ wasm: "out/scheme.mjs", native: "out/scheme", rounds: "20" });
const FOLDER = resolve("out/bench");
mkdirSync(FOLDER, { recursive: true });

function file(name: string, text: string): string {
  const path = resolve(FOLDER, name);
  writeFileSync(path, text);
  return path;
}

const program = file("one-line.scm", "(display 1)\n");
const script = file("one-byte.mjs", 'import { writeSync } from "node:fs";\nwriteSync(1, "1");\n');
const thread = file(
  "one-thread.mjs",
  `import { Worker } from "node:worker_threads";
new Worker('require("node:fs").writeSync(1, "1")', { eval: true });
`,
);
const node = [process.execPath, "--no-warnings"];
build(given.native, given.native);
build(given.wasm, given.wasm.replace(/\.mjs$/, ".wasm"), "--target", "wasm", "--dev");
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "Node, a script": [...node, script],
  "Node, a thread": [...node, thread],
  "Scheme as WebAssembly": [...node, resolve(given.wasm), program],
  "Scheme, native": [resolve(given.native), program],
};

function build(wanted: string, target: string, ...how: readonly string[]): void {
  if (existsSync(wanted)) return;
  console.error(`building ${wanted} …`);
  output([process.execPath, "cli/main.ts", "build", "langs/scheme", "-q", "-o", target, ...how]);
}

interface Start {
  /** Milliseconds until the first byte. */
  readonly first: number;
  /** Milliseconds of the processor, user and system, until the end. */
  readonly processor: number;
}

/** Bash knows the processor time of what it has waited for. */
const TIMED = ["bash", "-c", 'TIMEFORMAT="%U %S"; time "$@"', "bash"];

function start(command: readonly string[]): Promise<Start> {
  return new Promise((done, fail) => {
    const [shell, ...rest] = [...TIMED, ...command];
    const began = performance.now();
    const child = spawn(shell!, rest, { stdio: ["ignore", "pipe", "pipe"] });
    let first = NaN;
    let errors = "";
    child.stdout.once("data", () => (first = performance.now() - began));
    child.stdout.resume();
    child.stderr.on("data", (bytes: Buffer) => (errors += bytes.toString()));
    child.on("error", fail);
    child.on("close", () => {
      const times = /^(\d+\.\d+) (\d+\.\d+)$/m.exec(errors);
      if (times === null || Number.isNaN(first)) fail(new Error(`${command.join(" ")}: ${errors}`));
      else done({ first, processor: 1000 * (Number(times[1]) + Number(times[2])) });
    });
  });
}

const found = new Map<string, Start[]>(Object.keys(COMMANDS).map((name) => [name, []]));
for (let round = 0; round < Number(given.rounds); round++)
  for (const [name, command] of Object.entries(COMMANDS))
    found.get(name)!.push(await start(command));

const ranked = (all: readonly Start[], of: keyof Start): number[] =>
  all.map((one) => one[of]).sort((a, b) => a - b);
console.log(`${machine()}, ${given.rounds} rounds, milliseconds\n`);
console.log("| what | first byte: least | median | processor: least | median |");
console.log("|---|---:|---:|---:|---:|");
for (const [name, all] of found) {
  const [first, processor] = [ranked(all, "first"), ranked(all, "processor")];
  const middle = all.length >> 1;
  const cells = [first[0]!, first[middle]!, processor[0]!, processor[middle]!];
  console.log(`| ${name} | ${cells.map((one) => one.toFixed(0)).join(" | ")} |`);
}
