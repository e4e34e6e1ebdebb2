; Everything a moving collector must get right, under stress: links, arrays, a mutable prebuilt root,
; weak fields, finalizers, hashes that stay. The status counts what held.
; status 42
; native-only
struct Node { value: i64, next: ref<Node> }
struct Weak weak target { target: ref<Node> }
struct Final finalizer note_death { id: i64 }
struct Root { held: ref<Node>, deaths: i64 }
array nodes of ref<Node>
object #root = Root { held = null, deaths = 0 }

fn note_death -> void {
block0(self.0: ref<Final>):
  n.1: int = getfield(#root) field=Root:deaths
  m.2 = int_add(n.1, 1)
  setfield(#root, m.2) field=Root:deaths
  junk.3: ref<Node> = new() struct=Node
  return void
}

fn make -> ref<Node> {
block0(value.0: int, next.1: ref<Node>):
  n.2: ref<Node> = new() struct=Node
  setfield(n.2, value.0) field=Node:value
  setfield(n.2, next.1) field=Node:next
  return n.2
}

; A list of n, n-1, … 1.
fn build -> ref<Node> {
block0(n.0: int):
  goto block1(n.0, 1, null: ref<Node>)
block1(n.1: int, i.2: int, list.3: ref<Node>):
  more.4 = int_le(i.2, n.1)
  branch more.4 ? block2(n.1, i.2, list.3) : block3(list.3)
block2(n.5: int, i.6: int, list.7: ref<Node>):
  next.8: ref<Node> = call(i.6, list.7) callee=make
  j.9 = int_add(i.6, 1)
  goto block1(n.5, j.9, next.8)
block3(list.10: ref<Node>):
  return list.10
}

fn sum -> int {
block0(list.0: ref<Node>):
  goto block1(list.0, 0)
block1(list.1: ref<Node>, total.2: int):
  v3 = ref_is_null(list.1)
  branch v3 ? block3(total.2) : block2(list.1, total.2)
block2(list.4: ref<Node>, total.5: int):
  value.6: int = getfield(list.4) field=Node:value
  total.7 = int_add(total.5, value.6)
  next.8: ref<Node> = getfield(list.4) field=Node:next
  goto block1(next.8, total.7)
block3(total.9: int):
  return total.9
}

fn make_final -> void {
block0():
  f.0: ref<Final> = new() struct=Final
  setfield(f.0, 1) field=Final:id
  return void
}

; 1 when a weak reference to a live node holds and one to a dead node is cleared.
fn check_weak -> int {
block0():
  alive.0: ref<Node> = call(1, null: ref<Node>) callee=make
  w.1: ref<Weak> = new() struct=Weak
  setfield(w.1, alive.0) field=Weak:target
  dead.2: ref<Weak> = new() struct=Weak
  gone.3: ref<Node> = call(2, null: ref<Node>) callee=make
  setfield(dead.2, gone.3) field=Weak:target
  gc_collect()
  t.4: ref<Node> = getfield(w.1) field=Weak:target
  same.5 = ref_eq(t.4, alive.0)
  u.6: ref<Node> = getfield(dead.2) field=Weak:target
  cleared.7 = ref_is_null(u.6)
  both.8 = bool_and(same.5, cleared.7)
  r.9 = bool_to_int(both.8)
  return r.9
}

; 1 when the hash of an object is the same before and after it moved.
fn check_hash -> int {
block0():
  n.0: ref<Node> = call(1, null: ref<Node>) callee=make
  h.1 = identity_hash(n.0)
  gc_collect()
  other.2: ref<Node> = call(1, n.0) callee=make
  g.3 = identity_hash(n.0)
  o.4 = identity_hash(other.2)
  same.5 = int_eq(h.1, g.3)
  differ.6 = int_ne(o.4, g.3)
  both.7 = bool_and(same.5, differ.6)
  r.8 = bool_to_int(both.7)
  return r.8
}

; 1 when all lists of an array add up after each was built while the others had to survive.
fn check_array -> int {
block0():
  lists.0: ref<nodes> = new_array(10) array=nodes
  goto block1(lists.0, 0)
block1(lists.1: ref<nodes>, i.2: int):
  more.3 = int_lt(i.2, 10)
  branch more.3 ? block2(lists.1, i.2) : block3(lists.1, 0, 0)
block2(lists.4: ref<nodes>, i.5: int):
  list.6: ref<Node> = call(20) callee=build
  setitem(lists.4, i.5, list.6) array=nodes
  j.7 = int_add(i.5, 1)
  goto block1(lists.4, j.7)
block3(lists.8: ref<nodes>, i.9: int, total.10: int):
  more.11 = int_lt(i.9, 10)
  branch more.11 ? block4(lists.8, i.9, total.10) : block5(total.10)
block4(lists.12: ref<nodes>, i.13: int, total.14: int):
  list.15: ref<Node> = getitem(lists.12, i.13) array=nodes
  s.16: int = call(list.15) callee=sum
  total.17 = int_add(total.14, s.16)
  j.18 = int_add(i.13, 1)
  goto block3(lists.12, j.18, total.17)
block5(total.19: int):
  ok.20 = int_eq(total.19, 2100)
  r.21 = bool_to_int(ok.20)
  return r.21
}

fn main -> int {
block0(argv.0: ref<strs>):
  held.1: ref<Node> = call(30) callee=build
  setfield(#root, held.1) field=Root:held
  call() callee=make_final
  a.2: int = call() callee=check_weak
  b.3: int = call() callee=check_hash
  c.4: int = call() callee=check_array
  gc_collect()
  held.5: ref<Node> = getfield(#root) field=Root:held
  s.6: int = call(held.5) callee=sum
  ok.7 = int_eq(s.6, 465)
  d.8 = bool_to_int(ok.7)
  deaths.9: int = getfield(#root) field=Root:deaths
  ab.10 = int_add(a.2, b.3)
  cd.11 = int_add(c.4, d.8)
  abcd.12 = int_add(ab.10, cd.11)
  all.13 = int_add(abcd.12, deaths.9)
  n.14 = array_len(argv.0) array=strs
  five.15 = int_mul(all.13, 8)
  r.16 = int_add(five.15, n.14)
  r.17 = int_add(r.16, 1)
  return r.17
}
entry main
