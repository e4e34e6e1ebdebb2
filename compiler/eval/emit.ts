/**
 * Functions as JavaScript.
 *
 *     block0(a.0: int, b.1: int):         function gcd(v0, v1) {
 *       goto block1(a.0, b.1)               let v2, v3;
 *     block1(a.2: int, b.3: int):           v2 = v0; v3 = v1;
 *       v4 = int_ne(b.3, 0)                 L1: for (;;) {
 *       branch v4 ? … : …                     const v4 = v3 !== 0;
 *                                             if (!v4) { return v2; }
 *                                             …
 *
 * Control flow is structured again (`ll/structure.ts`), because JavaScript engines compile loops
 * well and simulated gotos badly; a graph that has no structured form falls back on those. As blocks
 * are self-contained, results of ops are constants of a scope and block parameters are variables.
 *
 * A function that may be left by an exception notes where it is (`site`) before each op that
 * raises, and catches what passes in order to add itself to the traceback. In a function whose
 * exceptions are explicit (it has `exc_…` ops), an op that raises makes the exception pending.
 *
 * When somebody debugs, a function with marks keeps a frame (`F`): its marks note there which line it
 * is on, which may stop it, and what its locals hold. A loop that comes back to its line says so by the
 * line's negative.
 */
import { exitLinks } from "../../dsl/flow/graph.ts";
import { unreachable } from "../../dsl/syntax/diagnostics.ts";
import { framesCaught } from "../ll/sites.ts";
import { structure, type Jump, type Shape } from "../ll/structure.ts";
import { mayRaise } from "../ops/table.ts";
import { expression, factOf, type Fact, type OpEmitter } from "./emit-ops.ts";
import { FunctionRecord, type Debugger } from "./debugger.ts";
import { sitesOf, tracebackSite, type TracebackSite } from "./exceptions.ts";
import { machineValue, zeroValue } from "./values.ts";
import type { Span } from "../../dsl/syntax/source.ts";
import type {
  LLBlock,
  LLConstant,
  LLExit,
  LLFunction,
  LLGlobal,
  LLGraph,
  LLLink,
  LLOp,
  LLTable,
  LLValue,
  LLVariable,
} from "../ll/program.ts";

/** What the source of a function is compiled with: names and the objects they stand for. */
export interface Emitted {
  readonly source: string;
  readonly names: readonly string[];
  readonly values: readonly unknown[];
  readonly sites: readonly (readonly TracebackSite[])[];
}

/** What emission asks of the machine: cells that outlive one function. */
export interface Cells {
  cellOf(fn: LLFunction): object;
  globalCell(global: LLGlobal): object;
  tableRows(table: LLTable): object;
  readonly debugger: Debugger | null;
}

export function emitFunction(fn: LLFunction, graph: LLGraph, cells: Cells): Emitted {
  return new FunctionEmitter(fn, graph, cells).emit();
}

class FunctionEmitter implements OpEmitter {
  readonly #fn: LLFunction;
  readonly #graph: LLGraph;
  readonly #cells: Cells;
  readonly #explicit: boolean;
  readonly #lines: string[] = [];
  readonly #pool = new Map<string, unknown>();
  readonly #constants = new Map<unknown, string>();
  readonly #facts = new Map<LLVariable, Fact>();
  readonly #before = new Map<LLOp, LLOp>();
  readonly #sites: (readonly TracebackSite[])[] = [];
  /** Of a function with marks, when somebody debugs. */
  readonly #record: FunctionRecord | null;

  constructor(fn: LLFunction, graph: LLGraph, cells: Cells) {
    this.#fn = fn;
    this.#graph = graph;
    this.#cells = cells;
    const ops = graph.blocks.flatMap((block) => block.ops);
    this.#explicit = ops.some((op) => op.name.startsWith("exc_"));
    const isMarked = ops.some((op) => op.aux.mark !== undefined);
    this.#record = isMarked && cells.debugger !== null ? cells.debugger.record(fn) : null;
  }

