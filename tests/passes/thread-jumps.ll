; test pass=thread-jumps
; A link that decides its target's test goes past it; loop headers stay whole.
struct Box { final value: i64 }
fn optional -> int {
block0(c.0: bool, x.1: int):
  branch c.0 ? block1(x.1) : block2(null)
block1(x.2: int):
  b.3: ref<Box> = new() struct=Box
  setfield(b.3, x.2) field=Box:value
  goto block2(b.3)
block2(o.4: ref<Box>):
  n.5 = ref_is_null(o.4)
  branch n.5 ? block3() : block4(o.4)
block3():
  return -1
block4(o.6: ref<Box>):
  v.7: int = getfield(o.6) field=Box:value
  return v.7
}
fn loop -> int {
block0(n.0: int):
  goto block1(0, n.0)
block1(i.1: int, n.2: int):
  c.3 = int_eq(i.1, 0)
  branch c.3 ? block2(i.1, n.2) : block3(i.1)
block2(i.4: int, n.5: int):
  j.6 = int_add(i.4, n.5)
  goto block1(j.6, n.5)
block3(i.7: int):
  return i.7
}
; expect rewrites=5
fn optional(bool, int) -> int {
block0(c.0: bool, x.1: int):
  branch c.0 ? block1(x.1) : block3()
block1(x.15: int):
  b.3: ref<Box> = new() struct=Box
  setfield(b.3, x.15) field=Box:value
  v.7: int = getfield(b.3) field=Box:value
  return v.7
block3():
  return -1
}
fn loop(int) -> int {
block0(n.0: int):
  goto block1(0, n.0)
block1(i.1: int, n.12: int):
  c.3 = int_eq(i.1, 0)
  branch c.3 ? block2(i.1, n.12) : block3(i.1)
block2(i.13: int, n.14: int):
  j.6 = int_add(i.13, n.14)
  goto block1(j.6, n.14)
block3(i.15: int):
  return i.15
}
