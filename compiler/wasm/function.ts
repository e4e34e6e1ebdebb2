/**
 * One function as WebAssembly.
 *
 * Webs (`passes/webs.ts`) become locals, as in the C back end; blocks and jumps come from
 * `ll/structure.ts`. A result that is read once, by the next instruction, never sees its local.
 *
 * The machine stack cannot be looked at, so functions that recurse count: a global holds how many
 * bytes of it may still be used, a function takes its share on the way in and gives it back on each
 * way out (exceptions leave by `return` too).
 */
import { exitLinks } from "../../dsl/flow/graph.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { countWaysIn, setNext } from "../ll/new-objects.ts";
import { framesAt, framesCaught, type Frame } from "../ll/sites.ts";
import { structure, type Jump, type Shape } from "../ll/structure.ts";
import type {
  LLBlock,
  LLConst,
  LLExit,
  LLFunction,
  LLGraph,
  LLLink,
  LLOp,
  LLValue,
  LLVariable,
} from "../ll/program.ts";
import { storageSize } from "../ll/types.ts";
import type { ArrayType, FnType, StructType } from "../ll/types.ts";
import { opRow } from "../ops/table.ts";
import { eachRead } from "../ll/contain.ts";
import { SideTable } from "../../dsl/flow/side-table.ts";
import { liveAcross } from "../passes/roots.ts";
import { buildWebs, lifetimes, type Lifetimes, type Web, type Webs } from "../passes/webs.ts";
import {
  Bytes,
  I32,
  I64,
  type BranchHint,
  type FunctionBody,
  type Signature,
  type ValueType,
} from "./binary.ts";
import { layoutIn, wasmType } from "./layout.ts";
import type { MemoryImage } from "./memory.ts";
import { WORD } from "./memory.ts";
import { OP, type Opcode } from "./opcodes.ts";
import type { Place } from "./source-map.ts";
import { classTest, ROWS, type ClassTest, type Hint, type OpWriter, type Row } from "./ops.ts";

/** What functions of a module share. */
export interface ModuleContext {
  readonly memory: MemoryImage;
  typeIndex(signature: Signature): number;
  functionIndex(fn: LLFunction): number;
  runtimeIndex(name: string, signature: Signature): number;
  tableIndex(fn: LLFunction): number;
  immediatesOf(value: LLValue): readonly StructType[];
  taggedClasses(): number;
  /** The global that counts the machine stack. */
  readonly stackGlobal: number;
}

/** Requests above this go to the collector, as natively (runtime/native/gc.h). */
const INLINE_ALLOCATION_LIMIT = 4096;
/** What an engine's frame takes beside locals, and per local: an estimate on the safe side. */
const FRAME_BYTES = 96;
/** WR_FRAME_NEW in wright.h. */
const FRAME_NEW = 4n;
const LOCAL_BYTES = 8;

export function signatureOf({ params, result }: Pick<LLFunction, "params" | "result">): Signature {
  const of = (types: LLFunction["params"]): ValueType[] =>
    types.flatMap((type) => wasmType(type) ?? []);
  return { params: of(params), results: of([result]) };
}

export function emitFunction(fn: LLFunction, module: ModuleContext): FunctionBody {
  return new FunctionWriter(fn, fn.graph!, module).write();
}

interface Sum {
  readonly base: LLValue;
  readonly plus: number;
}

/** Numbers that are added to an index at its access, and the ops that do. */
const LARGEST_PLUS = 255n;
const IS_ACCESS: ReadonlySet<string> = new Set(["getitem", "setitem"]);

type Scope =
  { readonly kind: "label" | "loop"; readonly block: LLBlock } | { readonly kind: "plain" };
type SwitchExit = Extract<LLExit, { kind: "switch" }>;

class FunctionWriter implements OpWriter {
  readonly #fn: LLFunction;
  readonly #graph: LLGraph;
  readonly #module: ModuleContext;
  readonly #code = new Bytes();
  readonly #places: Place[] = [];
  readonly #hints: BranchHint[] = [];
  readonly #lives: Lifetimes;
  readonly #webs: Webs;
  readonly #reads: SideTable<LLVariable, number>;
  /** Indices whose access adds the small number itself. */
  readonly #sums = new Map<LLVariable, Sum>();
  /** How many links lead to a block. */
  readonly #waysIn: SideTable<LLBlock, number>;
  readonly #localOf = new Map<Web, number>();
  readonly #locals: ValueType[] = [];
  readonly #parameterCount: number;
  readonly #scopes: Scope[] = [];
  /** Bytes of the machine stack that the function counts for; 0 if it does not recurse. */
  #weight = 0;
  /** A result on top of the stack that is not in its local yet. */
  #onTop: LLVariable | null = null;

