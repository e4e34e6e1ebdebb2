/**
 * Control flow: blocks and jumps come from `ll/structure.ts`. A block's last op and its exit are written
 * together where the test would only repeat what the op knows: allocations and the check of the stacks
 * know whether they have failed, and the test of a class may be two jumps.
 *
 * Tests that nearly always end alike are marked (`Hint`): engines then keep what is rare out of the way,
 * and save registers there instead of in front of it.
 */
import { exitLinks } from "../../dsl/flow/graph.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { exceptionalLinkAfterSlowPath } from "../ll/new-objects.ts";
import { structure, type Jump, type Shape } from "../ll/structure.ts";
import type { LLBlock, LLExit, LLLink, LLOp, LLValue, LLVariable } from "../ll/program.ts";
import { storageSize } from "../ll/types.ts";
import type { Failure } from "./allocation.ts";
import { I32, I64 } from "./binary.ts";
import { WORD } from "./memory.ts";
import { classTest, type ClassTest, type Hint } from "./ops.ts";
import { giveBack } from "./stacks.ts";
import type { CodeWriter } from "./writer.ts";

/** Writes the op at an index of a block; `failure` is where it goes if the op itself is to go there. */
export type OpsWriter = (block: LLBlock, index: number, failure: Failure | null) => void;

type SwitchExit = Extract<LLExit, { kind: "switch" }>;

export class FlowWriter {
  readonly #w: CodeWriter;
  readonly #op: OpsWriter;
  /** What the function takes of the machine's stack. */
  readonly #weight: number;
  /** Whether returns without a result (or with none that counts) are one place. */
  readonly #sharesExit: boolean;

  constructor(w: CodeWriter, weight: number, op: OpsWriter) {
    this.#w = w;
    this.#weight = weight;
    this.#op = op;
    const { blocks } = w.graph;
    this.#sharesExit = weight > 0 && blocks.filter(({ exit }) => isEmptyReturn(exit)).length > 1;
  }

