/**
 * One function: its blocks, links and exits. What its ops become is in `ops.ts`.
 *
 * Every reached high-level block starts a low-level one with a parameter for each of its parameters
 * that has a run-time value. Conversions that a link needs run on that link only: if they are more
 * than nothing, the link gets a block of its own (`if x is not None` unboxes `x` on one side).
 */
import { read } from "../../dsl/annotate/cells.ts";
import type { Annotation } from "../../dsl/annotate/lattice.ts";
import type { Resolution, Spec } from "../../dsl/annotate/result.ts";
import { annotationOf } from "../../dsl/annotate/values.ts";
import type { StaticValue } from "../../dsl/bind/symbols.ts";
import type {
  HighBlock,
  HighExit,
  HighLink,
  HighOp,
  HighValue,
  HighVariable,
} from "../../dsl/flow/ops.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { startPosition, type Span } from "../../dsl/syntax/source.ts";
import type { LLBlock, LLConstant, LLFunction, LLGraph, LLLink, LLValue } from "../ll/program.ts";
import { isShown } from "../ll/sites.ts";
import { Builder, VOID_VALUE, zeroValue } from "./builder.ts";
import type { Typed } from "./calls.ts";
import { convert } from "./convert.ts";
import type { Lowering } from "./lowering.ts";
import { lowerOp } from "./ops.ts";
import { stringsEqual } from "./strings.ts";

export class Body {
  readonly lowering: Lowering;
  readonly spec: Spec;
  readonly b: Builder;
  readonly fn: LLFunction;
  /** By high-level variable id. */
  private readonly values: (LLValue | undefined)[] = [];
  private readonly blocks = new Map<HighBlock, LLBlock>();
  /** The line of the last mark in the block that is being lowered. */
  private markedLine = 0;

  constructor(lowering: Lowering, spec: Spec, fn: LLFunction) {
    this.lowering = lowering;
    this.spec = spec;
    this.fn = fn;
    this.b = new Builder(fn.name);
  }

  // -------------------------------------------------------------- values

  annotation(value: HighValue): Annotation {
    return annotationOf(this.spec, value);
  }

  resolution(op: HighOp): Resolution | undefined {
    return this.spec.resolutions.get(op);
  }

  /** The value in the representation of its own annotation. */
  get(value: HighValue): LLValue {
    if (value.kind === "const")
      return this.lowering.constants.value(value.value, this.annotation(value));
    const known = this.values[value.id];
    if (known === undefined)
      throw new InternalError(
        `in ${this.spec.name}: variable ${value.name ?? ""}.${value.id} has no value`,
      );
    return known;
  }

  typed(value: HighValue): Typed {
    return { annotation: this.annotation(value), value: this.get(value) };
  }

  /** The value in the representation of `to`. */
  as(value: HighValue, to: Annotation): LLValue {
    if (value.kind === "const" && to.kind !== "constant")
      return this.lowering.constants.value(value.value, to);
    return this.convert(this.typed(value), to);
  }

  convert(from: Typed, to: Annotation): LLValue {
    return convert(this.lowering, this.b, from.value, from.annotation, to);
  }

  // -------------------------------------------------------------- the function

  run(): LLGraph {
    const { graph } = this.spec;
    for (const block of graph!.blocks) if (this.spec.reached.has(block)) this.declareBlock(block);
    for (const [block, target] of this.blocks) {
      this.b.block = target;
      this.lowerBlock(block);
    }
    return this.b.finish();
  }

  private declareBlock(block: HighBlock): void {
    const { b } = this;
    const target = block === this.spec.graph!.entry ? b.graph.entry : b.newBlock();
    this.blocks.set(block, target);
    block.params.forEach((param, i) => {
      const annotation =
        block === this.spec.graph!.entry ? read(this.spec.params[i]!) : this.annotation(param);
      const type = this.lowering.layouts.typeOf(annotation);
      if (type.kind === "void") {
        this.values[param.id] = VOID_VALUE;
        return;
      }
      const variable = b.variable(type, param.name);
      this.values[param.id] = variable;
      target.params.push(variable);
    });
  }

