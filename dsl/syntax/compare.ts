/** Whether two trees say the same, wherever they stand: spans do not count. */
import type { Module } from "./ast.ts";
import { endOffset, startOffset, type Span } from "./source.ts";

const SPANS: ReadonlySet<string> = new Set(["span", "headSpan", "opSpan"]);

/** A text that is equal for trees that are equal but for their spans. */
export function shapeOf(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) =>
    SPANS.has(key) ? undefined : typeof value === "bigint" ? `${value}n` : exactNumber(value),
  );
}

/** As `shapeOf`, with every span as its offsets in the file. */
export function placedShapeOf(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) => {
    if (SPANS.has(key)) return [startOffset(value as Span), endOffset(value as Span)];
    return typeof value === "bigint" ? `${value}n` : exactNumber(value);
  });
}

/** What a module says, however it is cut into chunks. */
export function moduleShape(module: Module): string {
  return shapeOf({
    raw: module.raw,
    doc: module.doc,
    body: module.chunks.flatMap((chunk) => chunk.body),
  });
}

/** JSON has no infinities and no negative zero. */
function exactNumber(value: unknown): unknown {
  if (typeof value !== "number") return value;
  return Number.isFinite(value) && !Object.is(value, -0) ? value : String(value);
}
