; test pass=reenter-loops
; Only the ways back that lead through the question for interrupts are counted.
fn main.run -> int {
block0(n.0: int):
  goto block1(n.0)
block1(i.1: int):
  hint(i.1) hint=merge_point
  v2 = int_and(i.1, 1)
  odd.3 = int_eq(v2, 1)
  branch odd.3 ? block2(i.1) : block3(i.1)
block2(i.4: int):
  less.5 = int_sub(i.4, 1)
  goto block1(less.5)
block3(i.6: int):
  v7 = interrupt_pending()
  branch v7 ? block4(i.6) : block5(i.6)
block4(i.8: int):
  return i.8
block5(i.9: int):
  half.10 = int_rshift(i.9, 1)
  goto block1(half.10)
}
; expect
fn main.run(int) -> int {
block0(n.0: int):
  goto block6(n.0)
block6(i.12: int):
  v13: int = call(i.12) callee=main.run.loop tail=yes
  return v13
}
fn main.run.loop(int) -> int as "main.run" inline never {
block0(i.11: int):
  goto block1(i.11, 10000)
block1(i.0: int, left.17: int):
  hint(i.0) hint=merge_point
  v2 = int_and(i.0, 1)
  odd.3 = int_eq(v2, 1)
  branch odd.3 ? block2(i.0, left.17) : block3(i.0, left.17)
block2(i.4: int, left.18: int):
  less.5 = int_sub(i.4, 1)
  goto block1(less.5, left.18)
block3(i.6: int, left.19: int):
  v7 = interrupt_pending()
  branch v7 ? block4(i.6) : block5(i.6, left.19)
block4(i.8: int):
  return i.8
block5(i.9: int, left.20: int):
  half.10 = int_rshift(i.9, 1)
  goto block6(half.10, left.20)
block6(i.12: int, left.13: int):
  left.14 = int_sub(left.13, 1)
  v15 = int_eq(left.14, 0)
  branch v15 ? block8(i.12) : block7(i.12, left.14)
block8(i.21: int):
  v16: int = call(i.21) callee=main.run.loop tail=yes
  return v16
block7(i.22: int, left.23: int):
  goto block1(i.22, left.23)
}
