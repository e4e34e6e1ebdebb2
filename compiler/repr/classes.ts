/**
 * Classes as structs: one per class at a tuple of type arguments, laid out base first and numbered in
 * preorder, so that being an instance of a class or below it is one comparison of numbers.
 *
 * The annotator has many instances of `list[int]`, one per place that never met another; those with
 * the same structural key are one struct here. A field that no reached code reads or sets does not
 * exist.
 */
import { findClass, read } from "../../dsl/annotate/cells.ts";
import type { Cell, ClassInstance } from "../../dsl/annotate/cells.ts";
import { NONE } from "../../dsl/annotate/lattice.ts";
import type { Annotation } from "../../dsl/annotate/lattice.ts";
import { classKey, showClass } from "../../dsl/annotate/show.ts";
import type { ClassSymbol, FieldDeclaration } from "../../dsl/bind/symbols.ts";
import { InternalError } from "../../dsl/syntax/diagnostics.ts";
import { addTail, LAST_TAG } from "../ll/types.ts";
import type { Field, Storage, StructType } from "../ll/types.ts";

export interface ClassEntry {
  readonly symbol: ClassSymbol;
  /** `classKey` of its instances. */
  readonly key: string;
  readonly struct: StructType;
  readonly base: ClassEntry | null;
  readonly subclasses: ClassEntry[];
  /** Every class instance of the annotator that this struct stands for. */
  readonly instances: ClassInstance[];
  /** Instances of exactly this class exist. */
  created: boolean;
  /** By field name, own fields only: what the field holds. */
  readonly fields: Map<string, Annotation>;
}

export class ClassTable {
  /** In preorder: the class numbers are the positions, from 1. */
  readonly entries: ClassEntry[] = [];
  private readonly byKey = new Map<string, ClassEntry>();
  private readonly byInstance = new Map<ClassInstance, ClassEntry>();
  private readonly byStruct = new Map<StructType, ClassEntry>();
  private readonly bySymbol = new Map<ClassSymbol, ClassEntry[]>();
  private readonly plain = new Map<ClassSymbol, ClassInstance>();
  private readonly names = new Map<string, number>();

  /** `required`: classes that the machine itself makes instances of, mentioned or not. */
  constructor(instances: readonly ClassInstance[], required: readonly ClassSymbol[]) {
    for (const cls of instances)
      if (cls.symbol.typeParams.length === 0) this.plain.set(cls.symbol, findClass(cls));
    for (const cls of instances) this.add(findClass(cls));
    for (const symbol of required) this.addPlain(symbol).created = true;
    const roots = [...this.byKey.values()].filter((entry) => entry.base === null);
    for (const root of roots) this.number(root);
  }

  get lastClassId(): number {
    return this.entries.length;
  }

  entryOf(cls: ClassInstance): ClassEntry {
    const root = findClass(cls);
    const entry = this.byInstance.get(root) ?? this.byKey.get(classKey(root));
    if (entry === undefined)
      throw new InternalError(`class ${showClass(root)} is not part of the program`);
    this.byInstance.set(root, entry);
    return entry;
  }

  entryOfStruct(struct: StructType): ClassEntry {
    return this.byStruct.get(struct)!;
  }

  /** The classes made of a symbol: one, or one per tuple of type arguments. */
  entriesOf(symbol: ClassSymbol): readonly ClassEntry[] {
    return this.bySymbol.get(symbol) ?? [];
  }

  /** The class itself and everything below it. */
  within(entry: ClassEntry): readonly ClassEntry[] {
    return this.entries.slice(entry.struct.classId - 1, entry.struct.lastSubclassId);
  }

  private add(cls: ClassInstance): ClassEntry {
    const key = classKey(cls);
    const base = this.baseOf(cls);
    const entry =
      this.byKey.get(key) ?? this.newEntry(cls.symbol, key, structName(showClass(cls)), base);
    if (!this.byInstance.has(cls)) {
      this.byInstance.set(cls, entry);
      entry.instances.push(cls);
      entry.created ||= cls.created;
    }
    return entry;
  }

  /** A class without type parameters, which may have no instance in the annotated program. */
  private addPlain(symbol: ClassSymbol): ClassEntry {
    const instance = this.plain.get(symbol);
    if (instance !== undefined) return this.add(instance);
    const base = symbol.base === null ? null : this.addPlain(symbol.base);
    return (
      this.byKey.get(symbol.qualifiedName) ??
      this.newEntry(symbol, symbol.qualifiedName, symbol.name, base)
    );
  }

  private baseOf(cls: ClassInstance): ClassEntry | null {
    if (cls.base !== null) return this.add(findClass(cls.base));
    return cls.symbol.base === null ? null : this.addPlain(cls.symbol.base);
  }

