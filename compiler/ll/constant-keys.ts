/** Texts that are equal exactly for equal constants: numbers by value, objects and functions by identity. */
import type { LLConstant } from "./program.ts";

export class ConstantKeys {
  private readonly ids = new Map<object, number>();

  keyOf(constant: LLConstant): string {
    switch (constant.kind) {
      case "int":
      case "bool":
        return String(constant.value);
      case "float":
        return Object.is(constant.value, -0) ? "-0f" : `${constant.value}f`;
      case "null":
      case "void":
        return constant.kind;
      case "object":
        return `#${this.idOf(constant.object)}`;
      case "function":
        return `#${this.idOf(constant.function)}`;
    }
  }

  /** The same number for the same object. */
  idOf(object: object): number {
    let id = this.ids.get(object);
    if (id === undefined) this.ids.set(object, (id = this.ids.size));
    return id;
  }
}
