/** The text of `--help`, from the command table. */
import { COMMANDS, SHARED_OPTIONS } from "./command-table.ts";
import { usageOf, type CommandSpec, type OptionSpec } from "./options.ts";
import type { Palette } from "./terminal.ts";

export function generalHelp(paint: Palette): string {
  const rows = COMMANDS.map((one) => [one.name, one.summary] as const);
  return [
    `${paint.bold("wright")}: write an interpreter, get a virtual machine.`,
    "",
    `${paint.bold("usage")}: wright COMMAND [options]`,
    "",
    ...table(rows, paint),
    "",
    `LANG is a folder with a langwright.json, or a .wr file; without it, the current folder.`,
    `\`wright COMMAND --help\` explains a command. \`wright --version\` prints the version.`,
    `Colour follows the terminal, NO_COLOR and FORCE_COLOR.`,
  ].join("\n");
}

export function commandHelp(command: CommandSpec, paint: Palette): string {
  const options = [...command.options, ...SHARED_OPTIONS];
  return [
    `${paint.bold("usage")}: ${usageOf(command)}`,
    "",
    ...wrap(command.about, 80),
    "",
    paint.bold("options"),
    ...table(
      options.map((one) => [optionHead(one), one.help] as const),
      paint,
    ),
    "",
    paint.bold("examples"),
    ...command.examples.map((one) => `  ${one}`),
  ].join("\n");
}

function optionHead(option: OptionSpec): string {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  const value = option.value === undefined ? "" : ` ${option.value}`;
  return `${short}--${option.name}${value}`;
}

function table(rows: readonly (readonly [string, string])[], paint: Palette): string[] {
  const width = Math.max(...rows.map(([head]) => head.length)) + 2;
  return rows.map(
    ([head, text]) => `  ${paint.cyan(head)}${" ".repeat(width - head.length)}${text}`,
  );
}

export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
