/** A file's tokens and its syntax tree as text, for `wright dump`. */
import { layOut } from "../dsl/grammar/layout.ts";
import { scan } from "../dsl/grammar/scanner.ts";
import type { Module } from "../dsl/syntax/ast.ts";
import { position, startPosition, type SourceFile, type Span } from "../dsl/syntax/source.ts";

/** A line per token: place, kind, and the text where it says more than the kind. */
export function tokensText(file: SourceFile): string {
  const { tokens } = layOut(file.text, scan(file.text).tokens);
  const lines = tokens.map((token) => {
    const { line, column } = position(file, token.startOffset);
    return `${`${line}:${column}`.padEnd(9)}${token.tokenType.name.padEnd(16)}${JSON.stringify(token.image)}`;
  });
  return lines.join("\n");
}

/** An indented tree: a line per node, its plain properties beside its kind. */
export function treeText(module: Module): string {
  const lines = [`module ${module.path}${module.raw ? " raw" : ""}`];
  for (const chunk of module.chunks)
    for (const statement of chunk.body) write(statement, "", 1, lines);
  return lines.join("\n");
}

/** Nodes are told apart from other objects by having a kind. */
function write(value: unknown, label: string, depth: number, lines: string[]): void {
  const head = label === "" ? "" : `${label}: `;
  const indent = "  ".repeat(depth);
  if (Array.isArray(value)) {
    if (value.length === 0) return;
    lines.push(`${indent}${label}:`);
    for (const item of value) write(item, "", depth + 1, lines);
  } else if (value !== null && typeof value === "object") {
    writeNode(value as Record<string, unknown>, head, depth, lines);
  } else if (value !== null) lines.push(`${indent}${head}${text(value)}`);
}

function writeNode(
  node: Record<string, unknown>,
  head: string,
  depth: number,
  lines: string[],
): void {
  const plain: string[] = [];
  const nested: [string, unknown][] = [];
  for (const [key, value] of Object.entries(node)) {
    if (key === "kind" || key.endsWith("pan") || value === null || value === false) continue;
    if (isName(value)) plain.push(`${key}=${value.text}`);
    else if (typeof value === "object") nested.push([key, value]);
    else plain.push(value === true ? key : `${key}=${text(value)}`);
  }
  const kind = typeof node["kind"] === "string" ? node["kind"] : "";
  const at = isSpan(node["span"]) ? placeIn(node["span"]) : "";
  const words = [kind, ...plain, at].filter((word) => word !== "").join(" ");
  lines.push(`${"  ".repeat(depth)}${head}${words}`);
  for (const [key, value] of nested) write(value, key, depth + 1, lines);
}

function isName(value: unknown): value is { readonly text: string } {
  return (
    value !== null &&
    typeof value === "object" &&
    "text" in value &&
    "span" in value &&
    Object.keys(value).length === 2
  );
}

function isSpan(value: unknown): value is Span {
  return value !== null && typeof value === "object" && "chunk" in value;
}

function placeIn(span: Span): string {
  const { line, column } = startPosition(span);
  return `@${line}:${column}`;
}

function text(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
