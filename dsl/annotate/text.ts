/** The text of a value: f-strings, `str(x)`, `repr(x)`, print. */
import type { StaticValue } from "../bind/symbols.ts";
import type { HighValue } from "../flow/ops.ts";
import {
  callFunction,
  callInstanceMethod,
  callLibrary,
  libraryFunction,
  positional,
} from "./calls.ts";
import type { At } from "./calls.ts";
import { STR } from "./lattice.ts";
import type { Annotation } from "./lattice.ts";
import { methodOf } from "./operators.ts";
import type { FoundMethod } from "./operators.ts";
import { show } from "./show.ts";
import { annotationOf } from "./values.ts";

export function textOf(
  at: At,
  value: HighValue,
  conversion: "r" | "s" | null,
  format: string | null,
): Annotation {
  const from = annotationOf(at.spec, value);
  if (format !== null && format !== "") return formatted(at, value, from, format);
  switch (from.kind) {
    case "never":
    case "poison":
      return from;
    case "str":
    case "char":
      if (conversion === "r") return callLibrary(at, "repr_str", [value]);
      at.ctx.resolve(at.spec, at.op, { kind: "same", value });
      return from;
    case "int":
      return callLibrary(at, from.width === "uint" ? "uint_text" : "int_to_str", [value]);
    case "float":
      return callLibrary(at, "float_to_str", [value]);
    case "bool":
      return callLibrary(at, "bool_to_str", [value]);
    case "none":
      return constantText(at, "None");
    case "enum":
      at.ctx.resolve(at.spec, at.op, {
        kind: "intrinsic",
        name: "enum_name",
        args: [value],
        type: STR,
      });
      return STR;
    case "optional":
      return callLibrary(at, conversion === "r" ? "optional_repr" : "optional_to_str", [value]);
    case "tuple":
      return from.items.length === 0
        ? constantText(at, "()")
        : callLibrary(at, `tuple_repr_${from.items.length}`, [value]);
    case "array":
    case "instance": {
      const found =
        (conversion === "r" ? methodOf(at, from, "__repr__") : null) ??
        methodOf(at, from, "__str__") ??
        methodOf(at, from, "__repr__");
      if (found !== null) return callText(at, found, value);
      break;
    }
    default:
      break;
  }
  return at.ctx.error(
    "E0314",
    at.op.span,
    `${show(from)} has no text: it defines neither __str__ nor __repr__`,
  );
}

/** For messages of the library: as `repr`, but what has no text is called by its class. */
export function describe(at: At, value: HighValue): Annotation {
  const from = annotationOf(at.spec, value);
  if (from.kind === "never" || from.kind === "poison") return from;
  return hasText(at, from) ? textOf(at, value, "r", null) : constantText(at, `this ${show(from)}`);
}

function hasText(at: At, annotation: Annotation): boolean {
  switch (annotation.kind) {
    case "tuple":
      return annotation.items.every((item) => hasText(at, item));
    case "optional":
      return hasText(at, annotation.of);
    case "instance":
      return (
        methodOf(at, annotation, "__repr__") !== null ||
        methodOf(at, annotation, "__str__") !== null
      );
    default:
      return ["str", "char", "int", "float", "bool", "none", "enum"].includes(annotation.kind);
  }
}

function callText(at: At, found: FoundMethod, value: HighValue): Annotation {
  if (found.cls === null) return callFunction(at, found.method, value, positional([]));
  return callInstanceMethod(at, found.cls, found.method, value, positional([]));
}

function constantText(at: At, text: string): Annotation {
  const value: StaticValue = { kind: "str", value: text };
  at.ctx.resolve(at.spec, at.op, { kind: "constant", value });
  return STR;
}

/** `{x:>8}`: the format is a literal, so what it may say is checked here. */
function formatted(at: At, value: HighValue, from: Annotation, format: string): Annotation {
  const spec: HighValue = { kind: "const", value: { kind: "str", value: format }, type: null };
  const conversion = format.at(-1)!;
  const wanted = /[a-zA-Z%]/.test(conversion) ? conversion : null;
  switch (from.kind) {
    case "never":
    case "poison":
      return from;
    case "int":
      if (wanted === null || "dxXobc".includes(wanted))
        return callFormat(at, "format_int", value, spec);
      break;
    case "float":
      if (wanted === null || "eEfFgG%".includes(wanted))
        return callFormat(at, "format_float", value, spec);
      break;
    case "str":
    case "char":
      if (wanted === null || wanted === "s") return callFormat(at, "format_str", value, spec);
      break;
    default:
      break;
  }
  return at.ctx.error("E0315", at.op.span, `the format \`${format}\` does not suit ${show(from)}`);
}

function callFormat(at: At, name: string, value: HighValue, spec: HighValue): Annotation {
  return callFunction(at, libraryFunction(at.ctx, name), null, positional([value, spec]));
}