  emit(): Emitted {
    const shapes = structure(this.#graph);
    if (shapes === null) this.#dispatch();
    else this.#shapes(shapes);
    if (this.#record !== null) this.use("D", this.#cells.debugger);
    const source = this.#wrap(this.#lines.join("\n"));
    return {
      source,
      names: [...this.#pool.keys()],
      values: [...this.#pool.values()],
      sites: this.#sites,
    };
  }

  #wrap(body: string): string {
    const params = this.#graph.entry.params.map(variableName).join(", ");
    const locals = ["t", "site = -1", "frame = 0", ...this.#blockParams()].join(", ");
    const guarded =
      this.#sites.length === 0 || this.#explicit
        ? body
        : `try {\n${body}\n} catch (error) {\nthrow rt.leave(error, SITES[site]);\n}`;
    const framed =
      this.#record === null
        ? guarded
        : `const F = D.enter(${this.constant(this.#record)});\ntry {\n${guarded}\n} finally {\nD.leave(F);\n}`;
    return `"use strict";\nreturn function (${params}) {\nlet ${locals};\n${framed}\n};`;
  }

  #blockParams(): string[] {
    return this.#graph.blocks
      .filter((block) => block !== this.#graph.entry)
      .flatMap((block) => block.params.map(variableName));
  }

  // -------------------------------------------------------------- control flow

  #shapes(shapes: readonly Shape[]): void {
    for (const shape of shapes) this.#shape(shape);
  }

  #shape(shape: Shape): void {
    switch (shape.kind) {
      case "block":
        this.#block(shape.block);
        this.#exit(shape.block, (i) => this.#jump(shape.block, i, shape.jumps[i]!));
        break;
      case "loop":
        this.#lines.push(`L${shape.header.id}: for (;;) {`);
        if (this.#record !== null) this.#lines.push("F.line = -F.line;");
        this.#shapes(shape.body);
        this.#lines.push("}");
        break;
      case "label":
        this.#lines.push(`B${shape.target.id}: {`);
        this.#shapes(shape.body);
        this.#lines.push("}");
        break;
    }
  }

  #jump(block: LLBlock, index: number, jump: Jump): void {
    const link = exitLinks(block.exit)[index]!;
    this.#pass(link);
    switch (jump.kind) {
      case "continue":
        this.#lines.push(`continue L${link.target.id};`);
        break;
      case "break":
        this.#lines.push(`break B${link.target.id};`);
        break;
      case "inline":
        this.#shapes(jump.body);
        break;
      case "next":
        break;
    }
  }

  /** The fallback: a loop around a switch on the number of the block that comes next. */
  #dispatch(): void {
    this.#lines.push(`let next = ${this.#graph.entry.id};`, "for (;;) {", "switch (next) {");
    for (const block of this.#graph.blocks) {
      this.#lines.push(`case ${block.id}: {`);
      this.#block(block);
      const links = exitLinks(block.exit);
      this.#exit(block, (i) => {
        this.#pass(links[i]!);
        this.#lines.push(`next = ${links[i]!.target.id};`);
      });
      // Leaves the switch, of which an inner one may be part: the loop goes on.
      this.#lines.push("break;", "}");
    }
    this.#lines.push("}", "}");
  }

  /**
   * Assigns a link's arguments to its target's parameters. They are variables of different blocks,
   * so one after the other will do, except where a block leads to itself.
   */
  #pass({ target, args }: LLLink): void {
    const moves = target.params
      .map((param, i) => ({ param, arg: args[i]! }))
      .filter(({ param, arg }) => param !== arg && param.type.kind !== "void");
    const assigned = new Set<LLValue>(moves.map(({ param }) => param));
    const swaps = moves.some(({ arg }) => assigned.has(arg));
    if (swaps) {
      const saved = moves.map(({ param, arg }) => `n${param.id} = ${this.atom(arg)}`);
      this.#lines.push("{", `const ${saved.join(", ")};`);
    }
    for (const { param, arg } of moves) {
      this.#lines.push(`${variableName(param)} = ${swaps ? `n${param.id}` : this.atom(arg)};`);
    }
    if (swaps) this.#lines.push("}");
  }

  /** The exit's own code; `jump` emits what is to be done for its n-th link. */
  #exit(block: LLBlock, jump: (index: number) => void): void {
    const { exit } = block;
    switch (exit.kind) {
      case "goto":
        jump(0);
        break;
      case "branch":
        this.#test(this.atom(exit.condition), block, jump);
        break;
      case "try":
        this.#test(`caught${block.id} === null`, block, jump);
        break;
      case "switch":
        this.#switch(exit, block, jump);
        break;
      case "return":
        this.#lines.push(
          exit.value.type.kind === "void" ? "return;" : `return ${this.atom(exit.value)};`,
        );
        break;
      case "raise":
        // Without a place it was caught in this function, whose traceback has it already.
        if (exit.span === null) this.#lines.push("site = -1;");
        else this.#at(exit.span);
        this.#lines.push(`throw rt.raise(${this.atom(exit.value)});`);
        break;
      case "unreachable":
        this.#lines.push("rt.badExit();");
        break;
      default:
        unreachable(exit, "exit");
    }
  }

  /** A test whose first link is taken when it holds. */
  #test(condition: string, block: LLBlock, jump: (index: number) => void): void {
    const caught = block.exit.kind === "try" ? block.exit.exception : null;
    this.#lines.push(`if (${condition}) {`);
    jump(0);
    this.#lines.push("} else {");
    if (caught !== null) this.#lines.push(`const ${variableName(caught)} = caught${block.id};`);
    jump(1);
    this.#lines.push("}");
  }

  #switch(exit: LLExit & { kind: "switch" }, block: LLBlock, jump: (index: number) => void): void {
    this.#lines.push(`S${block.id}: switch (${this.atom(exit.subject)}) {`);
    exit.cases.forEach((one, i) => {
      this.#lines.push(`case ${this.#literal(one.value)}: {`);
      jump(i);
      this.#lines.push(`break S${block.id};`, "}");
    });
    this.#lines.push("default: {");
    if (exit.otherwise === null) this.#lines.push("rt.badExit();");
    else jump(exit.cases.length);
    this.#lines.push("}", "}");
  }

  // -------------------------------------------------------------- ops

  #block(block: LLBlock): void {
    const caught = block.exit.kind === "try" ? block.ops.at(-1) : undefined;
    block.ops.forEach((op, i) => {
      if (i > 0) this.#before.set(op, block.ops[i - 1]!);
      if (op === caught) this.#catching(op, block);
      else this.#op(op);
    });
  }

  #op(op: LLOp): void {
    const raises = mayRaise(op);
    if (raises && !this.#explicit) this.#at(op.aux.site ?? op.span);
    const text = expression(op, this);
    const target = op.result.type.kind === "void" ? null : variableName(op.result);
    this.#facts.set(op.result, factOf(op, this));
    if (text === "") return;
    if (raises && this.#explicit) {
      if (target !== null)
        this.#lines.push(`let ${target} = ${String(zeroValue(op.result.type))};`);
      const assigned = target === null ? text : `${target} = ${text}`;
      this.#lines.push(`try { ${assigned}; } catch (error) { rt.setPending(rt.caught(error)); }`);
    } else {
      this.#lines.push(target === null ? `${text};` : `const ${target} = ${text};`);
    }
  }

  /** The op before a `try` exit: `caught` is the exception, or null. */
  #catching(op: LLOp, block: LLBlock): void {
    const caught = `caught${block.id}`;
    const text = expression(op, this);
    const target = op.result.type.kind === "void" ? null : variableName(op.result);
    this.#lines.push(`let ${caught} = null${target === null ? "" : `, ${target}`};`);
    const assigned = target === null ? text : `${target} = ${text}`;
    this.#lines.push(`try { ${assigned}; } catch (error) { ${caught} = rt.caught(error); }`);
  }

  /** Notes where the function may be left. */
  #at(span: Span | null): void {
    this.#lines.push(`site = ${this.#siteIndex(span)};`);
  }

  #siteIndex(span: Span | null): number {
    return this.#sites.push(sitesOf(this.#fn, span)) - 1;
  }

  // -------------------------------------------------------------- values

  atom(value: LLValue): string {
    if (value.kind === "var") return variableName(value);
    // The null address is a number like all addresses.
    const isNullAddress = value.type.kind === "addr" && value.value.kind === "null";
    return isNullAddress ? "0" : this.#literal(value.value);
  }

  #literal(constant: LLConstant): string {
    switch (constant.kind) {
      case "int": {
        const word = machineValue(constant);
        return typeof word === "bigint" ? `${word}n` : String(word);
      }
      case "float":
        return Object.is(constant.value, -0) ? "-0" : String(constant.value);
      case "bool":
        return String(constant.value);
      case "null":
        return "null";
      case "void":
        return "undefined";
      case "object":
        return this.constant(constant.object);
      case "function":
        return this.constant(constant.function);
    }
  }

  fact(value: LLValue): Fact {
    if (value.kind === "var") return this.#facts.get(value) ?? null;
    if (value.value.kind !== "int") return null;
    const word = machineValue(value.value);
    if (typeof word !== "number") return null;
    return word >= 0 ? "natural" : "number";
  }

  use(name: string, helper: unknown): string {
    this.#pool.set(name, helper);
    return name;
  }

  constant(object: unknown): string {
    let name = this.#constants.get(object);
    if (name === undefined) {
      name = `k${this.#constants.size}`;
      this.#constants.set(object, name);
      this.#pool.set(name, object);
    }
    return name;
  }

  callee(fn: LLFunction): string {
    return this.constant(this.#cells.cellOf(fn));
  }

  global(global: LLGlobal): string {
    return this.constant(this.#cells.globalCell(global));
  }

  table(table: LLTable): string {
    return this.constant(this.#cells.tableRows(table));
  }

  mark({ aux, args }: LLOp): string {
    const { mark } = aux;
    if (this.#record === null || mark === undefined) return "";
    if (mark.kind === "line") return `D.line(F, ${mark.line})`;
    const { slot, index } = this.#record.local(mark);
    const value = args[0] === undefined ? "undefined" : this.atom(args[0]);
    return `F.values[${slot}] = ${value}, F.marks[${slot}] = ${index}`;
  }

  before(op: LLOp): LLOp | undefined {
    return this.#before.get(op);
  }

  site(op: LLOp): number {
    return this.#siteIndex(op.aux.site ?? op.span);
  }

  caughtSite(op: LLOp): number {
    const { site } = op.aux;
    return (
      this.#sites.push(site === undefined ? [] : framesCaught(this.#fn, site).map(tracebackSite)) -
      1
    );
  }
}

function variableName(variable: LLVariable): string {
  return `v${variable.id}`;
}
