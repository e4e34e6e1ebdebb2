; Runaway recursion ends in an exception, which is caught; the second one is not.
; status 1
; no-stress
; stderr-has Traceback (most recent call last):
; stderr-has   File "main.wr", line 23, in main
; stderr-has   File "main.wr", line 12, in forever
; stderr-has [more calls, until the stack was full]
; stderr-has too deep
struct Cell { x: i64, next: ref<Cell> }
struct Exception { message: ref<str> }
struct MemoryError : Exception
struct StackOverflow : Exception
array str of u8 { hash: i64 }
array strs of ref<str>
object #memory = MemoryError { message = "MemoryError: out of memory" }
object #overflow = StackOverflow { message = "StackOverflow: too deep" }
well str=str strs=strs exception=Exception describe=describe memory=#memory overflow=#overflow
fn describe -> ref<str> {
block0(e.0: ref<Exception>):
  m.1: ref<str> = getfield(e.0) field=Exception:message
  return m.1
}
fn forever -> int at "main.wr:10:1" {
block0(n.0: int, cell.1: ref<Cell>):
  c.2: ref<Cell> = new() struct=Cell at "main.wr:11:3"
  setfield(c.2, n.0) field=Cell:x
  setfield(c.2, cell.1) field=Cell:next
  m.3 = int_add(n.0, 1)
  r.4: int = call(m.3, c.2) callee=forever at "main.wr:12:3"
  x.5: int = getfield(c.2) field=Cell:x
  s.6 = int_add(r.4, x.5)
  return s.6
}
fn main -> int at "main.wr:20:1" {
block0(argv.0: ref<strs>):
  r.1: int = call(0, null: ref<Cell>) callee=forever at "main.wr:22:3"
  try block1(r.1) catch e.2: ref<Exception> => block2(e.2)
block1(r.3: int):
  return 2
block2(e.4: ref<Exception>):
  is.5 = class_in_range(e.4) struct=StackOverflow
  branch is.5 ? block3() : block1(0)
block3():
  r.6: int = call(0, null: ref<Cell>) callee=forever at "main.wr:23:3"
  return 3
}
entry main
