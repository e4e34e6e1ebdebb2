/**
 * Code actions: fixes of what diagnostics say, and the writing down of what was inferred. Each makes
 * the edit that its title promises and nothing else.
 */
import {
  CodeActionKind,
  type CodeAction,
  type CodeActionParams,
  type Diagnostic,
  type Range,
  type TextEdit,
} from "vscode-languageserver";
import { nearest } from "../../dsl/bind/nearest.ts";
import type { Definition, TypeHint } from "../engine/data.ts";
import { enclosing, occurrenceAt, offsetIn, rangeIn } from "../places.ts";
import { uriOf } from "../uris.ts";
import { isUser, type View } from "../workspace.ts";
import { visibleAt } from "./chains.ts";
import type { Context } from "./feature.ts";
import { insertion } from "./inlay-hints.ts";

export async function codeActions(
  context: Context,
  { textDocument, range, context: asked }: CodeActionParams,
): Promise<CodeAction[]> {
  const { workspace } = context;
  await workspace.settled();
  const view = await workspace.view(textDocument.uri);
  if (view === null) return [];
  const actions = [
    ...asked.diagnostics.flatMap((one) => fixes(context, view, one)),
    ...declareTypes(view, range),
    ...makeFinal(view, range),
  ];
  const { only } = asked;
  return only === undefined
    ? actions
    : actions.filter(({ kind }) => only.some((one) => kind === one || kind?.startsWith(`${one}.`)));
}

// -------------------------------------------------------------------- fixes

type Fix = (context: Context, view: View, diagnostic: Diagnostic) => CodeAction[];

function fixes(context: Context, view: View, diagnostic: Diagnostic): CodeAction[] {
  return [spelling, importName, removeImport, checkNone, addMethod, splitVariable].flatMap((fix) =>
    fix(context, view, diagnostic),
  );
}

function quickFix(
  view: View,
  diagnostic: Diagnostic,
  title: string,
  edits: TextEdit[],
  isPreferred = false,
): CodeAction {
  return {
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    isPreferred,
    edit: { changes: { [view.document.uri]: edits } },
  };
}

/** `did you mean …?` */
const spelling: Fix = (_context, view, diagnostic) => {
  const meant = /did you mean `([\w.]+)`/.exec(messageOf(diagnostic))?.[1];
  const written = view.document.getText(diagnostic.range);
  if (meant === undefined)
    return diagnostic.code === "E0203" ? localSpelling(view, diagnostic) : [];
  const wrong = /`([\w.]+)`/g;
  // The message names the misspelt word; the range may hold more than it.
  for (const [, name] of messageOf(diagnostic).matchAll(wrong)) {
    const at = name === undefined ? -1 : written.lastIndexOf(name);
    if (at < 0 || name === meant) continue;
    const start = view.document.offsetAt(diagnostic.range.start) + at;
    const range = between(view, start, start + name!.length);
    return [quickFix(view, diagnostic, `Write \`${meant}\``, [{ range, newText: meant }], true)];
  }
  return [];
};

/** The message only knows module-level names: a local may be meant. */
function localSpelling(view: View, diagnostic: Diagnostic): CodeAction[] {
  const { document, mapping } = view;
  const written = document.getText(diagnostic.range);
  const at = mapping.back(document.offsetAt(diagnostic.range.start));
  const near = nearest(
    written,
    visibleAt(view, at).map((one) => one.name),
  );
  if (near === null || near === written) return [];
  const edits = [{ range: diagnostic.range, newText: near }];
  return [quickFix(view, diagnostic, `Write \`${near}\``, edits, true)];
}

/** A name that another module of the program, or of the library, defines. */
const importName: Fix = (_context, view, diagnostic) => {
  if (diagnostic.code !== "E0203") return [];
  const name = view.document.getText(diagnostic.range).split(".")[0]!;
  const advised = /add `(from [\w.]+ import \w+)`/.exec(messageOf(diagnostic))?.[1];
  const { definitions, modules } = view.program;
  const own = modules
    .filter((one) => one !== view.module && name in one.scope)
    .filter((one) => definitions[one.scope[name]!]!.container === one.definition)
    .map((one) => one.name);
  const library = definitions
    .filter((one) => one.isLibrary && one.name === name && one.container !== null)
    .map((one) => definitions[one.container!]!)
    .filter((one) => one.kind === "module" && !one.name.startsWith("wright.core."))
    .map((one) => one.name);
  const statements = new Set([
    ...(advised === undefined ? [] : [advised]),
    ...[...own, ...library].map((module) => `from ${module} import ${name}`),
  ]);
  return [...statements].map((statement) =>
    quickFix(
      view,
      diagnostic,
      `Add \`${statement}\``,
      [importEdit(view, statement)],
      statements.size === 1,
    ),
  );
};

