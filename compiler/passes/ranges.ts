/**
 * Index checks that cannot fail: `uint_lt(i, n)` is true where `i < n` is known and `i` is not negative.
 *
 *     for i in range(len(xs)):        loop(%i):  branch int_lt(%i, %n) ? body : end
 *         total += xs[i]              body:      branch uint_lt(%i, %n) ? get : wrap   →   get
 *
 * That `i < n` is what a branch or another such check has found out on every way here; both sides are
 * the same values, which the pass `cse` has seen to. That a value is never negative follows from what
 * computes it, for the counter of a loop by induction: it starts so, and one is added to it only where
 * it is less than something, so that it does not wrap around.
 *
 * Nothing else is known of numbers here: no ranges, no sums. What cannot be shown stays checked.
 */
import { exitLinks } from "../../dsl/flow/graph.ts";
import type { LLBlock, LLFunction, LLGraph, LLOp, LLValue, LLVariable } from "../ll/program.ts";
import { BOOL, type Storage } from "../ll/types.ts";
import type { OpName } from "../ops/table.ts";
import { NEGATED } from "./fold.ts";
import { dominators, predecessors, Replacements } from "./ssa.ts";

/** Says how many checks went. */
export function removeRangeChecks(fn: LLFunction): number {
  const graph = fn.graph!;
  if (!graph.blocks.some((block) => block.ops.some((op) => op.name === "uint_lt"))) return 0;
  const facts = new Facts(graph);
  const safeSums = new Set<LLOp>();
  // Sums that cannot wrap around first: whether a counter stays positive depends on them.
  facts.walk((op) => {
    if (op.name === "int_add" && facts.staysBelow(op)) safeSums.add(op);
  });
  const counters = nonNegative(graph, facts, safeSums);
  const replaced = new Replacements();
  const isCounted = (value: LLValue) => isNaturalConst(value) || counters.has(value);
  facts.walk((op) => {
    if (op.name !== "uint_lt") return;
    const [i, n] = op.args as [LLValue, LLValue];
    if (facts.isLess(i, n) && (isCounted(i) || facts.isNatural(i)))
      replaced.set(op.result, { kind: "const", value: { kind: "bool", value: true }, type: BOOL });
  });
  replaced.apply(graph);
  return replaced.count;
}

// ---------------------------------------------------------------- what branches find out

const SWAPPED: Readonly<Record<string, string>> = {
  int_gt: "int_lt",
  int_ge: "int_le",
  uint_gt: "uint_lt",
};

/** A walk of the dominator tree that knows, at every op, which comparisons are true there. */
class Facts {
  readonly definitions = new Map<LLVariable, LLOp>();
  private readonly graph: LLGraph;
  private readonly before: ReturnType<typeof predecessors>;
  private readonly children: readonly (readonly number[])[];
  /** `a < b`, as signed numbers, by the key of the pair; and how often something is above `a`. */
  private readonly less = new Map<string, number>();
  private readonly bounded = new Map<LLValue, LLValue[]>();
  /** Values that a test has shown not to be negative. */
  private readonly natural = new Map<LLValue, number>();

  constructor(graph: LLGraph) {
    this.graph = graph;
    this.before = predecessors(graph);
    this.children = dominators(graph).children;
    for (const block of graph.blocks)
      for (const op of block.ops) this.definitions.set(op.result, op);
  }

  walk(visit: (op: LLOp) => void): void {
    const { blocks } = this.graph;
    const stack: { index: number; next: number; undo: (() => void)[] }[] = [];
    const enter = (index: number): void => {
      const block = blocks[index]!;
      const undo: (() => void)[] = [];
      this.learnOnEntry(block, undo);
      for (const op of block.ops) visit(op);
      stack.push({ index, next: 0, undo });
    };
    enter(0);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const child = this.children[top.index]![top.next++];
      if (child !== undefined) enter(child);
      else {
        top.undo.reverse().forEach((back) => back());
        stack.pop();
      }
    }
  }

  private learnOnEntry(block: LLBlock, undo: (() => void)[]): void {
    const [edge, ...others] = this.before.get(block)!;
    if (edge === undefined || others.length > 0) return;
    const { exit } = edge.from;
    if (exit.kind !== "branch" || exit.then.target === exit.otherwise.target) return;
    this.assume(exit.condition, exit.then.target === block, undo);
  }

  private assume(condition: LLValue, holds: boolean, undo: (() => void)[]): void {
    const op = condition.kind === "var" ? this.definitions.get(condition) : undefined;
    if (op === undefined) return;
    if (op.name === "bool_not") return this.assume(op.args[0]!, !holds, undo);
    if ((op.name === "bool_and" && holds) || (op.name === "bool_or" && !holds))
      return op.args.forEach((arg) => this.assume(arg, holds, undo));
    const name = holds ? op.name : NEGATED[op.name as keyof typeof NEGATED];
    if (name === undefined) return;
    const swapped = SWAPPED[name];
    const [a, b] = op.args as [LLValue, LLValue];
    if (swapped === undefined) this.learn(name, a, b, undo);
    else this.learn(swapped, b, a, undo);
  }

  private learn(name: string, a: LLValue, b: LLValue, undo: (() => void)[]): void {
    switch (name) {
      case "int_lt":
        this.add(a, b, undo);
        if (isNaturalConst(a) || isMinusOne(a)) this.mark(b, undo);
        return;
      case "int_le":
        if (isNaturalConst(a)) this.mark(b, undo);
        return;
      case "uint_lt":
        // Below what is no more than the largest int as signed numbers too, and not negative.
        if (!isNaturalConst(b) && !this.isLength(b)) return;
        this.add(a, b, undo);
        this.mark(a, undo);
    }
  }

  private add(a: LLValue, b: LLValue, undo: (() => void)[]): void {
    const key = pairKey(a, b);
    this.less.set(key, (this.less.get(key) ?? 0) + 1);
    const above = this.bounded.get(a) ?? [];
    this.bounded.set(a, above);
    above.push(b);
    undo.push(() => {
      this.less.set(key, this.less.get(key)! - 1);
      above.pop();
    });
  }

  private mark(value: LLValue, undo: (() => void)[]): void {
    this.natural.set(value, (this.natural.get(value) ?? 0) + 1);
    undo.push(() => this.natural.set(value, this.natural.get(value)! - 1));
  }

  isLess(a: LLValue, b: LLValue): boolean {
    return (this.less.get(pairKey(a, b)) ?? 0) > 0;
  }

  isNatural(value: LLValue): boolean {
    return (this.natural.get(value) ?? 0) > 0;
  }

  isLength(value: LLValue): boolean {
    return value.kind === "var" && this.definitions.get(value)?.name === "array_len";
  }

  /** `a + c` where `a` is less than something: 1 more is no more than that, and fits. */
  staysBelow(op: LLOp): boolean {
    const [a, c] = op.args as [LLValue, LLValue];
    const amount = intOf(c);
    const above = this.bounded.get(a) ?? [];
    if (amount === null || amount < 1n || above.length === 0) return false;
    return amount === 1n || (amount < LONGEST && above.some((bound) => this.isShort(bound)));
  }

  /** No more than any array has items: far from where sums wrap around. */
  private isShort(value: LLValue): boolean {
    const constant = intOf(value);
    return constant === null ? this.isLength(value) : constant < LONGEST;
  }
}

