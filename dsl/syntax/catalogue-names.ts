/** What binding and flow graphs report: E02xx names, modules, assignments; some E03xx and E05xx; W09xx warnings. */
import type { CatalogueRow } from "./catalogue.ts";

export const NAMES_ROWS = {
  E0201: {
    title: "module not found",
    explanation:
      "An import names a module for which there is no file. `wright.x` is part of the library; every other module is found from the folder of the program's entry file, dots being folders. `wright.intrinsics` is for the library and for modules that start with `raw module`.",
    wrong: "from wright.strngs import join\n",
    right: "from wright.os import read_file\n\nSOURCE = read_file\n",
  },
  E0202: {
    title: "name not in module",
    explanation: "The module exists, but defines nothing of that name.",
    wrong: "from wright.os import raed_file\n",
    right: "from wright.os import read_file\n\nSOURCE = read_file\n",
  },
  E0203: {
    title: "unknown name",
    explanation:
      "Nothing of that name is visible here: no local variable, no definition or import of the module, nothing built in. Often it is misspelt, or an import is missing.",
    wrong: "def area(width: int, height: int) -> int:\n    return widht * height\n",
    right: "def area(width: int, height: int) -> int:\n    return width * height\n",
  },
  E0204: {
    title: "read before its module is initialised",
    explanation:
      "A module's body runs once, at build time, and sees only variables that already have a value. Functions, classes and constants may be used before the place where they stand; a variable may not.",
    wrong: 'total = len(names)\nnames = ["a", "b"]\n',
    right: 'names = ["a", "b"]\ntotal = len(names)\n',
  },
  E0205: {
    title: "defined twice",
    explanation:
      "A name means one thing in its scope. A second definition would make the first unreachable, which is nearly always a mistake.",
    wrong: "def size() -> int:\n    return 1\n\ndef size() -> int:\n    return 2\n",
    right: "def size() -> int:\n    return 1\n\ndef doubled_size() -> int:\n    return 2\n",
  },
  E0206: {
    title: "variable without a value",
    explanation:
      "There is a way from the start of the function to this place on which the variable was never assigned. Assign it on every path, or give it a value at the start.",
    wrong: "def sign(n: int) -> int:\n    if n > 0:\n        result = 1\n    return result\n",
    right:
      "def sign(n: int) -> int:\n    result = 0\n    if n > 0:\n        result = 1\n    return result\n",
  },
  E0207: {
    title: "captured variable assigned",
    explanation:
      "A nested function or lambda holds the values that the variables around it had when it was made. So it cannot assign them, and they cannot be assigned afterwards. What is to change can be kept in a field of an object that both know.",
    wrong:
      "def counter() -> int:\n    count = 0\n    def bump() -> int:\n        count = count + 1\n        return count\n    return bump()\n",
    right:
      "class Counter:\n    count: int\n    def __init__(self):\n        self.count = 0\n\ndef counter() -> int:\n    state = Counter()\n    def bump() -> int:\n        state.count += 1\n        return state.count\n    return bump()\n",
  },
  E0208: {
    title: "this cannot be assigned",
    explanation:
      "Functions, classes, enums and imported names are what their definition says, for the whole program; there is no monkey-patching. Use a variable, or a field of an object.",
    wrong: 'def greet() -> str:\n    return "hello"\n\ngreet = 5\n',
    right: 'def greet() -> str:\n    return "hello"\n\ngreeting = 5\n',
  },
  E0209: {
    title: "a module is no value",
    explanation:
      "The name of a module stands before a point, to say where something is from. It cannot be stored, passed or printed.",
    wrong:
      "from wright import math\n\ndef area(r: float) -> float:\n    m = math\n    return m.pi * r * r\n",
    right: "from wright import math\n\ndef area(r: float) -> float:\n    return math.pi * r * r\n",
  },
  E0324: {
    title: "mistake in a format",
    explanation:
      "A `%` format is checked before the program runs: its conversions must exist, and there must be as many values as conversions. A single `%` is written `%%`.",
    wrong: 'def show(a: int) -> str:\n    return "%d and %d" % (a, a, a)\n',
    right: 'def show(a: int) -> str:\n    return "%d and %d" % (a, a)\n',
  },
  E0323: {
    title: "nothing to check",
    explanation:
      "`checked(…)` takes a single operation, which then raises OverflowError instead of wrapping: `a + b`, `a - b`, `a * b`, `a << b`, `a // b` or `-a`.",
    wrong: "def twice(n: int) -> int:\n    return checked(n)\n",
    right: "def twice(n: int) -> int:\n    return checked(n + n)\n",
  },
  E0325: {
    title: "pattern has too many positions",
    explanation:
      "`Class(a, b)` in a pattern matches the fields of the class in the order in which they are declared; there cannot be more positions than fields. `name=pattern` matches a field by its name.",
    wrong:
      "class Pair:\n    first: int\n    second: int\n    def __init__(self):\n        self.first = 1\n        self.second = 2\n\ndef sum(p: Pair) -> int:\n    match p:\n        case Pair(a, b, c):\n            return a + b + c\n    return 0\n",
    right:
      "class Pair:\n    first: int\n    second: int\n    def __init__(self):\n        self.first = 1\n        self.second = 2\n\ndef sum(p: Pair) -> int:\n    match p:\n        case Pair(a, b):\n            return a + b\n    return 0\n",
  },
  E0326: {
    title: "a generator gives an `Iterator`",
    explanation:
      "A function that contains a `yield` is a generator: calling it gives an `Iterator`, which runs the body as far as its items are asked for. The result is declared by the type of the items, `-> Iterator[T]`, or not at all.",
    wrong: "def numbers() -> int:\n    yield 1\n    yield 2\n",
    right: "def numbers() -> Iterator[int]:\n    yield 1\n    yield 2\n",
  },
  E0327: {
    title: "match does not cover its enum",
    explanation:
      "A `match` whose cases are all members of one enum has a case for each of its members, so that a new member is not forgotten anywhere. `case _:` says that the others are meant to be left out.",
    wrong:
      "enum Color:\n    RED; GREEN\n\ndef show(c: Color) -> None:\n    match c:\n        case Color.RED:\n            print(1)\n",
    right:
      "enum Color:\n    RED; GREEN\n\ndef show(c: Color) -> None:\n    match c:\n        case Color.RED:\n            print(1)\n        case _:\n            pass\n",
  },
  E0506: {
    title: "no such base class",
    explanation:
      "The name in parentheses after a class's name stands for nothing that is visible here.",
    wrong: "class Circle(Shap):\n    radius: float\n",
    right: "class Shape:\n    name: str\n\nclass Circle(Shape):\n    radius: float\n",
  },
  E0507: {
    title: "this cannot be a base class",
    explanation:
      "A class has at most one base class, and that is a class. Methods that several classes share go into a `mixin`, of which a class may name any number.",
    wrong:
      "class Named:\n    name: str\n\nclass Sized:\n    size: int\n\nclass File(Named, Sized):\n    path: str\n",
    right:
      "class Named:\n    name: str\n\nmixin Sized:\n    size: int\n\nclass File(Named, Sized):\n    path: str\n",
  },
  E0508: {
    title: "classes inherit in a circle",
    explanation: "A class cannot be above itself.",
    wrong: "class A(B):\n    x: int\n\nclass B(A):\n    y: int\n",
    right: "class A:\n    x: int\n\nclass B(A):\n    y: int\n",
  },
  E0509: {
    title: "mixin used as what it is not",
    explanation:
      "A mixin is a bag of fields and methods that are copied into the classes that name it. It inherits from mixins only, and has no type parameters; a generic base class has.",
    wrong: "class Shape:\n    name: str\n\nmixin Sized(Shape):\n    size: int\n",
    right:
      "class Shape:\n    name: str\n\nmixin Sized:\n    size: int\n\nclass Box(Shape, Sized):\n    depth: int\n",
  },
  E0510: {
    title: "member hides another",
    explanation:
      "A class and the classes above it share one set of names. A field cannot be declared again below, and a name cannot be a field in one and a method or class attribute in the other. Methods may override methods.",
    wrong: "class Shape:\n    name: str\n\nclass Circle(Shape):\n    name: str\n",
    right: "class Shape:\n    name: str\n\nclass Circle(Shape):\n    radius: float\n",
  },
  E0512: {
    title: "overridden method with type parameters of its own",
    explanation:
      "Calls of a method that is overridden or abstract go through a table with one entry per class. A method with type parameters of its own is compiled once for each tuple of types, so there is no such table. Type parameters of the class are fine; and what differs can be a function value in a field.",
    wrong: "class Visitor:\n    def visit[T](self, item: T) -> T: abstract\n",
    right: "class Visitor[T]:\n    def visit(self, item: T) -> T: abstract\n",
  },
  E0513: {
    title: "override with other parameters",
    explanation:
      "All overrides of a method take the same number of arguments, because a call does not know which of them it reaches.",
    wrong:
      "class Shape:\n    def scale(self, by: int) -> int:\n        return by\n\nclass Box(Shape):\n    def scale(self, by: int, depth: int) -> int:\n        return by * depth\n",
    right:
      "class Shape:\n    def scale(self, by: int, depth: int) -> int:\n        return by\n\nclass Box(Shape):\n    def scale(self, by: int, depth: int) -> int:\n        return by * depth\n",
  },
  E0514: {
    title: "inline array that cannot be laid out",
    explanation:
      "The items of an `inline` field follow the other fields of each object, in the same allocation. So a class has one such field at most, of a type `array[T]`; classes below it add no fields and no `__init__`; and `__init__` begins with `self.<field> = array(length)` or `array(length, fill)`, where the length is computed from the other parameters alone, since it is needed before there is an object.",
    wrong:
      "class Frame:\n    pc: int\n    regs: inline array[int]\n    def __init__(self, size: int):\n        self.pc = 0\n        self.regs = array(size)\n",
    right:
      "class Frame:\n    pc: int\n    regs: inline array[int]\n    def __init__(self, size: int):\n        self.regs = array(size)\n        self.pc = 0\n",
  },
  E0516: {
    title: "property with arguments",
    explanation:
      "A method with `@property` is read like a field, `x.area`, so it takes nothing but the object, and is not called: `x.area()` would call what it gives. It cannot be set.",
    wrong:
      "class Square:\n    side: int = 1\n    @property\n    def area(self) -> int:\n        return self.side * self.side\n\nprint(Square().area())\n",
    right:
      "class Square:\n    side: int = 1\n    @property\n    def area(self) -> int:\n        return self.side * self.side\n\nSIZE = Square().area\n",
  },
  E0517: {
    title: "override of what is final",
    explanation:
      "A class with `@final` has no subclasses, and a method with `@final` is overridden by none. Both say what readers may rely on.",
    wrong: "@final\nclass Nil:\n    pass\n\nclass Empty(Nil):\n    pass\n",
    right: "class Nil:\n    pass\n\n@final\nclass Empty(Nil):\n    pass\n",
  },
  E0511: {
    title: "`super()` without a method to call",
    explanation:
      "`super().m(…)` stands in a method and calls the method `m` of the nearest class above that has one. Here there is none.",
    wrong: "class A:\n    def m(self) -> int:\n        return super().m()\n",
    right:
      "class A:\n    def m(self) -> int:\n        return 1\n\nclass B(A):\n    def m(self) -> int:\n        return super().m()\n",
  },
  W0901: {
    title: "import never used",
    explanation: "The name is imported and the module never mentions it. Leave the import out.",
    wrong: "from wright.os import read_file, write\n\nSOURCE = read_file\n",
    right: "from wright.os import read_file\n\nSOURCE = read_file\n",
  },
} as const satisfies Record<string, CatalogueRow>;
