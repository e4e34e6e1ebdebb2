; A byte-code loop whose dispatch is repeated behind every handler: 10 * (1 + … + 10), then a halt.
; status 38
array code of u8
object #code = code "\u0000\u0001\u0002\u0003\u0004\u0005\u0006"

fn bad -> int {
block0(op.0: int):
  return 255
}

; Ops: 0 i = 10, 1 acc = 0, 2 acc += i, 3 i -= 1, 4 if i > 0 jump 2, 5 acc *= 10, 6 halt.
fn run -> int {
block0(code.0: ref<code>):
  goto block1(code.0, 0, 0, 0)
block1(code.1: ref<code>, pc.2: int, i.3: int, acc.4: int):
  n.5 = array_len(code.1) array=code
  in.6 = uint_lt(pc.2, n.5)
  branch in.6 ? block2(code.1, pc.2, i.3, acc.4) : block12(255)
block2(code.7: ref<code>, pc.8: int, i.9: int, acc.10: int):
  op.11: int = getitem(code.7, pc.8) array=code
  pc.12 = int_add(pc.8, 1)
  switch op.11 { 0: block3(code.7, pc.12, acc.10), 1: block1(code.7, pc.12, i.9, 0), 2: block4(code.7, pc.12, i.9, acc.10), 3: block5(code.7, pc.12, i.9, acc.10), 4: block6(code.7, pc.12, i.9, acc.10), 5: block7(code.7, pc.12, i.9, acc.10), 6: block12(acc.10), else: block8(op.11) }
block3(code.13: ref<code>, pc.14: int, acc.15: int):
  goto block1(code.13, pc.14, 10, acc.15)
block4(code.16: ref<code>, pc.17: int, i.18: int, acc.19: int):
  acc.20 = int_add(acc.19, i.18)
  goto block1(code.16, pc.17, i.18, acc.20)
block5(code.21: ref<code>, pc.22: int, i.23: int, acc.24: int):
  i.25 = int_sub(i.23, 1)
  goto block1(code.21, pc.22, i.25, acc.24)
block6(code.26: ref<code>, pc.27: int, i.28: int, acc.29: int):
  more.30 = int_gt(i.28, 0)
  branch more.30 ? block1(code.26, 2, i.28, acc.29) : block1(code.26, pc.27, i.28, acc.29)
block7(code.31: ref<code>, pc.32: int, i.33: int, acc.34: int):
  acc.35 = int_mul(acc.34, 10)
  goto block1(code.31, pc.32, i.33, acc.35)
block8(op.36: int):
  r.37: int = call(op.36) callee=bad
  return r.37
block12(acc.38: int):
  return acc.38
}

fn main -> int {
block0(argv.0: ref<strs>):
  r.1: int = call(#code) callee=run
  return r.1
}
entry main
