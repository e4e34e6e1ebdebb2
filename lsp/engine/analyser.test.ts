/** What the engine says, and when: before it has looked at the whole program again, and after. */
import { expect, test } from "vitest";
import { fileURLToPath } from "node:url";
import { diskHost } from "../disk.ts";
import { Analyser, type TextHost } from "./analyser.ts";
import type { ProgramData } from "./data.ts";
import { plainDefinition } from "./pack-definitions.ts";
import { pack, unpack } from "./pack.ts";

const LIBRARY = fileURLToPath(new URL("../../dsl/lib", import.meta.url));

const MAIN = `import shapes


LIMIT = 10


def area(side: int) -> int:
    return side * shapes.factor(side)


def main(argv: list[str]) -> int:
    wrong: str = area(LIMIT)
    return 0
`;

const SHAPES = `class Square:
    def __init__(self, side: int):
        self.side = side
        self.name = "square"

    def grow(self, by: int):
        self.side += by

    def shrink(self):
        self.grow(-1)


def factor(n: int) -> int:
    square = Square(n)
    square.shrink()
    return square.side
`;

/** A program in two files, and what the analyser said of it, answer by answer. */
class Session {
  readonly texts = new Map([
    ["/p/main.wr", MAIN],
    ["/p/shapes.wr", SHAPES],
  ]);
  readonly #disk = diskHost(LIBRARY);
  readonly analyser = new Analyser({
    ...this.#disk,
    read: (path) => this.texts.get(path) ?? this.#disk.read(path),
  } satisfies TextHost);

  edit(path: string, from: string, to: string): void {
    const before = this.texts.get(path)!;
    expect(before).toContain(from);
    this.texts.set(path, before.replace(from, to));
  }

