/** The grammar of statements that fit on a line: assignments, jumps, imports and the like. */
import type { IToken } from "chevrotain";
import type { Expression, Name, Statement, TypeExpr } from "../syntax/ast.ts";
import { span, type Span } from "../syntax/source.ts";
import { found, misspelledKeyword } from "./messages.ts";
import { augmentedOperator } from "./operators.ts";
import { PatternGrammar } from "./patterns.ts";
import { NEWLINE } from "./support.ts";
import { indexOf, T, tokenSet } from "./tokens.ts";

const INDENT = indexOf(T.Indent);
const SEMICOLON = indexOf(T.Semicolon);

/** What makes an assignment of an expression. */
const ASSIGNING = tokenSet(T.Assign, T.Colon);
for (const index of T.Augmented.categoryMatches ?? []) ASSIGNING[index] = 1;

export const RAW_MODULE_FIRST = "'raw module' must be the first line of its module";

export class SimpleGrammar extends PatternGrammar {
  /** Where statements go. */
  protected body: Statement[] = [];
  /** Loops around the statement, inside its function. */
  protected loops = 0;
  /** Left-hand sides already read of the assignment at hand: they survive a broken right-hand side. */
  protected pendingTargets: Expression[] = [];
  protected pendingType: TypeExpr | null = null;
  /** `abstract` statements of the function being read. */
  protected abstracts: Span[] = [];
  /** The `raw module` line. */
  protected rawModule: Span | null = null;

  protected add(statement: Statement): void {
    this.body.push(statement);
  }

  protected readonly simpleLine = this.RULE("simpleLine", (): void => {
    this.SUBRULE(this.simple);
    this.MANY(() => {
      this.CONSUME(T.Semicolon);
      this.OPTION(() => this.SUBRULE2(this.simple));
    });
    this.CONSUME(T.Newline);
  });

  private readonly simple = this.RULE("simple", (): void => {
    const before = this.body.length;
    this.OR(this.simpleKinds);
    if (this.RECORDING_PHASE) return;
    const next = this.next();
    if (next !== NEWLINE && next !== SEMICOLON) {
      this.unexpectedRest(this.body.length > before ? this.body.at(-1)! : null);
      this.skipLine();
    }
  });

  private readonly simpleKinds = [
    { ALT: () => this.SUBRULE(this.expressionStatement) },
    { ALT: () => this.SUBRULE(this.wordStatement) },
    { ALT: () => this.add(this.SUBRULE(this.returnStatement)) },
    { ALT: () => this.add(this.SUBRULE(this.raiseStatement)) },
    { ALT: () => this.add(this.SUBRULE(this.assertStatement)) },
    { ALT: () => this.add(this.SUBRULE(this.deleteStatement)) },
    { ALT: () => this.SUBRULE(this.importStatement) },
    { ALT: () => this.add(this.SUBRULE(this.fromImport)) },
    { ALT: () => this.add(this.SUBRULE(this.typeAlias)) },
    { ALT: () => this.SUBRULE(this.leftOutStatement) },
  ];

  /** The statement is complete, but its line goes on. */
  private unexpectedRest(statement: Statement | null): void {
    const token = this.LA(1);
    const at = this.here();
    const word =
      statement?.kind === "expr" && statement.value.kind === "name" ? statement.value.text : null;
    if (word === "print" || word === "exec") {
      this.report("E0104", statement!.span, `there is no '${word}' statement`, {
        help: `call a function: ${word}(…)`,
      });
    } else if (word !== null && misspelledKeyword(word) !== null) {
      this.report("E0101", statement!.span, `unexpected name '${word}'`, {
        help: `did you mean '${misspelledKeyword(word)}'?`,
      });
    } else if (token.tokenType === T.At) {
      this.report("E0104", at, "there is no matrix multiplication '@'");
    } else if (token.tokenType === T.Walrus) {
      this.report("E0101", at, "':=' assigns inside an expression; a statement assigns with '='");
    } else if (token.tokenType === T.From && statement?.kind === "raise") {
      this.report("E0104", at, "there is no 'raise … from …': exceptions have no cause", {
        help: "keep what caused it in a field of the exception",
      });
    } else {
      this.report("E0101", at, `expected the end of the line, found ${found(token)}`);
    }
  }

  private readonly expressionStatement = this.RULE("expressionStatement", (): void => {
    const start = this.at();
    const first = this.SUBRULE(this.expressionList);
    if (!this.RECORDING_PHASE && ASSIGNING[this.next()] !== 1) {
      this.add(this.plainExpression(start, first));
      return;
    }
    this.OPTION(() => {
      this.OR([
        { ALT: () => this.assignment(start, first) },
        { ALT: () => this.annotated(start, first) },
        { ALT: () => this.augmented(start, first) },
      ]);
    });
  });

