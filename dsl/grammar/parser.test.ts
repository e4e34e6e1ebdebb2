import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Statement } from "../syntax/ast.ts";
import { shapeOf } from "../syntax/compare.ts";
import { placeOf, sourceFile, textOf } from "../syntax/source.ts";
import { parseModule } from "./parser.ts";

function parse(text: string) {
  const { module, diagnostics } = parseModule(sourceFile("t.wr", text));
  expect(diagnostics.map((d) => `${placeOf(d.span)} ${d.message}`)).toEqual([]);
  return module;
}

/** The only statement of `text`, without spans. */
function shape(text: string): unknown {
  const body = parse(text).chunks.flatMap((chunk) => chunk.body);
  expect(body).toHaveLength(1);
  return JSON.parse(shapeOf(body[0]));
}

function only<K extends Statement["kind"]>(text: string, kind: K): Extract<Statement, { kind: K }> {
  const statement = parse(text).chunks[0]!.body[0]!;
  expect(statement.kind).toBe(kind);
  return statement as Extract<Statement, { kind: K }>;
}

const name = (text: string) => ({ kind: "name", text });
const named = (text: string, args: unknown[] = []) => ({
  kind: "named",
  name: { text },
  path: [],
  args,
});

test("the program of the language's first page", () => {
  const path = fileURLToPath(new URL("fixtures/tiny.wr", import.meta.url));
  const module = parse(readFileSync(path, "utf8"));
  const kinds = module.chunks.flatMap((chunk) => chunk.body.map((statement) => statement.kind));
  expect(kinds.join(" ")).toBe("from-import from-import enum class class class def assign def def");
});

describe("statements", () => {
  test.each<[string, unknown]>([
    ["a = b = c\n", { kind: "assign", targets: [name("a"), name("b")], value: name("c") }],
    [
      "a, b = b, a\n",
      {
        kind: "assign",
        targets: [{ kind: "tuple", items: [name("a"), name("b")] }],
        value: { kind: "tuple", items: [name("b"), name("a")] },
      },
    ],
    ["a //= b\n", { kind: "aug-assign", target: name("a"), op: "//", value: name("b") }],
    ["a: int\n", { kind: "ann-assign", target: name("a"), type: named("int"), value: null }],
    ["...\n", { kind: "pass" }],
    ["del a[b], c\n", { kind: "delete" }],
    ["assert a, 'b'\n", { kind: "assert", test: name("a"), message: { kind: "str", value: "b" } }],
    [
      "import a.b as c\n",
      { kind: "import", module: [{ text: "a" }, { text: "b" }], alias: { text: "c" } },
    ],
    [
      "from ...a import b as c, d\n",
      {
        kind: "from-import",
        level: 3,
        module: [{ text: "a" }],
        names: [
          { name: { text: "b" }, alias: { text: "c" } },
          { name: { text: "d" }, alias: null },
        ],
      },
    ],
    ["from . import *\n", { kind: "from-import", level: 1, module: [], names: null }],
    [
      "if a: b\nelif c: d\nelse: e\n",
      {
        kind: "if",
        test: name("a"),
        body: [{ value: name("b") }],
        orElse: [{ kind: "if", test: name("c"), orElse: [{ value: name("e") }] }],
      },
    ],
    [
      "unroll for a, b in c: pass\n",
      { kind: "for", unroll: true, target: { kind: "tuple" }, iterable: name("c") },
    ],
    [
      "try: a\nexcept (B, c.D) as e: f\nexcept G: h\nexcept: i\nelse: j\nfinally: k\n",
      {
        kind: "try",
        handlers: [
          { types: [name("B"), { kind: "attribute" }], name: { text: "e" } },
          { types: [name("G")], name: null },
          { types: [], name: null },
        ],
        orElse: [{ value: name("j") }],
        finallyBody: [{ value: name("k") }],
      },
    ],
    [
      "with a as b, c: pass\n",
      {
        kind: "with",
        items: [
          { context: name("a"), target: name("b") },
          { context: name("c"), target: null },
        ],
      },
    ],
    ["type A = dict[str, B] | None\n", { kind: "type-alias", type: { kind: "union" } }],
  ])("%j", (text, expected) => {
    expect(shape(text)).toMatchObject(expected as object);
  });

  test("semicolons", () => {
    const kinds = parse("a; pass; b = 1;\n").chunks[0]!.body.map((statement) => statement.kind);
    expect(kinds).toEqual(["expr", "pass", "assign"]);
  });
});

