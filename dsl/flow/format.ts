/** Text from values: f-strings and the `%` operator on a literal, both known when the graph is built. */
import type { Expression, ExpressionOf } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import type { FunctionBuilder } from "./build.ts";
import { expression } from "./expressions.ts";
import type { HighValue } from "./ops.ts";

export function interpolation(b: FunctionBuilder, e: ExpressionOf<"fstring">): HighValue {
  const parts = e.parts.map((part) =>
    part.kind === "text"
      ? b.constant({ kind: "str", value: part.value })
      : toText(b, part.value, part.value.span, part.conversion, part.format),
  );
  return concatenation(b, parts, e.span);
}

/** The text of a value; a string literal is its own. */
export function toText(
  b: FunctionBuilder,
  e: Expression,
  span: Span,
  conversion: "r" | "s" | null,
  format: string | null,
): HighValue {
  return textOfValue(b, expression(b, e), e.span, span, conversion, format);
}

/** The text of what an expression at `at` has given. */
export function textOfValue(
  b: FunctionBuilder,
  value: HighValue,
  at: Span,
  span: Span,
  conversion: "r" | "s" | null,
  format: string | null,
): HighValue {
  const isText = value.kind === "const" && value.value.kind === "str";
  if (isText && conversion !== "r" && format === null) return value;
  return b.emit("to_str", [value], span, { conversion, format, argSpans: [at] });
}

/** One string of several; neighbouring constants are joined now. */
export function concatenation(b: FunctionBuilder, parts: HighValue[], span: Span): HighValue {
  const joined: HighValue[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last?.kind === "const" && part.kind === "const") {
      const text = textOf(last) + textOf(part);
      joined[joined.length - 1] = b.constant({ kind: "str", value: text });
    } else if (part.kind === "var" || textOf(part) !== "") joined.push(part);
  }
  const [only] = joined;
  if (only === undefined) return b.constant({ kind: "str", value: "" });
  return joined.length === 1 ? only : b.emit("concat", joined, span);
}

function textOf(value: HighValue): string {
  return value.kind === "const" && value.value.kind === "str" ? value.value.value : "";
}

// ---------------------------------------------------------------- the % operator

type Piece =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "value";
      readonly conversion: "r" | "s" | null;
      readonly format: string | null;
    };

/** `"%s is %5d" % (a, b)` */
export function formatOperator(
  b: FunctionBuilder,
  e: ExpressionOf<"binary">,
  literal: ExpressionOf<"str">,
): HighValue {
  const pieces = percentPieces(literal.value);
  if (typeof pieces === "string") {
    b.report("E0324", literal.span, pieces);
    return b.error();
  }
  const wanted = pieces.filter((piece) => piece.kind === "value").length;
  const values = e.right.kind === "tuple" ? e.right.items : [e.right];
  if (values.length !== wanted) {
    b.report(
      "E0324",
      e.right.span,
      `the format takes ${count(wanted)}, but ${values.length} are given`,
    );
    return b.error();
  }
  let next = 0;
  const parts = pieces.map((piece) => {
    if (piece.kind === "text") return b.constant({ kind: "str", value: piece.text });
    const value = values[next++]!;
    return toText(b, value, value.span, piece.conversion, piece.format);
  });
  return concatenation(b, parts, e.span);
}

function count(n: number): string {
  return n === 1 ? "1 value" : `${n} values`;
}

/** The literal cut at its conversions, each as an f-string would write it; a sentence if it is wrong. */
function percentPieces(text: string): Piece[] | string {
  const pieces: Piece[] = [];
  const pattern = /%([-0+ ]*)(\d*)(\.\d+)?(.?)/gs;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, flags, width, precision, letter] = match as unknown as string[];
    if (match.index > from) pieces.push({ kind: "text", text: text.slice(from, match.index) });
    from = match.index + whole!.length;
    if (whole === "%%") pieces.push({ kind: "text", text: "%" });
    else if (!"srdxXofeEgGc".includes(letter!) || letter === "") {
      return letter === "" ? "the format ends in `%`" : `there is no conversion \`%${letter}\``;
    } else pieces.push(conversionPiece(flags!, width!, precision ?? "", letter!));
  }
  if (from < text.length) pieces.push({ kind: "text", text: text.slice(from) });
  return pieces;
}

/** `%-5s` is `:<5`, `%5s` is `:>5`, `%05d` is `:05d`: what f-strings call it. */
function conversionPiece(flags: string, width: string, precision: string, letter: string): Piece {
  const isText = "src".includes(letter);
  const align = width === "" ? "" : flags.includes("-") ? "<" : isText ? ">" : "";
  const sign = flags.includes("+") ? "+" : "";
  const zero = flags.includes("0") && !flags.includes("-") ? "0" : "";
  const spec = `${align}${sign}${zero}${width}${precision}${isText ? "" : letter}`;
  return {
    kind: "value",
    conversion: letter === "r" ? "r" : letter === "s" ? "s" : null,
    format: letter === "c" ? `${spec}c` : spec === "" ? null : spec,
  };
}
