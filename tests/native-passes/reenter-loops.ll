; test pass=reenter-loops
; The loop with the merge point is a function that calls itself when its budget is used up; the way
; out of the loop, which another way leads to as well, is in both.
fn main.run -> int {
block0(n.0: int):
  none.1 = int_eq(n.0, 0)
  branch none.1 ? block3(7) : block1(n.0, 1)
block1(i.2: int, sum.3: int):
  hint(i.2) hint=merge_point
  more.4 = int_gt(i.2, 0)
  branch more.4 ? block2(i.2, sum.3) : block3(sum.3)
block2(i.5: int, sum.6: int):
  less.7 = int_sub(i.5, 1)
  product.8 = int_mul(sum.6, i.5)
  goto block1(less.7, product.8)
block3(result.9: int):
  return result.9
}
; expect
fn main.run(int) -> int {
block0(n.0: int):
  none.1 = int_eq(n.0, 0)
  branch none.1 ? block3(7) : block4(n.0, 1)
block3(result.9: int):
  return result.9
block4(i.11: int, sum.12: int):
  v13: int = call(i.11, sum.12) callee=main.run.loop tail=yes
  return v13
}
fn main.run.loop(int, int) -> int as "main.run" inline never {
block0(i.9: int, sum.10: int):
  goto block1(i.9, sum.10, 10000)
block1(i.0: int, sum.1: int, left.11: int):
  left.12 = int_sub(left.11, 1)
  v14 = int_eq(left.12, 0)
  branch v14 ? block5(i.0, sum.1) : block4(i.0, sum.1, left.12)
block5(i.15: int, sum.16: int):
  v13: int = call(i.15, sum.16) callee=main.run.loop tail=yes
  return v13
block4(i.17: int, sum.18: int, left.19: int):
  hint(i.17) hint=merge_point
  more.3 = int_gt(i.17, 0)
  branch more.3 ? block2(i.17, sum.18, left.19) : block3(sum.18)
block2(i.4: int, sum.5: int, left.20: int):
  less.6 = int_sub(i.4, 1)
  product.7 = int_mul(sum.5, i.4)
  goto block1(less.6, product.7, left.20)
block3(result.8: int):
  return result.8
}
