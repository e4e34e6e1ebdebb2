import { expect, test } from "vitest";
import { moduleShape } from "../syntax/compare.ts";
import { sourceFile, textOf } from "../syntax/source.ts";
import { unparseModule } from "../syntax/unparse.ts";
import { parseModule } from "./parser.ts";

function parse(text: string) {
  const { module, diagnostics } = parseModule(sourceFile("t.wr", text));
  expect(diagnostics.map((d) => d.message)).toEqual([]);
  return module;
}

test.each([
  ["a + b * c", "a + (b * c)"],
  ["a * b + c", "(a * b) + c"],
  ["a - b - c", "(a - b) - c"],
  ["a ** b ** c", "a ** (b ** c)"],
  ["-a ** b", "-(a ** b)"],
  ["a ** -b", "a ** (-b)"],
  ["a ** -b ** c", "a ** (-(b ** c))"],
  ["-a * b", "(-a) * b"],
  ["~a << b & c", "((~a) << b) & c"],
  ["a | b ^ c & d << e + f", "a | (b ^ (c & (d << (e + f))))"],
  ["a << b >> c", "(a << b) >> c"],
  ["a // b % c / d", "((a // b) % c) / d"],
  ["a + b == c | d", "(a + b) == (c | d)"],
  ["not a == b", "not (a == b)"],
  ["not not a", "not (not a)"],
  ["not a and b", "(not a) and b"],
  ["a or b and c", "a or (b and c)"],
  ["a or b or c", "(a or b) or c"],
  ["a and not b in c", "a and (not (b in c))"],
  ["a if b or c else d", "a if (b or c) else d"],
  ["a if b else c if d else e", "a if b else (c if d else e)"],
  ["lambda: a if b else c", "lambda: (a if b else c)"],
  ["- + ~ a", "-(+(~a))"],
  ["-a.b(c)[d]", "-(((a.b)(c))[d])"],
  ["a in b not in c", "a in b not in c"],
  ["2 * 3 < 4 <= 5 + 6 and 7", "((2 * 3) < 4 <= (5 + 6)) and 7"],
])("%s is %s", (flat, grouped) => {
  expect(moduleShape(parse(`${flat}\n`))).toBe(moduleShape(parse(`${grouped}\n`)));
});

test("comparisons chain into one node; parentheses break the chain", () => {
  const shapes = ["a < b <= c", "(a < b) <= c"].map((text) => {
    const statement = parse(`${text}\n`).chunks[0]!.body[0]!;
    const value = statement.kind === "expr" ? statement.value : null;
    return value?.kind === "compare" ? [value.first.kind, value.rest.map((r) => r.op)] : null;
  });
  expect(shapes).toEqual([
    ["name", ["<", "<="]],
    ["compare", ["<="]],
  ]);
});

test("spans of operators reach over parentheses", () => {
  const statement = parse("(a + b) * (c)\n").chunks[0]!.body[0]!;
  if (statement.kind !== "expr" || statement.value.kind !== "binary") throw new Error("no binary");
  const { value } = statement;
  expect([textOf(value.span), textOf(value.opSpan)]).toEqual(["(a + b) * (c)", "*"]);
  expect([textOf(value.left.span), textOf(value.right.span)]).toEqual(["a + b", "c"]);
});

test.each(["1 + not a", "a == not b", "-not a"])("%s needs parentheses", (text) => {
  const { diagnostics } = parseModule(sourceFile("t.wr", `${text}\n`));
  expect(diagnostics.map((d) => d.message)).toEqual(["'not' needs parentheses here"]);
});

test("printing uses the parentheses that are needed, and no others", () => {
  const text = "(a + b) * -(c ** d) ** e if not (x and y) else (lambda z: z)(1)\n";
  expect(unparseModule(parse(text))).toBe(text);
});
