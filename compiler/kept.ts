/**
 * What the toolchain makes of its own sources, kept in the cache directory.
 *
 * A kept file is named after everything that determines it: the texts of the toolchain, of the library
 * and of the runtime, and the version of Node, whose serialisation some are in. It begins with a
 * checksum of the rest. So a file of another version is never looked at, one that was damaged is made
 * again, and a cache that cannot be written costs time only.
 *
 * `npm ci` makes the files that most builds need in the toolchain's own folder (`tools/prepare.mjs`); a
 * cache without them takes them from there.
 */
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder } from "./folders.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** Where the texts are that everything kept depends on. */
const INPUTS = ["dsl", "compiler", "runtime/gc", "runtime/wasm"];
const CHECKSUM_BYTES = 32;
/** A cache as any other, in the toolchain's folder. */
export const SHIPPED = join(ROOT, ".cache");

/** What `make` gives, from the cache directory if this toolchain has made it before. */
export function kept(cache: string, name: string, make: () => Uint8Array): Uint8Array {
  const path = keptPath(cache, name);
  const known = readKept(path);
  if (known !== null) return known;
  const made = make();
  writeKept(path, made);
  return made;
}

/** Gives a cache what another one has of this toolchain, and it has not. */
export function adoptKept(cache: string, from = SHIPPED): void {
  for (const name of keptNames(from)) {
    const path = keptPath(cache, name);
    if (readKept(path) !== null) continue;
    const content = readKept(keptPath(from, name));
    if (content !== null) writeKept(path, content);
  }
}

/** Removes what other versions of the toolchain have kept. */
export function forgetOthers(cache: string): void {
  const own = new Set(keptNames(cache).map((name) => keptPath(cache, name)));
  for (const file of keptFiles(cache)) {
    const path = join(cache, "runtime", file);
    if (!own.has(path)) discard(path);
  }
}

/** Of this version. */
function keptNames(cache: string): string[] {
  const end = `-${fingerprint()}`;
  const files = keptFiles(cache).filter((file) => file.endsWith(end));
  return files.map((file) => file.slice(0, -end.length));
}

function keptFiles(cache: string): string[] {
  try {
    return readdirSync(join(cache, "runtime"));
  } catch {
    return [];
  }
}

/** Whether a file of that name is there, for those who could have it made in the meantime. */
export function isKept(cache: string, name: string): boolean {
  return readKept(keptPath(cache, name)) !== null;
}

function keptPath(cache: string, name: string): string {
  return join(cache, "runtime", `${name}-${fingerprint()}`);
}

function readKept(path: string): Uint8Array | null {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    return null;
  }
  const content = bytes.subarray(CHECKSUM_BYTES);
  return checksum(content).equals(bytes.subarray(0, CHECKSUM_BYTES)) ? content : null;
}

function writeKept(path: string, content: Uint8Array): void {
  const temporary = `${path}.${randomBytes(4).toString("hex")}`;
  try {
    makeFolder(join(path, ".."));
    writeFileSync(temporary, Buffer.concat([checksum(content), content]));
    renameSync(temporary, path);
  } catch {
    discard(temporary);
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where it would be is no folder.
  }
}

function checksum(content: Uint8Array): Buffer {
  return createHash("sha256").update(content).digest();
}

let known: string | null = null;

/** Of a toolchain that does not change while it runs. */
function fingerprint(): string {
  known ??= fingerprintOf(INPUTS);
  return known;
}

function fingerprintOf(inputs: readonly string[]): string {
  const hash = createHash("sha256").update(process.versions.v8);
  for (const input of inputs)
    for (const name of readdirSync(join(ROOT, input), { recursive: true, encoding: "utf8" }).sort())
      if (/(?<!\.test)\.(ts|wr)$/.test(name))
        hash.update(`${input}/${name}\0`).update(readFileSync(join(ROOT, input, name)));
  return hash.digest("hex").slice(0, 40);
}
