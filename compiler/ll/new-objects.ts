/**
 * New objects on the fast path of their allocation: what need not be zeroed.
 *
 *     %r = new_array(%n)
 *     %p = exc_pending()
 *     branch %p, …, next(%r, %n)
 *     next(%a, %m): array_fill(%a, 0, %m, %x)       all items are set before anybody looks
 *
 * A slow path may collect and gives zeroed objects; the fast one may leave out what the program
 * itself is sure to set next. Back ends that share nothing else share this.
 */
import { exitLinks } from "../../dsl/flow/graph.ts";
import { opRow } from "../ops/table.ts";
import { SideTable } from "../../dsl/flow/side-table.ts";
import type { LLBlock, LLGraph, LLLink, LLOp, LLValue } from "./program.ts";

/** How many links lead to each block; being called is a way into the entry. */
export function countWaysIn(graph: LLGraph): SideTable<LLBlock, number> {
  const ways = new SideTable<LLBlock, number>();
  for (const block of graph.blocks) ways.set(block, 0);
  for (const block of graph.blocks) {
    for (const { target } of exitLinks(block.exit)) ways.set(target, ways.get(target)! + 1);
  }
  ways.set(graph.entry, ways.get(graph.entry)! + 1);
  return ways;
}

/** Where a block goes when its last op but one, which has a slow path, has failed; else null. */
export function exceptionalLinkAfterSlowPath({ ops, exit }: LLBlock): LLLink | null {
  const [op, test] = ops.slice(-2);
  const hasSlowPath = op?.name === "new" || op?.name === "new_array" || op?.name === "stack_check";
  if (!hasSlowPath || test?.name !== "exc_pending") return null;
  return exit.kind === "branch" && exit.condition === test.result ? exit.then : null;
}

/**
 * What the program itself sets before anything can look at the new object that the op makes: fields
 * by number, and whether all items. Follows the only way on; stops where the object is used
 * otherwise or may be collected.
 */
export function setNext(
  block: LLBlock,
  index: number,
  waysIn: SideTable<LLBlock, number>,
): { readonly fields: ReadonlySet<number>; readonly items: boolean } {
  const fields = new Set<number>();
  let items = false;
  const made = block.ops[index]!;
  let object: LLValue = made.result;
  let length = made.args[0];
  let at = index + 1;
  for (;;) {
    for (; at < block.ops.length; at++) {
      const op = block.ops[at]!;
      const fills = op.name === "setfield" && op.args[0] === object && op.args[1] !== object;
      if (fills) fields.add(op.aux.field!.index);
      else if (setsAllItems(op, object, length)) items = true;
      else if (op.args.includes(object) || !isQuiet(op)) return { fields, items };
    }
    const link = onlyWayOn(block, waysIn);
    if (link === null) return { fields, items };
    const position: number = link.args.indexOf(object);
    if (position < 0 || link.args.lastIndexOf(object) !== position) return { fields, items };
    if (length?.kind === "var") length = link.target.params[link.args.indexOf(length)];
    block = link.target;
    object = block.params[position]!;
    at = 0;
  }
}

function onlyWayOn(block: LLBlock, waysIn: SideTable<LLBlock, number>): LLLink | null {
  const { exit } = block;
  const link =
    exit.kind === "goto"
      ? exit.link
      : exit.kind === "branch" && exceptionalLinkAfterSlowPath(block) !== null
        ? exit.otherwise
        : null;
  return link !== null && waysIn.get(link.target) === 1 ? link : null;
}

/** Whether the op stores to each of the first `length` items of the array, and reads none of it. */
function setsAllItems({ name, args }: LLOp, array: LLValue, length: LLValue | undefined): boolean {
  if (length === undefined) return false;
  switch (name) {
    case "array_fill":
      return (
        args[0] === array && isZero(args[1]!) && sameInt(args[2]!, length) && args[3] !== array
      );
    case "array_copy":
      return (
        args[2] === array && isZero(args[3]!) && sameInt(args[4]!, length) && args[0] !== array
      );
    default:
      return false;
  }
}

function isZero(value: LLValue): boolean {
  return value.kind === "const" && value.value.kind === "int" && value.value.value === 0n;
}

function sameInt(a: LLValue, b: LLValue): boolean {
  if (a === b) return true;
  const [x, y] = [a, b].map((one) => (one.kind === "const" ? one.value : null));
  return x?.kind === "int" && y?.kind === "int" && x.value === y.value;
}

/** Neither collects nor calls nor leaves; at most looks at or changes other objects. */
function isQuiet(op: LLOp): boolean {
  const { effect } = opRow(op.name);
  return effect === "none" || effect === "read" || effect === "write" || op.name.startsWith("ss_");
}
