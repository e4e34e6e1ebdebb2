/**
 * Broken files: every `fixtures/broken/*.wr` has its rendered messages beside it in a `.txt`;
 * `BLESS=1` rewrites them. A broken place costs at most two errors, and every definition around it
 * (named `ok_*`) is still in the tree.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { shapeOf } from "../syntax/compare.ts";
import { renderDiagnostics } from "../syntax/render.ts";
import { sourceFile } from "../syntax/source.ts";
import { parseModule } from "./parser.ts";
import { scan } from "./scanner.ts";

const folder = fileURLToPath(new URL("fixtures/broken/", import.meta.url));
const read = (name: string) => readFileSync(folder + name, "utf8");
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".wr"))
  .sort();

test("there are many", () => {
  expect(names.length).toBeGreaterThan(40);
});

test.each(names)("%s", (name) => {
  const text = read(name);
  const { module, diagnostics } = parseModule(sourceFile(name, text));
  const rendered = `${renderDiagnostics(diagnostics, { color: false })}\n`;
  const golden = name.replace(/\.wr$/, ".txt");
  if (process.env["BLESS"] === "1") writeFileSync(folder + golden, rendered);
  expect(rendered).toBe(read(golden));

  expect(diagnostics.length).toBeGreaterThan(0);
  expect(diagnostics.length).toBeLessThanOrEqual(2);
  const tree = shapeOf(module.chunks.map((chunk) => chunk.body));
  const wanted = [...text.matchAll(/def (ok_\w+)/g)].map((found) => found[1]!);
  expect(wanted.filter((name) => !tree.includes(`"name":{"text":"${name}"}`))).toEqual([]);
});

test.each(["delete", "double"] as const)("to %s any token costs at most two errors", (how) => {
  const text = readFileSync(fileURLToPath(new URL("fixtures/tiny.wr", import.meta.url)), "utf8");
  const { tokens } = scan(text);
  let worse = 0;
  for (const { startOffset, image, tokenType } of tokens) {
    const end = startOffset + image.length;
    const edited =
      how === "delete"
        ? text.slice(0, startOffset) + text.slice(end)
        : `${text.slice(0, end)} ${text.slice(startOffset)}`;
    const { diagnostics } = parseModule(sourceFile("t.wr", edited));
    // Joining a line with the next puts everything below out of step: not counted.
    if (diagnostics.length > 2 && tokenType.name !== "EndOfLine") worse++;
  }
  expect(worse).toBe(0);
});

test("nesting that exhausts the stack is an error, not a crash", () => {
  const deep = `${"(".repeat(50_000)}1${")".repeat(50_000)}`;
  const { module, diagnostics } = parseModule(
    sourceFile("t.wr", `x = ${deep}\ndef ok():\n    return 1\n`),
  );
  expect(diagnostics.map((d) => d.message)).toEqual(["this is nested too deeply"]);
  expect(module.chunks[1]?.body[0]).toMatchObject({ kind: "def", name: { text: "ok" } });
});
