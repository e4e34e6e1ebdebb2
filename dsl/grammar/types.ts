/** The grammar of types: `W_Root | None`, `dict[str, list[T]]`, `fn(int, int) -> bool`, `final int`. */
import type { FieldQualifier, Name, TypeExpr } from "../syntax/ast.ts";
import { Support } from "./support.ts";
import { indexOf, T, tokenSet } from "./tokens.ts";

const QUALIFIERS: ReadonlySet<string> = new Set<FieldQualifier>([
  "final",
  "stable",
  "cache",
  "virtualizable",
  "inline",
]);

const TYPE_START = tokenSet(T.Name, T.None, T.Fn, T.OpenParen);
/** After these a qualifier's name is an ordinary name. */
const CONTINUES_NAME = tokenSet(T.Dot, T.OpenBracket, T.Pipe);
const NAME = indexOf(T.Name);

/** Where an annotation stands; only fields may be qualified. */
export type AnnotationPlace = "field" | "variable" | "parameter" | "result";

export class TypeGrammar extends Support {
  protected readonly typeExpression = this.RULE("typeExpression", (): TypeExpr => {
    const start = this.at();
    const first = this.SUBRULE(this.typeAtom);
    if (!this.RECORDING_PHASE && !this.isNext(T.Pipe)) return first;
    const items = [first];
    this.MANY(() => {
      this.CONSUME(T.Pipe);
      items.push(this.SUBRULE2(this.typeAtom));
    });
    return { kind: "union", span: this.from(start), items };
  });

  protected readonly typeAtom = this.RULE("typeAtom", (): TypeExpr => {
    if (!this.RECORDING_PHASE && TYPE_START[this.next()] !== 1) return this.missingType();
    return this.OR(this.typeAlternatives);
  });

  private readonly typeAlternatives = [
    { ALT: (): TypeExpr => this.SUBRULE(this.namedType) },
    { ALT: (): TypeExpr => this.SUBRULE(this.functionType) },
    {
      ALT: (): TypeExpr => {
        const name = this.nameOf(this.CONSUME(T.None));
        return { kind: "named", span: name.span, name, path: [], args: [] };
      },
    },
    {
      ALT: (): TypeExpr => {
        this.CONSUME(T.OpenParen);
        const type = this.SUBRULE(this.typeExpression);
        this.close(T.CloseParen, "')' after the type");
        return type;
      },
    },
  ];

  protected readonly namedType = this.RULE("namedType", (): TypeExpr => {
    const start = this.at();
    const path: Name[] = [];
    let name = this.nameOf(this.CONSUME(T.Name));
    this.MANY(() => {
      this.CONSUME(T.Dot);
      path.push(name);
      name = this.nameOf(this.CONSUME2(T.Name));
    });
    const args: TypeExpr[] = [];
    if (this.RECORDING_PHASE || this.isNext(T.OpenBracket)) {
      this.OPTION(() => {
        this.CONSUME(T.OpenBracket);
        this.items(T.CloseBracket, () => {
          args.push(this.SUBRULE(this.typeExpression));
        });
        if (args.length === 0) this.reportExpected("a type between the brackets");
        this.close(T.CloseBracket, "',' or ']' after the type argument");
      });
    }
    if (!this.RECORDING_PHASE && this.isNext(T.OpenParen) && name.text === "fn") {
      return this.unfinishedFunctionType(start);
    }
    return { kind: "named", span: this.from(start), name, path, args };
  });

  protected readonly functionType = this.RULE("functionType", (): TypeExpr => {
    const start = this.at();
    const params: TypeExpr[] = [];
    this.CONSUME(T.Fn);
    this.CONSUME(T.OpenParen);
    this.items(T.CloseParen, () => {
      params.push(this.SUBRULE(this.typeExpression));
    });
    this.close(T.CloseParen, "',' or ')' after the parameter type");
    this.CONSUME(T.Arrow);
    const result = this.SUBRULE2(this.typeExpression);
    return { kind: "fn", span: this.from(start), params, result };
  });

  /** A type with, on a field, its qualifier: `final array[u8]`, or `final` alone. */
  protected readonly annotation = this.RULE("annotation", (place: AnnotationPlace): TypeExpr => {
    if (!this.RECORDING_PHASE && !this.isQualifier()) return this.SUBRULE(this.typeExpression);
    const start = this.at();
    const qualifier = this.CONSUME(T.Name);
    let type: TypeExpr | null = null;
    this.OPTION(() => {
      type = this.SUBRULE2(this.typeExpression);
    });
    if (place !== "field") {
      this.report(
        "E0105",
        this.spanOf(qualifier),
        `'${qualifier.image}' describes a field, not a ${place}`,
      );
      return type ?? { kind: "error-type", span: this.from(start) };
    }
    return {
      kind: "qualified",
      span: this.from(start),
      qualifier: qualifier.image as FieldQualifier,
      type,
    };
  });

  private isQualifier(): boolean {
    const token = this.LA(1);
    if (token.tokenTypeIdx !== NAME || !QUALIFIERS.has(token.image)) return false;
    return CONTINUES_NAME[this.LA(2).tokenTypeIdx] !== 1;
  }

  private missingType(): TypeExpr {
    const at = this.here();
    if (this.isNext(T.Str)) {
      this.report("E0104", at, "types are not written as strings", {
        help: "write the name itself: a type may be named before it is defined",
      });
      this.skip();
    } else if (this.isNext(T.OpenBracket)) {
      this.report("E0101", at, "expected a type, found '['", {
        help: "a list type is written list[T], a function type fn(A, B) -> C",
      });
      this.skip();
      this.items(T.CloseBracket, () => this.skip());
      this.close(T.CloseBracket, "']'");
    } else {
      this.reportExpected("a type");
      if (this.isNext(T.Int) || this.isNext(T.Ellipsis)) this.skip();
    }
    return { kind: "error-type", span: at };
  }

  /** `fn(A, B)` without the arrow. */
  private unfinishedFunctionType(start: number): TypeExpr {
    this.skip();
    this.items(T.CloseParen, () => {
      this.SUBRULE(this.typeExpression);
    });
    this.close(T.CloseParen, "',' or ')' after the parameter type");
    this.reportExpected("'->' and the type of the result");
    return { kind: "error-type", span: this.from(start) };
  }
}
