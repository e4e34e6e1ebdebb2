/**
 * The definitions of a program as numbers and one text, for the way to the server's thread. There, a
 * definition is a place in these: what it says is read when somebody asks.
 */
import type { Definition, DefinitionKind } from "./data.ts";

export interface PackedDefinitions {
  /** `WIDTH` numbers for each. */
  readonly rows: Int32Array<ArrayBuffer>;
  /** Each text once, one after the other; where each ends. */
  readonly texts: string;
  readonly ends: Int32Array<ArrayBuffer>;
  /** Lists: their length, then their items. The first is empty. */
  readonly lists: Int32Array<ArrayBuffer>;
}

const KINDS: readonly DefinitionKind[] = [
  "module",
  "class",
  "mixin",
  "struct",
  "enum",
  "member",
  "function",
  "method",
  "field",
  "attribute",
  "global",
  "local",
  "parameter",
  "alias",
  "type-parameter",
  "builtin",
];

/** Columns. Texts are numbers of texts, lists are places in `lists`; -1 stands for null. */
const KIND = 0;
const NAME = 1;
const PATH = 2;
const START = 3;
const END = 4;
const FULL_START = 5;
const FULL_END = 6;
const CONTAINER = 7;
const DOC = 8;
const SIGNATURE = 9;
const TYPE = 10;
const OF = 11;
const PARAMS = 12;
const BASE = 13;
const SUBCLASSES = 14;
const FAMILY = 15;
const FLAGS = 16;
const WIDTH = 17;

const ABSTRACT = 1;
const LIBRARY = 2;

export function packDefinitions(definitions: readonly Definition[]): PackedDefinitions {
  const rows = new Int32Array(definitions.length * WIDTH);
  const texts: string[] = [];
  const ends: number[] = [];
  const known = new Map<string, number>();
  let length = 0;
  const text = (one: string | null): number => {
    if (one === null) return -1;
    let number = known.get(one);
    if (number !== undefined) return number;
    number = texts.length;
    known.set(one, number);
    texts.push(one);
    ends.push((length += one.length));
    return number;
  };
  const lists: number[] = [0];
  const list = <Item>(items: readonly Item[], numberOf: (item: Item) => number): number => {
    if (items.length === 0) return 0;
    const at = lists.length;
    lists.push(items.length);
    for (const one of items) lists.push(numberOf(one));
    return at;
  };
  const itself = (id: number) => id;
  let row = 0;
  for (const one of definitions) {
    rows[row + KIND] = KINDS.indexOf(one.kind);
    rows[row + NAME] = text(one.name);
    rows[row + PATH] = text(one.path);
    rows[row + START] = one.start;
    rows[row + END] = one.end;
    rows[row + FULL_START] = one.fullStart;
    rows[row + FULL_END] = one.fullEnd;
    rows[row + CONTAINER] = one.container ?? -1;
    rows[row + DOC] = text(one.doc);
    rows[row + SIGNATURE] = text(one.signature);
    rows[row + TYPE] = text(one.type);
    rows[row + OF] = list(one.of, itself);
    rows[row + PARAMS] = list(one.params, text);
    rows[row + BASE] = one.base ?? -1;
    rows[row + SUBCLASSES] = list(one.subclasses, itself);
    rows[row + FAMILY] = one.family;
    rows[row + FLAGS] = (one.isAbstract ? ABSTRACT : 0) | (one.isLibrary ? LIBRARY : 0);
    row += WIDTH;
  }
  return {
    rows,
    texts: texts.join(""),
    ends: Int32Array.from(ends),
    lists: Int32Array.from(lists),
  };
}

export function unpackDefinitions(packed: PackedDefinitions): Definition[] {
  return Array.from({ length: packed.rows.length / WIDTH }, (_, id) => new Lazy(packed, id));
}

/** What it says are no properties of its own: `{ ...definition }` has nothing of it, `plainDefinition` all. */
class Lazy implements Definition {
  readonly id: number;
  readonly #packed: PackedDefinitions;

  constructor(packed: PackedDefinitions, id: number) {
    this.#packed = packed;
    this.id = id;
  }

  get kind(): DefinitionKind {
    return KINDS[this.#at(KIND)]!;
  }

  get name(): string {
    return this.#text(this.#at(NAME));
  }

  get path(): string | null {
    return this.#textOrNull(PATH);
  }

  get start(): number {
    return this.#at(START);
  }

  get end(): number {
    return this.#at(END);
  }

  get fullStart(): number {
    return this.#at(FULL_START);
  }

  get fullEnd(): number {
    return this.#at(FULL_END);
  }

  get container(): number | null {
    return this.#idOrNull(CONTAINER);
  }

  get doc(): string | null {
    return this.#textOrNull(DOC);
  }

  get signature(): string | null {
    return this.#textOrNull(SIGNATURE);
  }

  get type(): string | null {
    return this.#textOrNull(TYPE);
  }

  get of(): readonly number[] {
    return this.#list(OF);
  }

  get params(): readonly string[] {
    return this.#list(PARAMS).map((one) => this.#text(one));
  }

  get base(): number | null {
    return this.#idOrNull(BASE);
  }

  get subclasses(): number[] {
    return this.#list(SUBCLASSES);
  }

  get family(): number {
    return this.#at(FAMILY);
  }

  get isAbstract(): boolean {
    return (this.#at(FLAGS) & ABSTRACT) !== 0;
  }

  get isLibrary(): boolean {
    return (this.#at(FLAGS) & LIBRARY) !== 0;
  }

  #at(column: number): number {
    return this.#packed.rows[this.id * WIDTH + column]!;
  }

  #idOrNull(column: number): number | null {
    const id = this.#at(column);
    return id < 0 ? null : id;
  }

  #textOrNull(column: number): string | null {
    const number = this.#at(column);
    return number < 0 ? null : this.#text(number);
  }

  #text(number: number): string {
    const { texts, ends } = this.#packed;
    return texts.slice(number === 0 ? 0 : ends[number - 1], ends[number]);
  }

  #list(column: number): number[] {
    const { lists } = this.#packed;
    const at = this.#at(column);
    return [...lists.subarray(at + 1, at + 1 + lists[at]!)];
  }
}

/** The definition with all that it says as properties of its own. */
export function plainDefinition(one: Definition): Definition {
  const { id, kind, name, path, start, end, fullStart, fullEnd, container, doc, signature } = one;
  const { type, of, params, base, subclasses, family, isAbstract, isLibrary } = one;
  const place = { path, start, end, fullStart, fullEnd, container };
  const types = { signature, type, of, params, base, subclasses, family };
  return { id, kind, name, ...place, doc, ...types, isAbstract, isLibrary };
}

/** The definition under the name by which a module has it. */
export function named(one: Definition, name: string): Definition {
  return one.name === name ? one : { ...plainDefinition(one), name };
}
