/**
 * What must hold of low-level graphs and programs: a list of sentences, each with its check. The
 * sentence is the message. All violations are reported, each with the text it is about.
 *
 * Types are checked as the machine sees them (`sameMachineType`): a reference is a reference. What
 * lies behind it is the concern of lowering, which had the annotator's word for it.
 */
import { exitLinks, exitOperand } from "../../dsl/flow/graph.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { isOpName, mayRaise, opRow } from "../ops/table.ts";
import { isWord, wrap } from "../ops/words.ts";
import { printExit, printGraph, printOp, printValue, printVariable } from "./print.ts";
import { LAST_TAG, sameMachineType, valueType, type LLType, type StructType } from "./types.ts";
import type { AuxKey, OpRow } from "../ops/row.ts";
import type {
  LLBlock,
  LLConst,
  LLConstant,
  LLFunction,
  LLOp,
  LLProgram,
  LLValue,
  LLVariable,
} from "./program.ts";

export interface Violation {
  readonly sentence: string;
  /** The function, and the block where there is one. */
  readonly where: string;
  /** The op, exit or value that breaks the rule. */
  readonly text: string;
}

type Fail = (text: string) => void;
type BlockFail = (text: string) => void;

// ---------------------------------------------------------------- one function

type FunctionCheck = (
  fn: LLFunction & { graph: NonNullable<LLFunction["graph"]> },
  fail: Fail,
) => void;

const FUNCTION_INVARIANTS: readonly (readonly [string, FunctionCheck])[] = [
  [
    "the entry is the first block",
    ({ graph }, fail) => {
      if (graph.blocks[0] !== graph.entry) fail(`block${graph.entry.id}`);
    },
  ],
  [
    "no link leads to the entry",
    ({ graph }, fail) => {
      for (const block of graph.blocks) {
        if (exitLinks(block.exit).some((link) => link.target === graph.entry))
          fail(`block${block.id}`);
      }
    },
  ],
  [
    "the entry's parameters are the function's",
    ({ graph, params }, fail) => {
      if (!agree(graph.entry.params, params))
        fail(graph.entry.params.map(printVariable).join(", "));
    },
  ],
  [
    "a block's number is its own and below the graph's next",
    ({ graph }, fail) => {
      const seen = new Set<number>();
      for (const { id } of graph.blocks) {
        if (seen.has(id) || id >= graph.nextBlock) fail(`block${id}`);
        seen.add(id);
      }
    },
  ],
  [
    "a variable is defined once, with a number of its own below the graph's next",
    ({ graph }, fail) => {
      const seen = new Set<number>();
      for (const variable of graph.blocks.flatMap(definitions)) {
        if (seen.has(variable.id) || variable.id >= graph.nextVariable)
          fail(printVariable(variable));
        seen.add(variable.id);
      }
    },
  ],
  [
    "every link leads to a block of the graph",
    ({ graph }, fail) => {
      const blocks = new Set(graph.blocks);
      for (const block of graph.blocks) {
        for (const link of exitLinks(block.exit)) {
          if (!blocks.has(link.target)) fail(`block${block.id} leads to block${link.target.id}`);
        }
      }
    },
  ],
  [
    "a function returns what its result type says",
    ({ graph, result }, fail) => {
      for (const { exit } of graph.blocks) {
        if (exit.kind === "return" && !sameMachineType(exit.value.type, result))
          fail(printExit(exit));
      }
    },
  ],
];

// ---------------------------------------------------------------- one block

