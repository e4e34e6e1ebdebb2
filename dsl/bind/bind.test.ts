/** Modules, names and members: small programs, and what binding says about them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parseModule } from "../grammar/parser.ts";
import { sourceFile, startPosition } from "../syntax/source.ts";
import { bindProgram } from "./bind.ts";
import { nearest } from "./nearest.ts";
import { resolveTypeName } from "./resolve.ts";
import type { BoundProgram, ClassSymbol } from "./symbols.ts";

const LIBRARY = fileURLToPath(new URL("../lib", import.meta.url));

function bind(files: string | Readonly<Record<string, string>>): BoundProgram {
  const texts = typeof files === "string" ? { "main.wr": files } : files;
  const read = (path: string) => {
    const text = (texts as Record<string, string>)[path];
    if (text !== undefined) return sourceFile(path, text);
    const inLibrary = path.startsWith(LIBRARY) && existsSync(path);
    return inLibrary ? sourceFile(path, readFileSync(path, "utf8")) : null;
  };
  const list = (folder: string) =>
    folder.startsWith(LIBRARY)
      ? readdirSync(folder)
      : Object.keys(texts)
          .filter((path) => path.startsWith(folder))
          .map((path) => path.slice(folder.length).replace(/^\//, ""));
  return bindProgram(Object.keys(texts)[0]!, { read, libraryRoot: LIBRARY, list }, parseModule);
}

/** `E0203 2:12 message (help)`, one per diagnostic. */
function said(program: BoundProgram): string[] {
  return program.diagnostics.map(({ code, span, message, help }) => {
    const { line, column } = startPosition(span);
    return `${code} ${line}:${column} ${message}${help === null ? "" : ` (${help})`}`;
  });
}

function classNamed(program: BoundProgram, name: string): ClassSymbol {
  const symbol = program.entry.scope.get(name);
  if (symbol?.kind !== "class") throw new Error(`no class ${name}`);
  return symbol;
}

describe("modules", () => {
  test("are found by dotted names, relative names, and as members of packages", () => {
    const program = bind({
      "src/main.wr":
        "from objects.number import W_Int\nfrom objects import text as t\nimport objects.number\na = W_Int()\nb = t.size\nc = objects.number.W_Int\n",
      "src/objects/number.wr":
        "from .text import size\nfrom ..util import helper\nclass W_Int:\n    pass\nn = size\nh = helper\n",
      "src/objects/text.wr": "size = 3\n",
      "src/util.wr": "def helper():\n    return 1\n",
    });
    expect(said(program)).toEqual([]);
    const own = program.modules.filter((one) => !one.isLibrary).map((one) => one.name);
    expect(own).toEqual(["objects.text", "util", "objects.number", "main"]);
    expect(program.modules.at(-1)).toBe(program.entry);
    const builtins = program.modules.indexOf(program.builtins);
    expect(program.modules.slice(0, builtins).every((one) => one.isLibrary)).toBe(true);
  });

  test("that are missing are reported with where they were looked for", () => {
    const program = bind({
      "main.wr": "import objcts\nfrom wright.maths import sqrt\n",
      "objects.wr": "",
    });
    expect(said(program)).toEqual([
      "E0201 1:8 there is no module `objcts` (did you mean `objects`?)",
      "E0201 2:6 there is no module `wright.maths` (did you mean `math`?)",
    ]);
    expect(program.diagnostics[0]!.notes.map((one) => one.message)).toEqual([
      "looked for `objcts.wr`",
      "looked for `objcts/__init__.wr`",
    ]);
  });

  test("have the names they define and import, and no others", () => {
    const program = bind({
      "main.wr": "from a import one, two\nimport a\nx = one + a.three\n",
      "a.wr": "from b import one\nfour = one\n",
      "b.wr": "one = 1\n",
    });
    expect(said(program)).toEqual([
      "E0202 1:20 module `a` has no `two`",
      "E0202 3:13 module `a` has no `three`",
    ]);
  });

  test("may import one another; only a body that reads too early is wrong", () => {
    const program = bind({
      "main.wr": "import a\nclass Base:\n    pass\nlimit = 3\nstate = [limit]\nx = a.f\n",
      "a.wr":
        "from main import Base, limit, state\nclass Sub(Base):\n    bound = limit\ndef f():\n    return state\ny = state\n",
    });
    expect(said(program)).toEqual([
      "E0204 6:5 `state` has no value yet when the body of `a` reads it (read it in a function that runs later, or move it to a module that imports neither)",
    ]);
    expect(program.diagnostics[0]!.notes.map((one) => one.message)).toEqual([
      "it gets its value here",
      "`main` imports `a`",
      "`a` imports `main`",
    ]);
  });

  test("that are virtual have builtin symbols", () => {
    expect(
      said(bind("from wright.jit import promote, promte\ndef f(x):\n    return promote(x)\n")),
    ).toEqual(["E0202 1:33 module `wright.jit` has no `promte` (did you mean `promote`?)"]);
    expect(said(bind("from wright.intrinsics import ushr\n"))[0]).toContain("E0201 1:6");
    const raw = bind("raw module\nfrom wright.intrinsics import ushr\nx = ushr\n");
    expect(raw.entry.scope.get("ushr")).toEqual({ kind: "builtin", name: "intrinsic:ushr" });
  });
});

