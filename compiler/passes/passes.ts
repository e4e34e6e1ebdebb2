/**
 * The optimisation passes as data, and their runner.
 *
 * Passes work on open graphs (`ssa.ts`); the runner opens all graphs before the first and closes
 * them after the last, or after every pass when each is to be verified or looked at.
 */
import { assert } from "../../dsl/syntax/diagnostics.ts";
import type { LLFunction, LLProgram } from "../ll/program.ts";
import { assertVerified } from "../ll/verify.ts";
import { eliminateCommon } from "./cse.ts";
import { removeDeadCode, removeDeadFunctions } from "./dead-code.ts";
import { fold } from "./fold.ts";
import { inlineCalls, QUICK_LIMITS } from "./inline.ts";
import { removeRangeChecks } from "./ranges.ts";
import { removeMallocs } from "./remove-mallocs.ts";
import { simplify } from "./simplify.ts";
import { close, open } from "./ssa.ts";
import { buildSwitches } from "./switches.ts";
import { threadJumps } from "./thread.ts";

export interface Pass {
  readonly name: string;
  readonly doc: string;
  /** Changes the program; says how many rewrites there were. */
  readonly run: (program: LLProgram) => number;
  /** What a quick pipeline has in its place: a lighter form, or nothing. */
  readonly quick?: Pass["run"] | null;
}

/** `quick`: for fast builds; the C compiler does again most of what is left out. */
export type Effort = "full" | "quick";

function perFunction(run: (fn: LLFunction) => number): Pass["run"] {
  return (program) =>
    program.functions.reduce((count, fn) => count + (fn.graph === null ? 0 : run(fn)), 0);
}

/** In this order. A name may stand here twice: the second time it is called `name-2`. */
export const PASSES: readonly Pass[] = [
  {
    name: "simplify",
    doc: "straightens control flow and drops parameters that say nothing",
    run: perFunction(simplify),
  },
  { name: "fold", doc: "computes what is known", run: perFunction(fold) },
  {
    name: "inline",
    doc: "puts small functions in the place of their calls",
    run: (program) => inlineCalls(program),
    quick: (program) => inlineCalls(program, QUICK_LIMITS),
  },
  {
    name: "dead-functions",
    doc: "drops functions that no call is left of",
    run: removeDeadFunctions,
  },
  {
    name: "thread-jumps",
    doc: "leads links past tests that they decide",
    run: perFunction(threadJumps),
    quick: null,
  },
  {
    name: "remove-mallocs",
    doc: "keeps objects that never leave a function in variables",
    run: perFunction(removeMallocs),
  },
  { name: "cse", doc: "computes and loads things once", run: eliminateCommon, quick: null },
  {
    name: "ranges",
    doc: "drops checks of indices that a comparison has shown to be in range",
    run: perFunction(removeRangeChecks),
    quick: null,
  },
  { name: "fold-2", doc: "computes what is known now", run: perFunction(fold), quick: null },
  {
    name: "remove-mallocs-2",
    doc: "objects that escaped into removed objects only",
    run: perFunction(removeMallocs),
    quick: null,
  },
  { name: "simplify-2", doc: "straightens what is left", run: perFunction(simplify) },
  {
    name: "switch",
    doc: "makes a switch of a chain of comparisons with constants",
    run: perFunction(buildSwitches),
  },
  {
    name: "dead-code",
    doc: "drops ops and functions whose results nobody uses",
    run: (program) => perFunction(removeDeadCode)(program) + removeDeadFunctions(program),
    // Back ends look for what is reachable, too.
    quick: perFunction(removeDeadCode),
  },
];

/** `[earlier, later, why]`, checked when this module loads. */
export const ORDER: readonly (readonly [string, string, string])[] = [
  ["simplify", "inline", "what is inlined is copied: it should be small before"],
  [
    "fold",
    "inline",
    "a call through a constant function value is a direct call only after folding",
  ],
  ["inline", "dead-functions", "most small functions have no call left then"],
  [
    "dead-functions",
    "thread-jumps",
    "what only calls reached need not be looked at any more once they are replaced",
  ],
  ["inline", "thread-jumps", "an inlined function's result is tested right behind it"],
  [
    "thread-jumps",
    "remove-mallocs",
    "a box or None that was tested is a box again, which need not exist",
  ],
  ["inline", "remove-mallocs", "inlining shows that a short-lived object never escapes"],
  ["remove-mallocs", "cse", "fields of removed objects are values, which can be merged"],
  ["cse", "ranges", "a length that was loaded twice is one value only then"],
  ["ranges", "fold-2", "a check that cannot fail decides a branch"],
  ["cse", "fold-2", "forwarded loads bring constants and known branches"],
  [
    "cse",
    "remove-mallocs-2",
    "an object loaded back from another one escapes no more when that one is gone",
  ],
  ["simplify-2", "switch", "comparisons stand in chains only when empty blocks are gone"],
  ["switch", "dead-code", "the comparisons that a switch replaces are dead"],
];

checkOrder(PASSES, ORDER);

/** Refuses a list of passes that breaks an ordering. Exported for its test. */
export function checkOrder(passes: readonly Pass[], order: typeof ORDER): void {
  const position = new Map(passes.map((pass, i) => [pass.name, i]));
  assert(position.size === passes.length, "two passes have the same name");
  for (const [earlier, later, why] of order) {
    const [a, b] = [position.get(earlier), position.get(later)];
    assert(
      a !== undefined && b !== undefined,
      `an ordering mentions ${a === undefined ? earlier : later}, which is no pass`,
    );
    assert(a < b, `${earlier} must run before ${later}: ${why}`);
  }
}

export interface PassReport {
  readonly name: string;
  readonly milliseconds: number;
  readonly rewrites: number;
}

export interface PassOptions {
  /** The last pass to run. */
  readonly until?: string;
  /** Passes to leave out. */
  readonly skip?: readonly string[];
  readonly effort?: Effort;
  /** Verify the program after every pass. */
  readonly check?: boolean;
  readonly onPass?: (report: PassReport) => void;
  /** Called after every pass, to look at the program: it is self-contained then. */
  readonly onProgram?: (pass: string) => void;
}

export function runPasses(program: LLProgram, options: PassOptions = {}): PassReport[] {
  const reports: PassReport[] = [];
  const closeEach = options.check === true || options.onProgram !== undefined;
  openAll(program);
  for (const pass of PASSES) {
    const run = options.effort === "quick" && pass.quick !== undefined ? pass.quick : pass.run;
    if (run !== null && options.skip?.includes(pass.name) !== true) {
      const report = runPass(program, pass.name, run);
      reports.push(report);
      options.onPass?.(report);
      if (closeEach) {
        closeAll(program);
        if (options.check === true) assertVerified(program, pass.name);
        options.onProgram?.(pass.name);
        openAll(program);
      }
    }
    if (pass.name === options.until) break;
  }
  closeAll(program);
  return reports;
}

function runPass(program: LLProgram, name: string, run: Pass["run"]): PassReport {
  const start = performance.now();
  const rewrites = run(program);
  return { name, rewrites, milliseconds: performance.now() - start };
}

function openAll(program: LLProgram): void {
  for (const fn of program.functions) if (fn.graph !== null) open(fn.graph);
}

function closeAll(program: LLProgram): void {
  for (const fn of program.functions) if (fn.graph !== null) close(fn.graph);
}
