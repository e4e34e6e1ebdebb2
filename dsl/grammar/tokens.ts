/**
 * Every token of Wright, declared once. The scanner, the parser's vocabulary, the operator table
 * and the colouring grammars of editors are all derived from this table.
 *
 * Soft keywords are names wherever they are not used as keywords. The scanner makes them `Name`
 * tokens; the layout pass turns the few that act as keywords into the tokens named here (see
 * `layout.ts`), so the grammar itself needs no lookahead for them.
 */
import { createToken, type TokenType } from "chevrotain";

export type TokenClass =
  | "name"
  | "keyword"
  /** A keyword only in certain places. */
  | "soft-keyword"
  /** A word of Python that Wright reserves in order to say that it does not have it. */
  | "left-out"
  | "constant"
  | "operator"
  | "augmented"
  | "punctuation"
  | "open"
  | "close"
  | "number"
  | "string"
  /** Made by the layout pass; has no text of its own. */
  | "layout"
  /** A name for several tokens; never in a token stream. */
  | "category";

export interface TokenRow {
  readonly class: TokenClass;
  /** The token's text when it is always the same. */
  readonly text: string | null;
  /** How messages call it. */
  readonly title: string;
  /** Stands between two operands. */
  readonly infix: boolean;
  /** Stands before an operand. */
  readonly prefix: boolean;
}

type Role = "infix" | "prefix" | "both" | "none";

const word = (text: string, kind: TokenClass = "keyword", role: Role = "none"): TokenRow => ({
  class: kind,
  text,
  title: `'${text}'`,
  infix: role === "infix" || role === "both",
  prefix: role === "prefix" || role === "both",
});
const soft = (text: string) => word(text, "soft-keyword");
const infix = (text: string) => word(text, "operator", "infix");
const sign = (text: string, kind: TokenClass = "punctuation") => word(text, kind);
const kind = (title: string, kindOf: TokenClass): TokenRow => ({
  class: kindOf,
  text: null,
  title,
  infix: false,
  prefix: false,
});

export const TOKENS = {
  Name: kind("a name", "name"),

  // Keywords.
  As: word("as"),
  Assert: word("assert"),
  Break: word("break"),
  Class: word("class"),
  Continue: word("continue"),
  Def: word("def"),
  Del: word("del"),
  Elif: word("elif"),
  Else: word("else"),
  Except: word("except"),
  Finally: word("finally"),
  For: word("for"),
  From: word("from"),
  If: word("if"),
  Import: word("import"),
  Lambda: word("lambda"),
  Not: word("not", "keyword", "prefix"),
  Pass: word("pass"),
  Raise: word("raise"),
  Return: word("return"),
  Try: word("try"),
  While: word("while"),
  With: word("with"),
  Yield: word("yield"),
  False: word("False", "constant"),
  None: word("None", "constant"),
  True: word("True", "constant"),

  // Soft keywords: names turned into these by the layout pass.
  Case: soft("case"),
  Const: soft("const"),
  Enum: soft("enum"),
  Extern: soft("extern"),
  Fn: soft("fn"),
  Match: soft("match"),
  Mixin: soft("mixin"),
  Raw: soft("raw"),
  Struct: soft("struct"),
  Type: soft("type"),
  Unroll: soft("unroll"),

  Async: word("async", "left-out"),
  Await: word("await", "left-out"),
  Global: word("global", "left-out"),
  Nonlocal: word("nonlocal", "left-out"),

  // Operators. `not in` and `is not` are joined by the layout pass.
  Or: word("or", "keyword", "infix"),
  And: word("and", "keyword", "infix"),
  In: word("in", "keyword", "infix"),
  NotIn: word("not in", "layout", "infix"),
  Is: word("is", "keyword", "infix"),
  IsNot: word("is not", "layout", "infix"),
  Equal: infix("=="),
  NotEqual: infix("!="),
  Less: infix("<"),
  LessEqual: infix("<="),
  Greater: infix(">"),
  GreaterEqual: infix(">="),
  Pipe: infix("|"),
  Caret: infix("^"),
  Ampersand: infix("&"),
  ShiftLeft: infix("<<"),
  ShiftRight: infix(">>"),
  Plus: word("+", "operator", "both"),
  Minus: word("-", "operator", "both"),
  Star: infix("*"),
  Slash: infix("/"),
  SlashSlash: infix("//"),
  Percent: infix("%"),
  StarStar: infix("**"),
  Tilde: word("~", "operator", "prefix"),

  PlusAssign: sign("+=", "augmented"),
  MinusAssign: sign("-=", "augmented"),
  StarAssign: sign("*=", "augmented"),
  SlashAssign: sign("/=", "augmented"),
  SlashSlashAssign: sign("//=", "augmented"),
  PercentAssign: sign("%=", "augmented"),
  StarStarAssign: sign("**=", "augmented"),
  ShiftLeftAssign: sign("<<=", "augmented"),
  ShiftRightAssign: sign(">>=", "augmented"),
  AmpersandAssign: sign("&=", "augmented"),
  PipeAssign: sign("|=", "augmented"),
  CaretAssign: sign("^=", "augmented"),

  Assign: sign("="),
  Walrus: sign(":="),
  Arrow: sign("->"),
  Colon: sign(":"),
  Comma: sign(","),
  Semicolon: sign(";"),
  Dot: sign("."),
  Ellipsis: sign("..."),
  At: sign("@"),

  OpenParen: sign("(", "open"),
  CloseParen: sign(")", "close"),
  OpenBracket: sign("[", "open"),
  CloseBracket: sign("]", "close"),
  OpenBrace: sign("{", "open"),
  CloseBrace: sign("}", "close"),

  Int: kind("a number", "number"),
  Float: kind("a number", "number"),
  Str: kind("a string", "string"),
  /** `f"`; then texts and fields, then `FEnd`. */
  FStart: kind("an f-string", "string"),
  FText: kind("text of an f-string", "string"),
  FOpen: kind("'{' of an f-string", "open"),
  FConversion: kind("a conversion of an f-string", "string"),
  FFormat: kind("a format of an f-string", "string"),
  FClose: kind("'}' of the f-string", "close"),
  FEnd: kind("the end of the f-string", "string"),

  /** The end of a physical line; the layout pass consumes them. */
  EndOfLine: kind("the end of the line", "layout"),
  Newline: kind("the end of the line", "layout"),
  Indent: kind("an indented block", "layout"),
  Dedent: kind("the end of the block", "layout"),

  Infix: kind("an operator", "category"),
  Prefix: kind("an operator", "category"),
  Augmented: kind("an augmented assignment", "category"),
} as const satisfies Record<string, TokenRow>;

