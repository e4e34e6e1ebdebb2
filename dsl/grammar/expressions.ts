/**
 * The grammar of expressions.
 *
 * The rules are few and flat for speed: `expression` → `operators` → `primary`. Binary operators are
 * read as a list and shaped by `operators.ts`. Where a rule looks at the next token before it asks
 * chevrotain for an `OPTION` or `MANY`, that is only to save a closure in the common case; the
 * recorded grammar is the same.
 */
import type { IToken, TokenType } from "chevrotain";
import type { Argument, ComprehensionClause, Expression, Name, Parameter } from "../syntax/ast.ts";
import { span } from "../syntax/source.ts";
import { found, isKeyword } from "./messages.ts";
import { LiteralGrammar } from "./literals.ts";
import { resolveOperators, type Operand } from "./operators.ts";
import { COLON, COMMA } from "./support.ts";
import { indexOf, T, tokenSet } from "./tokens.ts";

const ATOM_START = tokenSet(
  T.Name,
  T.Int,
  T.Float,
  T.Str,
  T.FStart,
  T.True,
  T.False,
  T.None,
  T.OpenParen,
  T.OpenBracket,
  T.OpenBrace,
  T.Fn,
);
const PREFIXES = tokenSet(T.Not, T.Minus, T.Plus, T.Tilde);
const EXPRESSION_START = tokenSet(T.Lambda, T.Yield);
for (let i = 0; i < ATOM_START.length; i++) EXPRESSION_START[i]! |= ATOM_START[i]! | PREFIXES[i]!;
const INFIXES = new Uint8Array(ATOM_START.length);
for (const index of T.Infix.categoryMatches ?? []) INFIXES[index] = 1;

const NAME = indexOf(T.Name);
const DOT = indexOf(T.Dot);
const STAR = indexOf(T.Star);
const OPEN_PAREN = indexOf(T.OpenParen);
const CLOSE_PAREN = indexOf(T.CloseParen);
const OPEN_BRACKET = indexOf(T.OpenBracket);
const IF = indexOf(T.If);
const FOR = indexOf(T.For);
const WALRUS = indexOf(T.Walrus);
const ASSIGN = indexOf(T.Assign);

/** Numbers the `OPTION`s that `element` records, out of the way of those of its rules. */
const ELEMENT_STAR = 20;

const NO_PREFIXES: readonly IToken[] = [];

/** What encloses a statement or expression: decides where `return` and `yield` may stand. */
export interface Scope {
  readonly kind:
    | "module"
    | "class"
    | "enum"
    | "def"
    | "lambda"
    | "comprehension"
    /** The block of a header that could not be understood: anything may stand there. */
    | "unknown";
  /** A `yield` was seen. */
  isGenerator: boolean;
}

export class ExpressionGrammar extends LiteralGrammar {
  protected scope: Scope = { kind: "module", isGenerator: false };
  /** What the brackets now being read are applied to, and where its text starts. */
  private subject: Expression = { kind: "error", span: span(this.source, 0, 0) };
  private subjectStart = 0;
  /** The last `expressionList` was a tuple without parentheses. */
  private hadComma = false;

  // ------------------------------------------------------------------ lists and conditionals

  /** `a`, or `a, *b,` as a tuple without parentheses. */
  protected override readonly expressionList = this.RULE("expressionList", (): Expression => {
    const start = this.at();
    const first = this.element(0);
    if (!this.RECORDING_PHASE && this.next() !== COMMA) {
      if (first.kind === "star") this.loneStar(first);
      this.hadComma = false;
      return first;
    }
    const items = [first];
    this.MANY(() => {
      const before = items.length;
      this.CONSUME(T.Comma);
      this.OPTION(() => {
        items.push(this.element(1));
      });
      if (this.next() === COMMA && items.length === before) {
        this.reportExpected("an expression between the commas");
      }
    });
    this.hadComma = true;
    return { kind: "tuple", span: this.from(start), items };
  });

  /** `expression` or `*expression`; `occurrence` tells apart several of them in a rule. */
  protected element(occurrence: number): Expression {
    if (this.RECORDING_PHASE) {
      this.option(ELEMENT_STAR + occurrence, () => this.consume(occurrence, T.Star));
      return this.subrule(occurrence, this.expression);
    }
    if (this.next() !== STAR) return this.subrule(occurrence, this.expression);
    const start = this.at();
    this.consume(occurrence, T.Star);
    const value = this.subrule(occurrence, this.expression);
    return { kind: "star", span: this.from(start), value };
  }

