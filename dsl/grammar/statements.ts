/**
 * The grammar of statements, and the recovery between them.
 *
 * A rule for a statement returns it; `statements` collects. `scope` and `loops` say where we are, so
 * that `return`, `break`, `yield` and `abstract` out of place are reported here, where the text is.
 */
import type { IToken } from "chevrotain";
import type { ExceptHandler, Expression, MatchCase, Name, Statement } from "../syntax/ast.ts";
import type { Diagnostic } from "../syntax/diagnostics.ts";
import { span, type Chunk, type Span } from "../syntax/source.ts";
import { DefinitionGrammar, suiteOf, type SuiteOf } from "./definitions.ts";
import { found } from "./messages.ts";
import type { Problem } from "./scanner.ts";
import { COLON, END_OF_CHUNK, NEWLINE } from "./support.ts";
import { indexOf, T, tokenSet } from "./tokens.ts";

const INDENT = indexOf(T.Indent);
const DEDENT = indexOf(T.Dedent);
const CASE = indexOf(T.Case);

/** Tokens that no statement starts with, and what to say about them. */
const MISPLACED = new Map<number, string>([
  [indexOf(T.Else), "this 'else' has no 'if', loop or 'try' before it"],
  [indexOf(T.Elif), "this 'elif' has no 'if' before it"],
  [indexOf(T.Except), "this 'except' has no 'try' before it"],
  [indexOf(T.Finally), "this 'finally' has no 'try' before it"],
  [CASE, "'case' outside a 'match'"],
]);

/** Starts of statements that fit on a line. */
const SIMPLE_START = [
  ...[T.Pass, T.Break, T.Continue, T.Return, T.Raise, T.Assert, T.Del, T.Import, T.From, T.Type],
  ...[T.Raw, T.Global, T.Nonlocal, T.Ellipsis, T.Name, T.Int, T.Float, T.Str, T.FStart, T.True],
  ...[T.False, T.None, T.OpenParen, T.OpenBracket, T.OpenBrace, T.Fn, T.Not, T.Minus, T.Plus],
  ...[T.Tilde, T.Lambda, T.Yield, T.Star],
];
const SUITE_START = tokenSet(T.Newline, ...SIMPLE_START);
const STATEMENT_START = tokenSet(
  ...[T.If, T.While, T.For, T.Unroll, T.Try, T.With, T.Match, T.Def, T.Extern, T.Class, T.Mixin],
  ...[T.Struct, T.Enum, T.At, ...SIMPLE_START],
);

const OF_IF = suiteOf("the condition");
const OF_ELSE = suiteOf("'else'");
const OF_WHILE = suiteOf("the loop condition");
const OF_FOR = suiteOf("the loop header");
const OF_TRY = suiteOf("'try'");
const OF_EXCEPT = suiteOf("the 'except' header");
const OF_FINALLY = suiteOf("'finally'");
const OF_WITH = suiteOf("the 'with' header");
const OF_CASE = suiteOf("the pattern");

const NO_STATEMENTS: readonly Statement[] = [];

export interface ParsedText {
  readonly body: readonly Statement[];
  readonly diagnostics: readonly Diagnostic[];
  /** The `raw module` line, when the chunk is one. */
  readonly rawModule: Span | null;
  /** The chunks of the statements of class bodies: see `ownChunk`. */
  readonly parts: readonly Chunk[];
}

export class StatementGrammar extends DefinitionGrammar {
  private parts: Chunk[] = [];

  constructor() {
    super();
    this.performSelfAnalysis();
  }

  parseText(chunk: Chunk, tokens: IToken[], problems: readonly Problem[]): ParsedText {
    this.begin(chunk, tokens, problems);
    const body: Statement[] = [];
    this.body = body;
    this.scope = { kind: "module", isGenerator: false };
    this.loops = 0;
    this.rawModule = null;
    this.parts = [];
    this.decorated = null;
    this.abstracts = [];
    try {
      this.chunkBody();
    } catch (error) {
      // Thousands of nested brackets exhaust the stack.
      if (!(error instanceof RangeError)) throw error;
      const at = span(chunk, 0, chunk.text.trimEnd().length);
      this.report("E0101", span(chunk, 0, 1), "this is nested too deeply");
      body.push({ kind: "error-statement", span: at });
    }
    this.body = [];
    const { rawModule, parts } = this;
    return { body, diagnostics: this.finish(), rawModule, parts };
  }

