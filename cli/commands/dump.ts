/**
 * `wright dump LANG --after STAGE --fn NAME`: what the compiler has made of a function.
 *
 * Front-end stages show the high-level graph (or the tokens and tree of the entry file), later ones
 * the low-level graph, the last one C. `--as html` puts all stages up to the asked one side by side.
 */
import { analyse, compileAnalysed, functionsNamed, type Analysis } from "../../compiler/driver.ts";
import { emitC } from "../../compiler/c/emit.ts";
import { identifier } from "../../compiler/c/names.ts";
import {
  printBlock as printLowBlock,
  printFunction,
  printProgram,
} from "../../compiler/ll/print.ts";
import type { LLFunction, LLProgram } from "../../compiler/ll/program.ts";
import { prepareForNative } from "../../compiler/passes/native.ts";
import { PASSES } from "../../compiler/passes/passes.ts";
import type { Spec } from "../../dsl/annotate/result.ts";
import { show } from "../../dsl/annotate/show.ts";
import { nearest } from "../../dsl/bind/nearest.ts";
import { dotGraph, labelledLinks } from "../../dsl/flow/dot.ts";
import { exitLinks } from "../../dsl/flow/graph.ts";
import { htmlPage, type Column } from "../../dsl/flow/html.ts";
import type { High, HighGraph } from "../../dsl/flow/ops.ts";
import { printBlock, printGraph, type Printer } from "../../dsl/flow/print.ts";
import { HIGH_PRINTER } from "../../dsl/flow/text.ts";
import { parseModule } from "../../dsl/grammar/parser.ts";
import { treeText, tokensText } from "../source-text.ts";
import { graphSvg } from "../graph-svg.ts";
import { fileHost } from "../host.ts";
import { optionText, type Invocation } from "../invocation.ts";
import { analyseOrExit, showStage } from "../pipeline.ts";
import { openProject, type Project } from "../project.ts";
import { UsageError } from "../options.ts";
import { Exit } from "../terminal.ts";

const TEXT_STAGES = ["tokens", "ast"] as const;
const HIGH_STAGES = ["flow", "annotated"] as const;
const PASS_NAMES = PASSES.map((one) => one.name);

/** Low-level stages in their order, by the names of the command line; the driver's are in brackets. */
const LOW_STAGES = ["lowered", "initialised", ...PASS_NAMES, "native"];
const DRIVER_NAMES: Readonly<Record<string, string>> = {
  lower: "lowered",
  initialise: "initialised",
};
const ALL_STAGES: readonly string[] = [...TEXT_STAGES, ...HIGH_STAGES, ...LOW_STAGES, "c"];

export async function run(call: Invocation): Promise<number> {
  const stage = optionText(call, "after") ?? "lowered";
  if (!ALL_STAGES.includes(stage)) throw unknownStage(stage);
  const project = openProject(call.positionals[0]);
  const text = TEXT_STAGES.some((one) => one === stage)
    ? sourceText(project, stage)
    : graphText(call, project, stage);
  call.terminal.print(text);
  return 0;
}

function unknownStage(stage: string): UsageError {
  const near = nearest(stage, ALL_STAGES);
  return new UsageError(
    `there is no stage \`${stage}\``,
    near === null ? `stages are ${ALL_STAGES.join(", ")}` : `did you mean \`${near}\`?`,
  );
}

function sourceText(project: Project, stage: string): string {
  const file = fileHost().read(project.entry);
  if (file === null) throw new UsageError(`cannot read ${project.entry}`);
  return stage === "tokens" ? tokensText(file) : treeText(parseModule(file).module);
}

// ---------------------------------------------------------------- graphs

function graphText(call: Invocation, project: Project, stage: string): string {
  const form = optionText(call, "as") ?? "text";
  const name = optionText(call, "fn");
  if (name === undefined && form !== "text")
    throw new UsageError(`--as ${form} shows one function: name it with --fn`);
  const isHigh = HIGH_STAGES.some((one) => one === stage);
  const analysis = isHigh
    ? analyse(project.entry, fileHost(), { onStage: showStage(call.terminal) })
    : analyseOrExit(call, project.entry, fileHost());
  if (form === "html") return page(analysis, stage, name!, project);
  if (isHigh) return highText(analysis, stage, name, form);
  return lowText(analysis, stage, name, form);
}

