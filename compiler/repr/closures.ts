/**
 * Function values: closure objects whose `code` takes the closure itself, then the arguments.
 *
 *     xs.sort(key=lambda p: p.x + dx)
 *
 *     closure<int>            { code: sort_key.value, 0: dx }
 *     fn sort_key.value(closure, p) = sort_key(closure.0, p)
 *
 * An *adapter* has the signature of the function values it is among, takes captured values out of
 * the closure, converts, and calls the target. A function value of another signature is wrapped in a
 * closure of the wanted one.
 */
import { findFunction, read } from "../../dsl/annotate/cells.ts";
import type { FunctionCell, MethodFamily } from "../../dsl/annotate/cells.ts";
import type { Annotation, AnnotationOf } from "../../dsl/annotate/lattice.ts";
import { typeKey } from "../../dsl/annotate/show.ts";
import type { Spec } from "../../dsl/annotate/result.ts";
import { HeapStruct } from "../eval/heap.ts";
import type { LLFunction, LLValue } from "../ll/program.ts";
import { ref, valueType } from "../ll/types.ts";
import type { StructType } from "../ll/types.ts";
import { constantValue, type Builder } from "./builder.ts";
import { convert } from "./convert.ts";
import { itemField } from "./layouts.ts";
import type { Lowering } from "./lowering.ts";
import { callFamily, callSpec, type Typed } from "./calls.ts";

export type Target = Spec | MethodFamily;

export function isFamily(target: Target): target is MethodFamily {
  return "implementations" in target;
}

/** Annotations of all parameters of a target, the receiver of a family included. */
function paramsOf(target: Target): Annotation[] {
  if (!isFamily(target)) return target.params.map(read);
  return [{ kind: "instance", cls: target.root }, ...target.params.map(read)];
}

function signatureKey(cell: FunctionCell): string {
  return typeKey({ kind: "function", fn: cell });
}

/** How many of the target's parameters a value of this signature has captured. */
function capturedCount(target: Target, fn: FunctionCell): number {
  return paramsOf(target).length - findFunction(fn).params.length;
}

function closureStruct(lowering: Lowering, captured: readonly Annotation[]): StructType {
  return lowering.layouts.closureWith(captured.map((one) => lowering.layouts.storageOf(one)));
}

/** The code of function values that reach `target`. */
export function adapterFor(lowering: Lowering, target: Target, fn: FunctionCell): LLFunction {
  const name = isFamily(target) ? `${target.root.symbol.name}.${target.name}` : target.name;
  return lowering.once(
    `adapter ${isFamily(target) ? "family" : "spec"} ${target.id} ${signatureKey(fn)}`,
    () => {
      const cell = findFunction(fn);
      const signature = lowering.layouts.codeSignature(cell);
      return lowering.define(
        {
          name: `${name}.value`,
          displayName: target.symbol.name,
          params: signature.params,
          result: signature.result,
          span: null,
        },
        (b, params) => {
          const all = paramsOf(target);
          const count = capturedCount(target, fn);
          const captured = all.slice(0, count);
          const self = b.cast(params[0]!, ref(closureStruct(lowering, captured)));
          const values: Typed[] = captured.map((annotation, i) => ({
            annotation,
            value: readCaptured(lowering, b, self, captured, i),
          }));
          values.push(...bindParams(lowering, cell.params.map(read), params.slice(1)));
          returnConverted(lowering, b, callTarget(lowering, b, target, values), read(cell.result));
        },
      );
    },
  );
}

function callTarget(lowering: Lowering, b: Builder, target: Target, args: readonly Typed[]): Typed {
  return isFamily(target)
    ? callFamily(lowering, b, target, args)
    : callSpec(lowering, b, target, args);
}

/** Pairs annotations with machine parameters; what has no run-time value has no parameter. */
export function bindParams(
  lowering: Lowering,
  annotations: readonly Annotation[],
  params: readonly LLValue[],
): Typed[] {
  let next = 0;
  return annotations.map((annotation) => {
    const isVoid = lowering.layouts.typeOf(annotation).kind === "void";
    return {
      annotation,
      value: isVoid ? constantValue({ kind: "void" }, { kind: "void" }) : params[next++]!,
    };
  });
}

/** Ends a function that the compiler wrote with the (converted) result of a call. */
export function returnConverted(
  lowering: Lowering,
  b: Builder,
  result: Typed,
  to: Annotation,
): void {
  if (result.annotation.kind === "never") return b.stop();
  if (lowering.layouts.resultType(to).kind === "void")
    return b.return(constantValue({ kind: "void" }, { kind: "void" }));
  b.return(convert(lowering, b, result.value, result.annotation, to));
}

