/**
 * Raw memory: for the collector, the JIT's back ends and foreign functions.
 *
 * Addresses are bytes. Little-endian, and any alignment is allowed. An address of collected memory
 * (`ref_to_addr`, `array_items_addr`) is good until the next op that collects.
 */
import * as words from "./words.ts";
import { commuting, PLAIN, pure, type OpRow } from "./row.ts";
import type { Word } from "../eval/heap.ts";

const OFFSET = { args: ["addr", "int"], result: "addr" } as const;
const COMPARE = { args: ["addr", "addr"], result: "bool" } as const;

export const RAW_OPS = {
  addr_add: pure(OFFSET, "a + b bytes", words.add, "($0 + $1)"),
  addr_sub: pure(
    { args: ["addr", "addr"], result: "int" },
    "the distance a - b in bytes",
    words.sub,
    "((int64_t)($0 - $1))",
  ),
  addr_eq: commuting(COMPARE, "a == b", words.eq, "($0 == $1)"),
  addr_lt: pure(COMPARE, "a < b, unsigned", words.ult, "((uintptr_t)$0 < (uintptr_t)$1)"),
  addr_is_null: pure(
    { args: ["addr"], result: "bool" },
    "a is the null address",
    (a: Word) => a === 0,
    "($0 == NULL)",
  ),
  addr_to_int: pure(
    { args: ["addr"], result: "int" },
    "the address as a number",
    (a: Word) => a,
    "((int64_t)(uintptr_t)$0)",
  ),
  int_to_addr: pure(
    { args: ["int"], result: "addr" },
    "the address with this number",
    (a: Word) => a,
    "((char *)(uintptr_t)$0)",
  ),
  ref_to_addr: {
    ...PLAIN,
    args: ["ref"],
    result: "addr",
    effect: "read",
    doc: "where the object a lies; the tagged word of an immediate",
    c: "((char *)$0)",
  },
  addr_to_ref: {
    ...PLAIN,
    args: ["addr"],
    result: "ref",
    effect: "read",
    doc: "the object at a, or the immediate with this tagged word",
  },
  raw_load: {
    ...PLAIN,
    args: ["addr", "int"],
    result: "any",
    effect: "read",
    aux: ["storage"],
    doc: "the value of aux.storage at a + b bytes",
  },
  raw_store: {
    ...PLAIN,
    args: ["addr", "int", "any"],
    result: "void",
    effect: "write",
    aux: ["storage"],
    doc: "stores c as aux.storage at a + b bytes",
  },
  raw_copy: {
    ...PLAIN,
    args: ["addr", "addr", "int"],
    result: "void",
    effect: "write",
    doc: "raw_copy(target, source, count): copies bytes, which may overlap",
    c: "memmove($0, $1, (size_t)$2)",
  },
  raw_zero: {
    ...PLAIN,
    args: ["addr", "int"],
    result: "void",
    effect: "write",
    doc: "sets b bytes from a on to 0",
    c: "memset($0, 0, (size_t)$1)",
  },
  raw_prefetch: {
    ...PLAIN,
    args: ["addr"],
    result: "void",
    effect: "control",
    doc: "says that what is at a will soon be used; any address may be given",
    c: "__builtin_prefetch($0, 1)",
  },
  raw_alloc: {
    ...PLAIN,
    args: ["int"],
    result: "addr",
    effect: "write",
    doc: "fresh memory of a bytes, aligned to 16, contents undefined; null when there is none",
    c: "wr_raw_alloc($0)",
  },
  raw_free: {
    ...PLAIN,
    args: ["addr"],
    result: "void",
    effect: "write",
    doc: "gives back what raw_alloc gave; null is allowed",
    c: "wr_raw_free($0)",
  },
  array_items_addr: {
    ...PLAIN,
    args: ["ref"],
    result: "addr",
    effect: "read",
    aux: ["array"],
    doc: "where the items of the array a lie, until the next op that collects",
  },
  raw_compare: {
    ...PLAIN,
    args: ["addr", "addr", "int"],
    result: "int",
    effect: "read",
    doc: "compares c bytes at a and b as unsigned bytes: -1, 0 or 1",
    c: "wr_raw_compare($0, $1, $2)",
  },
} as const satisfies Record<string, OpRow>;
