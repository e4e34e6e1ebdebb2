/**
 * One function as C.
 *
 * Webs (`passes/webs.ts`) become locals, declared at the top; a link's arguments become assignments
 * to the locals of its target's parameters, most of which vanish because both are one web. Blocks
 * become labels and gotos, except that a block with one way in is written where that way comes from,
 * inside the `if` or `case`. So loops are labels, everything else mostly reads as structured code,
 * and the C compiler sees the same flow graph either way.
 *
 * Allocations are emitted here: the bump on the fast path, and on the slow path a frame of the
 * shadow stack around the call (see `passes/roots.ts`). The `exc_pending` that follows an allocation
 * or a stack check moves into their slow path, where alone it can be true.
 */
import { exitLinks } from "../../dsl/flow/graph.ts";
import { startPosition, type Span } from "../../dsl/syntax/source.ts";
import { opRow } from "../ops/table.ts";
import { countReads } from "../ll/contain.ts";
import { SideSet, SideTable } from "../../dsl/flow/side-table.ts";
import { liveAcross } from "../passes/roots.ts";
import { buildWebs, lifetimes, type Lifetimes, type Web, type Webs } from "../passes/webs.ts";
import type { Constants } from "./constants.ts";
import { intText } from "./constants.ts";
import { findDispatches, type Dispatch, type SwitchExit } from "./dispatch.ts";
import type { ImmediateClass } from "./immediates.ts";
import { sequentialize, type Move } from "./moves.ts";
import { localIdentifier, textLiteral, type Names } from "./names.ts";
import { expression, overflowBuiltin, type OpContext } from "./ops.ts";
import { cType } from "./types.ts";
import { storageSize } from "../ll/types.ts";
import { countWaysIn, exceptionalLinkAfterSlowPath, setNext } from "../ll/new-objects.ts";
import { framesAt, framesCaught, type Frame } from "../ll/sites.ts";
import type {
  LLBlock,
  LLExit,
  LLFunction,
  LLGraph,
  LLLink,
  LLOp,
  LLValue,
  LLVariable,
} from "../ll/program.ts";
import type { ArrayType, StructType } from "../ll/types.ts";

/** What functions of one file share. */
export interface FileContext {
  readonly names: Names;
  readonly constants: Constants;
  readonly immediates: readonly ImmediateClass[];
  /** The program's: places are data of their own, see `emit.ts`. */
  readonly sites: Sites;
  /** Functions whose places the file refers to. */
  readonly sited: Set<LLFunction>;
  /** Write `#line` directives that point at the Wright source. */
  readonly lines: boolean;
}

/**
 * Places for tracebacks: an array per function, apart from the code that refers to it. So a line
 * that is added to a function moves the numbers of those below it, but changes nobody's code.
 */
export class Sites {
  readonly #records = new Map<LLFunction, Map<string, number>>();

  /** `&s__main_f[3]`: where `frame` is, as code of `fn` says it. */
  address(fn: LLFunction, frame: Frame, names: Names): string {
    let records = this.#records.get(fn);
    if (records === undefined) this.#records.set(fn, (records = new Map()));
    const file = textLiteral(frame.at.chunk.file.path);
    const record = `{${file}, ${textLiteral(frame.function)}, ${startPosition(frame.at).line}}`;
    let index = records.get(record);
    if (index === undefined) records.set(record, (index = records.size));
    return `&${names.sites(fn)}[${index}]`;
  }

  /** In the order of `functions`, whatever order their code was written in. */
  definitions(functions: readonly LLFunction[], names: Names): string[] {
    return functions.flatMap((fn) => {
      const records = this.#records.get(fn);
      if (records === undefined) return [];
      const rows = [...records.keys()].map((one) => `  ${one},`).join("\n");
      return [`const wr_site ${names.sites(fn)}[] = {\n${rows}\n};`];
    });
  }
}

/** Deeper nesting is written with labels, for readers and for the C compiler's parser. */
const DEEPEST = 6;

export function emitFunction(fn: LLFunction, file: FileContext): string {
  return new FunctionWriter(fn, fn.graph!, file).write();
}

