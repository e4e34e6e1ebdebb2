/**
 * The tree that is formatted: a file's lines as they are written, in blocks.
 *
 *     if a:  # why        Line `if a :`, trailing `# why`
 *         f(1,              body: Line `f ( 1 , 2 )`, where ( … ) is a Bracket
 *           2)
 *     # then                Note `# then`, in the block of its column
 *     else: g()           Line `else : g ( )`
 *
 * It is not the abstract tree of `dsl/syntax/ast.ts`, because that keeps what a program means, and a
 * formatter must keep what was written: parentheses, commas, comments, the order of an enum's parts.
 * The parser still has the say whether a text is Wright at all (`format.ts`); here its tokens are
 * only put into lines, blocks and brackets.
 *
 * Comments. One that stands alone, outside brackets, is a line of the block whose column it has; it
 * never belongs to a deeper block than the comment before it, so their order stays. One that ends a
 * line is the line's. Inside brackets a comment hangs on a token: `before` the next one when it
 * stands alone, `after` the last one when it follows it.
 */
import { INFIX } from "../grammar/operators.ts";
import { layOut } from "../grammar/layout.ts";
import { scan, tokenEnd, type Token } from "../grammar/scanner.ts";
import { T } from "../grammar/tokens.ts";

export interface Leaf {
  readonly kind: "leaf";
  readonly type: Token["tokenType"];
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The lines of its first and last characters, counted from 0. */
  readonly line: number;
  readonly lastLine: number;
  /** Comments on lines of their own before this token. */
  before: string[];
  /** Comments at the end of this token's line. */
  after: string[];
}

export interface Bracket {
  readonly kind: "bracket";
  readonly open: Leaf;
  readonly content: readonly Item[];
  readonly close: Leaf;
}

export type Item = Leaf | Bracket;

/** A logical line, with the block below it when it is a header. */
export interface Line {
  readonly kind: "line";
  readonly items: readonly Item[];
  readonly trailing: string | null;
  readonly body: Block | null;
  /** Blank lines before it in the source. */
  readonly blanks: number;
  /** Where its first token starts and its last ends, its body not included. */
  readonly start: number;
  readonly end: number;
  readonly column: number;
}

/** A comment on a line of its own. */
export interface Note {
  readonly kind: "note";
  readonly text: string;
  readonly blanks: number;
  readonly start: number;
  readonly end: number;
  readonly column: number;
}

export type Entry = Line | Note;

export interface Block {
  readonly entries: readonly Entry[];
}

/** The lines and blocks of `text`, which must be free of syntax errors. */
export function layoutTree(text: string): Block {
  return new TreeBuilder(text).build();
}

export function firstLeaf(item: Item): Leaf {
  return item.kind === "leaf" ? item : item.open;
}

export function lastLeaf(item: Item): Leaf {
  return item.kind === "leaf" ? item : item.close;
}

export function isLeaf(item: Item | undefined, type: Token["tokenType"]): item is Leaf {
  return item?.kind === "leaf" && item.type === type;
}

/** How tightly an operator between two operands binds; null for what is no such operator. */
export function precedenceOf(leaf: Leaf): number | null {
  return PRECEDENCE.get(leaf.type) ?? null;
}

const PRECEDENCE = new Map(
  (Object.keys(INFIX) as (keyof typeof INFIX)[]).map((name) => [T[name], INFIX[name].precedence]),
);

const OPENERS = new Set([T.OpenParen, T.OpenBracket, T.OpenBrace]);
const CLOSERS = new Set([T.CloseParen, T.CloseBracket, T.CloseBrace]);

interface OpenBlock {
  readonly column: number;
  readonly entries: Entry[];
}

type MutableLine = { -readonly [K in keyof Line]: Line[K] };

interface Remark {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** It is alone on its line. */
  readonly alone: boolean;
  readonly column: number;
}

class TreeBuilder {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #remarks: readonly Remark[];
  #at = 0;
  #remark = 0;
  /** The open blocks, outermost first. */
  readonly #blocks: OpenBlock[] = [{ column: 0, entries: [] }];
  #lineStart = 0;
  #lineNumber = 0;
  #last: Leaf | null = null;
  /** Comments that wait for the token after a comma. */
  readonly #held: string[] = [];

