/**
 * Dumps of a VM's heap (`docs/heap.md`): reading one, and what it says.
 *
 * Objects are numbered in the order of the file, from 1; 0 stands for the roots, which refer to what they
 * hold. What an object *retains* is what would die with it: the objects that every way from the roots
 * reaches through it, which are its subtree in the tree of dominators (computed from semidominators, as
 * Lengauer and Tarjan do, and Georgiadis after them). Static objects, which the executable has in its data, are on the ways, but count nothing.
 */
import { closeSync, openSync, readSync } from "node:fs";

export class DumpError extends Error {}

export interface HeapDump {
  /** Names of types by number. */
  readonly types: readonly string[];
  /** By object: its type, and its bytes (0 for static objects). */
  readonly typeOf: Int32Array;
  readonly bytes: Float64Array;
  readonly isStatic: Uint8Array;
  /** References of object i: `targets[first[i]]` up to `targets[first[i + 1]]`. */
  readonly first: Int32Array;
  readonly targets: Int32Array;
  /** What kind of root refers to an object first; only objects that some root refers to. */
  readonly rootKinds: ReadonlyMap<number, string>;
}

const HEADER = "wright heap 1";
const CHUNK = 1 << 20;

/** The lines of a file, read piece by piece: a dump may be larger than a string can be. */
function* linesOf(path: string): Generator<string> {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(CHUNK);
    let rest: string[] = [];
    for (;;) {
      const count = readSync(file, buffer, 0, CHUNK, null);
      if (count === 0) break;
      const pieces = buffer.toString("latin1", 0, count).split("\n");
      rest.push(pieces[0]!);
      if (pieces.length === 1) continue;
      yield rest.join("");
      for (let i = 1; i < pieces.length - 1; i++) yield pieces[i]!;
      rest = [pieces.at(-1)!];
    }
    const last = rest.join("");
    if (last !== "") yield last;
  } finally {
    closeSync(file);
  }
}

/** Numbers of unknown count. */
class Numbers {
  #items = new Float64Array(1 << 10);
  count = 0;