describe("names", () => {
  test("that nothing binds are reported in bodies, types and defaults, with the nearest known", () => {
    const text =
      "counter = 1\ndef f(x: Stirng, y=cuonter):\n    def g(k):\n        return [z + q for z in x if k]\n    return g\n";
    expect(said(bind(text))).toEqual([
      "E0203 2:20 there is no name `cuonter` (did you mean `counter`?)",
      "E0203 4:21 there is no name `q`",
      "E0203 2:10 there is no type `Stirng`",
    ]);
  });

  test("are defined once, and definitions are not assigned", () => {
    const text =
      "def f(a, a):\n    return a\nclass f:\n    x: int\n    x: int\n    def m(self): pass\n    def m(self): pass\nenum E:\n    A; A\nE = 1\n";
    expect(said(bind(text)).sort()).toEqual([
      "E0205 1:10 parameter `a` is defined twice",
      "E0205 3:7 `f` is defined twice",
      "E0205 5:5 `f.x` is defined twice",
      "E0205 7:9 `f.m` is defined twice",
      "E0205 9:8 `E.A` is defined twice",
      "E0208 10:1 `E` is an enum and cannot be assigned",
    ]);
  });

  test("that are imported are used", () => {
    expect(
      said(bind("from wright.math import sqrt, floor\nimport wright.os as _os\nx: floor = 1\n")),
    ).toEqual(["W0901 1:25 `sqrt` is imported and never used"]);
  });

  test("in types know type parameters, nearest first", () => {
    const program = bind(
      "T = 1\nclass A[T]:\n    x: T\n    def m[U](self, u: U) -> T:\n        return self.x\n",
    );
    expect(said(program)).toEqual([]);
    const cls = classNamed(program, "A");
    const path = (text: string) => [{ text, span: cls.span }];
    const method = cls.methods.get("m")!;
    expect(resolveTypeName(method, path("U"))?.kind).toBe("type-param");
    expect(resolveTypeName(method, path("T"))).toBe(resolveTypeName(cls, path("T")));
    expect(resolveTypeName(program.entry, path("T"))?.kind).toBe("global");
    expect(resolveTypeName(cls, path("list"))?.kind).toBe("class");
    expect(resolveTypeName(cls, path("V"))).toBeNull();
  });

  test.each([
    ["pritn", "print"],
    ["Print", "print"],
    ["x", null],
    ["completely_different", null],
  ])("the nearest to %s is %s", (written, expected) => {
    expect(nearest(written, ["print", "range", "yes"])).toBe(expected);
  });
});