describe("expressions", () => {
  const value = (text: string) => (shape(`${text}\n`) as { value: unknown }).value;

  test.each<[string, unknown]>([
    ["x[a]", { kind: "index", object: name("x"), index: name("a") }],
    ["x[a, b]", { kind: "index", index: { kind: "tuple", items: [name("a"), name("b")] } }],
    ["x[:]", { kind: "slice", start: null, stop: null, step: null }],
    ["x[a:b:c]", { kind: "slice", start: name("a"), stop: name("b"), step: name("c") }],
    ["x[::c]", { kind: "slice", start: null, stop: null, step: name("c") }],
    [
      "f(a, *b, c=d)",
      {
        kind: "call",
        args: [
          { name: null, star: false, value: name("a") },
          { name: null, star: true, value: name("b") },
          { name: { text: "c" }, star: false, value: name("d") },
        ],
      },
    ],
    ["f(a for b in c)", { args: [{ value: { kind: "comprehension", form: "generator" } }] }],
    ["()", { kind: "tuple", items: [] }],
    ["(a,)", { kind: "tuple", items: [name("a")] }],
    ["(a)", name("a")],
    ["a,", { kind: "tuple", items: [name("a")] }],
    ["[*a, b]", { kind: "list", items: [{ kind: "star", value: name("a") }, name("b")] }],
    ["{}", { kind: "dict", entries: [] }],
    ["{a: b,}", { kind: "dict", entries: [{ key: name("a"), value: name("b") }] }],
    ["{a, b}", { kind: "set", items: [name("a"), name("b")] }],
    [
      "[a for b, c in d if e if f for g in h]",
      {
        form: "list",
        element: name("a"),
        clauses: [{ kind: "for" }, { kind: "if" }, { kind: "if" }, { kind: "for" }],
      },
    ],
    ["{a: b for c in d}", { form: "dict", element: name("a"), value: name("b") }],
    ["a if b else c", { kind: "conditional", test: name("b"), then: name("a"), orElse: name("c") }],
    [
      "lambda a, b=1: a",
      { kind: "lambda", params: [{ name: { text: "a" } }, {}], body: name("a") },
    ],
    ["(a := b)", { kind: "walrus", target: { text: "a" }, value: name("b") }],
    ["a is not b", { kind: "compare", rest: [{ op: "is not" }] }],
    ["not a", { kind: "unary", op: "not" }],
    [
      "fn(int) -> str",
      { kind: "type", type: { kind: "fn", params: [named("int")], result: named("str") } },
    ],
    ["fn(int)", { kind: "call", callee: name("fn") }],
    ["match(case, type)", { kind: "call", callee: name("match") }],
    ["None", { kind: "none" }],
  ])("%s", (text, expected) => {
    expect(value(text)).toMatchObject(expected as object);
  });

  test("a call's span starts where its callee's text starts", () => {
    const { value } = only("(a.b)(c)[d]\n", "expr");
    expect(textOf(value.span)).toBe("(a.b)(c)[d]");
    if (value.kind === "index") expect(textOf(value.object.span)).toBe("(a.b)(c)");
  });
});

describe("definitions", () => {
  test("functions", () => {
    const text =
      "@elidable\n@inside_if(p)\ndef f[T: Bound](a, const n, b: int = 3, *args, c=1) -> T:\n    'Doc é.'\n    return a\n";
    const f = only(text, "def");
    expect(textOf(f.headSpan)).toBe("def f[T: Bound](a, const n, b: int = 3, *args, c=1) -> T");
    expect(textOf(f.span)).toBe(text.trimEnd());
    expect(f.decorators.map((d) => [d.name, d.args?.length ?? null])).toEqual([
      ["elidable", null],
      ["inside_if", 1],
    ]);
    expect(f.params.map((p) => [p.name.text, p.isConst, p.star, p.keywordOnly])).toEqual([
      ["a", false, false, false],
      ["n", true, false, false],
      ["b", false, false, false],
      ["args", false, true, false],
      ["c", false, false, true],
    ]);
    expect(f).toMatchObject({ doc: "Doc é.", isGenerator: false, isExtern: false });
  });

  test("what follows a bare '*' is keyword-only", () => {
    const { params } = only("def f(a, *, b): pass\n", "def");
    expect(params.map((p) => p.keywordOnly)).toEqual([false, true]);
  });

  test("a 'yield' makes a generator of its own function only", () => {
    const f = only("def f():\n    def g():\n        yield 1\n    return g\n", "def");
    const g = f.body[0];
    expect([f.isGenerator, g?.kind === "def" && g.isGenerator]).toEqual([false, true]);
  });

  test("extern functions have no body", () => {
    expect(only("extern def f(x: ptr[u8]) -> int\n", "def")).toMatchObject({
      isExtern: true,
      body: [],
    });
  });

  test("classes, their fields and qualifiers", () => {
    const c = only(
      "class C[T](Base, objects.M[T]):\n    a: final array[u8]\n    b: cache int = 0\n    c: final\n    D = 1\n    def m(self): abstract\n",
      "class",
    );
    expect(c.flavour).toBe("class");
    expect(c.bases).toMatchObject([
      named("Base"),
      { name: { text: "M" }, path: [{ text: "objects" }], args: [named("T")] },
    ]);
    expect(c.body).toMatchObject([
      { kind: "ann-assign", type: { qualifier: "final", type: named("array", [named("u8")]) } },
      { kind: "ann-assign", type: { qualifier: "cache" }, value: { kind: "int" } },
      { kind: "ann-assign", type: { qualifier: "final", type: null } },
      { kind: "assign" },
      { kind: "def", body: [{ kind: "abstract" }] },
    ]);
  });

  test.each(["mixin", "struct"])("%s", (flavour) => {
    expect(only(`${flavour} X: pass\n`, "class").flavour).toBe(flavour);
  });

  test("enums", () => {
    const e = only(
      "enum Op:\n    'Doc.'\n    A; B = 3\n    C\n    def f(self):\n        return 1\n",
      "enum",
    );
    expect(e.members.map((m) => [m.name.text, m.value?.kind ?? null])).toEqual([
      ["A", null],
      ["B", "int"],
      ["C", null],
    ]);
    expect(e.methods.map((m) => m.name.text)).toEqual(["f"]);
    expect(e.doc).toBe("Doc.");
  });

  test("types", () => {
    const { type } = only("x: fn(A, (fn() -> B) | None) -> C | None\n", "ann-assign");
    expect(type).toMatchObject({
      kind: "fn",
      params: [named("A"), { kind: "union", items: [{ kind: "fn" }, named("None")] }],
      result: { kind: "union" },
    });
  });
});

