/**
 * Parallel moves: the arguments of a link go to the parameters all at once.
 *
 *     (a, b) := (b, a)      t = a; a = b; b = t
 */
export interface Move {
  readonly to: string;
  readonly from: string;
  /** C type of both. */
  readonly type: string;
}

/** Assignments, in an order in which none overwrites what a later one reads. */
export function sequentialize(moves: readonly Move[]): string[] {
  let pending = moves.filter((move) => move.to !== move.from);
  const statements: string[] = [];
  let temporaries = 0;
  while (pending.length > 0) {
    const readLater = (name: string) => pending.some((move) => move.from === name);
    const ready = pending.filter((move) => !readLater(move.to));
    if (ready.length > 0) {
      for (const { to, from } of ready) statements.push(`${to} = ${from};`);
      pending = pending.filter((move) => !ready.includes(move));
      continue;
    }
    // Only cycles are left: free one target by keeping its value aside.
    const { to, type } = pending[0]!;
    const aside = `aside_${temporaries++}`;
    statements.push(`${type} ${aside} = ${to};`);
    pending = pending.map((move) => (move.from === to ? { ...move, from: aside } : move));
  }
  return statements;
}
