"""The kernels of `bench/gc.ts` that have a peer, for PyPy. An int in a list of objects is 16 bytes there."""
import sys
import time


def small_kernel():
    ring = [None] + list(range(255))
    for i in range(100000000):
        ring[i & 255] = i
    return sum(ring)


def table_kernel():
    table = [None] + list(range((1 << 20) - 1))
    state = 12345
    table[0] = 0
    for i in range(10000000):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        table[(state >> 8) & 0xFFFFF] = i
    return sum(table)


class Tree(object):
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right

    def count(self):
        if self.left is None:
            return 1
        return 1 + self.left.count() + self.right.count()


def bottom_up(depth):
    if depth == 0:
        return Tree(None, None)
    return Tree(bottom_up(depth - 1), bottom_up(depth - 1))


def trees_kernel():
    keep = bottom_up(18)
    total = 0
    for depth in range(4, 19, 2):
        for i in range(1 << (18 - depth)):
            total += bottom_up(depth).count()
    return total + keep.count()


kernel = {"small": small_kernel, "table": table_kernel, "trees": trees_kernel}[sys.argv[1]]
start = time.time()
result = kernel()
print("%s: runtime: %dus checksum: %d" % (sys.argv[1], int((time.time() - start) * 1e6), result))
