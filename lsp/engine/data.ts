/**
 * What the engine knows of a program, as plain data: made where the analysis runs (a worker), read
 * where requests are answered. Nothing here refers to trees, graphs or cells, so it can be sent, and
 * keeps nothing of an old analysis alive.
 *
 * Offsets count UTF-16 code units in the text that was analysed, which is kept with each module;
 * `mapping.ts` carries them over to what the text has become since.
 */

export type DefinitionKind =
  | "module"
  | "class"
  | "mixin"
  | "struct"
  | "enum"
  | "member"
  | "function"
  | "method"
  | "field"
  | "attribute"
  | "global"
  | "local"
  | "parameter"
  | "alias"
  | "type-parameter"
  | "builtin";

export interface Definition {
  readonly id: number;
  readonly kind: DefinitionKind;
  readonly name: string;
  /** The file; null for what the compiler itself knows. */
  readonly path: string | null;
  /** Its name. */
  readonly start: number;
  readonly end: number;
  /** All of it, decorators and body included. */
  readonly fullStart: number;
  readonly fullEnd: number;
  /** The class, enum, function or module it stands in. */
  readonly container: number | null;
  readonly doc: string | null;
  /** `def f(x: int) -> str`, with what was inferred filled in; null where there is nothing to say. */
  signature: string | null;
  /** The type of a value; of a function, of its result. */
  type: string | null;
  /** Classes and enums in which members of such a value, or of a function's result, are looked up. */
  of: readonly number[];
  /** Of functions: parameters, the receiver left out. */
  params: readonly string[];
  /** Of classes: the base and the direct subclasses. */
  base: number | null;
  readonly subclasses: number[];
  /** Of methods: the topmost definition that they override, or themselves. They are renamed together. */
  family: number;
  /** Nothing but an abstract signature. */
  readonly isAbstract: boolean;
  /** Part of the library: not to be renamed. */
  readonly isLibrary: boolean;
}

export type Role = "definition" | "write" | "read" | "call" | "type" | "import";

/** A place where a name stands for a definition. */
export interface Occurrence {
  readonly start: number;
  readonly end: number;
  readonly definition: number;
  readonly role: Role;
  /** The function around it, for call hierarchies; null in a module's body. */
  readonly within: number | null;
}

/** An expression or name with its type. */
export interface TypePlace {
  readonly start: number;
  readonly end: number;
  readonly type: string;
  readonly of: readonly number[];
}

/** A type that is not written in the source. */
export interface TypeHint {
  readonly kind: "parameter" | "result" | "field" | "local";
  readonly offset: number;
  readonly type: string;
  /** It can be written there: every name in it means something in this module. */
  readonly insertable: boolean;
}

/** A list whose items may be made when somebody looks at them: what arrays can do, as far as it is needed. */
export interface Rows<Row> extends Iterable<Row> {
  readonly length: number;
  at(index: number): Row | undefined;
  find(condition: (row: Row) => boolean): Row | undefined;
  filter(condition: (row: Row) => boolean): Row[];
  some(condition: (row: Row) => boolean): boolean;
}

export interface ModuleData {
  readonly path: string;
  readonly name: string;
  readonly isLibrary: boolean;
  readonly text: string;
  readonly definition: number;
  /** Sorted by start. */
  readonly occurrences: Rows<Occurrence>;
  readonly types: Rows<TypePlace>;
  readonly hints: readonly TypeHint[];
  /** Names that can be used here without qualification, and what they mean. */
  readonly scope: Readonly<Record<string, number>>;
  /** Functions and classes that nothing reaches from the entry. */
  readonly unreached: readonly number[];
}

export interface PlaceData {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

export interface DiagnosticData extends PlaceData {
  readonly code: string;
  readonly severity: "error" | "warning" | "hint";
  readonly message: string;
  readonly notes: readonly { readonly message: string; readonly place: PlaceData | null }[];
  readonly help: string | null;
}

export interface ProgramData {
  readonly entry: string;
  /** By id. */
  readonly definitions: readonly Definition[];
  readonly modules: readonly ModuleData[];
  /** What every module sees without an import. */
  readonly ambient: Readonly<Record<string, number>>;
  readonly diagnostics: readonly DiagnosticData[];
  readonly milliseconds: number;
}

/** Why a value has its type: steps, nearest first. */
export interface WhyData {
  readonly type: string;
  readonly notes: DiagnosticData["notes"];
}
