/**
 * What names mean: the symbols of a program, made once per definition by `bind.ts`.
 *
 * A symbol holds what its definition says and nothing that inference finds out; the annotator keeps
 * its own tables keyed by symbol.
 */
import type {
  ClassDef,
  EnumDef,
  Expression,
  FieldQualifier,
  FunctionDef,
  Module,
  Parameter,
  Statement,
  TypeExpr,
  TypeParam,
} from "../syntax/ast.ts";
import type { Diagnostic } from "../syntax/diagnostics.ts";
import type { Span } from "../syntax/source.ts";

export interface ModuleSymbol {
  readonly kind: "module";
  /** Dotted: `wright.builtins`, or relative to the program's root folder: `main`, `objects.number`. */
  readonly name: string;
  readonly path: string;
  readonly tree: Module;
  /** Shipped with Wright: trusted, may use intrinsics. */
  readonly isLibrary: boolean;
  /** Module-level names, imported ones included. */
  readonly scope: Map<string, Symbol>;
  /** Imported modules, in import order. */
  readonly imports: ModuleSymbol[];
  /** The module body as a function without parameters; runs once at build time. */
  body: FunctionSymbol;
  /** Every function and method defined here (nested functions and lambdas excluded), in order. */
  readonly functions: FunctionSymbol[];
  readonly classes: ClassSymbol[];
  /** What is visible without an import: exports of `wright.builtins`, then what the compiler knows. Shared. */
  readonly ambient: ReadonlyMap<string, Symbol>;
}

export interface FunctionSymbol {
  readonly kind: "function";
  readonly name: string;
  /** `objects.W_Int.add`: module, class and outer functions included. Unique enough for people. */
  readonly qualifiedName: string;
  readonly module: ModuleSymbol;
  /** The class whose body it stands in; for a mixin's method copied into a class, that class. */
  readonly owner: ClassSymbol | null;
  /** The function it is nested in. */
  readonly outer: FunctionSymbol | null;
  readonly flavour: "function" | "method" | "staticmethod" | "lambda" | "module-body" | "extern";
  readonly params: readonly Parameter[];
  readonly returns: TypeExpr | null;
  readonly body: readonly Statement[];
  /** Null for lambdas and module bodies. */
  readonly def: FunctionDef | null;
  readonly typeParams: readonly TypeParam[];
  readonly isAbstract: boolean;
  readonly isGenerator: boolean;
  /** Decorators by name: `elidable`, `inline`, `unroll_safe`, … with their arguments. */
  readonly hints: ReadonlyMap<string, readonly Expression[]>;
  /** Outer locals that it reads, in order; its graph's first parameters. Filled by the flow builder of `outer`. */
  captures: readonly string[];
  /** Where messages about the function point. */
  readonly span: Span;
  /** Of a function value made by the compiler: what it calls (`flow/forwarders.ts`). It has no body of its own. */
  readonly forwardsTo?: StaticValue;
}

export interface FieldDeclaration {
  readonly name: string;
  readonly owner: ClassSymbol;
  readonly type: TypeExpr | null;
  readonly qualifier: FieldQualifier | null;
  readonly defaultValue: Expression | null;
  /** The declaration, or the first `self.name = …` in the class's methods. */
  readonly span: Span;
}

/** `regs: inline array[T]`: the items follow the fields of each object, in the same allocation. */
export interface InlineItems {
  readonly field: FieldDeclaration;
  /** `self.regs = array(length, fill)`, the first statement of `__init__`. */
  readonly store: Statement;
  readonly fill: Expression | null;
  /** Gives the length for the arguments of `__init__`, before there is an object. */
  readonly length: FunctionSymbol;
}

