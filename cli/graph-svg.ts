/**
 * A flow graph drawn as SVG, in layers as Sugiyama and others have them: no link but those that close a
 * loop leads upwards.
 *
 * 1. Links that lead back to a block on the way to them are set aside; the rest has no circles.
 * 2. A block's layer is below those of all blocks that lead to it. A link over several layers gets a
 *    point in each of them, so that it runs beside the boxes and not through them.
 * 3. Layers are ordered by where their neighbours stand, down and up a few times.
 * 4. Links that close loops run up outside, on the right.
 */

export interface DrawnBlock {
  readonly id: number;
  readonly text: string;
  readonly links: readonly { readonly label: string; readonly target: number }[];
}

/** A block, or a point of a link on its way through a layer. */
interface Node {
  readonly block: DrawnBlock | null;
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
  layer: number;
  x: number;
  y: number;
  readonly above: Node[];
  readonly below: Node[];
}

interface Route {
  readonly from: Node;
  readonly to: Node;
  readonly label: string;
  readonly index: number;
  readonly count: number;
  readonly points: readonly Node[];
  readonly closesLoop: boolean;
}

const FONT = 12;
const CHARACTER = 7.23;
const LINE = 16;
const PADDING = 8;
const GAP = 28;
const LAYER_GAP = 52;
const LONGEST_LINE = 88;
const SWEEPS = 6;

export function graphSvg(title: string, blocks: readonly DrawnBlock[]): string {
  const { nodes, routes } = layered(blocks);
  const layers = byLayer(nodes);
  order(layers);
  const width = place(layers);
  const loops = routes.filter((one) => one.closesLoop);
  const right = width + GAP + loops.length * 14;
  const last = layers.at(-1) ?? [];
  const bottom = Math.max(0, ...last.map((node) => node.y + node.height)) + GAP;
  const parts = [
    ...routes.map((route) => drawnLink(route, width + GAP / 2 + loops.indexOf(route) * 14)),
    ...nodes.filter((node) => node.block !== null).map(drawnBlock),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${right + GAP}" height="${bottom}" viewBox="0 0 ${right + GAP} ${bottom}" font-family="monospace" font-size="${FONT}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

// ---------------------------------------------------------------- layers

function layered(blocks: readonly DrawnBlock[]): { nodes: Node[]; routes: Route[] } {
  const byId = new Map(blocks.map((block) => [block.id, newNode(block)]));
  const back = loopClosing(blocks);
  assignLayers(blocks, byId, back);
  const nodes = [...byId.values()];
  const routes = blocks.flatMap((block) =>
    block.links.map(({ label, target }, index): Route => {
      const [from, to] = [byId.get(block.id)!, byId.get(target)!];
      const closesLoop = back.has(linkKey(block.id, index));
      const points = closesLoop ? [] : through(from, to, nodes);
      return { from, to, label, index, count: block.links.length, points, closesLoop };
    }),
  );
  return { nodes, routes };
}

function newNode(block: DrawnBlock | null): Node {
  const lines =
    block === null
      ? []
      : block.text
          .split("\n")
          .map((line) =>
            line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line,
          );
  const columns = Math.max(0, ...lines.map((line) => line.length));
  return {
    block,
    lines,
    width: block === null ? 12 : columns * CHARACTER + 2 * PADDING,
    height: block === null ? 0 : lines.length * LINE + PADDING,
    layer: 0,
    x: 0,
    y: 0,
    above: [],
    below: [],
  };
}

const linkKey = (block: number, index: number) => `${block}:${index}`;

/** Links to a block from which the search has not come back yet. */
function loopClosing(blocks: readonly DrawnBlock[]): Set<string> {
  const byId = new Map(blocks.map((block) => [block.id, block]));
  const found = new Set<string>();
  const state = new Map<number, "open" | "done">();
  for (const root of blocks) {
    if (state.has(root.id)) continue;
    state.set(root.id, "open");
    const path = [{ block: root, next: 0 }];
    while (path.length > 0) {
      const top = path.at(-1)!;
      const link = top.block.links[top.next];
      if (link === undefined) {
        state.set(top.block.id, "done");
        path.pop();
        continue;
      }
      const index = top.next++;
      const known = state.get(link.target);
      if (known === "open") found.add(linkKey(top.block.id, index));
      if (known !== undefined) continue;
      state.set(link.target, "open");
      path.push({ block: byId.get(link.target)!, next: 0 });
    }
  }
  return found;
}

/** Each block below all that lead to it. */
function assignLayers(
  blocks: readonly DrawnBlock[],
  byId: ReadonlyMap<number, Node>,
  back: ReadonlySet<string>,
): void {
  const waiting = new Map<number, number>();
  const forward = (block: DrawnBlock) =>
    block.links.filter((_, i) => !back.has(linkKey(block.id, i)));
  for (const block of blocks)
    for (const { target } of forward(block)) waiting.set(target, (waiting.get(target) ?? 0) + 1);
  const ready = blocks.filter((block) => !waiting.has(block.id));
  for (let block = ready.shift(); block !== undefined; block = ready.shift()) {
    const from = byId.get(block.id)!;
    for (const { target } of forward(block)) {
      const to = byId.get(target)!;
      to.layer = Math.max(to.layer, from.layer + 1);
      const left = waiting.get(target)! - 1;
      waiting.set(target, left);
      if (left === 0) ready.push(to.block!);
    }
  }
}

/** The points of a link in the layers between its ends, made neighbours. */
function through(from: Node, to: Node, nodes: Node[]): Node[] {
  const points: Node[] = [];
  let before = from;
  const join = (node: Node) => {
    before.below.push(node);
    node.above.push(before);
    before = node;
  };
  for (let layer = from.layer + 1; layer < to.layer; layer++) {
    const point = newNode(null);
    point.layer = layer;
    points.push(point);
    nodes.push(point);
    join(point);
  }
  join(to);
  return points;
}

function byLayer(nodes: readonly Node[]): Node[][] {
  const layers: Node[][] = [];
  for (const node of nodes) (layers[node.layer] ??= []).push(node);
  return layers;
}

// ---------------------------------------------------------------- places

function order(layers: readonly Node[][]): void {
  const place = (layer: readonly Node[]) => layer.forEach((node, i) => (node.x = i));
  layers.forEach(place);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.toReversed()) {
      const middle = (node: Node) => mean(down ? node.above : node.below) ?? node.x;
      const wanted = new Map(layer.map((node) => [node, middle(node)]));
      layer.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
      place(layer);
    }
  }
}

