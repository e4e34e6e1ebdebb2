/**
 * Whole programs, from text to what they print: lowered and run as they are, then optimised with
 * every pass's result verified. `BLESS=1` rewrites the expected output.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fixtures, golden, ROOT } from "../support.ts";
import { compiled, evaluate, folderHost } from "../run/engines.ts";

const folder = join(ROOT, "tests/programs");

describe.each(fixtures(folder, ".wr"))("%s", (name) => {
  const run = (optimise: boolean): string => {
    const program = compiled(`${name}.wr`, folderHost("tests/programs"), { optimise, check: true });
    const { code, stdout, stderr } = evaluate(program);
    const printed = Buffer.from(stdout, "latin1").toString("utf8");
    return (
      printed +
      (stderr === "" ? "" : `stderr:\n${stderr}`) +
      (code === 0 ? "" : `exit code ${code}\n`)
    );
  };

  test("as lowered", () => {
    const found = run(false);
    expect(found).toBe(golden(join(folder, `${name}.out`), found));
  });

  test("optimised", () => {
    expect(run(true)).toBe(readFileSync(join(folder, `${name}.out`), "utf8"));
  });
});
