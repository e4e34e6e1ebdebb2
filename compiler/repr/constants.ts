/**
 * Static constants as low-level constants, prebuilt where they are objects.
 *
 * Equal texts are one object, as are equal tuples and boxes: a constant is never changed.
 */
import { ConstantKeys } from "../ll/constant-keys.ts";
import type { Annotation, AnnotationOf } from "../../dsl/annotate/lattice.ts";
import { show } from "../../dsl/annotate/show.ts";
import { staticAnnotation } from "../../dsl/annotate/values.ts";
import type { StaticValue } from "../../dsl/bind/symbols.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { HeapStruct, newString, newStruct, toStorage } from "../eval/heap.ts";
import type { HeapArray, HeapObject } from "../eval/heap.ts";
import { machineValue } from "../eval/values.ts";
import type { LLConst } from "../ll/program.ts";
import { ADDR, ref } from "../ll/types.ts";
import type { StructType } from "../ll/types.ts";
import {
  boolValue,
  constantValue,
  floatValue,
  intValue,
  nullValue,
  objectValue,
  VOID_VALUE,
} from "./builder.ts";
import { ANY, isBoxed, itemField, type Layouts } from "./layouts.ts";

/** What constants need of the program: closures over functions, and class numbers. */
export interface ConstantHost {
  readonly layouts: Layouts;
  /** The prebuilt function value of a function that captures nothing. */
  functionObject(
    value: Extract<StaticValue, { kind: "function" | "builtin" }>,
    to: AnnotationOf<"function">,
  ): HeapObject;
  classNumber(value: Extract<StaticValue, { kind: "class" }>): number;
}

export class Constants {
  private readonly host: ConstantHost;
  private readonly strings = new Map<string, HeapArray>();
  private readonly objects = new Map<string, HeapStruct>();

  constructor(host: ConstantHost) {
    this.host = host;
  }

  /** The object of a text; its code units are bytes. */
  string(text: string): HeapArray {
    let object = this.strings.get(text);
    if (object === undefined) {
      object = newString(
        this.host.layouts.str,
        Uint8Array.from(text, (unit) => unit.charCodeAt(0)),
      );
      this.strings.set(text, object);
    }
    return object;
  }

  stringValue(text: string): LLConst {
    return objectValue(this.string(text), ref(this.host.layouts.str));
  }

  /** A constant in the representation of `to`, which it fits. */
  value(value: StaticValue, to: Annotation): LLConst {
    const { layouts } = this.host;
    switch (to.kind) {
      case "never":
      case "poison":
      case "none":
        return nullValue(ANY);
      case "bool":
        return boolValue(value.kind === "bool" && value.value);
      case "int":
        return intValue(wordOf(value));
      case "enum":
        return intValue(wordOf(value));
      case "char":
        return intValue(wordOf(value));
      case "ptr":
        return constantValue({ kind: "null" }, ADDR);
      case "float":
        return floatValue(value.kind === "float" ? value.value : Number(wordOf(value)));
      case "str":
        if (value.kind === "str") return this.stringValue(value.value);
        break;
      case "class":
        if (value.kind === "class") return intValue(this.host.classNumber(value));
        break;
      case "function":
        if (value.kind === "function" || value.kind === "builtin")
          return objectValue(this.host.functionObject(value, to), ref(layouts.closure));
        break;
      case "tuple":
        if (value.kind === "tuple") return this.tuple(value, to);
        break;
      case "optional":
        if (value.kind === "none") return nullValue(optionalType(layouts, to));
        return isBoxed(to.of)
          ? this.box(this.value(value, to.of), layouts.box(to.of))
          : this.value(value, to.of);
      case "any_ref":
        return this.value(value, staticAnnotation(value));
      case "constant":
        return VOID_VALUE;
      case "array":
      case "instance":
      case "weak":
        // A raw module may compare what nobody has set yet with None.
        if (value.kind === "none") return nullValue(optionalType(layouts, to));
        break;
    }
    throw new InternalError(`the constant ${value.kind} is no ${show(to)}`);
  }

  /** A prebuilt box around a constant that is no reference. */
  box(content: LLConst, struct: StructType): LLConst {
    return objectValue(this.shared(struct, [content]), ref(struct));
  }

  private tuple(
    value: Extract<StaticValue, { kind: "tuple" }>,
    to: AnnotationOf<"tuple">,
  ): LLConst {
    const struct = this.host.layouts.tuple(to);
    const items = value.items.map((item, i) => this.value(item, to.items[i]!));
    return objectValue(this.shared(struct, items), ref(struct));
  }

  private shared(struct: StructType, items: readonly LLConst[]): HeapStruct {
    const key = `${struct.name} ${items.map((item) => this.keys.keyOf(item.value)).join(" ")}`;
    let object = this.objects.get(key);
    if (object === undefined) {
      object = newStruct(struct);
      for (let i = 0; i < items.length; i++) {
        const field = itemField(struct, i);
        object.fields[field.index] = toStorage(field.storage, machineValue(items[i]!.value));
      }
      this.objects.set(key, object);
    }
    return object;
  }

  private readonly keys = new ConstantKeys();
}

function optionalType(layouts: Layouts, to: Annotation): typeof ANY {
  const type = layouts.typeOf(to);
  return type.kind === "ref" ? type : ANY;
}

/** The word of an int, char, bool or enum member. */
function wordOf(value: StaticValue): bigint {
  switch (value.kind) {
    case "int":
      return BigInt.asIntN(64, value.value);
    case "bool":
      return value.value ? 1n : 0n;
    case "member":
      return BigInt(value.index);
    case "str":
      return BigInt(value.value.charCodeAt(0));
    case "none":
      return 0n;
    default:
      throw new InternalError(`the constant ${value.kind} is no number`);
  }
}
