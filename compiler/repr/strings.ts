/** Equality of two `str`s for `match`: the same object, or the same bytes. */
import type { LLFunction, LLValue } from "../ll/program.ts";
import { ADDR, BOOL, INT, ref } from "../ll/types.ts";
import type { ArrayType } from "../ll/types.ts";
import { boolValue, intValue, type Builder } from "./builder.ts";
import type { Lowering } from "./lowering.ts";

export function stringsEqual(lowering: Lowering): LLFunction {
  const { str } = lowering.layouts;
  return lowering.once("strings equal", () =>
    lowering.define(
      {
        name: "str.equal_bytes",
        displayName: "str.__eq__",
        params: [ref(str), ref(str)],
        result: BOOL,
        span: null,
        hints: new Set(["elidable"]),
      },
      (b, [x, y]) => {
        const length = b.emit("array_len", [x!], INT, { array: str });
        const isSame = b.choose(
          b.bool("int_eq", length, b.emit("array_len", [y!], INT, { array: str })),
          BOOL,
          () =>
            b.bool(
              "int_eq",
              compareBytes(b, str, [x!, intValue(0), y!, intValue(0), length]),
              intValue(0),
            ),
          () => boolValue(false),
        );
        b.return(isSame);
      },
    ),
  );
}

/** `[a, i, b, j, n]`: compares n bytes of a from i on with those of b from j on; -1, 0 or 1. */
export function compareBytes(
  b: Builder,
  str: ArrayType,
  [x, i, y, j, count]: readonly [LLValue, LLValue, LLValue, LLValue, LLValue],
): LLValue {
  const at = (text: LLValue, offset: LLValue) =>
    b.emit("addr_add", [b.emit("array_items_addr", [text], ADDR, { array: str }), offset], ADDR);
  return b.int("raw_compare", at(x, i), at(y, j), count);
}
