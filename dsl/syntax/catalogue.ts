/**
 * The catalogue of diagnostics: one row per stable code, with the page `wright explain` prints.
 * E00xx configuration, E01xx syntax, E02xx names and modules, E03xx types, E04xx calls, E05xx classes, E06xx build time
 * and constants, E07xx raw level, E08xx JIT hints; W09xx warnings.
 */

import { NAMES_ROWS } from "./catalogue-names.ts";
import { PROJECT_ROWS } from "./catalogue-project.ts";
import { TYPE_ROWS } from "./catalogue-types.ts";

export interface CatalogueRow {
  /** Shown as the page's heading. */
  readonly title: string;
  /** Why it is wrong, in a few sentences. */
  readonly explanation: string;
  /** A small program that provokes it, and the same program put right. */
  readonly wrong: string;
  readonly right: string;
}

export const CATALOGUE = {
  E0101: {
    title: "syntax error",
    explanation:
      "The text does not follow Wright's grammar here. The message says what was expected; the rest of the file is still understood.",
    wrong: "def f(x)\n    return x\n",
    right: "def f(x):\n    return x\n",
  },
  E0102: {
    title: "bad indentation",
    explanation:
      "A line is indented by an amount that matches no enclosing block, or a block that must be indented is missing. Indent with spaces; tabs are not allowed.",
    wrong: "def f():\nreturn 1\n",
    right: "def f():\n    return 1\n",
  },
  E0103: {
    title: "malformed literal",
    explanation: "A number, string or escape sequence is not written as Wright expects.",
    wrong: 'greeting = "hello\n',
    right: 'greeting = "hello"\n',
  },
  E0104: {
    title: "not in Wright",
    explanation:
      "This part of Python was left out of Wright for good, because it cannot be typed or compiled ahead of time; the message names the replacement.",
    wrong: "def f():\n    global x\n",
    right: "class State:\n    x: int\n",
  },
  E0105: {
    title: "statement out of place",
    explanation:
      "`return` outside a function, `break` outside a loop, `yield` in a lambda and the like.",
    wrong: "break\n",
    right: "while True:\n    break\n",
  },
  ...PROJECT_ROWS,
  ...NAMES_ROWS,
  ...TYPE_ROWS,
} as const satisfies Record<string, CatalogueRow>;

export type CodeName =
  keyof typeof CATALOGUE | `E0${2 | 3 | 4 | 5 | 6 | 7 | 8}${number}` | `W09${number}`;
