/**
 * Writes `docs/library.md`, the reference of the standard library, from the signatures and docstrings
 * of `dsl/lib/wright`. A test compares the page with what this would write.
 *
 *     node tools/library-reference.ts
 *
 * Wright has no private names, so tables here say what of each module is meant to be used; that every
 * module is mentioned, and every name exists, is part of the test. A module's docstring introduces it.
 * Functions, classes and methods are listed with the first sentence of theirs; methods are those of the
 * class and its bases, without the ones that operators call.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseModule } from "../dsl/grammar/parser.ts";
import type {
  ClassDef,
  FunctionDef,
  Module,
  Parameter,
  Statement,
  TypeExpr,
} from "../dsl/syntax/ast.ts";
import { sourceFile } from "../dsl/syntax/source.ts";
import { unparseExpression, unparseType } from "../dsl/syntax/unparse.ts";

export const PAGE = fileURLToPath(new URL("../docs/library.md", import.meta.url));
const LIBRARY = fileURLToPath(new URL("../dsl/lib/wright", import.meta.url));

const INTRODUCTION = `# The standard library

Generated from \`dsl/lib/wright\` by \`tools/library-reference.ts\`; do not edit.

The library is written in Wright. What the first part lists is visible everywhere; the rest is imported: \`from wright.os import read_file\`.`;

/** What the compiler itself knows; the library has no definition to read. */
const SPECIAL: readonly (readonly [signature: string, doc: string])[] = [
  ["print(values…)", "writes the texts of the values, with spaces between them, and ends the line"],
  ["len(x) -> int", "the number of items"],
  [
    "range(stop), range(start, stop), range(start, stop, step)",
    "the ints from `start` (or 0) up to, not including, `stop`",
  ],
  [
    "isinstance(x, C) -> bool",
    "whether the object is of the class, or of one of a tuple of classes; narrows",
  ],
  ["type(x)", "the object's class, which has `__name__`"],
  ["str(x) -> str, repr(x) -> str", "the value's text; as it is written in a program"],
  ["int(x), uint(x), float(x), bool(x), u8(x) …", "conversions"],
  ["ord(c) -> int, chr(n) -> char", "the byte of a char, and back"],
  ["hash(x) -> int", "as dicts use it"],
  ["id(x) -> int", "a number that stays the object's own"],
  ["iter(x)", "the object that a `for` loop would ask for items"],
  ["checked(a + b)", "raises `OverflowError` where the operation would wrap"],
  ["array[T](n, fill), array(xs)", "an array of `n` items; the items of an iterable"],
  [
    "list(xs), set(xs), dict(pairs)",
    "the items of an iterable, in a container of their own; `dict` of a dict is a copy",
  ],
  [
    "sorted(xs, key=f, reverse=b)",
    "a new list, sorted by `<`, or by `<` of `f(item)`; stable, `reverse` too. `xs.sort` takes the same",
  ],
  [
    "min(a, b, …), min(xs), min(xs, key=f, default=x)",
    "the first of the least values or items, or of those whose `f(item)` is least; `max` likewise",
  ],
  [
    "reversed(xs)",
    "the items, last first: by position, by `__reversed__`, or from a list of all of them",
  ],
  ["zip(xs, ys), zip(xs, ys, zs)", "items of the same position, as far as all go"],
  ["weak[T](x)", "a reference that keeps nothing alive; `get()` is the object or `None`"],
  ["super()", "the object as its base class sees it"],
  [
    "embed_text(path), embed_bytes(path) -> str",
    "a file of the project, read while the program is built",
  ],
];

interface Part {
  readonly module: string;
  /** Defaults to the module's name. */
  readonly title?: string;
  /** What is meant to be used, in this order; everything, in the order of the file, if absent. */
  readonly names?: readonly string[];
  readonly except?: readonly string[];
  /** The docstring goes on about how it is done: its first paragraph is enough. */
  readonly isBrief?: boolean;
}

/** Methods that are there for other parts of the library, by the class that defines them. */
const HELPERS: Readonly<Record<string, readonly string[]>> = {
  HashTable: [
    "init_table",
    "key_hash",
    "find",
    "find_key",
    "insert",
    "occupy",
    "delete_entry",
    "rebuild",
    "last_entry",
  ],
  Mapping: ["entry_of"],
  StrBuilder: ["grow"],
  list: ["sort_in_order", "sort_by_key"],
  File: ["check_open", "fill", "take"],
};

