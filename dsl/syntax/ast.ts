/**
 * The abstract syntax of Wright: immutable values, one discriminated union per syntactic category.
 *
 * Nodes hold no semantics. Names are bound in `dsl/bind`, types are found in `dsl/annotate`; both
 * key their tables by node identity. A parse never fails: where the text made no sense there is an
 * `error` expression or statement, and the diagnostics say why.
 */
import type { Chunk, Span } from "./source.ts";

export interface Name {
  readonly text: string;
  readonly span: Span;
}

/** One parsed top-level chunk of a module. */
export interface ChunkTree {
  readonly chunk: Chunk;
  readonly body: readonly Statement[];
}

export interface Module {
  readonly path: string;
  readonly chunks: readonly ChunkTree[];
  /** The first line of the module is `raw module`: `ptr`, `struct` and `extern def` are allowed. */
  readonly raw: boolean;
  /** The docstring, when the first statement is a string. */
  readonly doc: string | null;
}

// ---------------------------------------------------------------- statements

export type Statement =
  | ExpressionStatement
  | Assign
  | AugAssign
  | AnnAssign
  | Return
  | Raise
  | If
  | While
  | For
  | Try
  | With
  | Assert
  | Delete
  | Match
  | Simple
  | FunctionDef
  | ClassDef
  | EnumDef
  | TypeAlias
  | Import
  | FromImport
  | ErrorStatement;

interface Node {
  readonly span: Span;
}

export interface ExpressionStatement extends Node {
  readonly kind: "expr";
  readonly value: Expression;
}
/** `a = b = value`; each target may be a name, attribute, index, slice or (nested) tuple. */
export interface Assign extends Node {
  readonly kind: "assign";
  readonly targets: readonly Expression[];
  readonly value: Expression;
}
export interface AugAssign extends Node {
  readonly kind: "aug-assign";
  readonly target: Expression;
  readonly op: BinaryOperator;
  readonly value: Expression;
}
/** `target: type = value`; in a class body without a value it declares a field. */
export interface AnnAssign extends Node {
  readonly kind: "ann-assign";
  readonly target: Expression;
  readonly type: TypeExpr;
  readonly value: Expression | null;
}
export interface Return extends Node {
  readonly kind: "return";
  readonly value: Expression | null;
}
export interface Raise extends Node {
  readonly kind: "raise";
  /** `null`: raise again what is being handled. */
  readonly value: Expression | null;
}
/** `elif` is an `if` alone in `orElse`. */
export interface If extends Node {
  readonly kind: "if";
  readonly test: Expression;
  readonly body: readonly Statement[];
  readonly orElse: readonly Statement[];
}
export interface While extends Node {
  readonly kind: "while";
  readonly test: Expression;
  readonly body: readonly Statement[];
  readonly orElse: readonly Statement[];
}
export interface For extends Node {
  readonly kind: "for";
  readonly unroll: boolean;
  readonly target: Expression;
  readonly iterable: Expression;
  readonly body: readonly Statement[];
  readonly orElse: readonly Statement[];
}
export interface Try extends Node {
  readonly kind: "try";
  readonly body: readonly Statement[];
  readonly handlers: readonly ExceptHandler[];
  readonly orElse: readonly Statement[];
  readonly finallyBody: readonly Statement[];
}
export interface ExceptHandler extends Node {
  /** Class names; empty for a bare `except:`. */
  readonly types: readonly Expression[];
  readonly name: Name | null;
  readonly body: readonly Statement[];
}
export interface With extends Node {
  readonly kind: "with";
  readonly items: readonly { readonly context: Expression; readonly target: Expression | null }[];
  readonly body: readonly Statement[];
}
export interface Assert extends Node {
  readonly kind: "assert";
  readonly test: Expression;
  readonly message: Expression | null;
}
export interface Delete extends Node {
  readonly kind: "delete";
  readonly targets: readonly Expression[];
}
export interface Match extends Node {
  readonly kind: "match";
  readonly subject: Expression;
  readonly cases: readonly MatchCase[];
}
export interface MatchCase extends Node {
  readonly pattern: Pattern;
  readonly guard: Expression | null;
  readonly body: readonly Statement[];
}
/** `abstract` is the whole body of a method that every concrete subclass must define; `...` is `pass`. */
export interface Simple extends Node {
  readonly kind: "pass" | "break" | "continue" | "abstract";
}
export interface ErrorStatement extends Node {
  readonly kind: "error-statement";
}
export interface TypeAlias extends Node {
  readonly kind: "type-alias";
  readonly name: Name;
  readonly type: TypeExpr;
}
/** `import a.b as c` */
export interface Import extends Node {
  readonly kind: "import";
  readonly module: readonly Name[];
  readonly alias: Name | null;
}
/** `from ..a.b import x as y, z`; `level` counts leading dots; `names` is null for `import *`. */
export interface FromImport extends Node {
  readonly kind: "from-import";
  readonly level: number;
  readonly module: readonly Name[];
  readonly names: readonly { readonly name: Name; readonly alias: Name | null }[] | null;
}