  write(): void {
    if (this.#sharesExit) this.#w.open("block", { kind: "exit" });
    const shapes = structure(this.#w.graph);
    if (shapes === null) this.#dispatch();
    else this.#shapes(shapes);
    if (this.#sharesExit) {
      this.#w.close();
      const empty = this.#w.graph.blocks.find(({ exit }) => isEmptyReturn(exit))!;
      if (empty.exit.kind === "return") this.#return(empty.exit.value);
    }
  }

  // ---- shapes ------------------------------------------------------------------------------------------

  #shapes(shapes: readonly Shape[]): void {
    for (const shape of shapes) {
      if (shape.kind === "block") {
        this.#block(shape.block, shape.jumps);
        continue;
      }
      if (shape.kind === "loop") this.#w.open("loop", { kind: "loop", block: shape.header });
      else this.#w.open("block", { kind: "label", block: shape.target });
      this.#shapes(shape.body);
      // Behind a loop nothing is reached; behind a label is its target.
      this.#w.close();
    }
  }

  /**
   * For a graph that has a loop with two entries (a generator that goes on in the middle of one): a
   * loop around a table of all blocks, by the number of the one that comes next.
   */
  #dispatch(): void {
    const { blocks, entry } = this.#w.graph;
    const next = this.#w.temporary(I32, "next");
    this.#dispatching = { next, numbers: new Map(blocks.map((block, i) => [block, i])) };
    this.#w.constI32(blocks.indexOf(entry));
    this.#w.op("local_set", next);
    this.#w.open("loop", { kind: "loop", block: entry });
    for (const _ of blocks) this.#w.open("block");
    this.#w.op("local_get", next);
    this.#w.op("br_table", blocks.length, ...blocks.map((_, i) => i), 0);
    for (const block of blocks) {
      this.#w.close();
      this.#block(
        block,
        exitLinks(block.exit).map(() => ({ kind: "continue" })),
      );
    }
    this.#w.close();
  }

  #dispatching: { readonly next: number; readonly numbers: Map<LLBlock, number> } | null = null;

  /** Passes a link's arguments and goes where it leads. */
  #jump(link: LLLink, jump: Jump): void {
    this.#pass(link);
    if (this.#dispatching !== null) {
      this.#w.constI32(this.#dispatching.numbers.get(link.target)!);
      this.#w.op("local_set", this.#dispatching.next);
      return this.#w.op("br", this.#w.depthOf(jump.kind, this.#w.graph.entry));
    }
    if (jump.kind === "inline") this.#shapes(jump.body);
    else if (jump.kind !== "next") this.#w.op("br", this.#depth(link, jump));
  }

  #depth(link: LLLink, jump: Jump): number {
    return this.#w.depthOf(jump.kind, link.target);
  }

  /** Goes where the link leads if what is on the stack is true. */
  #jumpIf(link: LLLink, jump: Jump, hint: Hint | undefined): void {
    if (this.#isPlainJump(link, jump)) this.#w.jumpIf(this.#depth(link, jump), hint);
    else this.#w.ifThen(() => this.#jump(link, jump), hint);
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
          this.#w.reads.has(param) &&
          param.type.kind !== "void" &&
          !(arg.kind === "var" && this.#w.local(arg) === this.#w.local(param)),
      );
  }

  /** All arguments are read before any parameter is written. */
  #pass(link: LLLink): void {
    const moves = this.#moves(link);
    for (const { arg } of moves) this.#w.push(arg);
    this.#w.settle();
    for (const { param } of moves.reverse()) this.#w.op("local_set", this.#w.local(param));
  }

  // ---- blocks ------------------------------------------------------------------------------------------

  #block(block: LLBlock, jumps: readonly Jump[]): void {
    const { ops, exit } = block;
    const links = exitLinks(exit);
    const last = ops.at(-1);
    if (this.#endsInSlowPath(block, jumps)) {
      const [link, jump] = [links[0]!, jumps[0]!];
      this.#ops(block, ops.length - 2);
      this.#op(block, ops.length - 2, {
        jump: () => this.#jump(link, jump),
        jumpIf: () => this.#jumpIf(link, jump, "unlikely"),
      });
      return this.#jump(links[1]!, jumps[1]!);
    }
    if (last?.aux.tail === true) {
      this.#ops(block, ops.length - 1);
      return this.#tailCall(last);
    }
    const test = this.#fusedClassTest(block);
    if (test !== null) {
      this.#ops(block, ops.length - 1);
      return this.#branchOnClass(test, links, jumps);
    }
    const word = this.#fusedWord(block);
    this.#ops(block, word === null ? ops.length : ops.length - 1);
    switch (exit.kind) {
      case "goto":
        return this.#jump(links[0]!, jumps[0]!);
      case "branch":
        if (word !== null) this.#w.loadWord(word);
        else this.#w.push(exit.condition);
        return this.#branch(links, jumps, hintOf(block, exit.condition));
      case "switch":
        return this.#switch(block, exit, links, jumps);
      case "return":
        if (this.#sharesExit && isEmptyReturn(exit)) return this.#w.op("br", this.#w.depthOfExit());
        return this.#return(exit.value);
      case "unreachable":
        return this.#w.op("unreachable");
      case "try":
      case "raise":
        throw new InternalError(`${this.#w.fn.name}: exceptions are not explicit yet`);
    }
  }

  #ops(block: LLBlock, count: number): void {
    for (let index = 0; index < count; index++) this.#op(block, index, null);
  }

  #return(value: LLValue): void {
    // The value may wait on the stack, and what is given back is pushed above it.
    this.#w.push(value);
    giveBack(this.#w, this.#weight);
    this.#w.op("return");
  }

  /** The block's exit, which returns the result, is part of the instruction. */
  #tailCall(op: LLOp): void {
    giveBack(this.#w, this.#weight);
    for (const arg of op.args) this.#w.push(arg);
    this.#w.op("return_call", this.#w.module.functionIndex(op.aux.callee!));
  }

  /** Whether the block ends by testing what its last op but one, which has a slow path, has left. */
  #endsInSlowPath(block: LLBlock, jumps: readonly Jump[]): boolean {
    return (
      exceptionalLinkAfterSlowPath(block) !== null &&
      this.#isReadOnce(block.ops.at(-1)!.result) &&
      jumps[0]!.kind !== "next"
    );
  }

  #isReadOnce(variable: LLVariable): boolean {
    return this.#w.reads.get(variable) === 1;
  }

  /** The word of the runtime that the block ends by testing: whether it is something. */
  #fusedWord({ ops, exit }: LLBlock): number | null {
    const op = ops.at(-1);
    if (op === undefined || exit.kind !== "branch" || exit.condition !== op.result) return null;
    if (!this.#isReadOnce(op.result)) return null;
    return op.name === "exc_pending"
      ? WORD.exception
      : op.name === "interrupt_pending"
        ? WORD.interrupt
        : null;
  }

  // ---- branches ----------------------------------------------------------------------------------------

  #branch(links: readonly LLLink[], jumps: readonly Jump[], hint: Hint | undefined): void {
    const [then, otherwise] = links as [LLLink, LLLink];
    const [jumpThen, jumpOtherwise] = jumps as [Jump, Jump];
    if (this.#isPlainJump(then, jumpThen)) {
      this.#jumpIf(then, jumpThen, hint);
      return this.#jump(otherwise, jumpOtherwise);
    }
    if (jumpThen.kind === "next" || this.#isPlainJump(otherwise, jumpOtherwise)) {
      this.#w.op("i32_eqz");
      this.#jumpIf(otherwise, jumpOtherwise, opposite(hint));
      return this.#jump(then, jumpThen);
    }
    this.#w.ifThen(() => this.#jump(then, jumpThen), hint);
    this.#jump(otherwise, jumpOtherwise);
  }

  /** The test of a class that the block ends with, if tagged words need one of their own and are all alike. */
  #fusedClassTest({ ops, exit }: LLBlock): ClassTest | null {
    const op = ops.at(-1);
    if (op?.name !== "class_in_range" || exit.kind !== "branch" || exit.condition !== op.result)
      return null;
    if (!this.#isReadOnce(op.result)) return null;
    const test = classTest(op, this.#w);
    return test.tagged === "yes" || test.tagged === "no" ? test : null;
  }

  /** Two jumps to the one target, with no value in between that says which. */
  #branchOnClass(test: ClassTest, links: readonly LLLink[], jumps: readonly Jump[]): void {
    const yes = test.tagged === "yes";
    // `early` is where tagged words go.
    const [early, late] = yes ? [0, 1] : [1, 0];
    const w = this.#w;
    w.settle();
    if (this.#isPlainJump(links[early]!, jumps[early]!)) {
      const depth = this.#depth(links[early]!, jumps[early]!);
      test.pushIsTagged();
      w.jumpIf(depth);
      test.pushInHeader();
      if (!yes) w.op("i32_eqz");
      w.jumpIf(depth);
      return this.#jump(links[late]!, jumps[late]!);
    }
    const isLateNext = jumps[late]!.kind === "next";
    if (isLateNext) w.open("block");
    w.open("block");
    test.pushIsTagged();
    w.jumpIf(0);
    test.pushInHeader();
    if (yes === isLateNext) w.op("i32_eqz");
    w.jumpIf(isLateNext ? 1 : 0);
    if (!isLateNext) this.#jump(links[late]!, jumps[late]!);
    w.close();
    this.#jump(links[early]!, jumps[early]!);
    if (!isLateNext) return;
    w.close();
    this.#jump(links[late]!, jumps[late]!);
  }

  // ---- switches ---------------------------------------------------------------------------------------------------

  #switch(
    block: LLBlock,
    exit: SwitchExit,
    links: readonly LLLink[],
    jumps: readonly Jump[],
  ): void {
    const values = exit.cases.map(({ value }) => this.#w.module.memory.word(value));
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
    const local = this.#w.temporary(I64, "subject");
    this.#w.push(subject);
    if (subject.type.kind === "bool") this.#w.op("i64_extend_i32_u");
    this.#w.op("local_set", local);
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
      this.#w.op("local_get", subject);
      this.#w.constI64(values[last]!);
      this.#w.op("i64_ne");
      this.#w.ifThen(() => this.#jump(links[fallback]!, jumps[fallback]!));
      return this.#jump(links[last]!, jumps[last]!);
    }
    for (const i of order) this.#test(subject, values[i]!, links[i]!, jumps[i]!);
    this.#jump(links[fallback]!, jumps[fallback]!);
  }

  #test(subject: number, value: bigint, link: LLLink, jump: Jump): void {
    this.#w.op("local_get", subject);
    this.#w.constI64(value);
    this.#w.op("i64_eq");
    this.#jumpIf(link, jump, undefined);
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
    for (const _ of opened) this.#w.open("block");
    const depthOf = (i: number): number => {
      const position = withCode.indexOf(i);
      return position >= 0 ? position : this.#depth(links[i]!, jumps[i]!);
    };
    const fallback = exit.otherwise === null ? 0 : links.length - 1;
    // `br_table` has a range of its own, of 32 bits.
    if (exit.otherwise !== null && !narrow) {
      this.#w.op("local_get", subject);
      this.#w.constI64(least);
      this.#w.op("i64_sub");
      this.#w.constI64(span);
      this.#w.op("i64_gt_u");
      this.#w.jumpIf(depthOf(fallback), "unlikely");
    }
    this.#w.op("local_get", subject);
    this.#w.op("i32_wrap_i64");
    if (least !== 0n) {
      this.#w.constI32(Number(BigInt.asIntN(32, least)));
      this.#w.op("i32_sub");
    }
    const byValue = new Map(values.map((value, i) => [value, i]));
    const rows: number[] = [];
    for (let value = least; value <= most(least, span); value++)
      rows.push(depthOf(byValue.get(value) ?? fallback));
    this.#w.op("br_table", rows.length, ...rows, depthOf(fallback));
    for (const i of withCode) {
      this.#w.close();
      this.#jump(links[i]!, jumps[i]!);
    }
    if (!withCode.some((i) => jumps[i]!.kind === "next")) this.#w.op("unreachable");
  }
}

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

/** A return that every other way out of the kind could take: of nothing, or of no value (0, null, false). */
function isEmptyReturn(exit: LLExit): boolean {
  if (exit.kind !== "return" || exit.value.kind !== "const") return false;
  const { value } = exit.value;
  switch (value.kind) {
    case "void":
    case "null":
      return true;
    case "bool":
      return !value.value;
    case "int":
      return value.value === 0n;
    case "float":
      return Object.is(value.value, 0);
    default:
      return false;
  }
}
