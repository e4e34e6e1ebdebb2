/** "did you mean": the known name that is closest to what was written, if any is close enough. */

/** The nearest of `names` by edit distance, at most a third of its length away; null if none is. */
export function nearest(written: string, names: Iterable<string>): string | null {
  let best: string | null = null;
  // Of one or two letters, only another spelling of the same.
  const most = written.length < 3 ? 0 : Math.max(1, Math.floor(written.length / 3));
  let bestDistance = most + 1;
  for (const name of names) {
    if (Math.abs(name.length - written.length) >= bestDistance || name === written) continue;
    const distance =
      name.toLowerCase() === written.toLowerCase()
        ? 0.5
        : editDistance(written, name, bestDistance);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Optimal string alignment: insertions, deletions, substitutions, swaps of neighbours. Where it is
 * `limit` or more, it is not looked for any further.
 */
function editDistance(a: string, b: string, limit: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  let leastBefore = 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      }
      row.push(cost);
      if (cost < least) least = cost;
    }
    // What comes later is at least as far as the nearer of two rows.
    if (least >= limit && leastBefore >= limit) return limit;
    leastBefore = least;
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** `did you mean `x`?`, or undefined: the `help` of a diagnostic about an unknown name. */
export function suggestion(written: string, names: Iterable<string>): { help?: string } {
  const name = nearest(written, names);
  return name === null ? {} : { help: `did you mean \`${name}\`?` };
}
