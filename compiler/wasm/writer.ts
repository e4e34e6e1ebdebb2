/**
 * The code of one function while it is written: instructions, and the values that they work on.
 *
 * Webs (`passes/webs.ts`) become locals, as in the C back end; those that are never alive at once share
 * one, because V8's first compiler does work for each local wherever ways meet. A result that is read
 * once, by the next instruction, never sees its local: it waits on top of the stack (`result`), and
 * whatever is written next takes it from there (`push`) or puts it into its local first.
 *
 * What is made of ops and blocks is `function.ts`'s matter and that of what it calls.
 */
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { SideTable } from "../../dsl/flow/side-table.ts";
import { countReads } from "../ll/contain.ts";
import { countWaysIn } from "../ll/new-objects.ts";
import type {
  LLBlock,
  LLConst,
  LLFunction,
  LLGraph,
  LLOp,
  LLValue,
  LLVariable,
} from "../ll/program.ts";
import type { Jump } from "../ll/structure.ts";
import type { FnType, StructType } from "../ll/types.ts";
import {
  absorb,
  buildWebs,
  interfere,
  lifetimes,
  touch,
  type Interval,
  type Lifetimes,
  type Web,
  type Webs,
} from "../passes/webs.ts";
import { Bytes, I32, I64, type BranchHint, type Signature, type ValueType } from "./binary.ts";
import { wasmType } from "./layout.ts";
import type { MemoryImage } from "./memory.ts";
import { OP, type Opcode } from "./opcodes.ts";
import type { Hint, OpWriter } from "./ops.ts";
import type { Place } from "./source-map.ts";

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

export function signatureOf({ params, result }: Pick<LLFunction, "params" | "result">): Signature {
  const of = (types: LLFunction["params"]): ValueType[] =>
    types.flatMap((type) => wasmType(type) ?? []);
  return { params: of(params), results: of([result]) };
}

interface Sum {
  readonly base: LLValue;
  readonly plus: number;
}

/** A local, and where it holds something, by block. */
interface SharedLocal {
  readonly index: number;
  readonly type: ValueType;
  readonly occupied: Map<number, Interval[]>;
}

/** Numbers that are added to an index at its access, and the ops that do. */
const LARGEST_PLUS = 255n;
const IS_ACCESS: ReadonlySet<string> = new Set(["getitem", "setitem"]);

/** What jumps count: places to jump to, and structures that are none. `exit` is the way out that all share. */
export type Scope =
  | { readonly kind: "label" | "loop"; readonly block: LLBlock }
  | { readonly kind: "plain" | "exit" };

export class CodeWriter implements OpWriter {
  readonly fn: LLFunction;
  readonly graph: LLGraph;
  readonly module: ModuleContext;
  readonly code = new Bytes();
  readonly places: Place[] = [];
  readonly hints: BranchHint[] = [];
  /** The types of locals beside the parameters. */
  readonly locals: ValueType[] = [];
  readonly lives: Lifetimes;
  readonly reads: SideTable<LLVariable, number>;
  /** How many links lead to a block. */
  readonly waysIn: SideTable<LLBlock, number>;
  /** How many webs there are, which bounds the number of locals that hold them. */
  readonly webCount: number;
  readonly #webs: Webs;
  /** Indices whose access adds the small number itself. */
  readonly #sums = new Map<LLVariable, Sum>();
  readonly #localOf = new Map<Web, number>();
  readonly #shared: SharedLocal[] = [];
  readonly #scratch = new Map<string, number>();
  readonly #parameterCount: number;
  readonly #scopes: Scope[] = [];
  /** A result on top of the stack that is not in its local yet. */
  #onTop: LLVariable | null = null;

