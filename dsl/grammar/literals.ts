/** The grammar of literals: numbers, strings, and f-strings with the expressions inside them. */
import type { IToken, ParserMethod } from "chevrotain";
import type { Expression, FStringPart } from "../syntax/ast.ts";
import { span } from "../syntax/source.ts";
import { intValue } from "./scanner.ts";
import { decodeString, decodeText } from "./strings.ts";
import { indexOf, T } from "./tokens.ts";
import { TypeGrammar } from "./types.ts";

const ASSIGN = indexOf(T.Assign);
const STR = indexOf(T.Str);
const FSTART = indexOf(T.FStart);

export abstract class LiteralGrammar extends TypeGrammar {
  protected abstract readonly expressionList: ParserMethod<[], Expression>;
  private readonly smallInts = new Map<string, bigint>();

  protected intOf(image: string): bigint {
    if (image.length > 3) return intValue(image);
    let value = this.smallInts.get(image);
    if (value === undefined) {
      value = intValue(image);
      this.smallInts.set(image, value);
    }
    return value;
  }

  /** Adjacent strings are one string; one f-string among them makes it an f-string. */
  protected readonly strings = this.RULE("strings", (): Expression => {
    const start = this.at();
    if (!this.RECORDING_PHASE && this.next() === STR) {
      // Nearly always a single plain string.
      const after = this.LA(2).tokenTypeIdx;
      if (after !== STR && after !== FSTART) {
        const token = this.CONSUME(T.Str);
        return { kind: "str", span: this.spanOf(token), value: this.decode(token) };
      }
    }
    const parts: FStringPart[] = [];
    let isFString = false;
    this.AT_LEAST_ONE(() => {
      this.OR([
        {
          ALT: () => {
            const token = this.CONSUME2(T.Str);
            addText(parts, this.RECORDING_PHASE ? "" : this.decode(token));
          },
        },
        {
          ALT: () => {
            isFString = true;
            this.SUBRULE(this.fString, { ARGS: [parts] });
          },
        },
      ]);
    });
    const at = this.from(start);
    if (isFString) return { kind: "fstring", span: at, parts };
    const only = parts[0];
    return { kind: "str", span: at, value: only?.kind === "text" ? only.value : "" };
  });

  protected readonly fString = this.RULE("fString", (parts: FStringPart[]): void => {
    const opening = this.CONSUME(T.FStart);
    const raw = /r/i.test(opening.image);
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            const token = this.CONSUME(T.FText);
            if (this.RECORDING_PHASE) return;
            const { value, problems } = decodeText(token.image, 0, token.image.length, {
              raw,
              braces: true,
            });
            this.reportEscapes(token, problems);
            addText(parts, value);
          },
        },
        {
          ALT: () => {
            const part = this.SUBRULE(this.field);
            if (!this.RECORDING_PHASE) parts.push(part);
          },
        },
      ]);
    });
    this.CONSUME(T.FEnd);
  });

  protected readonly field = this.RULE("field", (): FStringPart => {
    let conversion: "r" | "s" | null = null;
    let format: string | null = null;
    this.CONSUME(T.FOpen);
    const value = this.SUBRULE(this.expressionList);
    this.OPTION(() => {
      const letter = this.CONSUME(T.FConversion).image[1];
      conversion = letter === "r" || letter === "s" ? letter : null;
    });
    this.OPTION2(() => {
      format = this.CONSUME(T.FFormat).image.slice(1);
    });
    if (this.next() === ASSIGN) {
      this.report("E0104", this.here(), "f-strings do not show their own text with '='");
    }
    this.close(T.FClose, "'}' after the expression");
    return { kind: "value", value, conversion, format };
  });

  private decode(token: IToken): string {
    const { value, problems } = decodeString(token.image);
    this.reportEscapes(token, problems);
    return value;
  }

  private reportEscapes(
    token: IToken,
    problems: readonly { readonly start: number; readonly end: number; readonly message: string }[],
  ): void {
    for (const { start, end, message } of problems) {
      const at = span(this.source, token.startOffset + start, token.startOffset + end);
      this.report("E0103", at, message);
    }
  }
}

function addText(parts: FStringPart[], value: string): void {
  const last = parts.at(-1);
  if (last?.kind === "text") parts[parts.length - 1] = { kind: "text", value: last.value + value };
  else if (value !== "") parts.push({ kind: "text", value });
}
