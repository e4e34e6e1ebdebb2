/**
 * The test explorer: files `…_test.wr` and their functions `test_…`. `wright test` runs them; what failed
 * is shown at the line of the test's file that its traceback names.
 *
 * The functions are found by their lines' looks: a definition at the margin, without parameters. Whether
 * one of them is a test, `wright test` says.
 */
import { relative, resolve } from "node:path";
import * as vscode from "vscode";
import { debugTest } from "./debug.ts";
import { languageOf, runWright, workspaceFolder } from "./wright.ts";

const FILES = "**/*_test.wr";
const SKIPPED = "**/{node_modules,out,dist}/**";

/** As `wright test --json` prints them. */
interface Result {
  readonly file: string;
  readonly test: string;
  readonly ok: boolean;
  readonly milliseconds: number;
  readonly output: string;
}

export function registerTests(context: vscode.ExtensionContext): vscode.TestController {
  const controller = vscode.tests.createTestController("wright", "Wright");
  const watcher = vscode.workspace.createFileSystemWatcher(FILES);
  const look = (uri: vscode.Uri) => void findIn(controller, uri);
  watcher.onDidCreate(look);
  watcher.onDidChange(look);
  watcher.onDidDelete((uri) => controller.items.delete(uri.toString()));
  controller.refreshHandler = () => findAll(controller);
  controller.createRunProfile(
    "Run",
    vscode.TestRunProfileKind.Run,
    (request, token) => run(controller, request, token),
    true,
  );
  controller.createRunProfile("Debug", vscode.TestRunProfileKind.Debug, (request) => {
    const [item] = wanted(controller, request).filter((one) => one.parent !== undefined);
    return item === undefined ? undefined : debugTest(item.uri!.fsPath, item.label).then(() => {});
  });
  context.subscriptions.push(controller, watcher);
  void findAll(controller);
  return controller;
}

async function findAll(controller: vscode.TestController): Promise<void> {
  const found = await vscode.workspace.findFiles(FILES, SKIPPED);
  await Promise.all(found.map((uri) => findIn(controller, uri)));
}

async function findIn(controller: vscode.TestController, uri: vscode.Uri): Promise<void> {
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const file = controller.createTestItem(uri.toString(), vscode.workspace.asRelativePath(uri), uri);
  text.split("\n").forEach((line, i) => {
    const name = /^def (test_\w+)\(\)/.exec(line)?.[1];
    if (name === undefined) return;
    const item = controller.createTestItem(`${uri}#${name}`, name, uri);
    item.range = new vscode.Range(i, 0, i, line.length);
    file.children.add(item);
  });
  if (file.children.size === 0) controller.items.delete(file.id);
  else controller.items.add(file);
}

/** Tests (not files) that a request is about. */
function wanted(
  controller: vscode.TestController,
  { include, exclude }: vscode.TestRunRequest,
): vscode.TestItem[] {
  const found: vscode.TestItem[] = [];
  const visit = (item: vscode.TestItem) => {
    if (exclude?.includes(item) === true) return;
    if (item.parent === undefined) item.children.forEach(visit);
    else found.push(item);
  };
  if (include === undefined) controller.items.forEach(visit);
  else include.forEach(visit);
  return found;
}

async function run(
  controller: vscode.TestController,
  request: vscode.TestRunRequest,
  token: vscode.CancellationToken,
): Promise<void> {
  await vscode.workspace.saveAll(false);
  const items = wanted(controller, request);
  const testRun = controller.createTestRun(request);
  for (const item of items) testRun.enqueued(item);
  const languages = new Set(items.map((item) => languageOf(item.uri!.fsPath)));
  for (const language of languages) {
    const own = items.filter((item) => languageOf(item.uri!.fsPath) === language);
    for (const item of own) testRun.started(item);
    // One test by its name; several by running all.
    const name = own.length === 1 ? [own[0]!.label] : [];
    const outcome = await runWright(["test", language, ...name, "--json"], token);
    report(testRun, own, outcome.stdout, outcome.stderr);
    if (token.isCancellationRequested) break;
  }
  testRun.end();
}

function report(
  testRun: vscode.TestRun,
  items: readonly vscode.TestItem[],
  stdout: string,
  stderr: string,
): void {
  const results = parsed(stdout);
  for (const item of items) {
    const path = item.uri!.fsPath;
    const result = results.find(
      (one) => one.test === item.label && resolve(workspaceFolder(), one.file) === path,
    );
    if (result === undefined) {
      // The file has mistakes, or there is no `wright`.
      testRun.errored(item, new vscode.TestMessage(stderr.trim() || "wright gave no result"));
      continue;
    }
    testRun.appendOutput(result.output.replaceAll("\n", "\r\n"), undefined, item);
    if (result.ok) testRun.passed(item, result.milliseconds);
    else testRun.failed(item, failure(item, result), result.milliseconds);
  }
}

function parsed(stdout: string): readonly Result[] {
  try {
    return JSON.parse(stdout) as readonly Result[];
  } catch {
    return [];
  }
}

/** The last line of a traceback is the exception; the innermost line in the test's file is the place. */
function failure(item: vscode.TestItem, { file, output }: Result): vscode.TestMessage {
  const lines = output.trimEnd().split("\n");
  const message = new vscode.TestMessage(lines.at(-1) ?? "failed");
  const own = relative(workspaceFolder(), item.uri!.fsPath);
  const places = lines.flatMap((line) => {
    const found = /^ {2}File "([^"]*)", line (\d+)/.exec(line);
    return found !== null && (found[1] === file || found[1] === own) ? [Number(found[2])] : [];
  });
  const line = places.at(-1);
  if (line !== undefined) {
    message.location = new vscode.Location(item.uri!, new vscode.Position(line - 1, 0));
  }
  return message;
}
