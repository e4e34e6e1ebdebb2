/** E00xx: mistakes in a project's configuration. The examples are langwright.json files. */
import type { CatalogueRow } from "./catalogue.ts";

export const PROJECT_ROWS = {
  E0001: {
    title: "mistake in langwright.json",
    explanation:
      "A language is a folder with a langwright.json that names the language and the module with `main`. Here the file is no JSON, lacks something, or says something that Langwright does not know. The schema cli/langwright.schema.json lists all there is, and editors complete from it.",
    wrong: '{ "name": "tiny", "entree": "main.wr" }\n',
    right: '{ "name": "tiny", "entry": "main.wr" }\n',
  },
} as const satisfies Record<string, CatalogueRow>;
