/** Debugging in the evaluator: `wright debug-adapter` does it, this says how it is started and with what. */
import * as vscode from "vscode";
import { chooseLanguage, languageOf, workspaceFolder, wrightCommand } from "./wright.ts";

export function registerDebugger(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory("wright", {
      createDebugAdapterDescriptor() {
        const [command, ...args] = wrightCommand();
        return new vscode.DebugAdapterExecutable(command!, [...args, "debug-adapter"], {
          cwd: workspaceFolder(),
        });
      },
    }),
    vscode.debug.registerDebugConfigurationProvider("wright", {
      // Without a launch.json: the language of the open file, without arguments.
      async resolveDebugConfiguration(_folder, configuration) {
        if (configuration.type !== undefined) return configuration;
        if (vscode.window.activeTextEditor?.document.languageId !== "wright") return null;
        const program = await chooseLanguage();
        return { type: "wright", request: "launch", name: "Debug", program };
      },
    }),
    vscode.commands.registerCommand("wright.debug", async () => {
      const program = await chooseLanguage();
      if (program === undefined) return;
      const args = await vscode.window.showInputBox({
        prompt: "Arguments of the interpreter, as its own command line would have them",
        placeHolder: "program.t",
        ignoreFocusOut: true,
      });
      if (args === undefined) return;
      await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], {
        type: "wright",
        request: "launch",
        name: "Debug",
        program,
        args: args.split(/\s+/).filter((one) => one !== ""),
      });
    }),
  );
}

export function debugTest(file: string, name: string): Thenable<boolean> {
  return vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], {
    type: "wright",
    request: "launch",
    name: `Debug ${name}`,
    program: languageOf(file),
    test: { file, name },
  });
}
