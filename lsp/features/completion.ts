/**
 * Completion: members after a dot, modules and their names in imports, else what is visible, nearest
 * first. What a member's object is, is known from the last analysis of exactly that expression, or
 * else worked out from the names in it (`chains.ts`).
 */
import {
  CompletionItemKind,
  InsertTextFormat,
  type CompletionItem,
  type CompletionParams,
  type Position,
} from "vscode-languageserver";
import { KEYWORDS, SOFT_KEYWORDS } from "../../dsl/grammar/tokens.ts";
import type { Definition, DefinitionKind } from "../engine/data.ts";
import { typeEndingAt } from "../places.ts";
import { folderOf } from "../uris.ts";
import type { View, Workspace } from "../workspace.ts";
import {
  ambientNames,
  chainBefore,
  meaningOf,
  membersOf,
  visibleAt,
  writtenBefore,
} from "./chains.ts";
import type { Context } from "./feature.ts";
import { describe } from "./hover.ts";

const KINDS: Readonly<Record<DefinitionKind, CompletionItemKind>> = {
  module: CompletionItemKind.Module,
  class: CompletionItemKind.Class,
  mixin: CompletionItemKind.Interface,
  struct: CompletionItemKind.Struct,
  enum: CompletionItemKind.Enum,
  member: CompletionItemKind.EnumMember,
  function: CompletionItemKind.Function,
  method: CompletionItemKind.Method,
  field: CompletionItemKind.Field,
  attribute: CompletionItemKind.Constant,
  global: CompletionItemKind.Variable,
  local: CompletionItemKind.Variable,
  parameter: CompletionItemKind.Variable,
  alias: CompletionItemKind.TypeParameter,
  "type-parameter": CompletionItemKind.TypeParameter,
  builtin: CompletionItemKind.Function,
};

/** What an item says about itself, for `resolve`. */
interface Data {
  readonly uri: string;
  readonly definition: number;
}

export async function completion(
  { workspace }: Context,
  { textDocument, position }: CompletionParams,
): Promise<CompletionItem[]> {
  const view = await workspace.view(textDocument.uri);
  if (view === null) return keywords();
  const word = /\w*$/.exec(lineBefore(view, position))![0];
  // Said and not left to the client: some take the word at the cursor for no part of it.
  const start = { line: position.line, character: position.character - word.length };
  const range = { start, end: position };
  return itemsAt(workspace, view, position, word).map((one) => ({
    ...one,
    textEdit: { range, newText: one.label },
  }));
}

function lineBefore({ document }: View, position: Position): string {
  return document.getText({ start: { line: position.line, character: 0 }, end: position });
}

