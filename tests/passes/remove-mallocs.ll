; test pass=remove-mallocs
; Objects that stay are those that leave: stored, passed, returned, merged.
struct Iterator { position: i64, final limit: i64 }
struct Pair { first: u8, second: ref<Pair> }
fn loop -> int {
block0(n.0: int):
  it.1: ref<Iterator> = new() struct=Iterator
  setfield(it.1, n.0) field=Iterator:limit
  goto block1(it.1, 0)
block1(it.2: ref<Iterator>, s.3: int):
  p.4: int = getfield(it.2) field=Iterator:position
  l.5: int = getfield(it.2) field=Iterator:limit
  c.6 = int_lt(p.4, l.5)
  branch c.6 ? block2(it.2, s.3) : block3(s.3)
block2(it.7: ref<Iterator>, s.8: int):
  p.9: int = getfield(it.7) field=Iterator:position
  s.10 = int_add(s.8, p.9)
  q.11 = int_add(p.9, 1)
  setfield(it.7, q.11) field=Iterator:position
  goto block1(it.7, s.10)
block3(s.12: int):
  return s.12
}
; Narrow fields truncate, objects in removed objects go too, tests are decided.
fn nested -> int {
block0(x.0: int):
  a.1: ref<Pair> = new() struct=Pair
  setfield(a.1, x.0) field=Pair:first
  b.2: ref<Pair> = new() struct=Pair
  setfield(b.2, a.1) field=Pair:second
  c.3: ref<Pair> = getfield(b.2) field=Pair:second
  n.4 = ref_is_null(c.3)
  branch n.4 ? block1() : block2(c.3, b.2)
block1():
  return 0
block2(d.5: ref<Pair>, e.6: ref<Pair>):
  f.7: int = getfield(d.5) field=Pair:first
  g.8 = ref_eq(d.5, e.6)
  h.9 = bool_to_int(g.8)
  i.10 = int_add(f.7, h.9)
  return i.10
}
fn diamond -> int {
block0(c.0: bool):
  a.1: ref<Iterator> = new() struct=Iterator
  branch c.0 ? block1(a.1) : block2(a.1)
block1(a.2: ref<Iterator>):
  setfield(a.2, 5) field=Iterator:position
  goto block3(a.2)
block2(a.3: ref<Iterator>):
  goto block3(a.3)
block3(a.4: ref<Iterator>):
  r.5: int = getfield(a.4) field=Iterator:position
  return r.5
}
fn escapes -> ref<Pair> {
block0(x.0: int, q.1: ref<Pair>):
  a.2: ref<Pair> = new() struct=Pair
  setfield(a.2, x.0) field=Pair:first
  b.3: ref<Pair> = new() struct=Pair
  setfield(q.1, b.3) field=Pair:second
  return a.2
}
fn merged -> int {
block0(c.0: bool, q.1: ref<Pair>):
  a.2: ref<Pair> = new() struct=Pair
  branch c.0 ? block1(a.2) : block1(q.1)
block1(p.3: ref<Pair>):
  f.4: int = getfield(p.3) field=Pair:first
  return f.4
}
; expect rewrites=4
fn loop(int) -> int {
block0(n.0: int):
  goto block1(0, 0, n.0)
block1(s.3: int, v15: int, n.17: int):
  c.6 = int_lt(v15, n.17)
  branch c.6 ? block2(n.17, s.3, v15) : block3(s.3)
block2(n.18: int, s.19: int, v20: int):
  s.10 = int_add(s.19, v20)
  q.11 = int_add(v20, 1)
  goto block1(s.10, q.11, n.18)
block3(s.21: int):
  return s.21
}
fn nested(int) -> int {
block0(x.0: int):
  x.13 = int_zext8(x.0)
  h.9 = bool_to_int(false)
  i.10 = int_add(x.13, h.9)
  return i.10
}
fn diamond(bool) -> int {
block0(c.0: bool):
  branch c.0 ? block3(5) : block3(0)
block3(v7: int):
  return v7
}
fn escapes(int, ref<Pair>) -> ref<Pair> {
block0(x.0: int, q.1: ref<Pair>):
  a.2: ref<Pair> = new() struct=Pair
  setfield(a.2, x.0) field=Pair:first
  b.3: ref<Pair> = new() struct=Pair
  setfield(q.1, b.3) field=Pair:second
  return a.2
}
fn merged(bool, ref<Pair>) -> int {
block0(c.0: bool, q.1: ref<Pair>):
  a.2: ref<Pair> = new() struct=Pair
  branch c.0 ? block1(a.2) : block1(q.1)
block1(p.3: ref<Pair>):
  f.4: int = getfield(p.3) field=Pair:first
  return f.4
}
