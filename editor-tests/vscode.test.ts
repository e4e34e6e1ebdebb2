/**
 * VS Code on a language with a mistake: what is known, asked in the extension host, and what is shown,
 * looked at in the window. `broken.ts` runs this with faults in the server, and it must fail then.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, picture, ROOT } from "./browser.ts";
import { serverCommand } from "./server.ts";
import { Session } from "./vscode/session.ts";

let session: Session;

beforeAll(async () => {
  const project = join(ROOT, "editor-tests", "workspace");
  session = await Session.start({ project, file: "main.wr", command: serverCommand() });
});

afterAll(() => session?.close());

/** The diagnostics of a file, with where the related places are. */
function diagnostics(file: string) {
  return session.host((api, path) => {
    return api.languages.getDiagnostics(api.Uri.file(path)).map((one) => ({
      message: one.message,
      code: String(typeof one.code === "object" ? one.code.value : one.code),
      line: one.range.start.line,
      column: one.range.start.character,
      related: (one.relatedInformation ?? []).map(({ message, location }) => ({
        message,
        file: location.uri.path.split("/").at(-1),
        line: location.range.start.line,
      })),
    }));
  }, session.path(file));
}

function diagnosticsUntil(what: string, isRight: (count: number) => boolean) {
  return eventually(what, async () => {
    const found = await diagnostics("main.wr");
    return isRight(found.length) ? found : null;
  });
}

/** The document as the editor holds it. */
function textOf(file: string): Promise<string> {
  return session.host(
    async (api, path) => (await api.workspace.openTextDocument(path)).getText(),
    session.path(file),
  );
}

describe("a value that may be None", () => {
  it("is underlined and among the problems, with the places that it came from", async () => {
    const [problem, ...others] = await diagnosticsUntil("a diagnostic", (count) => count > 0);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: "E0309", line: 9, column: 8 });
    expect(problem!.message).toContain("may be None (it is Word | None)");
    expect(problem!.related).toEqual([
      { message: "Word | None: the result of this call", file: "main.wr", line: 8 },
      { message: "None: returned here", file: "machine.wr", line: 63 },
    ]);
    const { page } = session;
    await page.waitForSelector(".squiggly-error");
    await session.command("workbench.actions.view.problems");
    const rows = page.locator(".markers-panel .monaco-list-row");
    await eventually("rows of Problems", async () => ((await rows.count()) >= 4 ? true : null));
    const text = (await rows.allInnerTexts()).join("\n").replaceAll("\u00a0", " ");
    expect(text).toContain("its method `run` cannot be called");
    expect(text).toContain("E0309");
    expect(text).toContain("None: returned here");
    await picture(page, "problems");
  });

  it("is explained on the page of its code", async () => {
    const page = await session.host(async (api) =>
      (await api.workspace.openTextDocument(api.Uri.parse("wright-explain:/E0309.md"))).getText(),
    );
    expect(page).toContain("# E0309");
    expect(page).toContain("## Right");
  });
});

