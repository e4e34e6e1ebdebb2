/** The grammar that editors colour with is the one that the token table gives. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { KEYWORDS } from "../dsl/grammar/tokens.ts";
import { GRAMMAR_PATH, grammarText } from "./textmate.ts";

interface Rule {
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly patterns?: readonly Rule[];
}

describe("the TextMate grammar", () => {
  const text = grammarText();
  const grammar = JSON.parse(text) as { readonly repository: Readonly<Record<string, Rule>> };

  it("is up to date: `node tools/textmate.ts` writes it", () => {
    expect(readFileSync(GRAMMAR_PATH, "utf8")).toBe(text);
  });

  it("has only patterns that are regular expressions", () => {
    const visit = (rule: Rule) => {
      for (const pattern of [rule.match, rule.begin, rule.end]) {
        // The one notation of Oniguruma that JavaScript lacks before 2025: flags of a group.
        if (pattern !== undefined)
          expect(() => new RegExp(pattern.replaceAll("(?i:", "(?:"))).not.toThrow();
      }
      for (const inner of rule.patterns ?? []) visit(inner);
    };
    for (const rule of Object.values(grammar.repository)) visit(rule);
  });

  it("colours every keyword", () => {
    const rules = grammar.repository["words"]!.patterns!;
    for (const word of KEYWORDS.keys()) {
      expect(
        rules.some(({ name, match }) => name !== undefined && new RegExp(match!).test(word)),
        word,
      ).toBe(true);
    }
  });
});
