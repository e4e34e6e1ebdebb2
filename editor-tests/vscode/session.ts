/**
 * A real VS Code, as code-server serves it to Chromium, with the extension and a copy of a project.
 *
 * A test sees both sides of it: `page` is what the user sees; `host` calls a function in the extension
 * host, with the `vscode` API as its first argument, and gives what it returns. The function travels as
 * text, so it knows nothing but its parameters.
 *
 * VS Code loads an extension from its folder, and a module of tests into the extension host, when
 * code-server runs with `enable-smoke-test-driver`: the workbench's own tests work that way.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import type * as vscode from "vscode";
import { launch, ROOT } from "../browser.ts";

export type VSCode = typeof vscode;

/** A function for the extension host: it may use its two parameters and nothing else from here. */
export type HostFunction<Argument, Result> = (
  api: VSCode,
  argument: Argument,
) => Result | Thenable<Result> | Promise<Result>;

const CODE_SERVER = fileURLToPath(
  new URL("../node_modules/code-server/out/node/entry.js", import.meta.url),
);

const EXTENSION = join(ROOT, "vscode-extension");

const SETTINGS = {
  "chat.disableAIFeatures": true,
  "editor.minimap.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  // The web build saves by itself otherwise.
  "files.autoSave": "off",
  "telemetry.telemetryLevel": "off",
  "workbench.colorTheme": "Default Light Modern",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
};

export interface SessionOptions {
  /** The project to open: a folder that is copied. */
  readonly project: string;
  /** The file to begin with; without one, the folder is open and nothing else. */
  readonly file?: string;
  /** The packed extension, to be installed as users do; without one, the extension's folder is taken. */
  readonly vsix?: string;
  /** How the extension starts `wright`. */
  readonly command: readonly string[];
}

export class Session {
  readonly page: Page;
  /** The copy of the project. */
  readonly folder: string;
  readonly #browser: Browser;
  readonly #server: ChildProcess;
  readonly #remote: Remote;
  readonly #temporary: string;

  private constructor(
    page: Page,
    browser: Browser,
    server: ChildProcess,
    remote: Remote,
    temporary: string,
  ) {
    this.page = page;
    this.folder = join(temporary, "project");
    this.#browser = browser;
    this.#server = server;
    this.#remote = remote;
    this.#temporary = temporary;
  }

