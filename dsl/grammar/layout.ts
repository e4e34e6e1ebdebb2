/**
 * Lines and blocks: the pass between the scanner and the parser.
 *
 * In:  tokens with an `EndOfLine` after every physical line.
 * Out: `Newline` after every logical line, `Indent` and `Dedent` around blocks, and no `EndOfLine`.
 *
 *     if a:            If Name Colon Newline
 *         f(1,         Indent Name ( Int ,
 *           2)              Int ) Newline
 *     g()              Dedent Name ( ) Newline
 *
 * What the parser may rely on: `Indent` and `Dedent` are balanced, brackets are balanced, and there
 * are no line ends inside brackets. Where the text breaks this, the pass repairs it and says so: an
 * unclosed bracket is closed before a line that cannot be inside brackets, a closer that closes
 * nothing is dropped and one of the wrong kind corrected, a line between two indentations belongs to
 * the nearer block.
 *
 * The pass also turns names into soft keywords where they act as such (`softKeyword`), and joins
 * `not in` and `is not`.
 */
import type { IToken, TokenType } from "chevrotain";
import { makeToken, tokenEnd, type Problem } from "./scanner.ts";
import { indexOf, SOFT_KEYWORDS, T, tokenSet } from "./tokens.ts";

export interface LaidOut {
  readonly tokens: IToken[];
  readonly problems: readonly Problem[];
}

interface Block {
  /** Column of the block's lines. */
  readonly column: number;
  /** A wrong column that was complained about once and is taken for this block's since. */
  tolerated: number;
  /** The block of a `match`: its lines start with `case`. */
  readonly isMatch: boolean;
  /** A `match`, or a `case` in its column, came just before: then `case` is the keyword here too. */
  afterMatch: boolean;
}

const OPENERS = tokenSet(T.OpenParen, T.OpenBracket, T.OpenBrace, T.FOpen);
const CLOSERS = tokenSet(T.CloseParen, T.CloseBracket, T.CloseBrace, T.FClose);

const CLOSER_OF = new Map<TokenType, TokenType>([
  [T.OpenParen, T.CloseParen],
  [T.OpenBracket, T.CloseBracket],
  [T.OpenBrace, T.CloseBrace],
  [T.FOpen, T.FClose],
]);

const END_OF_LINE = indexOf(T.EndOfLine);
const NAME = indexOf(T.Name);
const NOT = indexOf(T.Not);
const IN = indexOf(T.In);
const IS = indexOf(T.Is);
const FCLOSE = indexOf(T.FClose);
const COLON = indexOf(T.Colon);

export function layOut(text: string, raw: readonly IToken[]): LaidOut {
  return new Layout(text, raw).run();
}

class Layout {
  readonly #text: string;
  readonly #raw: readonly IToken[];
  readonly #out: IToken[] = [];
  readonly #problems: Problem[] = [];
  readonly #blocks: Block[] = [{ column: 0, tolerated: 0, isMatch: false, afterMatch: false }];
  /** Open brackets, as indices into `#out`. */
  readonly #open: number[] = [];
  #tabsReported = false;
  /** One line out of step puts the next ones out of step too. */
  #dedentReported = false;
  /** First token of the logical line, as an index into `#out`. */
  #lineFirst = 0;
  #lineColumn = 0;

  constructor(text: string, raw: readonly IToken[]) {
    this.#text = text;
    this.#raw = raw;
  }

