/** References, and the highlighting of a name's other places in the file. */
import {
  DocumentHighlightKind,
  type DocumentHighlight,
  type DocumentHighlightParams,
  type Location,
  type ReferenceParams,
} from "vscode-languageserver";
import { definitionAt, locationOf, occurrencesOf, rangeIn, relatives } from "../places.ts";
import type { Context } from "./feature.ts";

export async function references(
  { workspace }: Context,
  { textDocument, position, context }: ReferenceParams,
): Promise<Location[]> {
  await workspace.settled();
  const view = await workspace.view(textDocument.uri);
  const found = view === null ? null : definitionAt(view, position);
  if (view === null || found === null) return [];
  return occurrencesOf(view, relatives(view, found))
    .filter(({ occurrence }) => context.includeDeclaration || occurrence.role !== "definition")
    .map(({ path, occurrence: { start, end } }) =>
      locationOf(workspace, view, { path, start, end }),
    );
}

export async function highlight(
  { workspace }: Context,
  { textDocument, position }: DocumentHighlightParams,
): Promise<DocumentHighlight[]> {
  const view = await workspace.view(textDocument.uri);
  const found = view === null ? null : definitionAt(view, position);
  if (view === null || found === null) return [];
  const ids = relatives(view, found);
  return view.module.occurrences
    .filter((one) => ids.has(one.definition))
    .map(({ start, end, role }) => ({
      range: rangeIn(view, start, end),
      kind:
        role === "write" || role === "definition"
          ? DocumentHighlightKind.Write
          : DocumentHighlightKind.Read,
    }));
}