  static async start({ project, file, vsix, command }: SessionOptions): Promise<Session> {
    const temporary = mkdtempSync(join(tmpdir(), "wright-vscode-"));
    cpSync(project, join(temporary, "project"), { recursive: true });
    const settings = join(temporary, "data", "User");
    mkdirSync(settings, { recursive: true });
    writeFileSync(
      join(settings, "settings.json"),
      JSON.stringify({ ...SETTINGS, "wright.command": command }),
    );
    if (vsix !== undefined) install(temporary, vsix);
    const remote = await Remote.listen();
    const { server, port } = await startServer(temporary, remote.url);
    const browser = await launch();
    const page = await browser.newPage({ viewport: { width: 1120, height: 700 } });
    const session = new Session(page, browser, server, remote, temporary);
    try {
      const loaded = vsix === undefined ? EXTENSION : driverOnly(temporary);
      await session.#open(port, loaded, file);
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  async #open(port: number, extension: string, file: string | undefined): Promise<void> {
    const remoteUri = (path: string) => `vscode-remote://127.0.0.1:${port}${path}`;
    await this.page.exposeFunction("codeAutomationLog", () => {});
    await this.page.exposeFunction("codeAutomationExit", () => {});
    const payload = [
      ...(file === undefined ? [] : [["openFile", remoteUri(join(this.folder, file))]]),
      ["extensionDevelopmentPath", remoteUri(extension)],
      ["extensionTestsPath", remoteUri(fileURLToPath(new URL("remote.cjs", import.meta.url)))],
    ];
    await this.page.goto(
      `http://127.0.0.1:${port}/?folder=${this.folder}&payload=${encodeURIComponent(JSON.stringify(payload))}`,
    );
    await this.#remote.ready(90);
    const opened = file === undefined ? ".explorer-folders-view" : ".monaco-editor .view-line";
    await this.page.waitForSelector(opened, { timeout: 60_000 });
  }

  /** Calls a function in the extension host. */
  host<Result>(fn: HostFunction<undefined, Result>): Promise<Result>;
  host<Argument, Result>(fn: HostFunction<Argument, Result>, argument: Argument): Promise<Result>;
  host(fn: HostFunction<never, unknown>, argument?: unknown): Promise<unknown> {
    return this.#remote.call(String(fn), argument);
  }

  /** Runs a command of the palette. */
  command(name: string, ...args: unknown[]): Promise<unknown> {
    return this.host(
      async (api, [id, rest]) => void (await api.commands.executeCommand(id, ...rest)),
      [name, args] as [string, unknown[]],
    );
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async close(): Promise<void> {
    this.#remote.close();
    await this.#browser.close();
    const ended = new Promise((resolve) => this.#server.once("exit", resolve));
    this.#server.kill();
    await ended;
    rmSync(this.#temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Where code-server keeps what belongs to a session. */
function folders(temporary: string): string[] {
  const extensions = join(temporary, "extensions");
  return ["--user-data-dir", join(temporary, "data"), "--extensions-dir", extensions];
}

function install(temporary: string, vsix: string): void {
  const args = [CODE_SERVER, ...folders(temporary), "--install-extension", vsix];
  execFileSync(process.execPath, args, { stdio: "pipe" });
}

/** An extension that has nothing: VS Code runs tests only beside one that is being developed. */
function driverOnly(temporary: string): string {
  const folder = join(temporary, "driver");
  mkdirSync(folder);
  const manifest = { name: "driver", publisher: "langwright", version: "0.0.0" };
  const text = JSON.stringify({ ...manifest, engines: { vscode: "*" } });
  writeFileSync(join(folder, "package.json"), text);
  return folder;
}

/** code-server on a port of its choice. */
async function startServer(
  temporary: string,
  remote: string,
): Promise<{ server: ChildProcess; port: number }> {
  const args = [
    ["--config", "/dev/null", "--auth", "none", "--bind-addr", "127.0.0.1:0"],
    folders(temporary),
    ["--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"],
    ["--disable-getting-started-override", "--vscode-option", "enable-smoke-test-driver"],
  ].flat();
  const server = spawn(process.execPath, [CODE_SERVER, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // An empty gallery keeps it from looking for extensions on the network.
    env: { ...process.env, EXTENSIONS_GALLERY: "{}", WRIGHT_EDITOR_TEST: remote },
  });
  const port = await new Promise<number>((resolve, reject) => {
    let text = "";
    // It complains of parts that Microsoft's own build has; that is of interest if it does not start.
    server.stderr.on("data", (data: Buffer) => (text += data.toString()));
    server.stdout.on("data", (data: Buffer) => {
      text += data.toString();
      const found = /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    server.once("exit", (code) => reject(new Error(`code-server ended with ${code}: ${text}`)));
  });
  return { server, port };
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface Order {
  readonly id: number;
  readonly source: string | null;
  readonly argument?: unknown;
}

/** The line to the extension host: it asks for the next order with the answer to the last. */
class Remote {
  readonly #server: Server;
  readonly #orders: Order[] = [];
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #free: ((order: Order) => void) | null = null;
  #nextId = 1;

  private constructor() {
    this.#server = createServer((request, response) => {
      let text = "";
      request.on("data", (data: Buffer) => (text += data.toString()));
      request.on("end", () => {
        const answer = JSON.parse(text) as Answer;
        this.#free = (order) => {
          this.#free = null;
          response.end(JSON.stringify(order));
        };
        this.#waiting.get(answer.id)?.(answer);
        this.#waiting.delete(answer.id);
        this.#next();
      });
    });
  }

  static async listen(): Promise<Remote> {
    const remote = new Remote();
    await new Promise<void>((resolve) => remote.#server.listen(0, "127.0.0.1", resolve));
    return remote;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** When the extension host is there. */
  async ready(seconds: number): Promise<void> {
    let timer: NodeJS.Timeout;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no extension host after ${seconds} s`)),
        seconds * 1000,
      );
    });
    const there = new Promise<void>((resolve) => this.#waiting.set(0, () => resolve()));
    await Promise.race([there, late]).finally(() => clearTimeout(timer));
  }

  async call(source: string, argument: unknown): Promise<unknown> {
    const id = this.#nextId++;
    this.#orders.push({ id, source, argument });
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#next();
    });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result;
  }

  #next(): void {
    if (this.#free === null) return;
    const order = this.#orders.shift();
    if (order !== undefined) this.#free(order);
  }

  close(): void {
    this.#free?.({ id: 0, source: null });
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
