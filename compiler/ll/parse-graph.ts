/** Reading functions: heads first, bodies when everything they mention is declared. */
import { newGraph, newVariable } from "../../dsl/flow/graph.ts";
import { sourceFile, type Span } from "../../dsl/syntax/source.ts";
import { isOpName, opRow } from "../ops/table.ts";
import { signatureOf } from "./print.ts";
import { parseConstant } from "./parse-objects.ts";
import {
  declare,
  find,
  findArray,
  findField,
  findHolder,
  parseSignature,
  parseStorage,
  parseType,
  type Context,
  type Mutable,
} from "./parse-types.ts";
import { ADDR, BOOL, FLOAT, INT, ref, typeOfObject, VOID } from "./types.ts";
import type { Cursor } from "./tokens.ts";
import type {
  LLAux,
  LLBlock,
  LLConstant,
  LLExit,
  LLFunction,
  LLGraph,
  LLLink,
  LLOp,
  LLValue,
  LLVariable,
} from "./program.ts";
import type { LLType } from "./types.ts";

/** `name(types) -> type …`, or `name -> type …` when the entry block says the parameters. */
export function declareFunction(context: Context, cursor: Cursor): void {
  const name = cursor.name();
  const params = cursor.take("(") ? cursor.list(")", () => parseType(context, cursor)) : null;
  cursor.expect("->");
  const result = parseType(context, cursor);
  const fn: Mutable<LLFunction> = {
    name,
    displayName: name,
    graph: null,
    externName: null,
    params: params ?? [],
    result,
    span: null,
    raises: true,
    collects: true,
    inline: "auto",
    hints: new Set(),
  };
  readMarks(context, cursor, fn);
  if (params === null && cursor.take("{")) fn.params = readEntryTypes(context, cursor);
  declare(context.functions, name, fn);
}

/** The types of `block0(a.0: int, …)`. */
function readEntryTypes(context: Context, cursor: Cursor): LLType[] {
  cursor.name();
  cursor.expect("(");
  return cursor.list(")", () => {
    cursor.name();
    cursor.expect(":");
    return parseType(context, cursor);
  });
}

function readMarks(context: Context, cursor: Cursor, fn: Mutable<LLFunction>): void {
  while (!cursor.atEnd && !cursor.sees("{")) {
    if (cursor.take("extern")) fn.externName = cursor.name();
    else if (cursor.take("as")) fn.displayName = cursor.string();
    else if (cursor.take("inline")) fn.inline = cursor.name() as LLFunction["inline"];
    else if (cursor.take("noraise")) fn.raises = false;
    else if (cursor.take("nocollect")) fn.collects = false;
    else if (cursor.take("hints")) fn.hints = parseHints(cursor);
    else if (cursor.sees("at")) fn.span = parsePlace(context, cursor);
    else cursor.fail("expected a mark of the function or {");
  }
}

function parseHints(cursor: Cursor): ReadonlySet<string> {
  cursor.expect("(");
  return new Set(cursor.list(")", () => cursor.name()));
}

/** What the reading of one body knows. */
interface Body {
  readonly context: Context;
  readonly cursor: Cursor;
  readonly graph: LLGraph;
  readonly blocks: Map<string, LLBlock>;
  /** Variables of the block that is being read, by their text. */
  variables: Map<string, LLVariable>;
  /** Ops without a result; their variables are numbered last. */
  readonly resultless: Mutable<LLOp>[];
}

export function defineFunction(context: Context, cursor: Cursor): void {
  const fn = find(context.functions, cursor.name(), "function");
  while (!cursor.atEnd && !cursor.sees("{")) cursor.next();
  if (!cursor.take("{")) return;
  const graph: LLGraph = newGraph(fn.name);
  graph.blocks.length = 0;
  graph.nextBlock = 0;
  const body: Body = {
    context,
    cursor,
    graph,
    blocks: new Map(),
    variables: new Map(),
    resultless: [],
  };
  while (!cursor.take("}")) readBlock(body);
  if (!cursor.atEnd) cursor.fail("expected the end of the function");
  finishGraph(body);
  fn.graph = graph;
}

function finishGraph({ graph, blocks, resultless, cursor }: Body): void {
  for (const [name, block] of blocks) {
    if (!graph.blocks.includes(block)) cursor.fail(`there is no ${name} in ${graph.name}`);
  }
  const [entry] = graph.blocks;
  if (entry === undefined) return cursor.fail("expected a block");
  graph.entry = entry;
  for (const op of resultless) op.result = newVariable(graph, VOID);
}

