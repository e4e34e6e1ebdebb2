/**
 * Values of a running program as people read them: by the annotation of what holds them, and by the
 * class of the object where it is one. Lists, dicts, sets and tuples show their items, other objects
 * their fields.
 *
 * Nothing of the program is run for it, so looking at a value changes nothing.
 */
import { read } from "../../dsl/annotate/cells.ts";
import { ANY_REF, INT, type Annotation } from "../../dsl/annotate/lattice.ts";
import { show } from "../../dsl/annotate/show.ts";
import type { DebugClass, DebugInfo } from "../ll/debug.ts";
import type { LLFunction } from "../ll/program.ts";
import { getItem, HeapArray, HeapStruct, Immediate, textOf, type MachineValue } from "./heap.ts";

/** A value with what is known of it. */
export interface Known {
  readonly value: MachineValue;
  readonly type: Annotation;
}

export interface Child extends Known {
  readonly name: string;
}

/** Texts that stand for a whole object are cut about here. */
const LONGEST = 100;
const LONGEST_TEXT = 500;
/** Items that are shown in an object's line. */
const ITEMS = 8;

export class Inspector {
  readonly #info: DebugInfo;

  constructor(info: DebugInfo) {
    this.#info = info;
  }

  // -------------------------------------------------------------- one line

  /** `Machine(pc=3, stack=[1, 2])`. */
  describe(known: Known): string {
    return this.#describe(known, 2);
  }

