/**
 * A logical line as a document of prettier's: text with places where it may break.
 *
 * Lines break inside brackets only. A bracket breaks outermost first; its content then goes to a line
 * of its own, and if that is too long, one element to a line, or where there are no commas, before
 * the loosest operators. Where a statement's value is an operation or a bare tuple, parentheses are
 * offered around it, and written when it breaks; parentheses that someone wrote there are such an
 * offer too.
 *
 *     return first(a) + second(b)      return (
 *                                          first(a)
 *                                          + second(b)
 *                                      )
 *
 * Lists of names and numbers, and what is imported, fill their lines. A comma before a closing
 * bracket keeps it broken (the magic trailing comma); if every element had a line, it keeps it.
 *
 * The invariant: a document says the same tokens as its line, but for commas before closers,
 * parentheses around a whole value, and `;` where a suite moves to lines of its own. `format.ts`
 * checks it.
 */
import type { Doc } from "prettier";
import { builders } from "prettier/doc";
import { T } from "../grammar/tokens.ts";
import { endsOperand, isApplied, spaces, type Surroundings } from "./spacing.ts";
import { firstLeaf, isLeaf, lastLeaf, precedenceOf } from "./tree.ts";
import type { Bracket, Item, Leaf, Line } from "./tree.ts";

const { breakParent, fill, group, hardline, ifBreak, indent, line, lineSuffix, softline } =
  builders;
const { literallineWithoutBreakParent } = builders as typeof builders & {
  readonly literallineWithoutBreakParent: Doc;
};

/** Where a bracket is applied to a name and its content is short, it does not break. */
const SHORT_SUBSCRIPT = 60;

/** Items with the spaces between them. */
interface Sequence {
  readonly items: readonly Item[];
  /** Whether a space stands before the item. */
  readonly spaced: readonly boolean[];
}

const sequence = (items: readonly Item[], surroundings: Surroundings): Sequence => ({
  items,
  spaced: spaces(items, surroundings),
});

// -------------------------------------------------------------------- lines

/** Lines that begin with these have a suite after their first colon. */
const HEADERS = new Set([
  T.If,
  T.Elif,
  T.Else,
  T.While,
  T.For,
  T.Unroll,
  T.Try,
  T.Except,
  T.Finally,
  T.With,
  T.Match,
  T.Case,
  T.Def,
  T.Class,
  T.Mixin,
  T.Struct,
  T.Enum,
]);

/** Bodies that stay on the line of their header even when the header breaks. */
const SMALL_BODIES = new Set(["abstract", "pass", "..."]);

/** The whole logical line, without the block below it. `inEnum`: `;` separates members. */
export function lineDoc(at: Line, { inEnum }: { readonly inEnum: boolean }): Doc {
  const comment = at.trailing === null ? [] : [lineSuffix(`  ${at.trailing}`)];
  const all = sequence(at.items, { inside: "line" });
  const colon = suiteColon(at.items);
  if (colon < 0) {
    const parts = statements(all, 0, at.items.length);
    return [inEnum ? fill(separated(parts)) : parts, comment];
  }
  const head = headDoc(all, colon);
  if (colon + 1 === at.items.length) return [head, comment];
  const suite = statements(all, colon + 1, at.items.length);
  if (!hasMovableSuite(at)) return [head, " ", suite, comment];
  const isEnum = isLeaf(at.items[0], T.Enum);
  const body = separated(suite);
  return group([head, indent([line, isEnum ? fill(body) : body]), comment]);
}

/** The suite on the line of its header may have to move below it. */
export function hasMovableSuite({ items }: Line): boolean {
  const colon = suiteColon(items);
  if (colon < 0 || colon + 1 === items.length) return false;
  return items.length > colon + 2 || !SMALL_BODIES.has(firstLeaf(items[colon + 1]!).text);
}

/** Statements with `;` between those on one line. */
function separated(parts: readonly Doc[]): Doc[] {
  return parts.flatMap((part, i) => (i === 0 ? [part] : [[ifBreak("", ";"), line], part]));
}

/** The index of the colon that ends a header, or -1. */
export function suiteColon(items: readonly Item[]): number {
  const first = items[0];
  if (first === undefined || first.kind === "bracket" || !HEADERS.has(first.type)) return -1;
  let lambdas = 0;
  return items.findIndex((item) => {
    if (item.kind === "bracket") return false;
    if (item.type === T.Lambda) lambdas++;
    return item.type === T.Colon && lambdas-- === 0;
  });
}

