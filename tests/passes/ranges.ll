; test pass=ranges
; A check of an index goes where a comparison has decided it.
struct List { length: i64 }
array Items of i64
; for i in range(n): i starts at 0, and 1 is added where it is less than n.
fn counted -> int {
block0(items.0: ref<Items>):
  n.1 = array_len(items.0) array=Items
  goto block1(0, n.1)
block1(i.2: int, n.3: int):
  more.4 = int_lt(i.2, n.3)
  branch more.4 ? block2(i.2, n.3) : block3(i.2)
block2(i.5: int, n.6: int):
  fits.7 = uint_lt(i.5, n.6)
  next.8 = int_add(i.5, 1)
  branch fits.7 ? block1(next.8, n.6) : block3(i.5)
block3(i.9: int):
  return i.9
}
; It starts wherever the caller says.
fn from_anywhere -> int {
block0(n.0: int, start.1: int):
  goto block1(start.1, n.0)
block1(i.2: int, n.3: int):
  more.4 = int_lt(i.2, n.3)
  branch more.4 ? block2(i.2, n.3) : block3(i.2)
block2(i.5: int, n.6: int):
  fits.7 = uint_lt(i.5, n.6)
  next.8 = int_add(i.5, 1)
  branch fits.7 ? block1(next.8, n.6) : block3(i.5)
block3(i.9: int):
  return i.9
}
; A test has shown that it is not negative.
fn from_a_natural -> int {
block0(n.0: int, start.1: int):
  negative.2 = int_lt(start.1, 0)
  branch negative.2 ? block3() : block1(n.0, start.1)
block1(n.3: int, start.4: int):
  more.5 = int_gt(n.3, start.4)
  branch more.5 ? block2(n.3, start.4) : block3()
block2(n.6: int, start.7: int):
  fits.8 = uint_lt(start.7, n.6)
  r.9 = bool_to_int(fits.8)
  return r.9
block3():
  return -1
}
; The sum may wrap around: nothing says that i is less than something when 1 is added.
fn unbounded -> int {
block0(n.0: int):
  goto block1(0, n.0)
block1(i.1: int, n.2: int):
  next.3 = int_add(i.1, 1)
  more.4 = int_lt(next.3, n.2)
  branch more.4 ? block2(next.3, n.2) : block3(i.1)
block2(next.5: int, n.6: int):
  fits.7 = uint_lt(next.5, n.6)
  branch fits.7 ? block1(next.5, n.6) : block3(next.5)
block3(i.8: int):
  return i.8
}
; A step of more than one is safe below the length of an array.
fn by_two -> int {
block0(items.0: ref<Items>):
  n.1 = array_len(items.0) array=Items
  goto block1(0, n.1)
block1(i.2: int, n.3: int):
  more.4 = int_lt(i.2, n.3)
  branch more.4 ? block2(i.2, n.3) : block3(i.2)
block2(i.5: int, n.6: int):
  fits.7 = uint_lt(i.5, n.6)
  next.8 = int_add(i.5, 2)
  branch fits.7 ? block1(next.8, n.6) : block3(i.5)
block3(i.9: int):
  return i.9
}
; It is not below any number: it may wrap around.
fn by_two_below_any -> int {
block0(n.0: int):
  goto block1(0, n.0)
block1(i.2: int, n.3: int):
  more.4 = int_lt(i.2, n.3)
  branch more.4 ? block2(i.2, n.3) : block3(i.2)
block2(i.5: int, n.6: int):
  fits.7 = uint_lt(i.5, n.6)
  next.8 = int_add(i.5, 2)
  branch fits.7 ? block1(next.8, n.6) : block3(i.5)
block3(i.9: int):
  return i.9
}
; Read again, the length is another value.
fn read_again -> int {
block0(xs.0: ref<List>):
  n.1: int = getfield(xs.0) field=List:length
  some.2 = int_lt(0, n.1)
  branch some.2 ? block1(xs.0, n.1) : block2()
block1(xs.3: ref<List>, n.4: int):
  first.5 = uint_lt(0, n.4)
  m.6: int = getfield(xs.3) field=List:length
  again.7 = uint_lt(0, m.6)
  r.8 = bool_and(first.5, again.7)
  s.9 = bool_to_int(r.8)
  return s.9
block2():
  return 0
}
; Backwards: what is subtracted from may become negative.
fn backwards -> int {
block0(n.0: int):
  goto block1(n.0, n.0)
block1(i.1: int, n.2: int):
  next.3 = int_add(i.1, -1)
  more.4 = int_lt(next.3, n.2)
  branch more.4 ? block2(next.3, n.2) : block3(i.1)
block2(next.5: int, n.6: int):
  fits.7 = uint_lt(next.5, n.6)
  branch fits.7 ? block1(next.5, n.6) : block3(next.5)
block3(i.8: int):
  return i.8
}
; expect rewrites=4
fn counted(ref<Items>) -> int {
block0(items.0: ref<Items>):
  n.1 = array_len(items.0) array=Items
  goto block1(0, n.1)
block1(i.2: int, n.10: int):
  more.4 = int_lt(i.2, n.10)
  branch more.4 ? block2(n.10, i.2) : block3(i.2)
block2(n.11: int, i.12: int):
  fits.7 = uint_lt(i.12, n.11)
  next.8 = int_add(i.12, 1)
  branch true ? block1(next.8, n.11) : block3(i.12)
block3(i.13: int):
  return i.13
}
fn from_anywhere(int, int) -> int {
block0(n.0: int, start.1: int):
  goto block1(start.1, n.0)
block1(i.2: int, n.10: int):
  more.4 = int_lt(i.2, n.10)
  branch more.4 ? block2(n.10, i.2) : block3(i.2)
block2(n.11: int, i.12: int):
  fits.7 = uint_lt(i.12, n.11)
  next.8 = int_add(i.12, 1)
  branch fits.7 ? block1(next.8, n.11) : block3(i.12)
block3(i.13: int):
  return i.13
}
fn from_a_natural(int, int) -> int {
block0(n.0: int, start.1: int):
  negative.2 = int_lt(start.1, 0)
  branch negative.2 ? block3() : block1(n.0, start.1)
block1(n.10: int, start.11: int):
  more.5 = int_gt(n.10, start.11)
  branch more.5 ? block2(start.11, n.10) : block3()
block2(start.12: int, n.13: int):
  fits.8 = uint_lt(start.12, n.13)
  r.9 = bool_to_int(true)
  return r.9
block3():
  return -1
}
fn unbounded(int) -> int {
block0(n.0: int):
  goto block1(0, n.0)
block1(i.1: int, n.9: int):
  next.3 = int_add(i.1, 1)
  more.4 = int_lt(next.3, n.9)
  branch more.4 ? block2(n.9, next.3) : block3(i.1)
block2(n.10: int, next.11: int):
  fits.7 = uint_lt(next.11, n.10)
  branch fits.7 ? block1(next.11, n.10) : block3(next.11)
block3(i.8: int):
  return i.8
}
fn by_two(ref<Items>) -> int {
block0(items.0: ref<Items>):
  n.1 = array_len(items.0) array=Items
  goto block1(0, n.1)
block1(i.2: int, n.10: int):
  more.4 = int_lt(i.2, n.10)
  branch more.4 ? block2(n.10, i.2) : block3(i.2)
block2(n.11: int, i.12: int):
  fits.7 = uint_lt(i.12, n.11)
  next.8 = int_add(i.12, 2)
  branch true ? block1(next.8, n.11) : block3(i.12)
block3(i.13: int):
  return i.13
}
fn by_two_below_any(int) -> int {
block0(n.0: int):
  goto block1(0, n.0)
block1(i.2: int, n.10: int):
  more.4 = int_lt(i.2, n.10)
  branch more.4 ? block2(n.10, i.2) : block3(i.2)
block2(n.11: int, i.12: int):
  fits.7 = uint_lt(i.12, n.11)
  next.8 = int_add(i.12, 2)
  branch fits.7 ? block1(next.8, n.11) : block3(i.12)
block3(i.13: int):
  return i.13
}
fn read_again(ref<List>) -> int {
block0(xs.0: ref<List>):
  n.1: int = getfield(xs.0) field=List:length
  some.2 = int_lt(0, n.1)
  branch some.2 ? block1(n.1, xs.0) : block2()
block1(n.10: int, xs.11: ref<List>):
  first.5 = uint_lt(0, n.10)
  m.6: int = getfield(xs.11) field=List:length
  again.7 = uint_lt(0, m.6)
  r.8 = bool_and(true, again.7)
  s.9 = bool_to_int(r.8)
  return s.9
block2():
  return 0
}
fn backwards(int) -> int {
block0(n.0: int):
  goto block1(n.0, n.0)
block1(i.1: int, n.9: int):
  next.3 = int_add(i.1, -1)
  more.4 = int_lt(next.3, n.9)
  branch more.4 ? block2(n.9, next.3) : block3(i.1)
block2(n.10: int, next.11: int):
  fits.7 = uint_lt(next.11, n.10)
  branch fits.7 ? block1(next.11, n.10) : block3(next.11)
block3(i.8: int):
  return i.8
}
