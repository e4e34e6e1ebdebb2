/**
 * Speed of the front end's first steps: `node bench/parse.ts [lines]`. Prints lines per second of
 * each step over a generated program, cold (first run) and warm (best of several), and the cost of
 * parsing again after an edit of one character.
 */
import { chunkStarts } from "../dsl/grammar/chunks.ts";
import { layOut } from "../dsl/grammar/layout.ts";
import { parseModule } from "../dsl/grammar/parser.ts";
import { scan } from "../dsl/grammar/scanner.ts";
import { sourceFile } from "../dsl/syntax/source.ts";

/** A program shaped like an interpreter: classes with small methods, a dispatch loop, comments. */
function realisticProgram(lines: number): string {
  const parts: string[] = ["from wright.jit import JitDriver", ""];
  let count = parts.length;
  for (let n = 0; count < lines; n++) {
    const part = SECTION.replaceAll("@N", String(n));
    parts.push(part);
    count += part.split("\n").length;
  }
  return `${parts.join("\n")}\n`;
}

const SECTION = `
# Section @N: objects of the hosted language and what can be done with them.

enum Op@N:
    LOAD_CONST; LOAD_NAME; STORE_NAME; CALL
    BINARY_ADD = 10
    RETURN


@immediate
class W_Number@N(W_Root):
    """A small number; never allocated when it fits a tagged word."""
    value: final int
    cached: cache int = 0

    def __init__(self, value: int):
        self.value = value

    def show(self) -> str:
        return str(self.value)

    def add(self, other: W_Root) -> W_Root:
        # The fast path: both are small.
        if isinstance(other, W_Number@N):
            return W_Number@N(self.value + other.value)
        raise type_error(f"cannot add {self.show()} and {other.show()!r}", self)

    def compare(self, other):
        if isinstance(other, W_Number@N) and self.value <= other.value < 2 ** 31 - 1:
            return True
        elif other is None or not other.truth():
            return False
        return self.value == other.hash() % 0x7fff


class Frame@N:
    code: final Code
    stack: virtualizable array[W_Root]
    depth: int

    def __init__(self, code: Code, size: int = 16):
        self.code = code
        self.stack = array(size, w_none)
        self.depth = 0

    def push(self, w_value: W_Root):
        depth = self.depth
        assert depth >= 0, "stack underflow"
        self.stack[depth] = w_value
        self.depth = depth + 1

    def pop(self) -> W_Root:
        self.depth -= 1
        return self.stack[self.depth]


def run@N(code: Code, frame: Frame@N) -> W_Root:
    pc = 0
    while True:
        driver.merge_point(pc=pc, code=code, frame=frame)
        match Op@N(code.text[pc]):
            case Op@N.LOAD_CONST:
                frame.push(code.constants[code.text[pc + 1]])
                pc += 2
            case Op@N.LOAD_NAME | Op@N.STORE_NAME:
                name = code.names[code.text[pc + 1]]
                if name in globals:
                    frame.push(globals[name])
                else:
                    raise name_error("name '%s' is not defined" % name)
                pc += 2
            case Op@N.CALL:
                count = code.text[pc + 1]
                args = [frame.pop() for _ in range(count) if count > 0]
                frame.push(frame.pop().call(args, depth=frame.depth))
                pc += 2
            case Op@N.BINARY_ADD:
                w_right = frame.pop()
                w_left = frame.pop()
                frame.push(w_left.add(w_right))
                pc += 1
            case _:
                return frame.pop()


def helper@N(xs: list[int], table: dict[str, int], limit=100):
    total = 0
    for i, x in enumerate(xs):
        if x < 0 or i * 2 + 1 > limit and x & 0xff != 0:
            continue
        try:
            total += table[f"key{x}"] << (i & 7)
        except KeyError:
            total = -total
    return (total, xs[1:-1], {"a": 1, "b": 2}, lambda y: y + total)
`;

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function best(times: number, work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) least = Math.min(least, milliseconds(work));
  return least;
}

function main(): void {
  const text = realisticProgram(Number(process.argv[2] ?? 30_000));
  const file = sourceFile("bench.wr", text);
  const lines = file.lineStarts.length - 1;
  const cold = milliseconds(() => parseModule(file));
  const errors = parseModule(file).diagnostics.length;

  const starts = chunkStarts(text);
  const texts = starts.map((start, i) => text.slice(start, starts[i + 1] ?? text.length));
  const scanned = texts.map((chunk) => scan(chunk).tokens);
  const tokens = scanned.reduce((n, list) => n + list.length, 0);
  const split = best(10, () => chunkStarts(text));
  const lex = best(10, () => texts.forEach((chunk) => scan(chunk)));
  const lexAndLayOut = best(10, () => texts.forEach((chunk) => layOut(chunk, scan(chunk).tokens)));
  const whole = best(15, () => parseModule(file));
  const layout = Math.max(0, lexAndLayOut - lex);
  const parse = Math.max(0, whole - split - lexAndLayOut);

  const row = (name: string, ms: number) =>
    console.log(
      `${name.padEnd(16)} ${ms.toFixed(1).padStart(8)} ms ${Math.round(lines / (ms / 1000))
        .toLocaleString("en")
        .padStart(12)} lines/s`,
    );
  console.log(
    `${lines} lines, ${(text.length / 1e6).toFixed(2)} MB, ${tokens} tokens, ${starts.length} chunks, ${errors} errors`,
  );
  row("split", split);
  row("lex", lex);
  row("layout", layout);
  row("parse", parse);
  row("all", whole);
  row("all, first run", cold);

  let module = parseModule(file);
  const middle = text.indexOf("total = 0", text.length / 2) + "total = ".length;
  let digit = 0;
  const edit = best(20, () => {
    digit = (digit + 1) % 10;
    const edited = `${text.slice(0, middle)}${digit}${text.slice(middle + 1)}`;
    module = parseModule(sourceFile("bench.wr", edited), module);
  });
  row("after an edit", edit);
}

main();
