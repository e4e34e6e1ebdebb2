/** A client of the debug adapter protocol, for tests: it starts `wright debug-adapter` as an editor does. */
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
const PATIENCE_MILLISECONDS = 30_000;

interface Received {
  readonly type: "response" | "event";
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly event?: string;
  readonly body?: unknown;
}

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly type: string;
  readonly variablesReference: number;
  readonly indexedVariables?: number;
}

export interface StackFrame {
  readonly id: number;
  readonly name: string;
  readonly line: number;
  readonly source: { readonly path: string };
}

export class DebugClient {
  readonly #process: ChildProcess;
  readonly #answers = new Map<number, (message: Received) => void>();
  readonly #events: Received[] = [];
  #woken: () => void = () => {};
  #bytes = Buffer.alloc(0);
  #seq = 1;
  readonly ended: Promise<number | null>;

  constructor(cwd: string) {
    this.#process = spawn(process.execPath, [MAIN, "debug-adapter"], {
      cwd,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#process.stdout!.on("data", (data: Buffer) => this.#read(data));
    this.ended = new Promise((resolve) => this.#process.once("exit", resolve));
  }

  #read(data: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, data]);
    for (;;) {
      const end = this.#bytes.indexOf("\r\n\r\n");
      const header = this.#bytes.toString("latin1", 0, Math.max(end, 0));
      const length = Number(/Content-Length: (\d+)/.exec(header)?.[1]);
      if (end < 0 || this.#bytes.length < end + 4 + length) return;
      const text = this.#bytes.toString("utf8", end + 4, end + 4 + length);
      this.#bytes = this.#bytes.subarray(end + 4 + length);
      const message = JSON.parse(text) as Received;
      if (message.type === "event") {
        this.#events.push(message);
        this.#woken();
      } else this.#answers.get(message.request_seq!)?.(message);
    }
  }

  /** The body of the answer; throws what the adapter says against it. */
  async ask<Body = unknown>(command: string, args: unknown = {}): Promise<Body> {
    const seq = this.#seq++;
    const body = JSON.stringify({ seq, type: "request", command, arguments: args });
    const answer = new Promise<Received>((resolve) => this.#answers.set(seq, resolve));
    this.#process.stdin!.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    const { success, message, body: result } = await answer;
    if (success !== true) throw new Error(message);
    return result as Body;
  }

  /** The next event of this name; those before it are dropped, but output, which is kept. */
  async event<Body = Record<string, unknown>>(name: string): Promise<Body> {
    const end = performance.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const at = this.#events.findIndex((one) => one.event === name);
      if (at >= 0) return this.#events.splice(at, 1)[0]!.body as Body;
      const left = end - performance.now();
      if (left <= 0) throw new Error(`no event ${name}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#woken = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** What was written so far. */
  output(category: string): string {
    return this.#events
      .map(({ event, body }) => ({ event, body: body as { category?: string; output?: string } }))
      .filter(({ event, body }) => event === "output" && body.category === category)
      .map(({ body }) => body.output)
      .join("");
  }

  async launch(args: unknown): Promise<void> {
    await this.ask("initialize", { adapterID: "wright", linesStartAt1: true });
    await this.ask("launch", args);
    await this.event("initialized");
  }

  breakpoints(
    path: string,
    breakpoints: readonly object[],
  ): Promise<{ breakpoints: { verified: boolean; line?: number; message?: string }[] }> {
    return this.ask("setBreakpoints", { source: { path }, breakpoints });
  }

  /** Where the program stands, innermost first. */
  async stack(): Promise<StackFrame[]> {
    const { stackFrames } = await this.ask<{ stackFrames: StackFrame[] }>("stackTrace", {
      threadId: 1,
    });
    return stackFrames;
  }

  /** `main.wr:7 in evaluate`, innermost first. */
  async places(): Promise<string[]> {
    const frames = await this.stack();
    return frames.map(
      ({ name, line, source }) => `${source.path.split("/").at(-1)}:${line} in ${name}`,
    );
  }

  async variables(variablesReference: number): Promise<Variable[]> {
    const { variables } = await this.ask<{ variables: Variable[] }>("variables", {
      variablesReference,
    });
    return variables;
  }

  locals(frame = 0): Promise<Variable[]> {
    return this.#scope("Locals", frame);
  }

  async localTexts(frame = 0): Promise<Record<string, string>> {
    return textsOf(await this.locals(frame));
  }

  /** Of the module that the innermost function stands in. */
  async moduleTexts(): Promise<Record<string, string>> {
    return textsOf(await this.#scope("Module", 0));
  }

  async #scope(wanted: string, frame: number): Promise<Variable[]> {
    const frames = await this.stack();
    const { scopes } = await this.ask<{ scopes: { name: string; variablesReference: number }[] }>(
      "scopes",
      { frameId: frames[frame]!.id },
    );
    return this.variables(scopes.find(({ name }) => name === wanted)!.variablesReference);
  }

  async evaluate(expression: string): Promise<string> {
    const frames = await this.stack();
    const { result } = await this.ask<{ result: string }>("evaluate", {
      expression,
      frameId: frames[0]!.id,
    });
    return result;
  }

  /** Lets the program go on, and waits until it stands again. */
  async step(command: "continue" | "next" | "stepIn" | "stepOut"): Promise<string> {
    await this.ask(command, { threadId: 1 });
    await this.event("stopped");
    return (await this.places())[0] ?? "";
  }

  async stop(): Promise<number | null> {
    await this.ask("disconnect");
    return this.ended;
  }
}

function textsOf(variables: readonly Variable[]): Record<string, string> {
  return Object.fromEntries(variables.map(({ name, value, type }) => [name, `${value}: ${type}`]));
}
