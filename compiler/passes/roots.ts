/**
 * Roots: references that live across a collection are kept where the collector finds and updates
 * them, in a frame of the shadow stack.
 *
 *     %r = call f()            ss_enter 1
 *     use(%x)                  ss_store 0, %x
 *                              %r = call f()
 *                              %x2 = ss_load 0
 *                              ss_leave 1
 *                              use(%x2)
 *
 * The collector moves objects, so after each op that collects a live reference is read back, but
 * only where it is next used: on the way into the blocks that need it.
 *
 * Slots belong to webs (`webs.ts`): a value that is handed from block to block keeps its slot, and a
 * store is left out where the slot holds the value on every way to here (a forward analysis over
 * "slot of parameter holds parameter"). A slot whose value is no longer needed keeps it until the
 * slot is used again or the frame goes; `ss_enter` nulls all slots, so what the collector sees is
 * valid at any time, though it may keep an object a little longer than needed.
 *
 * The frame exists in a region: blocks from which a call that needs it can be reached, and that can
 * be reached from one. Every way enters and leaves it at most once; ways that make no such call
 * never do.
 *
 * Functions that check the stack (every recursion goes through one) have a first slot that holds no
 * reference but whether the collector has seen the frame: `ss_mark`. A frame it has seen was not left
 * since, and neither it nor anything below has changed, so a deep stack is not looked at twice.
 *
 * Allocations (`new`, `new_array`) are no calls here. Their fast path cannot collect, so back ends
 * save what `liveAcross` says in a frame of the slow path's own, and the fast path costs nothing.
 *
 * Runs last, after `exceptions`; keeps the exits' shapes, except that edges may be split.
 */
import {
  exitLinks,
  exitOperand,
  newBlock,
  newOp,
  newVariable,
  type Link,
} from "../../dsl/flow/graph.ts";
import { VOID } from "../ll/types.ts";
import { renameReads } from "./exceptions.ts";
import {
  absorb,
  buildWebs,
  interfere,
  lifetimes,
  type Interval,
  type Lifetimes,
  type Web,
} from "./webs.ts";
import { SideSet, SideTable } from "../../dsl/flow/side-table.ts";
import type { Effects } from "./call-graph.ts";
import type {
  LL,
  LLBlock,
  LLGraph,
  LLLink,
  LLOp,
  LLProgram,
  LLValue,
  LLVariable,
} from "../ll/program.ts";

export function insertRoots(program: LLProgram, effects: Effects): void {
  for (const fn of program.functions) {
    if (fn.graph !== null && fn.collects) rootGraph(fn.graph, effects);
  }
}

/** Whether back ends root an op themselves, in its slow path. */
export function savesItsOwnRoots(op: LLOp): boolean {
  return op.name === "new" || op.name === "new_array";
}

/** References made before an op and read after it, which may refer to objects that move. */
export function liveAcross(block: LLBlock, index: number, lives: Lifetimes): LLVariable[] {
  const candidates = [...block.params, ...block.ops.slice(0, index).filter(mayMove).map(resultOf)];
  return candidates.filter((one) => one.type.kind === "ref" && lives.get(one)!.to > index);
}

/** Tables hold prebuilt objects only, which stay where they are. */
function mayMove(op: LLOp): boolean {
  return op.name !== "table_get";
}

function resultOf(op: LLOp): LLVariable {
  return op.result;
}

/** An op that collects, and what must survive it. */
interface SavePoint {
  readonly index: number;
  readonly live: readonly LLVariable[];
}

interface Plan {
  readonly graph: LLGraph;
  /** Save points by block; only blocks with one are present. */
  readonly points: ReadonlyMap<LLBlock, readonly SavePoint[]>;
  readonly slots: SideTable<LLVariable, number>;
  readonly frameSize: number;
  /** Slot 0 says whether the collector has seen the frame. */
  readonly isMarked: boolean;
  /** Blocks in which the frame exists. Edges that are split join it. */
  readonly region: Set<LLBlock>;
  /** Which parameters slots hold on every way into a block. */
  readonly atEntry: ReadonlyMap<LLBlock, ReadonlyMap<number, LLVariable>>;
  /** How many links lead to each block; splitting an edge leaves that as it is. */
  readonly waysIn: ReadonlyMap<LLBlock, number>;
  /** Loads at the start of blocks, made while their predecessors are rewritten. */
  readonly prologues: Map<LLBlock, LLOp[]>;
}

