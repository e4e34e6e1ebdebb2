; test pass=effects
; What raises and what collects follows from bodies, through cycles, tables and function values.
struct Pair { a: i64, b: i64 }
table methods: fn(int) -> int = [&quiet, &allocates]
table quiet_methods: fn(float) -> int = [&quiet_float]
fn quiet -> int {
block0(x.0: int):
  return x.0
}
fn quiet_float -> int {
block0(x.0: float):
  return 1
}
fn allocates -> int {
block0(x.0: int):
  p.1: ref<Pair> = new() struct=Pair
  return x.0
}
fn raises -> int {
block0(x.0: int):
  raise #memory
}
fn even -> int {
block0(x.0: int):
  r.1: int = call(x.0) callee=odd
  return r.1
}
fn odd -> int {
block0(x.0: int):
  r.1: int = call(x.0) callee=even
  return r.1
}
fn catches -> int {
block0(x.0: int):
  r.1: int = call(x.0) callee=raises
  try block1(r.1) catch e.2: ref<Exception> => block1(0)
block1(r.3: int):
  return r.3
}
fn through_table -> int {
block0(x.0: float):
  m.1: fn(float) -> int = table_get(0) table=quiet_methods
  r.2: int = call_indirect(m.1, x.0) signature=fn(float) -> int
  return r.2
}
fn through_value -> int {
block0(m.0: fn(int) -> int):
  r.1: int = call_indirect(m.0, 3) signature=fn(int) -> int
  return r.1
}
fn uses_table -> fn(int) -> int {
block0(x.0: int):
  m.1: fn(int) -> int = table_get(x.0) table=methods
  return m.1
}
fn main -> int {
block0(argv.0: ref<strs>):
  m.1: fn(int) -> int = call(1) callee=uses_table
  r.2: int = call(m.1) callee=through_value
  return r.2
}
entry main
; expect
fn quiet(int) -> int noraise nocollect
fn quiet_float(float) -> int noraise nocollect
fn allocates(int) -> int
fn raises(int) -> int nocollect
fn even(int) -> int noraise nocollect
fn odd(int) -> int noraise nocollect
fn catches(int) -> int noraise nocollect
fn through_table(float) -> int noraise nocollect
fn through_value(fn(int) -> int) -> int
fn uses_table(int) -> fn(int) -> int noraise nocollect
fn main(ref<strs>) -> int
