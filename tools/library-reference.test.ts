import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { forgottenModules, libraryReference, PAGE } from "./library-reference.ts";

test("docs/library.md is what the library says; run tools/library-reference.ts when it is not", () => {
  expect(readFileSync(PAGE, "utf8")).toBe(libraryReference());
});

test("every module of the library is on the page, or said to be internal", () => {
  expect(forgottenModules()).toEqual([]);
});