  private readonly chunkBody = this.RULE("chunkBody", (): void => this.statements());

  // ------------------------------------------------------------------ sequences and recovery

  private statements(): void {
    if (this.RECORDING_PHASE) {
      this.MANY(() => this.SUBRULE(this.statement));
      return;
    }
    // After a broken statement its `else` or `except` is no news.
    let broken = false;
    for (let next = this.next(); next !== DEDENT && next !== END_OF_CHUNK; next = this.next()) {
      const before = this.complaints();
      if (next === INDENT) {
        if (!this.lineIsBroken()) {
          this.report("E0102", this.indentation(), "unexpected indentation", {
            help: "only a line that ends in ':' has an indented block below it",
          });
        }
        this.inlineBlock();
      } else if (MISPLACED.has(next)) this.strayClause(MISPLACED.get(next)!, broken);
      else {
        this.protectedStatement();
        broken = this.complaints() > before;
        continue;
      }
      broken = true;
    }
  }

  /** An `else`, `except` or `case` with nothing before it to belong to; its block is kept. */
  private strayClause(message: string, isExpected: boolean): void {
    const { body } = this;
    const start = this.at();
    if (!isExpected) this.report("E0101", this.here(), message);
    body.push({
      kind: "error-statement",
      span: span(this.source, start, start + this.LA(1).image.length),
    });
    this.skipLine();
    this.endBrokenLine();
  }

  /** The spaces before the line that starts with the next token. */
  private indentation(): Span {
    const at = this.at();
    const lineStart = this.source.text.lastIndexOf("\n", at - 1) + 1;
    return span(this.source, lineStart, at);
  }

  /** The statements of a block that no header asked for, as part of the block around it. */
  protected override inlineBlock(): void {
    const { scope } = this;
    this.scope = { kind: "unknown", isGenerator: false };
    this.skip();
    this.statements();
    this.skip();
    scope.isGenerator ||= this.scope.isGenerator;
    this.scope = scope;
  }

  /** One statement; after a mistake, what could be understood of it. */
  private protectedStatement(): void {
    const start = this.at();
    const { scope, loops, body, abstracts, source } = this;
    this.pendingTargets = [];
    this.pendingType = null;
    if (scope.kind === "class") this.source = this.ownChunk();
    try {
      const next = this.next();
      if (STATEMENT_START[next] !== 1) this.strangeStart(next);
      this.SUBRULE(this.statement);
    } catch (error) {
      this.caught(error);
      this.scope = scope;
      this.loops = loops;
      this.body = body;
      this.abstracts = abstracts;
      this.decorated = null;
      this.skipLine();
      this.body.push(this.remains(start));
      this.endBrokenLine();
    }
    this.source = source;
  }

  /**
   * A chunk for one statement of a class body, with the class's text and place. So a method can move
   * within its class, when another is edited, without a touch to the places in it (`parser.ts`).
   */
  private ownChunk(): Chunk {
    const part = { ...this.source };
    this.parts.push(part);
    return part;
  }

  /** What stands for a broken statement: its assignment, if it got that far. */
  private remains(start: number): Statement {
    const at = span(this.source, start, Math.max(start, this.end()));
    const [target] = this.pendingTargets;
    if (target === undefined) return { kind: "error-statement", span: at };
    const value = this.errorExpression(at);
    return this.pendingType === null
      ? { kind: "assign", span: at, targets: this.pendingTargets, value }
      : { kind: "ann-assign", span: at, target, type: this.pendingType, value };
  }

