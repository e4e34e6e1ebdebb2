/**
 * From slots to block parameters: liveness, parameters, link arguments, and tidying.
 *
 * 1. Blocks that nothing leads to are dropped.
 * 2. Backward liveness of slots; a block gets exactly its live-in slots as parameters.
 * 3. Every link passes what the source block's slots hold at its end.
 * 4. Empty blocks are jumped over; a block with a single way in, by a `goto`, joins its source.
 * 5. Blocks and variables are numbered in source order.
 *
 * A slot that is live into the entry has a path on which it was read and never written.
 */
import { assert } from "../syntax/diagnostics.ts";
import type { Span } from "../syntax/source.ts";
import { exitLinks } from "./graph.ts";
import { mapExit, renumber } from "./walk.ts";
import { constantValue, type Draft, type Emitter, type Slot } from "./emitter.ts";
import { ERROR_VALUE } from "../bind/constants.ts";
import type { HighBlock, HighGraph, HighLink, HighValue, HighVariable } from "./ops.ts";
import { SideSet } from "./side-table.ts";

/** A read of a local that has no value on some path to it (`always`: on any). */
export interface UnassignedRead {
  readonly name: string;
  readonly span: Span;
  readonly always: boolean;
}

/** What is known of slots before there are parameters: for rewriting blocks that are written already. */
export interface SlotLiveness {
  /** Blocks that control reaches. */
  readonly reached: ReadonlySet<Draft>;
  readonly unassigned: UnassignedRead[];
  /** The slots whose values a block, or one after it, needs; not for blocks that were made later. */
  readonly liveInto: (block: HighBlock) => Slot[];
}

/** Reads without a value are settled: later rounds do not find them again. */
export function slotLiveness(emitter: Emitter): SlotLiveness {
  const blocks = reachable(emitter);
  const live = liveness(emitter, blocks);
  const unassigned = unassignedReads(emitter, blocks, live);
  const entry = emitter.graph.entry;
  const liveInto = (block: HighBlock) => {
    const slots: Slot[] = [];
    if (block !== entry) forEachSlot(live, block.id, (slot) => slots.push(slot));
    return slots;
  };
  return { reached: new Set(blocks), unassigned, liveInto };
}

export function finishGraph(emitter: Emitter): UnassignedRead[] {
  const blocks = reachable(emitter);
  const live = liveness(emitter, blocks);
  const unassigned = unassignedReads(emitter, blocks, live);
  makeParameters(emitter, blocks, live);
  passArguments(emitter, blocks, live);
  const { graph } = emitter;
  graph.blocks = blocks.map((draft) => draft.block);
  const replaced = tidy(graph);
  if (emitter.places !== null) {
    for (const place of emitter.places) place.value = resolve(replaced, place.value);
  }
  renumber(graph);
  fit(graph);
  return unassigned;
}

/** Lists that were pushed to have room for more: graphs live long, and there are many short ones. */
function fit({ blocks }: HighGraph): void {
  for (const block of blocks) {
    block.params = block.params.slice();
    block.ops = block.ops.slice();
    for (const op of block.ops) op.args = op.args.slice();
    for (const link of exitLinks(block.exit)) link.args = link.args.slice();
  }
}

/** Started blocks that the entry leads to, in source order. */
function reachable(emitter: Emitter): Draft[] {
  const seen: boolean[] = [];
  const stack = [emitter.graph.entry];
  seen[emitter.graph.entry.id] = true;
  for (let block = stack.pop(); block !== undefined; block = stack.pop()) {
    for (const { target } of exitLinks(block.exit)) {
      if (seen[target.id]) continue;
      seen[target.id] = true;
      stack.push(target);
    }
  }
  return emitter.order.filter((draft) => seen[draft.block.id]);
}

// ---------------------------------------------------------------- liveness

/** One bit set of slots per block id: the slots live at its start. */
interface Live {
  readonly words: number;
  readonly bits: Int32Array;
}

function has(live: Live, block: number, slot: Slot): boolean {
  return (live.bits[block * live.words + (slot >> 5)]! & (1 << (slot & 31))) !== 0;
}

