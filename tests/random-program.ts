/**
 * Seeded random syntax trees, for tests that hold for all programs: printing and parsing, edits,
 * formatting. Trees are well-formed (jumps in loops, yields in functions), but mean nothing.
 */
import { docOf } from "../dsl/grammar/definitions.ts";
import type {
  Argument,
  ComprehensionClause,
  Decorator,
  Expression,
  FStringPart,
  FunctionDef,
  MatchCase,
  Module,
  Name,
  Parameter,
  Pattern,
  Statement,
  TypeExpr,
  TypeParam,
} from "../dsl/syntax/ast.ts";
import { sourceFile, span, wholeFile } from "../dsl/syntax/source.ts";

export interface Random {
  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/** The generator of D. Lehmer and others known as mulberry32. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)]!,
  };
}

/** A whole module. */
export function randomModule(random: Random, statements = 12): Module {
  const body: Statement[] = [];
  const generator = new Generator(random);
  for (let i = 0; i < statements; i++) body.push(generator.topLevel());
  return {
    path: "random.wr",
    raw: random.chance(0.1),
    doc: docOf(body),
    chunks: [{ chunk: NOWHERE.chunk, body }],
  };
}

export function randomExpression(random: Random, depth = 4): Expression {
  return new Generator(random).expression(depth);
}

const NOWHERE = span(wholeFile(sourceFile("random.wr", "")), 0, 0);

const NAMES = [
  ...["a", "b", "code", "frame", "W_Int", "self", "x1", "_", "print", "long_name_of_something"],
  // Soft keywords are names too.
  ...["match", "case", "type", "enum", "mixin", "struct", "raw", "extern", "const", "unroll"],
  ...["final", "stable", "cache", "virtualizable", "fn", "module"],
];
const BINARY = ["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"] as const;
const COMPARE = ["==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"] as const;
const STRINGS = ["", "a", "it's", 'say "hi"', "line\n", "\\", "\xc3\xa9", "{x}", "\x00\xff", "%d"];
const QUALIFIERS = ["final", "stable", "cache", "virtualizable"] as const;

/** What may stand here. */
interface Place {
  readonly inDef: boolean;
  readonly inLoop: boolean;
}

const TOP: Place = { inDef: false, inLoop: false };

class Generator {
  readonly #random: Random;
  /** A `yield` was made since it was last reset; null where none may be made. */
  #yields: boolean | null = null;

  constructor(random: Random) {
    this.#random = random;
  }

  #list<Item>(least: number, most: number, make: () => Item): Item[] {
    const length = least + this.#random.below(most - least + 1);
    return Array.from({ length }, make);
  }

