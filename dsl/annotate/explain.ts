/**
 * Why a value has its type: from a conflict back along the flows that led there.
 *
 * A cell remembers the first reason for each rise, a block parameter the first link; a reason names
 * the value that flowed. Following those from value to cell to value gives the chain: call site by
 * call site, store by store. The same walk serves diagnostics, `wright why` and hover.
 */
import { onlyLinks } from "../flow/graph.ts";
import type { HighBlock, HighOp, HighValue } from "../flow/ops.ts";
import type { Note } from "../syntax/diagnostics.ts";
import { note } from "../syntax/diagnostics.ts";
import type { Span } from "../syntax/source.ts";
import { find } from "./cells.ts";
import type { Cell, Reason, ValueSource } from "./cells.ts";
import type { LiveSpec } from "./context.ts";
import type { Annotation } from "./lattice.ts";
import { show } from "./show.ts";

const MAX_STEPS = 5;

type Definition =
  | { readonly kind: "op"; readonly op: HighOp; readonly block: HighBlock }
  | { readonly kind: "param"; readonly block: HighBlock; readonly index: number };

const definitions = new WeakMap<LiveSpec, Map<number, Definition>>();

/** The specialisation has another graph now. */
export function forgetDefinitions(spec: LiveSpec): void {
  definitions.delete(spec);
}

/** Where each variable of the graph is defined. */
export function definitionsOf(spec: LiveSpec): Map<number, Definition> {
  let table = definitions.get(spec);
  if (table !== undefined || spec.graph === null) return table ?? new Map();
  table = new Map();
  for (const block of spec.graph.blocks) {
    block.params.forEach((param, index) => table!.set(param.id, { kind: "param", block, index }));
    for (const op of block.ops) table.set(op.result.id, { kind: "op", op: op as HighOp, block });
  }
  definitions.set(spec, table);
  return table;
}

/** Prefers the reasons that explain what a message complains about: where the `None` came from. */
export type Wanted = (annotation: Annotation) => boolean;

/** One walk back: how far it may still go, where it has been, what it looks for. */
interface Trail {
  readonly seen: Set<string>;
  readonly wanted: Wanted;
}

const ANYTHING: Wanted = () => true;

/** The notes behind one reason: itself, then where its value came from. */
export function reasonNotes(reason: Reason, wanted: Wanted = ANYTHING): Note[] {
  const trail: Trail = { seen: new Set(), wanted };
  const notes = at(reason.span, `${show(reason.annotation)}: ${reason.message}`);
  if (reason.source !== null) notes.push(...valueNotes(trail, reason.source, MAX_STEPS));
  return withoutRepeats(notes);
}

/** The chain behind a value. */
export function chainNotes(source: ValueSource, wanted: Wanted = ANYTHING): Note[] {
  return withoutRepeats(valueNotes({ seen: new Set(), wanted }, source, MAX_STEPS));
}

function valueNotes(trail: Trail, source: ValueSource, steps: number): Note[] {
  const spec = source.spec as LiveSpec;
  const key = `${spec.id}:${source.variable}`;
  if (steps === 0 || trail.seen.has(key)) return [];
  trail.seen.add(key);
  const definition = definitionsOf(spec).get(source.variable);
  if (definition === undefined) return [];
  const annotation = spec.annotations[source.variable];
  const text = annotation === undefined ? "?" : show(annotation);
  if (definition.kind === "op") return opNotes(trail, spec, definition.op, text, steps);
  if (definition.block === spec.graph?.entry)
    return cellNotes(trail, spec.params[definition.index], steps);
  const from = arrivalOf(trail, spec, source.variable, definition);
  return from === undefined || from.kind === "const"
    ? []
    : valueNotes(trail, { spec, variable: from.id }, steps);
}

/** Where a block parameter's value came from: over its one link, or the first that raised it. */
function arrivalOf(
  trail: Trail,
  spec: LiveSpec,
  variable: number,
  definition: Extract<Definition, { kind: "param" }>,
): HighValue | undefined {
  const only = spec.graph === null ? null : onlyLinks(spec.graph).get(definition.block);
  if (only !== null && only !== undefined) return only.link.args[definition.index];
  const arrivals = spec.paramReasons.get(variable) ?? [];
  return (arrivals.find((one) => trail.wanted(one.annotation)) ?? arrivals[0])?.source;
}

function opNotes(trail: Trail, spec: LiveSpec, op: HighOp, text: string, steps: number): Note[] {
  switch (op.name) {
    case "same": {
      const from = op.args[0]!;
      return from.kind === "var"
        ? valueNotes(trail, { spec, variable: from.id }, steps)
        : at(op.span, `${text}: written here`);
    }
    case "call":
    case "call_method":
      return [
        ...at(op.span, `${text}: the result of this call`),
        ...behindNotes(trail, spec, op, steps),
      ];
    case "getattr":
      return [...at(op.span, `${text}: read from here`), ...behindNotes(trail, spec, op, steps)];
    default:
      return at(op.span, `${text}: made here`);
  }
}

/** Follows a call into its result, and a field read into its stores. */
function behindNotes(trail: Trail, spec: LiveSpec, op: HighOp, steps: number): Note[] {
  const cell = spec.sites.get(op)?.behind;
  return cell === undefined ? [] : cellNotes(trail, cell, steps - 1);
}

function cellNotes(trail: Trail, cell: Cell | undefined, steps: number): Note[] {
  if (cell === undefined || steps <= 0) return [];
  const { reasons } = find(cell);
  const reason = reasons.find((one) => trail.wanted(one.annotation)) ?? reasons[0];
  if (reason === undefined) return [];
  const first = at(reason.span, `${show(reason.annotation)}: ${reason.message}`);
  return reason.source === null
    ? first
    : [...first, ...valueNotes(trail, reason.source, steps - 1)];
}

function at(span: Span | null, message: string): Note[] {
  return span === null ? [] : [note(message, span)];
}

function withoutRepeats(notes: readonly Note[]): Note[] {
  const places = new Set<string>();
  return notes.filter((one) => {
    if (one.span === null) return true;
    const key = `${one.span.chunk.file.path}:${one.span.chunk.offset + one.span.start}:${one.span.chunk.offset + one.span.end}`;
    if (places.has(key)) return false;
    places.add(key);
    return true;
  });
}

export function sourceOf(spec: LiveSpec, value: HighValue): ValueSource | null {
  return value.kind === "var" ? { spec, variable: value.id } : null;
}
