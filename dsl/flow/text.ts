/**
 * How high-level graphs write their constants and what their ops carry, and read them back.
 *
 * Symbols are written by their qualified names: `@main.f`, `class main.W_Int`, `main.Op.ADD` as
 * `member main.Op.ADD`. Reading needs to know which symbols there are: a `SymbolTable` made from a
 * program and the nested functions met on the way.
 */
import type { TypeExpr } from "../syntax/ast.ts";
import { unreachable } from "../syntax/diagnostics.ts";
import { sourceFile, span, wholeFile } from "../syntax/source.ts";
import { builtin } from "../bind/builtins.ts";
import { typePath } from "../bind/scopes.ts";
import type {
  BoundProgram,
  ClassSymbol,
  EnumSymbol,
  FunctionSymbol,
  GlobalSymbol,
  ModuleSymbol,
  StaticValue,
} from "../bind/symbols.ts";
import type { Graph } from "./graph.ts";
import type { High, HighAux, HighGraph } from "./ops.ts";
import { parseGraph, Scanner, type Reader } from "./parse.ts";
import { printGraph, type Printer } from "./print.ts";

export function printHigh(graph: HighGraph): string {
  return printGraph(graph, HIGH_PRINTER);
}

export function parseHigh(text: string, symbols: SymbolTable): HighGraph {
  return parseGraph(text, highReader(symbols)) as Graph<High>;
}

// ---------------------------------------------------------------- writing

export const HIGH_PRINTER: Printer<High> = {
  constant: (constant) => printStatic(constant.value),
  type: () => "",
  aux: (op) => printAux(op.aux),
};

export function printStatic(value: StaticValue): string {
  switch (value.kind) {
    case "int":
      return `${value.value}`;
    case "float":
      return printFloat(value.value);
    case "bool":
      return value.value ? "True" : "False";
    case "none":
      return "None";
    case "str":
      return printString(value.value);
    case "tuple":
      return `(${value.items.map(printStatic).join(", ")}${value.items.length === 1 ? "," : ""})`;
    case "member":
      return `member ${value.enum.qualifiedName}.${value.enum.members[value.index]!.name}`;
    case "function":
      return `@${value.symbol.qualifiedName}`;
    case "class":
    case "enum":
      return `${value.kind} ${value.symbol.qualifiedName}`;
    case "module":
    case "builtin":
      return `${value.kind} ${value.symbol.name}`;
    case "type":
      return `type ${printType(value.type)}`;
    case "error":
      return "error";
    default:
      return unreachable(value);
  }
}

