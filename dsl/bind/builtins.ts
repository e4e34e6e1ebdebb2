/**
 * Names that the compiler itself knows: primitive and built-in generic types, the few functions whose
 * meaning is not a Wright function, and the two virtual modules `wright.intrinsics` and `wright.jit`,
 * which have no file. Everything else that is visible without an import is defined in
 * `dsl/lib/wright/builtins.wr`; where both define a name, the library's definition is what it means.
 */
import type { BuiltinSymbol, ModuleSymbol, Symbol } from "./symbols.ts";

/** What parameters and bounds of type parameters are declared that take whatever a `for` loop does. */
export const ITERABLE = "Iterable";

/** Types; the ones in the last line take type arguments. */
export const BUILTIN_TYPES: readonly string[] = [
  ...["int", "uint", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"],
  ...["float", "f32", "bool", "str", "char", "None", "any_ref"],
  ...["array", "tuple", "weak", "ptr", "fn", ITERABLE],
];

export const BUILTIN_FUNCTIONS: readonly string[] = [
  ...["isinstance", "type", "len", "range", "checked", "ord", "chr", "repr", "hash", "id"],
  ...["print", "iter", "reversed", "super", "embed_text", "embed_bytes"],
];

/** What `from wright.jit import …` offers; as symbols they are called `jit:promote` and so on. */
export const JIT_NAMES: readonly string[] = [
  ...["JitDriver", "promote", "is_virtual", "is_constant", "in_jit"],
];

/** Decorators, by what they may stand on. They need no import. */
export const FUNCTION_DECORATORS: readonly string[] = [
  ...["elidable", "unroll_safe", "opaque", "inside_if", "inline", "never_inline"],
  ...["finalizer", "no_collect", "test", "export"],
];
/** On methods, beside those. */
export const METHOD_DECORATORS: readonly string[] = ["staticmethod", "property", "final"];
export const CLASS_DECORATORS: readonly string[] = ["immediate", "final"];

/** What a name stands for whose import failed: it was reported, so uses of it stay silent. */
export const UNRESOLVED = "unresolved";

export const INTRINSICS = "wright.intrinsics";
export const JIT = "wright.jit";
export const BUILTINS = "wright.builtins";

const interned = new Map<string, BuiltinSymbol>();

/** The one symbol of that name: builtins are compared by identity. */
export function builtin(name: string): BuiltinSymbol {
  let symbol = interned.get(name);
  if (symbol === undefined) interned.set(name, (symbol = { kind: "builtin", name }));
  return symbol;
}

export function isBuiltinType(symbol: BuiltinSymbol): boolean {
  return BUILTIN_TYPES.includes(symbol.name);
}

const specialNames = new Set(BUILTIN_FUNCTIONS);

/**
 * The built-in function a symbol stands for, even if the library defines it: its call may be a
 * special form.
 */
export function specialForm(symbol: Symbol): string | null {
  switch (symbol.kind) {
    case "builtin":
      return symbol.name;
    case "function":
    case "class":
      return specialNames.has(symbol.name) && isPrelude(symbol.module) ? symbol.name : null;
    default:
      return null;
  }
}

/** The name of a function or class that is visible without imports; null for all else. */
export function preludeName(symbol: Symbol): string | null {
  const isMade = symbol.kind === "function" || symbol.kind === "class";
  return isMade && isPrelude(symbol.module) ? symbol.name : null;
}

/** The library's part that is visible without imports. */
function isPrelude(module: ModuleSymbol): boolean {
  return module.isLibrary && (module.name === BUILTINS || module.name.startsWith("wright.core."));
}

/** A name of a virtual module, or undefined. */
export function virtualMember(module: string, name: string): BuiltinSymbol | undefined {
  if (module === INTRINSICS) return builtin(`intrinsic:${name}`);
  if (module === JIT && JIT_NAMES.includes(name)) return builtin(`jit:${name}`);
  return undefined;
}

export function isVirtualModule(name: string): boolean {
  return name === INTRINSICS || name === JIT;
}

/** What `name` means as a member of a module, re-exports included. */
export function memberOf(module: ModuleSymbol, name: string): Symbol | undefined {
  return module.scope.get(name) ?? virtualMember(module.name, name);
}
