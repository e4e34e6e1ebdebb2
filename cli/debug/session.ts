/**
 * One debugged program: it is compiled with marks, and runs in this thread. Before it runs, requests come
 * as messages do. While it stands at a breakpoint, `#stopped` takes them one by one, until one of them lets
 * it go on; while it runs, it looks for them now and then (a new breakpoint, `pause`).
 *
 * What a variable or a frame is called by is good until the program goes on.
 */
import { basename, relative, resolve } from "node:path";
import { compileAnalysed, analyse } from "../../compiler/driver.ts";
import {
  Debugger,
  type Breakpoint,
  type Frame,
  type Resume,
  type Stop,
} from "../../compiler/eval/debugger.ts";
import { nodeHeapUsage, nodeHost } from "../../compiler/eval/host-node.ts";
import type { Host } from "../../compiler/eval/host.ts";
import type { Word } from "../../compiler/eval/heap.ts";
import { Inspector, type Child, type Known } from "../../compiler/eval/inspect.ts";
import { Machine } from "../../compiler/eval/machine.ts";
import type { RawMemory } from "../../compiler/eval/raw-memory.ts";
import {
  evaluateWatch,
  isTrue,
  parseWatch,
  WatchError,
  type Scope,
} from "../../compiler/eval/watch.ts";
import type { DebugInfo } from "../../compiler/ll/debug.ts";
import type { LLFunction } from "../../compiler/ll/program.ts";
import { show } from "../../dsl/annotate/show.ts";
import type { Expression } from "../../dsl/syntax/ast.ts";
import { renderDiagnostics } from "../../dsl/syntax/render.ts";
import { fileHost, type FileHost } from "../host.ts";
import { openProject, shown } from "../project.ts";
import { testProgram } from "../test-files.ts";
import type { LaunchArguments, Message, Request, SourceBreakpoint } from "./protocol.ts";

const MEMORY_LIMIT = 2 ** 31;
/** A program has one thread. */
const THREAD = 1;

export interface Link {
  send(message: Message): void;
  hasRequests(): boolean;
  /** Those that have come; `wait`: until there are some. */
  requests(wait: boolean): Iterable<Request>;
}

/** Those of a frame, or of its module. */
interface Variables {
  readonly kind: "locals" | "module";
  readonly frame: Frame;
}

/** A request that cannot be met; the message is for the user. */
class Refusal extends Error {}

interface Launched {
  readonly functions: ReadonlySet<LLFunction>;
  readonly info: DebugInfo;
  readonly machine: Machine;
  readonly inspector: Inspector;
  readonly argv: readonly string[];
  readonly options: LaunchArguments;
}

const BUILD_TIME = "a module's body runs while the program is built, before anything can stop it";

const CAPABILITIES = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsEvaluateForHovers: true,
  supportsExceptionInfoRequest: true,
  supportsTerminateRequest: true,
  exceptionBreakpointFilters: [
    { filter: "raised", label: "Raised exceptions", default: false },
    { filter: "uncaught", label: "Uncaught exceptions", default: true },
  ],
};

export class Session {
  readonly #link: Link;
  readonly #debugger: Debugger;
  #launched: Launched | null = null;
  /** While the program stands. */
  #frames: readonly Frame[] = [];
  #stop: Stop | null = null;
  #resume: Resume | null = null;
  #pauseAsked = false;
  #nextBreakpoint = 1;
  /** What has parts, by reference less one. */
  #references: (Known | Variables)[] = [];

