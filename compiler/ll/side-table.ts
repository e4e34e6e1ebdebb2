/**
 * What one pass knows of the variables or blocks of one graph: arrays by their dense ids, with the
 * interface of `Map` and `Set`. A map keyed by objects hashes each of them; this is a load.
 *
 * A table is of one graph: the same id means something else in another.
 */

interface Numbered {
  readonly id: number;
}

export class SideTable<K extends Numbered, V> {
  readonly #values: (V | undefined)[] = [];

  get(key: K): V | undefined {
    return this.#values[key.id];
  }

  set(key: K, value: V): void {
    this.#values[key.id] = value;
  }

  has(key: K): boolean {
    return this.#values[key.id] !== undefined;
  }

  delete(key: K): void {
    if (this.has(key)) this.#values[key.id] = undefined;
  }
}

export class SideSet<K extends Numbered> {
  readonly #members: (boolean | undefined)[] = [];

  has(key: K): boolean {
    return this.#members[key.id] === true;
  }

  add(key: K): void {
    this.#members[key.id] = true;
  }

  /** Whether it was there. */
  delete(key: K): boolean {
    const was = this.has(key);
    if (was) this.#members[key.id] = undefined;
    return was;
  }
}
