/** `wright lsp`: the language server over stdio. It ends when the editor ends it. */
import { serve } from "../../lsp/node.ts";
import { libraryFolder } from "../install.ts";
import type { Invocation } from "../invocation.ts";

export function run(_call: Invocation): Promise<number> {
  serve(libraryFolder);
  // vscode-languageserver ends the process, on `exit` or when the editor has died.
  return new Promise(() => {});
}