  constructor(text: string) {
    const scanned = scan(text);
    this.#text = text;
    this.#tokens = layOut(text, scanned.tokens).tokens;
    this.#remarks = scanned.comments.map(({ start, end }) => {
      const lineStart = text.lastIndexOf("\n", start - 1) + 1;
      return {
        text: tidyComment(text.slice(start, end).trimEnd(), start === 0),
        start,
        end,
        alone: text.slice(lineStart, start).trim() === "",
        column: start - lineStart,
      };
    });
  }

  build(): Block {
    const tokens = this.#tokens;
    let line: MutableLine | null = null;
    while (this.#at < tokens.length) {
      const token = tokens[this.#at]!;
      if (token.tokenType === T.Indent) {
        this.#at++;
        // Comments above the first line of a block are the block's, wherever they stand.
        const first = tokens[this.#at]!.startOffset;
        const block: OpenBlock = { column: this.#columnOf(first), entries: [] };
        if (line !== null) line.body = { entries: block.entries };
        this.#blocks.push(block);
        this.#notesBefore(first);
      } else if (token.tokenType === T.Dedent) {
        let depth = this.#blocks.length;
        for (; tokens[this.#at]?.tokenType === T.Dedent; this.#at++) depth--;
        this.#closeBlocks(depth, tokens[this.#at]?.startOffset ?? this.#text.length);
      } else {
        this.#notesBefore(token.startOffset);
        line = this.#line();
        this.#blocks.at(-1)!.entries.push(line);
      }
    }
    this.#notesBefore(this.#text.length);
    return { entries: this.#blocks[0]!.entries };
  }

  /** Back to `depth` blocks. Each comment before `next` ends the blocks that are deeper than it. */
  #closeBlocks(depth: number, next: number): void {
    const blocks = this.#blocks;
    for (let remark = this.#remarkBefore(next); remark; remark = this.#remarkBefore(next)) {
      while (blocks.length > depth && blocks.at(-1)!.column > remark.column) blocks.pop();
      this.#note(remark);
    }
    blocks.length = depth;
  }

  #notesBefore(next: number): void {
    for (let remark = this.#remarkBefore(next); remark; remark = this.#remarkBefore(next)) {
      this.#note(remark);
    }
  }

  /** Takes the next comment if it stands before `offset`. */
  #remarkBefore(offset: number): Remark | null {
    const remark = this.#remarks[this.#remark];
    if (remark === undefined || remark.start >= offset) return null;
    this.#remark++;
    return remark;
  }

  #note({ text, start, end, column }: Remark): void {
    const blanks = this.#blanksBefore(start);
    this.#blocks.at(-1)!.entries.push({ kind: "note", text, blanks, start, end, column });
  }

  /** One logical line, up to and with its `Newline`. */
  #line(): MutableLine {
    const start = this.#tokens[this.#at]!.startOffset;
    const blanks = this.#blanksBefore(start);
    const items = this.#items();
    const end = lastLeaf(items.at(-1)!).end;
    if (this.#tokens[this.#at]?.tokenType === T.Newline) this.#at++;
    const remark = this.#remarks[this.#remark];
    const isTrailing =
      remark !== undefined && !remark.alone && !this.#text.slice(end, remark.start).includes("\n");
    if (isTrailing) this.#remark++;
    const trailing = isTrailing ? remark.text : null;
    return {
      kind: "line",
      items,
      trailing,
      body: null,
      blanks,
      start,
      end,
      column: this.#columnOf(start),
    };
  }

  /** Items up to the bracket that closes here, or to the end of the line. */
  #items(): Item[] {
    const items: Item[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token.tokenType === T.Newline || CLOSERS.has(token.tokenType)) {
        return items;
      }
      const leaf = this.#leaf();
      if (OPENERS.has(leaf.type)) {
        const content = this.#items();
        items.push({ kind: "bracket", open: leaf, content, close: this.#leaf() });
      } else items.push(leaf);
    }
  }

  /** The next token; an f-string is one leaf. Takes the comments before it. */
  #leaf(): Leaf {
    const { tokenType: type, startOffset: start } = this.#tokens[this.#at]!;
    const end = type === T.FStart ? this.#endOfFString() : tokenEnd(this.#tokens[this.#at++]!);
    const text = tidyToken(type, this.#text.slice(start, end));
    const line = this.#lineAt(start);
    const lastLine = this.#lineAt(end);
    const leaf: Leaf = {
      kind: "leaf",
      type,
      text,
      start,
      end,
      line,
      lastLine,
      before: [],
      after: [],
    };
    for (let remark = this.#remarkBefore(start); remark; remark = this.#remarkBefore(start)) {
      if (remark.alone || this.#last === null) leaf.before.push(remark.text);
      else this.#last.after.push(remark.text);
    }
    // What stands alone before a comma is about what comes after it.
    if (type === T.Comma) this.#held.push(...leaf.before.splice(0));
    else leaf.before.unshift(...this.#held.splice(0));
    this.#last = leaf;
    return leaf;
  }

  #endOfFString(): number {
    let depth = 0;
    do {
      const { tokenType } = this.#tokens[this.#at++]!;
      if (tokenType === T.FStart) depth++;
      else if (tokenType === T.FEnd) depth--;
    } while (depth > 0);
    return tokenEnd(this.#tokens[this.#at - 1]!);
  }

  /** The line of `offset`; to be asked with offsets that grow. */
  #lineAt(offset: number): number {
    for (;;) {
      const end = this.#text.indexOf("\n", this.#lineStart);
      if (end < 0 || end >= offset) return this.#lineNumber;
      this.#lineStart = end + 1;
      this.#lineNumber++;
    }
  }

  #columnOf(offset: number): number {
    return offset - (this.#text.lastIndexOf("\n", offset - 1) + 1);
  }

  #blanksBefore(offset: number): number {
    const text = this.#text;
    let blanks = -1;
    for (let i = offset - 1; i >= 0; i--) {
      const c = text.charCodeAt(i);
      if (c === 10) blanks++;
      else if (c !== 32 && c !== 9 && c !== 13 && c !== 12) return Math.max(0, blanks);
    }
    return 0;
  }
}

/** `#x` is written `# x`; a first line `#!…` stays. */
function tidyComment(text: string, first: boolean): string {
  if (first && text.startsWith("#!")) return text;
  return /^#+[^#\s!:]/.test(text) ? text.replace(/^(#+)/, "$1 ") : text;
}

function tidyToken(type: Token["tokenType"], text: string): string {
  switch (type) {
    case T.NotIn:
      return "not in";
    case T.IsNot:
      return "is not";
    default:
      return text;
  }
}
