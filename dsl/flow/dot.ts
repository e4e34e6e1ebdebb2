/** Graphs as Graphviz text: a box per block with its ops, an arrow per link with its arguments. */
import type { Dialect, Exit, Graph, Link } from "./graph.ts";
import { printBlock, printValue, type Printer } from "./print.ts";

export function dotGraph<D extends Dialect>(graph: Graph<D>, printer: Printer<D>): string {
  const lines = [
    `digraph ${quoted(graph.name)} {`,
    `  node [shape=box, fontname="monospace", fontsize=10];`,
    `  edge [fontname="monospace", fontsize=9];`,
  ];
  for (const block of graph.blocks) {
    const text = printBlock(block, printer).split("\n").map(escaped);
    lines.push(`  b${block.id} [label="${text.join("\\l")}\\l"];`);
    for (const { label, link } of labelledLinks(block.exit, printer)) {
      const args = link.args.map((arg) => printValue(arg, printer)).join(", ");
      const text = escaped(label === "" ? args : args === "" ? label : `${label}: ${args}`);
      lines.push(`  b${block.id} -> b${link.target.id} [label="${text}"];`);
    }
  }
  return [...lines, "}", ""].join("\n");
}

export interface LabelledLink<D extends Dialect> {
  /** When the link is taken; empty if always. */
  readonly label: string;
  readonly link: Link<D>;
}

export function labelledLinks<D extends Dialect>(
  exit: Exit<D>,
  printer: Printer<D>,
): LabelledLink<D>[] {
  switch (exit.kind) {
    case "goto":
      return [{ label: "", link: exit.link }];
    case "branch":
      return [
        { label: "then", link: exit.then },
        { label: "else", link: exit.otherwise },
      ];
    case "switch": {
      const links = exit.cases.map(({ value, link }) => ({
        label: printer.constant({ kind: "const", value, type: exit.subject.type }),
        link,
      }));
      if (exit.otherwise !== null) links.push({ label: "else", link: exit.otherwise });
      return links;
    }
    case "try":
      return [
        { label: "", link: exit.normal },
        { label: "except", link: exit.exceptional },
      ];
    case "return":
    case "raise":
    case "unreachable":
      return [];
  }
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
