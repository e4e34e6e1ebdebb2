/**
 * Offsets carried over from a text that was analysed to what it has become, and back. What lies in
 * an edited place goes to the edit's end; `touched` says whether a range was edited.
 */
import { minimalEdits, type Edit } from "../../dsl/format/edits.ts";

export interface Mapping {
  /** From the old text to the new. */
  forward(offset: number): number;
  /** From the new text to the old. */
  back(offset: number): number;
  /** Whether something inside the old range, its ends excluded, has changed. */
  touched(start: number, end: number): boolean;
}

const IDENTITY: Mapping = {
  forward: (offset) => offset,
  back: (offset) => offset,
  touched: () => false,
};

export function mappingBetween(from: string, to: string): Mapping {
  if (from === to) return IDENTITY;
  const edits = minimalEdits(from, to);
  return {
    forward: (offset) => shifted(edits, offset),
    back: (offset) => shifted(inverse(edits), offset),
    touched: (start, end) => edits.some((one) => one.start < end && one.end > start),
  };
}

function shifted(edits: readonly Edit[], offset: number): number {
  let shift = 0;
  for (const { start, end, text } of edits) {
    if (offset <= start && !(offset === start && start === end)) break;
    if (offset < end) return start + shift + Math.min(offset - start, text.length);
    shift += text.length - (end - start);
  }
  return offset + shift;
}

function inverse(edits: readonly Edit[]): Edit[] {
  let shift = 0;
  return edits.map(({ start, end, text }) => {
    const from = start + shift;
    shift += text.length - (end - start);
    return { start: from, end: from + text.length, text: " ".repeat(end - start) };
  });
}
