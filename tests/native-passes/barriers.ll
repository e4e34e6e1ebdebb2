; test pass=barriers
; No barrier: constants and tagged words, fresh objects and those that have had one, until something
; may collect. Items of arrays that may be large are reported each.
struct Cell { x: i64, next: ref<Cell> }
array cells of ref<Cell>
object #root = Cell { next = null }
fn collect -> void {
block0():
  gc_collect()
  return void
}
fn main.fields -> void {
block0(a.0: ref<Cell>, b.1: ref<Cell>):
  setfield(a.0, b.1) field=Cell:next
  setfield(a.0, a.0) field=Cell:next
  setfield(b.1, null: ref<Cell>) field=Cell:next
  setfield(b.1, #root) field=Cell:next
  setfield(#root, b.1) field=Cell:next
  call() callee=collect
  setfield(a.0, b.1) field=Cell:next
  return void
}
fn main.fresh -> ref<Cell> {
block0(a.0: ref<Cell>, again.1: bool):
  first.2: ref<Cell> = new() struct=Cell
  setfield(first.2, a.0) field=Cell:next
  branch again.1 ? block1(first.2, a.0) : block2(first.2, a.0)
block1(first.3: ref<Cell>, a.4: ref<Cell>):
  second.5: ref<Cell> = new() struct=Cell
  setfield(second.5, first.3) field=Cell:next
  setfield(first.3, second.5) field=Cell:next
  goto block2(second.5, a.4)
block2(last.6: ref<Cell>, a.7: ref<Cell>):
  setfield(last.6, a.7) field=Cell:next
  return last.6
}
fn main.items -> void {
block0(a.0: ref<cells>, b.1: ref<Cell>, i.2: int):
  setitem(a.0, i.2, b.1) array=cells
  setitem(a.0, 0, b.1) array=cells
  array_fill(a.0, 0, i.2, b.1) array=cells
  array_copy(a.0, 0, a.0, 1, i.2) array=cells
  small.3: ref<cells> = new_array(3) array=cells
  setitem(small.3, 0, b.1) array=cells
  large.4: ref<cells> = new_array(i.2) array=cells
  setitem(large.4, 0, b.1) array=cells
  return void
}
; expect
fn collect() -> void noraise {
block0():
  gc_collect()
  return void
}
fn main.fields(ref<Cell>, ref<Cell>) -> void noraise {
block0(a.0: ref<Cell>, b.1: ref<Cell>):
  gc_write_barrier(a.0)
  setfield(a.0, b.1) field=Cell:next
  setfield(a.0, a.0) field=Cell:next
  setfield(b.1, null: ref<Cell>) field=Cell:next
  setfield(b.1, #1) field=Cell:next
  gc_write_barrier(#1)
  setfield(#1, b.1) field=Cell:next
  call() callee=collect
  gc_write_barrier(a.0)
  setfield(a.0, b.1) field=Cell:next
  return void
}
fn main.fresh(ref<Cell>, bool) -> ref<Cell> {
block0(a.0: ref<Cell>, again.1: bool):
  first.2: ref<Cell> = new() struct=Cell
  v15 = exc_pending()
  branch v15 ? block4() : block3(first.2, a.0, again.1)
block3(first.12: ref<Cell>, a.13: ref<Cell>, again.14: bool):
  setfield(first.12, a.13) field=Cell:next
  branch again.14 ? block1(first.12, a.13) : block2(first.12, a.13)
block1(first.3: ref<Cell>, a.4: ref<Cell>):
  second.5: ref<Cell> = new() struct=Cell
  v19 = exc_pending()
  branch v19 ? block4() : block5(second.5, first.3, a.4)
block5(second.16: ref<Cell>, first.17: ref<Cell>, a.18: ref<Cell>):
  setfield(second.16, first.17) field=Cell:next
  gc_write_barrier(first.17)
  setfield(first.17, second.16) field=Cell:next
  goto block2(second.16, a.18)
block2(last.6: ref<Cell>, a.7: ref<Cell>):
  setfield(last.6, a.7) field=Cell:next
  return last.6
block4():
  return null: ref<Cell>
}
fn main.items(ref<cells>, ref<Cell>, int) -> void {
block0(a.0: ref<cells>, b.1: ref<Cell>, i.2: int):
  gc_write_barrier_items(a.0, i.2, 1)
  setitem(a.0, i.2, b.1) array=cells
  gc_write_barrier_items(a.0, 0, 1)
  setitem(a.0, 0, b.1) array=cells
  gc_write_barrier_items(a.0, 0, i.2)
  array_fill(a.0, 0, i.2, b.1) array=cells
  gc_write_barrier_items(a.0, 1, i.2)
  array_copy(a.0, 0, a.0, 1, i.2) array=cells
  small.3: ref<cells> = new_array(3) array=cells
  v14 = exc_pending()
  branch v14 ? block2() : block1(small.3, b.1, i.2)
block1(small.11: ref<cells>, b.12: ref<Cell>, i.13: int):
  setitem(small.11, 0, b.12) array=cells
  large.4: ref<cells> = new_array(i.13) array=cells
  v17 = exc_pending()
  branch v17 ? block2() : block3(large.4, b.12)
block3(large.15: ref<cells>, b.16: ref<Cell>):
  gc_write_barrier_items(large.15, 0, 1)
  setitem(large.15, 0, b.16) array=cells
  return void
block2():
  return void
}