describe("patterns", () => {
  test.each<[string, unknown]>([
    ["_", { kind: "wildcard" }],
    ["x", { kind: "capture", name: { text: "x" } }],
    ["-1", { kind: "literal", value: { kind: "int", value: "-1n" } }],
    ["'a' 'b'", { kind: "literal", value: { kind: "str", value: "ab" } }],
    ["Op.ADD", { kind: "value", value: { kind: "attribute" } }],
    ["1 | 2", { kind: "or", items: [{ kind: "literal" }, { kind: "literal" }] }],
    [
      "W_Pair(a, cdr=W_Nil()) as p",
      {
        kind: "as",
        name: { text: "p" },
        pattern: {
          kind: "class",
          positional: [{ kind: "capture" }],
          named: [{ name: { text: "cdr" }, pattern: { kind: "class" } }],
        },
      },
    ],
    ["a, _", { kind: "tuple", items: [{ kind: "capture" }, { kind: "wildcard" }] }],
    ["(a, _)", { kind: "tuple", items: [{ kind: "capture" }, { kind: "wildcard" }] }],
    ["(a)", { kind: "capture" }],
    ["()", { kind: "tuple", items: [] }],
  ])("%s", (pattern, expected) => {
    const match = shape(`match x:\n    case ${pattern} if g: pass\n`);
    expect(match).toMatchObject({
      kind: "match",
      cases: [{ pattern: expected, guard: name("g") }],
    });
  });
});

test("raw modules and module docstrings", () => {
  expect(parse("# note\nraw module\n'Doc.'\nx = 1\n")).toMatchObject({ raw: true, doc: "Doc." });
  expect(parse("x = 1\n")).toMatchObject({ raw: false, doc: null });
  expect(parse("")).toMatchObject({ raw: false, chunks: [] });
});

test("a place is right in every chunk", () => {
  const { module } = parseModule(sourceFile("t.wr", "a = 1\n\n\ndef f():\n    return xyz\n"));
  const f = module.chunks[1]!.body[0]!;
  const result = f.kind === "def" ? f.body[0]! : f;
  expect(placeOf(result.span)).toBe("t.wr:5:5");
});

test("a broken right-hand side keeps its target", () => {
  const { module } = parseModule(sourceFile("t.wr", "a = b c\nd: int = lambda 1\ne = (1 2)\n"));
  expect(JSON.parse(shapeOf(module.chunks.map((chunk) => chunk.body[0])))).toMatchObject([
    { kind: "assign", targets: [name("a")] },
    { kind: "ann-assign", target: name("d"), value: { kind: "error" } },
    { kind: "assign", targets: [name("e")], value: { kind: "int" } },
  ]);
});

test("completion sees the object before a dangling dot", () => {
  const { module } = parseModule(sourceFile("t.wr", "def f(frame):\n    frame.\n    return 1\n"));
  expect(JSON.parse(shapeOf(module.chunks[0]!.body[0]))).toMatchObject({
    body: [
      { value: { kind: "attribute", object: name("frame"), name: { text: "" } } },
      { kind: "return" },
    ],
  });
});
