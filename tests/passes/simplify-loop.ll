; test pass=simplify
; What a loop only passes around is no parameter of its blocks' own, and blocks in a row are one.
fn sum -> int {
block0(n.0: int):
  goto block1(0, 0, n.0, 5)
block1(i.1: int, s.2: int, n.3: int, k.4: int):
  c.5 = int_lt(i.1, n.3)
  branch c.5 ? block2(i.1, s.2, n.3, k.4) : block3(s.2)
block2(i.6: int, s.7: int, n.8: int, k.9: int):
  s.10 = int_add(s.7, i.6)
  goto block4(i.6, s.10, n.8, k.9)
block4(i.11: int, s.12: int, n.13: int, k.14: int):
  i.15 = int_add(i.11, k.14)
  goto block1(i.15, s.12, n.13, k.14)
block3(s.16: int):
  return s.16
}
; expect rewrites=1
fn sum(int) -> int {
block0(n.0: int):
  goto block1(0, 0, n.0)
block1(i.1: int, s.2: int, n.17: int):
  c.5 = int_lt(i.1, n.17)
  branch c.5 ? block2(n.17, s.2, i.1) : block3(s.2)
block2(n.18: int, s.19: int, i.20: int):
  s.10 = int_add(s.19, i.20)
  i.15 = int_add(i.20, 5)
  goto block1(i.15, s.10, n.18)
block3(s.21: int):
  return s.21
}
