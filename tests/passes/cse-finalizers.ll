; test pass=cse
; Reading a field keeps the object alive until there, so where its finalizer may run the read stays.
struct File { final fd: i64, name: i64 }
struct Temporary: File finalizer $close { size: i64 }
struct Plain { final fd: i64 }
fn $close -> void {
block0(f.0: ref<Temporary>):
  return void
}
fn $collect -> void {
block0():
  return void
}
fn of_the_class -> int {
block0(f.0: ref<Temporary>):
  a.1: int = getfield(f.0) field=Temporary:fd
  call() callee=$collect
  b.2: int = getfield(f.0) field=Temporary:fd
  c.3 = int_add(a.1, b.2)
  return c.3
}
fn of_its_base -> int {
block0(f.0: ref<File>):
  a.1: int = getfield(f.0) field=File:fd
  call() callee=$collect
  b.2: int = getfield(f.0) field=File:fd
  c.3 = int_add(a.1, b.2)
  return c.3
}
fn of_another -> int {
block0(f.0: ref<Plain>):
  a.1: int = getfield(f.0) field=Plain:fd
  call() callee=$collect
  b.2: int = getfield(f.0) field=Plain:fd
  c.3 = int_add(a.1, b.2)
  return c.3
}
; expect rewrites=1
fn of_the_class(ref<Temporary>) -> int {
block0(f.0: ref<Temporary>):
  a.1: int = getfield(f.0) field=Temporary:fd
  call() callee=$collect
  b.2: int = getfield(f.0) field=Temporary:fd
  c.3 = int_add(a.1, b.2)
  return c.3
}
fn of_its_base(ref<File>) -> int {
block0(f.0: ref<File>):
  a.1: int = getfield(f.0) field=File:fd
  call() callee=$collect
  b.2: int = getfield(f.0) field=File:fd
  c.3 = int_add(a.1, b.2)
  return c.3
}
fn of_another(ref<Plain>) -> int {
block0(f.0: ref<Plain>):
  a.1: int = getfield(f.0) field=Plain:fd
  call() callee=$collect
  c.3 = int_add(a.1, a.1)
  return c.3
}
