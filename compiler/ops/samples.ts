/** Values at which arithmetic goes wrong first; for tests of ops on any engine. */
import { wrap } from "./words.ts";
import type { Word } from "../eval/heap.ts";

const INTERESTING: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  7n,
  32n,
  40n,
  63n,
  64n,
  127n,
  128n,
  255n,
  256n,
  32767n,
  32768n,
  65535n,
  65536n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  3037000499n,
  3037000500n,
  2n ** 52n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 55n,
  2n ** 62n,
  0x0123_4567_89ab_cdefn,
  0x5555_5555_5555_5555n,
  2n ** 63n - 1n,
  2n ** 63n,
];

/** Words around every boundary, of either sign. */
export const SAMPLE_WORDS: readonly Word[] = [
  ...new Set(INTERESTING.flatMap((value) => [wrap(value), wrap(-value)])),
];

export const SAMPLE_FLOATS: readonly number[] = [
  0,
  0.1,
  0.5,
  1,
  1.5,
  2.5,
  3.141592653589793,
  709.8,
  1e15 + 0.5,
  2 ** 31,
  2 ** 52 + 0.5,
  2 ** 53,
  2 ** 63 - 1024,
  2 ** 63,
  2 ** 64,
  1e300,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  2 ** -1022,
  1e-300,
  Infinity,
]
  .flatMap((value) => [value, -value])
  .concat([NaN]);

export const SAMPLE_BOOLS: readonly boolean[] = [false, true];
