/** `wright doctor`: whether this machine has what is needed, and what to do about what it lacks. */
import { accessSync, constants, existsSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../../compiler/folders.ts";
import { findCompiler } from "../../compiler/c/toolchain.ts";
import { cacheFolder, libraryFolder, version } from "../install.ts";
import { flag, type Invocation } from "../invocation.ts";
import { size, type Palette } from "../terminal.ts";

interface Finding {
  readonly what: string;
  /** `warn`: something works only in part; `fail`: nothing does. */
  readonly state: "ok" | "warn" | "fail";
  readonly found: string;
  readonly fix: string | null;
}

export async function run(call: Invocation): Promise<number> {
  const { terminal } = call;
  const findings = [node(), library(), cache(), ...(await compilers()), memory()];
  if (flag(call, "json")) terminal.print(JSON.stringify({ version: version(), findings }, null, 2));
  else for (const one of findings) terminal.print(line(one, terminal.out));
  return findings.some((one) => one.state === "fail") ? 1 : 0;
}

function line(finding: Finding, paint: Palette): string {
  const marks = { ok: paint.green("ok  "), warn: paint.yellow("warn"), fail: paint.red("fail") };
  const text = `${marks[finding.state]}  ${finding.what.padEnd(11)} ${finding.found}`;
  return finding.fix === null ? text : `${text}\n      ${paint.cyan("help")}: ${finding.fix}`;
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const fine = major > 22 || (major === 22 && minor >= 12);
  return {
    what: "Node",
    state: fine ? "ok" : "fail",
    found: process.version,
    fix: fine ? null : "install Node 22.12 or newer",
  };
}

function library(): Finding {
  const path = join(libraryFolder, "wright", "builtins.wr");
  const fine = existsSync(path);
  return {
    what: "library",
    state: fine ? "ok" : "fail",
    found: fine ? libraryFolder : `${path} is missing`,
    fix: fine ? null : "this installation of Langwright is not complete: install it again",
  };
}

function cache(): Finding {
  const folder = cacheFolder();
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
    return { what: "cache", state: "ok", found: folder, fix: null };
  } catch {
    const fix = "give it to yourself, or name another folder in WRIGHT_CACHE";
    return { what: "cache", state: "warn", found: `${folder} cannot be written`, fix };
  }
}

/** Each of the usual compilers; what matters is that there is one. */
async function compilers(): Promise<Finding[]> {
  const asked = process.env["CC"];
  const names = [...(asked === undefined || asked === "" ? [] : [asked]), "gcc", "clang"];
  const found = await Promise.all(
    [...new Set(names)].map(async (name) => ({ name, compiler: await findCompiler(name) })),
  );
  const working = found.filter(({ compiler }) => "command" in compiler);
  if (working.length === 0) {
    const fix =
      "install one (apt install gcc, xcode-select --install); without it, `wright run` and `wright test` work and `wright build` does not";
    return [{ what: "C compiler", state: "warn", found: "none found", fix }];
  }
  return working.map(({ compiler }) => ({
    what: "C compiler",
    state: "ok",
    found: "version" in compiler ? compiler.version : "",
    fix: null,
  }));
}

function memory(): Finding {
  const total = totalmem();
  const enough = total > 2e9;
  return {
    what: "memory",
    state: enough ? "ok" : "warn",
    found: `${size(total)}, ${size(freemem())} free`,
    fix: enough ? null : "large languages may need 2 GB to build",
  };
}