  /** The answers to the texts as they are now; the last is the whole program's. */
  answers(): string[][] {
    const found: ProgramData[] = [];
    this.analyser.analyse("/p/main.wr", undefined, (one) => found.push(one));
    expect(this.analyser.faults).toEqual([]);
    return found.map((one) => one.diagnostics.map((d) => this.#shown(d)).sort());
  }

  #shown({ code, path, start, end }: ProgramData["diagnostics"][number]): string {
    return `${code} ${path.slice("/p/".length)} ${this.texts.get(path)!.slice(start, end)}`;
  }
}

const WRONG = "E0302 main.wr wrong";

function opened(): Session {
  const session = new Session();
  // At first, names; then all.
  expect(session.answers()).toEqual([[], [WRONG]]);
  session.analyser.rehearse("/p/main.wr");
  return session;
}

test("a mistake in a function is known before the whole program is looked at", () => {
  const session = opened();
  session.edit("/p/shapes.wr", "self.side += by", 'nothing: int = "x"\n        self.side += by');
  const both = ["E0302 shapes.wr nothing", WRONG].sort();
  expect(session.answers()).toEqual([both, both]);
  session.edit("/p/shapes.wr", 'nothing: int = "x"', "missing()");
  const name = ["E0203 shapes.wr missing", WRONG].sort();
  expect(session.answers()).toEqual([name, name]);
  session.edit("/p/shapes.wr", "missing()", "pass");
  expect(session.answers()).toEqual([[WRONG], [WRONG]]);
});

test("what stands below an edit has moved", () => {
  const session = opened();
  session.edit(
    "/p/main.wr",
    "return side *",
    "# a comment\n    twice = side + side\n    return twice *",
  );
  expect(session.answers()).toEqual([[WRONG], [WRONG]]);
});

test.each([
  ["a signature", "def grow(self, by: int)", "def grow(self, by: int, more: int)"],
  ["a field", "self.name =", "self.label = 1\n        self.name ="],
  ["a class", "def factor(n", "class Other:\n    pass\n\n\ndef factor(n"],
  ["a decorated function", "def factor(n", "@inline\ndef other():\n    pass\n\n\ndef factor(n"],
])("%s that changes is for the whole program", (_what, from, to) => {
  const session = opened();
  session.edit("/p/shapes.wr", from, to);
  expect(session.answers().length).toBe(1);
});

test("a function that comes or goes is known before the whole program is looked at", () => {
  const session = opened();
  const other = 'def other() -> int:\n    return "x"\n\n\n';
  session.edit("/p/shapes.wr", "def factor(n", `${other}def factor(n`);
  const both = ['E0302 shapes.wr "x"', WRONG].sort();
  expect(session.answers()).toEqual([both, both]);
  session.edit("/p/shapes.wr", 'return "x"', "return factor(missing)");
  const name = ["E0203 shapes.wr missing", WRONG].sort();
  expect(session.answers()).toEqual([name, name]);
  session.edit("/p/shapes.wr", other.replace('"x"', "factor(missing)"), "");
  expect(session.answers()).toEqual([[WRONG], [WRONG]]);
});

test("a function that comes after its use is what the use means", () => {
  const session = opened();
  session.edit("/p/shapes.wr", "self.side += by", "self.side += other()");
  const missing = ["E0203 shapes.wr other", WRONG].sort();
  expect(session.answers()).toEqual([missing, missing]);
  session.edit("/p/shapes.wr", "def factor(n", "def other():\n    return 1\n\n\ndef factor(n");
  expect(session.answers()).toEqual([[WRONG], [WRONG]]);
  session.edit("/p/shapes.wr", "def other():", "def another():");
  expect(session.answers()).toEqual([missing, missing]);
});

test("a name in a comment or a string around functions is no mention", () => {
  const session = opened();
  session.edit("/p/main.wr", "LIMIT = 10", 'LIMIT = 10  # not other\nTEXT = "other"');
  session.answers();
  session.edit("/p/main.wr", "def area(", "def other():\n    return 1\n\n\ndef area(");
  expect(session.answers()).toEqual([[WRONG], [WRONG]]);
  session.edit("/p/main.wr", 'TEXT = "other"', 'TEXT = f"{LIMIT}"');
  session.answers();
  session.edit("/p/main.wr", "def other():", "def LIMIT2():");
  expect(session.answers().length).toBe(2);
  session.edit("/p/main.wr", 'f"{LIMIT}"', 'f"{other}"');
  session.answers();
  session.edit("/p/main.wr", "def LIMIT2():", "def other():");
  expect(session.answers().length).toBe(1);
});

test("a function that a signature mentions is for the whole program", () => {
  const session = opened();
  const other = "def other():\n    return 1\n\n\n";
  session.edit("/p/shapes.wr", "def grow(self, by: int)", "def grow(self, by: int = other())");
  session.answers();
  session.edit("/p/shapes.wr", "def factor(n", `${other}def factor(n`);
  expect(session.answers().length).toBe(1);
});

test("where two types meet only the whole program tells", () => {
  const session = opened();
  session.edit("/p/shapes.wr", 'self.name = "square"', "self.name = 1");
  // The old text's string is still in the cell when the new text's number comes.
  expect(session.answers()).toEqual([[WRONG]]);
});

test("a constant that changes changes the functions that mention it", () => {
  const session = opened();
  session.edit("/p/main.wr", "LIMIT = 10", 'LIMIT = "x"');
  expect(session.answers()).toEqual([["E0302 main.wr LIMIT", WRONG].sort()]);
  session.edit("/p/main.wr", 'LIMIT = "x"', "LIMIT = 10");
  expect(session.answers()).toEqual([[WRONG]]);
});

test("a field that is declared otherwise changes the methods that set it", () => {
  const session = opened();
  session.edit("/p/shapes.wr", "class Square:\n", "class Square:\n    side: final int\n");
  session.answers();
  session.edit("/p/shapes.wr", "side: final int", "side: inline int");
  const fresh = new Session();
  for (const [path, text] of session.texts) fresh.texts.set(path, text);
  const known = (one: Session) => ({ ...one.analyser.analyse("/p/main.wr")!, milliseconds: 0 });
  expect(known(session)).toEqual(known(fresh));
});

test("a member of an enum that has no number for a value is a mistake and nothing else", () => {
  const session = opened();
  session.edit(
    "/p/main.wr",
    "LIMIT = 10",
    'enum Kind:\n    ONE = "one"\n    TWO = 2\n\n\nLIMIT = 10',
  );
  const program = session.analyser.analyse("/p/main.wr")!;
  expect(program.diagnostics.map(({ code }) => code)).toContain("E0601");
  const members = program.definitions.filter(({ kind }) => kind === "member");
  expect(members.map(({ name }) => name)).toContain("TWO");
  expect(members.map(({ name }) => name)).not.toContain("ONE");
});

test("a packed program says the same", () => {
  const session = opened();
  const program = session.analyser.analyse("/p/main.wr")!;
  const { modules, ...rest } = unpack(structuredClone(pack(program)));
  const definitions = unpack(structuredClone(pack(program))).definitions.map(plainDefinition);
  const plain = { ...rest, definitions };
  const { modules: expected, ...more } = program;
  expect(plain).toEqual(more);
  modules.forEach((module, i) => {
    expect([...module.occurrences]).toEqual(expected[i]!.occurrences);
    expect([...module.types]).toEqual(expected[i]!.types);
    expect(module.hints).toEqual(expected[i]!.hints);
    expect(module.scope).toEqual(expected[i]!.scope);
  });
});
