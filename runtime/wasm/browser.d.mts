/** Types of `browser.mjs`, which says what they mean. */

export interface Tree {
  readonly [name: string]: string | Uint8Array | Tree;
}

export class MemoryFiles {
  constructor(tree?: Tree, options?: { readonly readOnly?: boolean });
  /** The bytes of a file; null if there is none. */
  read(path: string): Uint8Array<ArrayBuffer> | null;
  /** Makes or replaces a file, with the folders that it is in. */
  write(path: string, contents: string | Uint8Array): void;
  /** Names in a folder in their order; null if there is none. */
  list(path?: string): string[] | null;
}

export interface Given {
  /** The program's name and its arguments. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** By the names under which the program knows them. */
  readonly folders?: Readonly<Record<string, MemoryFiles>>;
  /** A function is asked for more until it gives null. */
  readonly stdin?: string | Uint8Array | (() => Uint8Array | null);
  readonly stdout?: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly stderr?: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly terminal?: boolean;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly random?: (into: Uint8Array<ArrayBuffer>) => void;
  readonly stackBytes?: number;
}

/** Runs a module to its end and gives its exit code. */
export function run(module: WebAssembly.Module | Uint8Array<ArrayBuffer>, given?: Given): number;