  protected loneStar(star: Expression): void {
    this.report("E0101", star.span, "'*' spreads a sequence into a call, a list or a tuple", {
      help: "write '(*xs,)' for a tuple of one spread sequence",
    });
  }

  protected readonly expression = this.RULE("expression", (): Expression => {
    if (!this.RECORDING_PHASE && EXPRESSION_START[this.next()] !== 1) {
      return this.missingExpression();
    }
    const start = this.at();
    const value = this.OR(this.expressionAlternatives);
    const next = this.next();
    if (next !== IF && next !== WALRUS && !this.RECORDING_PHASE) return value;
    let result = value;
    this.OPTION(() => {
      result = this.conditionalTail(value, start);
    });
    this.OPTION2(() => {
      result = this.walrusTail(result, start);
    });
    return result;
  });

  private readonly expressionAlternatives = [
    { ALT: (): Expression => this.SUBRULE(this.operators) },
    { ALT: (): Expression => this.SUBRULE(this.lambda) },
    { ALT: (): Expression => this.SUBRULE(this.yieldExpression) },
  ];

  private conditionalTail(then: Expression, start: number): Expression {
    this.CONSUME(T.If);
    const test = this.SUBRULE2(this.operators);
    if (!this.RECORDING_PHASE && !this.isNext(T.Else)) {
      this.reportExpected("'else' and the value for when the condition does not hold");
      const orElse = this.errorExpression(this.here());
      return { kind: "conditional", span: this.from(start), test, then, orElse };
    }
    this.CONSUME(T.Else);
    const orElse = this.SUBRULE(this.expression);
    return { kind: "conditional", span: this.from(start), test, then, orElse };
  }

  private walrusTail(target: Expression, start: number): Expression {
    this.CONSUME(T.Walrus);
    const value = this.SUBRULE2(this.expression);
    if (target.kind !== "name") {
      this.report("E0101", target.span, "':=' assigns to a name");
      return value;
    }
    const name: Name = { text: target.text, span: target.span };
    return { kind: "walrus", span: this.from(start), target: name, value };
  }

  protected readonly lambda = this.RULE("lambda", (): Expression => {
    const start = this.at();
    const params: Parameter[] = [];
    this.CONSUME(T.Lambda);
    this.items(T.Colon, () => {
      const at = this.at();
      this.OPTION(() => {
        this.CONSUME(T.Star);
        this.report("E0104", this.from(at), "a lambda takes no '*' parameters", {
          help: "write a nested function",
        });
      });
      const name = this.nameOf(this.CONSUME(T.Name));
      let defaultValue: Expression | null = null;
      this.OPTION2(() => {
        this.CONSUME(T.Assign);
        defaultValue = this.SUBRULE(this.expression);
      });
      params.push({
        span: this.from(at),
        name,
        type: null,
        defaultValue,
        isConst: false,
        star: false,
        keywordOnly: false,
      });
    });
    this.CONSUME(T.Colon);
    const outer = this.scope;
    this.scope = { kind: "lambda", isGenerator: false };
    const body = this.SUBRULE2(this.expression);
    this.scope = outer;
    return { kind: "lambda", span: this.from(start), params, body };
  });

  protected readonly yieldExpression = this.RULE("yieldExpression", (): Expression => {
    const start = this.at();
    this.CONSUME(T.Yield);
    const at = this.from(start);
    if (!this.RECORDING_PHASE) this.checkYield(at);
    let value: Expression | null = null;
    if (!this.RECORDING_PHASE && this.isNext(T.From)) {
      this.report("E0104", at, "there is no 'yield from'", {
        help: "write a loop: 'for x in xs:' and 'yield x'",
      });
      this.skip();
    }
    this.OPTION(() => {
      value = this.SUBRULE(this.expressionList);
    });
    return { kind: "yield", span: this.from(start), value };
  });

  private checkYield(at: ReturnType<typeof span>): void {
    switch (this.scope.kind) {
      case "def":
        this.scope.isGenerator = true;
        return;
      case "unknown":
        return;
      case "lambda":
      case "comprehension":
        this.report("E0105", at, `'yield' inside a ${this.scope.kind}`, {
          help: "a generator is a function of its own: write a nested 'def'",
        });
        return;
      default:
        this.report("E0105", at, "'yield' outside a function");
    }
  }

