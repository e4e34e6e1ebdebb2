/**
 * The evaluator: runs low-level programs. Its results are what every back end must give.
 *
 * Each function is translated to JavaScript when it is first called (`emit.ts`); the machine holds
 * what the translated functions share: raw memory, module-level names, the pending exception and
 * the traceback, the shadow stack. Graphs before and after the pass `exceptions` run alike.
 *
 * Objects are JavaScript's to collect. A stack that JavaScript runs out of is the exception
 * StackOverflow; run the machine in a worker with `resourceLimits.stackSizeMb` to have more of it.
 * Memory beyond the limit is MemoryError, as far as the host can say how much is in use.
 */
import type { Debugger } from "./debugger.ts";
import { FatalError, ExitSignal, MachineError, Traceback, WrightRaise } from "./exceptions.ts";
import { emitFunction } from "./emit.ts";
import { bytesOf, HeapArray, HeapStruct, newArray, newString, textOf } from "./heap.ts";
import { storageSize } from "../ll/types.ts";
import { RawMemory } from "./raw-memory.ts";
import { machineValue, zeroValue } from "./values.ts";
import type { TracebackSite } from "./exceptions.ts";
import type { HeapObject, MachineValue, Word } from "./heap.ts";
import type { HeapUsage, Host } from "./host.ts";
import type { LLFunction, LLGlobal, LLProgram, LLTable } from "../ll/program.ts";
import type { ArrayType, StructType } from "../ll/types.ts";

export interface MachineOptions {
  /** Bytes that objects may take, and raw memory once more. */
  readonly memoryLimit?: number;
  /** Without it, only single objects are held against the limit. */
  readonly heapUsage?: HeapUsage;
  /** For programs with marks (`ll/debug.ts`). */
  readonly debugger?: Debugger;
}

const DEFAULT_MEMORY_LIMIT = 2 ** 30;
/** Bytes that are allocated between two looks at how much is in use. */
const ALLOCATION_STEP = 2 ** 25;

type IsInterrupted = (memory: RawMemory) => Word;

/** An object whose finalizer did not run yet: the object itself is free to die, its fields are not. */
interface Finalizable {
  readonly object: WeakRef<HeapStruct>;
  readonly type: StructType;
  readonly fields: MachineValue[];
}

/** What calls go through: the function's JavaScript, or what makes it on the first call. */
interface Cell {
  readonly machine: Machine;
  run: (...args: MachineValue[]) => MachineValue;
}

/** Where a function keeps its cell of the machine that last called it through a pointer. */
const CELL = Symbol("cell");
type Callable = LLFunction & { [CELL]?: Cell };

export class Machine {
  readonly program: LLProgram;
  readonly memory: RawMemory;
  readonly debugger: Debugger | null;
  readonly traceback = new Traceback();
  /** The exception on its way out; only graphs with explicit exceptions use it. */
  pending: HeapObject | null = null;
  /** References of active functions, frame by frame. */
  readonly shadow: MachineValue[] = [];
  /** Bytes that may still be allocated before the next look at the heap. */
  room = ALLOCATION_STEP;

  readonly #host: Host;
  readonly #memoryLimit: number;
  readonly #heapUsage: HeapUsage | null;
  readonly #isInterrupted: IsInterrupted | undefined;
  readonly #cells = new Map<LLFunction, Cell>();
  readonly #globals = new Map<LLGlobal, { value: MachineValue }>();
  readonly #tables = new Map<LLTable, readonly MachineValue[]>();
  /**
   * Raising the exception again that was caught last goes on with its traceback. Nothing stays alive for
   * that: each that was caught has a number, and this is the one of the last.
   */
  #taken = 0;
  #takenCount = 0;
  readonly #takenNumbers = new WeakMap<HeapObject, number>();
  #allocated = 0;
  #collections = 0;
  #hashes = 0;
  /** False while module bodies run. */
  #isRunning = false;
  #finalizable: Finalizable[] = [];
  #isFinalizing = false;

