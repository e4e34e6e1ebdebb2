/** Transfer functions of attributes: fields, methods, class attributes, enum members. */
import { classAttribute as staticAttribute } from "../bind/constants.ts";
import type { ClassSymbol, FunctionSymbol, StaticValue } from "../bind/symbols.ts";
import { nearest } from "../bind/nearest.ts";
import { isIteratorClass } from "../flow/generators.ts";
import { note } from "../syntax/diagnostics.ts";
import {
  argumentsOf,
  callFunction,
  callFunctionValue,
  callInstanceMethod,
  constantOf,
  construct,
  libraryClass,
  positional,
} from "./calls.ts";
import type { At } from "./calls.ts";
import { callConstant } from "./builtins.ts";
import { findClass, findFunction } from "./cells.ts";
import type { ClassInstance } from "./cells.ts";
import type { Context } from "./context.ts";
import { chainNotes, sourceOf } from "./explain.ts";
import type { Wanted } from "./explain.ts";
import { INT, NONE, POISON, STR, optional } from "./lattice.ts";
import type { Annotation, AnnotationOf } from "./lattice.ts";
import { show, showClass } from "./show.ts";
import * as specs from "./specs.ts";
import * as types from "./types.ts";
import { alreadyHolds, flowInto, join } from "./unify.ts";
import { annotationOf, staticAnnotation } from "./values.ts";

// ---------------------------------------------------------------- primitives

/** The mixins of `wright.builtins` that hold a kind's methods, most specific first. */
export const METHOD_MIXINS: Partial<Record<Annotation["kind"], readonly string[]>> = {
  str: ["str_methods"],
  char: ["char_methods", "str_methods"],
  int: ["int_methods"],
  float: ["float_methods"],
  bool: ["bool_methods"],
  array: ["array_methods"],
  enum: ["enum_methods"],
};

/** A method of a primitive type, from the library. */
export function primitiveMethod(
  ctx: Context,
  receiver: Annotation,
  name: string,
): FunctionSymbol | null {
  for (const mixin of METHOD_MIXINS[receiver.kind] ?? []) {
    const symbol = ctx.bound.builtins.scope.get(mixin);
    if (symbol?.kind === "class") {
      const method = symbol.methods.get(name);
      if (method !== undefined) return method;
    }
  }
  if (receiver.kind === "enum") return receiver.symbol.methods.get(name) ?? null;
  return null;
}

function primitiveNames(ctx: Context, receiver: Annotation): string[] {
  return (METHOD_MIXINS[receiver.kind] ?? []).flatMap((mixin) => {
    const symbol = ctx.bound.builtins.scope.get(mixin);
    return symbol?.kind === "class" ? [...symbol.methods.keys()] : [];
  });
}

// ---------------------------------------------------------------- errors

/** Every attribute name that an instance of the class has. */
function memberNames(cls: ClassSymbol): string[] {
  const names: string[] = [];
  for (let one: ClassSymbol | null = cls; one !== null; one = one.base)
    names.push(...one.fields.keys(), ...one.methods.keys(), ...one.attributes.keys());
  return names;
}

/** Subclasses (at any depth) that define the attribute, and direct ones that neither define nor inherit it below. */
function definedInSubclasses(
  cls: ClassSymbol,
  name: string,
): { having: ClassSymbol[]; lacking: ClassSymbol[] } {
  const having: ClassSymbol[] = [];
  const lacking: ClassSymbol[] = [];
  for (const sub of cls.subclasses) {
    if (sub.methods.has(name) || sub.fields.has(name) || sub.attributes.has(name)) {
      having.push(sub);
      continue;
    }
    const below = definedInSubclasses(sub, name);
    having.push(...below.having);
    if (below.having.length === 0) lacking.push(sub);
    else lacking.push(...below.lacking);
  }
  return { having, lacking };
}

function receiverNotes(at: At, wanted?: Wanted): ReturnType<typeof note>[] {
  const value = at.op.args[0]!;
  return value.kind === "var" && at.ctx.checking
    ? chainNotes({ spec: at.spec, variable: value.id }, wanted)
    : [];
}

