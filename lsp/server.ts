/**
 * The language server: it says what it can do, keeps documents, and hands requests to the features.
 * Which connection it talks over, and where files and the engine are, its caller says; so the same
 * server works over stdio, over IPC and in a web worker.
 *
 * A request that fails is answered with nothing and logged: an editor must not lose its server to one
 * of our mistakes.
 */
import {
  CodeActionKind,
  DidChangeWatchedFilesNotification,
  TextDocumentSyncKind,
  type Connection,
  type InitializeParams,
  type InitializeResult,
} from "vscode-languageserver";
import type { ProgramData } from "./engine/data.ts";
import { codeActions } from "./features/code-actions.ts";
import { codeLenses } from "./features/code-lens.ts";
import { completion, resolveCompletion } from "./features/completion.ts";
import { definition, implementation, typeDefinition } from "./features/definition.ts";
import { diagnosticsOf, EXPLAIN_SCHEME } from "./features/diagnostics.ts";
import { explainPage } from "./features/explain.ts";
import type { Context } from "./features/feature.ts";
import { foldingRanges } from "./features/folding.ts";
import { formatDocument, formatOnType, formatRange } from "./features/formatting.ts";
import {
  incomingCalls,
  outgoingCalls,
  prepareCalls,
  prepareTypes,
  subtypes,
  supertypes,
} from "./features/hierarchies.ts";
import { hover } from "./features/hover.ts";
import { inlayHints } from "./features/inlay-hints.ts";
import { highlight, references } from "./features/references.ts";
import { prepareRename, rename } from "./features/rename.ts";
import { selectionRanges } from "./features/selection-range.ts";
import { legend, semanticTokens } from "./features/semantic-tokens.ts";
import { signatureHelp } from "./features/signature-help.ts";
import { documentSymbols, workspaceSymbols } from "./features/symbols.ts";
import { why } from "./features/why.ts";
import { pathOf, uriOf } from "./uris.ts";
import { Workspace, type Platform } from "./workspace.ts";

export function startServer(connection: Connection, platform: Platform): void {
  new Server(connection, platform).listen();
}

class Server {
  readonly #connection: Connection;
  readonly #workspace: Workspace;
  readonly #context: Context;
  /** Files with diagnostics, by the entry of the program that found them. */
  readonly #published = new Map<string, ReadonlySet<string>>();
  #canPull = false;
  #canWatch = false;
  #canRefreshHints = false;
  #canRefreshTokens = false;

  constructor(connection: Connection, platform: Platform) {
    this.#connection = connection;
    this.#workspace = new Workspace(platform);
    this.#context = { workspace: this.#workspace };
  }

