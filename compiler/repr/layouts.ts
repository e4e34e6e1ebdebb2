/**
 * Layouts: how each annotation is represented.
 *
 * | annotation | value | in memory |
 * |---|---|---|
 * | int of any width, char, enum | `int` | its width, `u8`, the smallest that fits the member's index |
 * | bool, float, ptr | `bool`, `float`, `addr` | the same; `f32` where declared |
 * | items of an object | `ref` to the object | behind its fields |
 * | str, array, tuple, instance, function, weak, any_ref, None | `ref` | `ref` |
 * | `T | None` | the same `ref`, null for None; a reference to a box where T is no reference | `ref` |
 * | class | `int`: its number | `u32` |
 * | a function, class, module … named directly | nothing (`void`) | nothing |
 *
 * Structs that are no classes are shared by layout: all references in tuples, closures and boxes are
 * of one storage, so that a tuple of `W_Int`s is a tuple of `W_Root`s without being rebuilt. Reading
 * such an item casts.
 *
 * Two annotations with the same `typeKey` have the same representation, whatever cells they hold.
 */
import { findFunction, read } from "../../dsl/annotate/cells.ts";
import type { ClassInstance, FunctionCell } from "../../dsl/annotate/cells.ts";
import type { Annotation, AnnotationOf, IntWidth } from "../../dsl/annotate/lattice.ts";
import { show } from "../../dsl/annotate/show.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { ADDR, BOOL, FLOAT, INT, VOID, ref } from "../ll/types.ts";
import type {
  ArrayType,
  Field,
  FnType,
  LLType,
  RefType,
  Storage,
  StructType,
} from "../ll/types.ts";

export const ANY: RefType = ref(null);
const WORD: Storage = { kind: "i64" };

const WIDTH_STORAGE: Readonly<Record<IntWidth, Storage>> = {
  int: WORD,
  uint: WORD,
  i8: { kind: "i8" },
  i16: { kind: "i16" },
  i32: { kind: "i32" },
  u8: { kind: "u8" },
  u16: { kind: "u16" },
  u32: { kind: "u32" },
};

/** Whether `T | None` needs a box: T is a number or the like. */
export function isBoxed(of: Annotation): boolean {
  switch (of.kind) {
    case "int":
    case "float":
    case "bool":
    case "char":
    case "enum":
    case "class":
    case "ptr":
      return true;
    default:
      return false;
  }
}

/** Storage of shared structs: references are alike. */
function erased(storage: Storage): Storage {
  return storage.kind === "ref" ? ANY : storage;
}

export function storageKey(storage: Storage): string {
  if (storage.kind === "ref") return storage.to?.name ?? "ref";
  return storage.kind;
}

export class Layouts {
  readonly structs: StructType[] = [];
  readonly arrays: ArrayType[] = [];
  readonly str: ArrayType;
  /** The base of all function values: `code`, called with the closure itself and the arguments. */
  readonly closure: StructType;
  readonly weak: StructType;
  private nextClassId: number;
  private readonly shared = new Map<string, StructType>();
  private readonly arraysByKey = new Map<string, ArrayType>();
  private readonly visiting = new Set<object>();
  private readonly structOfClass: (cls: ClassInstance) => StructType;

  /** `classes` are numbered from 1 to `lastClassId` already. */
  constructor(
    structOfClass: (cls: ClassInstance) => StructType,
    classes: readonly StructType[],
    lastClassId: number,
  ) {
    this.structOfClass = structOfClass;
    this.nextClassId = lastClassId + 1;
    this.structs.push(...classes);
    this.str = {
      kind: "array",
      name: "str",
      fields: [{ name: "hash", storage: WORD, final: false, index: 0 }],
      item: { kind: "u8" },
      classId: this.nextClassId++,
      struct: null,
    };
    this.arrays.push(this.str);
    this.closure = this.struct("closure", [
      { name: "code", storage: codeStorage(), final: true, index: 0 },
    ]);
    this.weak = this.struct("weak", [{ name: "target", storage: ANY, final: false, index: 0 }]);
    this.weak.weakField = 0;
  }

  /** The machine type of a value; `void` for what has no run-time value. */
  typeOf(annotation: Annotation): LLType {
    switch (annotation.kind) {
      case "never":
      case "poison":
      case "none":
      case "any_ref":
        return ANY;
      case "bool":
        return BOOL;
      case "int":
      case "char":
      case "enum":
      case "class":
        return INT;
      case "float":
        return FLOAT;
      case "ptr":
        return ADDR;
      case "str":
        return ref(this.str);
      case "tuple":
        return ref(this.tuple(annotation));
      case "array":
        return ref(
          annotation.within === undefined
            ? this.arrayOf(annotation)
            : this.structOfClass(annotation.within),
        );
      case "instance":
        return ref(this.structOfClass(annotation.cls));
      case "function":
        return ref(this.closure);
      case "weak":
        return ref(this.weak);
      case "optional":
        return isBoxed(annotation.of) ? ref(this.box(annotation.of)) : this.typeOf(annotation.of);
      case "constant":
        return annotation.bound === null ? VOID : this.typeOf(annotation.bound);
    }
  }

  /** The result type of a function: `None` and what never comes back are `void`. */
  resultType(annotation: Annotation): LLType {
    return annotation.kind === "none" || annotation.kind === "never"
      ? VOID
      : this.typeOf(annotation);
  }

