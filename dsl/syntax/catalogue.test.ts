/**
 * Every code has a page, every page's `wrong` provokes its code and its `right` is clean, and every
 * code in the sources has a page. Configuration codes (E00xx) and what shows only when module bodies
 * run (E0605) are tested with the command line.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyse } from "../../tests/catalogue-support.ts";
import { ROOT } from "../../tests/support.ts";
import { CATALOGUE, type CatalogueRow } from "./catalogue.ts";

const ROWS = Object.entries(CATALOGUE as Record<string, CatalogueRow>);

describe("the catalogue", () => {
  for (const [code, row] of ROWS) {
    if (code.startsWith("E00") || code === "E0605") continue;
    it(`${code} wrong: provokes it`, () => {
      expect(analyse(row.wrong).map((one) => one.code)).toContain(code);
    });
    it(`${code} right: is clean`, () => {
      expect(analyse(row.right).map((one) => `${one.code}: ${one.message}`)).toEqual([]);
    });
  }

  it("has a row for every code that the sources use, and none besides", () => {
    const used = new Set<string>();
    for (const file of ["dsl", "compiler", "cli"].flatMap(sources)) {
      if (/catalogue[^/]*\.ts$/.test(file)) continue;
      const text = readFileSync(file, "utf8").replace(/^\s*(\*|\/\/).*$/gm, "");
      for (const [, code] of text.matchAll(/"([EW]0\d{3})"/g)) used.add(code!);
    }
    expect(ROWS.map(([code]) => code).sort()).toEqual([...used].sort());
  });

  it("has titles and explanations that read as such", () => {
    for (const [code, { title, explanation }] of ROWS) {
      expect(title, code).toMatch(/^[^A-Z].*[^.]$/);
      expect(explanation, code).toMatch(/^[A-Z`].*\.$/s);
    }
  });
});

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => join(ROOT, folder, name));
}
