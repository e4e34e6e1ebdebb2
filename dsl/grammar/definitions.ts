/** The grammar of definitions: functions, classes, enums, and the decorators before them. */
import type { IToken, ParserMethod } from "chevrotain";
import type {
  Argument,
  ClassDef,
  Decorator,
  EnumDef,
  Expression,
  FunctionDef,
  Name,
  Parameter,
  Statement,
  TypeExpr,
  TypeParam,
} from "../syntax/ast.ts";
import { span, type Span } from "../syntax/source.ts";
import { isKeyword } from "./messages.ts";
import { SimpleGrammar } from "./simple.ts";
import { textOfBytes } from "./strings.ts";
import { COLON, NEWLINE } from "./support.ts";
import { indexOf, T } from "./tokens.ts";

const INDENT = indexOf(T.Indent);
const CLOSE_PAREN = indexOf(T.CloseParen);

/** What a suite belongs to, as its messages call it. */
export type SuiteOf = { readonly ARGS: [what: string] };
export const suiteOf = (what: string): SuiteOf => ({ ARGS: [what] });

const OF_DEF = suiteOf("the function header");
const OF_CLASS = suiteOf("the class header");
const OF_ENUM = suiteOf("the enum header");

interface Decorated {
  readonly start: number;
  readonly decorators: readonly Decorator[];
}

export abstract class DefinitionGrammar extends SimpleGrammar {
  protected abstract readonly suite: ParserMethod<[what: string], Statement[]>;
  /** The statements of a block that no header asked for. */
  protected abstract inlineBlock(): void;
  /** Decorators read and not yet given to a definition. */
  protected decorated: Decorated | null = null;

  protected readonly decoratorLines = this.RULE("decoratorLines", (): void => {
    const start = this.at();
    const decorators: Decorator[] = [];
    this.AT_LEAST_ONE(() => {
      const at = this.at();
      this.CONSUME(T.At);
      const names = this.SUBRULE(this.dottedName);
      let args: readonly Argument[] | null = null;
      this.OPTION(() => {
        args = this.SUBRULE(this.callArguments);
      });
      this.ACTION(() => {
        const name = names.map((part) => part.text).join(".");
        decorators.push({ span: this.from(at), name, args });
        if (this.next() !== NEWLINE) {
          this.reportExpected("a new line after the decorator");
          if (!DEFINITION_START.has(this.next())) this.skipLine();
        }
      });
      if (this.RECORDING_PHASE || this.next() === NEWLINE) this.CONSUME(T.Newline);
    });
    this.decorated = { start, decorators };
    if (!this.RECORDING_PHASE && !DEFINITION_START.has(this.next())) {
      const last = decorators.at(-1)!;
      this.decorated = null;
      this.report("E0101", last.span, "this decorator has no definition after it");
      return;
    }
    this.OR([
      { ALT: () => this.add(this.SUBRULE(this.functionDef)) },
      { ALT: () => this.add(this.SUBRULE(this.classDef)) },
      { ALT: () => this.add(this.SUBRULE(this.enumDef)) },
    ]);
  });

  private takeDecorators(): Decorated {
    const decorated = this.decorated ?? { start: this.at(), decorators: [] };
    this.decorated = null;
    return decorated;
  }

  /** The name that follows `def` or `class`. */
  private readonly definedName = this.RULE("definedName", (what: string): Name => {
    if (this.RECORDING_PHASE || this.isNext(T.Name)) return this.nameOf(this.CONSUME(T.Name));
    const token = this.LA(1);
    if (!isKeyword(token)) {
      this.reportExpected(`the name of the ${what}`);
      return this.noName();
    }
    this.report(
      "E0101",
      this.spanOf(token),
      `'${token.image}' is a keyword and cannot name a ${what}`,
    );
    this.skip();
    return this.nameOf(token);
  });

  private readonly typeParams = this.RULE("typeParams", (): TypeParam[] => {
    const params: TypeParam[] = [];
    this.CONSUME(T.OpenBracket);
    this.items(T.CloseBracket, () => {
      const name = this.nameOf(this.CONSUME(T.Name));
      let bound: TypeExpr | null = null;
      this.OPTION(() => {
        this.CONSUME(T.Colon);
        bound = this.SUBRULE(this.typeExpression);
      });
      params.push({ name, bound });
    });
    if (params.length === 0) this.reportExpected("a type parameter between the brackets");
    this.close(T.CloseBracket, "',' or ']' after the type parameter");
    return params;
  });

