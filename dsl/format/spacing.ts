/**
 * Whether a space stands between two tokens of a line. Black's rules, but for slices: `a[i + 1:j]`.
 *
 * The rules see the two tokens and what stands around them: the kind of the bracket, whether the
 * element has a `:` already, whether a lambda's parameters are being read.
 */
import { T } from "../grammar/tokens.ts";
import { firstLeaf, lastLeaf, type Item, type Leaf } from "./tree.ts";

/** What a sequence of items stands in. */
export interface Surroundings {
  readonly inside: "line" | "parentheses" | "subscript" | "list" | "braces" | "type-parameters";
}

const NAMES_AND_LITERALS = new Set([
  T.Name,
  T.Int,
  T.Float,
  T.Str,
  T.FStart,
  T.True,
  T.False,
  T.None,
  T.CloseParen,
  T.CloseBracket,
  T.CloseBrace,
]);
const SIGNS = new Set([T.Plus, T.Minus, T.Tilde]);
const DOTS = new Set([T.Dot, T.Ellipsis]);
/** After these a `(` or `[` is applied to what stands before it. */
const APPLICABLE = new Set([
  T.Name,
  T.Str,
  T.FStart,
  T.CloseParen,
  T.CloseBracket,
  T.CloseBrace,
  T.Fn,
  T.None,
]);

export function endsOperand(leaf: Leaf | null): boolean {
  return leaf !== null && NAMES_AND_LITERALS.has(leaf.type);
}

/** A bracket that follows what it is applied to: a call, a subscript, parameters. */
export function isApplied(before: Item | undefined): boolean {
  return before !== undefined && APPLICABLE.has(lastLeaf(before).type);
}

/**
 * For every item of a sequence, whether a space stands before it. `items` is everything between two
 * brackets, or a line.
 */
export function spaces(items: readonly Item[], { inside }: Surroundings): boolean[] {
  const found: boolean[] = [];
  let lambdas = 0; // whose parameters are being read
  let typed = false; // this element has its `:`
  const isImport = items[0]?.kind === "leaf" && items[0].type === T.From && inside === "line";
  for (let i = 0; i < items.length; i++) {
    const next = firstLeaf(items[i]!);
    const previous = i === 0 ? null : lastLeaf(items[i - 1]!);
    const state = { inside, isImport, inLambda: lambdas > 0, typed };
    found.push(previous !== null && spaceBetween(previous, next, items, i, state));
    if (items[i]!.kind === "bracket") continue;
    if (next.type === T.Lambda) lambdas++;
    else if (next.type === T.Colon) {
      if (lambdas > 0) lambdas--;
      else typed = true;
    } else if (next.type === T.Comma && lambdas === 0) typed = false;
  }
  return found;
}

interface State extends Surroundings {
  readonly isImport: boolean;
  readonly inLambda: boolean;
  readonly typed: boolean;
}

function spaceBetween(
  previous: Leaf,
  next: Leaf,
  items: readonly Item[],
  i: number,
  { inside, isImport, inLambda, typed }: State,
): boolean {
  // 1. What never has a space before it.
  switch (next.type) {
    case T.Comma:
    case T.Semicolon:
      return false;
    case T.Colon:
      return false;
    case T.OpenParen:
    case T.OpenBracket:
      if (APPLICABLE.has(previous.type)) return false;
  }
  // 2. Dots: of a name, or of the module that is imported from.
  if (isImport && (DOTS.has(next.type) || DOTS.has(previous.type))) {
    if (next.type === T.Import || previous.type === T.From) return true;
    return false;
  }
  if (next.type === T.Dot) return previous.type === T.Int;
  if (previous.type === T.Dot || previous.type === T.At) return false;
  // 3. Signs and stars of one operand.
  if (isUnary(previous, items, i - 1)) return false;
  // 4. `=` of an argument or of a parameter without a type.
  if (next.type === T.Assign || previous.type === T.Assign) {
    if (inLambda) return false;
    return inside !== "parentheses" || typed;
  }
  if (previous.type === T.Colon) {
    return inside !== "subscript" || lambdaEndsAt(items, i - 1);
  }
  return true;
}

/** A sign, `*` or `**` that has its operand after it only. */
function isUnary(leaf: Leaf, items: readonly Item[], at: number): boolean {
  if (!SIGNS.has(leaf.type) && leaf.type !== T.Star && leaf.type !== T.StarStar) return false;
  return at === 0 || !endsOperand(lastLeaf(items[at - 1]!));
}

/** The colon at `at` is a lambda's, not a slice's. */
function lambdaEndsAt(items: readonly Item[], at: number): boolean {
  let colons = 0;
  for (let i = at; i >= 0; i--) {
    const item = items[i]!;
    if (item.kind === "bracket") continue;
    if (item.type === T.Colon) colons++;
    else if (item.type === T.Lambda && --colons === 0) return true;
  }
  return false;
}