/** Always with a point, an exponent or a name, so that it is no int. */
export function printFloat(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = `${value}`;
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Bytes as printable ASCII. */
export function printString(text: string): string {
  const escaped = text.replaceAll(/["\\]|[^ -~]/g, (c) => {
    if (c === "\n") return "\\n";
    return c === '"' || c === "\\"
      ? `\\${c}`
      : `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `"${escaped}"`;
}

export function printType(type: TypeExpr): string {
  switch (type.kind) {
    case "named": {
      const path = typePath(type)
        .map((part) => part.text)
        .join(".");
      return type.args.length === 0 ? path : `${path}[${type.args.map(printType).join(", ")}]`;
    }
    case "union":
      return type.items.map(printType).join(" | ");
    case "fn":
      return `fn(${type.params.map(printType).join(", ")}) -> ${printType(type.result)}`;
    case "qualified":
      return type.type === null ? type.qualifier : `${type.qualifier} ${printType(type.type)}`;
    case "error-type":
      return "error";
  }
}

function printAux(aux: HighAux): [string, string][] {
  const entries: [string, string][] = [];
  if (aux.name !== undefined) entries.push(["name", aux.name]);
  if (aux.checked) entries.push(["checked", "True"]);
  if (aux.counter) entries.push(["counter", "True"]);
  if (aux.keywords !== undefined) entries.push(["keywords", `(${aux.keywords.join(", ")})`]);
  if (aux.star) entries.push(["star", "True"]);
  if (aux.count !== undefined) entries.push(["count", `${aux.count}`]);
  if (aux.conversion != null) entries.push(["conversion", aux.conversion]);
  if (aux.format != null) entries.push(["format", printString(aux.format)]);
  if (aux.global !== undefined) {
    entries.push(["global", `${aux.global.module.name}.${aux.global.name}`]);
  }
  if (aux.fn !== undefined) entries.push(["fn", aux.fn.qualifiedName]);
  if (aux.type !== undefined) entries.push(["type", printType(aux.type)]);
  return entries;
}

// ---------------------------------------------------------------- symbols by name

export interface SymbolTable {
  readonly functions: Map<string, FunctionSymbol>;
  readonly classes: Map<string, ClassSymbol>;
  readonly enums: Map<string, EnumSymbol>;
  readonly globals: Map<string, GlobalSymbol>;
  readonly modules: Map<string, ModuleSymbol>;
}

/** Every symbol of a program; nested functions are to be added as graphs are built. */
export function symbolTable(program: Pick<BoundProgram, "modules">): SymbolTable {
  const table: SymbolTable = {
    functions: new Map(),
    classes: new Map(),
    enums: new Map(),
    globals: new Map(),
    modules: new Map(),
  };
  for (const module of program.modules) {
    for (const fn of module.functions) table.functions.set(fn.qualifiedName, fn);
    for (const cls of module.classes) table.classes.set(cls.qualifiedName, cls);
    for (const symbol of module.scope.values()) {
      if (symbol.kind === "enum") table.enums.set(symbol.qualifiedName, symbol);
      else if (symbol.kind === "global")
        table.globals.set(`${symbol.module.name}.${symbol.name}`, symbol);
      else if (symbol.kind === "module") table.modules.set(symbol.name, symbol);
    }
    table.modules.set(module.name, module);
  }
  return table;
}

// ---------------------------------------------------------------- reading

const INT = /-?\d+(?![\d.e])/y;
const FLOAT = /-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|inf)|nan/y;
export const STRING = /"(?:[^"\\]|\\.)*"/y;
const QUALIFIED = /[\w.:<>#-]+/y;

export function highReader(symbols: SymbolTable): Reader<High> {
  return {
    constant: (scan) => ({ value: readStatic(scan, symbols), type: null }),
    type: () => null,
    aux: (_, entries) => readAux(entries, symbols),
  };
}

function readStatic(scan: Scanner, symbols: SymbolTable): StaticValue {
  const text = scan.match(STRING);
  if (text !== null) return { kind: "str", value: readString(text) };
  if (scan.accept("(")) return readTuple(scan, symbols);
  if (scan.accept("@"))
    return { kind: "function", symbol: lookUp(scan, symbols.functions, "function") };
  const integer = scan.match(INT);
  if (integer !== null) return { kind: "int", value: BigInt(integer) };
  const float = scan.match(FLOAT);
  if (float !== null) return { kind: "float", value: readFloat(float) };
  const word = scan.expect(/[A-Za-z]+/y, "a constant");
  switch (word) {
    case "True":
    case "False":
      return { kind: "bool", value: word === "True" };
    case "None":
      return { kind: "none" };
    case "error":
      return { kind: "error" };
    case "class":
      return { kind: "class", symbol: lookUp(scan, symbols.classes, "class") };
    case "enum":
      return { kind: "enum", symbol: lookUp(scan, symbols.enums, "enum") };
    case "module":
      return { kind: "module", symbol: lookUp(scan, symbols.modules, "module") };
    case "builtin":
      return { kind: "builtin", symbol: builtin(scan.expect(QUALIFIED, "a name")) };
    case "member":
      return readMember(scan, symbols);
    case "type":
      return { kind: "type", type: readType(scan) };
    default:
      return scan.fail("a constant");
  }
}

function readTuple(scan: Scanner, symbols: SymbolTable): StaticValue {
  const items: StaticValue[] = [];
  while (!scan.accept(")")) {
    items.push(readStatic(scan, symbols));
    if (!scan.accept(",")) {
      scan.need(")");
      break;
    }
  }
  return { kind: "tuple", items };
}

function lookUp<T>(scan: Scanner, table: ReadonlyMap<string, T>, what: string): T {
  const start = scan.at;
  const name = scan.expect(QUALIFIED, `the name of a ${what}`);
  const symbol = table.get(name);
  if (symbol !== undefined) return symbol;
  scan.at = start;
  return scan.fail(`a known ${what}`);
}

function readMember(scan: Scanner, symbols: SymbolTable): StaticValue {
  const name = scan.expect(QUALIFIED, "an enum member");
  const dot = name.lastIndexOf(".");
  const symbol = symbols.enums.get(name.slice(0, dot));
  const index = symbol?.members.findIndex((one) => one.name === name.slice(dot + 1)) ?? -1;
  if (symbol === undefined || index < 0) return scan.fail("a known enum member");
  return { kind: "member", enum: symbol, index };
}

export function readFloat(text: string): number {
  if (text === "nan") return NaN;
  if (text.endsWith("inf")) return text.startsWith("-") ? -Infinity : Infinity;
  return Number(text);
}

export function readString(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex, c) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return c === "n" ? "\n" : c;
  });
}

function readAux(entries: ReadonlyMap<string, string>, symbols: SymbolTable): HighAux {
  const aux: { -readonly [K in keyof HighAux]: HighAux[K] } = {};
  for (const [key, text] of entries) {
    const scan = new Scanner(text);
    switch (key) {
      case "name":
        aux.name = text;
        break;
      case "checked":
      case "counter":
      case "star":
        aux[key] = true;
        break;
      case "keywords":
        aux.keywords = text.slice(1, -1).split(", ");
        break;
      case "count":
        aux.count = Number(text);
        break;
      case "conversion":
        aux.conversion = text === "r" ? "r" : "s";
        break;
      case "format":
        aux.format = readString(text);
        break;
      case "global":
        aux.global = lookUp(scan, symbols.globals, "global");
        break;
      case "fn":
        aux.fn = lookUp(scan, symbols.functions, "function");
        break;
      case "type":
        aux.type = readType(scan);
        break;
      default:
        scan.fail(`something else than \`${key}\``);
    }
  }
  return aux;
}

