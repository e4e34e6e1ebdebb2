; test pass=roots
; Around a loop the slot of `list` stays up to date: no store inside, and the way that does not loop
; has no frame.
struct Cell { x: i64, next: ref<Cell> }
fn collect -> void {
block0():
  gc_collect()
  return void
}
fn main.f -> int {
block0(list.0: ref<Cell>, n.1: int):
  none.2 = ref_is_null(list.0)
  branch none.2 ? block1() : block2(list.0, n.1)
block1():
  return 0
block2(list.3: ref<Cell>, n.4: int):
  call() callee=collect
  goto block3(list.3, n.4)
block3(list.5: ref<Cell>, n.6: int):
  more.7 = int_gt(n.6, 0)
  branch more.7 ? block4(list.5, n.6) : block5(list.5)
block4(list.8: ref<Cell>, n.9: int):
  call() callee=collect
  m.10 = int_sub(n.9, 1)
  goto block3(list.8, m.10)
block5(list.11: ref<Cell>):
  x.12: int = getfield(list.11) field=Cell:x
  return x.12
}
; expect
fn collect() -> void noraise {
block0():
  gc_collect()
  return void
}
fn main.f(ref<Cell>, int) -> int noraise {
block0(list.0: ref<Cell>, n.1: int):
  none.2 = ref_is_null(list.0)
  branch none.2 ? block1() : block2(list.0, n.1)
block1():
  return 0
block2(list.3: ref<Cell>, n.4: int):
  ss_enter() slot=1
  ss_store(list.3) slot=0
  call() callee=collect
  list.16: ref<Cell> = ss_load() slot=0
  goto block3(list.16, n.4)
block3(list.5: ref<Cell>, n.6: int):
  more.7 = int_gt(n.6, 0)
  branch more.7 ? block4(n.6) : block5(list.5)
block4(n.9: int):
  call() callee=collect
  m.10 = int_sub(n.9, 1)
  list.17: ref<Cell> = ss_load() slot=0
  goto block3(list.17, m.10)
block5(list.11: ref<Cell>):
  ss_leave() slot=1
  x.12: int = getfield(list.11) field=Cell:x
  return x.12
}
