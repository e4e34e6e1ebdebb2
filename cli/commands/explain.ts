/** `wright explain [CODE]`: the pages of the catalogue. */
import { nearest } from "../../dsl/bind/nearest.ts";
import { CATALOGUE, type CatalogueRow } from "../../dsl/syntax/catalogue.ts";
import { flag, type Invocation } from "../invocation.ts";
import { wrap } from "../help.ts";
import { UsageError } from "../options.ts";
import type { Palette } from "../terminal.ts";

const ROWS: Readonly<Record<string, CatalogueRow>> = CATALOGUE;

const FAMILIES: readonly (readonly [string, string])[] = [
  ["E00", "configuration"],
  ["E01", "syntax"],
  ["E02", "names and modules"],
  ["E03", "types"],
  ["E04", "calls"],
  ["E05", "classes"],
  ["E06", "build time and constants"],
  ["E07", "raw level"],
  ["E08", "decorators and JIT hints"],
  ["W09", "warnings"],
];

export async function run(call: Invocation): Promise<number> {
  const { terminal } = call;
  const [written] = call.positionals;
  if (written === undefined) {
    terminal.print(flag(call, "json") ? JSON.stringify(ROWS, null, 2) : list(terminal.out));
    return 0;
  }
  const code = written.toUpperCase().replace(/^\[|\]$/g, "");
  const row = ROWS[code];
  if (row === undefined) throw unknownCode(code);
  terminal.print(
    flag(call, "json") ? JSON.stringify({ code, ...row }, null, 2) : page(code, row, terminal.out),
  );
  return 0;
}

function list(paint: Palette): string {
  const lines: string[] = [];
  for (const [prefix, family] of FAMILIES) {
    const codes = Object.keys(ROWS).filter((code) => code.startsWith(prefix));
    if (codes.length === 0) continue;
    if (lines.length > 0) lines.push("");
    lines.push(paint.bold(family));
    for (const code of codes.sort()) lines.push(`  ${paint.cyan(code)}  ${ROWS[code]!.title}`);
  }
  return lines.join("\n");
}

function page(code: string, row: CatalogueRow, paint: Palette): string {
  const indent = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => `    ${line}`.trimEnd());
  return [
    `${paint.bold(paint.red(code))}${paint.bold(`: ${row.title}`)}`,
    "",
    ...wrap(row.explanation, 88),
    "",
    paint.red("wrong"),
    "",
    ...indent(row.wrong),
    "",
    paint.green("right"),
    "",
    ...indent(row.right),
  ].join("\n");
}

function unknownCode(code: string): UsageError {
  const near = nearest(code, Object.keys(ROWS));
  return new UsageError(
    `there is no code ${code}`,
    near === null
      ? "`wright explain` lists them"
      : `did you mean ${near}? \`wright explain\` lists them all`,
  );
}
