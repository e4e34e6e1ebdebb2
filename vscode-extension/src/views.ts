/** Two views: the flow graph of a function, drawn, and the chain behind the type at the cursor. */
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { languageOf, runWright } from "./wright.ts";

// ---------------------------------------------------------------- the flow graph

/** What `wright dump --after` takes that is worth a drawing. */
const STAGES = ["annotated", "lowered", "native"];

export async function showGraph(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== "wright") return;
  const name = await functionAt(editor.document.uri, editor.selection.active);
  if (name === null) {
    void vscode.window.showInformationMessage("The cursor is in no function.");
    return;
  }
  const panel = vscode.window.createWebviewPanel(
    "wright.graph",
    `Flow graph: ${name}`,
    vscode.ViewColumn.Beside,
    { enableScripts: true },
  );
  const language = languageOf(editor.document.uri.fsPath);
  const draw = async (stage: string) => {
    panel.webview.html = page(name, stage, "<p>…</p>");
    const { code, stdout, stderr } = await runWright([
      "dump",
      language,
      "--fn",
      name,
      "--after",
      stage,
      "--as",
      "svg",
    ]);
    panel.webview.html = page(name, stage, code === 0 ? stdout : `<pre>${escaped(stderr)}</pre>`);
  };
  panel.webview.onDidReceiveMessage((stage: string) => {
    if (STAGES.includes(stage)) void draw(stage);
  });
  await draw(STAGES[0]!);
}

/** `Machine.run`: the innermost function around a place. */
async function functionAt(uri: vscode.Uri, at: vscode.Position): Promise<string | null> {
  const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
    "vscode.executeDocumentSymbolProvider",
    uri,
  );
  const path: vscode.DocumentSymbol[] = [];
  for (let level = symbols ?? []; ;) {
    const found = level.find(({ range }) => range.contains(at));
    if (found === undefined) break;
    path.push(found);
    level = found.children;
  }
  const isFunction = ({ kind }: vscode.DocumentSymbol) =>
    kind === vscode.SymbolKind.Function ||
    kind === vscode.SymbolKind.Method ||
    kind === vscode.SymbolKind.Constructor;
  const last = path.findIndex(isFunction);
  if (last < 0) return null;
  return path
    .slice(0, last + 1)
    .map(({ name }) => name)
    .join(".");
}

function page(name: string, stage: string, content: string): string {
  const options = STAGES.map(
    (one) => `<option${one === stage ? " selected" : ""}>${one}</option>`,
  ).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-wright'">
<title>${escaped(name)}</title>
<style>header { position: sticky; left: 0; padding: 6px } svg { color: var(--vscode-editor-foreground); max-width: 100%; height: auto; cursor: zoom-in } svg.full { max-width: none; cursor: zoom-out }</style>
</head>
<body>
<header><b>${escaped(name)}</b> after <select>${options}</select></header>
${content}
<script nonce="wright">
const vscode = acquireVsCodeApi();
// Drawn to fit; a click shows it at its own size.
for (const svg of document.querySelectorAll("svg")) svg.onclick = () => svg.classList.toggle("full");
document.querySelector("select").onchange = ({ target }) => vscode.postMessage(target.value);
</script>
</body>
</html>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

// ---------------------------------------------------------------- the chain behind a type

interface Why {
  readonly text: string;
  readonly type: string;
  readonly steps: readonly {
    readonly message: string;
    readonly location: {
      readonly uri: string;
      readonly range: { readonly start: { readonly line: number; readonly character: number } };
    } | null;
  }[];
}

export class ChainView implements vscode.TreeDataProvider<vscode.TreeItem> {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  #items: vscode.TreeItem[] = [];

  getTreeItem(item: vscode.TreeItem): vscode.TreeItem {
    return item;
  }

  getChildren(parent?: vscode.TreeItem): vscode.TreeItem[] {
    return parent === undefined ? this.#items : [];
  }

  async explain(client: LanguageClient | undefined): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (client === undefined || editor?.document.languageId !== "wright") return;
    const why = await client.sendRequest<Why | null>("wright/why", {
      textDocument: { uri: editor.document.uri.toString() },
      position: {
        line: editor.selection.active.line,
        character: editor.selection.active.character,
      },
    });
    this.#items = why === null ? [] : itemsOf(why);
    this.#changed.fire();
    await vscode.commands.executeCommand("setContext", "wright.hasChain", this.#items.length > 0);
    await vscode.commands.executeCommand("wright.chain.focus");
  }
}

function itemsOf({ text, type, steps }: Why): vscode.TreeItem[] {
  const head = new vscode.TreeItem(`${text}: ${type}`);
  head.iconPath = new vscode.ThemeIcon("symbol-variable");
  const rest = steps.map(({ message, location }) => {
    const item = new vscode.TreeItem(message);
    item.tooltip = message;
    item.iconPath = new vscode.ThemeIcon("arrow-small-right");
    if (location === null) return item;
    const uri = vscode.Uri.parse(location.uri);
    const { line, character } = location.range.start;
    item.description = `${uri.path.split("/").at(-1)}:${line + 1}`;
    item.command = {
      command: "vscode.open",
      title: "Open",
      arguments: [uri, { selection: new vscode.Range(line, character, line, character) }],
    };
    return item;
  });
  return [head, ...rest];
}