  private newEntry(
    symbol: ClassSymbol,
    key: string,
    name: string,
    base: ClassEntry | null,
  ): ClassEntry {
    const struct = newClassStruct(this.uniqueName(name), base?.struct ?? null);
    const entry: ClassEntry = {
      symbol,
      key,
      struct,
      base,
      subclasses: [],
      instances: [],
      created: false,
      fields: new Map(),
    };
    base?.subclasses.push(entry);
    this.byKey.set(key, entry);
    this.byStruct.set(struct, entry);
    const same = this.bySymbol.get(symbol);
    if (same === undefined) this.bySymbol.set(symbol, [entry]);
    else same.push(entry);
    return entry;
  }

  private uniqueName(name: string): string {
    const count = this.names.get(name) ?? 0;
    this.names.set(name, count + 1);
    return count === 0 ? name : `${name}.${count + 1}`;
  }

  private number(entry: ClassEntry): void {
    this.entries.push(entry);
    entry.struct.classId = this.entries.length;
    for (const sub of entry.subclasses) this.number(sub);
    entry.struct.lastSubclassId = this.entries.length;
  }

  /** Gives every struct its fields. Needs all structs to exist, since fields refer to them. */
  layOut(storageOf: (annotation: Annotation) => Storage): void {
    for (const entry of this.entries) layOutFields(entry, storageOf);
    this.assignImmediates();
  }

  /**
   * The first `@immediate` class whose payload is a whole word gets the short tag. Once there are no
   * tags left, the rest are ordinary classes, as if none of their values fitted a word.
   */
  private assignImmediates(): void {
    let nextTag = 1;
    let shortTagIsFree = true;
    for (const { symbol, struct } of this.entries) {
      const [payload] = struct.fields;
      if (!symbol.immediate || struct.fields.length !== 1 || !isPayload(payload!.storage)) continue;
      const isShort = shortTagIsFree && payload!.storage.kind === "i64";
      if (!isShort && nextTag > LAST_TAG) continue;
      const tag = isShort ? 0 : nextTag++;
      if (isShort) shortTagIsFree = false;
      struct.immediate = { tag, field: payload!.index };
    }
    for (const entry of this.entries) {
      entry.struct.mayBeImmediate = this.within(entry).some(
        (below) => below.struct.immediate !== null,
      );
    }
  }
}

/** `dict[str, list[int] | None]` as `dict<str,list<int>?>`. */
function structName(shown: string): string {
  return shown
    .replaceAll(" | None", "?")
    .replaceAll(" ", "")
    .replaceAll("[", "<")
    .replaceAll("]", ">");
}

function isPayload(storage: Storage): boolean {
  switch (storage.kind) {
    case "ref":
    case "fn":
    case "addr":
    case "f32":
    case "f64":
      return false;
    default:
      return true;
  }
}

function newClassStruct(name: string, parent: StructType | null): StructType {
  return {
    kind: "struct",
    name,
    parent,
    fields: [],
    classId: 0,
    lastSubclassId: 0,
    immediate: null,
    mayBeImmediate: false,
    weakField: null,
    finalizer: null,
    mayBeFinalized: false,
    tail: null,
  };
}

/** Own fields after inherited ones; bases come before subclasses in preorder. */
function layOutFields(entry: ClassEntry, storageOf: (annotation: Annotation) => Storage): void {
  const { struct, symbol } = entry;
  const fields: Field[] = [...(struct.parent?.fields ?? [])];
  let items = struct.parent?.tail?.item ?? null;
  for (const declaration of symbol.fields.values()) {
    const annotation = fieldAnnotation(entry, declaration);
    if (annotation === null) continue;
    entry.fields.set(declaration.name, annotation);
    if (declaration.qualifier === "inline") {
      if (annotation.kind === "array") items = storageOf(read(annotation.item));
      continue;
    }
    fields.push({
      name: declaration.name,
      storage: storageOf(annotation),
      final: declaration.qualifier === "final",
      index: fields.length,
    });
  }
  struct.fields = fields;
  if (items !== null) addTail(struct, items);
}

/** What a field holds; null when nobody mentions it. */
function fieldAnnotation(entry: ClassEntry, declaration: FieldDeclaration): Annotation | null {
  const cells = entry.instances
    .map((cls) => cls.fields.get(declaration.name))
    .filter((cell): cell is Cell => cell !== undefined);
  if (cells.length === 0) return null;
  const annotations = cells.map(read).filter((one) => one.kind !== "never");
  // An instance whose field met None, another whose did not: the nullable one holds both.
  return annotations.find((one) => one.kind === "optional") ?? annotations[0] ?? NONE;
}