  constructor(program: LLProgram, host: Host, options: MachineOptions = {}) {
    this.program = program;
    this.#host = host;
    this.debugger = options.debugger ?? null;
    this.#memoryLimit = options.memoryLimit ?? DEFAULT_MEMORY_LIMIT;
    this.#heapUsage = options.heapUsage ?? null;
    this.#isInterrupted = host["wr_os_interrupted"] as IsInterrupted | undefined;
    const immediates = program.structs.filter((struct) => struct.immediate !== null);
    this.memory = new RawMemory(immediates, this.#memoryLimit);
  }

  // -------------------------------------------------------------- running

  /** Calls a function; a `WrightRaise` is thrown when an exception leaves it. */
  call(fn: LLFunction, args: readonly MachineValue[] = []): MachineValue {
    let result: MachineValue;
    try {
      result = this.cellOf(fn).run(...args);
    } catch (error) {
      throw this.leave(error, []);
    }
    if (this.pending !== null) throw new WrightRaise(this.takePending());
    return result;
  }

  /** Runs module bodies. */
  runInitializers(): void {
    for (const one of this.program.initializers) this.call(one);
  }

  /** Runs the program; gives its exit code. `argv` begins with the program's name. */
  runMain(argv: readonly (string | Uint8Array)[]): number {
    this.#isRunning = true;
    try {
      const { strArray } = this.program.well;
      const list = newArray(strArray, argv.length);
      argv.forEach((one, i) => ((list.items as MachineValue[])[i] = this.string(one)));
      const code = this.call(this.program.entry, [list]);
      return Number(BigInt.asUintN(8, BigInt(code as Word)));
    } catch (error) {
      if (error instanceof ExitSignal) return error.code;
      if (!(error instanceof WrightRaise)) throw error;
      this.debugger?.uncaught(error.exception);
      return this.#reportUncaught(error);
    }
  }

  /** Of the exception that was raised last. */
  tracebackOf({ exception }: WrightRaise): string {
    return this.traceback.text(exception === this.program.well.stackOverflow);
  }

  #reportUncaught(raise: WrightRaise): number {
    const traceback = `${this.tracebackOf(raise)}\n`;
    try {
      const described = this.#described(raise.exception);
      this.#writeError(traceback);
      this.#writeError(bytesOf(described));
      this.#writeError("\n");
    } catch (error) {
      if (!(error instanceof WrightRaise)) throw error;
      this.#writeError(`${traceback}(the exception's text could not be made)\n`);
    }
    return 1;
  }

  /** The last line of a traceback: `ValueError: message`. */
  describe(exception: HeapObject): string {
    return textOf(this.#described(exception));
  }

  /** As the program has it: bytes, which need not be UTF-8. */
  #described(exception: HeapObject): HeapArray {
    return this.call(this.program.well.describeException, [exception]) as HeapArray;
  }

