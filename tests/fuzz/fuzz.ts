/**
 * `npm run fuzz -- --count 1000 --seed 1`: checks that many random programs, beginning with that
 * seed, and prints the failing ones made small.
 *
 *     --batch 25       programs that are compiled together
 *     --native gcc     the compiler of all of them, without optimisation; `none` for no native code
 *     --thorough 10    every so many batches, also: gcc -O2 and clang -O2, collecting at every
 *                      allocation, and the sanitizers; 0 for never
 *     --verify         verify the program after every pass
 *     --no-shrink      print failing programs by their seeds only
 *
 * Each line says up to which seed everything was checked, so that a run can be taken up again.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { check, engineName, type CheckOptions, type Failure, type NativeEngine } from "./check.ts";
import { randomProgram } from "./generate.ts";
import { shrink } from "./shrink.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    batch: { type: "string", default: "25" },
    native: { type: "string", default: "gcc" },
    thorough: { type: "string", default: "10" },
    verify: { type: "boolean", default: false },
    "no-shrink": { type: "boolean", default: false },
  },
});

const QUICK: readonly NativeEngine[] =
  values.native === "none" ? [] : [{ cc: values.native, mode: "quick" }];
/** One of these after the other. */
const THOROUGH: readonly NativeEngine[] = [
  { cc: "gcc", mode: "release", stress: true },
  { cc: "clang", mode: "release" },
  { cc: "gcc", mode: "dev", sanitizers: true, stress: true },
  { cc: "clang", mode: "dev", sanitizers: true },
];

const folder = mkdtempSync(join(tmpdir(), "wright-fuzz-"));
const options: CheckOptions = {
  native: QUICK,
  output: join(folder, "bundle"),
  verify: values.verify,
};

let failures = 0;
const [first, count, batch] = [Number(values.seed), Number(values.count), Number(values.batch)];
const every = values.native === "none" ? 0 : Number(values.thorough);
const start = performance.now();
for (let at = 0, round = 1; at < count; at += batch, round++) {
  const isThorough = every > 0 && round % every === 0;
  const native = isThorough ? [THOROUGH[(round / every - 1) % THOROUGH.length]!] : QUICK;
  const seeds = Array.from({ length: Math.min(batch, count - at) }, (_, i) => first + at + i);
  const found = await check(
    seeds.map((seed) => ({ seed, text: randomProgram(seed) })),
    { ...options, native },
  );
  failures += found.length;
  const done = at + seeds.length;
  const speed = (done / ((performance.now() - start) / 1000)).toFixed(1);
  const engines = native.map(engineName).join(", ");
  console.log(
    `${done} of ${count} programs to seed ${seeds.at(-1)}, ${failures} failures, ${speed}/s (${engines})`,
  );
  for (const failure of found) await report(failure, native);
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = failures === 0 ? 0 : 1;

async function report(failure: Failure, native: readonly NativeEngine[]): Promise<void> {
  console.log(`\nseed ${failure.seed}: ${failure.kind}\n${failure.details}\n`);
  if (values["no-shrink"]) return;
  const isNative = native.some((engine) => failure.kind.startsWith(engineName(engine)));
  const fails = async (text: string): Promise<boolean> => {
    const again = await check([{ seed: failure.seed, text }], {
      ...options,
      native: isNative ? native : [],
    });
    return again.some((one) => one.kind === failure.kind && headline(one) === headline(failure));
  };
  console.log(await shrink(randomProgram(failure.seed), fails, isNative ? 150 : 1500));
}

/** What makes two failures to compile the same: the code of the error, or the first words of the message. */
function headline({ kind, details }: Failure): string {
  if (kind === "rejected") return /E\d{4}.*/.exec(details)?.[0] ?? "";
  return kind === "broken" ? details.slice(0, 40) : "";
}
