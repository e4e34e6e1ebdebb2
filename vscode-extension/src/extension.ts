/**
 * Wright in VS Code: the client of the language server (`wright lsp`), the debugger (`wright
 * debug-adapter`), the test explorer (`wright test`), commands that run `wright` in a terminal, and views
 * of what the compiler knows. All that is known of programs, `wright` says.
 */
import * as vscode from "vscode";
import {
  LanguageClient,
  State,
  type LanguageClientOptions,
  type ServerOptions,
} from "vscode-languageclient/node";
import { registerDebugger } from "./debug.ts";
import { registerTasks, runTask } from "./tasks.ts";
import { registerTests } from "./tests.ts";
import { ChainView, showGraph } from "./views.ts";
import { chooseLanguage, runWright, workspaceFolder, wrightCommand } from "./wright.ts";

/** Its documents are the server's (`workspace/textDocumentContent`); the client serves them. */
const EXPLAIN_SCHEME = "wright-explain";
const TEMPLATES = ["calculator", "stack-vm", "minimal"];
/** Every template's. */
const ENTRY = "main.wr";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const command = (name: string, action: (...args: never[]) => unknown) =>
    context.subscriptions.push(vscode.commands.registerCommand(`wright.${name}`, action));
  for (const name of ["check", "run", "test", "build"] as const) {
    command(name, async () => {
      const language = await chooseLanguage();
      if (language !== undefined) await runTask(name, language);
    });
  }
  command("new", newLanguage);
  command("explain", explain);
  command("showGraph", showGraph);
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
  const chain = new ChainView();
  context.subscriptions.push(vscode.window.registerTreeDataProvider("wright.chain", chain));
  command("showChain", () => chain.explain(client));
  registerDebugger(context);
  registerTasks(context);
  registerTests(context);
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
  context.subscriptions.push(client, showStatus(client));
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

/** Beside the language's name: whether the server runs, and a way to start it again. */
function showStatus(of: LanguageClient): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem("wright.server", { language: "wright" });
  item.name = "Wright";
  item.detail = wrightCommand().join(" ");
  item.command = { command: "wright.restartServer", title: "Restart" };
  const show = (state: State) => {
    item.busy = state === State.Starting;
    item.text = state === State.Stopped ? "Language server stopped" : "Language server";
    item.severity =
      state === State.Stopped
        ? vscode.LanguageStatusSeverity.Error
        : vscode.LanguageStatusSeverity.Information;
  };
  show(of.state);
  return vscode.Disposable.from(
    item,
    of.onDidChangeState(({ newState }) => show(newState)),
  );
}

async function newLanguage(): Promise<void> {
  const into = await folderForNew();
  if (into === undefined) return;
  const name = await vscode.window.showInputBox({
    prompt: `Name of the language: a folder of this name is made in ${into.fsPath}`,
    placeHolder: "tiny",
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^[a-z][a-z0-9_-]*$/.test(text) ? null : "small letters, digits, - and _",
  });
  if (name === undefined) return;
  const template = await vscode.window.showQuickPick(TEMPLATES, {
    placeHolder: "Template",
    // The walkthrough takes the focus when one of its steps is done.
    ignoreFocusOut: true,
  });
  if (template === undefined) return;
  const made = vscode.Uri.joinPath(into, name);
  const { code, stderr } = await runWright(["new", made.fsPath, "--template", template]);
  if (code !== 0) {
    void vscode.window.showErrorMessage(`No language was made: ${stderr.trim()}`);
    return;
  }
  if (vscode.workspace.getWorkspaceFolder(made) === undefined) {
    await vscode.commands.executeCommand("vscode.openFolder", made);
    return;
  }
  await vscode.window.showTextDocument(vscode.Uri.joinPath(made, ENTRY));
}

/** The open folder, or one that the user chooses, since a language is a folder. */
async function folderForNew(): Promise<vscode.Uri | undefined> {
  const open = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (open !== undefined) return open;
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: "Make the Language Here",
  });
  return chosen?.[0];
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
