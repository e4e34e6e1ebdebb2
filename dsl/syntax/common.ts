/**
 * How much of two texts is the same at both ends. Texts of a megabyte are compared at every key, so the
 * bulk of it is left to the comparison of strings, which looks at many characters at once.
 */

const BLOCK = 4096;

/** Characters that are the same from the start on. */
export function commonHead(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head + BLOCK <= most && a.slice(head, head + BLOCK) === b.slice(head, head + BLOCK))
    head += BLOCK;
  while (head < most && a.charCodeAt(head) === b.charCodeAt(head)) head++;
  return head;
}

/** Characters that are the same up to the end, without the first `head` of either text. */
export function commonTail(a: string, b: string, head: number): number {
  const most = Math.min(a.length, b.length) - head;
  const [aEnd, bEnd] = [a.length, b.length];
  let tail = 0;
  while (
    tail + BLOCK <= most &&
    a.slice(aEnd - tail - BLOCK, aEnd - tail) === b.slice(bEnd - tail - BLOCK, bEnd - tail)
  )
    tail += BLOCK;
  while (tail < most && a.charCodeAt(aEnd - 1 - tail) === b.charCodeAt(bEnd - 1 - tail)) tail++;
  return tail;
}
