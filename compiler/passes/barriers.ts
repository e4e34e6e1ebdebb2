/**
 * Barriers. Write barriers: before a reference is stored in an object that may be old, a collector with
 * generations hears of it.
 *
 *     setfield(%x, %y)            gc_write_barrier(%x)
 *                                 setfield(%x, %y)
 *
 * There is none where the collector has nothing to learn:
 *
 * - what is stored is no allocated object (a constant, a row of a table, a tagged word);
 * - the object was allocated, or has had its barrier, and nothing since may have collected: an
 *   object is young until the next collection, and is remembered until then once it was reported.
 *
 * The second is a forward analysis over the blocks' parameters: "on every way to here there was no
 * collection since". Arrays that may be large are remembered by parts, so a barrier for some of
 * their items says nothing of the others, and being fresh says nothing at all.
 *
 * And what is read from a weak field goes through `gc_weak_target`, for collectors that clear such fields
 * while the program runs:
 *
 *     %t = getfield(%w)           %u = getfield(%w)
 *                                 %t = gc_weak_target(%u)
 *
 * Runs before `roots`, which renames references; neither it nor anything later may put an op that
 * collects between a barrier and its store.
 */
import { exitLinks, newOp, newVariable } from "../../dsl/flow/graph.ts";
import { INT, VOID } from "../ll/types.ts";
import type { Effects } from "./call-graph.ts";
import type { LL, LLBlock, LLConst, LLGraph, LLOp, LLProgram, LLValue } from "../ll/program.ts";

export function insertBarriers(program: LLProgram, effects: Effects): void {
  for (const fn of program.functions) if (fn.graph !== null) guardGraph(fn.graph, effects);
}

/** Longer arrays may be allocated outside of the nursery, where cards remember them. */
const SURELY_SMALL = 256n;

function guardGraph(graph: LLGraph, effects: Effects): void {
  guardWeakReads(graph);
  if (!graph.blocks.some((block) => block.ops.some(storesReference))) return;
  const quiet = findQuietParams(graph, effects);
  for (const block of graph.blocks) {
    const ops: LLOp[] = [];
    walk(block, quiet, effects, (op, barrier) => {
      if (barrier) ops.push(barrierFor(graph, op));
      ops.push(op);
    });
    block.ops = ops;
  }
}

function guardWeakReads(graph: LLGraph): void {
  for (const block of graph.blocks)
    if (block.ops.some(readsWeakField))
      block.ops = block.ops.flatMap((op) => {
        if (!readsWeakField(op)) return [op];
        const held = newVariable<LL>(graph, op.result.type);
        const read = newOp<LL>("getfield", [...op.args], held, op.aux, op.span);
        return [read, newOp<LL>("gc_weak_target", [held], op.result, {}, op.span)];
      });
}

function readsWeakField({ name, aux }: LLOp): boolean {
  if (name !== "getfield") return false;
  const { struct, field } = aux;
  return (
    struct !== undefined && struct.weakField !== null && struct.fields[struct.weakField] === field
  );
}

/** Parameters that need no barrier. Starts from all and takes back what some way in contradicts. */
function findQuietParams(graph: LLGraph, effects: Effects): ReadonlySet<unknown> {
  const quiet = new Set<unknown>();
  for (const block of graph.blocks) {
    if (block === graph.entry) continue;
    for (const param of block.params) if (param.type.kind === "ref") quiet.add(param);
  }
  const pending = new Set(graph.blocks);
  for (const block of pending) {
    pending.delete(block);
    const atEnd = walk(block, quiet, effects, () => {});
    for (const { target, args } of exitLinks(block.exit)) {
      target.params.forEach((param, index) => {
        if (!quiet.has(param) || atEnd.has(identityOf(args[index]!))) return;
        quiet.delete(param);
        pending.add(target);
      });
    }
  }
  return quiet;
}

/**
 * Goes through a block's ops and says of each whether it needs a barrier before it; gives what needs
 * none at the end of the block.
 */
function walk(
  block: LLBlock,
  quietParams: ReadonlySet<unknown>,
  effects: Effects,
  visit: (op: LLOp, barrier: boolean) => void,
): ReadonlySet<unknown> {
  const quiet = new Set<unknown>(block.params.filter((param) => quietParams.has(param)));
  const elsewhere = new Set<LLValue>();
  for (const op of block.ops) {
    const barrier =
      storesReference(op) && !elsewhere.has(storedBy(op)!) && !quiet.has(identityOf(targetOf(op)));
    visit(op, barrier);
    if (barrier && op.name === "setfield" && op.aux.struct?.tail === null)
      quiet.add(identityOf(targetOf(op)));
    if (effects.collects(block, op)) quiet.clear();
    if (isSurelyYoung(op)) quiet.add(op.result);
    if (op.name === "table_get" || op.name === "imm_make") elsewhere.add(op.result);
  }
  return quiet;
}

/** A prebuilt object is the same whichever constant names it. */
function identityOf(value: LLValue): unknown {
  return value.kind === "const" && value.value.kind === "object" ? value.value.object : value;
}

function isSurelyYoung({ name, aux, args }: LLOp): boolean {
  if (name === "new") return true;
  if (name !== "new_array") return false;
  const [length] = args;
  const known = length?.kind === "const" && length.value.kind === "int" ? length.value.value : null;
  return aux.array!.item.kind !== "ref" || (known !== null && known <= SURELY_SMALL);
}

function storesReference(op: LLOp): boolean {
  switch (op.name) {
    case "setfield":
      return op.aux.field!.storage.kind === "ref" && storedBy(op)!.kind === "var";
    case "setitem":
    case "array_fill":
      return op.aux.array!.item.kind === "ref" && storedBy(op)!.kind === "var";
    case "array_copy":
      return op.aux.array!.item.kind === "ref";
    default:
      return false;
  }
}

/** What is stored; for copies the array that it comes from. */
function storedBy({ name, args }: LLOp): LLValue | undefined {
  return name === "array_copy" ? args[0] : args.at(-1);
}

/** What it is stored in. */
function targetOf({ name, args }: LLOp): LLValue {
  return name === "array_copy" ? args[2]! : args[0]!;
}

function barrierFor(graph: LLGraph, op: LLOp): LLOp {
  const nothing = newVariable<LL>(graph, VOID);
  const items = itemsOf(op);
  const name = items === null ? "gc_write_barrier" : "gc_write_barrier_items";
  return newOp<LL>(name, [targetOf(op), ...(items ?? [])], nothing, {}, op.span);
}

/** The first item and the number of items that are stored to; null for a field. */
function itemsOf({ name, args }: LLOp): [LLValue, LLValue] | null {
  switch (name) {
    case "setitem":
      return [args[1]!, ONE];
    case "array_fill":
      return [args[1]!, args[2]!];
    case "array_copy":
      return [args[3]!, args[4]!];
    default:
      return null;
  }
}

const ONE: LLConst = { kind: "const", value: { kind: "int", value: 1n }, type: INT };
