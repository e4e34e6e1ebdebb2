/** Files on disk, as the server and its engine see them. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import type { TextHost } from "./engine/analyser.ts";

export function diskHost(libraryRoot: string): TextHost {
  return {
    libraryRoot,
    read: remembered((path) => readFileSync(path, "utf8")),
    list: (folder) => attempt(() => readdirSync(folder)) ?? [],
    embed: remembered((path) => readFileSync(path, "latin1")),
  };
}

/** Reads a file only if it is another than it was: an analysis asks for every file of a program. */
function remembered(read: (path: string) => string): (path: string) => string | null {
  const known = new Map<string, { readonly version: string; readonly text: string }>();
  return (path) =>
    attempt(() => {
      const { mtimeMs, ctimeMs, size, ino } = statSync(path);
      const version = [mtimeMs, ctimeMs, size, ino].join(" ");
      const old = known.get(path);
      if (old?.version === version) return old.text;
      const text = read(path);
      known.set(path, { version, text });
      return text;
    });
}

function attempt<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch {
    return null;
  }
}
