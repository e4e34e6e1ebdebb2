/**
 * What the command line writes, and how it looks: results on stdout, progress on stderr.
 *
 * Writing is synchronous and by file descriptor, because commands run in a worker thread (see
 * `command-line.ts`), where `process.stdout` would only queue text for the main thread. A reader that has
 * gone away (`wright … | head`) is no error of ours: we leave quietly.
 */
import { writeSync } from "node:fs";
import { isatty } from "node:tty";

export const STDOUT = 1;
export const STDERR = 2;

/** Ends the command with this exit code; nothing is printed. */
export class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

export type Paint = (text: string) => string;

export interface Palette {
  readonly enabled: boolean;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly cyan: Paint;
}

export function palette(enabled: boolean): Palette {
  const style = (open: number, close: number): Paint =>
    enabled ? (text) => `\x1b[${open}m${text}\x1b[${close}m` : (text) => text;
  return {
    enabled,
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    blue: style(34, 39),
    cyan: style(36, 39),
  };
}

/** `NO_COLOR` (any text) is stronger than `FORCE_COLOR` (anything but 0), and that than the terminal. */
export function wantsColor(
  fd: number,
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  return isatty(fd) && env["TERM"] !== "dumb";
}

export class Terminal {
  readonly out: Palette = palette(wantsColor(STDOUT));
  readonly err: Palette = palette(wantsColor(STDERR));
  /** Whether a person watches stderr: then a line may be rewritten in place. */
  readonly live = isatty(STDERR) && process.env["TERM"] !== "dumb";
  readonly quiet: boolean;
  #pending = false;

  constructor(options: { readonly quiet?: boolean } = {}) {
    this.quiet = options.quiet ?? false;
  }

  /** A result. */
  print(text: string): void {
    this.clear();
    writeAll(STDOUT, text.endsWith("\n") ? text : `${text}\n`);
  }

  /** Something that must be said, and is no result: an error, a warning. */
  complain(text: string): void {
    this.clear();
    writeAll(STDERR, text.endsWith("\n") ? text : `${text}\n`);
  }

  /** Progress: a line on stderr, unless `--quiet`. */
  say(text: string): void {
    if (!this.quiet) this.complain(text);
  }

  /** What is going on now: shown to a person only, and replaced by what comes next. */
  status(text: string): void {
    if (this.quiet || !this.live) return;
    writeAll(STDERR, `\r\x1b[2K${text}`);
    this.#pending = true;
  }

  /** Takes the status line away: somebody else is going to write. */
  clear(): void {
    if (!this.#pending) return;
    this.#pending = false;
    writeAll(STDERR, "\r\x1b[2K");
  }
}

export function writeAll(fd: number, text: string | Uint8Array): void {
  let bytes = typeof text === "string" ? Buffer.from(text) : text;
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A pipe whose reader is slow, when whoever started us made it non-blocking.
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      else if (code === "EPIPE") throw new Exit(fd === STDOUT ? 0 : 3);
      else throw error;
    }
  }
}

/** `0.42 s`, `12 ms`, `1 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 100) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(2)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `1 error`, `3 errors`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** `812 B`, `41.2 KB`, `1.3 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
