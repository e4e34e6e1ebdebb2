/**
 * From the LANG of the command line to a project: a folder with a langwright.json, or a `.wr` file.
 *
 * Paths are kept as the user would write them, relative to the working directory, because that is
 * what messages show and terminals make clickable.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { nearest } from "../dsl/bind/nearest.ts";
import type { Diagnostic } from "../dsl/syntax/diagnostics.ts";
import { CONFIG_NAME, readConfig, type Config } from "./config.ts";
import { configSchema } from "./install.ts";
import { UsageError } from "./options.ts";

export interface Project {
  readonly name: string;
  /** The folder of the entry: where imports are looked for. */
  readonly folder: string;
  readonly entry: string;
  /** Null for a lone `.wr` file. */
  readonly config: Config | null;
  /** Where the VM goes without `-o`. */
  readonly output: string;
}

/** langwright.json is wrong; the diagnostics say how. */
export class ConfigError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((one) => one.message).join("; "));
    this.diagnostics = diagnostics;
  }
}

export function openProject(written: string | undefined): Project {
  const path = written ?? ".";
  const found = statOf(path);
  if (found === null) throw noSuch(path);
  if (found.isDirectory()) return openFolder(path, written === undefined);
  if (basename(path) === CONFIG_NAME) return openFolder(dirname(path), false);
  if (!path.endsWith(".wr")) {
    throw new UsageError(`${path} is neither a folder with a ${CONFIG_NAME} nor a .wr file`);
  }
  const name = basename(path, ".wr");
  return {
    name,
    folder: folderOf(path),
    entry: shown(path),
    config: null,
    output: join("out", name),
  };
}

function openFolder(folder: string, implied: boolean): Project {
  const path = join(folder, CONFIG_NAME);
  const text = readText(path);
  if (text === null) {
    throw implied
      ? new UsageError(
          `there is no ${CONFIG_NAME} here`,
          "name a language: a folder with one, or a .wr file",
        )
      : new UsageError(
          `${shown(folder)} has no ${CONFIG_NAME}`,
          `write one: { "name": "${guessName(folder)}", "entry": "main.wr" }`,
        );
  }
  const { config, diagnostics } = readConfig(shown(path), text, configSchema());
  if (config === null) throw new ConfigError(diagnostics);
  const entry = join(folder, config.entry);
  if (statOf(entry)?.isFile() !== true) {
    throw new UsageError(
      `${shown(path)} names the entry ${config.entry}, but there is no file ${shown(entry)}`,
    );
  }
  const output =
    config.output === undefined ? join("out", config.name) : shown(join(folder, config.output));
  return { name: config.name, folder: folderOf(entry), entry: shown(entry), config, output };
}

/** The folder of a file, as a prefix for other paths: "." is written out. */
function folderOf(file: string): string {
  return dirname(shown(file));
}

/** A path as the user would write it. */
export function shown(path: string): string {
  const from = relative(process.cwd(), resolve(path));
  return from === "" ? "." : from;
}

export function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return null;
    throw new UsageError(`cannot read ${shown(path)}: ${reasonOf(error)}`);
  }
}

/** Node's message without its code and path: `permission denied`. */
export function reasonOf(error: unknown): string {
  const { message } = error as Error;
  return /^E[A-Z]+: ([^,]*)/.exec(message)?.[1] ?? message;
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

function guessName(folder: string): string {
  return (
    basename(resolve(folder))
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, "") || "tiny"
  );
}

function noSuch(path: string): UsageError {
  const parent = dirname(path);
  let siblings: string[] = [];
  try {
    siblings = readdirSync(parent, { withFileTypes: true })
      .filter((one) => one.isDirectory() || one.name.endsWith(".wr"))
      .map((one) => one.name);
  } catch {
    // No parent either: nothing to suggest.
  }
  const near = nearest(basename(path), siblings);
  return new UsageError(
    `there is no folder or file ${path}`,
    near === null ? null : `did you mean \`${join(parent, near)}\`?`,
  );
}

/** Every file below `folder` that `wanted` accepts, in a fixed order; not in out, dot folders or node_modules. */
export function filesBelow(folder: string, wanted: (name: string) => boolean): string[] {
  const found: string[] = [];
  const visit = (at: string) => {
    const entries = readdirSync(at, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) {
        if (!entry.name.startsWith(".") && !SKIPPED.has(entry.name)) visit(path);
      } else if (wanted(entry.name)) found.push(path);
    }
  };
  visit(folder);
  return found;
}

const SKIPPED = new Set(["node_modules", "out", "dist"]);
