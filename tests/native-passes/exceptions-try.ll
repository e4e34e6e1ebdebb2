; test pass=exceptions
; A `try` exit branches to a block that takes the exception; an earlier op of the block that raises
; leaves the function. A `try` whose op cannot raise is a goto.
struct Pair { a: i64, b: i64 }
fn f -> int at "main.wr:1:1" {
block0(x.0: int):
  raise #memory at "main.wr:2:3"
}
fn g -> int {
block0(x.0: int):
  return x.0
}
fn main.handler -> int at "main.wr:5:1" {
block0(x.0: int):
  p.1: ref<Pair> = new() struct=Pair at "main.wr:6:3"
  r.2: int = call(x.0) callee=f at "main.wr:7:3"
  try block1(r.2, p.1) catch e.3: ref<Exception> => block2(e.3, x.0)
block1(r.4: int, p.5: ref<Pair>):
  setfield(p.5, r.4) field=Pair:a
  return r.4
block2(e.6: ref<Exception>, x.7: int):
  same.8 = int_eq(x.7, 0)
  branch same.8 ? block3(e.6) : block4(x.7)
block3(e.9: ref<Exception>):
  raise e.9 at "main.wr:10:3"
block4(x.10: int):
  r.11: int = call(x.10) callee=g
  try block5(r.11) catch e.12: ref<Exception> => block5(0)
block5(r.13: int):
  return r.13
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
fn main.handler(int) -> int at "main.wr:5:1" {
block0(x.0: int):
  p.1: ref<Pair> = new() struct=Pair at "main.wr:6:3"
  v18 = exc_pending()
  branch v18 ? block7() : block6(x.0, p.1)
block6(x.15: int, p.16: ref<Pair>):
  r.2: int = call(x.15) callee=f at "main.wr:7:3"
  v20 = exc_pending()
  branch v20 ? block8(x.15) : block1(r.2, p.16)
block8(x.19: int):
  e.3: ref<Exception> = exc_take()
  goto block2(e.3, x.19)
block1(r.4: int, p.5: ref<Pair>):
  setfield(p.5, r.4) field=Pair:a
  return r.4
block2(e.6: ref<Exception>, x.7: int):
  same.8 = int_eq(x.7, 0)
  branch same.8 ? block3(e.6) : block4(x.7)
block3(e.9: ref<Exception>):
  exc_set(e.9)
  traceback_add() at "main.wr:10:3"
  return 0
block4(x.10: int):
  r.11: int = call(x.10) callee=g
  goto block5(r.11)
block5(r.13: int):
  return r.13
block7():
  traceback_add() at "main.wr:6:3"
  return 0
}
