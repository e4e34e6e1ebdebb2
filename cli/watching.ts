/** Doing something again whenever a file changes, until somebody presses ^C: `--watch`. */
import { watch, type FSWatcher } from "node:fs";
import { basename, dirname } from "node:path";
import { renderDiagnostics } from "../dsl/syntax/render.ts";
import { CONFIG_NAME } from "./config.ts";
import type { FileHost } from "./host.ts";
import type { Invocation } from "./invocation.ts";
import { ConfigError, type Project } from "./project.ts";
import { Exit } from "./terminal.ts";

/** Editors save in several steps; wait until they are done. */
const SETTLE_MILLISECONDS = 60;

/**
 * Calls `attempt` now and after every change in the folders that it adds to `folders`. What it says to
 * the user by `Exit` or as a wrong configuration may be put right, and does not end the watching.
 */
export async function watching(
  call: Invocation,
  attempt: (folders: Set<string>) => unknown,
): Promise<never> {
  const { terminal } = call;
  for (;;) {
    if (terminal.live) terminal.print("\x1b[2J\x1b[H");
    const folders = new Set<string>();
    try {
      await attempt(folders);
    } catch (error) {
      if (error instanceof ConfigError)
        terminal.print(renderDiagnostics(error.diagnostics, { color: terminal.out.enabled }));
      else if (!(error instanceof Exit) || call.interrupts.happened()) throw error;
    }
    if (folders.size === 0) folders.add(call.positionals[0] ?? ".");
    terminal.say(
      terminal.err.dim(`${new Date().toLocaleTimeString()}: waiting for changes; ^C ends`),
    );
    await change(folders);
  }
}

/** Adds the folders whose files make a difference to a project: its own, and those that were read from. */
export function addFolders(folders: Set<string>, project: Project, host: FileHost): void {
  folders.add(project.folder);
  for (const path of host.seen) folders.add(dirname(path));
}

/** Waits for a change of any module or configuration in these folders. */
function change(folders: ReadonlySet<string>): Promise<void> {
  return new Promise((resolve) => {
    const watchers: FSWatcher[] = [];
    let timer: NodeJS.Timeout | null = null;
    const done = () => {
      for (const one of watchers) one.close();
      resolve();
    };
    for (const folder of folders) {
      const watcher = watch(folder, (_, name) => {
        if (name !== null && !matters(name)) return;
        if (timer !== null) clearTimeout(timer);
        timer = setTimeout(done, SETTLE_MILLISECONDS);
      });
      // The folder went away: look again.
      watcher.on("error", () => (timer ??= setTimeout(done, SETTLE_MILLISECONDS)));
      watchers.push(watcher);
    }
  });
}

function matters(name: string): boolean {
  return (
    name.endsWith(".wr") || basename(name) === CONFIG_NAME || !/^\.|~$|\.(swp|tmp)$/.test(name)
  );
}