const LONGEST = 1n << 48n;

function pairKey(a: LLValue, b: LLValue): string {
  return `${valueKey(a)} ${valueKey(b)}`;
}

function valueKey(value: LLValue): string {
  if (value.kind === "var") return `v${value.id}`;
  const constant = intOf(value);
  // A constant of another kind is compared with nothing.
  return constant === null ? "?" : String(constant);
}

function intOf(value: LLValue): bigint | null {
  return value.kind === "const" && value.value.kind === "int" ? value.value.value : null;
}

function isNaturalConst(value: LLValue): boolean {
  const constant = intOf(value);
  return constant !== null && constant >= 0n;
}

function isMinusOne(value: LLValue): boolean {
  return intOf(value) === -1n;
}

// ---------------------------------------------------------------- what is never negative

/**
 * Optimistic: every variable that could be a counter is one until something that is not is found to
 * flow into it; then those that it flows into are asked again.
 */
function nonNegative(
  graph: LLGraph,
  facts: Facts,
  safeSums: ReadonlySet<LLOp>,
): ReadonlySet<LLValue> {
  const found = new Set<LLValue>();
  const incoming = new Map<LLVariable, LLValue[]>();
  for (const block of graph.blocks) {
    if (block !== graph.entry)
      for (const param of block.params) if (param.type.kind === "int") incoming.set(param, []);
    for (const op of block.ops) if (MAY_COUNT.has(op.name)) found.add(op.result);
  }
  for (const block of graph.blocks)
    for (const link of exitLinks(block.exit))
      link.args.forEach((arg, i) => incoming.get(link.target.params[i]!)?.push(arg));
  for (const param of incoming.keys()) found.add(param);
  const holds = (value: LLValue) => isNaturalConst(value) || found.has(value);
  let changed = true;
  while (changed) {
    changed = false;
    for (const value of found) {
      const variable = value as LLVariable;
      const op = facts.definitions.get(variable);
      const stays =
        op === undefined
          ? (incoming.get(variable)?.every(holds) ?? false)
          : isNonNegative(op, holds, safeSums);
      if (stays) continue;
      found.delete(value);
      changed = true;
    }
  }
  return found;
}

/** Ops that `isNonNegative` knows something of. */
const MAY_COUNT = new Set<string>([
  ...(["array_len", "bool_to_int", "getfield", "getitem"] as const),
  ...(["int_add", "int_and", "int_floordiv", "int_rshift"] as const),
] satisfies OpName[]);

function isNonNegative(
  op: LLOp,
  holds: (value: LLValue) => boolean,
  safeSums: ReadonlySet<LLOp>,
): boolean {
  const [a, b] = op.args as [LLValue, LLValue];
  switch (op.name) {
    case "array_len":
    case "bool_to_int":
      return true;
    case "getfield":
      return isUnsigned(op.aux.field!.storage);
    case "getitem":
      return isUnsigned(op.aux.array!.item);
    case "int_add":
      return safeSums.has(op) && holds(a);
    case "int_and":
      return holds(a) || holds(b);
    case "int_floordiv":
    case "int_rshift":
      return holds(a) && isNaturalConst(b) && (op.name === "int_rshift" || intOf(b) !== 0n);
    default:
      return false;
  }
}

function isUnsigned({ kind }: Storage): boolean {
  return kind === "u8" || kind === "u16" || kind === "u32";
}
