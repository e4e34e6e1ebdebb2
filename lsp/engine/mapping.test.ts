import { describe, expect, it } from "vitest";
import { mappingBetween } from "./mapping.ts";

describe("offsets carried over to a changed text", () => {
  const before = "one\ntwo\nthree\nfour\n";

  it.each([
    ["one\ntwo\nthree\nfour\n", "nothing"],
    ["one\nnew\ntwo\nthree\nfour\n", "a line put in"],
    ["one\nthree\nfour\n", "a line taken out"],
    ["zero one\ntwo\nthree\nfive four\n", "two places"],
    ["one\ntwo\nthr333ee\nfour\n", "inside a word"],
  ])("%j: %s", (after) => {
    const mapping = mappingBetween(before, after);
    for (const word of ["one", "two", "four"]) {
      const [from, to] = [before.indexOf(word), after.indexOf(word)];
      if (to < 0) continue;
      // The end of a word is safe even where text was put in just before it.
      expect(mapping.forward(from + 1), word).toBe(to + 1);
      expect(mapping.back(to + 1), word).toBe(from + 1);
      expect(mapping.touched(from, from + word.length), word).toBe(false);
    }
  });

  it("says what was edited", () => {
    const mapping = mappingBetween(before, "one\ntwo\nthr333ee\nfour\n");
    expect(mapping.touched(8, 13)).toBe(true);
    expect(mapping.touched(4, 7)).toBe(false);
  });
});
