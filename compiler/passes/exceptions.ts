/**
 * Explicit exceptions: what an op that raises does to control flow becomes visible.
 *
 *     %r = call f(%x)              %r = call f(%x)
 *     …rest                        %p = exc_pending()
 *                                  branch %p, propagate(), rest(%r, …)
 *                                propagate:
 *                                  traceback_add()        # where the call stands
 *                                  return 0
 *
 * A `try` exit becomes a branch to a block that takes the exception and goes to the handler; a
 * `raise` exit sets the pending exception, starts its traceback and returns a zero. Afterwards no
 * exit is `try` or `raise`, and `exc_pending` directly follows each op that may raise, as the last
 * op of its block (back ends fuse the pair).
 *
 * A function adds itself to the traceback only where an exception leaves it: being caught and raised
 * again in one function makes one entry.
 */
import { exitLinks, newBlock, newOp, newVariable } from "../../dsl/flow/graph.ts";
import { startPosition, type Span } from "../../dsl/syntax/source.ts";
import { framesAt } from "../ll/sites.ts";
import { BOOL, VOID, type LLType } from "../ll/types.ts";
import type { Effects } from "./call-graph.ts";
import { eachRead } from "../ll/contain.ts";
import { SideSet, SideTable } from "../../dsl/flow/side-table.ts";
import type {
  LL,
  LLBlock,
  LLConst,
  LLFunction,
  LLGraph,
  LLLink,
  LLOp,
  LLProgram,
  LLValue,
  LLVariable,
} from "../ll/program.ts";

export function makeExceptionsExplicit(program: LLProgram, effects: Effects): void {
  for (const fn of program.functions) if (fn.graph !== null) rewrite(fn, fn.graph, effects);
}

/** The value a function returns when it leaves by an exception; nobody looks at it. */
export function zeroOf(type: LLType): LLConst {
  switch (type.kind) {
    case "void":
      return { kind: "const", value: { kind: "void" }, type };
    case "bool":
      return { kind: "const", value: { kind: "bool", value: false }, type };
    case "int":
    case "addr":
      return { kind: "const", value: { kind: "int", value: 0n }, type };
    case "float":
      return { kind: "const", value: { kind: "float", value: 0 }, type };
    case "ref":
    case "fn":
      return { kind: "const", value: { kind: "null" }, type };
  }
}

interface Context {
  readonly fn: LLFunction;
  readonly graph: LLGraph;
  readonly effects: Effects;
  /** Blocks that leave by the pending exception, by the frames they show: calls on one line share one. */
  readonly propagate: Map<string, LLBlock>;
}

function rewrite(fn: LLFunction, graph: LLGraph, effects: Effects): void {
  const context: Context = { fn, graph, effects, propagate: new Map() };
  const originals = graph.blocks;
  graph.blocks = [];
  for (const original of originals) {
    graph.blocks.push(original);
    // A block is split at its first raising op; what follows is a block of its own, treated next.
    let rest: LLBlock | null = original;
    while (rest !== null) rest = splitAfterRaise(context, rest);
  }
  // Cold code last, so that dumps and C read as the source does.
  graph.blocks.push(...context.propagate.values());
}

/** Makes the first raise of a block explicit; gives the rest of the block if there is one. */
function splitAfterRaise(context: Context, block: LLBlock): LLBlock | null {
  const { effects } = context;
  const index = block.ops.findIndex((op) => effects.raises(block, op));
  const last = block.ops.length - 1;
  const { exit } = block;
  if (exit.kind === "try" && index === last && index >= 0) {
    const handler = takeAndGo(context, exit.exceptional, exit.exception);
    branchOnPending(context, block, handler, exit.normal);
    return null;
  }
  if (index < 0) {
    makeExitExplicit(context, block);
    return null;
  }
  const op = block.ops[index]!;
  const rest = newBlock<LL>(context.graph);
  rest.ops = block.ops.splice(index + 1);
  rest.exit = exit;
  const passed = variablesFromBefore(rest);
  const link = threadThrough(rest, passed, context.graph);
  const propagate = { target: propagateFrom(context, op), args: [] };
  branchOnPending(context, block, propagate, link);
  return rest;
}

