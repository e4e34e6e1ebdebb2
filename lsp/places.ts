/** From offsets of the engine to places of the protocol, and back. */
import type { Location, Position, Range } from "vscode-languageserver";
import type { Definition, Occurrence, Rows, TypePlace } from "./engine/data.ts";
import { mappingBetween } from "./engine/mapping.ts";
import { uriOf } from "./uris.ts";
import { moduleAt, type View, type Workspace } from "./workspace.ts";

/** The offset in the analysed text. */
export function offsetIn({ document, mapping }: View, position: Position): number {
  return mapping.back(document.offsetAt(position));
}

export function rangeIn({ document, mapping }: View, start: number, end: number): Range {
  return {
    start: document.positionAt(mapping.forward(start)),
    end: document.positionAt(mapping.forward(end)),
  };
}

/** A place in any file of the view's program, as the file is now. */
export function locationOf(
  workspace: Workspace,
  view: View,
  at: { readonly path: string; readonly start: number; readonly end: number },
): Location {
  const document = workspace.documentAt(at.path);
  const module = moduleAt(view.program, at.path);
  const mapping = mappingBetween(module?.text ?? document.getText(), document.getText());
  return {
    uri: uriOf(at.path),
    range: {
      start: document.positionAt(mapping.forward(at.start)),
      end: document.positionAt(mapping.forward(at.end)),
    },
  };
}

export function locationOfDefinition(
  workspace: Workspace,
  view: View,
  definition: Definition,
): Location | null {
  const { path, start, end } = definition;
  return path === null ? null : locationOf(workspace, view, { path, start, end });
}

/** The name at an offset; one that ends there counts too. */
export function occurrenceAt({ module }: View, offset: number): Occurrence | null {
  const { occurrences } = module;
  let best: Occurrence | null = null;
  for (let i = startingBy(occurrences, offset) - 1; i >= 0; i--) {
    const one = occurrences.at(i)!;
    // Names do not overlap: at most two of them touch the offset.
    if (one.end < offset) break;
    if (best === null || one.end > offset) best = one;
  }
  return best;
}

/** How many places start at or before the offset. */
function startingBy(places: Rows<{ readonly start: number }>, offset: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places.at(middle)!.start <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Expressions further back than so many places do not reach up to here. */
const LONGEST_EXPRESSION = 2000;

export function definitionAt(view: View, position: Position): Definition | null {
  const found = occurrenceAt(view, offsetIn(view, position));
  return found === null ? null : view.program.definitions[found.definition]!;
}

/** The smallest typed place around an offset. */
export function typeAt({ module }: View, offset: number): TypePlace | null {
  const { types } = module;
  const last = startingBy(types, offset) - 1;
  let best: TypePlace | null = null;
  for (let i = last; i >= 0 && i > last - LONGEST_EXPRESSION; i--) {
    const one = types.at(i)!;
    if (one.end < offset) continue;
    if (best === null || one.end - one.start < best.end - best.start) best = one;
  }
  return best;
}

/** The longest typed place that ends at an offset. */
export function typeEndingAt({ module }: View, offset: number): TypePlace | null {
  const { types } = module;
  const last = startingBy(types, offset) - 1;
  let best: TypePlace | null = null;
  for (let i = last; i >= 0 && i > last - LONGEST_EXPRESSION; i--) {
    const one = types.at(i)!;
    if (one.end === offset) best = one;
  }
  return best;
}

/** All that is renamed together with a definition: a method's overrides; else itself. */
export function relatives(view: View, definition: Definition): Set<number> {
  if (definition.kind !== "method") return new Set([definition.id]);
  const { definitions } = view.program;
  return new Set(
    definitions.filter((one) => one.family === definition.family).map((one) => one.id),
  );
}

/** Every place of a name, by file. */
export function occurrencesOf(
  view: View,
  ids: ReadonlySet<number>,
): { readonly path: string; readonly occurrence: Occurrence }[] {
  return view.program.modules.flatMap(({ path, occurrences }) =>
    occurrences
      .filter((one) => ids.has(one.definition))
      .map((occurrence) => ({ path, occurrence })),
  );
}

/** The function (or class) whose text holds an offset, innermost. */
export function enclosing(view: View, offset: number): Definition | null {
  const { definitions } = view.program;
  let best: Definition | null = null;
  for (const one of definitions) {
    if (one.path !== view.module.path || one.fullStart > offset || one.fullEnd < offset) continue;
    if (!["function", "method", "class", "mixin", "struct", "enum"].includes(one.kind)) continue;
    if (best === null || one.fullStart >= best.fullStart) best = one;
  }
  return best;
}
