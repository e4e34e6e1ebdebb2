/**
 * Fields that may be read before they have a value.
 *
 * A field whose type has no zero (an object, a string, a list) should be set whenever `__init__` returns: by
 * itself, by a method that it calls on the same object, or by a default. Interpreters are often built in two steps,
 * though, so a field that is not is a warning, and reads of it are checked when the program runs:
 * nothing is ever read through a null reference.
 *
 * The same goes for what is read before `__init__` has set it, by itself or by a method that it calls
 * on the same object. Where it hands the object to anybody else, what is not set by then is checked
 * too, without a warning.
 */
import type { ClassSymbol, FieldDeclaration, FunctionSymbol } from "../bind/symbols.ts";
import { exitLinks } from "../flow/graph.ts";
import type { HighBlock, HighOp, HighValue } from "../flow/ops.ts";
import { diagnostic, note } from "../syntax/diagnostics.ts";
import type { Span } from "../syntax/source.ts";
import { findClass, read } from "./cells.ts";
import type { ClassInstance } from "./cells.ts";
import type { Context, LiveSpec } from "./context.ts";
import type { Annotation } from "./lattice.ts";
import { show } from "./show.ts";
import * as specs from "./specs.ts";
import * as types from "./types.ts";

/** The fields of objects that are created somewhere, each reported once. */
export function findLateFields(ctx: Context): Set<FieldDeclaration> {
  const late = new Set<FieldDeclaration>();
  const seen = new Set<ClassSymbol>();
  const changed = new Set([...(ctx.touched ?? [])].map((spec) => spec.symbol));
  const specOf = firstSpecs(ctx);
  for (const cls of ctx.classes.map(findClass)) {
    if (!cls.created || cls.symbol.module.tree.raw || seen.has(cls.symbol)) continue;
    // A generator's frame is read where it was written only.
    if (cls.symbol.frameOf !== undefined) continue;
    seen.add(cls.symbol);
    let known = ctx.initialisations.get(cls.symbol);
    if (known === undefined || [...known.methods].some((method) => changed.has(method))) {
      known = initialisationOf(cls.symbol, specOf);
      ctx.initialisations.set(cls.symbol, known);
    }
    checkClass(ctx, cls, late, known);
  }
  return late;
}

/** The first specialisation of each function. */
function firstSpecs(ctx: Context): Walk["specOf"] {
  let first: Map<FunctionSymbol, LiveSpec> | null = null;
  return (symbol) => {
    if (first === null) {
      first = new Map();
      for (const spec of ctx.specs) if (!first.has(spec.symbol)) first.set(spec.symbol, spec);
    }
    return first.get(symbol);
  };
}

/** What happens to objects of a class until their `__init__` returns. */
export interface Initialisation {
  /** What is set when it does; null if it never does. */
  readonly set: ReadonlySet<string> | null;
  readonly early: EarlyUses;
  /** The methods that this follows from. */
  readonly methods: ReadonlySet<FunctionSymbol>;
}

function initialisationOf(cls: ClassSymbol, specOf: Walk["specOf"]): Initialisation {
  const init = specs.findMethod(cls, "__init__");
  const early: EarlyUses = { read: new Map(), set: null };
  const methods = new Set<FunctionSymbol>();
  const walk: Walk = { cls, specOf, early, methods };
  const set = init === null ? new Set<string>() : storedBy(walk, init, new Set(), new Set());
  return { set, early, methods };
}

