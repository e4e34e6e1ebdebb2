/**
 * Graphs from their text form (see `print.ts`). Used by tests and tools only: it throws a
 * `GraphSyntaxError` at the first thing it does not understand.
 */
import {
  newGraph,
  type Block,
  type Dialect,
  type Exit,
  type Graph,
  type Link,
  type Value,
  type Variable,
} from "./graph.ts";

export class GraphSyntaxError extends Error {
  override readonly name = "GraphSyntaxError";
}

/** How a dialect reads what `Printer` writes. */
export interface Reader<D extends Dialect> {
  /** A constant at the scanner's place; `subject` is the type of what a `switch` tests. */
  constant(
    scan: Scanner,
    subject: D["type"] | null,
  ): { readonly value: D["constant"]; readonly type: D["type"] };
  /** After `name:`, or the type of a variable without one. */
  type(scan: Scanner | null): D["type"];
  aux(op: string, entries: ReadonlyMap<string, string>): D["aux"];
}

/** A place in the text, with the few ways to go on that text forms need. */
export class Scanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  fail(what: string): never {
    const before = this.text.slice(0, this.at);
    const line = before.split("\n").length;
    const rest = this.text.slice(this.at, this.at + 30).split("\n")[0]!;
    throw new GraphSyntaxError(`line ${line}: expected ${what} at \`${rest}\``);
  }

  /** Spaces, and comments: `;` to the end of the line. */
  skipSpace(lines = false): void {
    const pattern = lines ? /(?:[ \n]|;[^\n]*)*/y : /(?: |;[^\n]*)*/y;
    pattern.lastIndex = this.at;
    this.at += pattern.exec(this.text)![0].length;
  }

  /** What the pattern (sticky) matches here, or null. */
  match(pattern: RegExp): string | null {
    this.skipSpace();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at += found[0].length;
    return found[0];
  }

  expect(pattern: RegExp, what: string): string {
    return this.match(pattern) ?? this.fail(what);
  }

  /** The text itself, if it comes next. */
  accept(text: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  need(text: string): void {
    if (!this.accept(text)) this.fail(`\`${text}\``);
  }

  endOfLine(): void {
    this.skipSpace();
    if (this.at < this.text.length && this.text[this.at] !== "\n") this.fail("the end of the line");
    this.skipSpace(true);
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }
}

export function parseGraph<D extends Dialect>(text: string, reader: Reader<D>): Graph<D> {
  const scan = new Scanner(text);
  scan.skipSpace(true);
  const graph = parseOne(scan, reader);
  if (!scan.atEnd) scan.fail("the end of the graph");
  return graph;
}

/** Several graphs, one after the other. */
export function parseGraphs<D extends Dialect>(text: string, reader: Reader<D>): Graph<D>[] {
  const scan = new Scanner(text);
  const graphs: Graph<D>[] = [];
  scan.skipSpace(true);
  while (!scan.atEnd) graphs.push(parseOne(scan, reader));
  return graphs;
}

function parseOne<D extends Dialect>(scan: Scanner, reader: Reader<D>): Graph<D> {
  scan.need("graph");
  const graph = newGraph<D>(scan.expect(/[^\n;]+/y, "the graph's name").trim());
  scan.endOfLine();
  new GraphParser(scan, reader, graph).blocks();
  return graph;
}

const BLOCK = /b\d+/y;
const VARIABLE = /[A-Za-z_][\w]*\.\d+|v\d+/y;
const WORD = /[A-Za-z_]\w*/y;

class GraphParser<D extends Dialect> {
  readonly #scan: Scanner;
  readonly #reader: Reader<D>;
  readonly #graph: Graph<D>;
  readonly #blocks = new Map<string, Block<D>>();
  readonly #variables = new Map<number, Variable<D>>();

  constructor(scan: Scanner, reader: Reader<D>, graph: Graph<D>) {
    this.#scan = scan;
    this.#reader = reader;
    this.#graph = graph;
  }

  blocks(): void {
    const scan = this.#scan;
    this.#graph.blocks = [];
    do this.#block();
    while (!scan.atEnd && !scan.text.startsWith("graph ", scan.at));
    const [entry] = this.#graph.blocks;
    if (entry !== undefined) this.#graph.entry = entry;
    for (const [name, block] of this.#blocks) {
      if (!this.#graph.blocks.includes(block))
        throw new GraphSyntaxError(`there is no block ${name}`);
    }
  }

  #blockNamed(name: string): Block<D> {
    let block = this.#blocks.get(name);
    if (block === undefined) {
      const id = Number(name.slice(1));
      block = { id, params: [], ops: [], exit: { kind: "unreachable" } };
      this.#blocks.set(name, block);
      this.#graph.nextBlock = Math.max(this.#graph.nextBlock, id + 1);
    }
    return block;
  }

  #block(): void {
    const scan = this.#scan;
    const block = this.#blockNamed(scan.expect(BLOCK, "a block"));
    if (this.#graph.blocks.includes(block))
      scan.fail("another block: this one is there already, before");
    this.#graph.blocks.push(block);
    scan.need("(");
    block.params = this.#list(() => this.#definition());
    scan.need(":");
    scan.endOfLine();
    while (this.#op(block)) scan.endOfLine();
    block.exit = this.#exit();
    scan.endOfLine();
  }

  /** Items up to the closing parenthesis. */
  #list<T>(item: () => T): T[] {
    const items: T[] = [];
    const scan = this.#scan;
    if (scan.accept(")")) return items;
    do items.push(item());
    while (scan.accept(","));
    scan.need(")");
    return items;
  }

