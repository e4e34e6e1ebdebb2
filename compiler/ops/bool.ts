/** Booleans. `and` and `or` of the language are control flow; these evaluate both operands. */
import { commuting, pure, type OpRow } from "./row.ts";

const BINARY = { args: ["bool", "bool"], result: "bool" } as const;

export const BOOL_OPS = {
  bool_not: pure({ args: ["bool"], result: "bool" }, "not a", (a: boolean) => !a, "(!$0)"),
  bool_and: commuting(BINARY, "a and b", (a: boolean, b: boolean) => a && b, "($0 & $1)"),
  bool_or: commuting(BINARY, "a or b", (a: boolean, b: boolean) => a || b, "($0 | $1)"),
  bool_eq: commuting(BINARY, "a == b", (a: boolean, b: boolean) => a === b, "($0 == $1)"),
  bool_xor: commuting(BINARY, "a != b", (a: boolean, b: boolean) => a !== b, "($0 != $1)"),
} as const satisfies Record<string, OpRow>;
