/**
 * Who calls whom, and what follows from it: which functions may raise, which may run the collector.
 *
 * A call through a table has the table's rows as targets; any other indirect call may reach every
 * function whose address is taken and whose machine signature is the call's. `raises` and `collects`
 * are the least solution over that graph, so a cycle of functions none of which raises by itself
 * does not raise.
 */
import type { FnType } from "../ll/types.ts";
import { opRow } from "../ops/table.ts";
import { reachable } from "./reachable.ts";
import type { LLBlock, LLFunction, LLOp, LLProgram, LLTable, LLValue } from "../ll/program.ts";

export interface CallGraph {
  /** The functions that one op may call; empty for ops that call nothing. */
  targets(block: LLBlock, op: LLOp): readonly LLFunction[];
  /** All functions that a function may call directly. */
  callees(fn: LLFunction): ReadonlySet<LLFunction>;
}

/** What an op of a given program may do, more precisely than its row says. */
export interface Effects {
  raises(block: LLBlock, op: LLOp): boolean;
  collects(block: LLBlock, op: LLOp): boolean;
}

export function callGraph(program: LLProgram): CallGraph {
  const bySignature = new Map<string, LLFunction[]>();
  for (const fn of reachable(program).addressTaken) {
    const key = signatureKey({ kind: "fn", params: fn.params, result: fn.result });
    const sameKey = bySignature.get(key);
    if (sameKey === undefined) bySignature.set(key, [fn]);
    else sameKey.push(fn);
  }
  // By op, so that an answer stays as good as it was when passes part an op from its table.
  const indirect = new Map<LLOp, readonly LLFunction[]>();

  const targets = (block: LLBlock, op: LLOp): readonly LLFunction[] => {
    if (op.aux.callee !== undefined) return [op.aux.callee];
    if (op.name !== "call_indirect") return [];
    let known = indirect.get(op);
    if (known === undefined) {
      const table = tableBehind(block, op.args[0]!);
      known =
        table === null ? bySignature.get(signatureKey(op.aux.signature!)) : functionsIn(table);
      indirect.set(op, (known ??= []));
    }
    return known;
  };

  const calleesOf = new Map<LLFunction, ReadonlySet<LLFunction>>();
  const callees = (fn: LLFunction): ReadonlySet<LLFunction> => {
    let found = calleesOf.get(fn);
    if (found === undefined) {
      found = new Set(
        (fn.graph?.blocks ?? []).flatMap((block) => block.ops.flatMap((op) => targets(block, op))),
      );
      calleesOf.set(fn, found);
    }
    return found;
  };
  return { targets, callees };
}

/** All references are alike to the machine, and so are all function pointers. */
function signatureKey(signature: FnType): string {
  return `${signature.params.map((type) => type.kind).join(",")}:${signature.result.kind}`;
}

/** The table a function value was read from in the same block, or null. */
function tableBehind(block: LLBlock, value: LLValue): LLTable | null {
  const origin = block.ops.find((op) => op.result === value);
  return origin?.name === "table_get" ? origin.aux.table! : null;
}

function functionsIn(table: LLTable): LLFunction[] {
  const found = new Set<LLFunction>();
  for (const row of table.rows) if (row?.kind === "function") found.add(row.function);
  return [...found];
}

/** Functions of cycles of calls: they may run out of stack, whatever else they do. */
export function recursiveFunctions(
  functions: readonly LLFunction[],
  calls: CallGraph,
): Set<LLFunction> {
  const cycles = components(functions, calls.callees).filter(
    ([first, ...others]) => others.length > 0 || calls.callees(first!).has(first!),
  );
  return new Set(cycles.flat());
}

/**
 * Sets `raises` and `collects` of every function that has a graph, and answers for single ops.
 * `raising`: functions known to raise, though no op in them says so.
 */
