/**
 * Control over a program that runs in the evaluator: breakpoints, steps, exceptions.
 *
 * Functions with marks call it as they are entered and left and whenever they come to another line
 * (`emit.ts`). Stopping is a call of `onStop`, which returns what to do next: whoever debugs lets it wait,
 * since the program runs in that very thread. Functions of the library have no marks and no frames, so a
 * step goes over them, and what they call back is stepped into.
 *
 * A step ends on another line of its frame or of one above it, in a new frame if it goes in, or in the
 * caller, when the frame is left. A loop that comes back to its own line hits breakpoints again and ends
 * no step.
 */
import type { DebugMark } from "../ll/debug.ts";
import type { LLFunction } from "../ll/program.ts";
import type { HeapObject, MachineValue } from "./heap.ts";

type LocalMark = Extract<DebugMark, { kind: "local" }>;

/** What is known of a function with marks. */
export class FunctionRecord {
  readonly fn: LLFunction;
  /** Of its file; they come and go. */
  readonly breakpoints: FileBreakpoints;
  /** Names of locals, by slot. */
  readonly names: string[] = [];
  readonly marks: LocalMark[] = [];

  constructor(fn: LLFunction, breakpoints: FileBreakpoints) {
    this.fn = fn;
    this.breakpoints = breakpoints;
  }

  get file(): string {
    return this.fn.span?.chunk.file.path ?? "";
  }

  local(mark: LocalMark): { slot: number; index: number } {
    let slot = this.names.indexOf(mark.name);
    if (slot < 0) slot = this.names.push(mark.name) - 1;
    return { slot, index: this.marks.push(mark) - 1 };
  }
}

export interface Frame {
  readonly record: FunctionRecord;
  /** From 0: the outermost. */
  readonly depth: number;
  /** Negative: a loop has come back, perhaps to that line. */
  line: number;
  /** By slot: what a local holds, and the mark that said so; holes are locals that have no value yet. */
  readonly values: MachineValue[];
  readonly marks: number[];
}

export type FileBreakpoints = Map<number, Breakpoint>;

export interface Breakpoint {
  readonly id: number;
  /** Whether to stop there; asked each time. */
  readonly isDue: (frame: Frame) => boolean;
}

export type Stop =
  | { readonly reason: "entry" | "step" | "pause" }
  | { readonly reason: "breakpoint"; readonly id: number }
  | { readonly reason: "exception"; readonly exception: HeapObject; readonly isUncaught: boolean };

export type Resume = "continue" | "in" | "over" | "out";

export class Debugger {
  readonly #onStop: (stop: Stop, frames: readonly Frame[]) => Resume;
  readonly #isPauseAsked: () => boolean;
  readonly #files = new Map<string, FileBreakpoints>();
  #frames: Frame[] = [];
  #step: Exclude<Resume, "continue"> | null = null;
  /** How many frames there were when the step began. */
  #from = 0;
  /** Functions run for the debugger's own sake: nothing stops. */
  #isQuiet = false;
  /** Where the exception that is on its way was raised, as it was then. */
  #raisedIn: readonly Frame[] = [];
  /** Stop where exceptions are raised, and where one ends the program. */
  stopsAt = { raised: false, uncaught: true };

  constructor(
    onStop: (stop: Stop, frames: readonly Frame[]) => Resume,
    isPauseAsked: () => boolean = () => false,
  ) {
    this.#onStop = onStop;
    this.#isPauseAsked = isPauseAsked;
  }

  breakpointsOf(file: string): FileBreakpoints {
    let found = this.#files.get(file);
    if (found === undefined) this.#files.set(file, (found = new Map()));
    return found;
  }

  record(fn: LLFunction): FunctionRecord {
    return new FunctionRecord(fn, this.breakpointsOf(fn.span?.chunk.file.path ?? ""));
  }

  /** Stops at the first line. */
  stopAtEntry(): void {
    this.#step = "in";
    this.#from = 0;
  }

  /** Runs something that is to stop nowhere. */
  quietly<T>(action: () => T): T {
    const before = this.#isQuiet;
    this.#isQuiet = true;
    try {
      return action();
    } finally {
      this.#isQuiet = before;
    }
  }

  // -------------------------------------------------------------- called by functions

  enter(record: FunctionRecord): Frame {
    const frame: Frame = { record, depth: this.#frames.length, line: 0, values: [], marks: [] };
    this.#frames.push(frame);
    return frame;
  }

  leave(frame: Frame): void {
    // More than one, if the stack was too full for one of them to be left properly.
    this.#frames.length = frame.depth;
    if (this.#step === null || this.#isQuiet) return;
    if (frame.depth > 0 && frame.depth < this.#from) this.#stop({ reason: "step" });
  }

  line(frame: Frame, line: number): void {
    const from = frame.line;
    if (from === line) return;
    frame.line = line;
    if (this.#isQuiet) return;
    const breakpoint = frame.record.breakpoints.get(line);
    if (breakpoint?.isDue(frame) === true) {
      this.#stop({ reason: "breakpoint", id: breakpoint.id });
    } else if (this.#step !== null && from !== -line && this.#endsStep(frame)) {
      this.#stop({ reason: this.#from === 0 ? "entry" : "step" });
    } else if (this.#isPauseAsked()) {
      this.#stop({ reason: "pause" });
    }
  }

  #endsStep({ depth }: Frame): boolean {
    return this.#step === "in" || (this.#step === "over" && depth < this.#from);
  }

  // -------------------------------------------------------------- called by the machine

  raised(exception: HeapObject): void {
    if (this.#isQuiet) return;
    this.#raisedIn = this.#frames.map((frame) => ({ ...frame }));
    if (this.stopsAt.raised) this.#stop({ reason: "exception", exception, isUncaught: false });
  }

  /** The program ends with it. Its frames are gone, and shown as they were when it was raised. */
  uncaught(exception: HeapObject): void {
    if (!this.stopsAt.uncaught || this.#isQuiet) return;
    this.#frames = [...this.#raisedIn];
    this.#stop({ reason: "exception", exception, isUncaught: true });
    this.#frames = [];
    this.#step = null;
  }

  #stop(stop: Stop): void {
    const resume = this.#onStop(stop, this.#frames);
    this.#step = resume === "continue" ? null : resume;
    this.#from = this.#frames.length;
  }
}