function liveness(emitter: Emitter, blocks: readonly Draft[]): Live {
  const words = (emitter.slotNames.length + 31) >> 5;
  const size = emitter.graph.nextBlock * words;
  const live: Live = { words, bits: new Int32Array(size) };
  const keep = new Int32Array(size).fill(-1);
  for (const { block, reads, writes } of blocks) {
    const base = block.id * words;
    for (const slot of reads) live.bits[base + (slot >> 5)]! |= 1 << (slot & 31);
    for (const slot of writes) keep[base + (slot >> 5)]! &= ~(1 << (slot & 31));
  }
  for (const { block, exceptionSlot } of blocks) {
    // The exceptional link defines it; it is never live on the normal one.
    if (exceptionSlot >= 0) {
      keep[block.id * words + (exceptionSlot >> 5)]! &= ~(1 << (exceptionSlot & 31));
    }
  }
  const targets = blocks.map((draft) => exitLinks(draft.block.exit).map((one) => one.target.id));
  for (let changed = true; changed;) {
    changed = false;
    for (let i = blocks.length - 1; i >= 0; i--) {
      const base = blocks[i]!.block.id * words;
      for (const target of targets[i]!) {
        if (flowBack(live.bits, keep, base, target * words, words)) changed = true;
      }
    }
  }
  return live;
}

/** live-in ∪= keep ∩ live-in of a target. */
function flowBack(
  bits: Int32Array,
  keep: Int32Array,
  base: number,
  from: number,
  words: number,
): boolean {
  let changed = false;
  for (let w = 0; w < words; w++) {
    const before = bits[base + w]!;
    const after = before | (keep[base + w]! & bits[from + w]!);
    if (after !== before) {
      bits[base + w] = after;
      changed = true;
    }
  }
  return changed;
}

// ---------------------------------------------------------------- reads without a value

function unassignedReads(emitter: Emitter, blocks: readonly Draft[], live: Live): UnassignedRead[] {
  const entry = emitter.drafts[emitter.graph.entry.id]!;
  const found: UnassignedRead[] = [];
  for (let slot = 0; slot < emitter.slotNames.length; slot++) {
    if (!has(live, entry.block.id, slot)) continue;
    const name = emitter.slotNames[slot]!;
    assert(
      name !== null,
      `temporary ${slot} of ${emitter.graph.name} is used before it is computed`,
    );
    const without = blocksWithout(emitter, slot);
    const written = blocksAfterWrite(emitter, blocks, slot);
    const first = blocks.find((one) => without.has(one.block) && one.reads.includes(slot));
    const span = first?.readSpans[first.reads.indexOf(slot)] ?? null;
    if (span !== null) found.push({ name, span, always: !written.has(first!.block) });
    // So that the graph stays whole: the annotator knows that this was reported.
    entry.writes.push(slot);
    entry.values.push(constantValue(ERROR_VALUE));
    const read = entry.reads.indexOf(slot);
    if (read >= 0) replaceRead(entry, read);
  }
  return found;
}

/** Blocks that the entry reaches without passing a write of the slot. */
function blocksWithout(emitter: Emitter, slot: Slot): Set<HighBlock> {
  const seen = new Set([emitter.graph.entry]);
  for (const block of seen) {
    if (emitter.drafts[block.id]!.writes.includes(slot)) continue;
    for (const { target } of exitLinks(block.exit)) seen.add(target);
  }
  return seen;
}

/** Blocks that some write of the slot reaches. */
function blocksAfterWrite(emitter: Emitter, blocks: readonly Draft[], slot: Slot): Set<HighBlock> {
  const seen = new Set<HighBlock>();
  for (const { block, writes } of blocks) {
    if (writes.includes(slot)) for (const { target } of exitLinks(block.exit)) seen.add(target);
  }
  for (const block of seen) for (const { target } of exitLinks(block.exit)) seen.add(target);
  return seen;
}

/** The entry has no parameter for a local: its reads of one become the error constant. */
function replaceRead(entry: Draft, read: number): void {
  const variable = entry.readVariables[read]!;
  for (const list of [entry.reads, entry.readVariables, entry.readSpans]) list.splice(read, 1);
  const error = constantValue(ERROR_VALUE);
  const swap = (value: HighValue) => (value === variable ? error : value);
  for (const op of entry.block.ops) op.args = op.args.map(swap);
  for (const [i, value] of entry.values.entries()) entry.values[i] = swap(value);
  mapExit(entry.block.exit, swap);
}

// ---------------------------------------------------------------- parameters and arguments

function makeParameters(emitter: Emitter, blocks: readonly Draft[], live: Live): void {
  const { graph, slotNames } = emitter;
  const variables: (HighVariable | undefined)[] = [];
  for (const { block, reads, readVariables } of blocks) {
    if (block === graph.entry) continue;
    for (let i = 0; i < reads.length; i++) variables[reads[i]!] = readVariables[i]!;
    forEachSlot(live, block.id, (slot) => {
      const name = slotNames[slot]!;
      block.params.push(
        variables[slot] ?? { kind: "var", id: graph.nextVariable++, name, type: null },
      );
    });
    for (const slot of reads) variables[slot] = undefined;
  }
}

