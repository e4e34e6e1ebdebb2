/** Definition, type definition and implementations. */
import type { Location, TextDocumentPositionParams } from "vscode-languageserver";
import { definitionAt, locationOfDefinition, offsetIn, typeAt } from "../places.ts";
import type { Context } from "./feature.ts";

type Finder = (context: Context, params: TextDocumentPositionParams) => Promise<Location[]>;

export const definition: Finder = async ({ workspace }, { textDocument, position }) => {
  const view = await workspace.view(textDocument.uri);
  const found = view === null ? null : definitionAt(view, position);
  const location = found === null ? null : locationOfDefinition(workspace, view!, found);
  return location === null ? [] : [location];
};

export const typeDefinition: Finder = async ({ workspace }, { textDocument, position }) => {
  const view = await workspace.view(textDocument.uri);
  if (view === null) return [];
  const of = typeAt(view, offsetIn(view, position))?.of ?? definitionAt(view, position)?.of ?? [];
  return of.flatMap((id) => {
    return locationOfDefinition(workspace, view, view.program.definitions[id]!) ?? [];
  });
};

/** Of a method, its definitions in subclasses that are no mere signatures; of a class, all below it. */
export const implementation: Finder = async ({ workspace }, { textDocument, position }) => {
  const view = await workspace.view(textDocument.uri);
  const found = view === null ? null : definitionAt(view, position);
  if (view === null || found === null) return [];
  const { definitions } = view.program;
  const below = (id: number): number[] =>
    definitions[id]!.subclasses.flatMap((sub) => [sub, ...below(sub)]);
  const ids =
    found.kind === "method"
      ? definitions
          .filter((one) => one.family === found.family && !one.isAbstract)
          .map((one) => one.id)
      : below(found.id);
  const shown = ids.length > 0 ? ids : [found.id];
  return shown.flatMap((id) => locationOfDefinition(workspace, view, definitions[id]!) ?? []);
};
