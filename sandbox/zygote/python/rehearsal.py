"""What every program does, done before there is one, so that it costs no program any time."""

import os, sys

import isolate, pages, program, rights, run

SOURCE = b"""
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


def fill_caches():
    """In the process that is forked: caches that are filled before a fork are not filled, and copied, after it."""
    for _ in range(3):
        run.run(SOURCE, '<program>', [])
        sys.stdout.flush()
        sys.stderr.flush()
    del sys.modules['stepgym_channel']


def pages_written():
    """Ranges of pages that an execution writes to, as `pages.pin` takes them; none where the kernel does not tell."""
    there, back = os.pipe()
    isolate.run_in_namespaces(first_process, back)
    os.close(back)
    ranges = os.read(there, pages.RANGE.size * pages.MOST_RANGES)
    os.close(there)
    return ranges


def first_process(back):
    """As that of the forker."""
    os.setsid()
    rights.end_with_parent()
    isolate.cover()
    program.take_places()
    pid = isolate.fork()
    if pid == 0:
        second_process(back)
    os.waitpid(pid, 0)


def second_process(back):
    """Never returns. It becomes a program but for the rights that it needs to look at its pages."""
    try:
        rights.set_dumpable(True)
        watch = pages.Watch()
        isolate.enter()
        run.main(SOURCE, '<program>', [])
        os.write(back, watch.written())
    finally:
        os._exit(0)