describe("classes", () => {
  test("have the fields they declare or assign, mixins' included, and not their ancestors'", () => {
    const program = bind(
      "mixin Named:\n    label: str\n    def rename(self, to):\n        self.label = to\n        self.renamed = True\nclass A:\n    x: final int\n    kind = 1\n    def __init__(self, x):\n        self.x = x\n        self.y, (self.z, _) = x\n        self.count += 1\nclass B(A, Named):\n    kind = 2\n    def m(self):\n        self.y = 1\n        for self.i in range(3):\n            pass\n    def rename(self, to):\n        self.last = to\n    @staticmethod\n    def s(other):\n        other.no = 1\n",
    );
    expect(said(program)).toEqual([]);
    const [a, b] = [classNamed(program, "A"), classNamed(program, "B")];
    expect([...a.fields.keys()]).toEqual(["x", "y", "z"]);
    expect([...b.fields.keys()]).toEqual(["label", "i", "last"]);
    expect(a.fields.get("x")!.qualifier).toBe("final");
    expect(a.fields.get("x")!.owner).toBe(a);
    expect(b.base).toBe(a);
    expect(a.subclasses.map((one) => one.name)).toEqual(["B"]);
    expect(b.methods.get("rename")!.owner).toBe(b);
    expect(b.methods.get("rename")!.qualifiedName).toBe("main.B.rename");
    expect(b.methods.get("s")!.flavour).toBe("staticmethod");
  });

  test("get a mixin's methods as their own", () => {
    const program = bind(
      "mixin M:\n    def m(self):\n        self.f = 1\nclass A(M):\n    pass\nclass B(M):\n    pass\n",
    );
    const [a, b] = [classNamed(program, "A"), classNamed(program, "B")];
    expect(a.methods.get("m")).not.toBe(b.methods.get("m"));
    expect(a.methods.get("m")!.def).toBe(b.methods.get("m")!.def);
    expect(a.fields.get("f")!.owner).toBe(a);
    expect(program.entry.functions.map((one) => one.qualifiedName)).toEqual([
      "main.M.m",
      "main.A.m",
      "main.B.m",
    ]);
  });

  test("have one base, which is a class, and no cycle", () => {
    const text =
      "x = 1\nclass A(Bsae): pass\nclass Base: pass\nclass C(x): pass\nclass D(Base, A): pass\nclass E(F): pass\nclass F(E): pass\nmixin M(Base): pass\nmixin G[T]: pass\nclass H(G[int]): pass\n";
    const found = said(bind(text));
    expect(found.map((one) => one.slice(0, 9).trim())).toEqual([
      "E0506 2:9",
      "E0507 4:9",
      "E0507 5:1",
      "E0509 8:9",
      "E0509 10:",
      "E0508 6:7",
    ]);
    expect(found[0]).toContain("did you mean `Base`?");
  });

  test("use a name for one thing", () => {
    const text =
      "class A:\n    k = 1\n    def m(self):\n        self.k = 2\n        self.m = 3\nclass B(A):\n    m = 2\n";
    expect(said(bind(text))).toEqual([
      "E0510 4:14 `k` is a class attribute of `A`, not a field",
      "E0510 5:14 `m` is a method of `A`, not a field",
      "E0510 7:5 class attribute `m` of `B` hides a method of `A`",
    ]);
  });
});

describe("static constants", () => {
  test.each([
    ["4 * 1024 - 1", { kind: "int", value: 4095n }],
    ["-7 // 2", { kind: "int", value: -4n }],
    ["-7 % 3", { kind: "int", value: 2n }],
    ["1 << 63", { kind: "int", value: -(2n ** 63n) }],
    ["0xffffffffffffffff & 0xf0", { kind: "int", value: 0xf0n }],
    ["1 // 0", null],
    ['"a" + "b"', { kind: "str", value: "ab" }],
    [
      "(1, -2.5, None)",
      {
        kind: "tuple",
        items: [{ kind: "int", value: 1n }, { kind: "float", value: -2.5 }, { kind: "none" }],
      },
    ],
    ["E.B.value", { kind: "int", value: 5n }],
    ["K.size", { kind: "int", value: 6n }],
    ["once", { kind: "int", value: 1n }],
    ["twice", null],
    ["[1]", null],
    ["x", null],
  ])("%s", (written, expected) => {
    const text = `enum E:\n    A; B = 5; C\nclass K:\n    base = 3\n    size = base * 2\nonce = 1\ntwice = 1\ntwice = 2\nx = ${written}\n`;
    const symbol = bind(text).entry.scope.get("x");
    expect(symbol).toMatchObject({ kind: "global", staticValue: expected });
  });

  test("enum members count on from the last", () => {
    const symbol = bind("enum E:\n    A; B = -5; C\n    D = 'x'\n").entry.scope.get("E");
    const values = symbol?.kind === "enum" ? symbol.members.map((one) => one.value) : [];
    expect(values).toEqual([0n, -5n, -4n, 120n]);
  });
});
