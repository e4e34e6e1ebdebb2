/**
 * The first hour of somebody who has nothing but the packed extension: it is installed into an empty
 * VS Code, its walkthrough opened, and gone through, from an empty folder to a virtual machine that runs.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, picture, ROOT } from "./browser.ts";
import { serverCommand } from "./server.ts";
import { Session } from "./vscode/session.ts";

const PACKAGE = join(ROOT, "vscode-extension");
const TEMPORARY = mkdtempSync(join(tmpdir(), "wright-first-"));

let session: Session;

beforeAll(async () => {
  execFileSync("npm", ["run", "--silent", "package"], { cwd: PACKAGE, stdio: "pipe" });
  const project = join(TEMPORARY, "empty");
  mkdirSync(project);
  const vsix = join(PACKAGE, "out", "wright.vsix");
  session = await Session.start({ project, vsix, command: serverCommand() });
});

afterAll(async () => {
  await session?.close();
  rmSync(TEMPORARY, { recursive: true, force: true });
});

/** A step's button; a step shows it once it is the chosen one. */
async function press(step: string, button: string): Promise<void> {
  await session.command("workbench.action.openWalkthrough", "langwright.wright#first");
  const { page } = session;
  await page.locator(".getting-started-step h3", { hasText: step }).click();
  await page
    .locator(".getting-started-step.expanded")
    .getByRole("button", { name: button })
    .click();
}

/** Answers the box that asks for something. */
async function answer(question: RegExp, text: string): Promise<void> {
  const box = session.page.locator(".quick-input-widget", { hasText: question });
  const input = session.page.locator(".quick-input-widget input[type=text]");
  const placeholder = session.page.getByPlaceholder(question);
  await box.or(placeholder).first().waitFor();
  await input.fill(text);
  await session.page.keyboard.press("Enter");
}

async function makeTiny(): Promise<void> {
  await press("Start a language", "New Language");
  await answer(/Name of the language/, "tiny");
  await answer(/Template/, "minimal");
}

describe("the walkthrough", () => {
  it("makes a language, and opens it", async () => {
    const { page } = session;
    await session.command("workbench.action.openWalkthrough", "langwright.wright#first");
    await page
      .locator(".getting-started-category h2", { hasText: "Your first language" })
      .waitFor();
    await makeTiny();
    const opened = await eventually("its main.wr", () =>
      session.host((api) => api.window.activeTextEditor?.document.uri.fsPath ?? null),
    );
    expect(opened).toBe(session.path("tiny/main.wr"));
    expect(JSON.parse(readFileSync(session.path("tiny/langwright.json"), "utf8"))).toMatchObject({
      name: "tiny",
    });
  });

  it("shows types of a program without mistakes", async () => {
    const { page } = session;
    await session.command("revealLine", { lineNumber: 40, at: "center" });
    const line = page.locator(".view-line", { hasText: /=\sInterpreter\(\)/ });
    await eventually("a type in the window", async () => {
      const text = (await line.first().innerText()).replaceAll("\u00a0", " ");
      return text.includes("interpreter: Interpreter =") ? true : null;
    });
    const problems = await session.host((api) =>
      api.languages.getDiagnostics().flatMap(([, found]) => found.map(({ message }) => message)),
    );
    expect(problems).toEqual([]);
  });

  it("is told why a language cannot be made", async () => {
    await makeTiny();
    const notice = session.page.locator(".notifications-center", {
      hasText: "No language was made",
    });
    await eventually("the reason", async () => {
      await session.command("notifications.showList");
      return (await notice.isVisible()) ? true : null;
    });
    expect(await notice.innerText()).toContain("is there already, and not empty");
    await session.command("notifications.clearAll");
  });

  it("runs it in the evaluator", async () => {
    await session.host((api) => {
      const output: string[] = [];
      (globalThis as { output?: string[] }).output = output;
      api.debug.registerDebugAdapterTrackerFactory("wright", {
        createDebugAdapterTracker: () => ({
          onDidSendMessage: (message: { event?: string; body?: { output?: string } }) => {
            if (message.event === "output") output.push(message.body?.output ?? "");
            if (message.event === "terminated") output.push("(over)");
          },
        }),
      });
    });
    await press("Run and debug it", "Debug");
    await answer(/Arguments of the interpreter/, "tiny/hello.txt");
    const output = await eventually("its end", () =>
      session.host(() => {
        const { output } = globalThis as unknown as { output: string[] };
        return output.includes("(over)") ? output.join("") : null;
      }),
    );
    expect(output).toContain("hello\n42\n");
  });

  it("builds its machine", async () => {
    await session.host((api) => {
      api.tasks.onDidEndTaskProcess(({ exitCode }) => {
        (globalThis as { exitCode?: number | undefined }).exitCode = exitCode;
      });
    });
    await press("Build its machine", "Build");
    const exitCode = await eventually(
      "the end of the task",
      () => session.host(() => (globalThis as { exitCode?: number }).exitCode ?? null),
      100,
    );
    expect(exitCode).toBe(0);
    const machine = session.path("out/tiny");
    const ran = spawnSync(machine, [session.path("tiny/hello.txt")], { encoding: "utf8" });
    expect(ran).toMatchObject({ status: 0, stdout: "hello\n42\n", stderr: "" });
    // Without the terminal, which shows where this test lies.
    await session.command("workbench.action.closePanel");
    await picture(session.page, "walkthrough");
  });
});
