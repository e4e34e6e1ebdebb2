/**
 * Calls of functions and methods, with arguments converted to the parameters' representations.
 *
 * A virtual call whose receiver can have one implementation only is a direct call. Otherwise there
 * is a table per method family, indexed by the receiver's class number:
 *
 *     %n = class_id(%shape);  %code = table_get(%n - Shape);  call_indirect %code(%shape, …)
 *
 * An override may declare parameters and results of its own; where those are represented differently
 * from the family's, the table holds an adapter.
 */
import { findClass, read } from "../../dsl/annotate/cells.ts";
import type { MethodFamily } from "../../dsl/annotate/cells.ts";
import type { Annotation } from "../../dsl/annotate/lattice.ts";
import type { Spec } from "../../dsl/annotate/result.ts";
import { assert } from "../../dsl/syntax/diagnostics.ts";
import type { LLConstant, LLFunction, LLTable, LLValue } from "../ll/program.ts";
import { ref } from "../ll/types.ts";
import type { FnType } from "../ll/types.ts";
import { intValue, type Builder } from "./builder.ts";
import type { ClassEntry } from "./classes.ts";
import { bindParams, returnConverted } from "./closures.ts";
import { convert, isSame, isSameResult } from "./convert.ts";
import type { Lowering } from "./lowering.ts";

/** A value together with the annotation whose representation it has. */
export interface Typed {
  readonly value: LLValue;
  readonly annotation: Annotation;
}

/** Arguments as the callee wants them; what has no run-time value is left out. */
export function convertArguments(
  lowering: Lowering,
  b: Builder,
  args: readonly Typed[],
  params: readonly Annotation[],
): LLValue[] {
  assert(args.length === params.length, `${args.length} arguments for ${params.length} parameters`);
  return args
    .map((arg, i) => convert(lowering, b, arg.value, arg.annotation, params[i]!))
    .filter((value) => value.type.kind !== "void");
}

export function callSpec(
  lowering: Lowering,
  b: Builder,
  target: Spec,
  args: readonly Typed[],
): Typed {
  const values = convertArguments(lowering, b, args, target.params.map(read));
  return { annotation: read(target.result), value: b.call(lowering.functionOf(target), values) };
}

/** Dispatches on the class of the first argument, which is not None. */
export function callFamily(
  lowering: Lowering,
  b: Builder,
  family: MethodFamily,
  args: readonly Typed[],
): Typed {
  const [receiver, ...rest] = args;
  const root = lowering.classes.entryOf(family.root);
  const below = receiverClass(lowering, receiver!.annotation) ?? root;
  const possible = new Set(
    lowering.classes
      .within(below)
      .filter((entry) => entry.created)
      .map((entry) => implementationFor(family, entry)),
  );
  possible.delete(null);
  const [only] = possible;
  if (only !== undefined && only !== null && possible.size === 1)
    return callSpec(lowering, b, only, args);
  // No object of such a class was ever made: the call is never reached.
  if (only === undefined) {
    b.stop();
    return { annotation: { kind: "never" }, value: intValue(0) };
  }
  const annotations = family.params.map(read);
  const signature = familySignature(lowering, family, root);
  const self = b.cast(receiver!.value, ref(root.struct));
  const values = convertArguments(lowering, b, rest, annotations);
  const row = classIndex(b, self, root);
  const code = b.emit("table_get", [row], signature, {
    table: familyTable(lowering, family, root),
  });
  return {
    annotation: read(family.result),
    value: b.emit("call_indirect", [code, self, ...values], signature.result, { signature }),
  };
}

function receiverClass(lowering: Lowering, annotation: Annotation): ClassEntry | null {
  if (annotation.kind === "optional") return receiverClass(lowering, annotation.of);
  return annotation.kind === "instance" ? lowering.classes.entryOf(annotation.cls) : null;
}

/** The row of an object in tables of classes below `root`. */
export function classIndex(b: Builder, object: LLValue, root: ClassEntry): LLValue {
  const number = b.int("class_id", object);
  return root.struct.classId === 0
    ? number
    : b.int("int_sub", number, intValue(root.struct.classId));
}

/** What a class has or inherits; null when that is abstract or was never reached. */
export function implementationFor(family: MethodFamily, entry: ClassEntry): Spec | null {
  for (let one: ClassEntry | null = entry; one !== null; one = one.base) {
    const found = family.implementations.get(one.key);
    if (found !== undefined) return found.graph === null && found.symbol.isAbstract ? null : found;
    if (one.symbol === findClass(family.root).symbol) return null;
  }
  return null;
}

function familySignature(lowering: Lowering, family: MethodFamily, root: ClassEntry): FnType {
  const { layouts } = lowering;
  return {
    kind: "fn",
    params: [ref(root.struct), ...layouts.paramTypes(family.params.map(read))],
    result: layouts.resultType(read(family.result)),
  };
}

function familyTable(lowering: Lowering, family: MethodFamily, root: ClassEntry): LLTable {
  let table = lowering.familyTables.get(family);
  if (table === undefined) {
    const rows: (LLConstant | null)[] = [];
    table = {
      name: lowering.uniqueName(`${root.struct.name}.${family.name}.table`),
      type: familySignature(lowering, family, root),
      rows,
    };
    lowering.familyTables.set(family, table);
    lowering.tables.push(table);
    for (const entry of lowering.classes.within(root)) {
      const implementation = entry.created ? implementationFor(family, entry) : null;
      rows.push(
        implementation === null
          ? null
          : { kind: "function", function: tableEntry(lowering, family, root, implementation) },
      );
    }
  }
  return table;
}

/** The implementation itself, or an adapter if it is represented differently from the family. */
function tableEntry(
  lowering: Lowering,
  family: MethodFamily,
  root: ClassEntry,
  implementation: Spec,
): LLFunction {
  const own = implementation.params.slice(1).map(read);
  const shared = family.params.map(read);
  const sameParams =
    own.length === shared.length &&
    own.every(
      (param, i) => isSame(lowering, shared[i]!, param) && sameVoid(lowering, shared[i]!, param),
    );
  if (sameParams && isSameResult(lowering, read(implementation.result), read(family.result)))
    return lowering.functionOf(implementation);
  const signature = familySignature(lowering, family, root);
  return lowering.once(`virtual ${family.id} ${implementation.id}`, () =>
    lowering.define(
      {
        name: `${implementation.name}.virtual`,
        displayName: implementation.symbol.name,
        params: signature.params,
        result: signature.result,
        span: null,
      },
      (b, params) => {
        const receiver: Typed = {
          annotation: { kind: "instance", cls: family.root },
          value: params[0]!,
        };
        const args = bindParams(lowering, shared, params.slice(1));
        returnConverted(
          lowering,
          b,
          callSpec(lowering, b, implementation, [receiver, ...args]),
          read(family.result),
        );
      },
    ),
  );
}

function sameVoid(lowering: Lowering, a: Annotation, b: Annotation): boolean {
  return (
    (lowering.layouts.typeOf(a).kind === "void") === (lowering.layouts.typeOf(b).kind === "void")
  );
}
