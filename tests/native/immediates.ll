; Tagged words of two classes among ordinary objects: class tests, numbers and payloads.
; status 127
struct Object
struct Int : Object immediate 0 value { value: i64 }
struct Char : Object immediate 3 code { code: i32 }
struct Big : Object { size: i64 }
struct Other { x: i64 }
object #big = Big { size = 3 }
object #int = Int { value = 4611686018427387904 }
array objects of ref<Object>
object #all = objects [imm(Int, -5), imm(Char, 65), #big, null, #int]

fn bit -> int {
block0(test.0: bool, position.1: int):
  n.2 = bool_to_int(test.0)
  r.3 = int_lshift(n.2, position.1)
  return r.3
}

; Class number minus that of Object: Object 0, Int 1, Char 2, Big 3.
fn kind -> int {
block0(o.0: ref<Object>):
  id.1 = class_id(o.0)
  return id.1
}

fn tests -> int {
block0(o.0: ref<Object>):
  a.1 = class_in_range(o.0) struct=Object
  b.2 = class_in_range(o.0) struct=Int
  c.3 = class_in_range(o.0) struct=Char
  d.4 = class_in_range(o.0) struct=Big
  e.5 = imm_is(o.0) struct=Int
  f.6 = imm_is(o.0) struct=Char
  v7: int = call(a.1, 0) callee=bit
  v8: int = call(b.2, 1) callee=bit
  v9: int = call(c.3, 2) callee=bit
  v10: int = call(d.4, 3) callee=bit
  v11: int = call(e.5, 4) callee=bit
  v12: int = call(f.6, 5) callee=bit
  s.13 = int_or(v7, v8)
  s.14 = int_or(v9, v10)
  s.15 = int_or(v11, v12)
  s.16 = int_or(s.13, s.14)
  s.17 = int_or(s.16, s.15)
  return s.17
}

fn check -> int {
block0(index.0: int, expected.1: int, position.2: int):
  o.3: ref<Object> = getitem(#all, index.0) array=objects
  found.4: int = call(o.3) callee=tests
  ok.5 = int_eq(found.4, expected.1)
  r.6: int = call(ok.5, position.2) callee=bit
  return r.6
}

fn payloads -> bool {
block0(n.0: int):
  fits.1 = imm_fits(n.0) struct=Int
  branch fits.1 ? block1(n.0) : block2(n.0)
block1(n.2: int):
  o.3: ref<Object> = imm_make(n.2) struct=Int
  m.4 = imm_value(o.3) struct=Int
  same.5 = int_eq(n.2, m.4)
  return same.5
block2(n.6: int):
  big.7 = int_rshift(n.6, 62)
  zero.8 = int_ne(big.7, 0)
  minus.9 = int_ne(big.7, -1)
  r.10 = bool_and(zero.8, minus.9)
  return r.10
}

fn main -> int {
block0(argv.0: ref<strs>):
  v1: int = call(0, 19, 0) callee=check
  v2: int = call(1, 37, 1) callee=check
  v3: int = call(2, 9, 2) callee=check
  v4: int = call(3, 0, 3) callee=check
  v5: int = call(4, 3, 4) callee=check
  p.6: bool = call(-4611686018427387904) callee=payloads
  p.7: bool = call(4611686018427387904) callee=payloads
  p.8 = bool_and(p.6, p.7)
  v9: int = call(p.8, 5) callee=bit
  o.10: ref<Object> = getitem(#all, 1) array=objects
  c.11: int = call(o.10) callee=kind
  b.12: ref<Object> = getitem(#all, 2) array=objects
  d.13: int = call(b.12) callee=kind
  e.14 = int_sub(d.13, c.11)
  one.15 = int_eq(e.14, 1)
  v16: int = call(one.15, 6) callee=bit
  s.17 = int_or(v1, v2)
  s.18 = int_or(v3, v4)
  s.19 = int_or(v5, v9)
  s.20 = int_or(s.17, s.18)
  s.21 = int_or(s.19, v16)
  s.22 = int_or(s.20, s.21)
  return s.22
}
entry main