  #maybe<Item>(probability: number, make: () => Item): Item | null {
    return this.#random.chance(probability) ? make() : null;
  }

  #name(): Name {
    return { text: this.#random.pick(NAMES), span: NOWHERE };
  }

  // ------------------------------------------------------------------ statements

  topLevel(): Statement {
    const { pick } = this.#random;
    switch (pick(["def", "def", "class", "enum", "type", "import", "from", "simple", "compound"])) {
      case "def":
        return this.#def(3, false);
      case "class":
        return this.#class();
      case "enum":
        return {
          kind: "enum",
          span: NOWHERE,
          name: this.#name(),
          members: this.#list(0, 4, () => ({
            name: this.#name(),
            value: this.#maybe(0.4, () => this.expression(1)),
          })),
          methods: this.#list(0, 2, () => this.#def(1, false)),
          decorators: this.#decorators(),
          doc: null,
        };
      case "type":
        return { kind: "type-alias", span: NOWHERE, name: this.#name(), type: this.#type(3) };
      case "import":
        return {
          kind: "import",
          span: NOWHERE,
          module: this.#list(1, 3, () => this.#name()),
          alias: this.#maybe(0.3, () => this.#name()),
        };
      case "from": {
        const level = this.#random.below(4);
        return {
          kind: "from-import",
          span: NOWHERE,
          level,
          module: this.#list(level === 0 ? 1 : 0, 2, () => this.#name()),
          names: this.#maybe(0.8, () =>
            this.#list(1, 3, () => ({
              name: this.#name(),
              alias: this.#maybe(0.3, () => this.#name()),
            })),
          ),
        };
      }
      case "simple":
        return this.#simple(TOP);
      default:
        return this.#compound(2, TOP);
    }
  }

  #body(depth: number, place: Place): Statement[] {
    return this.#list(1, 3, () => this.#statement(depth, place));
  }

  #statement(depth: number, place: Place): Statement {
    if (depth > 0 && this.#random.chance(0.35)) return this.#compound(depth, place);
    if (depth > 1 && this.#random.chance(0.05)) return this.#def(depth - 1, false);
    return this.#simple(place);
  }

  #simple(place: Place): Statement {
    const kinds = ["expr", "assign", "aug", "ann", "assert", "delete", "pass", "raise"];
    if (place.inDef) kinds.push("return", "return");
    if (place.inLoop) kinds.push("break", "continue");
    const at = { span: NOWHERE };
    const value = () => this.#wide();
    switch (this.#random.pick(kinds)) {
      case "expr":
        return { kind: "expr", ...at, value: value() };
      case "assign":
        return {
          kind: "assign",
          ...at,
          targets: this.#list(1, 2, () => this.#target(2)),
          value: value(),
        };
      case "aug":
        return {
          kind: "aug-assign",
          ...at,
          target: this.#place(),
          op: this.#random.pick(BINARY),
          value: value(),
        };
      case "ann": {
        const target: Expression = { kind: "name", ...at, text: this.#name().text };
        return {
          kind: "ann-assign",
          ...at,
          target,
          type: this.#type(2),
          value: this.#maybe(0.5, value),
        };
      }
      case "assert":
        return {
          kind: "assert",
          ...at,
          test: this.expression(2),
          message: this.#maybe(0.4, () => this.expression(1)),
        };
      case "delete":
        return { kind: "delete", ...at, targets: this.#list(1, 2, () => this.#place()) };
      case "raise":
        return { kind: "raise", ...at, value: this.#maybe(0.7, () => this.expression(2)) };
      case "return":
        return { kind: "return", ...at, value: this.#maybe(0.8, value) };
      case "break":
        return { kind: "break", ...at };
      case "continue":
        return { kind: "continue", ...at };
      default:
        return { kind: "pass", ...at };
    }
  }

  #compound(depth: number, place: Place): Statement {
    const at = { span: NOWHERE };
    const body = () => this.#body(depth - 1, place);
    const loop = () => this.#body(depth - 1, { ...place, inLoop: true });
    const orElse = () => (this.#random.chance(0.3) ? body() : []);
    switch (this.#random.pick(["if", "while", "for", "try", "with", "match"])) {
      case "if":
        return { kind: "if", ...at, test: this.expression(2), body: body(), orElse: orElse() };
      case "while":
        return { kind: "while", ...at, test: this.expression(2), body: loop(), orElse: orElse() };
      case "for":
        return {
          kind: "for",
          ...at,
          unroll: this.#random.chance(0.2),
          target: this.#target(2),
          iterable: this.#wide(),
          body: loop(),
          orElse: orElse(),
        };
      case "try": {
        const handlers = this.#list(0, 2, () => {
          const types = this.#list(0, 2, () => this.#dotted());
          return {
            ...at,
            types,
            name: types.length === 0 ? null : this.#maybe(0.5, () => this.#name()),
            body: body(),
          };
        });
        return {
          kind: "try",
          ...at,
          body: body(),
          handlers,
          orElse: handlers.length > 0 ? orElse() : [],
          finallyBody: handlers.length > 0 ? orElse() : body(),
        };
      }
      case "with":
        return {
          kind: "with",
          ...at,
          items: this.#list(1, 2, () => ({
            context: this.expression(2),
            target: this.#maybe(0.5, () => this.#place()),
          })),
          body: body(),
        };
      default:
        return {
          kind: "match",
          ...at,
          subject: this.#wide(),
          cases: this.#list(1, 3, (): MatchCase => ({
            ...at,
            pattern: this.#pattern(2),
            guard: this.#maybe(0.3, () => this.expression(1)),
            body: body(),
          })),
        };
    }
  }

  // ------------------------------------------------------------------ definitions

  #decorators(): Decorator[] {
    return this.#list(0, 1, () => ({
      span: NOWHERE,
      name: this.#name().text,
      args: this.#maybe(0.5, () => this.#arguments(1)),
    }));
  }

  #typeParams(): TypeParam[] {
    return this.#list(0, 1, () => ({
      name: this.#name(),
      bound: this.#maybe(0.4, () => this.#type(1)),
    }));
  }

  #def(depth: number, isMethod: boolean): FunctionDef {
    const outer = this.#yields;
    this.#yields = false;
    const isAbstract = isMethod && this.#random.chance(0.2);
    const isExtern = !isMethod && this.#random.chance(0.1);
    const body: Statement[] = isAbstract
      ? [{ kind: "abstract", span: NOWHERE }]
      : isExtern
        ? []
        : this.#body(depth, { inDef: true, inLoop: false });
    const isGenerator = this.#yields;
    this.#yields = null;
    const definition: FunctionDef = {
      kind: "def",
      span: NOWHERE,
      name: this.#name(),
      typeParams: this.#typeParams(),
      params: this.#parameters(),
      returns: this.#maybe(0.4, () => this.#type(2)),
      body,
      decorators: this.#decorators(),
      doc: docOf(body),
      isExtern,
      isGenerator,
      headSpan: NOWHERE,
    };
    this.#yields = outer;
    return definition;
  }

  #parameters(): Parameter[] {
    const params: Parameter[] = [];
    const add = (more: Partial<Parameter>) =>
      params.push({
        span: NOWHERE,
        name: this.#name(),
        type: this.#maybe(0.4, () => this.#type(2)),
        defaultValue: null,
        isConst: false,
        star: false,
        keywordOnly: false,
        ...more,
      });
    for (let i = this.#random.below(3); i > 0; i--) add({ isConst: this.#random.chance(0.1) });
    for (let i = this.#random.below(2); i > 0; i--) add({ defaultValue: this.expression(1) });
    if (this.#random.chance(0.15)) add({ star: true });
    if (this.#random.chance(0.2)) {
      add({ keywordOnly: true, defaultValue: this.#maybe(0.5, () => this.expression(1)) });
    }
    return params;
  }

  #class(): Statement {
    const body = this.#list(1, 4, (): Statement => {
      switch (this.#random.pick(["field", "attribute", "method", "method", "pass"])) {
        case "field": {
          const type: TypeExpr = this.#random.chance(0.4)
            ? {
                kind: "qualified",
                span: NOWHERE,
                qualifier: this.#random.pick(QUALIFIERS),
                type: this.#maybe(0.7, () => this.#type(2)),
              }
            : this.#type(2);
          const target: Expression = { kind: "name", span: NOWHERE, text: this.#name().text };
          const value = this.#maybe(0.3, () => this.expression(1));
          return { kind: "ann-assign", span: NOWHERE, target, type, value };
        }
        case "attribute": {
          const target: Expression = { kind: "name", span: NOWHERE, text: this.#name().text };
          return { kind: "assign", span: NOWHERE, targets: [target], value: this.expression(1) };
        }
        case "method":
          return this.#def(2, true);
        default:
          return { kind: "pass", span: NOWHERE };
      }
    });
    return {
      kind: "class",
      flavour: this.#random.pick(["class", "class", "mixin", "struct"]),
      span: NOWHERE,
      name: this.#name(),
      typeParams: this.#typeParams(),
      bases: this.#list(0, 2, () => this.#type(1)),
      body,
      decorators: this.#decorators(),
      doc: null,
      headSpan: NOWHERE,
    };
  }

  // ------------------------------------------------------------------ types and patterns

  #type(depth: number): TypeExpr {
    const at = { span: NOWHERE };
    const kind = depth === 0 ? "plain" : this.#random.pick(["plain", "generic", "union", "fn"]);
    switch (kind) {
      case "generic":
        return {
          kind: "named",
          ...at,
          name: this.#typeName(),
          path: [],
          args: this.#list(1, 2, () => this.#type(depth - 1)),
        };
      case "union":
        return { kind: "union", ...at, items: this.#list(2, 3, () => this.#type(depth - 1)) };
      case "fn":
        return {
          kind: "fn",
          ...at,
          params: this.#list(0, 2, () => this.#type(depth - 1)),
          result: this.#type(depth - 1),
        };
      default: {
        const isNone = this.#random.chance(0.1);
        const name = isNone ? { text: "None", span: NOWHERE } : this.#typeName();
        const path = isNone ? [] : this.#list(0, 1, () => this.#typeName());
        return { kind: "named", ...at, name, path, args: [] };
      }
    }
  }

  /** Names of qualifiers are not names where a field's type starts. */
  #typeName(): Name {
    return { text: this.#random.pick(["int", "W_Root", "T", "list", "objects"]), span: NOWHERE };
  }

  #pattern(depth: number): Pattern {
    const at = { span: NOWHERE };
    const { pick } = this.#random;
    const simple = ["wildcard", "capture", "literal", "value"];
    switch (pick(depth === 0 ? simple : [...simple, "class", "tuple", "or", "as"])) {
      case "wildcard":
        return { kind: "wildcard", ...at };
      case "capture":
        return { kind: "capture", ...at, name: this.#capture() };
      case "literal": {
        const value = pick<Expression>([
          { kind: "int", ...at, value: BigInt(this.#random.below(100) - 50) },
          { kind: "float", ...at, value: -1.5 },
          { kind: "str", ...at, value: pick(STRINGS) },
          { kind: "bool", ...at, value: true },
          { kind: "none", ...at },
        ]);
        return { kind: "literal", ...at, value };
      }
      case "value":
        return { kind: "value", ...at, value: this.#attribute(this.#dotted()) };
      case "class":
        return {
          kind: "class",
          ...at,
          cls: this.#dotted(),
          positional: this.#list(0, 2, () => this.#pattern(depth - 1)),
          named: this.#list(0, 2, () => ({
            name: this.#name(),
            pattern: this.#pattern(depth - 1),
          })),
        };
      case "tuple":
        return { kind: "tuple", ...at, items: this.#list(0, 3, () => this.#pattern(depth - 1)) };
      case "or":
        return { kind: "or", ...at, items: this.#list(2, 3, () => this.#pattern(depth - 1)) };
      default:
        return { kind: "as", ...at, pattern: this.#pattern(depth - 1), name: this.#name() };
    }
  }

  #capture(): Name {
    const name = this.#name();
    return name.text === "_" ? { text: "captured", span: NOWHERE } : name;
  }

  // ------------------------------------------------------------------ expressions

  /** Where a tuple needs no parentheses, and a `yield` may stand. */
  #wide(): Expression {
    if (this.#yields !== null && this.#random.chance(0.05)) {
      this.#yields = true;
      return { kind: "yield", span: NOWHERE, value: this.#maybe(0.7, () => this.expression(2)) };
    }
    return this.expression(3);
  }

  #dotted(): Expression {
    const name: Expression = { kind: "name", span: NOWHERE, text: this.#name().text };
    return this.#random.chance(0.3) ? this.#attribute(name) : name;
  }

  #attribute(object: Expression): Expression {
    return { kind: "attribute", span: NOWHERE, object, name: this.#name() };
  }

  /** A single target. */
  #place(): Expression {
    switch (this.#random.below(4)) {
      case 0:
        return this.#attribute(this.#primary(1));
      case 1:
        return {
          kind: "index",
          span: NOWHERE,
          object: this.#primary(1),
          index: this.expression(1),
        };
      case 2:
        return this.#slice(1);
      default:
        return { kind: "name", span: NOWHERE, text: this.#name().text };
    }
  }

  #target(depth: number): Expression {
    if (depth === 0 || this.#random.chance(0.7)) return this.#place();
    return { kind: "tuple", span: NOWHERE, items: this.#list(1, 3, () => this.#target(depth - 1)) };
  }

  #primary(depth: number): Expression {
    return depth === 0 ? this.#dotted() : this.expression(depth);
  }

  #slice(depth: number): Expression {
    const part = () => this.#maybe(0.6, () => this.expression(depth));
    return {
      kind: "slice",
      span: NOWHERE,
      object: this.#primary(depth),
      start: part(),
      stop: part(),
      step: this.#maybe(0.3, () => this.expression(depth)),
    };
  }

  #arguments(depth: number): Argument[] {
    const positional = this.#list(0, 2, () => ({
      span: NOWHERE,
      name: null,
      star: this.#random.chance(0.1),
      value: this.expression(depth),
    }));
    const named = this.#list(0, 1, () => ({
      span: NOWHERE,
      name: this.#name(),
      star: false,
      value: this.expression(depth),
    }));
    return [...positional, ...named];
  }

  #items(depth: number): Expression[] {
    return this.#list(1, 3, () =>
      this.#random.chance(0.1)
        ? { kind: "star", span: NOWHERE, value: this.expression(depth) }
        : this.expression(depth),
    );
  }

  expression(depth: number): Expression {
    const at = { span: NOWHERE };
    const { pick, below } = this.#random;
    const sub = () => this.expression(depth - 1);
    if (depth === 0) return this.#leaf();
    switch (
      pick([
        ...["leaf", "leaf", "binary", "binary", "compare", "logical", "unary", "call", "call"],
        ...["attribute", "index", "slice", "tuple", "list", "set", "dict", "comprehension"],
        ...["conditional", "lambda", "walrus", "fstring", "type"],
      ])
    ) {
      case "binary":
        return {
          kind: "binary",
          ...at,
          op: pick(BINARY),
          opSpan: NOWHERE,
          left: sub(),
          right: sub(),
        };
      case "compare": {
        const first = sub();
        const rest = this.#list(1, 2, () => ({
          op: pick(COMPARE),
          opSpan: NOWHERE,
          operand: sub(),
        }));
        return { kind: "compare", ...at, first, rest };
      }
      case "logical":
        return { kind: "logical", ...at, op: pick(["and", "or"]), left: sub(), right: sub() };
      case "unary":
        return { kind: "unary", ...at, op: pick(["-", "+", "~", "not"]), operand: sub() };
      case "call":
        return { kind: "call", ...at, callee: sub(), args: this.#arguments(depth - 1) };
      case "attribute":
        return this.#attribute(sub());
      case "index":
        return { kind: "index", ...at, object: sub(), index: sub() };
      case "slice":
        return this.#slice(depth - 1);
      case "tuple":
        return { kind: "tuple", ...at, items: below(4) === 0 ? [] : this.#items(depth - 1) };
      case "list":
        return { kind: "list", ...at, items: below(4) === 0 ? [] : this.#items(depth - 1) };
      case "set":
        return { kind: "set", ...at, items: this.#items(depth - 1) };
      case "dict":
        return {
          kind: "dict",
          ...at,
          entries: this.#list(0, 2, () => ({ key: sub(), value: sub() })),
        };
      case "comprehension":
        return this.#comprehension(depth);
      case "conditional":
        return { kind: "conditional", ...at, test: sub(), then: sub(), orElse: sub() };
      case "lambda": {
        const param = (defaultValue: Expression | null): Parameter => ({
          ...at,
          name: this.#name(),
          type: null,
          defaultValue,
          isConst: false,
          star: false,
          keywordOnly: false,
        });
        const params = this.#list(0, 2, () => param(null));
        if (below(4) === 0) params.push(param(this.expression(0)));
        return { kind: "lambda", ...at, params, body: sub() };
      }
      case "walrus":
        return { kind: "walrus", ...at, target: this.#name(), value: sub() };
      case "fstring":
        return { kind: "fstring", ...at, parts: this.#fStringParts(depth - 1) };
      case "type": {
        const params = this.#list(0, 2, () => this.#type(1));
        return { kind: "type", ...at, type: { kind: "fn", ...at, params, result: this.#type(1) } };
      }
      default:
        return this.#leaf();
    }
  }

  #leaf(): Expression {
    const at = { span: NOWHERE };
    const { pick, below } = this.#random;
    switch (pick(["name", "name", "name", "int", "float", "str", "bool", "none"])) {
      case "int":
        return { kind: "int", ...at, value: pick([BigInt(below(1000)), (1n << 64n) - 1n]) };
      case "float":
        return { kind: "float", ...at, value: pick([0, 1, 0.5, 1e300, 1e-9, 3.141592653589793]) };
      case "str":
        return { kind: "str", ...at, value: pick(STRINGS) };
      case "bool":
        return { kind: "bool", ...at, value: below(2) === 0 };
      case "none":
        return { kind: "none", ...at };
      default:
        return { kind: "name", ...at, text: this.#name().text };
    }
  }

  #comprehension(depth: number): Expression {
    const form = this.#random.pick(["list", "set", "dict", "generator"] as const);
    const sub = () => this.expression(depth - 1);
    const clauses: ComprehensionClause[] = [];
    for (const _ of this.#list(1, 2, () => 0)) {
      clauses.push({ kind: "for", span: NOWHERE, target: this.#target(1), iterable: sub() });
      if (this.#random.chance(0.4)) clauses.push({ kind: "if", span: NOWHERE, test: sub() });
    }
    const value = form === "dict" ? sub() : null;
    return { kind: "comprehension", span: NOWHERE, form, element: sub(), value, clauses };
  }

  #fStringParts(depth: number): FStringPart[] {
    const parts: FStringPart[] = [];
    for (const _ of this.#list(1, 3, () => 0)) {
      const text = this.#random.pick(STRINGS);
      if (text !== "" && parts.at(-1)?.kind !== "text") parts.push({ kind: "text", value: text });
      parts.push({
        kind: "value",
        value: this.expression(depth),
        conversion: this.#maybe(0.2, () => this.#random.pick(["r", "s"] as const)),
        format: this.#maybe(0.2, () => this.#random.pick([">10", "04", ".3f"])),
      });
    }
    return parts;
  }
}
