/** Formatting: of the document, of what a range touches, and the indentation of a new line. */
import type {
  DocumentFormattingParams,
  DocumentOnTypeFormattingParams,
  DocumentRangeFormattingParams,
  TextEdit,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { minimalEdits, type Edit } from "../../dsl/format/edits.ts";
import { formatText } from "../../dsl/format/format.ts";
import { pathOf } from "../uris.ts";
import type { Context } from "./feature.ts";

const INDENTATION = 4;

export function formatDocument(
  { workspace }: Context,
  { textDocument }: DocumentFormattingParams,
): TextEdit[] {
  const document = workspace.document(textDocument.uri);
  return document === null ? [] : edits(document).map((one) => toProtocol(document, one));
}

/** The document's edits that touch the lines of the range. */
export function formatRange(
  { workspace }: Context,
  { textDocument, range }: DocumentRangeFormattingParams,
): TextEdit[] {
  const document = workspace.document(textDocument.uri);
  if (document === null) return [];
  const start = document.offsetAt({ line: range.start.line, character: 0 });
  const end = document.offsetAt({ line: range.end.line + 1, character: 0 });
  return edits(document)
    .filter((one) => one.start <= end && one.end >= start)
    .map((one) => toProtocol(document, one));
}

function edits(document: TextDocument): Edit[] {
  const text = document.getText();
  const result = formatText(pathOf(document.uri), text);
  return result.kind === "formatted" ? minimalEdits(text, result.text) : [];
}

function toProtocol(document: TextDocument, { start, end, text }: Edit): TextEdit {
  return {
    range: { start: document.positionAt(start), end: document.positionAt(end) },
    newText: text,
  };
}

/** After Enter: deeper below a header, back after a line that ends its block. */
export function formatOnType(
  { workspace }: Context,
  { textDocument, position }: DocumentOnTypeFormattingParams,
): TextEdit[] {
  const document = workspace.document(textDocument.uri);
  if (document === null || position.line === 0) return [];
  const lines = document.getText().split("\n");
  const above = lines[position.line - 1]!;
  const current = lines[position.line] ?? "";
  const written = current.length - current.trimStart().length;
  const wanted = indentationAfter(above);
  if (wanted === null || wanted === written) return [];
  const start = { line: position.line, character: 0 };
  return [
    {
      range: { start, end: { line: position.line, character: written } },
      newText: " ".repeat(wanted),
    },
  ];
}

/** Null where nothing is known: after a blank line, inside brackets. */
function indentationAfter(line: string): number | null {
  const code = line.replace(/\s+#.*$/, "").trimEnd();
  if (code.trim() === "") return null;
  const column = code.length - code.trimStart().length;
  if (/[([{]$/.test(code)) return column + INDENTATION;
  if (
    /^\s*(?:def|class|mixin|struct|enum|if|elif|else|for|unroll|while|try|except|finally|with|match|case)\b.*:$/.test(
      code,
    )
  ) {
    return column + INDENTATION;
  }
  if (/^\s*(?:return|raise|pass|break|continue|abstract)\b/.test(code)) {
    return Math.max(0, column - INDENTATION);
  }
  return null;
}