  storageOf(annotation: Annotation): Storage {
    switch (annotation.kind) {
      case "int":
        return WIDTH_STORAGE[annotation.width];
      case "float":
        return { kind: annotation.width };
      case "char":
        return { kind: "u8" };
      case "enum":
        return enumStorage(annotation.symbol.members.length);
      case "class":
        return { kind: "u32" };
      default: {
        const type = this.typeOf(annotation);
        switch (type.kind) {
          case "ref":
          case "bool":
          case "addr":
            return type;
          case "void":
            return ANY;
          default:
            throw new InternalError(`${show(annotation)} has no storage`);
        }
      }
    }
  }

  // -------------------------------------------------------------- arrays

  arrayOf(annotation: AnnotationOf<"array">): ArrayType {
    if (annotation.within !== undefined) return tailOf(this.structOfClass(annotation.within));
    const item = read(annotation.item);
    // An array that holds arrays of itself: its items are any references.
    if (this.visiting.has(item)) return this.arrayType(ANY);
    this.visiting.add(item);
    const storage = this.storageOf(item);
    this.visiting.delete(item);
    return this.arrayType(storage);
  }

  arrayType(item: Storage): ArrayType {
    const key = storageKey(item);
    let array = this.arraysByKey.get(key);
    if (array === undefined) {
      array = {
        kind: "array",
        name: `array<${key}>`,
        fields: [],
        item,
        classId: this.nextClassId++,
        struct: null,
      };
      this.arraysByKey.set(key, array);
      this.arrays.push(array);
    }
    return array;
  }

  // -------------------------------------------------------------- shared structs

  tuple(annotation: AnnotationOf<"tuple">): StructType {
    return this.sharedStruct(
      "tuple",
      annotation.items.map((item) => this.storageOf(item)),
      null,
    );
  }

  /** The struct that holds a `T` of `T | None`, T being no reference. */
  box(of: Annotation): StructType {
    return this.sharedStruct("box", [this.storageOf(of)], null);
  }

  /** A function value with captured values of these storages. */
  closureWith(captured: readonly Storage[]): StructType {
    return captured.length === 0
      ? this.closure
      : this.sharedStruct("closure", captured, this.closure);
  }

  private sharedStruct(
    kind: string,
    storages: readonly Storage[],
    parent: StructType | null,
  ): StructType {
    const own = storages.map(erased);
    const name = `${kind}<${own.map(storageKey).join(",")}>`;
    let struct = this.shared.get(name);
    if (struct === undefined) {
      const inherited = parent?.fields ?? [];
      const fields = own.map((storage, i): Field => ({
        name: String(i),
        storage,
        final: true,
        index: inherited.length + i,
      }));
      struct = this.struct(name, [...inherited, ...fields], parent);
      this.shared.set(name, struct);
    }
    return struct;
  }

  private struct(name: string, fields: Field[], parent: StructType | null = null): StructType {
    const classId = this.nextClassId++;
    const struct: StructType = {
      kind: "struct",
      name,
      parent,
      fields,
      classId,
      lastSubclassId: classId,
      immediate: null,
      mayBeImmediate: false,
      weakField: null,
      finalizer: null,
      mayBeFinalized: false,
      tail: null,
    };
    this.structs.push(struct);
    return struct;
  }

  /**
   * Final numbers for what is no class: closures come after their base. Nothing has used the
   * numbers so far but to tell these from classes.
   */
  numberShared(lastClassId: number): void {
    let next = lastClassId + 1;
    const shared = this.structs.filter(
      (struct) => struct.classId > lastClassId && struct.parent === null,
    );
    for (const struct of shared) {
      struct.classId = next++;
      const below = this.structs.filter((one) => one.parent === struct);
      for (const one of below) one.classId = one.lastSubclassId = next++;
      struct.lastSubclassId = next - 1;
    }
    for (const array of this.arrays) array.classId = next++;
  }

  // -------------------------------------------------------------- functions

  /** The signature of the code of function values: the closure comes first. */
  codeSignature(cell: FunctionCell): FnType {
    const fn = findFunction(cell);
    return {
      kind: "fn",
      params: [ref(this.closure), ...this.paramTypes(fn.params.map(read))],
      result: this.resultType(read(fn.result)),
    };
  }

  /** Machine types of parameters; those without a run-time value are not passed. */
  paramTypes(params: readonly Annotation[]): LLType[] {
    return params.map((param) => this.typeOf(param)).filter((type) => type.kind !== "void");
  }
}

function tailOf(struct: StructType): ArrayType {
  if (struct.tail === null) throw new InternalError(`${struct.name} has no items`);
  return struct.tail;
}

function codeStorage(): FnType {
  return { kind: "fn", params: [], result: VOID };
}

function enumStorage(members: number): Storage {
  if (members <= 0x100) return { kind: "u8" };
  return { kind: members <= 0x10000 ? "u16" : "u32" };
}

export function fieldNamed(struct: StructType, name: string): Field {
  const field = struct.fields.find((one) => one.name === name);
  if (field === undefined) throw new InternalError(`${struct.name} has no field ${name}`);
  return field;
}

/** The i-th item of a tuple, the value of a box (0), the i-th captured value of a closure. */
export function itemField(struct: StructType, index: number): Field {
  return struct.fields[(struct.parent?.fields.length ?? 0) + index]!;
}
