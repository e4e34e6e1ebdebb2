/** The host without an operating system against the contract that `runtime/native/platform.c` keeps. */
import { expect, test } from "vitest";
import { ERRNO } from "./errno.ts";
import { memoryHost } from "./host-memory.ts";
import { nodeHost } from "./host-node.ts";
import { RawMemory } from "./raw-memory.ts";
import type { MachineValue } from "./heap.ts";

const memory = new RawMemory([], 2 ** 24);
const files = new Map([
  ["/a/one.txt", Buffer.from("first")],
  ["/a/two/three.txt", Buffer.from("third")],
] as [string, Uint8Array][]);
const written: string[] = [];
const host = memoryHost({
  files,
  input: Buffer.from("what was typed"),
  write: (fd, bytes) => written.push(`${fd}: ${Buffer.from(bytes)}`),
});

function call(name: string, ...args: MachineValue[]): MachineValue {
  return (host[name] as (m: RawMemory, ...all: MachineValue[]) => MachineValue)(memory, ...args);
}

function text(value: string): [number, number] {
  const bytes = Buffer.from(value);
  const address = memory.alloc(bytes.length) as number;
  memory.bytes(address, bytes.length).set(bytes);
  return [address, bytes.length];
}

const buffer = memory.alloc(200_000) as number;
const read = (count: MachineValue) => Buffer.from(memory.bytes(buffer, count as number)).toString();

test("it has the functions of the host over Node", () => {
  expect(Object.keys(host).sort()).toEqual(Object.keys(nodeHost()).sort());
});

test("files are written, appended, sought and read", () => {
  const out = call("wr_os_open", ...text("new.txt"), 1);
  expect(call("wr_os_write", out, ...text("hello "))).toBe(6);
  expect(call("wr_os_write", out, ...text("world"))).toBe(5);
  expect(call("wr_os_seek", out, 0, 0)).toBe(0);
  expect(call("wr_os_write", out, ...text("J"))).toBe(1);
  expect(call("wr_os_close", out)).toBe(0);
  const more = call("wr_os_open", ...text("./a/../new.txt"), 2);
  expect(call("wr_os_write", more, ...text("!"))).toBe(1);
  expect(call("wr_os_read", more, buffer, 1)).toBe(-ERRNO.EBADF);
  expect(Buffer.from(files.get("/new.txt")!).toString()).toBe("Jello world!");

  const input = call("wr_os_open", ...text("/new.txt"), 0);
  expect(call("wr_os_seek", input, 6, 0)).toBe(6);
  expect(read(call("wr_os_read", input, buffer, 3))).toBe("wor");
  expect(call("wr_os_seek", input, -1, 2)).toBe(11);
  expect(read(call("wr_os_read", input, buffer, 64))).toBe("!");
  expect(call("wr_os_read", input, buffer, 64)).toBe(0);
  expect(call("wr_os_seek", input, -1, 0)).toBe(-ERRNO.EINVAL);
  expect(call("wr_os_write", input, ...text("x"))).toBe(-ERRNO.EBADF);
  expect(call("wr_os_close", input)).toBe(0);
  expect(call("wr_os_close", input)).toBe(-ERRNO.EBADF);
});

test("paths: what is there, and what is not", () => {
  expect(call("wr_os_open", ...text("missing"), 0)).toBe(-ERRNO.ENOENT);
  expect(call("wr_os_open", ...text("a"), 0)).toBe(-ERRNO.EISDIR);
  const facts = () => [0, 8, 16].map((at) => memory.load({ kind: "i64" }, buffer + at));
  expect(call("wr_os_stat", ...text("a/one.txt"), buffer)).toBe(0);
  expect(facts()).toEqual([5, 0, 1]);
  expect(call("wr_os_stat", ...text("a"), buffer)).toBe(0);
  expect(facts()[2]).toBe(2);
  expect(call("wr_os_stat", ...text("b"), buffer)).toBe(-ERRNO.ENOENT);
  expect(read(call("wr_os_listdir", ...text("a"), buffer, 100))).toBe("one.txt\0two\0");
  expect(call("wr_os_listdir", ...text("a/one.txt"), buffer, 100)).toBe(-ERRNO.ENOTDIR);
  expect(call("wr_os_rename", ...text("a/one.txt"), ...text("b"))).toBe(0);
  expect(files.has("/a/one.txt")).toBe(false);
  expect(call("wr_os_remove", ...text("b"))).toBe(0);
  expect(call("wr_os_remove", ...text("b"))).toBe(-ERRNO.ENOENT);
});

test("streams", () => {
  expect(read(call("wr_os_read", 0, buffer, 4))).toBe("what");
  expect(read(call("wr_os_read", 0, buffer, 100))).toBe(" was typed");
  expect(call("wr_os_read", 0, buffer, 100)).toBe(0);
  expect(call("wr_os_write", 1, ...text("out"))).toBe(3);
  expect(call("wr_os_write", 2, ...text("err"))).toBe(3);
  expect(written).toEqual(["1: out", "2: err"]);
});

test("random bytes, more than the platform gives at a time", () => {
  memory.bytes(buffer, 200_000).fill(0);
  expect(call("wr_os_random", buffer, 200_000)).toBe(0);
  expect(memory.bytes(buffer + 199_900, 100).some((byte) => byte !== 0)).toBe(true);
});