const BLOCK_INVARIANTS: readonly (readonly [string, (block: LLBlock, fail: BlockFail) => void])[] =
  [
    [
      "a value is a constant, a parameter of its block or the result of an earlier op of it",
      checkScopes,
    ],
    [
      "a link passes exactly the arguments its target takes, with their types",
      (block, fail) => {
        for (const link of exitLinks(block.exit)) {
          const types = link.target.params.map((param) => param.type);
          if (!agree(link.args, types))
            fail(`to block${link.target.id} in: ${printExit(block.exit)}`);
        }
      },
    ],
    [
      "a constant is of its type",
      (block, fail) => {
        for (const value of usedValues(block)) {
          if (value.kind === "const" && !isOfType(value)) fail(printValue(value));
        }
      },
    ],
    ["an op is in the table", (block, fail) => eachOp(block, fail, (op) => isOpName(op.name))],
    [
      "an op takes the arguments its row says",
      (block, fail) => eachRow(block, fail, (op, row) => takesArguments(op, row)),
    ],
    [
      "an op gives the result its row says",
      (block, fail) =>
        eachRow(block, fail, ({ result }, row) => {
          return row.result === "any" || row.result === result.type.kind;
        }),
    ],
    [
      "an op carries the aux its row asks for",
      (block, fail) => eachRow(block, fail, (op, row) => row.aux.every((key) => hasAux(op, key))),
    ],
    [
      "an op's arguments and result agree with its aux",
      (block, fail) =>
        eachRow(block, fail, (op, row) => {
          if (!row.aux.every((key) => hasAux(op, key)) || !takesArguments(op, row)) return true;
          return AGREEMENTS[op.name]?.(op) ?? true;
        }),
    ],
    [
      "overflowed stands directly behind the op it is about, and every such op has one",
      (block, fail) =>
        block.ops.forEach((op, i) => {
          const isAbout = (one: LLOp | undefined) =>
            one !== undefined && isOpName(one.name) && opRow(one.name).overflow !== undefined;
          if (op.name === "overflowed" && !isAbout(block.ops[i - 1])) fail(printOp(op));
          if (isAbout(op) && block.ops[i + 1]?.name !== "overflowed") fail(printOp(op));
        }),
    ],
    [
      "the last op before a try exit may raise",
      ({ ops, exit }, fail) => {
        if (exit.kind !== "try") return;
        const last = ops.at(-1);
        if (last === undefined || (isOpName(last.name) && !mayRaise(last))) fail(printExit(exit));
      },
    ],
    [
      "what is raised or caught is a reference",
      ({ exit }, fail) => {
        if (exit.kind === "raise" && exit.value.type.kind !== "ref") fail(printExit(exit));
        if (exit.kind === "try" && exit.exception.type.kind !== "ref") fail(printExit(exit));
      },
    ],
    [
      "a branch is on a bool",
      ({ exit }, fail) => {
        if (exit.kind === "branch" && exit.condition.type.kind !== "bool") fail(printExit(exit));
      },
    ],
    [
      "a switch is on an int or bool and its cases are different constants of that kind",
      ({ exit }, fail) => {
        if (exit.kind !== "switch") return;
        const { kind } = exit.subject.type;
        const values = exit.cases.map((one) => one.value);
        const good =
          (kind === "int" || kind === "bool") &&
          values.every((value) => value.kind === kind) &&
          new Set(values.map(caseKey)).size === values.length;
        if (!good) fail(printExit(exit));
      },
    ],
  ];

function caseKey(value: LLConstant): string {
  return value.kind === "int" || value.kind === "bool" ? String(value.value) : value.kind;
}

function eachOp(block: LLBlock, fail: BlockFail, holds: (op: LLOp) => boolean): void {
  for (const op of block.ops) if (!holds(op)) fail(printOp(op));
}

/** For the ops that have a row. */
function eachRow(block: LLBlock, fail: BlockFail, holds: (op: LLOp, row: OpRow) => boolean): void {
  eachOp(block, fail, (op) => !isOpName(op.name) || holds(op, opRow(op.name)));
}

function takesArguments({ args }: LLOp, row: OpRow): boolean {
  if (args.length < row.args.length) return false;
  if (args.length > row.args.length && row.rest === undefined) return false;
  return args.every((arg, i) => {
    const kind = row.args[i] ?? row.rest;
    return kind === "any" ? arg.type.kind !== "void" : kind === arg.type.kind;
  });
}

function hasAux({ aux }: LLOp, key: AuxKey): boolean {
  if (key === "holder") return aux.struct !== undefined || aux.array !== undefined;
  return aux[key] !== undefined;
}

/** What aux settles of the kinds that rows leave open. */
const AGREEMENTS: Readonly<Record<string, (op: LLOp) => boolean>> = {
  getfield: ({ aux, result }) =>
    isFieldOfHolder(aux) && same(valueType(aux.field!.storage), result),
  setfield: ({ aux, args }) => isFieldOfHolder(aux) && same(valueType(aux.field!.storage), args[1]),
  getitem: ({ aux, result }) => same(valueType(aux.array!.item), result),
  setitem: ({ aux, args }) => same(valueType(aux.array!.item), args[2]),
  array_fill: ({ aux, args }) => same(valueType(aux.array!.item), args[3]),
  new: ({ aux }) => aux.struct!.tail === null,
  raw_load: ({ aux, result }) => same(valueType(aux.storage!), result),
  raw_store: ({ aux, args }) => same(valueType(aux.storage!), args[2]),
  global_get: ({ aux, result }) => same(aux.global!.type, result),
  global_set: ({ aux, args }) => same(aux.global!.type, args[0]),
  table_get: ({ aux, result }) => same(aux.table!.type, result),
  call: ({ aux, args, result }) =>
    agree(args, aux.callee!.params) && same(aux.callee!.result, result),
  call_indirect: ({ aux, args, result }) =>
    agree(args.slice(1), aux.signature!.params) && same(aux.signature!.result, result),
  imm_is: ({ aux }) => aux.struct!.immediate !== null,
  imm_make: ({ aux }) => aux.struct!.immediate !== null,
  imm_value: ({ aux }) => aux.struct!.immediate !== null,
  imm_fits: ({ aux }) => aux.struct!.immediate !== null,
};

