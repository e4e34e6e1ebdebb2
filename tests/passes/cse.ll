; test pass=cse
; Ops and loads that dominate a place, stores that are read back, what branches have found out.
struct Node { value: i64, next: ref<Node>, final key: i64, tag: u8 }
fn pure -> int {
block0(a.0: int, b.1: int):
  x.2 = int_add(a.0, b.1)
  y.3 = int_add(b.1, a.0)
  c.4 = int_lt(x.2, y.3)
  branch c.4 ? block1(a.0, b.1) : block2(a.0, b.1)
block1(a.5: int, b.6: int):
  z.7 = int_add(a.5, b.6)
  return z.7
block2(a.8: int, b.9: int):
  w.10 = int_sub(a.8, b.9)
  return w.10
}
fn loads -> int {
block0(n.0: ref<Node>, m.1: ref<Node>):
  a.2: int = getfield(n.0) field=Node:value
  b.3: int = getfield(n.0) field=Node:value
  setfield(m.1, 5) field=Node:value
  c.4: int = getfield(n.0) field=Node:value
  d.5: int = getfield(m.1) field=Node:value
  k.6: int = getfield(n.0) field=Node:key
  call(n.0) callee=$anything
  l.7: int = getfield(n.0) field=Node:key
  e.8: int = getfield(m.1) field=Node:value
  s.9 = int_add(a.2, b.3)
  t.10 = int_add(c.4, d.5)
  u.11 = int_add(k.6, l.7)
  v.12 = int_add(s.9, t.10)
  w.13 = int_add(u.11, v.12)
  x.14 = int_add(w.13, e.8)
  return x.14
}
; A narrow field may not give back what was stored.
fn narrow -> int {
block0(n.0: ref<Node>, x.1: int):
  setfield(n.0, x.1) field=Node:tag
  a.2: int = getfield(n.0) field=Node:tag
  return a.2
}
fn facts -> int {
block0(n.0: ref<Node>, i.1: int, len.2: int):
  a.3 = uint_lt(i.1, len.2)
  branch a.3 ? block1(n.0, i.1, len.2) : block2()
block1(n.4: ref<Node>, i.5: int, len.6: int):
  b.7 = uint_lt(i.5, len.6)
  branch b.7 ? block3(n.4) : block2()
block2():
  return -1
block3(n.8: ref<Node>):
  c.9 = ref_is_null(n.8)
  branch c.9 ? block4() : block5(n.8)
block4():
  return 0
block5(n.10: ref<Node>):
  d.11 = ref_not_null(n.10)
  e.12 = bool_to_int(d.11)
  return e.12
}
; In a loop that stores elsewhere, and calls what does, memory is what it was before.
fn around -> int {
block0(n.0: ref<Node>, m.1: ref<Node>):
  a.2: int = getfield(n.0) field=Node:value
  b.3: ref<Node> = getfield(n.0) field=Node:next
  goto block1(n.0, m.1, a.2, b.3)
block1(n.4: ref<Node>, m.5: ref<Node>, a.6: int, b.7: ref<Node>):
  c.8: int = getfield(n.4) field=Node:value
  setfield(m.5, b.7) field=Node:next
  call(n.4) callee=$quiet
  d.9 = int_lt(c.8, a.6)
  branch d.9 ? block1(n.4, m.5, c.8, b.7) : block2(n.4, m.5, c.8)
block2(n.10: ref<Node>, m.11: ref<Node>, c.12: int):
  e.13: int = getfield(n.10) field=Node:value
  f.14: ref<Node> = getfield(n.10) field=Node:next
  setfield(m.11, f.14) field=Node:next
  g.15 = int_add(c.12, e.13)
  return g.15
}
; Here a call in the loop may have stored to it.
fn around_a_store -> int {
block0(n.0: ref<Node>):
  a.1: int = getfield(n.0) field=Node:value
  goto block1(n.0, a.1)
block1(n.2: ref<Node>, a.3: int):
  b.4: int = getfield(n.2) field=Node:value
  call(n.2) callee=$anything
  c.5 = int_lt(b.4, a.3)
  branch c.5 ? block1(n.2, b.4) : block2(b.4)
block2(b.6: int):
  return b.6
}
fn $anything -> void {
block0(n.0: ref<Node>):
  setfield(n.0, 1) field=Node:value
  return void
}
fn $quiet -> void {
block0(n.0: ref<Node>):
  setfield(n.0, 1) field=Node:tag
  return void
}
; expect rewrites=12
fn pure(int, int) -> int {
block0(a.0: int, b.1: int):
  x.2 = int_add(a.0, b.1)
  c.4 = int_lt(x.2, x.2)
  branch c.4 ? block1(x.2) : block2(a.0, b.1)
block1(x.11: int):
  return x.11
block2(a.12: int, b.13: int):
  w.10 = int_sub(a.12, b.13)
  return w.10
}
fn loads(ref<Node>, ref<Node>) -> int {
block0(n.0: ref<Node>, m.1: ref<Node>):
  a.2: int = getfield(n.0) field=Node:value
  setfield(m.1, 5) field=Node:value
  c.4: int = getfield(n.0) field=Node:value
  k.6: int = getfield(n.0) field=Node:key
  call(n.0) callee=$anything
  e.8: int = getfield(m.1) field=Node:value
  s.9 = int_add(a.2, a.2)
  t.10 = int_add(c.4, 5)
  u.11 = int_add(k.6, k.6)
  v.12 = int_add(s.9, t.10)
  w.13 = int_add(u.11, v.12)
  x.14 = int_add(w.13, e.8)
  return x.14
}
fn narrow(ref<Node>, int) -> int {
block0(n.0: ref<Node>, x.1: int):
  setfield(n.0, x.1) field=Node:tag
  a.2: int = getfield(n.0) field=Node:tag
  return a.2
}
fn facts(ref<Node>, int, int) -> int {
block0(n.0: ref<Node>, i.1: int, len.2: int):
  a.3 = uint_lt(i.1, len.2)
  branch a.3 ? block3(n.0) : block2()
block3(n.13: ref<Node>):
  c.9 = ref_is_null(n.13)
  branch c.9 ? block4() : block5()
block4():
  return 0
block5():
  e.12 = bool_to_int(true)
  return e.12
block2():
  return -1
}
fn around(ref<Node>, ref<Node>) -> int {
block0(n.0: ref<Node>, m.1: ref<Node>):
  a.2: int = getfield(n.0) field=Node:value
  b.3: ref<Node> = getfield(n.0) field=Node:next
  goto block1(m.1, b.3, n.0, a.2)
block1(m.19: ref<Node>, b.20: ref<Node>, n.21: ref<Node>, a.22: int):
  setfield(m.19, b.20) field=Node:next
  call(n.21) callee=$quiet
  d.9 = int_lt(a.22, a.22)
  branch d.9 ? block1(m.19, b.20, n.21, a.22) : block2(n.21, m.19, a.22)
block2(n.23: ref<Node>, m.24: ref<Node>, a.25: int):
  f.14: ref<Node> = getfield(n.23) field=Node:next
  setfield(m.24, f.14) field=Node:next
  g.15 = int_add(a.25, a.25)
  return g.15
}
fn around_a_store(ref<Node>) -> int {
block0(n.0: ref<Node>):
  a.1: int = getfield(n.0) field=Node:value
  goto block1(a.1, n.0)
block1(a.3: int, n.8: ref<Node>):
  b.4: int = getfield(n.8) field=Node:value
  call(n.8) callee=$anything
  c.5 = int_lt(b.4, a.3)
  branch c.5 ? block1(b.4, n.8) : block2(b.4)
block2(b.9: int):
  return b.9
}
