/** The formatter's laws, over every source of the repository, and its style, by example. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format as prettierFormat } from "prettier";
import { describe, expect, it } from "vitest";
import { layOut } from "../grammar/layout.ts";
import { parseModule } from "../grammar/parser.ts";
import { scan, tokenEnd } from "../grammar/scanner.ts";
import { T } from "../grammar/tokens.ts";
import { sourceFile } from "../syntax/source.ts";
import { applyEdits, minimalEdits, unifiedDiff } from "./edits.ts";
import { formatText } from "./format.ts";
import * as plugin from "./plugin.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const SOURCES = globSync("{dsl,examples,langs,cli,tests,bench,runtime}/**/*.wr", { cwd: ROOT })
  .filter((path) => parseModule(sourceFile(path, read(path))).diagnostics.length === 0)
  .sort();

function formatted(text: string): string {
  const result = formatText("test.wr", text);
  if (result.kind === "formatted") return result.text;
  throw new Error(
    result.kind === "unsafe"
      ? `${result.reason}:\n${result.text}`
      : `${result.diagnostics[0]!.message}:\n${text}`,
  );
}

function check(before: string, after: string): void {
  expect(formatted(before)).toBe(after);
  expect(formatted(after)).toBe(after);
}

const commentsOf = (text: string) =>
  scan(text).comments.map((one) => text.slice(one.start, one.end));

describe("laws", () => {
  it("every source of the repository keeps its meaning, and formatting it again changes nothing", () => {
    expect(SOURCES.length).toBeGreaterThan(100);
    for (const path of SOURCES) {
      const once = formatted(read(path));
      expect(formatted(once), path).toBe(once);
    }
  }, 60_000);

  it("prettier prints the same with the plugin", async () => {
    for (const path of ["examples/som/nodes.wr", "dsl/grammar/fixtures/everything.wr"]) {
      const text = read(path);
      const printed = await prettierFormat(text, { parser: "wright", plugins: [plugin] });
      expect(printed).toBe(formatted(text));
    }
  });

  it("a text with syntax errors is left alone, and prettier shows where", async () => {
    const broken = "def f(:\n    pass\n";
    expect(formatText("test.wr", broken).kind).toBe("broken");
    await expect(
      prettierFormat("x = (1 +\n", { parser: "wright", plugins: [plugin] }),
    ).rejects.toThrow(/> 1 \| x = /);
  });

  it("edits make the formatted text of the text, and are few", () => {
    for (const path of SOURCES.slice(0, 40)) {
      const text = read(path);
      const result = formatted(text);
      expect(applyEdits(text, minimalEdits(text, result)), path).toBe(result);
    }
    const edits = minimalEdits("a\nb\nc\nd\n", "a\nB\nc\nd\ne\n");
    expect(edits).toEqual([
      { start: 2, end: 3, text: "B" },
      { start: 8, end: 8, text: "e\n" },
    ]);
  });

  it("a unified diff", () => {
    expect(unifiedDiff("a\nb\nc\n", "a\nx\nc").join("\n")).toBe(
      "@@ -1,3 +1,3 @@\n a\n-b\n-c\n+x\n+c\n\\ No newline at end of file",
    );
  });
});

