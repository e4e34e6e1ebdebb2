/**
 * How long builds take: `node bench/build.ts [--language langs/scheme] [--rounds 3]`. Prints, as JSON,
 * for a copy of the language:
 *
 * - `check`: `wright check`;
 * - `release`, `dev`: `wright build` and `wright build --dev` when nothing has been compiled before;
 * - `edited`: `wright build --dev` after a change of one function.
 *
 * The change replaces `--from` by `--to` in `--file` of the language; `$N` in it is another number each
 * time, so that no build has been there before. What is cold are the caches of object files and of the
 * translated collector; what Node remembers of our own sources stays, as it does for users.
 *
 * `wall` is seconds on the clock, medians over the rounds, which take the four in turns. `processor` is
 * what the process and the compilers it started took of all processors together, which says more on a
 * machine that does other things, too.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, options } from "./command-line.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What is changed where nothing else is asked for. */
const EDITS: Readonly<Record<string, Edit>> = {
  "langs/scheme": {
    file: "reader.wr",
    from: "        depth = 1\n",
    to: "        depth = $N\n",
  },
  "examples/brainfuck": {
    file: "main.wr",
    from: "    if len(argv) != 2:",
    to: "    if len(argv) != $N:",
  },
};

interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

interface Cost {
  readonly wall: number;
  readonly processor: number;
}

const given = options({ language: "langs/scheme", rounds: "3", file: "", from: "", to: "" });
const edit: Edit | undefined = given.file !== "" ? given : EDITS[given.language];
if (edit === undefined) throw new Error(`say with --file, --from and --to what to change`);

const folder = mkdtempSync(join(tmpdir(), "wright-build-"));
const cache = join(folder, "cache");
cpSync(join(ROOT, given.language), join(folder, given.language), { recursive: true });
const edited = join(folder, given.language, edit.file);
const original = readFileSync(edited, "utf8");
if (!original.includes(edit.from))
  throw new Error(`${edit.file} has no ${JSON.stringify(edit.from)}`);

/** The shell knows what its children took. */
const TIMED = '"$@" >/dev/null 2>"$0"; status=$?; times; exit $status';

function wright(...args: string[]): Cost {
  const log = join(folder, "log");
  const command = [process.execPath, join(ROOT, "cli/wright.mjs"), ...args];
  const start = performance.now();
  const { status, stdout } = spawnSync("sh", ["-c", TIMED, log, ...command], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, WRIGHT_CACHE: cache },
  });
  const wall = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`wright ${args.join(" ")}:\n${readFileSync(log, "utf8")}`);
  const children = stdout.trim().split("\n").at(-1)!;
  const processor = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
  return { wall, processor };
}

function build(...flags: string[]): Cost {
  return wright("build", given.language, "-o", join(folder, "vm"), ...flags);
}

function forgetObjects(): void {
  for (const name of ["objects", "runtime"])
    rmSync(join(cache, name), { recursive: true, force: true });
}

/** No build has seen these. */
let number = 1000;

function measure(): Record<"check" | "release" | "dev" | "edited", Cost> {
  const check = wright("check", given.language);
  forgetObjects();
  const release = build();
  forgetObjects();
  const dev = build("--dev");
  writeFileSync(edited, original.replace(edit!.from, edit!.to.replace("$N", String(number++))));
  const after = build("--dev");
  writeFileSync(edited, original);
  return { check, release, dev, edited: after };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(100 * sorted[sorted.length >> 1]!) / 100;
}

try {
  wright("check", given.language); // Node has read our sources once
  const rounds = Array.from({ length: Number(given.rounds) }, measure);
  const kinds = ["check", "release", "dev", "edited"] as const;
  const medians = kinds.map((kind) => [
    kind,
    {
      wall: median(rounds.map((round) => round[kind].wall)),
      processor: median(rounds.map((round) => round[kind].processor)),
    },
  ]);
  const report = { language: given.language, machine: machine(), rounds: rounds.length };
  console.log(JSON.stringify({ ...report, ...Object.fromEntries(medians) }, null, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