function readCaptured(
  lowering: Lowering,
  b: Builder,
  self: LLValue,
  captured: readonly Annotation[],
  index: number,
): LLValue {
  const struct = closureStruct(lowering, captured);
  const field = itemField(struct, index);
  const type = lowering.layouts.typeOf(captured[index]!);
  if (type.kind === "void") return constantValue({ kind: "void" }, type);
  const value = b.emit("getfield", [self], valueType(field.storage), { field, struct });
  return type.kind === "ref" ? b.cast(value, type) : value;
}

/** A fresh function value over these captured values; prebuilt if there are none. */
export function makeClosure(
  lowering: Lowering,
  b: Builder,
  target: Target,
  fn: FunctionCell,
  values: readonly Typed[],
): LLValue {
  const code = adapterFor(lowering, target, fn);
  if (values.length === 0)
    return constantValue(
      { kind: "object", object: prebuiltClosure(lowering, code) },
      ref(lowering.layouts.closure),
    );
  const captured = paramsOf(target).slice(0, values.length);
  const items = values.map((one, i) =>
    convert(lowering, b, one.value, one.annotation, captured[i]!),
  );
  return b.cast(
    newClosure(lowering, b, code, closureStruct(lowering, captured), items),
    ref(lowering.layouts.closure),
  );
}

function newClosure(
  lowering: Lowering,
  b: Builder,
  code: LLFunction,
  struct: StructType,
  items: readonly LLValue[],
): LLValue {
  const object = b.emit("new", [], ref(struct), { struct });
  const codeField = lowering.layouts.closure.fields[0]!;
  b.effect("setfield", [object, functionValue(code)], { field: codeField, struct });
  items.forEach((item, i) => {
    if (item.type.kind !== "void")
      b.effect("setfield", [object, item], { field: itemField(struct, i), struct });
  });
  return object;
}

function functionValue(fn: LLFunction): LLValue {
  return constantValue(
    { kind: "function", function: fn },
    { kind: "fn", params: fn.params, result: fn.result },
  );
}

export function prebuiltClosure(lowering: Lowering, code: LLFunction): HeapStruct {
  let object = lowering.closures.get(code);
  if (object === undefined) {
    object = new HeapStruct(lowering.layouts.closure, [code]);
    lowering.closures.set(code, object);
  }
  return object;
}

/** A function value of one signature as one of another. */
export function wrapFunction(
  lowering: Lowering,
  b: Builder,
  value: LLValue,
  from: FunctionCell,
  to: FunctionCell,
): LLValue {
  const inner: AnnotationOf<"function"> = { kind: "function", fn: from };
  const code = lowering.once(`wrap ${signatureKey(from)} as ${signatureKey(to)}`, () => {
    const signature = lowering.layouts.codeSignature(to);
    return lowering.define(
      {
        name: "function.wrapped",
        displayName: "function value",
        params: signature.params,
        result: signature.result,
        span: null,
      },
      (body, params) => {
        const self = body.cast(params[0]!, ref(closureStruct(lowering, [inner])));
        const callee = readCaptured(lowering, body, self, [inner], 0);
        const args = bindParams(lowering, findFunction(to).params.map(read), params.slice(1));
        returnConverted(
          lowering,
          body,
          callClosure(lowering, body, callee, from, args),
          read(findFunction(to).result),
        );
      },
    );
  });
  return b.cast(
    newClosure(lowering, b, code, closureStruct(lowering, [inner]), [value]),
    ref(lowering.layouts.closure),
  );
}

/** A call through a function value: direct when only one function can be meant, as far as inference saw all. */
export function callClosure(
  lowering: Lowering,
  b: Builder,
  callee: LLValue,
  fn: FunctionCell,
  args: readonly Typed[],
): Typed {
  const cell = findFunction(fn);
  const annotation = read(cell.result);
  const values = [
    callee,
    ...args.map((arg, i) => convert(lowering, b, arg.value, arg.annotation, read(cell.params[i]!))),
  ].filter((value) => value.type.kind !== "void");
  const [only, ...others] = cell.targets;
  // A declared signature may be that of a generic body, which is shared by calls it knows nothing of.
  if (only !== undefined && others.length === 0 && !cell.declared)
    return { annotation, value: b.call(adapterFor(lowering, only, cell), values) };
  const signature = lowering.layouts.codeSignature(cell);
  const code = b.emit("getfield", [callee], signature, {
    field: lowering.layouts.closure.fields[0]!,
    struct: lowering.layouts.closure,
  });
  return {
    annotation,
    value: b.emit("call_indirect", [code, ...values], signature.result, { signature }),
  };
}