describe("the repository's own files", () => {
  // What people read first. More of them can be listed as they are formatted.
  it.each(
    SOURCES.filter((path) => /^(?:cli\/templates|examples\/(?:calc|brainfuck))\//.test(path)),
  )("%s is formatted", (path) => {
    expect(formatted(read(path))).toBe(read(path));
  });
});

describe("comments survive", () => {
  /** The text with a comment in one place after another. */
  function* withComments(text: string): Generator<string> {
    const { tokens } = scan(text);
    const inBrackets = bracketOffsets(text);
    const isString = (at: number) =>
      tokens.some((one) => one.startOffset < at && at < tokenEnd(one) && one.image.includes("\n"));
    let offset = 0;
    for (const line of text.split("\n")) {
      const end = offset + line.length;
      const wasContinued = text.slice(0, offset).endsWith("\\\n");
      if (!isString(end) && !line.includes("#") && !line.endsWith("\\")) {
        yield `${text.slice(0, end)}  # here${text.slice(end)}`;
      }
      if (!isString(offset) && !wasContinued) {
        for (let column = 0; column <= line.length - line.trimStart().length + 4; column += 4) {
          yield `${text.slice(0, offset)}${" ".repeat(column)}# here\n${text.slice(offset)}`;
        }
      }
      offset = end + 1;
    }
    for (const at of inBrackets) {
      yield `${text.slice(0, at)} # here\n${text.slice(at)}`;
      yield `${text.slice(0, at)}\n# here\n${text.slice(at)}`;
    }
  }

  /** Ends of the tokens after which a line may end because a bracket is open. */
  function bracketOffsets(text: string): number[] {
    const found: number[] = [];
    let depth = 0;
    let fStrings = 0;
    for (const token of layOut(text, scan(text).tokens).tokens) {
      if ([T.OpenParen, T.OpenBracket, T.OpenBrace].includes(token.tokenType)) depth++;
      if ([T.CloseParen, T.CloseBracket, T.CloseBrace].includes(token.tokenType)) depth--;
      if (token.tokenType === T.FStart) fStrings++;
      if (token.tokenType === T.FEnd) fStrings--;
      if (depth > 0 && fStrings === 0 && token.image !== "") found.push(tokenEnd(token));
    }
    return found;
  }

  const chunks = ["dsl/grammar/fixtures/everything.wr", "examples/som/errors.wr"].flatMap((path) =>
    parseModule(sourceFile(path, read(path))).chunks.map((one) => one.tree.chunk.text),
  );

  it("at every legal position", () => {
    let tried = 0;
    for (const chunk of chunks) {
      const own = commentsOf(chunk).length;
      for (const text of withComments(chunk)) {
        // Where a comment makes the text wrong, there is nothing to show.
        if (parseModule(sourceFile("test.wr", text)).diagnostics.length > 0) continue;
        if (commentsOf(text).length !== own + 1) continue;
        const once = formatted(text);
        expect(commentsOf(once).length, text).toBe(own + 1);
        expect(formatted(once), text).toBe(once);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(1500);
  }, 120_000);

  it("in all of these positions at once", () => {
    check(
      `# top
@inline # a
# b
@elidable
def f( # c
    a, # d
    # e
    b # f
    # g
): # h
    # i
    if a: # j
        pass
        # k
    # l
    else: # m
        # n
        pass
    # o
# p
x = [ # q
]
y = (a + # r
    b)
`,
      `# top
@inline  # a
# b
@elidable
def f(  # c
    a,  # d
    # e
    b,  # f
    # g
):  # h
    # i
    if a:  # j
        pass
        # k
    # l
    else:  # m
        # n
        pass
    # o


# p
x = [  # q
]
y = (
    a
    +  # r
    b
)
`,
    );
  });
});

describe("style", () => {
  it("spaces", () => {
    check(
      "x=a [ 1 ]+f( *c,b = 2 ) if not( y ) else - z**-2\n",
      "x = a[1] + f(*c, b=2) if not (y) else -z ** -2\n",
    );
    check(
      "def f[T:B](a:int=1,*,b=2,const n)->fn(int)->T:pass\n",
      "def f[T: B](a: int = 1, *, b=2, const n) -> fn(int) -> T: pass\n",
    );
    check("g = lambda a,b = 1:a[ i+1 : ]\n", "g = lambda a, b=1: a[i + 1:]\n");
    check("from .  import a\nfrom .. b import *\n", "from . import a\nfrom ..b import *\n");
    check("d = {a:b,**c}\n".replace(",**c", ""), "d = {a: b}\n");
    check("if a   not    in b:pass\n", "if a not in b: pass\n");
  });

  it("comments get a space, and two before them", () => {
    check("x = 1 #a\n#b\n", "x = 1  # a\n# b\n");
  });

  it("statements stand on lines of their own; small suites and enums may stay together", () => {
    check("a = 1; b = 2\n", "a = 1\nb = 2\n");
    check("if a: b(); c()\n", "if a: b(); c()\n");
    check("enum E:\n  A;B = 2\n  C\n", "enum E:\n    A; B = 2\n    C\n");
  });

  it("blank lines: two around definitions, one inside, none at the start of a block", () => {
    check(
      "import a\nx = 1\ndef f():\n\n    y = 1\n\n\n\n    z = 2\nw = 3\n",
      "import a\n\nx = 1\n\n\ndef f():\n    y = 1\n\n    z = 2\n\n\nw = 3\n",
    );
    check(
      "class A:\n    x: int\n    def f(self):\n        pass\n    def g(self): abstract\n    def h(self): abstract\n",
      "class A:\n    x: int\n\n    def f(self):\n        pass\n\n    def g(self): abstract\n    def h(self): abstract\n",
    );
  });

  it("what is too long breaks at its outermost bracket, then element by element", () => {
    const long = "argument_number_one, argument_number_two, argument_number_three";
    check(
      `result = some_function(${long}, 4)\n`.replace("4)", "argument_number_four)"),
      `result = some_function(\n    ${long}, argument_number_four\n)\n`,
    );
    check(
      `result = some_function(${long}, ${long})\n`,
      `result = some_function(\n${`${long}, ${long}`
        .split(", ")
        .map((one) => `    ${one},\n`)
        .join("")})\n`,
    );
  });

  it("a magic comma keeps a bracket broken", () => {
    check("f(a, b,)\n", "f(\n    a,\n    b,\n)\n");
    check("t = (a,)\nu = x[a,]\n", "t = (a,)\nu = x[a,]\n");
  });

  it("lists of names and numbers fill their lines, unless each has a line", () => {
    check("xs = [1, 2,\n  3,]\n", "xs = [\n    1, 2, 3,\n]\n");
    check("xs = [\n    1,\n    2,\n]\n", "xs = [\n    1,\n    2,\n]\n");
  });

  it("operations break before their loosest operators, in parentheses", () => {
    const a = "a_rather_long_name_of_something_or_other";
    check(
      `if ${a} < 10 and ${a} or ${a}:\n    pass\n`,
      `if (\n    ${a} < 10 and ${a}\n    or ${a}\n):\n    pass\n`,
    );
    check(`x = (\n    1 + 2\n)\n`, "x = 1 + 2\n");
  });

  it("strings of several lines stay as they are", () => {
    check('print(len("""two\n  lines"""),1)\n', 'print(len("""two\n  lines"""), 1)\n');
  });

  it("a suite that is too long moves below its header", () => {
    const call = `self.handle_the_thing(${"argument, ".repeat(6)}last)`;
    check(`match x:\n    case 1: x = ${call}\n`, `match x:\n    case 1:\n        x = ${call}\n`);
  });

  it("keeps what is between `fmt: off` and `fmt: on`, and lines that say `fmt: skip`", () => {
    check(
      "if a:\n  # fmt: off\n  m = [1,0,\n       0,1]\n  # fmt: on\n  n = [1,0]\nb  = 1 # fmt: skip\nc  = 1\n",
      "if a:\n    # fmt: off\n    m = [1,0,\n         0,1]\n    # fmt: on\n    n = [1, 0]\nb  = 1 # fmt: skip\nc = 1\n",
    );
  });

  it("keeps the line ends of the text, and gives it a last one", () => {
    check("x=1\r\ny=2", "x = 1\r\ny = 2\r\n");
    check("\n\n", "");
  });
});
