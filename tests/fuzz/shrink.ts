/**
 * Makes a failing program small: takes statements away, a whole one with its block at a time, as long
 * as the program still fails in the same way. What no longer parses or has types simply does not.
 */

/** Whether a text fails in the way that is looked for. */
export type Fails = (text: string) => boolean | Promise<boolean>;

export async function shrink(text: string, fails: Fails, most = 2000): Promise<string> {
  let lines = text.split("\n");
  let tries = 0;
  for (let removed = true; removed && tries < most;) {
    removed = false;
    // From the end: later statements depend on earlier ones, not the other way round.
    for (let i = lines.length - 1; i >= 0 && tries < most; i--) {
      for (const candidate of candidatesAt(lines, i)) {
        tries++;
        if (!(await fails(candidate.join("\n")))) continue;
        lines = candidate;
        removed = true;
        break;
      }
    }
  }
  return lines.join("\n");
}

function* candidatesAt(lines: readonly string[], at: number): Generator<string[]> {
  const line = lines[at];
  if (line === undefined || line.trim() === "" || line.trim() === "pass") return;
  const end = blockEnd(lines, at);
  // 1. Without the statement, and with the clauses that belong to it.
  yield without(lines, at, end);
  const whole = clausesEnd(lines, at, end);
  if (whole > end) yield without(lines, at, whole);
  // 2. Its body in its place.
  if (end > at + 1)
    yield [
      ...lines.slice(0, at),
      ...lines.slice(at + 1, end).map((one) => one.slice(4)),
      ...lines.slice(whole),
    ];
  // 3. A smaller right-hand side.
  yield* simpler(lines, at);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Where the block below a line ends. */
function blockEnd(lines: readonly string[], at: number): number {
  const indent = indentOf(lines[at]!);
  let end = at + 1;
  while (end < lines.length && (lines[end]!.trim() === "" || indentOf(lines[end]!) > indent)) end++;
  while (end > at + 1 && lines[end - 1]!.trim() === "") end--;
  return end;
}

/** Where the last `else`, `except` or `finally` of a statement ends. */
function clausesEnd(lines: readonly string[], at: number, end: number): number {
  const indent = indentOf(lines[at]!);
  while (
    end < lines.length &&
    indentOf(lines[end]!) === indent &&
    /^\s*(elif|else|except|finally)\b/.test(lines[end]!)
  )
    end = blockEnd(lines, end);
  return end;
}

/** Without these lines; `pass` takes the place of a whole block. */
function without(lines: readonly string[], start: number, end: number): string[] {
  const before = lines[start - 1];
  const indent = indentOf(lines[start]!);
  const opens = before !== undefined && before.trimEnd().endsWith(":") && indentOf(before) < indent;
  const next = lines.slice(end).find((line) => line.trim() !== "");
  const isWhole = opens && (next === undefined || indentOf(next) < indent);
  return [
    ...lines.slice(0, start),
    ...(isWhole ? [`${" ".repeat(indent)}pass`] : []),
    ...lines.slice(end),
  ];
}

/** Each bracketed part of a line in the place of the bracket around it. */
function* simpler(lines: readonly string[], at: number): Generator<string[]> {
  const line = lines[at]!;
  for (const outer of brackets(line)) {
    const inside = line.slice(outer.start + 1, outer.end);
    for (const part of splitTop(inside)) {
      if (part.trim() === inside.trim() && line[outer.start] !== "(") continue;
      const text = line.slice(0, outer.start) + part.trim() + line.slice(outer.end + 1);
      if (text.length < line.length && text.trim() !== "")
        yield [...lines.slice(0, at), text, ...lines.slice(at + 1)];
    }
  }
}

function brackets(line: string): { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  const open: number[] = [];
  let quote: string | null = null;
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (quote !== null) quote = c === quote ? null : quote;
    else if (c === '"' || c === "'") quote = c;
    else if ("([{".includes(c)) open.push(i);
    else if (")]}".includes(c) && open.length > 0) found.push({ start: open.pop()!, end: i });
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The operands of what is between two brackets. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  const cut = (from: number, length: number) => {
    parts.push(text.slice(start, from));
    start = from + length;
  };
  for (let i = 0; i < text.length; i++) {
    if ("([{".includes(text[i]!)) depth++;
    else if (")]}".includes(text[i]!)) depth--;
    else if (depth === 0) {
      const operator = /^(, | if | else | and | or | [-+*/%&|^<>=!]+ |not )/.exec(
        text.slice(i),
      )?.[0];
      if (operator !== undefined) cut(i, operator.length);
    }
  }
  cut(text.length, 0);
  return parts.filter((part) => part.trim() !== "");
}
