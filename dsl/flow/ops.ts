/**
 * The operations of high-level flow graphs: what Wright source says, before types are known.
 * The annotator has one transfer function per row (`dsl/annotate/transfer.ts`), paired with this
 * table by the type checker.
 */
import type { BinaryOperator } from "../syntax/ast.ts";
import type { Graph, Block, Op, Link, Value, Variable, Constant, Exit } from "./graph.ts";
import type { StaticValue } from "../bind/symbols.ts";
import type { Span } from "../syntax/source.ts";

export interface HighOpRow {
  /** Number of arguments, or -1 for any number. */
  readonly arity: number;
  readonly doc: string;
  /** Never leaves by an exception, whatever the types: inside `try` it does not end its block. */
  readonly silent?: true;
}

export const HIGH_OPS = {
  // Arithmetic: aux.checked is set inside checked(…). In-place forms may mutate their left side.
  add: { arity: 2, doc: "a + b" },
  sub: { arity: 2, doc: "a - b" },
  mul: { arity: 2, doc: "a * b" },
  truediv: { arity: 2, doc: "a / b" },
  floordiv: { arity: 2, doc: "a // b" },
  mod: { arity: 2, doc: "a % b" },
  pow: { arity: 2, doc: "a ** b" },
  lshift: { arity: 2, doc: "a << b" },
  rshift: { arity: 2, doc: "a >> b" },
  bitand: { arity: 2, doc: "a & b" },
  bitor: { arity: 2, doc: "a | b" },
  bitxor: { arity: 2, doc: "a ^ b" },
  inplace_add: { arity: 2, doc: "a += b; extends a list in place" },
  neg: { arity: 1, doc: "-a" },
  pos: { arity: 1, doc: "+a", silent: true },
  invert: { arity: 1, doc: "~a" },
  // Comparison and truth. All give bool.
  eq: { arity: 2, doc: "a == b" },
  ne: { arity: 2, doc: "a != b" },
  lt: { arity: 2, doc: "a < b" },
  le: { arity: 2, doc: "a <= b" },
  gt: { arity: 2, doc: "a > b" },
  ge: { arity: 2, doc: "a >= b" },
  is: { arity: 2, doc: "a is b; `is not` is followed by `not`", silent: true },
  contains: {
    arity: 2,
    doc: "item in container: args are (container, item); `not in` is followed by `not`",
  },
  truth: { arity: 1, doc: "the truth of a value, as `if` and `and` see it" },
  not: { arity: 1, doc: "not a, of a bool", silent: true },
  isinstance: { arity: 2, doc: "isinstance(value, class or tuple of classes)", silent: true },
  // Attributes, items, slices.
  // Silent but for a read of a field that has no value yet, and for properties.
  getattr: { arity: 1, doc: "a.name (aux.name)" },
  setattr: { arity: 2, doc: "a.name = value", silent: true },
  init_items: {
    arity: -1,
    doc: "fills the inline array a.name (aux.name) of a fresh object with the second argument, if there is one",
    silent: true,
  },
  getitem: { arity: 2, doc: "a[i]" },
  setitem: { arity: 3, doc: "a[i] = value" },
  delitem: { arity: 2, doc: "del a[i]" },
  getslice: { arity: 3, doc: "a[start:stop]; a missing bound is the constant None" },
  getslice_step: { arity: 4, doc: "a[start:stop:step]; a missing bound is the constant None" },
  setslice: { arity: 4, doc: "a[start:stop] = value" },
  delslice: { arity: 3, doc: "del a[start:stop]" },
  len: { arity: 1, doc: "len(a)" },
  // Calls. args[0] is the callee or receiver; aux.keywords names trailing arguments.
  call: {
    arity: -1,
    doc: "f(args…); aux.keywords name the last arguments; aux.star marks a trailing *tuple",
  },
  call_method: { arity: -1, doc: "receiver.name(args…), fused so that no bound method is made" },
  // Building.
  new_list: { arity: -1, doc: "[a, b, …]" },
  new_set: { arity: -1, doc: "{a, b, …}" },
  new_dict: { arity: -1, doc: "{k: v, …}; args alternate keys and values" },
  new_tuple: { arity: -1, doc: "(a, b, …)" },
  make_closure: { arity: -1, doc: "a nested function or lambda (aux.fn) with its captured values" },
  // Iteration: `for x in xs` is iter, then a loop on iter_has_next and iter_next.
  iter: { arity: 1, doc: "an iterator over a" },
  reversed: { arity: 1, doc: "an iterator over a from its end" },
  iter_has_next: { arity: 1, doc: "whether the iterator has another item" },
  iter_next: { arity: 1, doc: "the iterator's next item" },
  unpack: {
    arity: 1,
    doc: "checks that a has aux.count items; items are read by getitem with constants",
  },
  // Text.
  to_str: {
    arity: 1,
    doc: "text of a value in an f-string, str(…) or print; aux.conversion, aux.format",
  },
  concat: { arity: -1, doc: "the concatenation of strings" },
  // Names and contracts.
  get_global: { arity: 0, doc: "the value of a module-level name (aux.global)", silent: true },
  set_global: { arity: 1, doc: "binds a module-level name, in a module body", silent: true },
  declare: {
    arity: 1,
    doc: "the value under a declared type (aux.type): a contract checked here",
    silent: true,
  },
  same: { arity: 1, doc: "the value itself: `x = y`; keeps the name and the place", silent: true },
  // Exceptions.
  raise_here: {
    arity: 1,
    doc: "the exception is raised here, and handled in this function: its traceback says so",
    silent: true,
  },
  match_exception: {
    arity: 2,
    doc: "whether the exception (arg 0) is of the class or classes (arg 1); narrows",
    silent: true,
  },
} as const satisfies Record<string, HighOpRow>;

export type HighOpName = keyof typeof HIGH_OPS;

/** Which attributes an op uses is said in its row's doc; absent ones are undefined. */
export interface HighAux {
  readonly name?: string;
  /** The span of the attribute's name, for messages and for the editor. */
  readonly nameSpan?: Span;
  readonly checked?: boolean;
  /** Of a driver's hint: which keywords are its greens. */
  readonly greens?: readonly string[];
  /** The step of a counting loop: stays between the loop's bounds, so it does not wrap. */
  readonly counter?: true;
  readonly keywords?: readonly string[];
  readonly star?: boolean;
  readonly count?: number;
  readonly conversion?: "r" | "s" | null;
  readonly format?: string | null;
  readonly global?: import("../bind/symbols.ts").GlobalSymbol;
  readonly fn?: import("../bind/symbols.ts").FunctionSymbol;
  readonly type?: import("../syntax/ast.ts").TypeExpr;
  /** One span per argument, where messages about it point. */
  readonly argSpans?: readonly (Span | null)[];
}

export interface High {
  readonly type: null;
  readonly constant: StaticValue;
  readonly aux: HighAux;
}

export type HighGraph = Graph<High>;
export type HighBlock = Block<High>;
export type HighOp = Op<High> & { readonly name: HighOpName };
export type HighLink = Link<High>;
export type HighValue = Value<High>;
export type HighVariable = Variable<High>;
export type HighConstant = Constant<High>;
export type HighExit = Exit<High>;

export const OPERATOR_OPS = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "truediv",
  "//": "floordiv",
  "%": "mod",
  "**": "pow",
  "<<": "lshift",
  ">>": "rshift",
  "&": "bitand",
  "|": "bitor",
  "^": "bitxor",
} as const satisfies Record<BinaryOperator, HighOpName>;
