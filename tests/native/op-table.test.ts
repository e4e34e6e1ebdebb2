/**
 * Every row of the op table whose meaning is a function of numbers: what C computes must be what the
 * row's `eval` says, at all sample values. Arguments come out of arrays, so that the C compiler
 * cannot fold them; results are written to standard output as 64-bit words.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildNative } from "../../compiler/c/build.ts";
import type { MachineValue, Word } from "../../compiler/eval/heap.ts";
import { parseProgram } from "../../compiler/ll/parse.ts";
import { prepareForNative } from "../../compiler/passes/native.ts";
import { toBits } from "../../compiler/ops/floats.ts";
import { OP_NAMES, opRow, type OpName } from "../../compiler/ops/table.ts";
import { SAMPLE_BOOLS, SAMPLE_FLOATS, SAMPLE_WORDS } from "../../compiler/ops/samples.ts";
import type { OpRow } from "../../compiler/ops/row.ts";
import { ROOT } from "../support.ts";

const output = mkdtempSync(join(tmpdir(), "wright-ops-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));

const SAMPLES: Readonly<Record<string, readonly MachineValue[]>> = {
  int: SAMPLE_WORDS,
  float: SAMPLE_FLOATS,
  bool: SAMPLE_BOOLS,
};

/** As good as libm, which need not be as good as JavaScript's. */
const APPROXIMATE =
  /^float_(pow|a?(sin|cos|tan)h?|atan2|exp2?|expm1|log2|log10|log1p|log|cbrt|hypot)$/;

type Numeric = (...args: MachineValue[]) => MachineValue;

function isNumeric(row: OpRow): boolean {
  const kinds = [...row.args, row.result];
  return row.eval !== null && row.args.length > 0 && kinds.every((kind) => kind in SAMPLES);
}

/** All combinations of sample values that the row's precondition allows. */
function combinations(row: OpRow): MachineValue[][] {
  const requires = (row.requires as Numeric | undefined) ?? (() => true);
  let tuples: MachineValue[][] = [[]];
  for (const kind of row.args)
    tuples = tuples.flatMap((tuple) => SAMPLES[kind]!.map((value) => [...tuple, value]));
  return tuples.filter((tuple) => requires(...tuple));
}

function literal(value: MachineValue, kind: string): string {
  if (kind !== "float") return String(value);
  const number = value as number;
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  if (Object.is(number, -0)) return "-0.0";
  return /[.e]/.test(String(number)) ? String(number) : `${number}.0`;
}

const ARRAYS: Readonly<Record<string, string>> = { int: "words", float: "floats", bool: "bools" };

/** What is looked at: an op's result, or what `overflowed` says behind it. */
interface Case {
  readonly name: OpName;
  readonly label: string;
  readonly row: OpRow;
  readonly overflow: boolean;
  readonly tuples: readonly MachineValue[][];
  /** The operand that is written as a literal, the same in all tuples: C gives those types of their own. */
  readonly literal: number | null;
}

function casesOf(name: OpName): Case[] {
  const row: OpRow = opRow(name);
  if (!isNumeric(row)) return [];
  const tuples = combinations(row);
  const one = { name, label: name, row, overflow: false, tuples, literal: null };
  const literals = row.args.length < 2 ? [] : row.args.flatMap((_, i) => literalCases(one, i));
  return row.overflow === undefined
    ? [one, ...literals]
    : [one, { ...one, label: `${name}_flag`, overflow: true }, ...literals];
}

/** The same op with some literals in one place. */
function literalCases(one: Case, at: number): Case[] {
  if (one.row.args[at] !== "int") return [];
  return [1, 7, -1].flatMap((value) => {
    const tuples = one.tuples.filter((tuple) => tuple[at] === value);
    const label = `${one.name}_${at}_${value < 0 ? "minus" : ""}${Math.abs(value)}`;
    return tuples.length === 0 ? [] : [{ ...one, label, tuples, literal: at }];
  });
}

