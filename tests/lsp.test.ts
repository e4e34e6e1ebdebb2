/** The language server, over stdio, as an editor uses it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type {
  CallHierarchyItem,
  CodeAction,
  CodeLens,
  CompletionItem,
  Diagnostic,
  DocumentHighlight,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InlayHint,
  Location,
  SelectionRange,
  SemanticTokens,
  SignatureHelp,
  SymbolInformation,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver-protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Client, writeFiles } from "../tools/lsp-client.ts";
import { ROOT } from "./support.ts";

const SHAPES = `"""Shapes."""
SIDES = 4


class Shape:
    """Something with an area."""
    name: str

    def __init__(self, name: str):
        self.name = name

    def area(self) -> int: abstract


class Square(Shape):
    side: final int

    def __init__(self, side: int):
        self.name = "square"
        self.side = side

    def area(self):
        return self.side * self.side


class Line(Shape):
    def area(self):
        return 0


def largest(shapes: list[Shape]):
    """The shape with the largest area, if there is one."""
    best: Shape | None = None
    for shape in shapes:
        if best is None or shape.area() > best.area():
            best = shape
    return best
`;

const MAIN = `from shapes import Line, Shape, Square, largest


def total(shapes):
    sum = 0
    for shape in shapes:
        sum += shape.area()
    return sum


def main(argv: list[str]) -> int:
    shapes: list[Shape] = [Square(3), Line("line")]
    winner = largest(shapes)
    size = total(shapes)
    print(size, total(shapes))
    if winner is not None:
        print(winner.name)
    return 0
`;

const FOLDER = mkdtempSync(join(tmpdir(), "wright-lsp-"));
const main = join(FOLDER, "main.wr");
const shapes = join(FOLDER, "shapes.wr");
let client: Client;

beforeAll(async () => {
  writeFiles(FOLDER, {
    "langwright.json": '{ "name": "shapes", "entry": "main.wr" }\n',
    "main.wr": MAIN,
    "shapes.wr": SHAPES,
  });
  client = new Client();
  await client.start();
  client.open(main, MAIN);
  client.open(shapes, SHAPES);
  await client.settled();
}, 60_000);

afterAll(async () => {
  expect(client.log).toEqual([]);
  expect(await client.stop()).toBe(0);
  rmSync(FOLDER, { recursive: true, force: true });
}, 30_000);

const places = (found: readonly Location[]) =>
  found
    .map(
      ({ uri, range }) =>
        `${uri.slice(uri.lastIndexOf("/") + 1)}:${range.start.line + 1}:${range.start.character + 1}`,
    )
    .sort();

/** Changes a document for a while. */
async function withText<Result>(
  path: string,
  text: string,
  action: () => Promise<Result>,
): Promise<Result> {
  const before = client.text(path);
  client.write(path, text);
  await client.settled();
  try {
    return await action();
  } finally {
    client.write(path, before);
    await client.settled();
  }
}

describe("what is known of a name", () => {
  it("hover shows the type, why, and the docstring", async () => {
    const value = async () => {
      const { contents } = await client.ask<Hover>("hover", main, "win^ner = ");
      return (contents as { value: string }).value;
    };
    expect(await value()).toContain("winner: Shape | None");
    // A busy machine leaves the chain out at first.
    await expect.poll(value, { timeout: 10_000 }).toContain("the result of this call");
    const fn = await client.ask<Hover>("hover", main, "= larg^est");
    const text = (fn.contents as { value: string }).value;
    expect(text).toContain("def largest(shapes: list[Shape]) -> Shape | None");
    expect(text).toContain("The shape with the largest area");
  });

  it("`wright/why` gives the chain with its places", async () => {
    const at = client.at(main, "win^ner = ");
    const found = await client.connection.sendRequest("wright/why", {
      textDocument: { uri: pathToFileURL(main).href },
      position: at,
    });
    expect(found).toMatchObject({ text: "winner", type: "Shape | None" });
    const { steps } = found as { steps: { message: string; location: Location }[] };
    expect(steps[0]!.message).toContain("the result of this call");
    expect(places([steps[0]!.location])[0]).toMatch(/^main\.wr:/);
    expect(steps.some(({ location }) => location.uri.endsWith("shapes.wr"))).toBe(true);
  });

  it("definition, type definition, implementation", async () => {
    expect(places(await client.ask("definition", main, "shape.ar^ea()"))).toEqual([
      "shapes.wr:12:9",
    ]);
    expect(places(await client.ask("definition", main, "print(winner.na^me"))).toEqual([
      "shapes.wr:7:5",
    ]);
    expect(places(await client.ask("typeDefinition", main, "win^ner = "))).toEqual([
      "shapes.wr:5:7",
    ]);
    expect(places(await client.ask("implementation", main, "shape.ar^ea()"))).toEqual([
      "shapes.wr:22:9",
      "shapes.wr:27:9",
    ]);
  });

  it("references across files, and highlights", async () => {
    const context = { includeDeclaration: true };
    expect(places(await client.ask("references", shapes, "class Squ^are", { context }))).toEqual([
      "main.wr:12:28",
      "main.wr:1:33",
      "shapes.wr:15:7",
    ]);
    const marks = await client.ask<DocumentHighlight[]>("documentHighlight", main, "sum^ = 0");
    expect(marks.map(({ range }) => range.start.line + 1)).toEqual([5, 7, 8]);
  });

  it("signature help", async () => {
    const help = await client.ask<SignatureHelp>("signatureHelp", main, "Square(^3)");
    expect(help.signatures[0]!.label).toContain("Square(side: int)");
    const second = await client.ask<SignatureHelp>("signatureHelp", main, "largest(^shapes)");
    expect(second.signatures[0]!.label).toBe("largest(shapes: list[Shape]) -> Shape | None");
  });
});

