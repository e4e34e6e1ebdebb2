/**
 * Flow graphs: one function as blocks and links.
 *
 * There is no phi: a block has parameters and a link passes arguments for them. Every block is
 * self-contained, as in RPython: an op uses only its block's parameters, results of earlier ops of
 * the same block, and constants. So what is known of a value can differ from block to block, and
 * narrowing (`if x is None`) is nothing but a sharper annotation on a link's argument.
 *
 * The same shapes serve high-level graphs (source operations, untyped) and low-level graphs (typed
 * operations of `compiler/ops`); a dialect fixes what types, constants and op attributes are.
 */
import type { Span } from "../syntax/source.ts";

export interface Dialect {
  /** What a variable carries as its type: `null` in high-level graphs. */
  readonly type: unknown;
  readonly constant: unknown;
  /** What an op carries beside its arguments: an attribute name, a field, a callee. */
  readonly aux: unknown;
}

export interface Variable<D extends Dialect> {
  readonly kind: "var";
  /** Dense within its graph: side tables are arrays. */
  readonly id: number;
  /** The local's name in the source, for dumps, hover and debuggers. */
  readonly name: string | null;
  readonly type: D["type"];
}

export interface Constant<D extends Dialect> {
  readonly kind: "const";
  readonly value: D["constant"];
  readonly type: D["type"];
}

export type Value<D extends Dialect> = Variable<D> | Constant<D>;

export interface Op<D extends Dialect> {
  readonly name: string;
  args: Value<D>[];
  readonly result: Variable<D>;
  readonly aux: D["aux"];
  readonly span: Span | null;
}

export interface Link<D extends Dialect> {
  target: Block<D>;
  /** One per parameter of the target. */
  args: Value<D>[];
}

export type Exit<D extends Dialect> =
  | { kind: "goto"; link: Link<D> }
  | { kind: "branch"; condition: Value<D>; then: Link<D>; otherwise: Link<D>; span: Span | null }
  /** `cases` are distinct constants; `otherwise` is null when the cases are exhaustive. */
  | {
      kind: "switch";
      subject: Value<D>;
      cases: { value: D["constant"]; link: Link<D> }[];
      otherwise: Link<D> | null;
      span: Span | null;
    }
  /**
   * The block's last op may raise: `normal` is taken if it does not, `exceptional` if it does.
   * `exception` is defined on the exceptional link only and may be among its arguments; the last
   * op's result may be among the arguments of `normal` only.
   */
  | { kind: "try"; normal: Link<D>; exceptional: Link<D>; exception: Variable<D> }
  | { kind: "return"; value: Value<D>; span: Span | null }
  | { kind: "raise"; value: Value<D>; span: Span | null }
  /** Control cannot get here (after an exhaustive match, a call that never returns). */
  | { kind: "unreachable" };

export interface Block<D extends Dialect> {
  readonly id: number;
  params: Variable<D>[];
  ops: Op<D>[];
  exit: Exit<D>;
}

export interface Graph<D extends Dialect> {
  readonly name: string;
  /** Its parameters are the function's. No link leads to it. */
  entry: Block<D>;
  /** Every block, entry first, in source order. */
  blocks: Block<D>[];
  nextVariable: number;
  nextBlock: number;
}

export function newGraph<D extends Dialect>(name: string): Graph<D> {
  const graph: Graph<D> = {
    name,
    entry: undefined as unknown as Block<D>,
    blocks: [],
    nextVariable: 0,
    nextBlock: 0,
  };
  graph.entry = newBlock(graph);
  return graph;
}

export function newBlock<D extends Dialect>(graph: Graph<D>): Block<D> {
  const block: Block<D> = {
    id: graph.nextBlock++,
    params: [],
    ops: [],
    exit: { kind: "unreachable" },
  };
  graph.blocks.push(block);
  return block;
}

export function newVariable<D extends Dialect>(
  graph: Graph<D>,
  type: D["type"],
  name: string | null = null,
): Variable<D> {
  return { kind: "var", id: graph.nextVariable++, name, type };
}

export function constant<D extends Dialect>(value: D["constant"], type: D["type"]): Constant<D> {
  return { kind: "const", value, type };
}

export function newOp<D extends Dialect>(
  name: string,
  args: Value<D>[],
  result: Variable<D>,
  aux: D["aux"],
  span: Span | null,
): Op<D> {
  return { name, args, result, aux, span };
}

/** The links that leave a block, in a fixed order. */
export function exitLinks<D extends Dialect>(exit: Exit<D>): Link<D>[] {
  switch (exit.kind) {
    case "goto":
      return [exit.link];
    case "branch":
      return [exit.then, exit.otherwise];
    case "switch": {
      const links = exit.cases.map((one) => one.link);
      if (exit.otherwise !== null) links.push(exit.otherwise);
      return links;
    }
    case "try":
      return [exit.normal, exit.exceptional];
    case "return":
    case "raise":
    case "unreachable":
      return [];
  }
}

export interface OnlyLink<D extends Dialect> {
  readonly from: Block<D>;
  readonly link: Link<D>;
}

const linksOfGraphs = new WeakMap<object, ReadonlyMap<unknown, unknown>>();

/** The link into each block, null where there are several or none. For graphs that change no more. */
export function onlyLinks<D extends Dialect>(
  graph: Graph<D>,
): ReadonlyMap<Block<D>, OnlyLink<D> | null> {
  const known = linksOfGraphs.get(graph);
  if (known !== undefined) return known as ReadonlyMap<Block<D>, OnlyLink<D> | null>;
  const found = new Map<Block<D>, OnlyLink<D> | null>([[graph.entry, null]]);
  for (const from of graph.blocks)
    for (const link of exitLinks(from.exit))
      found.set(link.target, found.has(link.target) ? null : { from, link });
  linksOfGraphs.set(graph, found);
  return found;
}

/** The value an exit reads besides its links' arguments. */
export function exitOperand<D extends Dialect>(exit: Exit<D>): Value<D> | null {
  switch (exit.kind) {
    case "branch":
      return exit.condition;
    case "switch":
      return exit.subject;
    case "return":
    case "raise":
      return exit.value;
    case "goto":
    case "try":
    case "unreachable":
      return null;
  }
}
