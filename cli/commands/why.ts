/**
 * `wright why LANG FILE:LINE:COL`: the type at a place, and the way by which it got there.
 *
 * Graphs are built with the places of names recorded, as the editor's hover does it; the smallest name
 * or operation around the place is what is asked about. A generic function has an answer per
 * specialisation.
 */
import { annotate } from "../../dsl/annotate/annotate.ts";
import { chainNotes } from "../../dsl/annotate/explain.ts";
import type { LiveSpec } from "../../dsl/annotate/context.ts";
import { show } from "../../dsl/annotate/show.ts";
import { bindProgram } from "../../dsl/bind/bind.ts";
import { build } from "../../dsl/flow/build.ts";
import type { HighGraph, HighValue } from "../../dsl/flow/ops.ts";
import { printStatic } from "../../dsl/flow/text.ts";
import { parseModule } from "../../dsl/grammar/parser.ts";
import type { Diagnostic, Note } from "../../dsl/syntax/diagnostics.ts";
import {
  endOffset,
  placeOf,
  startOffset,
  startPosition,
  textOf,
  type SourceFile,
  type Span,
} from "../../dsl/syntax/source.ts";
import { fileHost } from "../host.ts";
import { flag, type Invocation } from "../invocation.ts";
import { openProject, shown } from "../project.ts";
import { UsageError } from "../options.ts";
import { count, type Palette } from "../terminal.ts";

interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

interface Candidate {
  readonly spec: LiveSpec;
  readonly span: Span;
  readonly value: HighValue;
  /** A name is what is meant, where a name and an operation are equally small. */
  readonly isName: boolean;
}

interface Answer {
  readonly text: string;
  readonly span: Span;
  readonly type: string;
  readonly function: string;
  readonly notes: readonly Note[];
}

export async function run(call: Invocation): Promise<number> {
  const { terminal } = call;
  const project = openProject(call.positionals[0]);
  const place = parsePlace(call.positionals[1]!);
  const { specs, places, file, diagnostics } = analyse(project.entry, place);
  const offset = offsetOf(file, place);
  const answers = distinct(nearestCandidates(candidates(specs, places, file, offset)).map(answer));
  const errors = diagnostics.filter((one) => one.severity === "error").length;
  if (errors > 0)
    terminal.say(
      `${terminal.err.yellow("note")}: the program has ${count(errors, "error")}; \`wright check\` shows them`,
    );
  if (answers.length === 0) {
    throw new UsageError(
      `nothing at ${place.path}:${place.line}:${place.column} has a type`,
      "point at a name or an operator in a function that is reached",
    );
  }
  if (flag(call, "json")) terminal.print(JSON.stringify(answers.map(toJson), null, 2));
  else
    terminal.print(
      answers.map((one) => render(one, answers.length > 1, terminal.out)).join("\n\n"),
    );
  return 0;
}

function parsePlace(written: string): Place {
  const match = /^(.+):(\d+):(\d+)$/.exec(written);
  if (match === null)
    throw new UsageError(
      `\`${written}\` is no place`,
      "a place is FILE:LINE:COLUMN, as messages show it: main.wr:12:9",
    );
  return { path: shown(match[1]!), line: Number(match[2]), column: Number(match[3]) };
}

function analyse(entry: string, place: Place) {
  const host = fileHost();
  const places = new Map<
    HighGraph,
    readonly { readonly span: Span; readonly value: HighValue }[]
  >();
  const bound = bindProgram(entry, host, parseModule);
  const program = annotate(bound, {
    buildGraph: (fn, constArgs, starCount) => {
      const result = build(fn, { program: bound, constArgs, starCount, recordPlaces: true });
      places.set(result.graph, result.places);
      return result;
    },
    embed: (path, from) => host.embed?.(path, from) ?? null,
  });
  const module = bound.modules.find((one) => one.path === place.path);
  const file = module === undefined ? null : host.read(module.path);
  if (file === null)
    throw new UsageError(
      `${place.path} is no module of this program`,
      "name the file as messages do",
    );
  const diagnostics: readonly Diagnostic[] = [...bound.diagnostics, ...program.diagnostics];
  return { specs: program.specs as readonly LiveSpec[], places, file, diagnostics };
}