/** Joins an import of the same module, or goes below the last import, or below the docstring. */
function importEdit(view: View, statement: string): TextEdit {
  const [, module, name] = /^from ([\w.]+) import (\w+)$/.exec(statement)!;
  const lines = view.document.getText().split("\n");
  const same = lines.findIndex(
    (line) =>
      line.startsWith(`from ${module} import `) && !line.includes("(") && !line.includes("#"),
  );
  if (same >= 0) {
    const end = { line: same, character: lines[same]!.trimEnd().length };
    return { range: { start: end, end }, newText: `, ${name}` };
  }
  const last = lines.findLastIndex((line) => /^(?:from|import)\s/.test(line));
  let at = last + 1;
  if (last >= 0 && lines[last]!.includes("(")) {
    while (at <= lines.length && !lines[at - 1]!.includes(")")) at++;
  } else if (last < 0) at = linesAtTop(view);
  const place = { line: at, character: 0 };
  return { range: { start: place, end: place }, newText: `${statement}\n` };
}

/** Lines before the first statement that may have an import above it. */
function linesAtTop(view: View): number {
  const text = view.document.getText();
  const match = /^(?:raw module\s*\n|\s*#[^\n]*\n|\s*\n|"""(?:[^"]|"(?!""))*"""[^\n]*\n)*/.exec(
    text,
  )!;
  return match[0].trimEnd() === "" ? 0 : match[0].trimEnd().split("\n").length;
}

