/** What a command gets: its arguments, where to write, and how to leave nothing behind. */
import type { Arguments } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export interface Invocation extends Arguments {
  readonly terminal: Terminal;
  readonly cleanup: Cleanup;
}

/** A command answers with the exit code. */
export type Command = (call: Invocation) => Promise<number>;

/**
 * What must go when we are interrupted. The command works in a worker and may be deep inside the
 * compiler when ^C comes, so the list is kept by the main thread, which is free to act.
 */
export interface Cleanup {
  /** A file or folder that is not finished yet. */
  add(path: string): void;
  /** It is finished, or gone. */
  done(path: string): void;
}

export function flag(call: Arguments, name: string): boolean {
  return call.options[name] === true;
}

export function optionText(call: Arguments, name: string): string | undefined {
  const value = call.options[name];
  return value === true ? undefined : value;
}