  #writeError(text: string | Uint8Array): void {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    const address = this.memory.alloc(bytes.length);
    this.memory.bytes(address, bytes.length).set(bytes);
    this.#hostFunction("wr_os_write")(2, address, bytes.length);
    this.memory.free(address);
  }

  /** A `str` object. */
  string(text: string | Uint8Array): HeapArray {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    return newString(this.program.well.str, bytes);
  }

  // -------------------------------------------------------------- functions, names, tables

  cellOf(fn: LLFunction): Cell {
    const known = (fn as Callable)[CELL];
    return known !== undefined && known.machine === this ? known : this.#findCell(fn);
  }

  #findCell(fn: LLFunction): Cell {
    let cell = this.#cells.get(fn);
    if (cell === undefined) {
      cell = { machine: this, run: (...args) => this.#firstCall(fn, args) };
      this.#cells.set(fn, cell);
    }
    (fn as Callable)[CELL] = cell;
    return cell;
  }

  #firstCall(fn: LLFunction, args: readonly MachineValue[]): MachineValue {
    const cell = this.#findCell(fn);
    cell.run = this.#translate(fn);
    return cell.run(...args);
  }

  #translate(fn: LLFunction): Cell["run"] {
    if (fn.graph === null) return this.#hostFunction(fn.externName ?? fn.name);
    const { source, names, values, sites } = emitFunction(fn, fn.graph, this);
    const make = new Function("rt", "SITES", ...names, source) as (
      ...all: unknown[]
    ) => Cell["run"];
    return make(this, sites, ...values);
  }

  /** The JavaScript that a function is translated to, for those who look for a mistake in it. */
  sourceOf(fn: LLFunction): string {
    return fn.graph === null ? "" : emitFunction(fn, fn.graph, this).source;
  }

  #hostFunction(name: string): Cell["run"] {
    const found = this.#host[name];
    if (found === undefined) {
      throw new MachineError(`${name} is not available here`, { missing: name });
    }
    return found.bind(null, this.memory) as Cell["run"];
  }

  globalCell(global: LLGlobal): { value: MachineValue } {
    let cell = this.#globals.get(global);
    if (cell === undefined) {
      cell = { value: zeroValue(global.type) };
      this.#globals.set(global, cell);
    }
    return cell;
  }

  /** Holes are undefined. */
  tableRows(table: LLTable): readonly MachineValue[] {
    let rows = this.#tables.get(table);
    if (rows === undefined) {
      rows = table.rows.map((row) => (row === null ? undefined : machineValue(row)));
      this.#tables.set(table, rows);
    }
    return rows;
  }

  // -------------------------------------------------------------- exceptions

  /** What a `raise` exit throws. */
  raise(exception: HeapObject): WrightRaise {
    this.#startTraceback(exception);
    return new WrightRaise(exception);
  }

  #startTraceback(exception: HeapObject): void {
    if (this.#takenNumbers.get(exception) === this.#taken) return;
    this.traceback.start();
    this.debugger?.raised(exception);
  }

  /** What a function throws on when `error` leaves it; without a site when no op there raises. */
  leave(error: unknown, sites: readonly TracebackSite[] = []): unknown {
    const raised = this.#asRaise(error);
    if (raised instanceof WrightRaise) {
      this.addSites(sites);
      return raised;
    }
    if (raised instanceof ExitSignal) return raised;
    const ours =
      raised instanceof MachineError
        ? raised
        : new MachineError(raised instanceof Error ? raised.message : String(raised), {
            cause: raised,
          });
    ours.passes(sites);
    return ours;
  }

  /** The exception of an error that a handler catches; what is no exception goes on. */
  caught(error: unknown): HeapObject {
    const raised = this.#asRaise(error);
    if (!(raised instanceof WrightRaise)) throw raised;
    this.#take(raised.exception);
    return raised.exception;
  }

  /** JavaScript's own way to say that its stack is used up becomes StackOverflow. */
  #asRaise(error: unknown): unknown {
    const isOverflow = error instanceof RangeError && error.message.includes("call stack size");
    return isOverflow ? this.#raiseAnew(this.program.well.stackOverflow) : error;
  }

  /** For the machine's own exceptions, which are the same object each time. */
  #raiseAnew(exception: HeapObject): WrightRaise {
    this.traceback.start();
    this.debugger?.raised(exception);
    return new WrightRaise(exception);
  }

  /** For `exc_set`, and for an op that raises in a function with explicit exceptions. */
  setPending(exception: HeapObject): void {
    this.#startTraceback(exception);
    this.pending = exception;
  }

  /** For `traceback_note`. */
  noteRaise(exception: HeapObject, sites: readonly TracebackSite[]): void {
    this.#startTraceback(exception);
    this.addSites(sites);
    this.#take(exception);
  }

  takePending(): HeapObject {
    const exception = this.pending;
    if (exception === null) throw new MachineError("exc_take while no exception is pending");
    this.pending = null;
    this.#take(exception);
    return exception;
  }

  #take(exception: HeapObject): void {
    this.#taken = ++this.#takenCount;
    this.#takenNumbers.set(exception, this.#taken);
  }

  addSites(sites: readonly TracebackSite[]): void {
    for (const site of sites) this.traceback.add(site);
  }

  // -------------------------------------------------------------- objects

  newArray(type: ArrayType, length: Word): HeapArray {
    const size = 104 + Number(length) * storageSize(type.item);
    if (length < 0) throw new MachineError(`an array of negative length ${length}`);
    if (size > this.#memoryLimit) throw this.#raiseAnew(this.program.well.memoryError);
    this.room -= size;
    if (this.room < 0) this.makeRoom(size);
    return newArray(type, length as number);
  }

  /** Looks how much memory is in use, when much was allocated since the last look. */
  makeRoom(size: number): void {
    this.#allocated += ALLOCATION_STEP - this.room;
    this.room = ALLOCATION_STEP;
    if (this.#heapUsage === null) return;
    if (this.#heapUsage.bytesInUse() + size <= this.#memoryLimit) return;
    this.collect();
    if (this.#heapUsage.bytesInUse() + size <= this.#memoryLimit) return;
    throw this.#raiseAnew(this.program.well.memoryError);
  }

  collect(): void {
    this.#collections++;
    if (this.#heapUsage === null) return;
    this.#heapUsage.collect();
    this.#finalize((one) => one.object.deref() === undefined);
  }

  // -------------------------------------------------------------- weak references, finalizers

  /** What a weak field holds. What exists before the program runs lives for ever. */
  weaken(value: MachineValue): MachineValue | WeakRef<HeapStruct | HeapArray> {
    const dies = value instanceof HeapStruct || value instanceof HeapArray;
    return this.#isRunning && dies ? new WeakRef(value) : value;
  }

  weakTarget(value: MachineValue | WeakRef<HeapStruct | HeapArray>): MachineValue {
    return value instanceof WeakRef ? (value.deref() ?? null) : value;
  }

  /** For a new object whose type has a finalizer. */
  finalizeLater(object: HeapStruct): HeapStruct {
    if (this.#isRunning)
      this.#finalizable.push({
        object: new WeakRef(object),
        type: object.type,
        fields: object.fields,
      });
    return object;
  }

  /** For those that are still there when the program ends. */
  finalizeAll(): void {
    while (this.#finalizable.length > 0) this.#finalize(() => true);
  }

  /**
   * Runs finalizers, in the order in which the objects were made; what they raise is dropped. A dead
   * object is gone for JavaScript, but not its fields: another object with the same ones stands in.
   */
  #finalize(isDue: (one: Finalizable) => boolean): void {
    if (this.#isFinalizing) return;
    const due = this.#finalizable.filter(isDue);
    if (due.length === 0) return;
    this.#finalizable = this.#finalizable.filter((one) => !due.includes(one));
    const [pending, taken, traceback] = [this.pending, this.#taken, this.traceback.save()];
    this.pending = null;
    this.#isFinalizing = true;
    for (const { object, fields, type } of due) {
      try {
        this.call(type.finalizer!, [object.deref() ?? new HeapStruct(type, fields)]);
      } catch (error) {
        if (!(error instanceof WrightRaise)) throw error;
      }
    }
    this.#isFinalizing = false;
    this.pending = pending;
    this.#taken = taken;
    this.traceback.restore(traceback);
  }

  /** A host without interrupts, as the one of module bodies, has none. */
  interruptPending(): boolean {
    return this.#isInterrupted !== undefined && this.#isInterrupted(this.memory) !== 0;
  }

  heapStatistic(which: Word): Word {
    switch (which) {
      case 0:
        return this.#heapUsage?.bytesInUse() ?? 0;
      case 1:
        return this.#allocated + ALLOCATION_STEP - this.room;
      case 3:
        return this.#collections;
      default:
        return 0;
    }
  }

  /** Not zero, and 24 bits: compiled programs keep it in the header. */
  identityHash(object: HeapStruct | HeapArray): number {
    while (object.hash === 0) object.hash = Math.imul(++this.#hashes, 0x9e37_79b1) >>> 8;
    return object.hash;
  }

  copyItems(source: HeapArray, from: Word, target: HeapArray, to: Word, count: Word): void {
    const [start, at, n] = [Number(from), Number(to), Number(count)];
    this.#checkRange(source, start, n);
    this.#checkRange(target, at, n);
    if (source === target) {
      source.items.copyWithin(at, start, start + n);
    } else if (ArrayBuffer.isView(source.items) && ArrayBuffer.isView(target.items)) {
      target.items.set(source.items.subarray(start, start + n) as never, at);
    } else {
      for (let i = 0; i < n; i++)
        (target.items as MachineValue[])[at + i] = source.items[start + i];
    }
  }

  fillItems(array: HeapArray, from: Word, count: Word, value: MachineValue): void {
    const [start, n] = [Number(from), Number(count)];
    this.#checkRange(array, start, n);
    (array.items as MachineValue[]).fill(value, start, start + n);
  }

  #checkRange({ type, items }: HeapArray, start: number, count: number): void {
    if (start >= 0 && count >= 0 && start + count <= items.length) return;
    throw new MachineError(`${count} items from ${start} on, in a ${type.name} of ${items.length}`);
  }

  // -------------------------------------------------------------- broken preconditions

  badIndex({ type, items }: HeapArray, index: Word): never {
    throw new MachineError(`item ${index} of a ${type.name} of length ${items.length}`);
  }

  badRow(table: LLTable, index: Word): never {
    throw new MachineError(`row ${index} of table ${table.name} is a hole`);
  }

  badExit(): never {
    throw new MachineError("control came to an unreachable place");
  }

  fatal(message: HeapArray): never {
    throw new FatalError(`fatal error: ${textOf(message)}`);
  }

  // -------------------------------------------------------------- the shadow stack

  enterFrame(slots: number): number {
    const base = this.shadow.length;
    for (let i = 0; i < slots; i++) this.shadow.push(null);
    return base;
  }

  leaveFrame(slots: number): void {
    this.shadow.length -= slots;
  }
}
