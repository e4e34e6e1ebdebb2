/** Above functions: how many places call them; those that nothing reaches say so. */
import type { CodeLens, CodeLensParams } from "vscode-languageserver";
import { rangeIn, relatives } from "../places.ts";
import type { Context } from "./feature.ts";

export async function codeLenses(
  { workspace }: Context,
  { textDocument }: CodeLensParams,
): Promise<CodeLens[]> {
  const view = await workspace.view(textDocument.uri);
  if (view === null) return [];
  const { definitions, modules } = view.program;
  const uses = new Map<number, number>();
  for (const module of modules) {
    for (const { definition, role } of module.occurrences) {
      if (role !== "call" && role !== "read") continue;
      uses.set(definition, (uses.get(definition) ?? 0) + 1);
    }
  }
  return definitions.flatMap((one): CodeLens[] => {
    if (one.path !== view.module.path || (one.kind !== "function" && one.kind !== "method"))
      return [];
    if (/^__\w+__$/.test(one.name) || one.name === "main") return [];
    const range = rangeIn(view, one.start, one.end);
    const callers = [...relatives(view, one)].reduce((sum, id) => sum + (uses.get(id) ?? 0), 0);
    const title = view.module.unreached.includes(one.id)
      ? callers === 0
        ? "no callers"
        : "not reached"
      : `${callers} caller${callers === 1 ? "" : "s"}`;
    return [
      {
        range,
        command: {
          title,
          command: "wright.showReferences",
          arguments: [textDocument.uri, range.start],
        },
      },
    ];
  });
}