/** The statements from `from` to `to`, between semicolons. */
function statements(all: Sequence, from: number, to: number): Doc[] {
  const docs: Doc[] = [];
  let start = from;
  for (let i = from; i <= to; i++) {
    if (i < to && !isLeaf(all.items[i], T.Semicolon)) continue;
    if (i > start) docs.push(statementDoc(all, start, i));
    start = i + 1;
  }
  return docs;
}

function headDoc(all: Sequence, colon: number): Doc {
  const { items } = all;
  const end = colon + 1;
  switch (firstLeaf(items[0]!).type) {
    case T.If:
    case T.Elif:
    case T.While:
    case T.Match:
      return [rangeDoc(all, 0, 1), " ", offered(all, 1, colon), rangeDoc(all, colon, end)];
    case T.For:
    case T.Unroll: {
      const after = items.findIndex((item) => isLeaf(item, T.In)) + 1;
      if (after === 0) break;
      return [rangeDoc(all, 0, after), " ", offered(all, after, colon), rangeDoc(all, colon, end)];
    }
    case T.Case: {
      const isPlain = !items
        .slice(0, colon)
        .some((item) => isLeaf(item, T.Comma) || isLeaf(item, T.As) || isLeaf(item, T.If));
      if (isPlain && items.some((item) => isLeaf(item, T.Pipe))) {
        return ["case ", inParentheses(all, 1, colon), rangeDoc(all, colon, end)];
      }
    }
  }
  return rangeDoc(all, 0, end);
}

function statementDoc(all: Sequence, from: number, to: number): Doc {
  const { items } = all;
  const first = firstLeaf(items[from]!);
  const value = (start: number): Doc =>
    start >= to
      ? rangeDoc(all, from, to)
      : [
          rangeDoc(all, from, start),
          all.spaced[start] && start > from ? " " : "",
          offered(all, start, to),
        ];
  switch (first.type) {
    case T.Return:
    case T.Raise:
      return value(from + 1);
    case T.Assert: {
      const comma = items.findIndex((item, i) => i > from && isLeaf(item, T.Comma));
      if (comma < 0 || comma >= to || hasLambda(items, from, to)) return rangeDoc(all, from, to);
      return ["assert ", offered(all, from + 1, comma), ", ", offered(all, comma + 1, to)];
    }
    case T.From:
      return importDoc(all, from, to);
    case T.At:
    case T.Class:
    case T.Def:
    case T.Del:
    case T.Extern:
    case T.Import:
    case T.Raw:
      return rangeDoc(all, from, to);
    default: {
      let start = from;
      let isDeclaration = false; // a type without a value
      for (let i = from; i < to; i++) {
        const item = items[i]!;
        if (item.kind === "bracket") continue;
        if (item.type === T.Lambda) break;
        if (item.type === T.Colon && start === from) isDeclaration = true;
        if (item.type === T.Assign || item.type.CATEGORIES?.includes(T.Augmented) === true) {
          start = i + 1;
        }
      }
      if (isDeclaration && start === from) return rangeDoc(all, from, to);
      if (isLeaf(items[start], T.Yield)) start++;
      return value(start);
    }
  }
}

/** `from m import a, b`: in parentheses where it does not fit. */
function importDoc(all: Sequence, from: number, to: number): Doc {
  const at = all.items.findIndex((item) => isLeaf(item, T.Import));
  if (at < 0 || all.items[at + 1]?.kind === "bracket" || isLeaf(all.items[at + 1], T.Star)) {
    return rangeDoc(all, from, to);
  }
  const elements = elementsOf(all, at + 1, to);
  const names = elements.map((element) => rangeDoc(all, element.from, element.to));
  return [
    rangeDoc(all, from, at + 1),
    " ",
    group([
      ifBreak("("),
      indent([
        softline,
        fill(names.flatMap((name, i) => (i === 0 ? [name] : [[",", line], name]))),
        ifBreak(","),
      ]),
      softline,
      ifBreak(")"),
    ]),
  ];
}

// -------------------------------------------------------------------- sequences

/** Items one after another, breaking only inside their brackets. */
function rangeDoc(all: Sequence, from: number, to: number): Doc {
  const docs: Doc[] = [];
  for (let i = from; i < to; i++) {
    const item = all.items[i]!;
    if (i > from) docs.push(gap(all.items[i - 1]!, item, all.spaced[i]! ? " " : ""));
    docs.push(item.kind === "leaf" ? leafDoc(item) : bracketDoc(item, all.items, i));
  }
  return docs;
}

