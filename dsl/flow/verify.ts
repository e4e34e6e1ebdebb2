/**
 * What every graph must be, as sentences. Run between any two stages in tests and under `--check`;
 * every violation is reported, each with the sentence and the place.
 */
import { InternalError } from "../syntax/diagnostics.ts";
import { exitLinks, type Block, type Dialect, type Graph, type Variable } from "./graph.ts";
import { HIGH_OPS, type High, type HighGraph, type HighOpRow } from "./ops.ts";
import { allLinks, definitions, uses } from "./walk.ts";

export interface Violation {
  /** The sentence that does not hold. */
  readonly invariant: string;
  /** `b3`, `b3: v7 = add v5, 1`: where. */
  readonly place: string;
}

type Fail = (place: string) => void;
export type Invariant<G> = readonly [sentence: string, check: (graph: G, fail: Fail) => void];

/** Of graphs of any dialect. */
export const INVARIANTS: readonly Invariant<Graph<Dialect>>[] = [
  [
    "the entry is the first block",
    (graph, fail) => {
      if (graph.blocks[0] !== graph.entry) fail(blockName(graph.entry));
    },
  ],
  [
    "no link leads to the entry",
    (graph, fail) => {
      for (const { from, link } of allLinks(graph))
        if (link.target === graph.entry) fail(blockName(from));
    },
  ],
  [
    "every block that a link leads to is in the graph, once",
    (graph, fail) => {
      const blocks = new Set(graph.blocks);
      if (blocks.size < graph.blocks.length) fail("the list of blocks");
      for (const { from, link } of allLinks(graph)) {
        if (!blocks.has(link.target)) fail(`${blockName(from)} to ${blockName(link.target)}`);
      }
    },
  ],
  [
    "every block can be reached from the entry",
    (graph, fail) => {
      const reached = new Set([graph.entry]);
      for (const block of reached)
        for (const { target } of exitLinks(block.exit)) reached.add(target);
      for (const block of graph.blocks) if (!reached.has(block)) fail(blockName(block));
    },
  ],
  [
    "a block's number is its own and below the graph's next",
    (graph, fail) => {
      const seen = new Set<number>();
      for (const block of graph.blocks) {
        if (seen.has(block.id) || block.id >= graph.nextBlock) fail(blockName(block));
        seen.add(block.id);
      }
    },
  ],
  [
    "a variable is defined once, and its number is below the graph's next",
    (graph, fail) => {
      const seen = new Set<number>();
      for (const block of graph.blocks) {
        for (const variable of definitions(block)) {
          if (seen.has(variable.id) || variable.id >= graph.nextVariable) {
            fail(`${blockName(block)}: ${nameOf(variable)}`);
          }
          seen.add(variable.id);
        }
      }
    },
  ],
  [
    "a block uses only what it defines itself, after it is defined",
    (graph, fail) => {
      for (const block of graph.blocks) checkUses(block, fail);
    },
  ],
  [
    "a link passes exactly the arguments its target takes",
    (graph, fail) => {
      for (const { from, link } of allLinks(graph)) {
        if (link.args.length === link.target.params.length) continue;
        const counts = `${link.args.length} for ${link.target.params.length}`;
        fail(`${blockName(from)} to ${blockName(link.target)}: ${counts}`);
      }
    },
  ],
  [
    "a `try` exit follows an op",
    (graph, fail) => {
      for (const block of graph.blocks) {
        if (block.exit.kind === "try" && block.ops.length === 0) fail(blockName(block));
      }
    },
  ],
  [
    "the result of an op that may raise is passed on only if it did not, the exception only if it did",
    (graph, fail) => {
      for (const block of graph.blocks) checkTry(block, fail);
    },
  ],
  [
    "a `switch` has a way to go",
    (graph, fail) => {
      for (const { exit, id } of graph.blocks) {
        if (exit.kind === "switch" && exit.cases.length === 0 && exit.otherwise === null)
          fail(`b${id}`);
      }
    },
  ],
];

