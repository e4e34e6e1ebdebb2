/** Growing selections: the nodes of the tree around a place. */
import type { SelectionRange, SelectionRangeParams } from "vscode-languageserver";
import { endOffset, startOffset, type Span } from "../../dsl/syntax/source.ts";
import type { Context } from "./feature.ts";

export function selectionRanges(
  { workspace }: Context,
  { textDocument, positions }: SelectionRangeParams,
): SelectionRange[] {
  const document = workspace.document(textDocument.uri);
  if (document === null) return [];
  const { module } = workspace.parsed(document);
  return positions.map((position) => {
    const offset = document.offsetAt(position);
    const spans: [number, number][] = [[0, document.getText().length]];
    for (const chunk of module.chunks) {
      const { chunk: at } = chunk;
      if (at.offset <= offset && offset <= at.offset + at.text.length) {
        collect(chunk.body, offset, spans);
      }
    }
    spans.sort(([a, b], [c, d]) => d - c - (b - a));
    let result: SelectionRange | undefined;
    for (const [start, end] of spans) {
      const range = { start: document.positionAt(start), end: document.positionAt(end) };
      result = result === undefined ? { range } : { range, parent: result };
    }
    return result!;
  });
}

/** Spans of all nodes that hold the offset. Nodes are plain objects: whatever has a span is one. */
function collect(node: unknown, offset: number, spans: [number, number][]): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, offset, spans);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const { span } = node as { span?: Span };
  if (span !== undefined) {
    const [start, end] = [startOffset(span), endOffset(span)];
    if (offset < start || offset > end) return;
    if (!spans.some(([a, b]) => a === start && b === end)) spans.push([start, end]);
  }
  for (const [key, value] of Object.entries(node)) {
    if (!/^(?:chunk|.*[sS]pan)$/.test(key)) collect(value, offset, spans);
  }
}
