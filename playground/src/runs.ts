/** What the page and the workers that run programs say to each other. */

export interface RunRequest {
  /** The project's files by their paths in it, and the library's by theirs below its folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly library: Readonly<Record<string, string>>;
  readonly entry: string;
  readonly args: readonly string[];
  readonly input: string;
  /** Where its virtual machine is, to be run instead of the Wright source. */
  readonly module: string | null;
  /** What the program is told that it is called. */
  readonly name: string;
}

export type RunMessage =
  | { readonly kind: "stage"; readonly text: string }
  | { readonly kind: "output"; readonly fd: 1 | 2; readonly bytes: Uint8Array }
  | { readonly kind: "end"; readonly code: number; readonly milliseconds: number }
  /** A mistake of ours. */
  | { readonly kind: "failure"; readonly text: string };
