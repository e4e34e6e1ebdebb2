; test pass=join-tests
; A test of a class whose values are mostly tagged, then of the tag; a condition that is handed on; a
; range that a switch covers. The loop's header stays the only way into the loop.
struct Value { }
struct Fixnum : Value immediate 0 value { value: i64 }
fn main.f -> int {
block0(x.0: ref<Value>, n.1: int):
  c.2 = class_in_range(x.0) struct=Fixnum
  branch c.2 ? block1(x.0) : block5(n.1)
block1(y.3: ref<Value>):
  cast.4: ref<Fixnum> = ref_cast(y.3)
  t.5 = imm_is(cast.4) struct=Fixnum
  branch t.5 ? block2(cast.4) : block3(cast.4)
block2(a.6: ref<Fixnum>):
  small.7 = imm_value(a.6) struct=Fixnum
  less.8 = int_lt(small.7, 7)
  goto block4(less.8, small.7)
block3(b.9: ref<Fixnum>):
  large.10: int = getfield(b.9) field=Fixnum:value
  goto block4(true, large.10)
block4(holds.11: bool, v.12: int):
  branch holds.11 ? block6(v.12) : block5(v.12)
block5(w.13: int):
  over.14 = uint_ge(w.13, 2)
  branch over.14 ? block6(w.13) : block7(w.13)
block6(r.15: int):
  return r.15
block7(s.16: int):
  switch s.16 { 0: block6(10), 1: block8(11) }
block8(k.17: int):
  more.18 = int_gt(k.17, 0)
  goto block9(more.18, k.17)
block9(go.19: bool, i.20: int):
  branch go.19 ? block10(i.20) : block6(i.20)
block10(j.21: int):
  less.22 = int_sub(j.21, 1)
  again.23 = int_gt(less.22, 0)
  goto block9(again.23, less.22)
}
; expect
fn main.f(ref<Value>, int) -> int {
block0(x.0: ref<Value>, n.1: int):
  cast.24: ref<Fixnum> = ref_cast(x.0)
  v25 = imm_is(x.0) struct=Fixnum
  branch v25 ? block2(cast.24) : block11(x.0, cast.24, n.1)
block2(a.6: ref<Fixnum>):
  small.7 = imm_value(a.6) struct=Fixnum
  less.8 = int_lt(small.7, 7)
  branch less.8 ? block6(small.7) : block5(small.7)
block11(x.26: ref<Value>, cast.27: ref<Fixnum>, n.28: int):
  c.2 = class_in_range(x.26) struct=Fixnum
  branch c.2 ? block3(cast.27) : block5(n.28)
block3(b.9: ref<Fixnum>):
  large.10: int = getfield(b.9) field=Fixnum:value
  branch true ? block6(large.10) : block5(large.10)
block5(w.13: int):
  switch w.13 { 0: block6(10), 1: block8(11), else: block6(w.13) }
block8(k.17: int):
  more.18 = int_gt(k.17, 0)
  goto block9(more.18, k.17)
block9(go.19: bool, i.20: int):
  branch go.19 ? block10(i.20) : block6(i.20)
block10(j.21: int):
  less.22 = int_sub(j.21, 1)
  again.23 = int_gt(less.22, 0)
  goto block9(again.23, less.22)
block6(r.15: int):
  return r.15
}
