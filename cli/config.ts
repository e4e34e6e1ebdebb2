/**
 * langwright.json: reading and checking. The rules are those of `langwright.schema.json`, which editors
 * read too: there is no second list of them here. Mistakes are diagnostics (E0001) with places.
 */
import type { CollectorName } from "../compiler/collectors.ts";
import { nearest } from "../dsl/bind/nearest.ts";
import { diagnostic, type Diagnostic } from "../dsl/syntax/diagnostics.ts";
import { span, sourceFile, wholeFile, type Span } from "../dsl/syntax/source.ts";
import { JsonSyntaxError, parseJson, type JsonValue } from "./json.ts";

export const CONFIG_NAME = "langwright.json";

export interface Config {
  readonly name: string;
  readonly entry: string;
  readonly description?: string;
  readonly output?: string;
  readonly cc?: string;
  readonly gc?: CollectorName;
}

/** The part of JSON Schema that our schema uses. */
export interface Schema {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, SchemaProperty>>;
}

interface SchemaProperty {
  readonly description: string;
  readonly type: "string";
  readonly pattern?: string;
  readonly patternDescription?: string;
}

export type ConfigResult =
  | { readonly config: Config; readonly diagnostics: readonly [] }
  | { readonly config: null; readonly diagnostics: readonly Diagnostic[] };

export function readConfig(path: string, text: string, schema: Schema): ConfigResult {
  const chunk = wholeFile(sourceFile(path, text));
  try {
    const diagnostics: Diagnostic[] = [];
    const config = check(parseJson(chunk), schema, diagnostics);
    return diagnostics.length > 0
      ? { config: null, diagnostics }
      : { config: config as unknown as Config, diagnostics: [] };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return { config: null, diagnostics: [diagnostic("E0001", error.span, error.message)] };
  }
}

function check(value: JsonValue, schema: Schema, found: Diagnostic[]): Record<string, string> {
  const config: Record<string, string> = {};
  if (value.kind !== "object") {
    found.push(
      diagnostic(
        "E0001",
        value.span,
        `${CONFIG_NAME} holds an object, but this is ${described(value)}`,
      ),
    );
    return config;
  }
  const seen = new Set<string>();
  for (const member of value.members) {
    const property = schema.properties[member.name];
    if (property === undefined) found.push(unknownProperty(member.name, member.nameSpan, schema));
    else if (seen.has(member.name))
      found.push(diagnostic("E0001", member.nameSpan, `"${member.name}" is given twice`));
    else {
      const problem = checkProperty(member.name, member.value, property);
      if (problem !== null) found.push(problem);
      else if (member.value.kind === "string") config[member.name] = member.value.value;
    }
    seen.add(member.name);
  }
  for (const name of schema.required) {
    if (seen.has(name)) continue;
    const at = span(value.span.chunk, value.span.start, value.span.start + 1);
    const help = `add "${name}": ${lower(schema.properties[name]!.description)}`;
    found.push(diagnostic("E0001", at, `"${name}" is missing`, { help }));
  }
  return config;
}

function unknownProperty(name: string, at: Span, schema: Schema): Diagnostic {
  const known = Object.keys(schema.properties).filter((one) => !one.startsWith("$"));
  const near = nearest(name, known);
  const help =
    near === null
      ? `there are ${known.map((one) => `"${one}"`).join(", ")}`
      : `did you mean "${near}"?`;
  return diagnostic("E0001", at, `a language has no "${name}"`, { help });
}

function checkProperty(
  name: string,
  value: JsonValue,
  property: SchemaProperty,
): Diagnostic | null {
  const help = lower(property.description).replace(/\.$/, "");
  if (value.kind !== "string") {
    return diagnostic("E0001", value.span, `"${name}" is text, but this is ${described(value)}`, {
      help,
    });
  }
  if (property.pattern === undefined || new RegExp(property.pattern).test(value.value)) return null;
  return diagnostic(
    "E0001",
    value.span,
    `"${name}" must be ${property.patternDescription ?? property.pattern}`,
    { help },
  );
}

function described(value: JsonValue): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(value.value);
    case "number":
      return "a number";
    case "string":
      return "text";
    case "array":
      return "a list";
    case "object":
      return "an object";
  }
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