  #definition(): Variable<D> {
    const scan = this.#scan;
    const text = scan.expect(VARIABLE, "a variable");
    const type = this.#reader.type(scan.accept(":") ? scan : null);
    const dot = text.lastIndexOf(".");
    const id = Number(text.slice(dot < 0 ? 1 : dot + 1));
    if (this.#variables.has(id))
      scan.fail(`another number than that of \`${text}\`, defined before,`);
    const name = dot < 0 ? null : text.slice(0, dot);
    const variable: Variable<D> = { kind: "var", id, name, type };
    this.#variables.set(id, variable);
    this.#graph.nextVariable = Math.max(this.#graph.nextVariable, id + 1);
    return variable;
  }

  #value(subject: D["type"] | null = null): Value<D> {
    const scan = this.#scan;
    const start = scan.at;
    const text = scan.match(VARIABLE);
    if (text !== null) {
      const variable = this.#variables.get(
        Number(text.slice(text.lastIndexOf(".") + 1).replace("v", "")),
      );
      if (variable !== undefined) return variable;
      // A use before its definition: of a graph that the verifier is to complain about.
      scan.at = start;
      scan.fail("a variable that was defined before");
    }
    return { kind: "const", ...this.#reader.constant(scan, subject) };
  }

  #op(block: Block<D>): boolean {
    const scan = this.#scan;
    scan.skipSpace();
    const line = scan.text.slice(scan.at, scan.text.indexOf("\n", scan.at) >>> 0);
    const head = /^(?:[A-Za-z_]\w*\.\d+|v\d+)(?:: [^=]*)? = /.exec(line);
    if (head === null) return false;
    // The result is defined after the arguments were read.
    const resultAt = scan.at;
    scan.at += head[0].length;
    const name = scan.expect(WORD, "an op");
    const args: Value<D>[] = [];
    scan.skipSpace();
    if (!scan.atEnd && scan.text[scan.at] !== "\n" && scan.text[scan.at] !== "{") {
      do args.push(this.#value());
      while (scan.accept(","));
    }
    const aux = this.#reader.aux(name, this.#aux());
    const end = scan.at;
    scan.at = resultAt;
    const result = this.#definition();
    scan.at = end;
    block.ops.push({ name, args, result, aux, span: null });
    return true;
  }

  /** `{key=text, …}`: texts are balanced in brackets and quotes. */
  #aux(): Map<string, string> {
    const scan = this.#scan;
    const entries = new Map<string, string>();
    if (!scan.accept("{")) return entries;
    do {
      const key = scan.expect(WORD, "a key");
      scan.need("=");
      entries.set(key, balancedText(scan));
    } while (scan.accept(","));
    scan.need("}");
    return entries;
  }

  #link(): Link<D> {
    const scan = this.#scan;
    const target = this.#blockNamed(scan.expect(BLOCK, "a block"));
    scan.need("(");
    return { target, args: this.#list(() => this.#value()) };
  }

  #exit(): Exit<D> {
    const scan = this.#scan;
    const kind = scan.expect(WORD, "an op or an exit");
    switch (kind) {
      case "goto":
        return { kind, link: this.#link() };
      case "branch": {
        const condition = this.#value();
        scan.need("then");
        const then = this.#link();
        scan.need("else");
        return { kind, condition, then, otherwise: this.#link(), span: null };
      }
      case "switch":
        return this.#switch();
      case "try": {
        const normal = this.#link();
        scan.need("except");
        const exception = this.#definition();
        return { kind, normal, exception, exceptional: this.#link() };
      }
      case "return":
      case "raise":
        return { kind, value: this.#value(), span: null };
      case "unreachable":
        return { kind };
      default:
        return scan.fail("an exit");
    }
  }

  #switch(): Exit<D> {
    const scan = this.#scan;
    const subject = this.#value();
    const cases: { value: D["constant"]; link: Link<D> }[] = [];
    while (scan.accept("case ")) {
      const { value } = this.#reader.constant(scan, subject.type);
      scan.need("then");
      cases.push({ value, link: this.#link() });
    }
    const otherwise = scan.accept("else") ? this.#link() : null;
    return { kind: "switch", subject, cases, otherwise, span: null };
  }
}

/** Text up to a `,` or `}` that is outside of brackets and quotes. */
function balancedText(scan: Scanner): string {
  scan.skipSpace();
  const start = scan.at;
  let depth = 0;
  for (; scan.at < scan.text.length; scan.at++) {
    const c = scan.text[scan.at]!;
    if (c === '"') {
      const end = /"(?:[^"\\]|\\.)*"/y;
      end.lastIndex = scan.at;
      const found = end.exec(scan.text);
      if (found === null) scan.fail("the end of the string");
      scan.at += found[0].length - 1;
    } else if ("([{".includes(c)) depth++;
    else if (depth === 0 && (c === "," || c === "}" || c === "\n")) break;
    else if (")]}".includes(c)) depth--;
  }
  return scan.text.slice(start, scan.at).trim();
}
