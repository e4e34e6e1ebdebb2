/**
 * Writes `docs/ops.md`, the reference of low-level operations, from the op table. A test compares
 * the page with what this would write.
 *
 *     node tools/op-reference.ts
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FAMILIES } from "../compiler/ops/table.ts";
import type { OpRow } from "../compiler/ops/row.ts";

export const PAGE = fileURLToPath(new URL("../docs/ops.md", import.meta.url));

const INTRODUCTION = `# Low-level operations

Generated from \`compiler/ops\` by \`tools/op-reference.ts\`; do not edit.

An operation is declared once, as a row of the op table. \`any\` is settled by what the op carries beside its arguments (its aux, in square brackets here). An op without effect may be moved, merged and removed; of the others the column _effect_ says what keeps them in place:

- **read**: depends on memory; may be removed.
- **write**: changes memory.
- **alloc**: makes a fresh object; may be removed, not merged.
- **call**: may do anything.
- **control**: tied to its place.

_Raises_ means that the op may leave by an exception, _collects_ that the collector may run and move objects. A _checked_ op has a precondition: it is undefined where that does not hold, and lowering sees to it.`;

/** The page's text, laid out as the formatter would have it. */
export function opReference(): string {
  const sections = Object.entries(FAMILIES).map(([title, rows]) => section(title, rows));
  return [INTRODUCTION, ...sections].join("\n\n") + "\n";
}

function section(title: string, rows: Record<string, OpRow>): string {
  const lines = Object.entries(rows).map(([name, row]) => [
    `\`${signature(name, row)}\``,
    effects(row),
    row.doc.replace(/[|*_]/g, "\\$&"),
  ]);
  const heading = `## ${title[0]!.toUpperCase()}${title.slice(1)}`;
  return `${heading}\n\n${table([["operation", "effect", "meaning"], ...lines])}`;
}

function table([head, ...rows]: readonly string[][]): string {
  const widths = head!.map((_, i) => Math.max(...[head!, ...rows].map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const padded = (row: readonly string[]) => line(row.map((cell, i) => cell.padEnd(widths[i]!)));
  return [padded(head!), line(widths.map((width) => "-".repeat(width))), ...rows.map(padded)].join(
    "\n",
  );
}

function signature(name: string, row: OpRow): string {
  const args = [...row.args, ...(row.rest === undefined ? [] : [`${row.rest}…`])].join(", ");
  const aux = row.aux.length === 0 ? "" : ` [${row.aux.join(", ")}]`;
  const result = row.result === "void" ? "" : ` → ${row.result}`;
  return `${name}(${args})${aux}${result}`;
}

function effects(row: OpRow): string {
  const parts: string[] = row.effect === "none" ? [] : [row.effect];
  if (row.commutes) parts.push("commutes");
  if (row.raises) parts.push("raises");
  if (row.collects) parts.push("collects");
  if (row.requires !== undefined) parts.push("checked");
  return parts.join(", ");
}

if (import.meta.main) writeFileSync(PAGE, opReference());
