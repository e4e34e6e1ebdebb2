/**
 * Static constants: what the analysis must know as a value before anything has run.
 *
 * Literals, functions, classes, enums and their members, tuples of these, arithmetic on integers,
 * and module-level names and class attributes that are bound to one of them, once. Integers wrap to
 * 64 bits as at run time; a constant that would raise is none.
 */
import type { BinaryOperator, Expression } from "../syntax/ast.ts";
import { isBuiltinType, memberOf, UNRESOLVED } from "./builtins.ts";
import { ancestors, findMethod, resolveName, typeOfExpression, type Scope } from "./resolve.ts";
import type { ClassSymbol, EnumSymbol, GlobalSymbol, StaticValue, Symbol } from "./symbols.ts";

export const NONE_VALUE: StaticValue = { kind: "none" };
export const TRUE_VALUE: StaticValue = { kind: "bool", value: true };
export const FALSE_VALUE: StaticValue = { kind: "bool", value: false };
export const ERROR_VALUE: StaticValue = { kind: "error" };

/** A name that means something else than in the module: a const parameter, a local (null). */
export type Locals = (name: string) => StaticValue | null | undefined;

/** The value of an expression at a place if it is a static constant, else null. */
export function staticValue(e: Expression, scope: Scope, locals?: Locals): StaticValue | null {
  switch (e.kind) {
    case "int":
      // As written: a literal above the range of `int` is a `uint`.
      return { kind: "int", value: e.value };
    case "float":
      return { kind: "float", value: e.value };
    case "str":
      return { kind: "str", value: e.value };
    case "bool":
      return e.value ? TRUE_VALUE : FALSE_VALUE;
    case "none":
      return NONE_VALUE;
    case "name": {
      const local = locals?.(e.text);
      if (local !== undefined) return local;
      const symbol = resolveName(scope, e.text);
      return symbol === null ? null : staticValueOfSymbol(symbol, e);
    }
    case "attribute":
      return staticAttribute(e, scope, locals);
    case "tuple": {
      const items: StaticValue[] = [];
      for (const item of e.items) {
        const value = staticValue(item, scope, locals);
        if (value === null) return null;
        items.push(value);
      }
      return { kind: "tuple", items };
    }
    case "unary": {
      const operand = staticValue(e.operand, scope, locals);
      return operand === null ? null : staticUnary(e.op, operand);
    }
    case "binary": {
      const left = staticValue(e.left, scope, locals);
      const right = left === null ? null : staticValue(e.right, scope, locals);
      if (left?.kind === "int" && right?.kind === "int") {
        return staticArithmetic(e.op, left.value, right.value);
      }
      if (e.op === "+" && left?.kind === "str" && right?.kind === "str") {
        return { kind: "str", value: left.value + right.value };
      }
      return null;
    }
    case "index": {
      const object = staticValue(e.object, scope, locals);
      if (object?.kind === "class" || isTypeConstant(object)) return typeConstant(e);
      return null;
    }
    case "type":
      return { kind: "type", type: e.type };
    default:
      return null;
  }
}

function isTypeConstant(value: StaticValue | null): boolean {
  return value?.kind === "type" || (value?.kind === "builtin" && isBuiltinType(value.symbol));
}

function typeConstant(e: Expression): StaticValue | null {
  const type = typeOfExpression(e);
  return type === null ? null : { kind: "type", type };
}

/** What a symbol is as a value; null for names that hold values computed at build time. */
export function staticValueOfSymbol(symbol: Symbol, e: Expression): StaticValue | null {
  switch (symbol.kind) {
    case "function":
    case "class":
    case "enum":
    case "module":
      return constantOf(symbol);
    case "builtin":
      return symbol.name === UNRESOLVED ? ERROR_VALUE : constantOf(symbol);
    case "global":
      return globalValue(symbol);
    case "alias":
      return { kind: "type", type: symbol.type };
    case "type-param":
      return typeConstant(e);
  }
}

const symbolConstants = new WeakMap<Symbol, StaticValue>();

function constantOf(
  symbol: Extract<Symbol, { kind: "function" | "class" | "enum" | "module" | "builtin" }>,
): StaticValue {
  let value = symbolConstants.get(symbol);
  if (value === undefined) {
    value = { kind: symbol.kind, symbol } as StaticValue;
    symbolConstants.set(symbol, value);
  }
  return value;
}

const pending = new WeakSet<object>();
const notStatic = new WeakSet<object>();

/** The name may be bound to something else than it was. */
export function forgetValue(symbol: GlobalSymbol): void {
  notStatic.delete(symbol);
}

