/**
 * Precedence. The grammar reads `a + b * not c` as a flat list of operands and operators; the table
 * below gives it its shape. This keeps the grammar at one rule instead of a ladder of twelve, and
 * the table is the whole definition: Python's precedences.
 */
import type { IToken } from "chevrotain";
import type { BinaryOperator, CompareOperator, Expression } from "../syntax/ast.ts";
import { span, type Chunk } from "../syntax/source.ts";
import { tokenEnd } from "./scanner.ts";
import { indexOf, T, type TokenName } from "./tokens.ts";

type Compared = {
  readonly op: CompareOperator;
  readonly opSpan: ReturnType<typeof span>;
  readonly operand: Expression;
};

export type InfixRow =
  | { readonly precedence: number; readonly kind: "logical"; readonly op: "and" | "or" }
  | { readonly precedence: number; readonly kind: "compare"; readonly op: CompareOperator }
  | { readonly precedence: number; readonly kind: "binary"; readonly op: BinaryOperator };

/** Binds looser than comparisons. */
export const NOT_PRECEDENCE = 3;
/** All comparisons; they chain. */
export const COMPARE_PRECEDENCE = 4;
/** `-x`, `+x`, `~x`: looser than `**` on their right, tighter than everything else. */
export const SIGN_PRECEDENCE = 11;
/** The only one that associates to the right: `2 ** 3 ** 2` is `2 ** 9`. */
export const POWER_PRECEDENCE = 12;

const logical = (precedence: number, op: "and" | "or"): InfixRow => ({
  precedence,
  kind: "logical",
  op,
});
const compare = (op: CompareOperator): InfixRow => ({
  precedence: COMPARE_PRECEDENCE,
  kind: "compare",
  op,
});
const binary = (precedence: number, op: BinaryOperator): InfixRow => ({
  precedence,
  kind: "binary",
  op,
});

/** Loosest first. */
export const INFIX = {
  Or: logical(1, "or"),
  And: logical(2, "and"),
  Equal: compare("=="),
  NotEqual: compare("!="),
  Less: compare("<"),
  LessEqual: compare("<="),
  Greater: compare(">"),
  GreaterEqual: compare(">="),
  Is: compare("is"),
  IsNot: compare("is not"),
  In: compare("in"),
  NotIn: compare("not in"),
  Pipe: binary(5, "|"),
  Caret: binary(6, "^"),
  Ampersand: binary(7, "&"),
  ShiftLeft: binary(8, "<<"),
  ShiftRight: binary(8, ">>"),
  Plus: binary(9, "+"),
  Minus: binary(9, "-"),
  Star: binary(10, "*"),
  Slash: binary(10, "/"),
  SlashSlash: binary(10, "//"),
  Percent: binary(10, "%"),
  StarStar: binary(POWER_PRECEDENCE, "**"),
} as const satisfies Partial<Record<TokenName, InfixRow>>;

const ROWS: (InfixRow | undefined)[] = [];
for (const name of Object.keys(INFIX) as (keyof typeof INFIX)[]) {
  ROWS[indexOf(T[name])] = INFIX[name];
}

/** The operator of an augmented assignment: `+=` → `+`. */
export function augmentedOperator(token: IToken): BinaryOperator {
  return token.image.slice(0, -1) as BinaryOperator;
}

/** An operand with the places where its text starts and ends, parentheses included. */
export interface Operand {
  /** `not`, `-`, `+`, `~` written before it, outermost first. */
  readonly prefixes: readonly IToken[];
  readonly value: Expression;
  readonly start: number;
  readonly end: number;
}

/** The tree of `operands[0] operators[0] operands[1] …`. */
export function resolveOperators(
  chunk: Chunk,
  operands: readonly Operand[],
  operators: readonly IToken[],
  misplacedNot: (token: IToken) => void,
): Expression {
  return new Resolver(chunk, operands, operators, misplacedNot).climb(0, 0);
}

class Resolver {
  readonly #chunk: Chunk;
  readonly #operands: readonly Operand[];
  readonly #operators: readonly IToken[];
  readonly #misplacedNot: (token: IToken) => void;
  /** The operand to read next. */
  #next = 0;
  /** Where the text of what `climb` returned last starts and ends. */
  #start = 0;
  #end = 0;

  constructor(
    chunk: Chunk,
    operands: readonly Operand[],
    operators: readonly IToken[],
    misplacedNot: (token: IToken) => void,
  ) {
    this.#chunk = chunk;
    this.#operands = operands;
    this.#operators = operators;
    this.#misplacedNot = misplacedNot;
  }

  /** The longest expression from here whose operators bind at least as tightly as `minimum`. */
  climb(minimum: number, prefix: number): Expression {
    let left = this.#operand(minimum, prefix);
    const start = this.#start;
    for (;;) {
      const token = this.#operators[this.#next - 1];
      if (token === undefined) break;
      const row = ROWS[token.tokenTypeIdx]!;
      if (row.precedence < minimum) break;
      if (row.kind === "compare") {
        left = this.#comparison(left, start);
      } else {
        const right =
          row.precedence === POWER_PRECEDENCE
            ? this.climb(SIGN_PRECEDENCE, 0)
            : this.climb(row.precedence + 1, 0);
        const at = span(this.#chunk, start, this.#end);
        left =
          row.kind === "logical"
            ? { kind: "logical", span: at, op: row.op, left, right }
            : { kind: "binary", span: at, op: row.op, opSpan: this.#spanOf(token), left, right };
      }
      this.#start = start;
    }
    return left;
  }

  #operand(minimum: number, prefix: number): Expression {
    const operand = this.#operands[this.#next]!;
    const token = operand.prefixes[prefix];
    if (token === undefined) {
      this.#next++;
      this.#start = operand.start;
      this.#end = operand.end;
      return operand.value;
    }
    const op = token.image as "-" | "+" | "~" | "not";
    const precedence = op === "not" ? NOT_PRECEDENCE : SIGN_PRECEDENCE;
    if (precedence < minimum) this.#misplacedNot(token);
    const value = this.climb(precedence, prefix + 1);
    this.#start = token.startOffset;
    return { kind: "unary", span: span(this.#chunk, this.#start, this.#end), op, operand: value };
  }

  #comparison(first: Expression, start: number): Expression {
    const rest: Compared[] = [];
    for (;;) {
      const token = this.#operators[this.#next - 1];
      const row = token === undefined ? undefined : ROWS[token.tokenTypeIdx]!;
      if (row === undefined || row.kind !== "compare") break;
      const operand = this.climb(COMPARE_PRECEDENCE + 1, 0);
      rest.push({ op: row.op, opSpan: this.#spanOf(token!), operand });
    }
    return {
      kind: "compare",
      span: span(this.#chunk, start, this.#end),
      first,
      rest: rest.slice(),
    };
  }

  #spanOf(token: IToken) {
    return span(this.#chunk, token.startOffset, tokenEnd(token));
  }
}
