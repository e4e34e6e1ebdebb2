/** E03xx types, E04xx calls, E05xx classes, E06xx build time and constants, E07xx raw level, E08xx JIT hints; W0902. */
import type { CatalogueRow } from "./catalogue.ts";

const TYPES = {
  E0301: {
    title: "two types that have nothing in common",
    explanation:
      "A variable, field, item, parameter or result has one type in the whole program: the join of everything that flows into it. Here two things flow together that have no join. The message shows both, and how each got here. Use two variables, convert one side, or give both a common base class.",
    wrong:
      'def label(short: bool) -> None:\n    if short:\n        name = 1\n    else:\n        name = "one"\n    print(name)\n',
    right:
      'def label(short: bool) -> None:\n    if short:\n        name = "1"\n    else:\n        name = "one"\n    print(name)\n',
  },
  E0302: {
    title: "value does not fit its declaration",
    explanation:
      "A declared type is a contract: it is checked wherever something is passed, stored or returned. Nothing is converted silently; `float(n)`, `int(x)`, `str(n)` and `u8(n)` convert.",
    wrong: "def half(x: float) -> float:\n    return x / 2.0\n\nprint(half(3))\n",
    right: "def half(x: float) -> float:\n    return x / 2.0\n\nprint(half(3.0))\n",
  },
  E0303: {
    title: "not a type",
    explanation:
      "A type is written here, but the name stands for something else. Types are classes, enums, type aliases, type parameters and the built-in ones such as `int`, `str`, `list[T]` and `fn(A) -> B`.",
    wrong: "def helper() -> int:\n    return 1\n\ndef f(x: helper) -> int:\n    return 1\n",
    right:
      "class Helper:\n    size: int\n    def __init__(self):\n        self.size = 1\n\ndef f(x: Helper) -> int:\n    return x.size\n",
  },
  E0304: {
    title: "union of several types",
    explanation:
      "A type may be `T | None`; other unions do not exist. Values of several kinds need a common base class, with a method for what differs.",
    wrong: "def width(x: int | str) -> int:\n    return 1\n",
    right: "def width(x: int | None) -> int:\n    return 1\n",
  },
  E0305: {
    title: "wrong number of type arguments",
    explanation: "A generic class takes as many types in brackets as it has type parameters.",
    wrong: "def count(ages: dict[str]) -> int:\n    return len(ages)\n",
    right: "def count(ages: dict[str, int]) -> int:\n    return len(ages)\n",
  },
  E0306: {
    title: "operator does not apply",
    explanation:
      "These operands have no such operator. `int` and `float` do not mix without a conversion, `/` is for floats (ints have `//`), text is joined with text only, and a class has the operators whose methods (`__add__`, `__lt__`, …) it defines.",
    wrong: "def middle(n: int) -> float:\n    return n + 0.5\n",
    right: "def middle(n: int) -> float:\n    return float(n) + 0.5\n",
  },
  E0307: {
    title: "format is not a literal",
    explanation:
      "`%` formatting is checked before the program runs, so the format has to stand there as a literal. Use an f-string, or build the text piece by piece with a StrBuilder.",
    wrong: "def show(form: str, n: int) -> str:\n    return form % n\n",
    right: 'def show(n: int) -> str:\n    return "%d items" % n\n',
  },
  E0308: {
    title: "isinstance needs a class",
    explanation:
      "The second argument of `isinstance` is a class, or a tuple of classes, that is known before the program runs: `isinstance(x, W_Int)`.",
    wrong:
      "class Node:\n    size: int\n    def __init__(self):\n        self.size = 1\n\ndef same(a: Node) -> bool:\n    return isinstance(a, a)\n",
    right:
      "class Node:\n    size: int\n    def __init__(self):\n        self.size = 1\n\ndef same(a: Node) -> bool:\n    return isinstance(a, Node)\n",
  },
  E0309: {
    title: "this may be None",
    explanation:
      "The value may be `None`, and `None` has no attributes, items or length. Test it first: after `if x is None: return`, inside `if x is not None:`, and after `isinstance`, the rest knows that it is not. Local variables are narrowed, and `final` fields; read any other field into a local first.",
    wrong:
      "class Tree:\n    left: Tree | None\n    def __init__(self):\n        self.left = None\n    def depth(self) -> int:\n        return 1 + self.left.depth()\n",
    right:
      "class Tree:\n    left: Tree | None\n    def __init__(self):\n        self.left = None\n    def depth(self) -> int:\n        left = self.left\n        return 1 if left is None else 1 + left.depth()\n",
  },
  E0310: {
    title: "array needs a value to fill it with",
    explanation:
      "A fresh array of numbers, bools or maybe-`None` references has an obvious content. An array of objects has not: say with what to fill it, or let its items be `T | None`.",
    wrong:
      "class Slot:\n    size: int\n    def __init__(self):\n        self.size = 0\n\ndef slots(n: int) -> array[Slot]:\n    return array[Slot](n)\n",
    right:
      "class Slot:\n    size: int\n    def __init__(self):\n        self.size = 0\n\ndef slots(n: int) -> array[Slot]:\n    return array[Slot](n, Slot())\n",
  },
  E0311: {
    title: "cannot be iterated over",
    explanation:
      "`for` walks over ranges, lists, arrays, dicts, sets, strings, and objects of classes with `__iter__`. Counting takes `range(n)`.",
    wrong:
      "def total(n: int) -> int:\n    sum = 0\n    for i in n:\n        sum += i\n    return sum\n",
    right:
      "def total(n: int) -> int:\n    sum = 0\n    for i in range(n):\n        sum += i\n    return sum\n",
  },
  E0312: {
    title: "no such conversion",
    explanation:
      "`int(…)`, `float(…)`, `char(…)` and the sized ints convert numbers, bools, chars, enum members and, for `int` and `float`, text. Nothing else can be converted.",
    wrong: "def size(names: list[str]) -> int:\n    return int(names)\n",
    right: "def size(names: list[str]) -> int:\n    return len(names)\n",
  },
  E0313: {
    title: "cannot be a key",
    explanation:
      "Keys of dicts and items of sets are numbers, bools, chars, strings, enum members, `None`, tuples of these, and objects (by identity, or by `__eq__` and `__hash__`).",
    wrong: "def count(target: any_ref) -> int:\n    seen = {target: 1}\n    return len(seen)\n",
    right:
      "class Node:\n    size = 1\n\ndef count(target: Node) -> int:\n    seen = {target: 1}\n    return len(seen)\n",
  },
  E0314: {
    title: "value has no text",
    explanation:
      "`str(x)`, `print(x)` and f-strings ask an object for its `__str__` or `__repr__`; the class defines neither.",
    wrong:
      'class Point:\n    x: int\n    def __init__(self, x: int):\n        self.x = x\n\ndef show(p: Point) -> str:\n    return f"at {p}"\n',
    right:
      'class Point:\n    x: int\n    def __init__(self, x: int):\n        self.x = x\n    def __str__(self) -> str:\n        return str(self.x)\n\ndef show(p: Point) -> str:\n    return f"at {p}"\n',
  },
  E0315: {
    title: "format does not suit the value",
    explanation:
      "The format after the colon is checked against the type: `d x o b c` for ints, `e f g %` for floats, `s` for text.",
    wrong: 'def show(name: str) -> str:\n    return f"{name:.2f}"\n',
    right: 'def show(name: str) -> str:\n    return f"{name:>10}"\n',
  },
  E0316: {
    title: "`in` cannot look into this",
    explanation:
      "`x in c` works for lists, arrays, dicts, sets, strings, tuples, and objects of classes with `__contains__`.",
    wrong: "def found(n: int) -> bool:\n    return 3 in n\n",
    right: "def found(numbers: list[int]) -> bool:\n    return 3 in numbers\n",
  },
  E0317: {
    title: "tuple index is not a constant",
    explanation:
      "The items of a tuple have different types, so which one is meant must be known before the program runs. Use a list or an array where the index varies.",
    wrong: 'def pick(i: int) -> None:\n    pair = (1, "one")\n    print(pair[i])\n',
    right: 'def pick(i: int) -> None:\n    words = ["1", "one"]\n    print(words[i])\n',
  },
  E0318: {
    title: "tuple of another size",
    explanation:
      "A tuple has a fixed number of items: it can be indexed within that, and unpacked into exactly that many names.",
    wrong:
      "def pair() -> tuple[int, int]:\n    return (1, 2)\n\ndef sum() -> int:\n    a, b, c = pair()\n    return a + b + c\n",
    right:
      "def pair() -> tuple[int, int]:\n    return (1, 2)\n\ndef sum() -> int:\n    a, b = pair()\n    return a + b\n",
  },
  E0319: {
    title: "has no items",
    explanation:
      "`x[i]`, slices, assignments to them, `del` and unpacking work for lists, arrays, dicts, and objects of classes with the methods for it (`__getitem__`, `__setitem__`, …). Strings can be read but not changed.",
    wrong: "def first_digit(n: int) -> int:\n    return n[0]\n",
    right: "def first_digit(n: int) -> char:\n    return str(n)[0]\n",
  },
  E0320: {
    title: "has no length",
    explanation:
      "`len` works for strings, lists, arrays, dicts, sets, tuples, and objects of classes with `__len__`.",
    wrong: "def digits(n: int) -> int:\n    return len(n)\n",
    right: "def digits(n: int) -> int:\n    return len(str(n))\n",
  },
  E0321: {
    title: "only exceptions can be raised",
    explanation: "`raise` takes an object of a class derived from `Exception`.",
    wrong: 'def fail() -> None:\n    raise "broken"\n',
    right: 'def fail() -> None:\n    raise ValueError("broken")\n',
  },
  E0322: {
    title: "case of another type",
    explanation:
      "A case that is a constant of another type than the subject of `match` could never be taken.",
    wrong:
      'def name(n: int) -> str:\n    match n:\n        case "one":\n            return "1"\n        case "two":\n            return "2"\n    return "many"\n',
    right:
      'def name(n: int) -> str:\n    match n:\n        case 1:\n            return "one"\n        case 2:\n            return "two"\n    return "many"\n',
  },
} as const satisfies Record<string, CatalogueRow>;

