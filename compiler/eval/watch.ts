/**
 * Expressions over the locals of a stopped function and the names of its module: for watches, hovers and
 * conditions of breakpoints.
 *
 * They are parsed as Wright and worked out here, on the values that there are: names, literals, fields,
 * items, `len`, arithmetic, comparisons, `and`, `or`, `not`, conditional expressions. Other calls are
 * refused: they could change what is looked at, and their functions need not exist in the program.
 */
import type { Annotation } from "../../dsl/annotate/lattice.ts";
import { BOOL, CHAR, FLOAT, INT, NONE, STR } from "../../dsl/annotate/lattice.ts";
import { exactArithmetic } from "../../dsl/bind/constants.ts";
import { parseModule } from "../../dsl/grammar/parser.ts";
import type { BinaryOperator, CompareOperator, Expression } from "../../dsl/syntax/ast.ts";
import { sourceFile } from "../../dsl/syntax/source.ts";
import * as words from "../ops/words.ts";
import { HeapArray, sameReference, textOf, type HeapObject, type MachineValue } from "./heap.ts";
import type { Inspector, Known } from "./inspect.ts";

/** What is wrong with an expression, as a sentence for its author. */
export class WatchError extends Error {}

export interface Scope {
  readonly inspector: Inspector;
  /** What a local, or else a module-level name, holds; null: there is none. */
  named(name: string): Known | null;
  string(text: string): HeapArray;
}

export function parseWatch(text: string): Expression {
  const { module, diagnostics } = parseModule(sourceFile("<expression>", `${text.trim()}\n`));
  const [first] = diagnostics;
  if (first !== undefined) throw new WatchError(first.message);
  const statements = module.chunks.flatMap((chunk) => chunk.body);
  const [statement] = statements;
  if (statements.length !== 1 || statement?.kind !== "expr")
    throw new WatchError("an expression is expected");
  return statement.value;
}

export function evaluateWatch(expression: Expression, scope: Scope): Known {
  return new Watch(scope).value(expression);
}

/** Whether a condition holds: anything but False, None, zero and what is empty. */
export function isTrue(known: Known, { inspector }: Scope): boolean {
  const { value } = inspector.unwrapped(known);
  if (value instanceof HeapArray && value.type.name === "str") return value.items.length > 0;
  const count = inspector.count(known);
  if (count !== null) return count > 0;
  return value !== false && value !== null && value !== undefined && value !== 0;
}

class Watch {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  value(expression: Expression): Known {
    return this.#scope.inspector.unwrapped(this.#value(expression));
  }

  #value(expression: Expression): Known {
    switch (expression.kind) {
      case "name": {
        const found = this.#scope.named(expression.text);
        if (found === null) throw new WatchError(`\`${expression.text}\` holds nothing here`);
        return found;
      }
      case "int":
        return { value: words.wrap(expression.value), type: INT };
      case "float":
        return { value: expression.value, type: FLOAT };
      case "bool":
        return bool(expression.value);
      case "none":
        return { value: null, type: NONE };
      case "str":
        return { value: this.#scope.string(bytesText(expression.value)), type: STR };
      case "attribute":
        return this.#field(this.value(expression.object), expression.name.text);
      case "index":
        return this.#item(this.value(expression.object), this.value(expression.index));
      case "call":
        return this.#length(expression);
      case "unary":
        return this.#unary(expression.op, this.value(expression.operand));
      case "binary":
        return this.#binary(
          expression.op,
          this.value(expression.left),
          this.value(expression.right),
        );
      case "logical": {
        const left = this.value(expression.left);
        const decides = isTrue(left, this.#scope) === (expression.op === "or");
        return decides ? left : this.value(expression.right);
      }
      case "compare":
        return bool(this.#compare(expression));
      case "conditional":
        return isTrue(this.value(expression.test), this.#scope)
          ? this.value(expression.then)
          : this.value(expression.orElse);
      default:
        throw new WatchError("this cannot be worked out while the program is stopped");
    }
  }

  #field(object: Known, name: string): Known {
    const found = this.#scope.inspector.field(object, name);
    if (found !== null) return found;
    if (object.type.kind === "none") throw new WatchError(`None has no field \`${name}\``);
    throw new WatchError(`${this.#scope.inspector.describe(object)} has no field \`${name}\``);
  }

  #item(object: Known, index: Known): Known {
    const { inspector } = this.#scope;
    const { value } = object;
    if (value instanceof HeapArray && value.type.name === "str") {
      const text = value.items as Uint8Array;
      return { value: text[position(index, text.length)]!, type: CHAR };
    }
    const cls = inspector.classOf(value);
    if (cls?.isLibrary === true && inspector.field(object, "entry_values") !== null) {
      const wanted = inspector.describe(index);
      const found = inspector.children(object).find((one) => one.name === wanted);
      if (found === undefined) throw new WatchError(`there is no key ${wanted}`);
      return found;
    }
    const count = inspector.count(object);
    if (count === null) throw new WatchError(`${inspector.describe(object)} has no items`);
    return inspector.children(object, position(index, count), 1)[0]!;
  }

