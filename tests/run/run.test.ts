/**
 * Wright programs give the same on every engine: the evaluator with and without the optimisation
 * passes, natively, also while the collector moves everything at every allocation, and in WebAssembly.
 *
 * `npm run test:full` adds clang, the sanitizers, the other collectors, and a nursery of 4 KB.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { needsBarriers, type CollectorName } from "../../compiler/collectors.ts";
import { analyse, compileAnalysed } from "../../compiler/driver.ts";
import { renderDiagnostics } from "../../dsl/syntax/render.ts";
import {
  BUNDLE,
  bundleOf,
  compiled,
  evaluate,
  executable,
  folderHost,
  hasCompiler,
  runNative,
  runWasm,
  SMALL_NURSERY,
  STRESS,
  unbundled,
  wasmModule,
  type RunOptions,
} from "./engines.ts";
import { expected, FOLDER, record, recorded, testPrograms, type TestProgram } from "./programs.ts";

const programs = testPrograms();
const isFull = process.env["WRIGHT_FULL"] === "1";

describe("in the evaluator", () => {
  test.for(programs)("$name", { timeout: 240_000 }, (program) => {
    const analysis = analyse(`${program.name}.wr`, folderHost(FOLDER));
    const errors = analysis.diagnostics.filter((one) => one.severity === "error");
    expect(renderDiagnostics(errors, { color: false })).toBe("");
    const run = (optimise: boolean) => {
      const { program: low } = compileAnalysed(analysis, { optimise, check: true });
      return record(program, (options) => evaluate(low!, options));
    };
    const found = run(false);
    expect(found).toBe(expected(program, found));
    expect(run(true)).toBe(found);
  });
});

// ---------------------------------------------------------------- native

interface Configuration {
  readonly name: string;
  readonly cc: string;
  readonly sanitizers: boolean;
  /** As `--dev` builds: lighter passes, functions scattered over files. */
  readonly isDev?: boolean;
  readonly gc: CollectorName;
  /** Environments of further runs, but of programs for which they would take too long. */
  readonly modes: readonly Readonly<Record<string, string>>[];
}

const ALL: readonly Configuration[] = [
  {
    name: "with gcc",
    cc: "gcc",
    sanitizers: false,
    gc: "generational",
    modes: isFull ? [STRESS, SMALL_NURSERY] : [STRESS],
  },
  {
    name: "as --dev builds",
    cc: "gcc",
    sanitizers: false,
    isDev: true,
    gc: "generational",
    modes: [],
  },
  { name: "with clang", cc: "clang", sanitizers: false, gc: "generational", modes: [STRESS] },
  { name: "with sanitizers", cc: "gcc", sanitizers: true, gc: "generational", modes: [STRESS] },
  { name: "copying", cc: "gcc", sanitizers: false, gc: "copying", modes: [STRESS] },
  { name: "marksweep", cc: "gcc", sanitizers: false, gc: "marksweep", modes: [STRESS] },
  { name: "none", cc: "gcc", sanitizers: false, gc: "none", modes: [] },
];

const output = mkdtempSync(join(tmpdir(), "wright-run-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));

describe.for(isFull ? ALL : ALL.slice(0, 2))("$name", (configuration) => {
  const { name, cc, sanitizers, gc, isDev = false } = configuration;
  /** Built once, by the first test that needs it. */
  let bundle: Promise<string> | null = null;
  const build = () => {
    const host = folderHost(FOLDER, { [BUNDLE]: bundleOf(programs.map((one) => one.name)) });
    return executable(
      compiled(BUNDLE, host, { optimise: true, effort: isDev ? "quick" : "full" }),
      join(output, name.replaceAll(" ", "-")),
      { cc, sanitizers, gc, mode: isDev ? "dev" : "release" },
      { barriers: needsBarriers(gc) },
    );
  };

  const tried = programs.filter((one) => gc !== "none" || !one.collects);
  test.for(tried)("$name", { timeout: 600_000 }, async (program, ctx) => {
    if (!(await hasCompiler(cc))) return ctx.skip(`there is no ${cc}`);
    const path = await (bundle ??= build());
    const native = (env: Readonly<Record<string, string>>) =>
      record(program, (options) => unbundled(runNative(path, inBundle(program, options, env))));
    const found = native({});
    expect(found).toBe(expectedInBundle(program));
    for (const env of configuration.modes) {
      const often = asOftenAs(program, env);
      if (often !== null) expect(native(often)).toBe(found);
    }
  });
});

describe("as WebAssembly", () => {
  let module: string | null = null;
  const build = () => {
    const host = folderHost(FOLDER, { [BUNDLE]: bundleOf(programs.map((one) => one.name)) });
    return wasmModule(compiled(BUNDLE, host, { optimise: true }), join(output, "wasm"));
  };

  test.for(programs)("$name", { timeout: 240_000 }, (program) => {
    module ??= build();
    const path = module;
    const run = (env: Readonly<Record<string, string>>) =>
      record(program, (options) => unbundled(runWasm(path, inBundle(program, options, env))));
    const found = run({});
    expect(found).toBe(expectedInBundle(program));
    const often = asOftenAs(program, STRESS);
    if (isFull && often !== null) expect(run(often)).toBe(found);
  });
});

/** The environment of a debug mode, with collections as often as the program bears; null if it bears none. */
function asOftenAs(
  { stress }: TestProgram,
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | null {
  if (stress === null) return null;
  return "WRIGHT_GC_STRESS" in env ? { ...env, WRIGHT_GC_STRESS: `${stress}` } : env;
}

function inBundle(
  program: TestProgram,
  options: RunOptions,
  env: Readonly<Record<string, string>>,
): RunOptions {
  return { args: [program.name, ...options.args!], env: { ...options.env, ...env } };
}

/**
 * What the program gives in a bundle. The bundle's `main` is one more call, so of a traceback that is
 * cut another part is shown: the evaluator says which.
 */
function expectedInBundle(program: TestProgram): string {
  const alone = recorded(program);
  if (!alone.includes("more calls")) return alone;
  const host = folderHost(FOLDER, { [BUNDLE]: bundleOf([program.name]) });
  const low = compiled(BUNDLE, host, { optimise: true });
  return record(program, (options) => unbundled(evaluate(low, inBundle(program, options, {}))));
}