export function computeEffects(
  program: LLProgram,
  calls: CallGraph,
  raising: ReadonlySet<LLFunction> = new Set(),
): Effects {
  const may = (what: "raises" | "collects", block: LLBlock, op: LLOp): boolean => {
    if (!opRow(op.name)[what]) return false;
    // What a tail call raises is raised by the callee in the caller's place: nothing to do here.
    if (what === "raises" && op.aux.tail === true) return false;
    const isCall = op.aux.callee !== undefined || op.name === "call_indirect";
    return !isCall || calls.targets(block, op).some((target) => target[what]);
  };
  const effects: Effects = {
    raises: (block, op) => may("raises", block, op),
    collects: (block, op) => may("collects", block, op),
  };
  const functions = program.functions.filter((fn) => fn.graph !== null);
  for (const fn of functions) {
    fn.raises = raising.has(fn);
    fn.collects = false;
  }
  solve(functions, calls, (fn) => {
    const raises = fn.raises || leavesByException(fn, effects);
    const collects =
      fn.collects ||
      fn.graph!.blocks.some((block) => block.ops.some((op) => effects.collects(block, op)));
    const changed = raises !== fn.raises || collects !== fn.collects;
    fn.raises = raises;
    fn.collects = collects;
    return changed;
  });
  return effects;
}

/** Reconsiders the callers of a function whenever it changes. */
function solve(
  functions: readonly LLFunction[],
  calls: CallGraph,
  update: (fn: LLFunction) => boolean,
): void {
  const callers = new Map<LLFunction, LLFunction[]>();
  for (const fn of functions) {
    for (const callee of calls.callees(fn)) {
      const known = callers.get(callee);
      if (known === undefined) callers.set(callee, [fn]);
      else known.push(fn);
    }
  }
  const pending = new Set(functions);
  for (const fn of pending) {
    pending.delete(fn);
    if (update(fn)) for (const caller of callers.get(fn) ?? []) pending.add(caller);
  }
}

/** An exception caught by a `try` exit does not leave; the handler's own raises are seen as such. */
function leavesByException(fn: LLFunction, effects: Effects): boolean {
  return fn.graph!.blocks.some((block) => {
    if (block.exit.kind === "raise") return true;
    const caught = block.exit.kind === "try" ? block.ops.at(-1) : undefined;
    return block.ops.some(
      (op) =>
        op.name === "exc_set" ||
        (op !== caught && effects.raises(block, op)) ||
        (op.aux.tail === true && op.aux.callee!.raises),
    );
  });
}

/** Strongly connected components of some functions, callees before callers (Tarjan, iterative). */
export function components(
  functions: readonly LLFunction[],
  successors: (fn: LLFunction) => Iterable<LLFunction>,
): LLFunction[][] {
  const state = new Map<LLFunction, { index: number; low: number; open: boolean }>();
  const inside = new Set(functions);
  const stack: LLFunction[] = [];
  const found: LLFunction[][] = [];
  const enter = (fn: LLFunction) => {
    state.set(fn, { index: state.size, low: state.size, open: true });
    stack.push(fn);
    return { fn, rest: [...successors(fn)].filter((next) => inside.has(next)) };
  };
  for (const start of functions) {
    if (state.has(start)) continue;
    const frames = [enter(start)];
    while (frames.length > 0) {
      const frame = frames.at(-1)!;
      const mine = state.get(frame.fn)!;
      const next = frame.rest.pop();
      if (next !== undefined) {
        const other = state.get(next);
        if (other === undefined) frames.push(enter(next));
        else if (other.open) mine.low = Math.min(mine.low, other.index);
        continue;
      }
      frames.pop();
      const parent = frames.at(-1);
      if (parent !== undefined) {
        const above = state.get(parent.fn)!;
        above.low = Math.min(above.low, mine.low);
      }
      if (mine.low === mine.index) found.push(closeComponent(stack, state, frame.fn));
    }
  }
  return found;
}

function closeComponent(
  stack: LLFunction[],
  state: ReadonlyMap<LLFunction, { open: boolean }>,
  root: LLFunction,
): LLFunction[] {
  const members = stack.splice(stack.lastIndexOf(root));
  for (const member of members) state.get(member)!.open = false;
  return members;
}
