/**
 * The text form of graphs: what dumps show and tests are written in. `parse.ts` reads it back, and
 * printing what was read gives the same text.
 *
 *     graph main.gcd
 *     b0(a.0, b.1):
 *       goto b1(a.0, b.1)
 *     b1(a.2, b.3):
 *       v4 = ne b.3, 0
 *       branch v4 then b2(a.2, b.3) else b3(a.2)
 *     …
 *
 * A variable is its source name and its id, or `v` and its id; typed dialects write `a.0: int` where
 * it is defined. What an op carries stands in braces after its arguments: `getattr a.0 {name=left}`.
 */
import {
  type Block,
  type Dialect,
  type Exit,
  type Graph,
  type Link,
  type Op,
  type Constant,
  type Value,
  type Variable,
} from "./graph.ts";

/** How a dialect writes what graphs leave open. No text may contain a line break. */
export interface Printer<D extends Dialect> {
  constant(constant: Constant<D>): string;
  /** Of a variable, where it is defined; empty for untyped dialects. */
  type(type: D["type"]): string;
  /** `name=left` and the like; order is fixed by the printer. */
  aux(op: Op<D>): readonly (readonly [string, string])[];
}

export function printGraph<D extends Dialect>(graph: Graph<D>, printer: Printer<D>): string {
  const blocks = graph.blocks.map((block) => printBlock(block, printer));
  return [`graph ${graph.name}`, ...blocks].join("\n") + "\n";
}

export function printBlock<D extends Dialect>(block: Block<D>, printer: Printer<D>): string {
  const params = block.params.map((param) => printDefinition(param, printer)).join(", ");
  const ops = block.ops.map((op) => `  ${printOp(op, printer)}`);
  return [`b${block.id}(${params}):`, ...ops, `  ${printExit(block.exit, printer)}`].join("\n");
}

export function printVariable(variable: {
  readonly id: number;
  readonly name: string | null;
}): string {
  return variable.name === null ? `v${variable.id}` : `${variable.name}.${variable.id}`;
}

function printDefinition<D extends Dialect>(variable: Variable<D>, printer: Printer<D>): string {
  const type = printer.type(variable.type);
  return type === "" ? printVariable(variable) : `${printVariable(variable)}: ${type}`;
}

export function printValue<D extends Dialect>(value: Value<D>, printer: Printer<D>): string {
  return value.kind === "var" ? printVariable(value) : printer.constant(value);
}

export function printOp<D extends Dialect>(op: Op<D>, printer: Printer<D>): string {
  const args = printValues(op.args, printer);
  const aux = printer.aux(op).map(([key, text]) => `${key}=${text}`);
  const parts = [`${printDefinition(op.result, printer)} =`, op.name];
  if (args !== "") parts.push(args);
  if (aux.length > 0) parts.push(`{${aux.join(", ")}}`);
  return parts.join(" ");
}

function printValues<D extends Dialect>(values: readonly Value<D>[], printer: Printer<D>): string {
  return values.map((value) => printValue(value, printer)).join(", ");
}

function printLink<D extends Dialect>(link: Link<D>, printer: Printer<D>): string {
  return `b${link.target.id}(${printValues(link.args, printer)})`;
}

export function printExit<D extends Dialect>(exit: Exit<D>, printer: Printer<D>): string {
  const value = (one: Value<D>) => printValue(one, printer);
  const link = (one: Link<D>) => printLink(one, printer);
  switch (exit.kind) {
    case "goto":
      return `goto ${link(exit.link)}`;
    case "branch":
      return `branch ${value(exit.condition)} then ${link(exit.then)} else ${link(exit.otherwise)}`;
    case "switch": {
      const cases = exit.cases.map((one) => {
        const text = printer.constant({
          kind: "const",
          value: one.value,
          type: caseType(exit.subject),
        });
        return `case ${text} then ${link(one.link)}`;
      });
      if (exit.otherwise !== null) cases.push(`else ${link(exit.otherwise)}`);
      return [`switch ${value(exit.subject)}`, ...cases].join(" ");
    }
    case "try": {
      const exception = printDefinition(exit.exception, printer);
      return `try ${link(exit.normal)} except ${exception} ${link(exit.exceptional)}`;
    }
    case "return":
      return `return ${value(exit.value)}`;
    case "raise":
      return `raise ${value(exit.value)}`;
    case "unreachable":
      return "unreachable";
  }
}

/** A case has the type of what is switched on. */
export function caseType<D extends Dialect>(subject: Value<D>): D["type"] {
  return subject.type;
}
