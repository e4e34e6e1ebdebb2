/**
 * Thread jumps: a link that decides its target's test goes where the test leads.
 *
 *     b0: %box = new(box<i64>); …; goto b2(%box)         b0: …; goto b3(%box)
 *     b1: goto b2(null)                             →    b1: goto b4()
 *     b2(x): branch ref_is_null(x) ? b4() : b3(x)
 *
 * Works on self-contained blocks, where what a block defines concerns nobody else: the link gets a
 * copy of the block in which the test is decided. Loop headers are left alone, and so are blocks with
 * more than a few ops; what is copied must have no effect.
 */
import { exitLinks, newBlock, newOp, newVariable } from "../../dsl/flow/graph.ts";
import { dropUnreachable } from "../ll/contain.ts";
import type {
  LL,
  LLBlock,
  LLFunction,
  LLGraph,
  LLLink,
  LLOp,
  LLValue,
  LLVariable,
} from "../ll/program.ts";
import { opRow } from "../ops/table.ts";
import { foldOp } from "./fold.ts";
import { simplifyGraph } from "./simplify.ts";
import { close, open } from "./ssa.ts";

const LARGEST_COPY = 5;

/** Says how many links were led on. */
export function threadJumps(fn: LLFunction): number {
  const graph = fn.graph!;
  if (!graph.blocks.some(isThreadable)) return 0;
  close(graph);
  const count = threadGraph(graph);
  if (count > 0) dropUnreachable(graph);
  open(graph);
  return count === 0 ? 0 : count + simplifyGraph(graph);
}

/** Ends in a test and does nothing else that counts. */
function isThreadable(block: LLBlock): boolean {
  const { exit, ops } = block;
  return (
    (exit.kind === "branch" || exit.kind === "switch") &&
    ops.length <= LARGEST_COPY &&
    ops.every((op) => opRow(op.name).effect === "none")
  );
}

function threadGraph(graph: LLGraph): number {
  const position = new Map(graph.blocks.map((block, i) => [block, i]));
  const headers = new Set<LLBlock>();
  for (const [block, i] of position) {
    for (const link of exitLinks(block.exit))
      if (position.get(link.target)! <= i) headers.add(link.target);
  }
  let count = 0;
  for (const block of [...graph.blocks]) {
    for (const link of exitLinks(block.exit)) {
      const { target } = link;
      if (target === block || headers.has(target) || !isThreadable(target)) continue;
      if (thread(graph, block, link)) count++;
    }
  }
  return count;
}

/** Copies the link's target for it, if that decides the target's test. */
function thread(graph: LLGraph, from: LLBlock, link: LLLink): boolean {
  const { target } = link;
  const known = new Map<LLVariable, LLValue>();
  const params = target.params.map((param) => newVariable<LL>(graph, param.type, param.name));
  const origins = new Map<LLVariable, LLOp>();
  for (const op of from.ops) origins.set(op.result, op);
  // A parameter is its argument where that is a constant; else it is known by the op behind it.
  target.params.forEach((param, i) => {
    const arg = link.args[i]!;
    known.set(param, arg.kind === "const" ? arg : params[i]!);
    const origin = arg.kind === "var" ? origins.get(arg) : undefined;
    if (origin !== undefined) origins.set(params[i]!, origin);
  });
  const value = (one: LLValue): LLValue => (one.kind === "var" ? (known.get(one) ?? one) : one);
  const ops: LLOp[] = [];
  const context = {
    definition: (one: LLValue) => (one.kind === "var" ? origins.get(one) : undefined),
  };
  for (const op of target.ops) {
    const copy = newOp<LL>(
      op.name,
      op.args.map(value),
      newVariable<LL>(graph, op.result.type, op.result.name),
      op.aux,
      op.span,
    );
    const folded = foldOp(copy, context);
    // A value of the block before is not this block's to use, unless it came as an argument.
    if (folded !== null && "value" in folded && folded.value.kind === "const")
      known.set(op.result, folded.value);
    else {
      ops.push(copy);
      origins.set(copy.result, copy);
      known.set(op.result, copy.result);
    }
  }
  const taken = takenLink(target, value);
  if (taken === null) return false;
  const copy = newBlock<LL>(graph);
  copy.params = params;
  copy.ops = ops;
  copy.exit = { kind: "goto", link: { target: taken.target, args: taken.args.map(value) } };
  link.target = copy;
  return true;
}

function takenLink({ exit }: LLBlock, value: (one: LLValue) => LLValue): LLLink | null {
  if (exit.kind === "branch") {
    const condition = value(exit.condition);
    if (condition.kind !== "const" || condition.value.kind !== "bool") return null;
    return condition.value.value ? exit.then : exit.otherwise;
  }
  if (exit.kind === "switch") {
    const subject = value(exit.subject);
    if (subject.kind !== "const") return null;
    const key = subject.value;
    return (
      exit.cases.find(
        (one) => "value" in one.value && "value" in key && one.value.value === key.value,
      )?.link ?? exit.otherwise
    );
  }
  return null;
}
