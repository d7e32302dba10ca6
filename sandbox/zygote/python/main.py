"""Zygote: a Python interpreter whose forks become the programs. One process makes the forks and reads nothing of any
program, so nothing of one execution is in the memory that another inherits; one supervises what runs."""

import gc, os, resource, signal, socket, sys

sys.path[0] = '/sandbox'
import forker, isolate, run, supervise
import stepgym_judges  # noqa: F401

# What most programs import: loaded once, and shared by all forks.
import bisect, collections, copy, dataclasses, datetime, functools, heapq, itertools, json, linecache, math, random, re
import string, threading, traceback, types, typing  # noqa: F401


REHEARSAL = b"""
def total(numbers):
    return sum(number * 2 for number in numbers)


class Pair:
    def __init__(self, left, right):
        self.left, self.right = left, right


pairs = [Pair(number, str(number)) for number in range(20)]
names = {pair.right: pair.left for pair in pairs}
print(total(names.values()), sorted(names), f'{len(pairs):>5}', ' '.join(names).split(), max(names) > min(names))
try:
    [].pop()
except IndexError as error:
    print(error)
"""


def main():
    """Two processes of this interpreter, each of which ends with the other."""
    prepare()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # One waits for the execution that runs, and the other one prepares the next.
    for _ in range(2):
        if os.fork() == 0:
            isolate.end_with_parent()
            ours.close()
            os.closerange(supervise.CONTROL, supervise.OUT + 1)
            forker.serve(theirs.fileno())
            os._exit(0)
    theirs.close()
    signal.signal(signal.SIGCHLD, lambda *_: os._exit(72))
    supervise.serve(ours)
    os._exit(0)


def prepare():
    """Moves the protocol away from standard input and output, which are the program's, and closes all other files."""
    isolate.set_dumpable(False)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The first process of a namespace gets only signals that it handles: it is to get none.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    above = os.dup(0), os.dup(1)
    for fd, place in zip(above, (supervise.CONTROL, supervise.OUT)):
        os.dup2(fd, place, False)
    null = os.open('/dev/null', os.O_RDWR)
    for fd in (0, 1):
        os.dup2(null, fd)
    os.closerange(3, supervise.CONTROL)
    isolate.load()
    rehearse()
    sys.path[0] = '/workspace'
    gc.collect()
    gc.freeze()


def rehearse():
    """Does what each program does: caches that are filled before a fork are not filled, and copied, after it."""
    del os.environ['LD_BIND_NOW']
    for _ in range(3):
        run.run(REHEARSAL, '<program>', [])
        sys.stdout.flush()
        sys.stderr.flush()
    del sys.modules['stepgym_channel']


main()
