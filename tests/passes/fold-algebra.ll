; test pass=fold
; Constants, algebra, and comparisons turned round.
fn constants -> int {
block0():
  a.0 = int_add(2, 3)
  b.1 = int_mul(a.0, 7)
  c.2 = int_lt(b.1, 100)
  branch c.2 ? block1(b.1) : block2()
block1(x.3: int):
  return x.3
block2():
  return 0
}
fn units -> int {
block0(x.0: int):
  a.1 = int_add(x.0, 0)
  b.2 = int_mul(1, a.1)
  c.3 = int_sub(b.2, 4)
  d.4 = int_add(c.3, 10)
  e.5 = int_and(d.4, -1)
  f.6 = int_mul(e.5, 8)
  g.7 = int_floordiv(f.6, 4)
  h.8 = int_mod(g.7, 16)
  i.9 = int_xor(h.8, h.8)
  j.10 = int_or(h.8, i.9)
  return j.10
}
; What the row forbids is not computed.
fn undefined -> int {
block0():
  a.0 = int_floordiv(1, 0)
  b.1 = int_lshift(1, 70)
  c.2 = int_add(a.0, b.1)
  return c.2
}
fn turned -> bool {
block0(x.0: int, y.1: int):
  a.2 = int_lt(3, x.0)
  b.3 = bool_not(a.2)
  c.4 = int_eq(x.0, y.1)
  d.5 = bool_not(c.4)
  e.6 = bool_and(b.3, d.5)
  branch e.6 ? block1(b.3) : block2(d.5)
block1(p.7: bool):
  return p.7
block2(p.8: bool):
  n.9 = bool_not(p.8)
  branch n.9 ? block3() : block4()
block3():
  return true
block4():
  return false
}
fn sums -> bool {
block0(x.0: int):
  a.1 = int_add(x.0, 5)
  b.2 = int_eq(a.1, 7)
  return b.2
}
; expect rewrites=21
fn constants() -> int {
block0():
  return 35
}
fn units(int) -> int {
block0(x.0: int):
  c.3 = int_add(x.0, -4)
  d.4 = int_add(x.0, 6)
  f.6 = int_lshift(d.4, 3)
  g.7 = int_rshift(f.6, 2)
  h.8 = int_and(g.7, 15)
  return h.8
}
fn undefined() -> int {
block0():
  a.0 = int_floordiv(1, 0)
  b.1 = int_lshift(1, 70)
  c.2 = int_add(a.0, b.1)
  return c.2
}
fn turned(int, int) -> bool {
block0(x.0: int, y.1: int):
  a.2 = int_gt(x.0, 3)
  b.3 = int_le(x.0, 3)
  c.4 = int_eq(x.0, y.1)
  d.5 = int_ne(x.0, y.1)
  e.6 = bool_and(b.3, d.5)
  branch e.6 ? block1(b.3) : block2(x.0, y.1)
block1(b.10: bool):
  return b.10
block2(x.11: int, y.12: int):
  n.9 = int_eq(x.11, y.12)
  branch n.9 ? block3() : block4()
block3():
  return true
block4():
  return false
}
fn sums(int) -> bool {
block0(x.0: int):
  a.1 = int_add(x.0, 5)
  b.2 = int_eq(x.0, 2)
  return b.2
}