/** A module-level name bound once, at the top level, to a static constant. */
function globalValue(symbol: GlobalSymbol): StaticValue | null {
  if (symbol.staticValue !== null || symbol.value === null || notStatic.has(symbol)) {
    return symbol.staticValue;
  }
  // `a = b; b = a`: whoever comes back here is no constant.
  if (pending.has(symbol)) return null;
  pending.add(symbol);
  symbol.staticValue = staticValue(symbol.value, symbol.module);
  pending.delete(symbol);
  if (symbol.staticValue === null) notStatic.add(symbol);
  return symbol.staticValue;
}

function staticAttribute(
  e: Extract<Expression, { kind: "attribute" }>,
  scope: Scope,
  locals?: Locals,
): StaticValue | null {
  const object = staticValue(e.object, scope, locals);
  switch (object?.kind) {
    case "module": {
      const member = memberOf(object.symbol, e.name.text);
      return member === undefined ? null : staticValueOfSymbol(member, e);
    }
    case "enum":
      return memberValue(object.symbol, e.name.text);
    case "class":
      return classMember(object.symbol, e.name.text);
    case "member": {
      const member = object.enum.members[object.index]!;
      if (e.name.text === "value") return { kind: "int", value: member.value };
      return e.name.text === "name" ? { kind: "str", value: member.name } : null;
    }
    default:
      return null;
  }
}

export function memberValue(symbol: EnumSymbol, name: string): StaticValue | null {
  const index = symbol.members.findIndex((member) => member.name === name);
  return index < 0 ? null : { kind: "member", enum: symbol, index };
}

/** `Cls.name`: a method as a function, or a class attribute's value. */
export function classMember(cls: ClassSymbol, name: string): StaticValue | null {
  const method = findMethod(cls, name);
  return method === null ? classAttribute(cls, name) : constantOf(method);
}

/** The value of a class attribute as `cls` sees it; null if there is none, or it is not static. */
export function classAttribute(cls: ClassSymbol, name: string): StaticValue | null {
  for (const one of ancestors(cls)) {
    const attribute = one.attributes.get(name);
    if (attribute === undefined) continue;
    if (pending.has(attribute)) return null;
    pending.add(attribute);
    // A class body sees its own attributes bound before, as in Python.
    const own = (text: string) =>
      text !== name && one.attributes.has(text) ? classAttribute(one, text) : undefined;
    const value = staticValue(attribute.value, one, own);
    pending.delete(attribute);
    return value;
  }
  return null;
}

function staticUnary(op: "-" | "+" | "~" | "not", operand: StaticValue): StaticValue | null {
  if (op === "not") return operand.kind === "bool" ? boolValue(!operand.value) : null;
  if (operand.kind === "float" && op !== "~") {
    return { kind: "float", value: op === "-" ? -operand.value : operand.value };
  }
  if (operand.kind !== "int") return null;
  const value = op === "-" ? -operand.value : op === "~" ? ~operand.value : operand.value;
  return intValue(value);
}

function staticArithmetic(op: BinaryOperator, a: bigint, b: bigint): StaticValue | null {
  const exact = exactArithmetic(op, a, b);
  if (exact === null) return null;
  const unsigned = a > MAX_INT || b > MAX_INT;
  return { kind: "int", value: unsigned ? BigInt.asUintN(64, exact) : BigInt.asIntN(64, exact) };
}

const MAX_INT = 2n ** 63n - 1n;

/** Before it is cut to a word; null where it has no result, or none that is an integer. */
export function exactArithmetic(op: BinaryOperator, a: bigint, b: bigint): bigint | null {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "//":
      return b === 0n ? null : (a - floorMod(a, b)) / b;
    case "%":
      return b === 0n ? null : floorMod(a, b);
    case "<<":
      return b < 0n || b > 63n ? null : a << b;
    case ">>":
      return b < 0n || b > 63n ? null : a >> b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "**":
      return b < 0n || b > 63n ? null : a ** b;
    case "/":
      return null;
  }
}

function floorMod(a: bigint, b: bigint): bigint {
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

export function intValue(value: bigint): StaticValue {
  return { kind: "int", value: BigInt.asIntN(64, value) };
}

export function boolValue(value: boolean): StaticValue {
  return value ? TRUE_VALUE : FALSE_VALUE;
}

/** The same constant: what a switch's cases must not be. */
export function sameStatic(a: StaticValue, b: StaticValue): boolean {
  if (a.kind === "tuple" || b.kind === "tuple") {
    return (
      a.kind === "tuple" &&
      b.kind === "tuple" &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => sameStatic(item, b.items[i]!))
    );
  }
  if (a.kind === "member" || b.kind === "member") {
    return a.kind === "member" && b.kind === "member" && a.enum === b.enum && a.index === b.index;
  }
  if (a.kind !== b.kind) return false;
  if ("value" in a && "value" in b) return Object.is(a.value, b.value);
  if ("symbol" in a && "symbol" in b) return a.symbol === b.symbol;
  return a.kind === "none" || a === b;
}
