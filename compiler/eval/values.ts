/** Between constants of low-level programs and what the evaluator computes with. */
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { wrap } from "../ops/words.ts";
import type { HeapObject, MachineValue, Word } from "./heap.ts";
import type { LLConst, LLConstant, LLFunction } from "../ll/program.ts";
import type { LLType } from "../ll/types.ts";

export function machineValue(constant: LLConstant): MachineValue {
  switch (constant.kind) {
    case "int":
      return wrap(constant.value);
    case "float":
    case "bool":
      return constant.value;
    case "null":
      return null;
    case "void":
      return undefined;
    case "object":
      return constant.object;
    case "function":
      return constant.function;
  }
}

/** The constant of this type that stands for a value. */
export function constantOf(value: MachineValue, type: LLType): LLConst {
  return { kind: "const", value: constantValue(value, type), type };
}

function constantValue(value: MachineValue, type: LLType): LLConstant {
  switch (type.kind) {
    case "void":
      return { kind: "void" };
    case "bool":
      return { kind: "bool", value: value as boolean };
    case "float":
      return { kind: "float", value: value as number };
    case "int":
      return { kind: "int", value: BigInt(value as Word) };
    case "addr":
      if (value !== 0) throw new InternalError("a raw address cannot outlive the build");
      return { kind: "null" };
    case "ref":
      return value === null ? { kind: "null" } : { kind: "object", object: value as HeapObject };
    case "fn":
      return value === null
        ? { kind: "null" }
        : { kind: "function", function: value as LLFunction };
  }
}

/** What a variable of this type holds before anything is stored in it. */
export function zeroValue(type: LLType): MachineValue {
  switch (type.kind) {
    case "void":
      return undefined;
    case "bool":
      return false;
    case "int":
    case "float":
    case "addr":
      return 0;
    case "ref":
    case "fn":
      return null;
  }
}
