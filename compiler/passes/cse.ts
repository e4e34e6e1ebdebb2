/**
 * Common subexpressions: what was computed or loaded on every way to a place is not again.
 *
 * A walk of the dominator tree keeps a table of what is available: ops without effect, loads of
 * `final` fields, and (until something may have written there, see `writes.ts`) other loads and stored
 * values. Where paths meet, in loops too, memory is what it was in the block that dominates them all,
 * but for what may be written on the way. Where a block is entered by one link only, what that exit
 * has found out is known: behind `if x < n`, the same test is true.
 *
 * Two loads of one field of different objects may see the same place; fields and arrays of different
 * types never do.
 */
import { ConstantKeys } from "../ll/constant-keys.ts";
import { dropUnreachable, mapReads } from "../ll/contain.ts";
import type {
  LLBlock,
  LLConst,
  LLGraph,
  LLOp,
  LLProgram,
  LLValue,
  LLVariable,
} from "../ll/program.ts";
import { BOOL, sameMachineType, type Storage } from "../ll/types.ts";
import { opRow } from "../ops/table.ts";
import { NEGATED } from "./fold.ts";
import { simplifyGraph } from "./simplify.ts";
import { dominators, predecessors, Replacements } from "./ssa.ts";
import { computeWrites, union, type Writes, type Written } from "./writes.ts";

/** Says how many ops went. */
export function eliminateCommon(program: LLProgram): number {
  const writes = computeWrites(program);
  let total = 0;
  for (const { graph } of program.functions) {
    if (graph === null) continue;
    dropUnreachable(graph);
    const count = new Walk(graph, writes).run();
    if (count > 0) total += count + simplifyGraph(graph);
  }
  return total;
}

/** Where in memory an entry of the table lives: a field or an array type; null for what never changes. */
type Region = object | null;

/** Loads and stores that are known, by key; dropped when their region is written. */
type Memory = Map<string, { readonly region: Region; readonly value: LLValue }>;

const MEMORY_ENTRIES = 64;

/** So many blocks between a block and the one that dominates it are looked at for what they write. */
const BLOCKS_BETWEEN = 200;

class Walk {
  private readonly graph: LLGraph;
  private readonly replacements = new Replacements();
  private readonly available = new Map<string, LLValue>();
  /** What is known of variables in the subtree being walked. */
  private readonly facts = new Map<LLVariable, LLConst>();
  private readonly definitions = new Map<LLVariable, LLOp>();
  private readonly constants = new ConstantKeys();
  private count = 0;

  private readonly writes: Writes;
  private readonly before: ReturnType<typeof predecessors>;
  private readonly writtenIn = new Map<LLBlock, Written>();

  constructor(graph: LLGraph, writes: Writes) {
    this.graph = graph;
    this.writes = writes;
    this.before = predecessors(graph);
  }

