/**
 * `npm run fuzz -- --count 1000 --seed 1 [--batch 50] [--native gcc|none]`: checks that many random
 * programs, and prints the failing ones made small.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { check, type CheckOptions, type Failure } from "./check.ts";
import { randomProgram } from "./generate.ts";
import { shrink } from "./shrink.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    batch: { type: "string", default: "50" },
    native: { type: "string", default: "gcc" },
    "no-shrink": { type: "boolean", default: false },
  },
});

const folder = mkdtempSync(join(tmpdir(), "wright-fuzz-"));
const options: CheckOptions = {
  engines: values.native === "none" ? ["optimised"] : ["optimised", "native"],
  cc: values.native,
  output: join(folder, "bundle"),
};

let failures = 0;
const [first, count, batch] = [Number(values.seed), Number(values.count), Number(values.batch)];
for (let at = 0; at < count; at += batch) {
  const start = performance.now();
  const seeds = Array.from({ length: Math.min(batch, count - at) }, (_, i) => first + at + i);
  const found = await check(
    seeds.map((seed) => ({ seed, text: randomProgram(seed) })),
    options,
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${at + seeds.length} of ${count} programs, ${(failures += found.length)} failures (${seconds} s)`,
  );
  for (const failure of found) await report(failure);
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = failures === 0 ? 0 : 1;

async function report(failure: Failure): Promise<void> {
  console.log(`\nseed ${failure.seed}: ${failure.kind}\n${failure.details}\n`);
  if (values["no-shrink"]) return;
  const engines =
    failure.kind === "native"
      ? options.engines
      : options.engines.filter((one) => one === failure.kind);
  const fails = async (text: string): Promise<boolean> => {
    const [again] = await check([{ seed: failure.seed, text }], { ...options, engines });
    return (
      again !== undefined && again.kind === failure.kind && headline(again) === headline(failure)
    );
  };
  console.log(
    await shrink(randomProgram(failure.seed), fails, failure.kind === "native" ? 150 : 1500),
  );
}

/** What makes two failures to compile the same: the code of the error, or the first words of the message. */
function headline({ kind, details }: Failure): string {
  if (kind === "rejected") return /E\d{4}.*/.exec(details)?.[0] ?? "";
  return kind === "broken" ? details.slice(0, 40) : "";
}