describe("completion", () => {
  const labels = (items: readonly CompletionItem[]) => items.map((one) => one.label);

  it("offers members of what stands before the dot, also in a text that is broken", async () => {
    const text = MAIN.replace("        print(winner.name)", "        winner.");
    await withText(main, text, async () => {
      const items = await client.ask<CompletionItem[]>("completion", main, "        winner.^");
      expect(labels(items).slice(0, 3)).toEqual(["name", "area"]);
      const resolved = await client.connection.sendRequest<CompletionItem>(
        "completionItem/resolve",
        items.find((one) => one.label === "area"),
      );
      expect(resolved.detail).toContain("def area(self) -> int");
    });
  });

  it("answers while the analysis is behind", async () => {
    const before = client.text(main);
    const at = before.indexOf("    return 0");
    client.edit(main, at, at, "    shapes[0].area()\n    largest(shapes).\n");
    const items = await client.ask<CompletionItem[]>("completion", main, "largest(shapes).^");
    expect(labels(items)).toContain("area");
    client.write(main, before);
    await client.settled();
  });

  it("offers what is visible, nearest first, and what a module has", async () => {
    const items = await client.ask<CompletionItem[]>("completion", main, "    return s^um");
    const [start, end] = [11, 12].map((character) => ({ line: 7, character }));
    expect(items[0]!.textEdit).toEqual({ range: { start, end }, newText: items[0]!.label });
    expect(labels(items).slice(0, 4)).toEqual(expect.arrayContaining(["sum", "shape", "shapes"]));
    expect(labels(items)).toEqual(expect.arrayContaining(["largest", "print", "list"]));
    const first = async (line: string) => {
      const text = MAIN.replace("        print(winner.name)", line.replace("^", ""));
      return withText(main, text, async () =>
        labels(await client.ask<CompletionItem[]>("completion", main, line)).slice(0, 3),
      );
    };
    expect(await first("        x: S^")).toEqual(expect.arrayContaining(["Shape", "Square"]));
    expect(await first("        x = winner i^")).toEqual(["and", "or", "not"]);
    expect(await first("def more(s^")).toEqual(["shapes", "argv"]);
    const names = await client.ask<CompletionItem[]>("completion", main, "import L^ine");
    expect(labels(names)).toEqual(expect.arrayContaining(["Shape", "Square", "largest", "SIDES"]));
  });
});