  run(): number {
    const { blocks } = this.graph;
    const tree = dominators(this.graph);
    const { before } = this;
    const stack: {
      readonly index: number;
      readonly undo: (() => void)[];
      next: number;
      memory: Memory;
    }[] = [];
    const enter = (index: number, inherited: Memory | null): void => {
      const undo: (() => void)[] = [];
      const block = blocks[index]!;
      const edges = before.get(block)!;
      const isSingle = edges.length === 1 && inherited !== null;
      if (isSingle) this.learn(edges[0]!.from, block, undo);
      const memory: Memory = new Map(inherited ?? []);
      if (!isSingle && memory.size > 0)
        this.forgetBetween(blocks[tree.parents[index]!]!, block, memory);
      this.walkBlock(block, memory, undo);
      stack.push({ index, undo, next: 0, memory });
    };
    enter(0, null);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const child = tree.children[top.index]![top.next++];
      if (child !== undefined) enter(child, top.memory);
      else {
        for (let i = top.undo.length - 1; i >= 0; i--) top.undo[i]!();
        stack.pop();
      }
    }
    // Links backwards were seen before what they pass was replaced.
    this.replacements.apply(this.graph);
    return this.count;
  }

  // -------------------------------------------------------------- memory where paths meet

  /** Drops what may be written on some way from the block's dominator to it. */
  private forgetBetween(dominator: LLBlock, block: LLBlock, memory: Memory): void {
    const between = new Set<LLBlock>();
    const pending = [block];
    for (let at = pending.pop(); at !== undefined; at = pending.pop())
      for (const { from } of this.before.get(at)!) {
        if (from === dominator || between.has(from)) continue;
        between.add(from);
        pending.push(from);
        if (between.size > BLOCKS_BETWEEN) return memory.clear();
        forget(memory, this.writtenInBlock(from));
        if (memory.size === 0) return;
      }
  }

  private writtenInBlock(block: LLBlock): Written {
    let written = this.writtenIn.get(block);
    if (written === undefined) {
      written = union(block.ops.map((op) => this.writes.of(block, op)));
      this.writtenIn.set(block, written);
    }
    return written;
  }

  // -------------------------------------------------------------- facts

  /** What the only exit that leads here says. */
  private learn(from: LLBlock, block: LLBlock, undo: (() => void)[]): void {
    const { exit } = from;
    if (exit.kind === "branch" && exit.then.target !== exit.otherwise.target) {
      this.assume(exit.condition, exit.then.target === block, undo);
    } else if (exit.kind === "switch" && exit.subject.kind === "var") {
      const { subject } = exit;
      const taken = exit.cases.filter((one) => one.link.target === block);
      if (taken.length === 1 && exit.otherwise?.target !== block)
        this.setFact(subject, { kind: "const", value: taken[0]!.value, type: subject.type }, undo);
    }
  }

  private assume(condition: LLValue, value: boolean, undo: (() => void)[]): void {
    if (condition.kind !== "var") return;
    this.setFact(condition, bool(value), undo);
    const op = this.definitions.get(condition);
    if (op === undefined) return;
    const opposite = NEGATED[op.name as keyof typeof NEGATED];
    if (opposite !== undefined)
      this.makeAvailable(this.keyOf({ ...op, name: opposite }), bool(!value), undo);
    if (op.name === "bool_not") this.assume(op.args[0]!, !value, undo);
    if (op.name === "bool_and" && value) op.args.forEach((arg) => this.assume(arg, true, undo));
    if (op.name === "bool_or" && !value) op.args.forEach((arg) => this.assume(arg, false, undo));
  }

  private setFact(variable: LLVariable, value: LLConst, undo: (() => void)[]): void {
    if (this.facts.has(variable)) return;
    this.facts.set(variable, value);
    undo.push(() => this.facts.delete(variable));
  }

  private makeAvailable(key: string, value: LLValue, undo: (() => void)[]): void {
    const before = this.available.get(key);
    this.available.set(key, value);
    undo.push(() => {
      if (before === undefined) this.available.delete(key);
      else this.available.set(key, before);
    });
  }

  private resolve(value: LLValue): LLValue {
    const now = this.replacements.get(value);
    return now.kind === "var" ? (this.facts.get(now) ?? now) : now;
  }

  // -------------------------------------------------------------- ops

  private walkBlock(block: LLBlock, memory: Memory, undo: (() => void)[]): void {
    const ops: LLOp[] = [];
    const last = block.ops.at(-1);
    for (const op of block.ops) {
      op.args = op.args.map((arg) => this.resolve(arg));
      const known = this.lookUp(op, memory);
      if (known !== null && sameMachineType(known.type, op.result.type)) {
        this.replacements.set(op.result, known);
        this.count++;
        continue;
      }
      ops.push(op);
      this.definitions.set(op.result, op);
      this.record(block, op, memory, undo);
    }
    block.ops = ops;
    if (block.exit.kind === "try" && ops.at(-1) !== last)
      block.exit = { kind: "goto", link: block.exit.normal };
    mapExit(block, (value) => this.resolve(value));
  }

  /** The value that this op would give again, or null. */
  private lookUp(op: LLOp, memory: Memory): LLValue | null {
    const region = regionRead(op);
    if (region !== undefined && region !== null) return memory.get(this.keyOf(op))?.value ?? null;
    return isPure(op) ? (this.available.get(this.keyOf(op)) ?? null) : null;
  }

  private record(block: LLBlock, op: LLOp, memory: Memory, undo: (() => void)[]): void {
    const read = regionRead(op);
    if (read !== undefined && read !== null) remember(memory, this.keyOf(op), read, op.result);
    else if (isPure(op)) this.makeAvailable(this.keyOf(op), op.result, undo);
    forget(memory, this.writes.of(block, op));
    this.recordStore(op, memory, undo);
  }

  /** What was stored is what a load gives, unless the storage truncates. */
  private recordStore(op: LLOp, memory: Memory, undo: (() => void)[]): void {
    if (op.name === "setfield") {
      const field = op.aux.field!;
      if (!isWhole(field.storage)) return;
      const key = this.keyOf({ ...op, name: "getfield", args: [op.args[0]!] });
      if (field.final) this.makeAvailable(key, op.args[1]!, undo);
      else remember(memory, key, field, op.args[1]!);
    } else if (op.name === "setitem" && isWhole(op.aux.array!.item)) {
      const key = this.keyOf({ ...op, name: "getitem", args: op.args.slice(0, 2) });
      remember(memory, key, op.aux.array!, op.args[2]!);
    }
  }

  // -------------------------------------------------------------- keys

  private keyOf(op: LLOp): string {
    const { aux } = op;
    let args = op.args.map((arg) => this.valueKey(arg));
    if (opRow(op.name).commutes && args[0]! > args[1]!) args = args.reverse();
    // A cast gives the same reference under another type.
    const type =
      op.name === "ref_cast" && op.result.type.kind === "ref" && op.result.type.to !== null
        ? this.constants.idOf(op.result.type.to)
        : "";
    const about =
      op.name === "getfield"
        ? aux.field
        : op.name === "getitem" || op.name === "array_len"
          ? undefined
          : (aux.struct ?? aux.table);
    return `${op.name}${type} ${args.join(" ")}${about === undefined ? "" : ` @${this.constants.idOf(about)}`}`;
  }

  private valueKey(value: LLValue): string {
    return value.kind === "var" ? `v${value.id}` : this.constants.keyOf(value.value);
  }
}

