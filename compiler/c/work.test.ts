/** Folders of builds that were killed go, all others stay. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newWorkFolder } from "./work.ts";

const HOUR = 3600;

test("what a killed build has left is removed an hour later", () => {
  const cache = mkdtempSync(join(tmpdir(), "wright-work-"));
  const ended = spawnSync(process.execPath, ["-e", ""]).pid;
  const now = Date.now() / 1000;
  const folder = (name: string, hours: number) => {
    mkdirSync(join(cache, name));
    writeFileSync(join(cache, name, "part.c"), "");
    utimesSync(join(cache, name), now - hours * HOUR, now - hours * HOUR);
  };
  folder(`work-${ended}-0123456789ab`, 1.1);
  folder("work-0123456789ab", 1.1);
  const kept = [`work-${ended}-ffffffffffff`, `work-${process.pid}-0123456789ab`, "work-of-mine"];
  folder(kept[0]!, 0.9);
  folder(kept[1]!, 100);
  folder(kept[2]!, 100);
  const ours = newWorkFolder(cache);
  expect(readdirSync(cache).sort()).toEqual([...kept].sort());
  mkdirSync(ours);
  expect(newWorkFolder(cache)).not.toBe(ours);
  expect(readdirSync(cache)).toHaveLength(4);
  rmSync(cache, { recursive: true });
});

test("a cache that is not there yet has nothing to remove", () => {
  expect(newWorkFolder("nowhere")).toMatch(/^nowhere.work-/);
});
