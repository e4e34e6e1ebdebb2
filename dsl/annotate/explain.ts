/**
 * Why a value has its type: from a conflict back along the flows that led there.
 *
 * A cell remembers the first reason for each rise, a block parameter the first link; a reason names
 * the value that flowed. Following those from value to cell to value gives the chain: call site by
 * call site, store by store. The same walk serves diagnostics, `wright why` and hover.
 */
import type { HighBlock, HighOp, HighValue } from "../flow/ops.ts";
import type { Note } from "../syntax/diagnostics.ts";
import { note } from "../syntax/diagnostics.ts";
import type { Span } from "../syntax/source.ts";
import { find } from "./cells.ts";
import type { Cell, Reason, ValueSource } from "./cells.ts";
import type { Context, LiveSpec } from "./context.ts";
import { show } from "./show.ts";

const MAX_STEPS = 5;

type Definition =
  | { readonly kind: "op"; readonly op: HighOp; readonly block: HighBlock }
  | { readonly kind: "param"; readonly block: HighBlock; readonly index: number };

const definitions = new WeakMap<LiveSpec, Map<number, Definition>>();

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

/** The notes behind one reason: itself, then where its value came from. */
export function reasonNotes(ctx: Context, reason: Reason, steps = MAX_STEPS): Note[] {
  const notes: Note[] = [];
  if (reason.span !== null) notes.push(note(`${show(reason.annotation)}: ${reason.message}`, reason.span));
  if (reason.source !== null) notes.push(...valueNotes(ctx, reason.source, steps, new Set()));
  return withoutRepeats(notes);
}

/** The chain behind a value. */
export function valueNotes(ctx: Context, source: ValueSource, steps: number, seen: Set<string>): Note[] {
  const spec = source.spec as LiveSpec;
  const key = `${spec.id}:${source.variable}`;
  if (steps === 0 || seen.has(key)) return [];
  seen.add(key);
  const definition = definitionsOf(spec).get(source.variable);
  if (definition === undefined) return [];
  const annotation = spec.annotations[source.variable];
  const text = annotation === undefined ? "?" : show(annotation);
  if (definition.kind === "op") return opNotes(ctx, spec, definition.op, text, steps, seen);
  if (definition.block === spec.graph?.entry) return cellNotes(ctx, spec.params[definition.index], steps, seen);
  const from = spec.paramReasons.get(source.variable)?.[0]?.source;
  return from === undefined || from.kind === "const" ? [] : valueNotes(ctx, { spec, variable: from.id }, steps, seen);
}

function opNotes(ctx: Context, spec: LiveSpec, op: HighOp, text: string, steps: number, seen: Set<string>): Note[] {
  switch (op.name) {
    case "same": {
      const from = op.args[0]!;
      return from.kind === "var" ? valueNotes(ctx, { spec, variable: from.id }, steps, seen) : constantNotes(op, text);
    }
    case "call":
    case "call_method":
      return [...at(op.span, `${text}: the result of this call`), ...calleeNotes(ctx, spec, op, steps, seen)];
    case "getattr":
      return [...at(op.span, `${text}: read from here`), ...calleeNotes(ctx, spec, op, steps, seen)];
    default:
      return at(op.span, `${text}: made here`);
  }
}

function constantNotes(op: HighOp, text: string): Note[] {
  return at(op.span, `${text}: written here`);
}

/** Follows a call into its result, and a field read into its stores. */
function calleeNotes(ctx: Context, spec: LiveSpec, op: HighOp, steps: number, seen: Set<string>): Note[] {
  const cell = ctx.cellBehind(spec, op);
  return cell === null ? [] : cellNotes(ctx, cell, steps - 1, seen);
}

function cellNotes(ctx: Context, cell: Cell | undefined, steps: number, seen: Set<string>): Note[] {
  if (cell === undefined || steps <= 0) return [];
  const reason = find(cell).reasons[0];
  if (reason === undefined) return [];
  const first = reason.span === null ? [] : [note(`${show(reason.annotation)}: ${reason.message}`, reason.span)];
  return reason.source === null ? first : [...first, ...valueNotes(ctx, reason.source, steps - 1, seen)];
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
