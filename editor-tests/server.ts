/** The command by which the editors start `wright`. */
import { join } from "node:path";
import { ROOT } from "./browser.ts";

/** With `WRIGHT_BROKEN=METHOD`, the answers to that method of the protocol are empty. */
export function serverCommand(): string[] {
  const wright = [process.execPath, join(ROOT, "cli", "main.ts")];
  const broken = process.env["WRIGHT_BROKEN"];
  if (broken === undefined) return wright;
  return [process.execPath, join(ROOT, "editor-tests", "broken-server.ts"), broken, ...wright];
}
