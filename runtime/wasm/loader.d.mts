/** Types of `loader.mjs`, which says what they mean. */

export interface Given {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly folders?: Readonly<Record<string, string>>;
  readonly stackBytes?: number | undefined;
  readonly stdin?: number | undefined;
  readonly stdout?: number | undefined;
  readonly stderr?: number | undefined;
}

/** Runs a module to its end and gives its exit code. */
export function run(module: WebAssembly.Module | Uint8Array<ArrayBuffer>, given: Given): number;
