/** The host over Node against the contract that `runtime/native/platform.c` keeps. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ERRNO } from "./errno.ts";
import { ExitSignal } from "./exceptions.ts";
import { nodeHeapUsage, nodeHost } from "./host-node.ts";
import { interruptWords, sendInterrupt } from "./host-terminal.ts";
import { RawMemory } from "./raw-memory.ts";
import type { MachineValue } from "./heap.ts";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "wright-host-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const memory = new RawMemory([], 2 ** 24);
const host = nodeHost({ environment: { GREETING: "hé" } });

function call(name: string, ...args: MachineValue[]): MachineValue {
  return (host[name] as (m: RawMemory, ...all: MachineValue[]) => MachineValue)(memory, ...args);
}

/** Address and length of a text. */
function text(value: string): [number, number] {
  const bytes = Buffer.from(value);
  const address = memory.alloc(bytes.length) as number;
  memory.bytes(address, bytes.length).set(bytes);
  return [address, bytes.length];
}

function read(address: number, count: MachineValue): string {
  return Buffer.from(memory.bytes(address, count as number)).toString();
}

const path = (name: string) => text(join(folder, name));

test("files are written, appended, sought and read", () => {
  const out = call("wr_os_open", ...path("a.txt"), 1) as number;
  expect(call("wr_os_write", out, ...text("hello "))).toBe(6);
  expect(call("wr_os_write", out, ...text("world"))).toBe(5);
  expect(call("wr_os_close", out)).toBe(0);
  const more = call("wr_os_open", ...path("a.txt"), 2) as number;
  expect(call("wr_os_write", more, ...text("!"))).toBe(1);
  expect(call("wr_os_close", more)).toBe(0);
  expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("hello world!");

  const input = call("wr_os_open", ...path("a.txt"), 0);
  const buffer = memory.alloc(64) as number;
  expect(call("wr_os_seek", input, 6, 0)).toBe(6);
  expect(read(buffer, call("wr_os_read", input, buffer, 3))).toBe("wor");
  expect(call("wr_os_seek", input, -1, 2)).toBe(11);
  expect(read(buffer, call("wr_os_read", input, buffer, 64))).toBe("!");
  expect(call("wr_os_read", input, buffer, 64)).toBe(0);
  expect(call("wr_os_seek", input, 0, 1)).toBe(12);
  expect(call("wr_os_seek", input, -1, 0)).toBe(-ERRNO.EINVAL);
  expect(call("wr_os_write", input, ...text("x"))).toBe(-ERRNO.EBADF);
  expect(call("wr_os_close", input)).toBe(0);
  expect(call("wr_os_close", input)).toBe(-ERRNO.EBADF);
});

test("failures are negated error numbers, with texts", () => {
  expect(call("wr_os_open", ...path("missing"), 0)).toBe(-2);
  expect(call("wr_os_open", ...path("missing"), 3)).toBe(-ERRNO.EINVAL);
  expect(call("wr_os_open", ...text("a\0b"), 0)).toBe(-ERRNO.EINVAL);
  expect(call("wr_os_open", ...text("x".repeat(5000)), 0)).toBe(-ERRNO.ENAMETOOLONG);
  expect(call("wr_os_read", 0, memory.alloc(8), 0)).toBe(0);
  const buffer = memory.alloc(64) as number;
  expect(read(buffer, call("wr_os_errno_text", 2, buffer, 64))).toBe("No such file or directory");
  expect(call("wr_os_errno_text", -13, buffer, 4)).toBe("Permission denied".length);
  expect(read(buffer, 4)).toBe("Perm");
  expect(read(buffer, call("wr_os_errno_text", 9999, buffer, 64))).toBe("Unknown error 9999");
});

