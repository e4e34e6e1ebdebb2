/**
 * Shows that the editor tests can fail: they are run once for each method of the protocol, on a server
 * whose answers to it are empty. A method whose loss they do not notice is a mistake of theirs.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./browser.ts";

/** Each with the files of tests that have to notice. Diagnostics are pulled, or pushed to who cannot pull. */
const METHODS: readonly (readonly [method: string, files: readonly string[]])[] = [
  ["textDocument/publishDiagnostics", ["neovim"]],
  ["textDocument/diagnostic", ["vscode"]],
  ["textDocument/hover", ["neovim", "vscode"]],
  ["textDocument/inlayHint", ["vscode"]],
  ["textDocument/completion", ["neovim", "vscode"]],
  ["textDocument/rename", ["neovim", "vscode"]],
  ["textDocument/formatting", ["neovim", "vscode"]],
  ["textDocument/codeAction", ["vscode"]],
];

let unnoticed = 0;
for (const [method, files] of METHODS) {
  for (const file of files) {
    const { status, stdout } = spawnSync(
      "vitest",
      ["run", "--config", join(ROOT, "editor-tests", "vitest.config.ts"), `${file}.test.ts`],
      {
        cwd: ROOT,
        encoding: "utf8",
        env: { ...process.env, NO_COLOR: "1", WRIGHT_BROKEN: method },
      },
    );
    const failed = /Tests {2}(.*)/.exec(stdout)?.[1] ?? "no test ran";
    console.log(
      `${status === 0 ? "UNNOTICED" : "noticed  "}  ${file}  without ${method}: ${failed}`,
    );
    if (status === 0) unnoticed++;
  }
}
process.exitCode = unnoticed === 0 ? 0 : 1;
