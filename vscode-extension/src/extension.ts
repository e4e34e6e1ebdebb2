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
import { registerTests } from "./tests.ts";
import { ChainView, showGraph } from "./views.ts";
import { activeLanguage, workspaceFolder, wrightCommand } from "./wright.ts";

/** Its documents are the server's (`workspace/textDocumentContent`); the client serves them. */
const EXPLAIN_SCHEME = "wright-explain";
const TEMPLATES = ["calculator", "stack-vm", "minimal"];

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const command = (name: string, action: (...args: never[]) => unknown) =>
    context.subscriptions.push(vscode.commands.registerCommand(`wright.${name}`, action));
  for (const name of ["check", "run", "test", "build"]) {
    command(name, () => runInTerminal([name, activeLanguage()]));
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

function runInTerminal(args: readonly string[]): void {
  const [shellPath, ...first] = wrightCommand();
  const terminal = vscode.window.createTerminal({
    name: `wright ${args[0]}`,
    shellPath: shellPath!,
    shellArgs: [...first, ...args],
    cwd: workspaceFolder(),
    isTransient: true,
  });
  terminal.show();
}

async function newLanguage(): Promise<void> {
  const name = await vscode.window.showInputBox({
    prompt: "Name of the language: a folder of this name is made in the workspace",
    placeHolder: "tiny",
    validateInput: (text) =>
      /^[a-z][a-z0-9_-]*$/.test(text) ? null : "small letters, digits, - and _",
  });
  if (name === undefined) return;
  const template = await vscode.window.showQuickPick(TEMPLATES, { placeHolder: "Template" });
  if (template !== undefined) runInTerminal(["new", name, "--template", template]);
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
