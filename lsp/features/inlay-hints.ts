/** Types that are not written: a double click writes them. */
import { InlayHintKind, type InlayHint, type InlayHintParams } from "vscode-languageserver";
import type { TypeHint } from "../engine/data.ts";
import type { Context } from "./feature.ts";

/** Longer types are cut: the hover has all of it. */
const LONGEST = 40;

export async function inlayHints(
  { workspace }: Context,
  { textDocument, range }: InlayHintParams,
): Promise<InlayHint[]> {
  const view = await workspace.view(textDocument.uri);
  if (view === null) return [];
  const { document, mapping } = view;
  const start = document.offsetAt(range.start);
  const end = document.offsetAt(range.end);
  return view.module.hints.flatMap((hint): InlayHint[] => {
    const offset = mapping.forward(hint.offset);
    if (offset < start || offset > end || mapping.touched(hint.offset - 1, hint.offset)) return [];
    const position = document.positionAt(offset);
    const shown = hint.type.length > LONGEST ? `${hint.type.slice(0, LONGEST - 1)}…` : hint.type;
    return [
      {
        position,
        label: insertion(hint, shown),
        kind: InlayHintKind.Type,
        paddingLeft: hint.kind === "result",
        ...(shown === hint.type ? {} : { tooltip: hint.type }),
        ...(hint.insertable
          ? {
              textEdits: [
                {
                  range: { start: position, end: position },
                  newText: (hint.kind === "result" ? " " : "") + insertion(hint, hint.type),
                },
              ],
            }
          : {}),
      },
    ];
  });
}

export function insertion({ kind }: TypeHint, type: string): string {
  return kind === "result" ? `-> ${type}` : `: ${type}`;
}
