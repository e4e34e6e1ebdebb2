/**
 * Small functions that generated code calls and Wright cannot say: division that rounds down, upper
 * halves of products, filling and copying memory. Written as instructions.
 */
import { Bytes, I32, I64, type Signature, type ValueType } from "./binary.ts";
import { WORD } from "./memory.ts";
import { OP, type Opcode } from "./opcodes.ts";

export interface Helper {
  readonly signature: Signature;
  readonly locals: readonly ValueType[];
  readonly code: () => Bytes;
}

/** An instruction: its name, then its immediates; a bigint is a signed 64-bit constant. */
type Instruction = Opcode | readonly [Opcode, ...(number | bigint)[]];

function assemble(instructions: readonly Instruction[]): Bytes {
  const out = new Bytes();
  for (const one of instructions) {
    const [name, ...immediates] = typeof one === "string" ? ([one] as const) : one;
    out.bytes(OP[name]);
    for (const value of immediates) {
      if (name === "i32_const") out.s32(Number(value));
      else if (name === "i64_const") out.s64(BigInt(value));
      else out.u32(Number(value));
    }
  }
  return out.bytes(OP.end);
}

function helper(
  params: readonly ValueType[],
  results: readonly ValueType[],
  locals: readonly ValueType[],
  instructions: readonly Instruction[],
): Helper {
  return { signature: { params, results }, locals, code: () => assemble(instructions) };
}

const get = (local: number): Instruction => ["local_get", local];
const set = (local: number): Instruction => ["local_set", local];
const tee = (local: number): Instruction => ["local_tee", local];
const long = (value: bigint): Instruction => ["i64_const", value];
const int = (value: number): Instruction => ["i32_const", value];

/** Leaves with `-a` where b is -1: the one quotient that does not fit wraps. */
const BY_MINUS_ONE: readonly Instruction[] = [
  get(1),
  long(-1n),
  "i64_eq",
  "if",
  long(0n),
  get(0),
  "i64_sub",
  "return",
  "end",
];

/** Upper half of the product of words 0 and 1, unsigned, by halves; locals 2 to 5 are scratch. */
const UNSIGNED_HIGH: readonly Instruction[] = [
  // low = a.low * b.low; middle = a.high * b.low + (low >> 32)
  ...[get(0), long(0xffffffffn), "i64_and" as const, tee(2)],
  ...[get(1), long(0xffffffffn), "i64_and" as const, tee(3)],
  "i64_mul",
  ...[long(32n), "i64_shr_u" as const],
  ...[get(0), long(32n), "i64_shr_u" as const, tee(4)],
  ...[get(3), "i64_mul" as const, "i64_add" as const, set(5)],
  // cross = a.low * b.high + middle.low
  ...[get(2), get(1), long(32n), "i64_shr_u" as const, tee(3), "i64_mul" as const],
  ...[get(5), long(0xffffffffn), "i64_and" as const, "i64_add" as const],
  // a.high * b.high + (middle >> 32) + (cross >> 32)
  ...[long(32n), "i64_shr_u" as const],
  ...[get(4), get(3), "i64_mul" as const, "i64_add" as const],
  ...[get(5), long(32n), "i64_shr_u" as const, "i64_add" as const],
];

/** The signed upper half from the unsigned one on the stack. */
const SIGNED_HIGH: readonly Instruction[] = [
  ...[get(0), long(63n), "i64_shr_s" as const, get(1), "i64_and" as const, "i64_sub" as const],
  ...[get(1), long(63n), "i64_shr_s" as const, get(0), "i64_and" as const, "i64_sub" as const],
];

/** Both addresses forwards, the count (local 2) down. */
function step(bytes: number): Instruction[] {
  return [
    ...[get(0), int(bytes), "i32_add" as const, set(0)],
    ...[get(1), int(bytes), "i32_add" as const, set(1)],
    ...[get(2), int(bytes), "i32_sub" as const, set(2)],
  ];
}

const FOUR = [I64, I64, I64, I64] as const;

/** `fill(address, count, word)` in steps of a storage's size. */
function fill(store: Opcode, shift: number): Helper {
  return helper(
    [I32, I32, I64],
    [],
    [I32],
    [
      ...[get(0), get(1), int(shift), "i32_shl" as const, "i32_add" as const, set(3)],
      "block",
      "loop",
      ...[get(0), get(3), "i32_eq" as const, ["br_if", 1] as const],
      ...[get(0), get(2), [store, 0, 0] as const],
      ...[get(0), int(1 << shift), "i32_add" as const, set(0)],
      ["br", 0],
      "end",
      "end",
    ],
  );
}

