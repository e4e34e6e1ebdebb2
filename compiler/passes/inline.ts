/**
 * Inline: small functions in the place of their calls, callees first.
 *
 *     b0: %a = …                       b0: %a = …; goto f0()
 *         %r = call f(%a)         →    f0: … %a …; goto b1(%x)
 *         … %r …                       b1(%r): … %r …
 *
 * What is copied: functions marked `@inline`; of the others those whose body costs little more than
 * the call, or a bit more when this is their only call. Never: into blocks that end in an exception
 * (they are cold), into or out of a cycle of calls, functions that the tracer must see as calls.
 *
 * A callee's exceptions are the caller's: inside a `try`, every op of the copy that may raise ends
 * its block with a `try` exit to the same handler, and a `raise` becomes a goto there. Tracebacks
 * show a program's functions, so places copied from one remember the call they came through
 * (`ll/sites.ts`); the library's own frames are not shown, and its ops take the place of the call.
 *
 * Graphs are open (`ssa.ts`), which makes a copy a matter of renaming: parameters become the
 * arguments themselves.
 */
import { exitLinks, newBlock, newOp, newVariable } from "../../dsl/flow/graph.ts";
import { SideSet, SideTable } from "../../dsl/flow/side-table.ts";
import type { Span } from "../../dsl/syntax/source.ts";
import type {
  LL,
  LLAux,
  LLBlock,
  LLExit,
  LLFunction,
  LLGraph,
  LLLink,
  LLOp,
  LLProgram,
  LLValue,
  LLVariable,
} from "../ll/program.ts";
import { caughtSite, hoistedSite, inlinedSite, isShown, type Site } from "../ll/sites.ts";
import { VOID } from "../ll/types.ts";
import { mayRaise } from "../ops/table.ts";
import { callGraph, components, computeEffects, recursiveFunctions } from "./call-graph.ts";
import { fold } from "./fold.ts";
import { simplifyGraph } from "./simplify.ts";

/** What a body may cost to be copied unasked, and if nobody else calls it. */
export interface Limits {
  readonly small: number;
  readonly smallOnlyCall: number;
}

const FULL_LIMITS: Limits = { small: 10, smallOnlyCall: 60 };
/** Less code for the C compiler, and fewer functions that change when one does. */
export const QUICK_LIMITS: Limits = { small: 5, smallOnlyCall: 20 };
/** A function does not grow beyond this by calls that did not ask to be inlined. */
const LARGEST_CALLER = 4000;

const ROUNDS = 3;

/** Hints that the tracer looks for at the call. */
const OPAQUE_HINTS = ["elidable", "opaque", "inside_if"];

export function inlineCalls(program: LLProgram, limits: Limits = FULL_LIMITS): number {
  // 1. Which functions raise: only those need handlers in copies.
  const calls = callGraph(program);
  const withGraph = program.functions.filter((fn) => fn.graph !== null);
  computeEffects(program, calls, recursiveFunctions(withGraph, calls));
  for (const fn of withGraph) if (guardsNothing(fn)) simplifyGraph(fn.graph!);
  // 2. Callees before callers; members of a cycle are not copied into one another.
  const inliner = new Inliner(countCalls(withGraph), limits);
  let count = 0;
  for (const component of components(withGraph, calls.callees)) {
    const recursive = component.length > 1 || calls.callees(component[0]!).has(component[0]!);
    // What asks to be inlined is, inside a cycle too: every hot function of a tree interpreter is in one.
    const asked = component.filter((fn) => fn.inline === "always");
    for (const fn of asked) {
      count += inliner.intoFunction(fn);
      inliner.finished(fn);
    }
    for (const fn of component) if (fn.inline !== "always") count += inliner.intoFunction(fn);
    for (const fn of component) if (!recursive && fn.inline !== "always") inliner.finished(fn);
  }
  return count;
}

/** Whether a handler guards what turned out not to raise. */
function guardsNothing({ graph }: LLFunction): boolean {
  return graph!.blocks.some(
    ({ ops, exit }) => exit.kind === "try" && (ops.length === 0 || !mayRaise(ops.at(-1)!)),
  );
}