  #describe(given: Known, depth: number): string {
    const { value, type } = this.unwrapped(given);
    switch (type.kind) {
      case "none":
        return "None";
      case "bool":
        return value === true || value === 1 ? "True" : "False";
      case "int":
      case "class":
        return String(value);
      case "float":
        return floatText(value as number);
      case "char":
        return `'${escaped(String.fromCodePoint(Number(value)))}'`;
      case "enum":
        return `${type.symbol.name}.${type.symbol.members[Number(value)]?.name ?? "?"}`;
      case "ptr":
        return `0x${BigInt(value as number).toString(16)}`;
      case "constant":
        return show(type);
      case "function":
        return value instanceof HeapStruct ? functionText(value) : "None";
      default:
        return this.#object({ value, type }, depth);
    }
  }

  #object(known: Known, depth: number): string {
    const { value } = known;
    if (value === null || value === undefined) return "None";
    if (value instanceof HeapArray && value.type.name === "str") return stringText(textOf(value));
    const cls = this.classOf(value);
    if (cls?.name === "str") return "str";
    const count = this.count(known);
    if (depth === 0)
      return count === null ? `${this.#name(known)}(…)` : `${this.#name(known)}[${count}]`;
    const children = this.children(known, 0, ITEMS);
    const texts = children.map((one) => {
      const text = this.#describe(one, depth - 1);
      return count === null ? `${one.name}=${text}` : text;
    });
    const isMap = cls !== null && isLibrary(cls, "Mapping");
    const items = isMap ? children.map((one, i) => `${one.name}: ${texts[i]}`) : texts;
    const total = count ?? this.#fieldsOf(value).length;
    if (total > ITEMS) items.push("…");
    return this.#bracketed(known, cls, cut(items.join(", ")));
  }

  #bracketed(known: Known, cls: DebugClass | null, items: string): string {
    if (known.type.kind === "tuple") return `(${items})`;
    if (known.value instanceof HeapArray && cls === null) return `array[${items}]`;
    if (cls !== null && isLibrary(cls, "list")) return `[${items}]`;
    if (cls !== null && isLibrary(cls, "HashTable")) return `{${items}}`;
    return `${this.#name(known)}(${items})`;
  }

  #name({ value, type }: Known): string {
    return this.classOf(value)?.name ?? show(type);
  }

  // -------------------------------------------------------------- parts

  /** The class of an object; null for what is none of a class. */
  classOf(value: MachineValue): DebugClass | null {
    if (value instanceof HeapStruct || value instanceof Immediate)
      return this.#info.classes.get(value.type) ?? null;
    if (value instanceof HeapArray && value.type.struct !== null)
      return this.#info.classes.get(value.type.struct) ?? null;
    return null;
  }

  /** `T | None` is what it holds; a box is opened; a weak reference is followed. */
  unwrapped({ value, type }: Known): Known {
    switch (type.kind) {
      case "optional": {
        if (value === null || value === undefined) return { value: null, type: { kind: "none" } };
        const isBox = value instanceof HeapStruct && value.type.name.startsWith("box<");
        return this.unwrapped({ value: isBox ? value.fields[0] : value, type: type.of });
      }
      case "weak": {
        const held = value instanceof HeapStruct ? (value.fields[0] as unknown) : null;
        const target = held instanceof WeakRef ? (held.deref() ?? null) : held;
        return this.unwrapped({ value: target as MachineValue, type: read(type.item) });
      }
      case "constant":
        return type.bound === null ? { value, type } : this.unwrapped({ value, type: type.bound });
      case "instance":
      case "tuple":
      case "str":
      case "array":
      case "any_ref":
        return value === null || value === undefined
          ? { value: null, type: { kind: "none" } }
          : { value, type };
      default:
        return { value, type };
    }
  }

  /** How many items a container has; null for what is none. */
  count(given: Known): number | null {
    const { value, type } = this.unwrapped(given);
    if (type.kind === "tuple") return type.items.length;
    const cls = this.classOf(value);
    if (cls !== null && (isLibrary(cls, "list") || isLibrary(cls, "HashTable")))
      return Number(this.field({ value, type }, "length")?.value ?? 0);
    if (value instanceof HeapArray && value.type.name !== "str" && cls === null)
      return value.items.length;
    return null;
  }

  /** Fields, or the items from `start` on. */
  children(given: Known, start = 0, count = Number.POSITIVE_INFINITY): Child[] {
    const known = this.unwrapped(given);
    const { value, type } = known;
    const cls = this.classOf(value);
    if (type.kind === "tuple" && value instanceof HeapStruct) {
      const all = type.items.map((item, i) => child(String(i), value.fields[i], item));
      return all.slice(start, start + count);
    }
    if (cls !== null && isLibrary(cls, "list")) return this.#listItems(known, start, count);
    if (cls !== null && isLibrary(cls, "HashTable"))
      return this.#entries(known, cls).slice(start, start + count);
    if (value instanceof HeapArray && value.type.name !== "str" && cls === null) {
      const item = type.kind === "array" ? read(type.item) : ANY_REF;
      return arrayItems(value, item, value.items.length, start, count);
    }
    return this.#fieldsOf(value).slice(start, start + count);
  }

  field(known: Known, name: string): Child | null {
    return this.#fieldsOf(this.unwrapped(known).value).find((one) => one.name === name) ?? null;
  }

  /** Inherited fields come first. */
  #fieldsOf(value: MachineValue): Child[] {
    const cls = this.classOf(value);
    if (cls === null) return [];
    if (value instanceof Immediate) {
      const [name, type] = [...cls.fields][0] ?? ["value", INT];
      return [child(name, value.payload, type)];
    }
    const { fields } = value as HeapStruct | HeapArray;
    const found: Child[] = [];
    for (let one: DebugClass | null = cls; one !== null; one = one.base) {
      const own: Child[] = [];
      for (const [name, type] of one.fields) {
        const field = one.struct.fields.find((each) => each.name === name);
        if (field !== undefined) own.push(child(name, fields[field.index], type));
        else if (value instanceof HeapArray) own.push(child(name, value, type));
      }
      found.unshift(...own);
    }
    return found;
  }

  #listItems(known: Known, start: number, count: number): Child[] {
    const items = this.field(known, "items");
    if (!(items?.value instanceof HeapArray) || items.type.kind !== "array") return [];
    const length = this.count(known) ?? 0;
    return arrayItems(items.value, read(items.type.item), length, start, count);
  }

  /** Entries in the order of insertion; deleted ones have a negative hash. */
  #entries(known: Known, cls: DebugClass): Child[] {
    const part = (name: string) => this.field(known, name);
    const [keys, values, hashes] = [part("entry_keys"), part("entry_values"), part("hashes")];
    if (!(keys?.value instanceof HeapArray) || keys.type.kind !== "array") return [];
    const used = Number(part("used")?.value ?? 0);
    const found: Child[] = [];
    for (let i = 0; i < used; i++) {
      const isDeleted = hashes?.value instanceof HeapArray && Number(getItem(hashes.value, i)) < 0;
      if (isDeleted) continue;
      const key = { value: getItem(keys.value, i), type: read(keys.type.item) };
      const isMap = isLibrary(cls, "Mapping") && values?.value instanceof HeapArray;
      if (isMap && values.type.kind === "array") {
        const value = getItem(values.value as HeapArray, i);
        found.push(child(this.describe(key), value, read(values.type.item)));
      } else found.push(child(String(found.length), key.value, key.type));
    }
    return found;
  }
}

function child(name: string, value: MachineValue, type: Annotation): Child {
  return { name, value, type };
}

function arrayItems(
  array: HeapArray,
  item: Annotation,
  length: number,
  start: number,
  count: number,
): Child[] {
  const found: Child[] = [];
  for (let i = start; i < Math.min(length, start + count); i++)
    found.push(child(String(i), getItem(array, i), item));
  return found;
}

/** A class of this name in the library, or one below it. */
function isLibrary(cls: DebugClass, name: string): boolean {
  for (let one: DebugClass | null = cls; one !== null; one = one.base)
    if (one.isLibrary && one.name === name) return true;
  return false;
}

// ---------------------------------------------------------------- texts

export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function functionText(closure: HeapStruct): string {
  const code = closure.fields[0] as LLFunction | null;
  return code === null ? "function" : `function ${code.displayName}`;
}

function stringText(text: string): string {
  const shown = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return `"${escaped(shown)}"`;
}

function escaped(text: string): string {
  return text.replace(/[\\"\u0000-\u001f]/g, (c) => {
    const short = { "\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", '"': '\\"' }[c];
    return short ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
