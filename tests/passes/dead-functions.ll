; test pass=dead-functions
; A function stays while what runs calls it; one that only calls itself goes.
fn called -> int {
block0(x.0: int):
  return x.0
}
fn inlined_everywhere -> int {
block0(x.0: int):
  r.1: int = call(x.0) callee=only_from_there
  return r.1
}
fn only_from_there -> int {
block0(x.0: int):
  return x.0
}
fn recursive -> int {
block0(x.0: int):
  r.1: int = call(x.0) callee=recursive
  return r.1
}
fn $start -> int {
block0(args.0: ref<strs>):
  r.1: int = call(3) callee=called
  return r.1
}
entry $start
; expect rewrites=3
fn called(int) -> int {
block0(x.0: int):
  return x.0
}