  private plainExpression(start: number, value: Expression): Statement {
    const at = this.from(start);
    if (value.kind === "name" && value.text === "abstract" && this.scope.kind !== "enum") {
      if (this.scope.kind === "def") this.abstracts.push(at);
      else if (this.scope.kind !== "unknown") {
        this.report("E0105", at, "'abstract' is the body of a method");
      }
      return { kind: "abstract", span: at };
    }
    if (value.kind === "walrus" && this.source.text[at.start] !== "(") {
      this.report("E0101", at, "a statement assigns with '=', not with ':='");
    }
    return { kind: "expr", span: at, value };
  }

  private assignment(start: number, first: Expression): void {
    const targets = [first];
    let value = first;
    this.checkTarget(first);
    this.AT_LEAST_ONE(() => {
      this.CONSUME(T.Assign);
      this.pendingTargets = targets;
      if (value !== first) {
        this.checkTarget(value);
        targets.push(value);
      }
      value = this.SUBRULE2(this.expressionList);
    });
    this.pendingTargets = [];
    this.add({ kind: "assign", span: this.from(start), targets, value });
  }

  private annotated(start: number, target: Expression): void {
    this.CONSUME(T.Colon);
    if (!this.RECORDING_PHASE) this.checkAnnotated(target);
    const { kind } = this.scope;
    const isField = kind === "class" || kind === "unknown" || target.kind === "attribute";
    const type = this.SUBRULE(this.annotation, { ARGS: [isField ? "field" : "variable"] });
    this.pendingTargets = [target];
    this.pendingType = type;
    let value: Expression | null = null;
    this.OPTION2(() => {
      this.CONSUME2(T.Assign);
      value = this.SUBRULE3(this.expressionList);
    });
    this.pendingTargets = [];
    this.pendingType = null;
    this.add({ kind: "ann-assign", span: this.from(start), target, type, value });
  }

  private checkAnnotated(target: Expression): void {
    if (target.kind === "name" || target.kind === "attribute" || target.kind === "error") return;
    const startsBlock = this.atLineEnd() && this.LA(2).tokenTypeIdx === INDENT;
    if (startsBlock && target.kind === "call") {
      this.report("E0101", span(this.source, this.end() - 1, this.end()), "unexpected ':'", {
        help: "is 'def' or another keyword missing at the start of the line?",
      });
      this.abandon();
    }
    this.report("E0101", target.span, "only a name or a field can be given a type");
  }

  private augmented(start: number, target: Expression): void {
    const token = this.CONSUME(T.Augmented);
    if (target.kind === "tuple") {
      this.report("E0101", target.span, "an augmented assignment has one target");
    } else this.checkTarget(target);
    const op = augmentedOperator(token);
    const value = this.SUBRULE4(this.expressionList);
    this.add({ kind: "aug-assign", span: this.from(start), target, op, value });
  }

  /** `pass`, `...`, `break`, `continue`, `raw module` */
  private readonly wordStatement = this.RULE("wordStatement", (): void => {
    this.OR([
      { ALT: () => this.add({ kind: "pass", span: this.spanOf(this.CONSUME(T.Pass)) }) },
      { ALT: () => this.add({ kind: "pass", span: this.spanOf(this.CONSUME(T.Ellipsis)) }) },
      { ALT: () => this.add(this.jump("break", this.CONSUME(T.Break))) },
      { ALT: () => this.add(this.jump("continue", this.CONSUME(T.Continue))) },
      {
        ALT: () => {
          const start = this.at();
          this.CONSUME(T.Raw);
          this.CONSUME(T.Name);
          if (this.RECORDING_PHASE) return;
          this.rawModule = this.from(start);
          if (this.scope.kind !== "module" || this.body.length > 0) {
            this.report("E0105", this.rawModule, RAW_MODULE_FIRST);
          }
        },
      },
    ]);
  });

  private jump(kind: "break" | "continue", token: IToken): Statement {
    const at = this.spanOf(token);
    if (this.loops === 0 && this.scope.kind !== "unknown")
      this.report("E0105", at, `'${kind}' outside a loop`);
    return { kind, span: at };
  }

  private readonly returnStatement = this.RULE("returnStatement", (): Statement => {
    const start = this.at();
    const at = this.spanOf(this.CONSUME(T.Return));
    if (this.scope.kind !== "def" && this.scope.kind !== "unknown") {
      this.report("E0105", at, "'return' outside a function");
    }
    let value: Expression | null = null;
    if (!this.RECORDING_PHASE && !this.atLineEnd() && this.next() !== SEMICOLON) {
      value = this.SUBRULE(this.expressionList);
    } else {
      this.OPTION(() => {
        value = this.SUBRULE(this.expressionList);
      });
    }
    return { kind: "return", span: this.from(start), value };
  });

  private readonly raiseStatement = this.RULE("raiseStatement", (): Statement => {
    const start = this.at();
    this.CONSUME(T.Raise);
    let value: Expression | null = null;
    this.OPTION(() => {
      value = this.SUBRULE(this.expression);
    });
    return { kind: "raise", span: this.from(start), value };
  });

