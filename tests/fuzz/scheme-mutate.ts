/**
 * Seeded mutants of Scheme programs: bytes, tokens, lines and trees are left out, doubled, exchanged or
 * replaced by what other programs hold. Most are wrong in one place, in a way that people are too.
 */
import { seeded, type Random } from "../random-program.ts";

const TOKEN =
  /#\\[^\s()]+|#\|[^]*?\|#|"(?:\\.|[^"\\])*"|;.*|#[;(]|#u8\(|[()'`]|,@?|[^\s()'`,";]+/gu;

/** What has broken readers and compilers before. */
const ODD_TOKENS = [
  "(",
  ")",
  "'",
  "`",
  ",",
  ",@",
  ".",
  "...",
  "#(",
  "#u8(",
  "#;",
  "#|",
  "|#",
  '"',
  "#\\",
  "#0=",
  "#0#",
  "()",
  "#t",
  "_",
  "=>",
  "else",
  "-1",
  "0",
  "1e400",
  "1/0",
  "+nan.0",
  "-0.0",
  "9223372036854775807",
  "-9223372036854775808",
  "1000000000000000000000000",
  "#\\x0",
  "#\\x10ffff",
  '""',
  "'()",
  "(lambda x x)",
  "(call/cc (lambda (k) k))",
  "car",
  "values",
  "apply",
  "call/cc",
  "dynamic-wind",
  "raise",
  "define",
  "set!",
  "lambda",
  "let",
  "letrec",
  "do",
  "begin",
  "if",
  "define-syntax",
  "syntax-rules",
  "let-syntax",
  "define-record-type",
  "guard",
  "parameterize",
  "delay",
  "quasiquote",
  "define-values",
  "case-lambda",
  "import",
  "define-library",
  "cond-expand",
  "eval",
  "string-set!",
  "vector-set!",
];

interface Tree {
  /** Offsets of a parenthesised part: from `(` to behind `)`. */
  readonly start: number;
  readonly stop: number;
}

function treesOf(text: string): Tree[] {
  const trees: Tree[] = [];
  const open: number[] = [];
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token.endsWith("(") && token !== "#\\(") open.push(index);
    else if (token === ")") {
      const start = open.pop();
      if (start !== undefined) trees.push({ start, stop: index + 1 });
    }
  }
  return trees;
}

const replaced = (text: string, start: number, stop: number, by: string) =>
  text.slice(0, start) + by + text.slice(stop);

function mutateBytes(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  switch (random.below(4)) {
    case 0:
      return replaced(text, at, at + 1, "");
    case 1:
      return replaced(
        text,
        at,
        at + 1,
        String.fromCharCode(random.below(random.chance(0.9) ? 128 : 0x3000)),
      );
    case 2:
      return text.slice(0, at);
    default:
      return replaced(text, at, at, text.slice(at, at + 1 + random.below(8)));
  }
}

function mutateTokens(text: string, random: Random, other: string): string {
  const tokens = [...text.matchAll(TOKEN)];
  if (tokens.length === 0) return text;
  const one = random.pick(tokens);
  const [start, stop] = [one.index, one.index + one[0].length];
  switch (random.below(5)) {
    case 0:
      return replaced(text, start, stop, "");
    case 1:
      return replaced(text, stop, stop, ` ${one[0]}`);
    case 2:
      return replaced(text, start, stop, random.pick(ODD_TOKENS));
    case 3:
      return replaced(text, start, stop, random.pick(tokens)[0]);
    default: {
      const foreign = [...other.matchAll(TOKEN)];
      return foreign.length === 0 ? text : replaced(text, start, stop, random.pick(foreign)[0]);
    }
  }
}

function mutateLines(text: string, random: Random): string {
  const lines = text.split("\n");
  const i = random.below(lines.length);
  const j = random.below(lines.length);
  switch (random.below(3)) {
    case 0:
      lines.splice(i, 1);
      break;
    case 1:
      lines.splice(j, 0, lines[i]!);
      break;
    default:
      [lines[i], lines[j]] = [lines[j]!, lines[i]!];
  }
  return lines.join("\n");
}

function mutateTrees(text: string, random: Random, other: string): string {
  const trees = treesOf(text);
  if (trees.length === 0) return text;
  const { start, stop } = random.pick(trees);
  const inside = text.slice(start, stop);
  const anyOf = (from: string, list: readonly Tree[]) => {
    if (list.length === 0) return "()";
    const tree = random.pick(list);
    return from.slice(tree.start, tree.stop);
  };
  switch (random.below(6)) {
    case 0:
      return replaced(text, start, stop, "");
    case 1:
      return replaced(text, start, stop, anyOf(text, trees));
    case 2:
      return replaced(text, start, stop, anyOf(other, treesOf(other)));
    case 3:
      return replaced(text, start, stop, `(${inside})`);
    case 4:
      return replaced(text, start, stop, `(${random.pick(ODD_TOKENS)} ${inside})`);
    default:
      return replaced(text, start, stop, inside.slice(1, -1));
  }
}

/** What stands at the top level of a program: text and comments between forms go with the form behind them. */
function formsOf(text: string): string[] {
  const forms: string[] = [];
  let [from, behind] = [0, 0];
  for (const { start, stop } of treesOf(text).sort((a, b) => a.start - b.start)) {
    if (start < behind) continue;
    forms.push(text.slice(from, stop));
    from = behind = stop;
  }
  return forms;
}

const IS_DEFINITION = /^\s*(?:;.*\n\s*)*\((?:import|define)/u;

/** A part of a program that is quickly run: all its definitions, and a few of its other forms. */
function excerpt(text: string, random: Random): string {
  const forms = formsOf(text);
  const isKept = forms.map((form) => IS_DEFINITION.test(form));
  const first = random.below(forms.length);
  for (let i = first; i < first + 3 && i < forms.length; i++) isKept[i] = true;
  return forms.filter((_, i) => isKept[i]).join("");
}

/** Changes of a part of one of the programs, most often one or two. */
export function schemeMutant(programs: readonly string[], seed: number): string {
  const random = seeded(seed);
  let text = excerpt(random.pick(programs), random);
  const other = random.pick(programs);
  do {
    switch (random.below(4)) {
      case 0:
        text = mutateBytes(text, random);
        break;
      case 1:
        text = mutateTokens(text, random, other);
        break;
      case 2:
        text = mutateLines(text, random);
        break;
      default:
        text = mutateTrees(text, random, other);
    }
  } while (random.chance(0.4));
  return text;
}
