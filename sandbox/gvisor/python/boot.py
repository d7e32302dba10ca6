"""Boot: in bubblewrap, and outside of gVisor. Makes the file systems of a program in the kernel of the machine, which
keeps their sizes, starts the container, and passes frames on to its first process."""

import os, signal, sys

import frames, rights

REMOUNT = 32
PLACES = b'/box/workspace', b'/box/tmp'


def main(command):
    """Ends with its input, and everything else in bubblewrap with it."""
    for place in PLACES:
        rights.mount(place, b'size=%d,nr_inodes=%d,mode=700' % rights.sizes_of(rights.USUAL))
    rights.mount(b'/box/shm', b'size=1m,nr_inodes=64')
    container = started(command)
    header = frames.read_header(0)
    if header is not None:
        payload = frames.read_exactly(0, header.length)
        resize(frames.parts_of(payload)[0]['limits'])
        frames.send(container, header.type, payload)
        pass_on(container)


def started(command):
    """Starts the container with the output of this process, which ends with it. Returns the pipe to its input."""
    signal.signal(signal.SIGCHLD, lambda *_: os._exit(os.waitstatus_to_exitcode(os.wait()[1]) & 0xFF))
    theirs, ours = os.pipe()
    if os.fork() == 0:
        os.dup2(theirs, 0)
        os.execv(command[0], command)
    os.close(theirs)
    return ours


def resize(limits):
    sizes = rights.sizes_of(limits)
    if sizes == rights.sizes_of(rights.USUAL):
        return
    flags = REMOUNT | rights.MS_NOSUID | rights.MS_NODEV
    for place in PLACES:
        if rights.libc.mount(None, place, None, flags, b'size=%d,nr_inodes=%d' % sizes):
            raise rights.failed('size of the workspace')


def pass_on(container):
    while data := os.read(0, 65536):
        while data:
            data = data[os.write(container, data) :]


main(sys.argv[1:])