function readBlock(body: Body): void {
  const { cursor, graph } = body;
  const name = cursor.name();
  const block = blockNamed(body, name);
  if (graph.blocks.includes(block)) cursor.fail(`${name} is written twice`);
  graph.blocks.push(block);
  body.variables = new Map();
  cursor.expect("(");
  block.params = cursor.list(")", () => readDefinition(body));
  cursor.expect(":");
  for (;;) {
    const exit = readExit(body);
    if (exit !== null) {
      block.exit = exit;
      return;
    }
    block.ops.push(readOp(body));
  }
}

function blockNamed({ blocks, graph, cursor }: Body, name: string): LLBlock {
  const known = blocks.get(name);
  if (known !== undefined) return known;
  const id = /^block(\d+)$/.exec(name)?.[1];
  if (id === undefined) return cursor.fail(`${name} is no block`);
  const block: LLBlock = { id: Number(id), params: [], ops: [], exit: { kind: "unreachable" } };
  graph.nextBlock = Math.max(graph.nextBlock, block.id + 1);
  blocks.set(name, block);
  return block;
}

// ---------------------------------------------------------------- variables and values

const VARIABLE = /^(?:v(\d+)|([A-Za-z_]\w*)\.(\d+))$/;

/** Makes the variable that `text` names and lets the rest of the block see it. */
function define(body: Body, text: string, type: LLType | null): LLVariable {
  const match = VARIABLE.exec(text);
  if (match === null) return body.cursor.fail(`${text} is no variable`);
  if (type === null) return body.cursor.fail(`the type of ${text} is missing`);
  const id = Number(match[1] ?? match[3]);
  const variable: LLVariable = { kind: "var", id, name: match[2] ?? null, type };
  body.graph.nextVariable = Math.max(body.graph.nextVariable, id + 1);
  body.variables.set(text, variable);
  return variable;
}

/** `name: type` */
function readDefinition(body: Body): LLVariable {
  const { cursor, context } = body;
  const text = cursor.name();
  cursor.expect(":");
  return define(body, text, parseType(context, cursor));
}

function readValue(body: Body): LLValue {
  const { cursor, context } = body;
  const { token } = cursor;
  if (token.kind === "word" && VARIABLE.test(token.text)) {
    cursor.next();
    const variable = body.variables.get(token.text);
    return variable ?? cursor.fail(`${token.text} is not defined in this block`, token);
  }
  const value = parseConstant(context, cursor);
  const type = cursor.take(":") ? parseType(context, cursor) : usualType(value);
  return { kind: "const", value, type };
}

function usualType(value: LLConstant): LLType {
  switch (value.kind) {
    case "int":
      return INT;
    case "float":
      return FLOAT;
    case "bool":
      return BOOL;
    case "void":
      return VOID;
    case "null":
      return ref(null);
    case "object":
      return ref(typeOfObject(value.object.type));
    case "function":
      return signatureOf(value.function);
  }
}

// ---------------------------------------------------------------- ops

function readOp(body: Body): LLOp {
  const { cursor, context } = body;
  const hasResult = cursor.seesSecond("=") || cursor.seesSecond(":");
  const target = hasResult ? cursor.name() : null;
  const written = target !== null && cursor.take(":") ? parseType(context, cursor) : null;
  if (target !== null) cursor.expect("=");
  const { token } = cursor;
  const name = cursor.name();
  if (!isOpName(name)) return cursor.fail(`there is no op ${name}`, token);
  cursor.expect("(");
  const args = cursor.list(")", () => readValue(body));
  const aux = readAux(body);
  const span = cursor.sees("at") ? parsePlace(context, cursor) : null;
  if (span !== null && opRow(name).aux.includes("site")) aux.site = span;
  const op: Mutable<LLOp> = { name, args, result: NO_RESULT, aux, span };
  if (target === null) body.resultless.push(op);
  else op.result = define(body, target, written ?? settledType(name));
  return op;
}

/** Stands in until all other variables of the graph have their numbers. */
const NO_RESULT: LLVariable = { kind: "var", id: -1, name: null, type: VOID };

/** The type of a result whose row leaves nothing open. */
function settledType(name: string): LLType | null {
  switch (opRow(name).result) {
    case "int":
      return INT;
    case "float":
      return FLOAT;
    case "bool":
      return BOOL;
    case "addr":
      return ADDR;
    case "ref":
      return ref(null);
    default:
      return null;
  }
}