function noAttribute(at: At, receiver: Annotation, name: string): Annotation {
  const span = at.op.aux.nameSpan ?? at.op.span;
  if (receiver.kind === "instance") {
    const cls = findClass(receiver.cls).symbol;
    const { having, lacking } = definedInSubclasses(cls, name);
    if (having.length > 0) return onlyInSubclasses(at, cls, name, having, lacking);
    const close = nearest(name, memberNames(cls));
    return at.ctx.error("E0501", span, `${showClass(receiver.cls)} has no attribute \`${name}\``, {
      notes: [
        ...(cls.module.isLibrary ? [] : [note(`${cls.name} is defined here`, cls.span)]),
        ...receiverNotes(at),
      ],
      ...(close === null ? {} : { help: `did you mean \`${close}\`?` }),
    });
  }
  const close = nearest(name, primitiveNames(at.ctx, receiver));
  return at.ctx.error("E0501", span, `${show(receiver)} has no attribute \`${name}\``, {
    notes: receiverNotes(at),
    ...(close === null ? {} : { help: `did you mean \`${close}\`?` }),
  });
}

function onlyInSubclasses(
  at: At,
  cls: ClassSymbol,
  name: string,
  having: ClassSymbol[],
  lacking: ClassSymbol[],
): Annotation {
  const notes = having
    .slice(0, 3)
    .map((sub) =>
      note(
        `${sub.name} has it`,
        (sub.methods.get(name) ?? sub.fields.get(name) ?? sub.attributes.get(name))!.span,
      ),
    );
  notes.push(...lacking.slice(0, 3).map((sub) => note(`${sub.name} lacks it`, sub.span)));
  return at.ctx.error(
    "E0502",
    at.op.aux.nameSpan ?? at.op.span,
    `${cls.name} has no attribute \`${name}\`, though some of its subclasses do`,
    {
      notes: [...notes, ...receiverNotes(at)],
      help: `declare it in ${cls.name} (a method may be \`abstract\`), or test with isinstance first`,
    },
  );
}

export function maybeNone(at: At, receiver: Annotation, doing: string): Annotation {
  return at.ctx.error(
    "E0309",
    at.op.aux.argSpans?.[0] ?? at.op.span,
    `this may be None (it is ${show(receiver)}), so ${doing}`,
    {
      notes: receiverNotes(at, (one) => one.kind === "none" || one.kind === "optional"),
      help: "test it first: `if x is not None:`; a field must be final, or read into a local before the test",
    },
  );
}

// ---------------------------------------------------------------- getattr

export function getattr(at: At): Annotation {
  const receiver = annotationOf(at.spec, at.op.args[0]!);
  const name = at.op.aux.name!;
  switch (receiver.kind) {
    case "instance":
      return instanceAttribute(at, receiver, name);
    case "constant":
      return constantAttribute(at, receiver, name);
    case "enum":
      return enumAttribute(at, receiver, name);
    case "class":
      return name === "__name__"
        ? intrinsic(at, "class_value_name", STR)
        : (classAttribute(at, receiver.root, name) ?? noAttribute(at, receiver, name));
    case "optional":
    case "none":
      return maybeNone(at, receiver, `\`.${name}\` cannot be read`);
    default: {
      const method = primitiveMethod(at.ctx, receiver, name);
      if (method !== null)
        return at.ctx.error(
          "E0405",
          at.op.span,
          `a method of ${show(receiver)} cannot be a value`,
          { help: "write a lambda that calls it" },
        );
      return noAttribute(at, receiver, name);
    }
  }
}

function intrinsic(at: At, name: string, type: Annotation): Annotation {
  at.ctx.resolve(at.spec, at.op, { kind: "intrinsic", name, args: at.op.args, type });
  return type;
}

