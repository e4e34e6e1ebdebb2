/**
 * The canonical text of a tree: four spaces, double quotes, parentheses only where precedence needs
 * them. Parsing it gives the same tree, spans apart. Comments and layout are lost, so this is for
 * generated code and tests; people's text is laid out by the formatter.
 */
import type {
  Argument,
  ComprehensionClause,
  Decorator,
  Expression,
  FStringPart,
  Module,
  Name,
  Parameter,
  Pattern,
  Statement,
  TypeExpr,
  TypeParam,
} from "./ast.ts";
import { unreachable } from "./diagnostics.ts";

export function unparseModule(module: Module): string {
  const body = module.chunks.flatMap((chunk) => chunk.body);
  return (module.raw ? "raw module\n" : "") + unparseBody(body, "");
}

export function unparseBody(body: readonly Statement[], indent: string): string {
  return body.map((statement) => unparseStatement(statement, indent)).join("");
}

// -------------------------------------------------------------------- statements

function block(body: readonly Statement[], indent: string): string {
  const inner = `${indent}    `;
  return body.length === 0 ? `:\n${inner}pass\n` : `:\n${unparseBody(body, inner)}`;
}

export function unparseStatement(s: Statement, indent = ""): string {
  const line = (text: string) => `${indent}${text}\n`;
  switch (s.kind) {
    case "expr":
      return line(s.value.kind === "walrus" ? `(${expr(s.value)})` : list(s.value));
    case "assign":
      return line([...s.targets, s.value].map(list).join(" = "));
    case "aug-assign":
      return line(`${expr(s.target)} ${s.op}= ${list(s.value)}`);
    case "ann-assign": {
      const value = s.value === null ? "" : ` = ${list(s.value)}`;
      return line(`${expr(s.target)}: ${unparseType(s.type)}${value}`);
    }
    case "return":
      return line(s.value === null ? "return" : `return ${list(s.value)}`);
    case "raise":
      return line(s.value === null ? "raise" : `raise ${expr(s.value)}`);
    case "if": {
      const head = `${indent}if ${expr(s.test)}${block(s.body, indent)}`;
      const [inner] = s.orElse;
      if (s.orElse.length === 1 && inner?.kind === "if") {
        return `${head}${indent}el${unparseStatement(inner, indent).slice(indent.length)}`;
      }
      return head + elseBlock(s.orElse, indent);
    }
    case "while":
      return `${indent}while ${expr(s.test)}${block(s.body, indent)}${elseBlock(s.orElse, indent)}`;
    case "for": {
      const head = `${s.unroll ? "unroll " : ""}for ${list(s.target)} in ${list(s.iterable)}`;
      return `${indent}${head}${block(s.body, indent)}${elseBlock(s.orElse, indent)}`;
    }
    case "try": {
      const handlers = s.handlers.map((handler) => {
        const { types, name } = handler;
        const classes =
          types.length === 1 ? expr(types[0]!) : `(${types.map((type) => expr(type)).join(", ")})`;
        const head = types.length === 0 ? "except" : `except ${classes}`;
        const as = name === null ? "" : ` as ${name.text}`;
        return `${indent}${head}${as}${block(handler.body, indent)}`;
      });
      const last =
        s.finallyBody.length === 0 ? "" : `${indent}finally${block(s.finallyBody, indent)}`;
      return `${indent}try${block(s.body, indent)}${handlers.join("")}${elseBlock(s.orElse, indent)}${last}`;
    }
    case "with": {
      const items = s.items.map(({ context, target }) =>
        target === null ? expr(context) : `${expr(context)} as ${expr(target)}`,
      );
      return `${indent}with ${items.join(", ")}${block(s.body, indent)}`;
    }
    case "assert":
      return line(`assert ${expr(s.test)}${s.message === null ? "" : `, ${expr(s.message)}`}`);
    case "delete":
      return line(`del ${s.targets.map((target) => expr(target)).join(", ")}`);
    case "match": {
      const inner = `${indent}    `;
      const cases = s.cases.map(({ pattern, guard, body }) => {
        const test = guard === null ? "" : ` if ${expr(guard)}`;
        return `${inner}case ${unparsePattern(pattern)}${test}${block(body, inner)}`;
      });
      return `${indent}match ${list(s.subject)}:\n${cases.join("")}`;
    }
    case "pass":
    case "break":
    case "continue":
    case "abstract":
      return line(s.kind);
    case "def": {
      const head = `${s.isExtern ? "extern " : ""}def ${s.name.text}${typeParams(s.typeParams)}`;
      const returns = s.returns === null ? "" : ` -> ${unparseType(s.returns)}`;
      const signature = `${decorators(s.decorators, indent)}${indent}${head}(${parameters(s.params)})${returns}`;
      return s.isExtern ? `${signature}\n` : signature + block(s.body, indent);
    }
    case "class": {
      const bases =
        s.bases.length === 0 ? "" : `(${s.bases.map((base) => unparseType(base)).join(", ")})`;
      const head = `${s.flavour} ${s.name.text}${typeParams(s.typeParams)}${bases}`;
      return `${decorators(s.decorators, indent)}${indent}${head}${block(s.body, indent)}`;
    }
    case "enum":
      return unparseEnum(s, indent);
    case "type-alias":
      return line(`type ${s.name.text} = ${unparseType(s.type)}`);
    case "import":
      return line(`import ${dotted(s.module)}${alias(s.alias)}`);
    case "from-import": {
      const names =
        s.names === null
          ? "*"
          : s.names.map(({ name, alias: as }) => name.text + alias(as)).join(", ");
      return line(`from ${".".repeat(s.level)}${dotted(s.module)} import ${names}`);
    }
    case "error-statement":
      return line("pass");
    default:
      return unreachable(s, "statement");
  }
}