const removeImport: Fix = (_context, view, diagnostic) => {
  if (diagnostic.code !== "W0901") return [];
  const start = view.document.offsetAt(diagnostic.range.start);
  const end = view.document.offsetAt(diagnostic.range.end);
  const text = view.document.getText();
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", end) < 0 ? text.length : text.indexOf("\n", end) + 1;
  const isAlone =
    !/[,(]/.test(text.slice(lineStart, lineEnd)) &&
    /^(?:from|import)/.test(text.slice(lineStart, lineEnd));
  const after = /^\s*,\s*/.exec(text.slice(end));
  const before = /,\s*$/.exec(text.slice(0, start));
  const [from, to] = isAlone
    ? [lineStart, lineEnd]
    : after !== null
      ? [start, end + after[0].length]
      : [start - (before?.[0].length ?? 0), end];
  const name = text.slice(start, end);
  return [
    quickFix(
      view,
      diagnostic,
      `Remove the import of \`${name}\``,
      [{ range: between(view, from, to), newText: "" }],
      true,
    ),
  ];
};

/** An assertion that what may be `None` is not, above the statement. */
const checkNone: Fix = (_context, view, diagnostic) => {
  if (!/\bmay be `?None`?|might be `?None`?|`?None`? here|\| None/.test(messageOf(diagnostic)))
    return [];
  const text = view.document.getText();
  const start = view.document.offsetAt(diagnostic.range.start);
  const end = view.document.offsetAt(diagnostic.range.end);
  const name = receiverOf(view, start, end);
  if (name === null) return [];
  const lineStart = statementStart(view, start);
  const indentation = /^[ ]*/.exec(text.slice(lineStart))![0];
  const insert = between(view, lineStart, lineStart);
  const isIn = enclosing(view, view.mapping.back(start));
  const raise = `${indentation}if ${name} is None:\n${indentation}    raise ValueError("${name} is None")\n`;
  return [
    quickFix(
      view,
      diagnostic,
      `Raise if \`${name}\` is None`,
      [{ range: insert, newText: raise }],
      isIn !== null,
    ),
    quickFix(view, diagnostic, `Assert that \`${name}\` is not None`, [
      { range: insert, newText: `${indentation}assert ${name} is not None\n` },
    ]),
  ];
};

/** The local or final path at or just before the range, to which a test would apply. */
function receiverOf(view: View, start: number, end: number): string | null {
  const text = view.document.getText();
  const written = text.slice(start, end);
  const before = /([A-Za-z_]\w*)\.$/.exec(text.slice(Math.max(0, start - 100), start))?.[1];
  if (before !== undefined && text[start - before.length - 2] !== ".") return before;
  const name = /^([A-Za-z_]\w*)/.exec(written)?.[1];
  if (name === undefined) return null;
  const found = occurrenceAt(view, view.mapping.back(start));
  const kind = found === null ? null : view.program.definitions[found.definition]!.kind;
  return kind === "local" || kind === "parameter" ? name : null;
}

/** Where the logical line begins that holds an offset. */
function statementStart(view: View, offset: number): number {
  const text = view.document.getText();
  const { module } = view;
  void module;
  let start = text.lastIndexOf("\n", offset - 1) + 1;
  for (;;) {
    const before = text.slice(0, start).trimEnd();
    const isContinued = /[([{,\\]$/.test(before) || /^\s*[)\]}]/.test(text.slice(start));
    if (!isContinued || start === 0) return start;
    start = text.lastIndexOf("\n", before.length - 1) + 1;
  }
}

/** A method that subclasses lack: abstract ones of the base, or what siblings have. */
const addMethod: Fix = (context, view, diagnostic) => {
  const names = [...messageOf(diagnostic).matchAll(/`([\w.]+)`|\b([A-Z]\w*)\b/g)].flatMap(
    (match) => match[1] ?? match[2] ?? [],
  );
  const notes = (diagnostic.relatedInformation ?? []).flatMap(({ message }) => [
    ...[...message.matchAll(/`([\w.]+)`|\b([A-Z]\w*)\b/g)].flatMap(
      (match) => match[1] ?? match[2] ?? [],
    ),
  ]);
  if (!/abstract|does not define|only|has no attribute|no method/.test(messageOf(diagnostic)))
    return [];
  const { definitions } = view.program;
  const words = new Set([...names, ...notes].map((one) => one.split(".").at(-1)!));
  const methods = definitions.filter(
    (one) => one.kind === "method" && words.has(one.name) && isUser(one),
  );
  const classes = definitions.filter(
    (one) => one.kind === "class" && words.has(one.name) && isUser(one),
  );
  const [method] = methods;
  if (method === undefined) return [];
  const lacking = classes.filter((cls) => {
    const isBelow =
      inherits(definitions, cls, method.container!) ||
      definitions[method.container!]!.base === cls.base;
    return isBelow && !has(definitions, cls, method);
  });
  if (lacking.length === 0) return [];
  const changes: Record<string, TextEdit[]> = {};
  for (const cls of lacking) {
    const document = context.workspace.documentAt(cls.path!);
    const end = view.module.path === cls.path ? view.mapping.forward(cls.fullEnd) : cls.fullEnd;
    const position = document.positionAt(end);
    const stub = methodStub(method);
    (changes[uriOf(cls.path!)] ??= []).push({
      range: { start: position, end: position },
      newText: `\n\n${stub}`,
    });
  }
  return [
    {
      title: `Add \`${method.name}\` to ${lacking.map((one) => one.name).join(", ")}`,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      edit: { changes },
    },
  ];
};

function methodStub({ signature, name }: Definition): string {
  return `    ${signature ?? `def ${name}(self)`}:\n        raise NotImplementedError("${name}")`;
}

function inherits(definitions: readonly Definition[], cls: Definition, from: number): boolean {
  for (
    let at: Definition | null = cls;
    at !== null;
    at = at.base === null ? null : definitions[at.base]!
  ) {
    if (at.id === from) return true;
  }
  return false;
}

/** The class defines the method, or inherits one with a body. */
function has(definitions: readonly Definition[], cls: Definition, method: Definition): boolean {
  for (
    let at: Definition | null = cls;
    at !== null;
    at = at.base === null ? null : definitions[at.base]!
  ) {
    const own = definitions.find((one) => one.container === at!.id && one.name === method.name);
    if (own !== undefined) return !own.isAbstract;
  }
  return false;
}

/** A variable that holds two types: from the second assignment on it becomes one of its own. */
const splitVariable: Fix = (_context, view, diagnostic) => {
  const name = /`([A-Za-z_]\w*)`/.exec(messageOf(diagnostic))?.[1];
  if (name === undefined || !/^E03/.test(String(diagnostic.code))) return [];
  const { module, program, mapping, document } = view;
  const places = [
    diagnostic.range,
    ...(diagnostic.relatedInformation ?? [])
      .filter(({ location }) => location.uri === document.uri)
      .map(({ location }) => location.range),
  ];
  const offsets = places.map((range) => mapping.back(document.offsetAt(range.start)));
  const local = module.occurrences.find((one) => {
    const { kind, name: own } = program.definitions[one.definition]!;
    return (
      (kind === "local" || kind === "global") &&
      own === name &&
      offsets.some((at) => Math.abs(at - one.start) < 200)
    );
  });
  if (local === undefined) return [];
  const all = module.occurrences.filter((one) => one.definition === local.definition);
  const writes = all.filter((one) => one.role === "write");
  const second = writes.find(
    (one, i) => i > 0 && offsets.some((at) => lineOf(view, at) === lineOf(view, one.start)),
  );
  if (second === undefined || writes[0] === second) return [];
  // Only where what comes after the second assignment is what stands below it: no loop or branch
  // around both, and no function that reads a module's variable at another time.
  if (columnOf(view, second.start) !== columnOf(view, writes[0]!.start)) return [];
  const { kind } = program.definitions[local.definition]!;
  if (kind === "global" && all.some((one) => one.within !== null)) return [];
  const fresh = freshName(view, name);
  const edits = all
    .filter((one) => one.start >= second.start)
    .map((one) => ({ range: rangeIn(view, one.start, one.end), newText: fresh }));
  return [
    quickFix(
      view,
      diagnostic,
      `Give the second \`${name}\` a name of its own: \`${fresh}\``,
      edits,
    ),
  ];
};

function messageOf({ message }: Diagnostic): string {
  return typeof message === "string" ? message : message.value;
}

function lineOf({ module }: View, offset: number): number {
  return module.text.slice(0, offset).split("\n").length;
}

function columnOf({ module }: View, offset: number): number {
  return offset - (module.text.lastIndexOf("\n", offset - 1) + 1);
}

function freshName({ module }: View, name: string): string {
  for (let n = 2; ; n++) {
    const fresh = `${name}${n}`;
    if (!new RegExp(`\\b${fresh}\\b`).test(module.text)) return fresh;
  }
}

// -------------------------------------------------------------------- what was inferred

/** The types of the names in the range, and of all names of the function around it. */
function declareTypes(view: View, range: Range): CodeAction[] {
  const start = offsetIn(view, range.start);
  const end = offsetIn(view, range.end);
  const writable = view.module.hints.filter((one) => one.insertable);
  const here = writable.filter(
    (one) =>
      lineOf(view, one.offset) >= lineOf(view, start) &&
      lineOf(view, one.offset) <= lineOf(view, end),
  );
  const actions = here
    .filter((one) => nameStart(view, one) <= end && one.offset >= start)
    .map((one) => declaration(view, [one], `Declare \`${insertion(one, one.type)}\``));
  const around = enclosing(view, start);
  if (around === null) return actions;
  const signature = writable.filter(
    (one) =>
      (one.kind === "parameter" || one.kind === "result") &&
      one.offset >= around.start &&
      one.offset <= around.fullEnd &&
      enclosing(view, one.offset)?.id === around.id,
  );
  if (signature.length > 1) {
    actions.push(declaration(view, signature, `Declare the types of \`${around.name}\``));
  }
  return actions;
}

function nameStart({ module }: View, { offset, kind }: TypeHint): number {
  if (kind === "result") return module.text.lastIndexOf("\n", offset - 1) + 1;
  return offset - /\w*$/.exec(module.text.slice(Math.max(0, offset - 100), offset))![0].length;
}

function declaration(view: View, hints: readonly TypeHint[], title: string): CodeAction {
  const edits = hints.map((one) => ({
    range: rangeIn(view, one.offset, one.offset),
    newText: (one.kind === "result" ? " " : "") + insertion(one, one.type),
  }));
  return {
    title,
    kind: CodeActionKind.RefactorRewrite,
    edit: { changes: { [view.document.uri]: edits } },
  };
}

/** A declared field that only `__init__` sets can be final. */
function makeFinal(view: View, range: Range): CodeAction[] {
  const found = occurrenceAt(view, offsetIn(view, range.start));
  if (found === null) return [];
  const { definitions, modules } = view.program;
  const field = definitions[found.definition]!;
  if (field.kind !== "field" || field.path !== view.module.path) return [];
  const after = /^:\s*(?!final\b|stable\b|cache\b|virtualizable\b|inline\b)/.exec(
    view.module.text.slice(field.end),
  );
  if (after === null || columnOf(view, field.start) > 4) return [];
  const isSetLater = modules.some(({ occurrences }) =>
    occurrences.some(
      (one) =>
        one.definition === field.id &&
        one.role === "write" &&
        (one.within === null || definitions[one.within]!.name !== "__init__"),
    ),
  );
  if (isSetLater) return [];
  const at = field.end + after[0].length;
  return [
    {
      title: `Make \`${field.name}\` final`,
      kind: CodeActionKind.RefactorRewrite,
      edit: {
        changes: { [view.document.uri]: [{ range: rangeIn(view, at, at), newText: "final " }] },
      },
    },
  ];
}

function between({ document }: View, start: number, end: number): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}
