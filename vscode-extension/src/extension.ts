/**
 * Wright in VS Code: the client of the language server (`wright lsp`), commands that run `wright` in a
 * terminal, and the pages of diagnostic codes.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
} from "vscode-languageclient/node";

/** Its documents are the server's (`workspace/textDocumentContent`); the client serves them. */
const EXPLAIN_SCHEME = "wright-explain";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const command = (name: string, action: (...args: never[]) => unknown) =>
    context.subscriptions.push(vscode.commands.registerCommand(`wright.${name}`, action));
  for (const name of ["check", "run", "test", "build"]) {
    command(name, () => runInTerminal([name, languageFolder()]));
  }
  command("explain", explain);
  command("restartServer", async () => {
    await client?.stop();
    await start(context);
  });
  // What the server's code lenses ask for.
  command("showReferences", async (uri: string, position: { line: number; character: number }) => {
    const at = vscode.Uri.parse(uri);
    const place = new vscode.Position(position.line, position.character);
    const found = await vscode.commands.executeCommand<vscode.Location[]>(
      "vscode.executeReferenceProvider",
      at,
      place,
    );
    await vscode.commands.executeCommand("editor.action.showReferences", at, place, found);
  });
  await start(context);
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function start(context: vscode.ExtensionContext): Promise<void> {
  const [command, ...args] = wrightCommand();
  const run = { command: command!, args: [...args, "lsp", "--stdio"] };
  const server: ServerOptions = { run, debug: run };
  const options: LanguageClientOptions = {
    documentSelector: [{ language: "wright" }],
    synchronize: {
      fileEvents: vscode.workspace.createFileSystemWatcher("**/{*.wr,langwright.json}"),
    },
  };
  client = new LanguageClient("wright", "Wright", server, options);
  context.subscriptions.push(client);
  try {
    await client.start();
  } catch (error) {
    const answer = await vscode.window.showErrorMessage(
      `\`${[command, ...args].join(" ")}\` could not be started: ${(error as Error).message}`,
      "Open the setting",
    );
    if (answer !== undefined) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "wright.command");
    }
  }
}

/** As the setting says; else the copy that the project installed; else the one on the path. */
function wrightCommand(): string[] {
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

/** The folder of the language that the active file belongs to. */
function languageFolder(): string {
  const file = vscode.window.activeTextEditor?.document.uri.fsPath;
  const first = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? ".";
  if (file === undefined) return first;
  for (let folder = dirname(file); dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, "langwright.json"))) return folder;
  }
  return file;
}

function runInTerminal(args: readonly string[]): void {
  const [shellPath, ...first] = wrightCommand();
  const terminal = vscode.window.createTerminal({
    name: `wright ${args[0]}`,
    shellPath: shellPath!,
    shellArgs: [...first, ...args],
    isTransient: true,
  });
  terminal.show();
}

async function explain(): Promise<void> {
  const code = await vscode.window.showInputBox({
    prompt: "Code of the diagnostic",
    placeHolder: "E0301",
    validateInput: (text) =>
      /^[EWew]\d{4}$/.test(text) ? null : "a letter and four digits, as E0301",
  });
  if (code === undefined) return;
  const uri = vscode.Uri.parse(`${EXPLAIN_SCHEME}:/${code.toUpperCase()}.md`);
  await vscode.commands.executeCommand("markdown.showPreview", uri);
}