/** Classes whose objects come from elsewhere: how they are made is nobody's business. */
const NOT_MADE = ["BigInt", "Decimal", "File", "FileInfo", "Iterator", "Range"];

const EVERYWHERE: readonly Part[] = [
  {
    module: "core/numbers",
    title: "Numbers",
    names: ["abs", "divmod", "round", "hex", "oct", "bin", "int_methods", "float_methods"],
  },
  {
    module: "core/sequences",
    title: "Sequences",
    names: ["enumerate", "min_of", "max_of", "sum", "any", "all", "Range"],
  },
  { module: "core/lists", title: "Lists", names: ["list"] },
  { module: "core/arrays", title: "Arrays", names: ["array_methods"] },
  { module: "core/tables", title: "Dicts", names: ["dict"] },
  { module: "core/sets", title: "Sets", names: ["set"] },
  { module: "core/text", title: "Text", names: ["str_methods", "char_methods"] },
  { module: "core/builder", title: "Building text", names: ["StrBuilder"] },
  { module: "core/iterators", title: "Generators", names: ["Iterator"] },
];

/** Modules below `core` that are for the compiler and the rest of the library alone. */
const INTERNAL = [
  "builtins",
  "core/float_reading",
  "core/formatting",
  "core/naturals",
  "core/output",
  "core/tuples",
  "core/unicode_tables",
  "core/width_tables",
];

const EXCEPTIONS = "core/exceptions";

const IMPORTED: readonly Part[] = [
  {
    module: "os",
    isBrief: true,
    names: [
      ...[
        "read_file",
        "write_file",
        "append_file",
        "open",
        "File",
        "write",
        "write_line",
        "write_error",
        "flush",
      ],
      ...[
        "read_line",
        "read_input",
        "is_terminal",
        "stat",
        "FileInfo",
        "exists",
        "is_file",
        "is_folder",
        "listdir",
      ],
      ...[
        "remove",
        "rename",
        "mkdir",
        "getcwd",
        "join_path",
        "folder_of",
        "file_name_of",
        "getenv",
        "environment",
      ],
      ...[
        "time",
        "time_ns",
        "monotonic",
        "monotonic_ns",
        "cpu_time",
        "random_word",
        "exit",
        "exit_now",
      ],
      ...[
        "RawMode",
        "terminal_size",
        "read_key",
        "catch_interrupts",
        "interrupted",
        "take_interrupt",
      ],
    ],
  },
  {
    module: "line_editor",
    isBrief: true,
    names: ["LineEditor", "Completions", "History", "always_complete", "no_completions"],
  },
  { module: "weakref", except: ["WeakEntry"] },
  { module: "parsing", except: ["visible", "cut_to_width", "prefix_base"] },
  { module: "strings" },
  {
    module: "unicode",
    except: [
      ...[
        "is_continuation",
        "width_at",
        "decode_at",
        "number_at",
        "last_entry_at_most",
        "category_index",
        "is_in",
      ],
      ...[
        "has_property",
        "map_by_runs",
        "append_mapped",
        "map_text",
        "append_lower",
        "is_after_cased",
        "is_before_cased",
        "is_wide",
      ],
    ],
  },
  {
    module: "math",
    except: ["raise_domain_error", "raise_range_error", "defined", "bounded", "logarithm"],
  },
  {
    module: "bigint",
    isBrief: true,
    names: ["BigInt", "gcd", "isqrt", "random_bits", "random_below"],
  },
  {
    module: "floats",
    isBrief: true,
    names: [
      "float_to_str",
      "format_fixed",
      "format_exponent",
      "format_general",
      "round_to_digits",
      "parse_float",
      "shortest_decimal",
      "exact_decimal",
      "Decimal",
    ],
  },
  { module: "dicts", names: ["CustomDict", "IdentityDict"] },
  {
    module: "sort",
    isBrief: true,
    names: ["sort_list", "sort_with", "sort_by_key", "sort_by_order"],
  },
  { module: "random", names: ["Random", "system_random", "shuffle", "choice"] },
  { module: "hash", names: ["fnv1a", "crc32", "adler32", "siphash13"] },
  { module: "gc" },
  { module: "testing" },
];

// ---------------------------------------------------------------- the page

