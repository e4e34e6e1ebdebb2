/**
 * Completion: members after a dot, modules and their names in imports, else what is visible: first what
 * the function around the place binds, nearest first, then everything else that may stand there, what is
 * said most around the place first. What a member's object is, is known from the last analysis of exactly
 * that expression, or else worked out from the names in it (`chains.ts`).
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
  const names = (list: readonly Definition[]) => list.map((one, i) => item(uri, one, i));
  const locals = names(visible.filter(isLocal));
  const known = new Set(locals.map((one) => one.label));
  const written = variables(writtenBefore(text, start).filter((name) => !known.has(name)));
  const others = visible.filter((one) => !isLocal(one));
  const own = others.filter((one) => !ambient.has(one.name));
  const library = others.filter((one) => ambient.has(one.name));
  const near = text.slice(Math.max(0, start - AROUND), start + AROUND);
  const count = wordsIn(near);
  const byUse = (lists: readonly (readonly CompletionItem[])[]) =>
    lists.flat().sort((a, b) => (count.get(b.label) ?? 0) - (count.get(a.label) ?? 0));
  const place = placeOf(before.slice(0, before.length - word.length));
  switch (place) {
    case "parameter": {
      // Those of other functions, but for what this one has already.
      const line = start + word.length - before.length;
      const end = text.indexOf("\n", start);
      const above = text.slice(Math.max(0, start - AROUND), line);
      const below = end < 0 ? "" : text.slice(end, start + AROUND);
      const taken = wordsIn(before.slice(0, before.length - word.length));
      const found = parameterNames(above + below).filter((name) => !taken.has(name));
      return ranked([byUse([variables(found)])]);
    }
    case "type": {
      const types = [...own, ...library].filter((one) => TYPES.has(one.kind));
      const rest = others.filter((one) => !TYPES.has(one.kind));
      return ranked([byUse([names(types), [keyword("None")]]), byUse([names(rest)]), locals]);
    }
    case "after":
      return ranked([operators(), written, locals, byUse([names(own), names(library)])]);
    case "start":
    case "operand": {
      const words = place === "start" ? keywords() : operators();
      return ranked([written, locals, byUse([names(own), words, names(library)])]);
    }
  }
}

/** What may stand at a place: a statement, an operand, what goes on after one, a type, a new parameter. */
type Place = "start" | "operand" | "after" | "type" | "parameter";

/** By the line before it. */
function placeOf(line: string): Place {
  if (line.trim() === "") return "start";
  const head = /^\s*def\s+\w+\s*(?:\[[^\]]*\])?\((.*)$/.exec(line)?.[1];
  if (head !== undefined && !/\)\s*(?:->.*)?:/.test(head)) return placeInHead(head);
  if (
    /:\s+$/.test(line) &&
    /^\s*(?:if|elif|else|for|while|try|finally|except|with|case)\b/.test(line)
  )
    return "start";
  // `name: type`, of a local or a field.
  if (/^\s*(?:self\.)?\w+:\s+(?:[\w.]+\[)*$/.test(line)) return "type";
  const last = /(\w+|["')\]}])\s+$/.exec(line)?.[1];
  if (last === undefined || KEYWORDS.has(last)) return "operand";
  return "after";
}

/** Between the brackets of `def f(…`, and after them. */
function placeInHead(head: string): Place {
  if (/->\s*[^:]*$/.test(head)) return "type";
  if (/(?:^|,)\s*(?:const\s+|\*)?$/.test(outsideBrackets(head))) return "parameter";
  return /:\s*[^=]*$/.test(head) ? "type" : "operand";
}

/** Without what stands in closed brackets; after one that is open, nothing is a parameter. */
function outsideBrackets(text: string): string {
  const without = text.replace(/\[[^[\]]*\]|\([^()]*\)/g, "_");
  return without === text ? (/[[(]/.test(text) ? "_" : text) : outsideBrackets(without);
}

const TYPES: ReadonlySet<DefinitionKind> = new Set([
  "class",
  "mixin",
  "struct",
  "enum",
  "alias",
  "type-parameter",
  "builtin",
]);

function isLocal({ kind }: Definition): boolean {
  return kind === "local" || kind === "parameter";
}

function variables(names: readonly string[]): CompletionItem[] {
  return names.map((label) => ({ label, kind: CompletionItemKind.Variable }));
}

/** So far around a place one looks for what is said there: some hundred lines. */
const AROUND = 16_000;

function wordsIn(text: string): ReadonlyMap<string, number> {
  const count = new Map<string, number>();
  for (const word of text.match(/[A-Za-z_]\w*/g) ?? []) count.set(word, (count.get(word) ?? 0) + 1);
  return count;
}

/** What functions of a text call their parameters. */
function parameterNames(text: string): string[] {
  const heads = text.matchAll(/^[ \t]*def \w+(?:\[[^\]]*\])?\(([^()]*)/gm);
  const names = [...heads].flatMap(([, params]) =>
    [...params!.matchAll(/(?:^|,)\s*(?:const\s+|\*)?([A-Za-z_]\w*)/g)].map(([, name]) => name!),
  );
  return [...new Set(names)];
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
    "as",
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

function isInComment(before: string): boolean {
  const hash = before.indexOf("#");
  return hash >= 0 && !/["']/.test(before.slice(0, hash));
}
