/**
 * `match`: a `switch` exit where every case is a constant of one kind, a chain of tests otherwise.
 *
 * In a chain each pattern tests the subject and leaves for the next case where it fails. What it
 * binds is written once the whole pattern (not the guard) has matched.
 */
import { note } from "../syntax/diagnostics.ts";
import type { Expression, Match, MatchCase, Pattern } from "../syntax/ast.ts";
import { textOf, type Span } from "../syntax/source.ts";
import { sameStatic } from "../bind/constants.ts";
import { allFields } from "../bind/resolve.ts";
import type { EnumSymbol, StaticValue } from "../bind/symbols.ts";
import type { FunctionBuilder } from "./build.ts";
import type { Draft } from "./emitter.ts";
import { condition, expression } from "./expressions.ts";
import type { HighValue } from "./ops.ts";
import { statements } from "./statements.ts";

export function matchStatement(b: FunctionBuilder, s: Match): void {
  const isWhole = coversEnum(b, s);
  const cases = switchCases(b, s.cases);
  if (cases === null) chain(b, s, isWhole);
  else switchOn(b, s, cases, isWhole);
}

/**
 * Whether the cases are all members of one enum. Then they cover it, so that no way leads past them,
 * and names assigned in all of them are assigned after the match; what is missing is an error.
 */
function coversEnum(b: FunctionBuilder, s: Match): boolean {
  const covered = new Set<number>();
  let whole: EnumSymbol | null = null;
  for (const { pattern, guard } of s.cases) {
    const values = switchValues(b, pattern);
    if (values === null) return false;
    for (const value of values) {
      if (value.kind !== "member" || (whole !== null && whole !== value.enum)) return false;
      whole = value.enum;
      if (guard === null) covered.add(value.index);
    }
  }
  if (whole === null) return false;
  const missing = whole.members.filter((_, i) => !covered.has(i));
  if (missing.length > 0) reportMissing(b, s, whole, missing);
  return true;
}

const MOST_NAMES = 4;

function reportMissing(
  b: FunctionBuilder,
  s: Match,
  whole: EnumSymbol,
  missing: EnumSymbol["members"],
): void {
  const names = missing.slice(0, MOST_NAMES).map((one) => `\`${whole.name}.${one.name}\``);
  const more = missing.length > MOST_NAMES ? ` and ${missing.length - MOST_NAMES} more` : "";
  b.report("E0327", s.subject.span, `this match has no case for ${names.join(", ")}${more}`, {
    notes: [note(`\`${whole.name}\` is defined here`, whole.span)],
    help: "add the cases, or `case _: pass` if the others need nothing",
  });
}

// ---------------------------------------------------------------- switch

interface SwitchCase {
  /** Empty for the last case, which takes what is left. */
  readonly values: readonly StaticValue[];
  readonly case: MatchCase;
}

/** The constants of every case; null if some case needs more than comparing with constants. */
function switchCases(b: FunctionBuilder, cases: readonly MatchCase[]): SwitchCase[] | null {
  const result: SwitchCase[] = [];
  const seen: StaticValue[] = [];
  for (const one of cases) {
    if (one.guard !== null) return null;
    if (one.pattern.kind === "wildcard" || one.pattern.kind === "capture") {
      result.push({ values: [], case: one });
      // Cases below are never reached.
      break;
    }
    const values = switchValues(b, one.pattern);
    if (values === null) return null;
    const fresh = values.filter((value) => !seen.some((before) => sameStatic(before, value)));
    seen.push(...fresh);
    if (fresh.length > 0) result.push({ values: fresh, case: one });
  }
  const [first] = seen;
  if (first === undefined || seen.some((value) => !alike(first, value))) return null;
  return result;
}

function switchValues(b: FunctionBuilder, pattern: Pattern): StaticValue[] | null {
  switch (pattern.kind) {
    case "literal":
    case "value": {
      const value = b.staticValue(pattern.value);
      const fits = value?.kind === "int" || value?.kind === "str" || value?.kind === "member";
      return fits ? [value] : null;
    }
    case "or": {
      const values: StaticValue[] = [];
      for (const item of pattern.items) {
        const some = switchValues(b, item);
        if (some === null) return null;
        values.push(...some);
      }
      return values;
    }
    default:
      return null;
  }
}

