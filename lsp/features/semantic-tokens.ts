/** Colours of names by what they mean; the rest is the grammar's. */
import type { SemanticTokens, SemanticTokensLegend } from "vscode-languageserver";
import type { Definition, DefinitionKind, Occurrence } from "../engine/data.ts";
import type { View } from "../workspace.ts";
import type { Context } from "./feature.ts";

const TYPES = [
  "namespace",
  "class",
  "interface",
  "struct",
  "enum",
  "enumMember",
  "function",
  "method",
  "property",
  "variable",
  "parameter",
  "type",
  "typeParameter",
] as const;
const MODIFIERS = [
  "definition",
  "readonly",
  "static",
  "abstract",
  "defaultLibrary",
  "modification",
] as const;

export const legend: SemanticTokensLegend = {
  tokenTypes: [...TYPES],
  tokenModifiers: [...MODIFIERS],
};

const TYPE_OF: Readonly<Record<DefinitionKind, (typeof TYPES)[number]>> = {
  module: "namespace",
  class: "class",
  mixin: "interface",
  struct: "struct",
  enum: "enum",
  member: "enumMember",
  function: "function",
  method: "method",
  field: "property",
  attribute: "property",
  global: "variable",
  local: "variable",
  parameter: "parameter",
  alias: "type",
  "type-parameter": "typeParameter",
  builtin: "function",
};

export async function semanticTokens(
  { workspace }: Context,
  uri: string,
  range: { readonly start: number; readonly end: number } | null,
): Promise<SemanticTokens> {
  const view = await workspace.view(uri);
  if (view === null) return { data: [] };
  return { data: encoded(view, range) };
}

/** Five numbers per token, lines and columns relative to the one before. */
function encoded(
  view: View,
  range: { readonly start: number; readonly end: number } | null,
): number[] {
  const { document, mapping, module, program } = view;
  const data: number[] = [];
  let [line, column] = [0, 0];
  let last = -1;
  for (const one of module.occurrences) {
    const start = mapping.forward(one.start);
    if (start <= last || mapping.touched(one.start, one.end)) continue;
    if (range !== null && (start < range.start || start > range.end)) continue;
    last = start;
    const definition = program.definitions[one.definition]!;
    const position = document.positionAt(start);
    const isNewLine = position.line !== line;
    data.push(
      position.line - line,
      isNewLine ? position.character : position.character - column,
      one.end - one.start,
      TYPES.indexOf(typeOf(definition, one)),
      modifiersOf(definition, one),
    );
    line = position.line;
    column = position.character;
  }
  return data;
}

function typeOf(definition: Definition, { role }: Occurrence): (typeof TYPES)[number] {
  if (definition.kind === "builtin" && role === "type") return "type";
  return TYPE_OF[definition.kind];
}

function modifiersOf(definition: Definition, { role }: Occurrence): number {
  let bits = 0;
  const add = (modifier: (typeof MODIFIERS)[number]) => (bits |= 1 << MODIFIERS.indexOf(modifier));
  if (role === "definition") add("definition");
  if (role === "write") add("modification");
  if (definition.kind === "attribute" || definition.kind === "member") add("readonly");
  if (definition.isAbstract) add("abstract");
  if (definition.isLibrary) add("defaultLibrary");
  return bits;
}
