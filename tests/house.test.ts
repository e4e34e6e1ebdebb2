/**
 * Holds the import direction of ARCHITECTURE.md: `dsl` <- `compiler` <- `cli`, and `dsl` <- `lsp` <- `cli`.
 * It reads the import lines of every TypeScript file. When a rule must give way, ARCHITECTURE.md
 * changes in the same commit, with the reason.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = ["dsl", "compiler", "cli", "lsp", "tools", "tests", "bench"];

/** What the files of a folder may import of ours; a folder not named here may import anything. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  dsl: ["dsl"],
  compiler: ["dsl", "compiler"],
  cli: ["dsl", "compiler", "lsp", "cli"],
  lsp: ["dsl", "lsp"],
  tools: ["dsl", "compiler", "tools"],
};

/** The other end of the language server protocol, for tests and measurements. */
const protocolClient = "tools/lsp-client.ts";

/** The files of the language server that need Node. */
const inNode = ["lsp/node.ts", "lsp/disk.ts", "lsp/worker-engine.ts", "lsp/engine-worker.ts"];

/** The back ends: strangers to one another, and to the text a program came from. */
const backEnds = ["compiler/c/", "compiler/wasm/"];
const frontEnd = ["dsl/syntax/ast.ts", "dsl/grammar/"];

/** The one folder through which a third-party library comes in. */
const doors: Readonly<Record<string, string>> = {
  chevrotain: "dsl/grammar/",
  prettier: "dsl/format/",
  "vscode-languageserver": "lsp/",
  "vscode-languageserver-textdocument": "lsp/",
  binaryen: "compiler/wasm/",
};

/** The rules that `file`, importing `specifiers`, breaks; one sentence each. */
function violations(file: string, specifiers: readonly string[]): string[] {
  const broken: string[] = [];
  const from = topFolder(file);
  const exempt = isTest(file);
  for (const specifier of specifiers) {
    const says = (rule: string) => broken.push(`${file} imports ${specifier}: ${rule}`);
    if (!specifier.startsWith(".")) {
      if (exempt) continue;
      if (isNodeModule(specifier)) {
        if (from === "dsl") says("dsl is free of Node");
        if (from === "lsp" && !inNode.includes(file))
          says("the server's core runs in browsers too");
        continue;
      }
      if (specifier === "vscode-languageserver/node" && !inNode.includes(file)) {
        says("the server's core runs in browsers too");
      }
      const library = libraryOf(specifier);
      const door = doors[library];
      if (door === undefined) {
        if (from in allowed && from !== "tools") says("this library has no door");
      } else if (!file.startsWith(door) && file !== protocolClient)
        says(`${library} comes in through ${door} only`);
      continue;
    }
    const target = posix.join(posix.dirname(file), specifier);
    const to = topFolder(target);
    if (isTest(target) && !exempt) says("only tests import tests");
    if (exempt) continue;
    if (allowed[from] !== undefined && !allowed[from].includes(to)) {
      says(`${from} may import ${allowed[from].join(", ")} only`);
    }
    const backEnd = backEnds.find((folder) => file.startsWith(folder));
    if (backEnd === undefined) continue;
    if (backEnds.some((other) => other !== backEnd && target.startsWith(other))) {
      says("back ends do not import one another");
    }
    if (frontEnd.some((part) => target.startsWith(part))) {
      says("a back end knows neither the AST nor the grammar");
    }
  }
  return broken;
}

