/** The grammar of `case` patterns. */
import type { Expression, Name, Pattern } from "../syntax/ast.ts";
import { ExpressionGrammar } from "./expressions.ts";
import { COMMA } from "./support.ts";
import { indexOf, T, tokenSet } from "./tokens.ts";

const PATTERN_START = tokenSet(
  T.Name,
  T.Int,
  T.Float,
  T.Minus,
  T.Str,
  T.FStart,
  T.True,
  T.False,
  T.None,
  T.OpenParen,
);
const CLOSE_PAREN = indexOf(T.CloseParen);

export class PatternGrammar extends ExpressionGrammar {
  /** A whole pattern; `a, b` is a tuple without parentheses. */
  protected readonly pattern = this.RULE("pattern", (): Pattern => {
    const start = this.at();
    const first = this.SUBRULE(this.asPattern);
    if (!this.RECORDING_PHASE && this.next() !== COMMA) return first;
    const items = [first];
    this.MANY(() => {
      this.CONSUME(T.Comma);
      this.OPTION(() => {
        items.push(this.SUBRULE2(this.asPattern));
      });
    });
    return { kind: "tuple", span: this.from(start), items };
  });

  /** `A | B as name` */
  protected readonly asPattern = this.RULE("asPattern", (): Pattern => {
    const start = this.at();
    const first = this.SUBRULE(this.closedPattern);
    let pattern = first;
    const items = [first];
    this.MANY(() => {
      this.CONSUME(T.Pipe);
      items.push(this.SUBRULE2(this.closedPattern));
    });
    if (items.length > 1) pattern = { kind: "or", span: this.from(start), items };
    this.OPTION(() => {
      this.CONSUME(T.As);
      const name = this.nameOf(this.CONSUME(T.Name));
      pattern = { kind: "as", span: this.from(start), pattern, name };
    });
    return pattern;
  });

  protected readonly closedPattern = this.RULE("closedPattern", (): Pattern => {
    if (!this.RECORDING_PHASE && PATTERN_START[this.next()] !== 1) return this.missingPattern();
    return this.OR(this.patternAlternatives);
  });

  private readonly patternAlternatives = [
    { ALT: (): Pattern => this.SUBRULE(this.namedPattern) },
    { ALT: (): Pattern => this.SUBRULE(this.numberPattern) },
    {
      ALT: (): Pattern => {
        const value = this.SUBRULE(this.strings);
        if (value.kind === "fstring") {
          this.report("E0101", value.span, "a pattern must be constant: an f-string is not");
        }
        return { kind: "literal", span: value.span, value };
      },
    },
    {
      ALT: (): Pattern => {
        const at = this.spanOf(this.CONSUME(T.True));
        return { kind: "literal", span: at, value: { kind: "bool", span: at, value: true } };
      },
    },
    {
      ALT: (): Pattern => {
        const at = this.spanOf(this.CONSUME(T.False));
        return { kind: "literal", span: at, value: { kind: "bool", span: at, value: false } };
      },
    },
    {
      ALT: (): Pattern => {
        const at = this.spanOf(this.CONSUME(T.None));
        return { kind: "literal", span: at, value: { kind: "none", span: at } };
      },
    },
    { ALT: (): Pattern => this.SUBRULE(this.tuplePattern) },
  ];

  protected readonly numberPattern = this.RULE("numberPattern", (): Pattern => {
    const start = this.at();
    let negative = false;
    this.OPTION(() => {
      this.CONSUME(T.Minus);
      negative = true;
    });
    return this.OR([
      {
        ALT: (): Pattern => {
          const magnitude = this.intOf(this.CONSUME(T.Int).image);
          const at = this.from(start);
          const value = negative ? -magnitude : magnitude;
          return { kind: "literal", span: at, value: { kind: "int", span: at, value } };
        },
      },
      {
        ALT: (): Pattern => {
          const magnitude = Number(this.CONSUME(T.Float).image.replaceAll("_", ""));
          const at = this.from(start);
          const value = negative ? -magnitude : magnitude;
          return { kind: "literal", span: at, value: { kind: "float", span: at, value } };
        },
      },
    ]);
  });

