/**
 * A client that talks the protocol to the real server, started as an editor starts it; for tests and
 * measurements. Places in texts are marked: `^` in `code.at("self.^x")` stands before the place.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  createProtocolConnection,
  type ClientCapabilities,
  type Diagnostic,
  type Position,
  type ProtocolConnection,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import { fileURLToPath, pathToFileURL } from "node:url";

const pathOf = (uri: string) => fileURLToPath(uri);
const uriOf = (path: string) => pathToFileURL(path).href;
const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

export class Client {
  readonly connection: ProtocolConnection;
  readonly #process: ChildProcess;
  readonly #documents = new Map<string, TextDocument>();
  /** What was published last, by path. */
  readonly diagnostics = new Map<string, readonly Diagnostic[]>();
  readonly log: string[] = [];
  onDiagnostics: (path: string) => void = () => {};

  constructor() {
    this.#process = spawn(process.execPath, [MAIN, "lsp", "--stdio"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.connection = createProtocolConnection(
      new StreamMessageReader(this.#process.stdout!),
      new StreamMessageWriter(this.#process.stdin!),
    );
    this.connection.onNotification("textDocument/publishDiagnostics", (params) => {
      const { uri, diagnostics } = params as { uri: string; diagnostics: Diagnostic[] };
      this.diagnostics.set(pathOf(uri), diagnostics);
      this.onDiagnostics(pathOf(uri));
    });
    this.connection.onNotification("window/logMessage", (params) => {
      this.log.push((params as { message: string }).message);
    });
    this.connection.listen();
  }

  async start(capabilities: ClientCapabilities = {}): Promise<void> {
    await this.connection.sendRequest("initialize", {
      processId: process.pid,
      rootUri: null,
      capabilities,
    });
    await this.connection.sendNotification("initialized", {});
  }

  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.#process.once("exit", resolve));
    await this.connection.sendRequest("shutdown");
    await this.connection.sendNotification("exit");
    return ended;
  }

  get pid(): number {
    return this.#process.pid!;
  }

  open(path: string, text: string): TextDocument {
    const document = TextDocument.create(uriOf(path), "wright", 1, text);
    this.#documents.set(path, document);
    void this.connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri: document.uri, languageId: "wright", version: 1, text },
    });
    return document;
  }

  close(path: string): void {
    this.#documents.delete(path);
    void this.connection.sendNotification("textDocument/didClose", {
      textDocument: { uri: uriOf(path) },
    });
  }

  /** Replaces a part of an open document, as typing does. */
  edit(path: string, start: number, end: number, text: string): void {
    const document = this.#documents.get(path)!;
    const range = { start: document.positionAt(start), end: document.positionAt(end) };
    const contentChanges = [{ range, text }];
    const version = document.version + 1;
    this.#documents.set(path, TextDocument.update(document, contentChanges, version));
    void this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri: document.uri, version },
      contentChanges,
    });
  }

  text(path: string): string {
    return this.#documents.get(path)!.getText();
  }

  /** Replaces the whole text. */
  write(path: string, text: string): void {
    this.edit(path, 0, this.text(path).length, text);
  }

  settled(): Promise<void> {
    return this.connection.sendRequest("wright/settled");
  }

  /** The place that `^` marks in the only text that is like `marked` without it. */
  at(path: string, marked: string): Position {
    const document = this.#documents.get(path)!;
    const plain = marked.replace("^", "");
    const found = document.getText().indexOf(plain);
    if (found < 0) throw new Error(`there is no ${JSON.stringify(plain)} in ${path}`);
    return document.positionAt(found + marked.indexOf("^"));
  }

  /** A request about a place or a whole document. */
  async ask<Result>(
    method: string,
    path: string,
    marked: string | null = null,
    more: object = {},
  ): Promise<Result> {
    const position = marked === null ? {} : { position: this.at(path, marked) };
    return this.connection.sendRequest(`textDocument/${method}`, {
      textDocument: { uri: uriOf(path) },
      ...position,
      ...more,
    });
  }

  /** The texts of open documents with an edit applied. */
  applied(edit: WorkspaceEdit): Map<string, string> {
    const found = new Map<string, string>();
    for (const [uri, edits] of Object.entries(edit.changes ?? {})) {
      const path = pathOf(uri);
      found.set(path, this.withEdits(path, edits));
    }
    return found;
  }

  withEdits(path: string, edits: readonly TextEdit[]): string {
    return TextDocument.applyEdits(this.#documents.get(path)!, [...edits]);
  }
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
