/**
 * What must change in a text for it to become another: hunks of lines, by Myers' algorithm, and from
 * them edits that an editor can apply without losing cursors and breakpoints.
 */

/** Lines `[oldStart, oldEnd)` become lines `[newStart, newEnd)`. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** The characters `[start, end)` become `text`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** More differences than this are not told apart: the search costs their square. */
const MOST_DIFFERENCES = 2000;

/** The text in lines, each with its line break. */
export function linesOf(text: string): string[] {
  return text === "" ? [] : text.match(/[^\n]*\n|[^\n]+$/g)!;
}

export function diffLines(from: readonly string[], to: readonly string[]): Hunk[] {
  // 1. Most of a file is the same at both ends.
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head++;
  let oldEnd = from.length;
  let newEnd = to.length;
  while (oldEnd > head && newEnd > head && from[oldEnd - 1] === to[newEnd - 1]) {
    oldEnd--;
    newEnd--;
  }
  if (head === oldEnd && head === newEnd) return [];

  // 2. Which lines between them stay.
  const kept = keptLines(from.slice(head, oldEnd), to.slice(head, newEnd));
  if (kept === null) return [{ oldStart: head, oldEnd, newStart: head, newEnd }];

  // 3. What lies between those that stay.
  const hunks: Hunk[] = [];
  let oldStart = head;
  let newStart = head;
  const add = (oldAt: number, newAt: number) => {
    if (oldAt > oldStart || newAt > newStart) {
      hunks.push({ oldStart, oldEnd: oldAt, newStart, newEnd: newAt });
    }
    oldStart = oldAt + 1;
    newStart = newAt + 1;
  };
  for (const [a, b] of kept) add(head + a, head + b);
  add(oldEnd, newEnd);
  return hunks;
}

/** Pairs of equal lines in order, as many as there can be; null when too much differs. */
function keptLines(a: readonly string[], b: readonly string[]): [number, number][] | null {
  const most = Math.min(a.length + b.length, MOST_DIFFERENCES);
  // The furthest `x` on each diagonal `x - y`, after every number of differences.
  const trace: Map<number, number>[] = [];
  let ends = new Map<number, number>([[1, 0]]);
  for (let n = 0; n <= most; n++) {
    trace.push(ends);
    const next = new Map(ends);
    for (let k = -n; k <= n; k += 2) {
      const down = k === -n || (k !== n && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1));
      let x = down ? (ends.get(k + 1) ?? 0) : (ends.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a, b);
    }
    ends = new Map([...next].filter(([k]) => Math.abs(k) <= n));
  }
  return null;
}

function walkBack(
  trace: readonly Map<number, number>[],
  a: readonly string[],
  b: readonly string[],
): [number, number][] {
  const pairs: [number, number][] = [];
  let x = a.length;
  let y = b.length;
  for (let n = trace.length - 1; n >= 0; n--) {
    const ends = trace[n]!;
    const k = x - y;
    const down = k === -n || (k !== n && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1));
    const before = down ? k + 1 : k - 1;
    const oldX = n === 0 ? 0 : (ends.get(before) ?? 0);
    const oldY = n === 0 ? 0 : oldX - before;
    while (x > oldX && y > oldY && x > 0 && y > 0) pairs.push([--x, --y]);
    x = oldX;
    y = oldY;
  }
  return pairs.reverse();
}

/** The edits that make `to` of `from`, in order, none overlapping. */
export function minimalEdits(from: string, to: string): Edit[] {
  const old = linesOf(from);
  const offsets = [0];
  for (const line of old) offsets.push(offsets.at(-1)! + line.length);
  const fresh = linesOf(to);
  return diffLines(old, fresh).map(({ oldStart, oldEnd, newStart, newEnd }) =>
    trimmed(from, offsets[oldStart]!, offsets[oldEnd]!, fresh.slice(newStart, newEnd).join("")),
  );
}

/** Without what both sides begin and end with. */
function trimmed(from: string, start: number, end: number, text: string): Edit {
  let head = 0;
  const most = Math.min(end - start, text.length);
  while (head < most && from[start + head] === text[head]) head++;
  let tail = 0;
  while (tail < most - head && from[end - 1 - tail] === text[text.length - 1 - tail]) tail++;
  return { start: start + head, end: end - tail, text: text.slice(head, text.length - tail) };
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  let out = "";
  let at = 0;
  for (const { start, end, text: inserted } of edits) {
    out += text.slice(at, start) + inserted;
    at = end;
  }
  return out + text.slice(at);
}

/** A unified diff with three lines of context, without its two header lines. */
export function unifiedDiff(from: string, to: string): string[] {
  const old = linesOf(from);
  const fresh = linesOf(to);
  const out: string[] = [];
  for (const group of grouped(diffLines(old, fresh), 6)) {
    const first = group[0]!;
    const last = group.at(-1)!;
    const start = Math.max(0, first.oldStart - 3);
    const end = Math.min(old.length, last.oldEnd + 3);
    const newStart = first.newStart - (first.oldStart - start);
    const newEnd = last.newEnd + (end - last.oldEnd);
    out.push(`@@ -${range(start, end)} +${range(newStart, newEnd)} @@`);
    let at = start;
    const say = (sign: string, lines: readonly string[]) => {
      for (const line of lines) {
        out.push(sign + line.replace(/\n$/, ""));
        if (!line.endsWith("\n")) out.push("\\ No newline at end of file");
      }
    };
    for (const hunk of group) {
      say(" ", old.slice(at, hunk.oldStart));
      say("-", old.slice(hunk.oldStart, hunk.oldEnd));
      say("+", fresh.slice(hunk.newStart, hunk.newEnd));
      at = hunk.oldEnd;
    }
    say(" ", old.slice(at, end));
  }
  return out;
}

function range(start: number, end: number): string {
  return end - start === 1 ? `${start + 1}` : `${end === start ? start : start + 1},${end - start}`;
}

/** Hunks that stand no more than `apart` lines apart belong together. */
function grouped(hunks: readonly Hunk[], apart: number): Hunk[][] {
  const groups: Hunk[][] = [];
  for (const hunk of hunks) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && hunk.oldStart - last.oldEnd <= apart) groups.at(-1)!.push(hunk);
    else groups.push([hunk]);
  }
  return groups;
}