const CALLS = {
  E0401: {
    title: "wrong number of arguments",
    explanation:
      "A call gives every parameter without a default exactly one argument, and no more than there are parameters.",
    wrong: "def add(a: int, b: int) -> int:\n    return a + b\n\nprint(add(1))\n",
    right: "def add(a: int, b: int) -> int:\n    return a + b\n\nprint(add(1, 2))\n",
  },
  E0402: {
    title: "keyword argument does not fit",
    explanation:
      "A keyword names a parameter of the function, and no parameter gets two arguments. A call through a function value cannot use keywords, because its targets may name their parameters differently.",
    wrong: "def move(x: int, y: int) -> int:\n    return x + y\n\nprint(move(1, z=2))\n",
    right: "def move(x: int, y: int) -> int:\n    return x + y\n\nprint(move(1, y=2))\n",
  },
  E0403: {
    title: "generic function with an undeclared parameter",
    explanation:
      "The signature of a generic function is its contract, so all its parameters are declared. Plain functions are inferred.",
    wrong: "def pick[T](items: list[T], n) -> T:\n    return items[n]\n\nprint(pick([1, 2], 0))\n",
    right:
      "def pick[T](items: list[T], n: int) -> T:\n    return items[n]\n\nprint(pick([1, 2], 0))\n",
  },
  E0404: {
    title: "function value called with another number of arguments",
    explanation:
      "All functions that may be called at one place take the same number of arguments. Defaults do not count in a call through a function value.",
    wrong: "def apply(f: fn(int) -> int) -> int:\n    return f(1, 2)\n",
    right: "def apply(f: fn(int, int) -> int) -> int:\n    return f(1, 2)\n",
  },
  E0405: {
    title: "this method cannot be a value",
    explanation:
      "Methods of ordinary classes can be stored and passed. Methods of strings, numbers, arrays and generic classes can only be called; a lambda that calls one is a value.",
    wrong: "def shout(text: str) -> str:\n    f = text.upper\n    return f()\n",
    right: "def shout(text: str) -> str:\n    f = lambda: text.upper()\n    return f()\n",
  },
  E0406: {
    title: "cannot be called",
    explanation:
      "Only functions, methods, classes, function values, and objects of classes with `__call__` can be called.",
    wrong: "def f(n: int) -> int:\n    return n(3)\n",
    right: "def f(n: fn(int) -> int) -> int:\n    return n(3)\n",
  },
  E0408: {
    title: "type argument outside its bound",
    explanation:
      "A type parameter with a bound, `T: Shape`, stands for what is a Shape: the class itself or one below it. A call or a written type has it stand for something else here.",
    wrong:
      "class Shape:\n    def area(self) -> int: abstract\n\ndef twice[T: Shape](shape: T) -> int:\n    return 2 * shape.area()\n\nprint(twice(3))\n",
    right:
      "class Shape:\n    def area(self) -> int: abstract\n\nclass Dot(Shape):\n    def area(self):\n        return 1\n\ndef twice[T: Shape](shape: T) -> int:\n    return 2 * shape.area()\n\nprint(twice(Dot()))\n",
  },
  E0407: {
    title: "`*` with a length that is not known",
    explanation:
      "`f(*values)` needs a tuple, whose length is known before the program runs. Pass the list as one argument instead.",
    wrong:
      "def add(a: int, b: int) -> int:\n    return a + b\n\ndef sum(numbers: list[int]) -> int:\n    return add(*numbers)\n",
    right:
      "def add(a: int, b: int) -> int:\n    return a + b\n\ndef sum(numbers: list[int]) -> int:\n    return add(numbers[0], numbers[1])\n",
  },
} as const satisfies Record<string, CatalogueRow>;