export interface ClassSymbol {
  readonly kind: "class";
  readonly name: string;
  readonly qualifiedName: string;
  readonly module: ModuleSymbol;
  readonly def: ClassDef;
  readonly flavour: "class" | "mixin" | "struct";
  readonly typeParams: readonly TypeParam[];
  /** The base class with its type arguments as written; mixins are folded in and not listed. */
  base: ClassSymbol | null;
  baseArgs: readonly TypeExpr[];
  /** Direct subclasses in definition order. */
  readonly subclasses: ClassSymbol[];
  /**
   * Fields that this class adds: declared in its body (or a mixin's), or assigned through the first
   * parameter (`self.x = …`) in one of its methods, and not already a field of an ancestor.
   */
  readonly fields: Map<string, FieldDeclaration>;
  /** Methods of its own, mixins' included (as fresh symbols owned by this class). */
  readonly methods: Map<string, FunctionSymbol>;
  /** Class attributes: static constants, overridable per subclass. */
  readonly attributes: Map<string, { readonly value: Expression; readonly span: Span }>;
  readonly hints: ReadonlyMap<string, readonly Expression[]>;
  readonly immediate: boolean;
  readonly span: Span;
  /** Of the class that declares an `inline` field. */
  items: InlineItems | null;
  /**
   * Made by the flow builder to keep what a running generator knows: no class of the program's. Its
   * fields are read only after they were set.
   */
  readonly frameOf?: FunctionSymbol;
}

export interface EnumSymbol {
  readonly kind: "enum";
  readonly name: string;
  readonly qualifiedName: string;
  readonly module: ModuleSymbol;
  readonly def: EnumDef;
  readonly members: readonly {
    readonly name: string;
    readonly value: bigint;
    readonly span: Span;
  }[];
  readonly methods: Map<string, FunctionSymbol>;
  readonly span: Span;
}

export interface AliasSymbol {
  readonly kind: "alias";
  readonly name: string;
  readonly module: ModuleSymbol;
  readonly type: TypeExpr;
  readonly span: Span;
}

/** A module-level name that holds a value computed at build time. */
export interface GlobalSymbol {
  readonly kind: "global";
  readonly name: string;
  readonly module: ModuleSymbol;
  readonly type: TypeExpr | null;
  /** The bound expression when the name is bound exactly once: a candidate static constant. */
  readonly value: Expression | null;
  /** What it is when that expression is a static constant; found by `bind.ts`. */
  staticValue: StaticValue | null;
  readonly span: Span;
}

/** Something the compiler itself knows: `isinstance`, `int`, `len`, `checked`, `range`, an intrinsic. */
export interface BuiltinSymbol {
  readonly kind: "builtin";
  readonly name: string;
}

export interface TypeParamSymbol {
  readonly kind: "type-param";
  readonly name: string;
  readonly param: TypeParam;
}

export type Symbol =
  | ModuleSymbol
  | FunctionSymbol
  | ClassSymbol
  | EnumSymbol
  | AliasSymbol
  | GlobalSymbol
  | BuiltinSymbol
  | TypeParamSymbol;

/** Static constants: what the analysis knows as a value. Strings are byte strings (code units 0..255). */
export type StaticValue =
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "none" }
  | { readonly kind: "str"; readonly value: string }
  | { readonly kind: "tuple"; readonly items: readonly StaticValue[] }
  | { readonly kind: "member"; readonly enum: EnumSymbol; readonly index: number }
  | { readonly kind: "function"; readonly symbol: FunctionSymbol }
  | { readonly kind: "class"; readonly symbol: ClassSymbol }
  | { readonly kind: "enum"; readonly symbol: EnumSymbol }
  | { readonly kind: "module"; readonly symbol: ModuleSymbol }
  | { readonly kind: "builtin"; readonly symbol: BuiltinSymbol }
  /** A type application in an expression: `array[u8]`, `Stack[int]`, `fn(int) -> int`. */
  | { readonly kind: "type"; readonly type: TypeExpr }
  /** Stands for an unbound name that was already reported; the annotator poisons it. */
  | { readonly kind: "error" };

export interface BoundProgram {
  /** Every module reachable from the entry by imports, `wright.builtins` first, in initialisation order. */
  readonly modules: readonly ModuleSymbol[];
  readonly entry: ModuleSymbol;
  readonly builtins: ModuleSymbol;
  readonly diagnostics: readonly Diagnostic[];
  /** The same object in two bindings of a program that differ in bodies of functions alone. */
  readonly shape: object;
}