/** How many call ops name each function. */
function countCalls(functions: readonly LLFunction[]): Map<LLFunction, number> {
  const counts = new Map<LLFunction, number>();
  for (const { graph } of functions) {
    for (const block of graph!.blocks) {
      for (const { aux } of block.ops)
        if (aux.callee !== undefined) counts.set(aux.callee, (counts.get(aux.callee) ?? 0) + 1);
    }
  }
  return counts;
}

class Inliner {
  private readonly calls: ReadonlyMap<LLFunction, number>;
  private readonly limits: Limits;
  /** Cost of the functions that may be copied: finished, and part of no cycle. */
  private readonly costs = new Map<LLFunction, number>();

  constructor(calls: ReadonlyMap<LLFunction, number>, limits: Limits) {
    this.calls = calls;
    this.limits = limits;
  }

  finished(fn: LLFunction): void {
    this.costs.set(fn, costOf(fn.graph!));
  }

  /** A copy brings constants, and with them calls that are direct now: hence the rounds. */
  intoFunction(fn: LLFunction): number {
    let total = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const count = this.roundInto(fn);
      if (count === 0) break;
      total += count;
      simplifyGraph(fn.graph!);
      fold(fn);
    }
    return total;
  }

  private roundInto(fn: LLFunction): number {
    const graph = fn.graph!;
    let count = 0;
    let cost = costOf(graph);
    const cold = coldBlocks(graph);
    for (const block of [...graph.blocks]) {
      let rest = block;
      for (;;) {
        const index = rest.ops.findIndex((op) => this.shouldInline(op, fn, cost, cold.has(block)));
        if (index < 0) break;
        cost += this.costs.get(rest.ops[index]!.aux.callee!)!;
        rest = inlineCall(fn, rest, index);
        count++;
      }
    }
    return count;
  }

  private shouldInline(op: LLOp, caller: LLFunction, callerCost: number, isCold: boolean): boolean {
    const callee = op.aux.callee;
    if (
      op.name !== "call" ||
      callee === undefined ||
      callee === caller ||
      callee.inline === "never"
    )
      return false;
    const cost = this.costs.get(callee);
    if (cost === undefined || cost === Infinity || isCold) return false;
    if (callee.inline === "always") return true;
    if (OPAQUE_HINTS.some((hint) => callee.hints.has(hint)) || callerCost > LARGEST_CALLER)
      return false;
    const { small, smallOnlyCall } = this.limits;
    return cost <= (this.calls.get(callee) === 1 ? smallOnlyCall : small);
  }
}

/** Ops that make code, and a bit for each branch. Cold blocks cost little: they are out of the way. */
function costOf(graph: LLGraph): number {
  const cold = coldBlocks(graph);
  let cost = 0;
  for (const block of graph.blocks) {
    const weight = cold.has(block) ? 0.25 : 1;
    for (const op of block.ops) cost += weight * costOfOp(op);
    if (block.exit.kind !== "goto" && block.exit.kind !== "return") cost += weight;
  }
  return cost;
}

function costOfOp(op: LLOp): number {
  switch (op.name) {
    case "ref_cast":
      return 0;
    case "call":
    case "call_indirect":
      return 3;
    // The tracer knows loops by the function they are in.
    case "hint":
      return Infinity;
    default:
      return 1;
  }
}

/** Blocks after which the function always ends in an exception. */
export function coldBlocks(graph: LLGraph): SideSet<LLBlock> {
  const cold = new SideSet<LLBlock>();
  // Backwards through reverse postorder sees most successors first; a loop cannot be cold by itself.
  for (let i = graph.blocks.length - 1; i >= 0; i--) {
    const block = graph.blocks[i]!;
    const { exit } = block;
    if (exit.kind === "raise" || exit.kind === "unreachable") cold.add(block);
    else {
      const next = exit.kind === "try" ? [exit.normal] : exitLinks(exit);
      if (next.length > 0 && next.every((link) => cold.has(link.target))) cold.add(block);
    }
  }
  return cold;
}

// ---------------------------------------------------------------- one call

/** Stands for the place of ops without one, which are the compiler's: they happen at the call. */
const NOWHERE = {} as Span;

