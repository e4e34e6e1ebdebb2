/** The runtime for WebAssembly has what the library asks of a platform. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

function matches(folder: string, pattern: RegExp): Set<string> {
  const found = new Set<string>();
  for (const name of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".wr")) continue;
    const text = readFileSync(join(root, folder, name), "utf8");
    for (const match of text.matchAll(pattern)) found.add(match[1]!);
  }
  return found;
}

test("every function of the platform is there", () => {
  const wanted = matches("dsl/lib", /^extern def (wr_\w+)/gm);
  const given = matches("runtime/wasm", /^@export\("(\w+)"\)/gm);
  expect(wanted.size).toBeGreaterThan(10);
  expect([...wanted].filter((name) => !given.has(name))).toEqual([]);
});