function forEachSlot(live: Live, block: number, visit: (slot: Slot) => void): void {
  for (let w = 0; w < live.words; w++) {
    let bits = live.bits[block * live.words + w]!;
    while (bits !== 0) {
      const low = bits & -bits;
      visit(w * 32 + 31 - Math.clz32(low));
      bits ^= low;
    }
  }
}

function passArguments(emitter: Emitter, blocks: readonly Draft[], live: Live): void {
  const entry = emitter.graph.entry;
  const values: HighValue[] = [];
  for (const draft of blocks) {
    const { block } = draft;
    if (block !== entry) {
      let i = 0;
      forEachSlot(live, block.id, (slot) => (values[slot] = block.params[i++]!));
    }
    for (let i = 0; i < draft.writes.length; i++) values[draft.writes[i]!] = draft.values[i]!;
    const { exit } = block;
    for (const link of exitLinks(exit)) {
      const special = exit.kind === "try" && link === exit.exceptional;
      forEachSlot(live, link.target.id, (slot) => {
        link.args.push(special && slot === draft.exceptionSlot ? exit.exception : values[slot]!);
      });
    }
  }
}

// ---------------------------------------------------------------- tidying

/** By variable id: what stands for a parameter of a block that joined its source. */
type Replaced = (HighValue | undefined)[];

function resolve(replaced: Replaced, value: HighValue): HighValue {
  while (value.kind === "var") {
    const by = replaced[value.id];
    if (by === undefined) return value;
    value = by;
  }
  return value;
}

function tidy(graph: HighGraph): Replaced {
  for (const block of graph.blocks) for (const link of exitLinks(block.exit)) jumpOver(link);
  const waysIn = countWaysIn(graph);
  const replaced: Replaced = [];
  const gone = new SideSet<HighBlock>();
  for (const block of graph.blocks) {
    if (gone.has(block) || (waysIn[block.id] === undefined && block !== graph.entry)) continue;
    if (joinChain(block, waysIn, replaced, gone)) replaceAll(block, replaced);
  }
  graph.blocks = graph.blocks.filter(
    (block) => block === graph.entry || (waysIn[block.id] !== undefined && !gone.has(block)),
  );
  return replaced;
}

/** While a link leads to a block that only goes on elsewhere, it leads there at once. */
function jumpOver(link: HighLink): void {
  for (let steps = 0; steps < 100; steps++) {
    const { target } = link;
    if (target.ops.length > 0 || target.exit.kind !== "goto") return;
    const next = target.exit.link;
    if (next.target === target) return;
    const { args } = link;
    link.args = next.args.map((arg) => {
      const i = arg.kind === "var" ? target.params.indexOf(arg) : -1;
      return i < 0 ? arg : args[i]!;
    });
    link.target = next.target;
  }
}

/** By block id, counting from blocks that are themselves reached; undefined where nothing leads. */
function countWaysIn(graph: HighGraph): (number | undefined)[] {
  const counts: (number | undefined)[] = [];
  const stack = [graph.entry];
  for (let block = stack.pop(); block !== undefined; block = stack.pop()) {
    for (const { target } of exitLinks(block.exit)) {
      const before = counts[target.id];
      counts[target.id] = (before ?? 0) + 1;
      if (before === undefined) stack.push(target);
    }
  }
  return counts;
}

function joinChain(
  block: HighBlock,
  waysIn: readonly (number | undefined)[],
  replaced: Replaced,
  gone: SideSet<HighBlock>,
): boolean {
  let joined = false;
  while (block.exit.kind === "goto") {
    const { target, args } = block.exit.link;
    if (target === block || waysIn[target.id] !== 1) break;
    for (let i = 0; i < args.length; i++) replaced[target.params[i]!.id] = args[i]!;
    for (const op of target.ops) block.ops.push(op);
    block.exit = target.exit;
    gone.add(target);
    joined = true;
  }
  return joined;
}

function replaceAll(block: HighBlock, replaced: Replaced): void {
  const swap = (value: HighValue) => resolve(replaced, value);
  for (const op of block.ops) {
    for (let i = 0; i < op.args.length; i++) op.args[i] = swap(op.args[i]!);
  }
  mapExit(block.exit, swap);
}
