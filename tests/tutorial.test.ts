/**
 * The tutorial shows what is there: a block behind `<!-- path -->` is a part of that file, word for
 * word, and blocks without a path are commands only.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(root, "docs/tutorial.md"), "utf8");

interface Snippet {
  readonly path: string | null;
  readonly language: string;
  readonly text: string;
}

const snippets: readonly Snippet[] = [
  ...page.matchAll(/(?:<!-- (\S+) -->\n\n)?```(\w*)\n([\s\S]*?)\n```/g),
].map((match) => ({ path: match[1] ?? null, language: match[2]!, text: match[3]! }));

describe("docs/tutorial.md", () => {
  test("has snippets", () => {
    expect(snippets.length).toBeGreaterThan(20);
  });

  test.each(snippets.filter((snippet) => snippet.path !== null))(
    "$path has it",
    ({ path, text }) => {
      expect(readFileSync(join(root, path!), "utf8")).toContain(text);
    },
  );

  test("blocks without a file are commands", () => {
    const others = snippets.filter((snippet) => snippet.path === null);
    expect(others.filter((snippet) => snippet.language !== "sh")).toEqual([]);
  });
});