  constructor(fn: LLFunction, graph: LLGraph, module: ModuleContext) {
    this.#fn = fn;
    this.#graph = graph;
    this.#module = module;
    this.#lives = lifetimes(graph);
    this.#reads = countReads(graph);
    this.#waysIn = countWaysIn(graph);
    for (const block of graph.blocks) this.#findSums(block);
    this.#webs = buildWebs(
      graph,
      (variable) => variable.type.kind !== "void",
      (a, b) => a.type.kind === b.type.kind && (this.#reads.has(a) || this.#reads.has(b)),
    );
    let count = 0;
    for (const param of graph.entry.params) {
      if (param.type.kind === "void") continue;
      this.#localOf.set(this.#webs.get(param)!, count++);
    }
    this.#parameterCount = count;
    const checks = graph.blocks.some(({ ops }) => ops.some(({ name }) => name === "stack_check"));
    if (checks) this.#weight = FRAME_BYTES + LOCAL_BYTES * this.#webs.count;
  }

  /**
   * `items[i + 1]`: the access adds the 1. Only where nothing else reads the sum, and while `i` is
   * alive: its local may become another variable's after that.
   */
  #findSums({ ops }: LLBlock): void {
    ops.forEach((sum, at) => {
      if (sum.name !== "int_add") return;
      const [base, plus] = sum.args as [LLValue, LLValue];
      if (base.kind !== "var" || plus.kind !== "const") return;
      const number = plus.value.kind === "int" ? plus.value.value : -1n;
      if (number < 0n || number > LARGEST_PLUS) return;
      const until = this.#lives.get(base)!.to;
      const accesses = ops.filter(
        ({ name, args }, i) =>
          i > at && i <= until && IS_ACCESS.has(name) && args[1] === sum.result,
      );
      const reads = this.#reads.get(sum.result) ?? 0;
      if (accesses.length === 0 || accesses.length !== reads) return;
      this.#sums.set(sum.result, { base, plus: Number(number) });
      this.#reads.delete(sum.result);
      this.#reads.set(base, this.#reads.get(base)! + reads - 1);
    });
  }

  write(): FunctionBody {
    const shapes = structure(this.#graph);
    if (shapes === null) this.#dispatch();
    else this.#shapes(shapes);
    this.op("unreachable");
    this.op("end");
    return {
      name: this.#fn.name,
      type: this.#module.typeIndex(signatureOf(this.#fn)),
      locals: this.#locals,
      code: this.#code,
      places: this.#places,
      hints: this.#hints,
    };
  }

  // ---- instructions ------------------------------------------------------------------------------------

  op(name: Opcode, ...immediates: number[]): void {
    this.#settle();
    this.#code.bytes(OP[name]);
    for (const one of immediates) this.#code.u32(one);
  }

  constI32(value: number): void {
    this.#settle();
    this.#code.bytes(OP.i32_const).s32(value);
  }

  constI64(value: bigint | number): void {
    this.#settle();
    this.#code.bytes(OP.i64_const).s64(BigInt(value));
  }

  constF64(value: number): void {
    this.#settle();
    this.#code.bytes(OP.f64_const).f64(value);
  }

  memory(name: Opcode, alignment: number, offset: number): void {
    this.op(name, Math.log2(alignment), offset);
  }

  callRuntime(name: string, signature: Signature): void {
    this.op("call", this.#module.runtimeIndex(name, signature));
  }

  callFunction(op: LLOp): void {
    const callee = op.aux.callee!;
    if (callee.graph === null) this.callRuntime(callee.externName!, signatureOf(callee));
    else this.op("call", this.#module.functionIndex(callee));
  }

  callIndirect(signature: FnType): void {
    this.op("call_indirect", this.#module.typeIndex(signatureOf(signature)), 0);
  }

  immediatesOf(value: LLValue): readonly StructType[] {
    return this.#module.immediatesOf(value);
  }

  taggedClasses(): number {
    return this.#module.taggedClasses();
  }

  tableAddress(op: LLOp): number {
    return this.#module.memory.table(op.aux.table!);
  }

  sumOf(index: LLValue): Sum {
    return this.#sums.get(index as LLVariable) ?? { base: index, plus: 0 };
  }

  ifElse(type: "i32" | "i64", then: () => void, otherwise: () => void, hint?: Hint): void {
    this.#hint(hint);
    this.#code.byte(OP.if[0]).byte(type === "i32" ? I32 : I64);
    this.#scopes.push({ kind: "plain" });
    then();
    this.op("else");
    otherwise();
    this.op("end");
    this.#scopes.pop();
  }

  /** The test that comes next (`if`, `br_if`) nearly always ends like this. */
  #hint(hint: Hint | undefined): void {
    this.#settle();
    if (hint !== undefined)
      this.#hints.push({ offset: this.#code.length, isLikely: hint === "likely" });
  }

  ifThen(then: () => void, hint?: Hint): void {
    this.#hint(hint);
    this.op("if");
    this.#scopes.push({ kind: "plain" });
    then();
    this.op("end");
    this.#scopes.pop();
  }

  // ---- values ---------------------------------------------------------------------------------------------

  push(value: LLValue): void {
    if (value.kind === "const") return this.#constant(value);
    if (value.type.kind === "void") return;
    if (this.#onTop === value && this.#reads.get(value) === 1) {
      // Its only reader takes it from the stack.
      this.#onTop = null;
      return;
    }
    if (this.#onTop !== null && this.#local(this.#onTop) === this.#local(value)) {
      this.#code.bytes(OP.local_tee).u32(this.#local(value));
      this.#onTop = null;
      return;
    }
    this.op("local_get", this.#local(value));
  }

  #constant({ value, type }: LLConst): void {
    switch (type.kind) {
      case "void":
        return;
      case "bool":
        return this.constI32(value.kind === "bool" && value.value ? 1 : 0);
      case "float":
        return this.constF64(value.kind === "float" ? value.value : 0);
      default:
        return this.constI64(this.#module.memory.word(value));
    }
  }

  /** Puts a result that waits on the stack into its local. */
  #settle(): void {
    const waiting = this.#onTop;
    if (waiting === null) return;
    this.#onTop = null;
    this.#code.bytes(OP.local_set).u32(this.#local(waiting));
  }

  #local(variable: LLVariable): number {
    const web = this.#webs.get(variable)!;
    let local = this.#localOf.get(web);
    if (local === undefined) {
      local = this.#newLocal(wasmType(variable.type)!);
      this.#localOf.set(web, local);
    }
    return local;
  }

  #newLocal(type: ValueType): number {
    this.#locals.push(type);
    return this.#parameterCount + this.#locals.length - 1;
  }

  readonly #scratch = new Map<string, number>();

  #temporary(type: ValueType, purpose: string): number {
    let local = this.#scratch.get(purpose);
    if (local === undefined) {
      local = this.#newLocal(type);
      this.#scratch.set(purpose, local);
    }
    return local;
  }

  /** What is on the stack becomes the result of the op. */
  #result(variable: LLVariable): void {
    this.#settle();
    if (this.#reads.has(variable)) this.#onTop = variable;
    else this.op("drop");
  }

  // ---- control flow ------------------------------------------------------------------------------------------

  #shapes(shapes: readonly Shape[]): void {
    for (const shape of shapes) this.#shape(shape);
  }

  #shape(shape: Shape): void {
    switch (shape.kind) {
      case "block":
        this.#block(shape.block, shape.jumps);
        return;
      case "loop":
        return this.#scoped("loop", { kind: "loop", block: shape.header }, shape.body);
      case "label":
        return this.#scoped("block", { kind: "label", block: shape.target }, shape.body);
    }
  }

  #scoped(name: "loop" | "block", scope: Scope, body: readonly Shape[]): void {
    this.op(name);
    this.#scopes.push(scope);
    this.#shapes(body);
    this.#scopes.pop();
    // Behind a loop nothing is reached; behind a label is its target.
    this.op("end");
  }

  /**
   * For a graph that has a loop with two entries (a generator that goes on in the middle of one): a
   * loop around a table of all blocks, by the number of the one that comes next.
   */
  #dispatch(): void {
    const { blocks, entry } = this.#graph;
    const next = this.#temporary(I32, "next");
    this.#dispatching = { next, numbers: new Map(blocks.map((block, i) => [block, i])) };
    this.constI32(blocks.indexOf(entry));
    this.op("local_set", next);
    this.op("loop");
    this.#scopes.push({ kind: "loop", block: entry });
    for (const _ of blocks) {
      this.op("block");
      this.#scopes.push({ kind: "plain" });
    }
    this.op("local_get", next);
    this.op("br_table", blocks.length, ...blocks.map((_, i) => i), 0);
    for (const block of blocks) {
      this.op("end");
      this.#scopes.pop();
      this.#block(
        block,
        exitLinks(block.exit).map(() => ({ kind: "continue" })),
      );
    }
    this.#scopes.pop();
    this.op("end");
  }

  #dispatching: { readonly next: number; readonly numbers: Map<LLBlock, number> } | null = null;

  #depth(jump: Jump, target: LLBlock): number {
    const kind = jump.kind === "continue" ? "loop" : "label";
    const index = this.#scopes.findLastIndex(
      (scope) => scope.kind === kind && scope.block === target,
    );
    if (index < 0) throw new InternalError(`${this.#fn.name}: no ${kind} to jump to`);
    return this.#scopes.length - 1 - index;
  }

  /** Passes a link's arguments and goes where it leads. */
  #jump(link: LLLink, jump: Jump): void {
    this.#pass(link);
    if (this.#dispatching !== null) {
      this.constI32(this.#dispatching.numbers.get(link.target)!);
      this.op("local_set", this.#dispatching.next);
      return this.op("br", this.#depth(jump, this.#graph.entry));
    }
    if (jump.kind === "inline") this.#shapes(jump.body);
    else if (jump.kind !== "next") this.op("br", this.#depth(jump, link.target));
  }

  #isPlainJump(link: LLLink, jump: Jump): boolean {
    if (this.#dispatching !== null) return false;
    return (jump.kind === "continue" || jump.kind === "break") && this.#moves(link).length === 0;
  }

  #moves({ target, args }: LLLink): { readonly param: LLVariable; readonly arg: LLValue }[] {
    return target.params
      .map((param, i) => ({ param, arg: args[i]! }))
      .filter(
        ({ param, arg }) =>
          this.#reads.has(param) &&
          param.type.kind !== "void" &&
          !(arg.kind === "var" && this.#local(arg) === this.#local(param)),
      );
  }

  /** All arguments are read before any parameter is written. */
  #pass(link: LLLink): void {
    const moves = this.#moves(link);
    for (const { arg } of moves) this.push(arg);
    this.#settle();
    for (const { param } of moves.reverse()) this.op("local_set", this.#local(param));
  }

  #block(block: LLBlock, jumps: readonly Jump[]): void {
    const { ops, exit } = block;
    const links = exitLinks(exit);
    const fused = this.#slowPathCondition(block);
    const last = ops.at(-1);
    const isTailCall = last?.aux.tail === true;
    const test = this.#fusedClassTest(block);
    const count = fused || isTailCall || test !== null ? ops.length - 1 : ops.length;
    for (let index = 0; index < count; index++) this.#op(block, index);
    if (isTailCall) return this.#tailCall(last);
    switch (exit.kind) {
      case "goto":
        return this.#jump(links[0]!, jumps[0]!);
      case "branch":
        if (test !== null) return this.#branchOnClass(test, links, jumps);
        if (fused) this.#failed(block.ops[count - 1]!);
        else this.push(exit.condition);
        return this.#branch(links, jumps, fused ? "unlikely" : hintOf(block, exit.condition));
      case "switch":
        return this.#switch(block, exit, links, jumps);
      case "return":
        this.#giveBack();
        this.push(exit.value);
        return this.op("return");
      case "unreachable":
        return this.op("unreachable");
      case "try":
      case "raise":
        throw new InternalError(`${this.#fn.name}: exceptions are not explicit yet`);
    }
  }

  /** The block's exit, which returns the result, is part of the instruction. */
  #tailCall(op: LLOp): void {
    this.#giveBack();
    for (const arg of op.args) this.push(arg);
    this.op("return_call", this.#module.functionIndex(op.aux.callee!));
  }

  #branch(links: readonly LLLink[], jumps: readonly Jump[], hint: Hint | undefined): void {
    const [then, otherwise] = links as [LLLink, LLLink];
    const [jumpThen, jumpOtherwise] = jumps as [Jump, Jump];
    if (this.#isPlainJump(then, jumpThen)) {
      this.#hint(hint);
      this.op("br_if", this.#depth(jumpThen, then.target));
      return this.#jump(otherwise, jumpOtherwise);
    }
    if (jumpThen.kind === "next" || this.#isPlainJump(otherwise, jumpOtherwise)) {
      this.op("i32_eqz");
      if (this.#isPlainJump(otherwise, jumpOtherwise)) {
        this.#hint(opposite(hint));
        this.op("br_if", this.#depth(jumpOtherwise, otherwise.target));
      } else {
        this.ifThen(() => this.#jump(otherwise, jumpOtherwise), opposite(hint));
      }
      return this.#jump(then, jumpThen);
    }
    this.ifThen(() => this.#jump(then, jumpThen), hint);
    this.#jump(otherwise, jumpOtherwise);
  }

  /** The test of a class that the block ends with, if tagged words need one of their own and are all alike. */
  #fusedClassTest({ ops, exit }: LLBlock): ClassTest | null {
    const op = ops.at(-1);
    if (op?.name !== "class_in_range" || exit.kind !== "branch" || exit.condition !== op.result)
      return null;
    if (this.#reads.get(op.result) !== 1) return null;
    const test = classTest(op, this);
    return test.tagged === "yes" || test.tagged === "no" ? test : null;
  }

  /** Two jumps to the one target, with no value in between that says which. */
  #branchOnClass(test: ClassTest, links: readonly LLLink[], jumps: readonly Jump[]): void {
    const yes = test.tagged === "yes";
    // `early` is where tagged words go.
    const [early, late] = yes ? [0, 1] : [1, 0];
    const plain = this.#isPlainJump(links[early]!, jumps[early]!);
    this.#settle();
    if (plain) {
      const depth = this.#depth(jumps[early]!, links[early]!.target);
      test.pushIsTagged();
      this.op("br_if", depth);
      test.pushInHeader();
      if (!yes) this.op("i32_eqz");
      this.op("br_if", depth);
      return this.#jump(links[late]!, jumps[late]!);
    }
    const isLateNext = jumps[late]!.kind === "next";
    for (let label = isLateNext ? 2 : 1; label > 0; label--) {
      this.op("block");
      this.#scopes.push({ kind: "plain" });
    }
    test.pushIsTagged();
    this.op("br_if", 0);
    test.pushInHeader();
    if (yes === isLateNext) this.op("i32_eqz");
    this.op("br_if", isLateNext ? 1 : 0);
    if (!isLateNext) this.#jump(links[late]!, jumps[late]!);
    this.op("end");
    this.#scopes.pop();
    this.#jump(links[early]!, jumps[early]!);
    if (!isLateNext) return;
    this.op("end");
    this.#scopes.pop();
    this.#jump(links[late]!, jumps[late]!);
  }

  // ---- switches ---------------------------------------------------------------------------------------------------

  #switch(
    block: LLBlock,
    exit: SwitchExit,
    links: readonly LLLink[],
    jumps: readonly Jump[],
  ): void {
    const values = exit.cases.map(({ value }) => this.#module.memory.word(value));
    const [least, most] = [values.reduce(min), values.reduce(max)];
    const span = most - least;
    const isDense = span < BigInt(8 * values.length + 8);
    const subject = this.#wordSubject(exit.subject);
    if (isDense && values.length > 3)
      this.#table(exit, links, jumps, subject, values, least, span, isNarrow(block, exit.subject));
    else this.#tests(exit, links, jumps, subject, values);
  }

  /** The subject as a word in a local. */
  #wordSubject(subject: LLValue): number {
    const local = this.#temporary(I64, "subject");
    this.push(subject);
    if (subject.type.kind === "bool") this.op("i64_extend_i32_u");
    this.op("local_set", local);
    return local;
  }

  #tests(
    exit: SwitchExit,
    links: readonly LLLink[],
    jumps: readonly Jump[],
    subject: number,
    values: readonly bigint[],
  ): void {
    // The case whose code comes next, if it is no default, is tested for last.
    const order = values.map((_, i) => i).sort((a, b) => isNext(jumps[a]!) - isNext(jumps[b]!));
    const fallback = exit.otherwise === null ? order.pop()! : links.length - 1;
    if (jumps[fallback]!.kind !== "next" && order.length > 0 && isNext(jumps[order.at(-1)!]!)) {
      const last = order.pop()!;
      for (const i of order) this.#test(subject, values[i]!, links[i]!, jumps[i]!);
      this.op("local_get", subject);
      this.constI64(values[last]!);
      this.op("i64_ne");
      this.ifThen(() => this.#jump(links[fallback]!, jumps[fallback]!));
      return this.#jump(links[last]!, jumps[last]!);
    }
    for (const i of order) this.#test(subject, values[i]!, links[i]!, jumps[i]!);
    this.#jump(links[fallback]!, jumps[fallback]!);
  }

  #test(subject: number, value: bigint, link: LLLink, jump: Jump): void {
    this.op("local_get", subject);
    this.constI64(value);
    this.op("i64_eq");
    if (this.#isPlainJump(link, jump)) this.op("br_if", this.#depth(jump, link.target));
    else this.ifThen(() => this.#jump(link, jump));
  }

  /**
   * `br_table`: one label around the other per link that needs code, the code of a link behind its
   * label's end. The link that goes on to what follows comes last, outside of all.
   */
  #table(
    exit: SwitchExit,
    links: readonly LLLink[],
    jumps: readonly Jump[],
    subject: number,
    values: readonly bigint[],
    least: bigint,
    span: bigint,
    narrow: boolean,
  ): void {
    const withCode = links.map((_, i) => i).filter((i) => !this.#isPlainJump(links[i]!, jumps[i]!));
    withCode.sort((a, b) => isNext(jumps[a]!) - isNext(jumps[b]!));
    // Labels are opened outermost first; the innermost is the first to end.
    const opened = [...withCode].reverse();
    for (const _ of opened) {
      this.op("block");
      this.#scopes.push({ kind: "plain" });
    }
    const depthOf = (i: number): number => {
      const position = withCode.indexOf(i);
      return position >= 0 ? position : this.#depth(jumps[i]!, links[i]!.target);
    };
    const fallback = exit.otherwise === null ? 0 : links.length - 1;
    // `br_table` has a range of its own, of 32 bits.
    if (exit.otherwise !== null && !narrow) {
      this.op("local_get", subject);
      this.constI64(least);
      this.op("i64_sub");
      this.constI64(span);
      this.op("i64_gt_u");
      this.op("br_if", depthOf(fallback));
    }
    this.op("local_get", subject);
    this.op("i32_wrap_i64");
    if (least !== 0n) {
      this.constI32(Number(BigInt.asIntN(32, least)));
      this.op("i32_sub");
    }
    const byValue = new Map(values.map((value, i) => [value, i]));
    const rows: number[] = [];
    for (let value = least; value <= most(least, span); value++)
      rows.push(depthOf(byValue.get(value) ?? fallback));
    this.op("br_table", rows.length, ...rows, depthOf(fallback));
    for (const i of withCode) {
      this.op("end");
      this.#scopes.pop();
      this.#jump(links[i]!, jumps[i]!);
    }
    if (!withCode.some((i) => jumps[i]!.kind === "next")) this.op("unreachable");
  }

  // ---- ops -------------------------------------------------------------------------------------------------------

  #op(block: LLBlock, index: number): void {
    const op = block.ops[index]!;
    const at = op.aux.site ?? op.span;
    if (at !== null && at !== this.#places.at(-1)?.span)
      this.#places.push({ offset: this.#code.length, span: at });
    switch (op.name) {
      case "new":
        return this.#newStruct(block, index);
      case "new_array":
        return this.#newArray(block, index);
      case "stack_check":
        return this.#stackCheck();
      case "traceback_add":
        return this.#traceback(framesAt(this.#fn, op.aux.site!));
      case "traceback_note":
        this.push(op.args[0]!);
        this.callRuntime("wr_exc_set", { params: [I64], results: [] });
        this.#traceback(op.aux.site === undefined ? [] : framesCaught(this.#fn, op.aux.site));
        this.callRuntime("exc_take", { params: [], results: [I64] });
        return this.op("drop");
      case "ss_enter":
        return this.#enterFrame(block, index);
      case "ss_mark":
        this.op("local_get", this.#frame());
        this.constI64(FRAME_NEW);
        return this.memory("i64_store", 8, op.aux.slot! * 8);
      case "ss_leave":
        return this.#setShadow(() => this.op("local_get", this.#frame()));
      case "ss_store":
        this.op("local_get", this.#frame());
        this.push(op.args[0]!);
        return this.memory("i64_store", 8, op.aux.slot! * 8);
      case "ss_load":
        this.op("local_get", this.#frame());
        this.memory("i64_load", 8, op.aux.slot! * 8);
        return this.#result(op.result);
      case "int_add_ovf":
      case "int_sub_ovf":
      case "int_mul_ovf":
        // Written together with `overflowed`, which comes next.
        return;
      case "overflowed":
        return this.#overflowed(block.ops[index - 1]!, op);
      default:
        return this.#plainOp(op);
    }
  }

  #plainOp(op: LLOp): void {
    const { effect } = opRow(op.name);
    const isVoid = op.result.type.kind === "void";
    if (!isVoid && !this.#reads.has(op.result) && (effect === "none" || effect === "read")) return;
    if (READ_TWICE.has(op.name)) this.#settle();
    (ROWS as Partial<Record<string, Row>>)[op.name]!(op, this);
    if (!isVoid) this.#result(op.result);
  }

  /** The result goes into its local last: it may be the local of an argument. */
  #overflowed(arithmetic: LLOp, op: LLOp): void {
    const [a, b] = arithmetic.args as [LLValue, LLValue];
    const wrapped = this.#temporary(I64, "wrapped");
    this.#settle();
    this.push(a);
    this.push(b);
    if (arithmetic.name === "int_mul_ovf") {
      this.op("i64_mul");
      this.op("local_set", wrapped);
      this.push(a);
      this.push(b);
      this.callRuntime("mul_overflows", { params: [I64, I64], results: [I32] });
    } else {
      const isAdd = arithmetic.name === "int_add_ovf";
      this.op(isAdd ? "i64_add" : "i64_sub");
      this.op("local_set", wrapped);
      // Signs: a sum differs from both of its terms, a difference from a where a and b differ.
      this.push(a);
      if (isAdd) this.op("local_get", wrapped);
      else this.push(b);
      this.op("i64_xor");
      if (isAdd) this.push(b);
      else this.push(a);
      this.op("local_get", wrapped);
      this.op("i64_xor");
      this.op("i64_and");
      this.constI64(0);
      this.op("i64_lt_s");
    }
    if (this.#reads.has(arithmetic.result)) {
      this.op("local_get", wrapped);
      this.op("local_set", this.#local(arithmetic.result));
    }
    this.#result(op.result);
  }

  #traceback(frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.constI64(this.#module.memory.site(frame));
      this.callRuntime("wr_traceback_add", { params: [I64], results: [] });
    }
  }

  // ---- the stacks -----------------------------------------------------------------------------------------------------

  /** False (0) in a local when a stack runs out, with StackOverflow pending. */
  #stackCheck(): void {
    this.op("global_get", this.#module.stackGlobal);
    this.constI32(this.#weight);
    this.op("i32_sub");
    this.op("global_set", this.#module.stackGlobal);
    this.op("global_get", this.#module.stackGlobal);
    this.constI32(0);
    this.op("i32_lt_s");
    this.constI32(0);
    this.memory("i64_load", 8, WORD.shadow);
    this.constI32(0);
    this.memory("i64_load", 8, WORD.shadowLimit);
    this.op("i64_gt_u");
    this.op("i32_or");
    this.ifThen(
      () => this.callRuntime("wr_stack_overflow", { params: [], results: [] }),
      "unlikely",
    );
  }

  /** On the way out. */
  #giveBack(): void {
    if (this.#weight === 0) return;
    this.op("global_get", this.#module.stackGlobal);
    this.constI32(this.#weight);
    this.op("i32_add");
    this.op("global_set", this.#module.stackGlobal);
  }

  /** The local with the address of the function's frame on the shadow stack. */
  #frame(): number {
    return this.#temporary(I32, "frame");
  }

  #setShadow(pushAddress: () => void): void {
    this.constI32(0);
    pushAddress();
    this.op("i64_extend_i32_u");
    this.memory("i64_store", 8, WORD.shadow);
  }

  #enterFrame({ ops }: LLBlock, index: number): void {
    const size = ops[index]!.aux.slot!;
    const stored = new Set<number>();
    const fills = (op: LLOp | undefined) => op?.name === "ss_store" || op?.name === "ss_mark";
    for (let next = index + 1; fills(ops[next]); next++) stored.add(ops[next]!.aux.slot!);
    const frame = this.#frame();
    this.constI32(0);
    this.memory("i32_load", 4, WORD.shadow);
    this.op("local_set", frame);
    for (let slot = 0; slot < size; slot++) {
      if (stored.has(slot)) continue;
      this.op("local_get", frame);
      this.constI64(0);
      this.memory("i64_store", 8, slot * 8);
    }
    this.#setShadow(() => {
      this.op("local_get", frame);
      this.constI32(size * 8);
      this.op("i32_add");
    });
  }

  // ---- allocation -----------------------------------------------------------------------------------------------------

  /** Whether the block ends by testing what its last op but one, which has a slow path, has left. */
  #slowPathCondition({ ops, exit }: LLBlock): boolean {
    const [op, test] = ops.slice(-2);
    const hasSlowPath = op?.name === "new" || op?.name === "new_array";
    return (
      hasSlowPath &&
      test?.name === "exc_pending" &&
      exit.kind === "branch" &&
      exit.condition === test.result &&
      this.#reads.get(test.result) === 1
    );
  }

  /** Pushes whether an allocation has failed. */
  #failed(op: LLOp): void {
    this.op("local_get", this.#local(op.result));
    this.op("i64_eqz");
  }

  #newStruct(block: LLBlock, index: number): void {
    const op = block.ops[index]!;
    const type = op.aux.struct!;
    const size = layoutIn(type).end;
    const object = this.#local(op.result);
    const slow = (): void => {
      this.#slowPath(block, index, () => {
        this.constI64(size);
        this.constI64(type.classId);
        this.callRuntime("wr_gc_new_object", { params: [I64, I64], results: [I64] });
      });
    };
    if (type.finalizer !== null || size > INLINE_ALLOCATION_LIMIT) return slow();
    const start = this.#temporary(I32, "start");
    const end = this.#temporary(I32, "end");
    this.constI32(0);
    this.memory("i32_load", 4, WORD.nurseryFree);
    this.op("local_tee", start);
    this.constI32(size);
    this.op("i32_add");
    this.op("local_tee", end);
    this.constI32(0);
    this.memory("i32_load", 4, WORD.nurseryTop);
    this.op("i32_le_u");
    this.#hint("likely");
    this.op("if");
    this.#scopes.push({ kind: "plain" });
    this.#claim(type, start, end, setNext(block, index, this.#waysIn).fields);
    this.op("local_get", start);
    this.op("i64_extend_i32_u");
    this.op("local_set", object);
    this.op("else");
    slow();
    this.op("end");
    this.#scopes.pop();
  }

  /** The nursery's room from `start` to `end` becomes an object: its header, and zeros in its fields. */
  #claim(type: StructType | ArrayType, start: number, end: number, set: ReadonlySet<number>): void {
    this.constI32(0);
    this.op("local_get", end);
    this.memory("i32_store", 4, WORD.nurseryFree);
    this.op("local_get", start);
    this.constI64(type.classId);
    this.memory("i64_store", 8, 0);
    this.#zeroFields(type, start, set);
  }

  /** Zeros in all words of the object that have a field which the program does not set next. */
  #zeroFields(type: StructType | ArrayType, start: number, set: ReadonlySet<number>): void {
    const { fields } = layoutIn(type);
    const words = new Set<number>();
    for (const { index } of type.fields) if (!set.has(index)) words.add(fields[index]! & -8);
    for (const at of words) {
      this.op("local_get", start);
      this.constI64(0);
      this.memory("i64_store", 8, at);
    }
  }

  #newArray(block: LLBlock, index: number): void {
    const op = block.ops[index]!;
    const type = op.aux.array!;
    const layout = layoutIn(type);
    const object = this.#local(op.result);
    const length = this.#temporary(I64, "length");
    const start = this.#temporary(I32, "start");
    const end = this.#temporary(I32, "end");
    const shift = Math.log2(storageSize(type.item));
    const set = setNext(block, index, this.#waysIn);
    this.push(op.args[0]!);
    this.op("local_set", length);
    // 1. Too long for the nursery, or negative: `end` is 0. Otherwise it is where the array would end.
    this.constI32(0);
    this.memory("i32_load", 4, WORD.nurseryFree);
    this.op("local_set", start);
    this.op("local_get", length);
    this.constI64(INLINE_ALLOCATION_LIMIT >> shift);
    this.op("i64_le_u");
    this.ifElse(
      "i32",
      () => {
        this.op("local_get", start);
        this.op("local_get", length);
        this.op("i32_wrap_i64");
        if (shift > 0) {
          this.constI32(shift);
          this.op("i32_shl");
        }
        const odd = (layout.end | (1 << shift)) % 8 === 0 ? 0 : 7;
        this.constI32(layout.end + odd);
        this.op("i32_add");
        if (odd !== 0) {
          this.constI32(-8);
          this.op("i32_and");
        }
        this.op("i32_add");
        this.op("local_tee", end);
        this.constI32(0);
        this.memory("i32_load", 4, WORD.nurseryTop);
        this.op("i32_le_u");
      },
      () => this.constI32(0),
      "likely",
    );
    this.#hint("likely");
    this.op("if");
    this.#scopes.push({ kind: "plain" });
    // 2. There is room: header, fields, length and items.
    this.#claim(type, start, end, set.fields);
    this.op("local_get", start);
    this.op("local_get", length);
    this.memory("i64_store", 8, layout.length);
    this.op("local_get", start);
    this.op("i64_extend_i32_u");
    this.op("local_set", object);
    if (!set.items) this.#zero(start, end, layout.end);
    this.op("else");
    this.#slowPath(block, index, () => {
      this.constI64(type.classId);
      this.op("local_get", length);
      this.callRuntime("wr_gc_new_array", { params: [I64, I64], results: [I64] });
    });
    this.op("end");
    this.#scopes.pop();
  }

  /** Words from `offset` behind the address in one local up to that in another become zero. */
  #zero(start: number, end: number, offset: number): void {
    this.op("block");
    this.op("loop");
    this.op("local_get", start);
    this.constI32(offset);
    this.op("i32_add");
    this.op("local_get", end);
    this.op("i32_ge_u");
    this.op("br_if", 1);
    this.op("local_get", start);
    this.constI64(0);
    this.memory("i64_store", 8, offset);
    this.op("local_get", start);
    this.constI32(8);
    this.op("i32_add");
    this.op("local_set", start);
    this.op("br", 0);
    this.op("end");
    this.op("end");
  }

  /** The call that may collect, with everything that lives across it in a frame of its own. */
  #slowPath(block: LLBlock, index: number, call: () => void): void {
    const object = this.#local(block.ops[index]!.result);
    const live = liveAcross(block, index, this.#lives).map((variable) => this.#local(variable));
    if (live.length === 0) {
      call();
      return this.op("local_set", object);
    }
    const saved = this.#temporary(I32, "saved");
    this.constI32(0);
    this.memory("i32_load", 4, WORD.shadow);
    this.op("local_set", saved);
    live.forEach((local, slot) => {
      this.op("local_get", saved);
      this.op("local_get", local);
      this.memory("i64_store", 8, slot * 8);
    });
    this.#setShadow(() => {
      this.op("local_get", saved);
      this.constI32(live.length * 8);
      this.op("i32_add");
    });
    call();
    this.op("local_set", object);
    this.#setShadow(() => this.op("local_get", saved));
    live.forEach((local, slot) => {
      this.op("local_get", saved);
      this.memory("i64_load", 8, slot * 8);
      this.op("local_set", local);
    });
  }
}