/** Whether a function does nothing but raise: the code around its calls is cold. */
export function onlyRaises(fn: LLFunction): boolean {
  const blocks = fn.graph?.blocks ?? [];
  const leaving = (op: LLOp) => op.name === "exc_set" || op.name === "traceback_add";
  const order = new SideTable<LLBlock, number>();
  blocks.forEach((block, index) => order.set(block, index));
  return blocks.every((block) => {
    if (block.exit.kind === "return") return block.ops.some(leaving);
    // A loop may be where a program spends its life, even if only an exception ends it.
    return exitLinks(block.exit).every(({ target }) => order.get(target)! > order.get(block)!);
  });
}

type Line = { readonly indent: number; readonly text: string; readonly label?: string };
type BranchExit = Extract<LLExit, { kind: "branch" }>;

class FunctionWriter {
  readonly #fn: LLFunction;
  readonly #graph: LLGraph;
  readonly #file: FileContext;
  readonly #ops: OpContext;
  readonly #lives: Lifetimes;
  readonly #webs: Webs;
  readonly #localNames = new Map<Web, string>();
  /** How often each variable is read. */
  readonly #reads: SideTable<LLVariable, number>;
  readonly #waysIn: SideTable<LLBlock, number>;
  readonly #dispatches: ReadonlyMap<LLBlock, Dispatch>;
  readonly #order = new SideTable<LLBlock, number>();

  readonly #lines: Line[] = [];
  readonly #declared = new Map<string, string[]>();
  readonly #dispatchTables: string[] = [];
  readonly #placed = new SideSet<LLBlock>();
  /** Targets of gotos that are not written yet. */
  readonly #wanted = new Set<LLBlock>();
  readonly #usedLabels = new Set<string>();
  /** Cases of dispatch tables that pass arguments. */
  readonly #trampolines: { readonly label: string; readonly link: LLLink }[] = [];
  readonly #tablesMade = new Map<LLBlock, string>();
  #indent = 1;
  #usesFrame = false;
  #place = "";

  constructor(fn: LLFunction, graph: LLGraph, file: FileContext) {
    this.#fn = fn;
    this.#graph = graph;
    this.#file = file;
    this.#ops = { ...file, atom: (value) => this.#atom(value) };
    this.#lives = lifetimes(graph);
    this.#reads = countReads(graph);
    this.#webs = buildWebs(
      graph,
      (variable) => variable.type.kind !== "void",
      (a, b) => a.type.kind === b.type.kind && (this.#isRead(a) || this.#isRead(b)),
    );
    this.#waysIn = countWaysIn(graph);
    this.#dispatches = findDispatches(graph, this.#waysIn);
    graph.blocks.forEach((block, index) => this.#order.set(block, index));
    // What a repeated chain leads to has several ways in, whatever the graph says.
    for (const { chain } of this.#dispatches.values()) {
      for (const block of chain) {
        for (const { target } of exitLinks(block.exit)) {
          this.#waysIn.set(target, this.#waysIn.get(target)! + 1);
        }
      }
    }
  }

  write(): string {
    const parameters = this.#graph.entry.params.map((param, index) =>
      this.#parameter(param, index),
    );
    this.#writeFrom(this.#graph.entry, 0);
    this.#writeWanted();
    const head = `${cType(this.#fn.result)} ${this.#file.names.fn(this.#fn)}(${
      parameters.length === 0 ? "void" : parameters.join(", ")
    })`;
    const body = withoutIdleGotos(this.#lines);
    const used = mentionedLabels([...body.map(({ text }) => text), ...this.#dispatchTables]);
    return [
      `${head} {`,
      ...this.#declarations(),
      ...this.#dispatchTables,
      ...body
        .filter(({ label }) => label === undefined || used.has(label))
        .map(({ indent, text }) => "  ".repeat(indent) + text),
      "}",
    ].join("\n");
  }

  // ---- names and values ---------------------------------------------------------------------------

  #isRead(variable: LLVariable): boolean {
    return this.#reads.has(variable);
  }

  #parameter(param: LLVariable, index: number): string {
    const type = cType(param.type);
    if (!this.#isRead(param)) return `${type} unused_${index}`;
    const name = this.#nameWeb(this.#webs.get(param)!);
    this.#localNames.set(this.#webs.get(param)!, name);
    return `${type} ${name}`;
  }

  #tracebackAdd(frames: readonly Frame[]): void {
    const { sites, sited, names } = this.#file;
    if (frames.length > 0) sited.add(this.#fn);
    for (const frame of frames)
      this.#line(`wr_traceback_add(${sites.address(this.#fn, frame, names)});`);
  }

  #nameWeb(web: Web): string {
    const [first] = web.members;
    const source = web.members.find((member) => member.name !== null)?.name ?? null;
    const base = source === null ? first!.type.kind.slice(0, 1) : localIdentifier(source);
    return `${base}_${first!.id}`;
  }

  /** The C local of a variable, declared when first asked for. */
  #local(variable: LLVariable): string {
    const web = this.#webs.get(variable)!;
    let name = this.#localNames.get(web);
    if (name === undefined) {
      name = this.#nameWeb(web);
      this.#localNames.set(web, name);
      const type = cType(variable.type);
      const sameType = this.#declared.get(type);
      if (sameType === undefined) this.#declared.set(type, [name]);
      else sameType.push(name);
    }
    return name;
  }

