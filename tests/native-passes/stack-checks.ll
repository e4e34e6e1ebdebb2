; test pass=stack-checks
; One check per cycle: the function that recurses by itself, and one of the two that call each other.
fn main.fib -> int at "main.wr:1:1" {
block0(n.0: int):
  a.1: int = call(n.0) callee=main.fib
  return a.1
}
fn main.even -> int at "main.wr:5:1" {
block0(n.0: int):
  a.1: int = call(n.0) callee=main.odd
  return a.1
}
fn main.odd -> int at "main.wr:9:1" {
block0(n.0: int):
  a.1: int = call(n.0) callee=main.even
  return a.1
}
fn main.leaf -> int at "main.wr:12:1" {
block0(n.0: int):
  a.1: int = call(n.0) callee=main.fib
  return a.1
}
; expect
fn main.fib(int) -> int at "main.wr:1:1" {
block0(n.0: int):
  stack_check() at "main.wr:1:1"
  a.1: int = call(n.0) callee=main.fib
  return a.1
}
fn main.even(int) -> int at "main.wr:5:1" {
block0(n.0: int):
  stack_check() at "main.wr:5:1"
  a.1: int = call(n.0) callee=main.odd
  return a.1
}
fn main.odd(int) -> int at "main.wr:9:1" {
block0(n.0: int):
  a.1: int = call(n.0) callee=main.even
  return a.1
}
fn main.leaf(int) -> int at "main.wr:12:1" {
block0(n.0: int):
  a.1: int = call(n.0) callee=main.fib
  return a.1
}