  run(): LaidOut {
    const raw = this.#raw;
    const out = this.#out;
    let atLineStart = true;
    for (let i = 0; i < raw.length; i++) {
      const token = raw[i]!;
      const index = token.tokenTypeIdx;
      if (index === END_OF_LINE) {
        if (this.#open.length === 0) {
          // A line of which nothing is left, because all of it closed nothing, is no line.
          if (out.length > this.#lineFirst) out.push(makeToken(T.Newline, "", token.startOffset));
          atLineStart = true;
        } else if (i + 1 < raw.length && this.#endsBrackets(raw[i + 1]!)) {
          this.#closeAll(token.startOffset);
          out.push(makeToken(T.Newline, "", token.startOffset));
          atLineStart = true;
        }
        continue;
      }
      if (atLineStart) {
        this.#startLine(token);
        this.#softKeyword(i, true);
        atLineStart = false;
      } else if (index === NAME) {
        this.#softKeyword(i, false);
      }
      if (OPENERS[index] === 1) {
        this.#open.push(out.length);
        out.push(token);
      } else if (CLOSERS[index] === 1) {
        this.#close(token, raw[i + 1]);
      } else if (index === NOT && raw[i + 1]?.tokenTypeIdx === IN) {
        i = this.#join(T.NotIn, i);
      } else if (index === IS && raw[i + 1]?.tokenTypeIdx === NOT) {
        i = this.#join(T.IsNot, i);
      } else {
        out.push(token);
      }
    }
    this.#finish();
    return { tokens: out, problems: this.#problems };
  }

  #finish(): void {
    const out = this.#out;
    const last = out.at(-1);
    if (last === undefined) return;
    const end = tokenEnd(last);
    this.#closeAll(end);
    if (out.length > this.#lineFirst && out.at(-1)!.tokenType !== T.Newline) {
      out.push(makeToken(T.Newline, "", end));
    }
    for (let i = this.#blocks.length; i > 1; i--) out.push(makeToken(T.Dedent, "", end));
  }

  // ------------------------------------------------------------------ lines and blocks

  #startLine(token: IToken): void {
    const column = this.#columnOf(token);
    const blocks = this.#blocks;
    const out = this.#out;
    const top = blocks.at(-1)!;
    if (column > top.column && column !== top.tolerated) {
      const isMatch = out[this.#lineFirst]?.tokenType === T.Match;
      if (isMatch) top.afterMatch = false;
      blocks.push({ column, tolerated: column, isMatch, afterMatch: false });
      out.push(makeToken(T.Indent, "", token.startOffset));
    } else if (column < top.column && column !== top.tolerated) {
      this.#dedent(token, column);
    }
    this.#lineFirst = out.length;
    this.#lineColumn = column;
  }

  /** Back to the block of `column`, or to the one that it misses by least. */
  #dedent(token: IToken, column: number): void {
    const blocks = this.#blocks;
    let target = blocks.findLastIndex(
      (block) => block.column <= column || block.tolerated === column,
    );
    const inner = blocks[target + 1];
    const { column: outer, tolerated } = blocks[target]!;
    if (column !== outer && column !== tolerated) {
      const columns = blocks.map((block) => block.column).join(", ");
      if (inner !== undefined && inner.column - column <= column - outer) target++;
      blocks[target]!.tolerated = column;
      if (!this.#dedentReported)
        this.#problems.push({
          code: "E0102",
          start: token.startOffset - column,
          end: token.startOffset,
          message: `this line is indented by ${column}, which matches no enclosing block`,
          help: `the blocks before it are indented by ${columns}`,
        });
      this.#dedentReported = true;
    }
    for (let i = blocks.length - 1; i > target; i--) {
      blocks.pop();
      this.#out.push(makeToken(T.Dedent, "", token.startOffset));
    }
  }

