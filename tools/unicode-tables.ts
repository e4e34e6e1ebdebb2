/**
 * Writes `dsl/lib/wright/core/unicode_tables.wr`, the data of `wright.unicode`, from what the
 * JavaScript engine knows of Unicode: property escapes, `toUpperCase` and `toLowerCase`.
 *
 *     node tools/unicode-tables.ts          writes the module
 *     node tools/unicode-tables.ts --check  fails if it is not what would be written
 *
 * Tables are strings of bytes, sorted by code point, which the library searches as they are: nothing is
 * decoded at build time, and what is frozen is as small as what is written here. Numbers have three
 * bytes, the high one first.
 *
 * Properties that are "some categories and a few exceptions" are stored as the exceptions alone.
 * JavaScript has no title case and no case folding; both are derived, and folding is checked against
 * regular expressions that ignore case, which fold as Unicode says.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const OUTPUT = join(import.meta.dirname, "../dsl/lib/wright/core/unicode_tables.wr");
const LAST = 0x10ffff;

/** The order is that of `CATEGORIES` in `wright.unicode`: the groups L, M, N, P, S, Z, C are ranges. */
export const CATEGORIES = [
  ...[
    "Lu",
    "Ll",
    "Lt",
    "Lm",
    "Lo",
    "Mn",
    "Mc",
    "Me",
    "Nd",
    "Nl",
    "No",
    "Pc",
    "Pd",
    "Ps",
    "Pe",
    "Pi",
    "Pf",
    "Po",
  ],
  ...["Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"],
];

/** What a property starts from; the table has the code points where that is wrong. */
export const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  Uppercase: ["Lu"],
  Lowercase: ["Ll"],
  Alphabetic: ["Lu", "Ll", "Lt", "Lm", "Lo", "Nl"],
  White_Space: ["Zs", "Zl", "Zp"],
  ID_Start: ["Lu", "Ll", "Lt", "Lm", "Lo", "Nl"],
  ID_Continue: ["Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Mn", "Mc", "Nd", "Pc"],
  Cased: ["Lu", "Ll", "Lt"],
  Case_Ignorable: ["Mn", "Me", "Cf", "Lm", "Sk"],
};

export const text = (...points: number[]): string => String.fromCodePoint(...points);
const points = (s: string): number[] => [...s].map((c) => c.codePointAt(0)!);
const isSurrogate = (c: number): boolean => 0xd800 <= c && c <= 0xdfff;

// ---------------------------------------------------------------- categories and properties

const categoryTests = CATEGORIES.map((name) => new RegExp(`^\\p{${name}}$`, "u"));

/** The category of every code point, as an index. */
export function categories(): Uint8Array {
  const result = new Uint8Array(LAST + 1);
  let last = 0;
  for (let c = 0; c <= LAST; c++) {
    const char = text(c);
    // Neighbours are often of one kind.
    if (!categoryTests[last]!.test(char)) last = categoryTests.findIndex((test) => test.test(char));
    result[c] = last;
  }
  return result;
}

function number(n: number): number[] {
  return [n >> 16, (n >> 8) & 255, n & 255];
}

function categoryRuns(of: Uint8Array): number[] {
  const bytes: number[] = [];
  for (let c = 0; c <= LAST; c++)
    if (c === 0 || of[c] !== of[c - 1]) bytes.push(...number(c), of[c]!);
  return bytes;
}

/** Where membership in the exceptions begins and ends, alternating. */
function exceptions(of: Uint8Array, property: string, base: readonly string[]): number[] {
  const test = new RegExp(`^\\p{${property}}$`, "u");
  const based = CATEGORIES.map((name) => base.includes(name));
  const bytes: number[] = [];
  let inside = false;
  for (let c = 0; c <= LAST; c++) {
    const isException = test.test(text(c)) !== based[of[c]!];
    if (isException !== inside) bytes.push(...number(c));
    inside = isException;
  }
  return bytes;
}

// ---------------------------------------------------------------- case

export type Mapping = (c: number) => readonly number[];

export const fullUpper: Mapping = (c) => points(text(c).toUpperCase());
export const fullLower: Mapping = (c) => points(text(c).toLowerCase());

/** The title-case letters by their small letters: the only ones whose title case is not upper case. */
const titleLetters = new Map<number, number>();
for (let c = 0; c <= LAST; c++)
  if (/^\p{Lt}$/u.test(text(c))) titleLetters.set(fullLower(c)[0]!, c);

const IOTA = 0x399;
const COMBINING_IOTA = 0x345;
const isGeorgian = (c: number): boolean => 0x10d0 <= c && c <= 0x10ff;
const isGreekExtended = (c: number): boolean => 0x1f00 <= c && c <= 0x1fff;

/** The first cased letter of the upper case stays, the others are small; a Greek iota goes below. */
export function fullTitle(c: number): readonly number[] {
  const letter = titleLetters.get(fullLower(c)[0]!);
  if (letter !== undefined) return [letter];
  if (isGeorgian(c)) return [c];
  const upper = fullUpper(c);
  const first = upper.findIndex((one) => /^\p{Cased}$/u.test(text(one)));
  return upper.flatMap((one, i) => {
    if (i <= first) return [one];
    return isGreekExtended(c) && one === IOTA ? [COMBINING_IOTA] : fullLower(one);
  });
}

const DOTLESS_I = 0x131;
const isCherokee = (c: number): boolean =>
  (0x13a0 <= c && c <= 0x13fd) || (0xab70 <= c && c <= 0xabbf);

