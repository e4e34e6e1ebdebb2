/**
 * The programs of github.com/ecraven/r7rs-benchmarks as work to be measured: their text for one Scheme,
 * their input for a number of repetitions, and the seconds of the processor that the work took.
 *
 * A program prints the seconds that its work took; that times the share of a processor that the
 * process had while it ran is what counts, so a loaded machine does not decide.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { textOf } from "./text.ts";

export const PROGRAMS = [
  ..."browse deriv destruc diviter divrec puzzle triangl tak takl ntakl cpstak ctak".split(" "),
  ..."fib fibc fibfp sum sumfp fft mbrot mbrotZ nucleic pi pnpoly ray simplex".split(" "),
  ..."ack array1 string sum1 cat tail wc read1 compiler conform dynamic earley graphs".split(" "),
  ..."lattice matrix maze mazefun nqueens paraffins parsing peval primes quicksort".split(" "),
  ..."scheme slatex chudnovsky nboyer sboyer gcbench mperm equal bv2string".split(" "),
];

/** Behind the number of repetitions: arguments, and the result that Chez Scheme computes for them. */
const SMALLER: Readonly<Record<string, string>> = {
  tak: "18 12 6 7",
  takl: `${countdown(18)} ${countdown(12)} ${countdown(6)} 7`,
  ntakl: `${countdown(18)} ${countdown(12)} ${countdown(6)} 7`,
  cpstak: "18 12 6 7",
  ctak: "18 12 6 7",
  fib: "27 196418",
  ack: "3 8 2045",
  earley: "10 4862",
  graphs: "6 10275",
  nqueens: "9 352",
  paraffins: "17 24894",
  equal: "100 8 200 400 1000 #t",
  nboyer: "1 591777",
  sboyer: "1 591777",
  gcbench: "16 0",
  mperm: "9 2 1 16329600",
  lattice: "33 10",
};
const MOST_REPETITIONS = 100_000;

function countdown(from: number): string {
  return `(${Array.from({ length: from }, (_, i) => from - i).join(" ")})`;
}

/** How a Scheme other than ours is run. */
export interface Peer {
  readonly command: readonly string[];
  /** In front of each program. */
  readonly prelude: (suite: string) => string;
  /** After the program and before what runs it; relative to the suite's sources. */
  readonly postlude?: string;
  /** Whether the peer knows no `import`. */
  readonly dropImports: boolean;
}

export class Failed extends Error {}

/** Bash tells the real, user and system seconds of a command on the last line of its standard error. */
const TIMED = ["bash", "-c", 'TIMEFORMAT="%R %U %S"; time "$@"', "bash"];

export class Suite {
  readonly #folder: string;
  readonly #work: string;
  readonly #limit: number;

  /** `limit`: the seconds that a program may take. */
  constructor(folder: string, work: string, limit: number) {
    this.#folder = resolve(folder);
    this.#work = resolve(work);
    this.#limit = limit;
    if (!existsSync(join(this.#folder, "src/common.scm"))) {
      process.stderr.write(`no r7rs-benchmarks in ${folder}: give its folder with --suite\n`);
      process.exit(2);
    }
    for (const name of ["inputs", "outputs"])
      mkdirSync(join(this.#work, name), { recursive: true });
    cpSync(join(this.#folder, "inputs"), join(this.#work, "inputs"), { recursive: true });
    // As many lines, words and characters as the programs that read the book ask for.
    if (!existsSync(join(this.#work, "inputs/bib")))
      writeFileSync(join(this.#work, "inputs/bib"), textOf(31102, 851820, 4460056));
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, "src", name), "utf8");
  }

  #source(program: string, peer: Peer | null): string {
    const own = peer?.postlude;
    const body = [
      this.#read(`${program}.scm`),
      this.#read("common.scm"),
      own === undefined ? "" : this.#read(own),
      this.#read("common-postlude.scm"),
    ].join("\n");
    if (peer === null) {
      const name = '(define (this-scheme-implementation-name) "langwright")\n';
      return body.replace(/^\(import [^\n]*\n/m, (line) => line + name);
    }
    const text = peer.dropImports ? body.replace(/^\(import \(scheme.*\)$/gm, "") : body;
    return `${peer.prelude(join(this.#folder, "src"))}\n${text}`;
  }

  /** The suite's input with one repetition (`count` null), or what is measured with `count` of them. */
  #input(program: string, count: number | null): string {
    const smaller = SMALLER[program];
    if (count !== null && smaller !== undefined) return `${count}\n${smaller}\n`;
    return this.#given(program).replace(/^\d+/m, String(count ?? 1));
  }

  #given(program: string): string {
    return readFileSync(join(this.#folder, "inputs", `${program}.input`), "utf8");
  }

  #mostRepetitions(program: string): number {
    if (SMALLER[program] !== undefined) return MOST_REPETITIONS;
    return Number(/^\d+/m.exec(this.#given(program))![0]);
  }

  /** Seconds of the processor that the work of a program took; `peer` is null for a VM of ours. */
  seconds(
    name: string,
    command: readonly string[],
    peer: Peer | null,
    program: string,
    count: number | null,
  ): number {
    const file = join(this.#work, `${program}-${name}.scm`);
    writeFileSync(file, this.#source(program, peer));
    // `timeout` ends the program itself; spawnSync would end the shell around it, and no more.
    const limit = ["timeout", "-s", "KILL", String(this.#limit)];
    const [shell, ...rest] = [...TIMED, ...limit, ...command, file];
    const result = spawnSync(shell!, rest, {
      cwd: this.#work,
      encoding: "utf8",
      input: this.#input(program, count),
      maxBuffer: 1 << 28,
    });
    const found = /^Elapsed time: (\S+) seconds/m.exec(result.stdout ?? "");
    if (found === null) {
      const said = `${result.stdout ?? ""}${result.stderr ?? ""}`.trim().slice(-600);
      throw new Failed(
        result.status === 137
          ? `took longer than ${this.#limit} s`
          : `ended with ${result.status}: ${said}`,
      );
    }
    const times = result.stderr.trim().split("\n").at(-1)!.split(" ");
    const [real, user, system] = times.map(Number);
    return Number(found[1]) * Math.min(1, (user! + system!) / Math.max(real!, 1e-3));
  }

  /** As many repetitions as take a VM about the wanted seconds, and never more than the suite's. */
  repetitions(program: string, wanted: number, run: (count: number) => number): number {
    const most = this.#mostRepetitions(program);
    for (let count = 1; ; count *= 4) {
      const took = run(Math.min(count, most));
      if (count >= most) return most;
      if (took * 4 < wanted) continue;
      return Math.min(most, Math.max(count, Math.ceil((count * wanted) / Math.max(took, 1e-3))));
    }
  }
}