  protected readonly functionDef = this.RULE("functionDef", (): Statement => {
    const { start, decorators } = this.takeDecorators();
    const headStart = this.at();
    let isExtern = false;
    let typeParams: readonly TypeParam[] = [];
    let returns: TypeExpr | null = null;
    const params: Parameter[] = [];
    this.OPTION(() => {
      this.CONSUME(T.Extern);
      isExtern = true;
    });
    this.CONSUME(T.Def);
    const name = this.SUBRULE(this.definedName, { ARGS: ["function"] });
    this.inHeader(
      () => undefined,
      () => {
        if (this.RECORDING_PHASE || this.isNext(T.OpenBracket)) {
          this.OPTION2(() => {
            typeParams = this.SUBRULE(this.typeParams);
          });
        }
        if (!this.RECORDING_PHASE && !this.isNext(T.OpenParen)) {
          this.reportExpected("'(' after the function name");
          this.abandon();
        }
        this.SUBRULE(this.parameters, { ARGS: [params] });
        if (this.RECORDING_PHASE || this.isNext(T.Arrow)) {
          this.OPTION3(() => {
            this.CONSUME(T.Arrow);
            returns = this.SUBRULE(this.annotation, { ARGS: ["result"] });
          });
        }
      },
    );
    const headSpan = this.from(headStart);
    const outer = { scope: this.scope, loops: this.loops, abstracts: this.abstracts };
    const scope = { kind: "def" as const, isGenerator: false };
    this.scope = scope;
    this.loops = 0;
    this.abstracts = [];
    const body =
      isExtern && !this.RECORDING_PHASE ? this.externEnd() : this.SUBRULE(this.suite, OF_DEF);
    if (this.abstracts.length > 0) this.checkAbstract(body, outer.scope.kind);
    this.scope = outer.scope;
    this.loops = outer.loops;
    this.abstracts = outer.abstracts;
    return {
      kind: "def",
      span: this.from(start),
      name,
      typeParams,
      params,
      returns,
      body,
      decorators,
      doc: docOf(body),
      isExtern,
      isGenerator: scope.isGenerator,
      headSpan,
    };
  });

  /** `extern def` ends with its line. A body is an error, and read for what it holds. */
  private externEnd(): Statement[] {
    if (this.next() === NEWLINE) {
      this.skip();
      if (this.next() !== INDENT) return [];
    }
    if (this.next() === COLON || this.next() === INDENT) {
      this.report("E0105", this.here(), "an 'extern def' has no body: the platform provides it");
    } else this.reportExpected("the end of the line after the header of an 'extern def'");
    if (this.next() === INDENT) {
      const outer = this.body;
      this.body = [];
      this.inlineBlock();
      this.body = outer;
    } else {
      this.skipToColon();
      this.SUBRULE(this.suite, OF_DEF);
    }
    return [];
  }

  private checkAbstract(body: readonly Statement[], around: string): void {
    const last = body.at(-1);
    const alone =
      last?.kind === "abstract" &&
      (body.length === 1 || (body.length === 2 && docOf(body) !== null));
    const [at] = this.abstracts;
    if (!alone) this.report("E0105", at!, "'abstract' must be the whole body of its method");
    else if (around !== "class" && around !== "unknown") {
      this.report("E0105", at!, "only a method can be 'abstract'", {
        help: "write 'pass' for a function that does nothing",
      });
    }
  }

  private readonly parameters = this.RULE("parameters", (params: Parameter[]): void => {
    let keywordOnly = false;
    let withDefault: Name | null = null;
    this.CONSUME(T.OpenParen);
    if (this.RECORDING_PHASE || this.next() !== CLOSE_PAREN) {
      this.items(T.CloseParen, () => {
        if (!this.RECORDING_PHASE && this.leftOutParameter()) return;
        if (!this.RECORDING_PHASE && this.isNext(T.Star) && !this.LA(2).image.match(/^\w/)) {
          if (keywordOnly) this.report("E0101", this.here(), "a second '*' among the parameters");
          keywordOnly = true;
          this.skip();
          return;
        }
        const param = this.SUBRULE(this.parameter, { ARGS: [keywordOnly] });
        if (this.RECORDING_PHASE) return;
        params.push(param);
        if (param.star) keywordOnly = true;
        else if (param.defaultValue !== null) withDefault = param.name;
        else if (withDefault !== null && !keywordOnly) {
          this.report(
            "E0101",
            param.span,
            `parameter '${param.name.text}' needs a default value, because '${(withDefault as Name).text}' before it has one`,
          );
        }
      });
    }
    this.close(T.CloseParen, "',' or ')' after the parameter");
  });

