; Calls through tables and function values, swapped loop variables, narrow storage, inlined functions.
; status 61
struct Cell { small: i8, wide: u16, flag: bool, real: f32, op: fn(int, int) -> int }
array bytes of i8
array reals of f64
object #cell = Cell { small = -3, wide = 65535, flag = true, real = 1.5, op = &sub }
table binary: fn(int, int) -> int = [&add, -, &sub]
table numbers: int = [3, -7, 9223372036854775807]

fn add -> int inline always {
block0(a.0: int, b.1: int):
  r.2 = int_add(a.0, b.1)
  return r.2
}
fn sub -> int inline never {
block0(a.0: int, b.1: int):
  r.2 = int_sub(a.0, b.1)
  return r.2
}

; gcd by subtraction, with both variables swapped on the way.
fn gcd -> int {
block0(a.0: int, b.1: int):
  goto block1(a.0, b.1)
block1(a.2: int, b.3: int):
  less.4 = int_lt(a.2, b.3)
  branch less.4 ? block1(b.3, a.2) : block2(a.2, b.3)
block2(a.5: int, b.6: int):
  done.7 = int_eq(b.6, 0)
  branch done.7 ? block3(a.5) : block4(a.5, b.6)
block4(a.8: int, b.9: int):
  d.10 = int_sub(a.8, b.9)
  goto block1(d.10, b.9)
block3(a.11: int):
  return a.11
}

fn overflow -> int {
block0(a.0: int, b.1: int):
  r.2 = int_add_ovf(a.0, b.1)
  o.3 = overflowed()
  branch o.3 ? block1() : block2(r.2)
block1():
  return 1
block2(r.4: int):
  return 0
}

fn storage -> int {
block0():
  setfield(#cell, 300) field=Cell:small
  a.0: int = getfield(#cell) field=Cell:small
  setfield(#cell, -1) field=Cell:wide
  b.1: int = getfield(#cell) field=Cell:wide
  array.2: ref<bytes> = new_array(5) array=bytes
  array_fill(array.2, 1, 3, 200) array=bytes
  array_copy(array.2, 1, array.2, 2, 3) array=bytes
  c.3: int = getitem(array.2, 4) array=bytes
  d.4: int = getitem(array.2, 0) array=bytes
  e.5 = int_sub(b.1, 65535)
  f.6 = int_add(a.0, c.3)
  g.7 = int_add(d.4, e.5)
  h.8 = int_add(f.6, g.7)
  return h.8
}

fn main -> int {
block0(argv.0: ref<strs>):
  f.1: fn(int, int) -> int = table_get(0) table=binary
  a.2: int = call_indirect(f.1, 20, 22) signature=fn(int, int) -> int
  g.3: fn(int, int) -> int = getfield(#cell) field=Cell:op
  b.4: int = call_indirect(g.3, 20, 22) signature=fn(int, int) -> int
  c.5: int = call(84, 36) callee=gcd
  n.6: int = table_get(2) table=numbers
  d.7: int = call(n.6, 1) callee=overflow
  e.8: int = call() callee=storage
  s.9: int = call(a.2, b.4) callee=add
  s.10 = int_add(s.9, c.5)
  s.11 = int_add(s.10, d.7)
  s.12 = int_add(s.11, e.8)
  s.13 = int_add(s.12, 20)
  return s.13
}
entry main