  /** `_`, `name`, `Op.ADD`, `W_Pair(car, cdr=W_Nil())` */
  protected readonly namedPattern = this.RULE("namedPattern", (): Pattern => {
    const start = this.at();
    const name = this.nameOf(this.CONSUME(T.Name));
    let value: Expression = { kind: "name", span: name.span, text: name.text };
    this.MANY(() => {
      this.CONSUME(T.Dot);
      const member = this.nameOf(this.CONSUME2(T.Name));
      value = { kind: "attribute", span: this.from(start), object: value, name: member };
    });
    if (this.RECORDING_PHASE || this.isNext(T.OpenParen)) {
      const inside = this.OPTION(() => this.SUBRULE(this.classPatternArguments));
      if (inside !== undefined) {
        return { kind: "class", span: this.from(start), cls: value, ...inside };
      }
    }
    const path = value as Expression;
    if (path.kind === "attribute") return { kind: "value", span: path.span, value: path };
    if (name.text === "_") return { kind: "wildcard", span: name.span };
    return { kind: "capture", span: name.span, name };
  });

  protected readonly classPatternArguments = this.RULE("classPatternArguments", () => {
    const positional: Pattern[] = [];
    const named: { name: Name; pattern: Pattern }[] = [];
    this.CONSUME(T.OpenParen);
    this.items(T.CloseParen, () => {
      const pattern = this.SUBRULE(this.asPattern);
      let value: Pattern | null = null;
      this.OPTION(() => {
        this.CONSUME(T.Assign);
        value = this.SUBRULE2(this.asPattern);
      });
      if (this.RECORDING_PHASE) return;
      if (value !== null) {
        const name = fieldName(pattern);
        if (name !== null) named.push({ name, pattern: value });
        else this.report("E0101", pattern.span, "expected the name of a field before '='");
      } else {
        if (named.length > 0) {
          this.report("E0101", pattern.span, "a positional pattern cannot follow a named one");
        }
        positional.push(pattern);
      }
    });
    this.close(T.CloseParen, "',' or ')' after the pattern");
    return { positional, named };
  });

  /** `(a, b)` is a tuple, `(a)` is just `a`. */
  protected readonly tuplePattern = this.RULE("tuplePattern", (): Pattern => {
    const start = this.at();
    const items: Pattern[] = [];
    let commas = 0;
    this.CONSUME(T.OpenParen);
    if (this.RECORDING_PHASE) {
      this.OPTION(() => {
        items.push(this.SUBRULE(this.asPattern));
        this.MANY(() => {
          this.CONSUME(T.Comma);
          this.OPTION2(() => {
            items.push(this.SUBRULE2(this.asPattern));
          });
        });
      });
    } else {
      while (this.next() !== CLOSE_PAREN && !this.atLineEnd()) {
        items.push(this.SUBRULE(this.asPattern));
        if (this.next() !== COMMA) break;
        this.skip();
        commas++;
      }
    }
    this.close(T.CloseParen, "',' or ')' after the pattern");
    if (items.length === 1 && commas === 0) return items[0]!;
    return { kind: "tuple", span: this.from(start), items };
  });

  private missingPattern(): Pattern {
    const at = this.here();
    const image = this.LA(1).image;
    if (this.isNext(T.OpenBracket)) {
      this.report("E0104", at, "there are no list patterns", {
        help: "match on a tuple, or look at the length and items of the list",
      });
    } else if (this.isNext(T.OpenBrace)) {
      this.report("E0104", at, "there are no dict patterns", { help: "look the key up before" });
    } else if (this.isNext(T.Star)) {
      this.report("E0104", at, "a tuple has a fixed length: there are no '*' patterns");
    } else this.reportExpected("a pattern");
    if (image === "[" || image === "{" || image === "*") this.abandon();
    return { kind: "error-pattern", span: at };
  }
}

function fieldName(pattern: Pattern): Name | null {
  if (pattern.kind === "capture") return pattern.name;
  return pattern.kind === "wildcard" ? { text: "_", span: pattern.span } : null;
}