  constructor(fn: LLFunction, graph: LLGraph, module: ModuleContext) {
    this.fn = fn;
    this.graph = graph;
    this.module = module;
    this.lives = lifetimes(graph);
    this.reads = countReads(graph);
    this.waysIn = countWaysIn(graph);
    for (const block of graph.blocks) this.#findSums(block);
    this.#webs = buildWebs(
      graph,
      (variable) => variable.type.kind !== "void",
      (a, b) => a.type.kind === b.type.kind && (this.reads.has(a) || this.reads.has(b)),
    );
    this.webCount = this.#webs.count;
    let count = 0;
    for (const param of graph.entry.params) {
      if (param.type.kind === "void") continue;
      this.#share(this.#webs.get(param)!, { index: count++, type: wasmType(param.type)! });
    }
    this.#parameterCount = count;
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
      const until = this.lives.get(base)!.to;
      const accesses = ops.filter(
        ({ name, args }, i) =>
          i > at && i <= until && IS_ACCESS.has(name) && args[1] === sum.result,
      );
      const reads = this.reads.get(sum.result) ?? 0;
      if (accesses.length === 0 || accesses.length !== reads) return;
      this.#sums.set(sum.result, { base, plus: Number(number) });
      this.reads.delete(sum.result);
      this.reads.set(base, this.reads.get(base)! + reads - 1);
    });
  }

  // ---- instructions ------------------------------------------------------------------------------------

  op(name: Opcode, ...immediates: number[]): void {
    this.settle();
    this.code.bytes(OP[name]);
    for (const one of immediates) this.code.u32(one);
  }

  constI32(value: number): void {
    this.settle();
    this.code.bytes(OP.i32_const).s32(value);
  }

  constI64(value: bigint | number): void {
    this.settle();
    this.code.bytes(OP.i64_const).s64(BigInt(value));
  }

  constF64(value: number): void {
    this.settle();
    this.code.bytes(OP.f64_const).f64(value);
  }

  memory(name: Opcode, alignment: number, offset: number): void {
    this.op(name, Math.log2(alignment), offset);
  }

  /** A word of the runtime (`WORD`), of which the low half says everything: an address, a flag. */
  loadWord(at: number): void {
    this.constI32(0);
    this.memory("i32_load", 4, at);
  }

  storeWord(at: number, push: () => void): void {
    this.constI32(0);
    push();
    this.memory("i32_store", 4, at);
  }

  callRuntime(name: string, signature: Signature): void {
    this.op("call", this.module.runtimeIndex(name, signature));
  }

  callFunction(op: LLOp): void {
    const callee = op.aux.callee!;
    if (callee.graph === null) this.callRuntime(callee.externName!, signatureOf(callee));
    else this.op("call", this.module.functionIndex(callee));
  }

  callIndirect(signature: FnType): void {
    this.op("call_indirect", this.module.typeIndex(signatureOf(signature)), 0);
  }

  immediatesOf(value: LLValue): readonly StructType[] {
    return this.module.immediatesOf(value);
  }

  taggedClasses(): number {
    return this.module.taggedClasses();
  }

  tableAddress(op: LLOp): number {
    return this.module.memory.table(op.aux.table!);
  }

  sumOf(index: LLValue): Sum {
    return this.#sums.get(index as LLVariable) ?? { base: index, plus: 0 };
  }

  // ---- nesting -----------------------------------------------------------------------------------------

  ifElse(type: "i32" | "i64", then: () => void, otherwise: () => void, hint?: Hint): void {
    this.#hint(hint);
    this.code.byte(OP.if[0]).byte(type === "i32" ? I32 : I64);
    this.#scopes.push({ kind: "plain" });
    then();
    this.op("else");
    otherwise();
    this.close();
  }

  ifThen(then: () => void, hint?: Hint): void {
    this.#hint(hint);
    this.open("if");
    then();
    this.close();
  }

  /** `then` where what is on the stack is true, and `otherwise` where not; neither leaves a value. */
  ifThenElse(then: () => void, otherwise: () => void, hint?: Hint): void {
    this.#hint(hint);
    this.open("if");
    then();
    this.op("else");
    otherwise();
    this.close();
  }

  open(name: "block" | "loop" | "if", scope: Scope = { kind: "plain" }): void {
    this.op(name);
    this.#scopes.push(scope);
  }

  close(): void {
    this.op("end");
    this.#scopes.pop();
  }

  jumpIf(depth: number, hint?: Hint): void {
    this.#hint(hint);
    this.op("br_if", depth);
  }

  /** The test that comes next (`if`, `br_if`) nearly always ends like this. */
  #hint(hint: Hint | undefined): void {
    this.settle();
    if (hint !== undefined)
      this.hints.push({ offset: this.code.length, isLikely: hint === "likely" });
  }

  /** How many structures out the one is that a jump to the block goes to. */
  depthOf(kind: Jump["kind"], target: LLBlock): number {
    const wanted = kind === "continue" ? "loop" : "label";
    return this.#depth(
      (scope) => "block" in scope && scope.kind === wanted && scope.block === target,
    );
  }

  depthOfExit(): number {
    return this.#depth(({ kind }) => kind === "exit");
  }

  #depth(isMeant: (scope: Scope) => boolean): number {
    const index = this.#scopes.findLastIndex(isMeant);
    if (index < 0) throw new InternalError(`${this.fn.name}: nothing to jump to`);
    return this.#scopes.length - 1 - index;
  }

  // ---- values ------------------------------------------------------------------------------------------

  push(value: LLValue): void {
    if (value.kind === "const") return this.#constant(value);
    if (value.type.kind === "void") return;
    if (this.#onTop === value && this.reads.get(value) === 1) {
      // Its only reader takes it from the stack.
      this.#onTop = null;
      return;
    }
    if (this.#onTop !== null && this.local(this.#onTop) === this.local(value)) {
      this.code.bytes(OP.local_tee).u32(this.local(value));
      this.#onTop = null;
      return;
    }
    this.op("local_get", this.local(value));
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
        return this.constI64(this.module.memory.word(value));
    }
  }

  /** Puts a result that waits on the stack into its local. */
  settle(): void {
    const waiting = this.#onTop;
    if (waiting === null) return;
    this.#onTop = null;
    this.code.bytes(OP.local_set).u32(this.local(waiting));
  }

  /** What is on the stack becomes the result of the op. */
  result(variable: LLVariable): void {
    this.settle();
    if (this.reads.has(variable)) this.#onTop = variable;
    else this.op("drop");
  }

  local(variable: LLVariable): number {
    const web = this.#webs.get(variable)!;
    let local = this.#localOf.get(web);
    if (local === undefined) {
      local = this.#localFor(web, wasmType(variable.type)!);
      this.#localOf.set(web, local);
    }
    return local;
  }

  /** The first one that is free wherever the web lives. */
  #localFor(web: Web, type: ValueType): number {
    const { intervals } = web;
    for (const one of this.#shared) {
      if (one.type !== type || interfere(intervals, one.occupied, touch)) continue;
      absorb(one.occupied, intervals);
      return one.index;
    }
    const index = this.#newLocal(type);
    this.#share(web, { index, type });
    return index;
  }

  #share(web: Web, { index, type }: { readonly index: number; readonly type: ValueType }): void {
    const occupied = new Map<number, Interval[]>();
    absorb(occupied, web.intervals);
    this.#shared.push({ index, type, occupied });
    this.#localOf.set(web, index);
  }

  #newLocal(type: ValueType): number {
    this.locals.push(type);
    return this.#parameterCount + this.locals.length - 1;
  }

  /** A local that is nobody's, one per purpose. */
  temporary(type: ValueType, purpose: string): number {
    let local = this.#scratch.get(purpose);
    if (local === undefined) {
      local = this.#newLocal(type);
      this.#scratch.set(purpose, local);
    }
    return local;
  }
}
