/**
 * Items inside objects: `regs: inline array[T]` puts the items behind the other fields of the same
 * allocation, so their number is needed before there is an object to run `__init__` on.
 *
 *     def __init__(self, code: Code):
 *         self.regs = array(code.size, NIL)      # the first statement says number and filling
 *
 * The number becomes a function of `__init__`'s parameters, which construction calls first; what is
 * left of the statement fills the items. Since it is the first statement, the order in which things
 * happen is the one that is written.
 */
import type { Expression, FunctionDef, Statement, TypeExpr } from "../syntax/ast.ts";
import { note, type Note } from "../syntax/diagnostics.ts";
import type { Span } from "../syntax/source.ts";
import { functionSymbol } from "./define.ts";
import { ancestors } from "./resolve.ts";
import { scopeOfFunction } from "./scopes.ts";
import type { ClassSymbol, FieldDeclaration, FunctionSymbol, InlineItems } from "./symbols.ts";

export type ReportItems = (at: Span, message: string, notes?: Note[], help?: string) => void;

const HOW = "begin __init__ with `self.<field> = array(length, fill)`";

/** The items of the class's objects, its own or inherited. */
export function itemsOf(cls: ClassSymbol): InlineItems | null {
  return ancestors(cls).find((one) => one.items !== null)?.items ?? null;
}

/** Finds the items that a class declares, or checks that it adds nothing to those it inherits. */
export function completeItems(cls: ClassSymbol, report: ReportItems): void {
  if (cls.flavour === "mixin") return;
  const [field, second] = [...cls.fields.values()].filter((one) => one.qualifier === "inline");
  const above = inlineFieldAbove(cls);
  if (above !== null) return checkBelow(cls, above, report);
  if (field === undefined) return;
  if (second !== undefined)
    return report(second.span, `\`${cls.name}\` has two inline fields: only one can be last`, [
      note(`\`${field.name}\` is inline too`, field.span),
    ]);
  if (!mayBeInline(cls, field, report)) return;
  cls.items = ownItems(cls, field, report);
}

function inlineFieldAbove(cls: ClassSymbol): FieldDeclaration | null {
  for (const base of ancestors(cls).slice(1))
    for (const field of base.fields.values()) if (field.qualifier === "inline") return field;
  return null;
}

/** Objects of subclasses are used as their base's: items stay where they are. */
function checkBelow(cls: ClassSymbol, above: FieldDeclaration, report: ReportItems): void {
  const notes = [note(`\`${above.name}\` of \`${above.owner.name}\` is inline`, above.span)];
  const [extra] = cls.fields.values();
  if (extra !== undefined)
    report(
      extra.span,
      `\`${cls.name}\` cannot add the field \`${extra.name}\`: objects of \`${above.owner.name}\` end in items`,
      notes,
    );
  const finalizer = finalizerOf(cls);
  if (finalizer !== null)
    report(finalizer.span, `objects of \`${above.owner.name}\` cannot have a finalizer`, notes);
  const init = cls.methods.get("__init__");
  if (init !== undefined)
    report(
      init.span,
      `\`${cls.name}\` cannot have an __init__ of its own: that of \`${above.owner.name}\` says how many items there are`,
      notes,
    );
}

function finalizerOf(cls: ClassSymbol): FunctionSymbol | null {
  return [...cls.methods.values()].find((one) => one.hints.has("finalizer")) ?? null;
}

function mayBeInline(cls: ClassSymbol, field: FieldDeclaration, report: ReportItems): boolean {
  if (!isArrayType(field.type)) {
    report(field.span, "an inline field is an array: `inline array[T]`");
    return false;
  }
  if (field.defaultValue !== null) {
    report(field.defaultValue.span, "an inline field has no default: __init__ fills it");
    return false;
  }
  const isFinalized = ancestors(cls).some((one) => finalizerOf(one) !== null);
  if (!cls.immediate && cls.flavour === "class" && !isFinalized) return true;
  const what = cls.immediate
    ? "an immediate class"
    : isFinalized
      ? "a class with a finalizer"
      : "a struct";
  report(field.span, `${what} cannot have an inline field`);
  return false;
}

function isArrayType(type: TypeExpr | null): boolean {
  return (
    type?.kind === "named" &&
    type.path.length === 0 &&
    type.name.text === "array" &&
    type.args.length === 1
  );
}

function ownItems(
  cls: ClassSymbol,
  field: FieldDeclaration,
  report: ReportItems,
): InlineItems | null {
  const init = cls.methods.get("__init__");
  const def = init?.def ?? null;
  if (init === undefined || def === null) {
    report(field.span, `\`${cls.name}\` needs an __init__ that makes \`${field.name}\``, [], HOW);
    return null;
  }
  const store = def.body.find((s) => !(s.kind === "expr" && s.value.kind === "str"));
  const sizes = store === undefined ? null : arrayArguments(store, init, field.name);
  if (sizes === null || store === undefined) {
    const notes = [note("declared here", field.span)];
    report(
      init.span,
      `__init__ of \`${cls.name}\` does not begin by making \`${field.name}\``,
      notes,
      HOW,
    );
    return null;
  }
  const [length, fill] = sizes;
  const counting = lengthFunction(cls, def, field, length!);
  const self = init.params[0]!.name.text;
  const use = scopeOfFunction(counting.def!).free.find((one) => one.name === self);
  if (use !== undefined)
    report(use.span, `the length of \`${field.name}\` is needed before there is a \`${self}\``);
  return { field, store, fill: fill ?? null, length: counting };
}

/** What stands between the parentheses of `self.<name> = array(length, fill)`. */
function arrayArguments(
  s: Statement,
  init: FunctionSymbol,
  name: string,
): readonly Expression[] | null {
  if (s.kind !== "assign" || s.targets.length !== 1) return null;
  const [target] = s.targets;
  if (target?.kind !== "attribute" || target.name.text !== name) return null;
  if (target.object.kind !== "name" || target.object.text !== init.params[0]?.name.text)
    return null;
  const { value } = s;
  if (value.kind !== "call" || value.callee.kind !== "name" || value.callee.text !== "array")
    return null;
  const plain = value.args.every((arg) => arg.name === null && !arg.star);
  if (!plain || value.args.length < 1 || value.args.length > 2) return null;
  return value.args.map((arg) => arg.value);
}

/** `__init__` without its first parameter, giving the length. */
function lengthFunction(
  cls: ClassSymbol,
  init: FunctionDef,
  field: FieldDeclaration,
  length: Expression,
): FunctionSymbol {
  const { span } = length;
  const def: FunctionDef = {
    ...init,
    params: init.params.slice(1),
    returns: { kind: "named", span, name: { text: "int", span }, path: [], args: [] },
    body: [{ kind: "return", span, value: length }],
    decorators: [{ name: "staticmethod", args: null, span }],
    isGenerator: false,
  };
  return functionSymbol(def, cls.module, cls, `${cls.qualifiedName}.${field.name}.length`);
}