  // ------------------------------------------------------------------ operators

  protected readonly operators = this.RULE("operators", (): Expression => {
    let prefixes = this.prefixes(1);
    let start = this.at();
    const first = this.SUBRULE(this.primary);
    if (!this.RECORDING_PHASE && INFIXES[this.next()] !== 1 && prefixes === NO_PREFIXES) {
      return first;
    }
    const operands: Operand[] = [{ prefixes, value: first, start, end: this.end() }];
    const operators: IToken[] = [];
    this.MANY(() => {
      operators.push(this.CONSUME(T.Infix));
      prefixes = this.prefixes(2);
      start = this.at();
      const value = this.SUBRULE2(this.primary);
      operands.push({ prefixes, value, start, end: this.end() });
    });
    if (this.RECORDING_PHASE) return first;
    return resolveOperators(this.source, operands, operators, (token) =>
      this.report("E0101", this.spanOf(token), "'not' needs parentheses here", {
        help: "'not' binds looser than the operator before it: write '(not …)'",
      }),
    );
  });

  private prefixes(occurrence: number): readonly IToken[] {
    if (!this.RECORDING_PHASE && PREFIXES[this.next()] !== 1) return NO_PREFIXES;
    const prefixes: IToken[] = [];
    this.many(occurrence, () => {
      prefixes.push(this.consume(occurrence, T.Prefix));
    });
    return prefixes;
  }

  // ------------------------------------------------------------------ primaries

  /** An atom with its attributes, calls and subscripts. */
  protected readonly primary = this.RULE("primary", (): Expression => {
    if (!this.RECORDING_PHASE && ATOM_START[this.next()] !== 1) return this.missingExpression();
    const start = this.at();
    let node = this.OR(this.atoms);
    if (this.RECORDING_PHASE) {
      this.MANY(() => {
        this.OR2([
          {
            ALT: () => {
              this.CONSUME(T.Dot);
              this.CONSUME2(T.Name);
            },
          },
          { ALT: () => this.SUBRULE(this.callArguments) },
          { ALT: () => this.SUBRULE(this.subscript) },
        ]);
      });
      return node;
    }
    for (;;) {
      switch (this.next()) {
        case DOT:
          this.CONSUME(T.Dot);
          node = {
            kind: "attribute",
            object: node,
            name: this.attributeName(),
            span: this.from(start),
          };
          break;
        case OPEN_PAREN: {
          const args = this.SUBRULE(this.callArguments);
          node = { kind: "call", callee: node, args, span: this.from(start) };
          break;
        }
        case OPEN_BRACKET:
          this.subject = node;
          this.subjectStart = start;
          node = this.SUBRULE(this.subscript);
          break;
        default:
          return node;
      }
    }
  });

  /** Empty where there is none: whoever looks it up has nothing more to say. */
  private attributeName(): Name {
    if (this.next() === NAME) return this.nameOf(this.CONSUME2(T.Name));
    const token = this.LA(1);
    if (!isKeyword(token)) {
      this.reportExpected("a name after '.'");
      return this.noName();
    }
    this.report(
      "E0101",
      this.spanOf(token),
      `'${token.image}' is a keyword and cannot name an attribute`,
    );
    this.skip();
    return { text: "", span: this.spanOf(token) };
  }

  private readonly atoms = [
    {
      ALT: (): Expression => {
        const token = this.CONSUME(T.Name);
        return { kind: "name", span: this.spanOf(token), text: token.image };
      },
    },
    {
      ALT: (): Expression => {
        const token = this.CONSUME(T.Int);
        return { kind: "int", span: this.spanOf(token), value: this.intOf(token.image) };
      },
    },
    {
      ALT: (): Expression => {
        const token = this.CONSUME(T.Float);
        const value = Number(token.image.replaceAll("_", ""));
        return { kind: "float", span: this.spanOf(token), value: Number.isNaN(value) ? 0 : value };
      },
    },
    { ALT: (): Expression => this.SUBRULE(this.strings) },
    {
      ALT: (): Expression => ({
        kind: "bool",
        span: this.spanOf(this.CONSUME(T.True)),
        value: true,
      }),
    },
    {
      ALT: (): Expression => ({
        kind: "bool",
        span: this.spanOf(this.CONSUME(T.False)),
        value: false,
      }),
    },
    { ALT: (): Expression => ({ kind: "none", span: this.spanOf(this.CONSUME(T.None)) }) },
    { ALT: (): Expression => this.SUBRULE(this.parenthesised) },
    { ALT: (): Expression => this.SUBRULE(this.list) },
    { ALT: (): Expression => this.SUBRULE(this.braces) },
    {
      ALT: (): Expression => {
        const type = this.SUBRULE(this.functionType);
        return { kind: "type", span: type.span, type };
      },
    },
  ];