// ---------------------------------------------------------------- definitions

export interface Decorator extends Node {
  /** Dotted name: `immediate`, `inside_if`. */
  readonly name: string;
  /** `null` when written without parentheses. */
  readonly args: readonly Argument[] | null;
}

export interface TypeParam {
  readonly name: Name;
  /** `class Stack[T: Bound]` */
  readonly bound: TypeExpr | null;
}

export interface Parameter extends Node {
  readonly name: Name;
  readonly type: TypeExpr | null;
  readonly defaultValue: Expression | null;
  /** `const n`: specialised per build-time value. */
  readonly isConst: boolean;
  /** `*args`: a build-time tuple. */
  readonly star: boolean;
  /** After a bare `*`: must be passed by keyword. */
  readonly keywordOnly: boolean;
}

export interface FunctionDef extends Node {
  readonly kind: "def";
  readonly name: Name;
  readonly typeParams: readonly TypeParam[];
  readonly params: readonly Parameter[];
  readonly returns: TypeExpr | null;
  readonly body: readonly Statement[];
  readonly decorators: readonly Decorator[];
  readonly doc: string | null;
  /** `extern def`: declared here, provided by the platform; the body is empty. */
  readonly isExtern: boolean;
  /** The body contains a `yield` of its own. */
  readonly isGenerator: boolean;
  /** `def name(…) -> T:` without the body: what messages about the function point at. */
  readonly headSpan: Span;
}

export interface ClassDef extends Node {
  readonly kind: "class";
  /** `class`, `mixin` (methods are copied into what names it as a base) or raw-level `struct`. */
  readonly flavour: "class" | "mixin" | "struct";
  readonly name: Name;
  readonly typeParams: readonly TypeParam[];
  readonly bases: readonly TypeExpr[];
  /** Fields (`ann-assign`), class attributes (`assign`), methods (`def`), docstring, `pass`. */
  readonly body: readonly Statement[];
  readonly decorators: readonly Decorator[];
  readonly doc: string | null;
  readonly headSpan: Span;
}

export interface EnumDef extends Node {
  readonly kind: "enum";
  readonly name: Name;
  readonly members: readonly { readonly name: Name; readonly value: Expression | null }[];
  readonly methods: readonly FunctionDef[];
  readonly decorators: readonly Decorator[];
  readonly doc: string | null;
}

// ---------------------------------------------------------------- types

export type TypeExpr =
  /** `int`, `W_Root`, `objects.W_Root`, `list[T]`, `tuple[A, B]`, `ptr[T]`; `None` is a named type too. */
  | {
      readonly kind: "named";
      readonly span: Span;
      readonly name: Name;
      readonly path: readonly Name[];
      readonly args: readonly TypeExpr[];
    }
  | { readonly kind: "union"; readonly span: Span; readonly items: readonly TypeExpr[] }
  | {
      readonly kind: "fn";
      readonly span: Span;
      readonly params: readonly TypeExpr[];
      readonly result: TypeExpr;
    }
  /** `final T`, `stable T`, `cache T`, `virtualizable T`, `inline array[T]`: only legal on a field. */
  | {
      readonly kind: "qualified";
      readonly span: Span;
      readonly qualifier: FieldQualifier;
      readonly type: TypeExpr | null;
    }
  | { readonly kind: "error-type"; readonly span: Span };

export type FieldQualifier = "final" | "stable" | "cache" | "virtualizable" | "inline";

// ---------------------------------------------------------------- expressions

export type BinaryOperator =
  "+" | "-" | "*" | "/" | "//" | "%" | "**" | "<<" | ">>" | "&" | "|" | "^";
export type CompareOperator =
  "==" | "!=" | "<" | "<=" | ">" | ">=" | "is" | "is not" | "in" | "not in";

