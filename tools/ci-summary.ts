/**
 * Closes a CI run: reads the report vitest wrote (`node tools/ci-summary.ts REPORT.json`), names
 * what failed and what was skipped and why, and ends with the line `N passed, N failed`.
 *
 * A test file that failed outside its tests (it does not load, a hook throws) counts as one
 * failure, and so does a report that is missing. A run without any test is a failure too.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";

interface ReportedTest {
  readonly fullName: string;
  readonly status: "passed" | "failed" | "skipped" | "pending" | "todo";
  readonly meta?: { readonly skipReason?: string };
}

interface ReportedFile {
  readonly name: string;
  readonly status: "passed" | "failed";
  readonly message: string;
  readonly assertionResults: readonly ReportedTest[];
}

export interface Report {
  readonly success: boolean;
  readonly testResults: readonly ReportedFile[];
}

export interface Summary {
  readonly lines: readonly string[];
  readonly ok: boolean;
}

export function summarise(report: Report, root: string): Summary {
  let passed = 0;
  const failed: string[] = [];
  const skipped: string[] = [];
  for (const file of report.testResults) {
    const path = relative(root, file.name);
    const failedBefore = failed.length;
    for (const test of file.assertionResults) {
      const name = `${path}: ${test.fullName.trim()}`;
      if (test.status === "passed") passed++;
      else if (test.status === "failed") failed.push(name);
      else skipped.push(`${name} (${test.meta?.skipReason ?? reasonless(test)})`);
    }
    if (file.status === "failed" && failed.length === failedBefore) {
      failed.push(`${path}: ${firstLine(file.message) || "failed outside its tests"}`);
    }
  }
  if (passed === 0 && failed.length === 0) failed.push("no test was run");
  if (!report.success && failed.length === 0) failed.push("the runner reports a failure");
  const lines = [
    ...failed.map((name) => `FAILED ${name}`),
    ...skipped.map((name) => `SKIPPED ${name}`),
    `${passed} passed, ${failed.length} failed` +
      (skipped.length > 0 ? `, ${skipped.length} skipped` : ""),
  ];
  return { lines, ok: failed.length === 0 };
}

function reasonless(test: ReportedTest): string {
  return test.status === "todo" ? "to do" : "no reason given";
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function readReport(path: string): Report {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Report;
  } catch (error) {
    const message = `no report: ${String(error)}`;
    const file = { name: path, status: "failed", message, assertionResults: [] } as const;
    return { success: false, testResults: [file] };
  }
}

if (import.meta.main) {
  const path = process.argv[2];
  if (path === undefined) {
    console.error("usage: node tools/ci-summary.ts REPORT.json");
    process.exit(2);
  }
  const { lines, ok } = summarise(readReport(path), process.cwd());
  console.log(lines.join("\n"));
  process.exitCode = ok ? 0 : 1;
}
