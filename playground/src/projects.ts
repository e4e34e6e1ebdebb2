/** The languages of the page: what `build.ts` takes along, and what the page knows of them. */

export interface ProjectSpec {
  readonly name: string;
  readonly title: string;
  /** From the repository's root. */
  readonly folder: string;
  readonly entry: string;
  /** Other files of the project that its Wright source embeds, below its folder. */
  readonly resources: readonly string[];
  /** A program in the language: its name in the project, and where it comes from. */
  readonly program: { readonly name: string; readonly source: string };
  readonly args: readonly string[];
}

/** A project as the page fetches it. */
export interface Project {
  readonly name: string;
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
  readonly program: string;
  readonly args: readonly string[];
}

export const PROJECTS: readonly ProjectSpec[] = [
  {
    name: "minimal",
    title: "Minimal: one file of Wright",
    folder: "cli/templates/minimal",
    entry: "main.wr",
    resources: [],
    program: { name: "hello.txt", source: "cli/templates/minimal/hello.txt" },
    args: ["hello.txt"],
  },
  {
    name: "stack-vm",
    title: "Stack VM: an assembler and its machine",
    folder: "cli/templates/stack-vm",
    entry: "main.wr",
    resources: [],
    program: { name: "sum.asm", source: "cli/templates/stack-vm/sum.asm" },
    args: ["sum.asm"],
  },
  {
    name: "calc",
    title: "Calc: the language of the tutorial",
    folder: "examples/calc",
    entry: "main.wr",
    resources: [],
    program: { name: "tour.calc", source: "examples/calc/tests/tour.calc" },
    args: ["tour.calc"],
  },
  {
    name: "brainfuck",
    title: "Brainfuck",
    folder: "examples/brainfuck",
    entry: "main.wr",
    resources: [],
    program: { name: "hello.b", source: "examples/brainfuck/tests/hello.b" },
    args: ["hello.b"],
  },
  {
    name: "som",
    title: "SOM: a small Smalltalk",
    folder: "examples/som",
    entry: "main.wr",
    resources: ["lib"],
    program: { name: "Tour.som", source: "examples/som/demo/Tour.som" },
    args: ["Tour"],
  },
  {
    name: "scheme",
    title: "Scheme: R7RS-small",
    folder: "langs/scheme",
    entry: "main.wr",
    resources: ["prelude", "srfi"],
    program: { name: "program.scm", source: "playground/programs/program.scm" },
    args: ["program.scm"],
  },
];
