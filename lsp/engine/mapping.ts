/**
 * Offsets carried over from a text that was analysed to what it has become, and back. What lies in
 * an edited place goes to the edit's end; `touched` says whether a range was edited.
 */
import { minimalEdits, type Edit } from "../../dsl/format/edits.ts";
import { commonHead, commonTail } from "../../dsl/syntax/common.ts";

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
  const edits = editsBetween(from, to);
  const backward = inverse(edits);
  return {
    forward: (offset) => shifted(edits, offset),
    back: (offset) => shifted(backward, offset),
    touched: (start, end) => edits.some((one) => one.start < end && one.end > start),
  };
}

/** As `minimalEdits`, without a look at the long beginnings and ends that are the same. */
function editsBetween(from: string, to: string): Edit[] {
  const head = commonHead(from, to);
  const tail = commonTail(from, to, head);
  const before = from.slice(head, from.length - tail);
  const after = to.slice(head, to.length - tail);
  return minimalEdits(before, after).map(({ start, end, text }) => ({
    start: start + head,
    end: end + head,
    text,
  }));
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