/** Module specifiers of import and export lines (type-only ones too) and of `import()`. */
function importsOf(source: string): string[] {
  const statement = /^[ \t]*(?:import|export)\b[^;"'`=()]*?\bfrom\s*["']([^"']+)["']/gm;
  const bare = /^[ \t]*import\s*["']([^"']+)["']/gm;
  const dynamic = /\bimport\(\s*["'`]([^"'`]+)["'`]/g;
  return [statement, bare, dynamic].flatMap((pattern) =>
    [...source.matchAll(pattern)].map((match) => match[1] ?? ""),
  );
}

function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || path.startsWith("tests/");
}

function isNodeModule(specifier: string): boolean {
  return specifier.startsWith("node:") || builtinModules.includes(specifier);
}

function topFolder(path: string): string {
  return path.split("/", 1)[0] ?? "";
}

function libraryOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

function sourcesIn(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => posix.join(entry.parentPath.slice(root.length), entry.name))
    .filter((path) => !path.includes("node_modules/"));
}

describe("import direction", () => {
  test.each(folders)("%s keeps it", (folder) => {
    const broken = sourcesIn(folder).flatMap((file) =>
      violations(file, importsOf(readFileSync(join(root, file), "utf8"))),
    );
    expect(broken).toEqual([]);
  });
});

describe("the rules", () => {
  test.each([
    ["dsl/bind/names.ts", "../../compiler/driver.ts", "dsl may import dsl only"],
    ["dsl/bind/names.ts", "node:fs", "dsl is free of Node"],
    ["dsl/bind/names.ts", "fs", "dsl is free of Node"],
    ["dsl/bind/names.ts", "chevrotain", "chevrotain comes in through dsl/grammar/ only"],
    ["compiler/driver.ts", "prettier/doc", "prettier comes in through dsl/format/ only"],
    ["compiler/driver.ts", "left-pad", "this library has no door"],
    ["compiler/driver.ts", "../cli/main.ts", "compiler may import dsl, compiler only"],
    ["compiler/c/module.ts", "../wasm/names.ts", "back ends do not import one another"],
    ["compiler/wasm/module.ts", "../c/names.ts", "back ends do not import one another"],
    ["compiler/c/module.ts", "../../dsl/syntax/ast.ts", "neither the AST nor the grammar"],
    ["compiler/wasm/module.ts", "../../dsl/grammar/parser.ts", "neither the AST nor the grammar"],
    ["lsp/hover.ts", "../compiler/driver.ts", "lsp may import dsl, lsp only"],
    ["lsp/server.ts", "node:fs", "the server's core runs in browsers too"],
    [
      "lsp/features/hover.ts",
      "vscode-languageserver/node",
      "the server's core runs in browsers too",
    ],
    ["tools/reduce.ts", "../cli/main.ts", "tools may import dsl, compiler, tools only"],
    ["compiler/driver.ts", "../tests/helpers.ts", "only tests import tests"],
    ["bench/run.ts", "../dsl/bind/names.test.ts", "only tests import tests"],
  ])("%s must not import %s", (file, specifier, rule) => {
    expect(violations(file, [specifier]).join("\n")).toContain(rule);
  });

  test.each([
    ["dsl/grammar/parser.ts", "chevrotain"],
    ["dsl/bind/names.ts", "../syntax/ast.ts"],
    ["dsl/bind/names.test.ts", "node:fs"],
    ["compiler/c/module.ts", "../../dsl/syntax/diagnostics.ts"],
    ["compiler/driver.ts", "./c/module.ts"],
    ["compiler/driver.ts", "node:path"],
    ["cli/check.ts", "../compiler/driver.ts"],
    ["cli/lsp.ts", "../lsp/node.ts"],
    ["lsp/server.ts", "vscode-languageserver"],
    ["lsp/node.ts", "vscode-languageserver/node"],
    ["tests/run.test.ts", "../cli/main.ts"],
  ])("%s may import %s", (file, specifier) => {
    expect(violations(file, [specifier])).toEqual([]);
  });

  test("import lines are read in every form", () => {
    const source = [
      `import { a } from "./a.ts";`,
      `import type {`,
      `  B,`,
      `} from '../b.ts';`,
      `export * from "./c.ts";`,
      `import "./d.ts";`,
      `const e = await import("./e.ts");`,
      `let f: import("./f.ts").F;`,
      `export const from = "not/an/import";`,
    ].join("\n");
    expect(importsOf(source).sort()).toEqual([
      "../b.ts",
      "./a.ts",
      "./c.ts",
      "./d.ts",
      "./e.ts",
      "./f.ts",
    ]);
  });
});
