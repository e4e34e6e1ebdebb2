/** Symbols of a document, from its tree as it is now, and of the workspace. */
import {
  SymbolKind,
  type DocumentSymbol,
  type DocumentSymbolParams,
  type SymbolInformation,
  type WorkspaceSymbolParams,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Statement } from "../../dsl/syntax/ast.ts";
import { endOffset, startOffset, type Span } from "../../dsl/syntax/source.ts";
import type { DefinitionKind } from "../engine/data.ts";
import { mappingBetween } from "../engine/mapping.ts";
import { uriOf } from "../uris.ts";
import { isUser, moduleAt } from "../workspace.ts";
import type { Context } from "./feature.ts";

export const SYMBOL_KINDS: Readonly<Record<DefinitionKind, SymbolKind>> = {
  module: SymbolKind.Module,
  class: SymbolKind.Class,
  mixin: SymbolKind.Interface,
  struct: SymbolKind.Struct,
  enum: SymbolKind.Enum,
  member: SymbolKind.EnumMember,
  function: SymbolKind.Function,
  method: SymbolKind.Method,
  field: SymbolKind.Field,
  attribute: SymbolKind.Constant,
  global: SymbolKind.Variable,
  local: SymbolKind.Variable,
  parameter: SymbolKind.Variable,
  alias: SymbolKind.TypeParameter,
  "type-parameter": SymbolKind.TypeParameter,
  builtin: SymbolKind.Function,
};

export function documentSymbols(
  { workspace }: Context,
  { textDocument }: DocumentSymbolParams,
): DocumentSymbol[] {
  const document = workspace.document(textDocument.uri);
  if (document === null) return [];
  const { module } = workspace.parsed(document);
  return module.chunks.flatMap((chunk) =>
    chunk.body.flatMap((one) => symbolsOf(document, one, false)),
  );
}

function symbolsOf(document: TextDocument, s: Statement, inClass: boolean): DocumentSymbol[] {
  const rangeOf = (at: Span) => ({
    start: document.positionAt(startOffset(at)),
    end: document.positionAt(endOffset(at)),
  });
  const symbol = (
    name: string,
    kind: SymbolKind,
    full: Span,
    at: Span,
    children: DocumentSymbol[] = [],
  ): DocumentSymbol[] =>
    name === ""
      ? []
      : [{ name, kind, range: rangeOf(full), selectionRange: rangeOf(at), children }];
  switch (s.kind) {
    case "def": {
      const inner = s.body.filter((one) => one.kind === "def");
      const kind = inClass ? SymbolKind.Method : SymbolKind.Function;
      const children = inner.flatMap((one) => symbolsOf(document, one, false));
      return symbol(s.name.text, kind, s.span, s.name.span, children);
    }
    case "class": {
      const kind = SYMBOL_KINDS[s.flavour];
      const children = s.body.flatMap((one) => symbolsOf(document, one, true));
      return symbol(s.name.text, kind, s.span, s.name.span, children);
    }
    case "enum": {
      const members = s.members.flatMap(({ name }) =>
        symbol(name.text, SymbolKind.EnumMember, name.span, name.span),
      );
      const methods = s.methods.flatMap((one) => symbolsOf(document, one, true));
      return symbol(s.name.text, SymbolKind.Enum, s.span, s.name.span, [...members, ...methods]);
    }
    case "type-alias":
      return symbol(s.name.text, SymbolKind.TypeParameter, s.span, s.name.span);
    case "ann-assign":
      if (s.target.kind !== "name") return [];
      return symbol(
        s.target.text,
        inClass ? SymbolKind.Field : SymbolKind.Variable,
        s.span,
        s.target.span,
      );
    case "assign":
      return s.targets.flatMap((target) =>
        target.kind === "name"
          ? symbol(
              target.text,
              inClass || /^[A-Z_0-9]+$/.test(target.text)
                ? SymbolKind.Constant
                : SymbolKind.Variable,
              s.span,
              target.span,
            )
          : [],
      );
    default:
      return [];
  }
}

const MOST = 500;

/** Definitions whose name has the letters of the query in order. */
export async function workspaceSymbols(
  { workspace }: Context,
  { query }: WorkspaceSymbolParams,
): Promise<SymbolInformation[]> {
  await workspace.settled();
  const seen = new Set<string>();
  const found: SymbolInformation[] = [];
  for (const program of workspace.programs()) {
    for (const one of program.definitions) {
      if (!isUser(one) || one.kind === "local" || one.kind === "parameter") continue;
      if (one.kind === "type-parameter" || !matches(one.name, query)) continue;
      const path = one.path!;
      const key = `${path}:${one.start}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const document = workspace.documentAt(path);
      const text = moduleAt(program, path)?.text ?? document.getText();
      const mapping = mappingBetween(text, document.getText());
      const container = one.container === null ? null : program.definitions[one.container]!;
      found.push({
        name: one.name,
        kind: SYMBOL_KINDS[one.kind],
        ...(container === null ? {} : { containerName: container.name }),
        location: {
          uri: uriOf(path),
          range: {
            start: document.positionAt(mapping.forward(one.start)),
            end: document.positionAt(mapping.forward(one.end)),
          },
        },
      });
    }
  }
  return found.sort((a, b) => a.name.length - b.name.length).slice(0, MOST);
}

export function matches(name: string, query: string): boolean {
  const letters = query.toLowerCase();
  let at = 0;
  for (const c of name.toLowerCase()) if (c === letters[at]) at++;
  return at === letters.length;
}
