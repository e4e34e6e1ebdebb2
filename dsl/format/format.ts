/**
 * The formatter: text to text, and to the same program.
 *
 * Two ways through it. `formatText` prints each line by itself: what fits on a line is written down
 * at once, and only the rest goes through prettier's printer, so a file of 30,000 lines takes a second
 * or so. `plugin.ts` gives prettier the whole file as one document. Both print the same pieces.
 *
 * Text with syntax errors is left alone. So is everything, with an internal error to report, should
 * the result not say what the text said: its trees must be equal but for places, its tokens but for
 * layout, commas and parentheses, and its comments must all be there.
 */
import type { Doc } from "prettier";
import { printer } from "prettier/doc";
import { parseModule, type ParsedModule } from "../grammar/parser.ts";
import { layOut } from "../grammar/layout.ts";
import { scan } from "../grammar/scanner.ts";
import { T } from "../grammar/tokens.ts";
import { shapeOf } from "../syntax/compare.ts";
import type { Diagnostic } from "../syntax/diagnostics.ts";
import { sourceFile } from "../syntax/source.ts";
import { flat, nested } from "./flat.ts";
import { INDENTATION, piecesOf, WIDTH, type Piece } from "./pieces.ts";
import { layoutTree } from "./tree.ts";

export type Formatted =
  | { readonly kind: "formatted"; readonly text: string }
  /** The text has syntax errors. */
  | { readonly kind: "broken"; readonly diagnostics: readonly Diagnostic[] }
  /** Our mistake: the result would not have meant the same. */
  | { readonly kind: "unsafe"; readonly reason: string; readonly text: string };

/** Formats `text`; `path` is for diagnostics. */
export function formatText(path: string, text: string): Formatted {
  const hasReturns = /^[^\n]*\r\n/.test(text);
  const source = hasReturns ? text.replaceAll("\r\n", "\n") : text;
  const before = parseModule(sourceFile(path, source));
  if (before.diagnostics.length > 0) {
    const { diagnostics } = hasReturns ? parseModule(sourceFile(path, text)) : before;
    return { kind: "broken", diagnostics };
  }
  const result = printPieces(piecesOf(layoutTree(source), source));
  const reason = difference(before, path, source, result);
  const shown = hasReturns ? result.replaceAll("\n", "\r\n") : result;
  return reason === null
    ? { kind: "formatted", text: shown }
    : { kind: "unsafe", reason, text: shown };
}

function printPieces(pieces: readonly Piece[]): string {
  let out = "";
  for (const { blanks, depth, content } of pieces) {
    out += "\n".repeat(out === "" ? 0 : blanks) + " ".repeat(depth * INDENTATION);
    out += `${printPiece(content, depth)}\n`;
  }
  return out;
}

function printPiece(content: Piece["content"], depth: number): string {
  if (isVerbatim(content)) return content.verbatim.join("\n");
  const line = flat(content);
  const room = WIDTH - depth * INDENTATION;
  if (line !== null && line.text.length <= room) return line.text + line.comment;
  const indentation = " ".repeat(depth * INDENTATION);
  const options = { printWidth: WIDTH, tabWidth: INDENTATION, useTabs: false };
  const doc: Doc = [indentation, nested(content, depth)];
  const { formatted } = printer.printDocToString(doc, options as never);
  return formatted.slice(indentation.length).trimEnd();
}

export function isVerbatim(
  content: Piece["content"],
): content is { readonly verbatim: readonly string[] } {
  return typeof content === "object" && !Array.isArray(content) && "verbatim" in content;
}

// -------------------------------------------------------------------- the same program

/** What `result` says otherwise than `source`; null when it says the same. */
function difference(
  before: ParsedModule,
  path: string,
  source: string,
  result: string,
): string | null {
  if (source === result) return null;
  // Chunks that stayed as they were are the same objects, and need no look.
  const after = parseModule(sourceFile(path, result), before);
  const [error] = after.diagnostics;
  if (error !== undefined) return `it does not parse: ${error.message}`;
  if (after.module.raw !== before.module.raw) return "`raw module` is lost";
  const kept = new Set(after.chunks);
  const old = before.chunks.filter((chunk) => !kept.has(chunk));
  const known = new Set(before.chunks);
  const changed = after.chunks.filter((chunk) => !known.has(chunk));
  const shape = (chunks: ParsedModule["chunks"]) =>
    shapeOf(chunks.flatMap((chunk) => chunk.tree.body));
  if (shape(old) !== shape(changed)) return "it means something else";
  const texts = (chunks: ParsedModule["chunks"]) =>
    chunks.map((one) => one.tree.chunk.text).join("");
  return wordsOf(texts(old)) === wordsOf(texts(changed)) ? null : "a token or a comment is lost";
}

/** Tokens that the formatter may add, take away or replace. */
const PUNCTUATION = new Set([T.Comma, T.OpenParen, T.CloseParen, T.Semicolon]);

/** The tokens that must stay, in order, and then the comments, sorted. */
function wordsOf(text: string): string {
  const { tokens, comments } = scan(text);
  const words = layOut(text, tokens)
    .tokens.filter((token) => token.image !== "" && !PUNCTUATION.has(token.tokenType))
    .map((token) =>
      // `not  in` may have been tidied.
      token.tokenType === T.NotIn || token.tokenType === T.IsNot
        ? token.tokenType.name
        : token.image,
    );
  const remarks = comments.map(({ start, end }) => text.slice(start, end).replace(/[\s#]+/g, ""));
  return [...words, ...remarks.sort()].join("\n");
}
