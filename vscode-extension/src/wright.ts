/** How the extension reaches `wright`, and which language a file belongs to. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as vscode from "vscode";

/** As the setting says; else the copy that the project installed; else the one on the path. */
export function wrightCommand(): string[] {
  const set = vscode.workspace.getConfiguration("wright").get<string[]>("command") ?? [];
  if (set.length > 0) return set;
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    for (let folder = uri.fsPath; dirname(folder) !== folder; folder = dirname(folder)) {
      const installed = join(folder, "node_modules", ".bin", "wright");
      if (existsSync(installed)) return [installed];
      const own = join(folder, "cli", "wright.mjs");
      if (existsSync(own)) return [own];
    }
  }
  return ["wright"];
}

/** The folder of the language that a file belongs to; the file itself, if there is none. */
export function languageOf(file: string): string {
  for (let folder = dirname(file); dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, "langwright.json"))) return folder;
  }
  return file;
}

/** The folders with a `langwright.json`. */
export async function languagesOfWorkspace(): Promise<string[]> {
  const found = await vscode.workspace.findFiles("**/langwright.json", "**/node_modules/**");
  return found.map(({ fsPath }) => dirname(fsPath)).sort();
}

/**
 * The one that a command is about: that of the active file; where no Wright file is active (the walkthrough
 * may be), the only one in the workspace, or the one that the user picks. Undefined, and said: none.
 */
export async function chooseLanguage(): Promise<string | undefined> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId === "wright") return languageOf(document.uri.fsPath);
  const folders = await languagesOfWorkspace();
  if (folders.length === 0) {
    void vscode.window.showErrorMessage(
      "There is no langwright.json in the workspace, and no Wright file is open.",
    );
  }
  if (folders.length <= 1) return folders[0];
  const items = folders.map((folder) => ({
    label: basename(folder),
    description: vscode.workspace.asRelativePath(folder),
    folder,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    placeHolder: "Language",
    ignoreFocusOut: true,
  });
  return chosen?.folder;
}

export function workspaceFolder(): string {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? ".";
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `wright` and waits for it; cancelling ends it. */
export function runWright(
  args: readonly string[],
  token?: vscode.CancellationToken,
): Promise<Outcome> {
  const [command, ...first] = wrightCommand();
  return new Promise((resolve) => {
    const options = { cwd: workspaceFolder(), maxBuffer: 2 ** 27 };
    const child = execFile(command!, [...first, ...args], options, (error, stdout, stderr) => {
      const failed = error as (Error & { code?: number | string }) | null;
      const code = typeof failed?.code === "number" ? failed.code : failed === null ? 0 : 127;
      resolve({ code, stdout, stderr: stderr === "" ? (failed?.message ?? "") : stderr });
    });
    token?.onCancellationRequested(() => child.kill());
  });
}
