; Locals that are named as C names of other kinds begin, with the numbers that would make them the same.
; status 42
struct Cell { value: i64 }
object #cell = Cell { value = 30 }

fn add_2 -> int inline never {
block0(a.0: int, b.1: int):
  r.2 = int_add(a.0, b.1)
  return r.2
}

fn main -> int {
block0(argv.9: ref<strs>):
  o_cell.0: int = getfield(#cell) field=Cell:value
  T_Cell.1 = int_add(o_cell.0, 1)
  w_add.2: int = call(T_Cell.1, 1) callee=add_2
  s.3: int = call(w_add.2, 5) callee=add_2
  wr_traceback_add.4: int = call(s.3, 5) callee=add_2
  return wr_traceback_add.4
}
entry main
