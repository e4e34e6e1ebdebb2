/**
 * Paired measurements: two commands that do the same work, run in turns.
 *
 * A machine that gets slower for a minute slows both sides of the pairs of that minute, so ratios
 * are taken within pairs and their median is reported; the side that goes first alternates. A side
 * is a function from nothing to microseconds: what it measures (a process, a part of it) is its
 * business. Nothing here knows the programs that are compared.
 */

export interface Side {
  readonly name: string;
  /** Does the work once and gives the microseconds that it took. */
  readonly run: () => number;
}

export interface Comparison {
  readonly benchmark: string;
  readonly ours: Sample;
  readonly peer: Sample;
  /** Median over the pairs of ours / peer: below 1, ours is faster. */
  readonly ratio: number;
  /** Smallest and largest ratio of a pair. */
  readonly spread: readonly [number, number];
}

export interface Sample {
  readonly name: string;
  readonly microseconds: readonly number[];
  readonly median: number;
}

export interface Report {
  readonly title: string;
  readonly date: string;
  readonly machine: string;
  readonly rounds: number;
  readonly comparisons: readonly Comparison[];
  readonly geometricMean: number;
}

export function compare(benchmark: string, ours: Side, peer: Side, rounds: number): Comparison {
  const mine: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const oursFirst = round % 2 === 0;
    if (oursFirst) mine.push(ours.run());
    theirs.push(peer.run());
    if (!oursFirst) mine.push(ours.run());
  }
  const ratios = mine.map((time, i) => time / theirs[i]!);
  return {
    benchmark,
    ours: sample(ours.name, mine),
    peer: sample(peer.name, theirs),
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
  };
}

function sample(name: string, microseconds: readonly number[]): Sample {
  return { name, microseconds, median: median(microseconds) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function report(
  title: string,
  machine: string,
  rounds: number,
  comparisons: readonly Comparison[],
): Report {
  const mean = geometricMean(comparisons.map((one) => one.ratio));
  return {
    title,
    date: new Date().toISOString(),
    machine,
    rounds,
    comparisons,
    geometricMean: mean,
  };
}

/** The report as a Markdown table, slowest ratio last. */
export function markdown(of: Report): string {
  const rows = [...of.comparisons].sort((a, b) => a.ratio - b.ratio).map(row);
  const first = of.comparisons[0];
  const head = `| benchmark | ${first?.ours.name ?? "ours"} ms | ${first?.peer.name ?? "peer"} ms | ratio | pairs |`;
  return [
    `# ${of.title}`,
    "",
    `${of.date.slice(0, 10)}, ${of.machine}, ${of.rounds} pairs each. A ratio below 1 means faster than the peer.`,
    "",
    head,
    "|---|---:|---:|---:|---:|",
    ...rows,
    `| **geometric mean** | | | **${of.geometricMean.toFixed(2)}** | |`,
    "",
  ].join("\n");
}

function row(one: Comparison): string {
  const [low, high] = one.spread;
  const range = `${low.toFixed(2)} to ${high.toFixed(2)}`;
  return `| ${one.benchmark} | ${ms(one.ours.median)} | ${ms(one.peer.median)} | ${one.ratio.toFixed(2)} | ${range} |`;
}

function ms(microseconds: number): string {
  return (microseconds / 1000).toFixed(1);
}
