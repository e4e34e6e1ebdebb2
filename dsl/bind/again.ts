/**
 * Binding a program again after edits inside of functions.
 *
 * What names mean follows from what stands around the bodies of functions (`frames.ts`). Where that is
 * as it was, symbols are told their new bodies, classes their members, and only the names in what was
 * edited are checked. The result is what binding anew would give: where that is not certain, there is
 * none.
 *
 *     program = bindAgain(binding, host, parse)       null: bind anew; symbols may have moved on already
 *
 * It costs the state of every file of the program, to see that they are what they were, and the edited
 * modules' tops.
 */
import type { ChunkTree, ClassDef, FunctionDef, Module } from "../syntax/ast.ts";
import type { Diagnostic } from "../syntax/diagnostics.ts";
import type { SourceFile } from "../syntax/source.ts";
import type { NameCheck } from "./check.ts";
import { completeAgain } from "./classes.ts";
import { bodySymbol, functionSymbol, isAbstract } from "./define.ts";
import { functionsIn, sameFrame } from "./frames.ts";
import type { BindHost, Parse } from "./modules.ts";
import type { BoundProgram, FunctionSymbol, ModuleSymbol } from "./symbols.ts";

/** What binding a program again needs to know. */
export interface Binding {
  program: BoundProgram;
  /** What was asked for, in this order; null: there was no such file. */
  readonly files: Map<string, SourceFile | null>;
  /** By path: what the parser has to say. */
  readonly syntax: Map<string, readonly Diagnostic[]>;
  readonly names: NameCheck;
}

/** A host that notes what is asked for. What a folder holds, or a file as it was before, is not noted. */
export class NotingHost implements BindHost {
  readonly files = new Map<string, SourceFile | null>();
  readonly libraryRoot: string;
  readonly list: (folder: string) => readonly string[];
  readonly #host: BindHost;
  /** More was asked than the files can tell. */
  isPartial = false;

  constructor(host: BindHost) {
    this.#host = host;
    this.libraryRoot = host.libraryRoot;
    this.list = (folder) => {
      this.isPartial = true;
      return host.list?.(folder) ?? [];
    };
  }

  read(path: string): SourceFile | null {
    if (this.files.has(path)) this.isPartial = true;
    const file = this.#host.read(path);
    this.files.set(path, file);
    return file;
  }
}

interface Edit {
  readonly module: ModuleSymbol;
  readonly file: SourceFile;
  readonly tree: Module;
  /** The chunks that differ, as they were and as they are. */
  readonly chunks: readonly (readonly [ChunkTree, ChunkTree])[];
}

export function bindAgain(binding: Binding, host: BindHost, parse: Parse): BoundProgram | null {
  // 1. The same files, but for bodies of functions.
  const edits = editsOf(binding, host, parse);
  if (edits === null) return null;
  // 2. Symbols say what stands there now.
  for (const edit of edits) {
    const functions = applied(edit);
    if (functions === null) return null;
    // 3. The names in what was edited.
    const { module, chunks } = edit;
    const defs = new Set(chunks.flatMap(([, now]) => now.body));
    const classes = module.classes.filter((one) => defs.has(one.def));
    binding.names.again(module, [...chunks.map(([, now]) => now), ...classes, ...functions]);
  }
  const syntax = [...binding.syntax.values()].flat();
  const diagnostics = [...syntax, ...binding.names.diagnostics()];
  binding.program = { ...binding.program, diagnostics };
  return binding.program;
}

function editsOf(
  { program, files, syntax }: Binding,
  host: BindHost,
  parse: Parse,
): readonly Edit[] | null {
  const now = new Map([...files.keys()].map((path) => [path, host.read(path)]));
  const edits: Edit[] = [];
  for (const [path, file] of now) {
    const before = files.get(path)!;
    if (file === before) continue;
    const module = program.modules.find((one) => one.path === path);
    if (file === null || before === null || module === undefined || module.isLibrary) return null;
    const { module: tree, diagnostics } = parse(file);
    const old = module.tree;
    if (tree.raw !== old.raw || !sameFrame(old.chunks, tree.chunks)) return null;
    const chunks = tree.chunks.flatMap((chunk, i) =>
      chunk === old.chunks[i] ? [] : [[old.chunks[i]!, chunk] as const],
    );
    edits.push({ module, file, tree, chunks });
    files.set(path, file);
    syntax.set(path, diagnostics);
  }
  return edits;
}

/** The functions that have new bodies; null if more than those is new. */
function applied({ module, file, tree, chunks }: Edit): readonly FunctionSymbol[] | null {
  Object.assign(module, { tree });
  if (chunks.length > 0) module.body = bodySymbol(module, file);
  const before = module.functions.map((fn) => fn.def);
  for (const [old, now] of chunks) {
    const [[from, ...others], [to, ...more]] = [old.body, now.body];
    if (from === undefined || to === undefined || others.length + more.length > 0) return null;
    const [froms, tos] = [functionsIn([from]), functionsIn([to])];
    if (froms.length !== tos.length || !froms.every((def, i) => isAlike(def, tos[i]!))) return null;
    const isDone =
      from.kind === "def" && to.kind === "def"
        ? setFunction(module, from, to)
        : from.kind === "class" && to.kind === "class" && setClass(module, from, to);
    if (!isDone) return null;
  }
  return module.functions.filter((fn, i) => before[i] !== fn.def);
}

/** Whether functions with the same head are the same for everybody else. */
function isAlike(a: FunctionDef, b: FunctionDef): boolean {
  return a.isGenerator === b.isGenerator && isAbstract(a) === isAbstract(b);
}

function setFunction(module: ModuleSymbol, from: FunctionDef, to: FunctionDef): boolean {
  const symbol = module.functions.find((one) => one.def === from);
  if (symbol === undefined) return false;
  Object.assign(symbol, functionSymbol(to, module, null, symbol.qualifiedName));
  return true;
}

function setClass(module: ModuleSymbol, from: ClassDef, to: ClassDef): boolean {
  const symbol = module.classes.find((one) => one.def === from);
  // Others have copies of a mixin's methods; and how long inline items are, __init__ says.
  if (symbol === undefined || symbol.flavour === "mixin" || symbol.items !== null) return false;
  return completeAgain(symbol, to);
}
