/** The parameters of the call around a place. */
import type { SignatureHelp, SignatureHelpParams } from "vscode-languageserver";
import { named } from "../engine/pack-definitions.ts";
import type { Definition } from "../engine/data.ts";
import type { View } from "../workspace.ts";
import { chainBefore, meaningOf, membersOf } from "./chains.ts";
import type { Context } from "./feature.ts";

export async function signatureHelp(
  { workspace }: Context,
  { textDocument, position }: SignatureHelpParams,
): Promise<SignatureHelp | null> {
  const view = await workspace.view(textDocument.uri);
  if (view === null) return null;
  const text = view.document.getText();
  const call = callAround(text, view.document.offsetAt(position));
  if (call === null) return null;
  const called = callee(view, text, call.open);
  if (called?.signature == null) return null;
  const { params } = called;
  const label = `${called.name}(${params.join(", ")})`;
  const named =
    call.keyword === null ? -1 : params.findIndex((one) => nameOf(one) === call.keyword);
  const active = named >= 0 ? named : params.findIndex((_, i) => i === place(params, call.commas));
  return {
    signatures: [
      {
        label: `${label}${called.signature.slice(called.signature.lastIndexOf(")") + 1)}`,
        ...(called.doc === null
          ? {}
          : { documentation: { kind: "markdown", value: called.doc.trim() } }),
        parameters: params.map((one) => ({ label: one })),
      },
    ],
    activeSignature: 0,
    activeParameter: Math.max(0, active),
  };
}

/** The bare `*` is no parameter that an argument goes to. */
function place(params: readonly string[], commas: number): number {
  const star = params.indexOf("*");
  return star >= 0 && commas >= star ? star : Math.min(commas, params.length - 1);
}

function nameOf(parameter: string): string {
  return /^(?:const |\*)?(\w*)/.exec(parameter)![1]!;
}

/** A class is called as its `__init__`. */
function callee(view: View, text: string, open: number): Definition | null {
  const links = chainBefore(text, open);
  if (links === null) return null;
  const { definition } = meaningOf(view, links, view.mapping.back(open));
  if (definition === null) return null;
  if (definition.kind !== "class" && definition.kind !== "struct") return definition;
  const init = membersOf(view, [definition.id]).find((one) => one.name === "__init__");
  return init === undefined ? null : named(init, definition.name);
}

interface Call {
  readonly open: number;
  readonly commas: number;
  /** The name of the keyword argument that stands there. */
  readonly keyword: string | null;
}

/** The innermost open parenthesis before `offset` that is a call's. */
function callAround(text: string, offset: number): Call | null {
  let depth = 0;
  let commas = 0;
  for (let i = offset - 1; i >= 0 && offset - i < 5000; i--) {
    const c = text[i]!;
    if (c === ")" || c === "]" || c === "}") depth++;
    else if (c === "[" || c === "{") {
      if (depth-- === 0) return null;
    } else if (c === "(") {
      if (depth-- > 0) continue;
      if (!/[\w\])]$/.test(text.slice(0, i))) return null;
      if (/\bdef\s+\w+(?:\[[^\]]*\])?$/.test(text.slice(Math.max(0, i - 200), i))) return null;
      const last = text
        .slice(i + 1, offset)
        .split(",")
        .at(-1)!;
      return { open: i, commas, keyword: /^\s*(\w+)\s*=(?!=)/.exec(last)?.[1] ?? null };
    } else if (c === "," && depth === 0) commas++;
    else if (c === '"' || c === "'") {
      const start = text.lastIndexOf(c, i - 1);
      if (start < 0 || text.slice(start, i).includes("\n")) return null;
      i = start;
    }
  }
  return null;
}
