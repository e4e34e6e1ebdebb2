; test pass=switch
; A chain of three comparisons and more is a switch; one that does something in between is not.
fn chain -> int {
block0(x.0: int):
  a.1 = int_eq(x.0, 10)
  branch a.1 ? block1() : block2(x.0)
block1():
  return 1
block2(x.2: int):
  b.3 = int_ne(x.2, 20)
  branch b.3 ? block4(x.2) : block3()
block3():
  return 2
block4(x.4: int):
  c.5 = int_eq(x.4, 30)
  branch c.5 ? block5() : block6(x.4)
block5():
  return 3
block6(x.6: int):
  d.7 = int_eq(x.6, 10)
  branch d.7 ? block7() : block8(x.6)
block7():
  return 4
block8(x.8: int):
  return x.8
}
fn two -> int {
block0(x.0: int):
  a.1 = int_eq(x.0, 10)
  branch a.1 ? block1() : block2(x.0)
block1():
  return 1
block2(x.2: int):
  b.3 = int_eq(x.2, 20)
  branch b.3 ? block3() : block4()
block3():
  return 2
block4():
  return 3
}
; expect rewrites=3
fn chain(int) -> int {
block0(x.0: int):
  a.1 = int_eq(x.0, 10)
  switch x.0 { 10: block1(), 20: block3(), 30: block5(), else: block8(x.0) }
block1():
  return 1
block3():
  return 2
block5():
  return 3
block8(x.9: int):
  return x.9
}
fn two(int) -> int {
block0(x.0: int):
  a.1 = int_eq(x.0, 10)
  branch a.1 ? block1() : block2(x.0)
block1():
  return 1
block2(x.4: int):
  b.3 = int_eq(x.4, 20)
  branch b.3 ? block3() : block4()
block3():
  return 2
block4():
  return 3
}
