/**
 * Which files of code the last build of an executable had to compile. Who changes a function is likely
 * to change it again: those files come first then, and are compiled while the others are still written.
 *
 * This is a guess about order, by executable, in a file of names: whatever it says, the same files are
 * made of the program.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { makeFolder } from "../folders.ts";

export async function recentlyCompiled(cache: string, output: string): Promise<string[]> {
  const text = await readFile(recordOf(cache, output), "utf8").catch(() => "");
  return text.split("\n");
}

/** Of a build in which most of the files were known: else there was no small change to speak of. */
export async function rememberCompiled(
  cache: string,
  output: string,
  compiled: readonly string[],
  known: number,
): Promise<void> {
  if (compiled.length === 0 || compiled.length > known) return;
  try {
    makeFolder(join(cache, FOLDER));
    await writeFile(recordOf(cache, output), compiled.join("\n"));
  } catch {
    // The next build is in another order.
  }
}

const FOLDER = "recent";

function recordOf(cache: string, output: string): string {
  const name = createHash("sha256").update(resolve(output)).digest("hex").slice(0, 40);
  return join(cache, FOLDER, name);
}