test("folders", () => {
  expect(call("wr_os_mkdir", ...path("sub"))).toBe(0);
  expect(call("wr_os_mkdir", ...path("sub"))).toBe(-ERRNO.EEXIST);
  writeFileSync(join(folder, "sub", "one"), "12345");
  writeFileSync(join(folder, "sub", "second"), "");
  const buffer = memory.alloc(64) as number;
  const used = call("wr_os_listdir", ...path("sub"), buffer, 64);
  expect(read(buffer, used).split("\0").sort()).toEqual(["", "one", "second"]);
  expect(call("wr_os_listdir", ...path("sub"), buffer, 5)).toBe(11);

  expect(call("wr_os_stat", ...path("sub/one"), buffer)).toBe(0);
  const facts = [0, 8, 16].map((at) => memory.load({ kind: "i64" }, buffer + at));
  expect([facts[0], facts[2]]).toEqual([5, 1]);
  expect(Math.abs(Number(facts[1]) / 1e6 - Date.now())).toBeLessThan(100_000);
  expect(call("wr_os_stat", ...path("sub"), buffer)).toBe(0);
  expect(memory.load({ kind: "i64" }, buffer + 16)).toBe(2);
  expect(call("wr_os_stat", ...path("nothing"), buffer)).toBe(-ERRNO.ENOENT);

  expect(call("wr_os_rename", ...path("sub/one"), ...path("sub/two"))).toBe(0);
  expect(call("wr_os_remove", ...path("sub"))).toBe(-ERRNO.ENOTEMPTY);
  expect(call("wr_os_remove", ...path("sub/two"))).toBe(0);
  expect(call("wr_os_remove", ...path("sub/second"))).toBe(0);
  expect(call("wr_os_remove", ...path("sub"))).toBe(0);
});

test("the process", () => {
  const buffer = memory.alloc(64) as number;
  expect(read(buffer, call("wr_os_getenv", ...text("GREETING"), buffer, 64))).toBe("hé");
  expect(call("wr_os_getenv", ...text("NOTHING"), buffer, 64)).toBe(-1);
  const all = call("wr_os_environ", buffer, 0) as number;
  const entries = memory.alloc(all) as number;
  expect(read(entries, call("wr_os_environ", entries, all))).toContain("GREETING=hé\0");
  expect(call("wr_os_getcwd", buffer, 0)).toBe(Buffer.from(process.cwd()).length);
  memory.zero(buffer, 32);
  expect(call("wr_os_random", buffer, 32)).toBe(0);
  expect(memory.bytes(buffer, 32).some((byte) => byte !== 0)).toBe(true);
  const before = call("wr_os_clock_mono_ns") as number;
  expect(Number(call("wr_os_clock_mono_ns"))).toBeGreaterThanOrEqual(before);
  expect(Math.abs(Number(call("wr_os_clock_wall_ns")) / 1e6 - Date.now())).toBeLessThan(1000);
  expect(Number(call("wr_os_cpu_ns"))).toBeGreaterThan(0);
  expect(() => call("wr_os_exit", 258)).toThrow(expect.objectContaining({ code: 2 }) as never);
  expect(() => call("wr_os_exit", 0)).toThrow(ExitSignal as never);
});

test("how much of the heap is in use can be asked", () => {
  const usage = nodeHeapUsage();
  expect(usage.bytesInUse()).toBeGreaterThan(2 ** 20);
  expect(() => usage.collect()).not.toThrow();
});

test("terminals are refused where there is none, and interrupts where nobody hears of them", () => {
  const file = call("wr_os_open", ...path("plain.txt"), 1);
  expect(call("wr_os_terminal_raw", file, 1)).toBe(-ERRNO.ENOTTY);
  expect(call("wr_os_terminal_size", file, memory.alloc(16))).toBe(-ERRNO.ENOTTY);
  expect(call("wr_os_close", file)).toBe(0);
  expect(call("wr_os_catch_interrupts", 1)).toBe(-ERRNO.ENOSYS);
  expect(call("wr_os_take_interrupt")).toBe(0);
});

test("an interrupt is seen once, if interrupts are caught", () => {
  const interrupts = interruptWords();
  const hearing = nodeHost({ interrupts });
  const ask = (name: string, ...args: number[]) =>
    (hearing[name] as (m: RawMemory, ...all: MachineValue[]) => MachineValue)(memory, ...args);
  expect(sendInterrupt(interrupts)).toBe(false);
  expect(ask("wr_os_catch_interrupts", 1)).toBe(0);
  expect(ask("wr_os_interrupted")).toBe(0);
  expect(sendInterrupt(interrupts)).toBe(true);
  expect(sendInterrupt(interrupts)).toBe(false);
  expect(ask("wr_os_interrupted")).toBe(1);
  expect(ask("wr_os_take_interrupt")).toBe(1);
  expect(ask("wr_os_take_interrupt")).toBe(0);
});
