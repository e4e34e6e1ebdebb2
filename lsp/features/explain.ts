/** The page of a diagnostic's code, as a document of the scheme `wright-explain`. */
import { CATALOGUE, type CatalogueRow } from "../../dsl/syntax/catalogue.ts";

export function explainPage(uri: string): string {
  const code = /([EW]\d{4})/.exec(uri)?.[1] ?? "";
  const row = (CATALOGUE as Readonly<Record<string, CatalogueRow>>)[code];
  if (row === undefined) return `# ${code}\n\nThere is no such code.\n`;
  const { title, explanation, wrong, right } = row;
  const example = (heading: string, text: string) =>
    `## ${heading}\n\n\`\`\`wright\n${text.trimEnd()}\n\`\`\`\n`;
  return `# ${code}: ${title}\n\n${explanation}\n\n${example("Wrong", wrong)}\n${example("Right", right)}`;
}