/** Ops whose rows push an argument more than once: it must be in its local. */
const READ_TWICE: ReadonlySet<string> = new Set([
  "float_bits",
  "float_is_nan",
  "class_id",
  "class_in_range",
  "int_truncdiv",
  "gc_write_barrier",
  "gc_write_barrier_items",
]);

/** How tests end that programs say so of, or that ask for what is rare. */
const HINTS: Readonly<Record<string, Hint>> = {
  exc_pending: "unlikely",
  interrupt_pending: "unlikely",
  unlikely: "unlikely",
  likely: "likely",
  overflowed: "unlikely",
};

function hintOf({ ops }: LLBlock, condition: LLValue): Hint | undefined {
  const test = ops.findLast(({ result }) => result === condition);
  return test === undefined ? undefined : HINTS[test.name];
}

function opposite(hint: Hint | undefined): Hint | undefined {
  return hint === undefined ? undefined : hint === "likely" ? "unlikely" : "likely";
}

/** Whether the value has just been read from a storage of at most 32 bits. */
function isNarrow({ ops }: LLBlock, value: LLValue): boolean {
  const made = ops.find(({ result }) => result === value);
  if (made === undefined) return false;
  const { field, array, storage } = made.aux;
  const read =
    made.name === "getfield"
      ? field!.storage
      : made.name === "getitem"
        ? array!.item
        : made.name === "raw_load"
          ? storage!
          : null;
  return made.name === "class_id" || (read !== null && storageSize(read) <= 4);
}

function isNext(jump: Jump): number {
  return jump.kind === "next" ? 1 : 0;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function most(least: bigint, span: bigint): bigint {
  return least + span;
}

function countReads(graph: LLGraph): SideTable<LLVariable, number> {
  const reads = new SideTable<LLVariable, number>();
  const count = (value: LLValue) => {
    if (value.kind === "var") reads.set(value, (reads.get(value) ?? 0) + 1);
  };
  for (const block of graph.blocks) eachRead(block, count);
  return reads;
}