function remember(memory: Memory, key: string, region: Region, value: LLValue): void {
  if (memory.size >= MEMORY_ENTRIES && !memory.has(key)) memory.delete(memory.keys().next().value!);
  memory.set(key, { region, value });
}

function isPure(op: LLOp): boolean {
  return opRow(op.name).effect === "none" || regionRead(op) === null;
}

/** What a load looks at: null if that never changes, undefined if this is no load that is followed. */
function regionRead(op: LLOp): Region | undefined {
  switch (op.name) {
    case "getfield":
      // Reading it keeps the object alive until here: its finalizer may undo what the field stands for.
      if (op.aux.struct?.mayBeFinalized === true) return undefined;
      return op.aux.field!.final ? null : op.aux.field!;
    case "getitem":
      return op.aux.array!;
    default:
      return undefined;
  }
}

function forget(memory: Memory, written: Written): void {
  if (written === "all") memory.clear();
  else if (written.size > 0)
    for (const [key, { region }] of memory) if (written.has(region!)) memory.delete(key);
}

/** Loading gives exactly what was stored. */
function isWhole(storage: Storage): boolean {
  switch (storage.kind) {
    case "i64":
    case "f64":
    case "bool":
    case "addr":
    case "ref":
    case "fn":
      return true;
    default:
      return false;
  }
}

function bool(value: boolean): LLConst {
  return { kind: "const", value: { kind: "bool", value }, type: BOOL };
}

function mapExit(block: LLBlock, map: (value: LLValue) => LLValue): void {
  mapReads({ ...block, ops: [] }, map);
}