function instanceAttribute(at: At, receiver: AnnotationOf<"instance">, name: string): Annotation {
  const { ctx } = at;
  const found = types.findField(ctx, receiver.cls, name);
  if (found !== null) {
    ctx.resolve(at.spec, at.op, { kind: "field", ...found });
    ctx.site(at.spec, at.op).behind = found.cell;
    const annotation = receiver.facts?.get(name) ?? ctx.read(found.cell);
    // What a generator keeps at a `yield` that is never reached is not set, and not missed.
    const isMissed = found.owner.symbol.frameOf === undefined && !at.spec.uncalled;
    if (annotation.kind === "never" && ctx.checking && isMissed)
      ctx.error(
        "E0503",
        at.op.aux.nameSpan ?? at.op.span,
        `field \`${name}\` of ${found.owner.symbol.name} is read here but never set`,
        {
          notes: [note("declared here", found.field.span)],
        },
      );
    return annotation;
  }
  const cls = findClass(receiver.cls).symbol;
  const method = specs.findMethod(cls, name);
  if (method !== null) {
    if (method.hints.has("property"))
      return callInstanceMethod(at, receiver.cls, method, at.op.args[0]!, positional([]));
    return bindMethod(at, receiver.cls, method);
  }
  return classAttribute(at, cls, name) ?? noAttribute(at, receiver, name);
}

/** `obj.method` as a value: a closure over the receiver. */
function bindMethod(at: At, cls: ClassInstance, method: FunctionSymbol): Annotation {
  const { ctx } = at;
  if (specs.isGeneric(method))
    return ctx.error(
      "E0405",
      at.op.span,
      `the method \`${method.name}\` of a generic class cannot be a value`,
      { help: "write a lambda that calls it" },
    );
  const site = ctx.site(at.spec, at.op);
  const virtual = specs.isVirtual(at.ctx, method);
  const target = virtual ? specs.familyOf(ctx, method) : specs.specOf(ctx, method);
  if (virtual) specs.callOn(ctx, specs.familyOf(ctx, method), findClass(cls).symbol);
  site.fn ??=
    "implementations" in target
      ? specs.familyFunctionCell(ctx, target)
      : specs.functionCellFor(ctx, target, 1);
  const fn = findFunction(site.fn);
  ctx.resolve(at.spec, at.op, { kind: "bind", target, fn });
  return { kind: "function", fn };
}

/** A class attribute seen from a class: one constant, or a table over the subclasses. Null if there is none. */
function classAttribute(at: At, cls: ClassSymbol, name: string): Annotation | null {
  const values: StaticValue[] = [];
  let inherited: ClassSymbol | null = cls;
  while (inherited !== null && !inherited.attributes.has(name)) inherited = inherited.base;
  if (inherited === null) return null;
  const add = (owner: ClassSymbol): void => {
    const declared = owner.attributes.get(name);
    if (declared === undefined) return;
    const value = staticAttribute(owner, name);
    if (value !== null) values.push(value);
    else
      at.ctx.error(
        "E0603",
        declared.span,
        `the class attribute \`${name}\` must be a constant that is known before the program runs`,
      );
  };
  add(inherited);
  const visit = (sub: ClassSymbol): void => {
    add(sub);
    sub.subclasses.forEach(visit);
  };
  const direct =
    at.op.args[0] !== undefined && annotationOf(at.spec, at.op.args[0]).kind === "constant";
  if (!direct) cls.subclasses.forEach(visit);
  if (values.length === 0) return POISON;
  let type: Annotation | null = staticAnnotation(values[0]!);
  for (const value of values.slice(1))
    type = type === null ? null : join(at.ctx, type, staticAnnotation(value));
  if (type === null)
    return at.ctx.error(
      "E0301",
      at.op.span,
      `the class attribute \`${name}\` has different types in subclasses of ${cls.name}`,
    );
  const constant = values.length === 1 ? values[0]! : null;
  at.ctx.resolve(
    at.spec,
    at.op,
    constant === null
      ? { kind: "class-attribute", name, root: cls, type, constant }
      : { kind: "constant", value: constant },
  );
  return type;
}

function constantAttribute(at: At, receiver: AnnotationOf<"constant">, name: string): Annotation {
  const value = receiver.value;
  const constant = (found: StaticValue): Annotation => {
    at.ctx.resolve(at.spec, at.op, { kind: "constant", value: found });
    return staticAnnotation(found);
  };
  switch (value.kind) {
    case "class": {
      const method = specs.findMethod(value.symbol, name);
      if (method !== null) return constant({ kind: "function", symbol: method });
      if (name === "__name__") return constant({ kind: "str", value: value.symbol.name });
      return classAttribute(at, value.symbol, name) ?? noAttribute(at, receiver, name);
    }
    case "enum": {
      const index = value.symbol.members.findIndex((member) => member.name === name);
      return index >= 0
        ? constant({ kind: "member", enum: value.symbol, index })
        : noMember(
            at,
            value.symbol.name,
            name,
            value.symbol.members.map((one) => one.name),
          );
    }
    default:
      return noAttribute(at, receiver, name);
  }
}

