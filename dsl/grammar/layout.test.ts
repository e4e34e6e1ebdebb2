import { expect, test } from "vitest";
import { cutText } from "./chunks.ts";
import { layOut } from "./layout.ts";
import { scan } from "./scanner.ts";

/** Token texts; layout tokens as `;` (line), `>` (indent), `<` (dedent); repairs as `~`. */
function layoutOf(text: string): string {
  const signs: Record<string, string> = { Newline: ";", Indent: ">", Dedent: "<" };
  return layOut(text, scan(text).tokens)
    .tokens.map((token) => signs[token.tokenType.name] ?? (token.image || "~"))
    .join(" ");
}

function kindsOf(text: string): string {
  return layOut(text, scan(text).tokens)
    .tokens.map((token) => token.tokenType.name)
    .join(" ");
}

function problemsOf(text: string): string[] {
  const scanned = scan(text);
  return [...scanned.problems, ...layOut(text, scanned.tokens).problems].map(
    (problem) => `${problem.code} ${problem.start}-${problem.end} ${problem.message}`,
  );
}

test.each([
  ["a\nb\n", "a ; b ;"],
  ["if a:\n  b\nc\n", "if a : ; > b ; < c ;"],
  ["if a:\n  if b:\n    c\nd\n", "if a : ; > if b : ; > c ; < < d ;"],
  ["if a:\n  b", "if a : ; > b ; <"],
  ["\n  # comment\n\nif a:\n  # only\n\n  b # trailing\n# left\n", "if a : ; > b ; <"],
  ["f(\na,\n  b\n)\nc\n", "f ( a , b ) ; c ;"],
  ["a = [1,\n# in between\n\n2]\n", "a = [ 1 , 2 ] ;"],
  ["a = 1 + \\\n  2\n", "a = 1 + 2 ;"],
  ["a\r\nif b:\r\n  c\r\n", "a ; if b : ; > c ; <"],
  ["a not in b is not c\n", "a not in b is not c ;"],
  ["", ""],
  ["# nothing\n", ""],
])("lines and blocks of %j", (text, expected) => {
  expect(layoutOf(text)).toBe(expected);
  expect(problemsOf(text)).toEqual([]);
});

test.each([
  // A statement ends open brackets.
  ["a = f(1\nreturn b\n", "a = f ( 1 ~ ; return b ;", "this '(' is never closed: expected ')'"],
  ["a = [(1, 2\nb = 3\n", "a = [ ( 1 , 2 ~ ~ ; b = 3 ;", "this '[' is never closed"],
  // In a header the closer belongs before the colon.
  ["def f(a:\n  pass\n", "def f ( a ~ : ; > pass ; <", "this '(' is never closed"],
  ["a = f(1", "a = f ( 1 ~ ;", "this '(' is never closed"],
  ["a = (1]\nb\n", "a = ( 1 ~ ; b ;", "']' does not close '('"],
  ["a = {[1}\n", "a = { [ 1 ~ } ;", "expected ']' before '}'"],
  ["a)\n", "a ;", "')' closes nothing"],
  ["if a:\n    b\n  c\n", "if a : ; > b ; c ; <", "this line is indented by 2"],
  ["if a:\n    b\n c\n", "if a : ; > b ; < c ;", "this line is indented by 1"],
  ["if a:\n\tb\n", "if a : ; > b ; <", "this line is indented with a tab"],
])("repairs %j", (text, expected, message) => {
  expect(layoutOf(text)).toBe(expected);
  expect(problemsOf(text).join("\n")).toContain(message);
});

test("a comprehension or a conditional may start its line with a keyword inside brackets", () => {
  expect(layoutOf("a = [x\nfor x in y\nif x\nif (b\nif c\nelse d)]\n")).toBe(
    "a = [ x for x in y if x if ( b if c else d ) ] ;",
  );
});

test.each([
  ["match x:\n  case y: z\n", "Match Name Colon Newline Indent Case Name"],
  ["match (x):\n", "Match OpenParen"],
  ["match(x)\n", "Name OpenParen"],
  ["match = 3\n", "Name Assign"],
  ["match -x:\n", "Match Minus"],
  ["match - x\n", "Name Minus"],
  ["case = 3\n", "Name Assign"],
  ["type X = int\n", "Type Name"],
  ["type = x\n", "Name Assign"],
  ["type(x)\n", "Name OpenParen"],
  ["enum E: A\n", "Enum Name"],
  ["enum.x\n", "Name Dot"],
  ["raw module\n", "Raw Name"],
  ["raw = module\n", "Name Assign"],
  ["extern def f()\n", "Extern Def"],
  ["unroll for x in y: z\n", "Unroll For"],
  ["unroll = 1\n", "Name Assign"],
  ["f(const n)\n", "Name OpenParen Const Name"],
  ["f(const)\n", "Name OpenParen Name"],
  ["x: fn(int) -> int\n", "Name Colon Fn"],
  ["fn(int)\n", "Name OpenParen"],
  ["def fn(x) -> int: pass\n", "Def Name"],
])("soft keywords in %j", (text, expected) => {
  expect(kindsOf(text)).toMatch(new RegExp(`^${expected}\\b`));
});

test.each([
  ["def a():\n  b\n\ndef c(): d\ne = 1\n", 3],
  ["# top\n\na\n# after a\nb\n", 2],
  ["a = [\n1,\n2\n]\nb\n", 2],
  ["if a:\n  b\nelse:\n  c\nd\n", 2],
  ["try:\n  a\nexcept B:\n  c\nfinally:\n  d\n", 1],
  ["@a\n@b(\n1)\ndef f(): pass\nc\n", 2],
  ['a = """\ndef not_code(): pass\n"""\nb\n', 2],
  ['a = f"{d["("]}"\nb\n', 2],
  ["a = 1 + \\\n2\nb\n", 2],
  ["a = f(1\ndef g(): pass\n", 2],
  ["a = f(1\nb = 2\n", 2],
  // An odd number of triple quotes: no string reaches over a definition.
  ['def f():\n  """oops\n  a\ndef g():\n  """fine"""\n  b\n', 2],
  ["a = 'unterminated\nb\n", 2],
])("%j has %i chunks", (text, count) => {
  expect(cutText(text).starts).toHaveLength(count);
});
