/** Hints of branches name the tests that are meant, and the section is where engines look for it. */
import { expect, test } from "vitest";
import { compiled, folderHost } from "../../tests/run/engines.ts";
import { buildWasm } from "./build.ts";
import { OP } from "./opcodes.ts";

const TEXT = `class Node:
    def __init__(self, next: Node | None):
        self.next = next


def main(argv: list[str]) -> int:
    head: Node | None = None
    for i in range(3):
        head = Node(head)
    print(0 if head is None else 1)
    return 0
`;

function build(hints: boolean): Uint8Array {
  const program = compiled("hints.wr", folderHost("tests", { "hints.wr": TEXT }), {
    optimise: true,
  });
  return buildWasm(program, { names: false, hints }).bytes;
}

/** Reads a module as far as the test needs to. */
class Reader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  take(count: number): Uint8Array {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.u32()));
  }
}

interface Section {
  readonly id: number;
  /** Of a custom section. */
  readonly name: string;
  readonly body: Reader;
}

function sections(bytes: Uint8Array): Section[] {
  const reader = new Reader(bytes.subarray(8));
  const found: Section[] = [];
  while (reader.at < reader.bytes.length) {
    const id = reader.take(1)[0]!;
    const body = new Reader(reader.take(reader.u32()));
    found.push({ id, name: id === 0 ? body.name() : "", body });
  }
  return found;
}

test("each hint is of a test", { timeout: 60_000 }, () => {
  const all = sections(build(true));
  const at = all.findIndex(({ name }) => name === "metadata.code.branch_hint");
  const codeAt = all.findIndex(({ id }) => id === 10);
  expect(at).toBeGreaterThan(0);
  expect(at).toBeLessThan(codeAt);

  const imports = all.find(({ id }) => id === 2)!.body.u32();
  const code = all[codeAt]!.body;
  const bodies = Array.from({ length: code.u32() }, () => code.take(code.u32()));
  const { body } = all[at]!;
  const tests: ReadonlySet<number> = new Set([OP.if[0], OP.br_if[0]]);
  const values = new Set<number>();
  let last = -1;
  for (let functions = body.u32(); functions > 0; functions--) {
    const number = body.u32();
    expect(number).toBeGreaterThan(last);
    last = number;
    for (let hints = body.u32(); hints > 0; hints--) {
      const instruction = bodies[number - imports]![body.u32()]!;
      expect(tests.has(instruction)).toBe(true);
      expect(body.u32()).toBe(1);
      values.add(body.u32());
    }
  }
  // Room in the nursery is there; exceptions are not.
  expect([...values].sort()).toEqual([0, 1]);
  expect(body.at).toBe(body.bytes.length);
});

test("a small module has none", { timeout: 60_000 }, () => {
  expect(sections(build(false)).every(({ id }) => id !== 0)).toBe(true);
});