describe("types", () => {
  it("stand where nobody wrote them", async () => {
    const hints = await session.host(async (api, path) => {
      const range = new api.Range(0, 0, 100, 0);
      const found = await api.commands.executeCommand<import("vscode").InlayHint[]>(
        "vscode.executeInlayHintProvider",
        api.Uri.file(path),
        range,
      );
      return found.map(({ label, position }) => `${position.line}:${String(label)}`);
    }, session.path("main.wr"));
    expect(hints).toContain("4:-> int");
    expect(hints).toContain("8:: Word | None");
    const { page } = session;
    const shown = page.locator(".view-line", { hasText: "def evaluate" });
    await eventually("the hint in the window", async () => {
      const text = (await shown.first().innerText()).replaceAll("\u00a0", " ");
      return text.includes("-> int") ? true : null;
    });
  });

  it("are in the hover, with the reasons", async () => {
    const text = await session.host(async (api, path) => {
      const found = await api.commands.executeCommand<import("vscode").Hover[]>(
        "vscode.executeHoverProvider",
        api.Uri.file(path),
        new api.Position(8, 9),
      );
      return found
        .flatMap(({ contents }) => contents)
        .map((one) => (typeof one === "string" ? one : one.value))
        .join("\n");
    }, session.path("main.wr"));
    expect(text).toContain("(local) word: Word | None");
    expect(text).toContain("None: returned here");
    const { page } = session;
    await page
      .locator(".view-line", { hasText: /find\(/ })
      .getByText("word")
      .first()
      .hover();
    const hover = page.locator(".monaco-hover-content", { hasText: "Why Word | None" });
    await hover.first().waitFor();
    await picture(page, "hover");
    await page.keyboard.press("Escape");
  });

  it("choose what is completed", async () => {
    const { page } = session;
    // After `machine.` in a line of its own.
    const labels = await session.host(async (api, path) => {
      const document = await api.workspace.openTextDocument(path);
      const edit = new api.WorkspaceEdit();
      edit.insert(document.uri, new api.Position(10, 0), "        machine.\n");
      await api.workspace.applyEdit(edit);
      const editor = await api.window.showTextDocument(document);
      const at = new api.Position(10, 16);
      editor.selection = new api.Selection(at, at);
      const found = await api.commands.executeCommand<import("vscode").CompletionList>(
        "vscode.executeCompletionItemProvider",
        document.uri,
        at,
      );
      return found.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    }, session.path("main.wr"));
    expect(labels).toEqual(expect.arrayContaining(["pop", "push", "stack"]));
    expect(labels).not.toContain("run");
    await session.command("editor.action.triggerSuggest");
    const rows = page.locator(".suggest-widget.visible .monaco-list-row");
    await rows.filter({ hasText: "push" }).first().waitFor();
    await picture(page, "completion");
    await page.keyboard.press("Escape");
    await session.command("undo");
    expect(await textOf("main.wr")).not.toContain("machine.\n");
  });
});

describe("changes", () => {
  it("of a name reach the other files", async () => {
    const changed = await session.host(async (api, path) => {
      const edit = await api.commands.executeCommand<import("vscode").WorkspaceEdit>(
        "vscode.executeDocumentRenameProvider",
        api.Uri.file(path),
        new api.Position(8, 16),
        "look_up",
      );
      await api.workspace.applyEdit(edit);
      return edit
        .entries()
        .map(([uri, edits]) => [uri.path.split("/").at(-1), edits.length])
        .sort();
    }, session.path("main.wr"));
    expect(changed).toEqual([
      ["machine.wr", 1],
      ["main.wr", 2],
    ]);
    expect(await textOf("machine.wr")).toContain("def look_up(text):");
    expect(await textOf("main.wr")).toContain("word = look_up(text)");
  });

  it("of layout are the formatter's", async () => {
    const before = await textOf("main.wr");
    const text = await session.host(async (api, path) => {
      const document = await api.workspace.openTextDocument(path);
      const editor = await api.window.showTextDocument(document);
      const line = document.lineAt(10);
      await editor.edit((edit) => edit.replace(line.range, "    return   machine . pop( )"));
      await api.commands.executeCommand("editor.action.formatDocument");
      return document.getText();
    }, session.path("main.wr"));
    expect(text).toBe(before);
  });

  it("that cure a mistake are offered, and cure it", async () => {
    await diagnosticsUntil("the diagnostic", (count) => count === 1);
    const { page } = session;
    const titles = await session.host(async (api, path) => {
      const document = await api.workspace.openTextDocument(path);
      const editor = await api.window.showTextDocument(document);
      const [problem] = api.languages.getDiagnostics(document.uri);
      editor.selection = new api.Selection(problem!.range.start, problem!.range.start);
      const found = await api.commands.executeCommand<import("vscode").CodeAction[]>(
        "vscode.executeCodeActionProvider",
        document.uri,
        problem!.range,
        api.CodeActionKind.QuickFix.value,
      );
      return found.map(({ title }) => title);
    }, session.path("main.wr"));
    const title = titles.find((one) => one.startsWith("Raise"));
    expect(title).toBeDefined();
    const entry = page.locator(".action-widget .monaco-list-row", { hasText: title! });
    // The menu goes away when something else takes the focus meanwhile.
    await eventually("the menu", async () => {
      if (await entry.isVisible()) return true;
      await session.command("workbench.action.focusActiveEditorGroup");
      await session.command("editor.action.quickFix");
      await entry.waitFor({ timeout: 3000 }).catch(() => {});
      return null;
    });
    await picture(page, "quick-fix");
    await entry.click();
    await diagnosticsUntil("no diagnostic", (count) => count === 0);
    await eventually("no squiggle", async () =>
      (await page.locator(".squiggly-error").count()) === 0 ? true : null,
    );
    await session.command("workbench.action.files.saveAll");
    const saved = await eventually("the saved file", () => {
      const text = readFileSync(session.path("main.wr"), "utf8");
      return text.includes("is None") ? text : null;
    });
    expect(saved).toContain("        if word is None:\n            raise ValueError(");
  });
});

/** Puts the cursor into a file, at a text in it. */
function goTo(file: string, text: string): Promise<void> {
  return session.host(
    async (api, [path, wanted]) => {
      const document = await api.workspace.openTextDocument(path);
      const editor = await api.window.showTextDocument(document, api.ViewColumn.One);
      const at = document.positionAt(document.getText().indexOf(wanted));
      editor.selection = new api.Selection(at, at);
      editor.revealRange(editor.selection);
    },
    [session.path(file), text] as [string, string],
  );
}

function rowsOf(selector: string): Promise<string[]> {
  return session.page.locator(`${selector} .monaco-list-row`).allInnerTexts();
}

describe("views", () => {
  it("show the chain behind a type", async () => {
    await goTo("main.wr", "word = look_up");
    await session.command("wright.showChain");
    const rows = await eventually("the chain", async () => {
      const all = (await session.page.locator(".monaco-list-row").allInnerTexts()).join("\n");
      return all.includes("the result of this call") ? all : null;
    });
    expect(rows).toContain("word: Word");
    expect(rows).toContain("None: returned here");
    await picture(session.page, "chain");
  });

  it("draw the flow graph of a function", async () => {
    await goTo("main.wr", "word = look_up");
    await session.command("workbench.action.closePanel");
    await session.command("wright.showGraph");
    const { page } = session;
    const graph = await eventually("the drawing", async () => {
      for (const frame of page.frames()) {
        const count = await frame
          .locator("svg g[data-block]")
          .count()
          .catch(() => 0);
        if (count > 0) return { frame, count };
      }
      return null;
    });
    // Before the loop, its head, its body, the test for None on both sides, and what follows.
    expect(graph.count).toBeGreaterThanOrEqual(5);
    const text = await graph.frame
      .locator("svg")
      .innerText()
      .catch(() => "");
    const drawn = text === "" ? await graph.frame.locator("svg").textContent() : text;
    expect(drawn).toContain("word");
    expect(await graph.frame.locator("path[stroke-dasharray]").count()).toBe(1);
    await picture(page, "flow-graph");
    await session.command("workbench.action.closeActiveEditor");
  });
});

describe("tests", () => {
  it("are found, run, and their failures shown where they are", async () => {
    const { page } = session;
    await session.command("workbench.view.testing.focus");
    await goTo("main_test.wr", "def test_wrong");
    await eventually("the tests", async () =>
      (await rowsOf(".test-explorer")).length > 0 ? true : null,
    );
    await session.command("testing.runAll");
    const labels = await eventually(
      "results",
      async () => {
        const rows = page.locator(".test-explorer .monaco-list-row");
        const closed = page.locator(".test-explorer .monaco-tl-twistie.collapsed").first();
        if ((await closed.count()) > 0) await closed.click();
        const found = await rows.evaluateAll((all) =>
          all.map((one) => one.getAttribute("aria-label") ?? ""),
        );
        return found.some((one) => /test_wrong.*Failed/.test(one)) ? found : null;
      },
      60,
    );
    expect(labels.filter((one) => /test_(sum|product).*Passed/.test(one))).toHaveLength(2);
    const line = page.locator(".view-line", { hasText: /evaluate\("2\s2/ }).first();
    const messages = page.locator(".monaco-editor").getByText(/AssertionError:\stwo\sand\stwo/);
    await eventually("the failure beside the line", async () => {
      const at = await line.boundingBox();
      for (const message of await messages.all()) {
        const box = await message.boundingBox();
        if (at !== null && box !== null && Math.abs(at.y - box.y) < at.height) return true;
      }
      return null;
    });
    await picture(page, "tests");
  });
});

describe("the debugger", () => {
  it("stops at a breakpoint and shows variables", async () => {
    const { page } = session;
    await goTo("main.wr", "word.run(");
    const state = await session.host(async (api, path) => {
      const document = await api.workspace.openTextDocument(path);
      const line = document.positionAt(document.getText().indexOf("word.run(")).line;
      const place = new api.Location(document.uri, new api.Position(line, 0));
      api.debug.addBreakpoints([new api.SourceBreakpoint(place, true, 'word.name == "+"')]);
      await api.debug.startDebugging(api.workspace.workspaceFolders![0], {
        type: "wright",
        request: "launch",
        name: "Debug",
        program: api.workspace.workspaceFolders![0]!.uri.fsPath,
      });
      const end = Date.now() + 60_000;
      while (!(api.debug.activeStackItem instanceof api.DebugStackFrame)) {
        if (Date.now() > end) throw new Error("the program did not stop");
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const debugged = api.debug.activeDebugSession!;
      const { stackFrames } = await debugged.customRequest("stackTrace", { threadId: 1 });
      const frameId = stackFrames[0].id;
      const { scopes } = await debugged.customRequest("scopes", { frameId });
      const { variables } = await debugged.customRequest("variables", {
        variablesReference: scopes[0].variablesReference,
      });
      return {
        line,
        frames: stackFrames.map((one: { name: string; line: number }) => [one.name, one.line]),
        variables: Object.fromEntries(
          variables.map((one: { name: string; value: string }) => [one.name, one.value]),
        ) as Record<string, string>,
      };
    }, session.path("main.wr"));
    expect(state.frames[0]).toEqual(["evaluate", state.line + 1]);
    expect(state.frames[1][0]).toBe("main");
    expect(state.variables).toMatchObject({
      program: '"1 2 + 4 *"',
      text: '"+"',
      word: 'Add(name="+")',
      machine: "Machine(stack=[1, 2])",
    });
    await session.command("workbench.view.debug");
    const closed = page.locator(".debug-pane .monaco-tl-twistie.collapsed").first();
    const shown = await eventually("the variables", async () => {
      if (!(await rowsOf(".debug-pane")).join().includes("machine") && (await closed.count()) > 0) {
        await closed.click();
      }
      const all = (await rowsOf(".debug-pane")).join("\n").replaceAll("\u00a0", " ");
      return all.includes("machine") ? all : null;
    });
    expect(shown).toContain("Machine(stack=[1, 2])");
    await page.waitForSelector(".debug-top-stack-frame-line, .debug-top-stack-frame-column");
    await picture(page, "debugger");
    await session.command("workbench.action.debug.continue");
    await eventually("the end", async () => {
      const isOver = await session.host((api) => api.debug.activeDebugSession === undefined);
      return isOver ? true : null;
    });
  });
});
