/**
 * Renaming, across files. Overrides of a method are renamed with it. It waits for an analysis of the
 * texts as they are, and refuses what it cannot do right: the library, keywords, names that would
 * then mean something else.
 */
import {
  LSPErrorCodes,
  ResponseError,
  type PrepareRenameParams,
  type Range,
  type RenameParams,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver";
import { KEYWORDS } from "../../dsl/grammar/tokens.ts";
import type { Definition } from "../engine/data.ts";
import {
  locationOf,
  occurrenceAt,
  occurrencesOf,
  offsetIn,
  rangeIn,
  relatives,
} from "../places.ts";
import { isUser, type View } from "../workspace.ts";
import type { Context } from "./feature.ts";

export async function prepareRename(
  { workspace }: Context,
  { textDocument, position }: PrepareRenameParams,
): Promise<{ range: Range; placeholder: string } | null> {
  await workspace.settled();
  const view = await workspace.view(textDocument.uri);
  if (view === null) return null;
  const found = occurrenceAt(view, offsetIn(view, position));
  if (found === null) return null;
  const definition = view.program.definitions[found.definition]!;
  const refused = refusal(view, definition);
  if (refused !== null) throw failed(refused);
  const placeholder = view.module.text.slice(found.start, found.end);
  return { range: rangeIn(view, found.start, found.end), placeholder };
}

export async function rename(
  { workspace }: Context,
  { textDocument, position, newName }: RenameParams,
): Promise<WorkspaceEdit | null> {
  await workspace.settled();
  const view = await workspace.view(textDocument.uri);
  if (view === null) return null;
  const found = occurrenceAt(view, offsetIn(view, position));
  if (found === null) return null;
  const definition = view.program.definitions[found.definition]!;
  const refused = refusal(view, definition) ?? unfit(view, definition, newName);
  if (refused !== null) throw failed(refused);
  const oldName = view.module.text.slice(found.start, found.end);
  const changes: Record<string, TextEdit[]> = {};
  for (const { path, occurrence } of occurrencesOf(view, relatives(view, definition))) {
    const { start, end } = occurrence;
    const location = locationOf(workspace, view, { path, start, end });
    // A name under which it was imported stays as it is, unless that is the name in question.
    if (workspace.documentAt(path).getText(location.range) !== oldName) continue;
    (changes[location.uri] ??= []).push({ range: location.range, newText: newName });
  }
  return { changes };
}

function refusal(view: View, definition: Definition): string | null {
  if (!isUser(definition)) return `\`${definition.name}\` is part of the library`;
  if (definition.kind === "module") return "a module is renamed by renaming its file";
  if (definition.name === "self") return "`self` is called so everywhere";
  if (/^__\w+__$/.test(definition.name)) return `\`${definition.name}\` is called by the language`;
  const family = [...relatives(view, definition)].map((id) => view.program.definitions[id]!);
  const foreign = family.find((one) => !isUser(one));
  return foreign === undefined ? null : `\`${definition.name}\` overrides a method of the library`;
}

/** Why the new name will not do. */
function unfit(view: View, definition: Definition, name: string): string | null {
  if (!/^[A-Za-z_]\w*$/.test(name)) return `\`${name}\` is not a name`;
  if (KEYWORDS.has(name)) return `\`${name}\` is a keyword`;
  const { definitions } = view.program;
  const taken = definitions.find(
    (one) =>
      one.name === name &&
      one.container === definition.container &&
      one.id !== definition.id &&
      isUser(one) &&
      one.path === definition.path,
  );
  return taken === undefined ? null : `there is a ${taken.kind} \`${name}\` already`;
}

function failed(message: string): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestFailed, message);
}
