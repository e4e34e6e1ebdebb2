/**
 * How programs are read from the file system, for the compiler.
 *
 * A file's path in messages and tracebacks is what the user would write. The library is the exception:
 * its files are called `<library>/wright/…` wherever it is installed, so that the same program gives
 * the same binary on every machine.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CompilerHost } from "../compiler/driver.ts";
import { sourceFile, type SourceFile } from "../dsl/syntax/source.ts";
import { libraryFolder } from "./install.ts";
import { readText, shown } from "./project.ts";

export const LIBRARY_ROOT = "<library>";

export interface FileHost extends CompilerHost {
  /** Files of the project that were read or looked for: what watching must watch. */
  readonly seen: ReadonlySet<string>;
}

/** `overlay`: files that exist only in memory, by path. */
export function fileHost(overlay: Readonly<Record<string, string>> = {}): FileHost {
  const files = new Map<string, SourceFile | null>();
  const seen = new Set<string>();
  return {
    libraryRoot: LIBRARY_ROOT,
    seen,
    read(path) {
      let file = files.get(path);
      if (file === undefined) {
        const text = overlay[path] ?? readText(realPath(path));
        file = text === null ? null : sourceFile(path, text);
        files.set(path, file);
        if (!isLibraryPath(path)) seen.add(path);
      }
      return file;
    },
    list(folder) {
      try {
        return readdirSync(realPath(folder));
      } catch {
        return [];
      }
    },
    embed(path, from) {
      const file = join(dirname(realPath(from.path)), path);
      seen.add(shown(file));
      try {
        return readFileSync(file, "latin1");
      } catch {
        return null;
      }
    },
  };
}

function isLibraryPath(path: string): boolean {
  return path === LIBRARY_ROOT || path.startsWith(`${LIBRARY_ROOT}/`);
}

/** Where a file of the program lies on this machine. */
export function realPath(path: string): string {
  if (isLibraryPath(path)) return join(libraryFolder, path.slice(LIBRARY_ROOT.length));
  return path === "" ? "." : path;
}
