/** Small questions about graphs, for whatever dialect. */
import {
  exitLinks,
  exitOperand,
  type Block,
  type Dialect,
  type Exit,
  type Graph,
  type Link,
  type Op,
  type Value,
  type Variable,
} from "./graph.ts";

export interface LinkPlace<D extends Dialect> {
  readonly from: Block<D>;
  readonly link: Link<D>;
}

export function* allLinks<D extends Dialect>(graph: Graph<D>): Iterable<LinkPlace<D>> {
  for (const from of graph.blocks) for (const link of exitLinks(from.exit)) yield { from, link };
}

export function* allOps<D extends Dialect>(
  graph: Graph<D>,
): Iterable<{ readonly block: Block<D>; readonly op: Op<D> }> {
  for (const block of graph.blocks) for (const op of block.ops) yield { block, op };
}

/** Variables that a block defines, in order; the exception of a `try` exit last. */
export function definitions<D extends Dialect>(block: Block<D>): Variable<D>[] {
  const defined = [...block.params, ...block.ops.map((op) => op.result)];
  if (block.exit.kind === "try") defined.push(block.exit.exception);
  return defined;
}

/** Every value that a block reads, link arguments included. */
export function* uses<D extends Dialect>(block: Block<D>): Iterable<Value<D>> {
  for (const op of block.ops) yield* op.args;
  const operand = exitOperand(block.exit);
  if (operand !== null) yield operand;
  for (const link of exitLinks(block.exit)) yield* link.args;
}

/** The links that lead to each block, by block id. */
export function predecessors<D extends Dialect>(graph: Graph<D>): LinkPlace<D>[][] {
  const result: LinkPlace<D>[][] = [];
  for (const block of graph.blocks) result[block.id] = [];
  for (const place of allLinks(graph)) result[place.link.target.id]?.push(place);
  return result;
}

/** Blocks in an order in which each (loops apart) comes after the ones that lead to it. */
export function reversePostorder<D extends Dialect>(graph: Graph<D>): Block<D>[] {
  const order: Block<D>[] = [];
  const seen = new Set([graph.entry]);
  const stack = [{ block: graph.entry, links: exitLinks(graph.entry.exit), next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const link = top.links[top.next++];
    if (link === undefined) {
      order.push(top.block);
      stack.pop();
    } else if (!seen.has(link.target)) {
      seen.add(link.target);
      stack.push({ block: link.target, links: exitLinks(link.target.exit), next: 0 });
    }
  }
  return order.reverse();
}

/** Replaces values an exit reads, link arguments included. */
export function mapExit<D extends Dialect>(
  exit: Exit<D>,
  swap: (value: Value<D>) => Value<D>,
): void {
  switch (exit.kind) {
    case "branch":
      exit.condition = swap(exit.condition);
      break;
    case "switch":
      exit.subject = swap(exit.subject);
      break;
    case "return":
    case "raise":
      exit.value = swap(exit.value);
      break;
    case "goto":
    case "try":
    case "unreachable":
      break;
  }
  for (const link of exitLinks(exit)) link.args = link.args.map(swap);
}

/** Gives blocks and variables dense ids in the order in which they are printed. */
export function renumber<D extends Dialect>(graph: Graph<D>): void {
  let next = 0;
  const number = (variable: Variable<D>) => ((variable as { id: number }).id = next++);
  for (let i = 0; i < graph.blocks.length; i++) {
    const block = graph.blocks[i]!;
    (block as { id: number }).id = i;
    for (const param of block.params) number(param);
    for (const op of block.ops) number(op.result);
    if (block.exit.kind === "try") number(block.exit.exception);
  }
  graph.nextVariable = next;
  graph.nextBlock = graph.blocks.length;
}
