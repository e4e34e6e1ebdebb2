; test pass=simplify
; Known branches, equal links, empty blocks, and what they leave over.
fn known -> int {
block0(x.0: int):
  branch true ? block1(x.0) : block2()
block1(z.2: int):
  goto block3(z.2)
block2():
  goto block3(7)
block3(y.1: int):
  return y.1
}
fn equal_links -> int {
block0(c.0: bool, x.1: int):
  branch c.0 ? block1(x.1) : block1(x.1)
block1(y.2: int):
  return y.2
}
; `if a and b`, as lowering leaves it: the join of a constant is skipped.
fn conjunction -> int {
block0(a.0: bool, b.1: bool):
  branch a.0 ? block1(b.1) : block2(false)
block1(b.2: bool):
  goto block2(b.2)
block2(c.3: bool):
  branch c.3 ? block3() : block4()
block3():
  return 1
block4():
  return 0
}
fn known_switch -> int {
block0(x.0: int):
  switch 2 { 1: block1(), 2: block2(x.0), else: block1() }
block1():
  return 0
block2(y.1: int):
  return y.1
}
fn quiet_try -> int {
block0(x.0: int):
  r.1: int = call(x.0) callee=$quiet
  try block1(r.1) catch e.2: ref<Exception> => block2()
block1(y.3: int):
  return y.3
block2():
  return 0
}
fn $quiet -> int noraise nocollect {
block0(x.0: int):
  return x.0
}
; expect rewrites=13
fn known(int) -> int {
block0(x.0: int):
  return x.0
}
fn equal_links(bool, int) -> int {
block0(c.0: bool, x.1: int):
  return x.1
}
fn conjunction(bool, bool) -> int {
block0(a.0: bool, b.1: bool):
  branch a.0 ? block2(b.1) : block4()
block2(b.4: bool):
  branch b.4 ? block3() : block4()
block3():
  return 1
block4():
  return 0
}
fn known_switch(int) -> int {
block0(x.0: int):
  return x.0
}
fn quiet_try(int) -> int {
block0(x.0: int):
  r.1: int = call(x.0) callee=$quiet
  return r.1
}
