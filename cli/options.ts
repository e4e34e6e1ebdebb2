/**
 * The shape of the command table and the reading of arguments against it. One table feeds parsing,
 * `--help`, completion and the documentation's test, so they cannot disagree.
 */
import { nearest } from "../dsl/bind/nearest.ts";

export interface OptionSpec {
  /** Without dashes. */
  readonly name: string;
  readonly short?: string;
  /** What its value is called in help; absent for a switch. */
  readonly value?: string;
  /** The values there are, where they are few. */
  readonly choices?: readonly string[];
  readonly help: string;
}

export interface PositionalSpec {
  readonly name: string;
  readonly optional?: boolean;
  /** Takes all that is left. */
  readonly rest?: boolean;
  /** What completion offers. */
  readonly completes: "language" | "code" | "file" | "folder" | "shell" | "nothing";
}

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** A paragraph for `wright NAME --help`. */
  readonly about: string;
  readonly positionals: readonly PositionalSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** Analyses programs: runs in a worker with a large stack. */
  readonly heavy: boolean;
  /** What follows the first positional belongs to somebody else (the hosted program). */
  readonly passesOn?: true;
}

/** The user's mistake in calling us: exit code 2. */
export class UsageError extends Error {
  readonly hint: string | null;
  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}

export interface Arguments {
  readonly positionals: readonly string[];
  /** Switches are `true`. */
  readonly options: Readonly<Record<string, string | true>>;
}

export function parseArguments(
  command: CommandSpec,
  shared: readonly OptionSpec[],
  args: readonly string[],
): Arguments {
  const known = [...command.options, ...shared];
  const positionals: string[] = [];
  const options: Record<string, string | true> = {};
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === "--") {
      positionals.push(...queue.splice(0));
    } else if (arg.startsWith("-") && arg !== "-") {
      readOption(command, known, arg, queue, options);
    } else {
      positionals.push(arg);
      if (command.passesOn === true) positionals.push(...queue.splice(0));
    }
  }
  if (options["help"] === undefined) checkPositionals(command, positionals);
  return { positionals, options };
}

function readOption(
  command: CommandSpec,
  known: readonly OptionSpec[],
  arg: string,
  queue: string[],
  options: Record<string, string | true>,
): void {
  const long = arg.startsWith("--");
  const equals = arg.indexOf("=");
  const written = equals < 0 ? arg : arg.slice(0, equals);
  const option = known.find((one) => written === (long ? `--${one.name}` : `-${one.short}`));
  if (option === undefined) throw unknownOption(command, known, written);
  if (option.value === undefined) {
    if (equals >= 0) throw new UsageError(`${written} takes no value`);
    options[option.name] = true;
    return;
  }
  const value = equals < 0 ? queue.shift() : arg.slice(equals + 1);
  if (value === undefined)
    throw new UsageError(`${written} needs a value: ${written} ${option.value}`);
  if (option.choices !== undefined && !option.choices.includes(value)) {
    const near = nearest(value, option.choices);
    throw new UsageError(
      `${written} cannot be \`${value}\`; it is one of ${option.choices.join(", ")}`,
      near === null ? null : `did you mean \`${near}\`?`,
    );
  }
  options[option.name] = value;
}

function unknownOption(
  command: CommandSpec,
  known: readonly OptionSpec[],
  written: string,
): UsageError {
  const near = nearest(
    written,
    known.map((one) => `--${one.name}`),
  );
  const hint =
    near === null ? `\`wright ${command.name} --help\` lists them` : `did you mean \`${near}\`?`;
  return new UsageError(`\`wright ${command.name}\` has no option ${written}`, hint);
}

function checkPositionals(command: CommandSpec, found: readonly string[]): void {
  const { positionals } = command;
  const least = positionals.filter((one) => one.optional !== true && one.rest !== true).length;
  const hint = `usage: ${usageOf(command)}`;
  if (found.length < least)
    throw new UsageError(`${positionals[found.length]!.name} is missing`, hint);
  const open = positionals.some((one) => one.rest === true);
  if (!open && found.length > positionals.length) {
    throw new UsageError(`\`${found[positionals.length]}\` is one argument too many`, hint);
  }
}

/** `wright build [LANG] [options]`. */
export function usageOf(command: CommandSpec): string {
  const parts = ["wright", command.name];
  const options = command.options.length > 0 ? ["[options]"] : [];
  if (command.passesOn === true) parts.push(...options.splice(0));
  for (const one of command.positionals) {
    if (one.rest === true) parts.push(`[${one.name}…]`);
    else parts.push(one.optional === true ? `[${one.name}]` : one.name);
  }
  return [...parts, ...options].join(" ");
}
