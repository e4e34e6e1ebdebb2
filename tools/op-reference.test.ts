import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { opReference, PAGE } from "./op-reference.ts";

test("docs/ops.md is what the op table says; run tools/op-reference.ts when it is not", () => {
  expect(readFileSync(PAGE, "utf8")).toBe(opReference());
});
