/**
 * Remove allocations: an object that never leaves the function is its fields' values.
 *
 *     %it = new(ListIterator)
 *     setfield(%it, 0) field=position
 *     loop:                                   loop(%position):
 *       %i = getfield(%it) field=position  →    …
 *       setfield(%it, %i + 1)                   goto loop(%position + 1)
 *
 * An object stays if anything but reads and writes of its fields, and tests that are decided by its
 * being a fresh object of a known class, happens to it: if it is stored, passed, returned, or merged
 * with another reference. Each field then is a variable, put into SSA form as in "Simple and
 * efficient construction of static single assignment form" (Braun et al., 2013).
 *
 * A field narrower than a word truncates what is stored; so does the variable.
 */
import { newOp, newVariable } from "../../dsl/flow/graph.ts";
import { exitLinks, exitOperand } from "../../dsl/flow/graph.ts";
import { SideTable } from "../../dsl/flow/side-table.ts";
import type {
  LL,
  LLBlock,
  LLConst,
  LLFunction,
  LLGraph,
  LLOp,
  LLValue,
  LLVariable,
} from "../ll/program.ts";
import { BOOL, INT, valueType, type LLType, type Storage, type StructType } from "../ll/types.ts";
import type { OpName } from "../ops/table.ts";
import { removeDeadCode } from "./dead-code.ts";
import { zeroOf } from "./exceptions.ts";
import { simplifyGraph } from "./simplify.ts";
import { predecessors, Replacements, type Edge } from "./ssa.ts";

/** Objects inside removed objects go in the next round. */
const ROUNDS = 4;

/** Says how many allocations went. */
export function removeMallocs(fn: LLFunction): number {
  const graph = fn.graph!;
  let total = 0;
  for (let round = 0; round < ROUNDS; round++) {
    if (!graph.blocks.some((block) => block.ops.some((op) => op.name === "new"))) break;
    removeDeadCode(fn);
    const count = removeRound(graph);
    total += count;
    if (count === 0) break;
    simplifyGraph(graph);
  }
  return total;
}

/** A fresh object that does not escape. */
interface Candidate {
  readonly struct: StructType;
  readonly block: LLBlock;
  readonly op: LLOp;
}

function removeRound(graph: LLGraph): number {
  const { candidates, aliases } = findCandidates(graph);
  if (candidates.size === 0) return 0;
  const removal = new Removal(graph, candidates, aliases);
  removal.run();
  return candidates.size;
}

/** Ops that may be done to an object without its leaving the function, by their first argument. */
const HARMLESS = new Set<string>([
  "getfield",
  "ref_is_null",
  "ref_not_null",
  "class_in_range",
  "class_id",
  "imm_is",
  "ref_cast",
  "ref_eq",
  "ref_ne",
] satisfies OpName[]);

function findCandidates(graph: LLGraph): {
  candidates: Map<LLVariable, Candidate>;
  aliases: Map<LLVariable, LLVariable>;
} {
  const candidates = new Map<LLVariable, Candidate>();
  /** Casts of candidates, by the object they are. */
  const aliases = new Map<LLVariable, LLVariable>();
  for (const block of graph.blocks) {
    for (const op of block.ops) {
      const [first] = op.args;
      if (
        op.name === "new" &&
        op.aux.struct!.weakField === null &&
        op.aux.struct!.finalizer === null
      ) {
        candidates.set(op.result, { struct: op.aux.struct!, block, op });
        aliases.set(op.result, op.result);
      } else if (op.name === "ref_cast" && first!.kind === "var") {
        const object = aliases.get(first!);
        if (object !== undefined) aliases.set(op.result, object);
      }
    }
  }
  const escapes = (value: LLValue): void => {
    const object = value.kind === "var" ? aliases.get(value) : undefined;
    if (object !== undefined) candidates.delete(object);
  };
  for (const block of graph.blocks) {
    for (const op of block.ops) {
      if (HARMLESS.has(op.name)) continue;
      op.args.forEach((arg, i) => {
        if (op.name !== "setfield" || i !== 0) escapes(arg);
      });
    }
    const operand = exitOperand(block.exit);
    if (operand !== null) escapes(operand);
    for (const link of exitLinks(block.exit)) link.args.forEach(escapes);
  }
  return { candidates, aliases };
}

class Removal {
  private readonly graph: LLGraph;
  private readonly candidates: ReadonlyMap<LLVariable, Candidate>;
  private readonly aliases: ReadonlyMap<LLVariable, LLVariable>;
  private readonly replacements = new Replacements();
  private readonly before: SideTable<LLBlock, Edge[]>;
  /** What a field holds where a block ends, and where it begins. */
  private readonly atEnd = new Map<LLBlock, Map<string, LLValue>>();
  private readonly atStart = new Map<LLBlock, Map<string, LLValue>>();

  constructor(
    graph: LLGraph,
    candidates: ReadonlyMap<LLVariable, Candidate>,
    aliases: ReadonlyMap<LLVariable, LLVariable>,
  ) {
    this.graph = graph;
    this.candidates = candidates;
    this.aliases = aliases;
    this.before = predecessors(graph);
  }

  run(): void {
    const touched = this.graph.blocks.filter((block) =>
      block.ops.some(
        (op) =>
          this.objectOf(op.args[0]) !== null ||
          this.objectOf(op.args[1]) !== null ||
          this.candidates.has(op.result),
      ),
    );
    // 1. What each block leaves in the fields it writes.
    for (const block of touched) this.noteStores(block);
    // 2. Every access is a value.
    for (const block of touched) this.rewrite(block);
    this.replacements.apply(this.graph);
  }