function alike(a: StaticValue, b: StaticValue): boolean {
  if (a.kind === "member" && b.kind === "member") return a.enum === b.enum;
  return a.kind === b.kind;
}

function switchOn(
  b: FunctionBuilder,
  s: Match,
  cases: readonly SwitchCase[],
  isWhole: boolean,
): void {
  const { emitter } = b;
  const subject = expression(b, s.subject);
  const held = cases.at(-1)!.case.pattern.kind === "capture" ? emitter.hold(subject) : null;
  const value = emitter.bring(subject);
  const bodies = cases.map(() => emitter.newDraft());
  const after = emitter.newDraft();
  const rest = cases.findIndex((one) => one.values.length === 0);
  const missing = isWhole ? emitter.newDraft() : after;
  emitter.finish({
    kind: "switch",
    subject: value,
    cases: cases.flatMap(({ values }, i) =>
      values.map((one) => ({ value: one, link: emitter.linkTo(bodies[i]!) })),
    ),
    otherwise: emitter.linkTo(rest >= 0 ? bodies[rest]! : missing),
    span: s.subject.span,
  });
  if (rest < 0 && missing !== after) {
    emitter.start(missing);
    emitter.finish({ kind: "unreachable" });
  }
  for (const [i, { case: one }] of cases.entries()) {
    emitter.start(bodies[i]!);
    const { pattern } = one;
    if (pattern.kind === "capture") b.writeName(pattern.name.text, held!(), pattern.name.span);
    statements(b, one.body);
    emitter.goto(after);
  }
  emitter.start(after);
}

// ---------------------------------------------------------------- chain

/** What a matched pattern binds, in order. */
type Bindings = { readonly name: string; readonly span: Span; readonly value: HighValue }[];

function chain(b: FunctionBuilder, s: Match, isWhole: boolean): void {
  const { emitter } = b;
  const read = subjectReader(b, s);
  const after = emitter.newDraft();
  for (const one of s.cases) {
    const next = emitter.newDraft();
    const bindings: Bindings = [];
    test(b, one.pattern, read, next, bindings);
    for (const { name, span, value } of bindings) b.writeName(name, value, span);
    if (one.guard !== null) {
      const matched = emitter.newDraft();
      condition(b, one.guard, { then: matched, otherwise: next });
      emitter.start(matched);
    }
    statements(b, one.body);
    emitter.goto(after);
    emitter.start(next);
  }
  if (isWhole) emitter.finish({ kind: "unreachable" });
  else emitter.goto(after);
  emitter.start(after);
}

/**
 * The subject in whatever block. A local that no pattern binds is read again each time, so that what
 * a test finds out about the subject is known of the local.
 */
function subjectReader(b: FunctionBuilder, s: Match): () => HighValue {
  const { subject } = s;
  const value = expression(b, subject);
  if (subject.kind === "name" && value.kind === "var" && value.name === subject.text) {
    const isBound = s.cases.some((one) => boundNames(one.pattern).includes(subject.text));
    // A guard can assign by `:=` only.
    const isChanged = s.cases.some(
      ({ guard }) => guard !== null && textOf(guard.span).includes(":="),
    );
    if (!isBound && !isChanged) return () => expression(b, subject);
  }
  return b.emitter.hold(value);
}

function boundNames(pattern: Pattern): string[] {
  switch (pattern.kind) {
    case "capture":
      return [pattern.name.text];
    case "as":
      return [...boundNames(pattern.pattern), pattern.name.text];
    case "class":
      return [...pattern.positional, ...pattern.named.map((one) => one.pattern)].flatMap(
        boundNames,
      );
    case "tuple":
    case "or":
      return pattern.items.flatMap(boundNames);
    case "literal":
    case "value":
    case "wildcard":
    case "error-pattern":
      return [];
  }
}

