/**
 * `ProgramData` for the way from the engine's thread to the server's. There are tens of thousands of
 * names and types in a program, of which a request looks at a few; so they travel, and stay, as numbers
 * in arrays, and each becomes an object for as long as somebody looks at it. Types are said once each.
 */
import type {
  Definition,
  DiagnosticData,
  ModuleData,
  Occurrence,
  ProgramData,
  Role,
  Rows,
  TypePlace,
} from "./data.ts";
import { packDefinitions, unpackDefinitions, type PackedDefinitions } from "./pack-definitions.ts";

interface PackedModule extends Omit<ModuleData, "occurrences" | "types"> {
  /** For each: start, end, definition, role, the function around it or -1. */
  readonly occurrences: Int32Array<ArrayBuffer>;
  /** For each: start, end, type, classes. */
  readonly types: Int32Array<ArrayBuffer>;
}

export interface PackedProgram extends Omit<ProgramData, "modules" | "definitions"> {
  readonly definitions: PackedDefinitions;
  readonly modules: readonly PackedModule[];
  readonly types: readonly string[];
  /** What members are looked up in, by the number that places have. */
  readonly classes: readonly (readonly number[])[];
}

const ROLES: readonly Role[] = ["definition", "write", "read", "call", "type", "import"];
const OCCURRENCE = 5;
const TYPE_PLACE = 4;

export function pack(program: ProgramData): PackedProgram {
  const types = new Numbering<string, string>((type) => type);
  // Nearly all are looked up in one class or in none.
  const classes = new Numbering<readonly number[], number | string>((ids) =>
    ids.length === 1 ? ids[0]! : ids.join(),
  );
  const modules = program.modules.map((module): PackedModule => {
    const occurrences = new Int32Array(module.occurrences.length * OCCURRENCE);
    let at = 0;
    for (const { start, end, definition, role, within } of module.occurrences) {
      occurrences[at] = start;
      occurrences[at + 1] = end;
      occurrences[at + 2] = definition;
      occurrences[at + 3] = ROLES.indexOf(role);
      occurrences[at + 4] = within ?? -1;
      at += OCCURRENCE;
    }
    const places = new Int32Array(module.types.length * TYPE_PLACE);
    at = 0;
    for (const { start, end, type, of } of module.types) {
      places[at] = start;
      places[at + 1] = end;
      places[at + 2] = types.of(type);
      places[at + 3] = classes.of(of);
      at += TYPE_PLACE;
    }
    return { ...module, occurrences, types: places };
  });
  const definitions = packDefinitions(program.definitions);
  return { ...program, definitions, modules, types: types.all, classes: classes.all };
}

/** The memory of a packed program that may be handed over rather than copied. */
export function buffersOf({ modules, definitions }: PackedProgram): ArrayBuffer[] {
  const places = modules.flatMap(({ occurrences, types }) => [occurrences.buffer, types.buffer]);
  const { rows, ends, lists } = definitions;
  return [rows.buffer, ends.buffer, lists.buffer, ...places];
}

export function unpack(packed: PackedProgram): ProgramData {
  return new LazyProgram(packed);
}

/** A program whose definitions are made when they are first asked for. */
class LazyProgram implements ProgramData {
  readonly entry: string;
  readonly modules: readonly ModuleData[];
  readonly ambient: ProgramData["ambient"];
  readonly diagnostics: readonly DiagnosticData[];
  readonly milliseconds: number;
  readonly #packed: PackedDefinitions;
  #definitions: readonly Definition[] | null = null;

  constructor(packed: PackedProgram) {
    const { types, classes } = packed;
    this.entry = packed.entry;
    this.modules = packed.modules.map((module) => new LazyModule(module, types, classes));
    this.ambient = packed.ambient;
    this.diagnostics = packed.diagnostics;
    this.milliseconds = packed.milliseconds;
    this.#packed = packed.definitions;
  }

  get definitions(): readonly Definition[] {
    return (this.#definitions ??= unpackDefinitions(this.#packed));
  }
}

/** Things by number, each once. */
class Numbering<Item, Key> {
  readonly all: Item[] = [];
  readonly #numbers = new Map<Key, number>();
  readonly #keyOf: (item: Item) => Key;

  constructor(keyOf: (item: Item) => Key) {
    this.#keyOf = keyOf;
  }

  of(item: Item): number {
    const key = this.#keyOf(item);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.all.length;
      this.#numbers.set(key, number);
      this.all.push(item);
    }
    return number;
  }
}

/** A module whose names and types are made as often as they are asked for. */
class LazyModule implements ModuleData {
  readonly path: string;
  readonly name: string;
  readonly isLibrary: boolean;
  readonly text: string;
  readonly definition: number;
  readonly hints: ModuleData["hints"];
  readonly scope: ModuleData["scope"];
  readonly unreached: ModuleData["unreached"];
  readonly occurrences: Rows<Occurrence>;
  readonly types: Rows<TypePlace>;

  constructor(
    packed: PackedModule,
    types: PackedProgram["types"],
    classes: PackedProgram["classes"],
  ) {
    this.path = packed.path;
    this.name = packed.name;
    this.isLibrary = packed.isLibrary;
    this.text = packed.text;
    this.definition = packed.definition;
    this.hints = packed.hints;
    this.scope = packed.scope;
    this.unreached = packed.unreached;
    const occurrence = packed.occurrences;
    this.occurrences = new PackedRows(occurrence, OCCURRENCE, (row) => ({
      start: occurrence[row]!,
      end: occurrence[row + 1]!,
      definition: occurrence[row + 2]!,
      role: ROLES[occurrence[row + 3]!]!,
      within: occurrence[row + 4]! < 0 ? null : occurrence[row + 4]!,
    }));
    const place = packed.types;
    this.types = new PackedRows(place, TYPE_PLACE, (row) => ({
      start: place[row]!,
      end: place[row + 1]!,
      type: types[place[row + 2]!]!,
      of: classes[place[row + 3]!]!,
    }));
  }
}

/** `width` numbers for each row; `row` makes one of those from a place on. */
class PackedRows<Row> implements Rows<Row> {
  readonly length: number;
  readonly #width: number;
  readonly #row: (place: number) => Row;

  constructor(numbers: Int32Array<ArrayBuffer>, width: number, row: (place: number) => Row) {
    this.length = numbers.length / width;
    this.#width = width;
    this.#row = row;
  }

  at(index: number): Row | undefined {
    const i = index < 0 ? index + this.length : index;
    return i >= 0 && i < this.length ? this.#row(i * this.#width) : undefined;
  }

  *[Symbol.iterator](): Iterator<Row> {
    for (let i = 0; i < this.length; i++) yield this.#row(i * this.#width);
  }

  find(condition: (row: Row) => boolean): Row | undefined {
    for (const row of this) if (condition(row)) return row;
    return undefined;
  }

  filter(condition: (row: Row) => boolean): Row[] {
    const found: Row[] = [];
    for (const row of this) if (condition(row)) found.push(row);
    return found;
  }

  some(condition: (row: Row) => boolean): boolean {
    return this.find(condition) !== undefined;
  }
}