type TryExit = Extract<LLExit, { kind: "try" }>;

/**
 * A block with the exception as its parameter that goes on to the handler. It defines the very
 * variable that the handler uses, now that no `try` exit does.
 */
function landingOf(graph: LLGraph, handler: TryExit): LLBlock {
  const landing = newBlock<LL>(graph);
  landing.params = [handler.exception];
  landing.exit = { kind: "goto", link: handler.exceptional };
  return landing;
}

/** Replaces the call by a copy of its callee; gives the block in which the caller goes on. */
function inlineCall(caller: LLFunction, block: LLBlock, index: number): LLBlock {
  const graph = caller.graph!;
  const call = block.ops[index]!;
  const callee = call.aux.callee!;
  // 1. Cut the block behind the call.
  const rest = newBlock<LL>(graph);
  const isLast = index === block.ops.length - 1;
  const handler = isLast && block.exit.kind === "try" ? block.exit : null;
  rest.ops = block.ops.slice(index + 1);
  rest.exit = handler === null ? block.exit : { kind: "goto", link: handler.normal };
  block.ops.length = index;
  // 2. The result arrives as a parameter, from every return. A void one is of no use to anybody.
  if (callee.result.kind !== "void") rest.params.push(call.result);
  // 3. Copy, with arguments for parameters. Many ops may reach the handler now: it gets a parameter.
  const landing = handler === null ? null : landingOf(graph, handler);
  const copy = new Copy(caller, call, rest, landing);
  const entry = copy.run(callee.graph!);
  block.exit = { kind: "goto", link: { target: entry, args: [] } };
  return rest;
}

class Copy {
  private readonly graph: LLGraph;
  private readonly call: LLOp;
  private readonly rest: LLBlock;
  private readonly landing: LLBlock | null;
  private readonly variables: (LLValue | undefined)[] = [];
  private readonly blocks = new SideTable<LLBlock, LLBlock>();
  private readonly siteOf: (span: Span) => Site | null;
  private readonly sites = new Map<Span, Site | null>();

  constructor(caller: LLFunction, call: LLOp, rest: LLBlock, landing: LLBlock | null) {
    this.graph = caller.graph!;
    this.call = call;
    this.rest = rest;
    this.landing = landing;
    this.siteOf = placing(call);
  }

  run(callee: LLGraph): LLBlock {
    callee.entry.params.forEach((param, i) => (this.variables[param.id] = this.call.args[i]!));
    for (const block of callee.blocks) {
      const target = newBlock<LL>(this.graph);
      this.blocks.set(block, target);
      if (block !== callee.entry) target.params = block.params.map((param) => this.fresh(param));
    }
    // Every definition has its name before any use is copied: blocks may come in any order.
    for (const block of callee.blocks) {
      for (const op of block.ops) this.fresh(op.result);
      if (block.exit.kind === "try") this.fresh(block.exit.exception);
    }
    for (const block of callee.blocks) this.copyBlock(block, this.blocks.get(block)!);
    return this.blocks.get(callee.entry)!;
  }

  private fresh(variable: LLVariable): LLVariable {
    const copy = newVariable<LL>(this.graph, variable.type, variable.name);
    this.variables[variable.id] = copy;
    return copy;
  }

  private value(value: LLValue): LLValue {
    return value.kind === "var" ? (this.variables[value.id] ?? value) : value;
  }

  private placeOfCall(): Span | null {
    return this.call.aux.site ?? this.call.span;
  }

  private place(span: Span | null): Span | null {
    const from = span ?? this.call.aux.callee!.span ?? NOWHERE;
    let site = this.sites.get(from);
    if (site === undefined) {
      site = from === NOWHERE ? this.placeOfCall() : this.siteOf(from);
      this.sites.set(from, site);
    }
    return site;
  }

  private aux({ name, aux }: LLOp): LLAux {
    if (name === "traceback_note") return this.caughtAux(aux);
    const site = aux.site === undefined ? null : this.place(aux.site);
    return site === null ? aux : { ...aux, site };
  }

  private link(link: LLLink): LLLink {
    return { target: this.blocks.get(link.target)!, args: link.args.map((arg) => this.value(arg)) };
  }

