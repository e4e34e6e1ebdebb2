/**
 * What all rules of the grammar share: positions, the list of mistakes, and recovery.
 *
 * chevrotain's own recovery is off: it resynchronises on any token that may follow any rule on the
 * stack, which in a language of expressions is nearly every token. Instead:
 * - a missing operand is reported and becomes an `error` node, nothing is thrown;
 * - a mistake inside brackets skips to the closing bracket (the layout pass made sure it exists);
 * - a mistake in a header skips to its colon, and the block is parsed as usual;
 * - anything else abandons the statement, up to the end of its line (`statements.ts`).
 * Of several mistakes on one logical line only the first is reported.
 */
import {
  EmbeddedActionsParser,
  EOF,
  isRecognitionException,
  type IToken,
  type TokenType,
} from "chevrotain";
import type { Expression, Name } from "../syntax/ast.ts";
import type { CodeName } from "../syntax/catalogue.ts";
import { diagnostic, note, type Diagnostic } from "../syntax/diagnostics.ts";
import { span, type Chunk, type Span } from "../syntax/source.ts";
import { errorMessages, found } from "./messages.ts";
import { tokenEnd, type Problem } from "./scanner.ts";
import { indexOf, T, tokenSet, VOCABULARY } from "./tokens.ts";

export const COMMA = indexOf(T.Comma);
export const COLON = indexOf(T.Colon);
export const NEWLINE = indexOf(T.Newline);
export const END_OF_CHUNK = indexOf(EOF);
const OPENERS = tokenSet(T.OpenParen, T.OpenBracket, T.OpenBrace, T.FOpen);
const CLOSERS = tokenSet(T.CloseParen, T.CloseBracket, T.CloseBrace, T.FClose);
/** Tokens that end a statement or its header. */
const LINE_ENDS = tokenSet(T.Newline, T.Indent, T.Dedent);
LINE_ENDS[END_OF_CHUNK] = 1;

/** Thrown when the rest of a statement cannot be understood; what is wrong has been reported. */
class Abandoned extends Error {
  override readonly name = "Abandoned";
}

export interface ReportOptions {
  readonly help?: string;
}

const EMPTY_CHUNK: Chunk = {
  file: { path: "", text: "", lineStarts: [0] },
  offset: 0,
  text: "",
};

export class Support extends EmbeddedActionsParser {
  protected source: Chunk = EMPTY_CHUNK;
  private reported: Diagnostic[] = [];
  /** Logical lines (by their end) about which something was said. */
  private readonly complainedLines = new Set<number>();

  constructor() {
    super(VOCABULARY, { maxLookahead: 1, errorMessageProvider: errorMessages });
  }

  /** Makes ready to parse `tokens`, the text of `chunk`, in which `problems` were found already. */
  protected begin(chunk: Chunk, tokens: IToken[], problems: readonly Problem[]): void {
    this.input = tokens;
    this.source = chunk;
    this.reported = [];
    this.complainedLines.clear();
    for (const problem of [...problems].sort((a, b) => a.start - b.start)) {
      const { code, start, end, message, help, note: more } = problem;
      const options = {
        ...(help === undefined ? {} : { help }),
        ...(more === undefined
          ? {}
          : { notes: [note(more.message, span(chunk, more.start, more.end))] }),
      };
      const line = this.lineEndAfter(start);
      if (this.complainedLines.has(line)) continue;
      this.complainedLines.add(line);
      this.reported.push(diagnostic(code, span(chunk, start, end), message, options));
    }
  }

  /** What was found wrong, in the order of the text. Leaves nothing of the chunk behind. */
  protected finish(): Diagnostic[] {
    const found = this.reported;
    if (found.length > 1) found.sort((a, b) => a.span.start - b.span.start);
    this.reported = [];
    this.source = EMPTY_CHUNK;
    this.input = [];
    return found;
  }

  // ------------------------------------------------------------------ positions

  /** Where the next token starts. */
  protected at(): number {
    const token = this.LA(1);
    return token.tokenTypeIdx === END_OF_CHUNK ? this.source.text.length : token.startOffset;
  }

  /** Where the last token that has a text ended. */
  protected end(): number {
    let back = 0;
    let token = this.LA(0);
    while (token.image === "" && token.tokenTypeIdx !== END_OF_CHUNK) token = this.LA(--back);
    return token.tokenTypeIdx === END_OF_CHUNK ? 0 : tokenEnd(token);
  }

  protected from(start: number): Span {
    // While chevrotain records the rules, nobody says where one starts; and one place that is no small
    // integer would cost every span a box for the number.
    if (this.RECORDING_PHASE) return span(this.source, 0, 0);
    // A rule that read nothing, because all of it is missing, starts after the last token's end.
    return span(this.source, start, Math.max(start, this.end()));
  }

  protected spanOf(token: IToken): Span {
    return span(this.source, token.startOffset, tokenEnd(token));
  }

  protected nameOf(token: IToken): Name {
    return { text: token.image, span: this.spanOf(token) };
  }

