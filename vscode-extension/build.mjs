// Bundles the extension into out/extension.cjs, and takes the schema of langwright.json along.
import { copyFileSync } from "node:fs";
import { createRequire } from "node:module";

const { build } = createRequire(import.meta.url)("esbuild");
await build({
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
copyFileSync("../cli/langwright.schema.json", "langwright.schema.json");
copyFileSync("../LICENSE", "LICENSE");