  private strangeStart(next: number): void {
    const token = this.LA(1);
    if (next === indexOf(T.Async)) {
      this.report("E0104", this.here(), "there is no 'async': calls wait for their result", {
        help: "microthreads are in wright.stacks",
      });
      this.skip();
      if (STATEMENT_START[this.next()] === 1) return;
    } else if (next === indexOf(T.Await)) {
      this.missingExpression();
    } else {
      this.report("E0101", this.here(), `a statement cannot start with ${found(token)}`);
    }
    this.abandon();
  }

  /**
   * `: block`, on this line or indented below. A missing colon is reported and forgiven; so is a
   * missing block.
   */
  protected override readonly suite = this.RULE("suite", (what: string): Statement[] => {
    const outer = this.body;
    const body: Statement[] = [];
    this.body = body;
    const headerEnd = this.RECORDING_PHASE ? 0 : this.end();
    if (!this.RECORDING_PHASE && this.next() !== COLON) this.missingColon(what);
    this.OPTION(() => this.CONSUME(T.Colon));
    if (!this.RECORDING_PHASE && SUITE_START[this.next()] !== 1) {
      this.reportExpected("a new line and an indented block, or a simple statement on this line");
      this.skipLine();
    }
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Newline);
          let isEmpty = true;
          this.OPTION2(() => {
            isEmpty = false;
            this.CONSUME(T.Indent);
            this.statements();
            this.CONSUME(T.Dedent);
          });
          if (isEmpty) {
            const at = span(this.source, Math.max(0, headerEnd - 1), headerEnd + 1);
            this.report("E0102", at, `expected an indented block after ${what}`, {
              help: "write 'pass' for a block that does nothing",
            });
          }
        },
      },
      { ALT: () => this.SUBRULE2(this.simpleLine) },
    ]);
    this.body = outer;
    return body.slice();
  });

  private missingColon(what: string): void {
    const isAssign = this.isNext(T.Assign);
    const elseIf = this.isNext(T.If) && what === "'else'";
    if (elseIf) this.report("E0101", this.here(), "'else if' is written 'elif'");
    else {
      this.reportExpected(
        `':' after ${what}`,
        isAssign ? { help: "'=' assigns, '==' compares" } : {},
      );
    }
    this.skipToColon();
  }

  private readonly statement = this.RULE("statement", (): void => {
    this.OR(this.statementKinds);
  });

  private readonly statementKinds = [
    { ALT: () => this.SUBRULE(this.simpleLine) },
    { ALT: () => this.add(this.SUBRULE(this.ifStatement)) },
    { ALT: () => this.add(this.SUBRULE(this.whileStatement)) },
    { ALT: () => this.add(this.SUBRULE(this.forStatement)) },
    { ALT: () => this.add(this.SUBRULE(this.tryStatement)) },
    { ALT: () => this.add(this.SUBRULE(this.withStatement)) },
    { ALT: () => this.add(this.SUBRULE(this.matchStatement)) },
    { ALT: () => this.add(this.SUBRULE(this.functionDef)) },
    { ALT: () => this.add(this.SUBRULE(this.classDef)) },
    { ALT: () => this.add(this.SUBRULE(this.enumDef)) },
    { ALT: () => this.SUBRULE(this.decoratorLines) },
  ];

  // ------------------------------------------------------------------ compound statements

  private readonly ifStatement = this.RULE("ifStatement", (): Statement => {
    const start = this.at();
    this.CONSUME(T.If);
    return this.SUBRULE(this.ifTail, { ARGS: [start] });
  });

  /** Condition, block, and what follows: the same after `if` and `elif`. */
  private readonly ifTail = this.RULE("ifTail", (start: number): Statement => {
    const test = this.SUBRULE(this.condition);
    const body = this.SUBRULE(this.suite, OF_IF);
    let orElse = NO_STATEMENTS;
    this.OPTION(() => {
      orElse = this.OR([
        {
          ALT: (): Statement[] => {
            const at = this.at();
            this.CONSUME(T.Elif);
            return [this.SUBRULE(this.ifTail, { ARGS: [at] })];
          },
        },
        { ALT: (): Statement[] => this.SUBRULE(this.elseBlock) },
      ]);
    });
    return { kind: "if", span: this.from(start), test, body, orElse };
  });

  private readonly elseBlock = this.RULE("elseBlock", (): Statement[] => {
    this.CONSUME(T.Else);
    return this.SUBRULE(this.suite, OF_ELSE);
  });

  private readonly condition = this.RULE("condition", (): Expression =>
    this.inHeader(
      () => this.errorExpression(this.here()),
      () => this.SUBRULE(this.expression),
    ),
  );

  private readonly whileStatement = this.RULE("whileStatement", (): Statement => {
    const start = this.at();
    this.CONSUME(T.While);
    const test = this.SUBRULE(this.condition);
    const body = this.loopBody(OF_WHILE);
    let orElse = NO_STATEMENTS;
    this.OPTION(() => {
      orElse = this.SUBRULE(this.elseBlock);
    });
    return { kind: "while", span: this.from(start), test, body, orElse };
  });

  private loopBody(what: SuiteOf): Statement[] {
    this.loops++;
    const body = this.SUBRULE(this.suite, what);
    this.loops--;
    return body;
  }

  private readonly forStatement = this.RULE("forStatement", (): Statement => {
    const start = this.at();
    let unroll = false;
    this.OPTION(() => {
      this.CONSUME(T.Unroll);
      unroll = true;
    });
    this.CONSUME(T.For);
    let target: Expression | null = null;
    let iterable: Expression | null = null;
    this.inHeader(
      () => undefined,
      () => {
        target = this.SUBRULE(this.targetList);
        this.CONSUME(T.In);
        iterable = this.SUBRULE(this.expressionList);
      },
    );
    const header = {
      target: target ?? this.errorExpression(this.here()),
      iterable: iterable ?? this.errorExpression(this.here()),
    };
    const body = this.loopBody(OF_FOR);
    let orElse = NO_STATEMENTS;
    this.OPTION2(() => {
      orElse = this.SUBRULE(this.elseBlock);
    });
    return { kind: "for", span: this.from(start), unroll, ...header, body, orElse };
  });

  private readonly tryStatement = this.RULE("tryStatement", (): Statement => {
    const start = this.at();
    const handlers: ExceptHandler[] = [];
    let orElse = NO_STATEMENTS;
    let finallyBody = NO_STATEMENTS;
    let hasFinally = false;
    const word = this.spanOf(this.CONSUME(T.Try));
    const body = this.SUBRULE(this.suite, OF_TRY);
    this.MANY(() => {
      handlers.push(this.SUBRULE(this.exceptClause));
    });
    this.OPTION(() => {
      orElse = this.SUBRULE(this.elseBlock);
    });
    this.OPTION2(() => {
      this.CONSUME(T.Finally);
      hasFinally = true;
      finallyBody = this.SUBRULE2(this.suite, OF_FINALLY);
    });
    if (handlers.length === 0 && !hasFinally) {
      this.report("E0101", word, "this 'try' needs an 'except' or a 'finally'");
    }
    return { kind: "try", span: this.from(start), body, handlers, orElse, finallyBody };
  });

  private readonly exceptClause = this.RULE("exceptClause", (): ExceptHandler => {
    const start = this.at();
    let types: readonly Expression[] = [];
    let name: Name | null = null;
    this.CONSUME(T.Except);
    this.inHeader(
      () => undefined,
      () => {
        if (!this.RECORDING_PHASE && this.isNext(T.Star)) {
          this.report("E0104", this.here(), "there are no exception groups");
          this.skip();
        }
        this.OPTION(() => {
          const caught = this.SUBRULE(this.expression);
          types = caught.kind === "tuple" ? caught.items : [caught];
          this.OPTION2(() => {
            this.CONSUME(T.As);
            name = this.nameOf(this.CONSUME(T.Name));
          });
          if (this.isNext(T.Comma)) {
            this.report("E0101", this.here(), "expected ':' after the 'except' header, found ','", {
              help: "write 'except (A, B):' for several classes, 'except A as e:' for a name",
            });
            this.abandon();
          }
        });
      },
    );
    const body = this.SUBRULE(this.suite, OF_EXCEPT);
    return { span: this.from(start), types, name, body };
  });

  private readonly withStatement = this.RULE("withStatement", (): Statement => {
    const start = this.at();
    const items: { context: Expression; target: Expression | null }[] = [];
    this.CONSUME(T.With);
    this.inHeader(
      () => undefined,
      () => {
        this.AT_LEAST_ONE_SEP({
          SEP: T.Comma,
          DEF: () => {
            const context = this.SUBRULE(this.expression);
            let target: Expression | null = null;
            this.OPTION(() => {
              this.CONSUME(T.As);
              target = this.SUBRULE(this.primary);
              this.checkTarget(target);
            });
            items.push({ context, target });
          },
        });
      },
    );
    const body = this.SUBRULE(this.suite, OF_WITH);
    return { kind: "with", span: this.from(start), items, body };
  });

  // ------------------------------------------------------------------ match

  private readonly matchStatement = this.RULE("matchStatement", (): Statement => {
    const start = this.at();
    const cases: MatchCase[] = [];
    this.CONSUME(T.Match);
    const subject = this.inHeader(
      () => this.errorExpression(this.here()),
      () => this.SUBRULE(this.expressionList),
    );
    if (!this.RECORDING_PHASE) this.matchHeaderEnd();
    else {
      this.CONSUME(T.Colon);
      this.CONSUME(T.Newline);
    }
    this.OPTION(() => {
      this.CONSUME(T.Indent);
      this.cases(cases);
      this.CONSUME(T.Dedent);
    });
    if (cases.length === 0 && !this.RECORDING_PHASE) {
      const at = span(this.source, Math.max(0, this.end() - 1), this.end());
      this.report("E0102", at, "expected an indented 'case' after the match header");
      while (this.next() === CASE) this.protectedCase(cases);
    }
    return { kind: "match", span: this.from(start), subject, cases };
  });

  private matchHeaderEnd(): void {
    if (this.next() !== COLON) this.missingColon("the match subject");
    if (this.next() === COLON) this.skip();
    if (this.next() !== NEWLINE) {
      this.reportExpected("a new line with 'case' after the match header");
      this.skipLine();
    }
    if (this.next() === NEWLINE) this.skip();
  }

  private cases(cases: MatchCase[]): void {
    if (this.RECORDING_PHASE) {
      this.MANY(() => {
        cases.push(this.SUBRULE(this.caseClause));
      });
      return;
    }
    let complained = false;
    while (this.next() !== DEDENT && this.next() !== END_OF_CHUNK) {
      if (this.next() === CASE) {
        this.protectedCase(cases);
        continue;
      }
      if (!complained) this.reportExpected("'case'");
      complained = true;
      if (this.next() !== INDENT) this.skipLine();
      this.endBrokenLine();
    }
  }

  private protectedCase(cases: MatchCase[]): void {
    const { scope, loops, body } = this;
    try {
      cases.push(this.SUBRULE(this.caseClause));
    } catch (error) {
      this.caught(error);
      this.scope = scope;
      this.loops = loops;
      this.body = body;
      this.skipLine();
      this.endBrokenLine();
    }
  }

  /** After `skipLine`: the end of the line, and the block that it may have been the header of. */
  private endBrokenLine(): void {
    if (this.next() === NEWLINE) this.skip();
    if (this.next() === INDENT) this.inlineBlock();
  }

  private readonly caseClause = this.RULE("caseClause", (): MatchCase => {
    const start = this.at();
    let guard: Expression | null = null;
    this.CONSUME(T.Case);
    const pattern = this.inHeader(
      () => ({ kind: "error-pattern" as const, span: this.here() }),
      () => {
        const pattern = this.SUBRULE(this.pattern);
        this.OPTION(() => {
          this.CONSUME(T.If);
          guard = this.SUBRULE(this.expression);
        });
        return pattern;
      },
    );
    const body = this.SUBRULE(this.suite, OF_CASE);
    return { span: this.from(start), pattern, guard, body };
  });
}