  /** A name that was left out. */
  protected noName(): Name {
    return { text: "", span: span(this.source, this.end(), this.end()) };
  }

  // ------------------------------------------------------------------ looking

  protected next(): number {
    return this.LA(1).tokenTypeIdx;
  }

  protected isNext(type: TokenType): boolean {
    return this.LA(1).tokenTypeIdx === type.tokenTypeIdx;
  }

  /** The next token ends the line, so what is missing is missing after the last one. */
  protected atLineEnd(): boolean {
    return LINE_ENDS[this.next()] === 1;
  }

  // ------------------------------------------------------------------ mistakes

  protected report(code: CodeName, at: Span, message: string, options: ReportOptions = {}): void {
    if (this.RECORDING_PHASE) return;
    const line = this.lineEndAfter(at.start);
    if (this.complainedLines.has(line)) return;
    this.complainedLines.add(line);
    this.reported.push(diagnostic(code, at, message, options));
  }

  /** The place to point at when the next token is not what was expected. */
  protected here(): Span {
    const token = this.LA(1);
    if (token.image !== "") return this.spanOf(token);
    const end = this.end();
    return span(this.source, end, Math.min(end + 1, this.source.text.length));
  }

  /** `expected X, found Y` at the next token. */
  protected reportExpected(what: string, options: ReportOptions = {}): void {
    const message = this.atLineEnd()
      ? `expected ${what}`
      : `expected ${what}, found ${found(this.LA(1))}`;
    this.report("E0101", this.here(), message, options);
  }

  protected abandon(): never {
    throw new Abandoned();
  }

  /** Reports what a rule threw; throws it again when it is not about the text. */
  protected caught(error: unknown): void {
    if (error instanceof Abandoned) return;
    if (!(error instanceof Error) || !isRecognitionException(error)) throw error;
    this.report("E0101", this.here(), error.message);
  }

  /** How many mistakes were reported so far. */
  protected complaints(): number {
    return this.reported.length;
  }

  /** Something was said about the line that the last token ended. */
  protected lineIsBroken(): boolean {
    return this.complainedLines.has(this.LA(0).startOffset);
  }

  /** The end of the logical line that holds `offset`. */
  private lineEndAfter(offset: number): number {
    for (const token of this.input) {
      if (token.tokenTypeIdx === NEWLINE && token.startOffset >= offset) return token.startOffset;
    }
    return Number.POSITIVE_INFINITY;
  }

  // ------------------------------------------------------------------ recovery

  protected skip(): void {
    this.SKIP_TOKEN();
  }

  /** To the `Newline` of this logical line, which stays the next token. */
  protected skipLine(): void {
    while (this.next() !== NEWLINE && this.next() !== END_OF_CHUNK) this.skip();
  }

  /** To the colon that ends this header, or to the end of the line. */
  protected skipToColon(): void {
    let depth = 0;
    let last = 1;
    for (; LINE_ENDS[this.LA(last).tokenTypeIdx] !== 1; last++);
    const endsInColon = last > 1 && this.LA(last - 1).tokenTypeIdx === COLON;
    if (endsInColon) {
      for (; last > 2; last--) this.skip();
      return;
    }
    while (!this.atLineEnd()) {
      const index = this.next();
      if (index === COLON && depth <= 0) return;
      if (OPENERS[index] === 1) depth++;
      else if (CLOSERS[index] === 1) depth--;
      this.skip();
    }
  }

  /** What `parse` returns, or `instead` after a mistake in a header, before its colon. */
  protected inHeader<Result>(instead: () => Result, parse: () => Result): Result {
    if (this.RECORDING_PHASE) return parse();
    try {
      return parse();
    } catch (error) {
      this.caught(error);
      this.skipToColon();
      return instead();
    }
  }

  /**
   * The closing bracket. When something else stands before it, that is reported and skipped; the
   * brackets are balanced, so the closer is there.
   */
  protected close(type: TokenType, expected: string, occurrence = 0): void {
    if (this.RECORDING_PHASE || this.next() === type.tokenTypeIdx) {
      this.consume(occurrence, type);
      return;
    }
    this.reportExpected(expected);
    for (let depth = 0; !this.atLineEnd(); this.skip()) {
      const index = this.next();
      if (OPENERS[index] === 1) depth++;
      else if (CLOSERS[index] === 1 && depth-- === 0) break;
    }
    if (this.next() === type.tokenTypeIdx) this.consume(occurrence, type);
  }

  /** Items separated by commas, up to `close`; a comma may follow the last. */
  protected items(close: TokenType, item: () => void): void {
    if (this.RECORDING_PHASE) {
      this.MANY_SEP({ SEP: T.Comma, DEF: item });
      return;
    }
    const closing = indexOf(close);
    while (this.next() !== closing && !this.atLineEnd()) {
      item();
      if (this.next() !== COMMA) return;
      this.skip();
    }
  }

  protected errorExpression(at: Span): Expression {
    return { kind: "error", span: at };
  }
}