/** What stands between two items: their comments, or `otherwise`. */
function gap(previous: Item, next: Item, otherwise: Doc): Doc {
  const { before } = firstLeaf(next);
  if (before.length > 0) return [hardline, comments(before)];
  return lastLeaf(previous).after.length > 0 ? hardline : otherwise;
}

/** Comments on lines of their own, and the start of the line after them. */
function comments(all: readonly string[]): Doc {
  return all.flatMap((text) => [text, hardline]);
}

function leafDoc(leaf: Leaf): Doc {
  return leaf.after.length === 0 ? textDoc(leaf.text) : [textDoc(leaf.text), ending(leaf)];
}

function ending(leaf: Leaf): Doc {
  return [lineSuffix(`  ${leaf.after.join("  ")}`), breakParent];
}

/** A string of several lines keeps them, and does not break what is around it. */
function textDoc(text: string): Doc {
  if (!text.includes("\n")) return text;
  return text
    .split("\n")
    .flatMap((part, i) => (i === 0 ? [part] : [literallineWithoutBreakParent, part]));
}

/** An element: `name=`, `key:` or `*`, and a value that may break before its loosest operators. */
function elementDoc(all: Sequence, from: number, to: number, nested: boolean): Doc {
  let start = from;
  for (let i = from; i < to; i++) {
    const item = all.items[i]!;
    if (item.kind === "bracket") continue;
    if (item.type === T.Lambda) break;
    if (item.type === T.Assign || item.type === T.Colon || item.type === T.Walrus) start = i + 1;
  }
  if (start === from || start >= to) return operationDoc(all, from, to, nested);
  const between = gap(all.items[start - 1]!, all.items[start]!, all.spaced[start]! ? " " : "");
  return [rangeDoc(all, from, start), between, operationDoc(all, start, to, true)];
}

function operationDoc(all: Sequence, from: number, to: number, nested: boolean): Doc {
  const cuts = loosest(all.items, from, to);
  if (cuts.length === 0) return rangeDoc(all, from, to);
  const docs: Doc[] = [operationDoc(all, from, cuts[0]!, true)];
  cuts.forEach((cut, i) => {
    const item = all.items[cut]!;
    docs.push(gap(all.items[cut - 1]!, item, line));
    const end = cuts[i + 1] ?? to;
    if (isText(item)) docs.push(operationDoc(all, cut, end, true));
    else docs.push(operandDoc(all, cut, end));
  });
  return nested ? group(indent(docs)) : docs;
}

/** An operator, or `for x in`, with what follows it. */
function operandDoc(all: Sequence, cut: number, to: number): Doc {
  let start = cut + 1;
  if (isLeaf(all.items[cut], T.For)) {
    while (start < to && !isLeaf(all.items[start - 1], T.In)) start++;
  }
  if (start >= to) return rangeDoc(all, cut, to);
  const between = gap(all.items[start - 1]!, all.items[start]!, all.spaced[start]! ? " " : "");
  return [rangeDoc(all, cut, start), between, operationDoc(all, start, to, true)];
}

const isText = (item: Item) => isLeaf(item, T.Str) || isLeaf(item, T.FStart);

const COMPREHENSION = -2;
const CONDITIONAL = -1;
const NEXT_TO = 100;

/** The places before which a sequence breaks first: its loosest operators, outside lambdas. */
function loosest(items: readonly Item[], from: number, to: number): number[] {
  let level = Number.POSITIVE_INFINITY;
  let cuts: number[] = [];
  let clauses = 0; // `for` seen
  let isTarget = false; // between `for` and `in`
  for (let i = from; i < to; i++) {
    const item = items[i]!;
    if (item.kind === "bracket") continue;
    if (item.type === T.Lambda) break;
    let own: number | null = null;
    if (item.type === T.For) {
      own = COMPREHENSION;
      clauses++;
      isTarget = true;
    } else if (item.type === T.In && isTarget) isTarget = false;
    else if (item.type === T.If) own = clauses > 0 ? COMPREHENSION : CONDITIONAL;
    else if (item.type === T.Else) own = CONDITIONAL;
    else if (i > from && isText(item) && isText(items[i - 1]!)) own = NEXT_TO;
    else if (i > from && endsOperand(lastLeaf(items[i - 1]!))) own = precedenceOf(item);
    if (own === null || own > level || i === from) continue;
    if (own < level) cuts = [];
    level = own;
    cuts.push(i);
  }
  return cuts;
}

// -------------------------------------------------------------------- values of statements

