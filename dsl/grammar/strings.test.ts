import { describe, expect, test } from "vitest";
import type { Expression } from "../syntax/ast.ts";
import { sourceFile } from "../syntax/source.ts";
import { parseModule } from "./parser.ts";
import { intValue, scan } from "./scanner.ts";
import { textOfBytes } from "./strings.ts";

function parse(text: string): { value: Expression | null; errors: string[] } {
  const { module, diagnostics } = parseModule(sourceFile("t.wr", `x = ${text}\n`));
  const statement = module.chunks[0]?.body[0];
  return {
    value: statement?.kind === "assign" ? statement.value : null,
    errors: diagnostics.map((d) => `${d.code} ${d.message}`),
  };
}

function bytesOf(text: string): string {
  const { value, errors } = parse(text);
  expect(errors).toEqual([]);
  return value?.kind === "str" ? value.value : `not a string: ${value?.kind}`;
}

describe("strings are bytes", () => {
  test.each([
    [String.raw`"plain"`, "plain"],
    [String.raw`'it''s'`, "its"],
    [String.raw`"a" 'b' """c"""`, "abc"],
    [String.raw`"\n\t\r\\\'\"\a\b\f\v"`, "\n\t\r\\'\"\x07\b\f\v"],
    [String.raw`"\x41\xff"`, "A\xff"],
    [String.raw`"\0\101\377"`, "\0A\xff"],
    [String.raw`"\u00e9"`, "\xc3\xa9"],
    [String.raw`"\U0001F600"`, "\xf0\x9f\x98\x80"],
    ['"é€😀"', "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"],
    [String.raw`r"\n\""`, String.raw`\n\"`],
    ['"""a\n"b" c"""', 'a\n"b" c'],
    ['"a\\\nb"', "ab"],
    ['"""a\r\nb"""', "a\nb"],
    ['""', ""],
  ])("%s", (text, expected) => {
    expect(bytesOf(text)).toBe(expected);
  });

  test("and back to text", () => {
    expect(textOfBytes(bytesOf('"é😀"'))).toBe("é😀");
  });

  test.each([
    [String.raw`"\q"`, String.raw`E0103 unknown escape '\q'; write '\\' for a backslash`],
    [String.raw`"\x4"`, String.raw`E0103 \x needs 2 hexadecimal digits`],
    [String.raw`"\uD800"`, "E0103 this is not a Unicode code point"],
    [String.raw`"\400"`, String.raw`E0103 an octal escape stands for one byte: at most \377`],
    ['"abc', 'E0103 this string is never closed: expected "'],
    ['b"x"', "E0104 there are no bytes literals: a str is a sequence of bytes"],
  ])("%s is wrong", (text, error) => {
    expect(parse(text).errors).toEqual([error]);
  });
});

describe("f-strings", () => {
  function partsOf(text: string): string {
    const { value, errors } = parse(text);
    expect(errors).toEqual([]);
    if (value?.kind !== "fstring") return `not an f-string: ${value?.kind}`;
    return value.parts
      .map((part) =>
        part.kind === "text"
          ? JSON.stringify(part.value)
          : `{${part.value.kind} ${part.conversion} ${part.format}}`,
      )
      .join(" ");
  }

  test.each([
    ['f"a{x}b"', '"a" {name null null} "b"'],
    ['f"{x!r}{y:>10}{z!s:4}"', "{name r null} {name null >10} {name s 4}"],
    ['f"{{{x}}}"', '"{" {name null null} "}"'],
    ['f"{d["k"]}"', "{index null null}"],
    [`f"{d['k']!r}"`, "{index r null}"],
    ['f"{f"{x}"}"', "{fstring null null}"],
    [
      'f"{x != y}{(lambda: 1)}{a[1:2]}"',
      "{compare null null} {lambda null null} {slice null null}",
    ],
    ['f"{ {1: 2} }"', "{dict null null}"],
    [String.raw`f"\n\x41é"`, '"\\nAÃ©"'],
    [String.raw`rf"\n{x}"`, '"\\\\n" {name null null}'],
    ['"a" f"{x}" "b" "c"', '"a" {name null null} "bc"'],
    ['f"""a\n{\n x\n}"""', '"a\\n" {name null null}'],
    ['f""', ""],
  ])("%s", (text, expected) => {
    expect(partsOf(text)).toBe(expected);
  });

  test("spans of the expressions inside are places in the file", () => {
    const { value } = parse('f"ab{foo}"');
    const part = value?.kind === "fstring" ? value.parts[1] : undefined;
    expect(part?.kind === "value" && part.value.span).toMatchObject({ start: 9, end: 12 });
  });
});

describe("numbers", () => {
  test.each([
    ["0", 0n],
    ["42", 42n],
    ["1_000", 1000n],
    ["0xFF", 255n],
    ["0o17", 15n],
    ["0b1010", 10n],
    ["0x_ff_ff", 65535n],
    ["18446744073709551615", 18446744073709551615n],
  ])("%s", (text, expected) => {
    expect(parse(text)).toMatchObject({ value: { kind: "int", value: expected }, errors: [] });
    expect(intValue(text)).toBe(expected);
  });

  test.each([
    ["1.5", 1.5],
    [".5", 0.5],
    ["1.", 1],
    ["1e3", 1000],
    ["1_0.5e-1_0", 1.05e-9],
    ["2E+2", 200],
    ["1e300", 1e300],
  ])("%s", (text, expected) => {
    expect(parse(text)).toMatchObject({ value: { kind: "float", value: expected }, errors: [] });
  });

  test.each(["0x", "0b12", "1__0", "1_", "0123", "12ab", "18446744073709551616", "3j"])(
    "%s is wrong",
    (text) => {
      expect(parse(text).errors).toHaveLength(1);
    },
  );
});

test("comments are kept for the formatter", () => {
  expect(scan("a # one\n'#' # two\n").comments).toEqual([
    { start: 2, end: 7 },
    { start: 12, end: 17 },
  ]);
});
