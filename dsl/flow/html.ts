/**
 * One self-contained page that shows graphs of one function side by side: after one stage, or after
 * each. Pointing at a variable marks it wherever it occurs in its graph; a block's name leads to the
 * block. Nothing is loaded from elsewhere.
 */
import type { Dialect, Graph } from "./graph.ts";
import { printBlock, type Printer } from "./print.ts";

export interface Column {
  /** The stage: `flow`, `after inline`. */
  readonly title: string;
  readonly blocks: readonly { readonly id: number; readonly text: string }[];
}

/** A graph as a column of the page. Columns may be of different dialects. */
export function column<D extends Dialect>(
  title: string,
  graph: Graph<D>,
  printer: Printer<D>,
): Column {
  const blocks = graph.blocks.map((block) => ({ id: block.id, text: printBlock(block, printer) }));
  return { title, blocks };
}

export function htmlPage(name: string, columns: readonly Column[]): string {
  const body = columns.map((one, i) => columnHtml(one, i)).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escaped(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(name)}</h1>
<main>
${body}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function columnHtml({ title, blocks }: Column, index: number): string {
  const sections = blocks.map(
    ({ id, text }) => `<pre id="c${index}b${id}">${marked(text, index)}</pre>`,
  );
  return `<section><h2>${escaped(title)}</h2>\n${sections.join("\n")}\n</section>`;
}

/** Strings stay as they are; variables can be pointed at, names of blocks are links. */
const TOKEN = /"(?:[^"\\]|\\.)*"|\b[A-Za-z_]\w*\.\d+\b|\bv\d+\b|\bb\d+(?=\()|[&<>]/g;

function marked(text: string, index: number): string {
  return text.replaceAll(TOKEN, (token) => {
    if (token.startsWith('"') || token.length === 1) return escaped(token);
    if (/^b\d+$/.test(token)) return `<a href="#c${index}${token}">${token}</a>`;
    const id = /\d+$/.exec(token)![0];
    return `<span data-v="${index}-${id}">${token}</span>`;
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const STYLE = `
body { font: 14px system-ui, sans-serif; margin: 1em; color: #222; background: #fff; }
main { display: flex; gap: 1.5em; align-items: flex-start; overflow-x: auto; }
h1 { font-size: 1.2em; } h2 { font-size: 1em; }
pre { margin: 0 0 .6em; padding: .4em .6em; background: #f5f5f2; border-left: 3px solid #ccc; }
pre:target { border-color: #c60; }
a { color: #06c; text-decoration: none; }
.on { background: #fe9; }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #1b1b1b; } pre { background: #262626; border-color: #555; }
  a { color: #7bf; } .on { background: #640; }
}
`;

const SCRIPT = `
const mark = (event, on) => {
  const id = event.target.dataset?.v;
  if (!id) return;
  for (const one of document.querySelectorAll('[data-v="' + id + '"]')) one.classList.toggle("on", on);
};
document.addEventListener("mouseover", (event) => mark(event, true));
document.addEventListener("mouseout", (event) => mark(event, false));
`;
