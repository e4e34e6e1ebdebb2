/** What every feature gets. */
import type { Workspace } from "../workspace.ts";

export interface Context {
  readonly workspace: Workspace;
}
