// Bundles the extension into out/extension.cjs, and takes the schema of langwright.json along.
import { copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const here = import.meta.dirname;
const { build } = createRequire(import.meta.url)("esbuild");
await build({
  absWorkingDir: here,
  entryPoints: ["src/extension.ts"],
  outfile: "out/extension.cjs",
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node22",
  external: ["vscode"],
  minify: true,
  logLevel: "warning",
});
copyFileSync(join(here, "../cli/langwright.schema.json"), join(here, "langwright.schema.json"));
copyFileSync(join(here, "../LICENSE"), join(here, "LICENSE"));