function unparseEnum(s: Extract<Statement, { kind: "enum" }>, indent: string): string {
  const inner = `${indent}    `;
  const doc = s.doc === null ? "" : `${inner}${quoted(bytesOf(s.doc))}\n`;
  const members = s.members.map(({ name, value }) =>
    value === null ? `${inner}${name.text}\n` : `${inner}${name.text} = ${list(value)}\n`,
  );
  const body = doc + members.join("") + unparseBody(s.methods, inner);
  return `${decorators(s.decorators, indent)}${indent}enum ${s.name.text}:\n${body || `${inner}pass\n`}`;
}

function elseBlock(body: readonly Statement[], indent: string): string {
  return body.length === 0 ? "" : `${indent}else${block(body, indent)}`;
}

function decorators(all: readonly Decorator[], indent: string): string {
  return all
    .map(({ name, args }) => `${indent}@${name}${args === null ? "" : `(${argumentList(args)})`}\n`)
    .join("");
}

function typeParams(params: readonly TypeParam[]): string {
  if (params.length === 0) return "";
  const shown = params.map(({ name, bound }) =>
    bound === null ? name.text : `${name.text}: ${unparseType(bound)}`,
  );
  return `[${shown.join(", ")}]`;
}

function parameters(params: readonly Parameter[]): string {
  const shown: string[] = [];
  let keywordOnly = false;
  for (const p of params) {
    if (p.keywordOnly && !keywordOnly) shown.push("*");
    // After `*args`, what follows is keyword-only without a bare `*`.
    keywordOnly ||= p.keywordOnly || p.star;
    const type = p.type === null ? "" : `: ${unparseType(p.type)}`;
    const equals = p.type === null ? "=" : " = ";
    const value = p.defaultValue === null ? "" : `${equals}${expr(p.defaultValue)}`;
    shown.push(`${p.isConst ? "const " : ""}${p.star ? "*" : ""}${p.name.text}${type}${value}`);
  }
  return shown.join(", ");
}

const dotted = (names: readonly Name[]) => names.map((name) => name.text).join(".");
const alias = (name: Name | null) => (name === null ? "" : ` as ${name.text}`);

// -------------------------------------------------------------------- types

export function unparseType(type: TypeExpr): string {
  switch (type.kind) {
    case "named": {
      const args =
        type.args.length === 0 ? "" : `[${type.args.map((arg) => unparseType(arg)).join(", ")}]`;
      return dotted([...type.path, type.name]) + args;
    }
    case "union":
      return type.items
        .map((item) =>
          item.kind === "fn" || item.kind === "union"
            ? `(${unparseType(item)})`
            : unparseType(item),
        )
        .join(" | ");
    case "fn":
      return `fn(${type.params.map((param) => unparseType(param)).join(", ")}) -> ${unparseType(type.result)}`;
    case "qualified":
      return type.type === null ? type.qualifier : `${type.qualifier} ${unparseType(type.type)}`;
    case "error-type":
      return "error";
    default:
      return unreachable(type, "type");
  }
}

// -------------------------------------------------------------------- patterns