function mean(nodes: readonly Node[]): number | null {
  if (nodes.length === 0) return null;
  return nodes.reduce((sum, node) => sum + node.x, 0) / nodes.length;
}

/** Centres layers; gives the width of the widest. */
function place(layers: readonly Node[][]): number {
  const widthOf = (layer: readonly Node[]) =>
    layer.reduce((sum, node) => sum + node.width + GAP, GAP);
  const width = Math.max(...layers.map(widthOf));
  let y = GAP;
  for (const layer of layers) {
    let x = (width - widthOf(layer)) / 2 + GAP;
    for (const node of layer) {
      node.x = x;
      node.y = y;
      x += node.width + GAP;
    }
    y += Math.max(...layer.map((node) => node.height)) + LAYER_GAP;
  }
  return width;
}

// ---------------------------------------------------------------- drawing

function drawnBlock({ block, lines, x, y, width, height }: Node): string {
  const texts = lines.map((line, i) => {
    const weight = i === 0 ? ' font-weight="bold"' : "";
    return `<text x="${round(x + PADDING)}" y="${round(y + PADDING / 2 + (i + 0.75) * LINE)}" xml:space="preserve" fill="currentColor"${weight}>${escaped(line)}</text>`;
  });
  const box = `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="4" fill="none" stroke="currentColor"/>`;
  return `<g data-block="${block!.id}">${box}${texts.join("")}</g>`;
}

function drawnLink(route: Route, lane: number): string {
  const { from, to, label, index, count, points, closesLoop } = route;
  const startX = from.x + (from.width * (index + 1)) / (count + 1);
  const startY = from.y + from.height;
  const endX = to.x + to.width / 2;
  const path = closesLoop
    ? loopPath(startX, startY, lane, to)
    : curve([[startX, startY], ...points.map((one): Point => [one.x, one.y]), [endX, to.y]]);
  const style = closesLoop ? ' stroke-dasharray="5 3"' : "";
  const text =
    label === ""
      ? ""
      : `<text x="${round(startX + 5)}" y="${round(startY + 14)}" fill="currentColor" opacity="0.75">${escaped(label)}</text>`;
  return `<g data-link="${from.block!.id}-${to.block!.id}"><path d="${path}" fill="none" stroke="currentColor" opacity="0.6" marker-end="url(#arrow)"${style}/>${text}</g>`;
}

type Point = readonly [x: number, y: number];

/** Through all points, upright in each. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  let [x, y] = first!;
  let path = `M${round(x)} ${round(y)}`;
  for (const [toX, toY] of rest) {
    const middle = (y + toY) / 2;
    path += `C${round(x)} ${round(middle)} ${round(toX)} ${round(middle)} ${round(toX)} ${round(toY)}`;
    [x, y] = [toX, toY];
  }
  return path;
}

/** Down, out to its lane, up, and in from the right. */
function loopPath(x: number, y: number, lane: number, to: Node): string {
  const below = y + LAYER_GAP / 3;
  const side = to.y + Math.min(to.height / 2, LINE);
  return `M${round(x)} ${round(y)}V${round(below)}H${round(lane)}V${round(side)}H${round(to.x + to.width)}`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
