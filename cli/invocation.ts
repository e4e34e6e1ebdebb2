/** What a command gets: its arguments, where to write, and how to leave nothing behind. */
import type { InterruptWords } from "../compiler/eval/host-terminal.ts";
import type { Arguments } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export interface Invocation extends Arguments {
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
}

/** A command answers with the exit code. */
export type Command = (call: Invocation) => Promise<number>;

/**
 * ^C. The command works in a worker and may be deep inside the compiler, so the main thread hears it,
 * and ends the process at once unless the command is doing something that it must undo.
 */
export interface Interrupts {
  /** While this runs, ^C aborts the signal, and the action ends by itself. */
  during<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T>;
  happened(): boolean;
  /** For hosted programs that catch interrupts themselves. */
  readonly words: InterruptWords;
}

export function flag(call: Arguments, name: string): boolean {
  return call.options[name] === true;
}

export function optionText(call: Arguments, name: string): string | undefined {
  const value = call.options[name];
  return value === true ? undefined : value;
}