  private lowerBlock(block: HighBlock): void {
    const { b } = this;
    const { exit } = block;
    // Nothing ever arrives with this parameter: a lambda that nobody calls.
    if (block.params.some((param) => this.annotation(param).kind === "never")) return b.stop();
    this.markedLine = 0;
    const isEntry = block === this.spec.graph!.entry;
    block.params.forEach((param, i) =>
      this.markLocal(param, isEntry ? read(this.spec.params[i]!) : this.annotation(param)),
    );
    const last = block.ops.at(-1);
    for (const op of block.ops) {
      b.span = op.span;
      this.markLine(op.span);
      b.landing = exit.kind === "try" && op === last ? this.landingFor(exit, op.span) : null;
      const goesOn = this.lowerOne(op as HighOp);
      b.landing = null;
      if (!goesOn) return b.stop();
      this.markLocal(op.result, this.annotation(op.result));
    }
    if ("span" in exit) this.markLine(exit.span);
    this.lowerExit(exit);
  }

  // -------------------------------------------------------------- marks

  private get isMarked(): boolean {
    return this.lowering.debug && !this.spec.symbol.module.isLibrary;
  }

  private markLine(at: Span | null): void {
    if (!this.isMarked || at === null) return;
    const { line } = startPosition(at);
    if (line === this.markedLine) return;
    this.markedLine = line;
    this.b.effect("hint", [], { hint: "line", mark: { kind: "line", line } });
    const { markedLines } = this.lowering;
    const lines = markedLines.get(this.fn);
    if (lines === undefined) markedLines.set(this.fn, new Set([line]));
    else lines.add(line);
  }

  private markLocal(variable: HighVariable, type: Annotation): void {
    const { name } = variable;
    if (!this.isMarked || name === null) return;
    const value = this.get(variable);
    const args = value.type.kind === "void" ? [] : [value];
    this.b.effect("hint", args, { hint: "local", mark: { kind: "local", name, type } });
  }

  /** False when control does not get past the op. */
  private lowerOne(op: HighOp): boolean {
    if (op.args.some((arg) => this.annotation(arg).kind === "never")) return false;
    const to = this.annotation(op.result);
    const result = lowerOp(this, op, to);
    if (to.kind === "never") return false;
    this.values[op.result.id] = this.settle(result, to);
    return true;
  }

  /** The result of an op in the representation of its annotation; named like the source's variable. */
  private settle(result: Typed, to: Annotation): LLValue {
    if (result.annotation.kind === "never") return this.undefinedOf(to);
    return this.convert(result, to);
  }

  /** Stands for a value that control never gets to compute. */
  private undefinedOf(to: Annotation): LLValue {
    return zeroValue(this.lowering.layouts.typeOf(to));
  }

  // -------------------------------------------------------------- exits

  private isDead(link: HighLink): boolean {
    return this.spec.deadLinks.has(link) || !this.blocks.has(link.target);
  }

  /** A block that takes the exception of a `try` exit to its handler; null if there is none. */
  private landingFor(exit: Extract<HighExit, { kind: "try" }>, site: Span | null): LLBlock | null {
    if (this.isDead(exit.exceptional)) return null;
    const { b } = this;
    const annotation = this.annotation(exit.exception);
    const type = this.lowering.layouts.typeOf(annotation);
    const exception = b.variable(type, "exception");
    const landing = b.newBlock(exception);
    this.values[exit.exception.id] = exception;
    const before = b.block;
    b.block = landing;
    // The traceback knows where it was caught: what raises it again from here need not say so.
    if (site !== null && isShown(this.fn)) b.effect("traceback_note", [exception], { site });
    this.gotoLink(exit.exceptional);
    b.block = before;
    return landing;
  }

  private lowerExit(exit: HighExit): void {
    const { b } = this;
    switch (exit.kind) {
      case "goto":
        return this.gotoLink(exit.link);
      case "branch":
        return this.lowerBranch(exit);
      case "switch":
        return this.lowerSwitch(exit);
      case "try":
        return this.gotoLink(exit.normal);
      case "return":
        return this.lowerReturn(exit);
      case "raise":
        b.block.exit = { kind: "raise", value: this.get(exit.value), span: exit.span };
        return;
      case "unreachable":
        b.block.exit = { kind: "unreachable" };
    }
  }

