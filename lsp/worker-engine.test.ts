/** A thread that runs out of memory. */
import { expect, test } from "vitest";
import { fileURLToPath } from "node:url";
import { workerEngine, type MemoryLimits } from "./worker-engine.ts";

const LIBRARY = fileURLToPath(new URL("../dsl/lib", import.meta.url));

/** An engine that holds a program whose file is not on disk, and what it had to say of its memory. */
function opened(limits: MemoryLimits) {
  const said: string[] = [];
  const engine = workerEngine(LIBRARY, (message) => said.push(message), limits);
  engine.setText("/p/main.wr", "def main(argv: list[str]) -> int:\n    return missing\n");
  const analyse = () => engine.analyse("/p/main.wr", () => {});
  return { engine, said, analyse };
}

test("is replaced by one with more, which knows what the first one knew", async () => {
  const { engine, said, analyse } = opened({ first: 16, most: 512 });
  const program = await analyse();
  expect(said[0]).toBe("the analysis needs more than 16 MB: it starts again with 32 MB");
  expect(program!.diagnostics.map((one) => one.code)).toEqual(["E0203"]);
  // The one that came is still there.
  const count = said.length;
  engine.setText("/p/main.wr", "def main(argv: list[str]) -> int:\n    return 0\n");
  expect((await analyse())!.diagnostics).toEqual([]);
  expect(said.length).toBe(count);
  engine.dispose();
});

test("gives up when it may have no more, each time it is asked", async () => {
  const { engine, said, analyse } = opened({ first: 16, most: 16 });
  const error = "the analysis needs more than 16 MB, which is as much as it may have";
  await expect(analyse()).rejects.toThrow(error);
  await expect(analyse()).rejects.toThrow(error);
  expect(said).toEqual([error, error]);
  engine.dispose();
});
