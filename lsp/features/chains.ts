/**
 * What stands before a place in text that may be broken: `self.scope.find(x).` means a method's
 * result, whatever the parser makes of it. Names are looked up as the last analysis knew them, so
 * that an answer does not wait for the next.
 */
import { named } from "../engine/pack-definitions.ts";
import type { Definition } from "../engine/data.ts";
import { enclosing } from "../places.ts";
import type { View } from "../workspace.ts";

type Link =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "call" }
  | { readonly kind: "index" };

/** The primary expression that ends at `end`: its links, first to last; null if there is none. */
export function chainBefore(text: string, end: number): Link[] | null {
  const links: Link[] = [];
  let at = end;
  for (;;) {
    const c = text[at - 1];
    if (c === ")" || c === "]") {
      const open = openerOf(text, at - 1);
      if (open < 0) return null;
      links.unshift({ kind: c === ")" ? "call" : "index" });
      at = open;
      continue;
    }
    const name = /[A-Za-z_]\w*$/.exec(text.slice(Math.max(0, at - 200), at))?.[0];
    if (name === undefined) return null;
    links.unshift({ kind: "name", name });
    at -= name.length;
    if (text[at - 1] !== ".") return links;
    at--;
  }
}

/** The bracket that the one at `close` closes; strings between them are skipped. */
function openerOf(text: string, close: number): number {
  let depth = 0;
  for (let i = close; i >= 0; i--) {
    const c = text[i]!;
    if (c === ")" || c === "]" || c === "}") depth++;
    else if (c === "(" || c === "[" || c === "{") {
      if (--depth === 0) return i;
    } else if (c === '"' || c === "'") {
      const start = text.lastIndexOf(c, i - 1);
      if (start < 0) return -1;
      i = start;
    } else if (c === "\n" && depth === 0) return -1;
  }
  return -1;
}

export interface Meaning {
  /** What the whole chain names, if it ends in a name. */
  readonly definition: Definition | null;
  /** Classes, enums and modules in which its members are. */
  readonly of: readonly number[];
}

const NOTHING: Meaning = { definition: null, of: [] };

/** What a chain stands for at an offset of the analysed text. */
export function meaningOf(view: View, links: readonly Link[], offset: number): Meaning {
  let meaning: Meaning = NOTHING;
  for (const [i, link] of links.entries()) {
    if (link.kind === "index") {
      // What an item is, only an analysis knows.
      meaning = NOTHING;
      continue;
    }
    if (link.kind === "call") {
      const { definition } = meaning;
      if (definition === null) return NOTHING;
      meaning = { definition: null, of: isType(definition) ? [definition.id] : definition.of };
      continue;
    }
    const found: Definition | null =
      i === 0
        ? lookUp(view, link.name, offset)
        : (membersOf(view, meaning.of).find((one) => one.name === link.name) ?? null);
    if (found === null) return NOTHING;
    meaning = { definition: found, of: ofDefinition(found) };
  }
  return meaning;
}

function isType({ kind }: Definition): boolean {
  return kind === "class" || kind === "mixin" || kind === "struct" || kind === "enum";
}

function ofDefinition(definition: Definition): readonly number[] {
  if (isType(definition) || definition.kind === "module") return [definition.id];
  return definition.kind === "function" || definition.kind === "method" ? [] : definition.of;
}

export function lookUp(view: View, name: string, offset: number): Definition | null {
  return visibleAt(view, offset).find((one) => one.name === name) ?? null;
}

/** All names that mean something at an offset, nearest first. */
export function visibleAt(view: View, offset: number): Definition[] {
  const { program, module } = view;
  const found: Definition[] = [];
  const seen = new Set<string>();
  const add = (one: Definition) => {
    if (seen.has(one.name)) return;
    seen.add(one.name);
    found.push(one);
  };
  // 1. Locals of the functions around, innermost first.
  let around = enclosing(view, offset);
  while (around !== null) {
    const { id, kind } = around;
    if (kind === "function" || kind === "method") {
      for (const one of program.definitions) {
        if (one.container === id && one.path === module.path) add(one);
      }
    }
    around = around.container === null ? null : program.definitions[around.container]!;
  }
  // 2. The module's names, and what everybody sees.
  for (const [name, id] of Object.entries(module.scope)) add(named(program.definitions[id]!, name));
  for (const one of ambientNames(view)) add(one);
  return found;
}

/** What every module sees; what only the library itself has much use for comes last. */
export function ambientNames({ program }: View): Definition[] {
  const all = Object.entries(program.ambient).map(([name, id]) =>
    named(program.definitions[id]!, name),
  );
  const isHelper = ({ name, kind }: Definition) => kind === "function" && name.includes("_");
  return [...all.filter((one) => !isHelper(one)), ...all.filter(isHelper)];
}

/**
 * Names that the function around a place binds before it, as far as its text tells: an analysis may not
 * have seen them yet. Nearest first.
 */
export function writtenBefore(text: string, offset: number): string[] {
  const lines = text.slice(0, offset).split("\n");
  const indentOf = (line: string) => /^ */.exec(line)![0].length;
  let indent = indentOf(lines.at(-1)!) + 1;
  const found: string[] = [];
  for (let i = lines.length - 1; i >= 0 && indent > 0; i--) {
    const line = lines[i]!;
    if (line.trim() === "") continue;
    const head = /^ *def \w*\s*(?:\[[^\]]*\])?\((.*)/.exec(line);
    if (head !== null && indentOf(line) < indent) {
      indent = indentOf(line);
      for (const [, name] of head[1]!.matchAll(/(?:^|,)\s*(?:const |\*)?\s*([A-Za-z_]\w*)/g))
        found.push(name!);
      if (indent > 0) found.push("self");
      continue;
    }
    // The word at the place itself is not bound yet.
    const bound =
      /^ *([A-Za-z_]\w*)(?:: [^=]*)? = |^ *for ([A-Za-z_]\w*) in |\bas ([A-Za-z_]\w*):/.exec(line);
    const name = bound?.slice(1).find((one) => one !== undefined);
    if (name !== undefined) found.push(name);
  }
  return [...new Set(found)];
}

/** Members of classes with their bases, of enums and modules. */
export function membersOf(view: View, of: readonly number[]): Definition[] {
  const { definitions, modules } = view.program;
  const found: Definition[] = [];
  const seen = new Set<string>();
  const visited = new Set<number>();
  const add = (one: Definition) => {
    if (seen.has(one.name)) return;
    seen.add(one.name);
    found.push(one);
  };
  const visit = (id: number) => {
    if (visited.has(id)) return;
    visited.add(id);
    const owner = definitions[id]!;
    if (owner.kind === "module") {
      const module = modules.find((one) => one.definition === id);
      if (module !== undefined) {
        for (const [name, member] of Object.entries(module.scope)) {
          add(named(definitions[member]!, name));
        }
        return;
      }
    }
    for (const one of definitions) {
      if (one.container === id && one.kind !== "type-parameter") add(one);
    }
    if (owner.base !== null) visit(owner.base);
  };
  for (const id of of) visit(id);
  return found;
}