function checkClass(
  ctx: Context,
  cls: ClassInstance,
  late: Set<FieldDeclaration>,
  { set, early }: Initialisation,
): void {
  const init = specs.findMethod(cls.symbol, "__init__");
  checkEarly(ctx, cls, early, late);
  // Nobody ever gets hold of an object whose `__init__` does not return.
  if (set === null) return;
  for (let one: ClassInstance | null = cls; one !== null; one = ctx.baseOf(one))
    for (const field of one.symbol.fields.values()) {
      if (set.has(field.name) || field.defaultValue !== null) continue;
      // Made together with the object.
      if (field.qualifier === "inline") continue;
      const found = types.findField(ctx, one, field.name);
      const annotation = found === null ? null : read(found.cell);
      if (annotation === null || hasZero(annotation)) continue;
      if (late.has(field)) continue;
      late.add(field);
      if (one.symbol.module.isLibrary) continue;
      const where =
        init === null
          ? `${cls.symbol.name} has no __init__`
          : `__init__ of ${cls.symbol.name} does not always set it`;
      ctx.report(
        diagnostic(
          "W0902",
          field.span,
          `field \`${field.name}\` may be read before it has a value: ${where}`,
          {
            severity: "warning",
            notes: [
              note("an object may be created without it here", init?.span ?? cls.symbol.span),
            ],
            help: `set it in __init__, give it a default, or declare it \`${show(annotation)} | None\`; as it is, every read is checked`,
          },
        ),
      );
    }
}

/** What happens to an object while its `__init__` runs, before fields are set. */
interface EarlyUses {
  /** Names that are read before they are set, and where. */
  readonly read: Map<string, Span | null>;
  /** What was set whenever somebody else got hold of the object; null: nobody did. */
  set: ReadonlySet<string> | null;
}

function checkEarly(
  ctx: Context,
  cls: ClassInstance,
  early: EarlyUses,
  late: Set<FieldDeclaration>,
): void {
  for (let one: ClassInstance | null = cls; one !== null; one = ctx.baseOf(one))
    for (const field of one.symbol.fields.values()) {
      const { name } = field;
      const isRead = early.read.has(name);
      if (!isRead && (early.set === null || early.set.has(name))) continue;
      if (field.defaultValue !== null || field.qualifier === "inline" || late.has(field)) continue;
      const found = types.findField(ctx, one, name);
      if (found === null || hasZero(read(found.cell))) continue;
      late.add(field);
      const span = early.read.get(name) ?? null;
      if (span === null || one.symbol.module.isLibrary) continue;
      ctx.report(
        diagnostic(
          "W0902",
          span,
          `field \`${name}\` may be read before it has a value: __init__ of ${cls.symbol.name} has not set it here`,
          {
            severity: "warning",
            notes: [note("the field", field.span)],
            help: "set it first, or give it a default; as it is, every read is checked",
          },
        ),
      );
    }
}

/** Zeroed memory is a value of this type. */
function hasZero(annotation: Annotation): boolean {
  return !["str", "tuple", "array", "instance", "function", "weak", "any_ref"].includes(
    annotation.kind,
  );
}

/** The method of the object's class that an op calls: by name, or by reading a property. */
function methodCalled(cls: ClassSymbol, op: HighOp): FunctionSymbol | null {
  if (op.name !== "call_method" && op.name !== "getattr") return null;
  const method = specs.findMethod(cls, op.aux.name!);
  return op.name === "call_method" || method?.hints.has("property") === true ? method : null;
}

interface Walk {
  /** The first specialisation of a function. */
  readonly specOf: (symbol: FunctionSymbol) => LiveSpec | undefined;
  /** The class of the object, exactly. */
  readonly cls: ClassSymbol;
  readonly early: EarlyUses;
  /** Gets the methods that are looked at. */
  readonly methods: Set<FunctionSymbol>;
}

/**
 * The fields that a method, and what it calls on the same object, has stored to whenever it returns;
 * null if it never does. `already`: those set when it is called. Sets only shrink on the way round the graph, so this ends.
 */
