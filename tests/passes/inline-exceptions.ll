; test pass=inline
; What a callee raises goes to the caller's handler; what it catches itself stays its own.
fn $may_raise -> int inline never {
block0(x.0: int):
  c.1 = int_lt(x.0, 0)
  branch c.1 ? block1() : block2(x.0)
block1():
  raise #memory
block2(y.2: int):
  return y.2
}
fn $raises_sometimes -> int inline always {
block0(x.0: int):
  a.1: int = call(x.0) callee=$may_raise
  c.2 = int_eq(a.1, 3)
  branch c.2 ? block1() : block2(a.1)
block1():
  raise #overflow
block2(y.3: int):
  return y.3
}
fn $catches -> int inline always {
block0(x.0: int):
  a.1: int = call(x.0) callee=$may_raise
  try block1(a.1) catch e.2: ref<Exception> => block2()
block1(y.3: int):
  b.4: int = call(y.3) callee=$may_raise
  return b.4
block2():
  return 0
}
fn handler -> int {
block0(x.0: int):
  r.1: int = call(x.0) callee=$raises_sometimes
  try block1(r.1) catch e.2: ref<Exception> => block2(e.2, x.0)
block1(y.3: int):
  return y.3
block2(e.4: ref<Exception>, z.5: int):
  m.6: ref<str> = getfield(e.4) field=Exception:message
  n.7 = array_len(m.6) array=str
  s.8 = int_add(n.7, z.5)
  return s.8
}
fn both -> int {
block0(x.0: int):
  r.1: int = call(x.0) callee=$catches
  try block1(r.1) catch e.2: ref<Exception> => block2()
block1(y.3: int):
  return y.3
block2():
  return -1
}
; expect rewrites=2
fn handler(int) -> int noraise nocollect {
block0(x.0: int):
  a.9: int = call(x.0) callee=$may_raise
  try block8(a.9, x.0) catch e.11: ref<Exception> => block4(e.11, x.0)
block8(a.12: int, x.13: int):
  c.10 = int_eq(a.12, 3)
  branch c.10 ? block4(#1, x.13) : block3(a.12)
block3(a.14: int):
  return a.14
block4(e.2: ref<Exception>, x.15: int):
  m.6: ref<str> = getfield(e.2) field=Exception:message
  n.7 = array_len(m.6) array=str
  s.8 = int_add(n.7, x.15)
  return s.8
}
fn both(int) -> int noraise nocollect {
block0(x.0: int):
  a.4: int = call(x.0) callee=$may_raise
  try block6(a.4) catch e.5: ref<Exception> => block3(0)
block6(a.8: int):
  b.6: int = call(a.8) callee=$may_raise
  try block3(b.6) catch e.7: ref<Exception> => block2()
block2():
  return -1
block3(r.1: int):
  return r.1
}
