/** Conversions between kinds and widths. */
import * as floats from "./floats.ts";
import * as words from "./words.ts";
import { pure, type OpRow } from "./row.ts";

const INT_INT = { args: ["int"], result: "int" } as const;
const INT_FLOAT = { args: ["int"], result: "float" } as const;
const FLOAT_INT = { args: ["float"], result: "int" } as const;

export const CONVERT_OPS = {
  int_sext8: pure(INT_INT, "the low 8 bits, signed", words.sext8, "((int64_t)(int8_t)$0)"),
  int_sext16: pure(INT_INT, "the low 16 bits, signed", words.sext16, "((int64_t)(int16_t)$0)"),
  int_sext32: pure(INT_INT, "the low 32 bits, signed", words.sext32, "((int64_t)(int32_t)$0)"),
  int_zext8: pure(INT_INT, "the low 8 bits, unsigned", words.zext8, "((int64_t)(uint8_t)$0)"),
  int_zext16: pure(INT_INT, "the low 16 bits, unsigned", words.zext16, "((int64_t)(uint16_t)$0)"),
  int_zext32: pure(INT_INT, "the low 32 bits, unsigned", words.zext32, "((int64_t)(uint32_t)$0)"),
  int_to_float: pure(INT_FLOAT, "the nearest float", floats.fromInt, "((double)$0)"),
  uint_to_float: pure(
    INT_FLOAT,
    "the nearest float to the unsigned value",
    floats.fromUint,
    "((double)(uint64_t)$0)",
  ),
  float_to_int: pure(
    FLOAT_INT,
    "rounded towards 0; what does not fit gives the nearest int, nan gives 0",
    floats.toInt,
    "wr_float_to_int($0)",
  ),
  float_to_uint: pure(
    FLOAT_INT,
    "rounded towards 0, as an unsigned word; what does not fit gives the nearest, nan gives 0",
    floats.toUint,
    "wr_float_to_uint($0)",
  ),
  float_to_f32: pure(
    { args: ["float"], result: "float" },
    "rounded to single precision",
    Math.fround,
    "((double)(float)$0)",
  ),
  float_bits: pure(
    FLOAT_INT,
    "the bits of the IEEE double; a nan gives its canonical bits",
    floats.toBits,
    "wr_float_bits($0)",
  ),
  bits_float: pure(
    INT_FLOAT,
    "the IEEE double with these bits",
    floats.fromBits,
    "wr_bits_float($0)",
  ),
  bool_to_int: pure(
    { args: ["bool"], result: "int" },
    "1 for true, 0 for false",
    (a: boolean) => (a ? 1 : 0),
    "((int64_t)$0)",
  ),
} as const satisfies Record<string, OpRow>;
