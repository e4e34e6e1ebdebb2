; test pass=inline
; What is inlined and what is not: marked, small, large, never, recursive, cold.
fn small -> int {
block0(x.0: int):
  y.1 = int_mul(x.0, 3)
  return y.1
}
fn caller -> int {
block0(a.0: int):
  b.1: int = call(a.0) callee=small
  c.2: int = call(b.1) callee=never_inlined
  d.3: int = call(c.2) callee=recursive
  e.4 = int_add(b.1, d.3)
  return e.4
}
fn never_inlined -> int inline never {
block0(x.0: int):
  return x.0
}
fn recursive -> int {
block0(n.0: int):
  c.1 = int_lt(n.0, 1)
  branch c.1 ? block1() : block2(n.0)
block1():
  return 0
block2(n.2: int):
  m.3 = int_sub(n.2, 1)
  r.4: int = call(m.3) callee=recursive
  return r.4
}
; A block that ends in an exception keeps its calls.
fn cold -> int {
block0(x.0: int):
  c.1 = int_lt(x.0, 0)
  branch c.1 ? block1(x.0) : block2(x.0)
block1(x.2: int):
  y.3: int = call(x.2) callee=small
  z.4: int = call(y.3) callee=never_inlined
  raise #memory
block2(x.5: int):
  return x.5
}
; expect rewrites=1
fn small(int) -> int noraise nocollect {
block0(x.0: int):
  y.1 = int_mul(x.0, 3)
  return y.1
}
fn caller(int) -> int nocollect {
block0(a.0: int):
  y.5 = int_mul(a.0, 3)
  c.2: int = call(y.5) callee=never_inlined
  d.3: int = call(c.2) callee=recursive
  e.4 = int_add(y.5, d.3)
  return e.4
}
fn never_inlined(int) -> int inline never noraise nocollect {
block0(x.0: int):
  return x.0
}
fn recursive(int) -> int nocollect {
block0(n.0: int):
  c.1 = int_lt(n.0, 1)
  branch c.1 ? block1() : block2(n.0)
block1():
  return 0
block2(n.5: int):
  m.3 = int_sub(n.5, 1)
  r.4: int = call(m.3) callee=recursive
  return r.4
}
fn cold(int) -> int nocollect {
block0(x.0: int):
  c.1 = int_lt(x.0, 0)
  branch c.1 ? block1(x.0) : block2(x.0)
block1(x.6: int):
  y.3: int = call(x.6) callee=small
  z.4: int = call(y.3) callee=never_inlined
  raise #1
block2(x.7: int):
  return x.7
}