function rootGraph(graph: LLGraph, effects: Effects): void {
  // 1. Where something must survive a collection, and what.
  const points = findSavePoints(graph, effects);
  if (points.size === 0) return;
  // 2. A slot for every web with a member that must survive.
  const isMarked = graph.blocks.some((block) => block.ops.some((op) => op.name === "stack_check"));
  const { slots, frameSize } = assignSlots(graph, points, isMarked ? 1 : 0);
  // 3. Where the frame exists, and which slots are up to date on entry to each block.
  const region = frameRegion(graph, points);
  const held = findHeld(graph, points, slots, region);
  const atEntry = new Map(graph.blocks.map((one) => [one, slotsAtEntry(one, slots, held)]));
  const waysIn = countWaysIn(graph);
  const prologues = new Map<LLBlock, LLOp[]>();
  const plan = { graph, points, slots, frameSize, isMarked, region, atEntry, waysIn, prologues };
  // 4. Stores before the collecting ops, loads before the next uses.
  for (const block of [...graph.blocks]) if (region.has(block)) rewriteBlock(plan, block);
  // 5. The frame itself.
  placeFrame(plan);
  // 6. Values that are now read back where they are used need not be handed there.
  removeUnused(graph);
}

function findSavePoints(graph: LLGraph, effects: Effects): Map<LLBlock, SavePoint[]> {
  const lives = lifetimes(graph);
  const points = new Map<LLBlock, SavePoint[]>();
  for (const block of graph.blocks) {
    const found: SavePoint[] = [];
    block.ops.forEach((op, index) => {
      if (savesItsOwnRoots(op) || !effects.collects(block, op)) return;
      const live = liveAcross(block, index, lives);
      if (live.length > 0) found.push({ index, live });
    });
    if (found.length > 0) points.set(block, found);
  }
  return points;
}

// ---- slots ------------------------------------------------------------------------------------

function assignSlots(
  graph: LLGraph,
  points: ReadonlyMap<LLBlock, readonly SavePoint[]>,
  first: number,
): { slots: SideTable<LLVariable, number>; frameSize: number } {
  const isRef = (variable: LLVariable) => variable.type.kind === "ref";
  const webs = buildWebs(graph, isRef, () => true);
  const rooted = new Set<Web>();
  for (const some of points.values()) {
    for (const point of some) for (const one of point.live) rooted.add(webs.get(one)!);
  }
  const slots = new SideTable<LLVariable, number>();
  const occupied: Map<number, Interval[]>[] = [];
  for (const web of rooted) {
    let slot = occupied.findIndex((intervals) => !interfere(intervals, web.intervals));
    if (slot < 0) slot = occupied.push(new Map()) - 1;
    absorb(occupied[slot]!, web.intervals);
    for (const member of web.members) slots.set(member, first + slot);
  }
  return { slots, frameSize: first + occupied.length };
}

// ---- the region and what slots hold ----------------------------------------------------------------

type Predecessors = Map<LLBlock, { readonly from: LLBlock; readonly link: LLLink }[]>;

function predecessorsOf(graph: LLGraph): Predecessors {
  const found: Predecessors = new Map(graph.blocks.map((block) => [block, []]));
  for (const from of graph.blocks) {
    for (const link of exitLinks(from.exit)) found.get(link.target)!.push({ from, link });
  }
  return found;
}

function frameRegion(
  graph: LLGraph,
  points: ReadonlyMap<LLBlock, readonly SavePoint[]>,
): Set<LLBlock> {
  const predecessors = predecessorsOf(graph);
  const before = closure(points.keys(), (block) =>
    predecessors.get(block)!.map(({ from }) => from),
  );
  const after = closure(points.keys(), (block) =>
    exitLinks(block.exit).map(({ target }) => target),
  );
  return new Set([...before].filter((block) => after.has(block)));
}

function closure(
  start: Iterable<LLBlock>,
  next: (block: LLBlock) => readonly LLBlock[],
): Set<LLBlock> {
  const found = new Set(start);
  for (const block of found) for (const other of next(block)) found.add(other);
  return found;
}

/** Starts from "every slot holds its parameter" and takes back what some way in contradicts. */
function findHeld(
  graph: LLGraph,
  points: ReadonlyMap<LLBlock, readonly SavePoint[]>,
  slots: SideTable<LLVariable, number>,
  region: ReadonlySet<LLBlock>,
): SideSet<LLVariable> {
  const held = new SideSet<LLVariable>();
  for (const block of region) {
    if (block === graph.entry) continue;
    for (const param of block.params) if (slots.has(param)) held.add(param);
  }
  const pending = new Set(graph.blocks);
  for (const block of pending) {
    pending.delete(block);
    const atExit = region.has(block)
      ? slotsAtExit(block, points.get(block) ?? [], slots, held)
      : new Map<number, LLVariable>();
    for (const { target, args } of exitLinks(block.exit)) {
      target.params.forEach((param, index) => {
        if (!held.has(param) || atExit.get(slots.get(param)!) === args[index]) return;
        held.delete(param);
        pending.add(target);
      });
    }
  }
  return held;
}

