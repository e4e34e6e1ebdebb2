; Raised, caught by class, raised again; a traceback with every frame once.
; status 1
; stdout caught 7
; stderr Traceback (most recent call last):
; stderr   File "main.wr", line 40, in main
; stderr   File "main.wr", line 33, in middle
; stderr   File "main.wr", line 12, in fail
; stderr ValueError: bad value
struct Exception { message: ref<str> }
struct MemoryError : Exception
struct StackOverflow : Exception
struct ValueError : Exception { code: i32 }
array str of u8 { hash: i64 }
array strs of ref<str>
object #memory = MemoryError { message = "MemoryError: out of memory" }
object #overflow = StackOverflow { message = "StackOverflow: too deep" }
well str=str strs=strs exception=Exception describe=describe memory=#memory overflow=#overflow
fn wr_os_write(int, addr, int) -> int extern wr_os_write noraise nocollect

fn describe -> ref<str> {
block0(e.0: ref<Exception>):
  m.1: ref<str> = getfield(e.0) field=Exception:message
  return m.1
}

fn print -> void {
block0(s.0: ref<str>):
  a.1 = array_items_addr(s.0) array=str
  n.2 = array_len(s.0) array=str
  r.3: int = call(1, a.1, n.2) callee=wr_os_write
  return void
}

fn fail -> int at "main.wr:10:1" {
block0(code.0: int):
  e.1: ref<ValueError> = new() struct=ValueError at "main.wr:11:9"
  setfield(e.1, "ValueError: bad value") field=ValueError:message
  setfield(e.1, code.0) field=ValueError:code
  raise e.1 at "main.wr:12:3"
}

fn catcher -> int at "main.wr:20:1" {
block0(code.0: int):
  r.1: int = call(code.0) callee=fail at "main.wr:21:5"
  try block1(r.1) catch e.2: ref<Exception> => block2(e.2, code.0)
block1(r.3: int):
  return r.3
block2(e.4: ref<Exception>, code.5: int):
  is.6 = class_in_range(e.4) struct=ValueError
  branch is.6 ? block3(e.4, code.5) : block4(e.4)
block3(e.7: ref<ValueError>, code.8: int):
  c.9: int = getfield(e.7) field=ValueError:code
  same.10 = int_eq(c.9, code.8)
  branch same.10 ? block5(c.9) : block4(e.7)
block4(e.11: ref<Exception>):
  raise e.11 at "main.wr:25:5"
block5(c.12: int):
  call("caught ") callee=print
  d.13 = int_add(c.12, 48)
  s.14: ref<str> = new_array(1) array=str at "main.wr:26:5"
  setitem(s.14, 0, d.13) array=str
  call(s.14) callee=print
  return c.12
}

fn middle -> int at "main.wr:30:1" {
block0(code.0: int):
  r.1: int = call(code.0) callee=fail at "main.wr:31:5"
  try block1(r.1) catch e.2: ref<Exception> => block2(e.2)
block1(r.3: int):
  return r.3
block2(e.4: ref<Exception>):
  raise e.4 at "main.wr:33:5"
}

fn main -> int at "main.wr:36:1" {
block0(argv.0: ref<strs>):
  a.1: int = call(7) callee=catcher at "main.wr:38:3"
  b.2: int = call(8) callee=middle at "main.wr:40:3"
  return b.2
}
entry main
