/** Heap dumps: what VMs write (with every collector the same), and what `wright heap` makes of it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { analyse, byType, DumpError, readDump, waysTo } from "../../cli/heap-dump.ts";
import { COLLECTORS, needsBarriers } from "../../compiler/collectors.ts";
import { compiled, executable, folderHost, runNative } from "../run/engines.ts";

const output = mkdtempSync(join(tmpdir(), "wright-heap-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));

/** Bytes of a page: header, reference, number. */
const PAGE = 24;

describe.for(COLLECTORS)("with the collector %s", (gc) => {
  const build = () => {
    const program = compiled("dumped.wr", folderHost("tests/gc"), { optimise: true });
    return executable(program, join(output, gc), { gc }, { barriers: needsBarriers(gc) });
  };
  const summary = (file: string) => {
    const dump = readDump(file);
    const analysis = analyse(dump);
    const page = byType(dump, analysis).find((row) => row.type === "Page")!;
    return { page, ways: waysTo(dump, analysis, "Page") };
  };

  test("a program dumps its heap", { timeout: 300_000 }, async () => {
    const path = await build();
    const file = join(output, `${gc}.heap`);
    const run = (argument: string, env: Readonly<Record<string, string>>) =>
      runNative(path, { args: [argument], env });
    expect(run("dump", {})).toEqual({ code: 0, stdout: "False\n", stderr: "" });
    expect(run("dump", { WRIGHT_HEAP_DUMP: file })).toEqual({
      code: 0,
      stdout: "True\n",
      stderr: "",
    });
    const { page, ways } = summary(file);
    // Garbage is not in it, whether it was found or not.
    expect(page).toEqual({ type: "Page", count: 1001, bytes: 1001 * PAGE, retained: 1001 * PAGE });
    expect(ways).toEqual([
      {
        way: ["module", "list<Cache>", "array<Cache>", "Cache", "Page"],
        count: 2,
        retained: 1001 * PAGE,
      },
      { way: ["module", "list<Cache>", "array<Cache>", "Cache", "Page…"], count: 999, retained: 0 },
    ]);
    // The last moment before a MemoryError.
    const hoard = run("hoard", { WRIGHT_HEAP_DUMP: file, WRIGHT_MAX_HEAP: "4m" });
    expect(hoard.code).toBe(1);
    expect(hoard.stderr).toContain("in hoard");
    expect(summary(file).page.count).toBeGreaterThan(50_000);
  });

  // Without a collection there is no moment for it.
  test.skipIf(gc === "none")("a signal asks for a dump", { timeout: 300_000 }, async () => {
    const path = await build();
    const file = join(output, `${gc}-signal.heap`);
    const child = spawn(path, ["wait", "60"], { env: { WRIGHT_HEAP_DUMP: file } });
    const ended = once(child, "exit");
    try {
      await once(child.stdout, "data");
      expect(existsSync(file)).toBe(false);
      child.kill("SIGUSR1");
      const isWhole = () => existsSync(file) && /^end \d+$/m.test(readFileSync(file, "utf8"));
      while (!isWhole() && child.exitCode === null && child.signalCode === null) await sleep(20);
    } finally {
      child.kill("SIGKILL");
    }
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(summary(file).page).toMatchObject({ count: 1001, retained: 1001 * PAGE });
  });
});

// ---------------------------------------------------------------- reading

function dumpOf(text: string): string {
  const path = join(output, "one.heap");
  writeFileSync(path, text);
  return path;
}

/** A random graph of objects of size 8, some of them static; object i is at address 16 (i + 1). */
function randomDump(random: () => number, count: number): { text: string; edges: number[][] } {
  const address = (i: number) => (16 * (i + 1)).toString(16);
  const edges = Array.from({ length: count }, (_, i) => {
    // Each can be reached from the one before, directly or not.
    const some = Array.from({ length: random() % 3 }, () => random() % count);
    return i + 1 < count && random() % 3 > 0 ? [i + 1, ...some] : some;
  });
  const isRoot = (i: number) => i === 0 || !edges[i - 1]!.includes(i);
  const lines = ["wright heap 1", "type 0 A", "type 1 B of C"];
  edges.forEach((_, i) => isRoot(i) && lines.push(`root stack ${address(i)}`));
  edges.forEach((to, i) => {
    const kind = i % 5 === 4 ? "static" : "object";
    lines.push([kind, address(i), i % 2, 8, ...to.map(address)].join(" "));
  });
  const roots = edges.flatMap((_, i) => (isRoot(i) ? [i] : []));
  return { text: [...lines, `end ${count}`, ""].join("\n"), edges: [...edges, roots] };
}

/** The bytes of what cannot be reached without an object. */
function retainedBy(edges: readonly (readonly number[])[], without: number): number {
  const reached = new Set<number>();
  const pending = [edges.length - 1];
  for (let one = pending.pop(); one !== undefined; one = pending.pop())
    for (const to of edges[one]!)
      if (to !== without && !reached.has(to)) {
        reached.add(to);
        pending.push(to);
      }
  let bytes = 0;
  for (let i = 0; i < edges.length - 1; i++) if (!reached.has(i) && i % 5 !== 4) bytes += 8;
  return bytes;
}

test("an object retains what cannot be reached without it", () => {
  let state = 7;
  const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31) >> 8;
  for (let round = 0; round < 40; round++) {
    const { text, edges } = randomDump(random, 2 + (random() % 40));
    const { retained } = analyse(readDump(dumpOf(text)));
    const expected = edges.slice(0, -1).map((_, i) => retainedBy(edges, i));
    expect([...retained].slice(1)).toEqual(expected);
  }
});

test("what is no dump, or not a whole one, is refused", () => {
  const whole = dumpOf("wright heap 1\ntype 0 A\nroot stack 10\nobject 10 0 8\nend 1\n");
  expect(byType(readDump(whole), analyse(readDump(whole)))).toHaveLength(1);
  const text = readFileSync(whole, "utf8");
  for (const wrong of ["", "hello\n", text.replace("end 1\n", ""), text.replace("object", "thing")])
    expect(() => readDump(dumpOf(wrong))).toThrow(DumpError);
  expect(() => readDump(dumpOf(text.replace("0 8", "0 8 ff")))).toThrow("no object at ff");
});
