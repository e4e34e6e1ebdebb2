/**
 * The state of the server: open documents, the programs they belong to, and what is known of them.
 *
 * Every change starts the analysis of the programs that the document belongs to, and cancels the one
 * that runs. Requests are answered from the last complete analysis, with positions mapped through the
 * edits since then (`view`); those that must not be wrong, as renaming, wait until it is up to date
 * (`settled`).
 */
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Definition, ModuleData, ProgramData } from "./engine/data.ts";
import type { Engine } from "./engine/link.ts";
import { mappingBetween, type Mapping } from "./engine/mapping.ts";
import type { TextHost } from "./engine/analyser.ts";
import { parseModule, type ParsedModule } from "../dsl/grammar/parser.ts";
import { sourceFile } from "../dsl/syntax/source.ts";
import { folderOf, pathOf, uriOf } from "./uris.ts";

export interface Platform {
  readonly disk: TextHost;
  readonly engine: Engine;
}

interface Program {
  readonly entry: string;
  data: ProgramData | null;
  /** Texts changed since `data` was asked for. */
  dirty: boolean;
}

export interface View {
  readonly program: ProgramData;
  readonly module: ModuleData;
  /** As it is now. */
  readonly document: TextDocument;
  readonly mapping: Mapping;
}

/** Quiet needed before an analysis starts, and anything else that nobody asked for. */
const QUIET_MILLISECONDS = 10;

const CONFIG_NAME = "langwright.json";

export class Workspace {
  readonly #platform: Platform;
  readonly #documents = new Map<string, TextDocument>();
  readonly #programs = new Map<string, Program>();
  readonly #parsed = new Map<string, ParsedModule>();
  readonly #views = new Map<string, View>();
  readonly #closed = new Map<string, TextDocument>();
  readonly #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isRunning = false;
  /** Changed since the last pause. */
  readonly #edited = new Set<string>();
  /** Called with each document that was changed, when nothing more has come for a moment. */
  onQuiet: (uri: string) => void = () => {};
  /** Called with the diagnostics of a program as soon as they are known. */
  onMistakes: (mistakes: ProgramData) => void = () => {};
  /** Called with a program whenever it has been analysed. */
  onAnalysed: (program: ProgramData) => void = () => {};
  onError: (error: unknown) => void = () => {};

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  get engine(): Engine {
    return this.#platform.engine;
  }

  // ------------------------------------------------------------------ documents

  open(uri: string, version: number, text: string): void {
    this.#set(TextDocument.create(uri, "wright", version, text));
    // While the engine is at work: the first edit is not to wait for the parse of the whole document.
    setTimeout(() => {
      const document = this.#documents.get(uri);
      if (document === undefined) return;
      this.parsed(document);
      // Nor for where its lines are.
      document.positionAt(0);
    }, 0);
  }

  change(uri: string, version: number, changes: Parameters<typeof TextDocument.update>[1]): void {
    const document = this.#documents.get(uri);
    if (document !== undefined) this.#set(TextDocument.update(document, changes, version));
  }

  close(uri: string): void {
    this.#documents.delete(uri);
    this.#views.delete(uri);
    this.#platform.engine.setText(pathOf(uri), null);
    this.touch();
  }