const CLASSES = {
  E0501: {
    title: "no such attribute",
    explanation:
      "Neither the class nor a class above it has a field, method or class attribute of this name.",
    wrong:
      "class Point:\n    x: int\n    def __init__(self, x: int):\n        self.x = x\n\ndef show(p: Point) -> int:\n    return p.y\n",
    right:
      "class Point:\n    x: int\n    def __init__(self, x: int):\n        self.x = x\n\ndef show(p: Point) -> int:\n    return p.x\n",
  },
  E0502: {
    title: "attribute of some subclasses only",
    explanation:
      "The class that is known here does not have the attribute; only classes below it do. Define it in the base class (as `abstract`, if there is no common meaning), or test with `isinstance` first.",
    wrong:
      'class Shape:\n    name: str\n    def __init__(self):\n        self.name = ""\n\nclass Circle(Shape):\n    def area(self) -> float:\n        return 3.0\n\ndef size(s: Shape) -> float:\n    return s.area()\n\nsize(Circle())\n',
    right:
      'class Shape:\n    name: str\n    def __init__(self):\n        self.name = ""\n    def area(self) -> float: abstract\n\nclass Circle(Shape):\n    def area(self) -> float:\n        return 3.0\n\ndef size(s: Shape) -> float:\n    return s.area()\n\nsize(Circle())\n',
  },
  E0503: {
    title: "field never set",
    explanation:
      "The field is read, but nothing in the program ever stores a value in it. Set it in `__init__`.",
    wrong:
      "class Box:\n    def __init__(self):\n        self.size = self.width\n    def reset(self):\n        self.width = self.width\n\nbox = Box()\nbox.reset()\n",
    right:
      "class Box:\n    def __init__(self):\n        self.width = 1\n        self.size = self.width\n    def reset(self):\n        self.width = self.width\n\nbox = Box()\nbox.reset()\n",
  },
  E0504: {
    title: "class with an abstract method",
    explanation:
      "An object can be made only of a class in which every abstract method above it is defined.",
    wrong:
      "class Shape:\n    def area(self) -> float: abstract\n\nclass Circle(Shape):\n    radius: float\n    def __init__(self, radius: float):\n        self.radius = radius\n\ndef make() -> Shape:\n    return Circle(1.0)\n",
    right:
      "class Shape:\n    def area(self) -> float: abstract\n\nclass Circle(Shape):\n    radius: float\n    def __init__(self, radius: float):\n        self.radius = radius\n    def area(self) -> float:\n        return self.radius * self.radius * 3.14\n\ndef make() -> Shape:\n    return Circle(1.0)\n",
  },
  E0505: {
    title: "final field set again",
    explanation:
      "A `final` field gets its value in `__init__` of its class and keeps it: the tracer folds reads of it.",
    wrong:
      'class Code:\n    text: final str\n    def __init__(self, text: str):\n        self.text = text\n    def clear(self) -> None:\n        self.text = ""\n',
    right:
      'class Code:\n    text: str\n    def __init__(self, text: str):\n        self.text = text\n    def clear(self) -> None:\n        self.text = ""\n',
  },
  E0515: {
    title: "inline array replaced",
    explanation:
      "The items of an `inline` field are part of their object: they are made with it, as many as the first statement of `__init__` says, and stay. Single items and slices of the same length can be set, and `fill` sets all.",
    wrong:
      "class Frame:\n    regs: inline array[int]\n    def __init__(self, size: int):\n        self.regs = array(size)\n    def clear(self) -> None:\n        self.regs = array[int](8)\n",
    right:
      "class Frame:\n    regs: inline array[int]\n    def __init__(self, size: int):\n        self.regs = array(size)\n    def clear(self) -> None:\n        self.regs.fill(0)\n",
  },
} as const satisfies Record<string, CatalogueRow>;