function highText(
  analysis: Analysis,
  stage: string,
  name: string | undefined,
  form: string,
): string {
  const specs = name === undefined ? analysis.program.specs : specsNamed(analysis, name);
  // One drawing, if there are several functions of the name.
  const wanted = form === "svg" ? specs.filter((one) => one.graph !== null).slice(0, 1) : specs;
  const texts = wanted.flatMap((spec) => {
    if (spec.graph === null) return [];
    const printer = printerOf(stage, spec);
    if (form === "dot") return [dotGraph(spec.graph, printer)];
    if (form === "svg") return [drawing(spec.graph, printer, spec.name)];
    return [
      `${stage === "annotated" ? signature(spec) : `# ${spec.name}\n`}${printGraph(spec.graph, printer)}`,
    ];
  });
  return texts.join("\n");
}

function drawing(graph: HighGraph, printer: Printer<High>, name: string): string {
  const blocks = graph.blocks.map((block) => ({
    id: block.id,
    text: blockText(printBlock(block, printer)),
    links: labelledLinks(block.exit, printer).map(({ label, link }) => ({
      label,
      target: link.target.id,
    })),
  }));
  return graphSvg(name, blocks);
}

function lowDrawing(fn: LLFunction): string {
  const blocks = (fn.graph?.blocks ?? []).map((block) => ({
    id: block.id,
    text: blockText(printLowBlock(block)),
    links: exitLinks(block.exit).map(({ target }) => ({ label: "", target: target.id })),
  }));
  return graphSvg(fn.name, blocks);
}

function blockText(text: string): string {
  return text.replace(/\n+$/, "");
}

/** `annotated` writes each variable's type where it is defined. */
function printerOf(stage: string, spec: Spec): Printer<High> {
  if (stage === "flow") return HIGH_PRINTER;
  return {
    ...HIGH_PRINTER,
    aux(op) {
      const annotation = spec.annotations[op.result.id];
      const type = annotation === undefined ? "not reached" : show(annotation);
      const resolution = spec.resolutions.get(op as never);
      const how = resolution === undefined ? [] : [["is", describeResolution(resolution)] as const];
      return [...HIGH_PRINTER.aux(op), ["type", type] as const, ...how];
    },
  };
}

function describeResolution(
  resolution: NonNullable<ReturnType<Spec["resolutions"]["get"]>>,
): string {
  switch (resolution.kind) {
    case "call":
      return `call ${resolution.target.name}`;
    case "virtual":
      return `virtual ${resolution.family.root.symbol.name}.${resolution.family.name}`;
    case "new":
      return `new ${resolution.cls.symbol.name}`;
    case "field":
      return `field ${resolution.owner.symbol.name}.${resolution.field.name}`;
    case "intrinsic":
      return `intrinsic ${resolution.name}`;
    default:
      return resolution.kind;
  }
}

function signature(spec: Spec): string {
  const names = [...spec.symbol.captures, ...spec.symbol.params.map((param) => param.name.text)];
  const entry = spec.graph!.entry.params;
  const params = entry.map((param, i) => {
    const annotation = spec.annotations[param.id];
    return `${param.name ?? names[i] ?? "?"}: ${annotation === undefined ? "never" : show(annotation)}`;
  });
  return `# ${spec.name}(${params.join(", ")})\n`;
}

function specsNamed(analysis: Analysis, name: string): readonly Spec[] {
  const { specs } = analysis.program;
  const found = specs.filter((one) => matches(one.name, name));
  if (found.length === 0)
    throw unknownFunction(
      name,
      specs.map((one) => one.name),
    );
  return found;
}

/** Exactly, without its module, or without its type arguments. */
function matches(full: string, written: string): boolean {
  const plain = full.replace(/<.*>$/, "");
  return (
    full === written ||
    plain === written ||
    full.endsWith(`.${written}`) ||
    plain.endsWith(`.${written}`)
  );
}

function unknownFunction(name: string, known: readonly string[]): UsageError {
  const lasts = known.map((one) =>
    one.replace(/<.*>$/, "").split(".").slice(-name.split(".").length).join("."),
  );
  const near = nearest(name, new Set(lasts));
  const hint =
    near === null
      ? "functions that nothing calls are left out of a program"
      : `did you mean \`${near}\`?`;
  return new UsageError(`the program has no function \`${name}\` at this stage`, hint);
}

// ---------------------------------------------------------------- low-level stages

