/**
 * Makes the TextMate grammar of the VS Code extension from the token table, so that a keyword is
 * declared once: `node tools/textmate.ts` writes it, and a test holds it to the table.
 *
 * The grammar colours what a line shows: words, numbers, strings, comments. What names mean, the
 * language server says (semantic tokens).
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CONTEXTUAL_WORDS, TOKENS, type TokenClass, type TokenRow } from "../dsl/grammar/tokens.ts";

export const GRAMMAR_PATH = fileURLToPath(
  new URL("../vscode-extension/syntaxes/wright.tmLanguage.json", import.meta.url),
);

const rows: readonly TokenRow[] = Object.values(TOKENS);

function texts(...classes: readonly TokenClass[]): string[] {
  return rows.flatMap((row) =>
    row.text !== null && classes.includes(row.class) ? [row.text] : [],
  );
}

const words = (list: readonly string[]) => `\\b(?:${[...list].sort().join("|")})\\b`;

/** Longest first, so that `**=` is not `*`. */
const signs = (list: readonly string[]) =>
  [...list]
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    .map((text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"))
    .join("|");

const OPERATOR_WORDS = rows.flatMap((row) =>
  row.text !== null && /^[a-z]+$/.test(row.text) && (row.infix || row.prefix) ? [row.text] : [],
);
const CONTROL = texts("keyword").filter(
  (text) => !OPERATOR_WORDS.includes(text) && !["def", "class", "lambda"].includes(text),
);
const TYPES = [
  "int",
  "uint",
  "float",
  "bool",
  "str",
  "char",
  "list",
  "dict",
  "set",
  "tuple",
  "array",
  "weak",
  "ptr",
  "any_ref",
  "i8",
  "i16",
  "i32",
  "i64",
  "u8",
  "u16",
  "u32",
  "u64",
  "f32",
];

export function textMateGrammar(): object {
  const escape = {
    name: "constant.character.escape.wright",
    match: "\\\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)",
  };
  const string = (prefix: string, quote: string, name: string, patterns: readonly object[]) => ({
    name: `string.quoted.${name}.wright`,
    begin: `(${prefix})(${quote})`,
    beginCaptures: {
      1: { name: "storage.type.string.wright" },
      2: { name: "punctuation.definition.string.begin.wright" },
    },
    end: quote.length === 1 ? `(${quote})|(\\n)` : quote,
    endCaptures: { 0: { name: "punctuation.definition.string.end.wright" } },
    patterns,
  });
  const field = { include: "#field" };
  const quotes = [
    ['"""', "triple"],
    ["'''", "triple"],
    ['"', "double"],
    ["'", "single"],
  ] as const;
  const strings = quotes.flatMap(([quote, name]) => [
    string("(?i:rf|fr)", quote, name, [field]),
    string("(?i:f)", quote, name, [
      { name: "constant.character.escape.wright", match: "\\{\\{|\\}\\}" },
      escape,
      field,
    ]),
    string("(?i:r)", quote, name, []),
    string("", quote, name, [escape]),
  ]);
  return {
    name: "Wright",
    scopeName: "source.wright",
    fileTypes: ["wr"],
    patterns: [{ include: "#code" }],
    repository: {
      code: {
        patterns: [
          { name: "comment.line.number-sign.wright", match: "#.*$" },
          ...strings,
          { include: "#definitions" },
          { include: "#words" },
          { include: "#numbers" },
          { include: "#signs" },
        ],
      },
      field: {
        name: "meta.interpolation.wright",
        begin: "\\{",
        end: "(![rs])?(:[^}]*)?\\}",
        beginCaptures: { 0: { name: "punctuation.section.embedded.begin.wright" } },
        endCaptures: {
          0: { name: "punctuation.section.embedded.end.wright" },
          1: { name: "storage.type.format.wright" },
          2: { name: "constant.other.placeholder.wright" },
        },
        patterns: [{ include: "#code" }],
      },
      definitions: {
        patterns: [
          {
            match: "\\b(?:(extern)\\s+)?(def)\\s+([A-Za-z_]\\w*)",
            captures: {
              1: { name: "storage.modifier.wright" },
              2: { name: "storage.type.function.wright" },
              3: { name: "entity.name.function.wright" },
            },
          },
          {
            match: "^\\s*(class|mixin|struct|enum|type)\\s+([A-Za-z_]\\w*)",
            captures: {
              1: { name: "storage.type.class.wright" },
              2: { name: "entity.name.type.class.wright" },
            },
          },
          { name: "entity.name.function.decorator.wright", match: "@[A-Za-z_][\\w.]*" },
          {
            match: "^\\s*(match|case)\\b(?=[^=\\n]*:)",
            captures: { 1: { name: "keyword.control.flow.wright" } },
          },
          {
            match: "^\\s*(raw)\\s+(module)\\b",
            captures: {
              1: { name: "storage.modifier.wright" },
              2: { name: "storage.modifier.wright" },
            },
          },
          {
            match: "\\b(unroll)\\s+(?=for\\b)",
            captures: { 1: { name: "keyword.control.flow.wright" } },
          },
          {
            match: "\\b(const)\\s+(?=[A-Za-z_])",
            captures: { 1: { name: "storage.modifier.wright" } },
          },
          {
            match: `:\\s*(${CONTEXTUAL_WORDS.filter((one) => one !== "abstract").join("|")})\\b`,
            captures: { 1: { name: "storage.modifier.wright" } },
          },
          {
            match: ":\\s*(abstract)\\s*(?:#.*)?$",
            captures: { 1: { name: "storage.modifier.wright" } },
          },
        ],
      },
      words: {
        patterns: [
          { name: "keyword.control.flow.wright", match: words(CONTROL) },
          { name: "keyword.operator.logical.wright", match: words(OPERATOR_WORDS) },
          { name: "storage.type.function.wright", match: words(["def", "class", "lambda"]) },
          { name: "constant.language.wright", match: words(texts("constant")) },
          { name: "invalid.illegal.wright", match: words(texts("left-out")) },
          { name: "variable.language.self.wright", match: "\\bself\\b" },
          { name: "support.type.wright", match: words([...TYPES, "fn"]) },
          {
            match: "\\b([A-Za-z_]\\w*)(?=\\s*\\()",
            captures: { 1: { name: "entity.name.function.call.wright" } },
          },
        ],
      },
      numbers: {
        name: "constant.numeric.wright",
        match:
          "\\b(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\\d[\\d_]*(?:\\.[\\d_]*)?(?:[eE][+-]?\\d+)?)|\\.\\d[\\d_]*(?:[eE][+-]?\\d+)?",
      },
      signs: {
        patterns: [
          {
            name: "keyword.operator.assignment.augmented.wright",
            match: signs(texts("augmented")),
          },
          {
            name: "keyword.operator.wright",
            match: signs(texts("operator").filter((text) => !/\w/.test(text))),
          },
          { name: "punctuation.wright", match: signs(texts("punctuation")) },
        ],
      },
    },
  };
}

export function grammarText(): string {
  return `${JSON.stringify(textMateGrammar(), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(GRAMMAR_PATH, grammarText());