  #length(call: Extract<Expression, { kind: "call" }>): Known {
    const isLength =
      call.callee.kind === "name" && call.callee.text === "len" && call.args.length === 1;
    if (!isLength) throw new WatchError("only `len` can be called while the program is stopped");
    const object = this.value(call.args[0]!.value);
    if (object.value instanceof HeapArray && object.value.type.name === "str")
      return { value: object.value.items.length, type: INT };
    const count = this.#scope.inspector.count(object);
    if (count === null) throw new WatchError("this has no length");
    return { value: count, type: INT };
  }

  #unary(op: "-" | "+" | "~" | "not", operand: Known): Known {
    if (op === "not") return bool(!isTrue(operand, this.#scope));
    if (operand.type.kind === "float")
      return { value: op === "-" ? -(operand.value as number) : operand.value, type: FLOAT };
    const number = integer(operand);
    const result = op === "-" ? -number : op === "~" ? ~number : number;
    return { value: words.wrap(result), type: INT };
  }

  #binary(op: BinaryOperator, left: Known, right: Known): Known {
    const [a, b] = [textValue(left), textValue(right)];
    if (op === "+" && a !== null && b !== null)
      return { value: this.#scope.string(a + b), type: STR };
    if (op === "/" || left.type.kind === "float" || right.type.kind === "float")
      return { value: floating(op, number(left), number(right)), type: FLOAT };
    return { value: words.wrap(integral(op, integer(left), integer(right))), type: INT };
  }

  /** `a < b <= c`. */
  #compare({ first, rest }: Extract<Expression, { kind: "compare" }>): boolean {
    let left = this.value(first);
    for (const { op, operand } of rest) {
      const right = this.value(operand);
      if (!this.#holds(op, left, right)) return false;
      left = right;
    }
    return true;
  }

  #holds(op: CompareOperator, left: Known, right: Known): boolean {
    switch (op) {
      case "==":
        return this.#equal(left, right);
      case "!=":
        return !this.#equal(left, right);
      case "is":
        return same(left, right);
      case "is not":
        return !same(left, right);
      case "in":
        return this.#contains(right, left);
      case "not in":
        return !this.#contains(right, left);
      default: {
        const [a, b] = [ordered(left), ordered(right)];
        if (typeof a !== typeof b) throw new WatchError("these cannot be compared");
        if (op === "<") return a < b;
        if (op === "<=") return a <= b;
        return op === ">" ? a > b : a >= b;
      }
    }
  }

  /** Objects are equal when they are the same: their own `__eq__` is not called. */
  #equal(left: Known, right: Known): boolean {
    const [a, b] = [textValue(left), textValue(right)];
    if (a !== null && b !== null) return a === b;
    const isPlain = (value: MachineValue) => typeof value !== "object" || value === null;
    if (isPlain(left.value) && isPlain(right.value)) return sameNumber(left.value, right.value);
    return same(left, right);
  }

  #contains(container: Known, item: Known): boolean {
    const { inspector } = this.#scope;
    const [text, part] = [textValue(container), textValue(item)];
    if (text !== null && part !== null) return text.includes(part);
    if (inspector.count(container) === null) throw new WatchError("this has no items");
    if (inspector.field(container, "entry_values") !== null) {
      const wanted = inspector.describe(item);
      const isMap =
        container.type.kind === "instance" &&
        inspector.children(container).some((one) => one.name === wanted);
      if (isMap) return true;
    }
    return inspector.children(container).some((one) => this.#equal(inspector.unwrapped(one), item));
  }
}

// ---------------------------------------------------------------- values

function bool(value: boolean): Known {
  return { value, type: BOOL };
}

/** The value's code units are the bytes of the text. */
function bytesText(value: string): string {
  return new TextDecoder().decode(Uint8Array.from(value, (one) => one.charCodeAt(0)));
}

/** The text of a string, or of a character: those are compared with each other. */
function textValue({ value, type }: Known): string | null {
  if (value instanceof HeapArray && value.type.name === "str") return textOf(value);
  return type.kind === "char" ? String.fromCharCode(Number(value)) : null;
}

function integer({ value, type }: Known): bigint {
  const isInt = (kind: Annotation["kind"]) => kind === "int" || kind === "char" || kind === "enum";
  if (!isInt(type.kind)) throw new WatchError("a number is expected");
  return BigInt(value as number);
}

function number(known: Known): number {
  return known.type.kind === "float" ? (known.value as number) : Number(integer(known));
}

function ordered(known: Known): bigint | number | string {
  return textValue(known) ?? (known.type.kind === "float" ? number(known) : Number(integer(known)));
}

function position(index: Known, length: number): number {
  const at = Number(integer(index));
  const found = at < 0 ? at + length : at;
  if (found < 0 || found >= length) throw new WatchError(`index ${at} of ${length} items`);
  return found;
}

function same(left: Known, right: Known): boolean {
  const isObject = (value: MachineValue) => typeof value === "object" || value === undefined;
  if (!isObject(left.value) || !isObject(right.value)) return sameNumber(left.value, right.value);
  const reference = ({ value }: Known) => (value ?? null) as HeapObject | null;
  return sameReference(reference(left), reference(right));
}

/** A number that is too large for one is a bigint. */
function sameNumber(a: MachineValue, b: MachineValue): boolean {
  return a === b || (a ?? null) === (b ?? null);
}

function floating(op: string, a: number, b: number): number {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      if (b === 0) throw new WatchError("division by zero");
      return a / b;
    default:
      throw new WatchError(`\`${op}\` of floats cannot be worked out here`);
  }
}

/** As the language's constants; a shift by more than a word counts modulo 64. */
function integral(op: BinaryOperator, a: bigint, b: bigint): bigint {
  if (b === 0n && (op === "//" || op === "%")) throw new WatchError("division by zero");
  const count = op === "<<" || op === ">>" ? BigInt.asUintN(6, b) : b;
  const exact = op === "**" ? null : exactArithmetic(op, a, count);
  if (exact === null) throw new WatchError(`\`${op}\` cannot be worked out here`);
  return exact;
}
