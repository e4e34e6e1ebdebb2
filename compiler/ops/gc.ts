/** The collector, interrupts, hints, and the end of the program. */
import { PLAIN, pure, type OpRow } from "./row.ts";

const BRANCH_HINT = { args: ["bool"], result: "bool" } as const;

export const GC_OPS = {
  gc_collect: {
    ...PLAIN,
    args: [],
    result: "void",
    effect: "call",
    collects: true,
    doc: "runs a full collection",
    c: "wr_gc_collect()",
  },
  gc_finalize: {
    ...PLAIN,
    args: [],
    result: "void",
    effect: "call",
    collects: true,
    doc: "runs the finalizers of all objects that still have one to run: the program ends",
    c: "wr_gc_finalize()",
  },
  gc_stat: {
    ...PLAIN,
    args: ["int"],
    result: "int",
    effect: "read",
    doc: "a number about the heap: 0 bytes in use, 1 bytes allocated, 2 minor and 3 major collections so far; the others are in runtime/native/gc.h, and 0 where they are not known",
    c: "wr_gc_stat($0)",
  },
  interrupt_pending: {
    ...PLAIN,
    args: [],
    result: "bool",
    // Another thread of control changes it, so that no two looks are one.
    effect: "write",
    doc: "whether a caught interrupt is waiting to be seen",
    c: "(wr_interrupt != 0)",
  },
  gc_write_barrier: {
    ...PLAIN,
    args: ["ref"],
    result: "void",
    effect: "write",
    doc: "to be done before a reference is stored in a",
    c: "wr_gc_write_barrier($0)",
  },
  gc_write_barrier_items: {
    ...PLAIN,
    args: ["ref", "int", "int"],
    result: "void",
    effect: "write",
    doc: "to be done before references are stored in items b, … of the array a, c of them",
    c: "wr_gc_write_barrier_items($0, $1, $2)",
  },
  gc_weak_target: {
    ...PLAIN,
    args: ["ref"],
    result: "ref",
    effect: "read",
    doc: "a, which was read from a weak field; null if a is dead and the field about to be cleared",
    c: "wr_gc_weak($0)",
  },
  hint: {
    ...PLAIN,
    args: [],
    rest: "any",
    result: "void",
    effect: "control",
    aux: ["hint"],
    doc: "tells the tracer aux.hint about the arguments; does nothing",
  },
  fatal: {
    ...PLAIN,
    args: ["ref"],
    result: "void",
    effect: "control",
    doc: "ends the program with the message a (a str): an invariant of the runtime is broken",
  },
  likely: pure(
    BRANCH_HINT,
    "a, which is nearly always true",
    (a: boolean) => a,
    "__builtin_expect($0, 1)",
  ),
  unlikely: pure(
    BRANCH_HINT,
    "a, which is nearly always false",
    (a: boolean) => a,
    "__builtin_expect($0, 0)",
  ),
} as const satisfies Record<string, OpRow>;