  listen(): void {
    const connection = this.#connection;
    this.#workspace.onQuiet = (uri) => this.#syntax(uri);
    this.#workspace.onMistakes = (mistakes) => this.#publishAll(mistakes);
    this.#workspace.onAnalysed = () => this.#refresh();
    this.#workspace.onError = (error) => this.#log("analysis", error);
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(() => this.#watch());
    connection.onShutdown(() => this.#workspace.dispose());
    this.#documents();
    this.#requests();
    connection.listen();
  }

  #initialize({ capabilities }: InitializeParams): InitializeResult {
    const { textDocument, workspace } = capabilities;
    // What a client has pulled is out of date as soon as another file changes: it must be told.
    this.#canPull =
      textDocument?.diagnostic !== undefined && workspace?.diagnostics?.refreshSupport === true;
    this.#canWatch = workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    this.#canRefreshHints = workspace?.inlayHint?.refreshSupport === true;
    this.#canRefreshTokens = workspace?.semanticTokens?.refreshSupport === true;
    return {
      serverInfo: { name: "wright" },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        hoverProvider: true,
        inlayHintProvider: true,
        completionProvider: { triggerCharacters: ["."], resolveProvider: true },
        signatureHelpProvider: { triggerCharacters: ["(", ","] },
        definitionProvider: true,
        typeDefinitionProvider: true,
        implementationProvider: true,
        referencesProvider: true,
        documentHighlightProvider: true,
        renameProvider: { prepareProvider: true },
        documentSymbolProvider: true,
        workspaceSymbolProvider: true,
        semanticTokensProvider: { legend, full: true, range: true },
        foldingRangeProvider: true,
        selectionRangeProvider: true,
        codeActionProvider: {
          codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite],
        },
        codeLensProvider: {},
        callHierarchyProvider: true,
        typeHierarchyProvider: true,
        documentFormattingProvider: true,
        documentRangeFormattingProvider: true,
        documentOnTypeFormattingProvider: { firstTriggerCharacter: "\n" },
        ...(this.#canPull
          ? { diagnosticProvider: { interFileDependencies: true, workspaceDiagnostics: false } }
          : {}),
        workspace: { textDocumentContent: { schemes: [EXPLAIN_SCHEME] } },
      },
    };
  }

  #watch(): void {
    if (!this.#canWatch) return;
    void this.#connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [{ globPattern: "**/*.wr" }, { globPattern: "**/langwright.json" }],
    });
  }

  // ------------------------------------------------------------------ documents

  #documents(): void {
    const connection = this.#connection;
    const workspace = this.#workspace;
    connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
      // Some clients tell of every document they have, whatever its language.
      if (languageId !== "wright" && !uri.endsWith(".wr")) return;
      workspace.open(uri, version, text);
    });
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) =>
      workspace.change(uri, version, contentChanges),
    );
    connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
      if (workspace.document(uri) === null) return;
      workspace.close(uri);
      if (workspace.openDocuments().length > 0) return;
      for (const files of this.#published.values()) for (const path of files) this.#clear(path);
      this.#published.clear();
    });
    connection.onDidChangeWatchedFiles(() => workspace.touch());
    connection.onDidSaveTextDocument(() => {});
  }

  /** What can be said at once after a change: its syntax errors, and the rest where it has moved to. */
  #syntax(uri: string): void {
    const path = pathOf(uri);
    const program = this.#workspace
      .programs()
      .find((one) => one.modules.some((module) => module.path === path));
    if (program !== undefined) this.#publish(program, path);
  }

  #publishAll(program: ProgramData): void {
    const paths = new Set(program.diagnostics.map((one) => one.path));
    for (const document of this.#workspace.openDocuments()) {
      const path = pathOf(document.uri);
      if (program.modules.some((one) => one.path === path)) paths.add(path);
    }
    for (const path of this.#published.get(program.entry) ?? [])
      if (!paths.has(path)) this.#clear(path);
    this.#published.set(program.entry, paths);
    for (const path of paths) this.#publish(program, path);
  }

  /** What the client shows may be out of date. */
  #refresh(): void {
    const { languages } = this.#connection;
    if (this.#canRefreshHints) void languages.inlayHint.refresh();
    if (this.#canRefreshTokens) void languages.semanticTokens.refresh();
    if (this.#canPull) languages.diagnostics.refresh();
  }

  #publish(program: ProgramData, path: string): void {
    const uri = uriOf(path);
    const open = this.#workspace.document(uri);
    // A client that pulls asks for what it shows; the others are pushed.
    if (this.#canPull && open !== null) return;
    void this.#connection.sendDiagnostics({
      uri,
      ...(open === null ? {} : { version: open.version }),
      diagnostics: diagnosticsOf(this.#workspace, program, path),
    });
  }

  #clear(path: string): void {
    void this.#connection.sendDiagnostics({ uri: uriOf(path), diagnostics: [] });
  }

  // ------------------------------------------------------------------ requests

  #requests(): void {
    const connection = this.#connection;
    const { languages } = connection;
    const context = this.#context;
    const answer =
      <Params, Result>(
        name: string,
        feature: (context: Context, params: Params) => Result | Promise<Result>,
      ) =>
      async (params: Params): Promise<Result> => {
        try {
          return await feature(context, params);
        } catch (error) {
          // A refusal is an answer.
          if ((error as { code?: unknown }).code !== undefined) throw error;
          this.#log(name, error);
          return null as Result;
        }
      };
    connection.onHover(answer("hover", hover));
    connection.onCompletion(answer("completion", completion));
    connection.onCompletionResolve(answer("completion", resolveCompletion));
    connection.onSignatureHelp(answer("signature help", signatureHelp));
    connection.onDefinition(answer("definition", definition));
    connection.onTypeDefinition(answer("type definition", typeDefinition));
    connection.onImplementation(answer("implementation", implementation));
    connection.onReferences(answer("references", references));
    connection.onDocumentHighlight(answer("highlight", highlight));
    connection.onPrepareRename(answer("rename", prepareRename));
    connection.onRenameRequest(answer("rename", rename));
    connection.onDocumentSymbol(answer("symbols", documentSymbols));
    connection.onWorkspaceSymbol(answer("symbols", workspaceSymbols));
    connection.onFoldingRanges(answer("folding", foldingRanges));
    connection.onSelectionRanges(answer("selection", selectionRanges));
    connection.onCodeAction(answer("code actions", codeActions));
    connection.onCodeLens(answer("code lens", codeLenses));
    connection.onDocumentFormatting(answer("formatting", formatDocument));
    connection.onDocumentRangeFormatting(answer("formatting", formatRange));
    connection.onDocumentOnTypeFormatting(answer("formatting", formatOnType));
    languages.inlayHint.on(
      answer("inlay hints", async (all, params) => {
        const isFinal = await this.#isFinal(this.#canRefreshHints, params.textDocument.uri);
        return isFinal ? inlayHints(all, params) : [];
      }),
    );
    languages.semanticTokens.on(
      answer("colours", async (all, { textDocument }) => {
        const isFinal = await this.#isFinal(this.#canRefreshTokens, textDocument.uri);
        return isFinal ? semanticTokens(all, textDocument.uri, null) : { data: [] };
      }),
    );
    languages.semanticTokens.onRange(
      answer("colours", async (all, { textDocument, range }) => {
        if (!(await this.#isFinal(this.#canRefreshTokens, textDocument.uri))) return { data: [] };
        const document = all.workspace.document(textDocument.uri);
        if (document === null) return { data: [] };
        const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
        return semanticTokens(all, textDocument.uri, { start, end });
      }),
    );
    languages.callHierarchy.onPrepare(answer("calls", prepareCalls));
    languages.callHierarchy.onIncomingCalls(
      answer("calls", (all, { item }) => incomingCalls(all, item)),
    );
    languages.callHierarchy.onOutgoingCalls(
      answer("calls", (all, { item }) => outgoingCalls(all, item)),
    );
    languages.typeHierarchy.onPrepare(answer("types", prepareTypes));
    languages.typeHierarchy.onSupertypes(answer("types", (all, { item }) => supertypes(all, item)));
    languages.typeHierarchy.onSubtypes(answer("types", (all, { item }) => subtypes(all, item)));
    languages.diagnostics.on(
      answer("diagnostics", async ({ workspace }, { textDocument }) => {
        const view = await workspace.view(textDocument.uri);
        const items = view === null ? [] : diagnosticsOf(workspace, view.program, view.module.path);
        return { kind: "full" as const, items };
      }),
    );
    connection.onRequest("workspace/textDocumentContent", ({ uri }: { uri: string }) => ({
      text: explainPage(uri),
    }));
    connection.onRequest("wright/why", answer("why", why));
    connection.onRequest("wright/settled", () => this.#workspace.settled());
  }

  /**
   * Who does not ask again when there is something newer has to wait for it. The answer is to be about
   * the text that was asked about: when that has changed meanwhile, it is asked again.
   */
  async #isFinal(isTold: boolean, uri: string): Promise<boolean> {
    if (isTold) return true;
    const version = this.#workspace.document(uri)?.version;
    await this.#workspace.settled();
    return this.#workspace.document(uri)?.version === version;
  }

  #log(what: string, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#connection.console.error(`${what}: ${text}`);
  }
}
