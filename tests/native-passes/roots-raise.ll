; test pass=roots
; A call that raises: references are read back on the way that needs them only; both ways leave the
; frame. The allocation has no frame: its slow path makes one.
struct Cell { x: i64, next: ref<Cell> }
fn make -> ref<Cell> {
block0(next.0: ref<Cell>):
  c.1: ref<Cell> = new() struct=Cell
  setfield(c.1, next.0) field=Cell:next
  return c.1
}
fn main.f -> int at "main.wr:1:1" {
block0(a.0: ref<Cell>):
  b.1: ref<Cell> = call(a.0) callee=make at "main.wr:2:3"
  x.2: int = getfield(a.0) field=Cell:x
  y.3: int = getfield(b.1) field=Cell:x
  s.4 = int_add(x.2, y.3)
  return s.4
}
; expect
fn make(ref<Cell>) -> ref<Cell> {
block0(next.0: ref<Cell>):
  c.1: ref<Cell> = new() struct=Cell
  v5 = exc_pending()
  branch v5 ? block2() : block1(c.1, next.0)
block1(c.3: ref<Cell>, next.4: ref<Cell>):
  setfield(c.3, next.4) field=Cell:next
  return c.3
block2():
  return null: ref<Cell>
}
fn main.f(ref<Cell>) -> int at "main.wr:1:1" {
block0(a.0: ref<Cell>):
  ss_enter() slot=1
  ss_store(a.0) slot=0
  b.1: ref<Cell> = call(a.0) callee=make at "main.wr:2:3"
  v8 = exc_pending()
  branch v8 ? block2() : block1(b.1)
block1(b.6: ref<Cell>):
  a.5: ref<Cell> = ss_load() slot=0
  ss_leave() slot=1
  x.2: int = getfield(a.5) field=Cell:x
  y.3: int = getfield(b.6) field=Cell:x
  s.4 = int_add(x.2, y.3)
  return s.4
block2():
  ss_leave() slot=1
  traceback_add() at "main.wr:2:3"
  return 0
}
