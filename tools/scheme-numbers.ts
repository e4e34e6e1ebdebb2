/**
 * Our numbers against Chez Scheme's: random operations on random operands, result by result.
 *
 *     wright build langs/scheme/number_lines.wr -o out/number-lines
 *     node tools/scheme-numbers.ts --vm out/number-lines [--count 100000] [--seed 1] [--peer petite]
 *
 * Operands are chosen where mistakes live: around zero, around the ends of the words of both systems,
 * large integers, ratios, decimals, halves, subnormals, infinities. Exact results must be the same text,
 * inexact ones the same float (whatever it is written like). Prints how many were compared and every
 * operation that differs, which a run of the VM on that line repeats; exits with 1 if there is one.
 *
 * What is left out is what the standard leaves open, as whether an exact zero times or below a flonum is
 * exact. Numbers that are not real are compared as places in the plane.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

type Source = () => number;

/** Mulberry32: numbers from 0 up to 1, the same for the same seed. */
function random(seed: number): Source {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const below = (next: Source, n: number): number => Math.floor(next() * n);
const pick = <T>(next: Source, items: readonly T[]): T => items[below(next, items.length)]!;

// ---------------------------------------------------------------- operands

const EDGES = [
  0n,
  1n,
  2n,
  1n << 31n,
  1n << 53n,
  1n << 60n,
  1n << 61n,
  1n << 62n,
  1n << 63n,
  1n << 64n,
];

function integer(next: Source): bigint {
  const sign = next() < 0.5 ? -1n : 1n;
  const kind = next();
  if (kind < 0.3) return BigInt(below(next, 41) - 20);
  if (kind < 0.55) return sign * (pick(next, EDGES) + BigInt(below(next, 5) - 2));
  const bits = kind < 0.85 ? 1 + below(next, 130) : 1 + below(next, 1200);
  return sign * bitsOf(next, bits);
}

function bitsOf(next: Source, count: number): bigint {
  let value = 0n;
  for (let i = 0; i < count; i += 24) value = (value << 24n) | BigInt(below(next, 1 << 24));
  return value & ((1n << BigInt(count)) - 1n);
}

function rational(next: Source): string {
  const denominator = integer(next);
  return `${integer(next)}/${denominator === 0n ? 7n : denominator < 0n ? -denominator : denominator}`;
}

const FLOATS = [
  "0.0", "-0.0", "1.0", "-1.0", "0.5", "1.5", "2.5", "-2.5", "0.1", "0.3333333333333333", "+inf.0", "-inf.0",
  "+nan.0", "5e-324", "2.2250738585072014e-308", "2.225073858507201e-308", "1.7976931348623157e308",
  "9007199254740992.0", "9007199254740993.0", "9223372036854775807.0", "1e21", "1e22", "123456.789",
]; // prettier-ignore

function flonum(next: Source): string {
  const kind = next();
  if (kind < 0.3) return pick(next, FLOATS);
  if (kind < 0.5) return `${below(next, 2001) - 1000}.${pick(next, ["0", "5", "25", "75", "1"])}`;
  if (kind < 0.65)
    return String((next() - 0.5) * 2 ** below(next, 60)).replace(/^(-?\d+)$/, "$1.0");
  const buffer = new DataView(new ArrayBuffer(8));
  buffer.setBigUint64(0, bitsOf(next, 64));
  const value = buffer.getFloat64(0);
  return Number.isFinite(value) ? schemeFloat(value) : "0.25";
}

function decimal(next: Source): string {
  return `${below(next, 201) - 100}.${below(next, 1000)}`;
}

function schemeFloat(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text.replace("e+", "e");
}

function number(next: Source): string {
  const kind = next();
  if (kind < 0.5) return String(integer(next));
  return kind < 0.7 ? rational(next) : flonum(next);
}

function exact(next: Source): string {
  return next() < 0.6 ? String(integer(next)) : rational(next);
}

/** Two whole numbers. One flonum makes Chez round the other, which must therefore be one exactly. */
function wholePair(next: Source): string {
  const int = (): string => String(integer(next));
  if (next() < 0.8) return `${int()} ${int()}`;
  const little = (): string => String(below(next, 2001) - 1000);
  return pick(next, [`${little()}.0 ${little()}`, `${little()} ${little()}.0`]);
}

function small(next: Source): string {
  return next() < 0.5 ? exactSmall(next) : flonum(next);
}

function exactSmall(next: Source): string {
  const top = below(next, 2001) - 1000;
  return next() < 0.6 ? String(top) : `${top}/${1 + below(next, 1000)}`;
}

/** A text that may be a number, as `string->number` reads it. */
function numeral(next: Source): string {
  const digits = (radix: number): string =>
    Array.from({ length: 1 + below(next, 25) }, () => below(next, radix).toString(radix)).join("");
  const sign = pick(next, ["", "", "-", "+"]);
  const exponent = (): string =>
    pick(next, ["", "", `e${below(next, 700) - 350}`, `e${below(next, 40) - 20}`]);
  const kind = next();
  if (kind < 0.4)
    return `${pick(next, ["", "#e", "#i"])}${sign}${digits(10)}.${digits(10)}${exponent()}`;
  if (kind < 0.5) return `${sign}.${digits(10)}${exponent()}`;
  if (kind < 0.6) return `${pick(next, ["", "#e", "#i"])}${sign}${digits(10)}${exponent()}`;
  if (kind < 0.8) {
    const [prefix, radix] = pick(next, [
      ["#x", 16],
      ["#b", 2],
      ["#o", 8],
      ["#i#x", 16],
      ["#b#e", 2],
    ] as const);
    return `${prefix}${sign}${digits(radix)}${next() < 0.4 ? `/${digits(radix)}` : ""}`;
  }
  if (kind < 0.9) return `${pick(next, ["#i", "#e", ""])}${sign}${digits(10)}/${digits(10)}`;
  return Array.from({ length: 1 + below(next, 6) }, () => pick(next, [..."0123456789+-./e"])).join(
    "",
  );
}

/** A number that is not real; its parts are small enough for no power of it to be huge. */
function complex(next: Source): string {
  const part = (): string =>
    next() < 0.5 ? exactSmall(next) : decimal(next).replace("-0.0", "0.0");
  const imaginary = (): string => part().replace(/^(?!-)/, "+");
  return `${next() < 0.85 ? part() : ""}${next() < 0.9 ? imaginary() : pick(next, ["+", "-"])}i`;
}

function anyNumber(next: Source): string {
  return next() < 0.6 ? complex(next) : next() < 0.5 ? exactSmall(next) : decimal(next);
}

/** What `string->number` may take for a number that is not real. */
function complexNumeral(next: Source): string {
  const real = (): string =>
    pick(next, [
      exactSmall(next),
      decimal(next),
      `${decimal(next)}e${below(next, 9) - 4}`,
      "+inf.0",
      "",
    ]);
  const prefix = pick(next, ["", "", "", "#e", "#i"]);
  const sign = pick(next, ["+", "-", ""]);
  return `${prefix}${real()}${sign}${real().replace(/^[-+]/, "")}${pick(next, ["i", "i", "I", "", "ii"])}`;
}

type Operation = readonly [name: string, ...operands: ((next: Source) => string)[]];

const shift = (next: Source): string => String(below(next, 301) - 150);
const power = (next: Source): string => String(below(next, 61) - 30);
const natural = (next: Source): string => String(integer(next)).replace("-", "");
const radix = (next: Source): string => String(2 + below(next, 35));
const text = (next: Source): string => `"${numeral(next)}"`;
const ten = (): string => "10";

const OPERATIONS: readonly Operation[] = [
  ...["+", "-", "*", "/", "=", "<", ">", "<=", ">=", "max", "min"].flatMap((name): Operation[] => [
    [name, number, number],
    [name, number, number],
    [name, exact, exact],
    [name, (next) => String(integer(next)), (next) => String(integer(next))],
    [name, flonum, flonum],
  ]),
  ...["quotient", "remainder", "modulo", "gcd", "lcm", "floor/", "truncate/"].flatMap(
    (name): Operation[] => [
      [name, wholePair],
      [name, wholePair],
    ],
  ),
  ...["+", "-", "*", "/", "=", "<", ">", "<=", ">=", "max", "min"].flatMap((name): Operation[] => [
    [name, exact, exact, exact],
    [name, decimal, exactSmall, decimal],
  ]),
  ...[
    "-",
    "/",
    "abs",
    "floor",
    "ceiling",
    "truncate",
    "round",
    "exact",
    "inexact",
    "numerator",
  ].map((name): Operation => [name, number]),
  ...["denominator", "square", "zero?", "positive?", "negative?", "number?", "rational?"].map(
    (name): Operation => [name, number],
  ),
  ...["integer?", "exact?", "inexact?", "nan?", "finite?", "infinite?"].map((name): Operation => [
    name,
    number,
  ]),
  ...["odd?", "even?"].map((name): Operation => [name, (next) => String(integer(next))]),
  ...["exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sqrt"].map((name): Operation => [
    name,
    small,
  ]),
  ["sqrt", number],
  ["sqrt", (next) => String(integer(next) ** 2n)],
  ["atan", small, small],
  ["log", natural],
  ["expt", exactSmall, power],
  ["expt", flonum, power],
  ["expt", small, small],
  ["exact-integer-sqrt", natural],
  ["rationalize", exact, exactSmall],
  ["rationalize", decimal, exactSmall],
  ...["bitwise-and", "bitwise-ior", "bitwise-xor"].map((name): Operation => [
    name,
    (next) => String(integer(next)),
    (next) => String(integer(next)),
  ]),
  ...["bitwise-not", "integer-length", "bitwise-bit-count", "first-set-bit"].map(
    (name): Operation => [name, (next) => String(integer(next))],
  ),
  ["arithmetic-shift", (next) => String(integer(next)), shift],
  ["number->string", exact, radix],
  ["string->number", text, ten],
  ["string->number", text, ten],
  ["string->number", text, ten],
  ...["+", "-", "*", "/", "="].flatMap((name): Operation[] => [
    [name, complex, anyNumber],
    [name, anyNumber, complex],
  ]),
  ...["exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sqrt", "square"].map(
    (name): Operation => [name, complex],
  ),
  ...["magnitude", "angle", "real-part", "imag-part", "exact", "inexact", "-", "/"].map(
    (name): Operation => [name, anyNumber],
  ),
  ...["number?", "real?", "rational?", "integer?", "exact?", "zero?", "abs", "<", "round"].map(
    (name): Operation => [name, anyNumber],
  ),
  ["expt", complex, (next) => String(below(next, 21) - 10)],
  ["expt", complex, complex],
  ["expt", (next) => String(below(next, 2001) - 1000), decimal],
  ["make-rectangular", small, small],
  ["make-polar", exactSmall, decimal],
  ["string->number", (next) => `"${complexNumeral(next)}"`, ten],
  ["string->number", (next) => `"${complex(next)}"`, ten],
];

function line(next: Source): string {
  const [name, ...operands] = pick(next, OPERATIONS);
  return [name, ...operands.map((operand) => operand(next))].join(" ");
}

// ---------------------------------------------------------------- the other Scheme

/** The same calculator in Chez Scheme; what it calls otherwise than R7RS is defined first. */
const PEER = String.raw`
(define (whole-values f g) (lambda (a b) (list (f a b) (g a b))))
(define (floor-quotient a b)
  (if (and (exact? a) (exact? b)) (floor (/ a b)) (inexact (floor (/ (exact a) (exact b))))))
(define names (make-hashtable string-hash string=?))
(define (name! n f) (hashtable-set! names n f))
(name! "floor/" (whole-values floor-quotient modulo))
(name! "truncate/" (whole-values quotient remainder))
(name! "exact-integer-sqrt" (lambda (a) (call-with-values (lambda () (exact-integer-sqrt a)) list)))
(name! "square" (lambda (a) (* a a)))
(name! "arithmetic-shift" bitwise-arithmetic-shift)
(name! "integer-length" bitwise-length)
(name! "first-set-bit" bitwise-first-bit-set)
(name! "number->string" (lambda (a r) (string-downcase (number->string a r))))
(define (procedure name) (or (hashtable-ref names name #f) (eval (string->symbol name))))
(define (words line)
  (let loop ((cs (string->list line)) (word '()) (all '()))
    (cond ((null? cs) (reverse (cons (list->string (reverse word)) all)))
          ((char=? (car cs) #\space) (loop (cdr cs) '() (cons (list->string (reverse word)) all)))
          (else (loop (cdr cs) (cons (car cs) word) all)))))
(define (value word)
  (if (char=? (string-ref word 0) #\")
      (substring word 1 (- (string-length word) 1))
      (string->number word)))
(define (show v)
  (cond ((pair? v) (show (car v)) (display " ") (show (cadr v)))
        ((eq? v (void)) (display "error"))
        (else (display v))))
(print-precision #f)
(let loop ()
  (let ((line (get-line (current-input-port))))
    (unless (eof-object? line)
      (let ((ws (words line)))
        (show (guard (e (else 'error)) (apply (procedure (car ws)) (map value (cdr ws)))))
        (newline)
        (loop)))))
`;

// ---------------------------------------------------------------- comparing

function floatOf(text: string): number | null {
  if (text === "+inf.0") return Infinity;
  if (text === "-inf.0") return -Infinity;
  if (text === "+nan.0" || text === "-nan.0") return NaN;
  // Chez marks floats of fewer bits: 5e-324|1.
  const plain = text.replace(/\|\d+$/, "");
  return /^-?\d*\.?\d*(e-?\d+)?$/.test(plain) && /[.e]/.test(plain) ? Number(plain) : null;
}

/** The parts of a number that is not real, as text; null for all else. */
function partsOf(text: string): readonly [string, string] | null {
  const found = /^(.*?)([-+](?:[0-9][^-+]*(?:e-?\d+)?(?:\|\d+)?|inf\.0|nan\.0)?)i$/.exec(text);
  if (found === null) return null;
  const [, real, imaginary] = found;
  return [real === "" ? "0" : real!, /^[-+]$/.test(imaginary!) ? `${imaginary}1` : imaginary!];
}

/** Whether one overflows where the other nearly does. */
function sameAtEnd(a: number, b: number): boolean {
  return Object.is(a, b) || (a * b > 0 && Math.min(Math.abs(a), Math.abs(b)) > 1e307);
}

/** Parts agree if the numbers are close, as numbers of the plane: one part may have been cancelled. */
function samePlace(ours: string, theirs: string): boolean {
  const left = partsOf(ours) ?? [ours, "0"];
  const right = partsOf(theirs) ?? [theirs, "0"];
  const plain = (text: string): string => text.replace(/^\+(?=\d)/, "").replace(/\|\d+$/, "");
  if (plain(left[0]) === plain(right[0]) && plain(left[1]) === plain(right[1])) return true;
  if (![...left, ...right].every((text) => floatOf(plain(text)) !== null || text === "0"))
    return false;
  const [a, b] = left.map((text) => floatOf(plain(text)) ?? 0) as [number, number];
  const [c, d] = right.map((text) => floatOf(plain(text)) ?? 0) as [number, number];
  if (![a, b, c, d].every(Number.isFinite)) return sameAtEnd(a, c) && sameAtEnd(b, d);
  if (Math.hypot(c, d) < 2 ** -1022) return Math.hypot(a - c, b - d) <= 2 ** -1070;
  return Math.hypot(a - c, b - d) <= Math.hypot(c, d) * 1e-12;
}

function agree(line: string, ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  const left = ours.split(" ");
  const right = theirs.split(" ");
  if (left.length !== right.length) return false;
  return left.every((text, i) => sameNumber(line, text, right[i]!));
}

function sameNumber(line: string, ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  if (/i$/.test(theirs) || /i$/.test(ours))
    return samePlace(ours, theirs) || OPEN.some((open) => open(line, ours, theirs));
  const a = floatOf(ours);
  const b = floatOf(theirs);
  if (a !== null && b !== null) {
    if (Object.is(a, b)) return true;
    // IEEE 754 keeps the sign of a zero that rounding leaves; Chez does not.
    if (a === 0 && b === 0 && /^(round|truncate|ceiling|numerator)/.test(line)) return true;
    // Whether -0 keeps its sign when it becomes inexact.
    if (a === 0 && b === 0 && /"#i.*-0/.test(line)) return true;
    // The sign of a zero that whole division leaves, and of sums with an exact zero, is open.
    if (a === 0 && b === 0)
      return (
        /^(remainder|modulo|floor\/|truncate\/|quotient|[-+] )/.test(line) || / 0( |$)/.test(line)
      );
    // Chez rounds a ratio twice where it is read as inexact.
    if (/^string->number "#.*\//.test(line)) return Math.abs(a - b) <= Math.abs(b) * 4e-16;
    // We round the root of an exact number once, Chez that of its float.
    if (/^sqrt -?\d+(\/\d+)?$/.test(line)) return Math.abs(a - b) <= Math.abs(b) * 4e-16;
    // Chez rationalizes flonums in flonums.
    if (/^rationalize/.test(line)) return Math.abs(a - b) <= Math.abs(b) * 4e-16;
    // Transcendental functions are as good as the mathematical library.
    return (
      /^(exp|log|sin|cos|tan|asin|acos|atan|expt|angle|magnitude)/.test(line) &&
      Math.abs(a - b) <= Math.abs(b) * 4e-16
    );
  }
  return OPEN.some((open) => open(line, ours, theirs));
}

/** Where both answers are allowed. */
const OPEN: readonly ((line: string, ours: string, theirs: string) => boolean)[] = [
  // An exact zero times or divided by a flonum.
  (line, ours, theirs) =>
    /^[*/]/.test(line) && [ours, theirs].every((t) => /^(0|-?0\.0|\+nan\.0)$/.test(t)),
  // A flonum divided by an exact zero.
  (line, ours, theirs) =>
    /^\/ \S+ 0(\/\d+)?( |$)/.test(line) && ours === "error" && /inf|nan/.test(theirs),
  (line, ours, theirs) =>
    /^(floor\/|truncate\/|quotient|modulo|remainder) 0 /.test(line) &&
    ours === "0.0" &&
    theirs === "0",
  // No number is written with a denominator of zero.
  (line, ours, theirs) => /\/0+" 10$/.test(line) && ours === "#f" && /inf|nan/.test(theirs),
  // A flonum divided by an exact 1.
  (line, ours, theirs) =>
    /^(modulo|remainder|floor\/|truncate\/) \S+ -?1$/.test(line) &&
    ours === "0.0" &&
    theirs === "0",
  // An overflowing size times an angle's part that is not 0: infinite, where Chez has NaN or 0.
  (line) => /^(sin|cos) \S*[-+]\d{3}\S*i$/.test(line),
  // The root of an exact number near the negative axis: Chez reports an error.
  (line, ours, theirs) => /^sqrt -\d+/.test(line) && /\d[-+]\d/.test(ours) && theirs === "error",
  // The logarithm of -0.0, and what NaN is to be a part of.
  (line) => /^log (-0\.0|\+nan\.0)$/.test(line),
  (line, ours, theirs) => /^expt/.test(line) && /nan/.test(ours) && /nan/.test(theirs),
  // Infinity to a power that is not whole: its only part that is a number.
  (line) => /^expt -inf\.0 /.test(line),
  // A flonum to the exact power 0.
  (line, ours, theirs) => /^expt \S+ 0$/.test(line) && ours === "1.0" && theirs === "1",
];

function answers(command: string, args: readonly string[], input: string): string[] {
  const run = spawnSync(command, args, { input, encoding: "utf8", maxBuffer: 1 << 30 });
  if (run.status !== 0) throw new Error(`${command} ended with ${run.status}: ${run.stderr}`);
  return run.stdout.split("\n").slice(0, -1);
}

export function compareNumbers(
  vm: string,
  peer: string,
  seed: number,
  count: number,
): { compared: number; differences: string[] } {
  const next = random(seed);
  const lines = Array.from({ length: count }, () => line(next));
  const input = lines.join("\n") + "\n";
  const script = join(mkdtempSync(join(tmpdir(), "scheme-numbers-")), "peer.ss");
  writeFileSync(script, PEER);
  const ours = answers(vm, [], input);
  const theirs = answers(peer, ["--script", script], input);
  const differences = lines.flatMap((each, i) =>
    agree(each, ours[i] ?? "", theirs[i] ?? "")
      ? []
      : [`${each}\n  ours   ${ours[i]}\n  theirs ${theirs[i]}`],
  );
  return { compared: lines.length, differences };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      vm: { type: "string", default: "out/number-lines" },
      peer: { type: "string", default: "petite" },
      count: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
    },
  });
  const { compared, differences } = compareNumbers(
    values.vm,
    values.peer,
    Number(values.seed),
    Number(values.count),
  );
  for (const difference of differences.slice(0, 40)) console.log(difference);
  console.log(`${compared} operations compared, ${differences.length} differences`);
  process.exitCode = differences.length > 0 ? 1 : 0;
}