export type Expression =
  | { readonly kind: "name"; readonly span: Span; readonly text: string }
  | { readonly kind: "int"; readonly span: Span; readonly value: bigint }
  | { readonly kind: "float"; readonly span: Span; readonly value: number }
  /** The value's code units are bytes 0..255: the UTF-8 encoding of what was written, escapes resolved. */
  | { readonly kind: "str"; readonly span: Span; readonly value: string }
  | { readonly kind: "bool"; readonly span: Span; readonly value: boolean }
  | { readonly kind: "none"; readonly span: Span }
  | { readonly kind: "fstring"; readonly span: Span; readonly parts: readonly FStringPart[] }
  | { readonly kind: "tuple"; readonly span: Span; readonly items: readonly Expression[] }
  | { readonly kind: "list"; readonly span: Span; readonly items: readonly Expression[] }
  | { readonly kind: "set"; readonly span: Span; readonly items: readonly Expression[] }
  | {
      readonly kind: "dict";
      readonly span: Span;
      readonly entries: readonly { readonly key: Expression; readonly value: Expression }[];
    }
  | {
      readonly kind: "comprehension";
      readonly span: Span;
      readonly form: "list" | "set" | "dict" | "generator";
      readonly element: Expression;
      readonly value: Expression | null;
      readonly clauses: readonly ComprehensionClause[];
    }
  | {
      readonly kind: "unary";
      readonly span: Span;
      readonly op: "-" | "+" | "~" | "not";
      readonly operand: Expression;
    }
  | {
      readonly kind: "binary";
      readonly span: Span;
      readonly op: BinaryOperator;
      readonly opSpan: Span;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "logical";
      readonly span: Span;
      readonly op: "and" | "or";
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `a < b <= c`: `rest` has one entry per operator; operands are evaluated once, left to right, short-circuiting. */
  | {
      readonly kind: "compare";
      readonly span: Span;
      readonly first: Expression;
      readonly rest: readonly {
        readonly op: CompareOperator;
        readonly opSpan: Span;
        readonly operand: Expression;
      }[];
    }
  | {
      readonly kind: "conditional";
      readonly span: Span;
      readonly test: Expression;
      readonly then: Expression;
      readonly orElse: Expression;
    }
  | {
      readonly kind: "lambda";
      readonly span: Span;
      readonly params: readonly Parameter[];
      readonly body: Expression;
    }
  | {
      readonly kind: "call";
      readonly span: Span;
      readonly callee: Expression;
      readonly args: readonly Argument[];
    }
  | {
      readonly kind: "attribute";
      readonly span: Span;
      readonly object: Expression;
      readonly name: Name;
    }
  /** `x[i]`, and `array[u8]` in expression position: a type application when `object` names a generic. */
  | {
      readonly kind: "index";
      readonly span: Span;
      readonly object: Expression;
      readonly index: Expression;
    }
  | {
      readonly kind: "slice";
      readonly span: Span;
      readonly object: Expression;
      readonly start: Expression | null;
      readonly stop: Expression | null;
      readonly step: Expression | null;
    }
  | {
      readonly kind: "walrus";
      readonly span: Span;
      readonly target: Name;
      readonly value: Expression;
    }
  | { readonly kind: "yield"; readonly span: Span; readonly value: Expression | null }
  | { readonly kind: "star"; readonly span: Span; readonly value: Expression }
  /** A type written where an expression stands and that is no expression: `fn(int) -> int`. */
  | { readonly kind: "type"; readonly span: Span; readonly type: TypeExpr }
  | { readonly kind: "error"; readonly span: Span };

export type ExpressionKind = Expression["kind"];
export type ExpressionOf<K extends ExpressionKind> = Extract<Expression, { kind: K }>;

export type FStringPart =
  | { readonly kind: "text"; readonly value: string }
  | {
      readonly kind: "value";
      readonly value: Expression;
      readonly conversion: "r" | "s" | null;
      readonly format: string | null;
    };

export interface Argument extends Node {
  /** `name=value` */
  readonly name: Name | null;
  /** `*value` */
  readonly star: boolean;
  readonly value: Expression;
}

export type ComprehensionClause =
  | {
      readonly kind: "for";
      readonly span: Span;
      readonly target: Expression;
      readonly iterable: Expression;
    }
  | { readonly kind: "if"; readonly span: Span; readonly test: Expression };

// ---------------------------------------------------------------- patterns

export type Pattern =
  | { readonly kind: "wildcard"; readonly span: Span }
  | { readonly kind: "capture"; readonly span: Span; readonly name: Name }
  /** A literal (int, negative int, float, str, bool, None). */
  | { readonly kind: "literal"; readonly span: Span; readonly value: Expression }
  /** A dotted name: an enum member or another static constant. */
  | { readonly kind: "value"; readonly span: Span; readonly value: Expression }
  /** `W_Pair(car, cdr=W_Nil())`: positional patterns match fields in declaration order. */
  | {
      readonly kind: "class";
      readonly span: Span;
      readonly cls: Expression;
      readonly positional: readonly Pattern[];
      readonly named: readonly { readonly name: Name; readonly pattern: Pattern }[];
    }
  | { readonly kind: "tuple"; readonly span: Span; readonly items: readonly Pattern[] }
  | { readonly kind: "or"; readonly span: Span; readonly items: readonly Pattern[] }
  | { readonly kind: "as"; readonly span: Span; readonly pattern: Pattern; readonly name: Name }
  | { readonly kind: "error-pattern"; readonly span: Span };
