"""Runs a program on a pseudo-terminal of 24 rows and 40 columns, and types for it.

The script comes as JSON on standard input: {"argv": [...], "env": {...}, "steps": [[wait, send], ...]}.
Before it sends, each step waits until the output since the last step contains `wait`. What was put
out in all, how the program ended, and whether it left the terminal as it found it is printed as JSON. `send` of {"signal": n} is a signal.
"""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

SECONDS = 20


def main():
    script = json.load(sys.stdin)
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(script["env"])
        os.execv(script["argv"][0], script["argv"])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    output = bytearray()
    seen = 0
    missed = None
    for wait, send in script["steps"]:
        while wait.encode() not in output[seen:]:
            if not pump(terminal, output):
                missed = wait
                break
        if missed is not None:
            break
        seen += output[seen:].index(wait.encode()) + len(wait.encode())
        if isinstance(send, dict):
            os.kill(pid, send["signal"])
        elif send:
            os.write(terminal, send.encode())
    while missed is None and pump(terminal, output):
        pass
    if missed is not None:
        os.kill(pid, 9)
    cooked = termios.ICANON | termios.ECHO | termios.ISIG
    given_back = termios.tcgetattr(terminal)[3] & cooked == cooked
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    text = output.decode("utf-8", "replace")
    print(json.dumps({"output": text, "status": status, "missed": missed,
                      "givenBack": given_back}))


def pump(terminal, output):
    """More output; false at its end, or when nothing comes for too long."""
    ready, _, _ = select.select([terminal], [], [], SECONDS)
    if not ready:
        return False
    try:
        data = os.read(terminal, 65536)
    except OSError:
        return False
    output += data
    return len(data) > 0


main()
