/** The debugger, over its protocol, as an editor uses it. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DebugClient } from "../tools/dap-client.ts";

const MACHINE = `SIZES = {"small": 1, "large": 100}


enum Color:
    RED
    GREEN


class Base:
    name: str

    def __init__(self, name: str):
        self.name = name


class Machine(Base):
    stack: list[int]
    color: Color
    next: Machine | None

    def __init__(self, name: str):
        self.name = name
        self.stack = []
        self.color = Color.GREEN
        self.next = None

    def push(self, number: int):
        self.stack.append(number)
        return len(self.stack)

    def pop(self) -> int:
        if len(self.stack) == 0:
            raise ValueError("the stack is empty")
        return self.stack.pop()
`;

const MAIN = `from machine import Machine, SIZES

LIMIT = 40 + 2
primes: list[int] = []
for n in [2, 3, 5]:
    primes.append(n * 1)


def squares(n: int):
    total = 0
    i = 0
    while i < n:
        square = i * i
        total += square
        i += 1
    return total


def fill(machine: Machine, words: list[str]):
    lengths: dict[str, int] = {}
    for word in words:
        size = len(word)
        lengths[word] = size
        machine.push(size)
    pair = (len(lengths), 1.5)
    return pair


def careful(machine: Machine) -> str:
    try:
        machine.pop()
        machine.pop()
        machine.pop()
    except ValueError as error:
        message = error.message
        return message
    return "all well"


def main(argv: list[str]) -> int:
    print(squares(4))
    machine = Machine("first")
    machine.next = Machine("second")
    pair = fill(machine, ["one", "three"])
    print(careful(machine))
    apply = lambda x: x + pair[0]
    flag = apply(3) > 4
    print(f"{flag}")
    return machine.pop()
`;

let folder: string;
let main: string;
let client: DebugClient;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "wright-debug-")));
  main = join(folder, "main.wr");
  writeFileSync(join(folder, "langwright.json"), '{ "name": "tiny", "entry": "main.wr" }\n');
  writeFileSync(join(folder, "machine.wr"), MACHINE);
  writeFileSync(main, MAIN);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The number of the line that holds a text. */
function lineOf(text: string, source = MAIN): number {
  return source.slice(0, source.indexOf(text)).split("\n").length;
}

async function debug(
  action: () => Promise<void>,
  launch: object = {},
  breakpoints: readonly object[] = [],
): Promise<void> {
  client = new DebugClient(folder);
  try {
    await client.launch({ program: folder, ...launch });
    if (breakpoints.length > 0) await client.breakpoints(main, breakpoints);
    await action();
  } finally {
    expect(await client.stop()).toBe(0);
  }
}

const run = () => client.ask("configurationDone");

describe("a module", () => {
  it("shows what its names hold", () =>
    debug(
      async () => {
        await run();
        await client.event("stopped");
        expect(await client.moduleTexts()).toEqual({
          LIMIT: "42: int",
          primes: "[2, 3, 5]: list[int]",
          n: "5: int",
        });
        expect(await client.evaluate('SIZES["large"] + LIMIT')).toBe("142");
        expect(await client.evaluate("n")).toBe("4");
        await client.step("stepOut");
        expect(await client.evaluate("primes[-1]")).toBe("5");
        await expect(client.evaluate("missing")).rejects.toThrow("`missing` holds nothing here");
      },
      {},
      [{ line: lineOf("total += square"), condition: "i == LIMIT - 39" }],
    ));

  it("runs before a breakpoint in it could stop it", () =>
    debug(async () => {
      const wanted = [{ line: lineOf("primes.append") }];
      const [refused] = (await client.breakpoints(main, wanted)).breakpoints;
      expect(refused).toMatchObject({
        verified: false,
        message: "a module's body runs while the program is built, before anything can stop it",
      });
      await run();
      await client.event("stopped");
      expect((await client.places())[0]).toContain("machine.wr");
    }));
});

