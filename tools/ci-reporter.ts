/**
 * Vitest's JSON report says that a test was skipped, but not why. This reporter copies the reason
 * given to `ctx.skip(reason)` into the test's `meta`, which the JSON report does carry.
 */
import type { Reporter, TestCase } from "vitest/node";

export default class SkipReasons implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === "skipped" && result.note !== undefined) {
      Object.assign(test.meta(), { skipReason: result.note });
    }
  }
}