describe("renaming", () => {
  it("a method with its overrides, in every file", async () => {
    const edit = await client.ask<WorkspaceEdit>("rename", main, "shape.ar^ea()", {
      newName: "size",
    });
    const texts = client.applied(edit);
    expect(texts.get(shapes)).toBe(SHAPES.replaceAll(/\barea\b(?=\()/g, "size"));
    expect(texts.get(main)).toBe(MAIN.replace("shape.area()", "shape.size()"));
  });

  it("a local, and nothing else of that name", async () => {
    const edit = await client.ask<WorkspaceEdit>("rename", main, "    su^m = 0", {
      newName: "all",
    });
    expect(client.applied(edit).get(main)).toBe(
      MAIN.replace("sum = 0", "all = 0")
        .replace("sum +=", "all +=")
        .replace("return sum", "return all"),
    );
  });

  it("refuses the library, keywords and names that are taken", async () => {
    const rename = (marked: string, newName: string) =>
      client.ask("rename", main, marked, { newName });
    await expect(client.ask("prepareRename", main, "pri^nt(size")).rejects.toThrow(/library/);
    await expect(rename("def tot^al", "while")).rejects.toThrow(/keyword/);
    await expect(rename("def tot^al", "main")).rejects.toThrow(/already/);
    await expect(rename("def tot^al", "a b")).rejects.toThrow(/not a name/);
  });
});

describe("the shape of a text", () => {
  it("symbols", async () => {
    const symbols = await client.ask<DocumentSymbol[]>("documentSymbol", shapes);
    expect(symbols.map((one) => one.name)).toEqual(["SIDES", "Shape", "Square", "Line", "largest"]);
    expect(symbols[1]!.children!.map((one) => one.name)).toEqual(["name", "__init__", "area"]);
    const found = await client.connection.sendRequest<SymbolInformation[]>("workspace/symbol", {
      query: "lrgst",
    });
    expect(found.map((one) => one.name)).toEqual(["largest"]);
  });

  it("colours", async () => {
    const full = await client.ask<SemanticTokens>("semanticTokens/full", main);
    const range = { start: { line: 3, character: 0 }, end: { line: 8, character: 0 } };
    const part = await client.ask<SemanticTokens>("semanticTokens/range", main, null, { range });
    expect(full.data.length % 5).toBe(0);
    expect(full.data.length).toBeGreaterThan(part.data.length);
    expect(part.data.slice(0, 5)).toEqual([3, 4, 5, 6, 1]); // `total`: a function, its definition
  });

  it("folding and growing selections", async () => {
    const folds = await client.ask<FoldingRange[]>("foldingRange", shapes);
    expect(folds).toContainEqual({ startLine: 4, endLine: 11 });
    const [selection] = await client.ask<SelectionRange[]>("selectionRange", main, null, {
      positions: [client.at(main, "shape.ar^ea()")],
    });
    const texts: string[] = [];
    for (let at = selection; at !== undefined; at = at.parent) {
      const lines = client.text(main).split("\n");
      const { start, end } = at.range;
      if (start.line === end.line)
        texts.push(lines[start.line]!.slice(start.character, end.character));
    }
    expect(texts).toEqual(["area", "shape.area", "shape.area()", "sum += shape.area()"]);
  });

  it("hierarchies and lenses", async () => {
    const [item] = await client.ask<CallHierarchyItem[]>(
      "prepareCallHierarchy",
      main,
      "def tot^al",
    );
    const incoming = await client.connection.sendRequest<
      { from: CallHierarchyItem; fromRanges: unknown[] }[]
    >("callHierarchy/incomingCalls", { item });
    expect(incoming.map(({ from, fromRanges }) => [from.name, fromRanges.length])).toEqual([
      ["main", 2],
    ]);
    const [shape] = await client.ask<CallHierarchyItem[]>(
      "prepareTypeHierarchy",
      shapes,
      "class Sha^pe",
    );
    const below = await client.connection.sendRequest<CallHierarchyItem[]>(
      "typeHierarchy/subtypes",
      {
        item: shape,
      },
    );
    expect(below.map((one) => one.name)).toEqual(["Square", "Line"]);
    const lenses = await client.ask<CodeLens[]>("codeLens", main);
    expect(lenses.map((one) => one.command!.title)).toEqual(["2 callers"]);
  });
});

describe("inlay hints", () => {
  it("say what is not written, and write it", async () => {
    const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
    const hints = await client.ask<InlayHint[]>("inlayHint", main, null, { range });
    expect(hints.map((one) => one.label)).toEqual([
      ": list[Shape]",
      "-> int",
      ": Shape | None",
      ": int",
    ]);
    const text = client.withEdits(
      main,
      hints.flatMap((one) => one.textEdits ?? []),
    );
    expect(text).toContain("def total(shapes: list[Shape]) -> int:");
    expect(text).toContain("winner: Shape | None = largest(shapes)");
    await withText(main, text, async () => {
      expect(client.diagnostics.get(main)).toEqual([]);
      expect(await client.ask("inlayHint", main, null, { range })).toEqual([]);
    });
  });
});

describe("formatting", () => {
  it("of a document, a range and a new line", async () => {
    const text = MAIN.replace("sum = 0", "sum=0").replace(
      "size = total(shapes)",
      "size=total( shapes )",
    );
    await withText(main, text, async () => {
      const options = { tabSize: 4, insertSpaces: true };
      const all = await client.ask<TextEdit[]>("formatting", main, null, { options });
      expect(client.withEdits(main, all)).toBe(MAIN);
      expect(all.every(({ newText }) => newText.length < 20)).toBe(true);
      const range = { start: client.at(main, "sum^=0"), end: client.at(main, "sum=0^") };
      const part = await client.ask<TextEdit[]>("rangeFormatting", main, null, { options, range });
      expect(client.withEdits(main, part)).toBe(text.replace("sum=0", "sum = 0"));
      const typed = await client.ask<TextEdit[]>(
        "onTypeFormatting",
        main,
        "for shape in shapes:\n^",
        {
          ch: "\n",
          options,
        },
      );
      expect(typed).toEqual([]);
    });
  });
});

describe("diagnostics and fixes", () => {
  async function diagnosticsWith(
    path: string,
    text: string,
    action: (found: readonly Diagnostic[]) => Promise<void>,
  ) {
    await withText(path, text, () => action(client.diagnostics.get(path) ?? []));
  }

  async function fixes(path: string, diagnostic: Diagnostic): Promise<CodeAction[]> {
    return client.ask("codeAction", path, null, {
      range: diagnostic.range,
      context: { diagnostics: [diagnostic] },
    });
  }

  async function fixed(path: string, diagnostic: Diagnostic, title: RegExp): Promise<string> {
    const all = await fixes(path, diagnostic);
    const one = all.find((action) => title.test(action.title));
    if (one === undefined)
      throw new Error(`no ${title} among ${all.map((action) => action.title).join(", ")}`);
    return client.applied(one.edit!).get(path)!;
  }

  /** The fix makes the error go away. */
  async function repairs(path: string, text: string, code: string, title: RegExp): Promise<string> {
    let result = "";
    await diagnosticsWith(path, text, async (found) => {
      const diagnostic = found.find((one) => one.code === code);
      if (diagnostic === undefined) throw new Error(`no ${code} among ${JSON.stringify(found)}`);
      result = await fixed(path, diagnostic, title);
    });
    await diagnosticsWith(path, result, async (found) => {
      expect(found.filter((one) => one.code === code)).toEqual([]);
    });
    return result;
  }

  it("carry the code, its page, both origins and the chain", async () => {
    const text = MAIN.replace(
      "    return sum\n",
      '    if sum > 3:\n        return "x"\n    return sum\n',
    );
    await diagnosticsWith(main, text, async (found) => {
      const [first] = found;
      expect(first!.source).toBe("wright");
      expect(first!.codeDescription!.href).toBe(`wright-explain:/${String(first!.code)}.md`);
      expect(first!.relatedInformation!.length).toBeGreaterThanOrEqual(1);
      const page = await client.connection.sendRequest<{ text: string }>(
        "workspace/textDocumentContent",
        {
          uri: first!.codeDescription!.href,
        },
      );
      expect(page.text).toContain(String(first!.code));
    });
  });

  it("syntax errors come at once, and what is edited loses its error", async () => {
    const before = client.text(main);
    const published = new Promise<void>((resolve) => {
      client.onDiagnostics = (path) => path === main && resolve();
    });
    client.edit(main, 0, 0, "def (:\n");
    await published;
    client.onDiagnostics = () => {};
    expect(client.diagnostics.get(main)!.map((one) => one.code)).toContain("E0101");
    client.write(main, before);
    await client.settled();
    expect(client.diagnostics.get(main)).toEqual([]);
  });

  it("a misspelt name", async () => {
    expect(
      await repairs(
        main,
        MAIN.replace("print(winner.name)", "print(winner.nmae)"),
        "E0501",
        /name/,
      ),
    ).toBe(MAIN);
    expect(await repairs(main, MAIN.replace("print(size,", "print(sise,"), "E0203", /size/)).toBe(
      MAIN,
    );
  });

  it("a missing import, and an unused one", async () => {
    const without = MAIN.replace("from shapes import Line, Shape", "from shapes import Shape");
    const result = await repairs(main, without, "E0203", /from shapes import Line/);
    expect(result).toContain("from shapes import Shape, Square, largest, Line\n");
    const unused = MAIN.replace("import Line,", "import SIDES, Line,");
    expect(await repairs(main, unused, "W0901", /SIDES/)).toBe(MAIN);
  });

  it("a missing test for None", async () => {
    const text = MAIN.replace("    if winner is not None:\n        print", "    print");
    await diagnosticsWith(main, text, async (found) => {
      const diagnostic = found.find((one) => /None/.test(String(one.message)))!;
      expect(await fixed(main, diagnostic, /^Raise/)).toContain(
        '    if winner is None:\n        raise ValueError("winner is None")\n    print(winner.name)\n',
      );
    });
  });

  it("a method that a class lacks", async () => {
    const text = SHAPES.replace("    def area(self):\n        return 0\n", "    pass\n");
    await diagnosticsWith(shapes, text, async () => {
      const all = [...client.diagnostics].flatMap(([path, found]) =>
        found.map((one) => ({ path, one })),
      );
      const { path, one } = all.find(({ one: { message } }) => /area/.test(String(message)))!;
      const actions = await fixes(path, one);
      const action = actions.find(({ title }) => /Add `area` to Line/.test(title))!;
      const result = client.applied(action.edit!).get(shapes)!;
      expect(result).toContain(
        '    pass\n\n    def area(self) -> int:\n        raise NotImplementedError("area")\n',
      );
    });
  });

  it("a variable of two types becomes two", async () => {
    const text = MAIN.replace(
      "\n\ndef total",
      'limit = 1\nprint(limit)\nlimit = "x"\nprint(limit)\n\n\ndef total',
    );
    expect(await repairs(main, text, "E0301", /name of its own/)).toContain(
      'limit = 1\nprint(limit)\nlimit2 = "x"\nprint(limit2)\n',
    );
  });

  it("declares types, and makes fields final", async () => {
    const at = client.at(main, "def tot^al");
    const range = { start: at, end: at };
    const actions = await client.ask<CodeAction[]>("codeAction", main, null, {
      range,
      context: { diagnostics: [] },
    });
    const declare = actions.find((one) => one.title === "Declare the types of `total`")!;
    expect(client.applied(declare.edit!).get(main)).toContain(
      "def total(shapes: list[Shape]) -> int:",
    );
    const field = client.at(shapes, "    na^me: str");
    const more = await client.ask<CodeAction[]>("codeAction", shapes, null, {
      range: { start: field, end: field },
      context: { diagnostics: [] },
    });
    const final = more.find((one) => one.title === "Make `name` final")!;
    expect(client.applied(final.edit!).get(shapes)).toContain("    name: final str\n");
  });
});

describe("other clients", () => {
  it("that pull, but cannot be told to pull again, are pushed diagnostics", async () => {
    const other = new Client();
    await other.start({ textDocument: { diagnostic: {} } });
    other.open(main, "def main(argv: list[str]) -> int:\n    return missing\n");
    await other.settled();
    expect(other.diagnostics.get(main)!.map(({ code }) => code)).toEqual(["E0203"]);
    expect(await other.stop()).toBe(0);
  });

  it("that tell of every document get nothing for those that are not Wright", async () => {
    const other = new Client();
    await other.start();
    const uri = pathToFileURL(join(FOLDER, "notes.txt")).href;
    const textDocument = { uri, languageId: "plaintext", version: 1, text: "no Wright: (\n" };
    await other.connection.sendNotification("textDocument/didOpen", { textDocument });
    other.open(main, MAIN);
    await other.settled();
    expect([...other.diagnostics.keys()]).not.toContain(join(FOLDER, "notes.txt"));
    await other.connection.sendNotification("textDocument/didClose", { textDocument: { uri } });
    await other.settled();
    expect(other.log).toEqual([]);
    expect(await other.stop()).toBe(0);
  });
});

describe("the same as `wright check`", () => {
  const key = (path: string, line: number, column: number, code: string) =>
    `${path}:${line}:${column} ${code}`;

  function checked(entry: string): string[] {
    const { stdout } = spawnSync(
      process.execPath,
      [join(ROOT, "cli/main.ts"), "check", "--json", entry],
      {
        encoding: "utf8",
        cwd: ROOT,
      },
    );
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map(
        (line) => JSON.parse(line) as { path: string; line: number; column: number; code: string },
      )
      .map((one) => key(join(ROOT, one.path), one.line, one.column, one.code))
      .sort();
  }

  async function served(path: string): Promise<string[]> {
    const other = new Client();
    await other.start();
    other.open(path, readFileSync(path, "utf8"));
    await other.settled();
    const found = [...other.diagnostics].flatMap(([file, list]) =>
      list.map(({ range, code }) =>
        key(file, range.start.line + 1, range.start.character + 1, String(code)),
      ),
    );
    await other.stop();
    return found.sort();
  }

  it.each([
    "examples/som/main.wr",
    "examples/calc/calc_test.wr",
    "tests/errors/field-two-types.wr",
    "tests/errors/chain-through-calls.wr",
    "dsl/grammar/fixtures/tiny.wr",
  ])(
    "%s",
    async (path) => {
      expect(await served(join(ROOT, path))).toEqual(checked(path));
    },
    60_000,
  );
});