describe("a program that is debugged", () => {
  it("runs to its end without a breakpoint", () =>
    debug(async () => {
      await client.ask("setExceptionBreakpoints", { filters: [] });
      await run();
      expect(await client.event("exited")).toEqual({ exitCode: 1 });
      await client.event("terminated");
      expect(client.output("stdout")).toBe("14\nthe stack is empty\nTrue\n");
      expect(client.output("stderr")).toContain("ValueError: the stack is empty");
    }));

  it("stops at a breakpoint, with its stack and its variables", () =>
    debug(
      async () => {
        await run();
        expect(await client.event("stopped")).toMatchObject({ reason: "breakpoint" });
        expect(await client.places()).toEqual([
          `main.wr:${lineOf("total += square")} in squares`,
          `main.wr:${lineOf("print(squares")} in main`,
        ]);
        expect(await client.localTexts()).toEqual({
          n: "4: int",
          total: "0: int",
          i: "0: int",
          square: "0: int",
        });
        await client.step("continue");
        await client.step("continue");
        expect(await client.localTexts()).toMatchObject({ total: "1: int", i: "2: int" });
      },
      {},
      [{ line: lineOf("total += square") }],
    ));

  it("shows objects by their classes, and their parts", () =>
    debug(
      async () => {
        await run();
        await client.event("stopped");
        const locals = await client.locals();
        const shown = Object.fromEntries(locals.map(({ name, value }) => [name, value]));
        expect(shown).toMatchObject({
          words: '["one", "three"]',
          lengths: '{"one": 3, "three": 5}',
          word: '"three"',
          size: "5",
          pair: "(2, 1.5)",
        });
        expect(shown["machine"]).toBe(
          'Machine(name="first", stack=[3, 5], color=Color.GREEN, next=Machine(name="second", stack=list[0], color=Colo…)',
        );
        const machine = locals.find(({ name }) => name === "machine")!;
        expect(machine.type).toBe("Machine");
        const fields = await client.variables(machine.variablesReference);
        expect(fields.map(({ name, value, type }) => `${name}: ${type} = ${value}`)).toEqual([
          'name: str = "first"',
          "stack: list[int] = [3, 5]",
          "color: Color = Color.GREEN",
          expect.stringMatching(/^next: Machine \| None = Machine\(/),
        ]);
        const items = await client.variables(fields[1]!.variablesReference);
        expect(items.map(({ name, value }) => `${name}: ${value}`)).toEqual(["0: 3", "1: 5"]);
        expect(fields[1]!.indexedVariables).toBe(2);
      },
      {},
      [{ line: lineOf("return pair") }],
    ));

  it("is stepped through: over, in, out", () =>
    debug(
      async () => {
        await run();
        await client.event("stopped");
        const main = (text: string) => `main.wr:${lineOf(text)}`;
        expect((await client.places())[0]).toBe(`${main("for word in words")} in fill`);
        expect(await client.step("next")).toBe(`${main("size = len")} in fill`);
        expect(await client.step("next")).toBe(`${main("lengths[word]")} in fill`);
        expect(await client.step("next")).toBe(`${main("machine.push")} in fill`);
        const push = lineOf("self.stack.append", MACHINE);
        expect(await client.step("stepIn")).toBe(`machine.wr:${push} in Machine.push`);
        // Into the library there is no way.
        expect(await client.step("stepIn")).toBe(`machine.wr:${push + 1} in Machine.push`);
        expect(await client.step("stepOut")).toBe(`${main("machine.push")} in fill`);
        expect(await client.step("stepOut")).toBe(`${main("pair = fill")} in main`);
        expect(await client.step("next")).toBe(`${main("print(careful")} in main`);
      },
      {},
      [{ line: lineOf("for word in words"), hitCondition: "== 1" }],
    ));

  it("stops at its first line when asked to", () =>
    debug(
      async () => {
        await run();
        expect(await client.event("stopped")).toMatchObject({ reason: "entry" });
        expect(await client.places()).toEqual([`main.wr:${lineOf("print(squares")} in main`]);
      },
      { stopOnEntry: true },
    ));

  it("of which a breakpoint has a condition, a count, a message", () =>
    debug(
      async () => {
        await run();
        await client.event("stopped");
        expect(await client.localTexts()).toMatchObject({ i: "2: int", square: "4: int" });
        await client.step("continue");
        expect(await client.localTexts()).toMatchObject({ word: '"three": str' });
        expect(client.output("console")).toBe("0 of 4\n1 of 4\n2 of 4\n3 of 4\n");
      },
      {},
      [
        { line: lineOf("total += square"), condition: "square > 1 and n == 4 and total < 2" },
        { line: lineOf("size = len"), hitCondition: "2" },
        { line: lineOf("square = i"), logMessage: "{i} of {n}" },
      ],
    ));

  it("says where a breakpoint cannot be, and moves it to the next code", () =>
    debug(async () => {
      const { breakpoints } = await client.breakpoints(main, [
        { line: lineOf("def fill") - 1 },
        { line: 1000 },
        { line: lineOf("i += 1"), condition: "i +" },
        { line: lineOf("i += 1"), condition: "nothing > 1" },
      ]);
      expect(breakpoints[0]).toMatchObject({ verified: true });
      expect(breakpoints[0]!.line).toBeGreaterThan(lineOf("def fill"));
      expect(breakpoints[1]).toMatchObject({ verified: false, message: "there is no code here" });
      expect(breakpoints[2]).toMatchObject({ verified: false });
      expect(breakpoints[3]).toMatchObject({ verified: true });
      await run();
      await client.event("stopped");
      expect(client.output("important")).toContain("`nothing` holds nothing here");
    }));

  it("answers what expressions are", () =>
    debug(
      async () => {
        await run();
        await client.event("stopped");
        const { evaluate } = { evaluate: (text: string) => client.evaluate(text) };
        expect(await evaluate("size * 2 + 1")).toBe("11");
        expect(await evaluate("machine.stack[-1] == size")).toBe("True");
        expect(await evaluate('lengths["three"]')).toBe("5");
        expect(await evaluate('"one" in lengths and not ("two" in lengths)')).toBe("True");
        expect(await evaluate("machine.next is None")).toBe("False");
        expect(await evaluate("machine.next.next is None")).toBe("True");
        expect(await evaluate("len(words)")).toBe("2");
        expect(await evaluate("pair[1] * 2")).toBe("3.0");
        expect(await evaluate("word[0]")).toBe("'t'");
        expect(await evaluate('word + "!"')).toBe('"three!"');
        expect(await evaluate("-7 // 2")).toBe("-4");
        expect(await evaluate("-7 % 2")).toBe("1");
        expect(await evaluate("1 < size <= 5")).toBe("True");
        expect(await evaluate("size if flag_less else 0").catch((e: Error) => e.message)).toBe(
          "`flag_less` holds nothing here",
        );
        await expect(evaluate("machine.pop()")).rejects.toThrow("only `len` can be called");
        await expect(evaluate("machine.missing")).rejects.toThrow("has no field `missing`");
        await expect(evaluate("words[9]")).rejects.toThrow("index 9 of 2 items");
        await expect(evaluate("1 +")).rejects.toThrow();
      },
      {},
      [{ line: lineOf("return pair") }],
    ));

  it("stops where an exception is raised, or only where nobody handles it", () =>
    debug(async () => {
      await client.ask("setExceptionBreakpoints", { filters: ["raised"] });
      await run();
      expect(await client.event("stopped")).toMatchObject({
        reason: "exception",
        text: "ValueError: the stack is empty",
      });
      const raise = lineOf("raise ValueError", MACHINE);
      expect((await client.places()).slice(0, 2)).toEqual([
        `machine.wr:${raise} in Machine.pop`,
        `main.wr:${lineOf("machine.pop()\n    except")} in careful`,
      ]);
      expect(await client.ask("exceptionInfo", { threadId: 1 })).toMatchObject({
        exceptionId: "ValueError",
        breakMode: "always",
      });
      await client.ask("setExceptionBreakpoints", { filters: ["uncaught"] });
      await client.ask("continue", { threadId: 1 });
      expect(await client.event("stopped")).toMatchObject({ reason: "exception" });
      // Its frames are shown as they were when it was raised.
      expect(await client.places()).toEqual([
        `machine.wr:${raise} in Machine.pop`,
        `main.wr:${lineOf("return machine.pop()")} in main`,
      ]);
      expect(await client.localTexts(1)).toMatchObject({ flag: "True: bool" });
      expect(await client.ask("exceptionInfo", { threadId: 1 })).toMatchObject({
        breakMode: "unhandled",
      });
      await client.ask("continue", { threadId: 1 });
      expect(await client.event("exited")).toEqual({ exitCode: 1 });
    }));

  it("is paused, told of new breakpoints, and ended while it runs", () => {
    const endless = join(folder, "endless.wr");
    const text = `def main(argv: list[str]) -> int:
    n = 0
    while n >= 0:
        n += 1
        if n == 1000:
            n = 0
    return 0
`;
    writeFileSync(endless, text);
    return debug(
      async () => {
        await run();
        await new Promise((resolve) => setTimeout(resolve, 200));
        await client.ask("pause", { threadId: 1 });
        expect(await client.event("stopped")).toMatchObject({ reason: "pause" });
        expect((await client.places())[0]).toMatch(/^endless\.wr:\d in main$/);
        await client.ask("continue", { threadId: 1 });
        await client.breakpoints(endless, [{ line: 6 }]);
        expect(await client.event("stopped")).toMatchObject({ reason: "breakpoint" });
        expect(await client.localTexts()).toMatchObject({ n: "1000: int" });
        await client.ask("continue", { threadId: 1 });
      },
      { program: endless },
    );
  });

  it("reads what it was given as its input", () => {
    const echo = join(folder, "echo.wr");
    writeFileSync(
      echo,
      "from wright.os import read_input\n\n\ndef main(argv: list[str]) -> int:\n    print(read_input() + argv[1])\n    return 7\n",
    );
    return debug(
      async () => {
        await run();
        expect(await client.event("exited")).toEqual({ exitCode: 7 });
        expect(client.output("stdout")).toBe("wörd!\n");
      },
      { program: echo, input: "wörd", args: ["!"] },
    );
  });

  it("may be a test", () => {
    const tests = join(folder, "main_test.wr");
    writeFileSync(
      tests,
      "from main import squares\n\n\ndef test_squares():\n    found = squares(3)\n    assert found == 5\n",
    );
    return debug(
      async () => {
        await client.breakpoints(tests, [{ line: 6 }]);
        await run();
        await client.event("stopped");
        expect(await client.places()).toEqual([
          "main_test.wr:6 in test_squares",
          "wright_test_runner.wr:6 in main",
        ]);
        expect(await client.localTexts()).toEqual({ found: "5: int" });
        await client.ask("continue", { threadId: 1 });
        expect(await client.event("exited")).toEqual({ exitCode: 0 });
      },
      { test: { file: tests, name: "test_squares" } },
    );
  });

  it("is refused when it has mistakes", async () => {
    const wrong = join(folder, "wrong.wr");
    writeFileSync(wrong, "def main(argv: list[str]) -> int:\n    return missing\n");
    client = new DebugClient(folder);
    await client.ask("initialize");
    await expect(client.ask("launch", { program: wrong })).rejects.toThrow("1 error");
    expect(client.output("stderr")).toContain("error[E0203]");
    await expect(client.ask("next")).rejects.toThrow("not stopped");
    await expect(client.ask("fly")).rejects.toThrow("does not know `fly`");
    expect(await client.stop()).toBe(0);
  });
});
