/**
 * The use of JIT drivers, as far as names alone say whether it is right: a driver lists greens and
 * reds, and its merge point, in the interpreter's loop, passes each of them by name.
 *
 *     driver = JitDriver(greens=["pc", "code"], reds=["acc"], location=location)
 *     while True:
 *         driver.merge_point(pc=pc, code=code, acc=acc)
 *
 * What a green may be is a matter of types: the annotator checks it (E0806).
 */
import type { Expression } from "../syntax/ast.ts";
import { note } from "../syntax/diagnostics.ts";
import type { Span } from "../syntax/source.ts";
import { nearest } from "../bind/nearest.ts";
import type { FunctionBuilder } from "./build.ts";

type Call = Extract<Expression, { kind: "call" }>;
type Attribute = Extract<Expression, { kind: "attribute" }>;

interface Driver {
  readonly greens: readonly string[];
  readonly reds: readonly string[];
  readonly span: Span;
}

const LISTS = ["greens", "reds"] as const;
const KEYWORDS: readonly string[] = [...LISTS, "location", "virtualizable"];

/** Checks `driver.merge_point(…)` and `driver.can_enter(…)`; gives the driver's greens, null for other calls. */
export function checkDriverCall(
  b: FunctionBuilder,
  e: Call,
  callee: Attribute,
): readonly string[] | null {
  const hint = callee.name.text;
  if ((hint !== "merge_point" && hint !== "can_enter") || callee.object.kind !== "name")
    return null;
  const symbol = b.symbolOf(callee.object.text);
  if (symbol?.kind !== "global" || symbol.value === null || !isDriver(symbol.value)) return null;
  const driver = readDriver(symbol.value);
  if (hint === "merge_point" && !b.frames.some((frame) => frame.kind === "loop"))
    b.report("E0801", callee.span, "a merge point belongs in the interpreter's loop", {
      help: "put it first in the body of the loop that executes one instruction after another",
    });
  if (driver !== null) checkNames(b, e, hint, driver);
  return driver?.greens ?? [];
}

function isDriver(value: Expression): value is Call {
  if (value.kind !== "call") return false;
  const { callee } = value;
  const made =
    callee.kind === "name" ? callee.text : callee.kind === "attribute" ? callee.name.text : "";
  return made === "JitDriver";
}

/** Null if the lists cannot be read: that is said where the driver is made. */
function readDriver(made: Call): Driver | null {
  const [greens, reds] = LISTS.map((name) => namesOf(argument(made, name)));
  return greens == null || reds == null ? null : { greens, reds, span: made.span };
}

function argument(made: Call, name: string): Expression | null {
  return made.args.find((arg) => arg.name?.text === name)?.value ?? null;
}

/** The strings of a list written out; of no list, none; else null. */
function namesOf(list: Expression | null): string[] | null {
  if (list === null) return [];
  if (list.kind !== "list") return null;
  const names = list.items.map((item) => (item.kind === "str" ? item.value : null));
  return names.every((name): name is string => name !== null) ? names : null;
}

function checkNames(b: FunctionBuilder, e: Call, hint: string, driver: Driver): void {
  const wanted = [...driver.greens, ...driver.reds];
  const notes = [note("the driver is made here", driver.span)];
  const given = new Set<string>();
  for (const arg of e.args) {
    const name = arg.name?.text ?? null;
    if (name === null)
      b.report("E0804", arg.span, `${hint} takes its greens and reds by name`, { notes });
    else if (!wanted.includes(name)) {
      const close = nearest(name, wanted);
      const help = close === null ? {} : { help: `did you mean \`${close}\`?` };
      b.report("E0804", arg.span, `\`${name}\` is neither a green nor a red of the driver`, {
        notes,
        ...help,
      });
    } else given.add(name);
  }
  const missing = wanted.filter((name) => !given.has(name));
  if (missing.length === 0 || given.size < e.args.length) return;
  const names = missing.map((name) => `\`${name}\``).join(", ");
  b.report("E0804", e.span, `${hint} leaves out ${names} of the driver`, { notes });
}

/** Checks `JitDriver(greens=[…], reds=[…], location=f, virtualizable="frame")`. */
export function checkDriver(b: FunctionBuilder, made: Call): void {
  for (const arg of made.args)
    if (arg.name === null || !KEYWORDS.includes(arg.name.text))
      b.report("E0805", arg.span, `JitDriver takes ${KEYWORDS.join(", ")}, by name`);
  for (const name of LISTS) {
    const list = argument(made, name);
    if (list !== null && namesOf(list) === null)
      b.report("E0805", list.span, `${name} is a list of names, written out`);
  }
  const driver = readDriver(made);
  if (driver === null) return;
  const { greens, reds } = driver;
  const twice = [...greens, ...reds].find((name, i, all) => all.indexOf(name) !== i);
  if (twice !== undefined) b.report("E0805", made.span, `the driver names \`${twice}\` twice`);
  checkVirtualizable(b, argument(made, "virtualizable"), reds);
  checkLocation(b, argument(made, "location"), greens);
}

function checkVirtualizable(
  b: FunctionBuilder,
  value: Expression | null,
  reds: readonly string[],
): void {
  if (value === null || (value.kind === "str" && reds.includes(value.value))) return;
  b.report("E0805", value.span, "virtualizable is the name of one of the reds");
}

/** It is called with the greens, to say where the hosted program is. */
function checkLocation(
  b: FunctionBuilder,
  value: Expression | null,
  greens: readonly string[],
): void {
  const symbol = value?.kind === "name" ? b.symbolOf(value.text) : null;
  if (value === null || symbol?.kind !== "function") return;
  const params = symbol.params.map((param) => param.name.text);
  if (params.length === greens.length && params.every((name, i) => name === greens[i])) return;
  b.report("E0805", value.span, `location takes the greens: (${greens.join(", ")})`, {
    notes: [note(`\`${symbol.name}\` takes (${params.join(", ")})`, symbol.span)],
  });
}
