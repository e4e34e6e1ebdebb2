/** The playground in Chromium: Monaco, the language server in a worker, programs in others. */
import type { Server } from "node:http";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildModule, buildPage } from "../playground/build.ts";
import { serveFolder } from "../playground/serve.ts";
import { toFragment } from "../playground/src/share.ts";
import { eventually, launch, picture } from "./browser.ts";

let browser: Browser;
let server: Server;
let address: string;
let page: Page;
/** Uncaught exceptions of the page, which are to be none. */
const mistakes: string[] = [];

beforeAll(async () => {
  const folder = await buildPage();
  ({ server, address } = await serveFolder(folder, 0));
  browser = await launch();
  page = await browser.newPage({ viewport: { width: 1280, height: 760 } });
  page.on("pageerror", (error) => mistakes.push(String(error.stack ?? error)));
  await page.goto(address);
  await page.waitForSelector(".monaco-editor .view-line");
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** Monaco writes spaces that do not break. */
function plain(text: string): string {
  return text.replaceAll("\u00a0", " ");
}

async function editorText(): Promise<string> {
  return plain((await page.locator(".view-lines").first().innerText()).replaceAll("\u200c", ""));
}

function outputWith(text: string, seconds = 60): Promise<string> {
  return eventually(
    `${JSON.stringify(text)} in the output`,
    async () => {
      const shown = await page.locator("#output").innerText();
      return shown.includes(text) ? shown : null;
    },
    seconds,
  );
}

function state(pattern: RegExp): Promise<string> {
  return eventually(`the state ${pattern}`, async () => {
    const text = await page.locator("#state").innerText();
    return pattern.test(text) ? text : null;
  });
}

/** The program has been analysed. */
function hintsShown(): Promise<boolean> {
  const hint = page.locator(".view-lines [class*=dyn-rule]").first();
  return eventually("inlay hints", async () => ((await hint.count()) > 0 ? true : null), 60);
}

/** Visits a project, as it is. */
async function choose(project: string, file: string): Promise<void> {
  await page.goto(`${address}?language=${project}`);
  await page.waitForSelector(".monaco-editor .view-line");
  await hintsShown();
  await page.locator(`#files button[data-file="${file}"]`).click();
}

/** Stops the program that is running: nothing comes any more. */
async function stops(): Promise<void> {
  expect(await page.locator("#state").innerText()).toBe("running …");
  await page.locator("#stop").click();
  await state(/^stopped$/);
  const before = await page.locator("#output").innerText();
  await page.waitForTimeout(300);
  expect(await page.locator("#output").innerText()).toBe(before);
}

/** Puts the cursor behind a text, which stands in the file once. */
async function goBehind(text: string): Promise<void> {
  await page
    .locator(".monaco-editor textarea, .monaco-editor .native-edit-context")
    .first()
    .focus();
  await page.keyboard.press("Control+F");
  const find = page.locator(".find-widget.visible textarea").first();
  await find.waitFor();
  await find.fill(text);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowRight");
}

describe("the language server in a worker", () => {
  it("shows inferred types", async () => {
    await eventually("inlay hints", async () =>
      (await editorText()).includes("interpreter: Interpreter = Interpreter()") ? true : null,
    );
  });

  it("shows a mistake and its places, and no longer once it is mended", async () => {
    await goBehind("self.total = 0");
    await page.keyboard.type('\nself.total = "none"');
    await page.waitForSelector(".squiggly-error");
    const problem = page.locator("#problems button.error").first();
    await problem.waitFor();
    expect(await problem.innerText()).toContain("is declared int, but this is str");
    await picture(page, "playground-mistake");
    for (const _ of '"none"') await page.keyboard.press("Backspace");
    await page.keyboard.type("1");
    await eventually("no problem", async () =>
      (await page.locator("#problems button.error").count()) === 0 ? true : null,
    );
  });

  it("shows types in the hover", async () => {
    const line = page.locator(".view-line", { hasText: "Interpreter()" });
    const hover = page.locator(".monaco-hover-content", { hasText: /interpreter:\s*Interpreter/ });
    // Inlay hints that come move the text away below the mouse, which then rests on something else.
    await eventually("the hover", async () => {
      await page.mouse.move(0, 0);
      await line.getByText("interpreter", { exact: true }).hover();
      const shown = hover.first().waitFor({ timeout: 3000 });
      return await shown.then(
        () => true,
        () => null,
      );
    });
    await page.keyboard.press("Escape");
  });

  it("completes members", async () => {
    await choose("minimal", "main.wr");
    await goBehind("interpreter = Interpreter()");
    await page.keyboard.type("\ninterpreter.");
    const rows = page.locator(".suggest-widget.visible .monaco-list-row");
    // Typing fast may close the list; its key opens it again.
    await eventually("the method in the list", async () => {
      if ((await rows.filter({ hasText: "execute" }).count()) > 0) return true;
      await page.keyboard.press("Control+Space");
      await page.waitForTimeout(300);
      return null;
    });
  });
});

describe("the evaluator in a worker", () => {
  it("runs what the editor shows", async () => {
    await page.goto(address);
    await page.selectOption("#project", "stack-vm");
    await page.waitForURL("**/?language=stack-vm");
    await choose("minimal", "main.wr");
    await page.selectOption("#machine", "evaluator");
    await page.locator("#run").click();
    const output = await outputWith("hello");
    expect(await state(/exit code 0/)).toMatch(/^exit code 0, \d/);
    expect(output).toContain("42");
    await picture(page, "playground-run");
  });

  it("says what is wrong with a program", async () => {
    await page.fill("#args", "nowhere.txt");
    await page.locator("#run").click();
    await outputWith("nowhere.txt");
    await state(/exit code 1/);
    await page.fill("#args", "hello.txt");
  });

  it("shows output as it comes, and can be stopped", async () => {
    const text = `from wright.os import write_line

def main(argv: list[str]) -> int:
    rounds = 0
    while rounds >= 0:
        rounds += 1
        if rounds % 100000 == 0:
            write_line(str(rounds))
    return 0
`;
    const files = { "main.wr": text };
    const shared = { project: "minimal", files, open: "main.wr", args: "", input: "" };
    await page.goto("about:blank");
    await page.goto(address + (await toFragment(shared)));
    await page.waitForSelector(".monaco-editor .view-line");
    await page.locator("#run").click();
    await outputWith("200000");
    await stops();
  });
});

describe("a virtual machine in a worker", () => {
  it("runs a program of its language", async () => {
    buildModule("brainfuck");
    await choose("brainfuck", "hello.b");
    expect(await page.locator("#machine").inputValue()).toBe("wasm");
    await page.locator("#run").click();
    await outputWith("Hello");
    await state(/exit code 0/);
  });
});

interface Hosted {
  readonly language: string;
  readonly program: string;
  /** Of the program that the page has at first. */
  readonly output: string;
  /** A file of the language's Wright source, what to look for in it, and a line there with what is inferred. */
  readonly source: string;
  readonly place: string;
  readonly typed: string;
  /** Counts for ever and says so now and then; what it has said after a while. */
  readonly endless: string;
  readonly said: string;
}

const HOSTED: readonly Hosted[] = [
  {
    language: "som",
    program: "Tour.som",
    output: "1606938044258990275541962092341162602522202993782792835301376",
    source: "main.wr",
    place: "command = CommandLine(argv)",
    typed: "command: CommandLine = CommandLine(argv)",
    endless: `Tour = (
  run = (
    | n |
    n := 0.
    [true] whileTrue: [
      n := n + 1.
      n % 100000 = 0 ifTrue: [n println]]
  )
)
`,
    said: "300000",
  },
  {
    language: "scheme",
    program: "program.scm",
    output: "2 to the 200th: 1606938044258990275541962092341162602522202993782792835301376",
    source: "machine.wr",
    place: "frame.registers[1] = kept",
    typed: "frame: Frame = Frame(code, code.register_count, caller)",
    endless: `(import (scheme base) (scheme write))
(let loop ((n 1))
  (when (= (remainder n 100000) 0)
    (write n)
    (newline))
  (loop (+ n 1)))
`,
    said: "300000",
  },
];

describe.for(HOSTED)("$language's virtual machine", (hosted) => {
  const { language, program } = hosted;

  it("runs the page's program", { timeout: 400_000 }, async () => {
    buildModule(language);
    await page.goto(`${address}?language=${language}`);
    await page.waitForSelector(".monaco-editor .view-line");
    expect(await page.locator("#machine").inputValue()).toBe("wasm");
    await page.locator(`#files button[data-file="${program}"]`).click();
    await page.locator("#run").click();
    await outputWith(hosted.output);
    await state(/exit code 0/);
    await picture(page, `playground-${language}`);
  });

  it("is there to read, with types", async () => {
    await page.locator(`#files button[data-file="${hosted.source}"]`).click();
    await goBehind(hosted.place);
    await eventually(
      "the inferred type",
      async () => ((await editorText()).includes(hosted.typed) ? true : null),
      100,
    );
    await picture(page, `playground-${language}-source`);
  });

  it("runs what was shared, shows output as it comes, and can be stopped", async () => {
    const files = { [program]: hosted.endless };
    const args = language === "som" ? "Tour" : program;
    const shared = { project: language, files, open: program, args, input: "" };
    await page.goto("about:blank");
    await page.goto(address + (await toFragment(shared)));
    await page.waitForSelector(".monaco-editor .view-line");
    await eventually("what was shared", async () =>
      (await editorText()).includes("100000") ? true : null,
    );
    expect(await page.locator("#machine").inputValue()).toBe("wasm");
    await page.locator("#run").click();
    await outputWith(hosted.said);
    await stops();
  });

  it("says what is wrong with a program", async () => {
    await page.fill("#args", "nowhere");
    await page.locator("#run").click();
    await state(/exit code [1-9]/);
    expect(await outputWith("nowhere")).toContain("nowhere");
  });
});

describe("a link", () => {
  it("brings another page to the same state", async () => {
    await choose("calc", "tour.calc");
    await goBehind("print");
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText("\nprint 6 * 7 * 1000\n");
    await page.locator("#share").click();
    await eventually("the address", () => (page.url().includes("#p=") ? true : null));
    const other = await browser.newPage();
    await other.goto(page.url());
    await other.waitForSelector(".monaco-editor .view-line");
    expect(await other.locator("#project").inputValue()).toBe("calc");
    await other.selectOption("#machine", "evaluator");
    await other.locator("#run").click();
    await eventually("the output", async () =>
      (await other.locator("#output").innerText()).includes("42000") ? true : null,
    );
    await other.close();
  });

  it("that is damaged is refused", async () => {
    const other = await browser.newPage();
    await other.goto(`${address}#p=bm9uc2Vuc2U`);
    await eventually("the notice", async () =>
      (await other.locator("#notice").innerText()) === "That link cannot be read." ? true : null,
    );
    await other.close();
  });
});

it("made no mistakes on the way", () => {
  expect(mistakes).toEqual([]);
});