/** A statement's value: parentheses are offered where it could break in them. */
function offered(all: Sequence, from: number, to: number): Doc {
  const only = all.items[from];
  if (to === from + 1 && only?.kind === "bracket" && isOffer(only)) {
    const inside = sequence(only.content, { inside: "parentheses" });
    const content = operationDoc(inside, 0, only.content.length, false);
    return parenthesised(only, [comments(firstLeaf(only.content[0]!).before), group(content)]);
  }
  if (elementsOf(all, from, to).length > 1) return inParentheses(all, from, to);
  return loosest(all.items, from, to).length > 0
    ? inParentheses(all, from, to)
    : rangeDoc(all, from, to);
}

function inParentheses(all: Sequence, from: number, to: number): Doc {
  const elements = elementsOf(all, from, to);
  const content =
    elements.length > 1
      ? [elementDocs(all, elements), ifBreak(",")]
      : operationDoc(all, from, to, false);
  const isLone = elements.length === 1 && elements[0]!.comma !== null;
  if (isLone) return rangeDoc(all, from, to);
  return parenthesised(null, group(content));
}

/** Parentheses that are there only if what they hold breaks. `written` were there before. */
function parenthesised(written: Bracket | null, content: Doc): Doc {
  const opening = written === null || written.open.after.length === 0 ? "" : ending(written.open);
  const closing = written === null || written.close.after.length === 0 ? "" : ending(written.close);
  const broken = group([
    ifBreak("("),
    opening,
    indent([softline, content, written === null ? "" : dangling(written.close)]),
    softline,
    ifBreak(")"),
  ]);
  return [broken, closing];
}

/** Parentheses around an operation: they matter only where it does not fit on a line. */
function isOffer({ open, content }: Bracket): boolean {
  if (open.type !== T.OpenParen || content.length === 0) return false;
  const plain = content.every(
    (item) =>
      item.kind === "bracket" ||
      ![T.Comma, T.For, T.Yield, T.Walrus, T.Lambda, T.Star].includes(item.type) ||
      (item.type === T.Star && item !== content[0]),
  );
  return plain && loosest(content, 0, content.length).length > 0;
}

// -------------------------------------------------------------------- brackets

interface Element {
  readonly from: number;
  readonly to: number;
  readonly comma: Leaf | null;
}

/** What stands between commas; those of a lambda's parameters or of a `for`'s target do not count. */
function elementsOf(all: Sequence, from: number, to: number): Element[] {
  const elements: Element[] = [];
  let start = from;
  let lambdas = 0;
  let isTarget = false;
  for (let i = from; i < to; i++) {
    const item = all.items[i]!;
    if (item.kind === "bracket") continue;
    if (item.type === T.Lambda) lambdas++;
    else if (item.type === T.Colon && lambdas > 0) lambdas--;
    else if (item.type === T.For) isTarget = true;
    else if (item.type === T.In) isTarget = false;
    else if (item.type === T.Comma && lambdas === 0 && !isTarget) {
      elements.push({ from: start, to: i, comma: item });
      start = i + 1;
    }
  }
  if (start < to) elements.push({ from: start, to, comma: null });
  return elements;
}

function hasLambda(items: readonly Item[], from: number, to: number): boolean {
  return items.slice(from, to).some((item) => isLeaf(item, T.Lambda));
}

type BracketKind = "applied" | "subscript" | "display" | "tuple" | "import";

function kindOf(bracket: Bracket, around: readonly Item[], at: number): BracketKind {
  const before = around[at - 1];
  if (isLeaf(before, T.Import)) return "import";
  if (isApplied(before)) return bracket.open.type === T.OpenBracket ? "subscript" : "applied";
  return bracket.open.type === T.OpenParen ? "tuple" : "display";
}

function surroundingsOf(
  bracket: Bracket,
  kind: BracketKind,
  around: readonly Item[],
): Surroundings {
  if (kind === "applied" || kind === "tuple" || kind === "import") return { inside: "parentheses" };
  if (kind === "display") return { inside: bracket.open.type === T.OpenBrace ? "braces" : "list" };
  return { inside: isTypeParameters(bracket, around) ? "type-parameters" : "subscript" };
}

/** `def f[T: Bound]`, `class C[T: Bound]` */
function isTypeParameters(bracket: Bracket, around: readonly Item[]): boolean {
  const at = around.indexOf(bracket);
  const word = around[at - 2];
  return word?.kind === "leaf" && [T.Def, T.Class, T.Mixin, T.Struct].includes(word.type);
}

