"""Pages of memory that every program writes to. A page that is pinned is copied by the fork itself, and stays with the
process that forks; any other costs a page fault in both, while the program runs."""

import ctypes, os, struct

from rights import libc

PAGE = os.sysconf('SC_PAGE_SIZE')
# System calls that have the same number on every machine.
IO_URING_SETUP, IO_URING_REGISTER = 425, 427
REGISTER_BUFFERS = 0
# Address and length of a range of pages.
RANGE = struct.Struct('@NN')
MOST_RANGES = 1024
# Of an entry in /proc/PID/pagemap: the page is in memory, of a file, and no other process has it.
PRESENT, OF_FILE, EXCLUSIVE = 1 << 63, 1 << 61, 1 << 56


class Watch:
    """What this process has written since its fork: the pages that it no longer shares."""

    def __init__(self):
        with open('/proc/self/maps') as maps:
            self.areas = list(private_areas(maps.read()))
        self.pagemap = os.open('/proc/self/pagemap', os.O_RDONLY)

    def written(self):
        """Ranges of pages, packed one after the other."""
        found = [each for area in self.areas for each in self.own_ranges(*area)]
        return b''.join(RANGE.pack(start, end - start) for start, end in found[:MOST_RANGES])

    def own_ranges(self, start, end):
        entries = os.pread(self.pagemap, (end - start) // PAGE * 8, start // PAGE * 8)
        began = None
        for at, (entry,) in enumerate(struct.iter_unpack('@Q', entries)):
            page = start + at * PAGE
            if is_own(entry):
                began = began or page
            elif began:
                yield began, page
                began = None
        if began:
            yield began, end


def private_areas(maps):
    """Memory that a process can write, without its stack, which is another one in each process."""
    for line in maps.splitlines():
        place, rights, *_ = line.split()
        if rights == 'rw-p' and '[stack]' not in line:
            yield [int(address, 16) for address in place.split('-')]


def is_own(entry):
    return entry & (PRESENT | OF_FILE | EXCLUSIVE) == PRESENT | EXCLUSIVE


def pin(ranges):
    """Pins packed ranges of pages of this process as buffers of a ring, which does nothing else, until the returned file
    of it is closed; None where the kernel permits no ring. It pins as many as the kernel lets a user have."""
    ring = libc.syscall(IO_URING_SETUP, 1, ctypes.create_string_buffer(120))
    if ring < 0:
        return None
    count = len(ranges) // RANGE.size
    while count > 0 and libc.syscall(IO_URING_REGISTER, ring, REGISTER_BUFFERS, ranges, count) < 0:
        count //= 2
    return ring
