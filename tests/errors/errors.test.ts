/**
 * Wrong programs, each with the exact messages it must give. `BLESS=1` rewrites the expectations;
 * read the difference before committing it.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { analyseText, fixtures, golden, render } from "../support.ts";

const FOLDER = dirname(fileURLToPath(import.meta.url));

describe("wrong programs", () => {
  for (const name of fixtures(FOLDER, ".wr"))
    it(name, () => {
      const text = readFileSync(join(FOLDER, `${name}.wr`), "utf8");
      const { diagnostics } = analyseText(text, `${name}.wr`);
      const found = `${render(diagnostics)}\n`;
      expect(diagnostics.some((one) => one.severity === "error")).toBe(true);
      expect(found).toBe(golden(join(FOLDER, `${name}.txt`), found));
    });

  it("are at least eighty", () => {
    expect(fixtures(FOLDER, ".wr").length).toBeGreaterThanOrEqual(80);
  });
});