  /** `**kwargs` and `/` */
  private leftOutParameter(): boolean {
    if (this.isNext(T.StarStar)) {
      const start = this.at();
      this.skip();
      if (this.isNext(T.Name)) this.skip();
      this.report(
        "E0104",
        this.from(start),
        "there are no '**' parameters: what they hold is not known statically",
        { help: "name the parameters; after a '*' they are passed by keyword" },
      );
      if (this.isNext(T.Colon)) {
        this.skip();
        this.SUBRULE(this.annotation, { ARGS: ["parameter"] });
      }
      return true;
    }
    if (!this.isNext(T.Slash)) return false;
    this.report("E0104", this.here(), "there is no '/' among parameters", { help: "leave it out" });
    this.skip();
    return true;
  }

  private readonly parameter = this.RULE("parameter", (keywordOnly: boolean): Parameter => {
    const start = this.at();
    let isConst = false;
    let star = false;
    let type: TypeExpr | null = null;
    let defaultValue: Expression | null = null;
    this.OPTION(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.Const);
            isConst = true;
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.Star);
            star = true;
          },
        },
      ]);
    });
    const name = this.SUBRULE(this.definedName, { ARGS: ["parameter"] });
    this.OPTION2(() => {
      this.CONSUME(T.Colon);
      type = this.SUBRULE(this.annotation, { ARGS: ["parameter"] });
    });
    this.OPTION3(() => {
      this.CONSUME(T.Assign);
      defaultValue = this.SUBRULE(this.expression);
    });
    return { span: this.from(start), name, type, defaultValue, isConst, star, keywordOnly };
  });

  protected readonly classDef = this.RULE("classDef", (): Statement => {
    const { start, decorators } = this.takeDecorators();
    const headStart = this.at();
    let typeParams: readonly TypeParam[] = [];
    const bases: TypeExpr[] = [];
    const flavour = this.OR([
      { ALT: () => this.flavour(this.CONSUME(T.Class)) },
      { ALT: () => this.flavour(this.CONSUME(T.Mixin)) },
      { ALT: () => this.flavour(this.CONSUME(T.Struct)) },
    ]);
    const name = this.SUBRULE(this.definedName, { ARGS: ["class"] });
    this.inHeader(
      () => undefined,
      () => {
        this.OPTION(() => {
          typeParams = this.SUBRULE(this.typeParams);
        });
        this.OPTION2(() => {
          this.CONSUME(T.OpenParen);
          this.items(T.CloseParen, () => {
            bases.push(this.SUBRULE(this.typeExpression));
            if (!this.RECORDING_PHASE && this.isNext(T.Assign)) this.classKeyword(bases);
          });
          this.close(T.CloseParen, "',' or ')' after the base class");
        });
      },
    );
    const headSpan = this.from(headStart);
    const complaints = this.complaints();
    const body = this.classBody("class", OF_CLASS);
    // After a mistake inside, statements may have ended up here that do not belong here.
    const isSound = this.complaints() === complaints;
    const definition: ClassDef = {
      kind: "class",
      flavour,
      span: this.from(start),
      name,
      typeParams,
      bases,
      body: this.RECORDING_PHASE ? body : this.membersOf(body, isSound),
      decorators,
      doc: docOf(body),
      headSpan,
    };
    return definition;
  });

  private flavour(token: IToken): ClassDef["flavour"] {
    return token.image === "mixin" || token.image === "struct" ? token.image : "class";
  }

  private classKeyword(bases: TypeExpr[]): void {
    const keyword = bases.pop()!;
    this.report("E0104", keyword.span, "a class header holds base classes only", {
      help: "there are no metaclasses",
    });
    this.skip();
    this.SUBRULE(this.expression);
  }

  private classBody(kind: "class" | "enum", what: SuiteOf): Statement[] {
    const outer = { scope: this.scope, loops: this.loops };
    this.scope = { kind, isGenerator: false };
    this.loops = 0;
    const body = this.SUBRULE(this.suite, what);
    this.scope = outer.scope;
    this.loops = outer.loops;
    return body;
  }

  /** Fields, attributes, methods; anything else is reported and left out. */
  private membersOf(body: readonly Statement[], isSound: boolean): Statement[] {
    return body.filter((statement) => {
      switch (statement.kind) {
        case "ann-assign":
        case "assign":
          return this.isMemberTarget(statement);
        case "def":
        case "pass":
        case "abstract":
        case "error-statement":
          return true;
        case "expr":
          if (statement.value.kind === "str") return true;
          break;
      }
      if (isSound) this.reportMember(statement);
      return false;
    });
  }

  private reportMember(statement: Statement): void {
    const isDefinition = statement.kind === "class" || statement.kind === "enum";
    this.report("E0105", headOf(statement), "a class holds fields, attributes and methods only", {
      help: isDefinition
        ? "define the inner class beside the outer one"
        : "code that runs at build time stands at module level",
    });
  }

  private isMemberTarget(statement: Statement): boolean {
    if (statement.kind === "ann-assign") {
      if (statement.target.kind === "name") return true;
      this.report("E0105", statement.target.span, "a field is declared by its name alone");
      return false;
    }
    if (statement.kind !== "assign") return false;
    const wrong = statement.targets.find((target) => target.kind !== "name");
    if (wrong === undefined) return true;
    this.report("E0105", wrong.span, "a class attribute is assigned by its name alone");
    return false;
  }

  protected readonly enumDef = this.RULE("enumDef", (): Statement => {
    const { start, decorators } = this.takeDecorators();
    this.CONSUME(T.Enum);
    const name = this.SUBRULE(this.definedName, { ARGS: ["enum"] });
    if (!this.RECORDING_PHASE && this.isNext(T.OpenParen)) {
      this.report("E0101", this.here(), "an enum has no base class");
      this.skipToColon();
    }
    const complaints = this.complaints();
    const body = this.classBody("enum", OF_ENUM);
    const isSound = this.complaints() === complaints;
    const members: { name: Name; value: Expression | null }[] = [];
    const methods: FunctionDef[] = [];
    if (!this.RECORDING_PHASE) {
      for (const [i, statement] of body.entries()) {
        if (this.enumPart(statement, i, members, methods) || !isSound) continue;
        this.report("E0105", headOf(statement), "an enum holds members and methods only", {
          help: "write members as 'A; B = 3; C', or one on a line",
        });
      }
    }
    const definition: EnumDef = {
      kind: "enum",
      span: this.from(start),
      name,
      members,
      methods,
      decorators,
      doc: docOf(body),
    };
    return definition;
  });

  /** Takes a member or method; false when the statement is neither. */
  private enumPart(
    statement: Statement,
    position: number,
    members: { name: Name; value: Expression | null }[],
    methods: FunctionDef[],
  ): boolean {
    switch (statement.kind) {
      case "pass":
      case "error-statement":
        return true;
      case "def":
        methods.push(statement);
        return true;
      case "expr":
        if (statement.value.kind === "name") {
          const { text, span: at } = statement.value;
          members.push({ name: { text, span: at }, value: null });
          return true;
        }
        if (statement.value.kind === "str" && position === 0) return true;
        break;
      case "assign": {
        const [target] = statement.targets;
        if (statement.targets.length === 1 && target?.kind === "name") {
          const name = { text: target.text, span: target.span };
          members.push({ name, value: statement.value });
          return true;
        }
        break;
      }
    }
    return false;
  }
}

const DEFINITION_START: ReadonlySet<number> = new Set(
  [T.Def, T.Extern, T.Class, T.Mixin, T.Struct, T.Enum].map(indexOf),
);

/** Where to point when a whole statement is out of place: its header, if it is long. */
function headOf(statement: Statement): Span {
  if (statement.kind === "def" || statement.kind === "class") return statement.headSpan;
  const { chunk, start, end } = statement.span;
  const lineEnd = chunk.text.indexOf("\n", start);
  return lineEnd < 0 || lineEnd > end ? statement.span : span(chunk, start, lineEnd);
}

/** The docstring, when the first statement is a string. */
export function docOf(body: readonly Statement[]): string | null {
  const first = body[0];
  if (first?.kind !== "expr" || first.value.kind !== "str") return null;
  return textOfBytes(first.value.value);
}