export const HELPERS: Readonly<Record<string, Helper>> = {
  floordiv: helper(
    [I64, I64],
    [I64],
    [I64],
    [
      ...BY_MINUS_ONE,
      ...[get(0), get(1), "i64_div_s" as const],
      // One less where there is a remainder and the signs differ.
      ...[get(0), get(1), "i64_rem_s" as const, tee(2), long(0n), "i64_ne" as const],
      ...[get(2), get(1), "i64_xor" as const, long(0n), "i64_lt_s" as const],
      ...["i32_and" as const, "i64_extend_i32_u" as const, "i64_sub" as const],
    ],
  ),
  mod: helper(
    [I64, I64],
    [I64],
    [I64],
    [
      ...[get(0), get(1), "i64_rem_s" as const, tee(2)],
      ...[get(1), long(0n)],
      ...[get(2), long(0n), "i64_ne" as const],
      ...[get(2), get(1), "i64_xor" as const, long(0n), "i64_lt_s" as const],
      ...["i32_and" as const, "select" as const, "i64_add" as const],
    ],
  ),
  umulhi: helper([I64, I64], [I64], FOUR, UNSIGNED_HIGH),
  mulhi: helper([I64, I64], [I64], FOUR, [...UNSIGNED_HIGH, ...SIGNED_HIGH]),
  /** Whether the upper half is more than the sign of the lower one. */
  mul_overflows: helper([I64, I64], [I32], FOUR, [
    // Words of half the size never overflow.
    ...[get(0), get(0), "i64_extend32_s" as const, "i64_eq" as const],
    ...[get(1), get(1), "i64_extend32_s" as const, "i64_eq" as const, "i32_and" as const],
    ...["if" as const, int(0), "return" as const, "end" as const],
    ...UNSIGNED_HIGH,
    ...SIGNED_HIGH,
    ...[get(0), get(1), "i64_mul" as const, long(63n), "i64_shr_s" as const, "i64_ne" as const],
  ]),
  /**
   * `copy(target, source, bytes)`, which may overlap. `memory.copy` leaves for code of the engine, so
   * little is copied here: forwards, unless the target begins inside of the source.
   */
  copy: helper(
    [I32, I32, I32],
    [],
    [],
    [
      ...[get(2), int(128), "i32_gt_u" as const],
      ...[get(0), get(1), "i32_sub" as const, get(2), "i32_lt_u" as const, "i32_or" as const],
      ...["if" as const, get(0), get(1), get(2), "memory_copy" as const, "return" as const],
      "end",
      "block",
      "loop",
      ...[get(2), int(8), "i32_lt_u" as const, ["br_if", 1] as const],
      ...[get(0), get(1), ["i64_load", 0, 0] as const, ["i64_store", 0, 0] as const],
      ...step(8),
      ["br", 0],
      "end",
      "end",
      ...[get(2), int(4), "i32_and" as const, "if" as const],
      ...[get(0), get(1), ["i64_load32_u", 0, 0] as const, ["i64_store32", 0, 0] as const],
      ...[...step(4), "end" as const],
      ...[get(2), int(2), "i32_and" as const, "if" as const],
      ...[get(0), get(1), ["i64_load16_u", 0, 0] as const, ["i64_store16", 0, 0] as const],
      ...[...step(2), "end" as const],
      ...[get(2), int(1), "i32_and" as const, "if" as const],
      ...[
        get(0),
        get(1),
        ["i64_load8_u", 0, 0] as const,
        ["i64_store8", 0, 0] as const,
        "end" as const,
      ],
    ],
  ),
  fill8: fill("i64_store8", 0),
  fill16: fill("i64_store16", 1),
  fill32: fill("i64_store32", 2),
  fill64: fill("i64_store", 3),
  /** The pending exception, which is pending no more. */
  exc_take: helper(
    [],
    [I64],
    [I64],
    [
      ...[int(0), ["i64_load", 3, WORD.exception] as const, set(0)],
      ...[int(0), get(0), ["i64_store", 3, WORD.exceptionTaken] as const],
      ...[int(0), long(0n), ["i64_store", 3, WORD.exception] as const],
      get(0),
    ],
  ),
};

// ---- helpers by number ---------------------------------------------------------------------------------

export type Allocation = "wr_gc_new_object" | "wr_gc_new_array";

/** `() -> address` of a new frame of the shadow stack with so many empty slots. */
export function frameEntry(slots: number): string {
  return `enter_frame_${slots}`;
}

/**
 * `(a, b, saved…) -> (allocate(a, b), saved…)`: an allocation that may move what so many references
 * refer to.
 */
export function savingAllocation(allocate: Allocation, saved: number): string {
  return `${allocate}_saving_${saved}`;
}

/** The helper with such a name; `functionOf` gives the number of a function of the runtime. */
export function numberedHelper(
  name: string,
  functionOf: (name: string, signature: Signature) => number,
): Helper | null {
  const entry = /^enter_frame_(\d+)$/.exec(name);
  if (entry !== null) return enterFrame(Number(entry[1]));
  const saving = /^(wr_gc_new_\w+)_saving_(\d+)$/.exec(name);
  if (saving === null) return null;
  const allocate = functionOf(saving[1]!, { params: [I64, I64], results: [I64] });
  return allocateSaving(allocate, Number(saving[2]));
}

function enterFrame(slots: number): Helper {
  const zeros = Array.from({ length: slots }, (_, slot): Instruction[] => [
    ...[get(0), long(0n), ["i64_store", 3, slot * 8] as const],
  ]);
  return helper(
    [],
    [I32],
    [I32],
    [
      ...[int(0), ["i32_load", 2, WORD.shadow] as const, set(0)],
      ...zeros.flat(),
      ...[int(0), get(0), int(slots * 8), "i32_add" as const],
      ...[["i32_store", 2, WORD.shadow] as const, get(0)],
    ],
  );
}

function allocateSaving(allocate: number, count: number): Helper {
  const words = Array.from<unknown, ValueType>({ length: count }, () => I64);
  const frame = count + 2;
  return helper(
    [I64, I64, ...words],
    [I64, ...words],
    [I32],
    [
      ...[int(0), ["i32_load", 2, WORD.shadow] as const, set(frame)],
      ...words.flatMap((_, i): Instruction[] => [
        ...[get(frame), get(i + 2), ["i64_store", 3, i * 8] as const],
      ]),
      ...[int(0), get(frame), int(count * 8), "i32_add" as const],
      ["i32_store", 2, WORD.shadow],
      ...[get(0), get(1), ["call", allocate] as const],
      ...[int(0), get(frame), ["i32_store", 2, WORD.shadow] as const],
      ...words.flatMap((_, i): Instruction[] => [get(frame), ["i64_load", 3, i * 8]]),
    ],
  );
}