function isFieldOfHolder(aux: LLOp["aux"]): boolean {
  return (aux.struct ?? aux.array)!.fields[aux.field!.index] === aux.field;
}

function same(type: LLType, value: LLValue | undefined): boolean {
  return value !== undefined && sameMachineType(type, value.type);
}

function agree(values: readonly LLValue[], types: readonly LLType[]): boolean {
  return values.length === types.length && values.every((value, i) => same(types[i]!, value));
}

function isOfType({ value, type }: LLConst): boolean {
  switch (value.kind) {
    case "null":
      return type.kind === "ref" || type.kind === "fn" || type.kind === "addr";
    case "object":
      return type.kind === "ref";
    case "function":
      return type.kind === "fn";
    case "int":
      return (
        (type.kind === "int" || type.kind === "addr") &&
        BigInt.asIntN(64, value.value) === value.value &&
        isWord(wrap(value.value))
      );
    default:
      return type.kind === value.kind;
  }
}

/** The result of an op that raised does not exist; the exception exists on its link alone. */
function checkScopes(block: LLBlock, fail: BlockFail): void {
  const defined = new Set<LLVariable>(block.params);
  const check = (values: readonly LLValue[], text: () => string, also?: LLVariable) => {
    for (const value of values) {
      if (value.kind === "var" && value !== also && !defined.has(value)) {
        fail(`${printVariable(value)} in: ${text()}`);
      }
    }
  };
  const { ops, exit } = block;
  ops.forEach((op, i) => {
    check(op.args, () => printOp(op));
    if (exit.kind !== "try" || i < ops.length - 1) defined.add(op.result);
  });
  const text = () => printExit(exit);
  if (exit.kind === "try") {
    check(exit.normal.args, text, ops.at(-1)?.result);
    check(exit.exceptional.args, text, exit.exception);
    return;
  }
  const operand = exitOperand(exit);
  check(
    [...(operand === null ? [] : [operand]), ...exitLinks(exit).flatMap((link) => link.args)],
    text,
  );
}

function definitions(block: LLBlock): LLVariable[] {
  const caught = block.exit.kind === "try" ? [block.exit.exception] : [];
  return [...block.params, ...block.ops.map((op) => op.result), ...caught];
}

function usedValues(block: LLBlock): LLValue[] {
  const operand = exitOperand(block.exit);
  return [
    ...block.ops.flatMap((op) => op.args),
    ...(operand === null ? [] : [operand]),
    ...exitLinks(block.exit).flatMap((link) => link.args),
  ];
}

// ---------------------------------------------------------------- the program

