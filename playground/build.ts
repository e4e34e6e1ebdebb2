/**
 * Bundles the page into out/playground, a folder of static files: `node playground/build.ts [LANGUAGE…]`.
 * The languages named get their virtual machine, as WebAssembly; programs of the others are evaluated.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { TOKENS, type TokenRow } from "../dsl/grammar/tokens.ts";
import { PROJECTS, type Project, type ProjectSpec } from "./src/projects.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUT = join(ROOT, "out", "playground");

export async function buildPage(): Promise<string> {
  mkdirSync(join(OUT, "projects"), { recursive: true });
  await bundle();
  cpSync(join(ROOT, "playground", "index.html"), join(OUT, "index.html"));
  writeJson(
    "library.json",
    filesBelow(join(ROOT, "dsl", "lib"), (name) => isSource(name)),
  );
  for (const spec of PROJECTS) writeJson(`projects/${spec.name}.json`, projectOf(spec));
  return OUT;
}

/** The VM of a language, from its Wright source. It takes as long as `wright build` takes. */
export function buildModule(name: string): void {
  const spec = PROJECTS.find((one) => one.name === name);
  if (spec === undefined) throw new Error(`the playground has no language ${name}`);
  const target = join(OUT, "projects", `${name}.wasm`);
  const cli = join(ROOT, "cli", "main.ts");
  const args = ["build", join(ROOT, spec.folder), "--target", "wasm", "-o", target];
  const { status } = spawnSync(process.execPath, [cli, ...args], { stdio: "inherit" });
  if (status !== 0) throw new Error(`${name} was not built`);
}

async function bundle(): Promise<void> {
  const rows: readonly TokenRow[] = Object.values(TOKENS);
  const words = (...classes: readonly string[]) =>
    rows.flatMap((row) => (row.text !== null && classes.includes(row.class) ? [row.text] : []));
  const isWord = (text: string) => /^[a-z]+$/.test(text);
  const keywords = words("keyword", "soft-keyword", "operator").filter(isWord);
  const source = (name: string) => join(ROOT, "playground", "src", name);
  const worker = join(ROOT, "playground/node_modules/monaco-editor/esm/vs/editor/editor.worker.js");
  await build({
    entryPoints: [
      { in: source("page.ts"), out: "page" },
      { in: source("page.css"), out: "style" },
      { in: source("language-server.ts"), out: "language-server" },
      { in: source("engine.ts"), out: "engine" },
      { in: source("evaluator.ts"), out: "evaluator" },
      { in: source("vm.ts"), out: "vm" },
      { in: worker, out: "editor-worker" },
    ],
    outdir: OUT,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2024",
    minify: true,
    loader: { ".ttf": "file" },
    define: { WRIGHT_WORDS: JSON.stringify({ keywords, constants: words("constant") }) },
    // Monaco's own client for language servers has no address among its package's exports.
    alias: {
      "monaco-editor/lsp": join(
        ROOT,
        "playground/node_modules/monaco-editor/esm/external/monaco-lsp-client/out/index.js",
      ),
    },
    logLevel: "error",
  });
}

function projectOf({ name, folder, entry, resources, program, args }: ProjectSpec): Project {
  const root = join(ROOT, folder);
  const isResource = (path: string) => resources.some((one) => path.startsWith(`${one}/`));
  const files = filesBelow(
    root,
    (path) => isSource(path) || isResource(path) || path === "langwright.json",
  );
  files[program.name] = readFileSync(join(ROOT, program.source), "utf8");
  return { name, entry, files, program: program.name, args };
}

/** Wright files other than tests. */
function isSource(path: string): boolean {
  return path.endsWith(".wr") && !path.endsWith("_test.wr");
}

/** Texts of files by their paths below a folder. */
function filesBelow(folder: string, isWanted: (path: string) => boolean): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const wanted = paths.filter(
    (path) => isWanted(path) && statSync(join(folder, path)).isFile() && !path.startsWith("tests/"),
  );
  return Object.fromEntries(wanted.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(join(OUT, path), JSON.stringify(value));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!existsSync(join(ROOT, "playground", "node_modules"))) {
    console.error("npm ci --prefix playground comes first");
    process.exit(1);
  }
  const out = await buildPage();
  for (const name of process.argv.slice(2)) buildModule(name);
  console.log(relative(process.cwd(), out));
}