  constructor(link: Link) {
    this.#link = link;
    this.#debugger = new Debugger(
      (stop, frames) => this.#stopped(stop, frames),
      () => this.#isPauseAsked(),
    );
  }

  // ------------------------------------------------------------------ requests

  handle(request: Request): void {
    const { seq, command } = request;
    const respond = (success: boolean, more: { body?: unknown; message?: string }) =>
      this.#link.send({ type: "response", request_seq: seq, command, success, ...more });
    const answer = this.#answers[command];
    if (answer === undefined) {
      return respond(false, { message: `wright does not know \`${command}\`` });
    }
    let then: (() => void) | void;
    try {
      let body: unknown;
      then = answer((request.arguments ?? {}) as never, (result) => {
        body = result;
      });
      respond(true, body === undefined ? {} : { body });
    } catch (error) {
      const isTheirs = error instanceof Refusal || error instanceof WatchError;
      return respond(false, {
        message: isTheirs ? error.message : String((error as Error).stack ?? error),
      });
    }
    then?.();
  }

  #event(event: string, body?: unknown): void {
    this.#link.send({ type: "event", event, ...(body === undefined ? {} : { body }) });
  }

  /** Each answers by `give`, and returns what is to be done once the answer is sent. */
  readonly #answers: Readonly<
    Record<string, (args: never, give: (body: unknown) => void) => (() => void) | void>
  > = {
    initialize: (_args: unknown, give) => give(CAPABILITIES),
    launch: (args: LaunchArguments) => {
      this.#launch(args);
      return () => this.#event("initialized");
    },
    setBreakpoints: (args: Parameters<Session["setBreakpoints"]>[0], give) =>
      give({ breakpoints: this.setBreakpoints(args) }),
    setExceptionBreakpoints: ({ filters }: { filters: readonly string[] }) => {
      this.#debugger.stopsAt = {
        raised: filters.includes("raised"),
        uncaught: filters.includes("uncaught"),
      };
    },
    configurationDone: () => () => this.#run(),
    threads: (_args: unknown, give) => give({ threads: [{ id: THREAD, name: "program" }] }),
    stackTrace: (args: { startFrame?: number; levels?: number }, give) =>
      give(this.#stackTrace(args)),
    scopes: ({ frameId }: { frameId: number }, give) => {
      const frame = this.#frame(frameId);
      const locals = this.#reference({ kind: "locals", frame });
      const module = this.#reference({ kind: "module", frame });
      give({
        scopes: [
          scopeOf("Locals", { presentationHint: "locals", variablesReference: locals }),
          scopeOf("Module", { variablesReference: module }),
        ],
      });
    },
    variables: (args: { variablesReference: number; start?: number; count?: number }, give) =>
      give({ variables: this.#variables(args) }),
    evaluate: (args: { expression: string; frameId?: number }, give) => give(this.#evaluate(args)),
    exceptionInfo: (_args: unknown, give) => give(this.#exceptionInfo()),
    pause: () => {
      this.#pauseAsked = true;
    },
    continue: (_args: unknown, give) => {
      give({ allThreadsContinued: true });
      this.#goOn("continue");
    },
    next: () => this.#goOn("over"),
    stepIn: () => this.#goOn("in"),
    stepOut: () => this.#goOn("out"),
  };

  #goOn(resume: Resume): void {
    if (this.#stop === null) throw new Refusal("the program is not stopped");
    this.#resume = resume;
  }

  // ------------------------------------------------------------------ the program

  #launch(options: LaunchArguments): void {
    if (options.program === undefined)
      throw new Refusal("`program` is missing: a language's folder");
    const { entry, name, host } = programOf(options);
    const analysis = analyse(entry, host);
    if (!analysis.ok) return this.#refuse(analysis.diagnostics);
    const compiled = compileAnalysed(analysis, { debug: true });
    if (!compiled.ok) return this.#refuse(compiled.diagnostics);
    if (analysis.program.main === null) throw new Refusal(`${entry} has no function \`main\``);
    const { program } = compiled;
    const machine = new Machine(program, this.#host(options.input ?? ""), {
      memoryLimit: MEMORY_LIMIT,
      heapUsage: nodeHeapUsage(),
      ...(options.noDebug === true ? {} : { debugger: this.#debugger }),
    });
    const info = program.debug!;
    const inspector = new Inspector(info);
    const argv = [
      name,
      ...(options.test === undefined ? (options.args ?? []) : [options.test.name]),
    ];
    const functions = new Set(program.functions);
    this.#launched = { functions, info, machine, inspector, argv, options };
    if (options.stopOnEntry === true) this.#debugger.stopAtEntry();
  }

  #refuse(diagnostics: Parameters<typeof renderDiagnostics>[0]): never {
    const output = `${renderDiagnostics(diagnostics, { color: false })}\n`;
    this.#event("output", { category: "stderr", output });
    const count = diagnostics.filter((one) => one.severity === "error").length;
    throw new Refusal(`the program has ${count} error${count === 1 ? "" : "s"}`);
  }

  /** The world, but for the standard streams: those are the protocol's. */
  #host(input: string): Host {
    const real = nodeHost();
    const call = (name: string, ...args: unknown[]) =>
      (real[name] as (...all: unknown[]) => Word)(...args);
    const bytes = new TextEncoder().encode(input);
    let position = 0;
    const decoders = [new TextDecoder(), new TextDecoder()] as const;
    return {
      ...real,
      wr_os_read: (memory: RawMemory, fd: Word, into: Word, n: Word): Word => {
        if (Number(fd) !== 0) return call("wr_os_read", memory, fd, into, n);
        const part = bytes.subarray(position, position + Number(n));
        memory.bytes(into, part.length).set(part);
        position += part.length;
        return part.length;
      },
      wr_os_write: (memory: RawMemory, fd: Word, from: Word, n: Word): Word => {
        const stream = Number(fd);
        if (stream !== 1 && stream !== 2) return call("wr_os_write", memory, fd, from, n);
        const part = memory.bytes(from, Number(n)).slice();
        const output = decoders[stream - 1]!.decode(part, { stream: true });
        this.#event("output", { category: stream === 1 ? "stdout" : "stderr", output });
        return n;
      },
      wr_os_isatty: (): Word => 0,
    };
  }

  #run(): void {
    if (this.#launched === null) return;
    const { machine, argv } = this.#launched;
    let exitCode = 3;
    try {
      exitCode = machine.runMain(argv);
    } catch (error) {
      const output = `${(error as Error).stack ?? String(error)}\n`;
      this.#event("output", { category: "stderr", output });
    }
    this.#event("exited", { exitCode });
    this.#event("terminated");
  }

  // ------------------------------------------------------------------ standing still

  #stopped(stop: Stop, frames: readonly Frame[]): Resume {
    this.#stop = stop;
    this.#frames = frames;
    this.#references = [];
    this.#pauseAsked = false;
    const isException = stop.reason === "exception";
    this.#event("stopped", {
      reason: stop.reason,
      threadId: THREAD,
      allThreadsStopped: true,
      ...(stop.reason === "breakpoint" ? { hitBreakpointIds: [stop.id] } : {}),
      ...(isException ? { text: this.#exceptionText(stop.exception) } : {}),
    });
    for (this.#resume = null; this.#resume === null;) {
      for (const request of this.#link.requests(true)) this.handle(request);
    }
    this.#stop = null;
    this.#frames = [];
    this.#references = [];
    return this.#resume;
  }

  /** Asked on every line: messages that have come meanwhile are looked at. */
  #isPauseAsked(): boolean {
    if (!this.#link.hasRequests()) return false;
    for (const request of this.#link.requests(false)) this.handle(request);
    return this.#pauseAsked;
  }

  // ------------------------------------------------------------------ breakpoints

  setBreakpoints({
    source,
    breakpoints,
  }: {
    source: { path?: string };
    breakpoints?: readonly SourceBreakpoint[];
  }): unknown[] {
    if (this.#launched === null) throw new Refusal("no program is launched");
    const path = source.path ?? "";
    const lines = this.#linesOf(path, (fn) => !this.#isBuildTime(fn));
    const buildTime = this.#linesOf(path, (fn) => this.#isBuildTime(fn));
    const places = this.#debugger.breakpointsOf(shown(path));
    places.clear();
    return (breakpoints ?? []).map((wanted) => {
      const id = this.#nextBreakpoint++;
      if (buildTime.includes(wanted.line)) return { id, verified: false, message: BUILD_TIME };
      const line = lines.find((one) => one >= wanted.line);
      if (line === undefined) return { id, verified: false, message: "there is no code here" };
      try {
        places.set(line, { id, isDue: this.#dueWhen(wanted) });
        return { id, verified: true, line };
      } catch (error) {
        if (!(error instanceof WatchError)) throw error;
        return { id, verified: false, message: error.message };
      }
    });
  }

  /** Module bodies have run before the program does. */
  #isBuildTime(fn: LLFunction): boolean {
    return !this.#launched!.functions.has(fn);
  }

  /** Lines of a file at which functions of one kind can stop, in order. */
  #linesOf(path: string, isWanted: (fn: LLFunction) => boolean): number[] {
    const found = new Set<number>();
    for (const [fn, lines] of this.#launched!.info.lines) {
      if (isWanted(fn) && fn.span !== null && resolve(fn.span.chunk.file.path) === resolve(path))
        for (const line of lines) found.add(line);
    }
    return [...found].sort((a, b) => a - b);
  }

  #dueWhen({ condition, hitCondition, logMessage }: SourceBreakpoint): Breakpoint["isDue"] {
    const test = isBlank(condition) ? null : parseWatch(condition!);
    const isRightHit = isBlank(hitCondition) ? null : hitTest(hitCondition!);
    const message = isBlank(logMessage) ? null : parseMessage(logMessage!);
    let hits = 0;
    return (frame) => {
      if (test !== null && !this.#holds(test, frame)) return false;
      if (isRightHit !== null && !isRightHit(++hits)) return false;
      if (message === null) return true;
      const output = message.map((part) => this.#messagePart(part, frame)).join("");
      this.#event("output", { category: "console", output: `${output}\n` });
      return false;
    };
  }

  /** A condition that cannot be worked out stops: its author wants to know. */
  #holds(test: Expression, frame: Frame): boolean {
    const scope = this.#scope(frame);
    try {
      return isTrue(evaluateWatch(test, scope), scope);
    } catch (error) {
      if (!(error instanceof WatchError)) throw error;
      const output = `condition of the breakpoint: ${error.message}\n`;
      this.#event("output", { category: "important", output });
      return true;
    }
  }

  #messagePart(part: string | Expression, frame: Frame): string {
    if (typeof part === "string") return part;
    try {
      return this.#launched!.inspector.describe(evaluateWatch(part, this.#scope(frame)));
    } catch (error) {
      return `(${(error as Error).message})`;
    }
  }

  // ------------------------------------------------------------------ what is shown

  #stackTrace({ startFrame = 0, levels = 0 }: { startFrame?: number; levels?: number }) {
    const all = [...this.#frames].reverse();
    const part = all.slice(startFrame, levels === 0 ? undefined : startFrame + levels);
    return {
      totalFrames: all.length,
      stackFrames: part.map(({ record, depth, line }) => ({
        id: depth + 1,
        name: record.fn.displayName,
        line: Math.abs(line),
        column: 1,
        source: { name: basename(record.file), path: resolve(record.file) },
      })),
    };
  }

  #frame(id: number): Frame {
    const frame = this.#frames[id - 1];
    if (frame === undefined) throw new Refusal("the program has gone on since");
    return frame;
  }

  #reference(of: Known | Variables): number {
    return this.#references.push(of);
  }

  #variables({
    variablesReference,
    start = 0,
    count = 0,
  }: {
    variablesReference: number;
    start?: number;
    count?: number;
  }): unknown[] {
    const of = this.#references[variablesReference - 1];
    if (of === undefined) throw new Refusal("the program has gone on since");
    const children =
      "frame" in of
        ? this.#variablesOf(of)
        : this.#launched!.inspector.children(of, start, count === 0 ? undefined : count);
    return children.map((one) => ({ name: one.name, ...this.#shown(one) }));
  }

  #variablesOf({ kind, frame }: Variables): Child[] {
    if (kind === "locals") return localsOf(frame);
    return [...(this.#launched!.info.modules.get(frame.record.file)?.own ?? [])];
  }

  #shown(known: Known): { value: string; type: string; variablesReference: number } {
    const { inspector } = this.#launched!;
    const count = inspector.count(known);
    const hasParts = count === null ? inspector.children(known, 0, 1).length > 0 : count > 0;
    return {
      value: inspector.describe(known),
      type: show(known.type),
      variablesReference: hasParts ? this.#reference(known) : 0,
      ...(count === null ? {} : { indexedVariables: count }),
    };
  }

  #scope(frame: Frame): Scope {
    const { inspector, machine, info } = this.#launched!;
    const locals = localsOf(frame);
    const visible = info.modules.get(frame.record.file)?.visible;
    return {
      inspector,
      named: (name) => locals.find((one) => one.name === name) ?? visible?.get(name) ?? null,
      string: (text) => machine.string(text),
    };
  }

  #evaluate({ expression, frameId }: { expression: string; frameId?: number }): unknown {
    const frame = frameId === undefined ? this.#frames.at(-1) : this.#frame(frameId);
    if (frame === undefined) throw new Refusal("the program is running");
    const { value, ...more } = this.#shown(
      evaluateWatch(parseWatch(expression), this.#scope(frame)),
    );
    return { result: value, ...more };
  }

  #exceptionText(exception: Extract<Stop, { reason: "exception" }>["exception"]): string {
    const { machine } = this.#launched!;
    return this.#debugger.quietly(() => machine.describe(exception));
  }

  #exceptionInfo(): unknown {
    if (this.#stop?.reason !== "exception") throw new Refusal("there is no exception");
    const { exception, isUncaught } = this.#stop;
    return {
      exceptionId: this.#launched!.inspector.classOf(exception)?.name ?? "Exception",
      description: this.#exceptionText(exception),
      breakMode: isUncaught ? "unhandled" : "always",
    };
  }
}