  #atom(value: LLValue): string {
    if (value.kind === "const") return this.#file.constants.value(value);
    return value.type.kind === "void" ? "0" : this.#local(value);
  }

  #declarations(): string[] {
    const lines = [...this.#declared].map(([type, names]) => `  ${type} ${names.join(", ")};`);
    return this.#usesFrame ? ["  wr_ref *ss;", ...lines] : lines;
  }

  // ---- lines ------------------------------------------------------------------------------------------

  #line(text: string): void {
    this.#lines.push({ indent: this.#indent, text });
  }

  #label(label: string): void {
    this.#lines.push({ indent: 0, text: `${label}:;`, label });
  }

  #inside(write: () => void): void {
    this.#indent++;
    write();
    this.#indent--;
  }

  #goto(block: LLBlock): void {
    const label = labelOf(block);
    this.#usedLabels.add(label);
    if (!this.#placed.has(block)) this.#wanted.add(block);
    this.#line(`goto ${label};`);
  }

  #mark(at: Span | null): void {
    if (!this.#file.lines || at === null) return;
    const place = `#line ${startPosition(at).line} ${textLiteral(at.chunk.file.path)}`;
    if (place === this.#place) return;
    this.#place = place;
    this.#lines.push({ indent: 0, text: place });
  }

  // ---- blocks ------------------------------------------------------------------------------------------

  /** Writes a block and what can follow it without a label. */
  #writeFrom(start: LLBlock, depth: number): void {
    for (let block: LLBlock | null = start; block !== null;) {
      this.#placed.add(block);
      this.#wanted.delete(block);
      if (this.#waysIn.get(block) !== 1) this.#label(labelOf(block));
      else if (this.#usedLabels.has(labelOf(block))) this.#label(labelOf(block));
      block = this.#writeBlock(block, depth);
    }
  }

  #writeWanted(): void {
    for (;;) {
      const next = earliest(this.#wanted, this.#order);
      if (next !== null) {
        this.#writeFrom(next, 0);
        continue;
      }
      const trampoline = this.#trampolines.pop();
      if (trampoline === undefined) return;
      this.#label(trampoline.label);
      this.#follow(trampoline.link, 0);
    }
  }

  /** Gives the block that comes next without a jump, or null. */
  #writeBlock(block: LLBlock, depth: number): LLBlock | null {
    const { ops, exit } = block;
    const fused = exceptionalLinkAfterSlowPath(block);
    const condition = fused === null ? this.#conditionOp(block) : null;
    const plain =
      fused !== null ? ops.length - 2 : condition !== null ? ops.length - 1 : ops.length;
    for (let index = 0; index < plain; index++) this.#writeOp(block, index, null, depth);
    if (fused !== null) {
      this.#writeOp(block, plain, fused, depth);
      return this.#goOn((exit as BranchExit).otherwise, depth);
    }
    switch (exit.kind) {
      case "goto":
        return this.#goOn(exit.link, depth);
      case "branch":
        return this.#branch(exit, this.#conditionText(block, condition), depth);
      case "switch":
        this.#switch(exit, depth);
        return null;
      case "return":
        this.#mark(exit.span);
        this.#line(
          this.#fn.result.kind === "void" ? "return;" : `return ${this.#atom(exit.value)};`,
        );
        return null;
      case "unreachable":
        this.#line("__builtin_unreachable();");
        return null;
      case "try":
      case "raise":
        throw new Error(`${this.#fn.name}: exceptions are not explicit yet`);
    }
  }

  /** Follows a link to its end: a jump, or the code of its target. */
  #follow(link: LLLink, depth: number): void {
    const next = this.#goOn(link, depth);
    if (next !== null) this.#writeFrom(next, depth);
  }

  /** Passes the arguments of a link; gives its target if that can be written right here. */
  #goOn(link: LLLink, depth: number): LLBlock | null {
    const moves = this.#moves(link);
    const { target } = link;
    const scoped = moves.some((move) => move.includes(" aside_"));
    if (scoped) this.#line("{");
    for (const move of moves) this.#line(scoped ? `  ${move}` : move);
    if (scoped) this.#line("}");
    const dispatch = this.#dispatches.get(target);
    if (dispatch !== undefined) {
      this.#repeatDispatch(dispatch);
      return null;
    }
    const isNew = !this.#placed.has(target);
    if (isNew && (depth === 0 || (this.#waysIn.get(target) === 1 && depth < DEEPEST)))
      return target;
    this.#goto(target);
    return null;
  }

  #moves({ target, args }: LLLink): string[] {
    const moves: Move[] = [];
    target.params.forEach((param, index) => {
      if (!this.#isRead(param) || param.type.kind === "void") return;
      const type = cType(param.type);
      moves.push({ to: this.#local(param), from: this.#atom(args[index]!), type });
    });
    return sequentialize(moves);
  }

  // ---- branches ----------------------------------------------------------------------------------------

  /** The last op, when its only use is to be the branch's condition. */
  #conditionOp({ ops, exit }: LLBlock): LLOp | null {
    const last = ops.at(-1);
    if (last === undefined || exit.kind !== "branch" || exit.condition !== last.result) return null;
    return this.#reads.get(last.result) === 1 ? last : null;
  }

  #conditionText(block: LLBlock, op: LLOp | null): string {
    const { condition } = block.exit as BranchExit;
    if (op === null) return `(${this.#atom(condition)})`;
    this.#mark(op.span);
    if (op.name === "exc_pending") return "(WR_UNLIKELY(wr_exc != NULL))";
    if (op.name === "overflowed")
      return `(WR_UNLIKELY(${this.#overflow(block, block.ops.length - 1)}))`;
    const text = expression(op, this.#ops);
    return isParenthesized(text) ? text : `(${text})`;
  }

  #branch({ then, otherwise }: BranchExit, condition: string, depth: number): LLBlock | null {
    // The arm that fits into the braces goes there; the other one comes after them.
    const invert = !this.#fitsInside(then, depth) && this.#fitsInside(otherwise, depth);
    const [inner, outer] = invert ? [otherwise, then] : [then, otherwise];
    this.#line(`if ${invert ? `(!${condition})` : condition} {`);
    this.#inside(() => this.#follow(inner, depth + 1));
    this.#line("}");
    return this.#goOn(outer, depth);
  }

  #fitsInside({ target }: LLLink, depth: number): boolean {
    return this.#waysIn.get(target) === 1 && !this.#placed.has(target) && depth + 1 < DEEPEST;
  }

  #switch(exit: SwitchExit, depth: number): void {
    const isBool = exit.subject.type.kind === "bool";
    this.#mark(exit.span);
    this.#line(`switch (${isBool ? "(int)" : ""}${this.#atom(exit.subject)}) {`);
    for (const { values, link } of mergedCases(exit)) {
      for (const value of values) this.#line(`case ${value}:`);
      this.#inside(() => this.#follow(link, depth + 1));
    }
    // A statement of its own: what follows may turn out to be a jump to what comes next anyway.
    this.#line("default:;");
    this.#inside(() => {
      if (exit.otherwise === null) this.#line("__builtin_unreachable();");
      else this.#follow(exit.otherwise, depth + 1);
    });
    this.#line("}");
  }

  // ---- dispatch ---------------------------------------------------------------------------------------------

  #repeatDispatch({ chain, least, most }: Dispatch): void {
    chain.forEach((block, position) => {
      const { ops, exit } = block;
      const next = chain[position + 1];
      const condition = this.#conditionOp(block);
      const plain = condition === null ? ops.length : ops.length - 1;
      for (let index = 0; index < plain; index++) this.#writeOp(block, index, null, DEEPEST);
      if (exit.kind === "branch") {
        const text = this.#conditionText(block, condition);
        const goesOn = exit.then.target === next;
        this.#line(`if ${goesOn ? `(!${text})` : text} {`);
        this.#inside(() => this.#follow(goesOn ? exit.otherwise : exit.then, DEEPEST));
        this.#line("}");
        for (const move of this.#moves(goesOn ? exit.then : exit.otherwise)) this.#line(move);
      } else if (exit.kind === "goto") {
        for (const move of this.#moves(exit.link)) this.#line(move);
      } else if (exit.kind === "switch") {
        this.#jumpThroughTable(block, exit, least, most);
      }
    });
  }

  #jumpThroughTable(block: LLBlock, exit: SwitchExit, least: bigint, most: bigint): void {
    const subject = this.#atom(exit.subject);
    const index = least === 0n ? subject : `(${subject} - ${intText(least)})`;
    if (exit.otherwise !== null) {
      const { otherwise } = exit;
      this.#line(`if (WR_UNLIKELY((uint64_t)${index} > ${most - least}u)) {`);
      this.#inside(() => this.#follow(otherwise, DEEPEST));
      this.#line("}");
    }
    this.#line(`goto *${this.#dispatchTable(block, exit, least, most)}[${index}];`);
  }

  #dispatchTable(block: LLBlock, exit: SwitchExit, least: bigint, most: bigint): string {
    const known = this.#tablesMade.get(block);
    if (known !== undefined) return known;
    const name = `dispatch_${block.id}`;
    this.#tablesMade.set(block, name);
    const byValue = new Map(exit.cases.map(({ value, link }) => [intOf(value), link]));
    const hole = exit.otherwise ?? exit.cases[0]!.link;
    const labels: string[] = [];
    for (let value = least; value <= most; value++) {
      labels.push(`&&${this.#tableLabel(byValue.get(value) ?? hole)}`);
    }
    this.#dispatchTables.push(`  static const void *const ${name}[] = {${labels.join(", ")}};`);
    return name;
  }

  /** The label of a link's target, or of a place where its arguments are passed first. */
  readonly #linkLabels = new Map<LLLink, string>();
  #tableLabel(link: LLLink): string {
    let label = this.#linkLabels.get(link);
    if (label !== undefined) return label;
    const direct = this.#moves(link).length === 0 && !this.#dispatches.has(link.target);
    if (direct) {
      label = labelOf(link.target);
      if (!this.#placed.has(link.target)) this.#wanted.add(link.target);
    } else {
      label = `T${this.#linkLabels.size}`;
      this.#trampolines.push({ label, link });
    }
    this.#usedLabels.add(label);
    this.#linkLabels.set(link, label);
    return label;
  }

  // ---- ops ----------------------------------------------------------------------------------------------------

  /** `exceptional` is where a failing slow path goes; null when nobody has asked. */
  #writeOp(block: LLBlock, index: number, exceptional: LLLink | null, depth: number): void {
    const op = block.ops[index]!;
    this.#mark(op.span);
    switch (op.name) {
      case "new":
        return this.#newStruct(block, index, exceptional, depth);
      case "new_array":
        return this.#newArray(block, index, exceptional, depth);
      case "stack_check":
        if (exceptional === null) return this.#line("wr_stack_check();");
        this.#line("if (WR_UNLIKELY(!wr_stack_check())) {");
        this.#inside(() => this.#follow(exceptional, depth + 1));
        return this.#line("}");
      case "traceback_add":
        return this.#tracebackAdd(framesAt(this.#fn, op.aux.site!));
      case "traceback_note":
        this.#line(`wr_exc_set(${this.#atom(op.args[0]!)});`);
        this.#tracebackAdd(op.aux.site === undefined ? [] : framesCaught(this.#fn, op.aux.site));
        return this.#line("wr_exc_take();");
      case "ss_enter":
        return this.#enterFrame(block, index);
      case "ss_mark":
        return this.#line(`ss[${op.aux.slot!}] = WR_FRAME_NEW;`);
      case "ss_leave":
        return this.#line("wr_ss = ss;");
      case "ss_store":
        return this.#line(`ss[${op.aux.slot!}] = ${this.#atom(op.args[0]!)};`);
      case "ss_load":
        return this.#line(`${this.#local(op.result)} = ss[${op.aux.slot!}];`);
      case "overflowed":
        return this.#line(`${this.#local(op.result)} = ${this.#overflow(block, index)};`);
      default:
        if (overflowBuiltin(op.name) === null) this.#plainOp(op);
    }
  }

  #plainOp(op: LLOp): void {
    const { effect, result } = opRow(op.name);
    const isRead = this.#isRead(op.result);
    if (!isRead && (effect === "none" || effect === "read")) return;
    const text = expression(op, this.#ops);
    if (text === "") return;
    const assigned = isRead && op.result.type.kind !== "void" && result !== "void";
    this.#line(assigned ? `${this.#local(op.result)} = ${text};` : `${text};`);
  }

  /** An `…_ovf` op is written together with the `overflowed` right behind it. */
  #overflow({ ops }: LLBlock, index: number): string {
    const arithmetic = ops[index - 1]!;
    const [a, b] = arithmetic.args;
    const into = this.#local(arithmetic.result);
    return `${overflowBuiltin(arithmetic.name)}(${this.#atom(a!)}, ${this.#atom(b!)}, &${into})`;
  }

  /** Slots that are stored to right away need no null. */
  #enterFrame({ ops }: LLBlock, index: number): void {
    const size = ops[index]!.aux.slot!;
    const stored = new Set<number>();
    const fills = (op: LLOp | undefined) => op?.name === "ss_store" || op?.name === "ss_mark";
    for (let next = index + 1; fills(ops[next]); next++) {
      stored.add(ops[next]!.aux.slot!);
    }
    this.#usesFrame = true;
    this.#line("ss = wr_ss;");
    for (let slot = 0; slot < size; slot++) {
      if (!stored.has(slot)) this.#line(`ss[${slot}] = NULL;`);
    }
    this.#line(`wr_ss = ss + ${size};`);
  }

  // ---- allocation -----------------------------------------------------------------------------------------------

  #newStruct(block: LLBlock, index: number, exceptional: LLLink | null, depth: number): void {
    const op = block.ops[index]!;
    const type = op.aux.struct!;
    const object = this.#local(op.result);
    const struct = `struct ${this.#file.names.struct(type)}`;
    const request = `(sizeof(${struct}), ${type.classId})`;
    // Objects with finalizers are registered, so they always take the slow path.
    const [fast, slow] =
      type.finalizer === null
        ? [`wr_bump(sizeof(${struct}))`, `wr_gc_malloc_slow${request}`]
        : ["NULL", `wr_gc_malloc_finalizer${request}`];
    this.#line(`${object} = ${fast};`);
    this.#ifNull(block, index, `${object} = ${slow};`, exceptional, depth);
    this.#line(`${object}->type = ${type.classId};`);
    this.#line(`${object}->bits = 0;`);
    this.#zeroFields(type, object, setNext(block, index, this.#waysIn).fields);
  }

  #zeroFields(type: StructType | ArrayType, object: string, except: ReadonlySet<number>): void {
    const struct = `struct ${this.#file.names.struct(type)}`;
    const fieldNames = this.#file.names.fieldsOf(type);
    for (const { index } of type.fields) {
      if (!except.has(index)) this.#line(`((${struct} *)${object})->${fieldNames[index]!} = 0;`);
    }
  }

  #newArray(block: LLBlock, index: number, exceptional: LLLink | null, depth: number): void {
    const op = block.ops[index]!;
    const type = op.aux.array!;
    const object = this.#local(op.result);
    const struct = `struct ${this.#file.names.struct(type)}`;
    const length = this.#atom(op.args[0]!);
    const layout = `offsetof(${struct}, items_), ${storageSize(type.item)}, offsetof(${struct}, length_)`;
    const { fields, items } = setNext(block, index, this.#waysIn);
    const bump = items ? "wr_bump_array_unset" : "wr_bump_array";
    this.#line(`${object} = ${bump}(${type.classId}, ${layout}, ${length});`);
    const slow = `${object} = wr_gc_new_array(${type.classId}, ${length});`;
    this.#ifNull(block, index, slow, exceptional, depth);
    if (items) this.#zeroFields(type, object, fields);
  }

  #ifNull(
    block: LLBlock,
    index: number,
    slow: string,
    exceptional: LLLink | null,
    depth: number,
  ): void {
    const object = this.#local(block.ops[index]!.result);
    this.#line(`if (WR_UNLIKELY(${object} == NULL)) {`);
    this.#inside(() => {
      this.#slowPath(block, index, slow);
      if (exceptional === null) return;
      this.#line(`if (${object} == NULL) {`);
      this.#inside(() => this.#follow(exceptional, depth + 2));
      this.#line("}");
    });
    this.#line("}");
  }

  /** The call that may collect, with everything that lives across it in a frame of its own. */
  #slowPath(block: LLBlock, index: number, call: string): void {
    const live = liveAcross(block, index, this.#lives).map((variable) => this.#local(variable));
    if (live.length === 0) return this.#line(call);
    this.#line("wr_ref *saved = wr_ss;");
    live.forEach((name, slot) => this.#line(`saved[${slot}] = ${name};`));
    this.#line(`wr_ss = saved + ${live.length};`);
    this.#line(call);
    this.#line("wr_ss = saved;");
    live.forEach((name, slot) => this.#line(`${name} = saved[${slot}];`));
  }
}

function earliest(blocks: ReadonlySet<LLBlock>, order: SideTable<LLBlock, number>): LLBlock | null {
  let best: LLBlock | null = null;
  for (const block of blocks) {
    if (best === null || order.get(block)! < order.get(best)!) best = block;
  }
  return best;
}

/** Cases that go to the same place with the same arguments, together. */
function mergedCases({ cases }: SwitchExit): { values: string[]; link: LLLink }[] {
  const merged: { values: string[]; link: LLLink }[] = [];
  for (const { value, link } of cases) {
    const text = value.kind === "bool" ? String(Number(value.value)) : intText(intOf(value));
    const same = merged.find(
      (one) =>
        one.link.target === link.target && one.link.args.every((arg, i) => arg === link.args[i]),
    );
    if (same !== undefined) same.values.push(text);
    else merged.push({ values: [text], link });
  }
  return merged;
}

function intOf(value: { readonly kind: string; readonly value?: unknown }): bigint {
  if (value.kind !== "int") throw new Error(`a case of a switch is a ${value.kind}`);
  return value.value as bigint;
}

function labelOf(block: LLBlock): string {
  return `L${block.id}`;
}

/** Whether the first parenthesis closes at the end. */
function isParenthesized(text: string): boolean {
  if (!text.startsWith("(")) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")" && --depth === 0) return i === text.length - 1;
  }
  return false;
}

function mentionedLabels(texts: readonly string[]): Set<string> {
  return new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/goto (\w+);|&&(\w+)/g)].map((one) => one[1] ?? one[2]!),
    ),
  );
}

/** Drops a goto whose label comes next, closing braces aside. */
function withoutIdleGotos(lines: readonly Line[]): Line[] {
  return lines.filter(({ text }, index) => {
    const target = /^goto (\w+);$/.exec(text)?.[1];
    if (target === undefined) return true;
    let next = index + 1;
    while (lines[next] !== undefined && lines[next]!.text === "}") next++;
    return lines[next]?.label !== target;
  });
}
