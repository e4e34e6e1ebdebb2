/**
 * Class tests that see through tags (ARCHITECTURE, decision 12).
 *
 * A reference's static type says which immediate classes it may be a tagged word of; mostly that is
 * none, and the test is a comparison of the header's number, or one, and a bit test tells.
 */
import type { LLProgram, LLValue } from "../ll/program.ts";
import { isBelow } from "../ll/types.ts";
import type { ImmediateInfo, StructType } from "../ll/types.ts";

export interface ImmediateClass {
  readonly type: StructType;
  readonly info: ImmediateInfo;
}

export function immediateClasses(program: LLProgram): ImmediateClass[] {
  return program.structs.flatMap((type) =>
    type.immediate === null ? [] : [{ type, info: type.immediate }],
  );
}

/** The immediate classes that a value may be a tagged word of. */
export function candidates(all: readonly ImmediateClass[], value: LLValue): ImmediateClass[] {
  if (value.type.kind !== "ref" || value.type.to === null) return [...all];
  const { to } = value.type;
  if (to.kind === "array" || !to.mayBeImmediate) return [];
  return all.filter(({ type }) => isBelow(type, to));
}

/** Whether `x`, which may be anything, is tagged as this class. */
export function isTaggedAs(x: string, { tag }: ImmediateInfo): string {
  return tag === 0
    ? `(((uintptr_t)${x} & 1) != 0)`
    : `(((uintptr_t)${x} & 0xff) == 0x${(((tag - 1) << 2) | 2).toString(16)})`;
}

/** Whether `x` is tagged at all, given what it may be. */
function isTagged(x: string, possible: readonly ImmediateClass[]): string {
  const onlyFirst = possible.every(({ info }) => info.tag === 0);
  return onlyFirst ? `(((uintptr_t)${x} & 1) != 0)` : `wr_is_tagged(${x})`;
}

/** The number of x's class, as int64_t. */
export function classIdOf(x: string, possible: readonly ImmediateClass[]): string {
  const inHeader = `(int64_t)${x}->type`;
  if (possible.length === 0) return `(${inHeader})`;
  const tagged =
    possible.length === 1 ? String(possible[0]!.type.classId) : `wr_tagged_class(${x})`;
  return `(${isTagged(x, possible)} ? ${tagged} : ${inHeader})`;
}

/** Whether x's class is `base` or below it; false for null. */
export function isInRange(
  x: string,
  base: StructType,
  possible: readonly ImmediateClass[],
): string {
  const heap = `${x} != NULL && ${headerInRange(x, base)}`;
  const matching = possible.filter(({ type }) => isBelow(type, base));
  if (possible.length === 0) return `(${heap})`;
  const tagged = isTagged(x, possible);
  if (matching.length === possible.length) return `(${tagged} || (${heap}))`;
  if (matching.length === 0) return `(!${tagged} && ${heap})`;
  const match = matching.map(({ info }) => isTaggedAs(x, info)).join(" || ");
  return `(${tagged} ? (${match}) : (${heap}))`;
}

function headerInRange(x: string, { classId, lastSubclassId }: StructType): string {
  if (classId === lastSubclassId) return `${x}->type == ${classId}u`;
  const span = lastSubclassId - classId;
  return `(uint32_t)(${x}->type - ${classId}u) <= ${span}u`;
}

export function taggedWordOf(payload: string, { tag }: ImmediateInfo): string {
  if (tag === 0) return `((wr_ref)((uint64_t)${payload} << 1 | 1))`;
  return `((wr_ref)((uint64_t)${payload} << 8 | 0x${(((tag - 1) << 2) | 2).toString(16)}))`;
}

/** Arithmetic shift: payloads are signed. */
export function payloadOf(x: string, { tag }: ImmediateInfo): string {
  return `((int64_t)${x} >> ${tag === 0 ? 1 : 8})`;
}

/** One addition and one comparison: adding half the range makes every payload that fits small. */
export function payloadFits(payload: string, { tag }: ImmediateInfo): string {
  const bits = tag === 0 ? 63 : 56;
  return `(((uint64_t)${payload} + (UINT64_C(1) << ${bits - 1})) >> ${bits} == 0)`;
}

/** `wr_tagged_class`: the class number of a tagged word, for the rare place where several are possible. */
export function taggedClassFunction(all: readonly ImmediateClass[]): string {
  const rows = all.map(({ type, info }) => `    [${info.tag}] = ${type.classId},`);
  return [
    "WR_INLINE int64_t wr_tagged_class(wr_ref x) {",
    "  static const uint32_t classes[65] = {",
    ...(rows.length === 0 ? ["    0,"] : rows),
    "  };",
    "  uintptr_t word = (uintptr_t)x;",
    "  return (int64_t)classes[word & 1 ? 0 : 1 + (word >> 2 & 63)];",
    "}",
  ].join("\n");
}