  /** Nothing that starts an expression stands here. */
  protected missingExpression(): Expression {
    const token = this.LA(1);
    const at = this.here();
    if (token.tokenType === T.Ellipsis) {
      this.report("E0104", at, "'...' is a statement: it stands for an empty body");
      this.skip();
    } else if (token.tokenType === T.Await || token.tokenType === T.Async) {
      this.report("E0104", at, `there is no '${token.image}': calls wait for their result`, {
        help: "microthreads are in wright.stacks",
      });
      this.skip();
      return this.SUBRULE(this.expression);
    } else if (token.tokenType === T.StarStar) {
      this.report(
        "E0104",
        at,
        "'**' does not spread a dict: what it holds is not known statically",
      );
      this.skip();
      return this.SUBRULE(this.expression);
    } else if (this.isDoubled(T.Plus) || this.isDoubled(T.Minus)) {
      const sign = this.LA(0).image;
      this.report("E0104", this.spanOf(this.LA(0)), `there is no '${sign}${sign}'`, {
        help: `write '${sign}= 1'`,
      });
    } else {
      const before = this.LA(0);
      const doubled = token.image === before.image && DOUBLED[token.image];
      const help = doubled ? { help: `write '${doubled}'` } : {};
      const after = before.image === "" ? "" : ` after ${found(before)}`;
      const what = this.atLineEnd() || token.image === "" ? "" : `, found ${found(token)}`;
      this.report("E0101", at, `expected an expression${after}${what}`, help);
    }
    return this.errorExpression(at);
  }

  /** The last two tokens are `x++`, and nothing follows. */
  private isDoubled(sign: TokenType): boolean {
    return this.atLineEnd() && this.LA(0).tokenType === sign && this.LA(-1).tokenType === sign;
  }

  // ------------------------------------------------------------------ calls and subscripts

  protected readonly callArguments = this.RULE("callArguments", (): Argument[] => {
    const args: Argument[] = [];
    this.CONSUME(T.OpenParen);
    if (this.RECORDING_PHASE || this.next() !== CLOSE_PAREN) {
      this.items(T.CloseParen, () => {
        args.push(this.SUBRULE(this.argument));
      });
      if (args.length > 1) this.checkArgumentOrder(args);
    }
    this.close(T.CloseParen, "',' or ')' after the argument");
    return args.slice();
  });

  protected readonly argument = this.RULE("argument", (): Argument => {
    const start = this.at();
    const starred = this.element(0);
    const star = starred.kind === "star";
    let value = starred.kind === "star" ? starred.value : starred;
    if (this.RECORDING_PHASE || this.next() === FOR) {
      this.OPTION(() => {
        const clauses = this.SUBRULE(this.comprehensionClauses);
        value = this.comprehension("generator", start, value, null, clauses);
      });
    }
    let name: Name | null = null;
    if (this.RECORDING_PHASE || this.next() === ASSIGN) {
      this.OPTION2(() => {
        this.CONSUME(T.Assign);
        const target = value;
        value = this.SUBRULE2(this.expression);
        if (target.kind === "name" && !star) name = { text: target.text, span: target.span };
        else
          this.report("E0101", target.span, "the name of a keyword argument must be a plain name");
      });
    }
    return { span: this.from(start), name, star, value };
  });

  private checkArgumentOrder(args: readonly Argument[]): void {
    let named: Name | null = null;
    for (const { name, span: at } of args) {
      if (name !== null) named = name;
      else if (named !== null) {
        this.report(
          "E0101",
          at,
          `this positional argument follows the keyword argument '${named.text}'`,
        );
        return;
      }
    }
  }

