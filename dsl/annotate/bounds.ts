/**
 * Bounds of type parameters: in `def largest[T: Shape](…)` what T stands for is a Shape. (The bound
 * `Iterable[…]` says what walking over a T gives, and belongs to `iteration.ts`.)
 *
 * A bound that does not hold is said at the call, where the mistake is, and not once more wherever the
 * body relies on it: the body is not specialised for such type arguments. What T stands for only ever
 * rises, so what is outside a bound stays outside.
 */
import type { ClassSymbol, FunctionSymbol } from "../bind/symbols.ts";
import { diagnostic, note } from "../syntax/diagnostics.ts";
import type { Span } from "../syntax/source.ts";
import type { Cell, Instantiation, TypeEnvironment } from "./cells.ts";
import { find } from "./cells.ts";
import type { Context } from "./context.ts";
import { reasonNotes } from "./explain.ts";
import { iterableBound } from "./iteration.ts";
import { show } from "./show.ts";
import * as types from "./types.ts";
import { assign } from "./unify.ts";

type Bounded = Pick<FunctionSymbol | ClassSymbol, "name" | "typeParams" | "module">;

/** Checks the type arguments of a call of a generic function, or of a method of a generic class. */
export function checkCallBounds(ctx: Context, signature: Instantiation, span: Span | null): void {
  const { symbol, env } = signature;
  for (const bounded of symbol.owner === null ? [symbol] : [symbol.owner, symbol])
    if (!areWithinBounds(ctx, bounded, env, ctx.checking ? span : null)) signature.isMisfit = true;
}

/** Whether what is known of the type arguments is within their bounds; what is not is reported at `span`. */
export function areWithinBounds(
  ctx: Context,
  { name, typeParams, module }: Bounded,
  env: TypeEnvironment,
  span: Span | null,
): boolean {
  let fits = true;
  for (const param of typeParams) {
    if (param.bound === null || iterableBound(param.bound) !== null) continue;
    const cell = env.cells.get(param.name.text)!;
    const given = find(cell).annotation;
    const bound = types.typeOf(ctx, param.bound, module, env);
    if (given.kind === "poison" || assign(ctx, given, bound)) continue;
    fits = false;
    const message = `\`${param.name.text}\` of ${name} is ${show(given)} here, outside its bound ${show(bound)}`;
    if (span === null) continue;
    const declared = note(`\`${param.name.text}\` is bounded here`, param.bound.span);
    ctx.report(diagnostic("E0408", span, message, { notes: [declared, ...originOf(cell)] }));
  }
  return fits;
}

function originOf(cell: Cell): ReturnType<typeof reasonNotes> {
  const [reason] = find(cell).reasons;
  return reason === undefined ? [] : reasonNotes(reason);
}
