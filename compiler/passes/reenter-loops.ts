/**
 * Interpreter loops as functions of their own that call themselves now and then, for engines that
 * never replace a running frame.
 *
 *     run(frame):                      run(frame):
 *       …                                …
 *       while True:                      tail call run.loop(pc, code, frame)
 *         merge_point(…)       →
 *         …                            run.loop(pc, code, frame):
 *                                        left = BUDGET
 *                                        while True:
 *                                          …
 *                                          left -= 1
 *                                          if left == 0:
 *                                            tail call run.loop(pc, code, frame)
 *
 * An engine with tiers (V8) compiles WebAssembly quickly first and well once a function is seen to be
 * hot, but uses the better code from the next call on only. An interpreter's loop is entered once, so
 * without this pass it stays in the first tier for good.
 *
 * A loop that looks for interrupts in some of its branches counts only the iterations that have gone
 * through one of those: what repeats itself in the interpreted program does so there, and the other
 * instructions save the countdown.
 *
 * What lives at the loop's header is what the header has as parameters, since blocks are
 * self-contained: these are the new function's parameters. The blocks that can be reached from the
 * header are copied; those of them that other ways lead to as well stay in the old function too.
 *
 * A loop is an interpreter's if it has a merge point of a JitDriver, or chooses between many cases.
 * A tail call (`aux.tail`) ends its block, whose exit returns its result; what it raises leaves the
 * caller with it. Back ends without tail calls may make it an ordinary call.
 *
 * Runs before `stack-checks`, which sees a cycle, `exceptions` and `roots`. A graph that would have
 * a loop with two entries when it is entered at the header is left alone.
 */
import {
  constant,
  exitLinks,
  newBlock,
  newGraph,
  newOp,
  newVariable,
} from "../../dsl/flow/graph.ts";
import { containBlocks, dropUnreachable, reachableBlocks } from "../ll/contain.ts";
import type {
  LL,
  LLBlock,
  LLExit,
  LLFunction,
  LLGraph,
  LLLink,
  LLProgram,
  LLValue,
  LLVariable,
} from "../ll/program.ts";
import { structure } from "../ll/structure.ts";
import { BOOL, INT } from "../ll/types.ts";
import { zeroOf } from "./exceptions.ts";
import { dominators } from "./ssa.ts";

/** Iterations between two entries: some hundred microseconds, in which an entry costs nothing. */
const BUDGET = 10_000n;
/** Cases of a switch that make its loop an interpreter's. */
const MANY_CASES = 12;

export function reenterLoops(program: LLProgram): void {
  for (const fn of [...program.functions]) {
    const header = fn.graph === null ? null : interpreterLoop(fn.graph);
    const loop = header === null ? null : loopFunction(fn, header);
    if (loop === null) continue;
    program.functions.push(loop);
    enterByCall(fn, header!, loop);
  }
}

/** The header of the innermost loop around a merge point or, failing that, around a large switch. */
function interpreterLoop(graph: LLGraph): LLBlock | null {
  const marked =
    graph.blocks.find(({ ops }) => ops.some(({ aux }) => aux.hint === "merge_point")) ??
    graph.blocks.find(({ exit }) => exit.kind === "switch" && exit.cases.length >= MANY_CASES);
  if (marked === undefined) return null;
  dropUnreachable(graph);
  return innermostLoop(graph, marked);
}

/** Of the natural loops that the block is in, the smallest one's header. */
function innermostLoop(graph: LLGraph, block: LLBlock): LLBlock | null {
  const { blocks } = graph;
  const position = new Map(blocks.map((one, i) => [one, i]));
  const { parents } = dominators(graph);
  const isAbove = (above: number, below: number): boolean => {
    let at = below;
    while (at > above) at = parents[at]!;
    return at === above;
  };
  const before = new Map<LLBlock, LLBlock[]>(blocks.map((one) => [one, []]));
  for (const from of blocks)
    for (const { target } of exitLinks(from.exit)) before.get(target)!.push(from);
  let best: { readonly header: LLBlock; readonly size: number } | null = null;
  for (const [header, sources] of before) {
    const latches = sources.filter((one) => isAbove(position.get(header)!, position.get(one)!));
    if (latches.length === 0) continue;
    const body = new Set([header, ...latches]);
    // Whatever the walk back adds is walked through as well.
    for (const one of body) if (one !== header) for (const from of before.get(one)!) body.add(from);
    if (body.has(block) && (best === null || body.size < best.size))
      best = { header, size: body.size };
  }
  return best?.header ?? null;
}

/** The function that goes on at the header; null if its graph has no structure. */
function loopFunction(fn: LLFunction, header: LLBlock): LLFunction | null {
  const graph = newGraph<LL>(`${fn.graph!.name}.loop`);
  const copies = copyFrom(fn.graph!, header, graph);
  const loop: LLFunction = {
    ...fn,
    name: `${fn.name}.loop`,
    graph,
    params: header.params.map(({ type }) => type),
    inline: "never",
  };
  const head = copies.get(header)!;
  const passed = head.params.map((param) => newVariable<LL>(graph, param.type, param.name));
  const back = graph.blocks.flatMap((block) =>
    exitLinks(block.exit).flatMap((link) => (link.target === head ? [{ block, link }] : [])),
  );
  const counted = countedBlocks(graph, head);
  const countdown = countDown(graph, loop, head);
  const left = newVariable<LL>(graph, INT, "left");
  for (const { block, link } of back) {
    if (counted.has(block)) link.target = countdown;
    link.args.push(left);
  }
  head.params.push(left);
  graph.entry.params = passed;
  graph.entry.exit = { kind: "goto", link: { target: head, args: [...passed, int(BUDGET)] } };
  containBlocks(graph);
  return structure(graph) === null ? null : loop;
}

