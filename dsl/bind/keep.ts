/**
 * Symbols that stay the same from one binding of a program to the next.
 *
 * What an editor knows of functions that were not edited (their flow graphs, above all) points at
 * symbols. So when a program is bound again, a definition's symbol is the object that stood for it
 * before, filled with what the definition says now. A definition is known again by its kind, its name,
 * where it stands, and how many of that name came before it there.
 *
 *     bindProgram(entry, host, parse, previous)       previous is not to be used any more
 *
 * A module's body keeps its symbol only while its statements are the same nodes.
 */
import type {
  BoundProgram,
  ClassSymbol,
  EnumSymbol,
  FunctionSymbol,
  GlobalSymbol,
  ModuleSymbol,
} from "./symbols.ts";

type Definition = ModuleSymbol | FunctionSymbol | ClassSymbol | EnumSymbol | GlobalSymbol;

/** What is left of the previous binding while a program is bound again. */
let left: Map<string, Definition[]> | null = null;

/** Runs `bind`, in which `keep` finds the symbols of `previous`. */
export function keeping<Result>(previous: BoundProgram | null, bind: () => Result): Result {
  return withLeft(previous === null ? null : byKey(definitionsOf(previous)), bind);
}

/** The same for some definitions, in the order in which `bind` makes them. */
export function keepingThese<Result>(
  definitions: readonly FunctionSymbol[],
  bind: () => Result,
): Result {
  return withLeft(byKey(definitions), bind);
}

function withLeft<Result>(kept: typeof left, bind: () => Result): Result {
  left = kept;
  try {
    return bind();
  } finally {
    left = null;
  }
}

/** The symbol that stood for this definition before, saying what `fresh` says; or else `fresh`. */
export function keep<Kept extends Definition>(fresh: Kept): Kept {
  if (left === null) return fresh;
  const known = left.get(keyOf(fresh))?.shift() as Kept | undefined;
  if (known === undefined || !isSameBody(known, fresh)) return fresh;
  return Object.assign(known, fresh);
}

function isSameBody(known: Definition, fresh: Definition): boolean {
  if (known.kind !== "function" || fresh.kind !== "function") return true;
  if (fresh.flavour !== "module-body") return true;
  return (
    known.body.length === fresh.body.length && known.body.every((one, i) => one === fresh.body[i])
  );
}

function byKey(definitions: Iterable<Definition>): Map<string, Definition[]> {
  const found = new Map<string, Definition[]>();
  for (const one of definitions) {
    const key = keyOf(one);
    const list = found.get(key);
    if (list === undefined) found.set(key, [one]);
    else list.push(one);
  }
  return found;
}

/** In the order in which `keep` will ask for them. */
function* definitionsOf(program: BoundProgram): Iterable<Definition> {
  for (const module of program.modules) {
    yield module;
    yield module.body;
    yield* module.functions;
    for (const cls of module.classes) {
      yield cls;
      if (cls.items !== null) yield cls.items.length;
    }
    for (const symbol of module.scope.values())
      if ((symbol.kind === "enum" || symbol.kind === "global") && symbol.module === module)
        yield symbol;
  }
}

function keyOf(symbol: Definition): string {
  if (symbol.kind === "module") return `module ${symbol.path}`;
  const name = symbol.kind === "global" ? symbol.name : symbol.qualifiedName;
  return `${symbol.kind} ${symbol.module.path} ${name}`;
}
