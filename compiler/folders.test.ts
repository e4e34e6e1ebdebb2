import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeFolder } from "./folders.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "wright-folders-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

test("folders are made with those above them, and may be there already", () => {
  const path = join(FOLDER, "a/b/c");
  makeFolder(path);
  makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

test("a file in the way is an error that names it", () => {
  const file = join(FOLDER, "file");
  writeFileSync(file, "");
  expect(() => makeFolder(file)).toThrow(/EEXIST.*file/);
  expect(() => makeFolder(join(file, "below/it"))).toThrow(/ENOTDIR|EEXIST/);
});

test.skipIf(!existsSync("/proc/self"))("where nothing can be made, that is the answer", () => {
  expect(() => makeFolder("/proc/self/wright/vm")).toThrow(/ENOENT|EACCES|EPERM/);
});
