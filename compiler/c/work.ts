/**
 * The folders of the cache in which builds have what is not ready: a build removes its own in the end. One
 * that was killed could not, so the next removes what it left. The name of a folder says which
 * process it belongs to. That a process of that number is gone is not enough: the cache may be shared
 * with another machine or container, whose processes are not seen here. So nothing is touched that was
 * written to within the last hour.
 */
import { randomBytes } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const OLD_MILLISECONDS = 60 * 60 * 1000;
/** The process is not in names that older versions gave. */
const NAME = /^work-(?:(\d+)-)?[0-9a-f]{12}$/;

/** Says where; making it is left to who writes there. */
export function newWorkFolder(cache: string): string {
  removeAbandoned(cache);
  return join(cache, `work-${process.pid}-${randomBytes(6).toString("hex")}`);
}

/** What cannot be removed stays. */
function removeAbandoned(cache: string): void {
  for (const name of namesIn(cache)) {
    const match = NAME.exec(name);
    if (match === null || (match[1] !== undefined && isAlive(Number(match[1])))) continue;
    const path = join(cache, name);
    try {
      if (Date.now() - statSync(path).mtimeMs >= OLD_MILLISECONDS)
        rmSync(path, { recursive: true, force: true });
    } catch {
      // Another build has removed it, or may and we may not.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