function offsetOf(file: SourceFile, place: Place): number {
  const start = file.lineStarts[place.line - 1];
  if (start === undefined)
    throw new UsageError(`${file.path} has only ${count(file.lineStarts.length, "line")}`);
  return start + place.column - 1;
}

// ---------------------------------------------------------------- what stands there

function candidates(
  specs: readonly LiveSpec[],
  places: ReadonlyMap<HighGraph, readonly { readonly span: Span; readonly value: HighValue }[]>,
  file: SourceFile,
  offset: number,
): Candidate[] {
  const covers = (span: Span | null): span is Span =>
    span !== null &&
    span.chunk.file === file &&
    startOffset(span) <= offset &&
    offset < Math.max(endOffset(span), startOffset(span) + 1);
  return specs.flatMap((spec) => {
    const { graph } = spec;
    if (graph === null || spec.symbol.module.path !== file.path) return [];
    const names = (places.get(graph) ?? [])
      .filter(({ span }) => covers(span))
      .map((one): Candidate => ({ spec, ...one, isName: true }));
    const ops = graph.blocks.flatMap((block) => block.ops).filter(({ span }) => covers(span));
    return [
      ...names,
      ...ops.map((op): Candidate => ({ spec, span: op.span!, value: op.result, isName: false })),
    ];
  });
}

function nearestCandidates(all: readonly Candidate[]): Candidate[] {
  const width = ({ span }: Candidate) => span.end - span.start;
  const known = all.filter(
    ({ spec, value }) => value.kind === "const" || spec.annotations[value.id] !== undefined,
  );
  const least = Math.min(...known.map(width));
  const smallest = known.filter((one) => width(one) === least);
  const names = smallest.filter((one) => one.isName);
  return names.length > 0 ? names : smallest;
}

function answer({ spec, span, value }: Candidate): Answer {
  const base = { text: textOf(span), span, function: spec.name };
  if (value.kind === "const")
    return { ...base, type: `the constant ${printStatic(value.value)}`, notes: [] };
  const notes = chainNotes({ spec, variable: value.id });
  return { ...base, type: show(spec.annotations[value.id]!), notes };
}

/** A loop's variable has several versions at one place; what says the same is said once. */
function distinct(answers: readonly Answer[]): Answer[] {
  const seen = new Set<string>();
  return answers.filter((one) => {
    const key = `${one.function} ${one.type}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

// ---------------------------------------------------------------- output

function render(answer: Answer, several: boolean, paint: Palette): string {
  const where = several ? paint.dim(` in ${answer.function}`) : "";
  const lines = [
    `${paint.bold(answer.text)}: ${paint.cyan(answer.type)}${where}`,
    `  ${placeOf(answer.span)}`,
  ];
  for (const note of answer.notes) {
    lines.push(`${paint.dim("because")} ${note.message}`);
    if (note.span !== null)
      lines.push(`  ${placeOf(note.span)}`, `    ${paint.dim(sourceLine(note.span))}`);
  }
  return lines.join("\n");
}

function sourceLine(span: Span): string {
  const { text, lineStarts } = span.chunk.file;
  const { line } = startPosition(span);
  return text.slice(lineStarts[line - 1]!, (lineStarts[line] ?? text.length + 1) - 1).trim();
}

function toJson(answer: Answer) {
  return {
    text: answer.text,
    place: placeOf(answer.span),
    type: answer.type,
    function: answer.function,
    because: answer.notes.map((note) => ({
      message: note.message,
      place: note.span === null ? null : placeOf(note.span),
    })),
  };
}