/** What can follow, in one iteration, where the program looks for interrupts; everything if it never does. */
function countedBlocks(graph: LLGraph, head: LLBlock): ReadonlySet<LLBlock> {
  const polls = ({ ops }: LLBlock): boolean => ops.some(({ name }) => name === "interrupt_pending");
  const found = new Set(graph.blocks.filter(polls));
  for (const block of found)
    for (const { target } of exitLinks(block.exit)) if (target !== head) found.add(target);
  const comesBack = [...found].some(({ exit }) =>
    exitLinks(exit).some(({ target }) => target === head),
  );
  return comesBack ? found : new Set(graph.blocks);
}

/** A block with the header's parameters and the count in front of the header. */
function countDown(graph: LLGraph, loop: LLFunction, head: LLBlock): LLBlock {
  const block = newBlock<LL>(graph);
  const next = newBlock<LL>(graph);
  const params = head.params.map(({ type, name }) => newVariable<LL>(graph, type, name));
  const [left, less] = [newVariable<LL>(graph, INT, "left"), newVariable<LL>(graph, INT, "left")];
  const isOver = newVariable<LL>(graph, BOOL);
  block.params = [...params, left];
  block.ops = [
    newOp<LL>("int_sub", [left, int(1n)], less, {}, null),
    newOp<LL>("int_eq", [less, int(0n)], isOver, {}, null),
  ];
  block.exit = {
    kind: "branch",
    condition: isOver,
    then: { target: tailCall(graph, loop, params), args: [] },
    otherwise: { target: next, args: [] },
    span: null,
  };
  next.exit = { kind: "goto", link: { target: head, args: [...params, less] } };
  return block;
}

function int(value: bigint): LLValue {
  return constant<LL>({ kind: "int", value }, INT);
}

/** A block that calls the function with these arguments, in the place of the one it is in. */
function tailCall(graph: LLGraph, callee: LLFunction, args: readonly LLVariable[]): LLBlock {
  const block = newBlock<LL>(graph);
  const result = newVariable<LL>(graph, callee.result);
  block.ops.push(newOp<LL>("call", [...args], result, { callee, tail: true }, null));
  const value = callee.result.kind === "void" ? zeroOf(callee.result) : result;
  block.exit = { kind: "return", value, span: null };
  return block;
}

/** Every way into the loop becomes a call. */
function enterByCall(fn: LLFunction, header: LLBlock, loop: LLFunction): void {
  const graph = fn.graph!;
  const params = header.params.map((param) => newVariable<LL>(graph, param.type, param.name));
  const enter = tailCall(graph, loop, params);
  enter.params = params;
  for (const block of graph.blocks)
    for (const link of exitLinks(block.exit)) if (link.target === header) link.target = enter;
  dropUnreachable(graph);
}

/** Copies what can be reached from a block into another graph. */
function copyFrom(source: LLGraph, first: LLBlock, into: LLGraph): Map<LLBlock, LLBlock> {
  const reached = reachableBlocks({ ...source, entry: first });
  const blocks = new Map(reached.map((block) => [block, newBlock<LL>(into)]));
  const variables = new Map<LLVariable, LLVariable>();
  const define = (variable: LLVariable): LLVariable => {
    const copy = newVariable<LL>(into, variable.type, variable.name);
    variables.set(variable, copy);
    return copy;
  };
  const value = (old: LLValue): LLValue => (old.kind === "var" ? variables.get(old)! : old);
  const link = ({ target, args }: LLLink): LLLink => ({
    target: blocks.get(target)!,
    args: args.map(value),
  });
  for (const [block, copy] of blocks) {
    copy.params = block.params.map(define);
    copy.ops = block.ops.map((op) => ({
      ...op,
      args: op.args.map(value),
      result: define(op.result),
    }));
    if (block.exit.kind === "try") define(block.exit.exception);
    copy.exit = copyExit(block.exit, value, link);
  }
  return blocks;
}

function copyExit(
  exit: LLExit,
  value: (old: LLValue) => LLValue,
  link: (old: LLLink) => LLLink,
): LLExit {
  switch (exit.kind) {
    case "goto":
      return { ...exit, link: link(exit.link) };
    case "branch":
      return {
        ...exit,
        condition: value(exit.condition),
        then: link(exit.then),
        otherwise: link(exit.otherwise),
      };
    case "switch":
      return {
        ...exit,
        subject: value(exit.subject),
        cases: exit.cases.map((one) => ({ ...one, link: link(one.link) })),
        otherwise: exit.otherwise === null ? null : link(exit.otherwise),
      };
    case "try":
      return {
        ...exit,
        normal: link(exit.normal),
        exceptional: link(exit.exceptional),
        exception: value(exit.exception) as LLVariable,
      };
    case "return":
    case "raise":
      return { ...exit, value: value(exit.value) };
    case "unreachable":
      return exit;
  }
}