function slotsAtExit(
  block: LLBlock,
  points: readonly SavePoint[],
  slots: SideTable<LLVariable, number>,
  held: SideSet<LLVariable>,
): Map<number, LLVariable> {
  const holds = slotsAtEntry(block, slots, held);
  for (const { live } of points) for (const one of live) holds.set(slots.get(one)!, one);
  return holds;
}

function slotsAtEntry(
  block: LLBlock,
  slots: SideTable<LLVariable, number>,
  held: SideSet<LLVariable>,
): Map<number, LLVariable> {
  const heldHere = block.params.filter((param) => held.has(param));
  return new Map(heldHere.map((param) => [slots.get(param)!, param]));
}

// ---- stores and loads ------------------------------------------------------------------------------

/** Rewrites one block's ops. `stale` are variables that a collection has moved since they were read. */
function rewriteBlock(plan: Plan, block: LLBlock): void {
  const { slots } = plan;
  const points = new Map((plan.points.get(block) ?? []).map((point) => [point.index, point]));
  if (points.size === 0) return;
  const holds = new Map(plan.atEntry.get(block));
  const stale = new SideSet<LLVariable>();
  const current = new SideTable<LLVariable, LLVariable>();
  const ops: LLOp[] = [];

  const refresh = (value: LLValue | null): void => {
    if (value === null || value.kind !== "var" || !stale.delete(value)) return;
    const load = loadSlot(plan, value);
    ops.push(load);
    current.set(value, load.result);
  };
  block.ops.forEach((op, index) => {
    op.args.forEach(refresh);
    const point = points.get(index);
    for (const one of point?.live ?? []) {
      const slot = slots.get(one)!;
      if (holds.get(slot) === one) continue;
      ops.push(slotOp(plan, "ss_store", slot, [current.get(one) ?? one]));
      holds.set(slot, one);
    }
    op.args = op.args.map((arg) => currentName(arg, current));
    ops.push(op);
    for (const one of point?.live ?? []) {
      stale.add(one);
      current.delete(one);
    }
  });
  const links = exitLinks(block.exit);
  refresh(exitOperand(block.exit));
  if (links.length === 1) links[0]!.args.forEach(refresh);
  block.ops = [];
  renameReads(block, current);
  block.ops = ops;
  for (const link of links) loadOnEdge(plan, link, stale);
}

function currentName(value: LLValue, current: SideTable<LLVariable, LLVariable>): LLValue {
  return value.kind === "var" ? (current.get(value) ?? value) : value;
}

/**
 * Reads stale arguments back on the way to the target: at its start when there is no other way
 * there, in a block on the edge otherwise.
 */
function loadOnEdge(plan: Plan, link: LLLink, stale: SideSet<LLVariable>): void {
  const isStale = (value: LLValue) => value.kind === "var" && stale.has(value);
  if (!link.args.some(isStale)) return;
  const { target } = link;
  if (target !== plan.graph.entry && plan.waysIn.get(target) === 1) {
    const loads = link.args.flatMap((arg, index) =>
      isStale(arg) ? [loadSlot(plan, arg as LLVariable, target.params[index]!)] : [],
    );
    plan.prologues.set(target, loads);
    target.params = target.params.filter((_, index) => !isStale(link.args[index]!));
    link.args = link.args.filter((arg) => !isStale(arg));
    return;
  }
  const edge = splitEdge(plan.graph, link);
  plan.region.add(edge);
  const current = new SideTable<LLVariable, LLVariable>();
  for (const arg of new Set(link.args.filter(isStale))) {
    const load = loadSlot(plan, arg as LLVariable);
    edge.ops.push(load);
    current.set(arg as LLVariable, load.result);
  }
  const params = link.args.map((arg) => currentName(arg, current));
  passThrough(plan.graph, link, edge, params);
}

function countWaysIn(graph: LLGraph): Map<LLBlock, number> {
  const ways = new Map<LLBlock, number>();
  for (const block of graph.blocks) {
    for (const { target } of exitLinks(block.exit)) ways.set(target, (ways.get(target) ?? 0) + 1);
  }
  return ways;
}

