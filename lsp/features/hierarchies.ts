/** Call hierarchy and type hierarchy. */
import type {
  CallHierarchyIncomingCall,
  CallHierarchyItem,
  CallHierarchyOutgoingCall,
  Range,
  TextDocumentPositionParams,
  TypeHierarchyItem,
} from "vscode-languageserver";
import type { Definition } from "../engine/data.ts";
import {
  definitionAt,
  locationOf,
  locationOfDefinition,
  occurrencesOf,
  relatives,
} from "../places.ts";
import type { View } from "../workspace.ts";
import type { Context } from "./feature.ts";
import { SYMBOL_KINDS } from "./symbols.ts";

const CALLABLE = new Set(["function", "method", "class", "struct"]);
const TYPES = new Set(["class", "mixin", "struct", "enum"]);

function item(
  { workspace }: Context,
  view: View,
  one: Definition,
): CallHierarchyItem & TypeHierarchyItem {
  const location = locationOfDefinition(workspace, view, one)!;
  const full = locationOf(workspace, view, {
    path: one.path!,
    start: one.fullStart,
    end: one.fullEnd,
  });
  const container = one.container === null ? null : view.program.definitions[one.container]!;
  return {
    name: one.name,
    kind: SYMBOL_KINDS[one.kind],
    detail: container?.name ?? "",
    uri: location.uri,
    range: full.range,
    selectionRange: location.range,
  };
}

async function prepare(
  context: Context,
  { textDocument, position }: TextDocumentPositionParams,
  kinds: ReadonlySet<string>,
): Promise<(CallHierarchyItem & TypeHierarchyItem)[] | null> {
  const view = await context.workspace.view(textDocument.uri);
  const found = view === null ? null : definitionAt(view, position);
  if (view === null || found === null || found.path === null || !kinds.has(found.kind)) return null;
  return [item(context, view, found)];
}

export const prepareCalls = (context: Context, params: TextDocumentPositionParams) =>
  prepare(context, params, CALLABLE);
export const prepareTypes = (context: Context, params: TextDocumentPositionParams) =>
  prepare(context, params, TYPES);

/** The definition that an item was made of, in the program of its file. */
async function resolved(
  { workspace }: Context,
  { uri, selectionRange, name }: CallHierarchyItem,
): Promise<{ readonly view: View; readonly definition: Definition } | null> {
  for (const document of workspace.openDocuments()) {
    const view = await workspace.view(document.uri);
    const definition = view?.program.definitions.find((one) => {
      if (one.name !== name || one.path === null) return false;
      const location = locationOfDefinition(workspace, view, one)!;
      const { start } = location.range;
      return (
        location.uri === uri &&
        start.line === selectionRange.start.line &&
        start.character === selectionRange.start.character
      );
    });
    if (view != null && definition !== undefined) return { view, definition };
  }
  return null;
}

export async function incomingCalls(
  context: Context,
  of: CallHierarchyItem,
): Promise<CallHierarchyIncomingCall[]> {
  const found = await resolved(context, of);
  if (found === null) return [];
  const { view, definition } = found;
  const calls = new Map<number, Range[]>();
  const ids = relatives(view, definition);
  // What makes an object calls its `__init__`.
  if (definition.name === "__init__" && definition.container !== null)
    ids.add(definition.container);
  for (const { path, occurrence } of occurrencesOf(view, ids)) {
    if (occurrence.role !== "call" || occurrence.within === null) continue;
    const { range } = locationOf(context.workspace, view, { path, ...occurrence });
    const list = calls.get(occurrence.within);
    if (list === undefined) calls.set(occurrence.within, [range]);
    else list.push(range);
  }
  return [...calls].map(([id, fromRanges]) => ({
    from: item(context, view, view.program.definitions[id]!),
    fromRanges,
  }));
}

export async function outgoingCalls(
  context: Context,
  of: CallHierarchyItem,
): Promise<CallHierarchyOutgoingCall[]> {
  const found = await resolved(context, of);
  if (found === null) return [];
  const { view, definition } = found;
  const calls = new Map<number, Range[]>();
  for (const { path, occurrences } of view.program.modules) {
    for (const one of occurrences) {
      if (one.within !== definition.id || one.role !== "call") continue;
      const to = view.program.definitions[one.definition]!;
      if (to.path === null || !CALLABLE.has(to.kind)) continue;
      const { range } = locationOf(context.workspace, view, { path, ...one });
      const list = calls.get(to.id);
      if (list === undefined) calls.set(to.id, [range]);
      else list.push(range);
    }
  }
  return [...calls].map(([id, fromRanges]) => ({
    to: item(context, view, view.program.definitions[id]!),
    fromRanges,
  }));
}

export async function supertypes(
  context: Context,
  of: TypeHierarchyItem,
): Promise<TypeHierarchyItem[]> {
  const found = await resolved(context, of);
  if (found === null || found.definition.base === null) return [];
  const base = found.view.program.definitions[found.definition.base]!;
  return base.path === null ? [] : [item(context, found.view, base)];
}

export async function subtypes(
  context: Context,
  of: TypeHierarchyItem,
): Promise<TypeHierarchyItem[]> {
  const found = await resolved(context, of);
  if (found === null) return [];
  const { view, definition } = found;
  return definition.subclasses.map((id) => item(context, view, view.program.definitions[id]!));
}
