/**
 * Writing a graph block by block: named slots instead of variables, until `ssa.ts` makes parameters.
 *
 * A slot is a local of the source (assigned many times) or a temporary that is needed in a later
 * block than the one that computed it (assigned once). Within a block a slot's current value is
 * known, so reads and writes emit nothing; a block remembers which slots it read before writing them
 * (its parameters, once liveness is known) and what each slot holds at its end.
 *
 *     x = f(a)          block 1: v = call f, a;    at its end slot x holds v
 *     while x < n:      block 2: reads x and n: parameters x', n';   c = lt x', n'
 *
 * Values may be used in any later block: `bring` finds or makes the slot that carries them there.
 * A block is written in one go; none is resumed after another was started.
 */
import type { StaticValue } from "../bind/symbols.ts";
import type { Span } from "../syntax/source.ts";
import { newBlock, newGraph, newVariable, type Exit, type Link } from "./graph.ts";
import {
  HIGH_OPS,
  type High,
  type HighAux,
  type HighBlock,
  type HighGraph,
  type HighOpName,
  type HighOpRow,
  type HighValue,
  type HighVariable,
} from "./ops.ts";

export type Slot = number;

/** A block being written, with what its slots are at its start and at its end. */
export interface Draft {
  readonly block: HighBlock;
  /** Slots read before they were written here, each with the variable that stands for it. */
  readonly reads: Slot[];
  readonly readVariables: HighVariable[];
  /** Where the first read is, for a message should the slot have no value. */
  readonly readSpans: (Span | null)[];
  /** Slots written here and, once the block is finished, what they hold at its end. */
  readonly writes: Slot[];
  readonly values: HighValue[];
  /** For a `try` exit: the slot that holds the exception on the exceptional link. */
  exceptionSlot: Slot;
}

/** Where exceptions go: the block that tests them, and the slot it finds them in. */
export interface Region {
  readonly landing: Draft;
  readonly exceptionSlot: Slot;
}

/** A read or write of a name, for hover: which value stands at a place of the source. */
export interface NamePlace {
  readonly span: Span;
  value: HighValue;
}

const EMPTY_AUX: HighAux = {};
const BOOL_OPS: ReadonlySet<string> = new Set<HighOpName>([
  ...(["eq", "ne", "lt", "le", "gt", "ge", "is", "contains", "truth", "not"] as const),
  ...(["isinstance", "iter_has_next", "match_exception"] as const),
]);
const SILENT_OPS: ReadonlySet<string> = new Set(
  Object.entries<HighOpRow>(HIGH_OPS).flatMap(([name, row]) => (row.silent ? [name] : [])),
);

export class Emitter {
  readonly graph: HighGraph;
  /** By block id. */
  readonly drafts: Draft[] = [];
  /** Started blocks in source order. */
  readonly order: Draft[] = [];
  /** By slot: the local's name, or null for a temporary. */
  readonly slotNames: (string | null)[] = [];
  readonly places: NamePlace[] | null;
  current: Draft;
  region: Region | null = null;

  /** By slot: how often it was written so far; a value read before is stale when this has grown. */
  readonly #versions: number[] = [];
  /** By slot: its value in the current block, valid if the stamp is the current block's id. */
  readonly #values: HighValue[] = [];
  readonly #stamps: number[] = [];
  readonly #writtenIn: number[] = [];
  /** By variable id: the block that defines it. */
  readonly #home: number[] = [];
  /** By variable id: the slot that holds it for sure , or that held it at a version. */
  readonly #carrier: (Slot | undefined)[] = [];
  readonly #holder: (Slot | undefined)[] = [];
  readonly #holderVersion: number[] = [];
  readonly #isBool: boolean[] = [];

  constructor(name: string, recordPlaces: boolean) {
    this.graph = newGraph<High>(name);
    this.current = this.#draftOf(this.graph.entry);
    this.order.push(this.current);
    this.places = recordPlaces ? [] : null;
  }

  // -------------------------------------------------------------- blocks

  newDraft(): Draft {
    return this.#draftOf(newBlock(this.graph));
  }

