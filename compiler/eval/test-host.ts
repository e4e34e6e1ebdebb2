/** A host for tests: nothing but standard output and error, kept as text. */
import { ExitSignal } from "./exceptions.ts";
import type { Word } from "./heap.ts";
import type { Host } from "./host.ts";
import type { RawMemory } from "./raw-memory.ts";

export interface TestHost {
  readonly host: Host;
  /** What was written to descriptors 1 and 2 so far. */
  readonly output: { 1: string; 2: string };
}

export function testHost(): TestHost {
  const output = { 1: "", 2: "" };
  const host: Host = {
    wr_os_write(memory: RawMemory, fd: Word, from: Word, count: Word): Word {
      output[fd as 1 | 2] += new TextDecoder().decode(memory.bytes(from, count));
      return count;
    },
    wr_os_exit(_memory: RawMemory, code: Word): never {
      throw new ExitSignal(Number(code));
    },
  };
  return { host, output };
}
