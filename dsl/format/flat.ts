/** Documents that need no printer. */
import type { Doc } from "prettier";
import { builders } from "prettier/doc";

export interface Flat {
  readonly text: string;
  /** The comment at the end, which does not count for the width. */
  readonly comment: string;
}

/**
 * The document on one line; null where something in it forces a break, or where the width of its
 * text is not its length.
 */
export function flat(doc: Doc): Flat | null {
  const out = { text: "", comment: "" };
  return write(doc, out) && !WIDE.test(out.text) ? out : null;
}

/** Characters of two columns or of none, or in the second half of such a pair; and control characters. */
const WIDE =
  /[^\x20-\x7e\xa0-\u02ff\u0370-\u0482\u048a-\u058f\u2010-\u2027\u2030-\u205e\u2070-\u20cf\u2100-\u2317\u2320-\u2328\u2500-\u25fc]/;

function write(doc: Doc, out: { text: string; comment: string }): boolean {
  if (typeof doc === "string") {
    out.text += doc;
    return true;
  }
  if (Array.isArray(doc)) return doc.every((part) => write(part, out));
  switch (doc.type) {
    case "group":
      return doc.break !== true && write(doc.contents, out);
    case "indent":
    case "align":
      return write(doc.contents, out);
    case "fill":
      return doc.parts.every((part) => write(part, out));
    case "if-break":
      return write(doc.flatContents ?? "", out);
    case "line":
      if (doc.hard === true) return false;
      if (doc.soft !== true) out.text += " ";
      return true;
    case "line-suffix":
      out.comment += doc.contents as string;
      return true;
    default:
      return false; // a forced break
  }
}

export function nested(doc: Doc, depth: number): Doc {
  let result = doc;
  for (let i = 0; i < depth; i++) result = builders.indent(result);
  return result;
}