function makeExitExplicit(context: Context, block: LLBlock): void {
  const { exit } = block;
  if (exit.kind === "try") {
    // Nothing here raises after all; the handler may become unreachable and is left to clean-up.
    block.exit = { kind: "goto", link: exit.normal };
  } else if (exit.kind === "raise") {
    block.ops.push(effectOp(context, "exc_set", [exit.value], exit.span));
    // Without a place it was caught in this function, whose traceback has it already.
    if (exit.span !== null) block.ops.push(...tracebackAdd(context, exit.span));
    block.exit = { kind: "return", value: zeroOf(context.fn.result), span: exit.span };
  }
}

function branchOnPending(
  context: Context,
  block: LLBlock,
  exceptional: LLLink,
  normal: LLLink,
): void {
  const span = block.ops.at(-1)!.span;
  const pending = newVariable<LL>(context.graph, BOOL);
  block.ops.push(newOp<LL>("exc_pending", [], pending, {}, span));
  block.exit = { kind: "branch", condition: pending, then: exceptional, otherwise: normal, span };
}

/** Variables that a block without parameters reads but does not make. */
function variablesFromBefore(block: LLBlock): LLVariable[] {
  const seen = new SideSet<LLVariable>();
  for (const { result } of block.ops) seen.add(result);
  if (block.exit.kind === "try") seen.add(block.exit.exception);
  const found: LLVariable[] = [];
  eachRead(block, (value) => {
    if (value.kind !== "var" || seen.has(value)) return;
    seen.add(value);
    found.push(value);
  });
  return found;
}

/** Gives the block a parameter for each of these variables, and the link that passes them. */
function threadThrough(block: LLBlock, passed: readonly LLVariable[], graph: LLGraph): LLLink {
  const renamed = new SideTable<LLVariable, LLVariable>();
  for (const variable of passed) {
    const param = newVariable<LL>(graph, variable.type, variable.name);
    renamed.set(variable, param);
    block.params.push(param);
  }
  renameReads(block, renamed);
  return { target: block, args: [...passed] };
}

/** Replaces what a block reads; shared by the passes that move variables between blocks. */
export function renameReads(
  block: LLBlock,
  renamed: { get(variable: LLVariable): LLValue | undefined },
): void {
  const rename = (value: LLValue): LLValue =>
    value.kind === "var" ? (renamed.get(value) ?? value) : value;
  for (const op of block.ops) op.args = op.args.map(rename);
  const { exit } = block;
  switch (exit.kind) {
    case "branch":
      exit.condition = rename(exit.condition);
      break;
    case "switch":
      exit.subject = rename(exit.subject);
      break;
    case "return":
    case "raise":
      exit.value = rename(exit.value);
      break;
    case "goto":
    case "try":
    case "unreachable":
      break;
  }
  for (const link of exitLinks(exit)) link.args = link.args.map(rename);
}

/** A block that takes the pending exception and goes to its handler. */
function takeAndGo(context: Context, handler: LLLink, exception: LLVariable): LLLink {
  const block = newBlock<LL>(context.graph);
  block.ops.push(newOp<LL>("exc_take", [], exception, {}, null));
  block.exit = { kind: "goto", link: { target: handler.target, args: [...handler.args] } };
  return threadThrough(block, variablesFromBefore(block), context.graph);
}

/** A function that finds no stack for itself has not begun: it is no part of the traceback. */
function propagateFrom(context: Context, op: LLOp): LLBlock {
  return op.name === "stack_check"
    ? propagateAt(context, null, [])
    : propagateAt(context, op.aux.site ?? op.span);
}

function propagateAt(
  context: Context,
  site: Span | null,
  frames = framesAt(context.fn, site),
): LLBlock {
  const key = frames
    .map(({ function: name, at }) => `${name} ${at.chunk.file.path}:${startPosition(at).line}`)
    .join("\n");
  let block = context.propagate.get(key);
  if (block === undefined) {
    block = newBlock<LL>(context.graph);
    context.graph.blocks.pop();
    if (frames.length > 0) block.ops.push(...tracebackAdd(context, site));
    block.exit = { kind: "return", value: zeroOf(context.fn.result), span: site };
    context.propagate.set(key, block);
  }
  return block;
}

/** One op, or none where tracebacks show nothing. */
function tracebackAdd(context: Context, at: Span | null): LLOp[] {
  const site = at ?? context.fn.span;
  if (site === null || framesAt(context.fn, site).length === 0) return [];
  return [{ ...effectOp(context, "traceback_add", [], site), aux: { site } }];
}

function effectOp(context: Context, name: string, args: LLValue[], span: Span | null): LLOp {
  return newOp<LL>(name, args, newVariable<LL>(context.graph, VOID), {}, span);
}