  /** `[i]`, `[a, b]`, `[i:j]`, `[i:j:k]` after `subject`. */
  protected readonly subscript = this.RULE("subscript", (): Expression => {
    const object = this.subject;
    const start = this.subjectStart;
    this.CONSUME(T.OpenBracket);
    const inside = this.at();
    let first: Expression | null = null;
    this.OPTION(() => {
      first = this.SUBRULE(this.expressionList);
    });
    if (!this.RECORDING_PHASE && this.next() !== COLON) {
      if (first === null) this.reportExpected("an index between the brackets");
      const index = first ?? this.errorExpression(this.here());
      this.close(T.CloseBracket, "']' after the index");
      return { kind: "index", span: this.from(start), object, index };
    }
    this.CONSUME(T.Colon);
    if (first !== null && this.hadComma) {
      this.report("E0104", this.from(inside), "a slice stands alone between the brackets");
    }
    let stop: Expression | null = null;
    let step: Expression | null = null;
    this.OPTION2(() => {
      stop = this.SUBRULE2(this.expression);
    });
    this.OPTION3(() => {
      this.CONSUME2(T.Colon);
      this.OPTION4(() => {
        step = this.SUBRULE3(this.expression);
      });
    });
    this.close(T.CloseBracket, "']' after the slice");
    return { kind: "slice", span: this.from(start), object, start: first, stop, step };
  });

  // ------------------------------------------------------------------ displays

  protected readonly parenthesised = this.RULE("parenthesised", (): Expression => {
    const start = this.at();
    this.CONSUME(T.OpenParen);
    if (!this.RECORDING_PHASE && this.next() === CLOSE_PAREN) {
      this.CONSUME(T.CloseParen);
      return { kind: "tuple", span: this.from(start), items: [] };
    }
    const first = this.element(0);
    let clauses: ComprehensionClause[] | null = null;
    let items: Expression[] | null = null;
    if (this.RECORDING_PHASE || this.next() === FOR) {
      this.OPTION(() => {
        clauses = this.SUBRULE(this.comprehensionClauses);
      });
    }
    if (this.RECORDING_PHASE || this.next() === COMMA) {
      this.OPTION2(() => {
        this.CONSUME(T.Comma);
        const all = [first];
        this.items(T.CloseParen, () => {
          all.push(this.element(1));
        });
        items = all;
      });
    }
    this.close(T.CloseParen, "',' or ')'");
    const at = this.from(start);
    if (clauses !== null) return this.comprehension("generator", start, first, null, clauses);
    if (items !== null) return { kind: "tuple", span: at, items };
    if (first.kind === "star") this.loneStar(first);
    return first;
  });

  protected readonly list = this.RULE("list", (): Expression => {
    const start = this.at();
    const items: Expression[] = [];
    let clauses: ComprehensionClause[] | null = null;
    this.CONSUME(T.OpenBracket);
    this.items(T.CloseBracket, () => {
      items.push(this.element(0));
      if (this.RECORDING_PHASE || (this.next() === FOR && items.length === 1)) {
        this.OPTION(() => {
          clauses = this.SUBRULE(this.comprehensionClauses);
        });
      }
    });
    this.close(T.CloseBracket, "',' or ']' after the item");
    if (clauses !== null) {
      if (items.length > 1) this.aloneInBrackets(items[1]!);
      const element = items[0] ?? this.errorExpression(this.from(start));
      return this.comprehension("list", start, element, null, clauses);
    }
    return { kind: "list", span: this.from(start), items };
  });

  /** A dict, a set, or a comprehension of one. */
  protected readonly braces = this.RULE("braces", (): Expression => {
    const start = this.at();
    const items: Expression[] = [];
    const entries: { key: Expression; value: Expression }[] = [];
    let clauses: ComprehensionClause[] | null = null;
    this.CONSUME(T.OpenBrace);
    this.items(T.CloseBrace, () => {
      const key = this.element(0);
      let value: Expression | null = null;
      this.OPTION(() => {
        this.CONSUME(T.Colon);
        value = this.SUBRULE2(this.expression);
      });
      this.addEntry(key, value, items, entries);
      if (this.RECORDING_PHASE || (this.next() === FOR && items.length + entries.length === 1)) {
        this.OPTION2(() => {
          clauses = this.SUBRULE(this.comprehensionClauses);
        });
      }
    });
    this.close(T.CloseBrace, "',' or '}'");
    if (clauses !== null) {
      if (items.length + entries.length > 1) this.aloneInBrackets(items[1] ?? entries[1]!.key);
      const entry = entries[0];
      if (entry !== undefined) {
        return this.comprehension("dict", start, entry.key, entry.value, clauses);
      }
      const element = items[0] ?? this.errorExpression(this.from(start));
      return this.comprehension("set", start, element, null, clauses);
    }
    if (items.length > 0) return { kind: "set", span: this.from(start), items };
    return { kind: "dict", span: this.from(start), entries };
  });