/** A function that computes all combinations of one op in a loop and writes the results. */
function functionOf({ name, label, row, overflow, tuples, literal: fixed }: Case): string {
  const columns = row.args.map((kind, i) => {
    const items = tuples.map((tuple) => literal(tuple[i]!, kind)).join(", ");
    return `object #${label}_${i} = ${ARRAYS[kind]} [${items}]`;
  });
  const loads = row.args.map(
    (kind, i) => `  v${20 + i}: ${kind} = getitem(#${label}_${i}, i.3) array=${ARRAYS[kind]}`,
  );
  const args = row.args
    .map((kind, i) => (i === fixed ? literal(tuples[0]![i]!, kind) : `v${20 + i}`))
    .join(", ");
  const kind = overflow ? "bool" : row.result;
  const word = { float: "v32 = float_bits", bool: "v32 = bool_to_int" }[kind as string];
  const found = overflow ? "v31" : "v30";
  return `${columns.join("\n")}
fn test.${label} -> void {
block0(out.0: ref<words>):
  goto block1(out.0, 0)
block1(out.1: ref<words>, i.2: int):
  more.10 = int_lt(i.2, ${tuples.length})
  branch more.10 ? block2(out.1, i.2) : block3(out.1)
block2(out.4: ref<words>, i.3: int):
${loads.join("\n")}
  v30: ${row.result} = ${name}(${args})
${row.overflow === undefined ? "" : "  v31 = overflowed()\n"}\
${word === undefined ? "" : `  ${word}(${found})\n`}\
  setitem(out.4, i.3, ${word === undefined ? found : "v32"}) array=words
  j.5 = int_add(i.3, 1)
  goto block1(out.4, j.5)
block3(out.6: ref<words>):
  a.7 = array_items_addr(out.6) array=words
  n.8: int = call(1, a.7, ${tuples.length * 8}) callee=write
  return void
}`;
}

function expectedBits({ row, overflow }: Case, tuple: readonly MachineValue[]): bigint {
  const meaning = (overflow ? row.overflow : row.eval) as unknown as Numeric;
  const value = meaning(...tuple);
  if (row.result === "float") return BigInt(toBits(value as number));
  return BigInt(typeof value === "boolean" ? Number(value) : (value as Word));
}

function floatOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, bits);
  return view.getFloat64(0);
}

function agree(name: string, expected: bigint, found: bigint): boolean {
  if (expected === found) return true;
  if (!APPROXIMATE.test(name)) return false;
  const [a, b] = [floatOf(expected), floatOf(found)];
  return Math.abs(a - b) <= Math.abs(a) * 1e-13;
}

test("C computes what the table says", async () => {
  const cases = OP_NAMES.flatMap(casesOf);
  const longest = Math.max(...cases.map(({ tuples }) => tuples.length));
  const text = `
array words of i64
array floats of f64
array bools of bool
fn write(int, addr, int) -> int extern wr_os_write noraise nocollect
${cases.map(functionOf).join("\n")}
fn main -> int {
block0(argv.0: ref<strs>):
  out.1: ref<words> = new_array(${longest}) array=words
${cases.map(({ label }) => `  call(out.1) callee=test.${label}`).join("\n")}
  return 0
}
entry main
`;
  const program = parseProgram(text);
  prepareForNative(program);
  const path = join(output, "ops");
  const cache = join(ROOT, ".cache/native-tests");
  expect(await buildNative(program, { output: path, cache })).toEqual({ ok: true, output: path });
  const { stdout, status } = spawnSync(path, [], { maxBuffer: 1 << 30 });
  expect(status).toBe(0);

  const wrong: string[] = [];
  let at = 0;
  for (const one of cases) {
    for (const tuple of one.tuples) {
      const found = stdout.readBigInt64LE(at);
      at += 8;
      const expected = expectedBits(one, tuple);
      if (agree(one.name, expected, found)) continue;
      wrong.push(`${one.label}(${tuple.join(", ")}): ${found}, not ${expected}`);
    }
  }
  expect(at).toBe(stdout.length);
  expect(wrong).toEqual([]);
  expect(cases.length).toBeGreaterThan(80);
});
