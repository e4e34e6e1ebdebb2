/**
 * Runs chibi-scheme's tests of R7RS, or of an SRFI, on our Scheme, as they are, and counts by section.
 *
 *     npm run test:r7rs -- --suite FILE [--vm out/scheme] [--require 100]
 *
 * FILE is `tests/r7rs-tests.scm` of github.com/ashinn/chibi-scheme, or a `lib/srfi/N/test.sld` of it. What
 * they import as `(chibi test)` is ours: tests/scheme-r7rs/chibi/test.sld, which prints a line for every
 * assertion; for `(chibi)`, chibi's own base library, they get the libraries of R7RS. The program fails if
 * fewer assertions than `--require` per cent hold, or if the file is not run to its end.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

interface Assertion {
  readonly passed: boolean;
  readonly section: string;
  /** The expression, and for a failure what was expected and what came. */
  readonly parts: readonly string[];
}

export interface Outcome {
  readonly assertions: readonly Assertion[];
  /** What went wrong with the run as a whole; empty if nothing did. */
  readonly trouble: string;
}

/** What of `(chibi)` the tests use. */
const CHIBI =
  "(scheme base) (scheme char) (scheme cxr) (scheme inexact) (scheme write) (only (scheme r5rs) inexact->exact exact->inexact)";

const LIBRARY = fileURLToPath(new URL("../tests/scheme-r7rs/chibi", import.meta.url));

export function runSuite(vm: string, suite: string): Outcome {
  const folder = mkdtempSync(join(tmpdir(), "scheme-r7rs-"));
  try {
    prepare(readFileSync(resolve(suite), "utf8"), folder);
    cpSync(LIBRARY, join(folder, "chibi"), { recursive: true });
    const run = spawnSync(resolve(vm), ["suite.scm"], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 1 << 28,
      timeout: 120_000,
    });
    const trouble =
      run.status === 0 ? "" : (run.error?.message ?? `status ${run.status}: ${run.stderr}`);
    return { assertions: run.stdout.split("\n").flatMap(parse), trouble };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes `suite.scm`; tests that are a library get a program that runs them. */
function prepare(text: string, folder: string): void {
  const library = /^\(define-library \(([^()]*)\)/m.exec(text);
  if (library === null) {
    writeFileSync(join(folder, "suite.scm"), text);
    return;
  }
  const parts = library[1]!.split(/\s+/);
  mkdirSync(join(folder, ...parts.slice(0, -1)), { recursive: true });
  writeFileSync(
    join(folder, `${parts.join("/")}.sld`),
    text.replace("(import (chibi) ", `(import ${CHIBI} `),
  );
  const program = `(import (scheme base) (${library[1]}))\n(run-tests)\n`;
  writeFileSync(join(folder, "suite.scm"), program);
}

/** What the suite itself prints is passed over. */
function parse(line: string): Assertion[] {
  const [outcome, section, ...parts] = line.split("\t");
  if ((outcome !== "pass" && outcome !== "fail") || section === undefined) return [];
  return [{ passed: outcome === "pass", section, parts }];
}

function report({ assertions, trouble }: Outcome): number {
  for (const section of new Set(assertions.map((one) => one.section))) {
    const here = assertions.filter((one) => one.section === section);
    const passed = here.filter((one) => one.passed).length;
    console.log(`${String(passed).padStart(5)} of ${String(here.length).padStart(4)}  ${section}`);
  }
  for (const { section, parts } of assertions.filter((one) => !one.passed)) {
    const [expression, expected, value] = parts;
    console.log(`\n${section}: ${expression}\n  expected ${expected}\n  but got  ${value}`);
  }
  if (trouble !== "") console.log(`\nthe suite did not run to its end: ${trouble}`);
  const passed = assertions.filter((one) => one.passed).length;
  const share = (100 * passed) / Math.max(1, assertions.length);
  console.log(`\n${passed} of ${assertions.length} assertions hold (${share.toFixed(1)} %)`);
  return share;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      suite: { type: "string" },
      vm: { type: "string", default: "out/scheme" },
      require: { type: "string", default: "100" },
    },
  });
  if (values.suite === undefined) {
    console.error("which file? --suite r7rs-tests.scm");
    process.exit(2);
  }
  const outcome = runSuite(values.vm, values.suite);
  const share = report(outcome);
  process.exitCode = outcome.trouble === "" && share >= Number(values.require) ? 0 : 1;
}