  #columnOf(token: IToken): number {
    const text = this.#text;
    let lineStart = token.startOffset;
    let column = 0;
    let hasTab = false;
    while (lineStart > 0) {
      const c = text.charCodeAt(lineStart - 1);
      if (c === 32) column++;
      else if (c === 9) {
        hasTab = true;
        column += 4;
      } else if (c !== 12) break;
      lineStart--;
    }
    if (hasTab && !this.#tabsReported) {
      this.#tabsReported = true;
      this.#problems.push({
        code: "E0102",
        start: lineStart,
        end: token.startOffset,
        message: "this line is indented with a tab",
        help: "indent with spaces, four for each block",
      });
    }
    return column;
  }

  // ------------------------------------------------------------------ brackets

  #endsBrackets(next: IToken): boolean {
    if (this.#out[this.#open.at(-1)!]!.tokenType === T.FOpen) return false;
    return startsStatement(this.#text, next.startOffset, this.#lineColumn);
  }

  #close(token: IToken, next: IToken | undefined): void {
    const open = this.#open;
    const out = this.#out;
    const wanted = (index: number) => CLOSER_OF.get(out[index]!.tokenType);
    const innermost = open.at(-1);
    if (innermost !== undefined && wanted(innermost) === token.tokenType) {
      open.pop();
      out.push(token);
      if (next?.tokenType === T.Arrow && innermost > 0) this.#functionType(innermost - 1);
      return;
    }
    // A field of an f-string hides the brackets around it.
    const floor =
      token.tokenTypeIdx === FCLOSE
        ? 0
        : open.findLastIndex((at) => out[at]!.tokenType === T.FOpen);
    const match = open.findLastIndex((at) => wanted(at) === token.tokenType);
    if (match < 0 || match < floor) {
      const message =
        innermost === undefined
          ? `'${token.image}' closes nothing`
          : `'${token.image}' does not close '${out[innermost]!.image}'`;
      const note = innermost === undefined ? {} : { note: this.#openedHere(innermost) };
      const { startOffset: start } = token;
      this.#problems.push({ code: "E0101", start, end: tokenEnd(token), message, ...note });
      // Probably the right place and the wrong sign.
      if (innermost !== undefined && out[innermost]!.tokenType !== T.FOpen) {
        open.pop();
        out.push(makeToken(wanted(innermost)!, "", start));
      }
      return;
    }
    while (open.length > match + 1) {
      const at = open.pop()!;
      const opener = out[at]!;
      this.#problems.push({
        code: "E0101",
        start: token.startOffset,
        end: tokenEnd(token),
        message: `expected '${closingText(opener)}' before '${token.image}'`,
        note: this.#openedHere(at),
      });
      out.push(makeToken(CLOSER_OF.get(opener.tokenType)!, "", token.startOffset));
    }
    open.pop();
    out.push(token);
  }

  #openedHere(at: number): NonNullable<Problem["note"]> {
    const opener = this.#out[at]!;
    return {
      message: `'${opener.image}' was opened here`,
      start: opener.startOffset,
      end: tokenEnd(opener),
    };
  }

  /** Closes what is open at the end of a logical line; only the outermost bracket is complained about. */
  #closeAll(end: number): void {
    const open = this.#open;
    if (open.length === 0) return;
    const out = this.#out;
    const outermost = out[open[0]!]!;
    this.#problems.push({
      code: "E0101",
      start: outermost.startOffset,
      end: tokenEnd(outermost),
      message: `this '${outermost.image}' is never closed: expected '${closingText(outermost)}'`,
      ...(open[0] === out.length - 1 && outermost.image === "{"
        ? { help: "a block follows a ':' and is indented" }
        : {}),
    });
    // In `def f(a:` the colon ends the header; the bracket belongs before it.
    const last = out.at(-1)!;
    const colon =
      last.tokenTypeIdx === COLON && BLOCK_HEADS.test(this.#lineText()) ? out.pop()! : null;
    while (open.length > 0) {
      const opener = out[open.pop()!]!;
      out.push(makeToken(CLOSER_OF.get(opener.tokenType)!, "", colon?.startOffset ?? end));
    }
    if (colon !== null) out.push(colon);
  }

  #lineText(): string {
    return this.#out[this.#lineFirst]?.image ?? "";
  }

  // ------------------------------------------------------------------ words

  #join(type: TokenType, first: number): number {
    const start = this.#raw[first]!.startOffset;
    const end = tokenEnd(this.#raw[first + 1]!);
    this.#out.push(makeToken(type, this.#text.slice(start, end), start));
    return first + 1;
  }

  /** `fn(A) -> B`: decided where the bracket closes, because `fn(a)` is a call. */
  #functionType(at: number): void {
    const token = this.#out[at]!;
    if (token.tokenTypeIdx !== NAME || token.image !== "fn") return;
    const before = this.#out[at - 1]?.tokenType;
    if (before !== T.Def && before !== T.Dot) retype(token, T.Fn);
  }

  /**
   * Turns the name at `i` into a soft keyword where it acts as one. Two names never stand side by
   * side in Wright, so a soft keyword followed by a name is the keyword.
   */
  #softKeyword(i: number, startsLine: boolean): void {
    const token = this.#raw[i]!;
    const block = this.#blocks.at(-1)!;
    const { afterMatch } = block;
    if (startsLine) block.afterMatch = false;
    const next = this.#raw[i + 1];
    if (token.tokenTypeIdx !== NAME || next === undefined) return;
    const beforeName = next.tokenTypeIdx === NAME;
    if (!startsLine) {
      if (beforeName && token.image === "const") retype(token, T.Const);
      return;
    }
    switch (token.image) {
      case "type":
      case "enum":
      case "mixin":
      case "struct":
        if (beforeName) retype(token, SOFT_KEYWORDS.get(token.image)!);
        return;
      case "raw":
        if (beforeName && next.image === "module") retype(token, T.Raw);
        return;
      case "extern":
        if (next.tokenType === T.Def) retype(token, T.Extern);
        return;
      case "unroll":
        if (next.tokenType === T.For) retype(token, T.Unroll);
        return;
      case "case":
        if (!block.isMatch && !afterMatch && LITERAL_OR_NAME[next.tokenTypeIdx] !== 1) return;
        retype(token, T.Case);
        block.afterMatch = true;
        return;
      case "match":
        if (
          beforeName ||
          (MAY_START_SUBJECT[next.tokenTypeIdx] === 1 && this.#lineEndsInColon(i))
        ) {
          retype(token, T.Match);
          block.afterMatch = true;
        }
        return;
    }
  }

  /** Whether the logical line of `#raw[i]` ends in a colon. */
  #lineEndsInColon(i: number): boolean {
    let depth = 0;
    let last = -1;
    for (; i < this.#raw.length; i++) {
      const index = this.#raw[i]!.tokenTypeIdx;
      if (index === END_OF_LINE && depth <= 0) break;
      if (OPENERS[index] === 1) depth++;
      else if (CLOSERS[index] === 1) depth--;
      if (index !== END_OF_LINE) last = index;
    }
    return last === COLON;
  }
}