  private addEntry(
    key: Expression,
    value: Expression | null,
    items: Expression[],
    entries: { key: Expression; value: Expression }[],
  ): void {
    if (this.RECORDING_PHASE) return;
    if (value === null && entries.length > 0) {
      this.reportExpected("':' and the value of this key");
      entries.push({ key, value: this.errorExpression(this.here()) });
    } else if (value === null) items.push(key);
    else if (items.length === 0) entries.push({ key, value });
    else {
      this.report("E0101", key.span, "a set has no values; the items before this one have none");
      items.push(key);
    }
  }

  protected readonly comprehensionClauses = this.RULE(
    "comprehensionClauses",
    (): ComprehensionClause[] => {
      const clauses: ComprehensionClause[] = [];
      const outer = this.scope;
      this.scope = { kind: "comprehension", isGenerator: false };
      this.AT_LEAST_ONE(() => {
        const start = this.at();
        this.CONSUME(T.For);
        const target = this.SUBRULE(this.targetList);
        this.CONSUME(T.In);
        const iterable = this.SUBRULE(this.operators);
        clauses.push({ kind: "for", span: this.from(start), target, iterable });
        this.MANY(() => {
          const at = this.at();
          this.CONSUME(T.If);
          const test = this.SUBRULE2(this.operators);
          clauses.push({ kind: "if", span: this.from(at), test });
        });
      });
      this.scope = outer;
      return clauses;
    },
  );

  private aloneInBrackets(other: Expression): void {
    this.report("E0101", other.span, "a comprehension stands alone between its brackets");
  }

  private comprehension(
    form: "list" | "set" | "dict" | "generator",
    start: number,
    element: Expression,
    value: Expression | null,
    clauses: readonly ComprehensionClause[],
  ): Expression {
    if (element.kind === "star") this.loneStar(element);
    return { kind: "comprehension", span: this.from(start), form, element, value, clauses };
  }

  /** What a `for` assigns to: no operators, so that `in` ends it. */
  protected readonly targetList = this.RULE("targetList", (): Expression => {
    const start = this.at();
    const first = this.SUBRULE(this.primary);
    if (!this.RECORDING_PHASE && this.next() !== COMMA) {
      this.checkTarget(first);
      return first;
    }
    const items = [first];
    this.MANY(() => {
      this.CONSUME(T.Comma);
      this.OPTION(() => {
        items.push(this.SUBRULE2(this.primary));
      });
    });
    const target: Expression = { kind: "tuple", span: this.from(start), items };
    this.checkTarget(target);
    return target;
  });

  /** Complains when nothing can be assigned to `target`. */
  protected checkTarget(target: Expression, verb = "assign to"): void {
    if (this.RECORDING_PHASE) return;
    switch (target.kind) {
      case "name":
      case "attribute":
      case "index":
      case "slice":
      case "error":
        return;
      case "tuple":
        if (target.items.length === 0) break;
        for (const item of target.items) this.checkTarget(item, verb);
        return;
      case "list":
        this.report("E0104", target.span, "targets are not written as a list", {
          help: "write 'a, b = …'",
        });
        return;
      case "star":
        this.report("E0104", target.span, "a tuple has a fixed length: there are no '*' targets", {
          help: "take the rest with a slice",
        });
        return;
    }
    const options = target.kind === "compare" ? { help: "'==' compares, '=' assigns" } : {};
    this.report(
      "E0101",
      target.span,
      `cannot ${verb} ${TARGET_TITLES[target.kind] ?? "this"}`,
      options,
    );
  }
}

/** Operators of other languages, by the sign that is doubled. */
const DOUBLED: Readonly<Record<string, string>> = { "&": "and", "|": "or" };

const TARGET_TITLES: Partial<Record<Expression["kind"], string>> = {
  int: "a number",
  float: "a number",
  str: "a string",
  fstring: "a string",
  bool: "a constant",
  none: "None",
  tuple: "an empty tuple",
  list: "a list",
  set: "a set",
  dict: "a dict",
  comprehension: "a comprehension",
  unary: "the result of an operator",
  binary: "the result of an operator",
  logical: "the result of an operator",
  compare: "a comparison",
  conditional: "a conditional expression",
  lambda: "a lambda",
  call: "the result of a call",
  walrus: "an assignment expression",
  yield: "a yield",
  type: "a type",
};