export function unparsePattern(pattern: Pattern, insideOr = false): string {
  switch (pattern.kind) {
    case "wildcard":
      return "_";
    case "capture":
      return pattern.name.text;
    case "literal":
    case "value":
      return expr(pattern.value);
    case "class": {
      const named = pattern.named.map(
        ({ name, pattern: inner }) => `${name.text}=${unparsePattern(inner)}`,
      );
      const positional = pattern.positional.map((inner) => unparsePattern(inner));
      return `${expr(pattern.cls)}(${[...positional, ...named].join(", ")})`;
    }
    case "tuple": {
      const items = pattern.items.map((item) => unparsePattern(item));
      return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
    }
    case "or": {
      const shown = pattern.items.map((item) => unparsePattern(item, true)).join(" | ");
      return insideOr ? `(${shown})` : shown;
    }
    case "as": {
      const inner = pattern.pattern.kind === "as";
      const shown = inner
        ? `(${unparsePattern(pattern.pattern)})`
        : unparsePattern(pattern.pattern);
      return insideOr ? `(${shown} as ${pattern.name.text})` : `${shown} as ${pattern.name.text}`;
    }
    case "error-pattern":
      return "_";
    default:
      return unreachable(pattern, "pattern");
  }
}

// -------------------------------------------------------------------- expressions

/** How tightly an expression holds together; Python's order. */
const LOOSE = 0; // yield, walrus
const CONDITIONAL = 1; // lambda, a if b else c
const OR = 2;
const AND = 3;
const NOT = 4;
const COMPARE = 5;
const BINARY: Readonly<Record<string, number>> = {
  "|": 6,
  "^": 7,
  "&": 8,
  "<<": 9,
  ">>": 9,
  "+": 10,
  "-": 10,
  "*": 11,
  "/": 11,
  "//": 11,
  "%": 11,
  "**": 13,
};
const SIGN = 12;
const ATOM = 14;

export function unparseExpression(e: Expression): string {
  return expr(e);
}

/** Where a tuple needs no parentheses. */
function list(e: Expression): string {
  if (e.kind === "tuple" && e.items.length > 0) return tupleItems(e.items);
  return e.kind === "yield" ? yieldText(e.value) : expr(e, CONDITIONAL);
}

function tupleItems(items: readonly Expression[]): string {
  const shown = items.map((item) => element(item)).join(", ");
  return items.length === 1 ? `${shown},` : shown;
}

function element(e: Expression): string {
  return e.kind === "star" ? `*${expr(e.value, CONDITIONAL)}` : expr(e, CONDITIONAL);
}

function yieldText(value: Expression | null): string {
  return value === null ? "yield" : `yield ${list(value)}`;
}

/** The text of `e`, in parentheses when it holds less tightly than `minimum`. */
function expr(e: Expression, minimum = CONDITIONAL): string {
  const [precedence, text] = shape(e);
  return precedence < minimum ? `(${text})` : text;
}

