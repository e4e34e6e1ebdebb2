/** Where this copy of Langwright lives: the library, the templates, the schema, the version. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Schema } from "./config.ts";

/** The package's folder: found upwards, because the bundle lies elsewhere than the sources. */
export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

export const libraryFolder = join(packageRoot, "dsl", "lib");
export const templatesFolder = join(packageRoot, "cli", "templates");

function findRoot(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "package.json")) && existsSync(join(at, "dsl", "lib"))) return at;
    if (dirname(at) === at) return folder;
  }
}

export function version(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    version: string;
  };
  return manifest.version;
}

export function configSchema(): Schema {
  return JSON.parse(
    readFileSync(join(packageRoot, "cli", "langwright.schema.json"), "utf8"),
  ) as Schema;
}

/** Compiled runtimes and crash reports: `$WRIGHT_CACHE`, or where this user's caches are. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const own = env["WRIGHT_CACHE"];
  if (own !== undefined && own !== "") return own;
  const shared = env["XDG_CACHE_HOME"];
  return join(
    shared !== undefined && shared !== "" ? shared : join(homedir(), ".cache"),
    "langwright",
  );
}
