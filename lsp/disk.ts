/** Files on disk, as the server and its engine see them. */
import { readdirSync, readFileSync } from "node:fs";
import type { TextHost } from "./engine/analyser.ts";

export function diskHost(libraryRoot: string): TextHost {
  return {
    libraryRoot,
    read: (path) => attempt(() => readFileSync(path, "utf8")),
    list: (folder) => attempt(() => readdirSync(folder)) ?? [],
    embed: (path) => attempt(() => readFileSync(path, "latin1")),
  };
}

function attempt<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch {
    return null;
  }
}