  #draftOf(block: HighBlock): Draft {
    const draft: Draft = {
      block,
      reads: [],
      readVariables: [],
      readSpans: [],
      writes: [],
      values: [],
      exceptionSlot: -1,
    };
    this.drafts[block.id] = draft;
    return draft;
  }

  /** The current block must be finished. */
  start(draft: Draft): void {
    this.current = draft;
    this.order.push(draft);
  }

  /** Ends the current block. What follows is unreachable until another block is started. */
  finish(exit: Exit<High>): void {
    const { current } = this;
    current.block.exit = exit;
    for (let i = current.values.length; i < current.writes.length; i++) {
      current.values.push(this.#values[current.writes[i]!]!);
    }
  }

  linkTo(draft: Draft): Link<High> {
    return { target: draft.block, args: [] };
  }

  goto(target: Draft): void {
    this.finish({ kind: "goto", link: this.linkTo(target) });
  }

  /** Ends the block and goes on in a fresh one that nothing leads to. */
  finishDead(exit: Exit<High>): void {
    this.finish(exit);
    this.start(this.newDraft());
  }

  gotoAndStart(target: Draft): void {
    this.goto(target);
    this.start(target);
  }

  branch(condition: HighValue, then: Draft, otherwise: Draft, span: Span | null): void {
    this.finish({
      kind: "branch",
      condition: this.bring(condition),
      then: this.linkTo(then),
      otherwise: this.linkTo(otherwise),
      span,
    });
  }

  // -------------------------------------------------------------- ops

  emit(
    name: HighOpName,
    args: HighValue[],
    span: Span | null,
    aux: HighAux = EMPTY_AUX,
  ): HighVariable {
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]!;
      if (arg.kind === "var" && this.#home[arg.id] !== this.current.block.id) {
        args[i] = this.bring(arg);
      }
    }
    const result = this.#variable(null);
    this.current.block.ops.push({ name, args, result, aux, span });
    if (BOOL_OPS.has(name)) this.#isBool[result.id] = true;
    if (this.region !== null && !SILENT_OPS.has(name)) this.#endByTry(this.region);
    return result;
  }

  /** The op just emitted may raise into a region: it must be the last of its block. */
  #endByTry(region: Region): void {
    const next = this.newDraft();
    this.current.exceptionSlot = region.exceptionSlot;
    this.finish({
      kind: "try",
      normal: this.linkTo(next),
      exceptional: this.linkTo(region.landing),
      exception: this.#variable(null),
    });
    this.start(next);
  }

  /** Known to be a `bool`: needs no `truth`. */
  isBool(value: HighValue): boolean {
    return value.kind === "var" ? this.#isBool[value.id] === true : value.value.kind === "bool";
  }

  #variable(name: string | null): HighVariable {
    const variable = newVariable(this.graph, null, name);
    this.#home[variable.id] = this.current.block.id;
    return variable;
  }

  // -------------------------------------------------------------- slots

  newSlot(name: string | null): Slot {
    this.slotNames.push(name);
    this.#versions.push(0);
    this.#stamps.push(-1);
    this.#writtenIn.push(-1);
    this.#values.push(undefined as unknown as HighValue);
    return this.slotNames.length - 1;
  }

  /** A parameter of the function: of the entry block, in order. */
  newParameter(name: string): HighVariable {
    const variable = this.#variable(name);
    this.graph.entry.params.push(variable);
    return variable;
  }

  readSlot(slot: Slot, span: Span | null): HighValue {
    const block = this.current.block.id;
    if (this.#stamps[slot] === block) return this.#values[slot]!;
    const variable = this.#variable(this.slotNames[slot]!);
    this.current.reads.push(slot);
    this.current.readVariables.push(variable);
    this.current.readSpans.push(span);
    this.#stamps[slot] = block;
    this.#values[slot] = variable;
    if (this.slotNames[slot] === null) this.#carrier[variable.id] = slot;
    else this.#heldBy(variable, slot);
    return variable;
  }

  writeSlot(slot: Slot, written: HighValue): void {
    const value = this.bring(written);
    const block = this.current.block.id;
    this.#versions[slot]!++;
    this.#stamps[slot] = block;
    this.#values[slot] = value;
    if (this.#writtenIn[slot] !== block) {
      this.#writtenIn[slot] = block;
      this.current.writes.push(slot);
    }
    if (value.kind === "var") this.#heldBy(value, slot);
  }

  #heldBy(variable: HighVariable, slot: Slot): void {
    this.#holder[variable.id] = slot;
    this.#holderVersion[variable.id] = this.#versions[slot]!;
  }

  /**
   * The value as the current block knows it. If a local still holds it, it is read from there;
   * otherwise its block leaves it in a slot of its own.
   */
  bring(value: HighValue): HighValue {
    if (value.kind === "const" || this.#home[value.id] === this.current.block.id) return value;
    const holder = this.#holder[value.id];
    if (holder !== undefined && this.#versions[holder] === this.#holderVersion[value.id]) {
      return this.readSlot(holder, null);
    }
    return this.readSlot(this.#carrierOf(value), null);
  }

  #carrierOf(variable: HighVariable): Slot {
    let slot = this.#carrier[variable.id];
    if (slot === undefined) {
      slot = this.newSlot(null);
      this.#carrier[variable.id] = slot;
      const home = this.drafts[this.#home[variable.id]!]!;
      home.writes.push(slot);
      home.values.push(variable);
    }
    return slot;
  }

  /** What the slot holds at the end of a block that is finished. */
  valueAtEnd(draft: Draft, slot: Slot): HighValue {
    const written = draft.writes.indexOf(slot);
    if (written >= 0) return draft.values[written]!;
    const read = draft.reads.indexOf(slot);
    if (read >= 0) return draft.readVariables[read]!;
    const variable = newVariable(this.graph, null, this.slotNames[slot]!);
    draft.reads.push(slot);
    draft.readVariables.push(variable);
    draft.readSpans.push(null);
    return variable;
  }

  /**
   * A slot that keeps the value whatever is assigned to locals meanwhile: for what a loop or a
   * cleanup needs again after code that stands before it in the text.
   */
  hold(value: HighValue): () => HighValue {
    if (value.kind === "const") return () => value;
    const slot = this.newSlot(null);
    this.writeSlot(slot, value);
    return () => this.readSlot(slot, null);
  }

  /** Gives a value the name of the local it is bound to, unless it has one already. */
  nameValue(value: HighValue, name: string): void {
    if (value.kind === "var" && value.name === null) (value as { name: string | null }).name = name;
  }

  notePlace(span: Span, value: HighValue): void {
    this.places?.push({ span, value });
  }
}

export function constantValue(value: StaticValue): HighValue {
  return { kind: "const", value, type: null };
}
