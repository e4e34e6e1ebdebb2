; test pass=fold
; Classes known from static types and allocations, tables, calls through constants, frozen objects.
struct Shape { }
struct Square : Shape { final side: i64 }
struct Circle : Shape { }
struct Other { }
struct closure { final code: fn() -> void }
object #square = Square { side = 9 }
object #adder = closure { code = &$square_area }
table areas: fn(ref<Shape>) -> int = [-, &$square_area, &$circle_area]
table same: int = [4, 4, -]
fn leaf -> int {
block0(s.0: ref<Square>):
  n.1 = class_id(s.0)
  return n.1
}
fn tests -> bool {
block0(s.0: ref<Square>, x.1: ref<Shape>):
  a.2 = class_in_range(s.0) struct=Shape
  b.3 = class_in_range(s.0) struct=Other
  c.4 = class_in_range(x.1) struct=Square
  d.5 = bool_or(a.2, b.3)
  e.6 = bool_or(d.5, c.4)
  return e.6
}
fn fresh -> bool {
block0():
  o.0: ref<Square> = new() struct=Square
  n.1 = ref_is_null(o.0)
  t.2 = class_in_range(o.0) struct=Shape
  u.3 = bool_not(n.1)
  v.4 = bool_and(t.2, u.3)
  return v.4
}
fn devirtualised -> int {
block0():
  n.0 = class_id(#square)
  i.1 = int_sub(n.0, 4)
  f.2: fn(ref<Shape>) -> int = table_get(i.1) table=areas
  r.3: int = call_indirect(f.2, #square) signature=fn(ref<Shape>) -> int
  return r.3
}
fn through_closure -> int {
block0(x.0: ref<Shape>):
  f.1: fn(ref<Shape>) -> int = getfield(#adder) field=closure:code
  r.2: int = call_indirect(f.1, x.0) signature=fn(ref<Shape>) -> int
  return r.2
}
fn frozen -> int {
block0(i.0: int):
  a.1: int = getfield(#square) field=Square:side
  b.2: int = table_get(i.0) table=same
  c.3 = array_len("hello") array=str
  d.4: int = getitem("hello", 1) array=str
  e.5 = int_add(a.1, b.2)
  f.6 = int_add(c.3, d.4)
  g.7 = int_add(e.5, f.6)
  return g.7
}
fn $square_area -> int {
block0(s.0: ref<Shape>):
  return 1
}
fn $circle_area -> int {
block0(s.0: ref<Shape>):
  return 2
}
; expect rewrites=21
fn leaf(ref<Square>) -> int {
block0(s.0: ref<Square>):
  return 5
}
fn tests(ref<Square>, ref<Shape>) -> bool {
block0(s.0: ref<Square>, x.1: ref<Shape>):
  a.2 = ref_not_null(s.0)
  c.4 = class_in_range(x.1) struct=Square
  e.6 = bool_or(a.2, c.4)
  return e.6
}
fn fresh() -> bool {
block0():
  o.0: ref<Square> = new() struct=Square
  return true
}
fn devirtualised() -> int {
block0():
  r.3: int = call(#1) callee=$square_area
  return r.3
}
fn through_closure(ref<Shape>) -> int {
block0(x.0: ref<Shape>):
  r.2: int = call(x.0) callee=$square_area
  return r.2
}
fn frozen(int) -> int {
block0(i.0: int):
  return 119
}