  push(item: number): void {
    if (this.count === this.#items.length) {
      const more = new Float64Array(this.count * 2);
      more.set(this.#items);
      this.#items = more;
    }
    this.#items[this.count++] = item;
  }

  get items(): Float64Array {
    return this.#items.subarray(0, this.count);
  }
}

export function readDump(path: string): HeapDump {
  const types: string[] = [];
  const numberOf = new Map<number, number>();
  const rootAddresses = new Map<number, string>();
  const typeOf = new Numbers();
  const bytes = new Numbers();
  const isStatic = new Numbers();
  const first = new Numbers();
  const references = new Numbers();
  for (const list of [typeOf, bytes, isStatic]) list.push(0);

  let line = 0;
  let end: number | null = null;
  const damaged = (): DumpError => new DumpError(`${path}:${line}: this is no line of a heap dump`);
  for (const text of linesOf(path)) {
    line++;
    if (line === 1) {
      if (text !== HEADER) throw new DumpError(`${path} is no heap dump: it starts otherwise`);
      continue;
    }
    const words = text.split(" ");
    switch (words[0]) {
      case "type":
        types[Number(words[1])] = Buffer.from(words.slice(2).join(" "), "latin1").toString("utf8");
        break;
      case "root": {
        const address = parseInt(words[2]!, 16);
        if (!rootAddresses.has(address)) rootAddresses.set(address, words[1]!);
        break;
      }
      case "object":
      case "static": {
        const type = Number(words[2]);
        if (types[type] === undefined || words.length < 4) throw damaged();
        // The roots' own references are in front of the first object's.
        if (first.count === 0) startRoots(rootAddresses, first, references);
        numberOf.set(parseInt(words[1]!, 16), typeOf.count);
        typeOf.push(type);
        bytes.push(words[0] === "static" ? 0 : Number(words[3]));
        isStatic.push(words[0] === "static" ? 1 : 0);
        first.push(references.count);
        for (let i = 4; i < words.length; i++) references.push(parseInt(words[i]!, 16));
        break;
      }
      case "end":
        end = Number(words[1]);
        break;
      default:
        throw damaged();
    }
  }
  if (end !== typeOf.count - 1) throw new DumpError(`${path} is not complete`);
  if (first.count === 0) startRoots(rootAddresses, first, references);
  first.push(references.count);
  const numbered = (address: number): number => {
    const number = numberOf.get(address);
    if (number === undefined) throw new DumpError(`${path}: no object at ${address.toString(16)}`);
    return number;
  };
  return {
    types,
    typeOf: Int32Array.from(typeOf.items),
    bytes: bytes.items,
    isStatic: Uint8Array.from(isStatic.items),
    first: Int32Array.from(first.items),
    targets: Int32Array.from(references.items, numbered),
    rootKinds: new Map([...rootAddresses].map(([address, kind]) => [numbered(address), kind])),
  };
}

function startRoots(roots: ReadonlyMap<number, string>, first: Numbers, references: Numbers): void {
  first.push(0);
  for (const address of roots.keys()) references.push(address);
}

// ---------------------------------------------------------------- dominators

export interface Analysis {
  /** By object: the bytes that would be free without it; of 0, all. */
  readonly retained: Float64Array;
  /** By object: whether nothing of its own type dominates it. */
  readonly isTop: Uint8Array;
  /** By object: from whom a shortest way from the roots comes; -1 for the roots. */
  readonly parent: Int32Array;
  /** All objects, in the order of their distance from the roots. */
  readonly nearestFirst: Int32Array;
}

export function analyse(dump: HeapDump): Analysis {
  const { order, idom } = dominators(dump);
  const retained = Float64Array.from(dump.bytes);
  for (let i = order.length - 1; i > 0; i--) {
    const node = order[i]!;
    retained[idom[node]!]! += retained[node]!;
  }
  return { retained, isTop: topOfTheirType(dump, order, idom), ...shortestWays(dump) };
}

/** A depth-first search: objects in the order in which they are met, and where each was met from. */
function preorder({ first, targets }: HeapDump): { order: Int32Array; from: Int32Array } {
  const count = first.length - 1;
  const order = new Int32Array(count);
  const from = new Int32Array(count).fill(-1);
  const next = Int32Array.from(first.subarray(0, count));
  const isSeen = new Uint8Array(count);
  isSeen[0] = 1;
  let met = 1;
  for (let node = 0; node !== -1;) {
    if (next[node]! === first[node + 1]!) {
      node = from[node]!;
      continue;
    }
    const target = targets[next[node]!++]!;
    if (isSeen[target] === 1) continue;
    isSeen[target] = 1;
    from[target] = node;
    order[met++] = target;
    node = target;
  }
  // A dump has only what can be reached.
  return { order: order.subarray(0, met), from };
}

function predecessors({ first, targets }: HeapDump): { start: Int32Array; from: Int32Array } {
  const count = first.length - 1;
  const start = new Int32Array(count + 1);
  for (const target of targets) start[target + 1]!++;
  for (let i = 0; i < count; i++) start[i + 1]! += start[i]!;
  const next = start.slice();
  const from = new Int32Array(targets.length);
  for (let node = 0; node < count; node++)
    for (let i = first[node]!; i < first[node + 1]!; i++) from[next[targets[i]!]!++] = node;
  return { start, from };
}

/**
 * By object, its immediate dominator. Below, objects go by their rank in `order`: semidominators come from
 * the highest rank to the lowest, by paths that are compressed as they are walked; then an object's
 * dominator is the nearest one above it that is not below its semidominator.
 */
function dominators(dump: HeapDump): { order: Int32Array; idom: Int32Array } {
  const { order, from } = preorder(dump);
  const into = predecessors(dump);
  const count = order.length;
  const rank = new Int32Array(dump.typeOf.length).fill(-1);
  order.forEach((node, i) => (rank[node] = i));
  const parent = Int32Array.from(order, (node) => (node === 0 ? 0 : rank[from[node]!]!));
  const semi = Int32Array.from(order, (_, i) => i);
  const label = semi.slice();
  const ancestor = new Int32Array(count).fill(-1);
  const path: number[] = [];
  const best = (start: number): number => {
    if (ancestor[start] === -1) return start;
    let at = start;
    for (; ancestor[ancestor[at]!]! !== -1; at = ancestor[at]!) path.push(at);
    for (let one = path.pop(); one !== undefined; one = path.pop()) {
      const above = ancestor[one]!;
      if (semi[label[above]!]! < semi[label[one]!]!) label[one] = label[above]!;
      ancestor[one] = ancestor[above]!;
    }
    return label[start]!;
  };
  for (let i = count - 1; i > 0; i--) {
    const node = order[i]!;
    for (let j = into.start[node]!; j < into.start[node + 1]!; j++) {
      const found = semi[best(rank[into.from[j]!]!)]!;
      if (found < semi[i]!) semi[i] = found;
    }
    ancestor[i] = parent[i]!;
  }
  const above = parent;
  for (let i = 1; i < count; i++) while (above[i]! > semi[i]!) above[i] = above[above[i]!]!;
  const idom = new Int32Array(dump.typeOf.length).fill(-1);
  for (let i = 0; i < count; i++) idom[order[i]!] = order[above[i]!]!;
  return { order, idom };
}

/** Walks the tree of dominators with a count, for each type, of the objects above. */
function topOfTheirType(dump: HeapDump, order: Int32Array, idom: Int32Array): Uint8Array {
  const count = idom.length;
  const child = new Int32Array(count).fill(-1);
  const sibling = new Int32Array(count).fill(-1);
  for (let i = 1; i < order.length; i++) {
    const node = order[i]!;
    sibling[node] = child[idom[node]!]!;
    child[idom[node]!] = node;
  }
  const isTop = new Uint8Array(count);
  const above = new Int32Array(dump.types.length);
  let node = 0;
  for (;;) {
    if (node !== 0) {
      const type = dump.typeOf[node]!;
      isTop[node] = above[type]! === 0 ? 1 : 0;
      above[type]!++;
    }
    let next = child[node]!;
    while (next === -1) {
      if (node === 0) return isTop;
      above[dump.typeOf[node]!]!--;
      next = sibling[node]!;
      node = idom[node]!;
    }
    node = next;
  }
}

function shortestWays({ first, targets }: HeapDump): Pick<Analysis, "parent" | "nearestFirst"> {
  const count = first.length - 1;
  const parent = new Int32Array(count).fill(-2);
  const queue = new Int32Array(count);
  parent[0] = -1;
  let end = 1;
  for (let at = 0; at < end; at++) {
    const node = queue[at]!;
    for (let i = first[node]!; i < first[node + 1]!; i++) {
      const target = targets[i]!;
      if (parent[target] !== -2) continue;
      parent[target] = node;
      queue[end++] = target;
    }
  }
  return { parent, nearestFirst: queue.subarray(0, end) };
}

// ---------------------------------------------------------------- summaries

export interface TypeRow {
  readonly type: string;
  readonly count: number;
  readonly bytes: number;
  readonly retained: number;
}

/** The types of what is in the heap, by what they retain. */
export function byType(dump: HeapDump, { retained, isTop }: Analysis): TypeRow[] {
  const rows = dump.types.map((type) => ({ type, count: 0, bytes: 0, retained: 0 }));
  for (let i = 1; i < dump.typeOf.length; i++) {
    if (dump.isStatic[i] === 1) continue;
    const row = rows[dump.typeOf[i]!]!;
    row.count++;
    row.bytes += dump.bytes[i]!;
    if (isTop[i] === 1) row.retained += retained[i]!;
  }
  return rows
    .filter((row) => row !== undefined && row.count > 0)
    .sort((a, b) => b.retained - a.retained || b.bytes - a.bytes);
}

export interface WayRow {
  /** What kind of root, then types; `T…` for several of T that refer to each other. */
  readonly way: readonly string[];
  readonly count: number;
  readonly retained: number;
}

/** A way from the roots, shared by all objects that are reached along the same types. */
interface Way {
  readonly up: Way | null;
  /** A root's kind, or a type; `T…` for several of T that refer to each other. */
  readonly name: string;
  readonly type: number;
  readonly on: Map<string, Way>;
  count: number;
  retained: number;
}

/** Shortest ways from the roots to the objects of a type, those with the same types on them together. */
export function waysTo(dump: HeapDump, analysis: Analysis, type: string): WayRow[] {
  const { nearestFirst, parent, isTop, retained } = analysis;
  const start: Way = { up: null, name: "", type: -1, on: new Map(), count: 0, retained: 0 };
  const wayOf: Way[] = [start];
  const found = new Set<Way>();
  for (const object of nearestFirst.subarray(1)) {
    const from = wayOf[parent[object]!]!;
    const up = from === start ? step(start, dump.rootKinds.get(object)!, -1) : from;
    const number = dump.typeOf[object]!;
    const name = dump.types[number]!;
    const way = up.type !== number ? step(up, name, number) : several(up);
    wayOf[object] = way;
    if (name !== type || dump.isStatic[object] === 1) continue;
    way.count++;
    if (isTop[object] === 1) way.retained += retained[object]!;
    found.add(way);
  }
  return [...found]
    .map((way) => ({ way: namesOf(way), count: way.count, retained: way.retained }))
    .sort((a, b) => b.retained - a.retained || b.count - a.count);
}

function step(from: Way, name: string, type: number): Way {
  let way = from.on.get(name);
  if (way === undefined) {
    way = { up: from, name, type, on: new Map(), count: 0, retained: 0 };
    from.on.set(name, way);
  }
  return way;
}

function several(way: Way): Way {
  return way.name.endsWith("…") ? way : step(way.up!, `${way.name}…`, way.type);
}

function namesOf(way: Way): string[] {
  const names: string[] = [];
  for (let at = way; at.up !== null; at = at.up) names.push(at.name);
  return names.reverse();
}
