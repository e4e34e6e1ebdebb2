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
block1(i.0: int, sum.1: int, left.17: int):
  hint(i.0) hint=merge_point
  more.3 = int_gt(i.0, 0)
  branch more.3 ? block2(i.0, sum.1, left.17) : block3(sum.1)
block2(i.4: int, sum.5: int, left.18: int):
  less.6 = int_sub(i.4, 1)
  product.7 = int_mul(sum.5, i.4)
  goto block4(less.6, product.7, left.18)
block4(i.11: int, sum.12: int, left.13: int):
  left.14 = int_sub(left.13, 1)
  v15 = int_eq(left.14, 0)
  branch v15 ? block6(i.11, sum.12) : block5(i.11, sum.12, left.14)
block6(i.19: int, sum.20: int):
  v16: int = call(i.19, sum.20) callee=main.run.loop tail=yes
  return v16
block5(i.21: int, sum.22: int, left.23: int):
  goto block1(i.21, sum.22, left.23)
block3(result.8: int):
  return result.8
}