function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = indexOf(type);
}

function closingText(opener: IToken): string {
  return opener.image === "(" ? ")" : opener.image === "[" ? "]" : "}";
}

/** After the name `case` these are only possible in a pattern. */
const LITERAL_OR_NAME = tokenSet(
  ...[T.Name, T.Int, T.Float, T.Str, T.FStart, T.True, T.False, T.None],
);

const MAY_START_SUBJECT = tokenSet(
  T.OpenParen,
  T.OpenBracket,
  T.OpenBrace,
  T.Int,
  T.Float,
  T.Str,
  T.FStart,
  T.True,
  T.False,
  T.None,
  T.Not,
  T.Minus,
  T.Plus,
  T.Tilde,
  T.Star,
  T.Lambda,
  T.Yield,
);

// -------------------------------------------------------------------- lines that end brackets

const BLOCK_HEADS =
  /^(?:def|class|mixin|struct|enum|if|elif|else|while|for|unroll|with|match|case|try|except|finally|async|extern)$/;

/** Lines that start like this are never inside brackets, however they are indented. */
const NEVER_INSIDE =
  /(?:(?:def|class|while|return|try|with|import|raise|assert|pass|break|continue|del|elif|except|finally)\b|else[ \t]*:|from[ \t][\w. \t]*\bimport\b|(?:enum|mixin|struct|extern|type|unroll)[ \t]+[A-Za-z_]|@[ \t]*[A-Za-z_])/y;

/** Inside brackets these belong to a comprehension or a conditional, unless they open a block. */
const OPENS_BLOCK = /(?:if|for|match|case)\b[^\n]*:[ \t]*(?:#[^\n]*)?(?:\n|$)/y;

/** An assignment at the column of the statement around it. Keyword arguments have no spaces. */
const ASSIGNMENT = /[A-Za-z_][\w.]* = [^\n]*[^,([{\s][ \t]*(?:\n|$)/y;

/**
 * Whether the line whose first character is at `at` begins a statement although a bracket is open:
 * then the bracket was forgotten. `blockColumn` is the column of the line that opened the bracket.
 */
export function startsStatement(text: string, at: number, blockColumn: number): boolean {
  NEVER_INSIDE.lastIndex = at;
  if (NEVER_INSIDE.test(text)) return true;
  OPENS_BLOCK.lastIndex = at;
  const head = OPENS_BLOCK.exec(text);
  if (head !== null && !head[0].includes(" else ")) return true;
  if (columnAt(text, at) > blockColumn) return false;
  ASSIGNMENT.lastIndex = at;
  return ASSIGNMENT.test(text);
}

function columnAt(text: string, at: number): number {
  return at - (text.lastIndexOf("\n", at - 1) + 1);
}
