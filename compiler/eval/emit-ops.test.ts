/**
 * What is inlined means what the row says: each op that the evaluator writes out in place is run on
 * boundary values, with variables and with literals as operands, and compared with its row's `eval`.
 */
import { describe, expect, test } from "vitest";
import { parseProgram } from "../ll/parse.ts";
import { opRow, OP_NAMES, type OpName } from "../ops/table.ts";
import { SAMPLE_BOOLS, SAMPLE_FLOATS, SAMPLE_WORDS } from "../ops/samples.ts";
import { INLINE } from "./emit-ops.ts";
import { Machine } from "./machine.ts";
import type { MachineValue, Word } from "./heap.ts";
import type { OpRow } from "../ops/row.ts";

const SAMPLES = { int: SAMPLE_WORDS, addr: SAMPLE_WORDS, float: SAMPLE_FLOATS, bool: SAMPLE_BOOLS };

function samplesOf(row: OpRow, index: number): readonly MachineValue[] {
  const kind = row.args[index];
  return kind === undefined ? [undefined] : SAMPLES[kind as keyof typeof SAMPLES];
}

function literal(value: MachineValue, kind: string): string {
  if (kind !== "float") return String(value);
  const number = value as number;
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  if (Object.is(number, -0)) return "-0.0";
  return /[.e]/.test(String(number)) ? String(number) : `${number}.0`;
}

/** A program with a function per way to give the op its second operand. */
function programFor(
  name: OpName,
  row: OpRow,
): { machine: Machine; run: (fn: string, args: MachineValue[]) => MachineValue } {
  const params = row.args.map((kind, i) => `a${i}.${i}: ${kind}`);
  const names = row.args.map((_, i) => `a${i}.${i}`);
  const follow = row.overflow === undefined ? "" : "\n  v98 = overflowed()";
  const result = row.overflow === undefined ? "v99" : "v99";
  const body = (args: readonly string[]) =>
    `  v99 = ${name}(${args.join(", ")})${follow}\n  return ${result}`;
  const variants = [`fn vars -> ${row.result} {\nblock0(${params.join(", ")}):\n${body(names)}\n}`];
  samplesOf(row, row.args.length - 1).forEach((value, i) => {
    const args = [...names.slice(0, -1), literal(value, row.args.at(-1)!)];
    variants.push(
      `fn last${i} -> ${row.result} {\nblock0(${params.join(", ")}):\n${body(args)}\n}`,
    );
  });
  const program = parseProgram(variants.join("\n"));
  const machine = new Machine(program, {});
  const byName = new Map(program.functions.map((fn) => [fn.name, fn]));
  return { machine, run: (fn, args) => machine.call(byName.get(fn)!, args) };
}

const CHECKED = OP_NAMES.filter((name) => {
  const row: OpRow = opRow(name);
  return name in INLINE && row.eval !== null && row.args.every((kind) => kind in SAMPLES);
});

describe("inlined ops agree with their rows", () => {
  test.each(CHECKED)("%s", (name) => {
    const row: OpRow = opRow(name);
    const evaluate = row.eval as (...args: MachineValue[]) => MachineValue;
    const requires = row.requires as ((...args: MachineValue[]) => boolean) | undefined;
    const { run } = programFor(name, row);
    const firsts = row.args.length === 2 ? samplesOf(row, 0) : [undefined];
    const lasts = samplesOf(row, row.args.length - 1);
    for (const first of firsts) {
      lasts.forEach((last, i) => {
        const args = row.args.length === 2 ? [first, last] : [last];
        if (requires !== undefined && !requires(...args)) return;
        const expected = evaluate(...args);
        for (const fn of ["vars", `last${i}`]) {
          const found = run(fn, args);
          if (!Object.is(found, expected)) {
            expect.fail(
              `${name}(${args.join(", ")}) in ${fn}: ${String(found)}, not ${String(expected)}`,
            );
          }
        }
      });
    }
  });

  test("all of them are checked but those on references", () => {
    const unchecked = Object.keys(INLINE).filter((name) => !CHECKED.includes(name as OpName));
    expect(unchecked).toEqual([
      "ref_eq",
      "ref_ne",
      "ref_is_null",
      "ref_not_null",
      "ref_cast",
      "class_id",
    ]);
  });

  test.each(["int_add", "int_sub", "int_mul"])("overflowed after %s_ovf", (name) => {
    const program = parseProgram(
      `fn f -> bool {\nblock0(a.0: int, b.1: int):\n  v2 = ${name}_ovf(a.0, b.1)\n  v3 = overflowed()\n  return v3\n}`,
    );
    const machine = new Machine(program, {});
    const overflow = opRow(`${name}_ovf`).overflow as (a: Word, b: Word) => boolean;
    const f = program.functions.find((fn) => fn.name === "f")!;
    for (const a of SAMPLE_WORDS) {
      for (const b of SAMPLE_WORDS) expect(machine.call(f, [a, b])).toBe(overflow(a, b));
    }
  });
});
