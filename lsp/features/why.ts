/**
 * `wright/why`, a request of our own: the type at a place and the chain of assignments, calls and stores
 * through which it got there, nearest first. Hovers show the same as text; editors with a view for it ask.
 */
import type { Location, TextDocumentPositionParams } from "vscode-languageserver";
import { occurrenceAt, offsetIn, typeAt } from "../places.ts";
import { uriOf } from "../uris.ts";
import type { Context } from "./feature.ts";

export interface Why {
  /** The source text of the name or expression. */
  readonly text: string;
  readonly type: string;
  readonly steps: readonly { readonly message: string; readonly location: Location | null }[];
}

export async function why(
  { workspace }: Context,
  { textDocument, position }: TextDocumentPositionParams,
): Promise<Why | null> {
  // Reasons are not mapped through edits: the answer is about the text as it is.
  await workspace.settled();
  const view = await workspace.view(textDocument.uri);
  if (view === null) return null;
  const offset = offsetIn(view, position);
  const at = occurrenceAt(view, offset) ?? typeAt(view, offset);
  if (at === null) return null;
  const inside = Math.min(offset, at.end - 1);
  const found = await workspace.engine.why(view.program.entry, view.module.path, inside);
  if (found === null) return null;
  const steps = found.notes.map(({ message, place }) => {
    if (place === null) return { message, location: null };
    const document = workspace.documentAt(place.path);
    const range = {
      start: document.positionAt(place.start),
      end: document.positionAt(place.end),
    };
    return { message, location: { uri: uriOf(place.path), range } };
  });
  return { text: view.module.text.slice(at.start, at.end), type: found.type, steps };
}
