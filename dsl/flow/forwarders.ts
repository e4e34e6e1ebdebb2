/**
 * Function values made of what is no single function: generic functions, and the built-in functions
 * that are forms of the compiler.
 *
 *     names.sort(key=len)    names.sort(key=lambda a: len(a))
 *
 * A forwarder is that lambda: a function without declared types that hands its parameters on. Where
 * such a name is used as a value, it becomes a forwarder of that place (`annotate/specs.ts`), so one
 * generic function can be different function values at different places.
 */
import { builtin } from "../bind/builtins.ts";
import type { FunctionSymbol, ModuleSymbol, StaticValue } from "../bind/symbols.ts";
import type { Parameter } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { constantValue, Emitter } from "./emitter.ts";
import type { HighOpName, HighValue } from "./ops.ts";
import { finishGraph } from "./ssa.ts";
import type { FlowResult } from "./build.ts";

/** Built-in functions of one argument, by the op that a call of theirs is. */
const FORMS: Readonly<Record<string, HighOpName>> = {
  len: "len",
  bool: "truth",
  str: "to_str",
  repr: "to_str",
};

/** Built-in functions of one argument whose calls are calls. */
const CALLED: ReadonlySet<string> = new Set([
  ...["ord", "chr", "hash", "id", "int", "uint", "float", "char"],
  ...["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"],
]);

/** Whether a name for this is a function value only by way of a forwarder. */
export function needsForwarder(value: StaticValue): boolean {
  if (value.kind === "builtin") return value.symbol.name in FORMS || CALLED.has(value.symbol.name);
  return value.kind === "function" && isForwarded(value.symbol);
}

/** A generic function that stands at the top level. */
function isForwarded(fn: FunctionSymbol): boolean {
  const isPlain = fn.params.every((param) => !param.isConst && !param.star);
  return fn.flavour === "function" && fn.typeParams.length > 0 && fn.outer === null && isPlain;
}

/** The function that is called in the place of `value`; null if there can be none. */
export function forwarder(
  value: StaticValue,
  builtins: ModuleSymbol,
  span: Span,
): FunctionSymbol | null {
  if (!needsForwarder(value)) return null;
  const fn = value.kind === "function" ? value.symbol : null;
  const { name } = (value as Extract<StaticValue, { kind: "function" | "builtin" }>).symbol;
  const required = fn?.params.filter((param) => param.defaultValue === null) ?? [
    parameterNamed("x", span),
  ];
  return {
    kind: "function",
    name,
    qualifiedName: `${fn?.qualifiedName ?? name}.value`,
    module: fn?.module ?? builtins,
    owner: null,
    outer: null,
    flavour: "lambda",
    params: required.map((param) => ({ ...param, type: null, keywordOnly: false })),
    returns: null,
    body: [],
    def: null,
    typeParams: [],
    isAbstract: false,
    isGenerator: false,
    hints: new Map(),
    captures: [],
    span,
    forwardsTo: value,
  };
}

function parameterNamed(text: string, span: Span): Parameter {
  const name = { text, span };
  return {
    span,
    name,
    type: null,
    defaultValue: null,
    isConst: false,
    star: false,
    keywordOnly: false,
  };
}

/** The graph of a forwarder: one call. */
export function buildForwarder(fn: FunctionSymbol, callee: StaticValue): FlowResult {
  const emitter = new Emitter(fn.qualifiedName, false);
  const values = fn.params.map(({ name }) => emitter.newParameter(name.text));
  const value = emitForwarded(emitter, fn, callee, values);
  emitter.finish({ kind: "return", value, span: fn.span });
  finishGraph(emitter);
  return { graph: emitter.graph, diagnostics: [], nested: [], frames: [], places: [] };
}

function emitForwarded(
  emitter: Emitter,
  { span, params }: FunctionSymbol,
  callee: StaticValue,
  values: HighValue[],
): HighValue {
  const argSpans = params.map(() => span);
  const form = callee.kind === "builtin" ? FORMS[callee.symbol.name] : undefined;
  if (form !== undefined) {
    const isRepr = callee.kind === "builtin" && callee.symbol === builtin("repr");
    return emitter.emit(form, values, span, { argSpans, ...(isRepr ? { conversion: "r" } : {}) });
  }
  return emitter.emit("call", [constantValue(callee), ...values], span, {
    argSpans: [span, ...argSpans],
    keywords: keywordsOf(callee),
  });
}

/** Names of the last parameters, where only names will do. */
function keywordsOf(callee: StaticValue): string[] {
  if (callee.kind !== "function") return [];
  const required = callee.symbol.params.filter((param) => param.defaultValue === null);
  return required.filter((param) => param.keywordOnly).map((param) => param.name.text);
}
