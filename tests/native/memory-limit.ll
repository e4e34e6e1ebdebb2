; A list that grows for ever meets the heap's limit; once it is caught and dropped there is room again.
; env WRIGHT_MAX_HEAP=4M
; status 9
; native-only
; no-stress
struct Cell { x: i64, next: ref<Cell> }
array bytes of u8
fn grow -> int at "main.wr:1:1" {
block0(n.0: int):
  goto block1(null: ref<Cell>, n.0)
block1(list.1: ref<Cell>, n.2: int):
  more.3 = int_gt(n.2, 0)
  branch more.3 ? block2(list.1, n.2) : block3(list.1)
block2(list.4: ref<Cell>, n.5: int):
  c.6: ref<Cell> = new() struct=Cell at "main.wr:2:3"
  setfield(c.6, list.4) field=Cell:next
  m.7 = int_sub(n.5, 1)
  goto block1(c.6, m.7)
block3(list.8: ref<Cell>):
  return 4
}
fn huge -> int {
block0():
  a.0: ref<bytes> = new_array(4611686018427387904) array=bytes
  n.1 = array_len(a.0) array=bytes
  return n.1
}
fn main -> int {
block0(argv.0: ref<strs>):
  r.1: int = call(100000000) callee=grow
  try block1(r.1) catch e.2: ref<Exception> => block2(e.2)
block1(r.3: int):
  return 1
block2(e.4: ref<Exception>):
  is.5 = class_in_range(e.4) struct=MemoryError
  branch is.5 ? block3() : block1(0)
block3():
  r.6: int = call(100000) callee=grow
  h.7: int = call() callee=huge
  try block1(h.7) catch e.8: ref<Exception> => block4(r.6)
block4(r.9: int):
  s.10 = int_add(r.9, 5)
  return s.10
}
entry main