  /** The candidate that a value is, itself or cast. */
  private objectOf(value: LLValue | undefined): LLVariable | null {
    const object = value?.kind === "var" ? this.aliases.get(value) : undefined;
    return object !== undefined && this.candidates.has(object) ? object : null;
  }

  private noteStores(block: LLBlock): void {
    const left = new Map<string, LLValue>();
    const ops: LLOp[] = [];
    for (const op of block.ops) {
      ops.push(op);
      const created = this.candidates.get(op.result);
      if (created !== undefined) {
        for (const field of created.struct.fields)
          left.set(keyOf(op.result, field.index), zeroOf(valueType(field.storage)));
      }
      const object = op.name === "setfield" ? this.objectOf(op.args[0]) : null;
      if (object === null) continue;
      const truncated = this.truncate(op, ops);
      op.args[1] = truncated;
      left.set(keyOf(object, op.aux.field!.index), truncated);
    }
    block.ops = ops;
    this.atEnd.set(block, left);
  }

  /** The stored value as it would be read back; conversions stand before the store. */
  private truncate(op: LLOp, ops: LLOp[]): LLValue {
    const value = op.args[1]!;
    const convert = TRUNCATING[op.aux.field!.storage.kind];
    if (convert === undefined) return value;
    const result = newVariable<LL>(
      this.graph,
      valueType(op.aux.field!.storage),
      value.kind === "var" ? value.name : null,
    );
    ops.splice(ops.length - 1, 0, newOp<LL>(convert, [value], result, {}, op.span));
    return result;
  }

  private rewrite(block: LLBlock): void {
    const now = new Map<string, LLValue>();
    const last = block.ops.at(-1);
    const ops: LLOp[] = [];
    for (const op of block.ops) {
      const created = this.candidates.get(op.result);
      if (created !== undefined) {
        for (const field of created.struct.fields)
          now.set(keyOf(op.result, field.index), zeroOf(valueType(field.storage)));
        continue;
      }
      const object = this.objectOf(op.args[0]);
      if (object === null && this.objectOf(op.args[1]) === null) ops.push(op);
      else this.rewriteAccess(block, op, object, now);
    }
    block.ops = ops;
    // The allocation was what could raise.
    if (block.exit.kind === "try" && ops.at(-1) !== last)
      block.exit = { kind: "goto", link: block.exit.normal };
  }

  private rewriteAccess(
    block: LLBlock,
    op: LLOp,
    object: LLVariable | null,
    now: Map<string, LLValue>,
  ): void {
    const { result, aux } = op;
    switch (op.name) {
      case "getfield": {
        const key = keyOf(object!, aux.field!.index);
        let value = now.get(key);
        if (value === undefined) {
          value = this.readAtStart(block, key, valueType(aux.field!.storage));
          now.set(key, value);
        }
        this.replacements.set(result, value);
        return;
      }
      case "setfield":
        now.set(keyOf(object!, aux.field!.index), op.args[1]!);
        return;
      case "ref_cast":
        return;
      default:
        this.replacements.set(result, this.decided(op, object));
    }
  }

  /** Tests of a fresh object. */
  private decided(op: LLOp, object: LLVariable | null): LLConst {
    const other = this.objectOf(op.args[1]);
    switch (op.name) {
      case "ref_eq":
        return bool(object === other);
      case "ref_ne":
        return bool(object !== other);
      case "ref_not_null":
        return bool(true);
      case "class_in_range": {
        const { classId } = this.candidates.get(object!)!.struct;
        const tested = op.aux.struct!;
        return bool(tested.classId <= classId && classId <= tested.lastSubclassId);
      }
      case "class_id":
        return {
          kind: "const",
          value: { kind: "int", value: BigInt(this.candidates.get(object!)!.struct.classId) },
          type: INT,
        };
      default:
        return bool(false);
    }
  }

  private readAtEnd(block: LLBlock, key: string, type: LLType): LLValue {
    return this.atEnd.get(block)?.get(key) ?? this.readAtStart(block, key, type);
  }

  private readAtStart(block: LLBlock, key: string, type: LLType): LLValue {
    let known = this.atStart.get(block);
    if (known === undefined) this.atStart.set(block, (known = new Map()));
    const found = known.get(key);
    if (found !== undefined) return found;
    const edges = this.before.get(block)!;
    if (edges.length === 1) {
      const value = this.readAtEnd(edges[0]!.from, key, type);
      known.set(key, value);
      return value;
    }
    // The parameter is known before its arguments are looked for: they may come round a loop.
    const param = newVariable<LL>(this.graph, type);
    known.set(key, param);
    block.params.push(param);
    for (const { from, link } of edges) link.args.push(this.readAtEnd(from, key, type));
    return param;
  }
}

function keyOf(object: LLVariable, field: number): string {
  return `${object.id}.${field}`;
}

function bool(value: boolean): LLConst {
  return { kind: "const", value: { kind: "bool", value }, type: BOOL };
}

const TRUNCATING: Partial<Record<Storage["kind"], OpName>> = {
  i8: "int_sext8",
  i16: "int_sext16",
  i32: "int_sext32",
  u8: "int_zext8",
  u16: "int_zext16",
  u32: "int_zext32",
  f32: "float_to_f32",
};