  private gotoLink(link: HighLink): void {
    if (this.isDead(link)) {
      this.b.block.exit = { kind: "unreachable" };
      return;
    }
    const args = this.linkArguments(link);
    this.b.goto(this.blocks.get(link.target)!, args);
  }

  private linkArguments(link: HighLink): LLValue[] {
    return link.args
      .map((arg, i) => this.as(arg, this.annotation(link.target.params[i]!)))
      .filter((value) => value.type.kind !== "void");
  }

  /** A link out of a block with several; its conversions get a block if there are any. */
  private link(link: HighLink): LLLink {
    const { b } = this;
    const before = b.block;
    const edge = b.newBlock();
    b.block = edge;
    const args = this.isDead(link) ? [] : this.linkArguments(link);
    const isPlain = b.block === edge && edge.ops.length === 0;
    let result: LLLink = { target: edge, args: [] };
    if (this.isDead(link)) edge.exit = { kind: "unreachable" };
    else if (isPlain) result = { target: this.blocks.get(link.target)!, args };
    else b.goto(this.blocks.get(link.target)!, args);
    b.block = before;
    return result;
  }

  private lowerBranch(exit: Extract<HighExit, { kind: "branch" }>): void {
    const { b } = this;
    if (this.isDead(exit.then)) return this.gotoLink(exit.otherwise);
    if (this.isDead(exit.otherwise)) return this.gotoLink(exit.then);
    const condition = this.get(exit.condition);
    b.block.exit = {
      kind: "branch",
      condition,
      then: this.link(exit.then),
      otherwise: this.link(exit.otherwise),
      span: exit.span,
    };
  }

  private lowerSwitch(exit: Extract<HighExit, { kind: "switch" }>): void {
    const annotation = this.annotation(exit.subject);
    if (
      annotation.kind === "bool" ||
      annotation.kind === "str" ||
      annotation.kind === "float" ||
      annotation.kind === "optional"
    )
      return this.lowerSwitchAsTests(exit, annotation);
    const { b } = this;
    const cases = exit.cases
      .filter((one) => !this.isDead(one.link))
      .map((one) => ({ value: this.caseValue(one.value, annotation), link: this.link(one.link) }));
    const otherwise =
      exit.otherwise === null || this.isDead(exit.otherwise) ? null : this.link(exit.otherwise);
    b.block.exit = {
      kind: "switch",
      subject: this.get(exit.subject),
      cases,
      otherwise,
      span: exit.span,
    };
  }

  private caseValue(value: StaticValue, annotation: Annotation): LLConstant {
    return this.lowering.constants.value(value, annotation).value;
  }

  /** Texts, bools and floats are compared one after the other. */
  private lowerSwitchAsTests(
    exit: Extract<HighExit, { kind: "switch" }>,
    annotation: Annotation,
  ): void {
    const { b } = this;
    const subject = this.get(exit.subject);
    for (const one of exit.cases) {
      if (this.isDead(one.link)) continue;
      const value = this.lowering.constants.value(one.value, annotation);
      const next = b.newBlock();
      const condition = this.equalTo(subject, value, annotation);
      b.block.exit = {
        kind: "branch",
        condition,
        then: this.link(one.link),
        otherwise: { target: next, args: [] },
        span: exit.span,
      };
      b.block = next;
    }
    if (exit.otherwise === null) b.block.exit = { kind: "unreachable" };
    else this.gotoLink(exit.otherwise);
  }

  private equalTo(subject: LLValue, value: LLValue, annotation: Annotation): LLValue {
    const { b, lowering } = this;
    switch (annotation.kind) {
      case "bool":
        return b.bool("bool_eq", subject, value);
      case "float":
        return b.bool("float_eq", subject, value);
      case "str":
        return b.call(stringsEqual(lowering), [subject, value]);
      default:
        return b.bool("ref_eq", subject, value);
    }
  }

  private lowerReturn(exit: Extract<HighExit, { kind: "return" }>): void {
    const { b } = this;
    b.span = exit.span;
    const to = read(this.spec.result);
    if (this.lowering.layouts.resultType(to).kind === "void") return b.return(VOID_VALUE);
    b.return(this.as(exit.value, to));
  }
}

export function lowerBody(lowering: Lowering, spec: Spec, fn: LLFunction): LLGraph {
  return new Body(lowering, spec, fn).run();
}