/** Of high-level graphs besides. */
export const HIGH_INVARIANTS: readonly Invariant<HighGraph>[] = [
  [
    "every op is in the table, with as many arguments as its row says",
    (graph, fail) => {
      for (const block of graph.blocks) {
        for (const { name, args, result } of block.ops) {
          const row = (HIGH_OPS as Readonly<Record<string, HighOpRow>>)[name];
          const fits = row !== undefined && (row.arity < 0 || row.arity === args.length);
          if (!fits) fail(`${blockName(block)}: ${nameOf(result)} = ${name} of ${args.length}`);
        }
      }
    },
  ],
  [
    "an op carries what its row says it does",
    (graph, fail) => {
      for (const block of graph.blocks) {
        for (const { name, aux, result } of block.ops) {
          const needed = NEEDED_AUX[name];
          if (needed !== undefined && aux[needed] === undefined) {
            fail(`${blockName(block)}: ${nameOf(result)} = ${name} without ${needed}`);
          }
        }
      }
    },
  ],
  [
    "the cases of a `switch` are distinct ints, strings or members of one enum",
    (graph, fail) => {
      for (const block of graph.blocks) if (!hasDistinctCases(block)) fail(blockName(block));
    },
  ],
];

const NEEDED_AUX: Readonly<Record<string, keyof High["aux"]>> = {
  getattr: "name",
  setattr: "name",
  init_items: "name",
  call_method: "name",
  make_closure: "fn",
  unpack: "count",
  get_global: "global",
  set_global: "global",
  declare: "type",
};

export function verify<D extends Dialect>(
  graph: Graph<D>,
  more: readonly Invariant<Graph<D>>[] = [],
): Violation[] {
  const violations: Violation[] = [];
  // The invariants of any dialect only read what all have in common.
  const common = INVARIANTS as unknown as readonly Invariant<Graph<D>>[];
  for (const [invariant, check] of [...common, ...more]) {
    check(graph, (place) => violations.push({ invariant, place }));
  }
  return violations;
}

export function verifyHigh(graph: HighGraph): Violation[] {
  return verify(graph, HIGH_INVARIANTS);
}

/** Stops the run if something is wrong; `text` is the graph as printed. */
export function assertValid(violations: readonly Violation[], name: string, text: string): void {
  if (violations.length === 0) return;
  const lines = violations.map(({ invariant, place }) => `${place}: not so: ${invariant}`);
  throw new InternalError([`broken graph ${name}`, ...lines, text].join("\n"));
}

function blockName(block: { readonly id: number }): string {
  return `b${block.id}`;
}

function nameOf(variable: { readonly id: number; readonly name: string | null }): string {
  return variable.name === null ? `v${variable.id}` : `${variable.name}.${variable.id}`;
}

function checkUses(block: Block<Dialect>, fail: Fail): void {
  const defined = new Set<Variable<Dialect>>(block.params);
  for (const op of block.ops) {
    for (const arg of op.args) {
      if (arg.kind === "var" && !defined.has(arg)) {
        fail(`${blockName(block)}: ${nameOf(arg)} in ${nameOf(op.result)} = ${op.name}`);
      }
    }
    defined.add(op.result);
  }
  if (block.exit.kind === "try") defined.add(block.exit.exception);
  const inOps = new Set(block.ops.flatMap((op) => op.args));
  for (const value of uses(block)) {
    if (value.kind === "var" && !defined.has(value) && !inOps.has(value)) {
      fail(`${blockName(block)}: ${nameOf(value)} in its exit`);
    }
  }
}

function checkTry({ id, ops, exit }: Block<Dialect>, fail: Fail): void {
  if (exit.kind !== "try") return;
  const result = ops.at(-1)?.result;
  if (exit.normal.args.includes(exit.exception)) fail(`b${id}: ${nameOf(exit.exception)}`);
  if (result !== undefined && exit.exceptional.args.includes(result))
    fail(`b${id}: ${nameOf(result)}`);
}

function hasDistinctCases({ exit }: HighGraph["blocks"][number]): boolean {
  if (exit.kind !== "switch") return true;
  const keys = exit.cases.map(({ value }) => {
    if (value.kind === "member") return `member ${value.enum.qualifiedName} ${value.index}`;
    return value.kind === "int" || value.kind === "str" ? `${value.kind} ${value.value}` : null;
  });
  const kinds = new Set(
    keys.map((key) =>
      key
        ?.split(" ")
        .slice(0, key.startsWith("m") ? 2 : 1)
        .join(),
    ),
  );
  return !keys.includes(null) && new Set(keys).size === keys.length && kinds.size <= 1;
}