const PROGRAM_INVARIANTS: readonly (readonly [string, (program: LLProgram, fail: Fail) => void])[] =
  [
    [
      "names are unique among functions, types, globals and tables each",
      ({ functions, structs, arrays, globals, tables }, fail) => {
        for (const group of [functions, [...structs, ...arrays], globals, tables]) {
          const seen = new Set<string>();
          for (const { name } of group) {
            if (seen.has(name)) fail(name);
            seen.add(name);
          }
        }
      },
    ],
    [
      "a function has a graph or an extern name",
      ({ functions }, fail) => {
        for (const fn of functions)
          if ((fn.graph === null) === (fn.externName === null)) fail(fn.name);
      },
    ],
    [
      "a field's index is its position, and inherited fields come first",
      ({ structs, arrays }, fail) => {
        for (const holder of [...structs, ...arrays]) {
          holder.fields.forEach((field, i) => {
            if (field.index !== i) fail(`${holder.name}:${field.name}`);
          });
        }
        for (const struct of structs) {
          const inherited = struct.parent?.fields ?? [];
          if (!inherited.every((field, i) => struct.fields[i] === field)) fail(struct.name);
        }
      },
    ],
    [
      "a class's numbers contain those of its subclasses and of no other type",
      ({ structs, arrays }, fail) => {
        for (const struct of structs) {
          for (const other of [...structs, ...arrays]) {
            if (other === struct) continue;
            const last = other.kind === "struct" ? other.lastSubclassId : other.classId;
            const isBelow = other.kind === "struct" && inherits(other, struct);
            const isInside = other.classId > struct.classId && last <= struct.lastSubclassId;
            const isOutside = last < struct.classId || other.classId > struct.lastSubclassId;
            const isAbove = other.kind === "struct" && inherits(struct, other);
            if (isBelow ? !isInside : !isAbove && !isOutside) fail(`${struct.name}, ${other.name}`);
          }
        }
      },
    ],
    [
      "a struct's items lie behind its own fields, and below it there are the same fields and items",
      ({ structs }, fail) => {
        for (const { name, tail, fields, classId, parent } of structs) {
          const isSame = tail === null || (tail.fields === fields && tail.classId === classId);
          const above = parent?.tail ?? null;
          const inherited =
            above === null ||
            (tail?.item.kind === above.item.kind && fields.length === above.fields.length);
          if (!isSame || !inherited) fail(name);
        }
      },
    ],
    [
      "an immediate struct has a tag of its own and its payload is its only field",
      ({ structs }, fail) => {
        const tags = new Set<number>();
        for (const { name, immediate, fields } of structs) {
          if (immediate === null) continue;
          const goodTag =
            immediate.tag >= 0 && immediate.tag <= LAST_TAG && !tags.has(immediate.tag);
          if (!goodTag || fields.length !== 1 || immediate.field !== 0) fail(name);
          tags.add(immediate.tag);
        }
      },
    ],
    [
      "what an op names by aux is part of the program",
      (program, fail) => {
        const parts = new Set<unknown>([
          ...program.functions,
          ...program.structs,
          ...program.structs.map((struct) => struct.tail),
          ...program.arrays,
          ...program.globals,
          ...program.tables,
        ]);
        for (const fn of program.functions) {
          for (const op of fn.graph?.blocks.flatMap((block) => block.ops) ?? []) {
            const { callee, struct, array, source, global, table } = op.aux;
            const named = [callee, struct, array, source, global, table].filter(
              (part) => part !== undefined,
            );
            if (!named.every((part) => parts.has(part))) fail(`${fn.name}: ${printOp(op)}`);
          }
        }
      },
    ],
    [
      "the rows of a table have its type",
      ({ tables }, fail) => {
        for (const { name, type, rows } of tables) {
          if (!rows.every((value) => value === null || isOfType({ kind: "const", value, type })))
            fail(name);
        }
      },
    ],
    [
      "the entry takes the arguments and gives the exit code; initializers take and give nothing",
      ({ entry, initializers }, fail) => {
        if (entry.params.length !== 1 || entry.result.kind !== "int") fail(entry.name);
        for (const one of initializers) {
          if (one.params.length > 0 || one.result.kind !== "void") fail(one.name);
        }
      },
    ],
  ];

function inherits(struct: StructType, from: StructType): boolean {
  for (let at = struct.parent; at !== null; at = at.parent) if (at === from) return true;
  return false;
}

// ---------------------------------------------------------------- interface

export const SENTENCES: readonly string[] = [
  ...FUNCTION_INVARIANTS,
  ...BLOCK_INVARIANTS,
  ...PROGRAM_INVARIANTS,
].map(([sentence]) => sentence);

export function verifyFunction(fn: LLFunction): Violation[] {
  const { graph } = fn;
  if (graph === null) return [];
  const found: Violation[] = [];
  for (const [sentence, check] of FUNCTION_INVARIANTS) {
    check({ ...fn, graph }, (text) => found.push({ sentence, where: fn.name, text }));
  }
  for (const block of graph.blocks) {
    const where = `${fn.name}, block${block.id}`;
    for (const [sentence, check] of BLOCK_INVARIANTS) {
      check(block, (text) => found.push({ sentence, where, text }));
    }
  }
  return found;
}

export function verifyProgram(program: LLProgram): Violation[] {
  const found: Violation[] = [];
  for (const [sentence, check] of PROGRAM_INVARIANTS) {
    check(program, (text) => found.push({ sentence, where: program.name, text }));
  }
  return [...found, ...program.functions.flatMap(verifyFunction)];
}

/** Throws with all violations, and with the first broken function's graph, when there are any. */
export function assertVerified(program: LLProgram, after: string): void {
  const found = verifyProgram(program);
  if (found.length === 0) return;
  const lines = found.map(({ sentence, where, text }) => `${where}: ${sentence}\n    ${text}`);
  const broken = program.functions.find((fn) => verifyFunction(fn).length > 0);
  const graph = broken?.graph ? `\n\n${broken.name}:\n${printGraph(broken.graph)}` : "";
  throw new InternalError(`after ${after} the program is broken:\n${lines.join("\n")}${graph}`);
}
