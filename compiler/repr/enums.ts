/**
 * Enums at run time: a member is its position. So names are a table, and so are values where they
 * are not simply the position (plus something).
 */
import type { EnumSymbol } from "../../dsl/bind/symbols.ts";
import type { LLConstant, LLTable, LLValue } from "../ll/program.ts";
import { INT, ref } from "../ll/types.ts";
import type { LLType } from "../ll/types.ts";
import { raiseIf } from "./arithmetic.ts";
import type { Body } from "./body.ts";
import { intValue } from "./builder.ts";
import type { Lowering } from "./lowering.ts";

/** The value of the first member if the others count up from it, else null. */
function firstOfRun(symbol: EnumSymbol): bigint | null {
  const first = symbol.members[0]?.value ?? 0n;
  return symbol.members.every((member, i) => member.value === first + BigInt(i)) ? first : null;
}

export function enumValue(body: Body, member: LLValue, symbol: EnumSymbol): LLValue {
  const first = firstOfRun(symbol);
  if (first === 0n) return member;
  if (first !== null) return body.b.int("int_add", member, intValue(first));
  const table = enumTable(body.lowering, symbol, "value", INT, (one) => ({
    kind: "int",
    value: one.value,
  }));
  return body.b.emit("table_get", [member], INT, { table });
}

export function enumName(body: Body, member: LLValue, symbol: EnumSymbol): LLValue {
  const { lowering, b } = body;
  const type = ref(lowering.layouts.str);
  const table = enumTable(
    lowering,
    symbol,
    "name",
    type,
    (one) => lowering.constants.stringValue(one.name).value,
  );
  return b.emit("table_get", [member], type, { table });
}

function enumTable(
  lowering: Lowering,
  symbol: EnumSymbol,
  what: string,
  type: LLType,
  row: (member: EnumSymbol["members"][number]) => LLConstant,
): LLTable {
  const name = `${symbol.qualifiedName}.${what}`;
  let table = lowering.tablesByKey.get(name);
  if (table === undefined) {
    table = { name: lowering.uniqueName(name), type, rows: symbol.members.map(row) };
    lowering.tablesByKey.set(name, table);
    lowering.tables.push(table);
  }
  return table;
}

/** The member with this value; `ValueError` if there is none. */
export function enumFromInt(body: Body, value: LLValue, symbol: EnumSymbol): LLValue {
  const { b, lowering } = body;
  const message = lowering.constants.stringValue(`no member of ${symbol.name} has this value`);
  const first = firstOfRun(symbol);
  if (first !== null) {
    const position = first === 0n ? value : b.int("int_sub", value, intValue(first));
    raiseIf(
      lowering,
      b,
      b.not(b.bool("uint_lt", position, intValue(symbol.members.length))),
      "raise_value_error",
      [message],
    );
    return position;
  }
  const join = b.newBlock(b.variable(INT));
  const none = b.newBlock();
  b.block.exit = {
    kind: "switch",
    subject: value,
    cases: symbol.members.map((member, i) => ({
      value: { kind: "int", value: member.value },
      link: { target: join, args: [intValue(i)] },
    })),
    otherwise: { target: none, args: [] },
    span: b.span,
  };
  b.block = none;
  b.call(lowering.well("raise_value_error"), [message]);
  b.stop();
  b.block = join;
  return join.params[0]!;
}
