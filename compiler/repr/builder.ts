/**
 * Writes one low-level graph.
 *
 * There is a current block and a current place in the source; `emit` appends an op. While a function
 * is being built, a block may use what dominating blocks defined; `finish` makes blocks
 * self-contained (`ll/contain.ts`).
 *
 * An op inside a `try` may become many: whichever of them raises has to end its block with a `try`
 * exit. So the builder knows the *landing* block of the op being lowered, and `emit` splits the
 * current block after every op that may raise. A landing block has one parameter, the exception.
 */
import { constant, newBlock, newGraph, newOp, newVariable } from "../../dsl/flow/graph.ts";
import type { Span } from "../../dsl/syntax/source.ts";
import { containBlocks } from "../ll/contain.ts";
import type {
  LL,
  LLAux,
  LLBlock,
  LLConst,
  LLConstant,
  LLFunction,
  LLGraph,
  LLLink,
  LLValue,
  LLVariable,
} from "../ll/program.ts";
import { BOOL, FLOAT, INT, VOID } from "../ll/types.ts";
import type { LLType, RefType } from "../ll/types.ts";
import type { HeapObject } from "../eval/heap.ts";
import { mayRaise, type OpName } from "../ops/table.ts";

export class Builder {
  readonly graph: LLGraph;
  block: LLBlock;
  span: Span | null = null;
  landing: LLBlock | null = null;

  constructor(name: string) {
    this.graph = newGraph<LL>(name);
    this.block = this.graph.entry;
  }

  // -------------------------------------------------------------- ops

  variable(type: LLType, name: string | null = null): LLVariable {
    return newVariable<LL>(this.graph, type, name);
  }

  /** Appends an op; the result is a variable of `type` (of no use when that is `void`). */
  emit(
    name: OpName,
    args: readonly LLValue[],
    type: LLType,
    aux: LLAux = {},
    resultName: string | null = null,
  ): LLVariable {
    const result = this.variable(type, resultName);
    const sited =
      this.span !== null && (name === "call" || name === "call_indirect")
        ? { ...aux, site: this.span }
        : aux;
    const op = newOp<LL>(name, [...args], result, sited, this.span);
    this.block.ops.push(op);
    if (this.landing !== null && mayRaise(op)) this.splitAfterRaise(this.landing);
    return result;
  }

  private splitAfterRaise(landing: LLBlock): void {
    const next = this.newBlock();
    const exception = this.variable(landing.params[0]!.type, "exception");
    this.block.exit = {
      kind: "try",
      normal: { target: next, args: [] },
      exceptional: { target: landing, args: [exception] },
      exception,
    };
    this.block = next;
  }

  int(name: OpName, ...args: LLValue[]): LLVariable {
    return this.emit(name, args, INT);
  }

  float(name: OpName, ...args: LLValue[]): LLVariable {
    return this.emit(name, args, FLOAT);
  }

  bool(name: OpName, ...args: LLValue[]): LLVariable {
    return this.emit(name, args, BOOL);
  }

  effect(name: OpName, args: readonly LLValue[], aux: LLAux = {}): void {
    this.emit(name, args, VOID, aux);
  }

  call(callee: LLFunction, args: readonly LLValue[]): LLVariable {
    return this.emit("call", args, callee.result, { callee });
  }

  not(value: LLValue): LLValue {
    return this.bool("bool_not", value);
  }

  cast(value: LLValue, type: RefType): LLValue {
    if (value.type.kind !== "ref" || value.type.to === type.to) return value;
    if (value.kind === "const") return { kind: "const", value: value.value, type };
    return this.emit("ref_cast", [value], type, {}, value.name);
  }

  // -------------------------------------------------------------- control

  newBlock(...params: LLVariable[]): LLBlock {
    const block = newBlock<LL>(this.graph);
    block.params.push(...params);
    return block;
  }

  /** Ends the current block; what is emitted next goes to `next`. */
  goto(target: LLBlock, args: readonly LLValue[] = []): void {
    this.block.exit = { kind: "goto", link: { target, args: [...args] } };
  }

  branch(condition: LLValue, then: LLBlock, otherwise: LLBlock): void {
    this.block.exit = {
      kind: "branch",
      condition,
      then: link(then),
      otherwise: link(otherwise),
      span: this.span,
    };
  }

  /** `condition ? then() : otherwise()`; both give a value of `type`. */
  choose(condition: LLValue, type: LLType, then: () => LLValue, otherwise: () => LLValue): LLValue {
    const join = type.kind === "void" ? this.newBlock() : this.newBlock(this.variable(type));
    const thenBlock = this.newBlock();
    const otherwiseBlock = this.newBlock();
    this.branch(condition, thenBlock, otherwiseBlock);
    for (const [block, value] of [
      [thenBlock, then],
      [otherwiseBlock, otherwise],
    ] as const) {
      this.block = block;
      const result = value();
      this.goto(join, type.kind === "void" ? [] : [result]);
    }
    this.block = join;
    return join.params[0] ?? VOID_VALUE;
  }

  /** Runs `then` in a cold block when the condition holds; `then` usually ends in `unreachable`. */
  when(condition: LLValue, then: () => void): void {
    const cold = this.newBlock();
    const next = this.newBlock();
    this.branch(condition, cold, next);
    this.block = cold;
    then();
    this.goto(next);
    this.block = next;
  }

  /** Control does not get past here; what is emitted next is never reached. */
  stop(): void {
    this.block.exit = { kind: "unreachable" };
    this.block = this.newBlock();
  }

  return(value: LLValue): void {
    this.block.exit = { kind: "return", value, span: this.span };
    this.block = this.newBlock();
  }

  /** Blocks in order, self-contained; what was never reached is gone. */
  finish(): LLGraph {
    containBlocks(this.graph);
    return this.graph;
  }
}

function link(target: LLBlock): LLLink {
  return { target, args: [] };
}

// ---------------------------------------------------------------- constants

export function constantValue(value: LLConstant, type: LLType): LLConst {
  return constant<LL>(value, type);
}

export function intValue(value: bigint | number): LLConst {
  return constantValue({ kind: "int", value: BigInt.asIntN(64, BigInt(value)) }, INT);
}

export function floatValue(value: number): LLConst {
  return constantValue({ kind: "float", value }, FLOAT);
}

export function boolValue(value: boolean): LLConst {
  return constantValue({ kind: "bool", value }, BOOL);
}

export function nullValue(type: RefType): LLConst {
  return constantValue({ kind: "null" }, type);
}

export function objectValue(object: HeapObject, type: RefType): LLConst {
  return constantValue({ kind: "object", object }, type);
}

export const VOID_VALUE: LLConst = constantValue({ kind: "void" }, VOID);

/** A constant for what is never computed. */
export function zeroValue(type: LLType): LLConst {
  switch (type.kind) {
    case "void":
      return VOID_VALUE;
    case "bool":
      return boolValue(false);
    case "float":
      return floatValue(0);
    case "int":
      return intValue(0);
    case "addr":
    case "ref":
    case "fn":
      return constantValue({ kind: "null" }, type);
  }
}
