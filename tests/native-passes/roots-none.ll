; test pass=roots
; No frame where nothing collects: plain calls, stores with barriers. An allocation saves what it must
; in its own slow path, so that its fast path costs nothing.
struct Cell { x: i64, next: ref<Cell> }
fn last -> int {
block0(a.0: ref<Cell>):
  x.1: int = getfield(a.0) field=Cell:x
  return x.1
}
fn main.link -> int {
block0(a.0: ref<Cell>, b.1: ref<Cell>):
  x.2: int = call(a.0) callee=last
  gc_write_barrier(a.0)
  setfield(a.0, b.1) field=Cell:next
  y.3: int = call(b.1) callee=last
  z.4 = int_add(x.2, y.3)
  return z.4
}
fn main.grow -> ref<Cell> {
block0(a.0: ref<Cell>):
  b.1: ref<Cell> = new() struct=Cell
  setfield(b.1, a.0) field=Cell:next
  return b.1
}
; expect
fn last(ref<Cell>) -> int noraise nocollect {
block0(a.0: ref<Cell>):
  x.1: int = getfield(a.0) field=Cell:x
  return x.1
}
fn main.link(ref<Cell>, ref<Cell>) -> int noraise nocollect {
block0(a.0: ref<Cell>, b.1: ref<Cell>):
  x.2: int = call(a.0) callee=last
  gc_write_barrier(a.0)
  setfield(a.0, b.1) field=Cell:next
  y.3: int = call(b.1) callee=last
  z.4 = int_add(x.2, y.3)
  return z.4
}
fn main.grow(ref<Cell>) -> ref<Cell> {
block0(a.0: ref<Cell>):
  b.1: ref<Cell> = new() struct=Cell
  v5 = exc_pending()
  branch v5 ? block2() : block1(b.1, a.0)
block1(b.3: ref<Cell>, a.4: ref<Cell>):
  setfield(b.3, a.4) field=Cell:next
  return b.3
block2():
  return null: ref<Cell>
}
