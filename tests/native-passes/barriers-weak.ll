; test pass=barriers
; What is read from a weak field may be dead already; other fields are read as they are.
struct Cell { x: i64 }
struct Weak weak target { target: ref<Cell>, note: ref<Cell> }
fn main.read -> ref<Cell> {
block0(w.0: ref<Weak>):
  target.1: ref<Cell> = getfield(w.0) field=Weak:target
  note.2: ref<Cell> = getfield(w.0) field=Weak:note
  setfield(w.0, target.1) field=Weak:note
  return target.1
}
; expect
fn main.read(ref<Weak>) -> ref<Cell> noraise nocollect {
block0(w.0: ref<Weak>):
  v4: ref<Cell> = getfield(w.0) field=Weak:target
  target.1: ref<Cell> = gc_weak_target(v4)
  note.2: ref<Cell> = getfield(w.0) field=Weak:note
  gc_write_barrier(w.0)
  setfield(w.0, target.1) field=Weak:note
  return target.1
}
