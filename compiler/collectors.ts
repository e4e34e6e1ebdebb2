/** The collectors that a build may have; each is a module of `runtime/gc`. */
export const COLLECTORS = ["generational", "copying", "marksweep", "none"] as const;
export type CollectorName = (typeof COLLECTORS)[number];
export const DEFAULT_COLLECTOR: CollectorName = "generational";

/** Whether programs have to report stores of references. */
export function needsBarriers(name: CollectorName = DEFAULT_COLLECTOR): boolean {
  return name === "generational";
}