const AUX_READERS: Readonly<Record<string, (context: Context, cursor: Cursor) => LLAux>> = {
  field: readFieldAux,
  struct: (context, cursor) => ({ struct: find(context.structs, cursor.name(), "struct") }),
  array: (context, cursor) => ({ array: findArray(context, cursor.name()) }),
  source: (context, cursor) => ({ source: findArray(context, cursor.name()) }),
  storage: (context, cursor) => ({ storage: parseStorage(context, cursor) }),
  callee: (context, cursor) => ({ callee: find(context.functions, cursor.name(), "function") }),
  signature: (context, cursor) => {
    cursor.expect("fn");
    return { signature: parseSignature(context, cursor) };
  },
  global: (context, cursor) => ({ global: find(context.globals, cursor.name(), "global") }),
  table: (context, cursor) => ({ table: find(context.tables, cursor.name(), "table") }),
  slot: (_context, cursor) => ({ slot: cursor.integer() }),
  hint: (_context, cursor) => ({ hint: cursor.name() }),
  tail: (_context, cursor) => ({ tail: cursor.name() === "yes" }),
};

function readAux({ context, cursor }: Body): Mutable<LLAux> {
  const aux: Mutable<LLAux> = {};
  // `name=…` is aux; the next op's `v1 = …` is told apart by its name.
  while (cursor.seesSecond("=") && cursor.token.text in AUX_READERS) {
    const read = AUX_READERS[cursor.name()]!;
    cursor.expect("=");
    Object.assign(aux, read(context, cursor));
  }
  return aux;
}

/** `Holder:field` */
function readFieldAux(context: Context, cursor: Cursor): LLAux {
  const holder = findHolder(context, cursor.name());
  cursor.expect(":");
  const field = findField(holder, cursor.name());
  return holder.kind === "struct" ? { field, struct: holder } : { field, array: holder };
}

// ---------------------------------------------------------------- exits

/** Null when an op comes next. */
function readExit(body: Body): LLExit | null {
  const { cursor } = body;
  if (cursor.seesSecond("=") || cursor.seesSecond(":")) return null;
  if (cursor.take("goto")) return { kind: "goto", link: readLink(body) };
  if (cursor.take("branch")) return readBranch(body);
  if (cursor.take("switch")) return readSwitch(body);
  if (cursor.take("try")) return readTry(body);
  if (cursor.take("return")) return { kind: "return", value: readValue(body), span: null };
  if (cursor.take("raise")) {
    const value = readValue(body);
    const span = cursor.sees("at") ? parsePlace(body.context, cursor) : null;
    return { kind: "raise", value, span };
  }
  if (cursor.take("unreachable")) return { kind: "unreachable" };
  return null;
}

function readBranch(body: Body): LLExit {
  const { cursor } = body;
  const condition = readValue(body);
  cursor.expect("?");
  const then = readLink(body);
  cursor.expect(":");
  return { kind: "branch", condition, then, otherwise: readLink(body), span: null };
}

function readSwitch(body: Body): LLExit {
  const { cursor, context } = body;
  const subject = readValue(body);
  const cases: { value: LLConstant; link: LLLink }[] = [];
  let otherwise: LLLink | null = null;
  cursor.expect("{");
  cursor.list("}", () => {
    const value = cursor.take("else") ? null : parseConstant(context, cursor);
    cursor.expect(":");
    const link = readLink(body);
    if (value === null) otherwise = link;
    else cases.push({ value, link });
  });
  return { kind: "switch", subject, cases, otherwise, span: null };
}

function readTry(body: Body): LLExit {
  const { cursor } = body;
  const normal = readLink(body);
  cursor.expect("catch");
  const exception = readDefinition(body);
  cursor.expect("=>");
  return { kind: "try", normal, exceptional: readLink(body), exception };
}

function readLink(body: Body): LLLink {
  const target = blockNamed(body, body.cursor.name());
  body.cursor.expect("(");
  return { target, args: body.cursor.list(")", () => readValue(body)) };
}

// ---------------------------------------------------------------- places

/** Lines of the files that places are in are taken to be this long. */
const LINE_LENGTH = 1000;

/** `at "path:line:column"`: a span in a file of that path whose text is not known. */
function parsePlace(context: Context, cursor: Cursor): Span {
  cursor.expect("at");
  const match = /^(.*):(\d+):(\d+)$/.exec(cursor.string());
  if (match === null) return cursor.fail("expected a place before");
  const [path, line, column] = [match[1]!, Number(match[2]), Number(match[3])];
  const file = context.files.get(path) ?? sourceFile(path, "");
  context.files.set(path, file);
  const lineStarts = file.lineStarts as number[];
  while (lineStarts.length < line) lineStarts.push(lineStarts.length * LINE_LENGTH);
  const offset = (line - 1) * LINE_LENGTH + column - 1;
  return { chunk: { file, offset: 0, text: "" }, start: offset, end: offset };
}
