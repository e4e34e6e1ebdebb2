/**
 * A program shaped like an interpreter, of any length: classes with small methods, a dispatch loop,
 * containers, exceptions, closures, comments. It is well typed, so that every stage can be measured on it.
 */
export function realisticProgram(lines: number): string {
  const parts: string[] = [HEAD];
  let count = HEAD.split("\n").length;
  let sections = 0;
  for (; count < lines; sections++) {
    const part = SECTION.replaceAll("@N", String(sections));
    parts.push(part);
    count += part.split("\n").length;
  }
  const calls = Array.from({ length: sections }, (_, n) => `    total += check${n}(argv)`);
  parts.push(
    "\n\ndef main(argv: list[str]) -> int:\n    total = 0",
    ...calls,
    "    return total & 1",
  );
  return `${parts.join("\n")}\n`;
}

const HEAD = `from wright.jit import JitDriver


class W_Root:
    def show(self) -> str: abstract

    def truth(self) -> bool:
        return True

    def identity(self) -> int:
        return 1

    def add(self, other: W_Root) -> W_Root: abstract

    def compare(self, other: W_Root) -> bool:
        return False

    def call(self, args: list[W_Root], depth: int) -> W_Root:
        raise type_error(f"cannot call {self.show()} with {len(args)} at {depth}", self)


class W_None(W_Root):
    def show(self) -> str:
        return "none"

    def add(self, other: W_Root) -> W_Root:
        return other


class W_Error(Exception):
    def __init__(self, message: str, w_value: W_Root):
        self.message = message
        self.w_value = w_value


class Code:
    text: final str
    constants: final list[W_Root]
    names: final list[str]

    def __init__(self, text: str, constants: list[W_Root], names: list[str]):
        self.text = text
        self.constants = constants
        self.names = names

    def at(self, pc: int) -> int:
        return ord(self.text[pc])


def type_error(message: str, w_value: W_Root) -> W_Error:
    return W_Error(message, w_value)


def name_error(message: str) -> W_Error:
    return W_Error(message, w_none)


w_none: W_Root = W_None()
globals: dict[str, W_Root] = {}
driver = JitDriver(greens=["pc", "code"], reds=["frame"])
`;

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

    def truth(self) -> bool:
        return self.value != 0

    def add(self, other: W_Root) -> W_Root:
        # The fast path: both are small.
        if isinstance(other, W_Number@N):
            return W_Number@N(self.value + other.value)
        raise type_error(f"cannot add {self.show()} and {other.show()!r}", self)

    def compare(self, other: W_Root) -> bool:
        if isinstance(other, W_Number@N) and self.value <= other.value < 2 ** 31 - 1:
            return True
        elif not other.truth():
            return False
        return self.value == other.identity() % 0x7fff


class Frame@N:
    code: final Code
    stack: virtualizable array[W_Root]
    depth: int

    def __init__(self, code: Code, size: int = 16):
        self.code = code
        self.stack = array[W_Root](size, w_none)
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
        match Op@N(code.at(pc)):
            case Op@N.LOAD_CONST:
                frame.push(code.constants[code.at(pc + 1)])
                pc += 2
            case Op@N.LOAD_NAME | Op@N.STORE_NAME:
                name = code.names[code.at(pc + 1)]
                if name in globals:
                    frame.push(globals[name])
                else:
                    raise name_error("name '%s' is not defined" % name)
                pc += 2
            case Op@N.CALL:
                count = code.at(pc + 1)
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


def check@N(argv: list[str]) -> int:
    code = Code("text", [W_Number@N(1), W_Number@N(2)], argv)
    w_result = run@N(code, Frame@N(code, 32))
    total, rest, sizes, more = helper@N([1, 2, 3], {"key1": 1})
    return total + len(rest) + sizes["a"] + more(len(w_result.show()))
`;
