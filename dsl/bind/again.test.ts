/** Binding again after an edit: the same as binding anew, and no more work than what was edited. */
import { expect, test } from "vitest";
import { parseModule, type ParsedModule } from "../grammar/parser.ts";
import { textOf, endOffset, sourceFile, startOffset, type SourceFile } from "../syntax/source.ts";
import { bindProgram } from "./bind.ts";
import { noteFrames } from "./frames.ts";
import type { BoundProgram, ClassSymbol, FunctionSymbol } from "./symbols.ts";

const MAIN = `import shapes
from shapes import LIMIT, Named


class Round(Named):
    corners = 0

    def __init__(self, radius: int):
        self.radius = radius

    def area(self) -> int:
        return 3 * self.radius * self.radius


def total(rounds: list[Round]) -> int:
    sum = 0
    for one in rounds:
        sum += one.area()
    return sum


def numbers():
    yield LIMIT


def main(argv: list[str]) -> int:
    return shapes.twice(total([]))
`;

const SHAPES = `LIMIT = 10


mixin Named:
    def name(self) -> str:
        return "thing"


def twice(n: int) -> int:
    return n + n


class Registers:
    items: inline array[int]

    def __init__(self, size: int):
        self.items = array(size, 0)
`;

/** A program in two files under a library with nothing in it. */
class Session {
  readonly #texts = new Map([
    ["main.wr", MAIN],
    ["shapes.wr", SHAPES],
    ["library/wright/builtins.wr", "class list[T]:\n    pass\n"],
  ]);
  readonly #files = new Map<string, SourceFile>();
  readonly #parsed = new Map<string, ParsedModule>();
  #bound: BoundProgram | null = null;

  bind(): BoundProgram {
    const read = (path: string) => this.#file(path);
    const parse = (file: SourceFile) => this.#parse(file);
    this.#bound = bindProgram("main.wr", { read, libraryRoot: "library" }, parse, this.#bound);
    noteFrames(this.#bound);
    return this.#bound;
  }

  edit(path: string, from: string, to: string): void {
    const text = this.#texts.get(path)!;
    expect(text).toContain(from);
    this.#texts.set(path, text.replace(from, to));
  }

  add(path: string, text: string): void {
    this.#texts.set(path, text);
  }

  /** What somebody finds who sees the program for the first time. */
  fresh(): BoundProgram {
    const session = new Session();
    for (const [path, text] of this.#texts) session.add(path, text);
    return session.bind();
  }

  #file(path: string): SourceFile | null {
    const text = this.#texts.get(path);
    if (text === undefined) return null;
    const known = this.#files.get(path);
    if (known?.text === text) return known;
    const file = sourceFile(path, text);
    this.#files.set(path, file);
    return file;
  }

  #parse(file: SourceFile): ParsedModule {
    const known = this.#parsed.get(file.path);
    if (known?.file === file) return known;
    const parsed = parseModule(file, known);
    this.#parsed.set(file.path, parsed);
    return parsed;
  }
}

function functionShown(fn: FunctionSymbol): unknown {
  const { qualifiedName, flavour, isAbstract, isGenerator, span, def, body } = fn;
  const text = def === null ? body.map((s) => textOf(s.span)) : textOf(def.span);
  return { qualifiedName, flavour, isAbstract, isGenerator, at: startOffset(span), text };
}

function classShown(cls: ClassSymbol): unknown {
  const { qualifiedName, fields, methods, attributes, base, subclasses, def, items } = cls;
  return {
    qualifiedName,
    text: textOf(def.span),
    at: startOffset(cls.span),
    base: base?.qualifiedName,
    subclasses: subclasses.map((one) => one.qualifiedName),
    fields: [...fields.values()].map((one) => [one.name, startOffset(one.span)]),
    methods: [...methods.values()].map(functionShown),
    attributes: [...attributes].map(([name, one]) => [name, startOffset(one.span)]),
    items: items === null ? null : functionShown(items.length),
  };
}

