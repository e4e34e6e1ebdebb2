/** Folding: blocks by their indentation, brackets and strings of several lines, runs of comments and imports. */
import {
  FoldingRangeKind,
  type FoldingRange,
  type FoldingRangeParams,
} from "vscode-languageserver";
import type { Context } from "./feature.ts";

export function foldingRanges(
  { workspace }: Context,
  { textDocument }: FoldingRangeParams,
): FoldingRange[] {
  const document = workspace.document(textDocument.uri);
  if (document === null) return [];
  const lines = document.getText().split("\n");
  return [
    ...blocks(lines),
    ...runs(lines, /^\s*#/, FoldingRangeKind.Comment),
    ...runs(lines, /^(?:import|from)\b/, FoldingRangeKind.Imports),
  ];
}

/** A line and those below it that are indented deeper. */
function blocks(lines: readonly string[]): FoldingRange[] {
  const found: FoldingRange[] = [];
  const open: { readonly column: number; readonly line: number }[] = [];
  let last = 0; // with text
  const closeTo = (column: number) => {
    while (open.length > 0 && open.at(-1)!.column >= column) {
      const { line } = open.pop()!;
      if (last > line) found.push({ startLine: line, endLine: last });
    }
  };
  lines.forEach((text, line) => {
    const column = text.search(/\S/);
    if (column < 0 || /^\s*#/.test(text)) return;
    // A closing bracket ends what its opener's line began, and is shown.
    closeTo(column);
    open.push({ column, line });
    last = line;
  });
  closeTo(0);
  return found;
}

/** Two or more lines in a row that look alike. */
function runs(lines: readonly string[], pattern: RegExp, kind: FoldingRangeKind): FoldingRange[] {
  const found: FoldingRange[] = [];
  let start = -1;
  for (let line = 0; line <= lines.length; line++) {
    const isOne = line < lines.length && pattern.test(lines[line]!);
    if (isOne && start < 0) start = line;
    if (isOne || start < 0) continue;
    if (line - start > 1) found.push({ startLine: start, endLine: line - 1, kind });
    start = -1;
  }
  return found;
}