  private copyBlock(block: LLBlock, into: LLBlock): void {
    let target = into;
    block.ops.forEach((op, i) => {
      const copy = newOp<LL>(
        op.name,
        op.args.map((arg) => this.value(arg)),
        this.value(op.result) as LLVariable,
        this.aux(op),
        this.place(op.span),
      );
      target.ops.push(copy);
      const isCaught = block.exit.kind === "try" && i === block.ops.length - 1;
      if (this.landing !== null && !isCaught && mayRaise(copy))
        target = this.splitToLanding(target, this.landing, op);
    });
    if (block.exit.kind === "raise" && block.exit.span !== null && this.landing !== null)
      target.ops.push(
        this.note(this.value(block.exit.value), this.caughtAux({ site: block.exit.span })),
      );
    target.exit = this.exit(block.exit);
  }

  /** The op just copied may raise into the caller's handler. */
  private splitToLanding(block: LLBlock, landing: LLBlock, from: LLOp): LLBlock {
    const next = newBlock<LL>(this.graph);
    const [caught] = landing.params;
    const exception = newVariable<LL>(this.graph, caught!.type, caught!.name);
    const exceptional = this.noted(landing, exception, from.aux.site ?? from.span);
    block.exit = { kind: "try", normal: { target: next, args: [] }, exceptional, exception };
    return next;
  }

  /** On the way to the caller's handler an exception leaves the callee: its traceback says so. */
  private noted(landing: LLBlock, exception: LLVariable, site: Span | null): LLLink {
    const aux = this.caughtAux(site === null ? {} : { site });
    if (aux.site === undefined) return { target: landing, args: [exception] };
    const block = newBlock<LL>(this.graph);
    block.ops.push(this.note(exception, aux));
    block.exit = { kind: "goto", link: { target: landing, args: [exception] } };
    return { target: block, args: [] };
  }

  /** Says that the callee was left at a place of its own, or nothing when it is not shown. */
  private caughtAux({ site, ...rest }: LLAux): LLAux {
    const callee = this.call.aux.callee!;
    const from = site ?? callee.span;
    const caught = from === null ? null : caughtSite(from, callee);
    return caught === null ? rest : { ...rest, site: caught };
  }

  private note(exception: LLValue, aux: LLAux): LLOp {
    return newOp<LL>("traceback_note", [exception], newVariable<LL>(this.graph, VOID), aux, null);
  }

  private exit(exit: LLExit): LLExit {
    switch (exit.kind) {
      case "goto":
        return { kind: "goto", link: this.link(exit.link) };
      case "branch":
        return {
          kind: "branch",
          condition: this.value(exit.condition),
          then: this.link(exit.then),
          otherwise: this.link(exit.otherwise),
          span: exit.span,
        };
      case "switch":
        return {
          kind: "switch",
          subject: this.value(exit.subject),
          cases: exit.cases.map((one) => ({ value: one.value, link: this.link(one.link) })),
          otherwise: exit.otherwise === null ? null : this.link(exit.otherwise),
          span: exit.span,
        };
      case "try":
        return {
          kind: "try",
          normal: this.link(exit.normal),
          exceptional: this.link(exit.exceptional),
          exception: this.value(exit.exception) as LLVariable,
        };
      case "return":
        return {
          kind: "goto",
          link: {
            target: this.rest,
            args: this.rest.params.length === 0 ? [] : [this.value(exit.value)],
          },
        };
      case "raise":
        if (this.landing !== null)
          return { kind: "goto", link: { target: this.landing, args: [this.value(exit.value)] } };
        return {
          kind: "raise",
          value: this.value(exit.value),
          span: exit.span === null ? this.placeOfCall() : this.place(exit.span),
        };
      case "unreachable":
        return exit;
    }
  }
}

/** Where places of the callee are in the caller: under the call (library), or by way of the call. */
function placing(call: LLOp): (span: Span) => Site | null {
  const at = call.aux.site ?? call.span;
  const callee = call.aux.callee!;
  return isShown(callee)
    ? (span) => inlinedSite(span, callee.displayName, at)
    : (span) => hoistedSite(span, at);
}