/** A program as values that compare: what its symbols say, and where. */
function shown({ modules, diagnostics }: BoundProgram): unknown {
  return {
    modules: modules.map((module) => ({
      name: module.name,
      scope: [...module.scope].map(([name, symbol]) => [name, symbol.kind, symbol.name]),
      imports: module.imports.map((one) => one.name),
      body: functionShown(module.body),
      functions: module.functions.map(functionShown),
      classes: module.classes.map(classShown),
    })),
    diagnostics: diagnostics.map(({ code, message, span }) => [
      code,
      message,
      span.chunk.file.path,
      startOffset(span),
      endOffset(span),
    ]),
  };
}

test.each([
  ["a function", "main.wr", "sum = 0", "sum = LIMIT"],
  ["a line more", "main.wr", "sum = 0", "sum = 0\n    more = 1"],
  ["a method", "main.wr", "return 3 *", "pi = 3\n        return pi *"],
  ["another module", "shapes.wr", "return n + n", "return 2 * n"],
  ["a store moves", "main.wr", "self.radius = radius", "twice = 2\n        self.radius = radius"],
  ["a missing name", "main.wr", "sum = 0", "sum = missing"],
  ["an import that nothing uses any more", "main.wr", "yield LIMIT", "yield 1"],
  ["a mistake in the syntax", "main.wr", "one.area()", "one.area("],
  ["a parameter of a nested function twice", "main.wr", "sum = 0", "sum = lambda a, a: a"],
])("%s: nothing else is bound again", (_what, path, from, to) => {
  const session = new Session();
  const { shape, modules } = session.bind();
  const symbols = modules.flatMap((one) => [...one.functions, ...one.classes]);
  for (const [what, by] of [
    [from, to],
    [to, from],
  ] as const) {
    session.edit(path, what, by);
    const again = session.bind();
    expect(again.shape).toBe(shape);
    expect(shown(again)).toEqual(shown(session.fresh()));
    const now = again.modules.flatMap((one) => [...one.functions, ...one.classes]);
    expect(now.length).toBe(symbols.length);
    expect(now.every((one, i) => one === symbols[i])).toBe(true);
  }
});

test.each([
  ["a header", "main.wr", "def area(self)", "def area(self, twice = 1)"],
  ["a field", "main.wr", "self.radius = radius", "self.diameter = 2 * radius"],
  ["a field that is a method", "main.wr", "self.radius = radius", "self.area = radius"],
  ["a class attribute", "main.wr", "corners = 0", "corners = 1"],
  ["a generator", "main.wr", "yield LIMIT", "return LIMIT"],
  ["a mixin's method", "shapes.wr", 'return "thing"', 'return "it"'],
  ["the number of items", "shapes.wr", "array(size, 0)", "array(size + 1, 0)"],
  ["a definition", "main.wr", "def numbers", "def more():\n    pass\n\n\ndef numbers"],
  ["a global", "shapes.wr", "LIMIT = 10", "LIMIT = 11"],
])("%s: all is bound again", (_what, path, from, to) => {
  const session = new Session();
  const { shape } = session.bind();
  session.edit(path, from, to);
  const anew = session.bind();
  expect(anew.shape).not.toBe(shape);
  expect(shown(anew)).toEqual(shown(session.fresh()));
  session.edit(path, to, from);
  expect(shown(session.bind())).toEqual(shown(session.fresh()));
});

test("a file appears where another was found before", () => {
  const session = new Session();
  session.edit("main.wr", "import shapes\n", "import shapes\nimport more\n");
  session.edit("main.wr", "sum = 0", "sum = more.NUMBER");
  session.add("more/__init__.wr", "NUMBER = 1\n");
  const { shape } = session.bind();
  session.edit("main.wr", "sum = more.NUMBER", "sum = 1 + more.NUMBER");
  expect(session.bind().shape).toBe(shape);
  session.add("more.wr", "OTHER = 1\n");
  const found = session.bind();
  expect(found.diagnostics.map((one) => one.code)).toEqual(["E0202"]);
  expect(shown(found)).toEqual(shown(session.fresh()));
});
