/**
 * Source maps (version 3) of WebAssembly: bytes of the module are columns of its only line, so that
 * browsers show Wright where they would show instructions.
 */
import { startPosition, type Span } from "../../dsl/syntax/source.ts";

/** From this byte of the module on, code is of this place. */
export interface Place {
  readonly offset: number;
  readonly span: Span;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Places come in the order of their bytes. */
export function sourceMap(places: readonly Place[]): string {
  const sources = new Map<string, number>();
  let before = [0, 0, 0, 0];
  const segments = places.map(({ offset, span }) => {
    const { path } = span.chunk.file;
    let source = sources.get(path);
    if (source === undefined) sources.set(path, (source = sources.size));
    const { line, column } = startPosition(span);
    const now = [offset, source, line - 1, column - 1];
    const text = now.map((value, i) => variableLength(value - before[i]!)).join("");
    before = now;
    return text;
  });
  const map = { version: 3, sources: [...sources.keys()], names: [], mappings: segments.join(",") };
  return JSON.stringify(map);
}

/** Base 64 VLQ: five bits in each digit, the lowest first, of which the lowest is the sign. */
function variableLength(value: number): string {
  let left = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = "";
  do {
    const digit = left & 31;
    left >>>= 5;
    text += DIGITS[left > 0 ? digit | 32 : digit]!;
  } while (left > 0);
  return text;
}
