/**
 * What somebody knows of the variables, ops or blocks of one graph: arrays by their dense ids, with
 * the interface of `Map` and `Set`. A map keyed by objects hashes each of them; this is a load.
 *
 * A table is of one graph: the same id means something else in another, and after renumbering.
 */
import type { Dialect, Op } from "./graph.ts";

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

/** By op: each has a result of its own. Of `size` at first, which is better than room for more. */
export class OpTable<V> {
  readonly #values: (V | undefined)[];

  constructor(size = 0) {
    this.#values = new Array<V | undefined>(size);
  }

  get(op: Op<Dialect>): V | undefined {
    return this.#values[op.result.id];
  }

  set(op: Op<Dialect>, value: V): void {
    this.#values[op.result.id] = value;
  }

  clear(): void {
    this.#values.length = 0;
  }
}

export class SideSet<K extends Numbered> {
  readonly #members: (boolean | undefined)[];
  #size = 0;

  constructor(size = 0) {
    this.#members = new Array<boolean | undefined>(size);
  }

  get size(): number {
    return this.#size;
  }

  has(key: K): boolean {
    return this.#members[key.id] === true;
  }

  add(key: K): void {
    if (this.has(key)) return;
    this.#members[key.id] = true;
    this.#size++;
  }

  /** Whether it was there. */
  delete(key: K): boolean {
    const was = this.has(key);
    if (was) {
      this.#members[key.id] = undefined;
      this.#size--;
    }
    return was;
  }

  clear(): void {
    this.#members.length = 0;
    this.#size = 0;
  }
}
