; test pass=dead-code
; Ops nobody reads, parameters that only feed themselves, functions nobody mentions.
struct Box { value: i64 }
fn used -> int {
block0(x.0: int):
  a.1 = int_add(x.0, 1)
  b.2 = int_mul(a.1, a.1)
  o.3: ref<Box> = new() struct=Box
  goto block1(x.0, 0)
block1(i.4: int, unread.5: int):
  c.6 = int_lt(i.4, 10)
  branch c.6 ? block2(i.4, unread.5) : block3(i.4)
block2(i.7: int, unread.8: int):
  j.9 = int_add(i.7, 1)
  k.10 = int_add(unread.8, i.7)
  goto block1(j.9, k.10)
block3(i.11: int):
  d.12: int = call(i.11) callee=kept
  return i.11
}
fn kept -> int {
block0(x.0: int):
  return x.0
}
fn dropped -> int {
block0(x.0: int):
  return x.0
}
fn $start -> int {
block0(args.0: ref<strs>):
  r.1: int = call(3) callee=used
  return r.1
}
entry $start
; expect rewrites=6
fn used(int) -> int {
block0(x.0: int):
  goto block1(x.0)
block1(i.4: int):
  c.6 = int_lt(i.4, 10)
  branch c.6 ? block2(i.4) : block3(i.4)
block2(i.13: int):
  j.9 = int_add(i.13, 1)
  goto block1(j.9)
block3(i.14: int):
  d.12: int = call(i.14) callee=kept
  return i.14
}
fn kept(int) -> int {
block0(x.0: int):
  return x.0
}