function lowText(
  analysis: Analysis,
  stage: string,
  name: string | undefined,
  form: string,
): string {
  const program = programAfter(analysis, stage);
  if (stage === "c") return cText(program, name);
  if (name === undefined) return printProgram(program);
  const functions = lowFunctions(program, name);
  if (form === "svg") return lowDrawing(functions[0]!);
  return functions.map((fn) => (form === "dot" ? lowDot(fn) : printFunction(fn))).join("\n");
}

function programAfter(analysis: Analysis, stage: string): LLProgram {
  const native = stage === "native" || stage === "c";
  const driverName = Object.keys(DRIVER_NAMES).find((one) => DRIVER_NAMES[one] === stage) ?? stage;
  const result = compileAnalysed(analysis, native ? {} : { until: driverName });
  if (!result.ok) throw new Exit(1);
  if (native) prepareForNative(result.program);
  return result.program;
}

function lowFunctions(program: LLProgram, name: string): LLFunction[] {
  const found = functionsNamed(program, name);
  const all = found.length > 0 ? found : program.functions.filter((one) => matches(one.name, name));
  if (all.length === 0)
    throw unknownFunction(
      name,
      program.functions.map((one) => one.name),
    );
  return all;
}

function lowDot(fn: LLFunction): string {
  const escaped = (text: string) => text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\l");
  const lines = [
    `digraph "${escaped(fn.name)}" {`,
    '  node [shape=box, fontname="monospace", fontsize=10];',
  ];
  for (const block of fn.graph?.blocks ?? []) {
    lines.push(`  b${block.id} [label="${escaped(printLowBlock(block))}\\l"];`);
    for (const link of exitLinks(block.exit)) lines.push(`  b${block.id} -> b${link.target.id};`);
  }
  return [...lines, "}"].join("\n");
}

/** C has no functions that a stage could name, so the text is searched for the definition. */
function cText(program: LLProgram, name: string | undefined): string {
  const wanted = name === undefined ? null : lowFunctions(program, name);
  const files = [...emitC(program)];
  if (wanted === null)
    return files.map((file) => `/* ---- ${file.name} ---- */\n${file.text}`).join("\n");
  const all = files.map((file) => file.text).join("\n");
  const texts = wanted.flatMap((fn) => {
    const pattern = new RegExp(
      `^[^\\n;{}]*\\bw_${identifier(fn.name)}\\([^;{}]*\\)\\s*\\{\\n[\\s\\S]*?^\\}`,
      "m",
    );
    return pattern.exec(all)?.[0] ?? [];
  });
  if (texts.length === 0)
    throw new UsageError(`\`${name}\` has no C of its own`, "it was inlined everywhere");
  return texts.join("\n\n");
}

// ---------------------------------------------------------------- all stages side by side

function page(analysis: Analysis, last: string, name: string, project: Project): string {
  const [spec] = specsNamed(analysis, name);
  const graph = spec!.graph;
  const columns: Column[] = [];
  if (graph !== null) {
    for (const stage of HIGH_STAGES) {
      const printer = printerOf(stage, spec!);
      columns.push({
        title: stage,
        blocks: graph.blocks.map((block) => ({ id: block.id, text: printBlock(block, printer) })),
      });
      if (stage === last) return htmlPage(`${project.name}: ${spec!.name}`, columns);
    }
  }
  columns.push(...lowColumns(analysis, last, spec!.name));
  return htmlPage(`${project.name}: ${spec!.name}`, columns);
}

function lowColumns(analysis: Analysis, last: string, name: string): Column[] {
  const columns: Column[] = [];
  const add = (title: string, program: LLProgram) => {
    const fn = functionsNamed(program, name)[0];
    const blocks = fn?.graph?.blocks.map((block) => ({
      id: block.id,
      text: printLowBlock(block).replace(/\bblock(\d+)/g, "b$1"),
    }));
    columns.push({
      title,
      blocks: blocks ?? [{ id: 0, text: "(gone: inlined everywhere, or never called)" }],
    });
  };
  const native = last === "native" || last === "c";
  const result = compileAnalysed(analysis, {
    onProgram: (stage, program) => {
      const title = DRIVER_NAMES[stage] ?? stage;
      if (native || LOW_STAGES.indexOf(title) <= LOW_STAGES.indexOf(last)) add(title, program);
    },
  });
  if (native && result.ok) {
    prepareForNative(result.program);
    add("native", result.program);
  }
  return columns;
}
