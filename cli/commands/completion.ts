/**
 * `wright completion SHELL`: a script made from the command table. Languages are folders with a
 * langwright.json, looked for by the script itself, so that completing starts no Node.
 */
import { CATALOGUE } from "../../dsl/syntax/catalogue.ts";
import { nearest } from "../../dsl/bind/nearest.ts";
import { COMMANDS, SHARED_OPTIONS, SHELLS } from "../command-table.ts";
import type { Invocation } from "../invocation.ts";
import { UsageError, type CommandSpec, type OptionSpec } from "../options.ts";

type Shell = (typeof SHELLS)[number];

const SCRIPTS: Readonly<Record<Shell, () => string>> = { bash, zsh, fish };

export async function run(call: Invocation): Promise<number> {
  const written = call.positionals[0]!;
  const shell = SHELLS.find((one) => one === written);
  if (shell === undefined) {
    const near = nearest(written, SHELLS);
    throw new UsageError(
      `there is no completion for \`${written}\`; there is for ${SHELLS.join(", ")}`,
      near === null ? null : `did you mean \`${near}\`?`,
    );
  }
  call.terminal.print(SCRIPTS[shell]());
  return 0;
}

function optionsOf(command: CommandSpec): readonly OptionSpec[] {
  return [...command.options, ...SHARED_OPTIONS];
}

function spellings(option: OptionSpec): string[] {
  return option.short === undefined
    ? [`--${option.name}`]
    : [`--${option.name}`, `-${option.short}`];
}

/** What the first positional argument of a command may be. */
function completes(command: CommandSpec): CommandSpec["positionals"][number]["completes"] {
  return command.positionals[0]?.completes ?? "nothing";
}

function commandsCompleting(what: string): string[] {
  return COMMANDS.filter((one) => completes(one) === what).map((one) => one.name);
}

const codes = () => Object.keys(CATALOGUE).sort().join(" ");

// ---------------------------------------------------------------- bash

function bash(): string {
  const options = COMMANDS.map((one) => {
    const words = optionsOf(one).flatMap(spellings).join(" ");
    return `    ${one.name}) options="${words}" ;;`;
  });
  const values = valueWords().map(
    ([command, option, words]) =>
      `    "${command} ${option}") COMPREPLY=($(compgen -W "${words}" -- "$word")); return ;;`,
  );
  return `# wright: completion for bash
_wright_languages() {
  local file
  for file in langwright.json */langwright.json */*/langwright.json; do
    [ -f "$file" ] || continue
    case "$file" in */*) echo "\${file%/*}" ;; *) echo . ;; esac
  done
}
_wright() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" options=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${COMMANDS.map((one) => one.name).join(" ")} --help --version" -- "$word"))
    return
  fi
  case "$command $before" in
${values.join("\n")}
    *" --output"|*" -o") COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  case "$command" in
${options.join("\n")}
  esac
  case "$word" in -*) COMPREPLY=($(compgen -W "$options" -- "$word")); return ;; esac
  case "$command" in
    ${commandsCompleting("language").join("|")}) COMPREPLY=($(compgen -W "$(_wright_languages)" -- "$word") $(compgen -d -- "$word") $(compgen -f -- "$word" | grep '\\.wr$')) ;;
    ${commandsCompleting("code").join("|")}) COMPREPLY=($(compgen -W "${codes()}" -- "$word")) ;;
    ${commandsCompleting("shell").join("|")}) COMPREPLY=($(compgen -W "${SHELLS.join(" ")}" -- "$word")) ;;
  esac
}
complete -o filenames -F _wright wright
`;
}

/** Command, option spelling, and the words it takes. */
function valueWords(): [string, string, string][] {
  return COMMANDS.flatMap((command) =>
    optionsOf(command)
      .filter((option) => option.choices !== undefined)
      .flatMap((option) =>
        spellings(option).map((one): [string, string, string] => [
          command.name,
          one,
          option.choices!.join(" "),
        ]),
      ),
  );
}

// ---------------------------------------------------------------- zsh

function zsh(): string {
  const quoted = (text: string) => text.replaceAll("'", "'\\''").replace(/[[\]:]/g, "\\$&");
  const commands = COMMANDS.map((one) => `    '${one.name}:${quoted(one.summary)}'`);
  const cases = COMMANDS.map((command) => {
    const options = optionsOf(command).map((option) => {
      const value = option.value === undefined ? "" : `:${option.value}:${zshValue(option)}`;
      return `'--${option.name}[${quoted(option.help)}]${value}'`;
    });
    return `    ${command.name}) _arguments ${[...options, `'*: :${zshPositional(command)}'`].join(" ")} ;;`;
  });
  return `#compdef wright
# wright: completion for zsh
_wright_languages() {
  local -a found
  found=(langwright.json(N:h) */langwright.json(N:h) */*/langwright.json(N:h))
  compadd -- $found
  _files -g '*.wr'
}
_wright() {
  local -a commands
  commands=(
${commands.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = "_wright" ]; then _wright "$@"; else compdef _wright wright; fi
`;
}

function zshValue(option: OptionSpec): string {
  return option.choices === undefined ? "_files" : `(${option.choices.join(" ")})`;
}

function zshPositional(command: CommandSpec): string {
  switch (completes(command)) {
    case "language":
      return "_wright_languages";
    case "code":
      return `(${codes()})`;
    case "shell":
      return `(${SHELLS.join(" ")})`;
    case "file":
    case "folder":
      return "_files";
    case "nothing":
      return "";
  }
}

// ---------------------------------------------------------------- fish

function fish(): string {
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = [
    "# wright: completion for fish",
    "function __wright_languages",
    "    for file in langwright.json */langwright.json */*/langwright.json",
    "        test -f $file; and dirname $file",
    "    end",
    "end",
    "complete -c wright -f",
  ];
  for (const command of COMMANDS) {
    lines.push(
      `complete -c wright -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
    );
    const here = `complete -c wright -n '__fish_seen_subcommand_from ${command.name}'`;
    for (const option of optionsOf(command)) {
      const short = "short" in option && option.short !== undefined ? ` -s ${option.short}` : "";
      const value =
        option.value === undefined
          ? ""
          : option.choices === undefined
            ? " -r -F"
            : ` -x -a ${quoted(option.choices.join(" "))}`;
      lines.push(`${here} -l ${option.name}${short}${value} -d ${quoted(option.help)}`);
    }
    const words = fishPositional(command);
    if (words !== null) lines.push(`${here} ${words}`);
  }
  return `${lines.join("\n")}\n`;
}

function fishPositional(command: CommandSpec): string | null {
  switch (completes(command)) {
    case "language":
      return "-F -a '(__wright_languages)'";
    case "code":
      return `-a '${codes()}'`;
    case "shell":
      return `-a '${SHELLS.join(" ")}'`;
    case "file":
    case "folder":
      return "-F";
    case "nothing":
      return null;
  }
}