/** Goes on in the current block if the pattern matches, to `fail` if it does not. */
function test(
  b: FunctionBuilder,
  pattern: Pattern,
  read: () => HighValue,
  fail: Draft,
  bindings: Bindings,
): void {
  switch (pattern.kind) {
    case "wildcard":
    case "error-pattern":
      return;
    case "capture":
      bindings.push({ name: pattern.name.text, span: pattern.name.span, value: read() });
      return;
    case "as":
      test(b, pattern.pattern, read, fail, bindings);
      bindings.push({ name: pattern.name.text, span: pattern.name.span, value: read() });
      return;
    case "literal":
    case "value":
      return testValue(b, pattern.value, read, fail);
    case "class":
      return testClass(b, pattern, read, fail, bindings);
    case "tuple":
      return testTuple(b, pattern, read, fail, bindings);
    case "or":
      return testAlternatives(b, pattern.items, read, fail);
  }
}

function branchOn(b: FunctionBuilder, value: HighValue, fail: Draft, span: Span): void {
  const matched = b.emitter.newDraft();
  b.emitter.branch(value, matched, fail, span);
  b.emitter.start(matched);
}

function testValue(b: FunctionBuilder, e: Expression, read: () => HighValue, fail: Draft): void {
  const wanted = expression(b, e);
  const isNone = wanted.kind === "const" && wanted.value.kind === "none";
  branchOn(b, b.emit(isNone ? "is" : "eq", [read(), wanted], e.span), fail, e.span);
}

/** The class, then its fields: positional patterns by declaration order, others by name. */
function testClass(
  b: FunctionBuilder,
  pattern: Extract<Pattern, { kind: "class" }>,
  read: () => HighValue,
  fail: Draft,
  bindings: Bindings,
): void {
  const cls = expression(b, pattern.cls);
  const argSpans = [null, pattern.cls.span];
  const isOne = b.emit("isinstance", [read(), cls], pattern.cls.span, { argSpans });
  branchOn(b, isOne, fail, pattern.cls.span);
  const symbol = cls.kind === "const" && cls.value.kind === "class" ? cls.value.symbol : null;
  // `int(n)`: a value that is no object has one part, itself.
  if (symbol === null && pattern.positional.length === 1) {
    return test(b, pattern.positional[0]!, read, fail, bindings);
  }
  const fields = symbol === null ? [] : allFields(symbol);
  if (pattern.positional.length > fields.length) {
    const has = symbol === null ? "no fields" : `${fields.length} fields`;
    b.report(
      "E0325",
      pattern.span,
      `the pattern has ${pattern.positional.length} positions, but \`${symbol?.name ?? "this type"}\` has ${has}`,
    );
  }
  for (const [i, item] of pattern.positional.entries()) {
    const name = fields[i];
    if (name !== undefined) testField(b, name, item.span, item, read, fail, bindings);
  }
  for (const { name, pattern: item } of pattern.named) {
    testField(b, name.text, name.span, item, read, fail, bindings);
  }
}

function testField(
  b: FunctionBuilder,
  name: string,
  nameSpan: Span,
  item: Pattern,
  read: () => HighValue,
  fail: Draft,
  bindings: Bindings,
): void {
  if (item.kind === "wildcard") return;
  const value = b.emit("getattr", [read()], nameSpan, { name, nameSpan });
  test(b, item, b.emitter.hold(value), fail, bindings);
}

function testTuple(
  b: FunctionBuilder,
  pattern: Extract<Pattern, { kind: "tuple" }>,
  read: () => HighValue,
  fail: Draft,
  bindings: Bindings,
): void {
  b.emit("unpack", [read()], pattern.span, { count: pattern.items.length });
  for (const [i, item] of pattern.items.entries()) {
    if (item.kind === "wildcard") continue;
    const at = b.constant({ kind: "int", value: BigInt(i) });
    const value = b.emit("getitem", [read(), at], item.span);
    test(b, item, b.emitter.hold(value), fail, bindings);
  }
}

/** Each alternative writes what it binds itself, since only one of them does. */
function testAlternatives(
  b: FunctionBuilder,
  items: readonly Pattern[],
  read: () => HighValue,
  fail: Draft,
): void {
  const { emitter } = b;
  const matched = emitter.newDraft();
  for (const [i, item] of items.entries()) {
    const next = i === items.length - 1 ? fail : emitter.newDraft();
    const bindings: Bindings = [];
    test(b, item, read, next, bindings);
    for (const { name, span, value } of bindings) b.writeName(name, value, span);
    emitter.goto(matched);
    if (next !== fail) emitter.start(next);
  }
  emitter.start(matched);
}
