/** Annotations of constants and of a graph's values. */
import type { StaticValue } from "../bind/symbols.ts";
import type { HighValue } from "../flow/ops.ts";
import { FALSE, NEVER, NONE, POISON, TRUE, FLOAT, intConstant } from "./lattice.ts";
import type { Annotation } from "./lattice.ts";
import type { Spec } from "./result.ts";

export function staticAnnotation(value: StaticValue): Annotation {
  switch (value.kind) {
    case "int":
      return value.value > 0x7fff_ffff_ffff_ffffn
        ? { kind: "int", width: "uint", nonneg: true, value: value.value }
        : intConstant(value.value);
    case "float":
      return FLOAT;
    case "bool":
      return value.value ? TRUE : FALSE;
    case "none":
      return NONE;
    case "str":
      return value.value.length === 1
        ? { kind: "char", value: value.value }
        : { kind: "str", value: value.value };
    case "tuple":
      return { kind: "tuple", items: value.items.map(staticAnnotation) };
    case "member":
      return { kind: "enum", symbol: value.enum, index: value.index };
    case "error":
      return POISON;
    default:
      return { kind: "constant", value, bound: null };
  }
}

/** What is known of a value now; `never` where control has not been. */
export function annotationOf(spec: Spec, value: HighValue): Annotation {
  return value.kind === "const"
    ? staticAnnotation(value.value)
    : (spec.annotations[value.id] ?? NEVER);
}
