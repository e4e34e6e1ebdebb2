/**
 * Golden graphs: `tests/flow/*.flow` is a program, then the graphs of its functions and what was
 * wrong with it. `BLESS=1` rewrites everything after `; graphs`. Every graph also has to satisfy the
 * verifier and to survive printing and parsing.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bindProgram } from "../dsl/bind/bind.ts";
import type { BoundProgram, ClassSymbol, FunctionSymbol } from "../dsl/bind/symbols.ts";
import { build } from "../dsl/flow/build.ts";
import { dotGraph } from "../dsl/flow/dot.ts";
import { column, htmlPage } from "../dsl/flow/html.ts";
import type { HighGraph } from "../dsl/flow/ops.ts";
import { HIGH_PRINTER, parseHigh, printHigh, symbolTable } from "../dsl/flow/text.ts";
import { verifyHigh } from "../dsl/flow/verify.ts";
import { parseModule } from "../dsl/grammar/parser.ts";
import type { Diagnostic } from "../dsl/syntax/diagnostics.ts";
import { sourceFile, startPosition } from "../dsl/syntax/source.ts";
import { fixtures, LIBRARY, ROOT } from "./support.ts";

const FOLDER = join(ROOT, "tests/flow");
const GRAPHS = "; graphs\n";

function bind(text: string): BoundProgram {
  const read = (path: string) => {
    if (path === "main.wr") return sourceFile(path, text);
    return existsSync(path) ? sourceFile(path, readFileSync(path, "utf8")) : null;
  };
  return bindProgram("main.wr", { read, libraryRoot: LIBRARY }, parseModule);
}

interface Built {
  readonly graphs: HighGraph[];
  readonly diagnostics: Diagnostic[];
  readonly nested: FunctionSymbol[];
  readonly frames: ClassSymbol[];
}

function buildAll(program: BoundProgram, functions: readonly FunctionSymbol[]): Built {
  const built: Built = { graphs: [], diagnostics: [], nested: [], frames: [] };
  const add = (fn: FunctionSymbol) => {
    if (fn.isAbstract || fn.flavour === "extern") return;
    const { graph, diagnostics, nested, frames } = build(fn, { program });
    built.graphs.push(graph);
    built.diagnostics.push(...diagnostics);
    built.nested.push(...nested);
    built.frames.push(...frames);
    nested.forEach(add);
  };
  functions.forEach(add);
  return built;
}

function functionsOf(module: BoundProgram["entry"]): FunctionSymbol[] {
  return [module.body, ...module.functions];
}

function printed(program: BoundProgram, { graphs, diagnostics }: Built): string {
  const texts = graphs.filter((graph) => graph.entry.ops.length > 0 || graph.blocks.length > 1);
  const wrong = [...program.diagnostics, ...diagnostics].map(({ code, span, message }) => {
    const { line, column: at } = startPosition(span);
    return `; ${code} ${line - 1}:${at} ${message}\n`;
  });
  return [...texts.map(printHigh), wrong.join("")].filter((text) => text !== "").join("\n");
}

function expectWhole(program: BoundProgram, { graphs, nested, frames }: Built): void {
  const symbols = symbolTable(program);
  for (const fn of nested) symbols.functions.set(fn.qualifiedName, fn);
  for (const cls of frames) symbols.classes.set(cls.qualifiedName, cls);
  for (const graph of graphs) {
    expect(verifyHigh(graph), printHigh(graph)).toEqual([]);
    const text = printHigh(graph);
    expect(printHigh(parseHigh(text, symbols))).toBe(text);
    expect(dotGraph(graph, HIGH_PRINTER)).toContain(`b${graph.blocks.at(-1)!.id} [label=`);
  }
}

describe("graphs", () => {
  test.each(fixtures(FOLDER, ".flow"))("%s", (name) => {
    const path = join(FOLDER, `${name}.flow`);
    const whole = readFileSync(path, "utf8");
    const split = whole.indexOf(GRAPHS) + GRAPHS.length;
    // The first line is a comment of the test.
    const source = whole.slice(0, split - GRAPHS.length).replace(/^;/, "#");
    const program = bind(source);
    const built = buildAll(program, functionsOf(program.entry));
    expectWhole(program, built);
    const found = printed(program, built);
    if (process.env["BLESS"] === "1") writeFileSync(path, whole.slice(0, split) + found);
    else expect(found).toBe(whole.slice(split));
  });
});

describe("the library", () => {
  const modules = ["bigint", "dicts", "floats", "math", "os", "random", "sort", "strings"];
  const program = bind(modules.map((name) => `import wright.${name} as ${name}\n`).join(""));

  test("has whole graphs, which survive printing and parsing", () => {
    const functions = program.modules.flatMap(functionsOf);
    const built = buildAll(program, functions);
    expectWhole(program, built);
    expect(built.graphs.length).toBeGreaterThan(500);
    expect(built.diagnostics.map((one) => one.message)).toEqual([]);
  });
});

describe("the page", () => {
  test("shows each stage in a column of its own, and loads nothing", () => {
    const program = bind('def f(a):\n    return a < "<&>"\n');
    const { graphs } = buildAll(program, program.entry.functions);
    const page = htmlPage("main.f", [
      column("flow", graphs[0]!, HIGH_PRINTER),
      column("again", graphs[0]!, HIGH_PRINTER),
    ]);
    expect(page).toContain('<span data-v="1-0">a.0</span>');
    expect(page).toContain("&lt;&amp;&gt;");
    expect(page).not.toMatch(/https?:|src=/);
  });
});
