/**
 * Diagnostics as text, for terminals, and as plain data, for tools.
 *
 *     error[E0203]: cannot add int and str
 *      --> main.wr:3:12
 *       |
 *     3 |     return s + "cm"
 *       |            ^^^^^^^^
 *     note: this is a str
 *      --> main.wr:3:16
 *       |
 *     3 |     return s + "cm"
 *       |                ~~~~
 *     help: convert it first: str(s)
 */
import type { Diagnostic, Note } from "./diagnostics.ts";
import { endOffset, position, startOffset, startPosition, type Span } from "./source.ts";

export interface RenderOptions {
  readonly color: boolean;
}

type Style = "error" | "warning" | "hint" | "note" | "help" | "frame" | "bold";

const CODES: Readonly<Record<Style, string>> = {
  error: "1;31",
  warning: "1;33",
  hint: "1;36",
  note: "1;36",
  help: "1;32",
  frame: "34",
  bold: "1",
};

type Paint = (style: Style, text: string) => string;

function painter({ color }: RenderOptions): Paint {
  return color ? (style, text) => `\x1b[${CODES[style]}m${text}\x1b[0m` : (_, text) => text;
}

/** Longer lines are shown around the span only. */
const WIDEST_LINE = 120;

export function renderDiagnostic(d: Diagnostic, options: RenderOptions): string {
  const paint = painter(options);
  const gutter = gutterWidth([
    d.span,
    ...d.notes.flatMap((n) => (n.span === null ? [] : [n.span])),
  ]);
  const title = `${paint(d.severity, `${d.severity}[${d.code}]`)}${paint("bold", `: ${d.message}`)}`;
  const lines = [title, ...frame(d.span, "^", d.severity, gutter, paint)];
  for (const n of d.notes) lines.push(...renderNote(n, gutter, paint));
  if (d.help !== null) lines.push(`${paint("help", "help")}: ${d.help}`);
  return lines.join("\n");
}

/** All of them, a blank line between, and how many there were of each severity. */
export function renderDiagnostics(list: readonly Diagnostic[], options: RenderOptions): string {
  if (list.length === 0) return "";
  const counts = (["error", "warning", "hint"] as const)
    .map((severity) => [severity, list.filter((d) => d.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}${count === 1 ? "" : "s"}`);
  return [...list.map((d) => renderDiagnostic(d, options)), counts.join(", ")].join("\n\n");
}

function renderNote(n: Note, gutter: number, paint: Paint): string[] {
  const title = `${paint("note", "note")}: ${n.message}`;
  return n.span === null ? [title] : [title, ...frame(n.span, "~", "note", gutter, paint)];
}

/** The place, the line, and marks under the span. */
function frame(at: Span, mark: string, style: Style, gutter: number, paint: Paint): string[] {
  const { file } = at.chunk;
  const start = startPosition(at);
  const place = `${" ".repeat(gutter)}${paint("frame", "-->")} ${file.path}:${start.line}:${start.column}`;
  if (file.text === "") return [place];
  const blank = `${" ".repeat(gutter)} ${paint("frame", "|")}`;
  const numbered = (line: number, text: string) =>
    `${paint("frame", `${String(line).padStart(gutter)} |`)} ${text}`.trimEnd();

  const end = position(file, Math.max(startOffset(at), endOffset(at)));
  // A span that ends in column 1 of a line does not show that line.
  const lastLine = end.column === 1 && end.line > start.line ? end.line - 1 : end.line;
  const first = lineText(at, start.line);
  const from = start.column - 1;
  const to = lastLine > start.line ? first.trimEnd().length : end.column - 1;
  const shown = window(first, from, Math.max(to, from + 1));
  const marks = marksUnder(shown, mark);
  const lines = [place, blank, numbered(start.line, shown.text)];
  lines.push(`${blank} ${marks.indent}${paint(style, marks.marks)}`);
  if (lastLine > start.line) {
    const rest = lastLine - start.line;
    const text = `… ${rest} more line${rest === 1 ? "" : "s"}, to line ${lastLine}`;
    lines.push(`${blank} ${paint("frame", text)}`);
  }
  return lines;
}

interface Shown {
  readonly text: string;
  /** Columns of `text` to mark. */
  readonly from: number;
  readonly to: number;
}

/** The part of a long line that holds the span. */
function window(line: string, from: number, to: number): Shown {
  if (line.length <= WIDEST_LINE) return { text: line, from, to };
  const width = Math.min(to - from, WIDEST_LINE - 20);
  const left = Math.max(0, Math.min(from - 20, line.length - WIDEST_LINE));
  const right = Math.min(line.length, left + WIDEST_LINE);
  const before = left > 0 ? "…" : "";
  const after = right < line.length ? "…" : "";
  const shift = before.length - left;
  return {
    text: before + line.slice(left, right) + after,
    from: from + shift,
    to: from + width + shift,
  };
}

/** Wide characters take two columns, so marks are counted in columns. */
function marksUnder({ text, from, to }: Shown, mark: string): { indent: string; marks: string } {
  const before = text.slice(0, from).padEnd(from);
  const indent = before.replace(/[^\t]/gu, (c) => " ".repeat(columnsOf(c)));
  const width = [...text.slice(from, to).padEnd(to - from)].reduce((n, c) => n + columnsOf(c), 0);
  return { indent, marks: mark.repeat(Math.max(1, width)) };
}

function columnsOf(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (/\p{Mark}/u.test(character)) return 0;
  return /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\uFF01-\uFF60]/u.test(
    character,
  )
    ? 2
    : 1;
}

function lineText(at: Span, line: number): string {
  const { text, lineStarts } = at.chunk.file;
  const start = lineStarts[line - 1]!;
  const end = lineStarts[line] ?? text.length + 1;
  return text.slice(start, end - 1).replace(/\r$/, "");
}

function gutterWidth(spans: readonly Span[]): number {
  return Math.max(1, ...spans.map((at) => String(startPosition(at).line).length));
}

// -------------------------------------------------------------------- data

export interface JsonPlace {
  readonly path: string;
  /** One-based. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface JsonDiagnostic extends JsonPlace {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly notes: readonly { readonly message: string; readonly place: JsonPlace | null }[];
  readonly help: string | null;
}

export function diagnosticToJson(d: Diagnostic): JsonDiagnostic {
  return {
    code: d.code,
    severity: d.severity,
    message: d.message,
    ...jsonPlace(d.span),
    notes: d.notes.map((n) => ({
      message: n.message,
      place: n.span === null ? null : jsonPlace(n.span),
    })),
    help: d.help,
  };
}

function jsonPlace(at: Span): JsonPlace {
  const { file } = at.chunk;
  const start = startPosition(at);
  const end = position(file, endOffset(at));
  return {
    path: file.path,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}