/** The language, or the file of tests with something that calls the one that is wanted. */
function programOf({ program, test }: LaunchArguments): {
  entry: string;
  name: string;
  host: FileHost;
} {
  const project = openProject(relative(process.cwd(), resolve(program!)) || ".");
  if (test === undefined) return { entry: project.entry, name: project.name, host: fileHost() };
  const { entry, text } = testProgram(project, resolve(test.file), [test.name]);
  return { entry, name: project.name, host: fileHost({ [entry]: text }) };
}

/** As the protocol has it. */
function scopeOf(name: string, more: { presentationHint?: string; variablesReference: number }) {
  return { name, expensive: false, ...more };
}

/** In the order in which they came to be. */
function localsOf({ record, values, marks }: Frame): Child[] {
  return record.names.flatMap((name, slot): Child[] => {
    const mark = marks[slot];
    if (mark === undefined) return [];
    return [{ name, value: values[slot], type: record.marks[mark]!.type }];
  });
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === "";
}

/** `5`: from the fifth time on; `== 5`, `> 5`, `% 5`: as they say. */
function hitTest(text: string): (hits: number) => boolean {
  const found = /^\s*(==|>=|>|<=|<|%)?\s*(\d+)\s*$/.exec(text);
  if (found === null) throw new WatchError("a number of hits is expected, as `5` or `% 5`");
  const n = Number(found[2]);
  switch (found[1]) {
    case "==":
      return (hits) => hits === n;
    case ">":
      return (hits) => hits > n;
    case "<":
      return (hits) => hits < n;
    case "<=":
      return (hits) => hits <= n;
    case "%":
      return (hits) => hits % n === 0;
    default:
      return (hits) => hits >= n;
  }
}

/** Text with expressions in braces. */
function parseMessage(text: string): (string | Expression)[] {
  return text
    .split(/(\{[^{}]*\})/)
    .filter((part) => part !== "")
    .map((part) => (part.startsWith("{") ? parseWatch(part.slice(1, -1)) : part));
}
