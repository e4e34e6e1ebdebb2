; test pass=roots
; Two references live across two calls: two slots. One that is not needed behind the second call is
; read back only where it is used; nothing is stored twice.
struct Cell { x: i64, next: ref<Cell> }
fn collect -> void {
block0():
  gc_collect()
  return void
}
fn main.f -> ref<Cell> {
block0(a.0: ref<Cell>, b.1: ref<Cell>, n.2: int):
  call() callee=collect
  setfield(a.0, n.2) field=Cell:x
  call() callee=collect
  setfield(b.1, n.2) field=Cell:x
  call() callee=collect
  return b.1
}
; expect
fn collect() -> void noraise {
block0():
  gc_collect()
  return void
}
fn main.f(ref<Cell>, ref<Cell>, int) -> ref<Cell> noraise {
block0(a.0: ref<Cell>, b.1: ref<Cell>, n.2: int):
  ss_enter() slot=2
  ss_store(a.0) slot=0
  ss_store(b.1) slot=1
  call() callee=collect
  a.10: ref<Cell> = ss_load() slot=0
  setfield(a.10, n.2) field=Cell:x
  call() callee=collect
  b.11: ref<Cell> = ss_load() slot=1
  setfield(b.11, n.2) field=Cell:x
  call() callee=collect
  b.12: ref<Cell> = ss_load() slot=1
  ss_leave() slot=2
  return b.12
}