function noMember(at: At, owner: string, name: string, known: string[]): Annotation {
  const close = nearest(name, known);
  return at.ctx.error(
    "E0501",
    at.op.aux.nameSpan ?? at.op.span,
    `${owner} has no member \`${name}\``,
    close === null ? {} : { help: `did you mean \`${close}\`?` },
  );
}

function enumAttribute(at: At, receiver: AnnotationOf<"enum">, name: string): Annotation {
  if (name === "name") return intrinsic(at, "enum_name", STR);
  if (name === "value") return intrinsic(at, "enum_value", INT);
  const method = receiver.symbol.methods.get(name);
  if (method?.hints.has("property") === true)
    return callFunction(at, method, at.op.args[0]!, positional([]));
  return noAttribute(at, receiver, name);
}

// ---------------------------------------------------------------- setattr

export function setattr(at: At): Annotation {
  const receiver = annotationOf(at.spec, at.op.args[0]!);
  const name = at.op.aux.name!;
  if (receiver.kind === "optional" || receiver.kind === "none")
    return maybeNone(at, receiver, `\`.${name}\` cannot be set`);
  const found = receiver.kind === "instance" ? types.findField(at.ctx, receiver.cls, name) : null;
  if (found === null) return cannotSet(at, receiver, name);
  if (found.field.qualifier === "final" && !setsOwnFinal(at, found.owner.symbol))
    return at.ctx.error(
      "E0505",
      at.op.span,
      `field \`${name}\` of ${found.owner.symbol.name} is final: it is set in __init__ only`,
      {
        notes: [note("declared final here", found.field.span)],
      },
    );
  if (found.field.qualifier === "inline")
    return at.ctx.error(
      "E0515",
      at.op.span,
      `\`${name}\` is part of the object: it is made by the first statement of __init__ and cannot be replaced`,
      {
        notes: [note("declared inline here", found.field.span)],
        help: `set the items: \`x.${name}.fill(value)\`, \`x.${name}[a:b] = items\``,
      },
    );
  at.ctx.resolve(at.spec, at.op, { kind: "field", ...found });
  const value = at.op.args[1]!;
  const annotation = annotationOf(at.spec, value);
  if (alreadyHolds(found.cell, annotation)) return NONE;
  flowInto(at.ctx, found.cell, annotation, {
    span: at.op.aux.argSpans?.[1] ?? at.op.span,
    message: isIteratorClass(found.owner.symbol) ? "yielded here" : `stored here in \`${name}\``,
    source: sourceOf(at.spec, value),
  });
  return NONE;
}

function kindOfMember(method: FunctionSymbol | null): string {
  if (method === null) return "class attribute";
  return method.hints.has("property") ? "property" : "method";
}

/** A store to what is no field: binding has reported it where it goes through `self`. */
function cannotSet(at: At, receiver: Annotation, name: string): Annotation {
  const cls = receiver.kind === "instance" ? findClass(receiver.cls).symbol : null;
  if (cls === null || !memberNames(cls).includes(name)) return noAttribute(at, receiver, name);
  const [self] = at.spec.symbol.params;
  const target = at.op.args[0]!;
  if (
    at.spec.symbol.flavour === "method" &&
    target.kind === "var" &&
    target.name === self?.name.text
  )
    return POISON;
  const what = kindOfMember(specs.findMethod(cls, name));
  return at.ctx.error(
    "E0510",
    at.op.aux.nameSpan ?? at.op.span,
    `\`${name}\` is a ${what} of \`${cls.name}\`, not a field`,
    {
      notes: [note(`${cls.name} is defined here`, cls.span)],
    },
  );
}

