/** `wright heap FILE`: what a dump of a VM's heap says, for those who hunt a leak. */
import { existsSync } from "node:fs";
import { nearest } from "../../dsl/bind/nearest.ts";
import {
  analyse,
  byType,
  DumpError,
  readDump,
  waysTo,
  type Analysis,
  type HeapDump,
  type TypeRow,
  type WayRow,
} from "../heap-dump.ts";
import { flag, optionText, type Invocation } from "../invocation.ts";
import { UsageError } from "../options.ts";
import { count, size, type Palette } from "../terminal.ts";

const ROWS_SHOWN = 20;

export async function run(call: Invocation): Promise<number> {
  const path = call.positionals[0]!;
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`);
  const dump = read(path);
  const analysis = analyse(dump);
  const type = optionText(call, "type");
  const answer =
    type === undefined ? overview(call, dump, analysis) : ways(call, dump, analysis, type);
  call.terminal.print(answer);
  return 0;
}

function read(path: string): HeapDump {
  try {
    return readDump(path);
  } catch (error) {
    if (error instanceof DumpError)
      throw new UsageError(error.message, "docs/heap.md has the format");
    throw error;
  }
}

function shownRows<Row>(call: Invocation, rows: readonly Row[]): readonly Row[] {
  return flag(call, "all") ? rows : rows.slice(0, ROWS_SHOWN);
}

function overview(call: Invocation, dump: HeapDump, analysis: Analysis): string {
  const rows = byType(dump, analysis);
  const shown = shownRows(call, rows);
  if (flag(call, "json")) return JSON.stringify(shown, null, 2);
  const objects = rows.reduce((sum, row) => sum + row.count, 0);
  const paint = call.terminal.out;
  return [
    `${count(objects, "object")}, ${size(analysis.retained[0]!)}`,
    "",
    paint.dim(columns("count", "bytes", "retained", "type")),
    ...shown.map((row) => typeLine(row, paint)),
    ...more(rows.length - shown.length, "type"),
  ].join("\n");
}

function typeLine(row: TypeRow, paint: Palette): string {
  return columns(String(row.count), size(row.bytes), size(row.retained), paint.cyan(row.type));
}

function ways(call: Invocation, dump: HeapDump, analysis: Analysis, type: string): string {
  const rows = waysTo(dump, analysis, type);
  if (rows.length === 0) throw unknownType(dump, type);
  const shown = shownRows(call, rows);
  if (flag(call, "json")) return JSON.stringify(shown, null, 2);
  const paint = call.terminal.out;
  return [
    paint.dim(columns("count", "", "retained", "from")),
    ...shown.map((row) => wayLine(row, paint)),
    ...more(rows.length - shown.length, "way"),
  ].join("\n");
}

function wayLine({ way, count, retained }: WayRow, paint: Palette): string {
  const [root, ...types] = way;
  return columns(
    String(count),
    "",
    size(retained),
    `${root} ${types.map((one) => `→ ${paint.cyan(one)}`).join(" ")}`,
  );
}

function unknownType(dump: HeapDump, type: string): UsageError {
  const near = nearest(
    type,
    dump.types.filter((one) => one !== undefined),
  );
  const hint = near === null ? "`wright heap FILE --all` lists the types" : `did you mean ${near}?`;
  return new UsageError(`there is no object of type ${type} in the heap`, hint);
}

function columns(count: string, bytes: string, retained: string, last: string): string {
  return `${count.padStart(10)}${bytes.padStart(12)}${retained.padStart(12)}  ${last}`;
}

function more(left: number, noun: string): string[] {
  return left > 0 ? ["", `and ${count(left, `more ${noun}`)} (--all shows them)`] : [];
}