  #set(document: TextDocument): void {
    this.#documents.set(document.uri, document);
    this.#views.delete(document.uri);
    this.#edited.add(document.uri);
    this.#platform.engine.setText(pathOf(document.uri), document.getText());
    this.touch();
  }

  /** Files changed on disk or in an editor: everything may be different. */
  touch(): void {
    this.#closed.clear();
    for (const program of this.#programs.values()) program.dirty = true;
    // What runs is out of date.
    if (this.#isRunning) this.#platform.engine.cancel();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const edited = [...this.#edited];
      this.#edited.clear();
      // The engine gets to work first.
      void this.#run();
      for (const uri of edited) if (this.#documents.has(uri)) this.onQuiet(uri);
    }, QUIET_MILLISECONDS);
  }

  openDocuments(): TextDocument[] {
    return [...this.#documents.values()];
  }

  document(uri: string): TextDocument | null {
    return this.#documents.get(uri) ?? null;
  }

  /** The document at a path: an open one, or what is on disk. */
  documentAt(path: string): TextDocument {
    const uri = uriOf(path);
    const open = this.#documents.get(uri) ?? this.#closed.get(path);
    if (open !== undefined) return open;
    const document = TextDocument.create(uri, "wright", 0, this.#platform.disk.read(path) ?? "");
    this.#closed.set(path, document);
    return document;
  }

  /** The tree of a document as it is now. */
  parsed(document: TextDocument): ParsedModule {
    const path = pathOf(document.uri);
    const known = this.#parsed.get(path);
    if (known?.file.text === document.getText()) return known;
    const parsed = parseModule(sourceFile(path, document.getText()), known);
    this.#parsed.set(path, parsed);
    return parsed;
  }

  list(folder: string): readonly string[] {
    return this.#platform.disk.list?.(folder) ?? [];
  }

  // ------------------------------------------------------------------ programs

  /** The language that a file is part of: its entry by the nearest langwright.json above. */
  #configured(path: string): string | null {
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      const text = this.#platform.disk.read(`${folder}/${CONFIG_NAME}`);
      if (text !== null) {
        const entry = entryIn(text);
        return entry === null ? null : `${folder}/${entry}`;
      }
      if (folder === "/") return null;
    }
  }

  /** The program in which a file is looked at: its language's if that reaches it, else its own. */
  #programOf(path: string): Program {
    const configured = this.#configured(path);
    if (configured !== null) {
      const program = this.#program(configured);
      if (program.data === null || moduleAt(program.data, path) !== null) return program;
    }
    return this.#program(path);
  }

  #program(entry: string): Program {
    let program = this.#programs.get(entry);
    if (program === undefined) {
      program = { entry, data: null, dirty: true };
      this.#programs.set(entry, program);
    }
    return program;
  }

  async #run(): Promise<void> {
    // The loop below goes on with what is dirty.
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let program = this.#nextDirty(); program !== null; program = this.#nextDirty()) {
        program.dirty = false;
        const data = await this.#platform.engine.analyse(program.entry, (mistakes) =>
          this.onMistakes(mistakes),
        );
        if (data === null) {
          program.dirty = true;
          continue;
        }
        program.data = data;
        this.#views.clear();
        this.onAnalysed(data);
      }
    } catch (error) {
      this.onError(error);
    } finally {
      this.#isRunning = false;
    }
    if (this.#timer === null) for (const done of this.#waiting.splice(0)) done();
  }

  /** A program that an open document needs and that is out of date; programs nobody needs are dropped. */
  #nextDirty(): Program | null {
    const needed = new Set<Program>();
    for (const uri of this.#documents.keys()) {
      const path = pathOf(uri);
      // Whether the language reaches the file, its program has to tell.
      const configured = this.#configured(path);
      if (configured !== null) needed.add(this.#program(configured));
      needed.add(this.#programOf(path));
    }
    for (const [entry, program] of this.#programs) {
      if (!needed.has(program)) this.#programs.delete(entry);
    }
    return [...needed].find((one) => one.dirty) ?? null;
  }

  /** The engine has work to do, and would let a question wait. */
  get isBusy(): boolean {
    return this.#isRunning || this.#timer !== null;
  }

  /** When everything is analysed as it is now. */
  settled(): Promise<void> {
    const isDone = this.#timer === null && !this.#isRunning && this.#nextDirty() === null;
    if (isDone) return Promise.resolve();
    if (this.#timer === null && !this.#isRunning) void this.#run();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** What is known of a document; waits for the first analysis, and for it only. */
  async view(uri: string): Promise<View | null> {
    if (!this.#documents.has(uri)) return null;
    if (this.#lastView(uri) === null) await this.settled();
    return this.#lastView(uri);
  }

  #lastView(uri: string): View | null {
    const known = this.#views.get(uri);
    if (known !== undefined) return known;
    const document = this.#documents.get(uri);
    const path = pathOf(uri);
    const program = document === undefined ? null : this.#programOf(path).data;
    const module = program === null ? null : moduleAt(program, path);
    if (document === undefined || program === null || module === null) return null;
    const mapping = mappingBetween(module.text, document.getText());
    const view: View = { program, module, document, mapping };
    this.#views.set(uri, view);
    return view;
  }

  /** All programs that are known, for what is asked of the whole workspace. */
  programs(): ProgramData[] {
    return [...this.#programs.values()].flatMap(({ data }) => (data === null ? [] : [data]));
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#platform.engine.dispose();
  }
}

export function moduleAt(program: ProgramData, path: string): ModuleData | null {
  return program.modules.find((one) => one.path === path) ?? null;
}

function entryIn(config: string): string | null {
  try {
    const { entry } = JSON.parse(config) as { entry?: unknown };
    return typeof entry === "string" ? entry.replace(/^\.\//, "") : null;
  } catch {
    return null;
  }
}

export function isUser(definition: Definition): boolean {
  return !definition.isLibrary && definition.path !== null;
}