function setsOwnFinal(at: At, owner: ClassSymbol): boolean {
  const { symbol } = at.spec;
  if (symbol.name !== "__init__" || symbol.owner === null) return false;
  for (let one: ClassSymbol | null = symbol.owner; one !== null; one = one.base)
    if (one === owner) return true;
  return false;
}

// ---------------------------------------------------------------- calls

export function callMethod(at: At): Annotation {
  const receiver = annotationOf(at.spec, at.op.args[0]!);
  const name = at.op.aux.name!;
  const args = argumentsOf(at.op);
  switch (receiver.kind) {
    case "instance":
      return callOnInstance(at, receiver, name);
    case "constant":
      return callOnConstant(at, receiver, name);
    case "weak":
      // `w.get()`: the object, or None once it is gone.
      return name === "get" && args.values.length === 0
        ? intrinsic(at, "weak_get", optional(at.ctx.read(receiver.item)))
        : noAttribute(at, receiver, name);
    case "optional":
    case "none":
      return maybeNone(at, receiver, `its method \`${name}\` cannot be called`);
    default: {
      const method = primitiveMethod(at.ctx, receiver, name);
      return method === null
        ? noAttribute(at, receiver, name)
        : callFunction(at, method, at.op.args[0]!, args);
    }
  }
}

function callOnInstance(at: At, receiver: AnnotationOf<"instance">, name: string): Annotation {
  const args = argumentsOf(at.op);
  const named = specs.findMethod(findClass(receiver.cls).symbol, name);
  if (named?.hints.has("property") === true) return propertyCalled(at, named);
  const method = named === null ? null : methodFor(at, named, args.keywords);
  if (method !== null) return callInstanceMethod(at, receiver.cls, method, at.op.args[0]!, args);
  const found = types.findField(at.ctx, receiver.cls, name);
  if (found === null) return noAttribute(at, receiver, name);
  const callee = at.ctx.read(found.cell);
  if (callee.kind === "function")
    return callFunctionValue(at, callee.fn, at.op.args[0]!, args, found);
  if (callee.kind === "never" || callee.kind === "poison") return callee;
  return at.ctx.error(
    "E0406",
    at.op.span,
    `field \`${name}\` holds ${show(callee)}, which cannot be called`,
    { notes: [note("declared here", found.field.span)] },
  );
}

/** `xs.sort(key=f)` and `xs.sort(reverse=True)` are methods of their own: a call says which it needs. */
function methodFor(at: At, method: FunctionSymbol, keywords: readonly string[]): FunctionSymbol {
  if (method.name !== "sort" || keywords.length === 0) return method;
  const list = libraryClass(at.ctx, "list");
  if (method.owner !== list) return method;
  return list.methods.get(keywords.includes("key") ? "sort_by_key" : "sort_in_order") ?? method;
}

function propertyCalled(at: At, method: FunctionSymbol): Annotation {
  return at.ctx.error(
    "E0516",
    at.op.span,
    `\`${method.name}\` is a property: it is read without parentheses`,
    {
      notes: [note("declared here", method.span)],
      help: "to call what it gives, read it into a local first",
    },
  );
}

function callOnConstant(at: At, receiver: AnnotationOf<"constant">, name: string): Annotation {
  const args = argumentsOf(at.op);
  const value = receiver.value;
  switch (value.kind) {
    case "class": {
      const method = specs.findMethod(value.symbol, name);
      return method === null
        ? noAttribute(at, receiver, name)
        : callFunction(at, method, null, args);
    }
    case "enum": {
      const method = value.symbol.methods.get(name);
      return method === undefined
        ? noMember(at, value.symbol.name, name, [...value.symbol.methods.keys()])
        : callFunction(at, method, null, args);
    }
    case "module": {
      const symbol = value.symbol.scope.get(name);
      if (symbol?.kind === "function") return callFunction(at, symbol, null, args);
      if (symbol?.kind === "class") return construct(at, types.freshClass(at.ctx, symbol), args);
      return noMember(at, value.symbol.name, name, [...value.symbol.scope.keys()]);
    }
    case "builtin":
      return callConstant(
        at,
        { kind: "builtin", symbol: { kind: "builtin", name: `${value.symbol.name}.${name}` } },
        args,
      );
    default:
      return noAttribute(at, receiver, name);
  }
}

export { constantOf };
