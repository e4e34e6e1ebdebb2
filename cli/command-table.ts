/** The commands of `wright`, and the options that all of them take. */
import { COLLECTORS } from "../compiler/collectors.ts";
import type { CommandSpec, OptionSpec, PositionalSpec } from "./options.ts";

const LANG: PositionalSpec = { name: "LANG", optional: true, completes: "language" };
const JSON_OPTION: OptionSpec = { name: "json", help: "print the result as JSON" };
const TIME: OptionSpec = { name: "time", help: "print how long each phase took" };
const CC: OptionSpec = {
  name: "cc",
  value: "CC",
  help: "C compiler to use: gcc, clang or a path (default: $CC, then what there is)",
};

/** What `dump --after` takes besides the name of a pass. */
export const STAGES = ["tokens", "ast", "flow", "annotated", "lowered", "c"] as const;
export const TEMPLATES = ["minimal", "calculator", "stack-vm"] as const;
export const SHELLS = ["bash", "zsh", "fish"] as const;

export const SHARED_OPTIONS: readonly OptionSpec[] = [
  { name: "help", short: "h", help: "explain the command" },
  { name: "quiet", short: "q", help: "say nothing but results and errors" },
];

export const COMMANDS = [
  {
    name: "new",
    summary: "start a language from a template",
    about:
      "Makes a folder with a small language that works: it passes its own `wright test` and builds. Nothing is ever overwritten.",
    positionals: [{ name: "NAME", completes: "folder" }],
    options: [
      {
        name: "template",
        short: "t",
        value: "TEMPLATE",
        choices: TEMPLATES,
        help: "minimal, calculator or stack-vm (default: calculator)",
      },
    ],
    examples: ["wright new tiny --template stack-vm"],
    heavy: false,
  },
  {
    name: "check",
    summary: "report every mistake in a language",
    about:
      "Analyses the whole program and prints what is wrong with it, each mistake once, with the places that disagree and how the types got there. Exits with 1 when there are errors.",
    positionals: [LANG],
    options: [
      { name: "json", help: "one JSON object per diagnostic, as editors get them" },
      { name: "watch", short: "w", help: "check again whenever a file changes" },
      TIME,
    ],
    examples: ["wright check langs/tiny", "wright check langs/tiny --watch"],
    heavy: true,
  },
  {
    name: "run",
    summary: "run a language in the evaluator",
    about:
      "Runs the interpreter without building it: no C compiler is needed. What follows LANG goes to the interpreter, and its exit code is ours. Options of `wright run` come before LANG.",
    positionals: [LANG, { name: "ARG", rest: true, completes: "file" }],
    options: [TIME],
    examples: ["wright run langs/tiny program.t"],
    heavy: true,
    passesOn: true,
  },
  {
    name: "test",
    summary: "run the tests of a language",
    about:
      "Runs every function `test_…` of every `…_test.wr` below the language's folder, in the evaluator or, with --target native, in a built test runner. Exits with 1 when a test fails.",
    positionals: [LANG, { name: "NAME", optional: true, completes: "nothing" }],
    options: [
      {
        name: "target",
        value: "TARGET",
        choices: ["evaluator", "native"],
        help: "where tests run: evaluator (default) or native",
      },
      CC,
      JSON_OPTION,
    ],
    examples: ["wright test langs/tiny", "wright test langs/tiny test_add --target native"],
    heavy: true,
  },
  {
    name: "build",
    summary: "build a language's virtual machine",
    about:
      "Makes a native executable of the interpreter: out/NAME unless -o says otherwise. An interrupted or failed build leaves nothing half-written behind.",
    positionals: [LANG],
    options: [
      {
        name: "output",
        short: "o",
        value: "FILE",
        help: "where to put the VM (default: out/NAME)",
      },
      { name: "dev", help: "build fast, run slower: light optimisation, assertions kept" },
      { name: "watch", short: "w", help: "build again whenever a file changes" },
      CC,
      {
        name: "gc",
        value: "COLLECTOR",
        choices: COLLECTORS,
        help: "the VM's collector: generational (default), copying, marksweep or none",
      },
      { name: "size", help: "with --target wasm: neither names of functions nor a source map" },
      {
        name: "sandbox",
        value: "POLICY",
        help: "build a VM that may do only what this file says (native only)",
      },
      { name: "keep-c", help: "keep the C files next to the VM, in FILE.c-files" },
      {
        name: "target",
        value: "TARGET",
        choices: ["native", "wasm"],
        help: "what to build for: native (default) or wasm (FILE.wasm, with FILE.mjs and FILE.browser.mjs that run it)",
      },
      TIME,
    ],
    examples: [
      "wright build langs/tiny",
      "wright build langs/tiny --dev --watch",
      "wright build langs/tiny --target wasm",
    ],
    heavy: true,
  },
  {
    name: "fmt",
    summary: "format source files",
    about:
      "Formats files in place: the .wr files named, and those in the folders named (default: here). A file with syntax errors is left alone and reported. What is printed with --check and --diff are the files that would change, and how. Exits with 1 when a file has syntax errors, or is not formatted under --check.",
    positionals: [{ name: "PATH", rest: true, completes: "file" }],
    options: [
      { name: "check", help: "change nothing; exit with 1 if a file is not formatted" },
      { name: "diff", help: "change nothing; print what would change" },
      { name: "stdin", help: "format standard input to standard output" },
    ],
    examples: ["wright fmt langs/tiny", "wright fmt --check --diff ."],
    heavy: true,
  },
  {
    name: "dump",
    summary: "show a function after a stage of the compiler",
    about: `Prints what the compiler has made of a function. Stages: ${STAGES.join(", ")}, and the name of every pass. Without --fn, the whole program's (tokens and ast: the entry file's).`,
    positionals: [LANG],
    options: [
      { name: "after", value: "STAGE", help: "the stage or pass (default: lowered)" },
      {
        name: "fn",
        value: "NAME",
        help: "the function: `main`, `Machine.run`, `machine.Machine.run`",
      },
      {
        name: "as",
        value: "FORM",
        choices: ["text", "dot", "svg", "html"],
        help: "text (default), dot for Graphviz, svg (a drawing), or html with every stage side by side",
      },
    ],
    examples: [
      "wright dump langs/tiny --after annotated --fn run",
      "wright dump langs/tiny --fn run --as html > run.html",
    ],
    heavy: true,
  },
  {
    name: "why",
    summary: "explain the type at a place in the source",
    about:
      "Prints the type that was inferred at FILE:LINE:COL and the chain of assignments, calls and stores through which it got there.",
    positionals: [
      { name: "LANG", completes: "language" },
      { name: "FILE:LINE:COL", completes: "file" },
    ],
    options: [JSON_OPTION],
    examples: ["wright why langs/tiny langs/tiny/main.wr:12:9"],
    heavy: true,
  },
  {
    name: "heap",
    summary: "say what a VM's heap dump holds",
    about:
      "Reads a dump that a VM wrote to the file named by WRIGHT_HEAP_DUMP, and prints what is alive by type: how many, how many bytes, and how many would be free without them. `--type` asks how objects of that type are reached from the roots.",
    positionals: [{ name: "FILE", completes: "file" }],
    options: [
      { name: "type", value: "TYPE", help: "the ways from the roots to the objects of this type" },
      { name: "all", help: "print all rows, not only the first ones" },
      JSON_OPTION,
    ],
    examples: ["wright heap vm.heap", "wright heap vm.heap --type 'list<str>'"],
    heavy: false,
  },
  {
    name: "lsp",
    summary: "serve editors over the language server protocol",
    about:
      "Speaks the language server protocol on standard input and output: what an editor starts. `docs/editors.md` says how each is told to.",
    positionals: [],
    options: [{ name: "stdio", help: "talk over standard input and output (the default)" }],
    examples: ["wright lsp --stdio"],
    heavy: false,
  },
  {
    name: "debug-adapter",
    summary: "debug a language in the evaluator, for an editor",
    about:
      "Speaks the debug adapter protocol on standard input and output: what an editor starts. The request `launch` takes `program` (a LANG), `args`, `input`, `stopOnEntry` and `test`.",
    positionals: [],
    options: [],
    examples: ["wright debug-adapter"],
    heavy: false,
  },
  {
    name: "explain",
    summary: "explain a diagnostic code",
    about:
      "Prints the page of a code: why it is wrong, a program that provokes it and the same program put right. Without CODE, lists all codes.",
    positionals: [{ name: "CODE", optional: true, completes: "code" }],
    options: [JSON_OPTION],
    examples: ["wright explain E0301"],
    heavy: false,
  },
  {
    name: "doctor",
    summary: "check that this machine has what is needed",
    about:
      "Looks for Node, C compilers, the library and the cache folder, and says what to do about what is missing. Exits with 1 when something necessary is.",
    positionals: [],
    options: [JSON_OPTION],
    examples: ["wright doctor"],
    heavy: false,
  },
  {
    name: "completion",
    summary: "print a completion script for a shell",
    about: "Prints a script that completes commands, options, languages and codes.",
    positionals: [{ name: "SHELL", completes: "shell" }],
    options: [],
    examples: ['eval "$(wright completion bash)"', "wright completion fish | source"],
    heavy: false,
  },
] as const satisfies readonly CommandSpec[];

export type CommandName = (typeof COMMANDS)[number]["name"];

export function findCommand(name: string): CommandSpec | undefined {
  return COMMANDS.find((one) => one.name === name);
}
