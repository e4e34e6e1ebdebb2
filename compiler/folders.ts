/**
 * Making folders, with the ones above them.
 *
 * Node's own recursive `mkdir` never returns where a folder exists and refuses what is made in it with
 * ENOENT, as /proc does: it takes the refusal for a missing parent, for ever. Here every folder is made
 * by a call of its own, from the first one that is missing, and the first refusal is the answer.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Throws what Node's `mkdir` throws, for the folder that could not be made. */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  let at = resolve(path);
  while (!isThere(at)) {
    missing.push(at);
    if (dirname(at) === at) break;
    at = dirname(at);
  }
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder);
    } catch (error) {
      // Somebody else may have made it in the meantime.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !isFolder(folder)) throw error;
    }
  }
  if (missing.length === 0 && !isFolder(path)) mkdirSync(path);
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Above it is something that is no folder: making it will say so.
    return false;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