  private readonly assertStatement = this.RULE("assertStatement", (): Statement => {
    const start = this.at();
    this.CONSUME(T.Assert);
    const test = this.SUBRULE(this.expression);
    let message: Expression | null = null;
    this.OPTION(() => {
      this.CONSUME(T.Comma);
      message = this.SUBRULE2(this.expression);
    });
    return { kind: "assert", span: this.from(start), test, message };
  });

  private readonly deleteStatement = this.RULE("deleteStatement", (): Statement => {
    const start = this.at();
    this.CONSUME(T.Del);
    const value = this.SUBRULE(this.expressionList);
    const targets = value.kind === "tuple" ? value.items : [value];
    if (!this.RECORDING_PHASE) for (const target of targets) this.checkTarget(target, "delete");
    return { kind: "delete", span: this.from(start), targets };
  });

  private readonly importStatement = this.RULE("importStatement", (): void => {
    let start = this.at();
    this.CONSUME(T.Import);
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      DEF: () => {
        const module = this.SUBRULE(this.dottedName);
        let alias: Name | null = null;
        this.OPTION(() => {
          this.CONSUME(T.As);
          alias = this.nameOf(this.CONSUME(T.Name));
        });
        this.add({ kind: "import", span: this.from(start), module, alias });
        start = this.end();
      },
      ERR_MSG: "a module name after 'import'",
    });
  });

  protected readonly dottedName = this.RULE("dottedName", (): Name[] => {
    const names = [this.nameOf(this.CONSUME(T.Name))];
    this.MANY(() => {
      this.CONSUME(T.Dot);
      names.push(this.nameOf(this.CONSUME2(T.Name)));
    });
    return names;
  });

  private readonly fromImport = this.RULE("fromImport", (): Statement => {
    const start = this.at();
    let level = 0;
    let module: Name[] = [];
    const names: { name: Name; alias: Name | null }[] = [];
    let isStar = false;
    this.CONSUME(T.From);
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.Dot);
            level += 1;
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.Ellipsis);
            level += 3;
          },
        },
      ]);
    });
    this.OPTION(() => {
      module = this.SUBRULE(this.dottedName);
    });
    if (level === 0 && module.length === 0) this.reportExpected("a module name after 'from'");
    this.CONSUME(T.Import);
    this.OR2({
      ERR_MSG: "a name after 'import'",
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.Star);
            isStar = true;
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.OpenParen);
            this.items(T.CloseParen, () => {
              names.push(this.SUBRULE(this.importedName));
            });
            this.close(T.CloseParen, "',' or ')' after the name");
          },
        },
        {
          ALT: () => {
            this.AT_LEAST_ONE_SEP({
              SEP: T.Comma,
              DEF: () => {
                names.push(this.SUBRULE2(this.importedName));
              },
            });
          },
        },
      ],
    });
    const imported = isStar ? null : names;
    return { kind: "from-import", span: this.from(start), level, module, names: imported };
  });

  private readonly importedName = this.RULE(
    "importedName",
    (): { name: Name; alias: Name | null } => {
      const name = this.nameOf(this.CONSUME(T.Name));
      let alias: Name | null = null;
      this.OPTION(() => {
        this.CONSUME(T.As);
        alias = this.nameOf(this.CONSUME2(T.Name));
      });
      return { name, alias };
    },
  );

  private readonly typeAlias = this.RULE("typeAlias", (): Statement => {
    const start = this.at();
    this.CONSUME(T.Type);
    const name = this.nameOf(this.CONSUME(T.Name));
    if (!this.RECORDING_PHASE && this.isNext(T.OpenBracket)) {
      this.report("E0104", this.here(), "a type alias has no parameters", {
        help: "write a generic class, or the type itself",
      });
      this.abandon();
    }
    this.CONSUME(T.Assign);
    const type = this.SUBRULE(this.typeExpression);
    return { kind: "type-alias", span: this.from(start), name, type };
  });

  /** Statements of Python that Wright reserves the words of, in order to explain. */
  private readonly leftOutStatement = this.RULE("leftOutStatement", (): void => {
    const start = this.at();
    const token = this.OR([
      { ALT: () => this.CONSUME(T.Global) },
      { ALT: () => this.CONSUME(T.Nonlocal) },
    ]);
    this.CONSUME(T.Name);
    this.MANY(() => {
      this.CONSUME(T.Comma);
      this.CONSUME2(T.Name);
    });
    const isGlobal = token.tokenType === T.Global;
    this.report(
      "E0104",
      this.from(start),
      isGlobal
        ? "there is no 'global': module-level names are constants of the running program"
        : "there is no 'nonlocal': a nested function only reads the variables around it",
      { help: "keep what changes in a field of an object" },
    );
    this.add({ kind: "error-statement", span: this.from(start) });
  });
}