const NOWHERE = span(wholeFile(sourceFile("<graph>", "")), 0, 0);

function readType(scan: Scanner): TypeExpr {
  const items = [readTypeItem(scan)];
  while (scan.accept("|")) items.push(readTypeItem(scan));
  return items.length === 1 ? items[0]! : { kind: "union", span: NOWHERE, items };
}

function readTypeItem(scan: Scanner): TypeExpr {
  if (scan.match(/fn(?=\()/y) !== null) {
    scan.need("(");
    const params = readTypes(scan, ")");
    scan.need("->");
    return { kind: "fn", span: NOWHERE, params, result: readType(scan) };
  }
  const qualifier = scan.match(/(?:final|stable|cache|virtualizable)\b/y);
  if (qualifier !== null) {
    const type = scan.match(/(?=[\w(])/y) === null ? null : readType(scan);
    return { kind: "qualified", span: NOWHERE, qualifier: qualifier as "final", type };
  }
  const words = scan.expect(/[A-Za-z_][\w.]*/y, "a type").split(".");
  if (words.length === 1 && words[0] === "error") return { kind: "error-type", span: NOWHERE };
  const path = words.map((text) => ({ text, span: NOWHERE }));
  const args = scan.accept("[") ? readTypes(scan, "]") : [];
  return { kind: "named", span: NOWHERE, name: path.at(-1)!, path, args };
}

function readTypes(scan: Scanner, close: string): TypeExpr[] {
  const types: TypeExpr[] = [];
  if (scan.accept(close)) return types;
  do types.push(readType(scan));
  while (scan.accept(","));
  scan.need(close);
  return types;
}
