/**
 * Calls, exceptions as data, and the two stacks a compiled program checks and keeps.
 *
 * An exception is pending from `exc_set` until `exc_take`. Before the pass `exceptions` these ops do
 * not occur: an op that raises leaves the block by itself. The traceback belongs to the exception:
 * `exc_set` starts a new one, unless it sets the exception that was taken last (raised again).
 */
import { PLAIN, type OpRow } from "./row.ts";

const CALL = { ...PLAIN, result: "any", effect: "call", raises: true, collects: true } as const;

export const CALL_OPS = {
  call: { ...CALL, args: [], rest: "any", aux: ["callee"], doc: "calls aux.callee" },
  call_indirect: {
    ...CALL,
    args: ["fn"],
    rest: "any",
    aux: ["signature"],
    doc: "calls a, a function of aux.signature, with the other arguments",
  },

  exc_set: {
    ...PLAIN,
    args: ["ref"],
    result: "void",
    effect: "write",
    doc: "makes the exception a pending; starts its traceback unless a was taken last",
  },
  exc_pending: {
    ...PLAIN,
    args: [],
    result: "bool",
    effect: "read",
    doc: "whether an exception is pending",
    c: "(wr_exc != NULL)",
  },
  exc_take: {
    ...PLAIN,
    args: [],
    result: "ref",
    effect: "write",
    doc: "the pending exception, which is pending no more",
    c: "wr_exc_take()",
  },
  traceback_add: {
    ...PLAIN,
    args: [],
    result: "void",
    effect: "write",
    aux: ["site"],
    doc: "adds the frames of aux.site to the traceback: the current function, and before it what was inlined there",
  },

  traceback_note: {
    ...PLAIN,
    args: ["ref"],
    result: "void",
    effect: "write",
    doc: "notes that exception a left code inlined here and was caught in this function: starts its traceback if it has none, adds the frames inside aux.site",
  },

  stack_check: {
    ...PLAIN,
    args: [],
    result: "void",
    effect: "control",
    raises: true,
    doc: "raises StackOverflow when the machine stack is nearly used up",
  },
  ss_enter: {
    ...PLAIN,
    args: [],
    result: "void",
    effect: "control",
    aux: ["slot"],
    doc: "makes a frame of aux.slot null slots on the shadow stack",
  },
  ss_mark: {
    ...PLAIN,
    args: [],
    result: "void",
    effect: "control",
    aux: ["slot"],
    doc: "says in slot aux.slot of the function's frame, which holds no reference, that the collector has not seen the frame",
  },
  ss_leave: {
    ...PLAIN,
    args: [],
    result: "void",
    effect: "control",
    aux: ["slot"],
    doc: "drops the frame of aux.slot slots that the function has made",
  },
  ss_store: {
    ...PLAIN,
    args: ["ref"],
    result: "void",
    effect: "control",
    aux: ["slot"],
    doc: "stores a in slot aux.slot of the function's frame",
  },
  ss_load: {
    ...PLAIN,
    args: [],
    result: "ref",
    effect: "control",
    aux: ["slot"],
    doc: "what slot aux.slot of the function's frame holds; it may have moved",
  },
} as const satisfies Record<string, OpRow>;