function itemsAt(
  workspace: Workspace,
  view: View,
  position: Position,
  word: string,
): CompletionItem[] {
  const text = view.document.getText();
  const before = lineBefore(view, position);
  if (isInComment(before)) return [];
  const start = view.document.offsetAt(position) - word.length;
  const { uri } = view.document;

  const from = /^\s*from\s+([\w.]+)\s+import\s+\(?[\w\s,]*$/.exec(before);
  if (from !== null) return namesIn(view, from[1]!).map((one, i) => item(uri, one, i));
  if (/^\s*(?:from|import)\s+[\w.]*$/.test(before)) return modules(workspace, view, before);
  if (text[start - 1] === ".") return members(view, start - 1).map((one, i) => item(uri, one, i));

  const old = view.mapping.back(start);
  const visible = visibleAt(view, old).filter((one) => !one.name.startsWith("__"));
  const ambient = new Set(ambientNames(view).map((one) => one.name));
  const own = visible.filter((one) => !ambient.has(one.name)).map((one, i) => item(uri, one, i));
  const known = new Set(own.map((one) => one.label));
  const written = writtenBefore(text, start).filter((name) => !known.has(name));
  return ranked([
    written.map((label) => ({ label, kind: CompletionItemKind.Variable })),
    own,
    isStart(before, word) ? keywords() : operators(),
    visible.filter((one) => ambient.has(one.name)).map((one, i) => item(uri, one, i)),
  ]);
}

/** Items in the order of their lists, and within those as they are. */
function ranked(lists: readonly (readonly CompletionItem[])[]): CompletionItem[] {
  return lists.flat().map((one, i) => ({ ...one, sortText: String(i).padStart(5, "0") }));
}

export async function resolveCompletion(
  { workspace }: Context,
  one: CompletionItem,
): Promise<CompletionItem> {
  const data = one.data as Data | undefined;
  const view = data === undefined ? null : await workspace.view(data.uri);
  const definition = data === undefined ? undefined : view?.program.definitions[data.definition];
  if (view == null || definition === undefined) return one;
  return {
    ...one,
    detail: describe(definition, view),
    ...(definition.doc === null
      ? {}
      : { documentation: { kind: "markdown", value: definition.doc.trim() } }),
  };
}

/** Members of the expression that ends at `end`, in the document's text. */
function members(view: View, end: number): Definition[] {
  const old = view.mapping.back(end);
  const place = typeEndingAt(view, old);
  const links = chainBefore(view.document.getText(), end);
  const known = links === null ? [] : meaningOf(view, links, old).of;
  const isSame =
    place !== null &&
    view.module.text.slice(place.start, place.end) ===
      view.document.getText().slice(view.mapping.forward(place.start), end);
  const of = isSame && place.of.length > 0 ? place.of : known;
  const isSelf = links?.[0]?.kind === "name" && links[0].name === "self";
  return membersOf(view, of).filter((one) => isSelf || !/^__\w+__$/.test(one.name));
}

function namesIn(view: View, module: string): Definition[] {
  const { modules, definitions } = view.program;
  const own = modules.find(
    (one) => one.name === module || one.name.endsWith(module.replace(/^\.+/, ".")),
  );
  if (own !== undefined) return membersOf(view, [own.definition]);
  const foreign = definitions.find((one) => one.kind === "module" && one.name === module);
  return foreign === undefined ? [] : membersOf(view, [foreign.id]);
}

/** Files beside this one, folders' modules, and the library's. */
function modules(workspace: Workspace, view: View, before: string): CompletionItem[] {
  const written = /[\w.]*$/.exec(before)![0];
  const prefix = written.slice(0, written.lastIndexOf(".") + 1);
  const found = new Set<string>();
  for (const one of view.program.definitions) {
    if (one.kind === "module" && one.name.startsWith(prefix)) found.add(one.name);
  }
  if (prefix === "") {
    for (const name of workspace.list(folderOf(view.module.path))) {
      if (name.endsWith(".wr")) found.add(name.slice(0, -3));
    }
  }
  return [...found].map((name) => ({
    label: name.slice(prefix.length),
    kind: CompletionItemKind.Module,
  }));
}

function item(uri: string, one: Definition, rank: number): CompletionItem {
  const data: Data = { uri, definition: one.id };
  const isCallable = one.kind === "function" || one.kind === "method";
  const isImported = /^[A-Za-z_]\w*$/.test(one.name);
  const label = isImported ? one.name : one.name.slice(one.name.lastIndexOf(".") + 1);
  return {
    label,
    kind: KINDS[one.kind],
    sortText: String(rank).padStart(5, "0"),
    ...(one.type === null || isCallable ? {} : { labelDetails: { description: one.type } }),
    ...(one.signature === null ? {} : { labelDetails: { detail: parametersOf(one.signature) } }),
    insertTextFormat: InsertTextFormat.PlainText,
    data,
  };
}

function parametersOf(signature: string): string {
  return signature.slice(signature.indexOf("("));
}

function keywords(): CompletionItem[] {
  return [...KEYWORDS.keys(), ...SOFT_KEYWORDS.keys(), "abstract", "final"].map(keyword);
}

/** Words that stand between operands or begin one. */
function operators(): CompletionItem[] {
  return [
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "for",
    "lambda",
    "None",
    "True",
    "False",
  ].map(keyword);
}

function keyword(label: string): CompletionItem {
  return { label, kind: CompletionItemKind.Keyword, sortText: `z${label}` };
}

function isStart(before: string, word: string): boolean {
  return before.trim() === word || /:\s*\w*$/.test(before);
}

function isInComment(before: string): boolean {
  const hash = before.indexOf("#");
  return hash >= 0 && !/["']/.test(before.slice(0, hash));
}