const CONSTANTS = {
  E0601: {
    title: "not a static constant",
    explanation:
      "Defaults of parameters, values of enum members and the tuple of `unroll for` are needed while the program is analysed, before any of it runs. Static constants are literals, functions, classes, enum members, tuples of these, and names bound once to one.",
    wrong:
      "def total(numbers: list[int] = [1]) -> int:\n    return len(numbers)\n\nprint(total())\n",
    right:
      "def total(numbers: list[int] | None = None) -> int:\n    return 0 if numbers is None else len(numbers)\n\nprint(total())\n",
  },
  E0602: {
    title: "argument is not a build-time constant",
    explanation:
      "A `const` parameter makes one copy of the function per value, and `embed_text` reads its file while the program is built: both need a static constant.",
    wrong:
      "def repeat(const n, x: int) -> int:\n    return n * x\n\ndef f(k: int) -> int:\n    return repeat(k, 2)\n",
    right:
      "def repeat(const n, x: int) -> int:\n    return n * x\n\ndef f(k: int) -> int:\n    return repeat(3, k)\n",
  },
  E0603: {
    title: "class attribute is not a constant",
    explanation:
      "A name assigned in a class body is a build-time constant that subclasses may override. What an object changes is a field: declare it with a type.",
    wrong:
      "def make() -> int:\n    return 3\n\nclass Shape:\n    corners = make()\n\ndef f() -> int:\n    return Shape().corners\n",
    right: "class Shape:\n    corners = 3\n\ndef f() -> int:\n    return Shape().corners\n",
  },
  E0604: {
    title: "file to embed not found",
    explanation:
      '`embed_text("path")` reads a file of the project while it is built. The path is relative to the folder of the module.',
    wrong: 'PRELUDE = embed_text("preludee.scm")\n',
    right: 'PRELUDE = embed_text("prelude.scm")\n',
  },
} as const satisfies Record<string, CatalogueRow>;

