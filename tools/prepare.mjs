/**
 * `npm ci` ends with this: what the toolchain makes of its own sources for builds, the default collector
 * as C and the runtime of WebAssembly, is made in its own folder (`compiler/kept.ts`), so that the
 * first build need not. Where it cannot be made, by an older Node or in a folder that is only read,
 * builds make it as they need it, so a failure is said and is none of npm's.
 */
try {
  if (!process.features.typescript) throw new Error(`Node ${process.versions.node} is too old`);
  const { translateAhead } = await import("../compiler/ahead.ts");
  translateAhead();
} catch (error) {
  console.error(`the runtime is translated by the first build: ${error.message}`);
}
