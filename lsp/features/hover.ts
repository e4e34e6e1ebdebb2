/** Hover: what a name is, its type, why it has that type, and its docstring. */
import type { Hover, HoverParams } from "vscode-languageserver";
import type { Definition, WhyData } from "../engine/data.ts";
import { occurrenceAt, offsetIn, rangeIn, typeAt } from "../places.ts";
import { uriOf } from "../uris.ts";
import type { View, Workspace } from "../workspace.ts";
import type { Context } from "./feature.ts";

/** The chain is left out if the engine is too busy to give it. */
const WHY_MILLISECONDS = 40;

export async function hover(
  { workspace }: Context,
  { textDocument, position }: HoverParams,
): Promise<Hover | null> {
  const view = await workspace.view(textDocument.uri);
  if (view === null) return null;
  const offset = offsetIn(view, position);
  const name = occurrenceAt(view, offset);
  const type = typeAt(view, offset);
  if (name === null && type === null) return null;
  const definition = name === null ? null : view.program.definitions[name.definition]!;
  // The type at a name's own place is sharper than that of its definition.
  const here = type !== null && (name === null || type.start >= name.start) ? type.type : null;
  const at = name ?? type!;
  const parts = [`\`\`\`wright\n${headline(definition, here, view, at)}\n\`\`\``];
  if (definition?.doc != null) parts.push(definition.doc.trim());
  if (definition !== null && view.module.unreached.includes(definition.id)) {
    parts.push("_Not reached from the entry: checked against its declarations alone._");
  }
  const why = workspace.isBusy
    ? null
    : await soon(
        workspace.engine.why(view.program.entry, view.module.path, Math.min(offset, at.end - 1)),
      );
  if (why !== null && why.notes.length > 0) parts.push(because(workspace, why));
  return {
    contents: { kind: "markdown", value: parts.join("\n\n") },
    range: rangeIn(view, at.start, at.end),
  };
}

function headline(
  definition: Definition | null,
  here: string | null,
  view: View,
  at: { readonly start: number; readonly end: number },
): string {
  if (definition === null) {
    const text = view.module.text.slice(at.start, at.end);
    return `${text.length > 60 || text.includes("\n") ? "…" : text}: ${here ?? "?"}`;
  }
  return describe(definition, view, here);
}

export function describe(definition: Definition, view: View, here: string | null = null): string {
  const container =
    definition.container === null ? null : view.program.definitions[definition.container]!;
  switch (definition.kind) {
    case "function":
      return definition.signature ?? `def ${definition.name}(…)`;
    case "method":
      return `(${container?.name ?? ""}) ${definition.signature ?? `def ${definition.name}(…)`}`;
    case "class":
    case "mixin":
    case "struct": {
      const base =
        definition.base === null ? "" : `(${view.program.definitions[definition.base]!.name})`;
      return `${definition.kind} ${definition.name}${base}`;
    }
    case "enum":
    case "module":
      return `${definition.kind} ${definition.name}`;
    case "member":
      return `${container?.name ?? ""}.${definition.name}`;
    case "alias":
      return `type ${definition.name}`;
    case "field":
    case "attribute":
      return `(${definition.kind} of ${container?.name ?? "?"}) ${definition.name}: ${here ?? definition.type ?? "?"}`;
    default: {
      const type = here ?? definition.type;
      return `(${definition.kind}) ${definition.name}${type === null ? "" : `: ${type}`}`;
    }
  }
}

function because(workspace: Workspace, why: WhyData): string {
  const lines = why.notes.map(({ message, place }) => {
    if (place === null) return `- ${message}`;
    const document = workspace.documentAt(place.path);
    const { line } = document.positionAt(place.start);
    const file = place.path.slice(place.path.lastIndexOf("/") + 1);
    return `- ${message} ([${file}:${line + 1}](${uriOf(place.path)}#L${line + 1}))`;
  });
  return `Why ${why.type}:\n${lines.join("\n")}`;
}

function soon<Result>(promise: Promise<Result>): Promise<Result | null> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), WHY_MILLISECONDS));
  return Promise.race([promise.catch(() => null), late]);
}