function bracketDoc(bracket: Bracket, around: readonly Item[], at: number): Doc {
  const { open, content, close } = bracket;
  if (content.length === 0) {
    if (open.after.length === 0 && close.before.length === 0) return [open.text, leafDoc(close)];
    return [leafDoc(open), indent(dangling(close)), hardline, leafDoc(close)];
  }
  const kind = kindOf(bracket, around, at);
  const inside = sequence(content, surroundingsOf(bracket, kind, around));
  if (kind === "subscript" && !breaks(bracket)) {
    return [open.text, rangeDoc(inside, 0, content.length), leafDoc(close)];
  }
  const elements = elementsOf(inside, 0, content.length);
  const isMagic = isMagicComma(kind, elements);
  const broken = group(
    [
      leafDoc(open),
      indent([
        softline,
        comments(firstLeaf(content[0]!).before),
        contentDoc(bracket, kind, inside, elements, isMagic),
        dangling(close),
      ]),
      softline,
      close.text,
    ],
    { shouldBreak: isMagic },
  );
  // The comment after the bracket is no reason to break it.
  return close.after.length === 0 ? broken : [broken, ending(close)];
}

/** The last comma keeps the bracket broken; that of a tuple of one, or of a subscript, only means itself. */
function isMagicComma(kind: BracketKind, elements: readonly Element[]): boolean {
  if (elements.at(-1)!.comma === null || kind === "subscript") return false;
  return kind !== "tuple" || elements.length > 1;
}

function contentDoc(
  bracket: Bracket,
  kind: BracketKind,
  inside: Sequence,
  elements: readonly Element[],
  isMagic: boolean,
): Doc {
  const [first] = elements;
  const last = elements.at(-1)!;
  const lastComma = last.comma === null ? "" : leafDoc(last.comma);
  if (elements.length === 1 && kind !== "import" && !isMagic) {
    return group([elementDoc(inside, first!.from, first!.to, false), lastComma]);
  }
  // A comma with a comment stays where it is; any other is there when the bracket is broken.
  const hasRemark = last.comma !== null && last.comma.after.length > 0;
  const mayAdd = kind !== "subscript" || last.comma !== null;
  const end = hasRemark ? lastComma : mayAdd ? ifBreak(",") : "";
  if (fills(kind, inside, elements) && !(isMagic && areOnLines(inside, elements))) {
    return [fill(elementDocs(inside, elements)), end];
  }
  return group([elementDocs(inside, elements), end], { shouldBreak: isMagic });
}

/** Elements with their commas and the gaps between them, in the form `fill` takes. */
function elementDocs(inside: Sequence, elements: readonly Element[]): Doc[] {
  const docs: Doc[] = [];
  elements.forEach(({ from, to, comma }, i) => {
    const isLast = i === elements.length - 1;
    const element = elementDoc(inside, from, to, true);
    docs.push(isLast || comma === null ? element : [element, leafDoc(comma)]);
    if (!isLast) docs.push(gap(comma!, inside.items[elements[i + 1]!.from]!, line));
  });
  return docs;
}

/** Own-line comments before a closing bracket. */
function dangling(close: Leaf): Doc {
  return close.before.flatMap((text) => [hardline, text]);
}

/** Whether elements fill lines: what is imported, and displays of names, numbers and strings. */
function fills(kind: BracketKind, inside: Sequence, elements: readonly Element[]): boolean {
  if (kind === "import") return true;
  if (kind === "applied" || kind === "subscript") return false;
  return elements.every(({ from, to }) =>
    inside.items
      .slice(from, to)
      .every(
        (item) =>
          item.kind === "leaf" &&
          (item.type === T.Dot ||
            item.type === T.Colon ||
            item.type === T.Minus ||
            endsOperand(item)),
      ),
  );
}

/** Every element began a line of its own. */
function areOnLines(inside: Sequence, elements: readonly Element[]): boolean {
  return (
    elements.length > 1 &&
    elements.every(({ from }, i) => {
      if (i === 0) return true;
      const start = firstLeaf(inside.items[from]!);
      return start.line > lastLeaf(inside.items[from - 1]!).lastLine;
    })
  );
}

/** A subscript breaks only where it is long or holds comments. */
function breaks(bracket: Bracket): boolean {
  return widthOf(bracket) > SHORT_SUBSCRIPT || holdsComments(bracket);
}

function widthOf(item: Item): number {
  if (item.kind === "leaf") return item.text.length;
  return item.content.reduce((sum, one) => sum + widthOf(one), 2);
}

function holdsComments({ open, content, close }: Bracket): boolean {
  return (
    open.after.length > 0 ||
    close.before.length > 0 ||
    content.some((item) =>
      item.kind === "leaf"
        ? item.before.length + item.after.length > 0
        : holdsComments(item) || item.open.before.length + item.close.after.length > 0,
    )
  );
}
