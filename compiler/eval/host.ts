/**
 * What the evaluator asks of the world: the functions that programs declare `extern`.
 *
 * The host is a table from C names to functions. They take the machine's raw memory and the
 * arguments as C would: addresses, lengths, numbers. A host without an entry for a function refuses
 * it; that is how building keeps module bodies from touching the outside.
 */
import type { MachineValue } from "./heap.ts";
import type { RawMemory } from "./raw-memory.ts";

// Implementations know what their C signature says of each argument.
export type HostFunction = (memory: RawMemory, ...args: never[]) => MachineValue | void;

export type Host = Readonly<Record<string, HostFunction>>;

/** How much of the heap is in use, for hosts that can say. */
export interface HeapUsage {
  bytesInUse(): number;
  collect(): void;
}
