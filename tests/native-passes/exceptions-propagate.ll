; test pass=exceptions
; Calls that raise are followed by a test; calls on one line share the way out; what lives on is
; passed to the rest of the block. A call that cannot raise stays as it is.
fn f -> int at "main.wr:1:1" {
block0(x.0: int):
  raise #memory at "main.wr:2:3"
}
fn g -> int {
block0(x.0: int):
  return x.0
}
fn main.caller -> int at "main.wr:5:1" {
block0(x.0: int, y.1: int):
  a.2: int = call(x.0) callee=f at "main.wr:6:3"
  b.3: int = call(y.1) callee=f at "main.wr:6:9"
  c.4: int = call(b.3) callee=g
  d.5: int = call(c.4) callee=f at "main.wr:7:3"
  s.6 = int_add(a.2, d.5)
  return s.6
}
; expect
fn f(int) -> int nocollect at "main.wr:1:1" {
block0(x.0: int):
  exc_set(#1)
  traceback_add() at "main.wr:2:3"
  return 0
}
fn g(int) -> int noraise nocollect {
block0(x.0: int):
  return x.0
}
fn main.caller(int, int) -> int nocollect at "main.wr:5:1" {
block0(x.0: int, y.1: int):
  a.2: int = call(x.0) callee=f at "main.wr:6:3"
  v10 = exc_pending()
  branch v10 ? block2() : block1(y.1, a.2)
block1(y.7: int, a.8: int):
  b.3: int = call(y.7) callee=f at "main.wr:6:9"
  v13 = exc_pending()
  branch v13 ? block2() : block3(b.3, a.8)
block3(b.11: int, a.12: int):
  c.4: int = call(b.11) callee=g
  d.5: int = call(c.4) callee=f at "main.wr:7:3"
  v17 = exc_pending()
  branch v17 ? block5() : block4(a.12, d.5)
block4(a.14: int, d.15: int):
  s.6 = int_add(a.14, d.15)
  return s.6
block2():
  traceback_add() at "main.wr:6:3"
  return 0
block5():
  traceback_add() at "main.wr:7:3"
  return 0
}