const RAW_AND_JIT = {
  E0605: {
    title: "module bodies did not run to their end",
    explanation:
      "The bodies of all modules run when a program is built, and what their names then hold becomes part of it. Here one raised an exception, ended the program, or asked for something of the outside world; the notes are its traceback.",
    wrong: "TABLE = [1, 2]\nFIRST = TABLE[5]\n",
    right: "TABLE = [1, 2]\nFIRST = TABLE[0]\n",
  },
  E0606: {
    title: "bodies or classes without end",
    explanation:
      "There is one copy of a generic function for every tuple of types it is used with, one of a function with `const` parameters for every tuple of constants, and one of a generic class for its type arguments. Here each of them asks for another one, so that there would be no last one.",
    wrong:
      "def depth[T](x: T, n: int) -> int:\n    return 0 if n == 0 else depth([x], n - 1) + 1\n\nprint(depth(1, 3))\n",
    right:
      "def depth[T](x: T, n: int) -> int:\n    return 0 if n == 0 else depth(x, n - 1) + 1\n\nprint(depth(1, 3))\n",
  },
  E0701: {
    title: "wrong use of an intrinsic",
    explanation:
      "`wright.intrinsics` is the layer below the library. An intrinsic exists under exactly one name and takes exactly its types.",
    wrong:
      "raw module\nfrom wright.intrinsics import str_byte\n\ndef first(text: str) -> int:\n    return str_byte(text, text)\n",
    right:
      "raw module\nfrom wright.intrinsics import str_byte\n\ndef first(text: str) -> int:\n    return str_byte(text, 0)\n",
  },
  E0703: {
    title: "raw level in an ordinary module",
    explanation:
      "`ptr`, `struct`, `extern def` and the intrinsics can break memory safety, so they are for modules whose first line is `raw module`. Everything else of a program is safe whatever it does.",
    wrong: "extern def getpid() -> int\n",
    right: "raw module\n\nextern def getpid() -> int\n",
  },
  E0702: {
    title: "misplaced export",
    explanation:
      '`@export("symbol")` gives a function of a runtime module the name by which the platform\'s C calls it. It takes the symbol as a literal, and stands in modules whose first line is `raw module`.',
    wrong: '@export("tiny_add")\ndef add(a: int, b: int) -> int:\n    return a + b\n',
    right: 'raw module\n\n@export("tiny_add")\ndef add(a: int, b: int) -> int:\n    return a + b\n',
  },
  E0801: {
    title: "merge point outside a loop",
    explanation:
      "A merge point marks the head of the loop that executes one instruction of the hosted program after another; the tracer starts and closes its loops there.",
    wrong:
      'from wright.jit import JitDriver\n\ndriver = JitDriver(greens=["pc"], reds=["x"])\n\ndef run(x: int) -> int:\n    pc = 0\n    driver.merge_point(pc=pc, x=x)\n    return x\n',
    right:
      'from wright.jit import JitDriver\n\ndriver = JitDriver(greens=["pc"], reds=["x"])\n\ndef run(x: int) -> int:\n    pc = 0\n    while pc < x:\n        driver.merge_point(pc=pc, x=x)\n        pc += 1\n    return x\n',
  },
  E0802: {
    title: "unknown decorator or hint",
    explanation:
      "Decorators and JIT hints are a fixed set; the message lists those that apply here.",
    wrong: "@elidabel\ndef square(n: int) -> int:\n    return n * n\n",
    right: "@elidable\ndef square(n: int) -> int:\n    return n * n\n",
  },
  E0803: {
    title: "method that cannot be a finalizer",
    explanation:
      "The collector calls a `@finalizer` method after the object has died, with the object alone. Objects of `@immediate` classes may be tagged words, which never die.",
    wrong:
      "class Handle:\n    fd: int\n    def __init__(self, fd: int):\n        self.fd = fd\n    @finalizer\n    def close(self, flush: bool) -> None:\n        self.fd = -1\n",
    right:
      "class Handle:\n    fd: int\n    def __init__(self, fd: int):\n        self.fd = fd\n    @finalizer\n    def close(self) -> None:\n        self.fd = -1\n",
  },
  E0804: {
    title: "merge point that does not fit its driver",
    explanation:
      "`merge_point` and `can_enter` pass every green and every red of the driver, by name, and nothing else: together they are all that the loop keeps.",
    wrong:
      'from wright.jit import JitDriver\n\ndriver = JitDriver(greens=["pc"], reds=["x"])\n\ndef run(x: int) -> int:\n    pc = 0\n    while pc < x:\n        driver.merge_point(pc=pc)\n        pc += 1\n    return x\n',
    right:
      'from wright.jit import JitDriver\n\ndriver = JitDriver(greens=["pc"], reds=["x"])\n\ndef run(x: int) -> int:\n    pc = 0\n    while pc < x:\n        driver.merge_point(pc=pc, x=x)\n        pc += 1\n    return x\n',
  },
  E0805: {
    title: "malformed driver",
    explanation:
      "A driver lists its greens and reds as names, written out, each once. `location` is a function that takes the greens, in their order, and `virtualizable` names one of the reds.",
    wrong:
      'from wright.jit import JitDriver\n\ndriver = JitDriver(greens=["pc"], reds=["frame"], virtualizable="frames")\n',
    right:
      'from wright.jit import JitDriver\n\ndriver = JitDriver(greens=["pc"], reds=["frame"], virtualizable="frame")\n',
  },
  E0806: {
    title: "green of an unsuitable type",
    explanation:
      "Greens say where the hosted program is: compiled loops are found by them, so they are compared at every merge point. They are ints, chars, texts, enum members or objects (compared by identity).",
    wrong:
      'from wright.jit import JitDriver\n\ndriver = JitDriver(greens=["at"], reds=["x"])\n\ndef run(x: int) -> int:\n    at = 0.5\n    while at < 3.0:\n        driver.merge_point(at=at, x=x)\n        at += 1.0\n    return x\n',
    right:
      'from wright.jit import JitDriver\n\ndriver = JitDriver(greens=["at"], reds=["x"])\n\ndef run(x: int) -> int:\n    at = 0\n    while at < 3:\n        driver.merge_point(at=at, x=x)\n        at += 1\n    return x\n',
  },
} as const satisfies Record<string, CatalogueRow>;

const WARNINGS = {
  W0902: {
    title: "field that may be read before it is set",
    explanation:
      "Objects of the class are made without a value for this field: neither `__init__`, nor a method that it calls on the same object, nor a default sets it, and its type has no zero, as an object, a string or a list has none. Building an object in two steps is allowed, so this is a warning; every read of the field is checked while the program runs, and raises if there is nothing yet. A field that is set in time, or declared `T | None`, is not checked.",
    wrong:
      "class Parser:\n    text: str\n    def load(self, text: str) -> None:\n        self.text = text\n\ndef first(text: str) -> str:\n    parser = Parser()\n    parser.load(text)\n    return parser.text\n",
    right:
      "class Parser:\n    text: str\n    def __init__(self, text: str):\n        self.text = text\n\ndef first(text: str) -> str:\n    return Parser(text).text\n",
  },
} as const satisfies Record<string, CatalogueRow>;

export const TYPE_ROWS = {
  ...TYPES,
  ...CALLS,
  ...CLASSES,
  ...CONSTANTS,
  ...RAW_AND_JIT,
  ...WARNINGS,
};
