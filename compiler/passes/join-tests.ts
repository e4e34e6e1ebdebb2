/**
 * Tests that follow one another become one jump, for engines that do not do it themselves: they keep
 * the result of the first as a value and look at it again.
 *
 *     %c = class_in_range(%x) Fixnum           %t = imm_is(%x) Fixnum
 *     branch %c, b1(%x), b2()                  branch %t, small(%x), other(%x)
 *     b1(%y): %t = imm_is(%y) Fixnum      →    other(%x): %c = class_in_range(%x) Fixnum
 *             branch %t, small(%y), large(%y)             branch %c, large(%x), b2()
 *
 *     %v = int_lt(…); goto b1(%v)         →    %v = int_lt(…); branch %v, b2(), b3()
 *     b1(%b): branch %b, b2(), b3()
 *
 *     %o = uint_ge(%n, 71)                     switch %n { … }, otherwise wrong()
 *     branch %o, wrong(), b1(%n)          →
 *     b1(%m): switch %m { 0: …, 70: … }
 *
 * Blocks that are skipped must not begin loops: a loop would get a second entry. Runs before
 * `exceptions`, on self-contained blocks, and leaves such.
 */
import { exitLinks, newBlock, newOp, newVariable } from "../../dsl/flow/graph.ts";
import { containBlocks, dropUnreachable, eachRead, mapReads } from "../ll/contain.ts";
import type {
  LL,
  LLBlock,
  LLExit,
  LLGraph,
  LLLink,
  LLOp,
  LLProgram,
  LLValue,
  LLVariable,
} from "../ll/program.ts";
import { BOOL } from "../ll/types.ts";

export function joinTests(program: LLProgram): void {
  for (const { graph } of program.functions) if (graph !== null) joinIn(graph);
}

type Branch = Extract<LLExit, { kind: "branch" }>;
type Switch = Extract<LLExit, { kind: "switch" }>;
type Substitution = (value: LLValue) => LLValue;

function joinIn(graph: LLGraph): void {
  dropUnreachable(graph);
  const headers = loopHeaders(graph);
  let changed = false;
  for (const block of [...graph.blocks]) {
    const joined =
      joinClassTests(graph, block, headers) ||
      joinRangeTest(block, headers) ||
      joinGoto(block, headers);
    changed ||= joined;
  }
  if (changed) containBlocks(graph);
}

/** Targets of links that do not lead forwards in reverse postorder. */
function loopHeaders(graph: LLGraph): ReadonlySet<LLBlock> {
  const position = new Map(graph.blocks.map((block, i) => [block, i]));
  const headers = new Set<LLBlock>();
  graph.blocks.forEach((block, i) => {
    for (const { target } of exitLinks(block.exit))
      if (position.get(target)! <= i) headers.add(target);
  });
  return headers;
}

/** What a block's parameters stand for when it is reached by this link. */
function substitution({ target, args }: LLLink): Map<LLVariable, LLValue> {
  return new Map(target.params.map((param, i) => [param, args[i]!]));
}

function through(values: ReadonlyMap<LLVariable, LLValue>): Substitution {
  return (value) => (value.kind === "var" ? (values.get(value) ?? value) : value);
}

function mapped({ target, args }: LLLink, map: Substitution): LLLink {
  return { target, args: args.map(map) };
}

/** The op that computes the block's condition, if it is the last one and nothing else reads it. */
function lastTest(block: LLBlock): LLOp | null {
  const op = block.ops.at(-1);
  const { exit } = block;
  if (op === undefined || exit.kind !== "branch" || exit.condition !== op.result) return null;
  let count = 0;
  eachRead(block, (value) => {
    if (value === op.result) count++;
  });
  return count === 1 ? op : null;
}

function joinClassTests(graph: LLGraph, block: LLBlock, headers: ReadonlySet<LLBlock>): boolean {
  const test = lastTest(block);
  const struct = test?.aux.struct;
  if (test?.name !== "class_in_range" || !struct || struct.immediate === null) return false;
  const exit = block.exit as Branch;
  const { target } = exit.then;
  const second = lastTest(target);
  if (headers.has(target) || second?.name !== "imm_is" || second.aux.struct !== struct)
    return false;
  const casts = target.ops.slice(0, -1);
  if (casts.some(({ name }) => name !== "ref_cast")) return false;
  // The casts change nothing, so they may come before the test.
  const values = substitution(exit.then);
  const [subject] = test.args as [LLValue];
  const map = through(values);
  const copies = casts.map((op) => {
    const result = newVariable<LL>(graph, op.result.type, op.result.name);
    const copy = newOp<LL>(op.name, op.args.map(map), result, op.aux, op.span);
    values.set(op.result, result);
    return copy;
  });
  if (rootOf(map(second.args[0]!), copies) !== subject) return false;
  const inner = target.exit as Branch;
  const other = newBlock<LL>(graph);
  other.ops = [test];
  other.exit = { ...exit, then: mapped(inner.otherwise, map) };
  const isTagged = newVariable<LL>(graph, BOOL);
  block.ops = [
    ...block.ops.slice(0, -1),
    ...copies,
    newOp<LL>("imm_is", [subject], isTagged, { struct }, second.span),
  ];
  block.exit = {
    ...exit,
    condition: isTagged,
    then: mapped(inner.then, map),
    otherwise: { target: other, args: [] },
  };
  return true;
}

function rootOf(value: LLValue, casts: readonly LLOp[]): LLValue {
  const cast = casts.find(({ result }) => result === value);
  return cast === undefined ? value : rootOf(cast.args[0]!, casts);
}

/** The range of a switch over all values is its other case. */
function joinRangeTest(block: LLBlock, headers: ReadonlySet<LLBlock>): boolean {
  const test = lastTest(block);
  if (test?.name !== "uint_ge") return false;
  const [subject, bound] = test.args as [LLValue, LLValue];
  const { then: wrong, otherwise } = block.exit as Branch;
  const { exit, ops } = otherwise.target;
  if (headers.has(otherwise.target) || ops.length > 0 || exit.kind !== "switch") return false;
  if (exit.otherwise !== null || bound.kind !== "const" || bound.value.kind !== "int") return false;
  const limit = bound.value.value;
  const map = through(substitution(otherwise));
  if (map(exit.subject) !== subject || !exit.cases.every((one) => isBelow(one, limit)))
    return false;
  block.ops.pop();
  block.exit = {
    ...exit,
    subject,
    cases: exit.cases.map(({ value, link }) => ({ value, link: mapped(link, map) })),
    otherwise: wrong,
  };
  return true;
}

function isBelow({ value }: Switch["cases"][number], limit: bigint): boolean {
  return value.kind === "int" && value.value >= 0n && value.value < limit;
}

/** A goto to a block that does nothing but branch. */
function joinGoto(block: LLBlock, headers: ReadonlySet<LLBlock>): boolean {
  if (block.exit.kind !== "goto") return false;
  const { link } = block.exit;
  const { exit, ops } = link.target;
  if (headers.has(link.target) || ops.length > 0 || exit.kind !== "branch") return false;
  const copy: LLBlock = {
    ...block,
    ops: [],
    exit: {
      ...exit,
      then: mapped(exit.then, (value) => value),
      otherwise: mapped(exit.otherwise, (value) => value),
    },
  };
  mapReads(copy, through(substitution(link)));
  block.exit = copy.exit;
  return true;
}
