/**
 * The prettier plugin: `prettier --plugin …/plugin.ts file.wr`, and whatever else runs prettier.
 *
 * prettier's own way with comments is not used: it attaches them by offset and knows nothing of
 * columns, which decide here (see `tree.ts`). Syntax errors are thrown with a `loc`, from which
 * prettier makes a code frame.
 */
import type { Doc, Parser, Plugin, Printer } from "prettier";
import { builders } from "prettier/doc";
import { parseModule } from "../grammar/parser.ts";
import { endOffset, position, sourceFile, startOffset } from "../syntax/source.ts";
import { nested } from "./flat.ts";
import { isVerbatim } from "./format.ts";
import { INDENTATION, piecesOf, WIDTH, type Piece } from "./pieces.ts";
import { layoutTree } from "./tree.ts";

const { hardline, join, literalline } = builders;

interface Root {
  readonly type: "module";
  readonly pieces: readonly Piece[];
  readonly length: number;
}

const parser: Parser<Root> = {
  astFormat: "wright",
  locStart: () => 0,
  locEnd: (root) => root.length,
  parse(text) {
    const file = sourceFile("", text);
    const [error] = parseModule(file).diagnostics;
    if (error !== undefined) {
      const start = position(file, startOffset(error.span));
      const end = position(file, endOffset(error.span));
      throw Object.assign(new SyntaxError(error.message), { loc: { start, end } });
    }
    return { type: "module", pieces: piecesOf(layoutTree(text), text), length: text.length };
  },
};

const wrightPrinter: Printer<Root> = {
  print: ({ node }) => moduleDoc(node.pieces),
  getVisitorKeys: () => [],
};

function moduleDoc(pieces: readonly Piece[]): Doc {
  const docs = pieces.map(({ blanks, depth, content }, i) => {
    const doc = isVerbatim(content) ? join(literalline, [...content.verbatim]) : content;
    const breaks = i === 0 ? [] : Array.from({ length: blanks + 1 }, () => hardline);
    return nested([breaks, doc], depth);
  });
  return docs.length === 0 ? "" : [docs, hardline];
}

export const languages: NonNullable<Plugin["languages"]> = [
  { name: "Wright", parsers: ["wright"], extensions: [".wr"], vscodeLanguageIds: ["wright"] },
];
export const parsers: Record<string, Parser> = { wright: parser };
export const printers: Record<string, Printer> = { wright: wrightPrinter };
export const defaultOptions: NonNullable<Plugin["defaultOptions"]> = {
  printWidth: WIDTH,
  tabWidth: INDENTATION,
};
