/**
 * What a name means at a place: the one lookup that binding, flow graphs, annotation and the editor
 * share. Locals are the flow builder's; here are type parameters, module-level names, and what is
 * visible everywhere.
 */
import type { Expression, Name, TypeExpr } from "../syntax/ast.ts";
import { memberOf } from "./builtins.ts";
import type {
  ClassSymbol,
  FunctionSymbol,
  ModuleSymbol,
  Symbol,
  TypeParamSymbol,
} from "./symbols.ts";
import type { TypeParam } from "../syntax/ast.ts";

/** The place of a name that is no local. */
export type Scope = ModuleSymbol | FunctionSymbol | ClassSymbol;

export function moduleOf(scope: Scope): ModuleSymbol {
  return scope.kind === "module" ? scope : scope.module;
}

/** A module-level or ambient name. */
export function resolveGlobal(module: ModuleSymbol, name: string): Symbol | null {
  return module.scope.get(name) ?? module.ambient.get(name) ?? null;
}

/** A name that is no local: a type parameter around the place, or a module-level or ambient name. */
export function resolveName(scope: Scope, name: string): Symbol | null {
  return resolveTypeParam(scope, name) ?? resolveGlobal(moduleOf(scope), name);
}

/** `W_Root`, `objects.W_Root`, `T`: what the path of a named type means; null if nothing. */
export function resolveTypeName(scope: Scope, path: readonly Name[]): Symbol | null {
  const [first, ...rest] = path;
  if (first === undefined) return null;
  let symbol = resolveName(scope, first.text);
  for (const part of rest) {
    if (symbol?.kind !== "module") return null;
    symbol = memberOf(symbol, part.text) ?? null;
  }
  return symbol;
}

export function resolveTypeParam(scope: Scope, name: string): TypeParamSymbol | null {
  for (let at: Scope | null = scope; at !== null && at.kind !== "module";) {
    const param = at.typeParams.find((one) => one.name.text === name);
    if (param !== undefined) return typeParamSymbol(param);
    at = at.kind === "class" ? null : (at.outer ?? at.owner);
  }
  return null;
}

const typeParamSymbols = new WeakMap<TypeParam, TypeParamSymbol>();

/** One symbol per type parameter, so that identity compares. */
function typeParamSymbol(param: TypeParam): TypeParamSymbol {
  let symbol = typeParamSymbols.get(param);
  if (symbol === undefined) {
    symbol = { kind: "type-param", name: param.name.text, param };
    typeParamSymbols.set(param, symbol);
  }
  return symbol;
}

/** A member of a class or of an ancestor: its method, attribute or field. */
export function findMethod(cls: ClassSymbol, name: string): FunctionSymbol | null {
  for (const one of ancestors(cls)) {
    const method = one.methods.get(name);
    if (method !== undefined) return method;
  }
  return null;
}

/** The class itself, its base, and so on up; safe while inheritance cycles are being reported. */
export function ancestors(cls: ClassSymbol): ClassSymbol[] {
  const chain: ClassSymbol[] = [];
  for (let at: ClassSymbol | null = cls; at !== null && !chain.includes(at); at = at.base) {
    chain.push(at);
  }
  return chain;
}

/** Fields of a class in declaration order, inherited ones first: what positional patterns match. */
export function allFields(cls: ClassSymbol): string[] {
  return ancestors(cls)
    .reverse()
    .flatMap((one) => [...one.fields.keys()]);
}

/** `array[u8]`, `dict[str, objects.W]` written as an expression, as the type it is; null if it is none. */
export function typeOfExpression(e: Expression): TypeExpr | null {
  switch (e.kind) {
    case "name":
      return named([{ text: e.text, span: e.span }], [], e);
    case "none":
      return named([{ text: "None", span: e.span }], [], e);
    case "attribute": {
      const object = typeOfExpression(e.object);
      if (object?.kind !== "named" || object.args.length > 0) return null;
      return named([...object.path, e.name], [], e);
    }
    case "index": {
      const object = typeOfExpression(e.object);
      if (object?.kind !== "named") return null;
      const items = e.index.kind === "tuple" ? e.index.items : [e.index];
      const args = items.map(typeOfExpression);
      return args.includes(null) ? null : named(object.path, args as TypeExpr[], e);
    }
    case "binary": {
      if (e.op !== "|") return null;
      const left = typeOfExpression(e.left);
      const right = typeOfExpression(e.right);
      if (left === null || right === null) return null;
      const items = left.kind === "union" ? left.items : [left];
      return { kind: "union", span: e.span, items: [...items, right] };
    }
    case "type":
      return e.type;
    default:
      return null;
  }
}

function named(path: readonly Name[], args: readonly TypeExpr[], at: Expression): TypeExpr {
  return { kind: "named", span: at.span, name: path.at(-1)!, path, args };
}
