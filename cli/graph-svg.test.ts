/** What a drawing of a graph must keep, whatever the graph. */
import { expect, test } from "vitest";
import { graphSvg, type DrawnBlock } from "./graph-svg.ts";

interface Box {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function boxes(svg: string): Box[] {
  const pattern =
    /<g data-block="(\d+)"><rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g;
  return [...svg.matchAll(pattern)].map(([, ...numbers]) => {
    const [id, x, y, width, height] = numbers.map(Number);
    return { id: id!, x: x!, y: y!, width: width!, height: height! };
  });
}

function block(id: number, ...targets: number[]): DrawnBlock {
  return { id, text: `b${id}:\n  op`, links: targets.map((target) => ({ label: "", target })) };
}

test("what follows stands below, and loops are closed by dashed links", () => {
  const svg = graphSvg("f", [block(0, 1), block(1, 2, 4), block(2, 3), block(3, 1), block(4)]);
  const at = new Map(boxes(svg).map((box) => [box.id, box]));
  expect(at.size).toBe(5);
  for (const [above, below] of [
    [0, 1],
    [1, 2],
    [2, 3],
    [1, 4],
  ] as const) {
    expect(at.get(above)!.y + at.get(above)!.height).toBeLessThan(at.get(below)!.y);
  }
  expect(svg.match(/data-link="\d+-\d+"/g)).toHaveLength(5);
  expect(/data-link="3-1"><path [^>]*stroke-dasharray/.test(svg)).toBe(true);
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
});

test("boxes do not overlap, in random graphs with circles and self-loops", () => {
  let seed = 7;
  const random = (n: number) => (seed = (seed * 48271) % 0x7fffffff) % n;
  for (let round = 0; round < 200; round++) {
    const count = 1 + random(14);
    const links = () => Array.from({ length: random(4) }, () => random(count));
    const blocks = Array.from({ length: count }, (_, id) => block(id, ...links()));
    const found = boxes(graphSvg("g", blocks));
    expect(found).toHaveLength(count);
    for (const a of found)
      for (const b of found) {
        if (a.id >= b.id) continue;
        const apart =
          a.x + a.width <= b.x ||
          b.x + b.width <= a.x ||
          a.y + a.height <= b.y ||
          b.y + b.height <= a.y;
        expect(apart, `round ${round}: ${a.id} and ${b.id}`).toBe(true);
      }
  }
});

test("text is text", () => {
  expect(graphSvg("a<b", [{ id: 0, text: "x & y < z", links: [] }])).toContain("x &amp; y &lt; z");
});
