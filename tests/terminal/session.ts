/** Programs at a terminal: `typist.py` makes a pseudo-terminal and types into it. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../support.ts";

export const hasPython = spawnSync("python3", ["-c", "import pty"]).status === 0;

/** Wait for this text, then type this. */
export type Step = readonly [wait: string, send: string | { readonly signal: number }];

export interface Session {
  readonly output: string;
  /** The exit code; a signal's number below zero. */
  readonly status: number;
  /** The text that never came. */
  readonly missed: string | null;
  /** Whether the terminal was left as it was found. */
  readonly givenBack: boolean;
}

export function onTerminal(argv: readonly string[], steps: readonly Step[], env = {}): Session {
  const script = JSON.stringify({ argv, steps, env: { TERM: "xterm", ...env } });
  const run = spawnSync("python3", [join(ROOT, "tests/terminal/typist.py")], {
    input: script,
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as Session;
}
