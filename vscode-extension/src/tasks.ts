/**
 * Commands of `wright` as VS Code's tasks: each has a terminal, which stays when it is done, and Ctrl+Shift+B
 * offers to build. No problem matcher: the language server knows the problems already.
 */
import { basename } from "node:path";
import * as vscode from "vscode";
import { languagesOfWorkspace, workspaceFolder, wrightCommand } from "./wright.ts";

const TYPE = "wright";
const COMMANDS = ["check", "run", "test", "build"] as const;
type Command = (typeof COMMANDS)[number];

/** As a `tasks.json` has it. */
interface Definition extends vscode.TaskDefinition {
  readonly command: Command;
  /** The folder of a language, or a file. */
  readonly language: string;
  /** What follows it on the command line. */
  readonly args?: readonly string[];
}

export function registerTasks(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.tasks.registerTaskProvider(TYPE, {
      async provideTasks() {
        const languages = await languagesOfWorkspace();
        return languages.flatMap((language) =>
          COMMANDS.map((command) => taskOf({ type: TYPE, command, language })),
        );
      },
      resolveTask: ({ definition, scope }) => taskOf(definition as Definition, scope),
    }),
  );
}

/** Runs a command in a terminal that stays. */
export function runTask(command: Command, language: string): Thenable<vscode.TaskExecution> {
  return vscode.tasks.executeTask(taskOf({ type: TYPE, command, language }));
}

function taskOf(
  definition: Definition,
  scope: vscode.WorkspaceFolder | vscode.TaskScope = vscode.TaskScope.Workspace,
): vscode.Task {
  const { command, language, args = [] } = definition;
  const [wright, ...first] = wrightCommand();
  const execution = new vscode.ProcessExecution(wright!, [...first, command, language, ...args], {
    cwd: workspaceFolder(),
  });
  const name = `${command} ${basename(language)}`;
  const task = new vscode.Task(definition, scope, name, TYPE, execution, []);
  if (command === "build") task.group = vscode.TaskGroup.Build;
  if (command === "test") task.group = vscode.TaskGroup.Test;
  return task;
}