/** To the small letters of the capitals; Cherokee, whose small letters are younger, to the capitals. */
export function fullFold(c: number): readonly number[] {
  if (c === DOTLESS_I) return [c];
  if (isCherokee(c)) return fullUpper(c);
  return fullLower(c).flatMap(fullUpper).flatMap(fullLower);
}

const single =
  (full: Mapping, otherwise: (c: number) => number) =>
  (c: number): number => {
    const mapped = full(c);
    return mapped.length === 1 ? mapped[0]! : otherwise(c);
  };

const simpleTitle = single(fullTitle, (c) => c);
export const simple: Readonly<Record<"upper" | "lower" | "title" | "fold", (c: number) => number>> =
  {
    upper: single(fullUpper, (c) => titleLetters.get(fullLower(c)[0]!) ?? c),
    lower: single(fullLower, (c) => (c === 0x130 ? 0x69 : c)),
    title: simpleTitle,
    fold: single(fullFold, simpleFoldOfMany),
  };

/** Letters whose folding is longer, but which are also the same as another letter. */
function simpleFoldOfMany(c: number): number {
  const twins = new Map([
    [0xfb05, 0xfb06],
    [0x1fd3, 0x390],
    [0x1fe3, 0x3b0],
  ]);
  const candidates = [twins.get(c), single(fullLower, (one) => one)(c)];
  return candidates.find((one) => one !== undefined && one !== c && sameLetter(c, one)) ?? c;
}

function sameLetter(a: number, b: number): boolean {
  return new RegExp(`^\\u{${a.toString(16)}}$`, "iu").test(text(b));
}

/** Runs: first and last code point, distance between them, and what the first is mapped to. */
function caseRuns(map: (c: number) => number): number[] {
  const runs: { first: number; last: number; stride: number; target: number }[] = [];
  for (let c = 0; c <= LAST; c++) {
    if (isSurrogate(c) || map(c) === c) continue;
    const run = runs.at(-1);
    const gap = run === undefined ? 0 : c - run.last;
    const fits =
      run !== undefined &&
      gap <= 2 &&
      (run.first === run.last || run.stride === gap) &&
      map(c) - c === run.target - run.first;
    if (!fits) runs.push({ first: c, last: c, stride: 1, target: map(c) });
    else Object.assign(run, { last: c, stride: gap });
  }
  return runs.flatMap((run) => [
    ...number(run.first),
    ...number(run.last),
    run.stride,
    ...number(run.target),
  ]);
}

const LONGEST = 8;

/** Code points that become several: the code point, the length and the UTF-8 of what they become. */
function longMappings(full: Mapping): number[] {
  const bytes: number[] = [];
  for (let c = 0; c <= LAST; c++) {
    if (isSurrogate(c)) continue;
    const mapped = full(c);
    if (mapped.length === 1) continue;
    const utf8 = [...Buffer.from(text(...mapped))];
    if (utf8.length > LONGEST)
      throw new Error(`${c.toString(16)} becomes more than ${LONGEST} bytes`);
    bytes.push(
      ...number(c),
      utf8.length,
      ...utf8,
      ...new Array<number>(LONGEST - utf8.length).fill(0),
    );
  }
  return bytes;
}

// ---------------------------------------------------------------- the module

function escaped(bytes: readonly number[]): string {
  const plain = (b: number): boolean => b >= 32 && b < 127 && b !== 34 && b !== 92;
  return bytes
    .map((b) => (plain(b) ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, "0")}`))
    .join("");
}

const PER_LINE = 30;

function table(name: string, bytes: readonly number[]): string {
  const lines: string[] = [];
  for (let i = 0; i < bytes.length; i += PER_LINE)
    lines.push(`    "${escaped(bytes.slice(i, i + PER_LINE))}"`);
  return `${name} = (\n${lines.join("\n")}\n)\n`;
}

function checkFolding(): void {
  for (let c = 0; c <= LAST; c++) {
    if (isSurrogate(c)) continue;
    const folded = simple.fold(c);
    if (folded !== c && !sameLetter(c, folded))
      throw new Error(`U+${c.toString(16)} is not the same letter as U+${folded.toString(16)}`);
  }
}

export function unicodeTables(): string {
  checkFolding();
  const of = categories();
  const parts = [
    table("LATIN_CATEGORIES", [...of.subarray(0, 256)]),
    table("CATEGORY_RUNS", categoryRuns(of)),
    ...Object.entries(PROPERTIES).map(([name, base]) =>
      table(`${name.toUpperCase()}_EXCEPTIONS`, exceptions(of, name, base)),
    ),
    ...Object.entries(simple).map(([name, map]) =>
      table(`${name.toUpperCase()}_RUNS`, caseRuns(map)),
    ),
    ...Object.entries({ fullUpper, fullLower, fullTitle, fullFold }).map(([name, full]) =>
      table(`LONG_${name.slice(4).toUpperCase()}`, longMappings(full)),
    ),
  ];
  const header = `"""The tables of \`wright.unicode\`: Unicode ${process.versions["unicode"]}, generated by tools/unicode-tables.ts.\n\nDo not edit: run the tool again. What the bytes mean is said there.\n"""\n`;
  return `${header}UNICODE_VERSION = "${process.versions["unicode"]}"\n\n${parts.join("\n")}`;
}

/** What is in the repository. */
export function committedTables(): string {
  return readFileSync(OUTPUT, "utf8");
}

if (process.argv[1] === import.meta.filename) {
  const isCheck = process.argv.includes("--check");
  if (!isCheck) writeFileSync(OUTPUT, unicodeTables());
  else if (committedTables() !== unicodeTables()) {
    console.error("unicode_tables.wr is not up to date: run tools/unicode-tables.ts");
    process.exitCode = 1;
  }
}
