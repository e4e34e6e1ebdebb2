/**
 * Diagnostics: what the engine found, with the page of the code, and both origins and the chain as
 * related places. While an analysis runs, syntax errors are those of the text as it is; others stay
 * where they were, mapped, and go at once when what they point at is edited.
 */
import {
  DiagnosticSeverity,
  DiagnosticTag,
  type Diagnostic,
  type DiagnosticRelatedInformation,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { isUnreadable } from "../../dsl/syntax/echoes.ts";
import { diagnosticData } from "../engine/analyser.ts";
import type { DiagnosticData, ProgramData } from "../engine/data.ts";
import { mappingBetween } from "../engine/mapping.ts";
import { pathOf, uriOf } from "../uris.ts";
import { moduleAt, type Workspace } from "../workspace.ts";

/** The scheme of the pages that explain codes. */
export const EXPLAIN_SCHEME = "wright-explain";

/** Codes of the parser. */
const SYNTAX = /^E010[1-5]$/;

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  hint: DiagnosticSeverity.Hint,
} as const;

/** The diagnostics of a file, in a program that may be older than the text. */
export function diagnosticsOf(
  workspace: Workspace,
  program: ProgramData,
  path: string,
): Diagnostic[] {
  const document = workspace.documentAt(path);
  const text = moduleAt(program, path)?.text ?? document.getText();
  const mapping = mappingBetween(text, document.getText());
  const own = program.diagnostics.filter((one) => one.path === path);
  if (text === document.getText())
    return own.map((one) => toProtocol(workspace, program, one, document));
  const kept = own.filter(
    (one) =>
      !SYNTAX.test(one.code) && !mapping.touched(one.start, Math.max(one.end, one.start + 1)),
  );
  const unread = workspace.parsed(document).diagnostics.map(diagnosticData);
  const lineOf = (offset: number) => document.positionAt(offset).line;
  const lines = new Set(unread.filter(isUnreadable).map((one) => lineOf(one.start)));
  const moved = kept
    .map((one) => ({ ...one, start: mapping.forward(one.start), end: mapping.forward(one.end) }))
    .filter((one) => !lines.has(lineOf(one.start)));
  return [...unread, ...moved].map((one) => toProtocol(workspace, program, one, document));
}

function toProtocol(
  workspace: Workspace,
  program: ProgramData,
  one: DiagnosticData,
  document: TextDocument,
): Diagnostic {
  const range = {
    start: document.positionAt(one.start),
    end: document.positionAt(one.end),
  };
  return {
    range,
    severity: SEVERITIES[one.severity],
    code: one.code,
    codeDescription: { href: `${EXPLAIN_SCHEME}:/${one.code}.md` },
    source: "wright",
    message: one.help === null ? one.message : `${one.message}\n${one.help}`,
    relatedInformation: related(workspace, program, one, pathOf(document.uri)),
    ...(one.code === "W0901" ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    data: { code: one.code, message: one.message, help: one.help },
  };
}

/** Notes without a place are told at the diagnostic's own. */
function related(
  workspace: Workspace,
  program: ProgramData,
  one: DiagnosticData,
  path: string,
): DiagnosticRelatedInformation[] {
  return one.notes.map(({ message, place }) => {
    const at = place ?? { path, start: one.start, end: one.start };
    const document = workspace.documentAt(at.path);
    const text = moduleAt(program, at.path)?.text ?? document.getText();
    const mapping = mappingBetween(text, document.getText());
    return {
      message,
      location: {
        uri: uriOf(at.path),
        range: {
          start: document.positionAt(mapping.forward(at.start)),
          end: document.positionAt(mapping.forward(at.end)),
        },
      },
    };
  });
}