/** An empty block between a link and its target; `passThrough` gives it its arguments. */
function splitEdge(graph: LLGraph, link: LLLink): LLBlock {
  const edge = newBlock<LL>(graph);
  edge.exit = { kind: "goto", link: { target: link.target, args: [] } };
  link.target = edge;
  return edge;
}

/** Lets `args` reach the edge's target: what the edge makes itself directly, the rest by parameters. */
function passThrough(graph: LLGraph, link: LLLink, edge: LLBlock, args: readonly LLValue[]): void {
  const made = new Set<LLValue>(edge.ops.map((op) => op.result));
  const onward = (edge.exit as { kind: "goto"; link: Link<LL> }).link;
  link.args = [];
  for (const arg of args) {
    if (arg.kind === "const" || made.has(arg)) {
      onward.args.push(arg);
      continue;
    }
    const param = newVariable<LL>(graph, arg.type, arg.name);
    edge.params.push(param);
    link.args.push(arg);
    onward.args.push(param);
  }
}

function loadSlot(plan: Plan, of: LLVariable, result?: LLVariable): LLOp {
  const into = result ?? newVariable<LL>(plan.graph, of.type, of.name);
  return newOp<LL>("ss_load", [], into, { slot: plan.slots.get(of)! }, null);
}

function slotOp(plan: Plan, name: string, slot: number, args: LLValue[]): LLOp {
  return newOp<LL>(name, args, newVariable<LL>(plan.graph, VOID), { slot }, null);
}

// ---- the frame -----------------------------------------------------------------------------------------

function placeFrame(plan: Plan): void {
  const { graph, region, frameSize, prologues } = plan;
  const predecessors = predecessorsOf(graph);
  const enter = () => {
    const op = slotOp(plan, "ss_enter", frameSize, []);
    return plan.isMarked ? [op, slotOp(plan, "ss_mark", 0, [])] : [op];
  };
  const leave = () => [slotOp(plan, "ss_leave", frameSize, [])];

  for (const block of [...graph.blocks]) {
    const inside = region.has(block);
    const crossing = predecessors.get(block)!.filter(({ from }) => region.has(from) !== inside);
    const atStart: LLOp[] = [...(prologues.get(block) ?? [])];
    const change = inside ? enter : leave;
    if (inside && block === graph.entry) atStart.push(...enter());
    else if (crossing.length > 0 && crossing.length === predecessors.get(block)!.length) {
      atStart.push(...change());
    } else {
      for (const { link } of crossing) {
        const args = link.args;
        const edge = splitEdge(graph, link);
        edge.ops.push(...change());
        passThrough(graph, link, edge, args);
      }
    }
    block.ops.unshift(...atStart);
    if (inside && block.exit.kind === "return") block.ops.push(...leave());
  }
}

// ---- clean-up ---------------------------------------------------------------------------------------------

/**
 * Removes loads and parameters that no op and no exit needs, directly or by way of parameters that
 * are needed. What parameters only hand to each other, around a loop say, goes too.
 */
function removeUnused(graph: LLGraph): void {
  const needed = neededVariables(graph);
  const isNeeded = (variable: LLVariable) => needed.has(variable);
  for (const block of graph.blocks) {
    block.ops = block.ops.filter((op) => op.name !== "ss_load" || isNeeded(op.result));
    for (const { target, args } of exitLinks(block.exit)) {
      if (target === graph.entry) continue;
      const kept = args.filter((_, index) => isNeeded(target.params[index]!));
      args.splice(0, args.length, ...kept);
    }
  }
  for (const block of graph.blocks) {
    if (block !== graph.entry) block.params = block.params.filter(isNeeded);
  }
}

function neededVariables(graph: LLGraph): SideSet<LLVariable> {
  const needed = new SideSet<LLVariable>();
  const pending: LLVariable[] = [];
  const need = (value: LLValue | null) => {
    if (value?.kind !== "var" || needed.has(value)) return;
    needed.add(value);
    pending.push(value);
  };
  // What links pass, by the parameter that gets it.
  const passed = new SideTable<LLVariable, LLValue[]>();
  for (const block of graph.blocks) {
    for (const op of block.ops) op.args.forEach(need);
    need(exitOperand(block.exit));
    for (const { target, args } of exitLinks(block.exit)) {
      target.params.forEach((param, index) => {
        const known = passed.get(param);
        if (known === undefined) passed.set(param, [args[index]!]);
        else known.push(args[index]!);
      });
    }
  }
  for (let one = pending.pop(); one !== undefined; one = pending.pop())
    passed.get(one)?.forEach(need);
  return needed;
}