export type TokenName = keyof typeof TOKENS;

const NEVER_SCANNED = /(?!)/; // the scanner is ours; chevrotain only needs the types

function createTypes(): Record<TokenName, TokenType> {
  const types: Partial<Record<TokenName, TokenType>> = {};
  const make = (name: TokenName, categories: TokenType[]) =>
    (types[name] = createToken({
      name,
      pattern: NEVER_SCANNED,
      label: TOKENS[name].title,
      categories,
    }));
  const infixType = make("Infix", []);
  const prefixType = make("Prefix", []);
  const augmentedType = make("Augmented", []);
  for (const name of Object.keys(TOKENS) as TokenName[]) {
    const row: TokenRow = TOKENS[name];
    if (row.class === "category") continue;
    const categories: TokenType[] = [];
    if (row.infix) categories.push(infixType);
    if (row.prefix) categories.push(prefixType);
    if (row.class === "augmented") categories.push(augmentedType);
    make(name, categories);
  }
  return types as Record<TokenName, TokenType>;
}

/** The chevrotain token types. */
export const T: Readonly<Record<TokenName, TokenType>> = createTypes();

export const VOCABULARY: TokenType[] = Object.values(T);

/** Rows by chevrotain's dense token index. */
const ROWS: (TokenRow | undefined)[] = [];
for (const name of Object.keys(TOKENS) as TokenName[]) ROWS[indexOf(T[name])] = TOKENS[name];

export function indexOf(type: TokenType): number {
  return type.tokenTypeIdx!;
}

export function rowOf(index: number): TokenRow | undefined {
  return ROWS[index];
}

/** A fast set of token types: `set[index] === 1`. */
export function tokenSet(...types: readonly TokenType[]): Uint8Array {
  const set = new Uint8Array(Math.max(...VOCABULARY.map(indexOf)) + 1);
  for (const type of types) set[indexOf(type)] = 1;
  return set;
}

function textsOf(...classes: readonly TokenClass[]): Map<string, TokenType> {
  const found = new Map<string, TokenType>();
  for (const name of Object.keys(TOKENS) as TokenName[]) {
    const row: TokenRow = TOKENS[name];
    if (row.text !== null && classes.includes(row.class)) found.set(row.text, T[name]);
  }
  return found;
}

/** Words that are never names. */
export const KEYWORDS: ReadonlyMap<string, TokenType> = textsOf("keyword", "constant", "left-out");
export const SOFT_KEYWORDS: ReadonlyMap<string, TokenType> = textsOf("soft-keyword");
/** Qualifiers of fields and `abstract`: names that only mean something in one place of the grammar. */
export const CONTEXTUAL_WORDS: readonly string[] = [
  "abstract",
  "cache",
  "final",
  "inline",
  "stable",
  "virtualizable",
];
/** Operators and punctuation, by text. */
export const SIGNS: ReadonlyMap<string, TokenType> = textsOf(
  "operator",
  "augmented",
  "punctuation",
  "open",
  "close",
);
