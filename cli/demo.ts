/**
 * `npm start`: builds the Simple Object Machine of `examples/som` and runs a program on it.
 *
 * Without a C compiler the same program runs in the evaluator, and we say so.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findCompiler } from "../compiler/c/toolchain.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const LAUNCHER = join(ROOT, "cli", "wright.mjs");
const LANGUAGE = "examples/som";
const PROGRAM = ["-cp", "examples/som/demo", "Tour"];

function step(title: string, command: string, args: readonly string[]): number {
  process.stderr.write(
    `\n${title}\n  $ ${[command === process.execPath ? "npx wright" : command, ...shownArgs(args)].join(" ")}\n\n`,
  );
  const start = performance.now();
  const result = spawnSync(command, args, { cwd: ROOT, stdio: "inherit" });
  process.stderr.write(`  (${((performance.now() - start) / 1000).toFixed(2)} s)\n`);
  return result.status ?? 1;
}

function shownArgs(args: readonly string[]): readonly string[] {
  return args[0] === LAUNCHER ? args.slice(1) : args;
}

const compiler = await findCompiler(process.env["CC"] || null);
if ("kind" in compiler) {
  process.stderr.write(
    `There is no C compiler here (${compiler.message}), so the program runs in Wright's evaluator instead.\n`,
  );
  process.exitCode = step(
    "Running a SOM program, interpreted by the interpreter's own definition:",
    process.execPath,
    [LAUNCHER, "run", LANGUAGE, ...PROGRAM],
  );
} else {
  const built = step(
    "Building a virtual machine from an interpreter written in Wright:",
    process.execPath,
    [LAUNCHER, "build", LANGUAGE, "-o", "out/som"],
  );
  process.exitCode =
    built === 0 ? step("Running a SOM program on it:", join("out", "som"), PROGRAM) : built;
}
