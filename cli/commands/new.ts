/** `wright new NAME [--template T]`: a folder with a small language that works. */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { makeFolder } from "../../compiler/folders.ts";
import { CONFIG_NAME } from "../config.ts";
import { packageRoot, templatesFolder } from "../install.ts";
import { optionText, type Invocation } from "../invocation.ts";
import { UsageError } from "../options.ts";
import { reasonOf, shown } from "../project.ts";

const DEFAULT_TEMPLATE = "calculator";
const NAME = /^[a-z][a-z0-9_-]*$/;

/** Stands for the language's name in a template's texts. */
const PLACEHOLDER = /\bNAME\b/g;

export async function run(call: Invocation): Promise<number> {
  const folder = call.positionals[0]!;
  const name = basename(resolve(folder));
  const template = optionText(call, "template") ?? DEFAULT_TEMPLATE;
  if (!NAME.test(name)) {
    throw new UsageError(
      `a language cannot be named \`${name}\``,
      "use small letters, digits, `-` and `_`, starting with a letter",
    );
  }
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new UsageError(
      `${shown(folder)} is there already, and not empty`,
      "nothing is overwritten; choose another name",
    );
  }
  try {
    copyTemplate(join(templatesFolder, template), folder, name);
  } catch (error) {
    throw new UsageError(`cannot write ${shown(folder)}: ${reasonOf(error)}`);
  }
  const { terminal } = call;
  const files = readdirSync(folder).map((one) => join(shown(folder), one));
  terminal.print(`made ${files.join(", ")}`);
  terminal.say(["", "try:", ...nextSteps(folder).map((one) => `  ${one}`)].join("\n"));
  return 0;
}

function copyTemplate(from: string, to: string, name: string): void {
  makeFolder(to);
  cpSync(from, to, { recursive: true, filter: (path) => basename(path) !== "out" });
  const config = join(to, CONFIG_NAME);
  const settings = JSON.parse(readFileSync(config, "utf8")) as Record<string, unknown>;
  writeFileSync(config, `${JSON.stringify({ ...settings, name }, null, 2)}\n`);
  const readme = join(to, "README.md");
  writeFileSync(readme, readFileSync(readme, "utf8").replace(PLACEHOLDER, name));
}

function nextSteps(folder: string): string[] {
  const path = shown(folder);
  const program = readdirSync(folder).find((one) => !/\.(wr|md|json)$/.test(one));
  const wright = relative(process.cwd(), packageRoot) === "" ? "npx wright" : "wright";
  return [
    `${wright} run ${path} ${join(path, program ?? "")}`,
    `${wright} test ${path}`,
    `${wright} build ${path}`,
  ];
}