function storedBy(
  walk: Walk,
  method: FunctionSymbol,
  active: ReadonlySet<FunctionSymbol>,
  already: ReadonlySet<string>,
): ReadonlySet<string> | null {
  const { cls, specOf, methods } = walk;
  methods.add(method);
  const self = method.params[0]?.name.text;
  const spec = specOf(method);
  if (active.has(method) || method.isAbstract || self === undefined || spec?.graph == null)
    return already;
  const inside = new Set(active).add(method);
  const isSelf = (value: HighValue | undefined): boolean =>
    value?.kind === "var" && value.name === self;
  const storedByOp = (op: HighOp, stored: ReadonlySet<string>): Iterable<string> => {
    if (!op.args.some(isSelf)) return [];
    noteUse(walk, op, isSelf, stored);
    if (op.name === "setattr" && isSelf(op.args[0])) return [op.aux.name!];
    const callee = isSelf(op.args[0]) ? methodCalled(cls, op) : calledOnSelf(op, isSelf);
    return callee === null ? [] : (storedBy(walk, callee, inside, new Set(stored)) ?? []);
  };
  const before = new Map<HighBlock, ReadonlySet<string>>([[spec.graph.entry, already]]);
  const queue = [spec.graph.entry];
  let whenReturned: ReadonlySet<string> | null = null;
  for (let block = queue.pop(); block !== undefined; block = queue.pop()) {
    const stored = new Set(before.get(block)!);
    const last = block.ops.at(-1);
    for (const op of block.ops)
      if (op !== last) for (const name of storedByOp(op as HighOp, stored)) stored.add(name);
    const whenRaised = new Set(stored);
    if (last !== undefined) for (const name of storedByOp(last as HighOp, stored)) stored.add(name);
    if (block.exit.kind === "return") whenReturned = common(whenReturned, stored);
    for (const link of exitLinks(block.exit)) {
      if (spec.deadLinks.has(link)) continue;
      const arriving =
        block.exit.kind === "try" && link === block.exit.exceptional ? whenRaised : stored;
      const known = before.get(link.target);
      const met = common(known ?? null, arriving);
      if (known !== undefined && met.size === known.size) continue;
      before.set(link.target, met);
      queue.push(link.target);
    }
  }
  return whenReturned;
}

/** Ops that do not let anybody else see the object. */
const KEEPS: ReadonlySet<string> = new Set(["is", "isinstance", "init_items"]);

/** Notes reads of fields that are not set, and where the object gets into other hands. */
function noteUse(
  { cls, early }: Walk,
  op: HighOp,
  isSelf: (value: HighValue | undefined) => boolean,
  stored: ReadonlySet<string>,
): void {
  const [first, ...rest] = op.args;
  const name = op.aux.name;
  const onSelf = isSelf(first) && name !== undefined;
  const method = onSelf ? specs.findMethod(cls, name) : null;
  const isProperty = op.name === "getattr" && onSelf && methodCalled(cls, op) !== null;
  const isRead = onSelf && method === null && (op.name === "getattr" || op.name === "call_method");
  if (isRead && !stored.has(name) && !early.read.has(name))
    early.read.set(name, op.aux.nameSpan ?? op.span);
  const others = calledOnSelf(op, isSelf) === null ? rest : op.args.slice(2);
  const keeps =
    (onSelf && (op.name === "setattr" || op.name === "call_method" || isRead || isProperty)) ||
    calledOnSelf(op, isSelf) !== null ||
    KEEPS.has(op.name);
  if (!keeps || others.some(isSelf)) early.set = common(early.set, new Set(stored));
}

function common(a: ReadonlySet<string> | null, b: ReadonlySet<string>): ReadonlySet<string> {
  return a === null ? b : new Set([...a].filter((name) => b.has(name)));
}

/** `Base.__init__(self, …)` */
function calledOnSelf(
  op: HighOp,
  isSelf: (value: HighValue | undefined) => boolean,
): FunctionSymbol | null {
  const callee = op.args[0];
  if (
    op.name !== "call" ||
    callee?.kind !== "const" ||
    callee.value.kind !== "function" ||
    !isSelf(op.args[1])
  )
    return null;
  return callee.value.symbol;
}
