/** Neovim without a window: a second client, which is pushed diagnostics. `neovim.lua` does the asking. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "./browser.ts";
import { serverCommand } from "./server.ts";

interface Report {
  readonly problems: readonly {
    readonly line: number;
    readonly column: number;
    readonly code: string;
    readonly message: string;
    readonly related: readonly string[];
  }[];
  readonly hover: string;
  readonly renamed: string;
  readonly files: readonly string[];
  readonly formatted: string;
  readonly completion: readonly string[];
}

describe("Neovim", () => {
  let folder: string;
  let report: Report;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "wright-neovim-"));
    cpSync(join(ROOT, "editor-tests", "workspace"), folder, { recursive: true });
    const script = join(ROOT, "editor-tests", "neovim.lua");
    const args = ["--headless", "-u", "NONE", "-n", "-i", "NONE", "main.wr"];
    const nvim = spawnSync("nvim", [...args, "-c", `luafile ${script}`], {
      cwd: folder,
      encoding: "utf8",
      timeout: 60_000,
      env: {
        ...process.env,
        WRIGHT_SERVER: JSON.stringify([...serverCommand(), "lsp", "--stdio"]),
      },
    });
    if (nvim.status !== 0) throw new Error(`nvim ended with ${nvim.status}: ${nvim.stderr}`);
    const line = nvim.stdout.split("\n").find((one) => one.startsWith("{"));
    report = JSON.parse(line ?? "null") as Report;
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("has the diagnostic, and where its types come from", () => {
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]).toMatchObject({ line: 9, column: 8, code: "E0309" });
    expect(report.problems[0]!.related).toEqual([
      "Word | None: the result of this call",
      "None: returned here",
    ]);
  });

  it("shows types", () => {
    expect(report.hover).toContain("(local) word: Word | None");
  });

  it("renames across files", () => {
    expect(report.files).toEqual(["machine.wr", "main.wr"]);
    expect(report.renamed).toContain("word = look_up(text)");
  });

  it("formats", () => {
    expect(report.formatted).toBe("            word.run(machine)");
  });

  it("completes by type", () => {
    expect(report.completion).toEqual(expect.arrayContaining(["pop", "push", "stack"]));
    expect(report.completion).not.toContain("run");
  });
});