/** The page's text, laid out as the formatter would have it. */
export function libraryReference(): string {
  const everywhere = EVERYWHERE.map((part) => section(part, "###"));
  const special = [
    "### Known to the compiler",
    SPECIAL.map(([signature, doc]) => item(signature, doc)).join("\n"),
  ].join("\n\n");
  return (
    [
      INTRODUCTION,
      "## Visible everywhere",
      special,
      ...everywhere,
      exceptions(),
      ...IMPORTED.map((part) => section(part, "##")),
    ].join("\n\n") + "\n"
  );
}

/** Modules that the page says nothing of. */
export function forgottenModules(): string[] {
  const known = new Set(
    [...EVERYWHERE, ...IMPORTED].map((part) => part.module).concat(INTERNAL, EXCEPTIONS),
  );
  return readdirSync(LIBRARY, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".wr") && !file.endsWith("_test.wr"))
    .map((file) => file.slice(0, -".wr".length).replaceAll("\\", "/"))
    .filter((module) => !known.has(module));
}

function section(part: Part, level: string): string {
  const module = parsed(part.module);
  const definitions = chosen(part, module);
  const title = part.title ?? `wright.${part.module.replaceAll("/", ".")}`;
  const introduction =
    part.title === undefined
      ? [
          prose(
            (module.doc ?? "")
              .trim()
              .split("\n\n", part.isBrief === true ? 1 : undefined)
              .join("\n\n"),
            0,
          ),
        ]
      : [];
  const functions = definitions.filter((one) => one.kind === "def");
  const listed = functions.map((one) => item(signature(one), sentence(one.doc)));
  const classes = definitions.filter((one) => one.kind === "class");
  const deeper = `${level}#`;
  return [
    `${level} ${title}`,
    ...introduction,
    ...(listed.length > 0 ? [listed.join("\n")] : []),
    ...classes.map((cls) => classSection(cls, module, deeper)),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

function classSection(cls: ClassDef, module: Module, level: string): string {
  const init = methodsOf(cls, module).find((one) => one.name.text === "__init__");
  const doc = prose(cls.doc ?? "", 4);
  const methods = methodsOf(cls, module).filter((one) => !one.name.text.startsWith("_"));
  const fields = cls.body.flatMap((part) =>
    part.kind === "ann-assign" &&
    cls.flavour === "class" &&
    cls.doc !== null &&
    methods.length === 0
      ? [part]
      : [],
  );
  const lines = [
    ...fields.map((field) =>
      item(`${unparseExpression(field.target)}: ${unparseType(field.type)}`, ""),
    ),
    ...methods.map((one) => item(signature(one, true), sentence(one.doc))),
  ];
  return [`${level} ${heading(cls, init)}`, doc, lines.join("\n")]
    .filter((text) => text !== "")
    .join("\n\n");
}

/** `str_methods` is what there is to say of `str`. */
function heading(cls: ClassDef, init: FunctionDef | undefined): string {
  if (cls.flavour === "mixin") return `\`${cls.name.text.replace(/_methods$/, "")}\``;
  if (NOT_MADE.includes(cls.name.text)) return `\`${cls.name.text}${typeParams(cls)}\``;
  const params = init === undefined ? "" : parameters(init.params.slice(1));
  return `\`${cls.name.text}${typeParams(cls)}(${params})\``;
}

function exceptions(): string {
  const classes = parsed(EXCEPTIONS)
    .chunks.flatMap((chunk) => chunk.body)
    .filter((one) => one.kind === "class");
  const lines = (base: string | null, indent: string): string[] =>
    classes
      .filter((cls) => (cls.bases[0] === undefined ? null : unparseType(cls.bases[0])) === base)
      .flatMap((cls) => [
        indent + item(cls.name.text, sentence(cls.doc)),
        ...lines(cls.name.text, `${indent}  `),
      ]);
  return `### Exceptions\n\n${lines(null, "").join("\n")}`;
}

// ---------------------------------------------------------------- modules

const modules = new Map<string, Module>();

function parsed(name: string): Module {
  let module = modules.get(name);
  if (module === undefined) {
    const path = join(LIBRARY, `${name}.wr`);
    module = parseModule(sourceFile(path, readFileSync(path, "utf8"))).module;
    modules.set(name, module);
  }
  return module;
}

type Definition = FunctionDef | ClassDef;

function definitionsOf(module: Module): Definition[] {
  const isDefinition = (one: Statement): one is Definition =>
    (one.kind === "def" && !one.isExtern) || one.kind === "class";
  return module.chunks.flatMap((chunk) => chunk.body.filter(isDefinition));
}

function chosen(part: Part, module: Module): Definition[] {
  const all = definitionsOf(module);
  const names = part.names ?? all.map((one) => one.name.text);
  const missing = part.except?.find((name) => !names.includes(name));
  if (missing !== undefined)
    throw new Error(`wright.${part.module} has no ${missing} to leave out`);
  return names
    .filter((name) => part.except?.includes(name) !== true)
    .map((name) => {
      const found = all.find((one) => one.name.text === name) ?? reexported(module, name);
      if (found === null) throw new Error(`wright.${part.module} has no ${name}`);
      return found;
    });
}

/** A definition that the module imports from another of the library. */
function reexported(module: Module, name: string): Definition | null {
  for (const statement of module.chunks.flatMap((chunk) => chunk.body)) {
    if (statement.kind !== "from-import" || statement.module[0]?.text !== "wright") continue;
    if (statement.names?.some((one) => (one.alias ?? one.name).text === name) !== true) continue;
    const path = statement.module
      .slice(1)
      .map((one) => one.text)
      .join("/");
    if (path !== "intrinsics")
      return definitionsOf(parsed(path)).find((one) => one.name.text === name) ?? null;
  }
  return null;
}

/** Own methods, then those of the bases that are not overridden. */
function methodsOf(cls: ClassDef, module: Module): FunctionDef[] {
  const helpers = HELPERS[cls.name.text] ?? [];
  const own = cls.body.filter(
    (part) => part.kind === "def" && !helpers.includes(part.name.text),
  ) as FunctionDef[];
  const [base] = cls.bases;
  const above =
    base?.kind === "named"
      ? (definitionsOf(module).find((one) => one.name.text === base.name.text) ??
        reexported(module, base.name.text))
      : null;
  if (above?.kind !== "class") return own;
  const names = new Set(own.map((one) => one.name.text));
  return [...own, ...methodsOf(above, module).filter((one) => !names.has(one.name.text))];
}

// ---------------------------------------------------------------- lines

function item(signatureText: string, doc: string): string {
  return doc === "" ? `- \`${signatureText}\`` : `- \`${signatureText}\`: ${doc}`;
}

function signature(fn: FunctionDef, isMethod = false): string {
  const isStatic = fn.decorators.some((one) => one.name === "staticmethod");
  const params = isMethod && !isStatic ? fn.params.slice(1) : fn.params;
  const result =
    fn.returns === null || unparseType(fn.returns) === "None"
      ? ""
      : ` -> ${unparseType(fn.returns)}`;
  return `${fn.name.text}${typeParams(fn)}(${parameters(params)})${result}`;
}

function typeParams(of: {
  readonly typeParams: readonly {
    readonly name: { readonly text: string };
    readonly bound: TypeExpr | null;
  }[];
}): string {
  if (of.typeParams.length === 0) return "";
  return `[${of.typeParams.map(({ name, bound }) => (bound === null ? name.text : `${name.text}: ${unparseType(bound)}`)).join(", ")}]`;
}

function parameters(params: readonly Parameter[]): string {
  return params
    .map(({ name, type, defaultValue, star, isConst }) => {
      const written = `${star ? "*" : ""}${isConst ? "const " : ""}${name.text}`;
      const typed = type === null ? written : `${written}: ${unparseType(type)}`;
      return defaultValue === null ? typed : `${typed} = ${unparseExpression(defaultValue)}`;
    })
    .join(", ");
}

/** The first sentence of a docstring, as it continues a line. */
function sentence(doc: string | null): string {
  const first = /^((?:`[^`]*`|[^`])*?)(?:\.(?=\s|$)|$)/s.exec(
    (doc ?? "").trim().split("\n\n")[0]!,
  )![1]!;
  return escaped(first.replace(/\s+/g, " ").trim());
}

/** A docstring as paragraphs; what is indented further than the docstring is code. */
function prose(doc: string, margin: number): string {
  const text = doc.trim().replace(new RegExp(`^ {${margin}}`, "gm"), "");
  return text
    .split(/\n\s*\n/)
    .map((one) =>
      one.startsWith("    ")
        ? `\`\`\`\n${one.replace(/^ {4}/gm, "")}\n\`\`\``
        : escaped(one.replace(/\s*\n\s*/g, " ").trim()),
    )
    .join("\n\n");
}

/** Stars and underscores outside of code are text. */
function escaped(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replace(/[*_<]/g, "\\$&")))
    .join("");
}

if (import.meta.main) writeFileSync(PAGE, libraryReference());
