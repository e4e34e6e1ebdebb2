/**
 * Reads the text form of low-level programs (see `print.ts`); how tests of passes and back ends
 * write their programs.
 *
 * A program may be written shorter than it is printed:
 *
 * - without a `well` line, the declarations of `PRELUDE` are added: strings, exceptions;
 * - without `ids`, structs and arrays are numbered;
 * - without an `entry` line, the entry is a function that returns 0;
 * - a result's type may be left out where the op's row settles it, and a function's parameter
 *   types where its entry block says them: `fn main.gcd -> int {`;
 * - `;` begins a comment.
 *
 * Text is read in steps, so that it may mention things before it declares them: first the items
 * are told apart, then types, heads of functions, objects, and last bodies are filled in. Mistakes
 * throw a `TextError`: the text was written by one of us.
 */
import { declareFunction, defineFunction } from "./parse-graph.ts";
import { declareObject, defineObject, parseConstant, readLabel } from "./parse-objects.ts";
import {
  addTails,
  declare,
  declareArray,
  declareStruct,
  defineArray,
  defineStruct,
  find,
  layOutStructs,
  numberTypes,
  parseType,
  type Context,
} from "./parse-types.ts";
import { Cursor, TextError, tokenize, type Token } from "./tokens.ts";
import type { LLProgram, WellKnown } from "./program.ts";

/** What a program without a `well` line gets: strings and the exceptions of the machine. */
export const PRELUDE = `
array str of u8 { hash: i64 }
array strs of ref<str>
struct Exception { message: ref<str> }
struct MemoryError : Exception
struct StackOverflow : Exception
object #memory = MemoryError { message = "out of memory" }
object #overflow = StackOverflow { message = "stack overflow" }
fn describe_exception -> ref<str> noraise nocollect {
block0(e.0: ref<Exception>):
  m.1: ref<str> = getfield(e.0) field=Exception:message
  return m.1
}
well str=str strs=strs exception=Exception describe=describe_exception memory=#memory overflow=#overflow
`;

const DEFAULT_ENTRY = `
fn $entry -> int noraise nocollect {
block0(arguments.0: ref<strs>):
  return 0
}
entry $entry
`;

/** A top-level item: its keyword and what follows it. */
interface Item {
  readonly keyword: string;
  readonly tokens: readonly Token[];
}

export function parseProgram(text: string): LLProgram {
  let items = splitItems(text);
  if (!items.some((item) => item.keyword === "well")) items = [...splitItems(PRELUDE), ...items];
  if (!items.some((item) => item.keyword === "entry")) items.push(...splitItems(DEFAULT_ENTRY));
  const context = emptyContext();
  const each = (keyword: string, read: (context: Context, cursor: Cursor) => void) => {
    for (const item of items) if (item.keyword === keyword) read(context, new Cursor(item.tokens));
  };
  // 1. Names of types, so that types can be read.
  each("struct", declareStruct);
  each("array", declareArray);
  // 2. Whatever has a type; bodies and contents are left for later.
  each("global", declareGlobal);
  each("table", declareTable);
  each("fn", declareFunction);
  // 3. Fields, and numbers that follow from the tree of structs.
  each("struct", defineStruct);
  layOutStructs(context);
  each("array", defineArray);
  numberTypes(context);
  addTails(context);
  // 4. Objects, which mention each other, and what is said in terms of them.
  each("object", declareObject);
  each("well", readWell);
  each("object", defineObject);
  each("table", defineTable);
  // 5. Bodies.
  each("fn", defineFunction);
  return assembleProgram(context, items);
}

function emptyContext(): Context {
  return {
    structs: new Map(),
    drafts: new Map(),
    arrays: new Map(),
    globals: new Map(),
    tables: new Map(),
    functions: new Map(),
    objects: new Map(),
    strings: new Map(),
    files: new Map(),
    well: undefined as unknown as WellKnown,
  };
}

function assembleProgram(context: Context, items: readonly Item[]): LLProgram {
  const named = (keyword: string) =>
    items.filter((item) => item.keyword === keyword).map((item) => new Cursor(item.tokens).name());
  return {
    name: named("program")[0] ?? "test",
    functions: [...context.functions.values()],
    structs: [...context.structs.values()],
    arrays: [...context.arrays.values()],
    globals: [...context.globals.values()],
    tables: [...context.tables.values()],
    initializers: named("init").map((name) => find(context.functions, name, "function")),
    exports: [],
    entry: find(context.functions, named("entry")[0]!, "function"),
    well: context.well,
  };
}

function declareGlobal(context: Context, cursor: Cursor): void {
  const name = cursor.name();
  cursor.expect(":");
  declare(context.globals, name, { name, type: parseType(context, cursor) });
}

function declareTable(context: Context, cursor: Cursor): void {
  const name = cursor.name();
  cursor.expect(":");
  declare(context.tables, name, { name, type: parseType(context, cursor), rows: [] });
}

function defineTable(context: Context, cursor: Cursor): void {
  const table = find(context.tables, cursor.name(), "table");
  while (!cursor.take("=")) cursor.next();
  cursor.expect("[");
  table.rows.push(
    ...cursor.list("]", () => (cursor.take("-") ? null : parseConstant(context, cursor))),
  );
}

function readWell(context: Context, cursor: Cursor): void {
  const value = <T>(key: string, read: () => T): T => {
    cursor.expect(key);
    cursor.expect("=");
    return read();
  };
  const object = () => find(context.objects, readLabel(cursor), "object");
  context.well = {
    str: value("str", () => find(context.arrays, cursor.name(), "array")),
    strArray: value("strs", () => find(context.arrays, cursor.name(), "array")),
    exception: value("exception", () => find(context.structs, cursor.name(), "struct")),
    describeException: value("describe", () => find(context.functions, cursor.name(), "function")),
    memoryError: value("memory", object),
    stackOverflow: value("overflow", object),
  };
}

/** Items begin at words in the first column. */
function splitItems(text: string): Item[] {
  const items: { keyword: string; tokens: Token[] }[] = [];
  for (const token of tokenize(text)) {
    const isLabel = /^block\d+$/.test(token.text);
    if (token.kind === "word" && token.column === 1 && !isLabel) {
      if (!KEYWORDS.has(token.text))
        throw new TextError(`line ${token.line}: ${token.text} begins no item`);
      items.push({ keyword: token.text, tokens: [] });
    } else {
      const item = items.at(-1);
      if (item === undefined) throw new TextError(`line ${token.line}: expected an item`);
      item.tokens.push(token);
    }
  }
  return items;
}

const KEYWORDS = new Set("program struct array global table fn object well entry init".split(" "));
