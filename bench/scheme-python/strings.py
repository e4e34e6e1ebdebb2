from io import StringIO


def build(n):
    out = StringIO()
    for i in range(n):
        out.write(str(i))
        out.write("<" + str(i * i) + ">")
    return out.getvalue()


for i in range(4):
    build(100000)
print(len(build(100000)))