function shape(e: Expression): readonly [number, string] {
  switch (e.kind) {
    case "name":
      return [ATOM, e.text];
    case "int":
      return e.value < 0n ? [SIGN, String(e.value)] : [ATOM, String(e.value)];
    case "float":
      return [e.value < 0 || Object.is(e.value, -0) ? SIGN : ATOM, floatText(e.value)];
    case "str":
      return [ATOM, quoted(e.value)];
    case "bool":
      return [ATOM, e.value ? "True" : "False"];
    case "none":
      return [ATOM, "None"];
    case "fstring":
      return [ATOM, fString(e.parts)];
    case "tuple":
      return [ATOM, `(${e.items.length === 0 ? "" : tupleItems(e.items)})`];
    case "list":
      return [ATOM, `[${e.items.map(element).join(", ")}]`];
    case "set":
      return [ATOM, `{${e.items.map(element).join(", ")}}`];
    case "dict":
      return [
        ATOM,
        `{${e.entries.map(({ key, value }) => `${expr(key)}: ${expr(value)}`).join(", ")}}`,
      ];
    case "comprehension": {
      const [open, close] = BRACKETS[e.form];
      const head = e.value === null ? expr(e.element) : `${expr(e.element)}: ${expr(e.value)}`;
      return [ATOM, `${open}${head}${e.clauses.map(clause).join("")}${close}`];
    }
    case "unary":
      return e.op === "not"
        ? [NOT, `not ${expr(e.operand, NOT)}`]
        : [SIGN, `${e.op}${expr(e.operand, SIGN)}`];
    case "binary": {
      const own = BINARY[e.op]!;
      const isPower = e.op === "**";
      const left = expr(e.left, isPower ? ATOM : own);
      const right = expr(e.right, isPower ? SIGN : own + 1);
      return [own, `${left} ${e.op} ${right}`];
    }
    case "logical": {
      const own = e.op === "or" ? OR : AND;
      return [own, `${expr(e.left, own)} ${e.op} ${expr(e.right, own + 1)}`];
    }
    case "compare": {
      const rest = e.rest.map(({ op, operand }) => ` ${op} ${expr(operand, COMPARE + 1)}`);
      return [COMPARE, expr(e.first, COMPARE + 1) + rest.join("")];
    }
    case "conditional": {
      const test = expr(e.test, OR);
      return [CONDITIONAL, `${expr(e.then, OR)} if ${test} else ${expr(e.orElse, CONDITIONAL)}`];
    }
    case "lambda": {
      const params = e.params.length === 0 ? "" : ` ${parameters(e.params)}`;
      return [CONDITIONAL, `lambda${params}: ${expr(e.body, CONDITIONAL)}`];
    }
    case "call":
      return [ATOM, `${expr(e.callee, ATOM)}(${argumentList(e.args)})`];
    case "attribute":
      return [ATOM, `${receiver(e.object)}.${e.name.text}`];
    case "index":
      return [ATOM, `${expr(e.object, ATOM)}[${list(e.index)}]`];
    case "slice": {
      const part = (x: Expression | null) => (x === null ? "" : expr(x));
      const step = e.step === null ? "" : `:${expr(e.step)}`;
      return [ATOM, `${expr(e.object, ATOM)}[${part(e.start)}:${part(e.stop)}${step}]`];
    }
    case "walrus":
      return [LOOSE, `${e.target.text} := ${expr(e.value, LOOSE + 1)}`];
    case "yield":
      return [LOOSE, yieldText(e.value)];
    case "star":
      return [LOOSE, `*${expr(e.value, CONDITIONAL)}`];
    case "type":
      return [e.type.kind === "fn" ? LOOSE : ATOM, unparseType(e.type)];
    case "error":
      return [ATOM, "error"];
    default:
      return unreachable(e, "expression");
  }
}

const BRACKETS = {
  list: ["[", "]"],
  set: ["{", "}"],
  dict: ["{", "}"],
  generator: ["(", ")"],
} as const;

/** `1.real` would be a malformed number. */
function receiver(e: Expression): string {
  const text = expr(e, ATOM);
  return e.kind === "int" || e.kind === "float" ? `(${text})` : text;
}

function argumentList(args: readonly Argument[]): string {
  const [only] = args;
  if (args.length === 1 && only !== undefined && only.name === null && !only.star) {
    const { value } = only;
    if (value.kind === "comprehension" && value.form === "generator") {
      return expr(value).slice(1, -1);
    }
  }
  return args
    .map(({ name, star, value }) => {
      const prefix = name !== null ? `${name.text}=` : star ? "*" : "";
      return prefix + expr(value);
    })
    .join(", ");
}

function clause(c: ComprehensionClause): string {
  return c.kind === "for"
    ? ` for ${list(c.target)} in ${expr(c.iterable, OR)}`
    : ` if ${expr(c.test, OR)}`;
}

// -------------------------------------------------------------------- literals

function floatText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "1e999";
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A string literal for bytes given as code units 0..255. */
export function quoted(bytes: string): string {
  return `"${escaped(bytes)}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function escaped(bytes: string): string {
  return bytes.replace(
    /[^ !#-[\]-~]/g,
    (c) => ESCAPES[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

function fString(parts: readonly FStringPart[]): string {
  const shown = parts.map((part) => {
    if (part.kind === "text") return escaped(part.value).replace(/[{}]/g, "$&$&");
    const value = list(part.value);
    // `{{` would be a brace, and a lambda's or a set's colon would start the format.
    const guarded = /^\{/.test(value) ? `(${value})` : loose(part.value) ? `(${value})` : value;
    const conversion = part.conversion === null ? "" : `!${part.conversion}`;
    const format = part.format === null ? "" : `:${part.format}`;
    return `{${guarded}${conversion}${format}}`;
  });
  return `f"${shown.join("")}"`;
}

function loose(e: Expression): boolean {
  return (
    e.kind === "lambda" || e.kind === "conditional" || e.kind === "walrus" || e.kind === "tuple"
  );
}

function bytesOf(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
